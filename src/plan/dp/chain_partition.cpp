#include <heddle/plan/chain_partition.hpp>

#include <heddle/base/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace heddle {
namespace {

/// How many intervals of each kind may follow: as many as there are resources left, or always all.
enum class supply { counted, endless };

/// The dynamic program. A state is a next stage and a number that says how many resources of each
/// kind are left: its digits, the first kind's the lowest, are the counts.
class partition_program {
 public:
  partition_program(std::span<chain_stage const> stages, std::span<chain_resources const> kinds,
                    chain_objective objective, supply of_resources)
    : stages_{stages}, kinds_{kinds}, objective_{objective}, supply_{of_resources}
  {
    for (auto const& kind : kinds) {
      weight_.push_back(num_left_);
      if (supply_ == supply::counted) num_left_ *= index(kind.count + 1);
    }
    best_.assign((stages.size() + 1) * num_left_, infinite_ticks);
    std::fill(best_.end() - static_cast<std::ptrdiff_t>(num_left_), best_.end(), 0);
    for (auto next = stages.size(); next-- > 0;) {
      for (std::size_t left = 0; left < num_left_; ++left) {
        auto& best = best_[next * num_left_ + left];
        for_each_interval(
          next, left, [&](chain_interval const&, ticks value) { best = std::min(best, value); });
      }
    }
  }

  /// With all stages before it and all resources left.
  [[nodiscard]] ticks value() const { return best_[num_left_ - 1]; }

  /// The choices that lead to `value`, which is finite.
  [[nodiscard]] std::vector<chain_interval> intervals() const
  {
    std::vector<chain_interval> all;
    std::size_t next = 0;
    auto left        = num_left_ - 1;
    while (next < stages_.size()) {
      auto const interval = first_best(next, left);
      all.push_back(interval);
      next = interval.end_stage;
      left -= weight_of(interval);
    }
    return all;
  }

 private:
  static std::size_t index(int i) { return static_cast<std::size_t>(i); }

  [[nodiscard]] int num_left(std::size_t kind, std::size_t left) const
  {
    auto const count = kinds_[kind].count;
    if (supply_ == supply::endless) return count;
    return static_cast<int>(left / weight_[kind] % index(count + 1));
  }

  [[nodiscard]] std::size_t weight_of(chain_interval const& taken) const
  {
    return supply_ == supply::endless ? 0 : index(taken.copies) * weight_[taken.kind];
  }

  /// Calls `visit(interval, value of it and the best after it)` for all that may come next.
  template <class Visit>
  void for_each_interval(std::size_t next, std::size_t left, Visit visit) const
  {
    for (std::size_t kind = 0; kind < kinds_.size(); ++kind) {
      auto const available = num_left(kind, left);
      auto const copies =
        objective_ == chain_objective::latency ? std::min(available, 1) : available;
      // Where resources are endless, more copies are never worse.
      auto const step = supply_ == supply::endless ? std::max(1, copies - 1) : 1;
      for (int c = 1; c <= copies; c += step) extend({next, next, kind, c}, left, visit);
    }
  }

  /// The same for all ends of an interval.
  template <class Visit>
  void extend(chain_interval interval, std::size_t left, Visit visit) const
  {
    auto const after = left - weight_of(interval);
    auto const room  = kinds_[interval.kind].memory_bytes;
    ticks work       = 0;
    double memory    = 0;
    while (interval.end_stage < stages_.size()) {
      auto const& stage = stages_[interval.end_stage++];
      auto const time   = stage.execution[interval.kind];
      memory += stage.memory_bytes;
      if (time == infinite_ticks || (room > 0 && memory > room)) return;
      if (interval.copies > 1 && !stage.replicable) return;
      work += time;
      auto const rest = best_[interval.end_stage * num_left_ + after];
      if (rest < infinite_ticks) visit(interval, with_rest(interval, work, rest));
    }
  }

  [[nodiscard]] ticks with_rest(chain_interval const& interval, ticks work, ticks rest) const
  {
    auto const sent =
      interval.end_stage < stages_.size() ? stages_[interval.end_stage - 1].transfer_to_next : 0;
    if (objective_ == chain_objective::latency) return work + sent + rest;
    auto const received =
      interval.first_stage > 0 ? stages_[interval.first_stage - 1].transfer_to_next : 0;
    auto const busy = received + work + sent;
    return std::max(rest, (busy + interval.copies - 1) / interval.copies);
  }

  [[nodiscard]] chain_interval first_best(std::size_t next, std::size_t left) const
  {
    chain_interval first;
    bool found = false;
    for_each_interval(next, left, [&](chain_interval const& interval, ticks value) {
      if (found || value != best_[next * num_left_ + left]) return;
      first = interval;
      found = true;
    });
    return first;
  }

