#include "tests/device/random_program.hpp"

#include <heddle/device/simulated.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <string>

namespace heddle {
namespace {

using test::random_program;

std::vector<simulated_unit> units(std::size_t count)
{
  return std::vector<simulated_unit>(count, {.memory_bytes = 1 << 16});
}

#if defined(HEDDLE_TEST_LEAVES_OUT_ONE_WAIT)

constexpr int least_detected = 95;
void break_it(random_program& program)
{
  program.leave_out_a_wait();
}

#elif defined(HEDDLE_TEST_USES_FREED_MEMORY)

constexpr int least_detected = 100;
void break_it(random_program& program)
{
  program.use_freed_memory();
}

#endif

#if defined(HEDDLE_TEST_LEAVES_OUT_ONE_WAIT) || defined(HEDDLE_TEST_USES_FREED_MEMORY)

/// Whether devices give a wrong result, or notice.
bool fails(random_program const& program, std::size_t devices, std::uint64_t seed)
try {
  simulated_machine machine{{.units = units(devices), .seed = seed}};
  return program.run_on(machine.devices()) != program.run_in_sequence();
} catch (device_error const&) {
  return true;
}

/// The devices of the suite are tried one count after the other, as the suite itself does.
TEST(BrokenProgram, IsDetected)
{
  std::array const counts{1, 2, 8};
  std::array<int, 3> detected_on{};
  int detected = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    bool is_detected = false;
    for (std::size_t c = 0; c < counts.size(); ++c) {
      auto const devices = static_cast<std::size_t>(counts[c]);
      random_program program{seed, devices};
      break_it(program);
      auto const fails_here = fails(program, devices, seed);
      detected_on[c] += fails_here ? 1 : 0;
      is_detected = is_detected || fails_here;
    }
    detected += is_detected ? 1 : 0;
  }
  std::printf("detected: %d of 100 seeds (on 1, 2 and 8 devices alone: %d, %d, %d)\n", detected,
              detected_on[0], detected_on[1], detected_on[2]);
  EXPECT_GE(detected, least_detected);
}

#else

class RandomProgram : public testing::TestWithParam<std::size_t> {};

TEST_P(RandomProgram, EqualsSequence)
{
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    random_program const program{seed, GetParam()};
    simulated_machine machine{{.units = units(GetParam()), .seed = seed}};
    ASSERT_EQ(program.run_on(machine.devices()), program.run_in_sequence()) << "seed " << seed;
    ASSERT_EQ(machine.usage(), simulated_usage{}) << "seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(Simulated, RandomProgram, testing::Values(1, 2, 8),
                         [](auto const& count) { return std::to_string(count.param) + "Devices"; });

#endif

}  // namespace
}  // namespace heddle
