#include <heddle/plan/simulation.hpp>

#include "src/plan/memory_flow.hpp"

#include <heddle/base/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <tuple>

namespace heddle {
namespace {

std::size_t index(std::int32_t i)
{
  return static_cast<std::size_t>(i);
}

/// Mixes its input well: SplitMix64 (Steele, Lea, Flood 2014).
std::uint64_t mix(std::uint64_t x)
{
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111eb;
  return x ^ (x >> 31U);
}

/// In (0, 1).
double to_unit(std::uint64_t bits)
{
  return (static_cast<double>(bits >> 12U) + 0.5) * 0x1p-52;
}

/// The factors of one run.
class factors {
 public:
  explicit factors(noise const& of) : seed_{mix(of.seed)}
  {
    if (!(of.variation >= 0 && of.variation <= most_variation)) {
      throw invalid_argument{fmt::format("noise: a variation of {}; it must be from 0 to {}",
                                         of.variation, most_variation)};
    }
    variance_ = std::log1p(of.variation * of.variation);
    sigma_    = std::sqrt(variance_);
  }

  /// Normal numbers by the method of Box and Muller (1958).
  [[nodiscard]] double of(task_id task) const
  {
    if (sigma_ == 0) return 1;
    auto const first  = mix(seed_ + static_cast<std::uint64_t>(task));
    auto const radius = std::sqrt(-2 * std::log(to_unit(first)));
    auto const z      = radius * std::cos(2 * std::numbers::pi * to_unit(mix(first)));
    return std::exp(sigma_ * z - variance_ / 2);
  }

 private:
  std::uint64_t seed_;
  double variance_;
  double sigma_;
};

void expect_made_for(schedule const& s, cost_model const& costs)
{
  auto const fits = [&](assignment const& a) {
    return a.resource >= 0 && a.resource < costs.num_resources();
  };
  if (s.tasks.size() == costs.num_tasks() && std::all_of(s.tasks.begin(), s.tasks.end(), fits)) {
    return;
  }
  throw invalid_argument{fmt::format(
    "simulation: the schedule has {} tasks, the workflow {}; plan this workflow on this machine",
    s.tasks.size(), costs.num_tasks())};
}

/// [tasks], the position of each in topological order.
std::vector<std::int32_t> positions(edge_table const& edges)
{
  std::vector<std::int32_t> position_of(edges.num_tasks());
  for (std::size_t i = 0; i < position_of.size(); ++i) {
    position_of[index(edges.topological_order[i])] = static_cast<std::int32_t>(i);
  }
  return position_of;
}

/// Tasks in the order of time.
std::vector<task_id> by_start(schedule const& s, edge_table const& edges)
{
  auto const position_of = positions(edges);
  auto const key         = [&](task_id t) {
    auto const& task = s.tasks[index(t)];
    return std::tuple{task.start_seconds, task.finish_seconds, position_of[index(t)]};
  };
  std::vector<task_id> order(s.tasks.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](task_id a, task_id b) { return key(a) < key(b); });
  return order;
}

/// Calls `visit(resource)` for each that the task takes.
template <class Visit>
void for_each_resource(schedule const& s, task_id task, Visit&& visit)
{
  visit(s.tasks[index(task)].resource);
  for (auto const& core : s.further_cores_of(task)) visit(core.resource);
}

/// The workflow's edges, one from each task to the next on each resource, and those of memory.
edge_table waits_of(schedule const& s, cost_model const& costs)
{
  auto const& edges = costs.edges();
  std::vector<edge> waits;
  waits.reserve(edges.num_edges() + edges.num_tasks());
  for (std::size_t t = 0; t < edges.num_tasks(); ++t) {
    auto const task       = static_cast<task_id>(t);
    auto const successors = edges.successors(task);
    auto const bytes      = edges.bytes_to_successors(task);
    for (std::size_t i = 0; i < bytes.size(); ++i) waits.push_back({task, successors[i], bytes[i]});
  }
  std::vector<task_id> last(index(costs.num_resources()), -1);
  auto const order = by_start(s, edges);
  append_memory_waits(s, costs, order, waits);
  for (auto const task : order) {
    for_each_resource(s, task, [&](int resource) {
      auto& before = last[index(resource)];
      if (before >= 0) waits.push_back({before, task, 0});
      before = task;
    });
  }
  try {
    return make_edge_table(edges.num_tasks(), waits);
  } catch (cycle_error const&) {
    throw invalid_argument{
      "simulation: tasks wait for each other in the order of the schedule; is it valid?"};
  }
}

double earliest_start(schedule const& s, cost_model const& costs, task_id task)
{
  auto const home    = costs.memory_nodes()[index(s.tasks[index(task)].resource)];
  auto const located = costs.located_arrivals(task);
  auto earliest      = costs.release_seconds(task);
  if (!located.empty()) earliest = std::max(earliest, located[index(home)]);
  for_each_resource(s, task, [&](int resource) {
    earliest = std::max(earliest, costs.free_from_seconds(resource));
  });
  return earliest;
}

}  // namespace

