// DDR as one server that the shim channels share: max-min fair in service time, in integers, so that it is the same
// everywhere. A transfer alone never runs faster than its port.
#pragma once

#include <cstdint>
#include <vector>

#include "tilescope/program.hpp"

namespace tilescope {

class Ddr {
 public:
  static constexpr int kShift = 20;
  static constexpr int64_t kOne = int64_t{1} << kShift;
  static constexpr Tick kNever = INT64_MAX;

  struct Transfer {
    int32_t flow;
    int64_t load;        // DDR service ticks for 2^20 ticks of the port
    int64_t left;        // port ticks still to go, times 2^20
    int64_t speed;       // port ticks per tick, times 2^20
    Tick limited_ticks;  // time spent below the port's own speed
    Tick finish;
  };

  void start(Tick now, int32_t flow, Tick port_ticks, int64_t load);
  // When the next transfer ends; ties end in the order of their flows.
  Tick next_finish() const { return next_finish_; }
  // Every number that its future depends on, times relative to `origin`.
  template <typename Add>
  void describe(Tick origin, Add add) const {
    add(now_ - origin);
    for (const Transfer& t : active_) {
      add(t.flow);
      add(t.load);
      add(t.left);
      add(t.speed);
      add(t.limited_ticks);
      add(t.finish - origin);
    }
  }
  const std::vector<Transfer>& under_way() const { return active_; }
  void shift(Tick ticks);
  // Ends that transfer, removes it and returns it.
  Transfer finish_next();

 private:
  void advance_to(Tick now);
  void share();

  std::vector<Transfer> active_;
  std::vector<size_t> order_;
  Tick now_ = 0;
  Tick next_finish_ = kNever;
};

}  // namespace tilescope
