/// @file
/// The run directory: where the files of a run's programs lie, and heddle's own folder in it.
#pragma once

#include "src/run/file_descriptor.hpp"

#include <heddle/workflow/workflow.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace heddle {

/// Holds a run directory for one run at a time. `.heddle/` in it keeps `logs/`, one file per task,
/// and `tasks/`, the private folders of tasks that are running, which is emptied at the start.
class run_directory {
 public:
  /// @throw system_error if it cannot be written, or another run holds it
  explicit run_directory(std::filesystem::path const& root);

  [[nodiscard]] std::filesystem::path const& root() const noexcept { return root_; }
  [[nodiscard]] std::filesystem::path log_of(std::string_view task, task_id id) const;
  [[nodiscard]] std::filesystem::path private_folder_of(
    std::string_view task, task_id id, std::optional<std::size_t> alternative) const;

 private:
  std::filesystem::path root_;
  file_descriptor lock_;
};

/// The private folder in which one attempt of a task runs: its inputs are linked in, and its
/// outputs move out, each by one rename, once it has succeeded. Removed at the end whatever
/// happened.
class private_folder {
 public:
  /// Links the inputs of `task` and makes the folders of its outputs.
  ///
  /// @param alternative several alternatives of a task have a folder each
  /// @throw task_failed  if an input is missing
  /// @throw system_error if the folder cannot be made
  private_folder(run_directory const& directory, workflow const& w, task_id task,
                 std::optional<std::size_t> alternative = {});
  private_folder(private_folder const&)            = delete;
  private_folder& operator=(private_folder const&) = delete;
  ~private_folder();

  [[nodiscard]] std::filesystem::path const& path() const noexcept { return path_; }

  /// @throw task_failed if an output was not written or cannot take its place
  void expect_outputs() const;

  /// Renames all outputs into the run directory. A folder there gives way to a folder, not to a
  /// file.
  ///
  /// @throw task_failed  if one of them was not written or cannot take its place; then none is
  /// renamed
  /// @throw system_error if the system refuses one, as nothing should after these checks; those
  /// before it are in place then
  void commit() const;

 private:
  void link_input(std::string const& input) const;

  std::filesystem::path path_;
  std::filesystem::path root_;
  std::vector<std::string> outputs_{};
};

}  // namespace heddle
