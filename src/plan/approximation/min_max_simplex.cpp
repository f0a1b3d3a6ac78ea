#include "src/plan/approximation/min_max_program.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace heddle {
namespace {

std::size_t index(std::int32_t i)
{
  return static_cast<std::size_t>(i);
}

// With the share of each task's key way eliminated (key = 1 - the others), the rows read
//
//     sum over other ways w of share[w] (load(w) - load(key)) + slack - largest = - load of the
//     keys
//
// A column is a way (number below `ways`), a slack, or `largest`, the objective, which is basic
// throughout. Invariants: `inverse_` is the inverse of the basic columns, `values_` what they are
// at; values and the keys' shares are >= 0; each task has one key, which is not in `basic_`.
class simplex {
 public:
  simplex(min_max_program const& program, std::span<std::int32_t const> start)
    : program_{program},
      rows_{index(program.num_rows)},
      ways_{program.num_ways()},
      key_(start.begin(), start.end()),
      task_of_(ways_),
      position_(ways_ + rows_, none),
      keys_decline_(program.num_tasks()),
      keys_rest_(program.num_tasks())
  {
    for (std::size_t t = 0; t < program.num_tasks(); ++t) {
      for (auto w = program.first_way[t]; w < program.first_way[t + 1]; ++w) task_of_[index(w)] = t;
    }
    begin();
  }

  min_max_solution run() &&
  {
    auto const most_steps = 1000 + 50 * (program_.num_tasks() + rows_);
    for (std::size_t step = 1; step < most_steps; ++step) {
      auto const entering = choose_entering();
      if (entering == none || !move(entering)) break;
      if (step % steps_between_inversions == 0) invert();
    }
    return finish();
  }

 private:
  static constexpr auto none                            = static_cast<std::size_t>(-1);
  static constexpr std::size_t steps_between_inversions = 100;
  static constexpr std::size_t tasks_per_pricing        = 64;
  static constexpr double tolerance                     = 1e-11;
  static constexpr double least_pivot                   = 1e-9;
  static constexpr double least_share                   = 1e-12;  ///< less is rounding

  /// What stops the entering column from growing: a basic column at `position`, or, if that is
  /// `none`, the key of `task`.
  struct blocked {
    double distance      = std::numeric_limits<double>::infinity();
    double pivot         = 0;
    std::size_t position = none;
    std::size_t task     = none;
  };

  /// A column that may enter, and what a unit of it gains.
  struct offer {
    std::size_t column = none;
    double gain        = 0;
  };

  [[nodiscard]] std::size_t largest() const { return ways_ + rows_; }
  [[nodiscard]] bool is_way(std::size_t column) const { return column < ways_; }

  double& inverse(std::size_t i, std::size_t k) { return inverse_[i * rows_ + k]; }

  /// The first vertex: every task does what its key says, the largest row counts, the others have
  /// slack.
  void begin()
  {
    auto const load = load_of_keys();
    auto const peak =
      static_cast<std::size_t>(std::max_element(load.begin(), load.end()) - load.begin());
    basic_.resize(rows_);
    for (std::size_t r = 0; r < rows_; ++r) {
      basic_[r] = r == peak ? largest() : ways_ + r;
      if (r != peak) position_[ways_ + r] = r;
    }
    peak_ = peak;
    invert();
  }

  [[nodiscard]] std::vector<double> load_of_keys() const
  {
    std::vector<double> load(rows_);
    for (auto const way : key_) {
      for (auto const& each : program_.loads_of(way)) load[index(each.row)] += each.seconds;
    }
    return load;
  }

  /// Calls `visit(row, coefficient)` for the column; a row may come twice.
  template <class Visit>
  void for_each_entry(std::size_t column, Visit visit) const
  {
    if (column == largest()) {
      for (std::size_t r = 0; r < rows_; ++r) visit(r, -1.0);
    } else if (!is_way(column)) {
      visit(column - ways_, 1.0);
    } else {
      auto const way = static_cast<std::int32_t>(column);
      for (auto const& each : program_.loads_of(way)) visit(index(each.row), each.seconds);
      for (auto const& each : program_.loads_of(key_[task_of_[column]])) {
        visit(index(each.row), -each.seconds);
      }
    }
  }

  /// inverse x column.
  [[nodiscard]] std::vector<double> transformed(std::size_t column)
  {
    std::vector<double> result(rows_);
    for_each_entry(column, [&](std::size_t row, double coefficient) {
      for (std::size_t i = 0; i < rows_; ++i) result[i] += coefficient * inverse(i, row);
    });
    return result;
  }

  /// Computes the inverse and the values anew, by Gauss-Jordan elimination with partial pivoting.
  void invert()
  {
    std::vector<double> a(rows_ * rows_);
    for (std::size_t i = 0; i < rows_; ++i) {
      for_each_entry(basic_[i], [&](std::size_t row, double each) { a[row * rows_ + i] += each; });
    }
    inverse_.assign(rows_ * rows_, 0);
    for (std::size_t i = 0; i < rows_; ++i) inverse(i, i) = 1;
    for (std::size_t i = 0; i < rows_; ++i) eliminate(a, i);
    auto const load = load_of_keys();
    values_.assign(rows_, 0);
    for (std::size_t i = 0; i < rows_; ++i) {
      double value = 0;
      for (std::size_t r = 0; r < rows_; ++r) value -= inverse(i, r) * load[r];
      values_[i] = std::max(value, 0.0);
    }
  }

