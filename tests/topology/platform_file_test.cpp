#include "tests/topology/environment.hpp"
#include "tests/topology/same_machine.hpp"

#include <heddle/base/error.hpp>
#include <heddle/topology/machine.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <string>

namespace heddle {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

std::string const data = HEDDLE_SOURCE_DIR "/tests/topology/data/";

/// The message that reading a text ends with.
std::string complaint(std::string const& text)
{
  try {
    static_cast<void>(machine::read_text(text, "p.json"));
  } catch (input_error const& e) {
    return e.what();
  }
  return "no input_error";
}

/// A file of heddle's own schema with these members.
std::string own(std::string const& members)
{
  return R"({"schema": "heddle-platform/1", )" + members + "}";
}

TEST(EvaluationPlatform, IsReadWithItsConventions)
{
  auto const m = machine::read_text(R"({"schema": "heddle-eval-platform/1", "name": "P",
    "nodes": [{"id": "n00", "speed": 1.0}, {"id": "n01", "speed": 4}],
    "links": {"topology": "full", "symmetric": true, "bandwidth": null, "bandwidth_rule": "ccr",
              "latency": 0.0, "contention": "none", "intra_node": "free"}})",
                                    "p.json");
  EXPECT_EQ(m.name, "P");
  ASSERT_EQ(m.resources.size(), 2u);
  EXPECT_EQ(m.resources[1].id, "n01");
  EXPECT_EQ(m.resources[1].speed, 4);
  EXPECT_EQ(m.resources[1].memory_node, 1);
  EXPECT_EQ(m.resources[1].os_index, -1);
  EXPECT_EQ(m.memory_nodes[1].id, "n01");
  EXPECT_EQ(m.least_task_seconds, 0.001);
  EXPECT_TRUE(std::isnan(m.links.bandwidth_bytes_per_second));
  test::expect_round_trip(m);
}

TEST(EvaluationPlatform, MustBeComplete)
{
  std::string const head = R"({"schema": "heddle-eval-platform/1", "nodes": [{"id": "n0")";
  EXPECT_THAT(complaint(head + "}]}"), StartsWith("p.json: $.nodes[0]: \"speed\" is missing"));
  EXPECT_THAT(complaint(head + R"(, "speed": 1}]})"),
              StartsWith("p.json: $: \"links\" is missing"));
  EXPECT_THAT(complaint(head + R"(, "speed": 1}], "links": {"topology": "full"}})"),
              StartsWith("p.json: $.links: \"bandwidth\" is missing"));
}

TEST(EvaluationPlatform, AllOfThemAreReadAndWritten)
{
  auto const folder = std::getenv("HEDDLE_TEST_DATA");
  if (!folder) GTEST_SKIP() << "HEDDLE_TEST_DATA is not set";
  int found = 0;
  for (auto const& file : std::filesystem::directory_iterator{std::string{folder} + "/platforms"}) {
    auto const m = machine::read(file.path());
    EXPECT_EQ(m.name, file.path().stem());
    test::expect_round_trip(m);
    ++found;
  }
  EXPECT_GE(found, 3);
}

TEST(Platform, OfEightGpusIsReadWhole)
{
  auto const m = machine::read(data + "eight_gpus.json");
  ASSERT_EQ(m.resources.size(), 14u);
  EXPECT_EQ(m.resources[1].id, "left.core1");
  EXPECT_EQ(m.resources[5].speed, 0.5);
  ASSERT_EQ(m.gpus.size(), 8u);
  ASSERT_EQ(m.memory_nodes.size(), 10u);
  auto const& last = m.gpus[7];
  EXPECT_EQ(last.numa_node, 1);
  EXPECT_EQ(last.memory_bytes, 1.4e11);
  EXPECT_EQ(m.resources[static_cast<std::size_t>(last.resource)].speed, 50);
  EXPECT_EQ(m.resources[12].speed, 40);  // by kind
  EXPECT_EQ(m.memory_nodes[9].id, "g7m");
  EXPECT_EQ(m.transfer_seconds(5e10, 0, 2), 1 + 1e-5);
  EXPECT_EQ(m.transfer_seconds(2e10, 2, 0), 1 + 1e-7);
  EXPECT_EQ(m.transfer_seconds(2e10, 9, 1), 1e-7);
  test::expect_round_trip(m);
}

