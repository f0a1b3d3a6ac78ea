/// @file
/// Simulated annealing of one window.
#pragma once

#include "src/plan/search/pace.hpp"
#include "src/plan/search/walk_tables.hpp"
#include "src/plan/search/window.hpp"

namespace heddle {

/// How hot it is, as parts of the time that the window takes, by the number of ways out of it.
struct warmth_range {
  double first;
  double last;
};

/// Moves tasks of a window to other places and other positions, and leaves it with the best found
/// (Kirkpatrick, Gelatt, Vecchi 1983), until the pace says that it is over. As `order_group` does,
/// it sweeps over the window from the end, so that what is before a block is not decoded again.
///
/// @return the makespan of the best, by the power mean of its ways; never more than it was
double anneal(window& w, warmth_range const& warmth, search_pace& pace,
              kernels::group_random& random);

}  // namespace heddle
