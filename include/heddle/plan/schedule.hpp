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
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace heddle {

/// Where and when one task runs.
struct assignment {
  int resource          = -1;  ///< index among the machine's resources; of several cores the first
  double start_seconds  = 0;
  double finish_seconds = 0;

  friend bool operator==(assignment const&, assignment const&) = default;
};

/// A core that a task takes beside its first, as long as that.
struct further_core {
  task_id task = -1;
  int resource = -1;

  friend bool operator==(further_core const&, further_core const&) = default;
};

/// What one of the techniques that "auto" thought of gave.
struct trial {
  std::string algorithm{};
  double makespan_seconds = 0;
  double planning_seconds = 0;
  std::optional<std::string> left_out{};  ///< why it was not run; then there is no makespan
};

/// Makespans of a schedule under noise, as ratios to the planned one.
struct robustness {
  double variation    = 0;  ///< of the execution times
  std::size_t samples = 0;
  double mean         = 1;
  double median       = 1;
  double p95          = 1;  ///< 95 of 100 runs take no longer
  double worst        = 1;  ///< of the samples
};

/// The answer of a planner, with its evidence.
struct schedule {
  std::string workflow_name{};
  std::string algorithm{};  ///< as asked for
  std::string made_by{};    ///< the algorithm whose schedule "auto" chose; else `algorithm`
  double makespan_seconds    = 0;
  double lower_bound_seconds = 0;  ///< no schedule is shorter
  std::string bounded_by{};        ///< the argument for it: a `lower_bound`, or the algorithm
  double gap                = 0;   ///< makespan / lower bound - 1; 0 if both are 0
  double planning_seconds   = 0;   ///< all but the lower bound
  double bounding_seconds   = 0;   ///< that
  std::uint64_t evaluations = 0;   ///< whole schedules made to find this one
  std::uint64_t seed        = 1;
  std::string device        = "cpu";          ///< "cpu", or the names of the devices that searched
  std::string remark{};                       ///< on how it was found, for the user; or empty
  std::optional<std::string> guarantee{};     ///< a proven ratio that holds for this input
  std::string hash{};                         ///< of workflow and machine
  std::vector<std::string> task_names{};      ///< [tasks]
  std::vector<std::string> resource_ids{};    ///< [resources]
  std::vector<assignment> tasks{};            ///< [tasks], by task_id
  std::vector<further_core> further_cores{};  ///< by task_id; none of tasks that take one resource
  std::vector<trial> tried{};                 ///< by "auto", in this order; else empty
  std::optional<robustness> robust{};         ///< for those who look; `plan` does not simulate

  /// The cores of one task beside its first. Takes O(log further_cores) time.
  [[nodiscard]] std::span<further_core const> further_cores_of(task_id task) const;

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
