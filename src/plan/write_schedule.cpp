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

std::string head(schedule const& s)
{
  return fmt::format(
    "{{\n \"version\": {},\n \"hash\": {},\n \"workflow\": {},\n \"algorithm\": {},\n \"made_by\": "
    "{},\n"
    " \"makespan\": {},\n \"lower_bound\": {},\n \"gap\": {},\n \"guarantee\": {},\n \"seconds\": "
    "{},\n"
    " \"evaluations\": {},\n \"seed\": {},\n \"device\": {},\n \"tasks\": [",
    schedule_document_version, quoted(s.hash), quoted(s.workflow_name), quoted(s.algorithm),
    quoted(s.made_by), number(s.makespan_seconds), number(s.lower_bound_seconds), number(s.gap),
    s.guarantee ? quoted(*s.guarantee) : "null", number(s.planning_seconds), s.evaluations, s.seed,
    quoted(s.device));
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
                   "{}\n  {{\"id\": {}, \"resource\": {}, \"start\": {}, \"finish\": {}}}",
                   t == 0 ? "" : ",", quoted(task_names[t]),
                   resources.at(static_cast<std::size_t>(tasks[t].resource)),
                   number(tasks[t].start_seconds), number(tasks[t].finish_seconds));
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
