#include "src/plan/search/anneal.hpp"

#include <algorithm>
#include <cmath>

namespace heddle {
namespace {

constexpr int moves_of_a_block = 32;

// Of 100 moves.
constexpr int order_moves      = 50;
constexpr int swap_moves       = 15;  // of those that are not of the order
constexpr int neighbour_moves  = 40;  // the same
constexpr int near_order_moves = 50;  // of those of the order: by a sixteenth of it at most
constexpr int joint_moves      = 30;  // the same: the task moves to another place, too
constexpr int least_near       = 4;   // positions

std::size_t index(std::int32_t i)
{
  return static_cast<std::size_t>(i);
}

/// One annealing. A move is tried, and taken back if it is refused.
class annealing {
 public:
  annealing(window& w, warmth_range const& warmth, search_pace& pace, kernels::group_random& random)
    : w_{w}, warmth_{warmth}, pace_{pace}, random_{random}, now_{w.evaluate()}
  {
    most_seconds_ = now_.makespan_seconds;
    keep_best();
    span_of_way_ = w.span_seconds() / w.num_ways();
  }

  double run()
  {
    while (!pace_.is_over(1)) {
      for (auto block = w_.num_blocks() - 1; block >= 0 && !pace_.is_over(1); --block) {
        try_moves(block);
      }
      now_ = w_.evaluate();
    }
    w_.assign(best_order_, best_place_);
    return best_.makespan_seconds;
  }

 private:
  void try_moves(std::int32_t block)
  {
    auto const heat = span_of_way_ * warmth_.first *
                      std::pow(warmth_.last / warmth_.first, pace_.progress()) /
                      (1 << kernels::noise_bits);
    auto const first = w_.begin_of(block), last = w_.begin_of(block + 1);
    for (int i = 0; i < moves_of_a_block && !pace_.is_over(1); ++i) {
      auto const from    = first + random_.below(last - first);
      bool const is_done = random_.below(100) < order_moves ? try_order(from, block, heat)
                                                            : try_place(from, block, heat);
      pace_.count(is_done ? 1 : 0, is_done ? steps_of_a_task * (w_.num_tasks() - first) : 1);
    }
  }

  bool try_order(std::int32_t from, std::int32_t block, double heat)
  {
    auto const task    = w_.order()[index(from)];
    auto [first, last] = w_.range_of(task, w_.begin_of(block));
    if (random_.below(100) < near_order_moves) {
      auto const near = std::max(least_near, w_.num_tasks() / 16);
      first           = std::max(first, from - near);
      last            = std::min(last, from + near);
    }
    if (last <= first) return false;
    auto const to = first + random_.below(last - first + 1);
    if (to == from) return false;
    auto& place    = w_.place_of(task);
    auto const was = place;
    w_.move(from, to);
    if (random_.below(100) < joint_moves) place = other_place(task);
    if (!accepts(block, heat)) {
      place = was;
      w_.move(to, from);
    }
    return true;
  }

  bool try_place(std::int32_t from, std::int32_t block, double heat)
  {
    auto const task   = w_.order()[index(from)];
    auto& place       = w_.place_of(task);
    auto const was    = place;
    auto const choice = random_.below(100);
    if (choice < swap_moves) {
      auto const first   = w_.begin_of(block);
      auto const partner = w_.order()[index(first + random_.below(w_.num_tasks() - first))];
      return try_swap(task, partner, block, heat);
    }
    auto const near = w_.neighbours(task);
    place           = choice < swap_moves + neighbour_moves && !near.empty()
                        ? w_.place_of(near[index(random_.below(static_cast<std::int32_t>(near.size())))])
                        : other_place(task);
    if (place == was) place = other_place(task);
    bool const is_new = place != was && w_.can_run(task, place);
    if (!is_new || !accepts(block, heat)) place = was;
    return is_new;
  }

  bool try_swap(std::int32_t task, std::int32_t partner, std::int32_t block, double heat)
  {
    auto &place = w_.place_of(task), &others = w_.place_of(partner);
    if (place == others || !w_.can_run(task, others) || !w_.can_run(partner, place)) return false;
    std::swap(place, others);
    if (!accepts(block, heat)) std::swap(place, others);
    return true;
  }

  /// Any at random where the task can run, or the one where it is.
  std::int32_t other_place(std::int32_t task)
  {
    auto const place = random_.below(w_.num_places());
    return w_.can_run(task, place) ? place : w_.place_of(task);
  }

  /// Metropolis' rule.
  bool accepts(std::int32_t block, double heat)
  {
    auto const next = w_.evaluate_from(block);
    auto const rise = next.power_mean_seconds - now_.power_mean_seconds;
    if (rise > heat * random_.noise()[0]) return false;
    now_                  = next;
    bool const is_shorter = now_.power_mean_seconds < best_.power_mean_seconds;
    if (is_shorter && now_.makespan_seconds <= most_seconds_) keep_best();
    return true;
  }

  void keep_best()
  {
    best_ = now_;
    best_order_.assign(w_.order().begin(), w_.order().end());
    best_place_.assign(w_.places().begin(), w_.places().end());
  }

  static constexpr std::int64_t steps_of_a_task = 4;  // as long as a vector of lanes takes

  window& w_;
  warmth_range warmth_;
  search_pace& pace_;
  kernels::group_random& random_;
  double span_of_way_  = 0;
  double most_seconds_ = 0;
  window_energy now_;
  window_energy best_{};
  std::vector<std::int32_t> best_order_{};
  std::vector<int> best_place_{};
};

}  // namespace

double anneal(window& w, warmth_range const& warmth, search_pace& pace,
              kernels::group_random& random)
{
  return annealing{w, warmth, pace, random}.run();
}

}  // namespace heddle
