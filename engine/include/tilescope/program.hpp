// A lowered design: buffers, locks, descriptors, cores, streams and one controller. Everything is decided before the
// clock starts; all durations are whole ticks, a tick dividing every clock of the device.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "tilescope/kernel_abi.h"
#include "tilescope/pattern.hpp"

namespace tilescope {

using Tick = int64_t;

// The terms of a time budget that the array itself can be charged with.
enum class Term : uint8_t { issue, compute, core_overhead, shim_port, mem_tile_port, core_dma, ddr, sync };
constexpr int kTerms = 8;

// Why something waited.
enum class Cause : uint8_t { buffer_empty, buffer_full, stream, ddr, task_queue, token };
constexpr int kCauses = 6;

enum class Place : uint8_t { shim, mem_tile, core };

// Where the bytes of a descriptor are: a buffer on the array, or one of the launch's host buffers.
struct Memory {
  bool host = false;
  int32_t index = 0;
};

struct Lock {
  std::string name;
  int32_t initial = 0;
  Cause cause = Cause::buffer_empty;  // what a wait for it means
};

struct Descriptor {
  Memory memory;
  int64_t bytes = 0;
  int32_t acquire_lock = -1;
  int32_t release_lock = -1;
  int32_t acquire_count = 1;
  int32_t release_count = 1;
  bool acquire_equal = false;  // waits until the lock has exactly that value
  int32_t next = -1;        // the descriptor that follows on this channel; -1 ends a task
  int32_t packet = -1;      // which of its flow's routes its bytes take; -1 in a circuit
  int64_t ddr_load = 0;     // what it asks of DDR, a packed Demand; 0 when the memory is on the array
  Pattern pattern;
};

struct Channel {
  std::string name;
  Place place = Place::core;
  bool reads_memory = false;              // MM2S reads its tile's memory, S2MM writes it
  int64_t word_milliticks = 0;            // thousandths of a tick for each 4-byte word
  Tick setup_ticks = 0;                   // before each descriptor's first word
  Tick chain_ticks = 0;                   // between a descriptor's end and its successor's acquire
  std::vector<Descriptor> descriptors;
  int32_t first = -1;                     // a channel that starts by itself begins here; -1 waits for tasks
  int32_t queue_depth = 4;
  std::vector<Tick> task_setup_ticks;     // i-th task of a launch; the last entry holds for all later ones
};

// Where the packets of one number go.
struct Route {
  int32_t packet = -1;
  std::vector<int32_t> targets;
};

// A circuit has targets of its own. A packet flow has routes, whose targets other packet flows may share: one packet
// at a time goes into a channel, in the order in which they were ready.
struct Flow {
  int32_t source = -1;
  std::vector<int32_t> targets;
  Tick latency_ticks = 0;
  std::vector<Route> routes = {};
};

struct Port {
  std::string name;
  int32_t acquire_lock = -1;
  int32_t release_lock = -1;
  std::vector<int32_t> buffers;
};

struct Call {
  int32_t kernel = -1;
  Tick ticks = 0;
  struct Pointer {
    int32_t port = -1;     // an object held through a port ...
    int32_t object = 0;    // ... counted from the oldest one held
    int32_t buffer = -1;   // or a buffer of the core
  };
  std::vector<Pointer> pointers;
  std::vector<int32_t> scalars;
};

struct CoreStep {
  enum class Kind : uint8_t { loop, end_loop, acquire, release, call, take_lock, take_equal, give_lock };
  Kind kind;
  int32_t operand = 0;   // port, call, lock, or the step of the matching loop / end
  int64_t count = 0;     // objects, a lock's value, or trips (-1: for ever)
};

struct Core {
  std::string name;
  std::vector<Port> ports;
  std::vector<Call> calls;
  std::vector<CoreStep> steps;
};

struct ControllerStep {
  enum class Kind : uint8_t { push, await, work, write };
  Kind kind;
  Tick ticks = 0;
  int32_t channel = -1;     // write: the buffer
  int32_t descriptor = -1;  // write: the byte at which its word begins
  int32_t task = -1;  // push: the task's number, counted over the whole sequence; await: the task awaited
  int32_t word = 0;   // write: what is written
};

struct Kernel {
  std::string name;
  TilescopeKernelThunk thunk = nullptr;
};

struct Costs {
  Tick acquire_ticks = 0;
  Tick release_ticks = 0;
  Tick call_ticks = 0;
};

// What a buffer holds when the array is configured.
struct InitialBytes {
  int32_t buffer = -1;
  std::vector<uint8_t> bytes;
};

struct Program {
  Costs costs;
  std::vector<InitialBytes> initial_bytes;
  std::vector<int64_t> buffer_bytes;
  std::vector<int32_t> buffer_storage;  // buffers with one storage hold the same bytes at all times (a broadcast)
  std::vector<int64_t> host_bytes;
  std::vector<Lock> locks;
  std::vector<Channel> channels;
  std::vector<Flow> flows;
  std::vector<Core> cores;
  std::vector<ControllerStep> controller;
  std::vector<Kernel> kernels;

  // Throws std::invalid_argument with a plain sentence when a number does not fit the rest.
  void check() const;
};

}  // namespace tilescope
