#include "src/topology/cgroup_limits.hpp"
#include "tests/topology/environment.hpp"

#include <gtest/gtest.h>

namespace heddle {
namespace {

constexpr auto version_2 = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw\n";
constexpr auto version_1 =
  "31 23 0:28 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
  "32 23 0:29 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
  "33 23 0:30 / / rw - ext4 /dev/root rw\n";

class CgroupLimits : public testing::Test {
 protected:
  /// A system with these mounts, in which the process is in these groups.
  void make(std::string const& mounts, std::string const& groups)
  {
    root_.write("proc/self/mountinfo", mounts);
    root_.write("proc/self/cgroup", groups);
  }
  void write(std::string const& file, std::string const& text)
  {
    root_.write("sys/fs/cgroup/" + file, text);
  }
  [[nodiscard]] cgroup_limits read() const { return read_cgroup_limits(root_.path()); }

 private:
  test::scoped_folder root_{};
};

TEST_F(CgroupLimits, AreNoneWhereThereAreNoGroups)
{
  EXPECT_EQ(read().cpus, 0);
  EXPECT_EQ(read().memory_bytes, 0);
}

TEST_F(CgroupLimits, OfVersion2)
{
  make(version_2, "0::/jobs/one\n");
  write("jobs/one/cpu.max", "150000 100000\n");
  write("jobs/one/memory.max", "1073741824\n");
  EXPECT_EQ(read().cpus, 1.5);
  EXPECT_EQ(read().memory_bytes, 1073741824);
}

TEST_F(CgroupLimits, OfVersion2AreTheTightestOnTheWayUp)
{
  make(version_2, "0::/jobs/one\n");
  write("jobs/one/cpu.max", "max 100000\n");
  write("jobs/cpu.max", "200000 100000\n");
  write("jobs/one/memory.max", "4096\n");
  write("jobs/memory.max", "8192\n");
  EXPECT_EQ(read().cpus, 2);
  EXPECT_EQ(read().memory_bytes, 4096);
}

TEST_F(CgroupLimits, OfVersion2AreNoneWhenMax)
{
  make(version_2, "0::/\n");
  write("cpu.max", "max 100000\n");
  write("memory.max", "max\n");
  EXPECT_EQ(read().cpus, 0);
  EXPECT_EQ(read().memory_bytes, 0);
}

TEST_F(CgroupLimits, OfVersion1)
{
  make(version_1, "4:memory:/box\n2:cpu,cpuacct:/box/inner\n1:name=systemd:/\n0::/\n");
  write("cpu,cpuacct/box/cpu.cfs_quota_us", "50000\n");
  write("cpu,cpuacct/box/cpu.cfs_period_us", "100000\n");
  write("cpu,cpuacct/box/inner/cpu.cfs_quota_us", "-1\n");
  write("cpu,cpuacct/box/inner/cpu.cfs_period_us", "100000\n");
  write("memory/box/memory.limit_in_bytes", "65536\n");
  write("memory/memory.limit_in_bytes", "9223372036854771712\n");
  EXPECT_EQ(read().cpus, 0.5);
  EXPECT_EQ(read().memory_bytes, 65536);
}

TEST_F(CgroupLimits, OfVersion1AreNoneAtTheLargestNumber)
{
  make(version_1, "4:memory:/\n2:cpu,cpuacct:/\n");
  write("memory/memory.limit_in_bytes", "9223372036854771712\n");
  write("cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
  EXPECT_EQ(read().cpus, 0);
  EXPECT_EQ(read().memory_bytes, 0);
}

TEST_F(CgroupLimits, InAContainerAreThoseOfWhatIsMounted)
{
  make("30 23 0:26 /docker/abc /sys/fs/cgroup ro - cgroup2 cgroup rw\n", "0::/docker/abc\n");
  write("cpu.max", "300000 100000\n");
  EXPECT_EQ(read().cpus, 3);
  make(version_2, "0::/../other\n");
  EXPECT_EQ(read().cpus, 3);
}

TEST_F(CgroupLimits, OutlastNonsense)
{
  make("x\ny - z\n" + std::string{version_2}, "no colons\n0:\n0::/\n");
  write("cpu.max", "many\n");
  write("memory.max", "\n");
  EXPECT_EQ(read().cpus, 0);
  write("cpu.max", "100000 0\n");
  EXPECT_EQ(read().cpus, 0);
  EXPECT_EQ(read().memory_bytes, 0);
}

TEST(CoresWithin, RoundsUp)
{
  EXPECT_EQ(cores_within({.cpus = 0.2}), 1);
  EXPECT_EQ(cores_within({.cpus = 1.5}), 2);
  EXPECT_EQ(cores_within({.cpus = 4}), 4);
  EXPECT_GT(cores_within({}), 1'000'000);
  EXPECT_GT(cores_within({.cpus = 1e300}), 1'000'000);
}

}  // namespace
}  // namespace heddle
