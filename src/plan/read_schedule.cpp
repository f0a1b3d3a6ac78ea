#include "src/plan/schedule_document.hpp"

#include <heddle/base/error.hpp>
#include <heddle/plan/schedule.hpp>

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <unordered_map>

namespace heddle {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

/// One JSON object of the document and where it is, for messages.
class cursor {
 public:
  cursor(object values, std::string_view file, std::string path)
    : values_{values}, file_{file}, path_{std::move(path)}
  {
  }

  [[noreturn]] void fail(std::string_view key, std::string_view what) const
  {
    throw input_error{fmt::format("{}: {}{}: {}", file_, path_, key, what)};
  }

  [[nodiscard]] bool has(std::string_view key) const
  {
    return values_.at_key(key).error() == simdjson::SUCCESS;
  }

  [[nodiscard]] element value(std::string_view key) const
  {
    element found;
    if (values_.at_key(key).get(found) != simdjson::SUCCESS) fail(key, "is missing");
    return found;
  }

  template <class T>
  [[nodiscard]] T get(std::string_view key, std::string_view kind) const
  {
    T result{};
    if (value(key).get(result) != simdjson::SUCCESS) fail(key, fmt::format("must be {}", kind));
    return result;
  }

  [[nodiscard]] std::string text(std::string_view key) const
  {
    return std::string{get<std::string_view>(key, "a string")};
  }
  [[nodiscard]] double number(std::string_view key) const { return get<double>(key, "a number"); }
  [[nodiscard]] std::uint64_t count(std::string_view key) const
  {
    return get<std::uint64_t>(key, "an integer from 0 on");
  }

