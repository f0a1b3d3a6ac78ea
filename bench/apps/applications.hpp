/// @file
/// Applications whose work is loops, written once for all peers.
///
/// Each has a name, counts things, and `run(on)`, which computes `result()` anew by
/// `on.for_each(count, load, body)`: it calls body(i) for all i < count, maybe at once.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <random>
#include <vector>

namespace heddle::bench {

/// Whether all calls of a body take about as long as each other.
enum class load { even, uneven };

/// Prices of European call options.
///
/// F. Black, M. Scholes: The pricing of options and corporate liabilities, 1973.
class black_scholes {
 public:
  static constexpr auto name        = "black_scholes";
  static constexpr auto things      = "options";
  static constexpr std::size_t size = 200'000;
  static constexpr std::size_t work = size;

  black_scholes() : options_(size), prices_(size)
  {
    std::mt19937 random{1};
    auto const between = [&](double low, double high) {
      return low + (high - low) * 0x1p-32 * static_cast<double>(random());
    };
    for (auto& o : options_) {
      o = {between(50, 150), between(50, 150), between(0.1, 2), between(0.1, 0.5)};
    }
  }

  template <class Peer>
  void run(Peer& on)
  {
    on.for_each(size, load::even, [this](std::size_t i) { prices_[i] = price_of(options_[i]); });
  }
  [[nodiscard]] std::vector<double> const& result() const { return prices_; }

 private:
  struct option {
    double spot, strike, years, volatility;
  };

  static double normal(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }
  static double price_of(option const& o)
  {
    constexpr double rate  = 0.03;
    double const deviation = o.volatility * std::sqrt(o.years);
    double const d =
      (std::log(o.spot / o.strike) + (rate + o.volatility * o.volatility / 2) * o.years) /
      deviation;
    return o.spot * normal(d) - o.strike * std::exp(-rate * o.years) * normal(d - deviation);
  }

  std::vector<option> options_;
  std::vector<double> prices_;
};

/// After how many steps a point leaves the disc of radius 2; row by row, of which those through the
/// middle take the longest.
class mandelbrot {
 public:
  static constexpr auto name        = "mandelbrot";
  static constexpr auto things      = "pixels";
  static constexpr std::size_t size = 512;  ///< of a side
  static constexpr std::size_t work = size * size;

  template <class Peer>
  void run(Peer& on)
  {
    on.for_each(size, load::uneven, [this](std::size_t row) {
      for (std::size_t column = 0; column < size; ++column) {
        steps_[row * size + column] = steps_of(-2 + 2.5 * static_cast<double>(column) / size,
                                               -1.25 + 2.5 * static_cast<double>(row) / size);
      }
    });
  }
  [[nodiscard]] std::vector<double> const& result() const { return steps_; }

 private:
  static int steps_of(double x, double y)
  {
    constexpr int most = 256;
    double re = 0, im = 0;
    int steps = 0;
    for (; steps < most && re * re + im * im <= 4; ++steps) {
      double const next = re * re - im * im + x;
      im                = 2 * re * im + y;
      re                = next;
    }
    return steps;
  }

  std::vector<double> steps_ = std::vector<double>(work);
};

/// The product of two square matrices, by tiles of the result.
class matrix_product {
 public:
  static constexpr auto name        = "matrix_product";
  static constexpr auto things      = "multiply-adds";
  static constexpr std::size_t size = 384;  ///< of a side
  static constexpr std::size_t work = size * size * size;

  matrix_product() : a_(size * size), b_(size * size), c_(size * size)
  {
    std::mt19937 random{1};
    for (auto& v : a_) v = 0x1p-32 * static_cast<double>(random());
    for (auto& v : b_) v = 0x1p-32 * static_cast<double>(random());
  }

  template <class Peer>
  void run(Peer& on)
  {
    constexpr std::size_t tiles = size / tile;  // of a side
    on.for_each(tiles * tiles, load::even,
                [this](std::size_t t) { multiply(t / tiles * tile, t % tiles * tile); });
  }
  [[nodiscard]] std::vector<double> const& result() const { return c_; }

 private:
  static constexpr std::size_t tile = 32;

  void multiply(std::size_t row, std::size_t column)
  {
    for (std::size_t i = row; i < row + tile; ++i) std::fill_n(&c_[i * size + column], tile, 0.0);
    for (std::size_t middle = 0; middle < size; middle += tile) add_product(row, middle, column);
  }
  void add_product(std::size_t row, std::size_t middle, std::size_t column)
  {
    for (std::size_t i = row; i < row + tile; ++i) {
      auto* const c = &c_[i * size + column];
      for (std::size_t k = middle; k < middle + tile; ++k) {
        auto const* const b = &b_[k * size + column];
        auto const a        = a_[i * size + k];
        for (std::size_t j = 0; j < tile; ++j) c[j] += a * b[j];
      }
    }
  }

  std::vector<double> a_;
  std::vector<double> b_;
  std::vector<double> c_;
};

/// Steps of the heat equation on a square: each point inside becomes the mean of its neighbours and
/// of itself. A loop over rows each step.
class stencil {
 public:
  static constexpr auto name         = "stencil_2d";
  static constexpr auto things       = "points";
  static constexpr std::size_t size  = 1024;  ///< of a side
  static constexpr std::size_t steps = 20;
  static constexpr std::size_t work  = (size - 2) * (size - 2) * steps;

  stencil() : initial_(size * size)
  {
    std::mt19937 random{1};
    for (auto& v : initial_) v = 0x1p-32 * static_cast<double>(random());
    even_ = odd_ = initial_;  // whose edges stay
  }

  template <class Peer>
  void run(Peer& on)
  {
    do_step(on, initial_, odd_);
    for (std::size_t s = 1; s < steps; ++s) {
      if (s % 2 == 1) {
        do_step(on, odd_, even_);
      } else {
        do_step(on, even_, odd_);
      }
    }
  }
  [[nodiscard]] std::vector<double> const& result() const { return steps % 2 == 0 ? even_ : odd_; }

 private:
  template <class Peer>
  static void do_step(Peer& on, std::vector<double> const& from, std::vector<double>& to)
  {
    on.for_each(size - 2, load::even,
                [&](std::size_t r) { do_row(&from[(r + 1) * size], &to[(r + 1) * size]); });
  }
  static void do_row(double const* from, double* to)
  {
    auto const *above = from - size, *below = from + size;
    for (std::size_t c = 1; c < size - 1; ++c) {
      to[c] = 0.2 * (from[c - 1] + from[c] + from[c + 1] + above[c] + below[c]);
    }
  }

  std::vector<double> initial_;
  std::vector<double> even_{};
  std::vector<double> odd_{};
};

}  // namespace heddle::bench
