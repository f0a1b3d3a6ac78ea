#include "src/cli/compare_page.hpp"

#include "src/cli/html_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ostream>

namespace heddle::cli {
namespace {

constexpr std::string_view style = R"(
:root { color-scheme: light dark; --ink: #1d2733; --soft: #5b6776; --bar: #7aa6d8; --best: #2f6db3;
        --bound: #b3472f; --rule: #d9dfe6; --paper: #fff; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e9ef; --soft: #9aa7b5; --bar: #41658d; --best: #7db4f0; --bound: #f0937d;
          --rule: #364250; --paper: #161c23; }
}
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
       max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.3rem; margin: 0 0 .2rem; }
p { color: var(--soft); margin: .2rem 0 1rem; }
svg { width: 100%; height: auto; }
svg text { font-size: 13px; fill: var(--ink); }
svg .soft { fill: var(--soft); }
svg .bar { fill: var(--bar); }
svg .best { fill: var(--best); }
svg .bound { stroke: var(--bound); stroke-width: 1.5; stroke-dasharray: 5 3; }
svg .bound-name { fill: var(--bound); }
table { border-collapse: collapse; width: 100%; margin-top: 1.5rem; }
th, td { text-align: left; padding: .25rem .6rem; border-bottom: 1px solid var(--rule); }
.number { text-align: right; font-variant-numeric: tabular-nums; }
)";

std::string percent(double share)
{
  return std::isfinite(share) ? fmt::format("+{:.1f} %", 100 * share) : "no bound";
}

/// The bars from the shortest makespan to the longest, left to right from 0.
class bar_plot {
 public:
  explicit bar_plot(std::vector<compared> const& all)
    : bound_{all.front().plan->lower_bound_seconds}
  {
    for (auto const& each : all) {
      if (each.plan) bars_.push_back(&*each.plan);
    }
    std::stable_sort(bars_.begin(), bars_.end(), [](auto const* a, auto const* b) {
      return a->makespan_seconds < b->makespan_seconds;
    });
    for (auto const* s : bars_) bound_ = std::max(bound_, s->lower_bound_seconds);
    auto const longest = bars_.back()->makespan_seconds;
    pixels_per_second_ = longest > 0 ? plot_width / longest : 0;
  }

  void write(std::ostream& out) const
  {
    auto const height = top + row * static_cast<double>(bars_.size()) + 6;
    out << fmt::format("<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"makespans\">\n", width,
                       height);
    for (std::size_t i = 0; i < bars_.size(); ++i) {
      write_bar(*bars_[i], top + row * static_cast<double>(i), out);
    }
    auto const x = left + bound_ * pixels_per_second_;
    out << fmt::format(
      "<line class=\"bound\" x1=\"{0:.1f}\" y1=\"{1}\" x2=\"{0:.1f}\" y2=\"{2}\"/>\n"
      "<text class=\"bound-name\" x=\"{0:.1f}\" y=\"{3}\" text-anchor=\"middle\">no schedule is "
      "shorter than {4:.6g} s</text>\n</svg>\n",
      x, top - 6, height, top - 12, bound_);
  }

 private:
  static constexpr double width      = 960;
  static constexpr double left       = 110;
  static constexpr double plot_width = 600;
  static constexpr double row        = 24;
  static constexpr double top        = 34;

  void write_bar(schedule const& s, double y, std::ostream& out) const
  {
    auto const length  = s.makespan_seconds * pixels_per_second_;
    bool const is_best = s.makespan_seconds == bars_.front()->makespan_seconds;
    out << fmt::format(
      "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>"
      "<rect class=\"{}\" x=\"{}\" y=\"{}\" width=\"{:.1f}\" height=\"{}\" rx=\"2\"/>"
      "<text x=\"{:.1f}\" y=\"{}\">{:.6g} s<tspan class=\"soft\"> {} in {:.3g} "
      "ms</tspan></text>\n",
      left - 8, y + 16, escaped(s.algorithm), is_best ? "best" : "bar", left, y + 3, length,
      row - 6, left + length + 6, y + 16, s.makespan_seconds, percent(s.gap),
      1000 * s.planning_seconds);
  }

  std::vector<schedule const*> bars_{};
  double bound_;
  double pixels_per_second_ = 0;
};

void write_row(compared const& each, std::ostream& out)
{
  if (!each.plan) {
    out << fmt::format("<tr><td>{}</td><td colspan=\"4\">unsuited: {}</td></tr>\n",
                       escaped(each.algorithm), escaped(each.unsuited));
    return;
  }
  auto const& s    = *each.plan;
  std::string note = s.made_by == s.algorithm ? "" : "by " + s.made_by + ". ";
  note += s.guarantee.value_or("");
  out << fmt::format(
    "<tr><td>{}</td><td class=\"number\">{:.6g}</td><td class=\"number\">{}</td><td "
    "class=\"number\">{:.3g}</td><td>{}</td></tr>\n",
    escaped(s.algorithm), s.makespan_seconds, percent(s.gap), 1000 * s.planning_seconds,
    escaped(note));
}

}  // namespace

void write_compare_page(std::vector<compared> const& all, std::string_view machine_name,
                        std::ostream& out)
{
  auto const name = escaped(all.front().plan->workflow_name);
  out << fmt::format(
    "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta "
    "name=\"viewport\" content=\"width=device-width\">\n<title>{0}: algorithms "
    "compared</title>\n<style>{1}</style>\n</head>\n<body>\n<h1>{0}: algorithms "
    "compared</h1>\n<p>on {2}; makespan, and how much it is above the lower bound</p>\n",
    name, style, escaped(machine_name));
  bar_plot{all}.write(out);
  out << "<table>\n<tr><th>algorithm</th><th class=\"number\">makespan / s</th><th "
         "class=\"number\">gap</th><th class=\"number\">planned in / ms</th><th></th></tr>\n";
  for (auto const& each : all) write_row(each, out);
  out << "</table>\n</body>\n</html>\n";
}

}  // namespace heddle::cli
