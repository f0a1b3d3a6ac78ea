#include "src/cli/watched_plan.hpp"

#include "src/cli/interrupts.hpp"

#include <heddle/trace/progress_display.hpp>

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <future>
#include <optional>

namespace heddle::cli {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

std::string line_of(planning_progress const& p, steady_clock::duration since_start)
{
  double const makespan = p.makespan_seconds, bound = p.lower_bound_seconds;
  if (std::isinf(makespan)) return "planning";
  auto const seconds = std::chrono::duration<double>{since_start}.count();
  auto const rate    = static_cast<double>(p.evaluations) / seconds;
  return fmt::format("makespan {:.6g} s, gap {:.2f} %, {:.3g} evaluations a second, {:.0f} s",
                     makespan, 100 * (makespan - bound) / bound, rate, seconds);
}

/// The first signal stops the planning, the second ends the process.
void heed(int signal, std::stop_source& stop)
{
  if (!stop.request_stop()) std::_Exit(128 + signal);
  fmt::print(stderr,
             "heddle: {}: ending with the best schedule so far; once more ends without it\n",
             strsignal(signal));
}

}  // namespace

schedule watched_plan(workflow const& w, machine const& m, plan_options options, bool quiet)
{
  interrupts const signals;
  std::stop_source stop;
  planning_progress progress;
  options.stop     = stop.get_token();
  options.progress = &progress;
  std::optional<progress_display> display;
  if (!quiet) display.emplace();

  auto const began = steady_clock::now();
  auto planned     = std::async(std::launch::async, [&] { return plan(w, m, options); });
  while (planned.wait_for(20ms) != std::future_status::ready) {
    if (int const signal = signals.take(); signal != 0) {
      if (display) display->finish();
      heed(signal, stop);
    }
    auto const since = steady_clock::now() - began;
    if (display) display->update(line_of(progress, since));
  }
  return planned.get();
}

}  // namespace heddle::cli
