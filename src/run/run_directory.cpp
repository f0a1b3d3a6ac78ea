#include "src/run/run_directory.hpp"

#include <heddle/base/error.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>

namespace heddle {
namespace {

namespace fs = std::filesystem;

/// A name for files that says which task they belong to, whatever characters the task's name holds.
std::string file_name_of(std::string_view task, task_id id)
{
  constexpr std::size_t longest = 100;
  std::string name{task.substr(0, longest)};
  auto const is_plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.';
  };
  bool const plain = !name.empty() && name.front() != '.' && name.size() == task.size() &&
                     std::all_of(name.begin(), name.end(), is_plain);
  if (plain) return name;
  std::replace_if(
    name.begin(), name.end(), [&](char c) { return !is_plain(c); }, '_');
  return fmt::format("{}~{}", name, id);
}

void make_folders(fs::path const& path)
{
  std::error_code failure;
  fs::create_directories(path, failure);
  if (failure) throw system_error{fmt::format("{}: {}", path.string(), failure.message())};
}

/// Moves `from` to `to` by a rename; a folder that is in the way gives way to it.
void move_into_place(fs::path const& from, fs::path const& to)
{
  make_folders(to.parent_path());
  std::error_code failure;
  if (fs::is_directory(to)) fs::remove_all(to, failure);
  fs::rename(from, to, failure);
  if (failure)
    throw system_error{
      fmt::format("{}: cannot be put in place: {}", to.string(), failure.message())};
}

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

}  // namespace

void expect_usable_paths(workflow const& w, task_id task)
{
  auto const& info = w.at(task);
  for (auto const input : info.inputs) {
    fs::path const path{w.file(input).path};
    if (!path.is_absolute() && !stays_inside(path)) {
      throw input_error{fmt::format(
        "task \"{}\": input \"{}\" leaves the run directory; name it by its absolute path",
        info.name, path.string())};
    }
  }
  for (auto const output : info.outputs) {
    fs::path const path{w.file(output).path};
    if (!stays_inside(path)) {
      throw input_error{fmt::format(
        "task \"{}\": output \"{}\" leaves the run directory; outputs are relative to it",
        info.name, path.string())};
    }
    for (auto const input : info.inputs) {
      if (!lies_in(path, w.file(input).path)) continue;
      throw input_error{fmt::format(
        "task \"{}\": output \"{}\" would overwrite its input \"{}\"; write to another path",
        info.name, path.string(), w.file(input).path)};
    }
  }
}

run_directory::run_directory(fs::path const& root)
{
  make_folders(root / ".heddle" / "logs");
  root_           = fs::canonical(root);
  auto const lock = root_ / ".heddle" / "lock";
  lock_           = file_descriptor{::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)};
  if (!lock_.open()) throw system_error{fmt::format("{}: {}", lock.string(), std::strerror(errno))};
  if (::flock(lock_.get(), LOCK_EX | LOCK_NB) != 0) {
    throw system_error{
      fmt::format("{}: another run is under way in this directory; wait for it, or "
                  "choose another directory",
                  root_.string())};
  }
  std::error_code ignored;
  fs::remove_all(root_ / ".heddle" / "tasks", ignored);
  make_folders(root_ / ".heddle" / "tasks");
}

fs::path run_directory::log_of(std::string_view task, task_id id) const
{
  return root_ / ".heddle" / "logs" / (file_name_of(task, id) + ".log");
}

fs::path run_directory::private_folder_of(std::string_view task, task_id id) const
{
  return root_ / ".heddle" / "tasks" / file_name_of(task, id);
}

private_folder::private_folder(run_directory const& directory, workflow const& w, task_id task)
  : path_{directory.private_folder_of(w.at(task).name, task)}, root_{directory.root()}
{
  for (auto const output : w.at(task).outputs) outputs_.push_back(w.file(output).path);
  make_folders(path_);
  try {
    for (auto const input : w.at(task).inputs) link_input(w.file(input).path);
    for (auto const& output : outputs_) make_folders((path_ / output).parent_path());
  } catch (...) {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
    throw;
  }
}

private_folder::~private_folder()
{
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

void private_folder::link_input(std::string const& input) const
{
  auto const source = root_ / input;  // `input` itself, if it is absolute
  std::error_code failure;
  if (!fs::exists(source, failure)) {
    throw task_failed{
      fmt::format("input \"{}\" is missing: there is no {}", input, source.string())};
  }
  if (fs::path{input}.is_absolute()) return;
  auto const link = path_ / input;
  make_folders(link.parent_path());
  fs::create_symlink(source, link, failure);
  if (failure) throw system_error{fmt::format("{}: {}", link.string(), failure.message())};
}

void private_folder::commit_outputs() const
{
  for (auto const& output : outputs_) {
    if (!fs::exists(fs::symlink_status(path_ / output))) {
      throw task_failed{
        fmt::format("output \"{}\" was not written; write it there, relative to the folder the "
                    "program starts in, "
                    "or take it out of \"outputs\"",
                    output)};
    }
  }
  for (auto const& output : outputs_) move_into_place(path_ / output, root_ / output);
}

void private_folder::discard_outputs() const
{
  std::error_code ignored;
  for (auto const& output : outputs_) fs::remove_all(path_ / output, ignored);
}

}  // namespace heddle
