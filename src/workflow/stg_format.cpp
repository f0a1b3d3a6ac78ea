// The Standard Task Graph Set (Tobita and Kasahara, J. Scheduling 5(5), 2002): the number of tasks,
// then one line per task with its number, its processing time, and its predecessors after their
// number. Lines that start with '#' are comments. Tasks are numbered from 0; the first and the last
// are dummies that cost nothing and only give the graph one entry and one exit. The random graphs
// do not count them in the first line, the application graphs do.

#include "src/workflow/document_writer.hpp"
#include "src/workflow/readers.hpp"

#include <heddle/base/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <system_error>
#include <vector>

namespace heddle {
namespace {

/// The numbers of a text, line by line.
class stg_scanner {
 public:
  explicit stg_scanner(source_text const& source)
    : source_{source}, at_{source.text().data()}, end_{at_ + source.text().size()}
  {
  }

  [[noreturn]] void fail(std::string_view message) const
  {
    throw input_error{fmt::format("{}:{}: {}", source_.name(), source_.line_of(at_), message)};
  }

  /// Passes empty lines and comments. @return whether there is a line of numbers
  bool next_line()
  {
    for (;;) {
      skip([](char c) { return is_blank(c) || c == '\n'; });
      if (at_ == end_) return false;
      if (*at_ != '#') return true;
      skip([](char c) { return c != '\n'; });
    }
  }

  template <class Number>
  Number number(std::string_view what)
  {
    skip(is_blank);
    Number found{};
    auto const [after, error] = std::from_chars(at_, end_, found);
    if (error == std::errc::result_out_of_range) fail(fmt::format("{} is out of range", what));
    if (error != std::errc{} || (after != end_ && !is_blank(*after) && *after != '\n')) {
      fail(fmt::format("expected {}, found {}", what, found_text()));
    }
    at_ = after;
    return found;
  }

  void expect_end_of_line()
  {
    skip(is_blank);
    if (at_ != end_ && *at_ != '\n')
      fail(fmt::format("expected the end of the line, found {}", found_text()));
  }

 private:
  static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

  template <class Predicate>
  void skip(Predicate is_skipped)
  {
    while (at_ != end_ && is_skipped(*at_)) ++at_;
  }

  std::string found_text() const
  {
    if (at_ == end_) return "the end of the file";
    if (*at_ == '\n') return "the end of the line";
    constexpr std::size_t longest = 30;
    auto const text               = std::string_view{at_, end_}.substr(0, longest);
    return fmt::format("\"{}\"", text.substr(0, text.find_first_of(" \t\r\n")));
  }

