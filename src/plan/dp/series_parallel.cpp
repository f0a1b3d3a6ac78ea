#include "src/plan/dp/series_parallel.hpp"

#include "src/plan/dp/placement_problem.hpp"
#include "src/plan/dp/reduction.hpp"

#include <algorithm>
#include <limits>
#include <span>

namespace heddle {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

std::size_t index(std::int32_t i)
{
  return static_cast<std::size_t>(i);
}

/// D(p, q) of every part, row by row, and what follows from it.
class part_times {
 public:
  part_times(cost_model const& costs, places const& where, reduction const& parts)
    : parts_{parts}, num_places_{where.size()}
  {
    for (std::size_t t = 0; t < costs.num_tasks(); ++t) {
      for (std::size_t p = 0; p < num_places_; ++p) {
        execution_.push_back(where.execution_seconds(costs, static_cast<task_id>(t), p));
      }
    }
    seconds_.resize(parts.parts().size() * num_places_ * num_places_);
    for (std::size_t i = 0; i < parts.parts().size(); ++i) fill(parts.parts()[i], i, costs, where);
  }

  /// The longest path over the parts that remain, each from place to place at best.
  [[nodiscard]] double longest_path(edge_table const& edges) const
  {
    std::vector<std::vector<std::int32_t>> behind(edges.num_tasks() + 2);
    for (auto const part : parts_.remaining()) {
      behind[index(parts_.parts()[index(part)].from)].push_back(part);
    }
    std::vector<double> score((edges.num_tasks() + 2) * num_places_);
    for (auto i = edges.num_tasks(); i-- > 0;) {
      auto const task = edges.topological_order[i];
      set_scores(score, task, behind[index(task)]);
    }
    set_scores(score, parts_.source(), behind[index(parts_.source())]);
    return score[index(parts_.source()) * num_places_];
  }

  /// The place of every task, if one part remains; which is where source and sink are does not
  /// matter, since nothing moves from and to them.
  [[nodiscard]] std::vector<int> best_places(std::size_t num_tasks) const
  {
    struct open_part {
      std::int32_t part;
      std::size_t from, to;
    };
    std::vector<int> place(num_tasks);
    std::vector<open_part> open{{parts_.remaining().front(), 0, 0}};
    while (!open.empty()) {
      auto const [number, p, q] = open.back();
      open.pop_back();
      auto const& part = parts_.parts()[index(number)];
      if (part.made_by == workflow_part::kind::edge) continue;
      auto from_first = q;
      auto to_second  = p;
      if (part.made_by == workflow_part::kind::series) {
        auto const r              = best_middle(part, p, q);
        place[index(part.middle)] = static_cast<int>(r);
        from_first = to_second = r;
      }
      open.push_back({part.first, p, from_first});
      open.push_back({part.second, to_second, q});
    }
    return place;
  }

 private:
  [[nodiscard]] std::span<double> row(std::size_t part, std::size_t p)
  {
    return std::span{seconds_}.subspan((part * num_places_ + p) * num_places_, num_places_);
  }
  [[nodiscard]] std::span<double const> row(std::size_t part, std::size_t p) const
  {
    return std::span{seconds_}.subspan((part * num_places_ + p) * num_places_, num_places_);
  }

  void fill(workflow_part const& part, std::size_t number, cost_model const& costs,
            places const& where)
  {
    for (std::size_t p = 0; p < num_places_; ++p) {
      auto const to = row(number, p);
      switch (part.made_by) {
        case workflow_part::kind::edge:
          for (std::size_t q = 0; q < num_places_; ++q) {
            to[q] = where.transfer_seconds(costs, part.bytes, p, q);
          }
          break;
        case workflow_part::kind::series:
          std::fill(to.begin(), to.end(), infinite);
          for (std::size_t r = 0; r < num_places_; ++r) through(part, p, r, to);
          break;
        case workflow_part::kind::parallel:
          for (std::size_t q = 0; q < num_places_; ++q) {
            to[q] = std::max(row(index(part.first), p)[q], row(index(part.second), p)[q]);
          }
          break;
      }
    }
  }

  /// Improves `to` by the ways from p with the middle of a series at r.
  void through(workflow_part const& part, std::size_t p, std::size_t r, std::span<double> to) const
  {
    auto const until  = row(index(part.first), p)[r] + execution(part.middle, r);
    auto const onward = row(index(part.second), r);
    for (std::size_t q = 0; q < to.size(); ++q) to[q] = std::min(to[q], until + onward[q]);
  }

  [[nodiscard]] std::size_t best_middle(workflow_part const& part, std::size_t p,
                                        std::size_t q) const
  {
    std::size_t best = 0;
    double least     = infinite;
    for (std::size_t r = 0; r < num_places_; ++r) {
      auto const seconds =
        row(index(part.first), p)[r] + execution(part.middle, r) + row(index(part.second), r)[q];
      if (seconds >= least) continue;
      least = seconds;
      best  = r;
    }
    return best;
  }

  [[nodiscard]] double execution(task_id task, std::size_t place) const
  {
    return execution_[index(task) * num_places_ + place];
  }

  void set_scores(std::vector<double>& score, std::int32_t task,
                  std::vector<std::int32_t> const& behind) const
  {
    for (std::size_t p = 0; p < num_places_; ++p) {
      double tail = 0;
      for (auto const part : behind) {
        auto const next   = index(parts_.parts()[index(part)].to) * num_places_;
        auto const onward = row(index(part), p);
        double least      = infinite;
        for (std::size_t q = 0; q < num_places_; ++q) {
          least = std::min(least, onward[q] + score[next + q]);
        }
        tail = std::max(tail, least);
      }
      auto const own                       = task < parts_.source() ? execution(task, p) : 0;
      score[index(task) * num_places_ + p] = own + tail;
    }
  }

  reduction const& parts_;
  std::size_t num_places_;
  std::vector<double> execution_;  ///< [tasks x places]
  std::vector<double> seconds_;    ///< [parts x places x places]
};

}  // namespace

bool fits_unhindered(cost_model const& costs)
{
  constexpr double most_cells = 1 << 24;
  auto const count            = static_cast<double>(places{costs}.size());
  auto const parts = static_cast<double>(costs.edges().num_edges() + 2 * costs.num_tasks());
  return parts * count * count <= most_cells;
}

unhindered_plan plan_unhindered(cost_model const& costs)
{
  if (costs.num_tasks() == 0) return {};
  places const where{costs};
  reduction const parts{costs.edges()};
  part_times const times{costs, where, parts};
  unhindered_plan result{times.longest_path(costs.edges()), {}};
  if (parts.remaining().size() == 1) result.place = times.best_places(costs.num_tasks());
  return result;
}

bool is_series_parallel(edge_table const& edges)
{
  return edges.num_tasks() == 0 || reduction{edges}.remaining().size() == 1;
}

double unhindered_bound_seconds(cost_model const& costs)
{
  return fits_unhindered(costs) ? plan_unhindered(costs).seconds : 0;
}

}  // namespace heddle
