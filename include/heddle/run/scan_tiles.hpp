/// @file
/// The tiles of a scan, and how they learn of each other. Users have no need of it.
#pragma once

#include <heddle/run/executor.hpp>
#include <heddle/run/task_group.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <optional>
#include <span>
#include <thread>
#include <utility>
#include <vector>

namespace heddle::detail {

enum class scan_kind { inclusive, exclusive };

/// One scan. Tiles are claimed in order, so that those before a tile are done or under way, and it
/// is safe to wait for them.
///
/// A tile is folded and scanned in a few lanes at once, each a contiguous part of it, since one
/// chain of dependent operations would leave the processor idle most of the time.
template <scan_kind Kind, class T, class U, class Op>
class scan_of {
 public:
  scan_of(std::span<T const> from, std::span<U> to, U init, Op& op)
    : from_{from}, to_{to}, init_{std::move(init)}, op_{op}
  {
  }

  void run(executor& e)
  {
    auto const num_tiles = (from_.size() + tile_size - 1) / tile_size;
    if (num_tiles == 0) return;
    if (num_tiles < least_tiles || e.num_threads() == 0) return run_alone();
    tiles_ = std::vector<tile>(num_tiles);
    task_group others{e};
    auto const helpers =
      std::min<std::size_t>(static_cast<std::size_t>(e.num_threads()), num_tiles / least_tiles);
    for (std::size_t h = 0; h < helpers; ++h) others.add([this] { do_tiles(); });
    do_tiles_or_stop();
    others.wait();
    if (error_) std::rethrow_exception(error_);
  }

 private:
  static constexpr std::size_t tile_size   = 4096;
  static constexpr std::size_t least_tiles = 8;  ///< worth another thread
  static constexpr std::size_t num_lanes   = 4;

  enum class known { nothing, own, all, failed };

  struct alignas(64) tile {
    std::atomic<known> what{known::nothing};
    std::optional<U> own{};  ///< the fold of the tile; written before `what` says so
    std::optional<U> all{};  ///< with that of all before
  };

  void run_alone()
  {
    U before = init_;
    for (std::size_t first = 0; first < from_.size(); first += tile_size) {
      auto const part  = tile_at(first);
      auto const lanes = fold(part);
      U all            = op_(before, total(lanes));
      scan(part, first, lanes, std::move(before));
      before = std::move(all);
    }
  }

  [[nodiscard]] std::span<T const> tile_at(std::size_t first) const
  {
    return from_.subspan(first, std::min(tile_size, from_.size() - first));
  }

  void do_tiles_or_stop()
  {
    try {
      do_tiles();
    } catch (...) {
      error_ = std::current_exception();
    }
  }

  /// After a failure no tile is begun, and those under way do not wait for ever.
  struct tile_before_failed {};

  void do_tiles()
  {
    for (auto t = next_.fetch_add(1, std::memory_order_relaxed); t < tiles_.size();
         t      = next_.fetch_add(1, std::memory_order_relaxed)) {
      try {
        do_tile(t);
      } catch (tile_before_failed) {
        return tiles_[t].what.store(known::failed, std::memory_order_release);
      } catch (...) {
        tiles_[t].what.store(known::failed, std::memory_order_release);
        throw;
      }
    }
  }

  void do_tile(std::size_t t)
  {
    auto const part  = tile_at(t * tile_size);
    auto const lanes = fold(part);
    auto& self       = tiles_[t];
    self.own         = total(lanes);
    if (t > 0) self.what.store(known::own, std::memory_order_release);
    U before = t == 0 ? init_ : look_back(t);
    self.all = op_(before, *self.own);
    self.what.store(known::all, std::memory_order_release);
    scan(part, t * tile_size, lanes, std::move(before));
  }

  /// The fold of all before tile `t`.
  U look_back(std::size_t t)
  {
    auto const& last = tiles_[t - 1];
    auto what        = wait_for(last);
    U sum            = what == known::all ? *last.all : *last.own;
    for (auto before = t - 1; what != known::all;) {
      auto const& there = tiles_[--before];
      what              = wait_for(there);
      sum               = op_(what == known::all ? *there.all : *there.own, std::move(sum));
    }
    return sum;
  }

  /// Its thread is at it, for it was claimed before.
  static known wait_for(tile const& there)
  {
    constexpr int most_spins = 1000;
    for (int spins = 0;; ++spins) {
      auto const what = there.what.load(std::memory_order_acquire);
      if (what == known::failed) throw tile_before_failed{};
      if (what != known::nothing) return what;
      if (spins > most_spins) std::this_thread::yield();
    }
  }

  /// The fold of each lane; the last also has what the division leaves over. A tile of few elements
  /// is all in the last.
  struct lane_folds {
    std::size_t size;  ///< of a lane
    std::array<std::optional<U>, num_lanes> of{};
  };

  lane_folds fold(std::span<T const> part)
  {
    lane_folds folds{part.size() / num_lanes};
    auto const n = folds.size;
    if (n > 0) {
      U a = part[0], b = part[n], c = part[2 * n], d = part[3 * n];
      for (std::size_t i = 1; i < n; ++i) {
        a = op_(std::move(a), part[i]);
        b = op_(std::move(b), part[n + i]);
        c = op_(std::move(c), part[2 * n + i]);
        d = op_(std::move(d), part[3 * n + i]);
      }
      folds.of = {std::move(a), std::move(b), std::move(c), std::move(d)};
    }
    for (auto const& rest : part.subspan(num_lanes * n)) {
      auto& last = folds.of[3];
      last       = last ? op_(std::move(*last), rest) : U(rest);
    }
    return folds;
  }

  U total(lane_folds const& lanes)
  {
    auto const& of = lanes.of;
    return lanes.size == 0 ? *of[3] : op_(op_(*of[0], *of[1]), op_(*of[2], *of[3]));
  }

  /// Writes the tile; `before` is the fold of all before it.
  void scan(std::span<T const> part, std::size_t first, lane_folds const& lanes, U before)
  {
    auto const to = to_.subspan(first, part.size());
    auto const n  = lanes.size;
    if (n > 0) {
      U b = op_(before, *lanes.of[0]);
      U c = op_(b, *lanes.of[1]);
      U d = op_(c, *lanes.of[2]);
      for (std::size_t i = 0; i < n; ++i) {
        step(part, to, i, before);
        step(part, to, n + i, b);
        step(part, to, 2 * n + i, c);
        step(part, to, 3 * n + i, d);
      }
      before = std::move(d);
    }
    for (auto i = num_lanes * n; i < part.size(); ++i) step(part, to, i, before);
  }

  /// Writes one element, and adds it to the fold of all before.
  void step(std::span<T const> part, std::span<U> to, std::size_t i, U& before)
  {
    U with = op_(before, part[i]);
    if constexpr (Kind == scan_kind::inclusive) {
      to[i] = with;
    } else {
      to[i] = std::move(before);
    }
    before = std::move(with);
  }

  std::span<T const> from_;
  std::span<U> to_;
  U init_;
  Op& op_;
  std::vector<tile> tiles_{};
  std::atomic<std::size_t> next_{0};
  std::exception_ptr error_{};
};

}  // namespace heddle::detail
