/// @file
/// How heddle JSON says what a task, a step of a pipeline or an alternative starts.
#pragma once

#include "src/workflow/json_reader.hpp"

#include <heddle/workflow/task_info.hpp>

#include <array>
#include <optional>
#include <string_view>

namespace heddle {

/// Whether `path` is relative and has no empty, "." or ".." part.
[[nodiscard]] bool is_output_path(std::string_view path);

/// Whether `path` is such a path, or one behind a "/".
[[nodiscard]] bool is_input_path(std::string_view path);

/// A relative path that stays inside the run directory, in its one shortest spelling.
///
/// @throw input_error otherwise
std::string_view read_output_path(json_value& value);

/// The same, or an absolute path.
std::string_view read_input_path(json_value& value);

/// The keys of a program while they are read, in whatever order they come.
struct program_draft {
  std::optional<std::string_view> command{};
  bool has_program   = false;
  bool has_arguments = false;
  bool has_shell     = false;
  bool is_decorated  = false;  ///< has keys that only make sense beside a program
  program run{};

  /// What all keys together say; nothing if there is no program.
  ///
  /// @throw input_error at `owner` if they contradict each other
  [[nodiscard]] std::optional<program> finish(json_value const& owner);
};

void read_command(program_draft& draft, json_value& value);
void read_program(program_draft& draft, json_value& value);
void read_arguments(program_draft& draft, json_value& value);
void read_shell(program_draft& draft, json_value& value);
void read_stdout(program_draft& draft, json_value& value);
void read_environment(program_draft& draft, json_value& value);

inline constexpr std::array program_fields{
  json_field<program_draft>{"command", read_command},
  json_field<program_draft>{"program", read_program},
  json_field<program_draft>{"arguments", read_arguments},
  json_field<program_draft>{"shell", read_shell},
  json_field<program_draft>{"stdout", read_stdout},
  json_field<program_draft>{"environment", read_environment},
};

}  // namespace heddle
