#include <heddle/data/buffer.hpp>
#include <heddle/data/value.hpp>

#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <new>
#include <string>

namespace heddle {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

TEST(Buffer, StartsWithZeros)
{
  buffer<double> const b{1000};
  EXPECT_EQ(b.size(), 1000U);
  EXPECT_THAT(b.host(), Each(0.0));
}

TEST(Buffer, IsAlignedToCacheLines)
{
  for (std::size_t const size : {1U, 3U, 17U, 4096U}) {
    buffer<char> const b{size};
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(b.host().data()) % 64, 0U) << size;
  }
}

TEST(Buffer, OfNothingIsEmpty)
{
  EXPECT_TRUE(buffer<int>{0}.host().empty());
}

TEST(Buffer, TooLargeForTheAddressSpaceThrows)
{
  EXPECT_THROW(buffer_item{std::numeric_limits<std::size_t>::max()}, std::bad_alloc);
}

TEST(Buffer, OverTheUsersElementsSharesThem)
{
  std::array<int, 3> elements{1, 2, 3};
  buffer<int> b{std::span{elements}};
  EXPECT_THAT(b.host(), ElementsAre(1, 2, 3));
  b.host_for_writing()[1] = 7;
  EXPECT_EQ(elements[1], 7);
}

TEST(Buffer, PrivateCopyIsSeparateUntilCommitted)
{
  buffer<int> b{2};
  b.host_for_writing()[0] = 5;
  auto const copy         = b.item()->private_copy();
  auto* const elements    = static_cast<int*>(copy->host());
  EXPECT_EQ(elements[0], 5);
  elements[1] = 9;
  EXPECT_THAT(b.host(), ElementsAre(5, 0));
  b.item()->commit(*copy);
  EXPECT_THAT(b.host(), ElementsAre(5, 9));
}

TEST(Value, HoldsItsInitialObject)
{
  EXPECT_EQ(value<int>{}.get(), 0);
  EXPECT_EQ(value<std::string>{"text"}.get(), "text");
}

TEST(Value, PrivateCopyIsSeparateUntilCommitted)
{
  value<std::string> const v{"old"};
  auto const copy                          = v.item()->private_copy();
  *static_cast<std::string*>(copy->host()) = "new";
  EXPECT_EQ(v.get(), "old");
  v.item()->commit(*copy);
  EXPECT_EQ(v.get(), "new");
}

}  // namespace
}  // namespace heddle
