/// @file
/// Every kernel launch the planners make. Defined in kernels/*.cu, or, in a build without CUDA, in
/// kernels/launchers_without_cuda.cpp, where each throws `not_built`.
#pragma once

#include <heddle/base/stream_ref.hpp>

#include <cstdint>

namespace heddle::kernels {

struct placement_score_args;
struct search_batch;
struct scenario_strides;
struct upward_rank_args;
template <class Tick>
struct search_groups;

/// Who shares the work of one task: a warp is best up to a few hundred successors, a block above.
enum class team { warp, block };

/// Runs `upward_rank` for `task[0, num_tasks)`, one `team` per task, in the order of `stream`.
void launch_upward_rank(upward_rank_args args, std::int32_t const* task, std::int32_t num_tasks,
                        team per_task, stream_ref stream);

/// Who shares the work of one task at one place: a thread is best up to a few dozen successors, a
/// warp above.
enum class placement_team { thread, warp };

/// Runs `placement_score` for `task[0, num_tasks)` at all places in all scenarios, in the order of
/// `stream`.
void launch_placement_score(placement_score_args args, scenario_strides strides,
                            std::int32_t num_scenarios, std::int32_t const* task,
                            std::int32_t num_tasks, placement_team per_place, stream_ref stream);

/// Begins all groups of a search, a warp for each, in the order of `stream`.
template <class Tick>
void launch_search_begin(search_groups<Tick> const& all, std::uint64_t seed, stream_ref stream);

/// Takes all groups as far as `batch` says.
template <class Tick>
void launch_search(search_groups<Tick> const& all, search_batch const& batch, stream_ref stream);

/// Lets groups take over what others found (see `adopt`).
template <class Tick>
void launch_search_adopt(search_groups<Tick> const& all, stream_ref stream);

}  // namespace heddle::kernels
