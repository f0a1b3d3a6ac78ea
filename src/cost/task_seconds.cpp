#include "src/cost/task_seconds.hpp"

#include <heddle/base/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <variant>

namespace heddle {
namespace {

constexpr double guessed_seconds =
  1e-3;  // of a task, in a workflow that declares no seconds at all

double mean_known_seconds(workflow const& w)
{
  double sum        = 0;
  std::size_t known = 0;
  for (auto const& task : w.tasks()) {
    if (std::isnan(task.cpu_seconds)) continue;
    sum += task.cpu_seconds;
    ++known;
  }
  return known == 0 ? guessed_seconds : sum / static_cast<double>(known);
}

double checked(double value, task_info const& task, char const* what)
{
  if (value >= 0 && std::isfinite(value)) return value;
  throw input_error{fmt::format("task \"{}\": its {} are {}; they must be finite and not negative",
                                task.name, what, value)};
}

}  // namespace

task_seconds::task_seconds(workflow const& w, machine const& m)
  : machine_{m},
    fallback_seconds_{m.least_task_seconds > 0 ? m.least_task_seconds : mean_known_seconds(w)}
{
}

double task_seconds::on_cpu(task_info const& task) const
{
  auto const declared = std::isnan(task.cpu_seconds) ? unknown(task) : task.cpu_seconds;
  return std::max(checked(declared, task, "CPU seconds"), machine_.least_task_seconds);
}

double task_seconds::on_gpu(task_info const& task) const
{
  return std::max(checked(task.gpu_seconds, task, "GPU seconds"), machine_.least_task_seconds);
}

double task_seconds::unknown(task_info const& task) const
{
  auto const& analytic = task.declared().analytic;
  if (!analytic) return fallback_seconds_;
  return std::max(analytic->flops / machine_.flops_per_second,
                  analytic->bytes / machine_.bytes_per_second);
}

bool runs_on(resource_kind kind, task_info const& task)
{
  auto const& declared     = task.declared();
  bool const cpp           = declared.cpu || declared.gpu;
  bool const gpu_seconds   = !std::isnan(task.gpu_seconds);
  bool const only_gpu_body = declared.gpu && !declared.cpu;
  if (kind == resource_kind::gpu) return gpu_seconds && (!cpp || declared.gpu);
  if (only_gpu_body) return false;
  bool const is_stage = !std::holds_alternative<std::monostate>(declared.stage);
  return declared.cpu || declared.run || is_stage || !std::isnan(task.cpu_seconds) || !gpu_seconds;
}

}  // namespace heddle
