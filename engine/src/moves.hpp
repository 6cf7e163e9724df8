// The bytes of a pass: what DMAs move and kernels work on, noted in its order and made in batches, so that the machine
// that keeps the time and the kernels do not take each other's caches.
//
// A mem tile mostly passes bytes of a host argument on. Where nobody writes that argument and no kernel sees the
// buffer, what arrives is a view, and whoever reads the buffer copies once, from the argument, along both walks.
// Whatever no single walk reads is copied into the buffer first: what anybody reads is the same.
#pragma once

#include <optional>
#include <vector>

#include "tilescope/simulator.hpp"

namespace tilescope {

class Moves {
 public:
  // `arena` may be null, and then nothing may be noted.
  Moves(const Program& program, const Arena* arena, const std::vector<uint8_t*>& host, Recording* recording);

  void move(const Memory& from, const Cursor& from_cursor, const Memory& to, const Cursor& to_cursor, int64_t bytes);
  void call(TilescopeKernelThunk thunk, const std::vector<void*>& pointers, const int32_t* scalars);
  void write(int32_t buffer, int32_t offset_bytes, int32_t word);
  // Makes what was only noted.
  void make();

 private:
  // Bytes of a storage that are still where they came from.
  struct View {
    int64_t first, last;
    int32_t argument;
    Pattern walk;
  };
  using Views = std::vector<View>;

  Views* views_of(const Memory& memory);
  std::optional<View> find_view(const Memory& from, const Cursor& cursor, int64_t bytes);
  void make_room(Views& views, const Memory& memory, const std::optional<Pattern>& walk, bool written);
  void settle(const View& view, const Memory& memory);
  void copy(const Memory& from, const Cursor& from_cursor, const Memory& to, const Cursor& to_cursor, int64_t bytes);
  void add(bool is_copy, size_t index);

  const Program& program_;
  const Arena* arena_;
  const std::vector<uint8_t*>& host_;
  Recording own_;
  Recording* recording_;
  size_t made_ = 0;            // entries of the recording
  std::vector<char> lasting_;  // by argument: nobody writes it
  std::vector<char> unseen_;   // by storage: only DMAs see it
  std::vector<Views> views_;   // by storage
};

}  // namespace tilescope
