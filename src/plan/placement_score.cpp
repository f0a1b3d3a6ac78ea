#include <heddle/plan/placement_score.hpp>

#include "kernels/launchers.hpp"
#include "kernels/placement_score.hpp"

#include <heddle/base/error.hpp>

namespace heddle {
namespace {

using kernels::placement_score_args;

static_assert(kernels::infinite_score == infinite_ticks);

/// What a call works on, checked.
struct batch {
  placement_score_args args;
  kernels::scenario_strides strides;
  std::int32_t num_scenarios;
};

/// 0 if `size` is that of one scenario, else `one`.
///
/// @throw invalid_argument if `size` fits neither one nor all scenarios
std::int64_t stride(std::size_t size, std::size_t one, std::size_t scenarios)
{
  if (size == one) return 0;
  if (size == one * scenarios) return static_cast<std::int64_t>(one);
  throw invalid_argument{"placement_scores: spans disagree on the number of scenarios"};
}

batch make_batch(placement_costs const& costs, topological_levels const& levels,
                 std::span<ticks> score)
{
  if (costs.first_edge.empty() || levels.first_task.empty() || costs.num_places < 1 ||
      levels.task.size() != costs.first_edge.size() - 1) {
    throw invalid_argument{"placement_scores: spans disagree on the number of tasks"};
  }
  auto const places      = static_cast<std::size_t>(costs.num_places);
  auto const tasks       = costs.first_edge.size() - 1;
  auto const of_scenario = tasks * places;
  auto const scenarios   = tasks == 0 ? 0 : score.size() / of_scenario;
  auto const all         = scenarios * of_scenario;
  if (score.size() != all) {
    throw invalid_argument{"placement_scores: spans disagree on the number of tasks and places"};
  }
  return {{costs.num_places, costs.first_edge.data(), costs.successor.data(),
           costs.execution.data(), costs.transfer_share.data(), costs.links.data(), score.data()},
          {stride(costs.execution.size(), of_scenario, scenarios),
           stride(costs.transfer_share.size(), costs.successor.size(), scenarios),
           stride(costs.links.size(), 2 * places * places, scenarios),
           static_cast<std::int64_t>(of_scenario)},
          static_cast<std::int32_t>(scenarios)};
}

/// Calls `run_level(tasks)` from the exit tasks back to the entry tasks.
template <class RunLevel>
void for_each_level_backward(topological_levels const& levels, RunLevel run_level)
{
  for (auto level = levels.first_task.size() - 1; level-- > 0;) {
    auto const first = static_cast<std::size_t>(levels.first_task[level]);
    auto const last  = static_cast<std::size_t>(levels.first_task[level + 1]);
    run_level(levels.task.subspan(first, last - first));
  }
}

/// Scores vectors of `Width` places of each of `tasks` from `first_place` on, as long as there are
/// as many places. Returns the first place that is left.
template <int Width>
std::int32_t score_vectors(placement_score_args const& args, std::span<std::int32_t const> tasks,
                           std::int32_t first_place)
{
  for (; first_place + Width <= args.num_places; first_place += Width) {
    for (auto const task : tasks) {
      kernels::placement_score<Width>(kernels::serial_group<>{}, args, task, first_place);
    }
  }
  return first_place;
}

// Compiled for each set of vector instructions, with all that it calls; the best that the CPU has
// is chosen when the program starts. Where there is no fused multiply-add, the C library's gives
// the same bits.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
  !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
[[gnu::flatten]] __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#endif
void score_level(placement_score_args const& args, std::span<std::int32_t const> tasks)
{
  auto place = score_vectors<16>(args, tasks, 0);
  place      = score_vectors<8>(args, tasks, place);
  place      = score_vectors<4>(args, tasks, place);
  score_vectors<1>(args, tasks, place);
}

/// By the mean number of successors, the only thing that the host knows of a graph on a device.
kernels::placement_team team_for(placement_costs const& costs)
{
  constexpr std::size_t many_successors = 64;
  return costs.successor.size() > many_successors * (costs.first_edge.size() - 1)
           ? kernels::placement_team::warp
           : kernels::placement_team::thread;
}

}  // namespace

void placement_scores(placement_costs costs, topological_levels levels, std::span<ticks> score)
{
  auto const all = make_batch(costs, levels, score);
  for (std::int32_t scenario = 0; scenario < all.num_scenarios; ++scenario) {
    auto const args = kernels::of_scenario(all.args, all.strides, scenario);
    for_each_level_backward(levels,
                            [&](std::span<std::int32_t const> tasks) { score_level(args, tasks); });
  }
}

void placement_scores_async(placement_costs costs, topological_levels levels,
                            std::span<ticks> score, stream_ref stream)
{
  auto const all  = make_batch(costs, levels, score);
  auto const team = team_for(costs);
  for_each_level_backward(levels, [&](std::span<std::int32_t const> tasks) {
    kernels::launch_placement_score(all.args, all.strides, all.num_scenarios, tasks.data(),
                                    static_cast<std::int32_t>(tasks.size()), team, stream);
  });
}

}  // namespace heddle
