// How a DMA descriptor walks memory: nested sizes and strides above one contiguous run of bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>

namespace tilescope {

struct Dimension {
  int64_t size;
  int64_t stride_bytes;
};

// A few dimensions, kept in place: walks are made while a simulation runs.
class Dimensions {
 public:
  static constexpr size_t kMost = 6;

  void push_back(Dimension d) {
    if (size_ == kMost) throw std::invalid_argument("a descriptor has more dimensions than any DMA");
    items_[size_++] = d;
  }
  void pop_back() { --size_; }
  void erase(size_t at) {
    for (size_t i = at + 1; i < size_; ++i) items_[i - 1] = items_[i];
    --size_;
  }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  Dimension& operator[](size_t at) { return items_[at]; }
  const Dimension& operator[](size_t at) const { return items_[at]; }
  const Dimension& back() const { return items_[size_ - 1]; }
  Dimension* begin() { return items_; }
  Dimension* end() { return items_ + size_; }
  const Dimension* begin() const { return items_; }
  const Dimension* end() const { return items_ + size_; }

 private:
  Dimension items_[kMost] = {};
  size_t size_ = 0;
};

// The walk of one descriptor, outermost dimension first. `run_bytes` is the contiguous piece below the dimensions.
struct Pattern {
  int64_t offset_bytes = 0;
  int64_t run_bytes = 0;
  Dimensions dimensions;

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
  Cursor() = default;
  explicit Cursor(const Pattern* pattern) { reset(pattern); }
  void reset(const Pattern* pattern);

  // The walk of the next `bytes` alone, where it starts and ends with a whole level; nothing otherwise.
  std::optional<Pattern> piece(int64_t bytes) const;

  // Passes over bytes that need not be copied.
  void skip(int64_t bytes);

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
  int64_t index_[Dimensions::kMost] = {};
};

// What `outer` reads from the plain sequence of bytes that `inner` reads, as one walk over the memory of `inner`; its
// offset counts from the start of that sequence. Nothing where no single walk does that.
std::optional<Pattern> compose(const Pattern& outer, const Pattern& inner);

// Moves `bytes` from one walk to another and advances both.
void copy_between(Cursor& from, const uint8_t* source, Cursor& to, uint8_t* target, int64_t bytes);

}  // namespace tilescope
