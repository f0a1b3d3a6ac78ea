#include "src/plan/search/window.hpp"

#include <cmath>
#include <numeric>

namespace heddle {
namespace {

std::size_t index(std::int32_t i)
{
  return static_cast<std::size_t>(i);
}

}  // namespace

window::window(whole_order const& whole, std::size_t first, std::size_t last,
               std::span<double const> free, std::span<double const> rest)
  : costs_{whole.costs()},
    num_tasks_{static_cast<std::int32_t>(last - first)},
    num_places_{costs_.num_resources()},
    num_blocks_{(num_tasks_ + block_size - 1) / block_size},
    has_equal_links_{costs_.uniform_links()},
    order_(last - first),
    rest_of_place_(rest.begin(), rest.end()),
    finish_(last - first),
    free_((index(num_blocks_) + 1) * free.size()),
    ways_(index(num_blocks_) + 1),
    num_ways_{num_places_}
{
  std::iota(order_.begin(), order_.end(), 0);
  position_ = order_;
  execution_.resize((last - first) * free.size());
  release_.resize(execution_.size());
  rest_.resize(execution_.size());
  std::ranges::copy(free, free_.begin());
  for (std::int32_t t = 0; t < num_tasks_; ++t) {
    auto const task = whole.at(first + index(t));
    place_.push_back(whole.resource(task));
    for (int p = 0; p < num_places_; ++p) {
      execution_[cell(t, p)] = costs_.execution_seconds(task, p);
    }
    take_inputs(whole, first, t);
    take_outputs(whole, first, t);
    first_input_.push_back(static_cast<std::int32_t>(inputs_.size()));
    first_neighbour_.push_back(static_cast<std::int32_t>(neighbour_.size()));
    if (rest_[cell(t, 0)] > 0) ++num_ways_;
  }
  auto const longest = evaluate().makespan_seconds;
  reference_         = longest - span_seconds();
}

void window::take_inputs(whole_order const& whole, std::size_t first, std::int32_t task)
{
  auto const& edges = costs_.edges();
  auto const here   = whole.at(first + index(task));
  auto const before = edges.predecessors(here);
  auto const bytes  = edges.bytes_from_predecessors(here);
  for (std::size_t e = 0; e < before.size(); ++e) {
    if (whole.position(before[e]) >= first) {
      auto const number = static_cast<std::int32_t>(whole.position(before[e]) - first);
      bool const moves  = has_equal_links_ && costs_.num_memory_nodes() > 1;
      inputs_.push_back(
        {number, bytes[e], moves ? costs_.node_transfer_seconds(bytes[e], 0, 1) : 0});
      neighbour_.push_back(number);
      continue;
    }
    auto const from  = whole.resource(before[e]);
    auto const ended = whole.finish_seconds(before[e]);
    for (int p = 0; p < num_places_; ++p) {
      auto& release = release_[cell(task, p)];
      release       = std::max(release, ended + costs_.transfer_seconds(bytes[e], from, p));
    }
  }
}

void window::take_outputs(whole_order const& whole, std::size_t first, std::int32_t task)
{
  auto const& edges = costs_.edges();
  auto const here   = whole.at(first + index(task));
  auto const after  = edges.successors(here);
  auto const bytes  = edges.bytes_to_successors(here);
  for (std::size_t e = 0; e < after.size(); ++e) {
    if (whole.position(after[e]) < first + index(num_tasks_)) {
      neighbour_.push_back(static_cast<std::int32_t>(whole.position(after[e]) - first));
      continue;
    }
    auto const to    = whole.resource(after[e]);
    auto const takes = whole.rest_seconds(after[e]);
    for (int p = 0; p < num_places_; ++p) {
      auto& rest = rest_[cell(task, p)];
      rest       = std::max(rest, costs_.transfer_seconds(bytes[e], p, to) + takes);
    }
  }
}

std::span<double> window::free_before(std::int32_t block)
{
  auto const places = index(num_places_);
  return std::span{free_}.subspan(index(block) * places, places);
}

double window::span_seconds() const
{
  auto const places = static_cast<std::ptrdiff_t>(num_places_);
  auto const before = std::accumulate(free_.begin(), free_.begin() + places, 0.0);
  auto const behind = std::accumulate(free_.end() - places, free_.end(), 0.0);
  return (behind - before) / num_places_;
}

double window::moved(input const& in, int from, int to) const
{
  if (!has_equal_links_) return costs_.transfer_seconds(in.bytes, from, to);
  auto const nodes = costs_.memory_nodes();
  return nodes[index(from)] == nodes[index(to)] ? 0 : in.moved_seconds;
}

/// @return with the ways that leave the window with what these tasks make
window::ways window::decode(std::int32_t first, std::int32_t last, std::span<double> free,
                            ways so_far)
{
  for (auto position = first; position < last; ++position) {
    auto const task = order_[index(position)];
    auto const here = place_[index(task)];
    auto const at   = cell(task, here);
    auto start      = std::max(free[index(here)], release_[at]);
    for (auto e = first_input_[index(task)]; e < first_input_[index(task) + 1]; ++e) {
      auto const& in     = inputs_[index(e)];
      auto const arrival = finish_[index(in.task)] + moved(in, place_[index(in.task)], here);
      start              = std::max(start, arrival);
    }
    auto const end       = start + execution_[at];
    finish_[index(task)] = end;
    free[index(here)]    = end;
    if (rest_[at] > 0) so_far.add(end + rest_[at], reference_);
  }
  return so_far;
}

window_energy window::judge(std::span<double const> free, ways so_far) const
{
  for (std::size_t p = 0; p < free.size(); ++p) so_far.add(free[p] + rest_of_place_[p], reference_);
  return {so_far.longest, std::pow(so_far.eighths / num_ways_, 0.125)};
}

window_energy window::evaluate()
{
  for (std::int32_t block = 0; block < num_blocks_; ++block) {
    std::ranges::copy(free_before(block), free_before(block + 1).begin());
    ways_[index(block) + 1] =
      decode(begin_of(block), begin_of(block + 1), free_before(block + 1), ways_[index(block)]);
  }
  return judge(free_before(num_blocks_), ways_.back());
}

window_energy window::evaluate_from(std::int32_t block)
{
  auto const free = free_before(num_blocks_);
  std::ranges::copy(free_before(block), free.begin());
  return judge(free, decode(begin_of(block), num_tasks_, free, ways_[index(block)]));
}

std::pair<std::int32_t, std::int32_t> window::range_of(std::int32_t task, std::int32_t least) const
{
  auto first     = least;
  auto last      = num_tasks_ - 1;
  auto const own = position_[index(task)];
  for (auto const next : neighbours(task)) {
    auto const at = position_[index(next)];
    if (at < own) {
      first = std::max(first, at + 1);
    } else {
      last = std::min(last, at - 1);
    }
  }
  return {first, last};
}

void window::move(std::int32_t from, std::int32_t to)
{
  auto const begin = order_.begin();
  if (from < to) {
    std::rotate(begin + from, begin + from + 1, begin + to + 1);
  } else {
    std::rotate(begin + to, begin + from, begin + from + 1);
  }
  for (auto i = std::min(from, to); i <= std::max(from, to); ++i) {
    position_[index(order_[index(i)])] = i;
  }
}

void window::assign(std::span<std::int32_t const> new_order, std::span<int const> new_place)
{
  order_.assign(new_order.begin(), new_order.end());
  place_.assign(new_place.begin(), new_place.end());
  for (std::int32_t i = 0; i < num_tasks_; ++i) position_[index(order_[index(i)])] = i;
}

std::span<std::int32_t const> window::neighbours(std::int32_t task) const
{
  auto const first = index(first_neighbour_[index(task)]);
  return std::span{neighbour_}.subspan(first, index(first_neighbour_[index(task) + 1]) - first);
}

}  // namespace heddle