  source_text const& source_;
  char const* at_;
  char const* end_;
};

/// All rows of a file, dummies included.
struct stg_rows {
  std::vector<double> seconds{};
  std::vector<std::size_t> num_predecessors{};
  std::vector<std::int32_t> predecessors{};
};

void read_row(stg_scanner& scanner, std::int32_t most_tasks, stg_rows& rows)
{
  auto const expected = static_cast<std::int32_t>(rows.seconds.size());
  auto const id       = scanner.number<std::int32_t>("the number of a task");
  if (id != expected) scanner.fail(fmt::format("expected task {}, found {}", expected, id));
  auto const seconds = scanner.number<double>("the processing time");
  if (!(seconds >= 0) || std::isinf(seconds)) {
    scanner.fail(
      fmt::format("the processing time must be finite and not negative, but is {}", seconds));
  }
  rows.seconds.push_back(seconds + 0.0);
  auto const count = scanner.number<std::uint32_t>("the number of predecessors");
  rows.num_predecessors.push_back(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    auto const predecessor = scanner.number<std::int32_t>("a predecessor");
    if (predecessor < 0 || predecessor >= most_tasks) {
      scanner.fail(fmt::format("there is no task {} to come before task {}", predecessor, id));
    }
    if (predecessor == id) scanner.fail(fmt::format("task {} is its own predecessor", id));
    rows.predecessors.push_back(predecessor);
  }
  scanner.expect_end_of_line();
}

stg_rows read_rows(source_text const& source)
{
  stg_scanner scanner{source};
  if (!scanner.next_line()) scanner.fail("expected the number of tasks, found the end of the file");
  auto const declared = scanner.number<std::int32_t>("the number of tasks");
  constexpr auto most = std::numeric_limits<std::int32_t>::max() - 2;
  if (declared < 0 || declared > most)
    scanner.fail(fmt::format("there cannot be {} tasks", declared));
  scanner.expect_end_of_line();
  stg_rows rows;
  while (scanner.next_line()) {
    if (rows.seconds.size() == static_cast<std::size_t>(declared) + 2) {
      scanner.fail(
        fmt::format("line 1 declares {} tasks and two dummies; there are more", declared));
    }
    read_row(scanner, declared + 2, rows);
  }
  auto const found = static_cast<std::int32_t>(rows.seconds.size());
  if (found != declared && found != declared + 2) {
    scanner.fail(fmt::format("line 1 declares {} tasks, with or without two dummies, but {} follow",
                             declared, found));
  }
  for (auto const p : rows.predecessors) {
    if (p >= found) scanner.fail(fmt::format("task {} is named as a predecessor, but missing", p));
  }
  return rows;
}

/// The rows that become tasks: all but the dummies.
range real_tasks(stg_rows const& rows)
{
  range real{0, rows.seconds.size()};
  if (real.size() > 0 && rows.seconds.front() == 0 && rows.num_predecessors.front() == 0)
    ++real.first;
  auto const last = static_cast<std::int32_t>(rows.seconds.size()) - 1;
  auto const has_successor =
    std::find(rows.predecessors.begin(), rows.predecessors.end(), last) != rows.predecessors.end();
  if (real.size() > 0 && rows.seconds.back() == 0 && !has_successor) --real.last;
  return real;
}

}  // namespace

workflow read_stg(source_text const& source)
{
  auto const rows = read_rows(source);
  auto const real = real_tasks(rows);
  workflow w{name_of_file(source)};
  w.reserve(real.size(), rows.predecessors.size(), 0);
  for (auto row = real.first; row < real.last; ++row) {
    w.add_task({fmt::to_string(row), rows.seconds[row]});
  }
  auto const id_of = [&](std::size_t row) { return static_cast<task_id>(row - real.first); };
  std::size_t next = 0;
  for (std::size_t row = 0; row < real.last; ++row) {
    for (std::uint32_t i = 0; i < rows.num_predecessors[row]; ++i) {
      auto const before = static_cast<std::size_t>(rows.predecessors[next++]);
      if (before >= real.first) w.add_edge({id_of(before), id_of(row)});
    }
  }
  return w;
}

void write_stg(workflow const& w, std::ostream& out)
{
  auto const table = make_edge_table(w);
  document_writer writer{out};
  writer.print("{}\n0 0 0\n", w.num_tasks());
  std::vector<task_id> exits;
  for (task_id t = 0; t < static_cast<task_id>(w.num_tasks()); ++t) {
    auto const& task = w.at(t);
    if (std::isnan(task.cpu_seconds)) {
      throw not_supported{
        fmt::format("task \"{}\": STG needs the seconds of every task; declare them", task.name)};
    }
    auto const before = table.predecessors(t);
    writer.print("{} {} {}", t + 1, task.cpu_seconds, std::max<std::size_t>(before.size(), 1));
    for (auto const p : before) writer.print(" {}", p + 1);
    writer.print("{}", before.empty() ? " 0\n" : "\n");
    if (table.successors(t).empty()) exits.push_back(t);
  }
  writer.print("{} 0 {}", w.num_tasks() + 1, exits.size());
  for (auto const t : exits) writer.print(" {}", t + 1);
  writer.print("\n");
  writer.flush();
}

}  // namespace heddle
