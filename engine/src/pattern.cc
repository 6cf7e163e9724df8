#include "tilescope/pattern.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace tilescope {

void Pattern::normalise() {
  Dimensions kept;
  for (const Dimension& d : dimensions)
    if (d.size != 1) kept.push_back(d);
  while (!kept.empty() && kept.back().stride_bytes == run_bytes) {
    run_bytes *= kept.back().size;
    kept.pop_back();
  }
  for (size_t i = kept.size(); i-- > 1;) {
    if (kept[i - 1].stride_bytes == kept[i].stride_bytes * kept[i].size) {
      kept[i - 1] = {kept[i - 1].size * kept[i].size, kept[i].stride_bytes};
      kept.erase(i);
    }
  }
  dimensions = kept;
}

int64_t Pattern::total_bytes() const {
  int64_t total = run_bytes;
  for (const Dimension& d : dimensions) total *= d.size;
  return total;
}

int64_t Pattern::highest_byte() const {
  int64_t last = offset_bytes + run_bytes;
  for (const Dimension& d : dimensions) last += std::max<int64_t>(0, (d.size - 1) * d.stride_bytes);
  return last;
}

int64_t Pattern::lowest_byte() const {
  int64_t first = offset_bytes;
  for (const Dimension& d : dimensions) first += std::min<int64_t>(0, (d.size - 1) * d.stride_bytes);
  return first;
}

void Cursor::reset(const Pattern* pattern) {
  pattern_ = pattern;
  address_ = pattern->offset_bytes;
  run_left_ = pattern->run_bytes;
  std::fill(std::begin(index_), std::end(index_), 0);
}

std::optional<Pattern> Cursor::piece(int64_t bytes) const {
  if (bytes <= run_left_) return Pattern{address_, bytes, {}};
  if (run_left_ != pattern_->run_bytes) return std::nullopt;
  int64_t covered = pattern_->run_bytes;
  for (size_t level = pattern_->dimensions.size(); level-- > 0;) {
    const Dimension& d = pattern_->dimensions[level];
    const int64_t left = d.size - index_[level];
    if (bytes % covered == 0 && bytes / covered <= left) {
      Pattern found{address_, pattern_->run_bytes, {}};
      found.dimensions.push_back({bytes / covered, d.stride_bytes});
      for (size_t inner = level + 1; inner < pattern_->dimensions.size(); ++inner)
        found.dimensions.push_back(pattern_->dimensions[inner]);
      return found;
    }
    if (index_[level] != 0) return std::nullopt;
    covered *= d.size;
  }
  return std::nullopt;
}

std::optional<Pattern> compose(const Pattern& outer, const Pattern& inner) {
  const int64_t lowest = outer.lowest_byte(), highest = outer.highest_byte();
  if (outer.dimensions.empty() && lowest == 0 && highest == inner.total_bytes()) return inner;
  if (inner.dimensions.size() > 1) {  // all of it may lie in one step of the outermost dimension
    const Dimension& outermost = inner.dimensions[0];
    const int64_t step = inner.total_bytes() / outermost.size;
    const int64_t place = lowest / step;
    if (lowest < 0 || (highest - 1) / step != place) return std::nullopt;
    Pattern within = outer, piece = inner;
    within.offset_bytes -= place * step;
    piece.offset_bytes += place * outermost.stride_bytes;
    piece.dimensions.erase(0);
    return compose(within, piece);
  }
  Pattern result = outer;
  if (inner.dimensions.empty()) {
    result.offset_bytes += inner.offset_bytes;
    return result;
  }
  // Rows: byte b of the sequence lies in row b / width, at b % width.
  const int64_t width = inner.run_bytes, stride = inner.dimensions[0].stride_bytes;
  int64_t reach = outer.offset_bytes % width + outer.run_bytes;
  for (Dimension& d : result.dimensions) {
    if (d.stride_bytes % width == 0) {
      d.stride_bytes = d.stride_bytes / width * stride;
    } else {
      if (d.stride_bytes < 0) return std::nullopt;
      reach += (d.size - 1) * d.stride_bytes;
    }
  }
  if (reach > width) return std::nullopt;  // a run would cross the end of a row
  result.offset_bytes = inner.offset_bytes + outer.offset_bytes / width * stride + outer.offset_bytes % width;
  return result;
}

int64_t Cursor::rows_left() const {
  if (pattern_->dimensions.empty()) return 1;
  const size_t inner = pattern_->dimensions.size() - 1;
  return pattern_->dimensions[inner].size - index_[inner];
}

