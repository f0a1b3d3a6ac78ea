#include <heddle/run/fork_join.hpp>
#include <heddle/run/loops.hpp>
#include <heddle/run/sort.hpp>

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstdint>
#include <functional>
#include <iterator>
#include <limits>
#include <memory>
#include <numeric>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace heddle {
namespace {

/// Around what is sorted without vectors, the vectors' blocks, and what is divided.
constexpr std::size_t sizes[] = {0,   1,   2,   3,    16,   17,   63,   64,   65,    255,
                                 256, 257, 999, 1000, 1001, 8191, 8192, 8193, 30'001};

/// Of keys: pieces are divided above 64 KiB if another thread wants one, else above 512.
constexpr std::size_t most_whole_bytes = std::size_t{1} << 19;

/// What does not need to be divided, and what may be.
template <class Key>
std::vector<std::size_t> sizes_of_keys()
{
  std::vector<std::size_t> all;
  std::ranges::copy_if(sizes, std::back_inserter(all), [](auto size) { return size <= 1001; });
  all.push_back(8193);
  all.push_back((std::size_t{1} << 16) / sizeof(Key) + 1);
  return all;
}

template <class Key>
Key random_key(std::mt19937_64& random)
{
  if constexpr (sizeof(Key) == 8) return std::bit_cast<Key>(random());
  if constexpr (sizeof(Key) == 4) return std::bit_cast<Key>(static_cast<std::uint32_t>(random()));
  if constexpr (sizeof(Key) == 2) return std::bit_cast<Key>(static_cast<std::uint16_t>(random()));
}

/// All bit patterns, NaNs and infinities too; few distinct ones; almost all equal; sorted;
/// reversed; rising and falling.
template <class Key>
std::vector<Key> keys_of(std::size_t size, int shape, std::uint64_t seed)
{
  std::mt19937_64 random{seed};
  std::vector<Key> keys(size);
  Key const some[] = {random_key<Key>(random), std::numeric_limits<Key>::max(),
                      std::numeric_limits<Key>::lowest(), Key{0}, static_cast<Key>(-Key{0})};
  std::uint64_t i  = 0;
  for (auto& k : keys) {
    ++i;
    switch (shape) {
      case 0:
        k = random_key<Key>(random);
        break;
      case 1:
        k = some[random() % std::size(some)];
        break;
      case 2:
        k = random() % 50 == 0 ? random_key<Key>(random) : some[1];
        break;
      case 3:
        k = static_cast<Key>(i);
        break;
      case 4:
        k = static_cast<Key>(size - i);
        break;
      default:
        k = static_cast<Key>(std::min(i, size - i));
        break;
    }
  }
  return keys;
}
constexpr int num_shapes = 6;

/// The same for the same keys in any order, and, but for one in 2^64, for no others. Of their bits,
/// for NaNs and zeros compare equal or not at all.
template <class Key>
std::uint64_t sum_of(std::vector<Key> const& keys)
{
  using bits =
    std::conditional_t<sizeof(Key) == 2, std::uint16_t,
                       std::conditional_t<sizeof(Key) == 4, std::uint32_t, std::uint64_t>>;
  std::uint64_t sum = 0;
  for (auto const k : keys) {
    std::uint64_t mixed = (std::bit_cast<bits>(k) + 1) * 0x9e3779b97f4a7c15U;
    mixed               = (mixed ^ (mixed >> 32)) * 0xd6e8feb86659fd93U;
    sum += mixed ^ (mixed >> 32);
  }
  return sum;
}

template <class Key>
bool is_before(Key a, Key b)
{
  if constexpr (std::is_floating_point_v<Key>) {
    return std::strong_order(a, b) < 0;
  } else {
    return a < b;
  }
}

template <class Key>
class SortOfKeys : public ::testing::Test {
};
using key_types = ::testing::Types<std::int16_t, std::uint16_t, std::int32_t, std::uint32_t,
                                   std::int64_t, std::uint64_t, float, double>;
TYPED_TEST_SUITE(SortOfKeys, key_types);

template <class Key>
void expect_total_order(executor& e, std::vector<Key> const& keys)
{
  auto const sum = sum_of(keys);
  auto sorted    = keys;
  sort(e, std::span{sorted});
  ASSERT_TRUE(std::is_sorted(sorted.begin(), sorted.end(), is_before<Key>));
  ASSERT_EQ(sum_of(sorted), sum);
  sorted = keys;
  sort(e, std::span{sorted}, std::greater<>{});
  ASSERT_TRUE(std::is_sorted(sorted.rbegin(), sorted.rend(), is_before<Key>));
  ASSERT_EQ(sum_of(sorted), sum);
}

TYPED_TEST(SortOfKeys, PutsAllKeysIntoTotalOrder)
{
  executor alone{0}, several{3};
  for (auto const size : sizes_of_keys<TypeParam>()) {
    for (int shape = 0; shape < num_shapes; ++shape) {
      SCOPED_TRACE(std::to_string(size) + " keys of shape " + std::to_string(shape));
      for (auto* const e : {&alone, &several}) {
        expect_total_order(*e, keys_of<TypeParam>(size, shape, size));
      }
    }
  }
}

/// Random ones, and few distinct ones.
TYPED_TEST(SortOfKeys, PutsKeysIntoTotalOrderThatAreDividedOnOneThreadToo)
{
  executor alone{0};
  for (int const shape : {0, 1}) {
    constexpr auto size = most_whole_bytes / sizeof(TypeParam) + 1;
    expect_total_order(alone, keys_of<TypeParam>(size, shape, size));
  }
}

/// -0 beside 0, and what is larger than all numbers.
TEST(SortOfKeys, PutsOneSpecialNumberIntoItsPlaceWhereverItWas)
{
  executor alone{0};
  for (auto const special : {-0.0, std::numeric_limits<double>::infinity(), std::nan("")}) {
    for (std::size_t at = 0; at < 199; ++at) {
      std::vector<double> keys(200);  // the last is 0
      std::iota(keys.rbegin(), keys.rend(), 0.0);
      keys[at] = special;
      expect_total_order(alone, keys);
    }
  }
}

TYPED_TEST(SortOfKeys, IsThatOfVectorsForTheUsualOrders)
{
  static_assert(detail::vector_order<TypeParam, std::less<>>);
  static_assert(detail::vector_order<TypeParam, std::less<TypeParam>>);
  static_assert(detail::vector_order<TypeParam, std::ranges::greater>);
  static_assert(!detail::vector_order<TypeParam, std::less_equal<>>);
  static_assert(!detail::vector_order<std::int8_t, std::less<>>);
  static_assert(!detail::vector_order<long double, std::less<>>);
}

TEST(SortOfKeys, EqualsTheLibrarysForUsualNumbers)
{
  executor e{2};
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    std::mt19937_64 random{seed};
    std::normal_distribution<double> normal;
    std::vector<double> keys(random() % 100'000);
    for (auto& k : keys) k = std::clamp(normal(random), seed % 2 ? -0.5 : -10.0, 10.0);
    auto expected = keys;
    std::sort(expected.begin(), expected.end());
    sort(e, std::span{keys});
    ASSERT_EQ(keys, expected) << "seed " << seed;
  }
}

/// An element of four words, of which one counts.
struct wide {
  std::uint64_t key = 0;
  std::uint64_t rest[3]{};
};

template <class T, class Make>
void expect_sorted_as_by_library(executor& e, std::size_t size, Make const& make)
{
  std::vector<T> elements(size);
  for (std::size_t i = 0; i < size; ++i) elements[i] = make(i);
  auto expected = elements;
  std::sort(expected.begin(), expected.end());
  sort(e, std::span{elements}, [](T const& a, T const& b) { return a < b; });
  ASSERT_EQ(elements, expected) << size;
}

TEST(Sort, EqualsTheLibrarysForAnyType)
{
  for (int const threads : {0, 1, 3}) {
    executor e{threads};
    for (auto const size : sizes) {
      std::mt19937_64 random{size};
      auto const text   = [&](auto) { return std::to_string(random() % 10'000); };
      auto const number = [&](auto) { return random(); };
      auto const few    = [&](auto) { return random() % 3; };
      auto const pipe   = [&](std::size_t i) { return std::min(i, size - i); };
      auto const down   = [&](std::size_t i) { return size - i; };
      expect_sorted_as_by_library<std::string>(e, size / 4, text);
      expect_sorted_as_by_library<std::uint64_t>(e, size, number);
      expect_sorted_as_by_library<std::uint64_t>(e, size, few);
      expect_sorted_as_by_library<std::uint64_t>(e, size, pipe);
      expect_sorted_as_by_library<std::uint64_t>(e, size, down);
    }
  }
}

TEST(Sort, MovesWhatCannotBeCopied)
{
  executor e{3};
  std::mt19937_64 random{1};
  std::vector<std::unique_ptr<std::uint64_t>> elements(20'000);
  for (auto& x : elements) x = std::make_unique<std::uint64_t>(random());
  auto const less = [](auto const& a, auto const& b) { return *a < *b; };
  sort(e, std::span{elements}, less);
  EXPECT_TRUE(std::is_sorted(elements.begin(), elements.end(), less));
}

TEST(Sort, KeepsWholeElementsTogether)
{
  executor e{3};
  std::mt19937_64 random{1};
  std::vector<wide> elements(50'000);
  for (auto& x : elements) x = {random(), {random(), 0, 0}};
  for (auto& x : elements) x.rest[1] = x.key ^ x.rest[0];
  sort(e, std::span{elements}, [](wide const& a, wide const& b) { return a.key > b.key; });
  for (auto const& x : elements) ASSERT_EQ(x.rest[1], x.key ^ x.rest[0]);
  EXPECT_TRUE(std::ranges::is_sorted(elements, std::greater<>{}, &wide::key));
}

TEST(Sort, ComparesOnceEachWhatIsSorted)
{
  executor e{1};
  std::vector<int> elements(10'000);
  std::iota(elements.begin(), elements.end(), 0);
  std::size_t calls = 0;
  sort(e, std::span{elements}, [&](int a, int b) {
    ++calls;
    return a < b;
  });
  EXPECT_EQ(calls, elements.size() - 1);
}

/// Decides while it is asked, so that each pivot turns out to be among the least.
///
/// M. D. McIlroy: A killer adversary for quicksort, Software: Practice and Experience 29(4), 1999.
class adversary {
 public:
  /// The first two are in the wrong order.
  explicit adversary(std::size_t size) : value_(size, undecided)
  {
    value_[0] = undecided - 1;
    value_[1] = next_++;
  }

  bool operator()(std::size_t a, std::size_t b)
  {
    ++calls;
    if (value_[a] == undecided && value_[b] == undecided) value_[a == candidate_ ? a : b] = next_++;
    if (value_[a] == undecided) candidate_ = a;
    if (value_[b] == undecided) candidate_ = b;
    return value_[a] < value_[b];
  }

  std::size_t calls = 0;

 private:
  static constexpr std::size_t undecided = std::size_t(-1);
  std::vector<std::size_t> value_;
  std::size_t next_      = 0;
  std::size_t candidate_ = 0;
};

TEST(Sort, ComparesInOrderNLogNWhateverTheElements)
{
  executor e{0};
  std::vector<std::size_t> elements(30'000);
  std::iota(elements.begin(), elements.end(), std::size_t{0});
  adversary worst{elements.size()};
  sort(e, std::span{elements}, std::ref(worst));
  EXPECT_LT(worst.calls, elements.size() * 15 * 20);  // quadratic would be a hundred times more
}

TEST(Sort, ThrowsWhatAComparisonThrowsAndKeepsAllElements)
{
  for (int const threads : {0, 3}) {
    executor e{threads};
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      std::mt19937_64 random{seed};
      std::vector<std::string> elements(random() % 8'000 + 100);
      for (auto& x : elements) x = std::to_string(random()) + " is not short";
      auto expected = elements;
      std::sort(expected.begin(), expected.end());
      std::atomic<std::size_t> left{random() % (elements.size() * 8)};
      auto const fail = [&](std::string const& a, std::string const& b) {
        if (left.fetch_sub(1) == 0) throw std::runtime_error{"no"};
        return a < b;
      };
      EXPECT_THROW(sort(e, std::span{elements}, fail), std::runtime_error);
      std::sort(elements.begin(), elements.end());
      ASSERT_EQ(elements, expected) << "seed " << seed;
    }
  }
}

/// Counts those that exist, and now and then fails to move.
class fragile {
 public:
  explicit fragile(std::uint64_t v) : value{std::make_unique<std::uint64_t>(v)} { ++num_alive; }
  fragile(fragile&& from) : value{(may_throw(), std::move(from.value))} { ++num_alive; }
  fragile& operator=(fragile&& from)
  {
    may_throw();
    value = std::move(from.value);
    return *this;
  }
  ~fragile() { --num_alive; }
  friend bool operator<(fragile const& a, fragile const& b)
  {
    return a.value && b.value && *a.value < *b.value;
  }

  inline static std::atomic<std::int64_t> num_alive{0};
  inline static std::atomic<std::int64_t> moves_left{0};
  std::unique_ptr<std::uint64_t> value;

 private:
  static void may_throw()
  {
    if (moves_left.fetch_sub(1) == 0) throw std::runtime_error{"no move"};
  }
};

TEST(Sort, ThrowsWhatAMoveThrowsAndLeavesNothingBehind)
{
  executor e{2};
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    std::mt19937_64 random{seed};
    fragile::moves_left = -1;
    {
      std::vector<fragile> elements;
      elements.reserve(5000);
      for (int i = 0; i < 5000; ++i) elements.emplace_back(random());
      fragile::moves_left = static_cast<std::int64_t>(random() % 30'000);
      EXPECT_THROW(sort(e, std::span{elements}), std::runtime_error);
      EXPECT_EQ(fragile::num_alive, 5000);
    }
    EXPECT_EQ(fragile::num_alive, 0);
  }
}

TEST(Sort, DividesAmongThreadsUpToItsParallelism)
{
  executor e{3};
  for (std::size_t const most : {1U, 2U, 3U}) {
    std::atomic<std::size_t> at_once{0}, most_seen{0};
    std::mt19937_64 random{most};
    std::vector<std::uint64_t> elements(20'000);
    auto const less = [&](std::uint64_t a, std::uint64_t b) {
      auto const now = ++at_once;
      for (auto seen = most_seen.load();
           seen < now && !most_seen.compare_exchange_weak(seen, now);) {
      }
      if (a % 1024 == 0) std::this_thread::yield();
      --at_once;
      return a < b;
    };
    for (int run = 0; run < 200 && most_seen < most; ++run) {
      for (auto& x : elements) x = random();
      sort(e, std::span{elements}, less, {.max_parallelism = most});
      ASSERT_TRUE(std::is_sorted(elements.begin(), elements.end()));
    }
    EXPECT_EQ(most_seen, most);
  }
}

TEST(Sort, KeepsPiecesOfTheGrainWhole)
{
  executor e{3};
  std::mt19937_64 random{1};
  std::vector<std::uint64_t> elements(50'000);
  for (auto& x : elements) x = random();
  auto const caller = std::this_thread::get_id();
  std::atomic<std::size_t> elsewhere{0};
  sort(e, std::span{elements},
       [&](auto a, auto b) {
         if (std::this_thread::get_id() != caller) ++elsewhere;
         return a < b;
       },
       {.grain = elements.size()});
  EXPECT_EQ(elsewhere, 0U);
  EXPECT_TRUE(std::is_sorted(elements.begin(), elements.end()));
}

TEST(Sort, RunsInTasksAndFromManyThreadsAtOnce)
{
  executor e{2};
  auto const sort_some = [&e](std::uint64_t seed) {
    std::mt19937_64 random{seed};
    std::vector<double> keys(random() % 100'000);
    std::vector<std::string> texts(random() % 3'000);
    for (auto& k : keys) k = static_cast<double>(random());
    for (auto& t : texts) t = std::to_string(random());
    fork_join(
      e, [&] { sort(e, std::span{keys}); }, [&] { sort(e, std::span{texts}); });
    EXPECT_TRUE(std::is_sorted(keys.begin(), keys.end()));
    EXPECT_TRUE(std::is_sorted(texts.begin(), texts.end()));
  };
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for_each(e, range{0, 10}, [&](std::size_t i) { sort_some(100 * t + i); });
    });
  }
  for (auto& t : threads) t.join();
}

/// Trivially copyable, and yet not to be copied.
struct handle {
  explicit handle(int n) : number{n} {}
  handle(handle&&)            = default;
  handle& operator=(handle&&) = default;
  int number;
};

TEST(Sort, MovesWhatMayNotBeCopied)
{
  executor e{1};
  std::vector<handle> handles;
  for (int n = 0; n < 3000; ++n) handles.emplace_back(n * 7919 % 3001);
  sort(e, std::span{handles}, [](handle const& a, handle const& b) { return a.number < b.number; });
  EXPECT_TRUE(std::ranges::is_sorted(handles, {}, &handle::number));
}

}  // namespace
}  // namespace heddle
