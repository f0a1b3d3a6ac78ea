/// @file
/// Workflows of known shapes, for tests, benchmarks and first tries.
#pragma once

#include <heddle/workflow/workflow.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace heddle {

struct generate_options {
  std::size_t tasks   = 100;  ///< wanted; shapes that need a certain number take the nearest below
  std::uint64_t seed  = 1;
  double mean_seconds = 1.0;  ///< mean execution time of a task
  double mean_bytes   = 1e6;  ///< mean size of a file passed along an edge
  double mean_degree  = 4.0;  ///< mean number of successors, in `random`
};

/// The names `generate_workflow` knows, each with a line of description.
struct generator_info {
  std::string_view name;
  std::string_view description;
};
[[nodiscard]] std::span<generator_info const> generators();

/// Makes a workflow of shape `kind`. The same options give the same workflow on every machine.
///
/// Every task writes one file, which its successors read.
///
/// @throw input_error if `kind` is unknown or an option is out of range
[[nodiscard]] workflow generate_workflow(std::string_view kind, generate_options const& options);

}  // namespace heddle
