#include "src/workflow/common_files.hpp"

#include <heddle/base/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <ranges>
#include <utility>
#include <variant>

namespace heddle {

file_rows::file_rows(workflow const& w, std::vector<file_id> task_info::*files)
{
  auto const size_of = [&](task_info const& task) { return (task.*files).size(); };
  auto const sizes   = w.tasks() | std::views::transform(size_of);
  files_.reserve(std::accumulate(sizes.begin(), sizes.end(), std::size_t{0}));
  first_.reserve(w.num_tasks() + 1);
  first_.push_back(0);
  for (auto const& task : w.tasks()) {
    auto const begin = files_.insert(files_.end(), (task.*files).begin(), (task.*files).end());
    std::sort(begin, files_.end());
    files_.erase(std::unique(begin, files_.end()), files_.end());
    first_.push_back(files_.size());
  }
}

std::span<file_id const> file_rows::of(task_id task) const
{
  auto const t = static_cast<std::size_t>(task);
  return std::span{files_}.subspan(first_[t], first_[t + 1] - first_[t]);
}

passed_files common_files::between(task_id from, task_id to) const
{
  auto few  = written_.of(from);
  auto many = read_.of(to);
  if (few.size() > many.size()) std::swap(few, many);
  passed_files passed;
  for (auto const file : few) {
    if (!std::ranges::binary_search(many, file)) continue;
    ++passed.count;
    passed.bytes += workflow_.file(file).size_bytes;
  }
  return passed;
}

double common_files::extra_bytes(edge const& e) const
{
  auto const in_files = between(e.from, e.to).bytes;
  auto const extra    = e.bytes - in_files;
  if (extra < 0 || in_files + extra != e.bytes) {
    throw not_supported{fmt::format(
      "task \"{}\": the edge from task \"{}\" has {} bytes, but the files they share have {}; a "
      "file cannot express that",
      workflow_.at(e.to).name, workflow_.at(e.from).name, e.bytes, in_files)};
  }
  return extra;
}

void expect_no_cpp_body(task_info const& task)
{
  auto const& details  = task.declared();
  auto const* pipeline = std::get_if<pipeline_stage>(&details.stage);
  if (details.cpu || details.gpu || !details.accesses.empty() ||
      (pipeline != nullptr && (!pipeline->num_tokens || pipeline->steps.empty()))) {
    throw not_supported{
      fmt::format("task \"{}\" has a body in C++, which no file can hold", task.name)};
  }
}

}  // namespace heddle
