/// @file
/// Random rows of tasks whose result is known.
#pragma once

#include <heddle/run/task_rows.hpp>

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

namespace heddle::test {

/// Random rows, each task of which makes a number from those of its predecessors.
class random_rows {
 public:
  random_rows(std::size_t num_tasks, std::uint64_t seed)
    : numbers_(num_tasks), expected_(num_tasks), before_(num_tasks)
  {
    std::mt19937_64 random{seed};
    std::size_t const reach = 1 + random() % 64;
    std::size_t const edges = random() % 5;
    for (std::size_t t = 0; t < num_tasks; ++t) {
      auto const task = rows_.add([this, t] { numbers_[t] = number_of(t, numbers_); },
                                  {.priority = static_cast<float>(random() % 4)});
      for (std::size_t e = 0; t > 0 && e < edges; ++e) {
        auto const p = t - 1 - random() % std::min(t, reach);
        before_[t].push_back(p);
        rows_.order({static_cast<task_id>(p)}, task);
      }
      expected_[t] = number_of(t, expected_);
    }
  }

  void run(executor& e, rows_options const& options = {})
  {
    std::ranges::fill(numbers_, 0);
    rows_.run(e, options);
  }
  [[nodiscard]] task_rows const& rows() const { return rows_; }
  [[nodiscard]] bool is_right() const { return numbers_ == expected_; }

 private:
  [[nodiscard]] std::uint64_t number_of(std::size_t t, std::vector<std::uint64_t> const& all) const
  {
    std::uint64_t number = t + 1;
    for (auto const p : before_[t]) number = number * 6364136223846793005U + all[p];
    return number;
  }

  std::vector<std::uint64_t> numbers_;
  std::vector<std::uint64_t> expected_;
  std::vector<std::vector<std::size_t>> before_;
  task_rows rows_{};
};

}  // namespace heddle::test
