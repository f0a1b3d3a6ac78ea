/// @file
/// The published instances, platforms and makespans, for tests that compare with them.
#pragma once

#include "tests/support/small_workflows.hpp"

#include <heddle/cost/cost_model.hpp>
#include <heddle/topology/machine.hpp>
#include <heddle/workflow/file_formats.hpp>

#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace heddle::test {

/// The folder of HEDDLE_TEST_DATA; none if it is not set.
inline std::optional<std::string> data_folder()
{
  auto const* const folder = std::getenv("HEDDLE_TEST_DATA");
  return folder != nullptr ? std::optional<std::string>{folder} : std::nullopt;
}

/// Rows of a CSV file without quotes, by column name.
inline std::vector<std::map<std::string, std::string>> read_csv(std::string const& path)
{
  auto const cells_of = [](std::string const& line) {
    std::vector<std::string> cells;
    std::stringstream stream{line};
    for (std::string cell; std::getline(stream, cell, ',');) cells.push_back(cell);
    if (!cells.empty() && cells.back().ends_with('\r')) cells.back().pop_back();
    return cells;
  };
  std::ifstream file{path};
  std::string line;
  if (!std::getline(file, line)) throw std::runtime_error{path + ": cannot be read"};
  auto const columns = cells_of(line);
  std::vector<std::map<std::string, std::string>> rows;
  while (std::getline(file, line)) {
    auto const cells = cells_of(line);
    auto& row        = rows.emplace_back();
    for (std::size_t i = 0; i < cells.size(); ++i) row[columns[i]] = cells[i];
  }
  return rows;
}

/// A workflow and its machine.
struct problem {
  workflow work;
  machine platform;
};

/// Reads one of the tiny workflows with known optima.
inline problem read_tiny(std::string const& path)
{
  std::ifstream file{path};
  std::size_t tasks = 0, nodes = 0, edges = 0;
  double bandwidth = 0;
  file >> tasks >> nodes >> edges >> bandwidth;
  std::vector<double> seconds_of(tasks), speeds(nodes);
  for (auto& each : seconds_of) file >> each;
  for (auto& each : speeds) file >> each;
  std::vector<edge> links(edges);
  for (auto& e : links) file >> e.from >> e.to >> e.bytes;
  if (!file) throw std::runtime_error{path + ": cannot be read"};
  return {make_workflow(seconds_of, links), make_nodes(speeds, bandwidth)};
}

/// One public instance on one platform at one ratio of communication to computation.
struct combo {
  std::string name;  ///< "instance platform ccr"
  workflow const& work;
  machine platform;
  std::map<std::string, std::string> row;  ///< of combos.csv

  [[nodiscard]] double number(std::string const& column) const { return std::stod(row.at(column)); }
};

/// Calls `visit(combo)` for all of combos.csv. Every instance is read once.
template <class Visit>
void for_each_combo(std::string const& data, Visit visit)
{
  std::map<std::string, workflow_file> instances;
  for (auto const& row : read_csv(data + "/schedules/combos.csv")) {
    auto const& instance = row.at("instance");
    if (!instances.contains(instance)) {
      instances.emplace(instance, read_workflow(data + "/workflows/" + instance + ".json"));
    }
    auto const& work = instances.at(instance).workflow;
    auto platform    = machine::read(data + "/platforms/" + row.at("platform") + ".json");
    set_bandwidth_by_ccr(platform, work, std::stod(row.at("ccr")));
    visit(combo{instance + ' ' + row.at("platform") + ' ' + row.at("ccr"), work, platform, row});
  }
}

}  // namespace heddle::test

/// Skips the test where the data are not at hand. A macro only because GTEST_SKIP returns from it.
#define HEDDLE_REQUIRE_DATA() \
  if (!::heddle::test::data_folder()) GTEST_SKIP() << "HEDDLE_TEST_DATA is not set"
