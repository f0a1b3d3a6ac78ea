#include "src/base/atomic_file.hpp"
#include "src/plan/schedule_document.hpp"

#include <heddle/base/error.hpp>
#include <heddle/plan/schedule.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <iterator>
#include <ostream>

namespace heddle {
namespace {

std::string quoted(std::string const& text)
{
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string number(double value)
{
  return std::isfinite(value) ? fmt::format("{}", value) : "null";
}

/// Nothing where nothing was tried: only "auto" tries.
std::string tried(std::vector<trial> const& trials)
{
  std::string list;
  for (auto const& each : trials) {
    list += fmt::format(
      "{}\n  {{\"algorithm\": {}, \"makespan\": {}, \"seconds\": {}, "
      "\"left_out\": {}}}",
      list.empty() ? "" : ",", quoted(each.algorithm),
      each.left_out ? "null" : number(each.makespan_seconds), number(each.planning_seconds),
      each.left_out ? quoted(*each.left_out) : "null");
  }
  return list.empty() ? "" : fmt::format(" \"tried\": [{}\n ],\n", list);
}

std::string robust(std::optional<robustness> const& of)
{
  if (!of) return {};
  return fmt::format(
    " \"robustness\": {{\"noise\": {}, \"samples\": {}, \"mean\": {}, \"median\": "
    "{}, \"p95\": {}, \"worst\": {}}},\n",
    number(of->variation), of->samples, number(of->mean), number(of->median), number(of->p95),
    number(of->worst));
}

std::string head(schedule const& s)
{
  return fmt::format(
    "{{\n \"version\": {},\n \"hash\": {},\n \"workflow\": {},\n \"algorithm\": {},\n \"made_by\": "
    "{},\n"
    " \"makespan\": {},\n \"lower_bound\": {},\n \"bounded_by\": {},\n \"gap\": {},\n "
    "\"guarantee\": {},\n \"seconds\": "
    "{},\n \"bound_seconds\": {},\n"
    " \"evaluations\": {},\n \"seed\": {},\n \"device\": {},\n{}{} \"tasks\": [",
    schedule_document_version, quoted(s.hash), quoted(s.workflow_name), quoted(s.algorithm),
    quoted(s.made_by), number(s.makespan_seconds), number(s.lower_bound_seconds),
    quoted(s.bounded_by), number(s.gap), s.guarantee ? quoted(*s.guarantee) : "null",
    number(s.planning_seconds), number(s.bounding_seconds), s.evaluations, s.seed, quoted(s.device),
    robust(s.robust), tried(s.tried));
}

/// `, "cores": [...]` with all cores of a task that takes several; else nothing.
std::string cores_member(schedule const& s, std::size_t task,
                         std::vector<std::string> const& resources)
{
  auto const further = s.further_cores_of(static_cast<task_id>(task));
  if (further.empty()) return {};
  auto all = resources.at(static_cast<std::size_t>(s.tasks[task].resource));
  for (auto const& core : further) {
    all += ", " + resources.at(static_cast<std::size_t>(core.resource));
  }
  return fmt::format(", \"cores\": [{}]", all);
}

}  // namespace

void schedule::write(std::ostream& out) const
{
  std::vector<std::string> resources;
  for (auto const& id : resource_ids) resources.push_back(quoted(id));
  out << head(*this);
  fmt::memory_buffer line;
  for (std::size_t t = 0; t < tasks.size(); ++t) {
    line.clear();
    fmt::format_to(std::back_inserter(line),
                   "{}\n  {{\"id\": {}, \"resource\": {}{}, \"start\": {}, \"finish\": {}}}",
                   t == 0 ? "" : ",", quoted(task_names[t]),
                   resources.at(static_cast<std::size_t>(tasks[t].resource)),
                   cores_member(*this, t, resources), number(tasks[t].start_seconds),
                   number(tasks[t].finish_seconds));
    out.write(line.data(), static_cast<std::streamsize>(line.size()));
  }
  out << (tasks.empty() ? "]\n}\n" : "\n ]\n}\n");
  out.flush();
  if (!out) throw system_error{"the schedule could not be written: the output failed"};
}

void schedule::write(std::filesystem::path const& path) const
{
  write_atomically(path, [this](std::ostream& out) { write(out); });
}

}  // namespace heddle
