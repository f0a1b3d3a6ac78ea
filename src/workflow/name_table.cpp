#include "src/workflow/name_table.hpp"

#include <functional>

namespace heddle {
namespace {

std::uint64_t hash_of(std::string_view name)
{
  return std::hash<std::string_view>{}(name);
}

std::uint32_t tag_of(std::uint64_t hash)
{
  return static_cast<std::uint32_t>(hash >> 32);
}

}  // namespace

auto name_table::find_slot(std::string_view name, std::uint64_t hash) const -> slot const&
{
  auto const mask = slots_.size() - 1;
  auto at         = static_cast<std::size_t>(hash) & mask;
  while (slots_[at].id >= 0 &&
         (slots_[at].tag != tag_of(hash) || this->name(slots_[at].id) != name)) {
    at = (at + 1) & mask;
  }
  return slots_[at];
}

auto name_table::add(std::string_view name) -> place
{
  auto const hash = hash_of(name);
  auto& found     = const_cast<slot&>(find_slot(name, hash));
  if (found.id >= 0) return {found.id, false};
  auto const id = static_cast<std::int32_t>(names_.size());
  found         = {tag_of(hash), id};
  names_.push_back(name);
  if (names_.size() * 3 > slots_.size() * 2) grow();
  return {id, true};
}

std::optional<std::int32_t> name_table::find(std::string_view name) const
{
  auto const& found = find_slot(name, hash_of(name));
  return found.id >= 0 ? std::optional{found.id} : std::nullopt;
}

void name_table::grow()
{
  slots_          = std::vector<slot>(slots_.size() * 2);
  auto const mask = slots_.size() - 1;
  for (std::size_t id = 0; id < names_.size(); ++id) {
    auto const hash = hash_of(names_[id]);
    auto at         = static_cast<std::size_t>(hash) & mask;
    while (slots_[at].id >= 0) at = (at + 1) & mask;
    slots_[at] = {tag_of(hash), static_cast<std::int32_t>(id)};
  }
}

}  // namespace heddle
