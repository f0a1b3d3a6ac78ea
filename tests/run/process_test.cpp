#include "src/run/process.hpp"
#include "src/run/descendants.hpp"

#include "tests/support/temporary_folder.hpp"

#include <heddle/base/error.hpp>

#include <gmock/gmock.h>

#include <cerrno>
#include <csignal>
#include <limits>
#include <thread>

namespace heddle {
namespace {

using ::testing::HasSubstr;
using cause = process_result::cause;

struct ProcessTest : ::testing::Test {
  test::temporary_folder folder;

  [[nodiscard]] process_request shell(std::string const& command) const
  {
    process_request request{"/bin/sh", {"-c", command}};
    request.directory       = folder.path();
    request.log             = folder / "log";
    request.log_limit_bytes = 1 << 20;
    request.timeout    = std::chrono::duration<double>{std::numeric_limits<double>::infinity()};
    request.kill_grace = std::chrono::milliseconds{200};
    return request;
  }

  [[nodiscard]] static bool is_alive(int pid)
  {
    std::ifstream stat{"/proc/" + std::to_string(pid) + "/stat"};
    std::string number, name, state;
    return (stat >> number >> name >> state) && state != "Z" && state != "X";
  }

  /// Whether the process whose id a program wrote to `file` ends: it was killed at the latest when
  /// its program was handed back, and dies as soon as the system gets to it.
  [[nodiscard]] bool is_gone(std::string const& file) const
  {
    auto const pid = std::stoi(folder.read(file));
    for (int patience = 0; is_alive(pid); ++patience) {
      if (patience == 5000) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    return true;
  }
};

using Process = ProcessTest;

TEST_F(Process, ReportsItsExitCode)
{
  EXPECT_TRUE(run_process(shell("true"), {}).good());
  auto const result = run_process(shell("exit 7"), {});
  EXPECT_EQ(result.how, cause::exited);
  EXPECT_EQ(result.code, 7);
  EXPECT_FALSE(result.good());
}

TEST_F(Process, ReportsTheSignalThatKilledIt)
{
  auto const result = run_process(shell("kill -SEGV $$"), {});
  EXPECT_EQ(result.how, cause::signalled);
  EXPECT_EQ(result.code, SIGSEGV);
}

TEST_F(Process, LogsStandardOutputAndError)
{
  ASSERT_TRUE(run_process(shell("echo one; echo two >&2"), {}).good());
  EXPECT_EQ(folder.read("log"), "one\ntwo\n");
}

TEST_F(Process, StandardOutputGoesToAFileIfAsked)
{
  auto request        = shell("echo one; echo two >&2");
  request.stdout_file = folder / "out";
  ASSERT_TRUE(run_process(request, {}).good());
  EXPECT_EQ(folder.read("out"), "one\n");
  EXPECT_EQ(folder.read("log"), "two\n");
}

TEST_F(Process, RunsInItsDirectoryWithItsEnvironment)
{
  auto request        = shell("pwd; echo \"$HEDDLE_A $HOME\"");
  request.environment = {{"HEDDLE_A", "b c"}, {"HOME", "/nowhere"}};
  ASSERT_TRUE(run_process(request, {}).good());
  EXPECT_EQ(folder.read("log"), folder.path().string() + "\nb c /nowhere\n");
}

TEST_F(Process, StandardInputIsEmpty)
{
  ASSERT_TRUE(run_process(shell("wc -c"), {}).good());
  EXPECT_EQ(folder.read("log"), "0\n");
}

TEST_F(Process, IsAProcessGroupOfItsOwn)
{
  ASSERT_TRUE(run_process(shell("[ $(ps -o pgid= $$) = $$ ]"), {}).good());
}

TEST_F(Process, SeesNoBlockedSignals)
{
  sigset_t blocked, before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGINT);
  pthread_sigmask(SIG_BLOCK, &blocked, &before);
  auto const result = run_process(shell("kill -INT $$; sleep 5"), {});
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  EXPECT_EQ(result.how, cause::signalled);
  EXPECT_EQ(result.code, SIGINT);
}

TEST_F(Process, ThatDoesNotExistSaysSo)
{
  auto request = shell("");
  request.path = "no-such-program-anywhere";
  try {
    (void)run_process(request, {});
    FAIL() << "started";
  } catch (system_error const& e) {
    EXPECT_THAT(e.what(), HasSubstr("no-such-program-anywhere"));
    EXPECT_THAT(e.what(), HasSubstr("install it"));
  }
}

TEST_F(Process, ThatIsNoProgramSaysSo)
{
  folder.write("text", "just text");
  auto request = shell("");
  request.path = (folder / "text").string();
  EXPECT_THROW((void)run_process(request, {}), system_error);
}

TEST_F(Process, TimesOutWithItsWholeGroup)
{
  auto request      = shell("sleep 100 & echo $! > child; wait");
  request.timeout   = std::chrono::milliseconds{200};
  auto const result = run_process(request, {});
  EXPECT_EQ(result.how, cause::timed_out);
  EXPECT_TRUE(is_gone("child"));
}

TEST_F(Process, ThatIgnoresSigtermIsKilledAfterTheGrace)
{
  auto request    = shell("trap '' TERM; echo $$ > self; while true; do sleep 1; done");
  request.timeout = std::chrono::milliseconds{200};
  EXPECT_EQ(run_process(request, {}).how, cause::timed_out);
  EXPECT_TRUE(is_gone("self"));
}

TEST_F(Process, MayCleanUpWithinTheGrace)
{
  auto request       = shell("trap 'echo cleaned > mark; exit 0' TERM; sleep 100 & wait");
  request.timeout    = std::chrono::milliseconds{200};
  request.kill_grace = std::chrono::seconds{10};
  EXPECT_EQ(run_process(request, {}).how, cause::timed_out);
  EXPECT_EQ(folder.read("mark"), "cleaned\n");
}

TEST_F(Process, LeavesNoBackgroundChildBehind)
{
  ASSERT_TRUE(run_process(shell("sleep 100 & echo $! > child"), {}).good());
  EXPECT_TRUE(is_gone("child"));
}

TEST_F(Process, WhoseLeaderIsKilledLeavesNoChildBehind)
{
  auto const result = run_process(shell("sleep 100 & echo $! > child; kill -KILL $$"), {});
  EXPECT_EQ(result.how, cause::signalled);
  EXPECT_EQ(result.code, SIGKILL);
  EXPECT_TRUE(is_gone("child"));
}

TEST_F(Process, HasNoTerminalToWaitFor)
{
  EXPECT_TRUE(run_process(shell("! (: < /dev/tty) 2> /dev/null"), {}).good());
}

TEST_F(Process, WhoseEndSomebodyElseTookSaysSo)
{
  auto const before = std::signal(SIGCHLD, SIG_IGN);
  EXPECT_THROW((void)run_process(shell("true"), {}), system_error);
  std::signal(SIGCHLD, before);
}

TEST_F(Process, StopsWhenAsked)
{
  std::stop_source stop;
  std::jthread const asker{[&] {
    while (!folder.has("started")) std::this_thread::yield();
    stop.request_stop();
  }};
  auto const result =
    run_process(shell("sleep 100 & echo $! > child; touch started; wait"), stop.get_token());
  EXPECT_EQ(result.how, cause::stopped);
  EXPECT_TRUE(is_gone("child"));
}

TEST_F(Process, KeepsItsOutputUpToTheLimitAndSaysWhatIsMissing)
{
  auto request            = shell("head -c 3000000 /dev/zero; echo end");
  request.log_limit_bytes = 1000;
  auto const result       = run_process(request, {});
  EXPECT_TRUE(result.good());
  EXPECT_EQ(result.bytes_lost, 3000000 + 4 - 1000U);
  EXPECT_LT(folder.read("log").size(), 1100U);
  EXPECT_THAT(folder.read("log"), HasSubstr("2999004 more bytes"));
}

TEST_F(Process, WhoseOutputCannotBeKeptIsStopped)
{
  auto request      = shell("echo text; sleep 100");
  request.log       = "/dev/full";
  auto const result = run_process(request, {});
  EXPECT_FALSE(result.good());
  EXPECT_THAT(result.log_error, HasSubstr("No space left"));
}

TEST_F(Process, WhoseLogCannotBeOpenedIsNotStarted)
{
  auto request = shell("touch started");
  request.log  = folder / "no/such/folder/log";
  EXPECT_THROW((void)run_process(request, {}), system_error);
  EXPECT_FALSE(folder.has("started"));
}

TEST_F(Process, EndDescendantsFindsThoseWhoLeftTheirGroup)
{
  adopt_orphans();
  ASSERT_TRUE(run_process(shell("setsid sh -c 'echo $$ > stray; sleep 100' & "
                                "while [ ! -s stray ]; do sleep 0.01; done"),
                          {})
                .good());
  EXPECT_TRUE(is_alive(std::stoi(folder.read("stray"))));
  end_descendants();
  EXPECT_TRUE(is_gone("stray"));
}

TEST_F(Process, Slow_TwoGigabytesOfOutputAreDrained)
{
  auto request            = shell("head -c 2147483648 /dev/zero");
  request.log_limit_bytes = 1 << 20;
  auto const result       = run_process(request, {});
  EXPECT_TRUE(result.good());
  EXPECT_EQ(result.bytes_lost, (std::size_t{2} << 30) - (1 << 20));
}

}  // namespace
}  // namespace heddle