  void eliminate(std::vector<double>& a, std::size_t i)
  {
    auto pivot_row = i;
    for (auto r = i + 1; r < rows_; ++r) {
      if (std::abs(a[r * rows_ + i]) > std::abs(a[pivot_row * rows_ + i])) pivot_row = r;
    }
    for (std::size_t k = 0; k < rows_ && pivot_row != i; ++k) {
      std::swap(a[i * rows_ + k], a[pivot_row * rows_ + k]);
      std::swap(inverse(i, k), inverse(pivot_row, k));
    }
    auto const factor = 1 / a[i * rows_ + i];
    for (std::size_t k = 0; k < rows_; ++k) {
      a[i * rows_ + k] *= factor;
      inverse(i, k) *= factor;
    }
    for (std::size_t r = 0; r < rows_; ++r) {
      auto const times = a[r * rows_ + i];
      if (r == i || times == 0) continue;
      for (std::size_t k = 0; k < rows_; ++k) {
        a[r * rows_ + k] -= times * a[i * rows_ + k];
        inverse(r, k) -= times * inverse(i, k);
      }
    }
  }

  /// The dual vector: minus the objective's row of the inverse.
  [[nodiscard]] double price(std::size_t row) const { return -inverse_[peak_ * rows_ + row]; }

  [[nodiscard]] double cost_of(std::int32_t way) const
  {
    double cost = 0;
    for (auto const& each : program_.loads_of(way)) cost += price(index(each.row)) * each.seconds;
    return cost;
  }

  /// The column that promises most a unit among some tasks and all slacks, the tasks in turn
  /// (partial pricing of Dantzig's rule); or, after many steps without progress, the first that
  /// promises anything (Bland's rule, which ends every stall). None: the basis is optimal.
  std::size_t choose_entering()
  {
    bool const first_one = stalled_ > 20 + 2 * rows_;
    if (first_one) next_task_ = 0;
    offer best;
    for (std::size_t seen = 0; seen < key_.size(); ++seen) {
      if (best.column != none && (first_one || seen >= tasks_per_pricing)) break;
      consider_ways(next_task_, best);
      next_task_ = next_task_ + 1 < key_.size() ? next_task_ + 1 : 0;
    }
    if (!first_one || best.column == none) consider_slacks(best);
    return best.column;
  }

  void consider_ways(std::size_t task, offer& best) const
  {
    auto const key_cost = cost_of(key_[task]);
    auto const least    = tolerance * std::abs(key_cost);
    for (auto w = program_.first_way[task]; w < program_.first_way[task + 1]; ++w) {
      if (w == key_[task] || position_[index(w)] != none) continue;
      auto const gain = key_cost - cost_of(w);
      if (gain > least && gain > best.gain) best = {index(w), gain};
    }
  }

  void consider_slacks(offer& best) const
  {
    auto const most = values_[peak_];
    for (std::size_t r = 0; r < rows_; ++r) {
      auto const gain = -price(r) * most;
      if (position_[ways_ + r] == none && gain > tolerance * most && gain > best.gain)
        best = {ways_ + r, gain};
    }
  }

  /// Lets the column grow until another is at 0, which leaves. False if nothing stops it, which
  /// only rounding can bring about.
  bool move(std::size_t entering)
  {
    auto direction = transformed(entering);
    auto const by  = find_block(entering, direction);
    if (std::isinf(by.distance)) return false;
    stalled_      = by.distance > 1e-12 ? 0 : stalled_ + 1;
    auto position = by.position;
    if (position == none) {
      position = basic_of(by.task);
      if (position == none) {
        flip(entering, direction);
        return true;
      }
      swap_key(by.task, position);
      direction = transformed(entering);
    }
    pivot(entering, position, direction, by.distance);
    return true;
  }

  [[nodiscard]] blocked find_block(std::size_t entering, std::vector<double> const& direction)
  {
    blocked by;
    auto const consider = [&](double value, double rate, std::size_t position, std::size_t task) {
      if (rate <= least_pivot) return;
      auto const distance = std::max(value, 0.0) / rate;
      if (distance > by.distance || (distance == by.distance && rate <= by.pivot)) return;
      by = {distance, rate, position, task};
    };
    std::vector<std::size_t> touched;
    for (std::size_t i = 0; i < rows_; ++i) {
      if (i == peak_) continue;
      consider(values_[i], direction[i], i, none);
      if (!is_way(basic_[i])) continue;
      auto const task = task_of_[basic_[i]];
      touched.push_back(task);
      keys_decline_[task] -= direction[i];
      keys_rest_[task] += values_[i];
    }
    if (is_way(entering)) {
      touched.push_back(task_of_[entering]);
      keys_decline_[task_of_[entering]] += 1;
    }
    for (auto const task : touched) consider(1 - keys_rest_[task], keys_decline_[task], none, task);
    for (auto const task : touched) keys_decline_[task] = keys_rest_[task] = 0;
    return by;
  }

