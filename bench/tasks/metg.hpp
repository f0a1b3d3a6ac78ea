/// @file
/// The smallest tasks that are worth their overhead, in the manner of Task Bench.
///
/// E. Slaughter et al.: Task Bench: a parameterized benchmark for evaluating parallel runtime
/// performance, SC20, 2020.
#pragma once

#include "bench/tasks/graph_peers.hpp"

namespace heddle::bench {

/// Adds a row `metg_<pattern>` for each pattern: METG(50 %), the least wall time times threads over
/// tasks at which the tasks' kernels run at half of the rate that they have on their own.
void add_metg_benchmarks(std::string const& peer, make_graph_peer const& make);

}  // namespace heddle::bench
