#include "src/plan/approximation/guarantees.hpp"

#include "src/plan/approximation/min_max_program.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

namespace heddle {
namespace {

std::size_t index(std::int32_t i)
{
  return static_cast<std::size_t>(i);
}

bool is_independent(cost_model const& costs)
{
  return costs.edges().num_edges() == 0;
}

/// How many resources are of this kind.
int count(cost_model const& costs, resource_kind kind)
{
  int number = 0;
  for (int r = 0; r < costs.num_resources(); ++r) number += costs.kind(r) == kind ? 1 : 0;
  return number;
}

/// Whether all resources of this kind have one speed.
bool has_one_speed(cost_model const& costs, resource_kind kind)
{
  double speed = 0;
  for (int r = 0; r < costs.num_resources(); ++r) {
    if (costs.kind(r) != kind) continue;
    if (speed > 0 && costs.speeds()[index(r)] != speed) return false;
    speed = costs.speeds()[index(r)];
  }
  return true;
}

/// Whether every task takes the same time on all resources.
bool is_identical(cost_model const& costs)
{
  auto const speeds = costs.speeds();
  if (std::any_of(speeds.begin(), speeds.end(), [&](double s) { return s != speeds[0]; })) {
    return false;
  }
  if (count(costs, resource_kind::cpu) == 0 || count(costs, resource_kind::gpu) == 0) return true;
  for (task_id task = 0; index(task) < costs.num_tasks(); ++task) {
    if (costs.seconds_on(resource_kind::cpu, task) != costs.seconds_on(resource_kind::gpu, task))
      return false;
  }
  return true;
}

/// The memory nodes that resources work in.
std::vector<int> used_nodes(cost_model const& costs)
{
  std::vector<int> nodes(costs.memory_nodes().begin(), costs.memory_nodes().end());
  std::sort(nodes.begin(), nodes.end());
  nodes.erase(std::unique(nodes.begin(), nodes.end()), nodes.end());
  return nodes;
}

/// From one memory node to another, and how long the fewest and the most bytes take.
struct link_ends {
  int from;
  int to;
  double with_fewest = 0;
  double with_most   = 0;
};

/// Links such that every transfer is the slowest on one of them. Its seconds grow linearly with its
/// bytes, so a link that another is not faster than for the fewest and the most bytes is left out.
class slowest_links {
 public:
  explicit slowest_links(cost_model const& costs) : costs_{costs}
  {
    double fewest = 0, most = 0;
    for (auto const bytes : costs.edges().successor_bytes) {
      if (bytes > 0 && (fewest == 0 || bytes < fewest)) fewest = bytes;
      most = std::max(most, bytes);
    }
    auto links = all();
    for (auto& link : links) {
      link.with_fewest = costs.node_transfer_seconds(fewest, link.from, link.to);
      link.with_most   = costs.node_transfer_seconds(most, link.from, link.to);
    }
    keep_slowest(std::move(links));
  }

  [[nodiscard]] double seconds(double bytes) const
  {
    double slowest = 0;
    for (auto const& link : links_) {
      slowest = std::max(slowest, costs_.node_transfer_seconds(bytes, link.from, link.to));
    }
    return slowest;
  }

 private:
  [[nodiscard]] std::vector<link_ends> all() const
  {
    auto const nodes = used_nodes(costs_);
    if (costs_.uniform_links() && nodes.size() > 1) return {{nodes[0], nodes[1]}};
    std::vector<link_ends> links;
    for (auto const from : nodes) {
      for (auto const to : nodes) links.push_back({from, to});
    }
    return links;
  }

  void keep_slowest(std::vector<link_ends> links)
  {
    std::sort(links.begin(), links.end(), [](link_ends const& a, link_ends const& b) {
      return a.with_most != b.with_most ? a.with_most > b.with_most : a.with_fewest > b.with_fewest;
    });
    double slowest = -1;
    for (auto const& link : links) {
      if (link.with_fewest <= slowest) continue;
      slowest = link.with_fewest;
      links_.push_back(link);
    }
  }

