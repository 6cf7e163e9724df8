// Runs a program in function and in time, in one pass.
//
// Locks carry tokens that know when they were released, so cores and array DMAs run ahead as far as their tokens
// allow (a Kahn network: the order of evaluation cannot change the outcome). What is shared, DDR and the controller,
// is taken strictly in the order of time. Each token also carries how the time until its release was spent along the
// path that decided it, so the last token of a run holds the time budget, and it closes.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "tilescope/program.hpp"

namespace tilescope {

// Ticks by term; their sum is the time of the event that carries them.
struct Blame {
  std::array<Tick, kTerms> ticks{};
  void charge(Term term, Tick amount) { ticks[static_cast<size_t>(term)] += amount; }
};

struct Usage {
  Tick busy = 0;
  std::array<Tick, kCauses> waiting{};
  Tick last = 0;       // when it last did something
  int64_t bytes = 0;   // moved, for channels
};

enum class Activity : uint8_t { call, overhead, transfer, setup, wait, issue, token };

struct Span {
  int32_t resource;  // cores, then channels, then the controller
  Activity activity;
  int32_t detail;    // kernel of a call, cause of a wait, task of an issue
  Tick start;
  Tick end;
};

// What becomes of the objects that a lock counts.
struct ObjectEvent {
  enum class Kind : uint8_t { given, taken, filled };
  int32_t lock;
  Kind kind;
  int32_t count;
  Tick time;
};

// DDR's traffic from one moment to the next, in bytes for 2^30 ticks.
struct DdrRate {
  Tick time;
  int64_t read;
  int64_t written;
};

// What a run notes beside its figures, where it is asked to.
struct Notes {
  std::vector<std::array<int64_t, 2>> subjects;  // of each span: bytes of a transfer or lock of a wait; ticks lost to DDR
  std::vector<std::array<int32_t, 2>> links;     // spans: what the first brought or started, the second used
  std::vector<ObjectEvent> objects;              // of each lock in the order of time
  std::vector<DdrRate> ddr;
};

struct Outcome {
  Tick ticks = 0;     // first controller step to last
  Tick drained = 0;   // the last thing that happened on any resource, at least `ticks`
  Blame budget;
  std::vector<Usage> cores;
  std::vector<Usage> channels;
  Usage controller;
  std::vector<int64_t> kernel_calls;
  std::vector<int64_t> host_bytes_read;
  std::vector<int64_t> host_bytes_written;
  std::vector<Span> spans;
  Notes notes;
  int64_t steps = 0;               // evaluated one by one
  int64_t extrapolated_steps = 0;  // added by repeating a steady state
};

// The bytes behind a program's buffers; poisoned when made, so that data nobody wrote is seen.
class Arena {
 public:
  explicit Arena(const Program& program);
  uint8_t* buffer(int32_t index) const { return buffers_[static_cast<size_t>(index)]; }

 private:
  struct Free {
    void operator()(uint8_t* p) const;
  };
  std::vector<std::unique_ptr<uint8_t[], Free>> storage_;
  std::vector<uint8_t*> buffers_;
};

// What a pass does to the data, in its order, so that the same launch on other data needs no second timing.
struct Recording {
  struct Copy {
    Memory from, to;
    Cursor from_cursor, to_cursor;
    int64_t bytes;
  };
  struct Invocation {
    TilescopeKernelThunk thunk;
    size_t first_pointer, pointer_count;
    const int32_t* scalars;
  };
  struct Entry {
    bool is_copy;
    size_t index;
  };
  bool kept = false;  // for replays; otherwise what is done is forgotten
  std::vector<Entry> entries;
  std::vector<Copy> copies;
  std::vector<Invocation> invocations;
  std::vector<void*> pointers;  // of all invocations, to buffers on the array
  std::deque<Pattern> walks;    // what cursors walk that follow no descriptor

  void clear();
  // Makes one copy of two where an array's buffer only passes bytes on; the result of a replay stays the same.
  void fuse(const Arena& arena);
  // Repeats the entries from `first` on.
  void replay(const Arena& arena, const std::vector<uint8_t*>& host, size_t first = 0);
};

struct Options {
  bool spans = false;
  bool objects = false;     // note objects that come and go; spans do so, too
  bool extrapolate = true;  // repeat steady states in one step; never with data or spans
  int64_t max_steps = int64_t{4} << 30;
  std::function<void()> poll;  // called now and then; may throw to end the run
};

// A run that cannot finish, or that the hardware would get wrong; the text is for the user.
struct SimulationError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// With `arena` null the data is left out and only time passes; `host` then may be empty.
Outcome simulate(const Program& program, const Options& options, const Arena* arena = nullptr,
                 const std::vector<uint8_t*>& host = {}, Recording* recording = nullptr);

}  // namespace tilescope
