/// @file
/// The shapes of generated workflows, apart from their numbers.
#pragma once

#include <heddle/workflow/generate.hpp>
#include <heddle/workflow/workflow.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace heddle {

/// Random integers that are the same on every machine: SplitMix64 (Steele, Lea, Flood, OOPSLA
/// 2014). The distributions of <random> differ between libraries.
class split_mix {
 public:
  explicit split_mix(std::uint64_t seed) : state_{seed} {}

  std::uint64_t next();

  /// An integer in [0, `bound`), with a bias below bound / 2^64.
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }

  /// A positive factor between 1/5 and 5, symmetric about 1 on a logarithmic scale: the quotient of
  /// two integers, for `exp` and `log` differ between libraries too.
  double spread();

 private:
  std::uint64_t state_;
};

/// Takes the tasks of a shape one after another, predecessors first.
class shape_builder {
 public:
  shape_builder(std::string_view kind, generate_options const& options);

  /// Adds a task named after `kind`, which takes `relative_seconds` compared with other tasks and
  /// reads what `predecessors` write.
  task_id add(std::string_view kind, double relative_seconds,
              std::span<task_id const> predecessors);

  [[nodiscard]] std::size_t num_tasks() const { return result_.num_tasks(); }
  [[nodiscard]] split_mix& random() { return random_; }

  /// The workflow, scaled to the means that the options ask for.
  [[nodiscard]] workflow finish();

 private:
  generate_options options_;
  split_mix random_;
  workflow result_;
  std::vector<double> relative_bytes_{};  ///< [tasks], of the file that the task writes
};

void add_chain(shape_builder& shape, generate_options const& options);
void add_fork_join(shape_builder& shape, generate_options const& options);
void add_tree(shape_builder& shape, generate_options const& options);
void add_in_tree(shape_builder& shape, generate_options const& options);
void add_fft(shape_builder& shape, generate_options const& options);
void add_cholesky(shape_builder& shape, generate_options const& options);
void add_stencil(shape_builder& shape, generate_options const& options);
void add_montage(shape_builder& shape, generate_options const& options);
void add_epigenomics(shape_builder& shape, generate_options const& options);
void add_random(shape_builder& shape, generate_options const& options);

}  // namespace heddle
