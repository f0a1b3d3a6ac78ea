#include "src/workflow/name_stream.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace heddle {
namespace {

/// Names of lists with three elements, of which one is new, one shared by all, one seen before.
std::vector<std::string> names_of_lists(std::size_t num_lists)
{
  std::vector<std::string> names;
  for (std::size_t list = 0; list < num_lists; ++list) {
    for (auto name :
         {fmt::format("n{}", list), std::string{"shared"}, fmt::format("n{}", list / 2)})
      names.push_back(std::move(name));
  }
  return names;
}

/// Fewer names than fill a batch, and enough for many batches beside each other.
class NameStream : public ::testing::TestWithParam<std::size_t> {};

TEST_P(NameStream, KeepsTheNumbersOfItsListsInOrder)
{
  auto const names = names_of_lists(GetParam());
  name_table table;
  name_table other_table;
  name_resolver resolver;
  name_stream stream{table, resolver};
  name_stream same_table{table, resolver};
  name_stream other{other_table, resolver};
  for (std::size_t i = 0; i < names.size(); ++i) {
    stream.push(names[i]);
    same_table.push(names[names.size() - 1 - i]);
    other.push(names[i]);
  }
  EXPECT_EQ(stream.size(), names.size());
  resolver.finish();
  for (auto* s : {&stream, &same_table, &other}) s->flush();
  for (std::uint32_t i = 0; i < names.size(); ++i) {
    ASSERT_EQ(table.name(stream.ids({i, i + 1}).front()), names[i]) << i;
    ASSERT_EQ(table.name(same_table.ids()[i]), names[names.size() - 1 - i]) << i;
    ASSERT_EQ(other_table.name(other.ids()[i]), names[i]) << i;
  }
  EXPECT_EQ(table.size(), GetParam() + 1);
  EXPECT_EQ(other_table.size(), GetParam() + 1);
}

TEST_P(NameStream, CanBeFinishedTwice)
{
  auto const names = names_of_lists(GetParam());
  name_table table;
  name_resolver resolver;
  name_stream stream{table, resolver};
  for (int round = 0; round < 2; ++round) {
    for (auto const& name : names) stream.push(name);
    resolver.finish();
    stream.flush();
  }
  ASSERT_EQ(stream.ids().size(), 2 * names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    ASSERT_EQ(stream.ids()[i], stream.ids()[i + names.size()]);
  }
}

/// In the order that a reader must keep: the resolver ends before what it writes to.
struct small_reader {
  name_table table{};
  name_stream stream{table, resolver};
  name_resolver resolver{};
};

TEST_P(NameStream, MayBeGivenUpAtAnyTime)
{
  auto const names = names_of_lists(GetParam());
  small_reader reader;
  for (auto const& name : names) reader.stream.push(name);
  EXPECT_EQ(reader.stream.size(), names.size());
}

INSTANTIATE_TEST_SUITE_P(Lists, NameStream, ::testing::Values(3, 50, 1366, 40'000));

}  // namespace
}  // namespace heddle
