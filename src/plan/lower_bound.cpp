#include <heddle/plan/lower_bound.hpp>

#include "src/plan/bound/bounds.hpp"
#include "src/plan/bound/time_grid.hpp"
#include "src/plan/dp/placement_problem.hpp"
#include "src/plan/dp/series_parallel.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace heddle {
namespace {

double critical_path(relaxation const& r)
{
  auto const& edges = r.costs.edges();
  std::vector<double> start(r.num_tasks());
  double longest = 0;
  for (auto const task : edges.topological_order) {
    auto const t      = static_cast<std::size_t>(task);
    auto const finish = start[t] + r.least_seconds[t];
    longest           = std::max(longest, finish);
    for (auto const next : edges.successors(task)) {
      auto& head = start[static_cast<std::size_t>(next)];
      head       = std::max(head, finish);
    }
  }
  return longest;
}

double area(relaxation const& r)
{
  return std::inner_product(r.work.begin(), r.work.end(), r.cores.begin(), 0.0) / r.total_speed;
}

/// How much may be spent on one input.
struct efforts {
  explicit efforts(cost_model const& costs)
  {
    auto const tasks = static_cast<double>(costs.num_tasks());
    auto const edges = static_cast<double>(costs.edges().num_edges());
    auto const nodes = static_cast<double>(costs.num_memory_nodes());
    auto const links = costs.uniform_links() ? nodes : nodes * nodes;
    auto const most  = std::min<double>(costs.num_resources(), relaxation::most_fastest);
    ancestors        = tasks * (tasks + edges) * most <= 0x1p27;
    bool const fits  = tasks * nodes <= 0x1p25;  // a row of each task, 8 bytes a node
    placements       = fits && edges * links <= 0x1p24;
    joint_placements = (tasks + edges) * nodes * nodes * nodes <= 0x1p24 && fits_unhindered(costs);
    scores           = fits && !placements && placement_additions(costs) <= 0x1p30;
    sharing          = tasks + edges <= 0x1p16;
    heads            = at_most_256(0x1p22 / tasks);
    points           = at_most_256(std::sqrt(0x1p19 / tasks));
  }

  /// At least one; also for no tasks.
  static std::size_t at_most_256(double number)
  {
    return static_cast<std::size_t>(std::clamp(number, 1.0, 256.0));
  }

  bool ancestors;
  bool placements;
  bool joint_placements;
  bool scores;
  bool sharing;
  std::size_t heads;
  std::size_t points;
};

class bound_collection {
 public:
  explicit bound_collection(cost_model const& costs) : effort_{costs}, r_{costs} {}

  std::vector<lower_bound> all() &&
  {
    add("critical path", critical_path(r_));
    add("area", area(r_));
    auto const w = effort_.ancestors ? ancestor_windows(r_) : path_windows(r_);
    add("path with transfers", path_bound(r_, w));
    add("openings", opening_bound(r_, w));
    add("load between heads and tails", head_tail_bound(r_, w, effort_.heads));
    if (effort_.placements) add("placements", placement_bound(r_, w));
    if (effort_.scores) add("placements", placement_bound_seconds(r_.costs));
    if (effort_.joint_placements) add("joint placements", unhindered_bound_seconds(r_.costs));
    if (effort_.points >= 8) add("work in intervals", interval_bound(r_, w, best_, effort_.points));
    if (effort_.sharing) add("shared nodes", sharing_bound(r_, w, best_));
    if (auto const grid = time_grid(r_.costs); grid > 0) {
      bounds_.push_back({"grid of times", rounded_up(best_, grid)});
    }
    return std::move(bounds_);
  }

 private:
  void add(std::string_view name, double time)
  {
    constexpr double errors = 4e-13;  // `plan` takes 1e-12 for none
    bounds_.push_back({name, time * (1 - errors)});
    best_ = std::max(best_, time);
  }

  efforts effort_;
  relaxation r_;
  double best_ = 0;
  std::vector<lower_bound> bounds_{};
};

}  // namespace

std::vector<lower_bound> lower_bounds(cost_model const& costs)
{
  return bound_collection{costs}.all();
}

double lower_bound_seconds(cost_model const& costs)
{
  double best = 0;
  for (auto const& each : lower_bounds(costs)) best = std::max(best, each.seconds);
  return best;
}

double trivial_bound_seconds(cost_model const& costs)
{
  relaxation const r{costs};
  return std::max(critical_path(r), area(r));
}

}  // namespace heddle
