#include "src/plan/bound/windows.hpp"

#include "src/plan/bound/openings.hpp"

#include <algorithm>
#include <cstdint>

namespace heddle {
namespace {

std::size_t index(task_id t)
{
  return static_cast<std::size_t>(t);
}

/// A predecessor of the task whose head is sought.
struct input {
  bool must_share;  ///< the task's memory node
  double arrival;   ///< over a link
  double finish;
  double release;  ///< its head
  double share;    ///< of a memory node's time
};

/// When tasks that share one memory node are done: no earlier than the latest release from which on
/// they fill it. Kept by falling release.
class shared_node {
 public:
  /// Takes O(tasks).
  void add(input const& one)
  {
    auto const later = [](input const& a, input const& b) { return a.release > b.release; };
    tasks_.insert(std::upper_bound(tasks_.begin(), tasks_.end(), one, later), one);
    double load = 0;
    for (auto const& each : tasks_) {
      load += each.share;
      done_ = std::max({done_, each.release + load, each.finish});
    }
  }

  [[nodiscard]] double done() const { return done_; }
  [[nodiscard]] std::size_t size() const { return tasks_.size(); }

 private:
  std::vector<input> tasks_{};
  double done_ = 0;
};

/// The least, over how many share the node, of the end of those and the arrival of the next. Those
/// that share are those that must and, of the others, the ones that would arrive last: sharing
/// others would help no one.
double earliest_arrival(std::span<input> inputs)
{
  constexpr std::size_t most_shared = 64;
  std::sort(inputs.begin(), inputs.end(), [](input const& a, input const& b) {
    return a.must_share != b.must_share ? a.must_share : a.arrival > b.arrival;
  });
  shared_node shared;
  std::size_t i = 0;
  while (i < inputs.size() && inputs[i].must_share && shared.size() < most_shared) {
    shared.add(inputs[i++]);
  }
  auto const with_next = [&] {
    return std::max(shared.done(), i < inputs.size() ? inputs[i].arrival : 0);
  };
  if (i < inputs.size() && inputs[i].must_share) return shared.done();
  double best = with_next();
  while (i < inputs.size() && shared.done() < best) {
    if (shared.size() == most_shared) return std::min(best, shared.done());
    shared.add(inputs[i++]);
    best = std::min(best, with_next());
  }
  return best;
}

/// For every task a set of tasks.
class task_sets {
 public:
  explicit task_sets(std::size_t tasks) : words_{(tasks + 63) / 64}, bits_(tasks * words_) {}

  [[nodiscard]] bool has(task_id of, task_id task) const
  {
    return (bits_[index(of) * words_ + index(task) / 64] >> (index(task) % 64) & 1) != 0;
  }

  /// Adds `from` and its set to the set of `to`.
  void take_over(task_id from, task_id to)
  {
    auto const* const source = &bits_[index(from) * words_];
    auto* const target       = &bits_[index(to) * words_];
    for (std::size_t w = 0; w < words_; ++w) target[w] |= source[w];
    target[index(from) / 64] |= std::uint64_t{1} << (index(from) % 64);
  }

 private:
  std::size_t words_;
  std::vector<std::uint64_t> bits_;
};

/// From the heads of the task's predecessors. `group` as in `grouped_windows`, or empty. `inputs`
/// is scratch memory.
double head_from_inputs(direction const& way, relaxation const& r, std::vector<double> const& head,
                        std::span<task_id const> group, task_id task, std::vector<input>& inputs)
{
  auto const before    = way.before(task);
  auto const transfers = way.transfers(task);
  if (before.empty()) return 0;
  inputs.clear();
  double finish = 0;
  for (std::size_t i = 0; i < before.size(); ++i) {
    auto const p          = index(before[i]);
    auto const ends       = head[p] + r.least_seconds[p];
    bool const must_share = !group.empty() && group[p] == group[index(task)];
    inputs.push_back({must_share, ends + transfers[i], ends, head[p], r.node_seconds[p]});
    finish = std::max(finish, ends);
  }
  return before.size() == 1 ? finish : std::max(finish, earliest_arrival(inputs));
}

/// None below `head`. Backwards: tails.
std::vector<double> raised_heads(relaxation const& r, bool backwards, std::vector<double> head,
                                 std::span<task_id const> group)
{
  direction const way{r, backwards};
  std::vector<input> inputs;
  for (std::size_t i = 0; i < head.size(); ++i) {
    auto const t = index(way.task(i));
    head[t]      = std::max(head[t], head_from_inputs(way, r, head, group, way.task(i), inputs));
  }
  return head;
}

/// Heads from all ancestors of a task. Backwards: tails.
class ancestor_search {
 public:
  ancestor_search(relaxation const& r, bool backwards)
    : r_{r},
      way_{r, backwards},
      back_{r, !backwards},
      ancestors_{r.num_tasks()},
      head_(r.num_tasks()),
      elsewhere_(r.num_tasks())
  {
  }

