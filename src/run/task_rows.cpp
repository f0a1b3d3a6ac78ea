#include <heddle/run/task_rows.hpp>

#include "src/run/task_failure.hpp"

#include <heddle/base/error.hpp>
#include <heddle/workflow/edge_table.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>

namespace heddle {
namespace {

using detail::job;
using detail::worker;

struct order_pair {
  std::uint32_t before, after;
};

/// Of rows of common sizes.
constexpr std::size_t most_kept_rows = 1 << 16, most_kept_orders = 4 * most_kept_rows;

struct kept_body {
  void* body;
  void (*destroy)(void*);
};

}  // namespace

/// The arrays of rows. Those of rows that are gone are kept for the next, up to some MiB in all:
/// half of the time to build, run and destroy a workflow goes into fresh pages from the system.
struct task_rows::memory {
  std::vector<row> rows{};
  std::vector<order_pair> orders{};
  std::vector<std::uint32_t> successors{};  ///< [edges], by row; higher priority last
  std::vector<std::uint32_t> entries{};     ///< tasks without predecessors, likewise

  [[nodiscard]] static memory take();
  static void give(memory used) noexcept;

 private:
  struct shelf {
    std::mutex mutex{};
    std::vector<memory> unused{};  // guarded by mutex
  };
  static shelf& the_shelf();
};

/// The rows, and one run of them. The first word is that of all rows, and how they are run.
///
/// A row's `missing` is reset by whoever runs its task: all its predecessors have ended then, and
/// no other will touch it before the next run. While no job of the run has left the thread that
/// started it, counters are plain; `worker::num_shared` tells. From then on they go down by
/// read-modify-writes, and the last one (acquire) sees what all predecessors did (release).
struct task_rows::state : detail::job_runner, memory {
  state() : detail::job_runner{&run_from}, memory{memory::take()} {}
  state(state const&)            = delete;
  state& operator=(state const&) = delete;
  ~state()
  {
    for (auto const& each : kept) each.destroy(each.body);
    give(std::move(*this));
  }

  void describe_next(row_settings const& settings);
  void freeze();
  void forget_orders();
  void thaw();
  void lay_out_rows();
  void fill_successors();
  void sort_successors();
  void expect_acyclic() const;
  void start(worker& me);

  static job* run_from(job& first, worker& me);
  void call(row& r) noexcept;
  template <bool is_alone>
  row* release(row const& r, worker& me) noexcept;
  template <bool is_alone>
  [[nodiscard]] static bool is_last_to_end_before(row& after) noexcept;
  void fail(row const& r) noexcept;
  [[nodiscard]] std::string name_of(std::size_t task) const;
  [[noreturn]] void rethrow() const;

  std::vector<kept_body> kept{};
  std::vector<float> priorities{};         ///< [tasks], or fewer: 0
  std::string names{};                     ///< one after the other
  std::vector<std::uint32_t> name_ends{};  ///< [tasks], or fewer: no name
  bool leads_forward = true;               ///< each order leads to a task that was added later
  bool is_frozen     = false;

  std::uint32_t num_exits = 0;  ///< tasks without successors