TEST(Platform, NeedsNoMoreThanIds)
{
  auto const m = machine::read_text(own(R"("nodes": [{"id": "a"}, {"id": "b", "cores": 0}])"), "p");
  ASSERT_EQ(m.resources.size(), 1u);
  EXPECT_EQ(m.resources[0].id, "a");
  EXPECT_EQ(m.least_task_seconds, 0);
  EXPECT_EQ(m.flops_per_second, 1e10);
  EXPECT_EQ(m.transfer_seconds(1e9, 0, 1), 0);  // no bandwidth: infinite
  test::expect_round_trip(m);
}

TEST(Platform, GpuMaySharesTheMemoryOfANode)
{
  auto const m = machine::read_text(
    own(R"("nodes": [{"id": "a", "gpus": [{"id": "g", "memory": "b"}]}, {"id": "b"}])"), "p");
  EXPECT_EQ(m.resources[2].memory_node, 1);
  EXPECT_EQ(m.memory_nodes.size(), 2u);
  test::expect_round_trip(m);
}

TEST(Platform, KeepsEveryMemberAndOrder)
{
  auto m = machine::read(data + "eight_gpus.json").with_cpus(9);  // cores used again: mixed nodes
  m.name = "with \"quotes\" and \xc3\xa4";
  m.processor                                = "P";
  m.least_task_seconds                       = 0.1 + 0.2;
  m.flops_per_second                         = 1e10 / 3;
  m.bytes_per_second                         = 1e10 / 7;
  m.memory_limit_bytes                       = 1e9;
  m.cpu_limit                                = 1.5;
  m.caches                                   = {{3, 1e6, {0, 1}}, {1, 32768, {}}};
  m.disks                                    = {{"sda", 1e12 / 3, 5e8, 4e8}, {"sdb"}};
  m.networks                                 = {{"eth0", 1.25e9}, {"eth1"}};
  m.resources[2].os_index                    = 7;
  m.gpus[3].copy_engines                     = 3;
  m.gpus[3].compute_capability               = 90;
  m.gpus[3].pci_bus_id                       = "0000:1b:00.0";
  m.gpus[3].to_device_bytes_per_second       = 5e10 / 3;
  m.gpus[3].from_device_bytes_per_second     = 4e10 / 3;
  m.gpus[0].numa_node                        = 1;  // out of the order of the nodes
  m.gpus[5].numa_node                        = -1;
  m.links.pair_latency_seconds[1]            = 1e-5 / 3;
  m.links.pair_bandwidth_bytes_per_second[2] = link_model::unset;
  test::expect_round_trip(m);
}

TEST(Platform, KeepsMachinesThatNoFileDescribes)
{
  machine m;
  m.memory_nodes = {{"device"}, {"host", 1e9}, {"other device"}};
  m.resources    = {{.id = "g", .kind = resource_kind::gpu, .memory_node = 0},
                    {.id = "c", .memory_node = 1},
                    {.id = "h", .kind = resource_kind::gpu, .memory_node = 2}};
  m.gpus         = {{.name = "G", .resource = 0}, {.name = "H", .resource = 2, .numa_node = 1}};
  test::expect_round_trip(m);
  m.gpus.clear();  // not known in detail: written nevertheless
  EXPECT_EQ(machine::read_text(test::written(m), "written").gpus.size(), 2u);
}

TEST(Platform, KeepsRandomMachines)
{
  std::mt19937_64 random{1};
  std::uniform_real_distribution<double> value{1e-3, 1e12};
  for (int round = 0; round < 50; ++round) {
    auto m = machine::identical(1 + static_cast<int>(random() % 5));
    for (auto& r : m.resources) r.speed = value(random);
    for (auto& node : m.memory_nodes) {
      node.size_bytes = value(random);
      node.host       = static_cast<int>(random() % 3) - 1;
    }
    m.links.bandwidth_bytes_per_second = value(random);
    auto const nodes                   = m.memory_nodes.size();
    if (random() % 2 && nodes > 1)
      m.links.pair_latency_seconds.assign(nodes * nodes, value(random));
    std::shuffle(m.resources.begin(), m.resources.end(), random);
    test::expect_round_trip(m);
  }
}

