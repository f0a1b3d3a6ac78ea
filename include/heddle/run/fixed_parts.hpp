/// @file
/// How a loop is divided into one part for each thread. Users have no need of it.
#pragma once

#include <heddle/base/stage_team.hpp>
#include <heddle/base/units.hpp>
#include <heddle/run/executor.hpp>
#include <heddle/run/loop_state.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <vector>

namespace heddle::detail {

/// A loop in contiguous parts of the same size, one for each thread of an executor.
///
/// Helpers are jobs that come to other threads by way of the queues: each calls the next two, then
/// does one part, that of its thread if nobody has it yet. There are as many of them as parts, the
/// caller among them, so that each finds one.
template <class Local, class DoPart>
class fixed_parts {
 public:
  fixed_parts(executor& e, range over, loop_options const& options, DoPart& do_part)
    : home_{e}, over_{over}, do_part_{do_part}, loop_{options}, parts_(number_of(e, over, options))
  {
    for (std::size_t p = 0; p < parts_.size(); ++p)
      parts_[p].help = {{&runner_of_helpers}, this, p};
  }

  template <class Collect>
  void run(Collect& collect)
  {
    executor::visit const here{home_};
    help(0, here.self());
    home_.work_until(here.self(), [this] { return loop_.has_one_part(); });
    loop_.rethrow();
    for (auto& each : parts_) collect(each.local);
  }

 private:
  struct helper : job {
    fixed_parts* of    = nullptr;
    std::size_t number = 0;
  };

  struct part {
    helper help{};
    std::atomic<bool> is_taken{false};  ///< by whom it belongs to from then on
    alignas(alignof(Local) > 64 ? alignof(Local) : 64) Local local{};
  };

  static job* run_helper(job& j, worker& me)
  {
    auto const& self = static_cast<helper&>(j);
    auto& loop       = self.of->loop_;
    auto& home       = self.of->home_;
    self.of->help(self.number, me);
    loop.end_part(home);
    return nullptr;
  }
  static constexpr job_runner runner_of_helpers{&run_helper};

  [[nodiscard]] static std::size_t number_of(executor const& e, range over,
                                             loop_options const& options)
  {
    auto const threads = static_cast<std::size_t>(e.parallelism());
    auto const most    = options.max_parallelism == 0 ? threads : options.max_parallelism;
    auto const grain   = std::max<std::size_t>(options.grain, 1);
    return std::clamp<std::size_t>(over.size() / grain, 1, std::min(threads, most));
  }

  /// By helper 0, the caller, and each of the others once.
  void help(std::size_t number, worker& me) noexcept
  {
    for (auto const next : {2 * number + 1, 2 * number + 2}) {
      if (next >= parts_.size()) break;
      static_cast<void>(loop_.add_part());  // there is one: see `number_of`
      me.give(parts_[next].help);
    }
    auto const mine = take(me);
    if (loop_.is_stopped()) return;
    try {
      do_part_(range_of(mine), parts_[mine].local);
    } catch (...) {
      loop_.fail();
    }
  }

  /// That of the thread, else the next that is free. Nothing is written to a part before it is
  /// taken, so that no order is needed.
  [[nodiscard]] std::size_t take(worker const& me) noexcept
  {
    auto const threads = static_cast<std::size_t>(home_.parallelism());
    auto const id      = static_cast<std::size_t>(me.id());
    auto p             = (id + 1) % threads % parts_.size();  // a lone caller has the first
    while (parts_[p].is_taken.exchange(true, std::memory_order_relaxed)) {
      p = (p + 1) % parts_.size();
    }
    return p;
  }

  [[nodiscard]] range range_of(std::size_t p) const noexcept
  {
    auto const length = over_.size() / parts_.size();
    auto const longer = over_.size() % parts_.size();  // so many of the first by one
    auto const first  = over_.first + p * length + std::min(p, longer);
    return {first, first + length + (p < longer ? 1 : 0)};
  }

  executor& home_;
  range over_;
  DoPart& do_part_;
  loop_state loop_;
  std::vector<part> parts_;
};

}  // namespace heddle::detail