int64_t Cursor::row_stride() const {
  return pattern_->dimensions.empty() ? pattern_->run_bytes : pattern_->dimensions.back().stride_bytes;
}

void Cursor::carry(int level) {
  for (; level >= 0; --level) {
    const Dimension& d = pattern_->dimensions[static_cast<size_t>(level)];
    if (index_[level] < d.size) return;
    address_ -= index_[level] * d.stride_bytes;
    index_[level] = 0;
    if (level > 0) {
      ++index_[level - 1];
      address_ += pattern_->dimensions[static_cast<size_t>(level - 1)].stride_bytes;
    }
  }
}

void Cursor::advance_inside_run(int64_t bytes) {
  address_ += bytes;
  run_left_ -= bytes;
  if (run_left_ > 0) return;
  address_ -= pattern_->run_bytes;
  advance_rows(1);
}

void Cursor::skip(int64_t bytes) {
  const int64_t run = pattern_->run_bytes;
  const int64_t inside = run - run_left_ + bytes;
  int64_t steps = inside / run;
  address_ = pattern_->offset_bytes + inside % run;
  run_left_ = run - inside % run;
  for (size_t level = pattern_->dimensions.size(); level-- > 0;) {
    const Dimension& d = pattern_->dimensions[level];
    const int64_t place = index_[level] + steps;
    index_[level] = place % d.size;
    steps = place / d.size;
    address_ += index_[level] * d.stride_bytes;
  }
}

void Cursor::advance_rows(int64_t rows) {
  run_left_ = pattern_->run_bytes;
  const int inner = static_cast<int>(pattern_->dimensions.size()) - 1;
  if (inner < 0) return;  // the walk is over, or starts again
  index_[inner] += rows;
  address_ += rows * pattern_->dimensions[static_cast<size_t>(inner)].stride_bytes;
  carry(inner);
}

namespace {

template <int64_t kRun>
void copy_rows_of(uint8_t* target, const uint8_t* source, int64_t rows, int64_t to_step, int64_t from_step) {
  for (int64_t r = 0; r < rows; ++r) std::memcpy(target + r * to_step, source + r * from_step, kRun);
}

void copy_long(uint8_t* target, const uint8_t* source, int64_t bytes) {
  if (bytes > 512 || bytes % 32 != 0) {
    std::memcpy(target, source, static_cast<size_t>(bytes));
    return;
  }
  for (int64_t b = 0; b < bytes; b += 32) std::memcpy(target + b, source + b, 32);
}

void copy_rows(uint8_t* target, const uint8_t* source, int64_t rows, int64_t run, int64_t to_step, int64_t from_step) {
  switch (run) {
    case 4: return copy_rows_of<4>(target, source, rows, to_step, from_step);
    case 8: return copy_rows_of<8>(target, source, rows, to_step, from_step);
    case 16: return copy_rows_of<16>(target, source, rows, to_step, from_step);
    case 32: return copy_rows_of<32>(target, source, rows, to_step, from_step);
    case 64: return copy_rows_of<64>(target, source, rows, to_step, from_step);
    case 128: return copy_rows_of<128>(target, source, rows, to_step, from_step);
    default:
      for (int64_t r = 0; r < rows; ++r) copy_long(target + r * to_step, source + r * from_step, run);
  }
}

// Blocks of `rows` runs each, gathered: the source's blocks are `block_step` apart and its runs `row_step`, the
// target's blocks `to_step`.
struct Gather {
  int64_t blocks, rows, to_step, block_step, row_step;
};

template <int64_t kRun>
void gather_blocks_of(uint8_t* target, const uint8_t* source, const Gather& g) {
  for (int64_t b = 0; b < g.blocks; ++b)
    copy_rows_of<kRun>(target + b * g.to_step, source + b * g.block_step, g.rows, kRun, g.row_step);
}

// The same for 8-byte runs whose blocks lie side by side: two blocks at once, two rows a register.
void gather_pairs_of_blocks(uint8_t* target, const uint8_t* source, const Gather& g) {
  using Pair = uint64_t __attribute__((vector_size(16)));
  using Places = int64_t __attribute__((vector_size(16)));
  for (int64_t b = 0; b + 2 <= g.blocks; b += 2, source += 16, target += 2 * g.to_step) {
    for (int64_t r = 0; r < g.rows; r += 2) {
      Pair upper, lower;
      std::memcpy(&upper, source + r * g.row_step, 16);
      std::memcpy(&lower, source + (r + 1) * g.row_step, 16);
      const Pair first = __builtin_shuffle(upper, lower, Places{0, 2});
      const Pair second = __builtin_shuffle(upper, lower, Places{1, 3});
      std::memcpy(target + r * 8, &first, 16);
      std::memcpy(target + g.to_step + r * 8, &second, 16);
    }
  }
}

void gather_blocks(uint8_t* target, const uint8_t* source, int64_t run, Gather g) {
  if (run == 8 && g.block_step == 8 && g.rows % 2 == 0) {
    gather_pairs_of_blocks(target, source, g);
    const int64_t paired = g.blocks / 2 * 2;
    target += paired * g.to_step;
    source += paired * g.block_step;
    g.blocks -= paired;
  }
  switch (run) {
    case 8: return gather_blocks_of<8>(target, source, g);
    case 16: return gather_blocks_of<16>(target, source, g);
    case 32: return gather_blocks_of<32>(target, source, g);
    default:
      for (int64_t b = 0; b < g.blocks; ++b)
        copy_rows(target + b * g.to_step, source + b * g.block_step, g.rows, run, run, g.row_step);
  }
}

}  // namespace

