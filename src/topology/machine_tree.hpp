/// @file
/// What `heddle topo` shows of a machine.
#pragma once

#include "src/topology/text_tree.hpp"

#include <heddle/topology/machine.hpp>

namespace heddle {

/// Packages, NUMA nodes, caches, cores and GPUs from the outside in, then disks, networks, links
/// and limits. Neighbours that do not differ share a line.
[[nodiscard]] text_tree machine_tree(machine const& m);

}  // namespace heddle
