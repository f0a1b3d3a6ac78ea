#include "kernels/operations.hpp"

#include "tests/support/threaded_group.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace heddle::kernels {
namespace {

template <class T>
class Operations : public ::testing::Test {
};
using numbers =
  ::testing::Types<std::int32_t, std::uint32_t, std::int64_t, std::uint64_t, float, double>;
TYPED_TEST_SUITE(Operations, numbers);

TYPED_TEST(Operations, OfTransformations)
{
  using T = TypeParam;
  EXPECT_EQ(apply(transformation::negate, T{3}, T{}), static_cast<T>(-T{3}));
  EXPECT_EQ(apply(transformation::absolute, T{3}, T{}), T{3});
  EXPECT_EQ(apply(transformation::square, T{3}, T{}), T{9});
  EXPECT_EQ(apply(transformation::add, T{3}, T{4}), T{7});
  EXPECT_EQ(apply(transformation::multiply, T{3}, T{4}), T{12});
}

TYPED_TEST(Operations, OfReductions)
{
  using T = TypeParam;
  EXPECT_EQ(apply(reduction::sum, T{3}, T{4}), T{7});
  EXPECT_EQ(apply(reduction::minimum, T{3}, T{4}), T{3});
  EXPECT_EQ(apply(reduction::minimum, T{4}, T{3}), T{3});
  EXPECT_EQ(apply(reduction::maximum, T{3}, T{4}), T{4});
  EXPECT_EQ(apply(reduction::maximum, T{4}, T{3}), T{4});
}

TYPED_TEST(Operations, IdentitiesChangeNothing)
{
  using T      = TypeParam;
  using limits = std::numeric_limits<T>;
  for (auto const how : {reduction::sum, reduction::minimum, reduction::maximum}) {
    for (T const x : {T{}, T{1}, limits::lowest(), limits::max()}) {
      EXPECT_EQ(apply(how, identity_of<T>(how), x), x);
      EXPECT_EQ(apply(how, x, identity_of<T>(how)), x);
    }
  }
}

TEST(OperationsOfSignedNumbers, AbsoluteOfNegative)
{
  EXPECT_EQ(apply(transformation::absolute, -3, 0), 3);
  EXPECT_EQ(apply(transformation::absolute, -2.5, 0.0), 2.5);
  EXPECT_FALSE(std::signbit(apply(transformation::absolute, -0.0, 0.0)));
}

TEST(OperationsOfFloatingPoint, InfinityIsLessThanNothing)
{
  auto const infinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(apply(reduction::minimum, identity_of<float>(reduction::minimum), infinity), infinity);
  EXPECT_EQ(apply(reduction::maximum, identity_of<float>(reduction::maximum), -infinity),
            -infinity);
}

/// Folds 1, 2, ..., n by a group, with the operation and identity that the device folds with.
template <class Group>
std::int64_t fold_to(Group const& group, int n, reduction how)
{
  return group.reduce(
    1, n + 1, identity_of<std::int64_t>(how), [](int i) { return std::int64_t{i}; },
    [how](std::int64_t a, std::int64_t b) { return apply(how, a, b); });
}

template <class Group>
void expect_folds(Group const& group)
{
  EXPECT_EQ(fold_to(group, 1000, reduction::sum), 500500);
  EXPECT_EQ(fold_to(group, 1000, reduction::minimum), 1);
  EXPECT_EQ(fold_to(group, 1000, reduction::maximum), 1000);
  EXPECT_EQ(fold_to(group, 0, reduction::sum), 0);
}

TEST(OperationsInGroups, SerialInBothOrders)
{
  expect_folds(serial_group<visit_order::forward>{});
  expect_folds(serial_group<visit_order::backward>{});
}

TEST(OperationsInGroups, Threaded)
{
  test::run_threaded<4>([](auto const& group) { expect_folds(group); });
}

}  // namespace
}  // namespace heddle::kernels
