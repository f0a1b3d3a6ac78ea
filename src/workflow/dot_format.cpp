// Graphviz DOT (graphviz.org/doc/info/lang.html): directed graphs. Nodes are tasks; their
// attributes `seconds` and `gpu_seconds` and the edges' attribute `bytes` are heddle's own, all
// others are for drawing and are ignored. Subgraphs are flattened, with a stack of scopes instead
// of recursion.

#include "src/workflow/document_writer.hpp"
#include "src/workflow/dot_tokens.hpp"
#include "src/workflow/name_table.hpp"
#include "src/workflow/readers.hpp"

#include <heddle/base/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

namespace heddle {
namespace {

/// What nodes and edges may declare.
struct dot_attributes {
  std::optional<double> seconds{};
  std::optional<double> gpu_seconds{};
  std::optional<double> bytes{};
};

/// One pair of braces, and the statement that is being read in it.
struct dot_scope {
  dot_attributes defaults{};
  std::vector<task_id> members{};                ///< every node that came up in it
  std::vector<std::vector<task_id>> operands{};  ///< of the statement: what stands between arrows
  bool wants_operand = false;                    ///< an arrow was the last word
};

class dot_parser {
 public:
  explicit dot_parser(source_text const& source) : tokens_{source}, result_{name_of_file(source)} {}

  workflow parse()
  {
    read_header();
    while (!scopes_.empty()) read_next();
    if (auto const rest = tokens_.take(); rest.what != dot_token::kind::end) {
      tokens_.fail(rest, "something follows the end of the graph; take it out");
    }
    if (strict_) keep_last_of_repeated_edges();
    for (auto const& e : edges_) result_.add_edge(e);
    return std::move(result_);
  }

 private:
  void read_header();
  void read_next();
  void open_scope(dot_token const& at);
  void close_scope(dot_token const& at);
  void read_statement(dot_token const& first);
  void read_operand(std::vector<task_id> nodes);
  void end_statement();
  void connect(std::vector<task_id> const& from, std::vector<task_id> const& to, double bytes);
  void read_attributes(dot_attributes& into);
  void read_attribute(dot_attributes& into);
  double read_number(dot_token const& value);
  void read_port();
  task_id mention(std::string_view name);
  void keep_last_of_repeated_edges();
  [[noreturn]] void fail_expected(std::string_view what, dot_token const& found);

