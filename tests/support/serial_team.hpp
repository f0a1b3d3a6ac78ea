/// @file
/// A stage's team that is the calling thread alone: the simplest thing that keeps the promises of
/// `stage_team`.
#pragma once

#include <heddle/base/stage_team.hpp>

#include <exception>

namespace heddle::test {

class serial_team final : public stage_team {
 public:
  void run_loop(range over, loop_options const&,
                std::function<void(range, std::any&)> const& do_part,
                std::function<void(std::any&)> const& collect) override
  {
    if (over.first >= over.last) return;
    std::any partial;
    do_part(over, partial);
    collect(partial);
  }

  void run_pipeline(std::size_t, std::function<any_token()> const& source,
                    std::span<any_step const> steps) override
  {
    while (auto token = source()) {
      for (auto const& step : steps) step.body(token);
    }
  }

  std::optional<std::size_t> race(std::span<any_attempt const> attempts,
                                  std::stop_token const& stop) override
  {
    std::exception_ptr first;
    for (std::size_t a = 0; a < attempts.size() && !stop.stop_requested(); ++a) {
      try {
        if (attempts[a](stop)) return a;
      } catch (...) {
        if (!first) first = std::current_exception();
      }
    }
    if (first) std::rethrow_exception(first);
    return std::nullopt;
  }

  std::optional<std::size_t> race(std::span<any_attempt const> attempts,
                                  std::function<std::size_t()> const& choose,
                                  std::stop_token const& stop) override
  {
    auto const chosen = choose();
    return attempts[chosen](stop) ? std::optional{chosen} : std::nullopt;
  }
};

}  // namespace heddle::test
