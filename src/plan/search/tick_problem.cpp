#include "src/plan/search/tick_problem.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace heddle {

namespace {

/// Of all links between two memory nodes that are used. [bytes/s]
struct bandwidths {
  double least = std::numeric_limits<double>::infinity();
  double most  = 0;  ///< of those that are not infinite
};

bandwidths bandwidths_of(cost_model const& costs)
{
  bandwidths found;
  for (auto const from : costs.memory_nodes()) {
    for (auto const to : costs.memory_nodes()) {
      auto const each = costs.node_bandwidth(from, to);
      found.least     = std::min(found.least, each);
      if (!std::isinf(each)) found.most = std::max(found.most, each);
    }
  }
  return found;
}

bool links_fit(cost_model const& costs)
{
  if (costs.uniform_links()) return true;
  auto const links = bandwidths_of(costs);
  return links.most <= links.least * kernels::most_times_the_slowest;
}

}  // namespace

bool fits_lanes(cost_model const& costs)
{
  if (costs.num_resources() > kernels::most_search_places || !costs.is_plain()) return false;
  return has_few_places(costs) ? links_fit(costs) : costs.uniform_links();
}

bool has_few_places(cost_model const& costs)
{
  return costs.num_resources() <= kernels::few_places;
}

double seconds_per_tick(double longest_seconds, std::uint32_t most)
{
  if (!(longest_seconds > 0)) return 1;
  auto tick = std::exp2(std::ilogb(longest_seconds / most));
  while (longest_seconds / tick > most) tick *= 2;
  return tick;
}

namespace {

std::size_t num_nodes_used(cost_model const& costs)
{
  return std::set<int>(costs.memory_nodes().begin(), costs.memory_nodes().end()).size();
}

/// The first place in the memory node of each, which stands for the node.
std::vector<int> first_places(cost_model const& costs)
{
  auto const of = costs.memory_nodes();
  std::vector<int> first;
  for (auto const node : of) {
    first.push_back(static_cast<int>(std::ranges::find(of, node) - of.begin()));
  }
  return first;
}

/// As `kernels::search_problem::nodes`: where all places share one node, or none does, no body need
/// look at them.
std::uint64_t nodes_of(cost_model const& costs)
{
  auto const places = static_cast<std::size_t>(costs.num_resources());
  auto const used   = num_nodes_used(costs);
  if (used == 1 || used == places || !has_few_places(costs)) return kernels::own_nodes;
  std::uint64_t nodes = 0;
  auto const first    = first_places(costs);
  for (std::size_t p = 0; p < places; ++p) nodes |= static_cast<std::uint64_t>(first[p]) << (4 * p);
  return nodes;
}

std::vector<kernels::place_code> codes_of(cost_model const& costs)
{
  auto const first = first_places(costs);
  std::vector<kernels::place_code> codes;
  for (int p = 0; p < costs.num_resources(); ++p) {
    auto const node = first[static_cast<std::size_t>(p)];
    codes.push_back(has_few_places(costs) ? kernels::code_of_place(p)
                                          : kernels::code_of_place(p, node));
  }
  return codes;
}

// As kernels/search_links.hpp has them; a fraction of `frexp` is from a half to below 1.

/// @param ticks on the slowest link
std::uint32_t size_of_transfer(double ticks)
{
  constexpr int most = 64;
  int exponent       = 0;
  auto const m       = static_cast<std::uint32_t>(std::frexp(ticks, &exponent) * 65536);
  return m | static_cast<std::uint32_t>(std::clamp(15 - exponent, -most, most)) << 16;
}

/// @param ratio of what a byte takes, from 1 / `most_times_the_slowest` to 1
std::uint16_t share_of_slowest(double ratio)
{
  int exponent = 0;
  auto m       = std::lround(std::frexp(ratio, &exponent) * 4096);
  if (m == 4096) {
    m = 2048;
    ++exponent;
  }
  return static_cast<std::uint16_t>(m * 16 + 1 - exponent);
}

}  // namespace

