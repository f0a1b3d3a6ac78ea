#include "kernels/algorithms.hpp"

#include <heddle/base/error.hpp>

#include <gtest/gtest.h>

namespace heddle::kernels {
namespace {

template <class T>
class AlgorithmsWithoutCuda : public ::testing::Test {
};
using numbers =
  ::testing::Types<std::int32_t, std::uint32_t, std::int64_t, std::uint64_t, float, double>;
TYPED_TEST_SUITE(AlgorithmsWithoutCuda, numbers);

TYPED_TEST(AlgorithmsWithoutCuda, SaySo)
{
  using T = TypeParam;
  T x[1]{}, y[1]{};
  CUstream_st* const none = nullptr;
  stream_ref const stream{none};
  EXPECT_THROW(elementwise<T>::fill(x, 1, T{}, stream), not_built);
  EXPECT_THROW(elementwise<T>::transform(transformation::add, T{}, x, y, 1, stream), not_built);
  EXPECT_THROW(elementwise<T>::axpy(T{}, x, y, 1, stream), not_built);
  EXPECT_THROW((void)reduce<T>::scratch_bytes(1), not_built);
  EXPECT_THROW(reduce<T>::launch(reduction::sum, x, 1, y, {}, stream), not_built);
  EXPECT_THROW((void)inclusive_scan<T>::scratch_bytes(1), not_built);
  EXPECT_THROW(inclusive_scan<T>::launch(x, y, 1, {}, stream), not_built);
  EXPECT_THROW((void)sort<T>::scratch_bytes(1), not_built);
  EXPECT_THROW(sort<T>::launch(sort_order::ascending, x, y, 1, {}, stream), not_built);
}

}  // namespace
}  // namespace heddle::kernels
