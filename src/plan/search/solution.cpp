#include "src/plan/search/solution.hpp"

#include "src/plan/makespan.hpp"
#include "src/plan/partial_schedule.hpp"

#include <algorithm>
#include <tuple>

namespace heddle {
namespace {

std::size_t index(std::int32_t i)
{
  return static_cast<std::size_t>(i);
}

std::vector<assignment> placed(cost_model const& costs, solution const& s, placement how)
{
  partial_schedule so_far{costs, how};
  for (auto const task : s.order) {
    so_far.arrivals(task);
    auto where = so_far.on(task, s.resource[index(task)]);
    if (where.resource < 0) where = so_far.earliest_finish(task);
    so_far.place(task, where);
  }
  return std::move(so_far).release();
}

}  // namespace

solution solution_of(cost_model const& costs, std::vector<assignment> const& tasks)
{
  solution s;
  auto const& topological = costs.edges().topological_order;
  std::vector<std::size_t> rank(topological.size());
  for (std::size_t i = 0; i < topological.size(); ++i) rank[index(topological[i])] = i;
  s.order        = topological;
  auto const key = [&](task_id t) {
    auto const& where = tasks[index(t)];
    return std::tuple{where.start_seconds, where.finish_seconds, rank[index(t)]};
  };
  std::ranges::sort(s.order, {}, key);
  for (std::size_t t = 0; t < topological.size(); ++t) s.resource.push_back(tasks[t].resource);
  std::vector<double> finish;
  s.makespan_seconds =
    costs.is_plain() ? seconds_of(costs, s, finish) : append_seconds_of(costs, s);
  return s;
}

double seconds_of(cost_model const& costs, solution const& s, std::vector<double>& finish)
{
  auto const& edges = costs.edges();
  std::vector<double> free(index(costs.num_resources()));
  finish.resize(costs.num_tasks());
  double latest = 0;
  for (auto const task : s.order) {
    auto const resource = s.resource[index(task)];
    auto const before   = edges.predecessors(task);
    auto const bytes    = edges.bytes_from_predecessors(task);
    auto start          = free[index(resource)];
    for (std::size_t e = 0; e < before.size(); ++e) {
      auto const from = index(before[e]);
      start           = std::max(start,
                                 finish[from] + costs.transfer_seconds(bytes[e], s.resource[from], resource));
    }
    auto const end        = start + costs.execution_seconds(task, resource);
    finish[index(task)]   = end;
    free[index(resource)] = end;
    latest                = std::max(latest, end);
  }
  return latest;
}

double append_seconds_of(cost_model const& costs, solution const& s)
{
  return makespan_of(placed(costs, s, placement::append));
}

std::vector<assignment> schedule_of(cost_model const& costs, solution const& s)
{
  auto behind = placed(costs, s, placement::append);
  auto gaps   = placed(costs, s, placement::insert);
  return makespan_of(gaps) < makespan_of(behind) ? gaps : behind;
}

}  // namespace heddle
