#include "kernels/algorithms.hpp"

#include "tests/support/device_array.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <optional>
#include <random>
#include <type_traits>
#include <vector>

namespace heddle::kernels {
namespace {

/// Small whole numbers, of both signs where there are two: every sum of them is exact in any order.
template <class T>
std::vector<T> random_values(std::size_t size, std::mt19937_64& random)
{
  std::vector<T> values(size);
  for (auto& v : values) {
    v = static_cast<T>(random() % 16);
    if (std::is_signed_v<T> && random() % 2 == 0) v = static_cast<T>(-v);
  }
  return values;
}

/// Around the sizes of warps, tiles and blocks, and at random.
std::vector<std::size_t> sizes(std::mt19937_64& random)
{
  std::vector<std::size_t> result{0, 1, 2, 31, 32, 33, 1023, 4097};
  for (std::size_t const most : {1000, 30'000, 1'000'000}) result.push_back(random() % most);
  return result;
}

/// What the tests share: a stream, scratch memory, and random arrays of many sizes.
template <class T>
class AlgorithmsOnGpu : public ::testing::Test {
 protected:
  template <class Check>
  void for_random_arrays(Check check)
  {
    std::mt19937_64 random{sizeof(T)};
    for (auto const size : sizes(random)) {
      SCOPED_TRACE(size);
      check(random_values<T>(size, random));
    }
  }

  /// Made at its first use: without a GPU there is none.
  test::stream const& stream()
  {
    if (!stream_) stream_.emplace();
    return *stream_;
  }

 private:
  std::optional<test::stream> stream_{};
};

/// Scratch memory full of garbage.
class scratch_memory {
 public:
  explicit scratch_memory(std::size_t bytes) : memory_{std::max<std::size_t>(bytes, 1), 0xAB} {}
  operator scratch() const { return {memory_.span().data(), memory_.span().size()}; }

 private:
  test::device_array<unsigned char> memory_;
};

template <class T>
T fold(std::vector<T> const& x, reduction how)
{
  if (x.empty()) return identity_of<T>(how);
  if (how == reduction::minimum) return *std::min_element(x.begin(), x.end());
  if (how == reduction::maximum) return *std::max_element(x.begin(), x.end());
  return std::accumulate(x.begin(), x.end(), T{});
}

template <class T>
std::function<T(T)> reference_of(transformation how, T constant)
{
  switch (how) {
    case transformation::negate:
      return [](T x) { return static_cast<T>(-x); };
    case transformation::absolute:
      return [](T x) { return x < T{} ? static_cast<T>(-x) : x; };
    case transformation::square:
      return [](T x) { return x * x; };
    case transformation::add:
      return [=](T x) { return x + constant; };
    case transformation::multiply:
      return [=](T x) { return x * constant; };
  }
  return {};
}

using numbers =
  ::testing::Types<std::int32_t, std::uint32_t, std::int64_t, std::uint64_t, float, double>;

class names {
 public:
  template <class T>
  static std::string GetName(int)
  {
    return (std::is_floating_point_v<T> ? "float"
            : std::is_signed_v<T>       ? "int"
                                        : "uint") +
           std::to_string(8 * sizeof(T));
  }
};
TYPED_TEST_SUITE(AlgorithmsOnGpu, numbers, names);

TYPED_TEST(AlgorithmsOnGpu, FillSetsEveryElementAndNoOther)
{
  HEDDLE_REQUIRE_DEVICE();
  using T = TypeParam;
  this->for_random_arrays([&](std::vector<T> expected) {
    expected.push_back(T{99});
    test::device_array const x{expected};
    elementwise<T>::fill(x.span().data(), expected.size() - 1, T{7}, this->stream());
    std::fill(expected.begin(), expected.end() - 1, T{7});
    EXPECT_EQ(x.to_host(this->stream()), expected);
  });
}

TYPED_TEST(AlgorithmsOnGpu, TransformIntoAnotherArrayAndInPlace)
{
  HEDDLE_REQUIRE_DEVICE();
  using T = TypeParam;
  this->for_random_arrays([&](std::vector<T> const& values) {
    for (auto const how : {transformation::negate, transformation::absolute, transformation::square,
                           transformation::add, transformation::multiply}) {
      std::vector<T> expected(values.size());
      std::transform(values.begin(), values.end(), expected.begin(), reference_of(how, T{3}));
      test::device_array const x{values};
      test::device_array const y{values.size(), T{99}};
      elementwise<T>::transform(how, T{3}, x.span().data(), y.span().data(), values.size(),
                                this->stream());
      EXPECT_EQ(y.to_host(this->stream()), expected);
      elementwise<T>::transform(how, T{3}, x.span().data(), x.span().data(), values.size(),
                                this->stream());
      EXPECT_EQ(x.to_host(this->stream()), expected);
    }
  });
}

TYPED_TEST(AlgorithmsOnGpu, AxpyAddsAMultiple)
{
  HEDDLE_REQUIRE_DEVICE();
  using T = TypeParam;
  this->for_random_arrays([&](std::vector<T> const& values) {
    std::vector<T> expected(values.rbegin(), values.rend());
    test::device_array const x{values}, y{expected};
    for (std::size_t i = 0; i < values.size(); ++i) expected[i] += T{5} * values[i];
    elementwise<T>::axpy(T{5}, x.span().data(), y.span().data(), values.size(), this->stream());
    EXPECT_EQ(y.to_host(this->stream()), expected);
  });
}

TYPED_TEST(AlgorithmsOnGpu, ReduceFolds)
{
  HEDDLE_REQUIRE_DEVICE();
  using T = TypeParam;
  this->for_random_arrays([&](std::vector<T> const& values) {
    test::device_array const x{values}, result{1, T{99}};
    scratch_memory const s{reduce<T>::scratch_bytes(values.size())};
    for (auto const how : {reduction::sum, reduction::minimum, reduction::maximum}) {
      reduce<T>::launch(how, x.span().data(), values.size(), result.span().data(), s,
                        this->stream());
      EXPECT_EQ(result.to_host(this->stream()), std::vector<T>{fold(values, how)});
    }
  });
}

TYPED_TEST(AlgorithmsOnGpu, InclusiveScanIntoAnotherArrayAndInPlace)
{
  HEDDLE_REQUIRE_DEVICE();
  using T = TypeParam;
  this->for_random_arrays([&](std::vector<T> const& values) {
    std::vector<T> expected(values.size());
    std::inclusive_scan(values.begin(), values.end(), expected.begin());
    test::device_array const x{values}, y{values.size(), T{99}};
    scratch_memory const s{inclusive_scan<T>::scratch_bytes(values.size())};
    inclusive_scan<T>::launch(x.span().data(), y.span().data(), values.size(), s, this->stream());
    EXPECT_EQ(y.to_host(this->stream()), expected);
    inclusive_scan<T>::launch(x.span().data(), x.span().data(), values.size(), s, this->stream());
    EXPECT_EQ(x.to_host(this->stream()), expected);
  });
}

TYPED_TEST(AlgorithmsOnGpu, SortInBothOrders)
{
  HEDDLE_REQUIRE_DEVICE();
  using T = TypeParam;
  this->for_random_arrays([&](std::vector<T> values) {
    if (!values.empty()) values.front() = std::numeric_limits<T>::lowest();
    if (!values.empty()) values.back() = std::numeric_limits<T>::max();
    test::device_array const x{values}, y{values.size(), T{99}};
    scratch_memory const s{sort<T>::scratch_bytes(values.size())};
    std::sort(values.begin(), values.end());
    sort<T>::launch(sort_order::ascending, x.span().data(), y.span().data(), values.size(), s,
                    this->stream());
    EXPECT_EQ(y.to_host(this->stream()), values);
    std::reverse(values.begin(), values.end());
    sort<T>::launch(sort_order::descending, x.span().data(), y.span().data(), values.size(), s,
                    this->stream());
    EXPECT_EQ(y.to_host(this->stream()), values);
  });
}

TEST(AlgorithmsOnGpuRefuse, NoScratchMemoryOrTooLittle)
{
  HEDDLE_REQUIRE_DEVICE();
  test::stream const stream;
  std::size_t const size = 1'000'000;
  test::device_array const x{size, 1.0F}, y{size, 1.0F};
  auto const sort_with = [&](scratch s) {
    sort<float>::launch(sort_order::ascending, x.span().data(), y.span().data(), size, s, stream);
  };
  EXPECT_THROW(sort_with({}), invalid_argument);
  scratch_memory const small{16};
  EXPECT_THROW(sort_with(small), cuda_error);
  scratch_memory const enough{sort<float>::scratch_bytes(size)};
  EXPECT_NO_THROW(sort_with(enough));
  EXPECT_EQ(y.to_host(stream).front(), 1.0F);
}

}  // namespace
}  // namespace heddle::kernels
