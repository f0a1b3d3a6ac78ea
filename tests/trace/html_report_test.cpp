#include "tests/trace/sample_run.hpp"

#include <heddle/base/error.hpp>
#include <heddle/trace/writers.hpp>

#include <gmock/gmock.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include <limits>
#include <regex>
#include <sstream>

namespace heddle {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

std::string page_of(run_record const& run)
{
  std::ostringstream out;
  write_html_report(run, out);
  return out.str();
}

json data_of(std::string const& page)
{
  std::string const mark{"type=\"application/json\">"};
  auto const begin = page.find(mark) + mark.size();
  return json::parse(page.substr(begin, page.find("</script>", begin) - begin));
}

TEST(HtmlReport, FillsEveryPlaceOfThePage)
{
  EXPECT_THAT(page_of(sample_run(10, 2)),
              AllOf(Not(HasSubstr("{{")), HasSubstr("window.heddle"), HasSubstr("--panel:")));
}

TEST(HtmlReport, NeedsNothingFromElsewhere)
{
  auto const page = page_of(sample_run(60, 2));
  EXPECT_THAT(page, Not(HasSubstr("//cdn")));
  EXPECT_FALSE(std::regex_search(
    page, std::regex{"https?://|@import|<link[^>]+stylesheet|(src|href)=\"(?!data:)|url\\("}));
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
}

TEST(HtmlReport, HoldsTheRun)
{
  auto const run  = sample_run(300, 4);
  auto const data = data_of(page_of(run));
  EXPECT_EQ(data.at("workflow"), run.workflow_name);
  EXPECT_NEAR(data.at("makespan").get<double>(), run.makespan_seconds, 1e-7);
  EXPECT_EQ(data.at("workers"), run.workers);
  ASSERT_EQ(data.at("tasks").size(), run.tasks.size());
  for (std::size_t i = 0; i < run.tasks.size(); ++i) {
    auto const& row = data.at("tasks")[i];
    EXPECT_EQ(row.at(0), run.tasks[i].name);
    EXPECT_EQ(data.at("kinds").at(row.at(1).get<std::size_t>()), run.tasks[i].kind);
    EXPECT_EQ(row.at(2), run.tasks[i].worker);
    EXPECT_NEAR(row.at(3).get<double>(), run.tasks[i].start_seconds, 1e-6);
    EXPECT_EQ(row.at(8), to_string(run.tasks[i].status));
    EXPECT_EQ(row.at(10), run.tasks[i].predecessors);
    EXPECT_EQ(row.at(11), run.tasks[i].message);
  }
}

TEST(HtmlReport, CannotBeBrokenOutOfByAName)
{
  auto run          = sample_run(3, 1);
  run.tasks[0].name = "</script><script>alert(1)</script><!--";
  run.workflow_name = "{{script}}";
  auto const page   = page_of(run);
  EXPECT_THAT(page, Not(HasSubstr("alert(1)</script>")));
  EXPECT_EQ(data_of(page).at("tasks")[0].at(0), run.tasks[0].name);
  EXPECT_EQ(data_of(page).at("workflow"), "{{script}}");
}

TEST(HtmlReport, HoldsNullForWhatIsNotANumber)
{
  run_record run{.makespan_seconds = std::numeric_limits<double>::quiet_NaN()};
  EXPECT_TRUE(data_of(page_of(run)).at("makespan").is_null());
}

TEST(HtmlReport, ReportsAFileThatCannotBeWritten)
{
  EXPECT_THROW(write_html_report(sample_run(10, 2), std::filesystem::path{"/dev/full"}),
               system_error);
  EXPECT_THROW(write_html_report({}, std::filesystem::path{"/nowhere/at/all.html"}), system_error);
}

TEST(HtmlReport, WritesAFile)
{
  auto const path =
    std::filesystem::path{testing::TempDir()} / ("report_" + std::to_string(::getpid()) + ".html");
  write_html_report(sample_run(10, 2), path);
  EXPECT_GT(std::filesystem::file_size(path), 10'000);
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace heddle
