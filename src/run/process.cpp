#include "src/run/process.hpp"

#include "src/run/file_descriptor.hpp"
#include "src/run/steady_time.hpp"

#include <heddle/base/error.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstring>
#include <string_view>

extern char** environ;

namespace heddle {
namespace {

using steady_time = std::chrono::steady_clock::time_point;

/// How often a kernel without `pidfd_open` (Linux before 5.3) is asked whether the program has
/// ended.
constexpr int poll_without_pidfd_ms = 10;

std::string reason(int code)
{
  return std::strerror(code);
}

void expect_success(int code, std::string_view what)
{
  if (code != 0) throw system_error{fmt::format("{}: {}", what, reason(code))};
}

// ---- starting ----

/// The environment of the program: the inherited one, with the request's variables set.
std::vector<std::string> merged_environment(process_request const& request)
{
  std::vector<std::string> merged;
  auto const is_set = [&](std::string_view entry) {
    return std::any_of(request.environment.begin(), request.environment.end(),
                       [&](auto const& own) {
                         return entry.size() > own.first.size() && entry[own.first.size()] == '=' &&
                                entry.substr(0, own.first.size()) == own.first;
                       });
  };
  for (char** entry = environ; *entry != nullptr; ++entry) {
    if (!is_set(*entry)) merged.emplace_back(*entry);
  }
  for (auto const& [name, text] : request.environment) merged.push_back(name + '=' + text);
  return merged;
}

std::vector<char*> pointers_to(std::vector<std::string>& strings)
{
  std::vector<char*> pointers;
  for (auto& s : strings) pointers.push_back(s.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// What the new process does before it becomes the program.
class spawn_setup {
 public:
  spawn_setup(process_request const& request, int print_to)
  {
    expect_success(posix_spawn_file_actions_init(&actions_), "posix_spawn_file_actions_init");
    expect_success(posix_spawnattr_init(&attributes_), "posix_spawnattr_init");
    redirect(request, print_to);
    isolate();
  }
  spawn_setup(spawn_setup const&)            = delete;
  spawn_setup& operator=(spawn_setup const&) = delete;
  ~spawn_setup()
  {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }

  [[nodiscard]] posix_spawn_file_actions_t const* actions() const { return &actions_; }
  [[nodiscard]] posix_spawnattr_t const* attributes() const { return &attributes_; }

 private:
  void redirect(process_request const& request, int print_to)
  {
    auto const open = [this](int fd, char const* path, int flags) {
      expect_success(posix_spawn_file_actions_addopen(&actions_, fd, path, flags, 0666), path);
    };
    open(STDIN_FILENO, "/dev/null", O_RDONLY);
    if (request.stdout_file.empty()) {
      posix_spawn_file_actions_adddup2(&actions_, print_to, STDOUT_FILENO);
    } else {
      open(STDOUT_FILENO, request.stdout_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC);
    }
    posix_spawn_file_actions_adddup2(&actions_, print_to, STDERR_FILENO);
    if (!request.directory.empty()) {
      posix_spawn_file_actions_addchdir_np(&actions_, request.directory.c_str());
    }
  }

  /// A session of its own, hence a process group of its own and no terminal to wait for; no blocked
  /// signal, and every signal at its default.
  void isolate()
  {
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setflags(&attributes_,
                             POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }

  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

pid_t spawn(process_request const& request, int print_to)
{
  spawn_setup const setup{request, print_to};
  std::vector<std::string> words{request.path};
  words.insert(words.end(), request.arguments.begin(), request.arguments.end());
  auto environment  = merged_environment(request);
  pid_t pid         = -1;
  auto const status = posix_spawnp(&pid, request.path.c_str(), setup.actions(), setup.attributes(),
                                   pointers_to(words).data(), pointers_to(environment).data());
  if (status != 0) {
    throw system_error{fmt::format(
      "program \"{}\" cannot be started: {}{}", request.path, reason(status),
      status == ENOENT ? "; install it, or correct its name, PATH or its \"#!\" line" : "")};
  }
  return pid;
}

// ---- what it prints ----

/// Copies what a program prints from a pipe to the log, up to a limit.
class log_pump {
 public:
  log_pump(std::filesystem::path path, std::size_t limit) : path_{std::move(path)}, limit_{limit}
  {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
      throw system_error{fmt::format("no pipe for a program's output: {}", reason(errno))};
    }
    from_ = file_descriptor{ends[0]};
    to_   = file_descriptor{ends[1]};
    fcntl(from_.get(), F_SETFL, O_NONBLOCK);
    log_ = file_descriptor{::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666)};
    if (!log_.open()) throw system_error{fmt::format("{}: {}", path_.string(), reason(errno))};
  }

  /// The end for the program; closed here once the program has it, so that its end is seen.
  [[nodiscard]] file_descriptor& program_end() { return to_; }
  [[nodiscard]] int source() const { return from_.get(); }
  [[nodiscard]] std::size_t bytes_kept() const { return bytes_kept_; }
  [[nodiscard]] std::size_t bytes_lost() const { return bytes_lost_; }
  [[nodiscard]] std::string const& error() const { return error_; }

  /// Takes what is there, at most 4 MiB, so that a chatty program cannot keep its watcher from the
  /// clock.
  void take()
  {
    std::array<char, 65536> chunk;
    for (int chunks = 0; chunks < 64 && from_.open(); ++chunks) {
      auto const got = ::read(from_.get(), chunk.data(), chunk.size());
      if (got > 0) {
        keep({chunk.data(), static_cast<std::size_t>(got)});
      } else if (got == 0) {
        from_.reset();
      } else if (errno != EINTR) {
        return;
      }
    }
  }

  /// Notes in the log how much was not kept.
  void finish()
  {
    if (bytes_lost_ == 0) return;
    write(fmt::format("\n[heddle: {} more bytes were printed and not kept]\n", bytes_lost_));
  }

 private:
  void keep(std::string_view text)
  {
    auto const kept = std::min(text.size(), limit_ - bytes_kept_);
    bytes_lost_ += text.size() - kept;
    bytes_kept_ += kept;
    write(text.substr(0, kept));
  }

  void write(std::string_view text)
  {
    while (!text.empty() && error_.empty()) {
      auto const done = ::write(log_.get(), text.data(), text.size());
      if (done >= 0) {
        text.remove_prefix(static_cast<std::size_t>(done));
      } else if (errno != EINTR) {
        error_ = fmt::format("its output cannot be kept: {}: {}", path_.string(), reason(errno));
      }
    }
  }

  std::filesystem::path path_;
  std::size_t limit_;
  std::size_t bytes_kept_ = 0;
  std::size_t bytes_lost_ = 0;
  std::string error_{};
  file_descriptor from_{}, to_{}, log_{};
};

// ---- watching ----

/// Starts a program, watches it until it has ended, and reaps it.
class watcher {
 public:
  watcher(process_request const& request, log_pump& pump)
    : request_{request}, pump_{pump}, wake_{eventfd(0, EFD_CLOEXEC)}
  {
    if (!wake_.open()) {
      throw system_error{fmt::format("no eventfd to watch a program: {}", reason(errno))};
    }
    pid_    = spawn(request, pump.program_end().get());
    pid_fd_ = open_pid(pid_);
    pump.program_end().reset();
    timeout_at_ = later(std::chrono::steady_clock::now(), request.timeout);
  }

  process_result watch(std::stop_token const& stop)
  {
    std::stop_callback const wake_up{stop, [this] { (void)eventfd_write(wake_.get(), 1); }};
    while (!has_ended()) {
      sleep_until_something_happens();
      pump_.take();
      if (stop.stop_requested()) end(process_result::cause::stopped);
      if (!pump_.error().empty()) end(process_result::cause::stopped);
      auto const now = std::chrono::steady_clock::now();
      if (now >= timeout_at_) end(process_result::cause::timed_out);
      if (now >= kill_at_) signal_group(SIGKILL);
    }
    return collect();
  }

 private:
  static file_descriptor open_pid(pid_t pid)
  {
    return file_descriptor{static_cast<int>(syscall(SYS_pidfd_open, pid, 0))};
  }

  /// Whether the program has ended; it stays a zombie, so that its group cannot be taken by
  /// another.
  ///
  /// @throw system_error if somebody else has reaped it
  [[nodiscard]] bool has_ended() const
  {
    siginfo_t info{};
    if (waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0) {
      return info.si_pid == pid_;
    }
    if (errno == EINTR) return false;
    throw system_error{
      fmt::format("program \"{}\": how it ended is not known ({}); this process must neither "
                  "ignore SIGCHLD nor "
                  "wait for children that heddle has started",
                  request_.path, reason(errno))};
  }

  void sleep_until_something_happens() const
  {
    std::array<pollfd, 3> watched{{{pid_fd_.get(), POLLIN, 0},
                                   {pump_.source(), POLLIN, 0},
                                   {ending_ ? -1 : wake_.get(), POLLIN, 0}}};
    ::poll(watched.data(), watched.size(), milliseconds_to_sleep());
  }

  [[nodiscard]] int milliseconds_to_sleep() const
  {
    auto const next = std::min(timeout_at_, kill_at_);
    auto const most = pid_fd_.open() ? 60'000 : poll_without_pidfd_ms;
    if (next == steady_time::max()) return most;
    auto const left =
      std::chrono::ceil<std::chrono::milliseconds>(next - std::chrono::steady_clock::now());
    return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, most));
  }

  /// Asks the group to end, once; from then on only `kill_at_` counts.
  void end(process_result::cause why)
  {
    if (ending_) return;
    ending_     = why;
    timeout_at_ = steady_time::max();
    kill_at_    = later(std::chrono::steady_clock::now(), request_.kill_grace);
    signal_group(SIGTERM);
  }

  void signal_group(int signal)
  {
    if (signal == SIGKILL) kill_at_ = steady_time::max();
    ::kill(-pid_, signal);
  }

  process_result collect()
  {
    signal_group(SIGKILL);
    pump_.take();  // what is left fits: a pipe holds 1 MiB at most
    pump_.finish();
    siginfo_t info{};
    waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED);
    reap_group();
    auto const own_end =
      info.si_code == CLD_EXITED ? process_result::cause::exited : process_result::cause::signalled;
    return {ending_.value_or(own_end), info.si_status, pump_.bytes_kept(), pump_.bytes_lost(),
            pump_.error()};
  }

  /// Waits for those of the group that are this process's children now, if it adopts orphans: they
  /// were killed, and shall neither touch an output any more nor stay zombies.
  void reap_group() const
  {
    siginfo_t info{};
    while (waitid(P_PGID, static_cast<id_t>(pid_), &info, WEXITED) == 0) {
    }
  }

  process_request const& request_;
  log_pump& pump_;
  file_descriptor wake_;
  pid_t pid_ = -1;
  file_descriptor pid_fd_{};
  std::optional<process_result::cause> ending_{};
  steady_time timeout_at_ = steady_time::max();
  steady_time kill_at_    = steady_time::max();
};

}  // namespace

process_result run_process(process_request const& request, std::stop_token const& stop)
{
  log_pump pump{request.log, request.log_limit_bytes};
  return watcher{request, pump}.watch(stop);
}

}  // namespace heddle
