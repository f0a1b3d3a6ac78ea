#include <heddle/run/engine.hpp>

#include "src/data/device_memory.hpp"
#include "src/plan/priorities.hpp"
#include "src/run/prepared_workflow.hpp"
#include "src/run/run_state.hpp"

#include <heddle/base/error.hpp>
#include <heddle/plan/plan.hpp>
#include <heddle/trace/writers.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <numeric>
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

/// Places in the ascending order of `keys`, [tasks].
template <class Key>
std::vector<double> places_by(std::size_t num_tasks, Key key)
{
  std::vector<std::size_t> tasks(num_tasks);
  std::iota(tasks.begin(), tasks.end(), std::size_t{0});
  std::ranges::stable_sort(tasks, {}, key);
  std::vector<double> places(num_tasks);
  for (std::size_t i = 0; i < num_tasks; ++i) places[tasks[i]] = static_cast<double>(i);
  return places;
}

}  // namespace

/// Made once, by whoever asks first.
struct engine::lazy_threads {
  std::once_flag once{};
  std::shared_ptr<executor> made{};
};

engine::engine(machine m) : engine{m, devices_of_this_machine(m)} {}

engine::engine(machine m, std::vector<std::shared_ptr<device>> const& devices)
  : machine_{std::move(m)},
    memories_(machine_.resources.size()),
    threads_{std::make_shared<lazy_threads>()}
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

executor& engine::threads()
{
  std::call_once(threads_->once, [this] { threads_->made = std::make_shared<executor>(machine_); });
  return *threads_->made;
}

prepared_workflow engine::prepare(workflow const& w, std::vector<double> const& priorities)
{
  static_cast<void>(threads());
  return prepared_workflow{
    std::make_unique<prepared_workflow::state>(w, priorities, threads_->made)};
}

prepared_workflow engine::prepare(workflow const& w, schedule const& s)
{
  if (s.tasks.size() != w.num_tasks()) {
    throw invalid_argument{fmt::format("prepare: the schedule has {} tasks, the workflow {}",
                                       s.tasks.size(), w.num_tasks())};
  }
  return prepare(
    w, places_by(w.num_tasks(), [&](std::size_t t) { return -s.tasks[t].start_seconds; }));
}

prepared_workflow engine::prepare(workflow const& w)
{
  auto const ranks = mean_upward_ranks(cost_model{w, machine_});
  return prepare(w, places_by(w.num_tasks(), [&](std::size_t t) {
                   return std::pair{w.at(static_cast<task_id>(t)).declared().priority, ranks[t]};
                 }));
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