TEST(Platform, ComplaintsNameFileAndPath)
{
  std::string const node                            = R"("nodes": [{"id": "a"}])";
  std::pair<std::string, char const*> const cases[] = {
    {"", "p.json: parse error"},
    {R"({"schema": "heddle-platform/1", "nodes": [{"id": )", "p.json: parse error"},
    {own(node) + "x", "p.json: parse error"},
    {"[]", "p.json: $: expected an object"},
    {"{}", "p.json: $: \"schema\" is missing"},
    {R"({"schema": 1})", "p.json: $.schema: expected a string, found number"},
    {R"({"schema": "heddle-platform/2"})", "p.json: $.schema: unknown schema"},
    {R"({"schema": "a", "schema": "b"})", "p.json: the member \"schema\" occurs twice"},
    {own(R"("name": "x")"), "p.json: $: \"nodes\" is missing"},
    {own(R"("nodes": {})"), "p.json: $.nodes: expected an array"},
    {own(R"("nodes": [])"), "p.json: $.nodes: is empty"},
    {own(R"("nodes": [{}])"), "p.json: $.nodes[0]: \"id\" is missing"},
    {own(R"("nodes": [1])"), "p.json: $.nodes[0]: expected an object"},
    {own(R"("nodes": [{"id": 1}])"), "p.json: $.nodes[0].id: expected a string"},
    {own(R"("nodes": [{"id": "a", "host": 0.5}])"), "p.json: $.nodes[0].host"},
    {own(R"("nodes": [{"id": ""}])"), "p.json: $.nodes[0].id: must not be empty"},
    {own(R"("nodes": [{"id": "a"}, {"id": "a"}])"), "p.json: $.nodes[1].id: the id \"a\" is taken"},
    {own(R"("nodes": [{"id": "a", "sped": 1}])"), "p.json: $.nodes[0]: unknown member \"sped\""},
    {own(R"("nodes": [{"id": "a", "speed": 0}])"), "p.json: $.nodes[0].speed: 0 must be above 0"},
    {own(R"("nodes": [{"id": "a", "speed": -1}])"), "p.json: $.nodes[0].speed: -1 must be above 0"},
    {own(R"("nodes": [{"id": "a", "speed": null}])"),
     "p.json: $.nodes[0].speed: expected a number"},
    {own(R"("nodes": [{"id": "a", "speed": NaN}])"), "p.json: parse error"},
    {own(R"("nodes": [{"id": "a", "speed": 1e999}])"), "p.json: number overflow"},
    {own(R"("nodes": [{"id": "a", "speed": {"tpu": 1}}])"),
     "p.json: $.nodes[0].speed: unknown member"},
    {own(R"("nodes": [{"id": "a", "memory": {"bytes": -1}}])"),
     "p.json: $.nodes[0].memory.bytes: -1"},
    {own(R"("nodes": [{"id": "a", "cores": -1}])"),
     "p.json: $.nodes[0].cores: -1 must be an integer"},
    {own(R"("nodes": [{"id": "a", "cores": 1.5}])"), "p.json: $.nodes[0].cores: 1.5 must be"},
    {own(R"("nodes": [{"id": "a", "cores": 1e9}])"), "p.json: $.nodes[0].cores: "},
    {own(R"("nodes": [{"id": "a", "cores": 99999}, {"id": "b", "cores": 2}])"),
     "p.json: $.nodes[1].cores: more than 100000"},
    {own(R"("nodes": [{"id": "a", "cores": [{"id": "c"}, {"id": "c"}]}])"),
     "p.json: $.nodes[0].cores[1].id: the id \"c\" is taken"},
    {own(R"("nodes": [{"id": "a", "cores": [{"id": "c", "index": 1}]}])"),
     "p.json: $.nodes: \"index\" 1 of c is too large"},
    {own(R"("nodes": [{"id": "a", "cores": [{"id": "c", "index": 0}, {"id": "d"}]}])"),
     "p.json: $.nodes: some cores and GPUs have an \"index\""},
    {own(R"("nodes": [{"id": "a", "gpus": [{"id": "g", "memory": "x"}]}])"),
     "p.json: $.nodes[0].gpus[0].memory: there is no node or GPU memory \"x\""},
    {own(R"("nodes": [{"id": "a", "gpus": [{"id": "a"}]}])"),
     "p.json: $.nodes[0].gpus[0].id: the id"},
    {own(node + R"(, "links": {"topology": "ring"})"), "p.json: $.links.topology: \"ring\" is not"},
    {own(node + R"(, "links": {"symmetric": false})"), "p.json: $.links.symmetric: "},
    {own(node + R"(, "links": {"bandwidth": 0})"), "p.json: $.links.bandwidth: 0 must be above 0"},
    {own(node + R"(, "links": {"bandwidth": "fast"})"), "p.json: $.links.bandwidth: expected"},
    {own(node + R"(, "links": {"latency": -1})"), "p.json: $.links.latency: -1 must not be"},
    {own(node + R"(, "links": {"pairs": [{"from": "a", "to": "b"}]})"),
     "p.json: $.links.pairs[0].to: there is no node"},
    {own(node + R"(, "links": {"pairs": [{"from": "a", "to": "a"}]})"),
     "p.json: $.links.pairs[0]: joins a node with itself"},
    {own(node + R"(, "rates": {"flops_per_second": 0})"), "p.json: $.rates.flops_per_second: 0"},
    {own(node + R"(, "least_task_seconds": -1)"), "p.json: $.least_task_seconds: -1"},
    {own(node + R"(, "limits": {"cpus": "all"})"), "p.json: $.limits.cpus: expected a number"},
    {own(node + R"(, "caches": [{"level": 0, "bytes": 1, "cores": []}])"),
     "p.json: $.caches[0].level: 0"},
    {own(node + R"(, "disks": [{"name": ""}])"), "p.json: $.disks[0].name: must not be empty"},
    {own(node + R"(, "networks": [{"speed": 1}])"), "p.json: $.networks[0]: unknown member"},
  };
  for (auto const& [text, expected] : cases)
    EXPECT_THAT(complaint(text), StartsWith(expected)) << text;
}

