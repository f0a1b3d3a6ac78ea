#include <heddle/trace/progress_display.hpp>

#include <gmock/gmock.h>
#include <pty.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <thread>
#include <vector>

namespace heddle {
namespace {

using testing::HasSubstr;
using testing::Not;

/// A terminal of 60 columns whose other end can be read.
class terminal {
 public:
  terminal()
  {
    winsize size{.ws_row = 24, .ws_col = 60, .ws_xpixel = 0, .ws_ypixel = 0};
    int device = -1;
    EXPECT_EQ(::openpty(&control_, &device, nullptr, nullptr, &size), 0);
    stream_.reset(::fdopen(device, "w"));
  }
  ~terminal() { ::close(control_); }
  terminal(terminal const&)            = delete;
  terminal& operator=(terminal const&) = delete;

  std::FILE* stream() { return stream_.get(); }

  /// What was written so far; there must be something.
  std::string read()
  {
    std::string text(65536, '\0');
    text.resize(static_cast<std::size_t>(::read(control_, text.data(), text.size())));
    return text;
  }

 private:
  struct closer {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  int control_ = -1;
  std::unique_ptr<std::FILE, closer> stream_;
};

progress_state some_failed()
{
  return {.done = 3, .failed = 2, .total = 10, .elapsed_seconds = 5};
}

TEST(ProgressDisplay, DrawsOneLineAndClearsIt)
{
  terminal screen;
  progress_display display{screen.stream()};
  display.update({.done = 3, .total = 10, .elapsed_seconds = 5});
  EXPECT_EQ(screen.read(), "\r\x1b[K3/10 tasks, 5.0 s, about 12 s left");
  display.finish();
  EXPECT_EQ(screen.read(), "\r\x1b[K");
}

TEST(ProgressDisplay, RedrawsNoMoreThanTenTimesASecond)
{
  terminal screen;
  progress_display display{screen.stream()};
  auto const begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 40; ++i) display.update(some_failed());
  auto const seconds =
    std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  auto const text  = screen.read();
  auto const draws = std::count(text.begin(), text.end(), '\r');
  EXPECT_LE(static_cast<double>(draws), 1 + seconds * 10);
}

TEST(ProgressDisplay, DrawsNothingOnceFinished)
{
  terminal screen;
  progress_display display{screen.stream()};
  display.finish();
  display.update(some_failed());
  std::fputs("end", screen.stream());
  std::fflush(screen.stream());
  EXPECT_EQ(screen.read(), "end");
}

TEST(ProgressDisplay, PaintsFailuresUnlessNoColourIsWanted)
{
  for (bool const coloured : {true, false}) {
    ::setenv("NO_COLOR", coloured ? "" : "1", 1);
    terminal screen;
    progress_display display{screen.stream()};
    display.update(some_failed());
    auto const red = HasSubstr("\x1b[31m2 failed\x1b[0m");
    EXPECT_THAT(screen.read(), coloured ? testing::Matcher<std::string>{red} : Not(red));
  }
  ::unsetenv("NO_COLOR");
}

TEST(ProgressDisplay, WritesNothingWhereThereIsNoTerminal)
{
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> const file{std::tmpfile(), std::fclose};
  {
    progress_display display{file.get()};
    display.update(some_failed());
  }
  EXPECT_EQ(std::ftell(file.get()), 0);
}

TEST(ProgressDisplay, MayBeUpdatedByManyThreads)
{
  terminal screen;
  progress_display display{screen.stream()};
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 200; ++k) display.update(some_failed());
    });
  }
  threads.clear();
  EXPECT_THAT(screen.read(), HasSubstr("5/10 tasks"));
}

}  // namespace
}  // namespace heddle
