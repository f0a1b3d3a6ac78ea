#include "src/plan/search/order_group.hpp"

#include <algorithm>
#include <cmath>

namespace heddle {
namespace {

constexpr int lanes = kernels::search_lanes;
using kernels::lane_move;

std::size_t index(std::int32_t i)
{
  return static_cast<std::size_t>(i);
}

// The ladder: temperatures as parts of the makespan, the hottest `ladder_ratio` times the coldest.
constexpr double ladder_ratio   = 200;
constexpr double first_warmth   = 1e-2;
constexpr double last_warmth    = 1e-5;
constexpr int moves_of_a_window = 6;

// Of 100 moves.
constexpr int order_moves      = 50;
constexpr int swap_moves       = 15;  // of those that are not of the order
constexpr int neighbour_moves  = 40;  // the same
constexpr int near_order_moves = 50;  // of those of the order: by a sixteenth of it at most
constexpr int joint_moves      = 30;  // the same: the task moves to other places, too
constexpr int least_near       = 4;   // positions

std::uint32_t whole_temperature(double energy)
{
  constexpr double most = 1U << 30;
  return static_cast<std::uint32_t>(std::clamp(energy, 1.0, most));
}

}  // namespace

template <class Tick>
order_group<Tick>::order_group(search_setting const& setting, tick_problem<Tick> const& problem,
                               lane_target target, solution const& from,
                               std::span<solution const> others, std::uint64_t seed)
  : setting_{setting},
    problem_{problem.view()},
    lanes_{problem.view(), target},
    random_{seed},
    least_seen_{static_cast<Tick>(kernels::search_limit<Tick>)},
    best_{from}
{
  for (int lane = 0; lane < lanes; ++lane) {
    lane_of_rung_[index(lane)]         = static_cast<std::uint8_t>(lane);
    lanes_.state().random[index(lane)] = random_.next() | 1;
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
      is_other ? others[index(random_.below(static_cast<std::int32_t>(others.size())))] : from;
    for (std::size_t t = 0; t < source.resource.size(); ++t) {
      state.place[t * lanes + index(lane)] = kernels::code_of_place(source.resource[t]);
    }
  }
}

template <class Tick>
void order_group<Tick>::run(search_pace& pace)
{
  while (!pace.is_over(lanes) && !meets_bound()) sweep(pace);
}

template <class Tick>
void order_group<Tick>::sweep(search_pace& pace)
{
  ++sweeps_;
  cool(pace.progress());
  lanes_.decode_all();
  look_at_best();
  pace.count(0, problem_.num_tasks);
  for (auto window = lanes_.num_windows() - 1; window >= 0; --window) {
    auto const first = lanes_.begin_of(window), last = lanes_.begin_of(window + 1);
    for (int move = 0; move < moves_of_a_window; ++move) {
      if (pace.is_over(lanes)) return;
      bool const is_of_order = random_.below(100) < order_moves;
      if (is_of_order && !try_order(first, last, window)) {
        pace.count(0, 1);
        continue;
      }
      if (!is_of_order) try_placement(first, last, window);
      pace.count(lanes, problem_.num_tasks - first);
    }
  }
}

/// Sets the temperatures, and lets neighbouring rungs exchange their lanes: the first with the
/// second and so on, or the second with the third, in turn.
template <class Tick>
void order_group<Tick>::cool(double progress)
{
  auto const warmth = first_warmth * std::pow(last_warmth / first_warmth, progress);
  auto const energy = kernels::makespan_weight * std::max(1.0, static_cast<double>(least_seen_));
  auto const step   = std::pow(1 / ladder_ratio, 1.0 / (lanes - 1));
  auto heat         = energy * warmth * std::sqrt(ladder_ratio);
  std::array<std::uint32_t, lanes> ladder{};
  for (auto& each : ladder) {
    each = whole_temperature(heat);
    heat *= step;
  }
  auto const* const energies = lanes_.state().energy;
  auto const chances         = random_.noise();
  for (std::size_t rung = sweeps_ & 1U; rung + 1 < lanes; rung += 2) {
    auto& hotter  = lane_of_rung_[rung];
    auto& colder  = lane_of_rung_[rung + 1];
    auto const by = whole_temperature(ladder[rung + 1] / (1 - step));
    if (kernels::exchanges(energies[hotter], energies[colder], by, chances[rung])) {
      std::swap(hotter, colder);
    }
  }
  for (std::size_t rung = 0; rung < lanes; ++rung) {
    lanes_.state().temperature[lane_of_rung_[rung]] = ladder[rung];
  }
}

template <class Tick>
void order_group<Tick>::try_placement(std::int32_t first, std::int32_t last, std::int32_t window)
{
  auto const& state = lanes_.state();
  auto const choice = random_.below(100);
  auto const kind   = choice < swap_moves                     ? lane_move::swap
                      : choice < swap_moves + neighbour_moves ? lane_move::neighbour
                                                              : lane_move::place;
  lanes_.bodies().propose(problem_, state, kind, first, last);
  lanes_.decode_from(window);
  lanes_.bodies().accept(state, kind, random_.noise().data());
  look_at_best();
}

/// The task moves to random places, in half of the lanes.
template <class Tick>
void order_group<Tick>::place_at_random(std::int32_t task)
{
  auto const& state = lanes_.state();
  auto* const place = state.place + index(task) * lanes;
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    auto const chance = kernels::next_random(state.random[lane]);
    auto const wanted = kernels::below(chance << 1, problem_.num_places);
    if ((chance >> 31) != 0) place[lane] = kernels::code_of_place(wanted);
  }
}

/// False: the task that was chosen cannot move.
template <class Tick>
bool order_group<Tick>::try_order(std::int32_t first, std::int32_t last, std::int32_t window)
{
  auto const& state = lanes_.state();
  auto const from   = first + random_.below(last - first);
  auto const task   = state.order[from];
  auto range = kernels::order_range_of(kernels::serial_group<>{}, problem_, state, task, first);
  if (random_.below(100) < near_order_moves) {
    auto const near = std::max(least_near, problem_.num_tasks / 16);
    range           = {std::max(range.first, from - near), std::min(range.last, from + near)};
  }
  if (range.last <= range.first) return false;
  auto const to = range.first + random_.below(range.last - range.first + 1);
  if (to == from) return false;

  kernels::move_in_order(state, from, to);
  bool const is_joint = random_.below(100) < joint_moves;
  auto* const place   = state.place + index(task) * lanes;
  std::copy_n(place, lanes, were_.begin());
  if (is_joint) place_at_random(task);
  lanes_.decode_from(window);
  if (kernels::accepts_order(kernels::serial_lanes{}, state, random_.noise()[0])) {
    kernels::keep_all(kernels::serial_lanes{}, state);
    look_at_best();
  } else {
    std::copy_n(were_.begin(), lanes, place);
    kernels::move_in_order(state, to, from);
  }
  return true;
}

/// Decodes the best lane in seconds, if it is better in ticks than all that were.
template <class Tick>
void order_group<Tick>::look_at_best()
{
  auto const& state = lanes_.state();
  auto const* best  = std::min_element(state.makespan, state.makespan + lanes);
  if (*best >= least_seen_) return;
  least_seen_     = *best;
  auto const lane = static_cast<std::size_t>(best - state.makespan);
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
