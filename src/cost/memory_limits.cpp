#include <heddle/cost/memory_limits.hpp>

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <numeric>

namespace heddle {
namespace {

double size_of(memory_node const& node)
{
  return node.size_bytes > 0 ? node.size_bytes : std::numeric_limits<double>::infinity();
}

/// The sum of the `count` largest of those that are at most `size`.
double most(std::vector<double> const& falling, std::ptrdiff_t count, double size)
{
  auto const first = std::ranges::lower_bound(falling, size, std::greater{});
  return std::accumulate(first, first + std::min(count, falling.end() - first), 0.0);
}

}  // namespace

memory_limits::memory_limits(workflow const& w, machine const& m)
{
  take_needs(w);
  if (bytes_.empty() && device_bytes_.empty()) return;
  open_accounts(m);
  if (!can_run_out()) *this = {};
}

void memory_limits::take_needs(workflow const& w)
{
  auto const put = [&](std::vector<double>& needs, std::size_t task, std::size_t bytes) {
    if (bytes == 0) return;
    if (needs.empty()) needs.resize(w.num_tasks());
    needs[task] = static_cast<double>(bytes);
  };
  for (std::size_t t = 0; t < w.num_tasks(); ++t) {
    auto const& needs = w.tasks()[t].declared().needs;
    put(bytes_, t, needs.memory_bytes);
    put(device_bytes_, t, needs.device_memory_bytes);
  }
}

void memory_limits::open_accounts(machine const& m)
{
  for (auto const& r : m.resources) {
    node_of_.push_back(r.memory_node);
    is_gpu_.push_back(r.kind == resource_kind::gpu ? 1 : 0);
  }
  std::map<int, std::vector<int>> nodes_of_host;
  for (std::size_t n = 0; n < m.memory_nodes.size(); ++n) {
    auto const& node = m.memory_nodes[n];
    sizes_.push_back(size_of(node));
    if (node.host >= 0) nodes_of_host[node.host].push_back(static_cast<int>(n));
  }
  largest_ = sizes_;
  host_account_.assign(sizes_.size(), no_account);
  for (auto const& [host, nodes] : nodes_of_host) {
    if (nodes.size() == 1) continue;
    double all = 0, largest = 0;
    for (auto const n : nodes) {
      all += sizes_[index(n)];
      largest = std::max(largest, sizes_[index(n)]);
    }
    for (auto const n : nodes) {
      largest_[index(n)]      = largest;
      host_account_[index(n)] = static_cast<int>(sizes_.size());
    }
    sizes_.push_back(all);
  }
}

/// Whether tasks could hold more than an account has, one on each of its resources and each of them
/// no more than that.
bool memory_limits::can_run_out() const
{
  auto const by_falling = [](std::vector<double> needs) {
    std::ranges::sort(needs, std::greater{});
    return needs;
  };
  auto const on_cpus = by_falling(bytes_);
  auto const on_gpus = by_falling(device_bytes_);
  std::vector<std::ptrdiff_t> cpus(sizes_.size()), gpus(sizes_.size());
  for (std::size_t r = 0; r < node_of_.size(); ++r) {
    auto& of_kind = is_gpu_[r] != 0 ? gpus : cpus;
    ++of_kind[index(node_of_[r])];
    auto const host = host_account_[index(node_of_[r])];
    if (host != no_account && is_gpu_[r] == 0) ++cpus[index(host)];
  }
  for (std::size_t a = 0; a < sizes_.size(); ++a) {
    if (most(on_cpus, cpus[a], sizes_[a]) + most(on_gpus, gpus[a], sizes_[a]) > sizes_[a])
      return true;
  }
  return false;
}

}  // namespace heddle