  /// The basic way of the task with the largest share, as a position; none if only its key is left.
  [[nodiscard]] std::size_t basic_of(std::size_t task) const
  {
    std::size_t best = none;
    for (auto w = program_.first_way[task]; w < program_.first_way[task + 1]; ++w) {
      auto const at = position_[index(w)];
      if (at != none && (best == none || values_[at] > values_[best])) best = at;
    }
    return best;
  }

  /// The entering way takes over from the key of its task, which no other way shares.
  void flip(std::size_t entering, std::vector<double> const& direction)
  {
    for (std::size_t i = 0; i < rows_; ++i) values_[i] -= direction[i];
    key_[task_of_[entering]] = static_cast<std::int32_t>(entering);
  }

  /// The way at `position` becomes the key of its task, the old key takes its position. As column c
  /// becomes -c and the task's other columns d become d - c, row `position` of the inverse becomes
  /// minus the sum of the rows of all of them.
  void swap_key(std::size_t task, std::size_t position)
  {
    double rest = 0;
    for (auto w = program_.first_way[task]; w < program_.first_way[task + 1]; ++w) {
      auto const at = position_[index(w)];
      if (at == none) continue;
      rest += values_[at];
      if (at == position) continue;
      for (std::size_t k = 0; k < rows_; ++k) inverse(position, k) += inverse(at, k);
    }
    for (std::size_t k = 0; k < rows_; ++k) inverse(position, k) = -inverse(position, k);
    auto const old_key          = index(key_[task]);
    key_[task]                  = static_cast<std::int32_t>(basic_[position]);
    position_[basic_[position]] = none;
    put(old_key, position);
    values_[position] = 1 - rest;
  }

  void put(std::size_t column, std::size_t position)
  {
    basic_[position]  = column;
    position_[column] = position;
  }

  void pivot(std::size_t entering, std::size_t position, std::vector<double> const& direction,
             double distance)
  {
    auto const factor = 1 / direction[position];
    for (std::size_t k = 0; k < rows_; ++k) inverse(position, k) *= factor;
    for (std::size_t i = 0; i < rows_; ++i) {
      values_[i] = std::max(values_[i] - distance * direction[i], 0.0);
      if (i == position || direction[i] == 0) continue;
      for (std::size_t k = 0; k < rows_; ++k) inverse(i, k) -= direction[i] * inverse(position, k);
    }
    position_[basic_[position]] = none;
    put(entering, position);
    values_[position] = distance;
  }

  min_max_solution finish()
  {
    invert();
    min_max_solution result;
    result.shares.assign(ways_, 0);
    for (std::size_t t = 0; t < key_.size(); ++t) {
      double rest = 1;
      for (auto w = program_.first_way[t]; w < program_.first_way[t + 1]; ++w) {
        if (position_[index(w)] == none) continue;
        auto const share        = values_[position_[index(w)]];
        result.shares[index(w)] = share > least_share ? std::min(share, rest) : 0;
        rest -= result.shares[index(w)];
      }
      result.shares[index(key_[t])] = rest > least_share ? rest : 0;
    }
    for (std::size_t r = 0; r < rows_; ++r) result.prices.push_back(price(r));
    return result;
  }

  min_max_program const& program_;
  std::size_t rows_;
  std::size_t ways_;
  std::vector<std::int32_t> key_;      ///< [tasks], a way
  std::vector<std::size_t> task_of_;   ///< [ways]
  std::vector<std::size_t> position_;  ///< [ways + rows], in `basic_`, or none
  std::vector<std::size_t> basic_;     ///< [rows], columns
  std::vector<double> values_;         ///< [rows], of the basic columns
  std::vector<double> inverse_;        ///< [rows x rows]
  std::vector<double> keys_decline_;   ///< [tasks], scratch of `find_block`, 0 between calls
  std::vector<double> keys_rest_;      ///< [tasks], the same
  std::size_t peak_      = 0;          ///< where `basic_` holds the objective
  std::size_t stalled_   = 0;          ///< steps since the last progress
  std::size_t next_task_ = 0;          ///< to be priced
};

/// The same with loads of at most 1, for tolerances are absolute; a power of two changes no digit.
min_max_program scaled(min_max_program program)
{
  double most = 0;
  for (auto const& load : program.loads) most = std::max(most, load.seconds);
  auto const exponent = most > 0 ? -std::ilogb(most) : 0;
  for (auto& load : program.loads) load.seconds = std::ldexp(load.seconds, exponent);
  return program;
}

}  // namespace

min_max_solution solve(min_max_program const& program, std::span<std::int32_t const> start)
{
  if (program.num_tasks() == 0 || program.num_rows == 0) {
    return {std::vector<double>(program.num_ways(), 1),
            std::vector<double>(index(program.num_rows))};
  }
  auto const unit    = scaled(program);
  auto result        = simplex{unit, start}.run();
  result.value       = largest_row(program, result.shares);
  result.lower_bound = proven_value(program, result.prices);
  return result;
}

}  // namespace heddle
