#include "src/plan/exact/known_states.hpp"

#include <algorithm>
#include <functional>

namespace heddle {

known_states::known_states(std::size_t tasks)
  : log_buckets_{static_cast<int>(std::clamp<std::size_t>(tasks, 1, 16))},
    buckets_(std::size_t{1} << log_buckets_)
{
}

void known_states::describe(exact_problem const& p, partial_plan const& plan)
{
  state_.clear();
  for (std::size_t r = 0; r < p.num_resources; ++r) state_.push_back(plan.free_from(r));
  for (std::size_t t = 0; t < p.num_tasks; ++t) {
    if (plan.has(t) || (p.predecessors[t] & plan.placed) == 0) continue;
    auto const* const row = &plan.arrival[t * p.num_nodes];
    state_.insert(state_.end(), row, row + p.num_nodes);
  }
}

bool known_states::is_dominated(exact_problem const& p, partial_plan const& plan)
{
  describe(p, plan);
  if (held_ > most_values) forget();
  auto& seen      = bucket_of(plan.placed);
  auto const size = state_.size();
  for (auto other = seen.values.begin(); other != seen.values.end();
       other += static_cast<std::ptrdiff_t>(size)) {
    if (std::equal(state_.begin(), state_.end(), other, std::greater_equal{})) return true;
  }
  remember(seen);
  return false;
}

known_states::bucket& known_states::bucket_of(std::uint32_t placed)
{
  auto& seen = buckets_[placed * std::uint32_t{2654435769U} >> (32 - log_buckets_)];
  if (seen.placed != placed) {
    held_ -= seen.values.size();
    seen = {placed, 0, {}};
  }
  return seen;
}

void known_states::forget()
{
  for (auto& each : buckets_) each = {};
  held_ = 0;
}

/// In place of the oldest of its set if that is full.
void known_states::remember(bucket& seen)
{
  auto const place = seen.states % most_states * state_.size();
  if (place == seen.values.size()) {
    held_ += state_.size();
    seen.values.insert(seen.values.end(), state_.begin(), state_.end());
  } else {
    std::copy(state_.begin(), state_.end(),
              seen.values.begin() + static_cast<std::ptrdiff_t>(place));
  }
  ++seen.states;
}

}  // namespace heddle
