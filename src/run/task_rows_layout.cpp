#include "src/run/task_rows_state.hpp"

#include <heddle/base/error.hpp>
#include <heddle/workflow/edge_table.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <numeric>

namespace heddle {

void task_rows::state::freeze()
{
  if (is_frozen) return;
  lay_out_rows();
  fill_successors();
  fill_choices();
  sort_holdings();
  if (!leads_forward) expect_acyclic();
  expect_entry();
  if (!priorities.empty()) sort_successors();
  forget_orders();
  is_frozen = true;
  is_armed  = true;
}

/// They are in the rows now. Small arrays are kept for more.
void task_rows::state::forget_orders()
{
  orders.clear();
  choices.clear();
  if (choices.capacity() > most_kept_orders) choices.shrink_to_fit();
  if (orders.capacity() > most_kept_orders) orders.shrink_to_fit();
}

/// Takes the orders out of the rows again, for there will be more of either.
void task_rows::state::thaw()
{
  if (!is_frozen) return;
  auto found         = std::move(orders);  // empty, as the next
  auto found_choices = std::move(choices);
  found.reserve(successors.size());
  for (std::uint32_t t = 0; t < rows.size(); ++t) {
    auto const* const after = successors.data() + rows[t].first_successor;
    for (std::uint32_t i = 0; i < rows[t].successors; ++i) {
      if (!has(t, is_condition)) {
        found.push_back({t, after[i]});
      } else if (after[i] != no_task) {
        found_choices.push_back({t, i, after[i]});
      }
    }
  }
  orders    = std::move(found);
  choices   = std::move(found_choices);
  is_frozen = false;
}

/// Where each row's successors go, and which rows come first and last. The numbers of predecessors
/// and successors were counted when the orders were given.
void task_rows::state::lay_out_rows()
{
  entries.clear();
  num_exits           = 0;
  std::uint32_t first = 0;
  for (std::uint32_t t = 0; t < rows.size(); ++t) {
    auto& r           = rows[t];
    r.missing         = r.predecessors;
    r.first_successor = first;
    first += r.successors;
    if (r.predecessors == 0 && !has(t, is_chosen)) entries.push_back(t);
    if (r.successors == 0) ++num_exits;
  }
  std::ranges::reverse(entries);  // so that the first is on top
}

/// Each row's `first_successor` moves to the end of its successors, and back; those of conditions
/// stay, who have no orders.
void task_rows::state::fill_successors()
{
  successors.resize(rows.empty() ? 0 : rows.back().first_successor + rows.back().successors);
  for (auto const& [before, after] : orders) {
    successors[rows[before].first_successor++] = after;
  }
  for (std::uint32_t t = 0; t < rows.size(); ++t) {
    if (!has(t, is_condition)) rows[t].first_successor -= rows[t].successors;
  }
}

/// A condition's successors are by its choices.
void task_rows::state::fill_choices()
{
  if (traits.empty()) return;
  for (std::size_t t = 0; t < traits.size(); ++t) {
    auto* const first = successors.data() + rows[t].first_successor;
    if (has(t, is_condition)) std::fill_n(first, rows[t].successors, no_task);
  }
  for (auto const& [condition, number, after] : choices) {
    auto& chosen = successors[rows[condition].first_successor + number];
    if (chosen != no_task) {
      throw invalid_argument{
        fmt::format("task_rows: choice {} of {} is {} and {}; order both after one task that it is",
                    number, name_of(condition), name_of(chosen), name_of(after))};
    }
    chosen = after;
  }
}

/// By task, and in one order of semaphores; what a task holds of one by several calls in one piece.
void task_rows::state::sort_holdings()
{
  if (holdings.empty()) return;
  auto const before = [](holding const& a, holding const& b) {
    return a.task != b.task ? a.task < b.task : std::less<>{}(a.of, b.of);
  };
  std::ranges::sort(holdings, before);
  std::vector<holding> merged;
  for (auto const& h : holdings) {
    if (merged.empty() || before(merged.back(), h)) {
      merged.push_back(h);
    } else {
      merged.back().units += h.units;
    }
  }
  holdings = std::move(merged);
  expect_possible_holdings();
  first_holding.assign(rows.size() + 1, 0);
  for (auto const& h : holdings) ++first_holding[h.task + 1];
  std::partial_sum(first_holding.begin(), first_holding.end(), first_holding.begin());
}

void task_rows::state::expect_possible_holdings() const
{
  for (auto const& h : holdings) {
    if (h.units > h.of->num_units()) {
      throw invalid_argument{fmt::format("task_rows: {} holds {} units of a semaphore of {}",
                                         name_of(h.task), h.units, h.of->num_units())};
    }
  }
}

/// Ascending, for the last to be released is the first to be run.
void task_rows::state::sort_successors()
{
  priorities.resize(rows.size(), 0);
  auto const by_priority = [this](std::uint32_t t) { return priorities[t]; };
  for (std::size_t t = 0; t < rows.size(); ++t) {
    if (has(t, is_condition)) continue;
    auto const begin = successors.begin() + rows[t].first_successor;
    std::ranges::stable_sort(begin, begin + rows[t].successors, {}, by_priority);
  }
  std::ranges::stable_sort(entries, {}, by_priority);
}

void task_rows::state::expect_acyclic() const
{
  std::vector<std::uint32_t> missing(rows.size()), ready;
  for (std::uint32_t t = 0; t < rows.size(); ++t) {
    missing[t] = rows[t].predecessors;
    if (missing[t] == 0) ready.push_back(t);
  }
  std::size_t removed = 0;
  while (!ready.empty()) {
    auto const t  = ready.back();
    auto const& r = rows[t];
    ready.pop_back();
    ++removed;
    if (has(t, is_condition)) continue;
    for (std::uint32_t i = 0; i < r.successors; ++i) {
      auto const after = successors[r.first_successor + i];
      if (--missing[after] == 0) ready.push_back(after);
    }
  }
  if (removed == rows.size()) return;
  auto const on_circle = std::ranges::find_if(missing, [](auto n) { return n > 0; });
  throw cycle_error{fmt::format("task_rows: the orders close a circle; {} is on it or behind it",
                                name_of(static_cast<std::size_t>(on_circle - missing.begin())))};
}

void task_rows::state::expect_entry() const
{
  if (rows.empty() || !entries.empty()) return;
  throw cycle_error{
    "task_rows: each task is ordered after another or only chosen; add one to begin with"};
}

}  // namespace heddle
