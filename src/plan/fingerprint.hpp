/// @file
/// The hash that ties a schedule to its workflow and machine.
#pragma once

#include <heddle/topology/machine.hpp>
#include <heddle/workflow/edge_table.hpp>
#include <heddle/workflow/workflow.hpp>

#include <string>

namespace heddle {

/// `fingerprint(w, m)` with the edges of `w` already sorted.
[[nodiscard]] std::string fingerprint(workflow const& w, edge_table const& edges, machine const& m);

}  // namespace heddle