  std::span<chain_stage const> stages_;
  std::span<chain_resources const> kinds_;
  chain_objective objective_;
  supply supply_;
  std::vector<std::size_t> weight_;  ///< [kinds], of a digit
  std::size_t num_left_ = 1;
  std::vector<ticks> best_;  ///< [stages + 1][what is left], the least value from there on
};

void expect_stage(chain_stage const& stage, std::size_t number, std::size_t num_kinds)
{
  auto const is_time = [](ticks time) { return time >= 0 && time <= infinite_ticks; };
  if (stage.execution.size() != num_kinds) {
    throw invalid_argument{
      fmt::format("partition_chain: stage {} has {} execution times for {} "
                  "kinds of resources",
                  number, stage.execution.size(), num_kinds)};
  }
  if (!std::all_of(stage.execution.begin(), stage.execution.end(), is_time) ||
      !is_time(stage.transfer_to_next) || stage.transfer_to_next == infinite_ticks) {
    throw invalid_argument{
      fmt::format("partition_chain: stage {} has a time that is negative or "
                  "above infinity, or an infinite transfer",
                  number)};
  }
}

/// Of what runs: 0 for a stage that runs nowhere.
ticks longest_execution(chain_stage const& stage)
{
  ticks longest = 0;
  for (auto const time : stage.execution) {
    if (time < infinite_ticks) longest = std::max(longest, time);
  }
  return longest;
}

void expect_finite_sums(std::span<chain_stage const> stages)
{
  std::int64_t sum = 0;
  for (auto const& stage : stages) {
    sum += longest_execution(stage) + 2 * std::int64_t{stage.transfer_to_next};
  }
  if (sum >= infinite_ticks) {
    throw invalid_argument{
      fmt::format("partition_chain: the times add up to {} ticks, infinity is "
                  "2^30: use longer ticks",
                  sum)};
  }
}

void expect_sound(std::span<chain_stage const> stages, std::span<chain_resources const> kinds)
{
  for (auto const& kind : kinds) {
    if (kind.count < 1) throw invalid_argument{"partition_chain: a kind has no resource"};
  }
  for (std::size_t i = 0; i < stages.size(); ++i) expect_stage(stages[i], i, kinds.size());
  expect_finite_sums(stages);
}

/// Every token takes each stage's least work from someone.
ticks least_share(std::span<chain_stage const> stages, std::span<chain_resources const> kinds)
{
  std::int64_t work = 0, resources = 0;
  for (auto const& stage : stages) {
    auto const least = *std::min_element(stage.execution.begin(), stage.execution.end());
    if (least < infinite_ticks) work += least;
  }
  for (auto const& kind : kinds) resources += kind.count;
  return static_cast<ticks>((work + resources - 1) / resources);
}

/// Beyond the states that are solved.
chain_partition bound_chain(std::span<chain_stage const> stages,
                            std::span<chain_resources const> kinds, chain_objective objective)
{
  chain_partition result;
  result.lower_bound = partition_program{stages, kinds, objective, supply::endless}.value();
  if (objective == chain_objective::bottleneck) {
    result.lower_bound = std::max(result.lower_bound, least_share(stages, kinds));
  }
  result.message = fmt::format(
    "{} states, (stages + 1) x product over kinds of (count + 1), are more than {}: this is a "
    "lower bound alone; merge stages or kinds",
    chain_states(stages.size(), kinds), most_chain_states);
  return result;
}

}  // namespace

std::int64_t chain_states(std::size_t num_stages, std::span<chain_resources const> kinds)
{
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  auto states         = static_cast<std::int64_t>(num_stages) + 1;
  for (auto const& kind : kinds) {
    auto const factor = std::int64_t{kind.count} + 1;
    states            = states > most / factor ? most : states * factor;
  }
  return states;
}

chain_partition partition_chain(std::span<chain_stage const> stages,
                                std::span<chain_resources const> kinds, chain_objective objective)
{
  expect_sound(stages, kinds);
  if (stages.empty()) return {{}, 0, 0, {}};
  if (chain_states(stages.size(), kinds) > most_chain_states) {
    return bound_chain(stages, kinds, objective);
  }
  partition_program const program{stages, kinds, objective, supply::counted};
  chain_partition result{{}, program.value(), program.value(), {}};
  if (result.value < infinite_ticks) {
    result.intervals = program.intervals();
  } else {
    result.message =
      "no partition: for each, a stage cannot run where it would, memory does not "
      "suffice, or resources do not";
  }
  return result;
}

}  // namespace heddle
