/// @file
/// Whom a thread that has nothing to do takes work from first.
#pragma once

#include <heddle/topology/machine.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace heddle::detail {

/// The other threads by how far they are, nearest first: [distances][threads].
using victim_order = std::vector<std::vector<std::uint32_t>>;

/// One order for each thread, where thread t is on CPU `cpus[t]`, an index into the resources of
/// `m`. Nearest are the threads of the same core, then those that share a cache (the smaller the
/// level, the nearer), the memory node, the package; then the rest.
///
/// Empty if all threads are equally far from each other, for there is nothing to choose then.
/// Takes O(n^2) steps for n threads.
[[nodiscard]] std::vector<victim_order> victim_orders(machine const& m,
                                                      std::vector<std::size_t> const& cpus);

}  // namespace heddle::detail