  cost_model const& costs_;
  std::vector<link_ends> links_;
};

/// The longest path that counts each edge's slowest transfer and no execution.
double longest_path_of_transfers(cost_model const& costs)
{
  auto const& edges = costs.edges();
  slowest_links const links{costs};
  std::vector<double> arrival(costs.num_tasks());
  double longest = 0;
  for (auto const task : edges.topological_order) {
    auto const next  = edges.successors(task);
    auto const bytes = edges.bytes_to_successors(task);
    for (std::size_t i = 0; i < next.size(); ++i) {
      auto& there = arrival[index(next[i])];
      there       = std::max(there, arrival[index(task)] + links.seconds(bytes[i]));
      longest     = std::max(longest, there);
    }
  }
  return longest;
}

bool is_free_of_communication(cost_model const& costs)
{
  return longest_path_of_transfers(costs) == 0;
}

/// 2 - 1/m.
double list_ratio(cost_model const& costs)
{
  return 2 - 1.0 / costs.num_resources();
}

}  // namespace

void give(planned& found, std::optional<promise> const& promised)
{
  if (!promised) return;
  found.guarantee = promised->text;
  if (promised->seconds == 0) found.guaranteed_ratio = promised->ratio;
}

std::optional<promise> graham_promise(cost_model const& costs)
{
  if (!costs.is_plain() || !is_identical(costs) || !is_free_of_communication(costs)) return {};
  auto const ratio = list_ratio(costs);
  return promise{ratio, 0,
                 fmt::format("at most {:.6g} x the optimum (Graham 1969: list scheduling on {} "
                             "identical resources, no communication)",
                             ratio, costs.num_resources())};
}

std::optional<promise> lpt_promise(cost_model const& costs)
{
  if (!costs.is_plain() || !is_identical(costs) || !is_independent(costs)) return {};
  auto const ratio = 4.0 / 3 - 1.0 / (3 * costs.num_resources());
  return promise{ratio, 0,
                 fmt::format("at most {:.6g} x the optimum (Graham 1969: longest of independent "
                             "tasks first on {} identical resources)",
                             ratio, costs.num_resources())};
}

std::optional<promise> etf_promise(cost_model const& costs)
{
  if (!costs.is_plain() || !is_identical(costs)) return {};
  auto const transfers = longest_path_of_transfers(costs);
  if (transfers == 0) return graham_promise(costs);
  auto const ratio = list_ratio(costs);
  return promise{ratio, transfers,
                 fmt::format("at most {:.6g} x the optimum without communication + {:.6g} s (Hwang "
                             "et al. 1989: ETF on {} identical resources)",
                             ratio, transfers, costs.num_resources())};
}

std::optional<promise> lst_promise(cost_model const& costs)
{
  if (!costs.is_plain() || !is_independent(costs)) return {};
  return promise{2, 0,
                 "at most 2 x the optimum (Lenstra, Shmoys, Tardos 1990: independent tasks on "
                 "unrelated resources)"};
}

std::optional<promise> hlp_promise(cost_model const& costs, double value, double lower_bound)
{
  if (!costs.is_plain() || !is_free_of_communication(costs)) return {};
  for (auto const kind : {resource_kind::cpu, resource_kind::gpu}) {
    if (count(costs, kind) == 0 || !has_one_speed(costs, kind)) return {};
  }
  constexpr double digits = 1e4;  // rounded up to these
  auto const ratio =
    is_closed(lower_bound, value) ? 6 : std::ceil(6 * value / lower_bound * digits) / digits;
  if (std::isinf(ratio)) return {};
  return promise{ratio, 0,
                 fmt::format("at most {:.6g} x the optimum (Kedad-Sidhoum, Monna, Trystram 2015: "
                             "CPUs of one speed and GPUs of one speed, no communication)",
                             ratio)};
}

}  // namespace heddle
