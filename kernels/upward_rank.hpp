/// @file
/// Kernel body of the upward rank recurrence; see heddle/plan/upward_rank.hpp for the definition.
#pragma once

#include "kernels/group.hpp"

#include <cstdint>

namespace heddle::kernels {

/// What one launch reads and writes; shapes as in `workflow_costs`.
struct upward_rank_args {
  std::int32_t const* first_edge;
  std::int32_t const* successor;
  double const* execution_seconds;
  double const* transfer_seconds;
  double* rank_seconds;
};

/// Sets the rank of `task`, reading the ranks of its successors. One group per task.
template <thread_group Group>
HEDDLE_HOST_DEVICE void upward_rank(Group const& group, upward_rank_args const& args,
                                    std::int32_t task)
{
  double const longest_tail = group.reduce(
    args.first_edge[task], args.first_edge[task + 1], 0.0,
    [&](int edge) { return args.transfer_seconds[edge] + args.rank_seconds[args.successor[edge]]; },
    [](double a, double b) { return a < b ? b : a; });

  group.once([&] { args.rank_seconds[task] = args.execution_seconds[task] + longest_tail; });
}

}  // namespace heddle::kernels
