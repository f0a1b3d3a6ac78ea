/// @file
/// The shortest schedule found so far.
#pragma once

#include "src/plan/exact/partial_plan.hpp"

#include <heddle/plan/schedule.hpp>

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace heddle {

/// The shortest of the schedules taken, and which ones are still looked for: those shorter by more
/// than rounding, and where all times are multiples of a grid (see `time_grid`), by one of it.
class incumbent {
 public:
  /// @param grid 0: none
  explicit incumbent(double grid) : grid_{grid} {}

  void take(std::vector<assignment> tasks);

  /// The schedule of these steps, one for each task.
  void take(std::span<step const> steps);

  /// Whether no schedule that takes at least `bound` seconds is looked for.
  [[nodiscard]] bool beats(double bound) const { return bound >= limit_; }

  /// Schedules are looked for that take less. What is no schedule but only its bound may lie
  /// between two times of the grid, above all but a thousandth of which this is.
  [[nodiscard]] double limit() const { return limit_; }

  /// Nothing was found that is shorter than this, by rounding.
  [[nodiscard]] double proven() const { return makespan_ * (1 - rounding); }

  [[nodiscard]] double makespan() const { return makespan_; }
  [[nodiscard]] std::vector<assignment> const& tasks() const { return tasks_; }
  [[nodiscard]] std::uint64_t taken() const { return taken_; }

 private:
  static constexpr double rounding = 4e-13;  ///< relative; below what `plan` takes for rounding

  double grid_;
  double makespan_ = std::numeric_limits<double>::infinity();
  double limit_    = std::numeric_limits<double>::infinity();
  std::vector<assignment> tasks_{};
  std::uint64_t taken_ = 0;
};

}  // namespace heddle
