#include "src/plan/fingerprint.hpp"

#include <heddle/plan/schedule.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <string_view>

namespace heddle {
namespace {

/// 64 bits in the manner of FNV-1a, a 32-bit word at a time; the shifts carry high bits down, so
/// that all bits of the digest depend on all of the input. Against mix-ups, not against forgery.
class hasher {
 public:
  void add(std::string_view text)
  {
    add(static_cast<std::uint64_t>(text.size()));
    for (auto const c : text) mix(static_cast<unsigned char>(c));
  }
  void add(std::uint64_t word)
  {
    mix(word & 0xffffffffU);
    mix(word >> 32U);
  }
  void add(std::int32_t value) { mix(static_cast<std::uint32_t>(value)); }
  void add(double value)
  {
    add(std::isnan(value) ? ~std::uint64_t{0} : std::bit_cast<std::uint64_t>(value));
  }

  template <class T>
  void add(std::vector<T> const& values)
  {
    add(static_cast<std::uint64_t>(values.size()));
    for (auto const value : values) add(value);
  }

  [[nodiscard]] std::uint64_t digest() const
  {
    auto h = state_;
    h      = (h ^ (h >> 33U)) * 0xff51afd7ed558ccdU;
    h      = (h ^ (h >> 33U)) * 0xc4ceb9fe1a85ec53U;
    return h ^ (h >> 33U);
  }

 private:
  void mix(std::uint64_t word)
  {
    state_ = (state_ ^ word) * 0x100000001b3U;
    state_ ^= state_ >> 32U;
  }

  std::uint64_t state_ = 0xcbf29ce484222325U;
};

/// Only what is not the default, each with a number of its own, so that no two tasks give the same
/// words.
void add_constraints(hasher& h, task_details const& declared)
{
  auto const& needs   = declared.needs;
  auto const add_size = [&h](std::int32_t what, std::size_t value) {
    if (value == 0) return;
    h.add(what);
    h.add(static_cast<std::uint64_t>(value));
  };
  add_size(1, needs.cores == 1 ? 0 : static_cast<std::size_t>(needs.cores));
  add_size(2, needs.memory_bytes);
  add_size(3, needs.device_memory_bytes);
  add_size(4, static_cast<std::size_t>(needs.gpus));
  if (declared.release_seconds != 0) {
    h.add(std::int32_t{5});
    h.add(declared.release_seconds);
  }
  if (declared.place.empty()) return;
  h.add(std::int32_t{6});
  h.add(std::string_view{declared.place});
}

bool is_memory_needed(workflow const& w)
{
  return std::ranges::any_of(w.tasks(), [](task_info const& task) {
    auto const& needs = task.declared().needs;
    return needs.memory_bytes > 0 || needs.device_memory_bytes > 0;
  });
}

void add_tasks(hasher& h, workflow const& w)
{
  h.add(static_cast<std::uint64_t>(w.num_tasks()));
  for (auto const& task : w.tasks()) {
    h.add(std::string_view{task.name});
    h.add(task.cpu_seconds);
    h.add(task.gpu_seconds);
    if (!task.details) continue;
    add_constraints(h, *task.details);
    if (!task.details->analytic) continue;
    h.add(task.details->analytic->flops);
    h.add(task.details->analytic->bytes);
  }
}

void add_edges(hasher& h, edge_table const& edges)
{
  h.add(edges.first_successor);
  h.add(edges.successor);
  h.add(edges.successor_bytes);
}

/// Sizes of memories, which may differ from boot to boot, count where a plan depends on them.
void add_machine(hasher& h, machine const& m, bool with_sizes)
{
  for (auto const& r : m.resources) {
    h.add(std::string_view{r.id});
    h.add(static_cast<std::int32_t>(r.kind));
    h.add(r.speed);
    h.add(r.memory_node);
  }
  h.add(static_cast<std::uint64_t>(m.memory_nodes.size()));
  for (auto const& node : m.memory_nodes) {
    h.add(std::string_view{node.id});
    h.add(static_cast<std::int32_t>(node.host));
    if (with_sizes) h.add(node.size_bytes);
  }
  h.add(m.links.bandwidth_bytes_per_second);
  h.add(m.links.latency_seconds);
  h.add(m.links.pair_bandwidth_bytes_per_second);
  h.add(m.links.pair_latency_seconds);
  h.add(m.least_task_seconds);
  h.add(m.flops_per_second);
  h.add(m.bytes_per_second);
}

}  // namespace

std::string fingerprint(workflow const& w, edge_table const& edges, machine const& m)
{
  hasher h;
  add_tasks(h, w);
  add_edges(h, edges);
  add_machine(h, m, is_memory_needed(w));
  return fmt::format("{:016x}", h.digest());
}

std::string fingerprint(workflow const& w, machine const& m)
{
  return fingerprint(w, make_edge_table(w), m);
}

}  // namespace heddle
