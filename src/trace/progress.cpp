#include <heddle/trace/progress.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace heddle {
namespace {

std::size_t num_settled(progress_state const& state)
{
  return state.done + state.failed;
}

/// Share of the run that is behind us, in [0, 1]: of the expected work, or of the tasks where the
/// work is unknown.
double share_done(progress_state const& state)
{
  auto const by_work = state.work_done_seconds / state.work_total_seconds;
  if (state.work_total_seconds > 0 && by_work >= 0) return std::min(by_work, 1.0);
  return static_cast<double>(num_settled(state)) / static_cast<double>(state.total);
}

std::string short_duration(double seconds, int decimals)
{
  if (seconds < 59.5) return fmt::format("{:.{}f} s", seconds, decimals);
  auto const whole = std::llround(std::min(seconds, 1e12));
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
}

/// A part of the line; of those that do not fit, the least important goes first.
struct line_part {
  std::string text;
  int importance;
};

std::vector<line_part> make_parts(progress_state const& state)
{
  std::vector<line_part> parts;
  parts.push_back({fmt::format("{}/{} tasks", num_settled(state), state.total), 5});
  if (state.failed > 0) parts.push_back({fmt::format("{} failed", state.failed), 4});
  if (state.running > 0) parts.push_back({fmt::format("{} running", state.running), 2});
  parts.push_back({short_duration(std::max(state.elapsed_seconds, 0.0), 1), 1});
  auto const left = seconds_left(state);
  if (left > 0)
    parts.push_back(
      {fmt::format("about {} left", short_duration(std::max(1.0, std::round(left)), 0)), 3});
  return parts;
}

std::string join(std::vector<line_part> const& parts)
{
  std::string line;
  for (auto const& part : parts) {
    if (!line.empty()) line += ", ";
    line += part.text;
  }
  return line;
}

}  // namespace

double seconds_left(progress_state const& state)
{
  if (num_settled(state) >= state.total) return 0;
  auto const share = share_done(state);
  if (!(share > 0) || !(state.elapsed_seconds >= 0)) return -1;
  return state.elapsed_seconds * (1 - share) / share;
}

std::string progress_line(progress_state const& state, std::size_t columns)
{
  auto parts = make_parts(state);
  auto line  = join(parts);
  while (line.size() > columns && parts.size() > 1) {
    parts.erase(std::ranges::min_element(parts, {}, &line_part::importance));
    line = join(parts);
  }
  return line.substr(0, columns);
}

}  // namespace heddle
