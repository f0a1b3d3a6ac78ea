/// @file
/// A part of the order that is searched while all else stays as it is.
#pragma once

#include "src/plan/search/whole_order.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

namespace heddle {

/// How long ways through a window are, from the begin of the schedule to its end: those that leave
/// it with a resource, or with the output of a task.
struct window_energy {
  double makespan_seconds;  ///< the longest

  /// The power mean, of exponent 8, of what each is longer than the longest was at first less the
  /// time that the window takes. Many ways are nearly as long as the longest in a large schedule:
  /// it falls with each of them.
  double power_mean_seconds;
};

/// Tasks at positions `[first, last)` of an order, on their own. What is before them says when they
/// can start; what is behind, how long it takes after them: so a decode of the window alone gives
/// the makespan of the whole, or of the longest way through the window if others are longer.
///
/// Tasks have numbers from 0 on here, by their position at first; so have positions. The window is
/// cut into blocks: an evaluation from a block on decodes nothing before it. Not thread-safe.
class window {
 public:
  /// @param free when each resource is free before the window, [resources]
  /// @param rest how long it takes from the start of what follows the window on each resource,
  /// [resources]
  window(whole_order const& whole, std::size_t first, std::size_t last,
         std::span<double const> free, std::span<double const> rest);

  [[nodiscard]] std::int32_t num_tasks() const noexcept { return num_tasks_; }
  [[nodiscard]] std::int32_t num_places() const noexcept { return num_places_; }
  [[nodiscard]] std::int32_t num_blocks() const noexcept { return num_blocks_; }
  [[nodiscard]] std::int32_t begin_of(std::int32_t block) const
  {
    return std::min(block * block_size, num_tasks_);
  }

  /// Decodes all, and keeps what evaluations from blocks begin with.
  window_energy evaluate();

  /// Decodes from a block on. Holds if nothing before it has changed since `evaluate`.
  window_energy evaluate_from(std::int32_t block);

  [[nodiscard]] bool can_run(std::int32_t task, int place) const
  {
    return execution_[cell(task, place)] < infinite;
  }

  /// How long the resources are in the window, in the mean, as it was decoded last.
  [[nodiscard]] double span_seconds() const;

  /// Positions, from `least` on, to which the task may move.
  [[nodiscard]] std::pair<std::int32_t, std::int32_t> range_of(std::int32_t task,
                                                               std::int32_t least) const;

  /// How many ways leave the window.
  [[nodiscard]] int num_ways() const noexcept { return num_ways_; }

  void move(std::int32_t from, std::int32_t to);

  /// Another order and placement of its tasks, [tasks] each.
  void assign(std::span<std::int32_t const> new_order, std::span<int const> new_place);

  /// Predecessors and successors in the window.
  [[nodiscard]] std::span<std::int32_t const> neighbours(std::int32_t task) const;

  [[nodiscard]] std::span<std::int32_t const> order() const noexcept { return order_; }
  [[nodiscard]] std::span<int const> places() const noexcept { return place_; }
  [[nodiscard]] int& place_of(std::int32_t task) { return place_[static_cast<std::size_t>(task)]; }

 private:
  static constexpr std::int32_t block_size = 32;
  static constexpr double infinite         = std::numeric_limits<double>::infinity();

  struct input {
    std::int32_t task;
    double bytes;
    double moved_seconds;  ///< between different memory nodes, if all links are equal
  };

  [[nodiscard]] std::size_t cell(std::int32_t task, int place) const
  {
    return static_cast<std::size_t>(task) * static_cast<std::size_t>(num_places_) +
           static_cast<std::size_t>(place);
  }
  void take_inputs(whole_order const& whole, std::size_t first, std::int32_t task);
  void take_outputs(whole_order const& whole, std::size_t first, std::int32_t task);
  [[nodiscard]] double moved(input const& in, int from, int to) const;

  /// Ways that have left the window.
  struct ways {
    double longest = 0;
    double eighths = 0;  ///< powers of what they are longer than the reference
    void add(double way, double reference)
    {
      auto const excess = std::max(0.0, way - reference);
      longest           = std::max(longest, way);
      auto const square = excess * excess, fourth = square * square;
      eighths += fourth * fourth;
    }
  };
  [[nodiscard]] ways decode(std::int32_t first, std::int32_t last, std::span<double> free,
                            ways so_far);
  [[nodiscard]] window_energy judge(std::span<double const> free, ways so_far) const;
  [[nodiscard]] std::span<double> free_before(std::int32_t block);

  cost_model const& costs_;
  std::int32_t num_tasks_, num_places_, num_blocks_;
  bool has_equal_links_;
  std::vector<std::int32_t> order_;                                ///< [tasks]
  std::vector<std::int32_t> position_;                             ///< [tasks]
  std::vector<int> place_{};                                       ///< [tasks]
  std::vector<std::int32_t> first_input_{0}, first_neighbour_{0};  ///< [tasks + 1]
  std::vector<input> inputs_;                                      ///< from the window
  std::vector<std::int32_t> neighbour_;
  std::vector<double> execution_, release_, rest_;  ///< [tasks x places]; rest: after its end
  std::vector<double> rest_of_place_;               ///< [places]
  std::vector<double> finish_;                      ///< [tasks]
  std::vector<double> free_;                        ///< [blocks + 1][places]; the last is scratch
  std::vector<ways> ways_;                          ///< [blocks + 1], of what is before each
  double reference_ = 0;
  int num_ways_;
};

}  // namespace heddle
