// What a run notes beside its figures, where it is asked to: what fed what, and objects that come and go.
#pragma once

#include <deque>
#include <utility>
#include <vector>

#include "tilescope/simulator.hpp"

namespace tilescope {

// Spans are told by their place in the outcome; -1 is none. Tokens of a lock are taken in the order in which they
// were given, so that each can be followed from the span that gave it to the one that used it.
class Journal {
 public:
  struct OfPort {
    int32_t last_call;                // the span of the last call that used it
    std::vector<int32_t> brought_by;  // by buffer, the span that gave it and that no call has used yet
  };
  struct OfChannel {
    int32_t span = -1;                // its last transfer
    std::vector<int32_t> brought_by;  // spans that gave what it has taken
  };

  Journal(const Program& program, const Options& options, size_t tasks)
      : program_(program), follows_(options.spans), counts_(options.spans || options.objects) {
    if (!follows_) return;
    for (const Lock& lock : program.locks) givers_.emplace_back(static_cast<size_t>(lock.initial), -1);
    channels_.resize(program.channels.size());
    for (const Core& core : program.cores) {
      ports_.emplace_back();
      for (const Port& port : core.ports) ports_.back().push_back({-1, std::vector<int32_t>(port.buffers.size(), -1)});
    }
    issued_.assign(tasks, -1);
    ended_.assign(tasks, -1);
  }

  // Whether it notes anything; whether it follows what feeds what, too.
  bool on() const { return counts_; }
  bool follows() const { return follows_; }

  // The span that gives what is released next.
  void giver(int32_t span) {
    if (follows_) giver_ = span;
  }
  void gave(int32_t lock, int32_t count, Tick time) {
    if (counts_) [[unlikely]] note_given(lock, count, time);
  }
  void took(int32_t lock, int32_t count, Tick time) {
    if (counts_) [[unlikely]] note_taken(lock, count, time);
  }
  void fills(int32_t lock, int32_t count, Tick time) {
    if (counts_) add(lock, ObjectEvent::Kind::filled, count, time);
  }
  // The spans that gave what was taken last, where it was data.
  const std::vector<int32_t>& taken() const { return taken_; }

  void link(int32_t from, int32_t to) {
    if (from >= 0 && to >= 0) notes_.links.push_back({from, to});
  }
  void issued(int32_t task, int32_t span) {
    if (follows_) issued_[static_cast<size_t>(task)] = span;
  }
  int32_t issue_of(int32_t task) const { return issued_[static_cast<size_t>(task)]; }
  void ended(int32_t task, int32_t span) {
    if (follows_) ended_[static_cast<size_t>(task)] = span;
  }
  void awaited(int32_t task, int32_t span) {
    if (follows_) link(ended_[static_cast<size_t>(task)], span);
  }

  OfPort& port(int32_t core, int32_t place) {
    return ports_[static_cast<size_t>(core)][static_cast<size_t>(place)];
  }
  OfChannel& channel(int32_t index) { return channels_[static_cast<size_t>(index)]; }
  // A call uses an object of a port; only the first one is fed by what brought it.
  void used(OfPort& port, size_t buffer, int32_t span) {
    port.last_call = span;
    link(std::exchange(port.brought_by[buffer], -1), span);
  }

  // A stretch was repeated: what follows is noted as if it had not been.
  void skip(Tick ticks) { skipped_ += ticks; }

  Notes& notes() { return notes_; }

 private:
  [[gnu::cold]] void note_given(int32_t lock, int32_t count, Tick time);
  [[gnu::cold]] void note_taken(int32_t lock, int32_t count, Tick time);
  bool carries_data(int32_t lock) const {
    return program_.locks[static_cast<size_t>(lock)].cause == Cause::buffer_empty;
  }
  void add(int32_t lock, ObjectEvent::Kind kind, int32_t count, Tick time) {
    notes_.objects.push_back({lock, kind, count, time - skipped_});
  }

  const Program& program_;
  bool follows_;
  bool counts_;
  int32_t giver_ = -1;
  Tick skipped_ = 0;
  std::vector<std::deque<int32_t>> givers_;  // by lock, of the tokens in it
  std::vector<int32_t> taken_;
  std::vector<std::vector<OfPort>> ports_;   // by core and port
  std::vector<OfChannel> channels_;
  std::vector<int32_t> issued_, ended_;      // by task
  Notes notes_;
};

}  // namespace tilescope
