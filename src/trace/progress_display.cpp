#include <heddle/trace/progress_display.hpp>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace heddle {
namespace {

constexpr std::chrono::milliseconds redraw_interval{100};
constexpr char const* clear_line = "\r\x1b[K";

std::size_t columns_of(std::FILE* terminal)
{
  winsize size{};
  if (::ioctl(::fileno(terminal), TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

/// https://no-color.org: set and not empty.
bool wants_colour()
{
  auto const* const no_color = std::getenv("NO_COLOR");
  return !no_color || !*no_color;
}

void paint_failures(std::string& line, std::size_t failed)
{
  auto const text = fmt::format("{} failed", failed);
  auto const at   = line.find(text);
  if (failed == 0 || at == std::string::npos) return;
  line.replace(at, text.size(), "\x1b[31m" + text + "\x1b[0m");
}

}  // namespace

progress_display::progress_display(std::FILE* terminal)
  : terminal_{terminal}, draws_{::isatty(::fileno(terminal)) == 1}, coloured_{wants_colour()}
{
}

progress_display::~progress_display()
{
  finish();
}

void progress_display::update(progress_state const& state)
{
  std::lock_guard const lock{mutex_};
  if (!is_time_to_draw()) return;
  auto line = progress_line(state, columns_of(terminal_) - 1);  // a full line would wrap
  if (coloured_) paint_failures(line, state.failed);
  draw(line);
}

void progress_display::update(std::string line)
{
  std::lock_guard const lock{mutex_};
  if (!is_time_to_draw()) return;
  line.resize(std::min(line.size(), columns_of(terminal_) - 1));
  draw(line);
}

bool progress_display::is_time_to_draw() const
{
  return draws_ && (!visible_ || std::chrono::steady_clock::now() - drawn_ >= redraw_interval);
}

void progress_display::draw(std::string const& line)
{
  std::fputs((clear_line + line).c_str(), terminal_);
  std::fflush(terminal_);
  visible_ = true;
  drawn_   = std::chrono::steady_clock::now();
}

void progress_display::finish()
{
  std::lock_guard const lock{mutex_};
  draws_ = false;
  if (!visible_) return;
  std::fputs(clear_line, terminal_);
  std::fflush(terminal_);
  visible_ = false;
}

}  // namespace heddle