 private:
  object values_;
  std::string_view file_;
  std::string path_;
};

using index_of = std::unordered_map<std::string_view, std::size_t>;

index_of index_names(std::vector<std::string> const& names)
{
  index_of index;
  index.reserve(names.size());
  for (std::size_t i = 0; i < names.size(); ++i) index.emplace(names[i], i);
  return index;
}

object parse(simdjson::dom::parser& parser, std::string const& file)
{
  simdjson::padded_string text;
  if (auto const error = simdjson::padded_string::load(file).get(text)) {
    throw system_error{fmt::format(
      "{}: cannot read the schedule: {}", file,
      error == simdjson::IO_ERROR ? std::strerror(errno) : simdjson::error_message(error))};
  }
  element document;
  if (auto const error = parser.parse(text).get(document)) {
    throw input_error{fmt::format("{}: not a JSON document, or cut short: {}", file,
                                  simdjson::error_message(error))};
  }
  object values;
  if (document.get(values) != simdjson::SUCCESS) {
    throw input_error{
      fmt::format("{}: must be a JSON object, as \"heddle plan --json\" prints", file)};
  }
  return values;
}

void expect_made_for(cursor const& top, std::string const& hash)
{
  if (auto const version = top.count("version"); version != schedule_document_version) {
    top.fail("version", fmt::format("is {}; this heddle reads version {}: plan again", version,
                                    schedule_document_version));
  }
  if (auto const found = top.text("hash"); found != hash) {
    top.fail("hash",
             fmt::format("is {}, but workflow and machine have {}: the schedule was made for "
                         "others; plan again",
                         found, hash));
  }
}

void read_head(cursor const& top, schedule& s)
{
  s.hash                = top.text("hash");
  s.workflow_name       = top.text("workflow");
  s.algorithm           = top.text("algorithm");
  s.made_by             = top.text("made_by");
  s.makespan_seconds    = top.number("makespan");
  s.lower_bound_seconds = top.number("lower_bound");
  s.planning_seconds    = top.number("seconds");
  if (top.has("bounded_by")) s.bounded_by = top.text("bounded_by");
  if (top.has("bound_seconds")) s.bounding_seconds = top.number("bound_seconds");
  s.evaluations = top.count("evaluations");
  s.seed        = top.count("seed");
  s.device      = top.text("device");
  s.gap = top.value("gap").is_null() ? std::numeric_limits<double>::infinity() : top.number("gap");
  if (!top.value("guarantee").is_null()) s.guarantee = top.text("guarantee");
}

/// Schedules that were not made by "auto" have none.
void read_tried(cursor const& top, std::string const& file, schedule& s)
{
  if (!top.has("tried")) return;
  for (auto const entry : top.get<simdjson::dom::array>("tried", "an array")) {
    auto const path = fmt::format("tried[{}]", s.tried.size());
    object values;
    if (entry.get(values) != simdjson::SUCCESS) top.fail(path, "must be an object");
    cursor const at{values, file, path + '.'};
    auto& each            = s.tried.emplace_back();
    each.algorithm        = at.text("algorithm");
    each.planning_seconds = at.number("seconds");
    if (!at.value("left_out").is_null()) each.left_out = at.text("left_out");
    if (!each.left_out) each.makespan_seconds = at.number("makespan");
  }
}

std::size_t find(cursor const& at, std::string_view key, index_of const& index,
                 std::string_view whose)
{
  auto const name  = at.get<std::string_view>(key, "a string");
  auto const found = index.find(name);
  if (found == index.end()) at.fail(key, fmt::format("the {} has no \"{}\"", whose, name));
  return found->second;
}

/// `cores` lists the resource of the task, then its further cores.
void read_cores(cursor const& at, index_of const& resources, task_id task, schedule& s)
{
  if (!at.has("cores")) return;
  int position = 0;
  for (auto const entry : at.get<simdjson::dom::array>("cores", "an array")) {
    std::string_view name;
    if (entry.get(name) != simdjson::SUCCESS) at.fail("cores", "must hold strings");
    auto const found = resources.find(name);
    if (found == resources.end()) at.fail("cores", fmt::format("the machine has no \"{}\"", name));
    auto const core = static_cast<int>(found->second);
    if (position == 0 && core != s.tasks[static_cast<std::size_t>(task)].resource) {
      at.fail("cores", "must begin with the resource");
    }
    if (position > 0) s.further_cores.push_back({task, core});
    ++position;
  }
}

void read_tasks(cursor const& top, std::string const& file, schedule& s)
{
  auto const tasks     = index_names(s.task_names);
  auto const resources = index_names(s.resource_ids);
  s.tasks.resize(s.task_names.size());
  std::size_t position = 0;
  for (auto const entry : top.get<simdjson::dom::array>("tasks", "an array")) {
    auto const path = fmt::format("tasks[{}]", position++);
    object values;
    if (entry.get(values) != simdjson::SUCCESS) top.fail(path, "must be an object");
    cursor const at{values, file, path + '.'};
    auto const id = find(at, "id", tasks, "workflow");
    auto& task    = s.tasks[id];
    if (task.resource >= 0) at.fail("id", fmt::format("task \"{}\" is here twice", at.text("id")));
    task.resource       = static_cast<int>(find(at, "resource", resources, "machine"));
    task.start_seconds  = at.number("start");
    task.finish_seconds = at.number("finish");
    read_cores(at, resources, static_cast<task_id>(id), s);
  }
  std::ranges::stable_sort(s.further_cores, {}, &further_core::task);
  for (std::size_t t = 0; t < s.tasks.size(); ++t) {
    if (s.tasks[t].resource < 0) {
      top.fail("tasks", fmt::format("task \"{}\" of the workflow is missing", s.task_names[t]));
    }
  }
}

}  // namespace

schedule schedule::read(std::filesystem::path const& path, workflow const& w, machine const& m)
{
  simdjson::dom::parser parser;
  auto const file = path.string();
  cursor const top{parse(parser, file), file, ""};
  expect_made_for(top, fingerprint(w, m));
  schedule s;
  for (auto const& task : w.tasks()) s.task_names.push_back(task.name);
  for (auto const& r : m.resources) s.resource_ids.push_back(r.id);
  read_head(top, s);
  read_tried(top, file, s);
  read_tasks(top, file, s);
  return s;
}

}  // namespace heddle
