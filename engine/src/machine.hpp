// The moving parts of one simulation: token queues, cores, stream endpoints and the controller.
#pragma once

#include <algorithm>
#include <vector>

#include "journal.hpp"
#include "moves.hpp"
#include "tilescope/ddr.hpp"
#include "tilescope/simulator.hpp"

namespace tilescope {

// A moment, and how the time until then was spent on the path that decided it.
struct Token {
  Tick time = 0;
  Blame blame = {};
};

// Where an agent stands in time.
struct Clock : Token {
  void spend(Term term, Tick ticks) {
    time += ticks;
    blame.charge(term, ticks);
  }
  // Waits for something that happened on another's path; returns the ticks waited.
  Tick wait_for(const Token& token) {
    if (token.time <= time) return 0;
    const Tick waited = token.time - time;
    time = token.time;
    blame = token.blame;
    return waited;
  }
};

// A counting lock whose tokens remember when and why they came, oldest first. One agent acquires it.
class TokenQueue {
 public:
  bool holds(int32_t count) const { return size_ >= static_cast<size_t>(count); }
  int64_t size() const { return static_cast<int64_t>(size_); }
  const Token& at(int64_t place) const { return ring()[wrap(head_ + static_cast<size_t>(place))]; }
  Token& at(int64_t place) { return ring()[wrap(head_ + static_cast<size_t>(place))]; }

  void add(const Token& token) {
    if (size_ == capacity_) grow();
    ring()[wrap(head_ + size_)] = token;
    ++size_;
  }

  // The latest of the first `count` tokens, which are taken; valid until the next one is added.
  const Token& take(int32_t count) {
    size_t latest = head_;
    for (size_t i = 1; i < static_cast<size_t>(count); ++i) {
      const size_t place = wrap(head_ + i);
      if (ring()[place].time > ring()[latest].time) latest = place;
    }
    head_ = wrap(head_ + static_cast<size_t>(count));
    size_ -= static_cast<size_t>(count);
    return ring()[latest];
  }

  int32_t waiter = -1;        // the agent to tell
  int32_t waiter_end = 0;     // the end of it that waits, for a stream
  int32_t waiter_needs = 0;   // tokens

 private:
  static constexpr size_t kFew = 2;  // as most object FIFOs are deep; a power of two, as every capacity

  size_t wrap(size_t place) const { return place & (capacity_ - 1); }
  Token* ring() { return capacity_ == kFew ? few_ : many_.data(); }
  const Token* ring() const { return capacity_ == kFew ? few_ : many_.data(); }

  void grow() {
    std::vector<Token> larger(capacity_ * 2);
    for (size_t i = 0; i < size_; ++i) larger[i] = at(static_cast<int64_t>(i));
    many_ = std::move(larger);
    capacity_ *= 2;
    head_ = 0;
  }

  Token few_[kFew];
  std::vector<Token> many_;
  size_t capacity_ = kFew;
  size_t head_ = 0;
  size_t size_ = 0;
};

// An agent's place in line for a lock that several take from.
struct Asking {
  bool asked = false;
  bool granted = false;
  Token token{0, {}};  // what ended the wait
};

// A lock that several acquire or release, or that is awaited at one value: taken in the order of time.
struct Semaphore {
  struct Waiting {
    int32_t agent;
    int32_t end;
    int32_t count;
    bool equal;
  };
  int64_t value = 0;
  std::vector<Waiting> waiting;  // who asked first stands first
};

// What must be seen in the order of time. At one instant: releases, then acquires, then packets; then by agent.
struct Moment {
  enum class Kind : uint8_t { release, acquire, packet };
  Tick time;
  Kind kind;
  int32_t agent;
  int32_t end;
  int32_t lock;
  int32_t count;
  bool equal;
  Blame blame;

  bool after(const Moment& other) const {
    if (time != other.time) return time > other.time;
    if (kind != other.kind) return kind > other.kind;
    if (agent != other.agent) return agent > other.agent;
    return end > other.end;
  }
};

struct CoreState {
  Clock clock;
  size_t step = 0;
  std::vector<int64_t> trips;                    // of the loops entered, innermost last
  struct Held {
    int64_t oldest = 0;                          // buffer index of the oldest object held
    int64_t count = 0;
  };
  std::vector<Held> held;                        // by port
};

struct Task {
  int32_t number;
  int32_t descriptor;
  Token pushed;
};

// One end of a stream: a channel working through its descriptors.
struct Endpoint {
  int32_t channel = -1;
  Clock clock;
  bool ready = false;            // its descriptor has its lock and is set up
  bool waits_for_task = false;
  int32_t descriptor = -1;
  int32_t task = -1;
  int64_t bytes_left = 0;
  size_t tasks_started = 0;
  Cursor cursor;
  std::vector<Task> queue;       // as short as the hardware's
};

struct FlowState {
  std::vector<Endpoint> ends;    // the source first; of a packet flow the targets only while a packet is under way
  bool asks_for_way = false;     // its packet is ready and its targets are not free
  int32_t header_words = 0;      // of the packet that is about to start
  bool in_ddr = false;
  int32_t missing = 0;           // locks and tasks that its ends still wait for
  Clock start;                   // of the piece under way
  int64_t piece_bytes = 0;
  Tick piece_ticks = 0;
  Term term = Term::core_dma;
};

struct Arrival {
  Tick time;
  int32_t flow;
  int64_t load;
};

// A moment that a later one may repeat.
struct Snapshot {
  uint64_t hash;
  std::vector<int64_t> print;
  Clock controller;
  size_t controller_step;
  int32_t issued;
  Outcome outcome;
};

class Machine {
 public:
  Machine(const Program& program, const Options& options, const Arena* arena, const std::vector<uint8_t*>& host,
          Recording* recording);
  Outcome run();

