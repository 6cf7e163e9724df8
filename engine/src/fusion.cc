// Replays without detours: bytes that a mem tile takes in and passes on are copied once, along both walks.
#include <algorithm>

#include "tilescope/simulator.hpp"

namespace tilescope {

namespace {

constexpr size_t kMostEntries = 4096;

// A span of bytes of one buffer or host argument.
struct Extent {
  const uint8_t* start;  // null for a host argument, whose place is known when it is replayed
  int32_t host;          // the argument, -1 on the array
  int64_t first, last;

  bool overlaps(const Extent& other) const {
    return start == other.start && host == other.host && first < other.last && other.first < last;
  }
};

Extent extent_of(const Memory& memory, const Pattern& walk, const Arena& arena) {
  const uint8_t* start = memory.host ? nullptr : arena.buffer(memory.index);
  return {start, memory.host ? memory.index : -1, walk.lowest_byte(), walk.highest_byte()};
}

// A recorded copy with its walks as they stand alone.
struct Plain {
  bool usable = false;
  Pattern from_walk, to_walk;
  Extent from{}, to{};
};

}  // namespace

void Recording::fuse(const Arena& arena) {
  if (entries.size() > kMostEntries) return;
  std::vector<Plain> plain(copies.size());
  for (size_t i = 0; i < copies.size(); ++i) {
    const auto from = copies[i].from_cursor.piece(copies[i].bytes);
    const auto to = copies[i].to_cursor.piece(copies[i].bytes);
    if (!from || !to) return;  // unknown extents: nothing can be shown safe
    plain[i] = {true, *from, *to, extent_of(copies[i].from, *from, arena), extent_of(copies[i].to, *to, arena)};
  }
  // Whether an entry writes into an extent; a kernel may write wherever it has a pointer.
  const auto writes = [&](const Entry& entry, const Extent& extent) {
    if (entry.is_copy) return plain[entry.index].usable && plain[entry.index].to.overlaps(extent);
    const Invocation& call = invocations[entry.index];
    const auto first = pointers.begin() + static_cast<std::ptrdiff_t>(call.first_pointer);
    const auto last = first + static_cast<std::ptrdiff_t>(call.pointer_count);
    return extent.host < 0 && std::find(first, last, extent.start) != last;
  };
  const auto covers = [&](const Entry& entry, const Extent& extent) {
    if (!entry.is_copy) return false;
    const Plain& copy = plain[entry.index];
    return copy.to_walk.dimensions.empty() && copy.to.first <= extent.first && copy.to.last >= extent.last;
  };
  const auto reads = [&](const Entry& entry, const Extent& extent) {
    if (entry.is_copy) return plain[entry.index].usable && plain[entry.index].from.overlaps(extent);
    return writes(entry, extent);
  };

  for (size_t first = 0; first < entries.size(); ++first) {
    if (!entries[first].is_copy || copies[entries[first].index].to.host) continue;
    Plain& in = plain[entries[first].index];
    if (!in.to_walk.dimensions.empty()) continue;
    // The one entry that reads what was written, before anything is written over it or over its origin.
    size_t reader = entries.size();
    bool safe = true;
    for (size_t i = first + 1; i < entries.size() && safe; ++i) {
      if (reads(entries[i], in.to)) {
        safe = reader == entries.size() && entries[i].is_copy;
        reader = i;
      }
      if (writes(entries[i], in.to)) {  // what it leaves may be read later
        safe = safe && covers(entries[i], in.to);
        break;
      }
      if (reader == entries.size() && writes(entries[i], in.from)) safe = false;
    }
    if (!safe || reader == entries.size()) continue;
    Copy& out_copy = copies[entries[reader].index];
    Plain& out = plain[entries[reader].index];
    const Copy& in_copy = copies[entries[first].index];
    if (out_copy.bytes != in_copy.bytes || out.from.first < in.to.first || out.from.last > in.to.last) continue;
    Pattern within = out.from_walk;
    within.offset_bytes -= in.to_walk.offset_bytes;
    std::optional<Pattern> direct = compose(within, in.from_walk);
    if (!direct) continue;
    direct->normalise();
    out.from_walk = *direct;
    out.from = extent_of(in_copy.from, *direct, arena);
    out_copy.from = in_copy.from;
    walks.push_back(*direct);
    out_copy.from_cursor = Cursor(&walks.back());
    in.usable = false;
    entries[first].is_copy = false;
    entries[first].index = invocations.size();  // nothing is left to do here
  }
  std::erase_if(entries, [this](const Entry& e) { return !e.is_copy && e.index == invocations.size(); });
}

}  // namespace tilescope
