#include <heddle/run/engine.hpp>

#include "src/data/device_memory.hpp"
#include "src/run/run_state.hpp"

#include <heddle/base/error.hpp>
#include <heddle/plan/plan.hpp>
#include <heddle/trace/writers.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace heddle {

namespace {

/// The device of every GPU among the resources, by its ordinal; null where there is none.
std::vector<std::shared_ptr<device>> devices_of_this_machine(machine const& m)
{
  std::vector<std::shared_ptr<device>> devices;
  for (auto const& r : m.resources) {
    if (r.kind != resource_kind::gpu) continue;
    auto const all     = cuda_devices();
    auto const ordinal = static_cast<std::size_t>(r.os_index);
    devices.push_back(r.os_index >= 0 && ordinal < all.size() ? all[ordinal] : nullptr);
  }
  return devices;
}

}  // namespace

engine::engine(machine m) : engine{m, devices_of_this_machine(m)} {}

engine::engine(machine m, std::vector<std::shared_ptr<device>> const& devices)
  : machine_{std::move(m)}, memories_(machine_.resources.size())
{
  if (machine_.resources.empty())
    throw invalid_argument{"engine: the machine has no resource to run on"};
  std::size_t num_gpus = 0;
  for (std::size_t r = 0; r < memories_.size(); ++r) {
    if (machine_.resources[r].kind != resource_kind::gpu || num_gpus++ >= devices.size()) continue;
    auto const& device = devices[num_gpus - 1];
    if (device) memories_[r] = std::make_shared<device_memory>(device);
  }
  if (num_gpus != devices.size()) {
    throw invalid_argument{
      fmt::format("engine: {} devices for the {} GPUs of the machine", devices.size(), num_gpus)};
  }
}

run engine::start(workflow const& w, schedule const& s, run_options options)
{
  return run{std::make_unique<run::state>(w, machine_, memories_, &s, std::move(options))};
}

/// Without a schedule, no worker of a device knows what is worth its while.
run engine::start(workflow const& w, run_options options)
{
  auto const has_gpu_body = [](task_info const& t) { return static_cast<bool>(t.declared().gpu); };
  bool const has_device =
    std::ranges::any_of(memories_, [](auto const& m) { return m != nullptr; });
  if (has_device && !options.replay_scale && std::ranges::any_of(w.tasks(), has_gpu_body)) {
    return start(w, plan(w, machine_, {.algorithm = "heft"}), std::move(options));
  }
  return run{std::make_unique<run::state>(w, machine_, memories_, nullptr, std::move(options))};
}

report engine::run_to_end(workflow const& w, run_options options)
{
  return start(w, std::move(options)).wait();
}

run::run(std::unique_ptr<state> s) : state_{std::move(s)} {}
run::run(run&&) noexcept            = default;
run& run::operator=(run&&) noexcept = default;
run::~run()                         = default;

report run::wait()
{
  return state_->wait();
}
bool run::wait_for(seconds limit)
{
  return state_->wait_for(limit);
}
void run::cancel()
{
  state_->cancel();
}
progress_state run::progress() const
{
  return state_->progress();
}

void report::write_html(std::filesystem::path const& path) const
{
  write_html_report(record, path);
}
void report::write_trace(std::filesystem::path const& path) const
{
  write_chrome_trace(record, path);
}

}  // namespace heddle
