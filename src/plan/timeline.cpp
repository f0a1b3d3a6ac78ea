#include "src/plan/timeline.hpp"

#include <algorithm>
#include <iterator>
#include <limits>

namespace heddle {

// Invariants: blocks and the gaps in them are in the order of time; no block is empty; the last gap
// of the last block never ends, so that every search finds something. `longest` and `end` of a
// block are those of its gaps. Blocks whose gaps are all taken are dropped.

timeline::timeline()
{
  block all;
  all.gaps.push_back({0, std::numeric_limits<double>::infinity()});
  summarize(all);
  blocks_.push_back(std::move(all));
}

void timeline::summarize(block& b)
{
  b.longest = 0;
  for (auto const& g : b.gaps) b.longest = std::max(b.longest, g.end - g.begin);
  b.end = b.gaps.back().end;
}

/// Never false where a gap fits: the two roundings, of a gap's length and of a task's end, are less
/// than the margin.
bool timeline::may_fit(block const& b, double length)
{
  constexpr double roundings = 4 * std::numeric_limits<double>::epsilon();
  return b.longest + b.end * roundings >= length;
}

double timeline::first_fit(double ready, double length) const
{
  auto const ends_before = [](auto const& interval, double time) { return interval.end < time; };
  auto b                 = std::lower_bound(blocks_.begin(), blocks_.end(), ready, ends_before);
  auto g                 = std::lower_bound(b->gaps.begin(), b->gaps.end(), ready, ends_before);
  while (true) {
    if (may_fit(*b, length)) {
      for (; g != b->gaps.end(); ++g) {
        auto const start = std::max(ready, g->begin);
        if (start + length <= g->end) return start;
      }
    }
    ++b;
    g = b->gaps.begin();
  }
}

void timeline::occupy(double start, double finish)
{
  auto const ends_before = [](auto const& interval, double time) { return interval.end < time; };
  auto b                 = std::lower_bound(blocks_.begin(), blocks_.end(), finish, ends_before);
  auto g                 = std::lower_bound(b->gaps.begin(), b->gaps.end(), finish, ends_before);
  gap const left{g->begin, start};
  gap const right{finish, g->end};
  bool const keep_left  = left.begin < left.end;
  bool const keep_right = right.begin < right.end;
  if (keep_left && keep_right) {
    *g = right;
    b->gaps.insert(g, left);
  } else if (keep_left || keep_right) {
    *g = keep_left ? left : right;
  } else {
    b->gaps.erase(g);
  }
  auto const which = static_cast<std::size_t>(b - blocks_.begin());
  if (b->gaps.empty()) {
    blocks_.erase(b);
  } else if (b->gaps.size() > block_capacity) {
    split(which);
  } else {
    summarize(*b);
  }
}

void timeline::split(std::size_t which)
{
  block upper;
  auto& lower = blocks_[which];
  auto const first =
    std::next(lower.gaps.begin(), static_cast<std::ptrdiff_t>(lower.gaps.size() / 2));
  upper.gaps.assign(first, lower.gaps.end());
  lower.gaps.erase(first, lower.gaps.end());
  summarize(lower);
  summarize(upper);
  blocks_.insert(std::next(blocks_.begin(), static_cast<std::ptrdiff_t>(which) + 1),
                 std::move(upper));
}

}  // namespace heddle
