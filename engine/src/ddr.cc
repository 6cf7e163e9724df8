#include "tilescope/ddr.hpp"

#include <algorithm>
#include <array>

namespace tilescope {

namespace {

int64_t pace_of(const Ddr::Transfer& t) { return t.asks.pace << (Ddr::kShift - Demand::kPaceShift); }

// Service from DDR for a tick of its port's time at the speed that it may have at most.
int64_t service_of(const Ddr::Transfer& t) {
  if (t.most == Ddr::kOne) return t.asks.service;
  return std::max<int64_t>(1, t.asks.service * t.most >> Ddr::kShift);
}

}  // namespace

void Ddr::advance_to(Tick now) {
  const Tick passed = now - now_;
  now_ = now;
  if (passed == 0) return;
  for (Transfer& t : active_) {
    t.left -= t.speed * passed;
    if (t.speed < t.most) t.limited_ticks += passed;
  }
}

void Ddr::start(Tick now, int32_t flow, Tick port_ticks, int64_t demand) {
  advance_to(now);
  const Transfer fresh{flow, Demand::of(demand), port_ticks << kShift, kOne, kOne, 0, 0};
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

// Max-min among the transfers in order_: whoever needs less than an equal share gets what it needs, the others share
// the rest equally.
template <typename Need, typename Give>
void Ddr::divide(Need need, Give give) {
  std::sort(order_.begin(), order_.end(), [this, need](size_t a, size_t b) {
    const int64_t first = need(active_[a]), second = need(active_[b]);
    return first != second ? first < second : a < b;
  });
  int64_t capacity = kOne;
  auto sharers = static_cast<int64_t>(order_.size());
  for (const size_t i : order_) {
    const int64_t service = std::min(need(active_[i]), capacity / sharers);
    give(active_[i], service);
    capacity -= service;
    --sharers;
  }
}

void Ddr::share_interfaces() {
  bool paced = false;
  for (Transfer& t : active_) {
    t.most = kOne;
    paced = paced || t.asks.pace > 0;
  }
  if (!paced) return;
  std::array<int64_t, Demand::kInterfaces> wanted{};
  for (const Transfer& t : active_) wanted[static_cast<size_t>(t.asks.interface)] += pace_of(t);
  for (size_t interface = 0; interface < wanted.size(); ++interface) {
    if (wanted[interface] <= kOne) continue;
    order_.clear();
    for (size_t i = 0; i < active_.size(); ++i)
      if (active_[i].asks.interface == static_cast<int64_t>(interface)) order_.push_back(i);
    divide(pace_of, [](Transfer& t, int64_t share) {
      const int64_t pace = pace_of(t);
      if (share < pace) t.most = std::max<int64_t>(1, share * kOne / pace);
    });
  }
}

void Ddr::share() {
  share_interfaces();
  int64_t wanted = 0;
  for (const Transfer& t : active_) wanted += service_of(t);
  if (wanted <= kOne) {
    for (Transfer& t : active_) t.speed = t.most;
  } else {
    order_.resize(active_.size());
    for (size_t i = 0; i < order_.size(); ++i) order_[i] = i;
    divide(service_of, [](Transfer& t, int64_t share) {
      const int64_t service = service_of(t);
      t.speed = share == service ? t.most : std::max<int64_t>(1, share * t.most / service);
    });
  }
  next_finish_ = kNever;
  for (Transfer& t : active_) {
    t.finish = now_ + (t.left <= 0 ? 0 : (t.left + t.speed - 1) / t.speed);
    next_finish_ = std::min(next_finish_, t.finish);
  }
}

}  // namespace tilescope
