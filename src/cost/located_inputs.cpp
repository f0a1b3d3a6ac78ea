#include "src/cost/located_inputs.hpp"

#include <heddle/base/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace heddle {
located_inputs::located_inputs(workflow const& w, machine_state const& began,
                               cost_model const& costs)
  : workflow_{w},
    costs_{costs},
    arrivals_(static_cast<std::size_t>(costs.num_memory_nodes())),
    bytes_(arrivals_.size())
{
  for (auto const& [file, node, from] : began.files) {
    if (file < 0 || static_cast<std::size_t>(file) >= w.files().size()) {
      throw input_error{fmt::format("state of the machine: file {} of {}", file, w.files().size())};
    }
    expect_usable({node, from}, w.file(file).path);
    files_[file].push_back({node, from});
  }
  for (auto const& [item, node, from] : began.items) {
    if (item == nullptr) throw input_error{"state of the machine: an item is null"};
    expect_usable({node, from}, "an item");
    items_[item].push_back({node, from});
  }
}

void located_inputs::expect_usable(copy const& one, std::string_view what) const
{
  if (one.memory_node < 0 || one.memory_node >= costs_.num_memory_nodes()) {
    throw input_error{fmt::format("state of the machine: \"{}\" lies in memory node {} of {}", what,
                                  one.memory_node, costs_.num_memory_nodes())};
  }
  if (!(one.from_seconds >= 0) || std::isinf(one.from_seconds)) {
    throw input_error{
      fmt::format("state of the machine: \"{}\" is there from {} s on; that must be finite and not "
                  "negative",
                  what, one.from_seconds)};
  }
}

bool located_inputs::next(task_info const& task)
{
  std::ranges::fill(arrivals_, 0.0);
  std::ranges::fill(bytes_, 0.0);
  found_ = false;
  expect_no_writer(task);
  for (auto const file : task.inputs) {
    if (auto const found = files_.find(file); found != files_.end()) {
      add(found->second, workflow_.file(file).size_bytes);
    }
  }
  for (auto const& [item, how] : task.declared().accesses) {
    auto const found = items_.find(item.get());
    if (found == items_.end()) continue;
    if (reads(how)) add(found->second, static_cast<double>(item->size_bytes()));
    if (writes(how)) items_.erase(found);
  }
  return found_;
}

void located_inputs::expect_no_writer(task_info const& task) const
{
  for (auto const file : task.outputs) {
    if (!files_.contains(file)) continue;
    throw input_error{fmt::format(
      "state of the machine: file \"{}\" cannot lie anywhere yet, for task \"{}\" writes it; leave "
      "one of them out",
      workflow_.file(file).path, task.name)};
  }
}

/// Every memory node gets it from the copy that is there first.
void located_inputs::add(copies const& all, double bytes)
{
  found_ = true;
  for (std::size_t n = 0; n < arrivals_.size(); ++n) {
    auto first = std::numeric_limits<double>::infinity();
    for (auto const& one : all) {
      auto const moved = costs_.node_transfer_seconds(bytes, one.memory_node, static_cast<int>(n));
      first            = std::min(first, one.from_seconds + moved);
    }
    arrivals_[n] = std::max(arrivals_[n], first);
  }
  for (auto const& one : all) bytes_[static_cast<std::size_t>(one.memory_node)] += bytes;
}

}  // namespace heddle
