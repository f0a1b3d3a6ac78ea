#include "src/cli/bar_plot.hpp"

#include "src/base/atomic_file.hpp"
#include "src/cli/html_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ostream>

namespace heddle::cli {
namespace {

constexpr int label_width = 240, bar_width = 560, remark_width = 240, row_height = 26, top = 34;

constexpr std::string_view style = R"(
body { font: 14px system-ui, sans-serif; margin: 2em; color: #1b1f24; background: #fff; }
h1 { font-size: 18px; font-weight: 600; }
p { color: #57606a; }
.bar { fill: #8fb3d9; } .best { fill: #2f6fb0; } .bound { stroke: #b3392f; stroke-width: 2; }
.axis { stroke: #d0d7de; } .tick { fill: #57606a; font-size: 12px; }
@media (prefers-color-scheme: dark) {
  body { color: #e6edf3; background: #0d1117; } p, .tick { color: #8d96a0; fill: #8d96a0; }
  text { fill: #e6edf3; } .axis { stroke: #30363d; }
})";

/// The distance of marks on an axis up to `most`: 1, 2 or 5 times a power of ten, about five marks.
double tick_distance(double most)
{
  auto const power = std::pow(10, std::floor(std::log10(most / 5)));
  for (double const factor : {1.0, 2.0, 5.0}) {
    if (most <= 5.5 * factor * power) return factor * power;
  }
  return 10 * power;
}

class page {
 public:
  page(std::string_view title, std::vector<makespan_bar> const& bars) : title_{title}, bars_{bars}
  {
    for (auto const& bar : bars) most_ = std::max(most_, bar.makespan_seconds);
    best_ = most_;
    for (auto const& bar : bars) best_ = std::min(best_, bar.makespan_seconds);
  }

  void write(std::ostream& out) const
  {
    auto const height = top + row_height * static_cast<int>(bars_.size()) + 8;
    out << fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
      "<title>{0}</title>\n<style>{1}\n</style>\n<h1>{0}</h1>\n"
      "<p>Makespan in seconds; the red mark is the lower bound.</p>\n"
      "<svg width=\"{2}\" height=\"{3}\" viewBox=\"0 0 {2} {3}\" role=\"img\">\n",
      escaped(title_), style, label_width + bar_width + remark_width, height);
    if (most_ > 0) write_axis(out, height);
    for (std::size_t i = 0; i < bars_.size(); ++i) write_bar(out, i);
    out << "</svg>\n</html>\n";
  }

 private:
  [[nodiscard]] double x_of(double seconds) const
  {
    return label_width + (most_ > 0 ? seconds / most_ * bar_width : 0);
  }

  void write_axis(std::ostream& out, int height) const
  {
    auto const distance = tick_distance(most_);
    for (int i = 0; i * distance <= most_ * (1 + 1e-9); ++i) {
      auto const x = x_of(i * distance);
      out << fmt::format(
        "<line class=\"axis\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1}\" y2=\"{2}\"/>\n"
        "<text class=\"tick\" x=\"{0:.1f}\" y=\"{3}\" text-anchor=\"middle\">{4:g}</text>\n",
        x, top - 6, height - 4, top - 12, i * distance);
    }
  }

  void write_bar(std::ostream& out, std::size_t i) const
  {
    auto const& bar = bars_[i];
    int const y     = top + row_height * static_cast<int>(i);
    out << fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>\n", label_width - 8,
                       y + 16, escaped(bar.label));
    out << fmt::format(
      "<rect class=\"{}\" x=\"{}\" y=\"{}\" width=\"{:.1f}\" height=\"{}\">"
      "<title>{}: {:.6g} s</title></rect>\n",
      bar.makespan_seconds <= best_ ? "bar best" : "bar", label_width, y + 3,
      x_of(bar.makespan_seconds) - label_width, row_height - 8, escaped(bar.label),
      bar.makespan_seconds);
    if (bar.lower_bound_seconds > 0) {
      out << fmt::format(
        "<line class=\"bound\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1}\" y2=\"{2}\"/>\n",
        x_of(bar.lower_bound_seconds), y + 1, y + row_height - 3);
    }
    out << fmt::format("<text x=\"{:.1f}\" y=\"{}\">{:.4g} {}</text>\n",
                       x_of(bar.makespan_seconds) + 6, y + 16, bar.makespan_seconds,
                       escaped(bar.remark));
  }

  std::string_view title_;
  std::vector<makespan_bar> const& bars_;
  double most_ = 0;
  double best_ = 0;
};

}  // namespace

void write_bar_plot(std::filesystem::path const& path, std::string_view title,
                    std::vector<makespan_bar> const& bars)
{
  page const whole{title, bars};
  write_atomically(path, [&](std::ostream& out) { whole.write(out); });
}

}  // namespace heddle::cli
