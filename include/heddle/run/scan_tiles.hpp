/// @file
/// The tiles of a scan, and how they learn of each other. Users have no need of it.
#pragma once

#include <heddle/run/executor.hpp>
#include <heddle/run/streaming_stores.hpp>
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
/// Elements are folded and scanned in blocks of a few lanes at once, each contiguous, since one
/// chain of dependent operations would leave the processor idle most of the time. Blocks that are
/// written are small, for memory likes to be written from one end to the other.
template <scan_kind Kind, class T, class U, class Op>
class scan_of {
 public:
  scan_of(std::span<T const> from, std::span<U> to, U init, Op& op)
    : from_{from}, to_{to}, init_{std::move(init)}, op_{op}, is_streamed_{is_worth_streaming()}
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
  static constexpr std::size_t tile_size      = 4096;
  static constexpr std::size_t least_tiles    = 8;  ///< worth another thread
  static constexpr std::size_t num_lanes      = 4;
  static constexpr std::size_t lane           = 8;  ///< elements; a cache line where written too
  static constexpr std::size_t blocks_ahead   = 6;  ///< of a write, to ask for the memory
  static constexpr std::size_t fold_lane      = tile_size / 8;  ///< where only read: four streams
  static constexpr std::size_t least_streamed = std::size_t{64} << 20;  ///< bytes

  enum class known { nothing, own, all, failed };

  struct alignas(64) tile {
    std::atomic<known> what{known::nothing};
    std::optional<U> own{};  ///< the fold of the tile; written before `what` says so
    std::optional<U> all{};  ///< with that of all before
  };

  void run_alone()
  {
    streaming const here;
    scan(from_, to_, init_);
  }

  /// Whether the results are too many to be kept by the caches. Those that replace the elements are
  /// there already when they are written.
  [[nodiscard]] bool is_worth_streaming() const
  {
    auto const* const from = static_cast<void const*>(from_.data());
    return can_stream<U> && from_.size() * sizeof(U) >= least_streamed && from != to_.data();
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
    streaming const here;
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
    auto const part = tile_at(t * tile_size);
    auto& self      = tiles_[t];
    self.own        = fold(part);
    if (t > 0) self.what.store(known::own, std::memory_order_release);
    U before = t == 0 ? init_ : look_back(t);
    self.all = op_(before, *self.own);
    self.what.store(known::all, std::memory_order_release);
    scan(part, to_.subspan(t * tile_size, part.size()), std::move(before));
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

  /// The folds of the four lanes of the block at `first`, of `Lane` elements each.
  template <std::size_t Lane>
  std::array<U, num_lanes> fold_lanes(std::span<T const> part, std::size_t first)
  {
    auto const* const x = part.data() + first;
    U a = x[0], b = x[Lane], c = x[2 * Lane], d = x[3 * Lane];
    for (std::size_t i = 1; i < Lane; ++i) {
      a = op_(std::move(a), x[i]);
      b = op_(std::move(b), x[Lane + i]);
      c = op_(std::move(c), x[2 * Lane + i]);
      d = op_(std::move(d), x[3 * Lane + i]);
    }
    return {std::move(a), std::move(b), std::move(c), std::move(d)};
  }

  /// Of a part that is not empty.
  U fold(std::span<T const> part)
  {
    constexpr auto block = num_lanes * fold_lane;
    std::size_t i        = 0;
    auto const total     = [&] {
      auto const of = fold_lanes<fold_lane>(part, i);
      return op_(op_(of[0], of[1]), op_(of[2], of[3]));
    };
    bool const is_small = part.size() < block;
    U sum               = is_small ? U(part[0]) : total();
    for (i = is_small ? 1 : block; i + block <= part.size(); i += block) {
      sum = op_(std::move(sum), total());
    }
    for (; i < part.size(); ++i) sum = op_(std::move(sum), part[i]);
    return sum;
  }

  /// `before` is the fold of all before the part.
  void scan(std::span<T const> part, std::span<U> to, U before)
  {
    constexpr auto block = num_lanes * lane;
    std::size_t first    = 0;
    if constexpr (can_stream<U>) {
      if (is_streamed_) first = scan_lines(part, to, before);
    }
    for (; first + block <= part.size(); first += block) {
      call_for(to, first + blocks_ahead * block);
      scan_block(part.subspan(first, block), to.subspan(first, block), before);
    }
    for (auto i = first; i < part.size(); ++i) step(part, to, i, before);
  }

  /// Up to the last whole block, past the caches; where that ends. A block leaves when the next one
  /// is made: its elements are in the cache by then, so that one store may take several.
  std::size_t scan_lines(std::span<T const> part, std::span<U> to, U& before)
  {
    constexpr auto block = num_lanes * lane;
    alignas(cache_line) std::array<std::array<U, block>, 2> made;
    auto const begin = std::min(elements_to_line(to.data()), part.size());
    for (std::size_t i = 0; i < begin; ++i) step(part, to, i, before);
    auto end                 = begin;
    std::size_t turn         = 0;
    auto const send_last_one = [&] {
      if (end > begin)
        stream_lines(to.data() + end - block, std::span<U const, block>{made[turn ^ 1]});
    };
    for (; end + block <= part.size(); end += block, turn ^= 1) {
      scan_block(part.subspan(end, block), made[turn], before);
      send_last_one();
    }
    send_last_one();
    return end;
  }

  /// One block, all lanes at once.
  void scan_block(std::span<T const> part, std::span<U> to, U& before)
  {
    auto const of = fold_lanes<lane>(part, 0);
    U a           = std::move(before);
    U b           = op_(a, of[0]);
    U c           = op_(b, of[1]);
    U d           = op_(c, of[2]);
    before        = op_(d, of[3]);
    for (std::size_t i = 0; i < lane; ++i) {
      step(part, to, i, a);
      step(part, to, lane + i, b);
      step(part, to, 2 * lane + i, c);
      step(part, to, 3 * lane + i, d);
    }
  }

  /// Asks for the memory of the block at `first` before it is written: four lines at a time, one
  /// of each lane, are more than the processor foresees.
  static void call_for(std::span<U> to, std::size_t first)
  {
    if (first + num_lanes * lane > to.size()) return;
    for (std::size_t l = 0; l < num_lanes; ++l) {
      __builtin_prefetch(to.data() + first + l * lane, 1);
    }
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
  bool is_streamed_;
  std::vector<tile> tiles_{};
  std::atomic<std::size_t> next_{0};
  std::exception_ptr error_{};
};

}  // namespace heddle::detail
