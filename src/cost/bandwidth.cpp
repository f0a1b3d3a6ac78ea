#include <heddle/cost/cost_model.hpp>

#include "src/cost/task_seconds.hpp"

#include <heddle/base/error.hpp>

#include <fmt/format.h>

#include <cmath>
#include <numeric>

namespace heddle {
namespace {

double mean_edge_bytes(workflow const& w)
{
  auto const edges = make_edge_table(w);
  auto const& all  = edges.successor_bytes;
  if (all.empty()) return 0;
  return std::accumulate(all.begin(), all.end(), 0.0) / static_cast<double>(all.size());
}

double mean_task_seconds(workflow const& w, machine const& m)
{
  task_seconds const seconds{w, m};
  double sum = 0;
  for (auto const& task : w.tasks()) sum += seconds.on_cpu(task);
  return sum / static_cast<double>(w.num_tasks());
}

double mean_speed(machine const& m)
{
  double sum = 0;
  for (auto const& r : m.resources) sum += r.speed;
  return sum / static_cast<double>(m.resources.size());
}

}  // namespace

void set_bandwidth_by_ccr(machine& m, workflow const& w, double ccr)
{
  if (!(ccr > 0) || std::isinf(ccr)) {
    throw input_error{fmt::format(
      "the communication to computation ratio is {}; it must be positive and finite", ccr)};
  }
  auto const bytes  = mean_edge_bytes(w);
  auto& bandwidth   = m.links.bandwidth_bytes_per_second;
  auto const ideal  = bytes / (ccr * mean_task_seconds(w, m) / mean_speed(m));
  bool const usable = bytes > 0 && ideal > 0;  // else nothing moves, or moving it costs nothing
  bandwidth         = usable ? ideal : std::numeric_limits<double>::infinity();
}

}  // namespace heddle
