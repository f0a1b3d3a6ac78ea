/// @file
/// How much of one account of memory the tasks placed so far hold, and when.
#pragma once

#include <cstddef>
#include <vector>

namespace heddle {

/// Bytes in use as a step function of time, from 0 on. Steps are in order of time, the first at 0;
/// after the last, nothing is in use. `first_fit` and `occupy` take O(steps) time. Not thread-safe.
class memory_profile {
 public:
  /// The earliest start >= `ready` from which no more than `most` bytes are in use for `length`
  /// seconds. `most` is not negative.
  [[nodiscard]] double first_fit(double ready, double length, double most) const;

  /// Holds `bytes` in `[start, finish)`.
  void occupy(double start, double finish, double bytes);

 private:
  struct step {
    double begin;
    double bytes;
  };

  [[nodiscard]] std::size_t step_at(double time) const;
  std::size_t split(double time);

  std::vector<step> steps_{{0, 0}};
};

}  // namespace heddle
