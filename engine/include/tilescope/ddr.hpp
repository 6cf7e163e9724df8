// DDR as one server that the shim channels share: max-min fair in service time, in integers, so that it is the same
// everywhere. A transfer alone never runs faster than its port. Before that the channels of one shim and direction share
// the shim's interface to DDR, by the same rule.
#pragma once

#include <cstdint>
#include <vector>

#include "tilescope/program.hpp"

namespace tilescope {

// What a transfer asks for. Descriptors hold it in one number, which simulation/ddr.py packs in the same way.
struct Demand {
  static constexpr int kServiceBits = 36;
  static constexpr int kPaceBits = 18;
  static constexpr int kPaceShift = 10;
  static constexpr int64_t kInterfaces = 256;

  int64_t service;    // DDR ticks for 2^20 ticks of the port
  int64_t pace;       // ticks of its shim's interface for 2^10 ticks of the port
  int64_t interface;  // which one

  static Demand of(int64_t packed) {
    return {packed & ((int64_t{1} << kServiceBits) - 1), (packed >> kServiceBits) & ((int64_t{1} << kPaceBits) - 1),
            packed >> (kServiceBits + kPaceBits)};
  }
  bool fits() const {
    return service >> kServiceBits == 0 && pace >> kPaceBits == 0 && interface < kInterfaces;
  }
  int64_t packed() const { return service | pace << kServiceBits | interface << (kServiceBits + kPaceBits); }
};

class Ddr {
 public:
  static constexpr int kShift = 20;
  static constexpr int64_t kOne = int64_t{1} << kShift;
  static constexpr Tick kNever = INT64_MAX;

  struct Transfer {
    int32_t flow;
    Demand asks;
    int64_t left;        // port ticks still to go, times 2^20
    int64_t speed;       // port ticks per tick, times 2^20
    int64_t most;        // the speed that port and interface allow
    Tick limited_ticks;  // time spent below that
    Tick finish;
  };

  void start(Tick now, int32_t flow, Tick port_ticks, int64_t demand);
  // When the next transfer ends; ties end in the order of their flows.
  Tick next_finish() const { return next_finish_; }
  // Every number that its future depends on, times relative to `origin`.
  template <typename Add>
  void describe(Tick origin, Add add) const {
    add(now_ - origin);
    for (const Transfer& t : active_) {
      add(t.flow);
      add(t.asks.packed());
      add(t.left);
      add(t.speed);
      add(t.most);
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
  void share_interfaces();
  template <typename Need, typename Give>
  void divide(Need need, Give give);

  std::vector<Transfer> active_;
  std::vector<size_t> order_;
  Tick now_ = 0;
  Tick next_finish_ = kNever;
};

}  // namespace tilescope
