#include "tilescope/ddr.hpp"

#include <algorithm>

namespace tilescope {

void Ddr::advance_to(Tick now) {
  const Tick passed = now - now_;
  now_ = now;
  if (passed == 0) return;
  for (Transfer& t : active_) {
    t.left -= t.speed * passed;
    if (t.speed < kOne) t.limited_ticks += passed;
  }
}

void Ddr::start(Tick now, int32_t flow, Tick port_ticks, int64_t load) {
  advance_to(now);
  const Transfer fresh{flow, load, port_ticks << kShift, kOne, 0, 0};
  const auto place = std::find_if(active_.begin(), active_.end(), [flow](const Transfer& t) { return t.flow > flow; });
  active_.insert(place, fresh);
  share();
}

void Ddr::shift(Tick ticks) {
  now_ += ticks;
  for (Transfer& t : active_) t.finish += ticks;
  if (next_finish_ != kNever) next_finish_ += ticks;
}

Ddr::Transfer Ddr::finish_next() {
  advance_to(next_finish_);
  const auto done = std::find_if(active_.begin(), active_.end(),
                                 [this](const Transfer& t) { return t.finish == next_finish_; });
  const Transfer result = *done;
  active_.erase(done);
  share();
  return result;
}

// Max-min: whoever needs less than an equal share gets what it needs, the others share the rest equally.
void Ddr::share() {
  int64_t wanted = 0;
  for (const Transfer& t : active_) wanted += t.load;
  if (wanted <= kOne) {
    for (Transfer& t : active_) t.speed = kOne;
  } else {
    order_.resize(active_.size());
    for (size_t i = 0; i < order_.size(); ++i) order_[i] = i;
    std::sort(order_.begin(), order_.end(), [this](size_t a, size_t b) {
      return active_[a].load != active_[b].load ? active_[a].load < active_[b].load : a < b;
    });
    int64_t capacity = kOne;
    auto sharers = static_cast<int64_t>(order_.size());
    for (const size_t i : order_) {
      Transfer& t = active_[i];
      const int64_t service = std::min(t.load, capacity / sharers);
      t.speed = service == t.load ? kOne : std::max<int64_t>(1, service * kOne / t.load);
      capacity -= service;
      --sharers;
    }
  }
  next_finish_ = kNever;
  for (Transfer& t : active_) {
    t.finish = now_ + (t.left <= 0 ? 0 : (t.left + t.speed - 1) / t.speed);
    next_finish_ = std::min(next_finish_, t.finish);
  }
}

}  // namespace tilescope