// Whole blocks (the innermost dimension from its start) that are left in the dimension above it.
int64_t Cursor::whole_blocks_left() const {
  const size_t levels = pattern_->dimensions.size();
  if (levels < 2 || index_[levels - 1] != 0) return 0;
  return pattern_->dimensions[levels - 2].size - index_[levels - 2];
}

void Cursor::advance_blocks(int64_t blocks) {
  const int outer = static_cast<int>(pattern_->dimensions.size()) - 2;
  index_[outer] += blocks;
  address_ += blocks * pattern_->dimensions[static_cast<size_t>(outer)].stride_bytes;
  carry(outer);
}

void copy_between(Cursor& from, const uint8_t* source, Cursor& to, uint8_t* target, int64_t bytes) {
  while (bytes > 0) {
    const int64_t from_run = from.pattern_->run_bytes;
    const int64_t to_run = to.pattern_->run_bytes;
    const bool from_fresh = from.run_left_ == from_run && from_run <= bytes;
    const bool to_fresh = to.run_left_ == to_run && to_run <= bytes;
    const uint8_t* s = source + from.address_;
    uint8_t* t = target + to.address_;
    if (from_fresh && to_fresh && from_run == to_run) {
      const int64_t rows = std::min({from.rows_left(), to.rows_left(), bytes / from_run});
      copy_rows(t, s, rows, from_run, to.row_stride(), from.row_stride());
      from.advance_rows(rows);
      to.advance_rows(rows);
      bytes -= rows * from_run;
    } else if (from_fresh && from_run < to.run_left_) {  // gather rows into one run
      if (const int64_t left = from.whole_blocks_left(); left > 0) {
        const Dimension& inner = from.pattern_->dimensions.back();
        const Dimension& outer = from.pattern_->dimensions[from.pattern_->dimensions.size() - 2];
        const int64_t block = inner.size * from_run;
        const bool fills_runs = to_fresh && block == to_run;  // a block for each run of the target
        const int64_t room = fills_runs ? to.rows_left() : to.run_left_ / block;
        const int64_t blocks = std::min({left, room, bytes / block});
        if (blocks > 0) {
          const int64_t to_step = fills_runs ? to.row_stride() : block;
          gather_blocks(t, s, from_run, {blocks, inner.size, to_step, outer.stride_bytes, inner.stride_bytes});
          from.advance_blocks(blocks);
          if (fills_runs) {
            to.advance_rows(blocks);
          } else {
            to.advance_inside_run(blocks * block);
          }
          bytes -= blocks * block;
          continue;
        }
      }
      const int64_t rows = std::min({from.rows_left(), to.run_left_ / from_run, bytes / from_run});
      copy_rows(t, s, rows, from_run, from_run, from.row_stride());
      from.advance_rows(rows);
      to.advance_inside_run(rows * from_run);
      bytes -= rows * from_run;
    } else if (to_fresh && to_run < from.run_left_) {  // scatter one run into rows
      const int64_t rows = std::min({to.rows_left(), from.run_left_ / to_run, bytes / to_run});
      copy_rows(t, s, rows, to_run, to.row_stride(), to_run);
      from.advance_inside_run(rows * to_run);
      to.advance_rows(rows);
      bytes -= rows * to_run;
    } else {
      const int64_t run = std::min({from.run_left_, to.run_left_, bytes});
      std::memcpy(t, s, static_cast<size_t>(run));
      from.advance_inside_run(run);
      to.advance_inside_run(run);
      bytes -= run;
    }
  }
}

}  // namespace tilescope
