/// @file
/// The threads of an executor, as stages see them.
#pragma once

#include <heddle/base/stage_team.hpp>
#include <heddle/run/executor.hpp>

namespace heddle {

/// Thread-safe.
class executor_team final : public stage_team {
 public:
  /// @param parallelism how many threads may come to work on a stage
  executor_team(executor& threads, int parallelism) : executor_{threads}, parallelism_{parallelism}
  {
  }

  void run_loop(range over, loop_options const& options,
                std::function<void(range, std::any&)> const& do_part,
                std::function<void(std::any&)> const& collect) override;
  void run_pipeline(std::size_t tokens, std::function<any_token()> const& source,
                    std::span<any_step const> steps) override;
  std::optional<std::size_t> race(std::span<any_attempt const> attempts,
                                  std::stop_token const& stop) override;
  std::optional<std::size_t> race(std::span<any_attempt const> attempts,
                                  std::function<std::size_t()> const& choose,
                                  std::stop_token const& stop) override;

 private:
  executor& executor_;
  int parallelism_;
};

}  // namespace heddle
