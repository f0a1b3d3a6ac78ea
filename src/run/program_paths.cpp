#include "src/run/program_paths.hpp"

#include <heddle/base/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string>

namespace heddle {
namespace {

namespace fs = std::filesystem;

/// Whether a path, as written, stays inside the folder that it is relative to, and out of heddle's
/// own.
bool stays_inside(fs::path const& path)
{
  auto const normal = path.lexically_normal();
  return !path.empty() && path.is_relative() && *normal.begin() != ".." && *normal.begin() != "." &&
         *normal.begin() != ".heddle";
}

bool lies_in(fs::path const& path, fs::path const& folder)
{
  auto const inner = path.lexically_normal();
  auto const outer = folder.lexically_normal();
  return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

[[noreturn]] void refuse(task_info const& task, std::string const& what)
{
  throw input_error{fmt::format("task \"{}\": {}", task.name, what)};
}

void expect_usable_input(task_info const& task, fs::path const& input)
{
  if (input.is_absolute() || stays_inside(input)) return;
  refuse(task, fmt::format("input \"{}\" leaves the run directory; name it by its absolute path",
                           input.string()));
}

void expect_usable_output(workflow const& w, task_info const& task, file_id output)
{
  auto const& path = w.file(output).path;
  if (!stays_inside(path)) {
    refuse(task,
           fmt::format("output \"{}\" leaves the run directory; outputs are relative to it", path));
  }
  for (auto const input : task.inputs) {
    if (!lies_in(path, w.file(input).path)) continue;
    refuse(task,
           fmt::format("output \"{}\" would overwrite its input \"{}\"; write to another path",
                       path, w.file(input).path));
  }
  for (auto const other : task.outputs) {
    if (other == output || !lies_in(path, w.file(other).path)) continue;
    refuse(task, fmt::format("output \"{}\" lies in its output \"{}\"; declare one of the two",
                             path, w.file(other).path));
  }
}

}  // namespace

void expect_usable_paths(workflow const& w, task_id task)
{
  auto const& info = w.at(task);
  for (auto const input : info.inputs) expect_usable_input(info, w.file(input).path);
  for (auto const output : info.outputs) expect_usable_output(w, info, output);
}

}  // namespace heddle