  // Of the run.
  worker* owner                 = nullptr;
  std::uint64_t shared_at_start = 0;
  alignas(64) std::atomic<std::uint32_t> exits_left{0};
  alignas(64) std::atomic<bool> is_stopped{false};  ///< orders nothing: it is only late at worst
  std::mutex mutex{};
  std::exception_ptr error{};  // guarded by mutex, as the next
  std::size_t failed_task = 0;
  std::atomic<std::size_t> num_left_out{0};
};

// ---- memory ----

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

// ---- before the first run ----

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

void task_rows::state::describe_next(row_settings const& settings)
{
  if (settings.priority != 0) {
    priorities.resize(rows.size(), 0);
    priorities.push_back(settings.priority);
  }
  if (!settings.name.empty()) {
    name_ends.resize(rows.size(), static_cast<std::uint32_t>(names.size()));
    names += settings.name;
    name_ends.push_back(static_cast<std::uint32_t>(names.size()));
  }
}

void task_rows::keep(void* body, void (*destroy)(void*))
{
  state_->kept.push_back({body, destroy});
}

void task_rows::order(task_ref before, task_ref after)
{
  auto& s       = *state_;
  auto const in = [&](task_ref t) { return static_cast<std::size_t>(t.id) < s.rows.size(); };
  if (!in(before) || !in(after) || before.id == after.id) {
    throw invalid_argument{fmt::format("task_rows::order: task {} before task {}, of {} tasks",
                                       before.id, after.id, s.rows.size())};
  }
  s.thaw();
  s.leads_forward = s.leads_forward && before.id < after.id;
  auto const b = static_cast<std::uint32_t>(before.id), a = static_cast<std::uint32_t>(after.id);
  ++s.rows[b].successors;
  ++s.rows[a].predecessors;
  s.orders.push_back({b, a});
}

void task_rows::state::freeze()
{
  if (is_frozen) return;
  lay_out_rows();
  fill_successors();
  if (!leads_forward) expect_acyclic();
  if (!priorities.empty()) sort_successors();
  forget_orders();
  is_frozen = true;
}

/// They are in the rows now. Small arrays are kept for more.
void task_rows::state::forget_orders()
{
  orders.clear();
  if (orders.capacity() > most_kept_orders) orders.shrink_to_fit();
}

/// Takes the orders out of the rows again, for there will be more of either.
void task_rows::state::thaw()
{
  if (!is_frozen) return;
  is_frozen = false;
  orders.reserve(successors.size());
  for (std::uint32_t t = 0; t < rows.size(); ++t) {
    auto const first = successors.begin() + rows[t].first_successor;
    std::for_each(first, first + rows[t].successors, [&](std::uint32_t after) {
      orders.push_back({t, after});
    });
  }
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
    if (r.predecessors == 0) entries.push_back(t);
    if (r.successors == 0) ++num_exits;
  }
  std::ranges::reverse(entries);  // so that the first is on top
}

/// Each row's `first_successor` moves to the end of its successors, and back.
void task_rows::state::fill_successors()
{
  successors.resize(orders.size());
  for (auto const& [before, after] : orders) {
    successors[rows[before].first_successor++] = after;
  }
  for (auto& r : rows) r.first_successor -= r.successors;
}

/// Ascending, for the last to be released is the first to be run.
void task_rows::state::sort_successors()
{
  priorities.resize(rows.size(), 0);
  auto const by_priority = [this](std::uint32_t t) { return priorities[t]; };
  for (auto const& r : rows) {
    auto const begin = successors.begin() + r.first_successor;
    std::ranges::stable_sort(begin, begin + r.successors, {}, by_priority);
  }
  std::ranges::stable_sort(entries, {}, by_priority);
}