 private:
  // agents: cores first, then flows
  void wake(int32_t agent) {
    if (queued_[static_cast<size_t>(agent)] != 0) return;
    queued_[static_cast<size_t>(agent)] = 1;
    ready_.push_back(agent);
  }
  void tell(int32_t agent, int32_t end);
  void drain_ready_agents();
  void run_core(int32_t index);
  void call_kernel(int32_t core_index, CoreState& core, const Call& call);
  void run_flow(int32_t index);
  bool prepare(int32_t flow, int32_t place);
  void finish_piece(int32_t flow, Tick ddr_limited, Tick end_time);
  void end_descriptor(Endpoint& end, const Token& released);
  void move_data(FlowState& flow);
  void release(int32_t lock, int32_t count, const Token& token);
  // Takes a lock's tokens and waits for the latest; false when they are not there yet.
  [[gnu::always_inline]] bool take(int32_t lock, int32_t count, bool equal, int32_t agent, int32_t end, Clock& clock,
                                   Usage& usage, int32_t resource) {
    if (is_shared(lock)) [[unlikely]]
      return take_in_order(lock, count, equal, agent, end, clock, usage, resource);
    if (count == 0) return true;
    TokenQueue& queue = locks_[static_cast<size_t>(lock)];
    if (!queue.holds(count)) {
      queue.waiter = agent;
      queue.waiter_end = end;
      queue.waiter_needs = count;
      return false;
    }
    const Tick from = clock.time;
    const Tick waited = clock.wait_for(queue.take(count));
    const Cause cause = program_.locks[static_cast<size_t>(lock)].cause;
    usage.waiting[static_cast<size_t>(cause)] += waited;
    note(resource, Activity::wait, static_cast<int32_t>(cause), from, from + waited, lock);
    journal_.took(lock, count, clock.time);
    return true;
  }

  // what goes in the order of time: timed.cc
  void find_shared_locks();
  bool is_shared(int32_t lock) const {
    return !semaphore_of_lock_.empty() && semaphore_of_lock_[static_cast<size_t>(lock)] >= 0;
  }
  bool take_in_order(int32_t lock, int32_t count, bool equal, int32_t agent, int32_t end, Clock& clock, Usage& usage,
                     int32_t resource);
  void add_moment(const Moment& moment);
  void step_moment();
  void grant_waiting(const Moment& moment);
  Asking& asking_of(int32_t agent, int32_t end);
  bool has_way(int32_t flow);
  void open_ways();
  void leave_way(int32_t flow);
  const Route& route_of(int32_t flow) const;
  int64_t lock_value(int32_t lock) const;

  Tick controller_ready_at() const;
  void step_controller();

  std::vector<int64_t> fingerprint() const;
  size_t repeated_steps(size_t step, size_t period, int32_t tasks) const;
  void look_for_steady_state();
  void repeat(const Snapshot& then, int64_t times);

  void count_step() {
    if ((++outcome_.steps & 0xFFFF) == 0 || outcome_.steps > options_.max_steps) [[unlikely]] look_up();
  }
  [[gnu::cold]] void look_up();
  // The span's place, or -1; `subject` is a transfer's bytes or a wait's lock.
  int32_t note(int32_t resource, Activity activity, int32_t detail, Tick start, Tick end, int64_t subject = -1,
               Tick limited = 0) {
    if (!options_.spans || end <= start) [[likely]] return -1;
    return add_span({resource, activity, detail, start, end}, subject, limited);
  }
  [[gnu::cold]] int32_t add_span(const Span& span, int64_t subject, Tick limited);
  [[gnu::cold]] void note_taken(int32_t core, int32_t port);
  [[gnu::cold]] void note_transfer(const FlowState& flow, const Endpoint& end, const Descriptor& descriptor,
                                   Tick end_time, Tick limited);
  [[gnu::cold]] void note_ddr(Tick now);
  int32_t channel_resource(int32_t channel) const { return static_cast<int32_t>(program_.cores.size()) + channel; }
  [[noreturn]] void report_deadlock() const;

  const Program& program_;
  const Options options_;
  const Arena* arena_;
  Moves moves_;

  std::vector<TokenQueue> locks_;
  std::vector<int32_t> semaphore_of_lock_;    // -1: its tokens are in locks_; empty where no lock is shared
  std::vector<Semaphore> semaphores_;
  std::vector<Asking> askings_;               // of cores, then channels; empty where no lock is shared
  std::vector<Moment> moments_;               // a heap, the earliest on top
  Tick seen_ = 0;                             // of the last moment
  bool has_packets_ = false;
  std::vector<Endpoint> parked_;              // by channel, the targets of packets while none comes
  std::vector<int32_t> asking_for_ways_;      // packet flows, who asked first stands first
  std::vector<CoreState> cores_;
  std::vector<FlowState> flows_;
  std::vector<std::pair<int32_t, int32_t>> place_of_channel_;  // flow and end
  std::vector<char> queued_;
  std::vector<int32_t> ready_;
  Ddr ddr_;
  std::vector<Arrival> arrivals_;
  Clock controller_;
  size_t controller_step_ = 0;
  int32_t issued_ = 0;                        // tasks pushed so far
  std::vector<int32_t> descriptor_of_task_;
  std::vector<size_t> last_await_;            // by task, the last controller step that awaits it
  std::vector<Snapshot> snapshots_;
  std::vector<Token> task_done_;
  std::vector<char> task_is_done_;
  std::vector<void*> pointers_;
  Journal journal_;
  Outcome outcome_;
};

}  // namespace tilescope