  dot_tokens tokens_;
  workflow result_;
  name_table nodes_{};
  std::vector<edge> edges_{};
  std::vector<dot_scope> scopes_{};
  bool strict_ = false;
};

void dot_parser::fail_expected(std::string_view what, dot_token const& found)
{
  if (found.what == dot_token::kind::end) {
    tokens_.fail(found, fmt::format("expected {}, found the end of the file", what));
  }
  constexpr std::size_t longest = 30;
  tokens_.fail(found,
               fmt::format("expected {}, found \"{}\"", what, found.text.substr(0, longest)));
}

void dot_parser::read_header()
{
  auto token = tokens_.take();
  strict_    = token.is_keyword("strict");
  if (strict_) token = tokens_.take();
  if (token.is_keyword("graph")) {
    tokens_.fail(token, "an undirected graph is no workflow; write \"digraph\" and \"->\"");
  }
  if (!token.is_keyword("digraph")) fail_expected("\"digraph\"", token);
  if (tokens_.peek().is_id()) {
    if (auto const name = tokens_.take().text; !name.empty()) result_.rename(name);
  }
  auto const brace = tokens_.take();
  if (!brace.is('{')) fail_expected("{", brace);
  open_scope(brace);
}

void dot_parser::open_scope(dot_token const& at)
{
  constexpr std::size_t deepest = 10'000;
  if (scopes_.size() >= deepest)
    tokens_.fail(at, fmt::format("nested deeper than {} levels", deepest));
  scopes_.push_back({scopes_.empty() ? dot_attributes{} : scopes_.back().defaults});
}

void dot_parser::close_scope(dot_token const& at)
{
  if (scopes_.back().wants_operand) fail_expected("a node after ->", at);
  auto members = std::move(scopes_.back().members);
  scopes_.pop_back();
  if (scopes_.empty()) return;
  std::ranges::sort(members);
  auto const repeated = std::ranges::unique(members);
  members.erase(repeated.begin(), repeated.end());
  read_operand(std::move(members));
}

void dot_parser::read_next()
{
  auto const token = tokens_.take();
  if (token.is('}')) return close_scope(token);
  if (token.is('{')) return open_scope(token);
  if (token.is_keyword("subgraph")) {
    if (tokens_.peek().is_id()) tokens_.take();
    auto const brace = tokens_.take();
    if (!brace.is('{')) fail_expected("{ after subgraph", brace);
    return open_scope(brace);
  }
  if (token.is(';') && !scopes_.back().wants_operand) return;
  if (!token.is_id()) fail_expected("a node, an edge or }", token);
  read_statement(token);
}

/// A statement that starts with an identifier, or the part of an edge statement after an arrow.
void dot_parser::read_statement(dot_token const& first)
{
  auto& scope = scopes_.back();
  auto const is_defaults =
    first.is_keyword("node") || first.is_keyword("edge") || first.is_keyword("graph");
  if (scope.wants_operand && is_defaults) fail_expected("a node after ->", first);
  if (is_defaults) {
    dot_attributes of_graph;
    read_attributes(first.is_keyword("graph") ? of_graph : scope.defaults);
    return;
  }
  if (tokens_.peek().is('=') && !scope.wants_operand) {
    tokens_.take();
    if (auto const value = tokens_.take(); !value.is_id()) fail_expected("a value after =", value);
    return;
  }
  auto const node = mention(first.text);
  read_port();
  read_operand({node});
}

/// A node or a subgraph is complete: an arrow may follow, or else the statement ends.
void dot_parser::read_operand(std::vector<task_id> nodes)
{
  auto& scope         = scopes_.back();
  scope.wants_operand = false;
  scope.members.insert(scope.members.end(), nodes.begin(), nodes.end());
  scope.operands.push_back(std::move(nodes));
  if (tokens_.peek().what == dot_token::kind::line) {
    tokens_.fail(tokens_.peek(), "an undirected edge is none of a workflow; write \"->\"");
  }
  if (tokens_.peek().what != dot_token::kind::arrow) return end_statement();
  tokens_.take();
  scope.wants_operand = true;
}

void dot_parser::end_statement()
{
  auto& scope         = scopes_.back();
  auto const operands = std::exchange(scope.operands, {});
  dot_attributes attributes{{}, {}, scope.defaults.bytes};
  read_attributes(attributes);
  for (std::size_t i = 1; i < operands.size(); ++i) {
    connect(operands[i - 1], operands[i], attributes.bytes.value_or(0));
  }
  if (operands.size() > 1) return;
  for (auto const node : operands.front()) {
    auto& task = result_.at(node);
    if (attributes.seconds) task.cpu_seconds = *attributes.seconds;
    if (attributes.gpu_seconds) task.gpu_seconds = *attributes.gpu_seconds;
  }
}

void dot_parser::connect(std::vector<task_id> const& from, std::vector<task_id> const& to,
                         double bytes)
{
  constexpr std::size_t most_edges = 1 << 28;
  if (!to.empty() && from.size() > (most_edges - edges_.size()) / to.size()) {
    tokens_.fail(tokens_.peek(), fmt::format("more than {} edges", most_edges));
  }
  for (auto const f : from) {
    for (auto const t : to) {
      if (f == t) {
        tokens_.fail(tokens_.peek(),
                     fmt::format("node \"{}\" has an edge to itself", result_.at(f).name));
      }
      edges_.push_back({f, t, bytes});
    }
  }
}

/// Any number of lists in brackets.
void dot_parser::read_attributes(dot_attributes& into)
{
  while (tokens_.peek().is('[')) {
    tokens_.take();
    while (!tokens_.peek().is(']')) {
      read_attribute(into);
      if (tokens_.peek().is(',') || tokens_.peek().is(';')) tokens_.take();
    }
    tokens_.take();
  }
}

void dot_parser::read_attribute(dot_attributes& into)
{
  auto const name = tokens_.take();
  if (!name.is_id()) fail_expected("an attribute or ]", name);
  if (!tokens_.peek().is('=')) return;
  tokens_.take();
  auto const value = tokens_.take();
  if (!value.is_id()) fail_expected("a value after =", value);
  if (name.text == "seconds") into.seconds = read_number(value);
  if (name.text == "gpu_seconds") into.gpu_seconds = read_number(value);
  if (name.text == "bytes") into.bytes = read_number(value);
}

double dot_parser::read_number(dot_token const& value)
{
  double number          = 0;
  auto const* const end  = value.text.data() + value.text.size();
  auto const [at, error] = std::from_chars(value.text.data(), end, number);
  if (error != std::errc{} || at != end || !(number >= 0) || std::isinf(number)) {
    fail_expected("a finite number that is not negative", value);
  }
  return number + 0.0;
}

/// A port (`node:port:compass`) only says where an edge is drawn.
void dot_parser::read_port()
{
  while (tokens_.peek().is(':')) {
    tokens_.take();
    if (auto const port = tokens_.take(); !port.is_id()) fail_expected("a port after :", port);
  }
}

/// A new node takes the defaults of the scope in which it first comes up.
task_id dot_parser::mention(std::string_view name)
{
  if (name.empty()) tokens_.fail(tokens_.peek(), "the name of a node must not be empty");
  auto const [id, is_new] = nodes_.add(name);
  if (!is_new) return id;
  auto const& defaults = scopes_.back().defaults;
  return result_.add_task({std::string{name}, defaults.seconds.value_or(task_info::unknown_seconds),
                           defaults.gpu_seconds.value_or(task_info::unknown_seconds)});
}

void dot_parser::keep_last_of_repeated_edges()
{
  auto const ends = [](edge const& e) { return std::pair{e.from, e.to}; };
  std::ranges::reverse(edges_);
  std::ranges::stable_sort(edges_, {}, ends);
  auto const repeated = std::ranges::unique(edges_, {}, ends);
  edges_.erase(repeated.begin(), repeated.end());
}

/// @throw not_supported if DOT has no way to write `name`: a backslash there would hide a quote
std::string quoted_id(std::string_view name)
{
  std::string text = "\"";
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '"') text += '\\';
    if (name[i] == '\\') {
      auto const next = i + 1 < name.size() ? name[i + 1] : '"';
      if (next == '"' || next == '\n') {
        throw not_supported{fmt::format("\"{}\" cannot be written in DOT; rename it", name)};
      }
      text += name[i++];
    }
    text += name[i];
  }
  return text + '"';
}

