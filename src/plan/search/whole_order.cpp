#include "src/plan/search/whole_order.hpp"

#include <algorithm>

namespace heddle {

whole_order::whole_order(cost_model const& costs, solution const& s)
  : costs_{&costs},
    s_{s},
    position_(s.order.size()),
    start_(s.order.size()),
    finish_(s.order.size()),
    rest_(s.order.size())
{
  find_positions();
  decode();
}

void whole_order::find_positions()
{
  for (std::size_t i = 0; i < num_tasks(); ++i) position_[index(s_.order[i])] = i;
}

void whole_order::replace(std::size_t first, std::span<task_id const> order,
                          std::span<int const> resource)
{
  for (std::size_t i = 0; i < order.size(); ++i) {
    s_.order[first + i]          = order[i];
    s_.resource[index(order[i])] = resource[i];
    position_[index(order[i])]   = first + i;
  }
}

void whole_order::decode()
{
  std::vector<double> free(index(costs_->num_resources()));
  decode(0, num_tasks(), free);
  s_.makespan_seconds = *std::ranges::max_element(free);
  find_rests();
}

void whole_order::decode(std::size_t first, std::size_t last, std::span<double> free)
{
  auto const& edges = costs_->edges();
  for (auto i = first; i < last; ++i) {
    auto const task   = s_.order[i];
    auto const here   = resource(task);
    auto const before = edges.predecessors(task);
    auto const bytes  = edges.bytes_from_predecessors(task);
    auto start        = free[index(here)];
    for (std::size_t e = 0; e < before.size(); ++e) {
      auto const moved = costs_->transfer_seconds(bytes[e], resource(before[e]), here);
      start            = std::max(start, finish_[index(before[e])] + moved);
    }
    auto const end       = start + costs_->execution_seconds(task, here);
    start_[index(task)]  = start;
    finish_[index(task)] = end;
    free[index(here)]    = end;
  }
}

void whole_order::find_rests()
{
  auto const& edges = costs_->edges();
  std::vector<double> rest_of_resource(index(costs_->num_resources()));
  for (auto i = num_tasks(); i-- > 0;) {
    auto const task  = s_.order[i];
    auto const here  = resource(task);
    auto const after = edges.successors(task);
    auto const bytes = edges.bytes_to_successors(task);
    auto rest        = rest_of_resource[index(here)];
    for (std::size_t e = 0; e < after.size(); ++e) {
      auto const moved = costs_->transfer_seconds(bytes[e], here, resource(after[e]));
      rest             = std::max(rest, moved + rest_[index(after[e])]);
    }
    rest += costs_->execution_seconds(task, here);
    rest_[index(task)]            = rest;
    rest_of_resource[index(here)] = rest;
  }
}

/// Ties keep the order that they have, so that a task stays before those that wait for it.
void whole_order::sort_by_start()
{
  std::ranges::stable_sort(s_.order, {}, [this](task_id t) { return start_[index(t)]; });
  find_positions();
}

}  // namespace heddle
