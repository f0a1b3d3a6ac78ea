#include "src/topology/cgroup_limits.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <limits>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace heddle {
namespace {

namespace fs = std::filesystem;

/// Version 1 writes "no limit" as the largest multiple of the page size.
constexpr double no_memory_limit = 0x1p62;

/// Where a hierarchy of control groups is mounted.
struct mount {
  std::vector<std::string> controllers{};  ///< of version 1; empty: version 2
  std::string root{};                      ///< the group that the mount point shows
  fs::path point{};
};

std::vector<std::string> split(std::string_view text, char separator)
{
  std::vector<std::string> result;
  while (true) {
    auto const end = text.find(separator);
    result.emplace_back(text.substr(0, end));
    if (end == text.npos) return result;
    text.remove_prefix(end + 1);
  }
}

bool holds(std::vector<std::string> const& list, std::string_view what)
{
  return std::find(list.begin(), list.end(), what) != list.end();
}

/// The mounts in a line of mountinfo, whose fields after the " - " are type, source and options.
std::vector<mount> read_mounts(fs::path const& root)
{
  std::vector<mount> result;
  std::ifstream file{root / "proc/self/mountinfo"};
  for (std::string line; std::getline(file, line);) {
    auto const dash = line.find(" - ");
    if (dash == line.npos) continue;
    auto const before = split(std::string_view{line}.substr(0, dash), ' ');
    auto const after  = split(std::string_view{line}.substr(dash + 3), ' ');
    if (before.size() < 5 || after.size() < 3) continue;
    auto const point = root / fs::path{before[4]}.relative_path();
    if (after[0] == "cgroup2") result.push_back({{}, before[3], point});
    if (after[0] == "cgroup") result.push_back({split(after[2], ','), before[3], point});
  }
  return result;
}

/// The group of this process in each hierarchy, by controller ("" in version 2).
std::map<std::string, std::string> read_groups(fs::path const& root)
{
  std::map<std::string, std::string> result;
  std::ifstream file{root / "proc/self/cgroup"};
  for (std::string line; std::getline(file, line);) {
    auto const first  = line.find(':');
    auto const second = first == line.npos ? first : line.find(':', first + 1);
    if (second == line.npos) continue;
    for (auto const& name :
         split(std::string_view{line}.substr(first + 1, second - first - 1), ',')) {
      result[name] = line.substr(second + 1);
    }
  }
  return result;
}

/// The folders from the process's group up to the mount point. A container often sees the group's
/// path of the host while its own group is what is mounted; then only the mount point is there.
std::vector<fs::path> folders(mount const& at, std::string group)
{
  if (at.root != "/" && group.starts_with(at.root)) group.erase(0, at.root.size());
  auto const relative = fs::path{group}.lexically_normal().relative_path();
  std::vector<fs::path> result{at.point};
  if (!relative.empty() && *relative.begin() == "..") return result;
  auto folder = at.point;
  for (auto const& part : relative) result.push_back(folder /= part);
  return result;
}

std::vector<std::string> words_in(fs::path const& path)
{
  std::ifstream file{path};
  std::vector<std::string> result;
  for (std::string word; file >> word;) result.push_back(word);
  return result;
}

/// A number above 0, else 0 ("max", "-1", nothing).
double number(std::string const& word)
{
  double value = 0;
  std::from_chars(word.data(), word.data() + word.size(), value);
  return std::max(value, 0.0);
}

double number_in(fs::path const& path)
{
  auto const words = words_in(path);
  return words.empty() ? 0 : number(words[0]);
}

void tighten(double& limit, double other)
{
  if (other > 0 && (limit == 0 || other < limit)) limit = other;
}

void tighten_cpus(double& cpus, double quota, double period)
{
  if (period > 0) tighten(cpus, quota / period);
}

void read_version_2(fs::path const& folder, cgroup_limits& limits)
{
  auto const cpu = words_in(folder / "cpu.max");
  if (cpu.size() == 2) tighten_cpus(limits.cpus, number(cpu[0]), number(cpu[1]));
  tighten(limits.memory_bytes, number_in(folder / "memory.max"));
}

void read_version_1(fs::path const& folder, cgroup_limits& limits)
{
  tighten_cpus(limits.cpus, number_in(folder / "cpu.cfs_quota_us"),
               number_in(folder / "cpu.cfs_period_us"));
  auto const bytes = number_in(folder / "memory.limit_in_bytes");
  if (bytes < no_memory_limit) tighten(limits.memory_bytes, bytes);
}

}  // namespace

cgroup_limits read_cgroup_limits(fs::path const& root)
{
  cgroup_limits limits;
  auto const groups = read_groups(root);
  for (auto const& at : read_mounts(root)) {
    for (auto const& [controller, group] : groups) {
      if (at.controllers.empty() != controller.empty()) continue;
      if (!controller.empty() && !holds(at.controllers, controller)) continue;
      for (auto const& folder : folders(at, group)) {
        controller.empty() ? read_version_2(folder, limits) : read_version_1(folder, limits);
      }
    }
  }
  return limits;
}

int cores_within(cgroup_limits const& limits)
{
  constexpr auto all = std::numeric_limits<int>::max();
  if (limits.cpus <= 0 || limits.cpus >= all) return all;
  return static_cast<int>(std::ceil(limits.cpus));
}

}  // namespace heddle