void write_node(document_writer& writer, task_info const& task)
{
  writer.print("  {}", quoted_id(task.name));
  list_separator comma;
  auto const print = [&](std::string_view key, double seconds) {
    if (std::isnan(seconds)) return;
    auto const before = comma.next();
    writer.print("{}{}={}", before.empty() ? " [" : ", ", key, fmt::format("\"{}\"", seconds));
  };
  print("seconds", task.cpu_seconds);
  print("gpu_seconds", task.gpu_seconds);
  writer.print("{}", comma.next().empty() ? ";\n" : "];\n");
}

}  // namespace

workflow read_dot(source_text const& source)
{
  return dot_parser{source}.parse();
}

void write_dot(workflow const& w, std::ostream& out)
{
  auto const table = make_edge_table(w);
  document_writer writer{out};
  writer.print("digraph {} {{\n", quoted_id(w.name()));
  for (auto const& task : w.tasks()) write_node(writer, task);
  for (task_id t = 0; t < static_cast<task_id>(w.num_tasks()); ++t) {
    auto const after = table.successors(t);
    auto const bytes = table.bytes_to_successors(t);
    for (std::size_t i = 0; i < after.size(); ++i) {
      writer.print("  {} -> {}", quoted_id(w.at(t).name), quoted_id(w.at(after[i]).name));
      if (bytes[i] != 0) writer.print(" [bytes=\"{}\"]", bytes[i]);
      writer.print(";\n");
    }
  }
  writer.print("}}\n");
  writer.flush();
}

}  // namespace heddle
