#include <heddle/workflow/workflow.hpp>

#include <heddle/base/error.hpp>

#include <fmt/format.h>

#include <cmath>
#include <limits>

namespace heddle {

task_id workflow::add_task(task_info task)
{
  if (tasks_.size() >= static_cast<std::size_t>(std::numeric_limits<task_id>::max())) {
    throw invalid_argument{"workflow: more tasks than a task_id can count"};
  }
  tasks_.push_back(std::move(task));
  return static_cast<task_id>(tasks_.size() - 1);
}

task_id workflow::add_cpp_task(task_info task)
{
  auto const [used, first_use] = uses_of_name_.try_emplace(task.name, 1);
  if (!first_use) {
    do {
      task.name = fmt::format("{}#{}", used->first, ++used->second);
    } while (!uses_of_name_.try_emplace(task.name, 1).second);
  }
  auto const id = add_task(std::move(task));
  order_after_accesses(id, at(id).declared().accesses);
  return id;
}

file_id workflow::add_file(file_info file)
{
  files_.push_back(std::move(file));
  return static_cast<file_id>(files_.size() - 1);
}

void workflow::add_edge(edge e)
{
  auto const exists = [this](task_id task) {
    return task >= 0 && static_cast<std::size_t>(task) < tasks_.size();
  };
  if (!exists(e.from) || !exists(e.to) || e.from == e.to || !(e.bytes >= 0) ||
      std::isinf(e.bytes)) {
    throw invalid_argument{
      fmt::format("workflow: no edge of {} bytes can lead from task {} to task {} of {}", e.bytes,
                  e.from, e.to, tasks_.size())};
  }
  edges_.push_back(e);
}

void workflow::reserve(std::size_t tasks, std::size_t edges, std::size_t files)
{
  tasks_.reserve(tasks);
  edges_.reserve(edges);
  files_.reserve(files);
}

void workflow::order_after_accesses(task_id id, std::span<any_access const> accesses)
{
  for (auto const& [item, how] : accesses) {
    auto& past       = history_[item.get()];
    auto const bytes = reads(how) ? static_cast<double>(item->size_bytes()) : 0.0;
    if (past.last_writer >= 0 && past.last_writer != id) {
      add_edge({past.last_writer, id, bytes});
    }
    if (!writes(how)) {
      past.readers_since.push_back(id);
      continue;
    }
    for (auto const reader : past.readers_since) {
      if (reader != id) add_edge({reader, id, 0});
    }
    past.readers_since.clear();
    past.last_writer = id;
  }
}

}  // namespace heddle
