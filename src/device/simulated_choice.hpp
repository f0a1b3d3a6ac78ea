/// @file
/// Who runs next: an adversary.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>

namespace heddle {

/// A stream whose first operation can run.
struct simulated_candidate {
  std::uint64_t stream;
  std::uint64_t number;  ///< of the operation
  bool is_copy;
  bool is_contested;  ///< some other one touches the same memory and does not wait for it
};

/// Chooses between streams that no event ties, by seed.
///
/// It has a mood at a time, for up to some hundred choices: each mood is one unfavourable, but
/// legal, behaviour of a device. Not thread-safe.
class simulated_choice {
 public:
  explicit simulated_choice(std::uint64_t seed);

  /// How many operations run while the host makes one call.
  [[nodiscard]] std::size_t operations();

  /// @param candidates [>= 1], in the same order at every run of a program
  /// @return the position of the one to run
  [[nodiscard]] std::size_t pick(std::span<simulated_candidate const> candidates);

 private:
  enum class mood { contested_last, uniform, starve, rank, newest, oldest, copies_last, work_last };
  enum class pace { lazy, slow, eager };  // of what runs before the host waits

  void change_mood(std::span<simulated_candidate const> candidates);
  void change_pace();
  [[nodiscard]] std::uint64_t key(simulated_candidate const& c);
  [[nodiscard]] std::size_t below(std::size_t end) { return random_() % end; }

  std::mt19937_64 random_;
  mood mood_             = mood::uniform;
  pace pace_             = pace::lazy;
  std::size_t remaining_ = 0;  // choices until the mood changes
  std::uint64_t victim_  = 0;  // the stream to starve
  std::uint64_t salt_    = 0;  // of the ranks
};

}  // namespace heddle
