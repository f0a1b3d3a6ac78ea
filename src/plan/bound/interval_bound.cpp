#include "src/plan/bound/bounds.hpp"

namespace heddle {
namespace {

/// Least work as a function of the end y of intervals [x, y] with one x: sums of ramps, looked at
/// where intervals may end.
class work_by_end {
 public:
  explicit work_by_end(std::span<double const> ends)
    : ends_{ends}, value_(ends.size()), slope_(ends.size())
  {
  }

  /// From time `at` on the work grows by `slope` a second more.
  void add(double at, double slope)
  {
    auto const next = std::lower_bound(ends_.begin(), ends_.end(), at);
    if (next == ends_.end()) return;
    auto const j = static_cast<std::size_t>(next - ends_.begin());
    value_[j] += slope * (*next - at);
    slope_[j] += slope;
  }

  /// By how much the work in [x, ends()[j]] and the time of it differ most, and for which j.
  [[nodiscard]] std::pair<double, std::size_t> most_excess(std::size_t first, double speed,
                                                           work_by_end const& others) const
  {
    std::pair<double, std::size_t> most{0, first};
    double work = 0, slope = 0;
    for (std::size_t j = 0; j < ends_.size(); ++j) {
      if (j > 0) work += slope * (ends_[j] - ends_[j - 1]);
      work += value_[j] + others.value_[j];
      slope += slope_[j] + others.slope_[j];
      if (j > first) most = std::max(most, {work / speed - (ends_[j] - ends_[first]), j});
    }
    return most;
  }

 private:
  std::span<double const> ends_;
  std::vector<double> value_;  ///< what ramps that began since the end before add at this one
  std::vector<double> slope_;
};

/// The windows of all tasks in a schedule of a given length, in arrays of their own for speed.
struct deadlines {
  deadlines(relaxation const& r, task_windows const& w, double length)
    : head{w.head}, work{r.work}, cores{r.cores}, fastest{r.fastest_speed.front()}
  {
    auto const slow = *std::min_element(r.speed.begin(), r.speed.end());
    for (std::size_t t = 0; t < head.size(); ++t) {
      end.push_back(length - w.tail[t]);
      auto const window = end[t] - head[t];
      slowest.push_back(window > 0 ? std::clamp(work[t] / window, slow, fastest) : fastest);
    }
  }

  /// Where the least work in an interval may change most: starts and ends of windows.
  [[nodiscard]] std::vector<double> points(std::size_t most) const
  {
    std::vector<double> all;
    for (std::size_t t = 0; t < head.size(); ++t) {
      auto const least = work[t] / fastest;
      for (auto const each : {head[t], head[t] + least, end[t] - least, end[t]})
        all.push_back(each);
    }
    return breakpoints(std::move(all), most);
  }

  /// Of one core in [x, y], on resources of one speed.
  [[nodiscard]] double work_in(double x, double y, std::size_t t, double speed) const
  {
    return std::min(std::min(work[t], speed * (y - x)),
                    work[t] - speed * std::max(std::max(x - head[t], end[t] - y), 0.0));
  }

  /// In [x, y]. On one resource the least work is concave in its speed: it is least on the fastest
  /// or on the slowest that is done within the task's window.
  [[nodiscard]] double work_in(double x, double y) const
  {
    double sum = 0;
    for (std::size_t t = 0; t < head.size(); ++t) {
      auto const least = std::min(work_in(x, y, t, fastest), work_in(x, y, t, slowest[t]));
      sum += cores[t] * std::max(0.0, least);
    }
    return sum;
  }

  /// The same for all y. On the fastest resource a task begins last and is done fastest, but leaves
  /// the least to [x, y] if it can begin before x: its line comes first, then that of the slowest
  /// where it is lower, up to what the fastest leaves.
  void add_work_from(double x, std::size_t t, work_by_end& sum) const
  {
    auto const most = work[t] - fastest * std::max(x - head[t], 0.0);
    if (!(most > 0)) return;
    auto const begin = std::max(x, end[t] - work[t] / fastest);
    auto const full  = begin + most / fastest;
    auto const each  = cores[t];
    sum.add(begin, each * fastest);
    auto const slow       = slowest[t];
    auto const slow_begin = std::max(x, end[t] - work[t] / slow);
    auto const slow_full  = slow_begin + most / slow;
    if (slow < fastest && slow_full > full) {
      sum.add((fastest * begin - slow * slow_begin) / (fastest - slow), each * (slow - fastest));
      sum.add(slow_full, -each * slow);
    } else {
      sum.add(full, -each * fastest);
    }
  }

  std::vector<double> head;
  std::vector<double> end{};
  std::vector<double> work;
  std::vector<double> cores;
  double fastest;
  std::vector<double> slowest{};
};

/// Tasks by falling head: those that cannot begin before x take the same work from [x, y] whatever
/// x is, so that they are added once as x falls. The others that may still run at x are added for
/// each x anew.
class falling_start {
 public:
  falling_start(deadlines const& all, std::span<double const> points)
    : all_{all}, by_head_{by_falling(all.head)}, later_{points}, none_{points}
  {
  }

  [[nodiscard]] work_by_end const& from_later(double x)
  {
    for (; next_ < by_head_.size() && all_.head[task(next_)] >= x; ++next_) {
      all_.add_work_from(all_.head[task(next_)], task(next_), later_);
    }
    return later_;
  }

  [[nodiscard]] work_by_end from_earlier(double x) const
  {
    auto sum = none_;
    for (std::size_t i = next_; i < by_head_.size(); ++i) all_.add_work_from(x, task(i), sum);
    return sum;
  }

 private:
  [[nodiscard]] std::size_t task(std::size_t i) const
  {
    return static_cast<std::size_t>(by_head_[i]);
  }

  deadlines const& all_;
  std::vector<task_id> by_head_;
  std::size_t next_ = 0;  ///< the first whose head is before x
  work_by_end later_;
  work_by_end none_;
};

}  // namespace

double interval_bound(relaxation const& r, task_windows const& w, double known,
                      std::size_t most_points)
{
  deadlines const all{r, w, known};
  auto const points = all.points(most_points);
  falling_start starts{all, points};
  double most = 0;  // seconds by which an interval is too short
  for (std::size_t i = points.size(); i-- > 0;) {
    auto const x              = points[i];
    auto const& later         = starts.from_later(x);
    auto const [excess, best] = starts.from_earlier(x).most_excess(i, r.total_speed, later);
    if (excess <= most) continue;
    // Sums of ramps gather errors: what counts is the plain sum.
    most = std::max(most, all.work_in(x, points[best]) / r.total_speed - (points[best] - x));
  }
  return known + most;
}

}  // namespace heddle
