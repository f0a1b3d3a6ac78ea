/// @file
/// Which resources may run a task, and why not the others.
#pragma once

#include <heddle/cost/core_groups.hpp>
#include <heddle/topology/machine.hpp>
#include <heddle/workflow/workflow.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace heddle {

/// In bytes; infinite where it is not known.
[[nodiscard]] inline double size_of(memory_node const& node)
{
  return node.size_bytes > 0 ? node.size_bytes : std::numeric_limits<double>::infinity();
}

/// Judges tasks one by one on one machine. A view of the machine and its groups of cores.
class feasibility {
 public:
  /// @param usable [resources], false: never free
  feasibility(machine const& m, core_groups const& groups, std::vector<bool> usable);

  struct verdict {
    bool on_cpus;      ///< whether any can run it
    bool on_gpus;      ///< whether any can run it
    std::int32_t row;  ///< in `rows`; 0: no narrower than any task's
    core_demand cores;
  };

  /// @throw input_error naming the task and, for all resources, why they cannot run it, if none can
  verdict judge(task_info const& task);

  /// Which resources the tasks judged so far may use, of those whose kind can run them: [rows x
  /// resources], 1 or 0; of their cores the first, and this the slowest. Rows differ.
  [[nodiscard]] std::vector<char> rows() && { return std::move(rows_); }

 private:
  /// All of a task that matters: its place, cores, memory, device memory and GPUs, and whether it
  /// can run on CPUs and on GPUs.
  using sort = std::tuple<std::string_view, int, std::size_t, std::size_t, int, bool, bool>;

  enum class obstacle { none, place, busy, kind, cores, memory, device_memory };

  [[nodiscard]] bool is_ordinary(task_details const& declared) const;
  [[nodiscard]] core_demand cores(task_info const& task) const;
  verdict judge_closely(task_info const& task);
  verdict judge_anew(task_info const& task);
  std::int32_t add_row(std::vector<char> const& row);
  [[noreturn]] void reject(task_info const& task) const;
  [[nodiscard]] obstacle to(task_info const& task, std::size_t resource) const;
  [[nodiscard]] bool is_at(std::string_view place, resource const& r) const;
  [[nodiscard]] bool is_memory_node(std::string_view place) const;
  [[nodiscard]] bool has_cores(core_demand what, int cpu) const;
  [[nodiscard]] double most_memory(double needed, std::size_t node) const;
  [[nodiscard]] std::string text(obstacle why, std::vector<std::size_t> const& resources,
                                 task_info const& task) const;
  [[nodiscard]] std::string all_texts(task_info const& task) const;
  void expect_place(task_info const& task) const;
  void expect_gpus(task_info const& task) const;

  machine const& machine_;
  core_groups const& groups_;
  std::vector<bool> usable_;  ///< [resources]
  bool checks_needs_;
  int cpus_        = 0;
  int gpus_        = 0;
  bool usable_cpu_ = false;
  bool usable_gpu_ = false;
  std::vector<double> host_memory_bytes_;  ///< [memory nodes], all of the host; infinite: unknown
  std::vector<double> largest_memory_bytes_;  ///< [memory nodes], of the host; infinite: unknown
  std::vector<char> rows_;                    ///< [rows x resources]
  std::map<std::vector<char>, std::int32_t> known_rows_;
  std::map<sort, verdict> known_;  ///< places are those of tasks judged before
};

}  // namespace heddle
