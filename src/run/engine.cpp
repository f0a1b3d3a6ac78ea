#include <heddle/run/engine.hpp>

#include "src/run/run_state.hpp"

#include <heddle/base/error.hpp>
#include <heddle/trace/writers.hpp>

namespace heddle {

engine::engine(machine m) : machine_{std::move(m)}
{
  if (machine_.resources.empty())
    throw invalid_argument{"engine: the machine has no resource to run on"};
}

run engine::start(workflow const& w, schedule const& s, run_options options)
{
  return run{std::make_unique<run::state>(w, machine_, &s, std::move(options))};
}

run engine::start(workflow const& w, run_options options)
{
  return run{std::make_unique<run::state>(w, machine_, nullptr, std::move(options))};
}

report engine::run_to_end(workflow const& w, run_options options)
{
  return start(w, std::move(options)).wait();
}

run::run(std::unique_ptr<state> s) : state_{std::move(s)} {}
run::run(run&&) noexcept            = default;
run& run::operator=(run&&) noexcept = default;
run::~run()                         = default;

report run::wait()
{
  return state_->wait();
}
bool run::wait_for(seconds limit)
{
  return state_->wait_for(limit);
}
void run::cancel()
{
  state_->cancel();
}
progress_state run::progress() const
{
  return state_->progress();
}

void report::write_html(std::filesystem::path const& path) const
{
  write_html_report(record, path);
}
void report::write_trace(std::filesystem::path const& path) const
{
  write_chrome_trace(record, path);
}

}  // namespace heddle
