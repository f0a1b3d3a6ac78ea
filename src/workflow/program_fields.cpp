#include "src/workflow/program_fields.hpp"

#include "src/workflow/command_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace heddle {
namespace {

std::string describe_bad_path(std::string_view path)
{
  return fmt::format("path \"{}\" must not have empty, \".\" or \"..\" parts", path);
}

/// The words of a command that needs no shell.
void split_into(program& run, std::string_view command, json_value const& owner)
{
  auto words = split_command_line(command);
  if (!words) owner.fail("command: a quotation is not closed, or nothing follows a backslash");
  if (words->empty() || words->front().empty()) owner.fail("command: names no program");
  run.path = std::move(words->front());
  words->erase(words->begin());
  run.arguments = std::move(*words);
}

}  // namespace

bool is_output_path(std::string_view path)
{
  for (;;) {
    auto const slash = path.find('/');
    auto const part  = path.substr(0, slash);
    if (part.empty() || part == "." || part == "..") return false;
    if (slash == path.npos) return true;
    path.remove_prefix(slash + 1);
  }
}

bool is_input_path(std::string_view path)
{
  return is_output_path(path.starts_with('/') ? path.substr(1) : path);
}

std::string_view read_output_path(json_value& value)
{
  auto const path = value.name();
  if (path.front() == '/') {
    value.fail(
      fmt::format("output \"{}\" must be relative: outputs stay in the run directory", path));
  }
  if (!is_output_path(path)) value.fail(describe_bad_path(path));
  return path;
}

std::string_view read_input_path(json_value& value)
{
  auto const path = value.name();
  if (!is_input_path(path)) value.fail(describe_bad_path(path));
  return path;
}

void read_command(program_draft& draft, json_value& value)
{
  draft.command = value.name();
}

void read_program(program_draft& draft, json_value& value)
{
  draft.has_program = true;
  draft.run.path    = value.name();
}

void read_arguments(program_draft& draft, json_value& value)
{
  draft.has_arguments = true;
  value.for_each_element([&](json_value& a) { draft.run.arguments.emplace_back(a.argument()); });
}

void read_shell(program_draft& draft, json_value& value)
{
  draft.has_shell = true;
  draft.run.shell = value.boolean();
}

void read_stdout(program_draft& draft, json_value& value)
{
  draft.is_decorated    = true;
  draft.run.stdout_path = read_output_path(value);
}

void read_environment(program_draft& draft, json_value& value)
{
  draft.is_decorated = true;
  auto& environment  = draft.run.environment;
  value.for_each_field([&](std::string_view name, json_value& content) {
    if (name.empty() || name.find_first_of(std::string_view{"=\0", 2}) != name.npos) {
      content.fail("a variable's name must be a string without '=' and NUL");
    }
    auto const same = [&](auto const& variable) { return variable.first == name; };
    if (std::ranges::any_of(environment, same)) {
      content.fail("this key comes twice; keep one of them");
    }
    environment.emplace_back(name, content.argument());
  });
}

std::optional<program> program_draft::finish(json_value const& owner)
{
  if (command && has_program) owner.fail("has both command and program; keep one of them");
  if (has_shell && !command) owner.fail("shell needs a command");
  if (has_arguments && !has_program) owner.fail("arguments need a program");
  if (is_decorated && !command && !has_program) {
    owner.fail("stdout and environment need a command or a program");
  }
  if (!command && !has_program) return std::nullopt;
  if (command && run.shell) {
    run.path = *command;
  } else if (command) {
    split_into(run, *command, owner);
  }
  return std::move(run);
}

}  // namespace heddle
