#include "src/run/descendants.hpp"

#include <sys/prctl.h>
#include <sys/wait.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <vector>

namespace heddle {
namespace {

/// The children of all threads of this process.
std::vector<pid_t> children()
{
  std::vector<pid_t> found;
  std::error_code ignored;
  for (auto const& thread : std::filesystem::directory_iterator{"/proc/self/task", ignored}) {
    std::ifstream list{thread.path() / "children"};
    for (pid_t pid = 0; list >> pid;) found.push_back(pid);
  }
  return found;
}

}  // namespace

void adopt_orphans() noexcept
{
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  std::signal(SIGCHLD, SIG_DFL);
}

void kill_children() noexcept
try {
  for (auto const pid : children()) ::kill(pid, SIGKILL);
} catch (...) {
}

void end_descendants() noexcept
try {
  // Each round kills one generation; its orphans are this process's children in the next.
  for (auto pids = children(); !pids.empty(); pids = children()) {
    for (auto const pid : pids) {
      ::kill(pid, SIGKILL);
      ::waitpid(pid, nullptr, 0);
    }
  }
} catch (...) {
}

}  // namespace heddle