  std::vector<double> heads() &&
  {
    for (std::size_t i = 0; i < head_.size(); ++i) {
      auto const task = way_.task(i);
      for (auto const p : way_.before(task)) ancestors_.take_over(p, task);
      raise(task);
    }
    return std::move(head_);
  }

 private:
  void raise(task_id task)
  {
    head_[index(task)] = std::max(
      {head_from_inputs(way_, r_, head_, {}, task, inputs_), from_load(task), from_openings(task)});
    elsewhere_[index(task)] = start_elsewhere(way_, r_, head_, task);
    auto const earlier = [&](task_id a, task_id b) { return head_[index(a)] > head_[index(b)]; };
    by_head_.insert(std::upper_bound(by_head_.begin(), by_head_.end(), task, earlier), task);
  }

  [[nodiscard]] double from_load(task_id task) const
  {
    load_bound load{r_};
    double latest = 0;
    for (auto const u : by_head_) {
      if (!ancestors_.has(task, u)) continue;
      load.add(u);
      latest = std::max(latest, head_[index(u)] + load.seconds());
    }
    return latest;
  }

  /// All ancestors are done on nodes that begin as `opening_bound` says, and end, but for the node
  /// of the task, early enough for the results of the last one there to get away.
  [[nodiscard]] double from_openings(task_id task) const
  {
    smallest_values begins{r_.node_speeds.size()}, ends{r_.node_speeds.size()};
    ends.add(0);
    double work = 0;
    for (auto const u : by_head_) {
      if (!ancestors_.has(task, u)) continue;
      begins.add(elsewhere_[index(u)]);
      ends.add(way_out(u, task));
      work += r_.work[index(u)];
    }
    auto lost = begins.values();
    for (std::size_t k = 0; k < lost.size(); ++k) lost[k] += ends.values()[k];
    return lost.empty() ? 0 : earliest_end(work, r_.node_speeds, lost);
  }

  /// From the end of `from` to the start of `to`, if none of its successors runs where it ran.
  [[nodiscard]] double way_out(task_id from, task_id to) const
  {
    auto const after     = back_.before(from);
    auto const transfers = back_.transfers(from);
    double least         = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < after.size(); ++i) {
      if (after[i] == to) {
        least = std::min(least, transfers[i]);
      } else if (ancestors_.has(to, after[i])) {
        least = std::min(least, transfers[i] + r_.least_seconds[index(after[i])]);
      }
    }
    return least;
  }

  relaxation const& r_;
  direction way_;
  direction back_;
  task_sets ancestors_;
  std::vector<double> head_;
  std::vector<double> elsewhere_;   ///< [tasks], see `starts_elsewhere`
  std::vector<task_id> by_head_{};  ///< tasks done, by falling head
  std::vector<input> inputs_{};     ///< of the task at hand
};

}  // namespace

double start_elsewhere(direction const& way, relaxation const& r, std::vector<double> const& head,
                       task_id task)
{
  auto const before    = way.before(task);
  auto const transfers = way.transfers(task);
  double start         = head[index(task)];
  for (std::size_t i = 0; i < before.size(); ++i) {
    auto const p = index(before[i]);
    start        = std::max(start, head[p] + r.least_seconds[p] + transfers[i]);
  }
  return start;
}

task_windows path_windows(relaxation const& r)
{
  std::vector<double> const none(r.num_tasks());
  return {raised_heads(r, false, none, {}), raised_heads(r, true, none, {})};
}

task_windows grouped_windows(relaxation const& r, task_windows const& known,
                             std::span<task_id const> group)
{
  return {raised_heads(r, false, known.head, group), raised_heads(r, true, known.tail, group)};
}

task_windows ancestor_windows(relaxation const& r)
{
  return {ancestor_search{r, false}.heads(), ancestor_search{r, true}.heads()};
}

}  // namespace heddle
