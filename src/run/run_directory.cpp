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

/// Removes all of `path`, even out of folders that their owner may not write.
void remove_tree(fs::path const& path)
{
  std::error_code failure;
  fs::remove_all(path, failure);
  if (!failure) return;
  auto const open_up = [&](fs::path const& folder) {
    fs::permissions(folder, fs::perms::owner_all, fs::perm_options::add, failure);
  };
  open_up(path);
  for (fs::recursive_directory_iterator it{path, failure}, end; it != end; it.increment(failure)) {
    if (it->symlink_status(failure).type() == fs::file_type::directory) open_up(it->path());
  }
  fs::remove_all(path, failure);
}

[[noreturn]] void refuse_output(std::string const& output, std::string const& why)
{
  throw task_failed{fmt::format("output \"{}\" {}", output, why)};
}

/// Checks that an output was written in `folder`, and can be put in place in `root`.
void expect_committable(std::string const& output, fs::path const& folder, fs::path const& root)
{
  auto const from = folder / output;
  auto const to   = root / output;
  if (!fs::exists(fs::symlink_status(from))) {
    refuse_output(output,
                  "was not written; write it there, relative to the folder the program starts "
                  "in, or take it out of \"outputs\"");
  }
  std::error_code failure;
  auto const real = fs::canonical(from, failure).string();
  if (fs::is_symlink(from) && (failure || real.starts_with(folder.string() + '/'))) {
    refuse_output(output, "is a symbolic link that will lead nowhere; write a file");
  }
  if (fs::is_directory(to) && !fs::is_directory(from)) {
    refuse_output(output,
                  fmt::format("is a file, but {} is a folder; remove that folder, or write to "
                              "another path",
                              to.string()));
  }
  make_folders(to.parent_path());
}

/// Moves `from` to `to` by a rename; a folder that is in the way goes to `aside` first.
void move_into_place(fs::path const& from, fs::path const& to, fs::path const& aside)
{
  std::error_code failure;
  bool const replaces_folder = fs::is_directory(fs::symlink_status(to));
  if (replaces_folder) fs::rename(to, aside, failure);
  if (!failure) fs::rename(from, to, failure);
  if (failure) {
    throw system_error{
      fmt::format("{}: cannot be put in place: {}", to.string(), failure.message())};
  }
  if (replaces_folder) remove_tree(aside);
}

}  // namespace

run_directory::run_directory(fs::path const& root)
{
  if (root.empty()) throw input_error{"the run directory has no name; name a folder, or \".\""};
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
  remove_tree(root_ / ".heddle" / "tasks");
  make_folders(root_ / ".heddle" / "tasks");
}

fs::path run_directory::log_of(std::string_view task, task_id id) const
{
  return root_ / ".heddle" / "logs" / (file_name_of(task, id) + ".log");
}

fs::path run_directory::private_folder_of(std::string_view task, task_id id,
                                          std::optional<std::size_t> alternative) const
{
  auto name = file_name_of(task, id);
  if (alternative) name += fmt::format("+{}", *alternative);  // no task's name holds a '+' here
  return root_ / ".heddle" / "tasks" / name;
}

private_folder::private_folder(run_directory const& directory, workflow const& w, task_id task,
                               std::optional<std::size_t> alternative)
  : path_{directory.private_folder_of(w.at(task).name, task, alternative)}, root_{directory.root()}
{
  for (auto const output : w.at(task).outputs) outputs_.push_back(w.file(output).path);
  make_folders(path_);
  try {
    std::vector<std::string> inputs;
    for (auto const input : w.at(task).inputs) inputs.push_back(w.file(input).path);
    std::sort(inputs.begin(), inputs.end());  // folders before what is in them
    for (auto const& input : inputs) link_input(input);
    for (auto const& output : outputs_) make_folders((path_ / output).parent_path());
  } catch (...) {
    remove_tree(path_);
    throw;
  }
}

private_folder::~private_folder()
{
  try {
    remove_tree(path_);
  } catch (...) {  // no memory for a path: the next run removes what is left
  }
}

void private_folder::link_input(std::string const& input) const
{
  auto const source = root_ / input;  // `input` itself, if it is absolute
  std::error_code failure;
  if (!fs::exists(source, failure)) {
    throw task_failed{
      fmt::format("input \"{}\" is missing: {} {}", input, source.string(),
                  fs::is_symlink(source) ? "is a link that leads nowhere" : "is not there")};
  }
  auto const link = path_ / input;
  if (fs::path{input}.is_absolute() || fs::exists(link, failure)) return;  // or in a linked folder
  make_folders(link.parent_path());
  fs::create_symlink(source, link, failure);
  if (failure) throw system_error{fmt::format("{}: {}", link.string(), failure.message())};
}

void private_folder::expect_outputs() const
{
  for (auto const& output : outputs_) expect_committable(output, path_, root_);
}

void private_folder::commit() const
{
  expect_outputs();
  auto const aside = path_ / ".replaced";
  for (auto const& output : outputs_) move_into_place(path_ / output, root_ / output, aside);
}

}  // namespace heddle
