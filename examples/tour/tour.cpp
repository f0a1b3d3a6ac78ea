// A tour of the C++ interface: every kind of task and stage, planned, run on this machine, and
// reported.
#include <heddle/heddle.hpp>

#include <cmath>
#include <cstdio>
#include <exception>
#include <functional>
#include <numeric>
#include <optional>
#include <string>

int main(int argc, char** argv)
try {
  using namespace heddle;
  std::string const report_file = argc > 1 ? argv[1] : "tour.html";
  std::size_t const n           = 1 << 22;

  buffer<double> x{n}, y{n};  // where their elements lie is heddle's business
  value<double> sum, root;    // small results are data items too
  workflow w{"tour"};

  // Edges follow from the declared accesses, in program order; .after() adds pure precedence.
  auto const fill_x = w.task("fill_x", write(x))
                        .cpu([](std::span<double> e) { std::iota(e.begin(), e.end(), 0.0); })
                        .cost(20ms);
  w.task("fill_y", write(y))
    .cpu([](std::span<double> e) {
      for (auto& v : e) v = 1;
    })
    .cost(20ms)
    .after(fill_x);

  w.for_each("axpy", {0, n}, read(x), read_write(y))
    .cpu([](range r, std::span<double const> a, std::span<double> b) {
      for (auto i = r.first; i < r.last; ++i) b[i] += 2 * a[i];
    })
    .cost(work{.flops = 2.0 * n, .bytes = 24.0 * n});

  w.reduce("sum", {0, n}, 0.0, std::plus<>{}, sum, read(y))
    .cpu([](range r, std::span<double const> e) {
      return std::accumulate(e.data() + r.first, e.data() + r.last, 0.0);
    })
    .cost(work{.flops = 1.0 * n, .bytes = 8.0 * n});

  std::size_t digits = 0;
  w.pipeline("digits", {.tokens = 8},
             [](token_control& t) -> std::optional<std::string> {
               if (t.index() == 1000) return std::nullopt;  // the end of the input
               return std::to_string(t.index());
             })
    .parallel("measure", [](std::string const& s) { return s.size(); })
    .serial("add", [&](std::size_t size) { digits += size; })
    .cost(1ms);

  w.speculate("root", read(sum), write(root))  // the first `true` commits its own copy of `root`
    .alternative("newton",
                 [](std::stop_token, double const& s, double& r) {
                   r = std::sqrt(s);
                   return std::isfinite(r);
                 })
    .alternative("bisect",
                 [](std::stop_token stop, double const& s, double& r) {
                   for (double lo = 0, hi = s; hi - lo > 1e-9 * s; (r * r < s ? lo : hi) = r) {
                     if (stop.stop_requested()) return false;
                     r = (lo + hi) / 2;
                   }
                   return true;
                 })
    .cost(1ms);

  auto const here = machine::discover();
  auto const s    = plan(w, here, {.algorithm = "auto", .time_limit = 200ms, .seed = 1});
  engine e{here};
  auto const result = e.start(w, s, {.keep_going = true}).wait();
  if (result.error) std::rethrow_exception(result.error);
  result.write_html(report_file);
  std::printf("%.3f s, planned %.3f s, gap %.1f %%, root %g, %zu digits; report: %s\n",
              result.makespan_seconds, s.makespan_seconds, 100 * s.gap, root.get(), digits,
              report_file.c_str());
} catch (std::exception const& e) {
  std::fprintf(stderr, "tour: %s\n", e.what());
  return 1;
}
