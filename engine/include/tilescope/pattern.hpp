// How a DMA descriptor walks memory: nested sizes and strides above one contiguous run of bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace tilescope {

struct Dimension {
  int64_t size;
  int64_t stride_bytes;
};

// The walk of one descriptor, outermost dimension first. `run_bytes` is the contiguous piece below the dimensions.
struct Pattern {
  int64_t offset_bytes = 0;
  int64_t run_bytes = 0;
  std::vector<Dimension> dimensions;

  // Folds dimensions that continue the run below them and drops those of size one.
  void normalise();
  int64_t total_bytes() const;
  // One past the highest byte that the walk touches, and the lowest; strides may be negative.
  int64_t highest_byte() const;
  int64_t lowest_byte() const;
};

// A position in a walk. Advancing by whole runs is cheap; a piece may also end inside a run.
class Cursor {
 public:
  static constexpr int kMaxDimensions = 6;

  Cursor() = default;
  explicit Cursor(const Pattern* pattern) { reset(pattern); }
  void reset(const Pattern* pattern);

  // The walk of the next `bytes` alone, where it starts and ends with a whole level; nothing otherwise.
  std::optional<Pattern> piece(int64_t bytes) const;

  friend void copy_between(Cursor& from, const uint8_t* source, Cursor& to, uint8_t* target, int64_t bytes);

 private:
  int64_t rows_left() const;
  int64_t row_stride() const;
  void advance_inside_run(int64_t bytes);
  void advance_rows(int64_t rows);
  int64_t whole_blocks_left() const;
  void advance_blocks(int64_t blocks);
  void carry(int level);

  const Pattern* pattern_ = nullptr;
  int64_t address_ = 0;
  int64_t run_left_ = 0;
  int64_t index_[kMaxDimensions] = {};
};

// What `outer` reads from the plain sequence of bytes that `inner` reads, as one walk over the memory of `inner`; its
// offset counts from the start of that sequence. Nothing where no single walk does that.
std::optional<Pattern> compose(const Pattern& outer, const Pattern& inner);

// Moves `bytes` from one walk to another and advances both.
void copy_between(Cursor& from, const uint8_t* source, Cursor& to, uint8_t* target, int64_t bytes);

}  // namespace tilescope
