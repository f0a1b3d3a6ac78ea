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
  std::string algorithm{};  ///< as asked for
  std::string made_by{};    ///< the algorithm whose schedule "auto" chose; else `algorithm`
  double makespan_seconds    = 0;
  double lower_bound_seconds = 0;  ///< no schedule is shorter
  double gap                 = 0;  ///< makespan / lower bound - 1; 0 if both are 0
  double planning_seconds    = 0;
  std::uint64_t evaluations  = 0;  ///< whole schedules made to find this one
  std::uint64_t seed         = 1;
  std::string device         = "cpu";
  std::optional<std::string> guarantee{};   ///< a proven ratio that holds for this input
  std::string hash{};                       ///< of workflow and machine
  std::vector<std::string> task_names{};    ///< [tasks]
  std::vector<std::string> resource_ids{};  ///< [resources]
  std::vector<assignment> tasks{};          ///< [tasks], by task_id

  /// Writes the JSON document that `heddle plan --json` prints: numbers in full double precision, a
  /// gap that is infinite as null.
  ///
  /// @throw system_error if the stream fails
  void write(std::ostream& out) const;

  /// The same into a file, which appears whole or not at all: it is written aside and renamed.
  ///
  /// @throw system_error if it cannot be written
  void write(std::filesystem::path const& path) const;

  /// Reads such a document back and checks that it was made for `w` on `m`. Does not judge it: that
  /// is `check_schedule`.
  ///
  /// @throw input_error  naming file and JSON path, for text that is no such document, a wrong
  /// hash,
  ///                     an unknown or repeated id, a missing task, another version
  /// @throw system_error if the file cannot be read
  [[nodiscard]] static schedule read(std::filesystem::path const& path, workflow const& w,
                                     machine const& m);
};

/// 64-bit hash, in 16 hex digits, of everything of `w` and `m` that a schedule depends on: names,
/// declared costs, edges, resources, links. The order in which edges were added does not matter.
///
/// @throw cycle_error if the edges of `w` close a circle
[[nodiscard]] std::string fingerprint(workflow const& w, machine const& m);

}  // namespace heddle