TEST(Platform, WithManyNodesHasNoPairs)
{
  auto text = test::written(machine::identical(2049));
  text.insert(text.find("\"topology\""),
              R"("pairs": [{"from": "p0", "to": "p1", "bandwidth": 1}], )");
  EXPECT_THAT(complaint(text), HasSubstr("$.links.pairs: more than 2048 nodes"));
}

TEST(Platform, NestedDeeplyIsRefused)
{
  auto const deep = std::string(1'000'000, '[');
  EXPECT_THAT(complaint(deep), AllOf(StartsWith("p.json: nested deeper"), HasSubstr("64")));
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += R"({"a":)";
  EXPECT_THAT(complaint(objects), StartsWith("p.json: nested deeper"));
}

TEST(Platform, CutAnywhereIsRefused)
{
  auto const whole = test::written(machine::read(data + "eight_gpus.json"));
  for (std::size_t size = 0; size + 2 < whole.size(); size += 7) {
    EXPECT_THAT(complaint(whole.substr(0, size)), StartsWith("p.json: ")) << size;
  }
}

TEST(Platform, FilesThatCannotBeReadAreErrorsOfTheSystem)
{
  EXPECT_THROW(static_cast<void>(machine::read("/does/not/exist.json")), system_error);
  EXPECT_THROW(static_cast<void>(machine::read("/")), system_error);
}

TEST(PlatformSlow, OfHugeSizeIsRefused)
{
  EXPECT_THAT(complaint(std::string((256u << 20) + 1, ' ')), HasSubstr("larger than 256 MiB"));
}

}  // namespace
}  // namespace heddle
