#include "src/run/executor_team.hpp"

#include <heddle/run/loop_parts.hpp>
#include <heddle/run/pipeline_flow.hpp>
#include <heddle/run/race.hpp>

#include <vector>

namespace heddle {
namespace {

std::vector<detail::flow_stage> stages_of(std::span<any_step const> steps)
{
  std::vector<detail::flow_stage> stages;
  for (auto const& s : steps) stages.push_back({s.mode});
  return stages;
}

/// A pipeline whose steps are not known to the compiler.
class any_pipeline final : public detail::pipeline_flow {
 public:
  any_pipeline(executor& e, int parallelism, std::size_t tokens,
               std::function<any_token()> const& source, std::span<any_step const> steps)
    : pipeline_flow{e, parallelism, tokens, stages_of(steps)}, source_{source}, steps_{steps}
  {
  }

 private:
  struct batch final : detail::pipeline_batch {
    using pipeline_batch::pipeline_batch;
    std::vector<any_token> tokens{};
  };

  std::unique_ptr<detail::pipeline_batch> make_batch() override
  {
    return std::make_unique<batch>(*this);
  }

  bool fill(detail::pipeline_batch& b) override
  {
    auto& tokens = static_cast<batch&>(b).tokens;
    tokens.clear();
    return fill_by(b, [&] {
      auto token = source_();
      if (!token) return false;
      tokens.push_back(std::move(token));
      return true;
    });
  }

  void call_stage(detail::pipeline_batch& b) override
  {
    auto& tokens     = static_cast<batch&>(b).tokens;
    auto const& step = steps_[b.stage];
    if (is_stopped()) tokens.clear();
    for (auto& token : tokens) step.body(token);
  }

  std::function<any_token()> const& source_;
  std::span<any_step const> steps_;
};

}  // namespace

void executor_team::run_loop(range over, loop_options const& options,
                             std::function<void(range, std::any&)> const& do_part,
                             std::function<void(std::any&)> const& collect)
{
  detail::run_loop<std::any>(executor_, over, options, do_part, collect);
}

void executor_team::run_pipeline(std::size_t tokens, std::function<any_token()> const& source,
                                 std::span<any_step const> steps)
{
  any_pipeline{executor_, parallelism_, tokens, source, steps}.run();
}

std::optional<std::size_t> executor_team::race(std::span<any_attempt const> attempts,
                                               std::stop_token const& stop)
{
  return detail::race(executor_, attempts, stop);
}

std::optional<std::size_t> executor_team::race(std::span<any_attempt const> attempts,
                                               std::function<std::size_t()> const& choose,
                                               std::stop_token const& stop)
{
  return detail::race(executor_, attempts, choose, stop);
}

}  // namespace heddle
