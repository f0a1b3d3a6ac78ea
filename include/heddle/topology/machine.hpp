/// @file
/// The machine that a workflow is planned for and run on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace heddle {

enum class resource_kind { cpu, gpu };

/// One core or one device: what a schedule assigns tasks to.
struct resource {
  std::string id;  ///< unique in the machine
  resource_kind kind = resource_kind::cpu;
  double speed       = 1;   ///< a task of c seconds takes c / speed here
  int memory_node    = 0;   ///< index of the memory it works in
  int os_index       = -1;  ///< CPU: processing unit to bind to; GPU: CUDA ordinal; -1: none
  int package        = 0;   ///< CPU: socket
  int core           = 0;   ///< CPU: logical core; resources of one core share its units
};

/// A memory that holds copies of data: a NUMA node, a GPU's memory, a node of a cluster.
struct memory_node {
  std::string id;
  double size_bytes                 = 0;  ///< 0: unknown
  double bandwidth_bytes_per_second = 0;  ///< within it; 0: not measured

  /// Memory nodes with the same number, from 0 on, are NUMA nodes of one host: a task may take
  /// cores and memory of several of them. -1: a host of its own.
  int host = -1;
};

/// How long data takes between memory nodes: `latency + bytes / bandwidth`, free within one node
/// and for 0 bytes. Transfers do not contend.
struct link_model {
  static constexpr double unset = std::numeric_limits<double>::quiet_NaN();

  double bandwidth_bytes_per_second = std::numeric_limits<double>::infinity();  ///< `unset`: by CCR
  double latency_seconds            = 0;

  /// Own values for pairs of memory nodes, row-major [memory_nodes x memory_nodes], or empty.
  std::vector<double> pair_bandwidth_bytes_per_second{};
  std::vector<double> pair_latency_seconds{};
};

/// Things that `heddle topo` shows and planners do not use.
struct cache_info {
  int level         = 1;
  double size_bytes = 0;
  std::vector<int> cores{};  ///< that share it
};
struct disk_info {
  std::string name;
  double size_bytes             = 0;
  double read_bytes_per_second  = 0;  ///< 0: not measured
  double write_bytes_per_second = 0;
};
struct network_info {
  std::string name;
  double bytes_per_second = 0;  ///< 0: unknown
};
struct gpu_info {
  std::string name;
  int resource           = 0;  ///< its index among the resources
  double memory_bytes    = 0;
  int multiprocessors    = 0;
  int copy_engines       = 0;
  int compute_capability = 0;  ///< 10 x major + minor
  std::string pci_bus_id{};
  int numa_node = -1;  ///< memory node of the host it is attached to; -1: unknown
  double to_device_bytes_per_second   = 0;  ///< 0: not measured
  double from_device_bytes_per_second = 0;
};

/// Resources, memories and links. A value: copy it freely.
class machine {
 public:
  /// This machine, as far as this process may use it: affinity mask, cgroup limits of CPU and
  /// memory, `CUDA_VISIBLE_DEVICES` and `SLURM_CPUS_PER_TASK` are honoured; one resource per core,
  /// bound to the core's first usable processing unit, and one per GPU.
  ///
  /// A CPU quota of q cores keeps ceil(q) of them. `HWLOC_SYNTHETIC` and `HWLOC_XMLFILE` put
  /// another machine in this one's place: of the above only `SLURM_CPUS_PER_TASK` holds for it, and
  /// nothing is bound (`os_index` is -1).
  ///
  /// @throw input_error  if `SLURM_CPUS_PER_TASK` is not a positive number
  /// @throw system_error if hwloc cannot read the machine
  [[nodiscard]] static machine discover();

  /// Reads a platform file (schema heddle-eval-platform/1 or heddle-platform/1), or an hwloc XML
  /// file, which `lstopo --of xml` writes.
  ///
  /// @throw input_error  naming file and JSON path
  /// @throw system_error if the file cannot be read
  [[nodiscard]] static machine read(std::filesystem::path const& path);

  /// The same for text in memory; `name` stands for the file in messages.
  [[nodiscard]] static machine read_text(std::string_view text, std::string_view name);

  /// `count` nodes of speed 1 without communication cost, together one host.
  ///
  /// @throw input_error unless 1 <= count <= 100000
  [[nodiscard]] static machine identical(int count);

  /// Writes the platform file that `read` reads back as an equal machine: numbers carry full double
  /// precision, resources and memory nodes keep their order. `memory_bytes` of a GPU is written as
  /// the size of its memory node.
  void write(std::ostream& out) const;

  /// The first `count` CPU resources and all GPUs. Beyond the machine's cores, cores are used again
  /// under new ids (more workers than cores, as `--jobs` may ask for).
  ///
  /// @throw invalid_argument if `count` is below 1 or the machine has no CPU
  [[nodiscard]] machine with_cpus(int count) const;

  /// With the first `count` of the memory nodes that hold CPUs, and what those hold. Beyond what
  /// the machine has, nodes are copied under new ids, as "n0#2"; where pairs of nodes have links of
  /// their own, a copy has those of its original and, to its original, their mean.
  ///
  /// @throw input_error unless 1 <= count <= 100000, or if the machine has no CPU
  [[nodiscard]] machine with_nodes(int count) const;

  /// The same for memory nodes of GPUs, from none on.
  ///
  /// @throw input_error unless 0 <= count <= 100000, if there is no GPU to copy, or if GPUs work in
  /// the memory of CPUs
  [[nodiscard]] machine with_gpus(int count) const;

  /// With this bandwidth, in bytes per second, between any two memory nodes.
  ///
  /// @throw input_error unless it is positive
  [[nodiscard]] machine with_bandwidth(double bandwidth) const;

  /// Seconds to move `bytes` from memory node `from` to `to`; NaN while the bandwidth is `unset`.
  [[nodiscard]] double transfer_seconds(double bytes, int from, int to) const;

  std::string name{};
  std::vector<resource> resources{};
  std::vector<memory_node> memory_nodes{};
  link_model links{};

  /// Least cost of a task in seconds on speed 1: 0.001 on evaluation platforms, else 0.
  double least_task_seconds = 0;

  /// Rates of a CPU core of speed 1, for analytic costs (`work`).
  double flops_per_second = 1e10;
  double bytes_per_second = 1e10;

  std::vector<gpu_info> gpus{};
  std::vector<cache_info> caches{};
  std::vector<disk_info> disks{};
  std::vector<network_info> networks{};
  double memory_limit_bytes = 0;  ///< of the process, by cgroup; 0: none
  double cpu_limit          = 0;  ///< of the process in cores, by cgroup; 0: none
  std::string processor{};        ///< model name of the CPUs, as far as known
};

}  // namespace heddle
