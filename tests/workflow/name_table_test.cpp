#include "src/workflow/name_table.hpp"

#include "src/workflow/transposed_lists.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <map>
#include <random>

namespace heddle {
namespace {

using ::testing::ElementsAre;

/// Names of all lengths around the widths in which they are compared and hashed, many of them alike
/// but for one byte.
std::vector<std::string> awkward_names()
{
  std::vector<std::string> names{""};
  for (std::size_t length = 1; length <= 50; ++length) {
    std::string const plain(length, 'a');
    names.push_back(plain);
    for (std::size_t at = 0; at < length; ++at) {
      auto changed = plain;
      changed[at]  = 'b';
      names.push_back(changed);
    }
  }
  return names;
}

TEST(NameTable, NumbersNamesInTheOrderInWhichTheyCome)
{
  auto const names = awkward_names();
  name_table table;
  for (std::size_t i = 0; i < names.size(); ++i) {
    auto const [id, is_new] = table.add(names[i]);
    ASSERT_TRUE(is_new) << names[i];
    ASSERT_EQ(id, static_cast<std::int32_t>(i));
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    ASSERT_EQ(table.find(names[i]), static_cast<std::int32_t>(i)) << names[i];
    ASSERT_EQ(table.name(static_cast<std::int32_t>(i)), names[i]);
    ASSERT_FALSE(table.add(names[i]).is_new);
  }
  EXPECT_EQ(table.size(), names.size());
  EXPECT_EQ(table.find("not there"), std::nullopt);
}

TEST(NameTable, EqualsAMapOverManyRandomNames)
{
  std::mt19937_64 random{1};
  name_table table;
  std::map<std::string, std::int32_t> expected;
  std::vector<std::string> names;
  for (int i = 0; i < 20000; ++i)
    names.push_back(fmt::format("{:x}", random() % 9000 << random() % 60));
  std::vector<std::string_view> const views{names.begin(), names.end()};
  std::vector<std::int32_t> ids;
  table.add_all(views, ids);
  for (std::size_t i = 0; i < names.size(); ++i) {
    auto const next = static_cast<std::int32_t>(expected.size());
    ASSERT_EQ(ids[i], expected.try_emplace(names[i], next).first->second) << names[i];
  }
  EXPECT_EQ(table.size(), expected.size());
}

/// So many names that some pairs have the same 32-bit hash; they differ only in the middle.
TEST(NameTable, TellsNamesOfOneHashApart)
{
  constexpr std::int32_t count = 400000;
  name_table table;
  for (std::int32_t i = 0; i < count; ++i) {
    auto const [id, is_new] = table.add(fmt::format("the same start {:08} the same end", i));
    ASSERT_TRUE(is_new);
    ASSERT_EQ(id, i);
  }
}

TEST(TransposedLists, ShowWhoListsWhom)
{
  std::vector<std::vector<task_id>> const children{{1, 2, 2}, {2}, {}};
  transposed_lists const parents{3, [&](std::size_t t) { return children[t]; }};
  EXPECT_EQ(parents.size(), 4U);
  EXPECT_THAT(parents.of(0), ElementsAre());
  EXPECT_THAT(parents.of(1), ElementsAre(0));
  EXPECT_THAT(parents.of(2), ElementsAre(0, 0, 1));
}

}  // namespace
}  // namespace heddle