void task_rows::state::expect_acyclic() const
{
  std::vector<std::uint32_t> missing(rows.size());
  for (std::size_t t = 0; t < rows.size(); ++t) missing[t] = rows[t].predecessors;
  auto ready          = entries;
  std::size_t removed = 0;
  while (!ready.empty()) {
    auto const& r = rows[ready.back()];
    ready.pop_back();
    ++removed;
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

std::string task_rows::state::name_of(std::size_t task) const
{
  auto const begin = task == 0 || task > name_ends.size() ? 0 : name_ends[task - 1];
  if (task < name_ends.size() && name_ends[task] > begin) {
    return fmt::format("task \"{}\"", names.substr(begin, name_ends[task] - begin));
  }
  return fmt::format("task {}", task);
}

// ---- a run ----

bool task_rows::run(executor& e, std::stop_token const& stop)
{
  auto& s = *state_;
  s.freeze();
  if (s.rows.empty()) return true;
  s.is_stopped.store(false, std::memory_order_relaxed);
  s.num_left_out = 0;
  s.error        = nullptr;
  std::optional<std::stop_callback<std::function<void()>>> on_stop;
  if (stop.stop_possible()) {
    on_stop.emplace(stop, [&s] { s.is_stopped.store(true, std::memory_order_relaxed); });
  }
  {
    executor::visit const here{e};
    s.start(here.self());
    e.work_until(here.self(), [&s] { return s.exits_left.load(std::memory_order_acquire) == 0; });
  }
  on_stop.reset();
  if (s.error) s.rethrow();
  return s.num_left_out == 0;
}

void task_rows::state::start(worker& me)
{
  owner = &me;
  exits_left.store(num_exits, std::memory_order_relaxed);
  me.open();
  shared_at_start = me.num_shared();
  for (auto const t : entries) me.push(rows[t]);
  auto* const first = me.pop();
  me.share();
  me.close();
  me.run(*first);
}

job* task_rows::state::run_from(job& first, worker& me)
{
  auto& s             = const_cast<state&>(static_cast<state const&>(*first.runner));
  auto* r             = static_cast<row*>(&first);
  job* other          = nullptr;
  std::uint32_t exits = 0;
  for (;;) {
    s.call(*r);
    me.open();
    if (r->successors == 0) ++exits;
    bool const is_alone = s.owner == &me && s.shared_at_start == me.num_shared();
    auto* next          = is_alone ? s.release<true>(*r, me) : s.release<false>(*r, me);
    if (next == nullptr) {
      other = me.pop();
      if (other != nullptr && other->runner == &s) next = static_cast<row*>(other);
    }
    me.share();
    me.close();
    if (next == nullptr) break;
    r = next;
  }
  // Once no exit is left, the rows may be gone.
  if (exits > 0 && s.exits_left.fetch_sub(exits, std::memory_order_acq_rel) == exits) {
    me.home().notify_waiters();
  }
  return other;
}

/// Resets the row for the next run, too.
inline void task_rows::state::call(row& r) noexcept
{
  if (is_stopped.load(std::memory_order_relaxed)) [[unlikely]] {
    num_left_out.fetch_add(1, std::memory_order_relaxed);
  } else {
    try {
      r.call(r.capture);
    } catch (...) {
      fail(r);
    }
  }
  if (r.predecessors > 1) {
    std::atomic_ref{r.missing}.store(r.predecessors, std::memory_order_relaxed);
  }
}

/// @return the last successor that became ready; the others are on the stack
template <bool is_alone>
auto task_rows::state::release(row const& r, worker& me) noexcept -> row*
{
  row* next        = nullptr;
  auto const* each = successors.data() + r.first_successor;
  for (auto const* const end = each + r.successors; each != end; ++each) {
    auto& after = rows[*each];
    if (after.predecessors > 1 && !is_last_to_end_before<is_alone>(after)) continue;
    if (next != nullptr) me.push(*next);
    next = &after;
  }
  return next;
}

template <bool is_alone>
bool task_rows::state::is_last_to_end_before(row& after) noexcept
{
  std::atomic_ref const missing{after.missing};
  if constexpr (is_alone) {
    auto const before = missing.load(std::memory_order_relaxed);
    missing.store(before - 1, std::memory_order_relaxed);
    return before == 1;
  } else {
    return missing.load(std::memory_order_acquire) == 1 ||
           missing.fetch_sub(1, std::memory_order_acq_rel) == 1;
  }
}

void task_rows::state::fail(row const& r) noexcept
{
  std::lock_guard const lock{mutex};
  if (!error) {
    error       = std::current_exception();
    failed_task = static_cast<std::size_t>(&r - rows.data());
  }
  is_stopped.store(true, std::memory_order_relaxed);
}

void task_rows::state::rethrow() const
{
  std::rethrow_exception(naming_task(name_of(failed_task), error));
}

}  // namespace heddle
