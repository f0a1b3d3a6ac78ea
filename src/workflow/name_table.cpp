#include "src/workflow/name_table.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <random>

namespace heddle {
namespace {

template <class Word>
std::uint64_t load(char const* from)
{
  Word word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

/// The first and the last bytes of a name, overlapping where it is short: with its length they say
/// all of a name of at most 16 bytes.
struct name_ends {
  std::uint64_t first = 0;
  std::uint64_t last  = 0;

  friend bool operator==(name_ends const&, name_ends const&) = default;
};
constexpr std::size_t covered_by_ends = 16;

name_ends ends_of(std::string_view name)
{
  auto const* const begin = name.data();
  auto const size         = name.size();
  if (size >= 8) return {load<std::uint64_t>(begin), load<std::uint64_t>(begin + size - 8)};
  if (size >= 4) return {load<std::uint32_t>(begin), load<std::uint32_t>(begin + size - 4)};
  if (size == 0) return {};
  return {load<std::uint8_t>(begin) << 8 | load<std::uint8_t>(begin + size / 2),
          load<std::uint8_t>(begin + size - 1)};
}

bool same(std::string_view a, std::string_view b)
{
  if (a.size() != b.size()) return false;
  return a.size() <= covered_by_ends ? ends_of(a) == ends_of(b) : a == b;
}

/// Both halves of a product depend on all bits of both factors: "folded multiplication".
std::uint64_t fold(std::uint64_t a, std::uint64_t b)
{
  __extension__ using wide = unsigned __int128;
  auto const product       = static_cast<wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

std::uint64_t random_seed()
{
  static std::uint64_t const seed = [] {
    std::random_device device;
    return static_cast<std::uint64_t>(device()) << 32 | device();
  }();
  return seed;
}

}  // namespace

name_table::name_table() : seed_{random_seed()} {}

std::uint32_t name_table::hash_of(std::string_view name) const
{
  constexpr std::uint64_t odd_bits = 0x9e3779b97f4a7c15;  // 2^64 / golden ratio
  auto hash                        = seed_ ^ name.size() * odd_bits;
  auto rest                        = name;
  for (; rest.size() > covered_by_ends; rest.remove_prefix(covered_by_ends)) {
    auto const [first, second] = ends_of(rest.substr(0, covered_by_ends));
    hash                       = fold(first ^ odd_bits, second ^ hash);
  }
  auto const [first, last] = ends_of(rest);
  return static_cast<std::uint32_t>(fold(first ^ hash, last ^ seed_ ^ odd_bits));
}

auto name_table::find_slot(std::string_view name, std::uint32_t hash) const -> slot const&
{
  auto const mask = slots_.size() - 1;
  auto at         = hash & mask;
  while (slots_[at].id >= 0 && (slots_[at].hash != hash || !same(this->name(slots_[at].id), name)))
    at = (at + 1) & mask;
  return slots_[at];
}

auto name_table::add(std::string_view name, std::uint32_t hash) -> place
{
  auto& found = const_cast<slot&>(find_slot(name, hash));
  if (found.id >= 0) return {found.id, false};
  auto const id = static_cast<std::int32_t>(size());
  found         = {hash, id};
  text_ += name;
  begin_.push_back(text_.size());
  if (size() * 2 > slots_.size()) grow();
  return {id, true};
}

/// Starts to bring what `add` looks at first into the cache: a slot, then where the name in it
/// stands, then the name. No branch depends on what is still on its way.
void name_table::prefetch(std::span<std::uint32_t const> hashes) const
{
  auto const slot_of = [&](std::uint32_t hash) { return &slots_[hash & (slots_.size() - 1)]; };
  auto const id_at   = [&](std::uint32_t hash) {
    return static_cast<std::size_t>(std::max(slot_of(hash)->id, 0));
  };
  for (auto const hash : hashes) __builtin_prefetch(slot_of(hash));
  for (auto const hash : hashes) __builtin_prefetch(&begin_[id_at(hash)]);
  for (auto const hash : hashes) __builtin_prefetch(text_.data() + begin_[id_at(hash)]);
}

void name_table::add_all(std::span<std::string_view const> names, std::vector<std::int32_t>& ids)
{
  constexpr std::size_t most_at_once = 64;
  std::array<std::uint32_t, most_at_once> hashes;
  while (!names.empty()) {
    auto const some = names.first(std::min(names.size(), most_at_once));
    std::ranges::transform(some, hashes.begin(), [this](auto name) { return hash_of(name); });
    prefetch(std::span{hashes}.first(some.size()));
    for (std::size_t i = 0; i < some.size(); ++i) ids.push_back(add(some[i], hashes[i]).id);
    names = names.subspan(some.size());
  }
}

std::optional<std::int32_t> name_table::find(std::string_view name) const
{
  auto const& found = find_slot(name, hash_of(name));
  return found.id >= 0 ? std::optional{found.id} : std::nullopt;
}

void name_table::grow()
{
  std::vector<slot> const old = std::move(slots_);
  slots_                      = std::vector<slot>(old.size() * 2);
  auto const mask             = slots_.size() - 1;
  for (auto const& s : old) {
    if (s.id < 0) continue;
    auto at = s.hash & mask;
    while (slots_[at].id >= 0) at = (at + 1) & mask;
    slots_[at] = s;
  }
}

}  // namespace heddle
