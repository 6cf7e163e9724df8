#include "moves.hpp"

#include <algorithm>
#include <cstring>

namespace tilescope {

namespace {

constexpr size_t kBatch = 4096;  // entries that wait at most

}  // namespace

Moves::Moves(const Program& program, const Arena* arena, const std::vector<uint8_t*>& host, Recording* recording)
    : program_(program), arena_(arena), host_(host), recording_(recording != nullptr ? recording : &own_) {
  if (arena == nullptr) return;
  lasting_.assign(program.host_bytes.size(), 1);
  int32_t storages = 0;
  for (const int32_t storage : program.buffer_storage) storages = std::max(storages, storage + 1);
  unseen_.assign(static_cast<size_t>(storages), 1);
  views_.resize(static_cast<size_t>(storages));
  const auto seen = [&](int32_t buffer) {
    unseen_[static_cast<size_t>(program.buffer_storage[static_cast<size_t>(buffer)])] = 0;
  };
  for (const Channel& channel : program.channels)
    for (const Descriptor& d : channel.descriptors)
      if (d.memory.host && !channel.reads_memory) lasting_[static_cast<size_t>(d.memory.index)] = 0;
  for (const Core& core : program.cores)
    for (const Call& call : core.calls)
      for (const Call::Pointer& pointer : call.pointers) {
        if (pointer.port < 0) {
          seen(pointer.buffer);
        } else {
          for (const int32_t buffer : core.ports[static_cast<size_t>(pointer.port)].buffers) seen(buffer);
        }
      }
  for (const ControllerStep& step : program.controller)
    if (step.kind == ControllerStep::Kind::write) seen(step.channel);
}

// The views of a memory's bytes, where it may have some.
Moves::Views* Moves::views_of(const Memory& memory) {
  if (memory.host) return nullptr;
  const auto storage = static_cast<size_t>(program_.buffer_storage[static_cast<size_t>(memory.index)]);
  return unseen_[storage] != 0 ? &views_[storage] : nullptr;
}

// Where the next bytes of a walk really are, as one walk over a host argument that lasts. What is only a view and
// cannot be had in this way is copied to where it should be.
std::optional<Moves::View> Moves::find_view(const Memory& from, const Cursor& cursor, int64_t bytes) {
  if (from.host) {
    if (lasting_[static_cast<size_t>(from.index)] == 0) return std::nullopt;
    const std::optional<Pattern> walk = cursor.piece(bytes);
    if (!walk) return std::nullopt;
    return View{0, bytes, from.index, *walk};
  }
  Views* views = views_of(from);
  if (views == nullptr || views->empty()) return std::nullopt;
  const std::optional<Pattern> walk = cursor.piece(bytes);
  if (walk) {
    const int64_t first = walk->lowest_byte(), last = walk->highest_byte();
    for (const View& view : *views) {
      if (first < view.first || last > view.last) continue;
      Pattern within = *walk;
      within.offset_bytes -= view.first;
      std::optional<Pattern> direct = compose(within, view.walk);
      if (!direct) break;
      direct->normalise();
      return View{0, bytes, view.argument, *direct};
    }
  }
  make_room(*views, from, walk, false);
  return std::nullopt;
}

// Leaves no view of what a walk touches (everything, where no single walk does). What is not written over as a whole
// keeps its bytes.
void Moves::make_room(Views& views, const Memory& memory, const std::optional<Pattern>& walk, bool written) {
  if (views.empty()) return;
  const int64_t first = walk ? walk->lowest_byte() : 0;
  const int64_t last = walk ? walk->highest_byte() : program_.buffer_bytes[static_cast<size_t>(memory.index)];
  const bool covers = written && walk && walk->dimensions.empty();
  std::erase_if(views, [&](const View& view) {
    if (view.last <= first || view.first >= last) return false;
    if (!covers || view.first < first || view.last > last) settle(view, memory);
    return true;
  });
}

// Copies what was only a view.
void Moves::settle(const View& view, const Memory& memory) {
  const Pattern& from = recording_->walks.emplace_back(view.walk);
  const Pattern& to = recording_->walks.emplace_back(Pattern{view.first, view.last - view.first, {}});
  copy({true, view.argument}, Cursor(&from), memory, Cursor(&to), to.run_bytes);
}

void Moves::move(const Memory& from, const Cursor& from_cursor, const Memory& to, const Cursor& to_cursor,
                 int64_t bytes) {
  std::optional<View> view = find_view(from, from_cursor, bytes);
  if (Views* views = views_of(to)) {
    const std::optional<Pattern> target = to_cursor.piece(bytes);
    make_room(*views, to, target, true);
    if (view && target && target->dimensions.empty()) {
      view->first = target->offset_bytes;
      view->last = view->first + bytes;
      views->push_back(*view);
      return;
    }
  }
  if (view && !from.host) {
    copy({true, view->argument}, Cursor(&recording_->walks.emplace_back(view->walk)), to, to_cursor, bytes);
  } else {
    copy(from, from_cursor, to, to_cursor, bytes);
  }
}

void Moves::copy(const Memory& from, const Cursor& from_cursor, const Memory& to, const Cursor& to_cursor,
                 int64_t bytes) {
  recording_->copies.push_back({from, to, from_cursor, to_cursor, bytes});
  add(true, recording_->copies.size() - 1);
}

void Moves::call(TilescopeKernelThunk thunk, const std::vector<void*>& pointers, const int32_t* scalars) {
  recording_->invocations.push_back({thunk, recording_->pointers.size(), pointers.size(), scalars});
  recording_->pointers.insert(recording_->pointers.end(), pointers.begin(), pointers.end());
  add(false, recording_->invocations.size() - 1);
}

void Moves::write(int32_t buffer, int32_t offset_bytes, int32_t word) {
  make();
  std::memcpy(arena_->buffer(buffer) + offset_bytes, &word, sizeof word);
}

void Moves::add(bool is_copy, size_t index) {
  recording_->entries.push_back({is_copy, index});
  if (recording_->entries.size() - made_ >= kBatch) make();
}

void Moves::make() {
  recording_->replay(*arena_, host_, made_);
  if (!recording_->kept) recording_->clear();
  made_ = recording_->entries.size();
}

}  // namespace tilescope
