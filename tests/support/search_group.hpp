/// @file
/// A group of the search in host memory, as the walker of kernels/ takes it.
#pragma once

#include "kernels/search_walker.hpp"
#include "src/plan/search/lane_decoder.hpp"
#include "src/plan/search/walk_tables.hpp"

#include <cstdint>
#include <vector>

namespace heddle::test {

/// All lanes on place 0, in the order of the tasks' numbers, which must be topological.
template <class Tick>
class search_group {
 public:
  search_group(kernels::search_problem<Tick> const& problem, std::uint64_t seed)
    : memory_{problem, lane_target::scalar},
      walk_{random_of(seed), 0, 0, static_cast<Tick>(kernels::search_limit<Tick>)},
      free_((count(memory_.windows().count) + 1) *
            count(kernels::padded_places(problem.num_places)) * lanes),
      order_(count(problem.num_tasks)),
      place_(count(problem.num_tasks))
  {
    auto const& state = memory_.state();
    for (std::int32_t t = 0; t < problem.num_tasks; ++t) state.order[t] = state.position[t] = t;
    for (std::size_t i = 0; i < place_.size() * lanes; ++i) {
      state.place[i] = problem.code[0];
    }
    for (int lane = 0; lane < kernels::search_lanes; ++lane) {
      state.lane_of_rung[lane] = lane;
      state.random[lane]       = walk_.random.next() | 1;
    }
  }

  [[nodiscard]] kernels::search_group<Tick> view()
  {
    return {memory_.state(), free_.data(), &walk_, order_.data(), place_.data()};
  }
  [[nodiscard]] kernels::search_windows const& windows() const { return memory_.windows(); }
  [[nodiscard]] kernels::group_walk<Tick> const& walk() const { return walk_; }
  [[nodiscard]] std::vector<std::int32_t> const& best_order() const { return order_; }
  [[nodiscard]] std::vector<kernels::place_code> const& best_place() const { return place_; }

  /// All that a walk has changed.
  [[nodiscard]] std::vector<std::int64_t> path() const
  {
    auto const& state = memory_.state();
    std::vector<std::int64_t> all(state.order, state.order + order_.size());
    all.insert(all.end(), state.place, state.place + place_.size() * lanes);
    all.insert(all.end(), state.energy, state.energy + lanes);
    all.insert(all.end(), state.temperature, state.temperature + lanes);
    all.insert(all.end(), order_.begin(), order_.end());
    all.insert(all.end(), place_.begin(), place_.end());
    all.insert(all.end(),
               {walk_.least_seen, walk_.sweeps, static_cast<std::int64_t>(walk_.evaluations)});
    return all;
  }

 private:
  static constexpr std::size_t lanes = kernels::search_lanes;
  static std::size_t count(std::int32_t n) { return static_cast<std::size_t>(n); }

  lane_decoder<Tick> memory_;
  kernels::group_walk<Tick> walk_;
  std::vector<Tick> free_;
  std::vector<std::int32_t> order_;
  std::vector<kernels::place_code> place_;
};

/// Walks in two parts, as batches do.
template <int Places, class Tick, class Lanes>
void walk(Lanes const& lanes, kernels::search_problem<Tick> const& problem,
          kernels::search_windows const& windows, kernels::search_group<Tick> const& group,
          std::uint64_t evaluations)
{
  for (auto const enough : {evaluations / 2, evaluations}) {
    kernels::lanes_walker<Places, Tick, Lanes> w{
      lanes,   problem,
      windows, {ladder_table().data(), noise_table().data()},
      group,   {enough, evaluations, -1}};
    if (enough < evaluations) w.begin();
    w.run();
  }
}

}  // namespace heddle::test
