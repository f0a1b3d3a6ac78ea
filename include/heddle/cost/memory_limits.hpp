/// @file
/// How much memory tasks hold while they run, and where there is only so much.
#pragma once

#include <heddle/topology/machine.hpp>
#include <heddle/workflow/workflow.hpp>

#include <array>
#include <cstddef>
#include <vector>

namespace heddle {

/// Memory as accounts: one of every memory node, and one of every host of several memory nodes. A
/// task on a CPU holds its `memory_bytes` from start to finish on the account of the memory node
/// and on that of its host; on the latter alone if no memory node of the host has as many (see
/// `cost_model`). A task on a GPU holds its `device_memory_bytes` on the account of the GPU's
/// memory node.
///
/// Empty if tasks that run at the same time can never hold more than there is, for so many need so
/// little: one task a resource, those that need most. Immutable, hence safe to share between
/// threads.
class memory_limits {
 public:
  static constexpr int no_account = -1;

  /// No limits.
  memory_limits() = default;

  /// Takes O(tasks log tasks + resources + memory nodes + sum of resources over accounts) time.
  memory_limits(workflow const& w, machine const& m);

  [[nodiscard]] bool empty() const noexcept { return sizes_.empty(); }

  /// Bytes of every account, infinite where that is unknown: [accounts], or empty.
  [[nodiscard]] std::vector<double> const& sizes() const noexcept { return sizes_; }

  /// That the task holds on a resource. Not if there are no limits.
  [[nodiscard]] double bytes(task_id task, int resource) const
  {
    auto const& needs = is_gpu_[index(resource)] != 0 ? device_bytes_ : bytes_;
    return needs.empty() ? 0 : needs[index(task)];
  }

  /// On which `bytes` of a task on that resource are held; `no_account` for none.
  [[nodiscard]] std::array<int, 2> accounts(double bytes, int resource) const
  {
    if (bytes == 0) return {no_account, no_account};
    auto const node    = index(node_of_[index(resource)]);
    bool const in_node = is_gpu_[index(resource)] != 0 || bytes <= largest_[node];
    return {in_node ? static_cast<int>(node) : no_account,
            is_gpu_[index(resource)] != 0 ? no_account : host_account_[node]};
  }

 private:
  static std::size_t index(int i) { return static_cast<std::size_t>(i); }
  void open_accounts(machine const& m);
  void take_needs(workflow const& w);
  [[nodiscard]] bool can_run_out() const;

  std::vector<double> bytes_;         ///< [tasks], or empty: all 0
  std::vector<double> device_bytes_;  ///< [tasks], or empty: all 0
  std::vector<double> sizes_;         ///< [accounts]
  std::vector<int> node_of_;          ///< [resources]
  std::vector<char> is_gpu_;          ///< [resources]
  std::vector<double> largest_;       ///< [memory nodes], the size of the host's largest
  std::vector<int> host_account_;     ///< [memory nodes]
};

}  // namespace heddle