schedule_simulator::schedule_simulator(schedule const& s, cost_model const& costs) : costs_{costs}
{
  expect_made_for(s, costs);
  waits_ = waits_of(s, costs);
  transfer_.reserve(waits_.num_edges());
  for (std::size_t t = 0; t < s.tasks.size(); ++t) {
    auto const task   = static_cast<task_id>(t);
    auto const before = waits_.predecessors(task);
    auto const bytes  = waits_.bytes_from_predecessors(task);
    resource_.push_back(s.tasks[t].resource);
    earliest_.push_back(earliest_start(s, costs, task));
    for (std::size_t i = 0; i < before.size(); ++i) {
      auto const from = s.tasks[index(before[i])].resource;
      transfer_.push_back(costs.transfer_seconds(bytes[i], from, resource_[t]));
    }
  }
}

/// Calls `visit(task, start, finish)`.
template <class Visit>
void schedule_simulator::visit_in_order(noise const& of, Visit&& visit) const
{
  factors const factor{of};
  std::vector<double> finish(resource_.size());
  for (auto const task : waits_.topological_order) {
    auto start           = earliest_[index(task)];
    auto const* transfer = transfer_.data() + waits_.first_predecessor[index(task)];
    for (auto const p : waits_.predecessors(task)) {
      start = std::max(start, finish[index(p)] + *transfer++);
    }
    auto const execution = costs_.execution_seconds(task, resource_[index(task)]) * factor.of(task);
    finish[index(task)]  = start + execution;
    visit(task, start, finish[index(task)]);
  }
}

std::vector<assignment> schedule_simulator::run(noise const& of) const
{
  std::vector<assignment> tasks(resource_.size());
  visit_in_order(of, [&](task_id task, double start, double finish) {
    tasks[index(task)] = {resource_[index(task)], start, finish};
  });
  return tasks;
}

double schedule_simulator::makespan_seconds(noise const& of) const
{
  double latest = 0;
  visit_in_order(of, [&](task_id, double, double finish) { latest = std::max(latest, finish); });
  return latest;
}

robustness measure_robustness(schedule const& s, cost_model const& costs, noise const& of,
                              std::size_t samples)
{
  if (samples == 0) throw invalid_argument{"measure_robustness: no samples; take at least one"};
  schedule_simulator const simulator{s, costs};
  std::vector<double> makespans;
  for (std::size_t i = 0; i < samples; ++i) {
    makespans.push_back(simulator.makespan_seconds({of.variation, of.seed + i}));
  }
  std::sort(makespans.begin(), makespans.end());
  auto const planned = s.makespan_seconds;
  auto const ratio   = [&](double makespan) { return planned > 0 ? makespan / planned : 1; };
  auto const at      = [&](double share) {
    auto const rank = std::ceil(share * static_cast<double>(samples));
    return ratio(makespans[static_cast<std::size_t>(std::max(rank, 1.0)) - 1]);
  };
  auto const sum = std::accumulate(makespans.begin(), makespans.end(), 0.0);
  return {of.variation, samples,  ratio(sum / static_cast<double>(samples)),
          at(0.5),      at(0.95), at(1)};
}

}  // namespace heddle