template <class Tick>
tick_problem<Tick>::tick_problem(cost_model const& costs, double tick_seconds)
  : tick_seconds_{tick_seconds}, code_{codes_of(costs)}, has_transfers_{num_nodes_used(costs) > 1}
{
  take_execution(costs);
  if (!costs.uniform_links()) take_links(costs);
  take_edges(costs);
  view_.num_tasks         = static_cast<std::int32_t>(costs.num_tasks());
  view_.num_places        = costs.num_resources();
  view_.code              = code_.data();
  view_.first_predecessor = first_predecessor_.data();
  view_.predecessor       = predecessor_.data();
  view_.first_neighbour   = first_neighbour_.data();
  view_.neighbour         = neighbour_.data();
  view_.first_successor   = first_successor_.data();
  view_.successor         = successor_.data();
  view_.execution         = execution_.data();
  view_.nodes             = nodes_of(costs);
  view_.share             = costs.uniform_links() ? nullptr : share_.data();
  view_.latency           = costs.uniform_links() ? nullptr : latency_.data();
}

template <class Tick>
Tick tick_problem<Tick>::in_ticks(double time) const
{
  constexpr double most = kernels::search_limit<Tick>;
  auto const ticks      = std::floor(time / tick_seconds_ + 0.5);
  return static_cast<Tick>(ticks < most ? ticks : most);
}

template <class Tick>
void tick_problem<Tick>::take_edges(cost_model const& costs)
{
  auto const& edges  = costs.edges();
  first_predecessor_ = edges.first_predecessor;
  first_successor_   = edges.first_successor;
  successor_         = edges.successor;
  first_neighbour_.push_back(0);
  for (std::size_t i = 0; i < costs.num_tasks(); ++i) {
    auto const task   = static_cast<task_id>(i);
    auto const before = edges.predecessors(task);
    auto const bytes  = edges.bytes_from_predecessors(task);
    for (std::size_t e = 0; e < before.size(); ++e) {
      predecessor_.push_back({before[e], transfer_of(costs, bytes[e])});
    }
    neighbour_.insert(neighbour_.end(), before.begin(), before.end());
    auto const after = edges.successors(task);
    neighbour_.insert(neighbour_.end(), after.begin(), after.end());
    first_neighbour_.push_back(static_cast<std::int32_t>(neighbour_.size()));
  }
}

/// As `kernels::search_edge` has it.
template <class Tick>
std::uint32_t tick_problem<Tick>::transfer_of(cost_model const& costs, double bytes) const
{
  if (!has_transfers_ || bytes == 0) return 0;
  if (!costs.uniform_links()) return size_of_transfer(bytes / least_bandwidth_ / tick_seconds_);
  auto const ticks = in_ticks(costs.node_transfer_seconds(bytes, 0, 1));
  return sizeof(Tick) == 2 ? ticks * 0x10001U : ticks;
}

/// Between each two places, what its link takes beside the slowest that there is.
template <class Tick>
void tick_problem<Tick>::take_links(cost_model const& costs)
{
  auto const nodes   = costs.memory_nodes();
  auto const row     = static_cast<std::size_t>(view_.row);
  auto const entries = static_cast<std::size_t>(kernels::few_places) * row;
  share_             = aligned_array<Tick>(entries);
  latency_           = aligned_array<Tick>(entries);
  least_bandwidth_   = bandwidths_of(costs).least;
  for (std::size_t from = 0; from < nodes.size(); ++from) {
    for (std::size_t to = 0; to < nodes.size(); ++to) {
      auto const link      = from * row + to;
      auto const bandwidth = costs.node_bandwidth(nodes[from], nodes[to]);
      bool const takes     = !std::isinf(bandwidth);
      share_[link]   = takes ? share_of_slowest(least_bandwidth_ / bandwidth) : std::uint16_t{0};
      latency_[link] = in_ticks(costs.node_latency_seconds(nodes[from], nodes[to]));
    }
  }
}

template <class Tick>
void tick_problem<Tick>::take_execution(cost_model const& costs)
{
  view_.row      = std::max(8, kernels::padded_places(costs.num_resources()));
  auto const row = static_cast<std::size_t>(view_.row);
  execution_     = aligned_array<Tick>(costs.num_tasks() * row);
  for (std::size_t t = 0; t < costs.num_tasks(); ++t) {
    for (int r = 0; r < costs.num_resources(); ++r) {
      execution_[t * row + static_cast<std::size_t>(r)] =
        in_ticks(costs.execution_seconds(static_cast<task_id>(t), r));
    }
  }
}

template class tick_problem<std::uint16_t>;
template class tick_problem<std::uint32_t>;

}  // namespace heddle
