#include "src/run/task_rows_state.hpp"

#include <heddle/base/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <utility>

namespace heddle {

// ---- memory ----

struct task_rows::memory::shelf {
  std::mutex mutex{};
  std::vector<memory> unused{};  // guarded by mutex
};

auto task_rows::memory::the_shelf() -> shelf&
{
  static auto* const all = new shelf;  // never destroyed: rows may be, after all else
  return *all;
}

auto task_rows::memory::take() -> memory
{
  auto& all = the_shelf();
  std::lock_guard const lock{all.mutex};
  if (all.unused.empty()) return {};
  auto found = std::move(all.unused.back());
  all.unused.pop_back();
  return found;
}

void task_rows::memory::give(memory used) noexcept
{
  constexpr std::size_t most_unused = 4;
  if (used.rows.capacity() > most_kept_rows || used.orders.capacity() > most_kept_orders) return;
  used.rows.clear();
  used.orders.clear();
  auto& all = the_shelf();
  std::lock_guard const lock{all.mutex};
  if (all.unused.size() < most_unused) all.unused.push_back(std::move(used));
}

task_rows::state::state() : detail::job_runner{&run_plain<false>}, memory{memory::take()} {}

task_rows::state::~state()
{
  for (auto const& each : kept) each.destroy(each.body);
  give(std::move(*this));
}

// ---- tasks ----

task_rows::task_rows() : state_{std::make_unique<state>()} {}
task_rows::task_rows(task_rows&&) noexcept            = default;
task_rows& task_rows::operator=(task_rows&&) noexcept = default;
task_rows::~task_rows()                               = default;

void task_rows::reserve(std::size_t tasks, std::size_t edges)
{
  state_->rows.reserve(tasks);
  state_->orders.reserve(edges);
}

auto task_rows::new_row(row_settings const& settings) -> row&
{
  auto& s = *state_;
  if (s.is_frozen) s.thaw();
  if (settings.priority != 0 || !settings.name.empty()) s.describe_next(settings);
  auto& r  = s.rows.emplace_back();
  r.runner = &s;
  return r;
}

/// What a failure has left of a row that was not made, the next takes away.
void task_rows::state::describe_next(row_settings const& settings)
{
  if (settings.priority != 0) {
    priorities.resize(rows.size(), 0);
    priorities.push_back(settings.priority);
  }
  if (!settings.name.empty()) {
    name_ends.resize(rows.size(), static_cast<std::uint32_t>(names.size()));
    name_ends.push_back(static_cast<std::uint32_t>(names.size() + settings.name.size()));
    names += settings.name;
  }
}

void task_rows::keep(void* body, void (*destroy)(void*))
{
  state_->kept.push_back({body, destroy});
}

void task_rows::mark_condition()
{
  try {
    state_->mark(state_->rows.size() - 1, state::is_condition);
  } catch (...) {
    state_->rows.pop_back();
    throw;
  }
}

void task_rows::state::mark(std::size_t task, trait what)
{
  if (traits.size() <= task) traits.resize(task + 1, 0);
  traits[task] = static_cast<std::uint8_t>(traits[task] | what);
}

std::string task_rows::name(task_ref task) const
{
  auto const given = state_->given_name(static_cast<std::size_t>(task.id));
  return given.empty() ? fmt::format("task {}", task.id) : std::string{given};
}

std::string task_rows::state::name_of(std::size_t task) const
{
  auto const given = given_name(task);
  return given.empty() ? fmt::format("task {}", task) : fmt::format("task \"{}\"", given);
}

std::string_view task_rows::state::given_name(std::size_t task) const
{
  if (task >= name_ends.size()) return {};
  auto const begin = task == 0 ? 0 : name_ends[task - 1];
  return std::string_view{names}.substr(begin, name_ends[task] - begin);
}

// ---- edges ----

void task_rows::order(task_ref before, task_ref after)
{
  auto& s = *state_;
  if (!s.knows(before) || !s.knows(after) || before.id == after.id) {
    throw invalid_argument{fmt::format("task_rows::order: task {} before task {}, of {} tasks",
                                       before.id, after.id, s.rows.size())};
  }
  auto const b = static_cast<std::uint32_t>(before.id), a = static_cast<std::uint32_t>(after.id);
  if (s.has(b, state::is_condition)) {
    throw invalid_argument{fmt::format(
      "task_rows::order: {} is a condition, behind which order_if orders", s.name_of(b))};
  }
  s.thaw();
  s.orders.push_back({b, a});  // may throw, hence before the counts
  s.leads_forward = s.leads_forward && before.id < after.id;
  ++s.rows[b].successors;
  ++s.rows[a].predecessors;
}

void task_rows::order_if(task_ref condition, std::size_t number, task_ref chosen)
{
  constexpr std::size_t most = 65535;
  auto& s                    = *state_;
  auto const c               = static_cast<std::uint32_t>(condition.id);
  if (!s.knows(condition) || !s.knows(chosen) || number > most) {
    throw invalid_argument{
      fmt::format("task_rows::order_if: choice {} of task {} is task {}, where there are {} tasks "
                  "and choices up to {}",
                  number, condition.id, chosen.id, s.rows.size(), most)};
  }
  if (!s.has(c, state::is_condition)) {
    throw invalid_argument{fmt::format(
      "task_rows::order_if: {} is no condition; add it by add_condition", s.name_of(c))};
  }
  s.thaw();
  auto const n = static_cast<std::uint32_t>(number);
  s.choices.push_back({c, n, static_cast<std::uint32_t>(chosen.id)});
  try {
    s.mark(static_cast<std::size_t>(chosen.id), state::is_chosen);
  } catch (...) {
    s.choices.pop_back();
    throw;
  }
  s.rows[c].successors = std::max(s.rows[c].successors, n + 1);
}

void task_rows::hold(task_ref task, semaphore& of, std::size_t units)
{
  auto& s = *state_;
  if (!s.knows(task) || units > of.num_units()) {
    throw invalid_argument{
      fmt::format("task_rows::hold: task {} of {} tasks, {} units of a semaphore of {}", task.id,
                  s.rows.size(), units, of.num_units())};
  }
  s.thaw();
  s.holdings.push_back({&of, units, static_cast<std::uint32_t>(task.id)});
}

}  // namespace heddle
