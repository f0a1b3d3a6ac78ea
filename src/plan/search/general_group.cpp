#include "src/plan/search/general_group.hpp"

#include "src/plan/makespan.hpp"

#include <algorithm>
#include <cmath>

namespace heddle {
namespace {

// Temperatures, as parts of the makespan.
constexpr double first_warmth = 1e-2;
constexpr double last_warmth  = 1e-5;

constexpr int order_moves     = 50;  // of 100
constexpr int neighbour_moves = 50;  // of 100 of the others

std::size_t index(std::int32_t i)
{
  return static_cast<std::size_t>(i);
}

}  // namespace

general_group::general_group(search_setting const& setting, solution const& from,
                             std::uint64_t seed)
  : setting_{setting},
    random_{random_of(seed)},
    now_{from},
    position_(from.order.size()),
    best_{from}
{
  for (std::size_t i = 0; i < now_.order.size(); ++i) {
    position_[index(now_.order[i])] = static_cast<std::int32_t>(i);
  }
}

void general_group::run(search_pace& pace)
{
  auto const tasks              = static_cast<std::int64_t>(now_.order.size());
  constexpr int steps_of_a_task = 32;  // as long as so many lanes of a vector take
  while (!pace.is_over(1) && !meets_bound()) {
    auto const progress = pace.progress();
    bool const is_new   = propose();
    if (is_new) judge(progress);
    pace.count(1, is_new ? tasks * steps_of_a_task : 1);
  }
}

bool general_group::propose()
{
  next_ = now_;
  auto const task =
    static_cast<task_id>(random_.below(static_cast<std::int32_t>(now_.order.size())));
  return random_.below(100) < order_moves ? propose_order(task) : propose_place(task);
}

/// Elsewhere between its last predecessor and its first successor.
bool general_group::propose_order(task_id task)
{
  auto const& edges  = setting_.costs.edges();
  auto const from    = position_[index(task)];
  std::int32_t first = 0, last = static_cast<std::int32_t>(now_.order.size()) - 1;
  for (auto const p : edges.predecessors(task)) first = std::max(first, position_[index(p)] + 1);
  for (auto const s : edges.successors(task)) last = std::min(last, position_[index(s)] - 1);
  if (last <= first) return false;
  auto const to    = first + random_.below(last - first + 1);
  auto const begin = next_.order.begin();
  if (from < to) {
    std::rotate(begin + from, begin + from + 1, begin + to + 1);
  } else {
    std::rotate(begin + to, begin + from, begin + from + 1);
  }
  return to != from;
}

/// To where a neighbour is, or anywhere.
bool general_group::propose_place(task_id task)
{
  auto const& edges = setting_.costs.edges();
  auto const before = edges.predecessors(task);
  auto const after  = edges.successors(task);
  auto const count  = static_cast<std::int32_t>(before.size() + after.size());
  auto wanted       = random_.below(setting_.costs.num_resources());
  if (count > 0 && random_.below(100) < neighbour_moves) {
    auto const i = index(random_.below(count));
    wanted       = now_.resource[index(i < before.size() ? before[i] : after[i - before.size()])];
  }
  auto& resource = next_.resource[index(task)];
  if (wanted == resource || std::isinf(setting_.costs.execution_seconds(task, wanted)))
    return false;
  resource = wanted;
  return true;
}

/// Metropolis' rule, in parts of 2^-40 of the best makespan.
void general_group::judge(double progress)
{
  constexpr double parts = 1099511627776.0;
  next_.makespan_seconds = append_seconds_of(setting_.costs, next_);
  auto const rise   = (next_.makespan_seconds - now_.makespan_seconds) / best_.makespan_seconds;
  auto const warmth = first_warmth * std::pow(last_warmth / first_warmth, progress);
  auto const heat   = std::llround(warmth * parts) / (1 << kernels::noise_bits);
  if (!(rise < 1) || std::llround(rise * parts) > heat * random_.noise()[0]) return;
  std::swap(now_, next_);
  for (std::size_t i = 0; i < now_.order.size(); ++i) {
    position_[index(now_.order[i])] = static_cast<std::int32_t>(i);
  }
  if (now_.makespan_seconds >= best_.makespan_seconds) return;
  best_ = now_;
  setting_.announce(best_.makespan_seconds);
}

}  // namespace heddle
