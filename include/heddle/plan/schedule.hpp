/// @file
/// A schedule: who runs what, where and when. Plain data.
#pragma once

#include <heddle/topology/machine.hpp>
#include <heddle/workflow/workflow.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace heddle {

/// Where and when one task runs.
struct assignment {
  int resource          = -1;  ///< index among the machine's resources
  double start_seconds  = 0;
  double finish_seconds = 0;

  friend bool operator==(assignment const&, assignment const&) = default;
};

/// The answer of a planner, with its evidence.
struct schedule {
  std::string workflow_name{};
  std::string algorithm{};
  double makespan_seconds    = 0;
  double lower_bound_seconds = 0;  ///< no schedule is shorter
  double gap                 = 0;  ///< makespan / lower bound - 1; 0 for an empty workflow
  double planning_seconds    = 0;
  std::uint64_t evaluations  = 0;
  std::uint64_t seed         = 1;
  std::string device         = "cpu";
  std::optional<std::string> guarantee{};   ///< a proven ratio that holds for this input
  std::string hash{};                       ///< of workflow and machine
  std::vector<std::string> task_names{};    ///< [tasks]
  std::vector<std::string> resource_ids{};  ///< [resources]
  std::vector<assignment> tasks{};          ///< [tasks], by task_id

  /// Writes the JSON document that `heddle plan --json` prints.
  void write(std::ostream& out) const;
  void write(std::filesystem::path const& path) const;

  /// Reads such a document back and checks that it was made for `w` on `m`.
  ///
  /// @throw input_error for a wrong hash, an unknown or repeated id, a missing task, another version
  [[nodiscard]] static schedule read(std::filesystem::path const& path, workflow const& w,
                                     machine const& m);
};

/// 64-bit hash, in 16 hex digits, of everything of `w` and `m` that a schedule depends on.
[[nodiscard]] std::string fingerprint(workflow const& w, machine const& m);

}  // namespace heddle
