#include "tests/workflow/workflow_test_tools.hpp"

#include <heddle/workflow/generate.hpp>

#include <array>
#include <cmath>
#include <random>
#include <vector>

namespace heddle {
namespace {

using ::testing::HasSubstr;

constexpr std::array all_formats{file_format::wfformat, file_format::heddle_json, file_format::stg,
                                 file_format::dot};

/// Small documents of every format that have much in them.
std::vector<std::string> samples()
{
  std::vector<std::string> texts;
  for (auto const format : all_formats) {
    texts.push_back(write_text(generate_workflow("montage", {.tasks = 12}), format));
  }
  texts.push_back(
    R"({"tasks": [{"id": "a\u00e9\n", "command": "x 'y'", "stdout": "o", "environment": {"A": "b"},
    "resources": {"cores": 2}, "data_parallel": {"last": 3}}, {"id": "b", "depends": [{"id": "a\u00e9\n", "bytes": 1}],
    "pipeline": {"num_tokens": 2, "stages": [{"name": "s", "program": "p"}]}}]})");
  texts.push_back(
    "strict digraph { a -> {b c \"d \\\" e\"} [bytes=1]; node [seconds=1]; subgraph x { f; g } }");
  return texts;
}

/// Reading must return or throw one of heddle's errors; the message of the error has no use here.
void read_hostile(std::string_view text)
{
  try {
    static_cast<void>(read_workflow_text(text, "FILE"));
  } catch (error const&) {
    SUCCEED();
  }
}

TEST(FileFormats, NamesAreKnown)
{
  for (auto const format : all_formats) EXPECT_EQ(parse_file_format(to_string(format)), format);
  EXPECT_THROW(static_cast<void>(parse_file_format("yaml")), input_error);
}

TEST(FileFormats, AreRecognisedByContent)
{
  EXPECT_EQ(read_workflow_text("\xEF\xBB\xBF {\"tasks\": []}", "x").format,
            file_format::heddle_json);
  EXPECT_EQ(read_workflow_text("# c\n0\n0 0 0\n1 0 0\n", "x").format, file_format::stg);
  EXPECT_EQ(read_workflow_text("// c\n/* d */ DiGraph{}", "x").format, file_format::dot);
  EXPECT_THAT(error_of(""), HasSubstr("FILE: is empty"));
  EXPECT_THAT(error_of(" \n# only a comment"), HasSubstr("FILE"));
  EXPECT_THAT(error_of("<xml/>"), HasSubstr("none of WfFormat"));
  EXPECT_THAT(error_of("{\"a\": 1}"), HasSubstr("neither"));
  EXPECT_THAT(error_of("[1]"), HasSubstr("FILE"));
  EXPECT_THAT(error_of(std::string(100'000, '[')), HasSubstr("FILE"));
  EXPECT_THAT(error_of(std::string(100, '\0')), HasSubstr("FILE"));
}

TEST(FileFormats, MissingFilesAreSystemErrors)
{
  EXPECT_THROW(static_cast<void>(read_workflow("/no/such/file")), system_error);
  EXPECT_THROW(static_cast<void>(read_workflow("/")), system_error);
}

TEST(FileFormats, SurviveTruncationAtEveryByte)
{
  for (auto const& text : samples()) {
    for (std::size_t length = 0; length < text.size(); ++length)
      read_hostile(text.substr(0, length));
  }
}

TEST(FileFormats, SurviveMutation)
{
  constexpr std::string_view fragments = "{}[]\",:;->#/*\\0123456789eE+-.\x00\xff\n tfn";
  for (auto const& text : samples()) {
    std::mt19937_64 random{7};
    for (int round = 0; round < 3000; ++round) {
      auto changed = text;
      for (auto left = 1 + random() % 4; left > 0; --left) {
        auto const at = random() % changed.size();
        switch (random() % 4) {
          case 0:
            changed[at] = fragments[random() % fragments.size()];
            break;
          case 1:
            changed.insert(at, 1, fragments[random() % fragments.size()]);
            break;
          case 2:
            changed.erase(at, 1 + random() % 8);
            break;
          default:
            changed.insert(at, changed.substr(random() % changed.size(), random() % 40));
        }
        if (changed.empty()) changed.push_back(' ');
      }
      read_hostile(changed);
    }
  }
}

TEST(FileFormats, GeneratedWorkflowsSurviveEveryFormat)
{
  for (auto const& kind : generators()) {
    auto const w = generate_workflow(kind.name, {.tasks = 60});
    for (auto const format : {file_format::wfformat, file_format::heddle_json, file_format::dot}) {
      auto const again = read_text(write_text(w, format));
      ASSERT_EQ(again.num_tasks(), w.num_tasks());
      EXPECT_EQ(named_edges(again), named_edges(w)) << kind.name;
      for (task_id t = 0; t < static_cast<task_id>(w.num_tasks()); ++t) {
        EXPECT_EQ(again.at(t).cpu_seconds, w.at(t).cpu_seconds);
      }
    }
    auto const plain = read_text(write_text(w, file_format::stg));
    EXPECT_EQ(plain.edges().size(), w.edges().size());
  }
}

}  // namespace
}  // namespace heddle
