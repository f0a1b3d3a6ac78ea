/// @file
/// What a workflow knows of one task or stage.
#pragma once

#include <heddle/base/body.hpp>
#include <heddle/base/units.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace heddle {

/// Analytic cost: what a task does, from which a machine's rates give its execution time.
struct work {
  double flops = 0;  ///< floating-point operations
  double bytes = 0;  ///< bytes moved to and from memory
};

/// What a task needs while it runs. Plans hold to cores and memory (see `cost_model`); runs do not
/// yet: a run keeps the first core of a task, and the further ones may do other work.
struct resources {
  int cores                       = 1;  ///< on a CPU, all for the whole time of the task
  std::size_t memory_bytes        = 0;  ///< on a CPU
  std::size_t device_memory_bytes = 0;  ///< on a GPU
  int gpus                        = 0;
  std::size_t disk_bytes          = 0;
  double network_bytes_per_second = 0;

  friend bool operator==(resources const&, resources const&) = default;
};

/// An external program and how it is started: never through a shell unless `shell` is set.
struct program {
  std::string path;                      ///< looked up in PATH if it holds no '/'
  std::vector<std::string> arguments{};  ///< without the program's own name
  bool shell = false;                    ///< `path` is a command line for /bin/sh; no `arguments`
  std::string stdout_path{};             ///< the output file that takes standard output, if any
  std::vector<std::pair<std::string, std::string>> environment{};  ///< set beside the inherited one

  friend bool operator==(program const&, program const&) = default;
};

/// One body over a range of indices that may be split between workers.
///
/// A program runs once per part, with `{first}` and `{last}` replaced in its arguments.
struct data_parallel_stage {
  range over{};
  std::size_t grain           = 0;  ///< least indices per part; 0: the engine chooses
  std::size_t max_parallelism = 0;  ///< threads at once; 0: all
};

/// One step of a pipeline; the program sees `{token}` replaced by the token's number.
struct pipeline_step {
  std::string name;
  step_mode mode = step_mode::serial;
  program run{};
};

/// Tokens that pass through steps.
struct pipeline_stage {
  std::size_t tokens_in_flight = 4;
  std::optional<std::size_t> num_tokens{};  ///< none: the source of a C++ pipeline ends it
  std::vector<pipeline_step> steps{};
};

/// One of several ways to the same result.
struct alternative {
  std::string name;
  program run{};
};

/// Alternatives of which the first good result wins.
struct speculative_stage {
  std::vector<alternative> alternatives{};
};

/// What kind of node of the workflow this is; `std::monostate` is a plain task.
using any_stage =
  std::variant<std::monostate, data_parallel_stage, pipeline_stage, speculative_stage>;

/// What few tasks of a file, but all tasks of a C++ workflow declare.
struct task_details {
  std::string kind{};              ///< tasks of one kind share their cost history
  std::optional<work> analytic{};  ///< used where no seconds are declared
  resources needs{};
  std::string place{};         ///< id of the resource or memory node it must run on; empty: any
  double release_seconds = 0;  ///< after the start of the plan; it cannot start earlier
  int priority           = 0;  ///< higher first, among ready tasks
  int retries            = 0;  ///< further attempts after a failure
  double backup_quantile = 0;  ///< of its kind's execution times, after which a copy may be started
  double timeout_seconds = std::numeric_limits<double>::infinity();
  bool cache = false;  ///< the result may be taken from a cache of results; no effect yet
  any_stage stage{};
  std::optional<program> run{};  ///< what to start, for a task that is a program
  host_body cpu{};
  device_body gpu{};
  host_body simulated{};  ///< in place of `gpu` on a simulated device; none: `cpu`
  std::vector<any_access> accesses{};

  /// The indices of a data-parallel stage; empty for every other task.
  [[nodiscard]] range whole_range() const noexcept
  {
    auto const* const loop = std::get_if<data_parallel_stage>(&stage);
    return loop != nullptr ? loop->over : range{};
  }

  /// How a data-parallel stage may be divided.
  [[nodiscard]] loop_options division() const noexcept
  {
    auto const* const loop = std::get_if<data_parallel_stage>(&stage);
    if (loop == nullptr) return {};
    return {std::max<std::size_t>(loop->grain, 1), loop->max_parallelism};
  }
};

/// The position of a file in its workflow's table of files.
using file_id = std::int32_t;

/// A file that tasks of the workflow read or write.
struct file_info {
  std::string path;       ///< relative to the run directory, or absolute for an input
  double size_bytes = 0;  ///< expected; what a transfer of it costs
};

/// One task or stage. Kept small, for a workflow may have millions; all that is rare is behind
/// `details`.
struct task_info {
  std::string name;                         ///< unique in the workflow
  double cpu_seconds = unknown_seconds;     ///< expected on a core of speed 1
  double gpu_seconds = unknown_seconds;     ///< expected on a GPU of speed 1
  std::vector<file_id> inputs{};            ///< files it reads
  std::vector<file_id> outputs{};           ///< files it writes; each has one writer
  std::unique_ptr<task_details> details{};  ///< null: all defaults

  static constexpr double unknown_seconds = std::numeric_limits<double>::quiet_NaN();

  /// The details to read: the defaults where none were declared.
  [[nodiscard]] task_details const& declared() const;

  /// The details to write.
  [[nodiscard]] task_details& declare();
};

}  // namespace heddle
