// Writes the report of a made-up run: write_sample_report TASKS WORKERS FILE [TRACE]. Layers of
// tasks, scheduled as they become ready; with more than 50 tasks one fails, and the names of some
// are hostile.
#include "tests/trace/sample_run.hpp"

#include <heddle/trace/writers.hpp>

#include <cstdlib>
#include <iostream>

int main(int argc, char** argv)
{
  if (argc < 4) {
    std::cerr << "usage: write_sample_report TASKS WORKERS FILE.html [FILE.json]\n";
    return 2;
  }
  auto const run = heddle::sample_run(std::atoi(argv[1]), std::atoi(argv[2]));
  heddle::write_html_report(run, std::filesystem::path{argv[3]});
  if (argc > 4) heddle::write_chrome_trace(run, std::filesystem::path{argv[4]});
  return 0;
}
