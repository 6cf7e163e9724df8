// The bytes: storage behind buffers, and replays of what a pass did to them.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

#include "tilescope/simulator.hpp"

namespace tilescope {

namespace {
constexpr size_t kAlignment = 64;
constexpr int kPoison = 0xFF;  // a NaN in every float type, -1 in every integer
}  // namespace

void Arena::Free::operator()(uint8_t* p) const { std::free(p); }

Arena::Arena(const Program& program) {
  std::vector<int64_t> sizes;
  for (size_t i = 0; i < program.buffer_bytes.size(); ++i) {
    const auto storage = static_cast<size_t>(program.buffer_storage[i]);
    if (storage >= sizes.size()) sizes.resize(storage + 1, 0);
    sizes[storage] = std::max(sizes[storage], program.buffer_bytes[i]);
  }
  for (const int64_t size : sizes) {
    const size_t bytes = (static_cast<size_t>(size) + kAlignment - 1) / kAlignment * kAlignment + kAlignment;
    auto* memory = static_cast<uint8_t*>(std::aligned_alloc(kAlignment, bytes));
    if (memory == nullptr) throw std::bad_alloc();
    std::memset(memory, kPoison, bytes);
    storage_.emplace_back(memory);
  }
  for (const int32_t storage : program.buffer_storage) buffers_.push_back(storage_[static_cast<size_t>(storage)].get());
  for (const InitialBytes& initial : program.initial_bytes)
    std::copy(initial.bytes.begin(), initial.bytes.end(), buffers_[static_cast<size_t>(initial.buffer)]);
}

void Recording::clear() {
  entries.clear();
  copies.clear();
  invocations.clear();
  pointers.clear();
  walks.clear();
}

void Recording::replay(const Arena& arena, const std::vector<uint8_t*>& host, size_t first) {
  for (size_t i = first; i < entries.size(); ++i) {
    if (entries[i].is_copy) {
      const Copy& copy = copies[entries[i].index];
      Cursor from = copy.from_cursor;
      Cursor to = copy.to_cursor;
      const uint8_t* source = copy.from.host ? host[static_cast<size_t>(copy.from.index)] : arena.buffer(copy.from.index);
      uint8_t* target = copy.to.host ? host[static_cast<size_t>(copy.to.index)] : arena.buffer(copy.to.index);
      copy_between(from, source, to, target, copy.bytes);
    } else {
      const Invocation& call = invocations[entries[i].index];
      call.thunk(pointers.data() + call.first_pointer, call.scalars);
    }
  }
}

}  // namespace tilescope
