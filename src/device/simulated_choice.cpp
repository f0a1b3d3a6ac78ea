#include "src/device/simulated_choice.hpp"

#include <limits>

namespace heddle {
namespace {

/// Scatters neighbouring numbers (the finalizer of Steele, Lea, Flood: Fast splittable pseudorandom
/// number generators, OOPSLA 2014).
std::uint64_t scattered(std::uint64_t x) noexcept
{
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

}  // namespace

simulated_choice::simulated_choice(std::uint64_t seed) : random_{seed}
{
  change_pace();
}

std::size_t simulated_choice::operations()
{
  if (pace_ == pace::lazy) return 0;
  return pace_ == pace::eager ? below(4) : below(8) / 7;
}

std::size_t simulated_choice::pick(std::span<simulated_candidate const> candidates)
{
  if (remaining_ == 0) change_mood(candidates);
  --remaining_;
  std::size_t best = 0;
  auto best_key    = std::numeric_limits<std::uint64_t>::max();
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (auto const k = key(candidates[i]); k < best_key) {
      best     = i;
      best_key = k;
    }
  }
  return best;
}

void simulated_choice::change_mood(std::span<simulated_candidate const> candidates)
{
  auto const moods = static_cast<std::size_t>(mood::work_last) + 1;
  mood_            = below(8) != 0 ? mood::contested_last : static_cast<mood>(below(moods));
  remaining_       = 1 + below(200);
  victim_          = candidates[below(candidates.size())].stream;
  salt_            = random_();
  change_pace();
}

/// Lazy mostly: what has run already meets no other operation any more.
void simulated_choice::change_pace()
{
  auto const n = below(32);
  pace_        = n == 0 ? pace::eager : n == 1 ? pace::slow : pace::lazy;
}

/// The candidate with the least key is to run.
std::uint64_t simulated_choice::key(simulated_candidate const& c)
{
  auto const random = random_() >> 1;
  auto const last   = [&](bool is_last) { return is_last ? ~random : random; };
  switch (mood_) {
    case mood::contested_last:
      return last(c.is_contested);
    case mood::starve:
      return last(c.stream == victim_);
    case mood::rank:
      return scattered(c.stream ^ salt_);
    case mood::newest:
      return ~c.number;
    case mood::oldest:
      return c.number;
    case mood::copies_last:
      return last(c.is_copy);
    case mood::work_last:
      return last(!c.is_copy);
    case mood::uniform:
      break;
  }
  return random;
}

}  // namespace heddle
