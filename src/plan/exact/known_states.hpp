/// @file
/// Partial schedules already searched, so that no worse ones are searched again.
#pragma once

#include "src/plan/exact/partial_plan.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace heddle {

/// What partial schedules leave to those that complete them: when each resource is free, when the
/// inputs of unplaced tasks arrive where. Remembers some of those it has seen, by the set of tasks
/// placed: of each set the last 64 that none of them dominated; at 64 MiB it forgets all.
class known_states {
 public:
  explicit known_states(std::size_t tasks);

  /// Whether one seen with the same tasks placed leaves everything no later; else remembers this
  /// one.
  [[nodiscard]] bool is_dominated(exact_problem const& p, partial_plan const& plan);

 private:
  struct bucket {
    std::uint32_t placed = 0;
    std::size_t states   = 0;  ///< ever added for this set
    std::vector<double> values{};
  };

  static constexpr std::size_t most_states = 64;
  static constexpr std::size_t most_values = std::size_t{1} << 23;

  void describe(exact_problem const& p, partial_plan const& plan);
  bucket& bucket_of(std::uint32_t placed);
  void remember(bucket& seen);
  void forget();

  int log_buckets_;
  std::vector<bucket> buckets_;
  std::size_t held_ = 0;         ///< values in all buckets
  std::vector<double> state_{};  ///< of the plan asked for
};

}  // namespace heddle
