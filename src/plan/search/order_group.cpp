#include "src/plan/search/order_group.hpp"

#include <algorithm>

namespace heddle {
namespace {

constexpr int lanes = kernels::search_lanes;
using kernels::lane_move;

std::size_t index(std::int32_t i)
{
  return static_cast<std::size_t>(i);
}

}  // namespace

/// The walk of a group on a CPU: what all lanes do, in vectors.
template <class Tick>
struct order_group<Tick>::walker {
  order_group& group;
  search_pace& pace;

  [[nodiscard]] auto const& problem() const { return group.problem_; }
  [[nodiscard]] auto const& state() const { return group.lanes_.state(); }
  [[nodiscard]] auto const& windows() const { return group.lanes_.windows(); }
  [[nodiscard]] auto& walk() const { return group.walk_; }
  [[nodiscard]] static kernels::serial_lanes lanes() { return {}; }
  [[nodiscard]] std::uint32_t const* heat_factors() const
  {
    return ladder_table().subspan(index(pace.ladder_step() * kernels::search_lanes)).data();
  }
  void decode_all() const { group.lanes_.decode_all(); }
  void decode_from(std::int32_t window) const { group.lanes_.decode_from(window); }
  void propose(lane_move kind, std::int32_t first, std::int32_t last) const
  {
    group.lanes_.bodies().propose(problem(), state(), kind, first, last);
  }
  void accept(lane_move kind, std::uint16_t const* noise) const
  {
    group.lanes_.bodies().accept(state(), kind, noise);
  }
  [[nodiscard]] kernels::order_range range_of(std::int32_t task, std::int32_t least) const
  {
    return kernels::order_range_of(kernels::serial_group<>{}, problem(), state(), task, least);
  }
  void move(std::int32_t from, std::int32_t to) const { kernels::move_in_order(state(), from, to); }
  void look() const { group.look_at_best(); }
  void count(std::uint64_t evaluations, std::int32_t task_steps) const
  {
    pace.count(evaluations, task_steps);
  }
  [[nodiscard]] bool is_over() const { return pace.is_over(kernels::search_lanes); }
};

template <class Tick>
order_group<Tick>::order_group(search_setting const& setting, tick_problem<Tick> const& problem,
                               lane_target target, solution const& from,
                               std::span<solution const> others, std::uint64_t seed)
  : setting_{setting},
    problem_{problem.view()},
    lanes_{problem.view(), target},
    walk_{random_of(seed), 0, 0, static_cast<Tick>(kernels::search_limit<Tick>)},
    best_{from}
{
  for (int lane = 0; lane < lanes; ++lane) {
    lanes_.state().lane_of_rung[lane] = lane;
    lanes_.state().random[lane]       = walk_.random.next() | 1;
  }
  place_lanes(from, others);
  lanes_.decode_all();
  look_at_best();
}

/// Every fourth lane begins with the placement of another solution.
template <class Tick>
void order_group<Tick>::place_lanes(solution const& from, std::span<solution const> others)
{
  auto const& state = lanes_.state();
  for (std::size_t i = 0; i < from.order.size(); ++i) {
    state.order[i]                       = from.order[i];
    state.position[index(from.order[i])] = static_cast<std::int32_t>(i);
  }
  for (int lane = 0; lane < lanes; ++lane) {
    bool const is_other = lane % 4 == 3 && !others.empty();
    auto const& source =
      is_other ? others[index(walk_.random.below(static_cast<std::int32_t>(others.size())))] : from;
    for (std::size_t t = 0; t < source.resource.size(); ++t) {
      state.place[t * lanes + index(lane)] = problem_.code[source.resource[t]];
    }
  }
}

template <class Tick>
void order_group<Tick>::run(search_pace& pace)
{
  walker w{*this, pace};
  while (!w.is_over() && !meets_bound()) kernels::sweep(w);
}

/// Decodes the best lane in seconds, if it is better in ticks than all that were.
template <class Tick>
void order_group<Tick>::look_at_best()
{
  auto const& state = lanes_.state();
  auto const* best  = std::min_element(state.makespan, state.makespan + lanes);
  if (*best >= walk_.least_seen) return;
  walk_.least_seen = *best;
  auto const lane  = static_cast<std::size_t>(best - state.makespan);
  solution found;
  found.order.assign(state.order, state.order + problem_.num_tasks);
  for (std::size_t t = 0; t < index(problem_.num_tasks); ++t) {
    found.resource.push_back(kernels::place_of_code(state.place[t * lanes + lane]));
  }
  std::vector<double> finish;
  found.makespan_seconds = seconds_of(setting_.costs, found, finish);
  if (found.makespan_seconds >= best_.makespan_seconds) return;
  best_ = std::move(found);
  setting_.announce(best_.makespan_seconds);
}

template class order_group<std::uint16_t>;
template class order_group<std::uint32_t>;

}  // namespace heddle
