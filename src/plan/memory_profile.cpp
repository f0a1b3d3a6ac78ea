#include "src/plan/memory_profile.hpp"

#include <algorithm>

namespace heddle {

double memory_profile::first_fit(double ready, double length, double most) const
{
  auto start = ready;
  for (auto i = step_at(ready);; ++i) {
    bool const is_last = i + 1 == steps_.size();
    if (steps_[i].bytes > most) {
      start = steps_[i + 1].begin;  // the last step is empty
    } else if (is_last || steps_[i + 1].begin >= start + length) {
      return start;
    }
  }
}

void memory_profile::occupy(double start, double finish, double bytes)
{
  if (!(start < finish)) return;
  auto const first = split(start);
  auto const last  = split(finish);
  for (auto i = first; i < last; ++i) steps_[i].bytes += bytes;
}

/// The step in which `time` lies.
std::size_t memory_profile::step_at(double time) const
{
  auto const after = std::upper_bound(steps_.begin(), steps_.end(), time,
                                      [](double t, step const& s) { return t < s.begin; });
  return static_cast<std::size_t>(after - steps_.begin()) - 1;
}

/// Makes a step begin at `time`; returns which.
std::size_t memory_profile::split(double time)
{
  auto const i = step_at(time);
  if (steps_[i].begin == time) return i;
  steps_.insert(steps_.begin() + static_cast<std::ptrdiff_t>(i) + 1, {time, steps_[i].bytes});
  return i + 1;
}

}  // namespace heddle
