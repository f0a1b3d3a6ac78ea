/// @file
/// A schedule executed in simulated time, with execution times that vary.
#pragma once

#include <heddle/cost/cost_model.hpp>
#include <heddle/plan/schedule.hpp>
#include <heddle/workflow/edge_table.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace heddle {

/// How execution times vary: each is multiplied by a factor of its own, log-normal, of mean 1.
///
///     factor = exp(sigma z - sigma^2 / 2), z standard normal, sigma^2 = log(1 + variation^2)
///
/// The factor of a task follows from the seed and the task's number alone, so that schedules of one
/// workflow can be compared under the same circumstances.
struct noise {
  double variation   = 0;  ///< coefficient of variation: standard deviation / mean; 0: none
  std::uint64_t seed = 1;
};

/// Beyond it nearly all tasks take next to no time, and few for ever.
inline constexpr double most_variation = 1000;

/// Executes a schedule in simulated time as a run does that is given it: each resource runs its
/// tasks in the schedule's order, each as soon as the one before it has ended, on all of its cores,
/// its inputs are there, it is released, and those tasks have ended whose memory it takes over in
/// the schedule. Without noise no task starts later than planned, but
/// for rounding.
///
/// Immutable, hence safe to share between threads. Keeps a reference to the cost model. Takes 60
/// bytes a task and 32 an edge.
class schedule_simulator {
 public:
  /// Takes O(tasks x log tasks + edges) time.
  ///
  /// @throw invalid_argument if the schedule was not made for these costs, or if in its order some
  /// tasks wait for each other
  schedule_simulator(schedule const& s, cost_model const& costs);

  /// Where and when each task runs, [tasks]. Takes O(tasks + edges) time.
  ///
  /// @throw invalid_argument if the variation is not from 0 to `most_variation`
  [[nodiscard]] std::vector<assignment> run(noise const& of = {}) const;

  /// When the last task ends, in seconds; the same as of `run`.
  [[nodiscard]] double makespan_seconds(noise const& of = {}) const;

 private:
  template <class Visit>
  void visit_in_order(noise const& of, Visit&& visit) const;

  cost_model const& costs_;
  std::vector<int> resource_;     ///< [tasks]
  std::vector<double> earliest_;  ///< [tasks] in seconds, whatever the others do
  edge_table waits_;              ///< who waits for whom: for data, or for a core
  std::vector<double> transfer_;  ///< [waits] in seconds, by the task that waits
};

/// Simulates `samples` runs with the seeds from `of.seed` on. Takes O(samples x (tasks + edges))
/// time.
///
/// @throw invalid_argument if there are no samples, or as `schedule_simulator` does
[[nodiscard]] robustness measure_robustness(schedule const& s, cost_model const& costs,
                                            noise const& of, std::size_t samples);

}  // namespace heddle
