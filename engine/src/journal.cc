#include "journal.hpp"

namespace tilescope {

void Journal::note_given(int32_t lock, int32_t count, Tick time) {
  add(lock, ObjectEvent::Kind::given, count, time);
  if (follows_ && carries_data(lock))
    for (int32_t n = 0; n < count; ++n) givers_[static_cast<size_t>(lock)].push_back(giver_);
  giver_ = -1;
}

void Journal::note_taken(int32_t lock, int32_t count, Tick time) {
  add(lock, ObjectEvent::Kind::taken, count, time);
  if (!follows_) return;
  taken_.clear();
  if (!carries_data(lock)) return;
  std::deque<int32_t>& givers = givers_[static_cast<size_t>(lock)];
  for (int32_t n = 0; n < count && !givers.empty(); ++n) {
    taken_.push_back(givers.front());
    givers.pop_front();
  }
}

}  // namespace tilescope
