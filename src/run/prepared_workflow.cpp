#include "src/run/prepared_workflow.hpp"

#include "src/run/program_task.hpp"

#include <heddle/base/error.hpp>
#include <heddle/workflow/edge_table.hpp>

#include <fmt/format.h>

#include <unordered_map>
#include <utility>

namespace heddle {
namespace {

void expect_body(task_info const& task)
{
  if (task.declared().cpu && !is_program(task)) return;
  throw not_supported{fmt::format(
    "prepare: task \"{}\" has no C++ body for CPUs; give it one with .cpu(), or run the workflow "
    "with engine::start",
    task.name)};
}

}  // namespace

prepared_workflow::state::state(workflow const& w, std::span<double const> priorities,
                                std::shared_ptr<executor> threads)
  : threads_{std::move(threads)}, team_{*threads_, threads_->parallelism()}
{
  for (auto const& task : w.tasks()) expect_body(task);
  collect(w);
  add_tasks(w, priorities);
}

void prepared_workflow::state::collect(workflow const& w)
{
  std::unordered_map<data_item const*, std::size_t> places;
  for (auto const& task : w.tasks()) {
    for (auto const& access : task.declared().accesses) {
      data_.push_back({access.item->host(), access.item->size_bytes()});
      auto const [at, is_new] = places.try_emplace(access.item.get(), accesses_.size());
      if (is_new) {
        accesses_.push_back(access);
      } else if (accesses_[at->second].how != access.how) {
        accesses_[at->second].how = mode::read_write;
      }
    }
  }
}

void prepared_workflow::state::add_tasks(workflow const& w, std::span<double const> priorities)
{
  auto const edges = make_edge_table(w);
  calls_.reserve(w.num_tasks());
  rows_.reserve(w.num_tasks(), edges.num_edges());
  std::size_t first = 0;
  for (std::size_t t = 0; t < w.num_tasks(); ++t) {
    auto const& task    = w.at(static_cast<task_id>(t));
    auto const& details = task.declared();
    auto const size     = details.accesses.size();
    auto const data     = std::span{data_}.subspan(first, size);
    first += size;
    calls_.push_back({&details.cpu, {data, details.whole_range(), {}, details.division(), &team_}});
    rows_.add([c = &calls_.back()] { (*c->body)(c->arguments); },
              {task.name, static_cast<float>(priorities[t])});
  }
  for (std::size_t t = 0; t < w.num_tasks(); ++t) {
    for (auto const after : edges.successors(static_cast<task_id>(t))) {
      rows_.order({static_cast<task_id>(t)}, {after});
    }
  }
}

/// Items that only have what tasks overwrite need not come.
void prepared_workflow::state::bring_items_home() const
{
  for (auto const& [item, how] : accesses_) {
    if (reads(how)) item->bring_home();
    if (writes(how)) item->write_at_home();
  }
}

void prepared_workflow::state::use(std::stop_token const& token)
{
  for (auto& c : calls_) c.arguments.stop = token;
}

bool prepared_workflow::state::run(std::stop_token const& stop)
{
  bring_items_home();
  if (!stop.stop_possible()) return rows_.run(*threads_);
  use(stop);
  try {
    bool const is_whole = rows_.run(*threads_, stop);
    use({});
    return is_whole;
  } catch (...) {
    use({});
    if (stop.stop_requested()) return false;  // stages say so by an exception
    throw;
  }
}

prepared_workflow::prepared_workflow(std::unique_ptr<state> s) noexcept : state_{std::move(s)} {}
prepared_workflow::prepared_workflow(prepared_workflow&&) noexcept            = default;
prepared_workflow& prepared_workflow::operator=(prepared_workflow&&) noexcept = default;
prepared_workflow::~prepared_workflow()                                       = default;

bool prepared_workflow::run(std::stop_token const& stop)
{
  return state_->run(stop);
}

}  // namespace heddle
