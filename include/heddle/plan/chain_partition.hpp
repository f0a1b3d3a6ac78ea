/// @file
/// Contiguous partition of a chain of stages onto resources of several kinds.
///
/// The chain is cut into intervals of consecutive stages, each on a resource of its own ("interval
/// mapping": no resource runs two intervals). Resources of equal times are one kind; which of them
/// is taken does not matter. Data move between the last stage of an interval and the first of the
/// next, as long as the last stage says, whatever the kinds. Then
///
///     latency    = sum over intervals of (work + transfer to the next interval)
///     bottleneck = max over intervals of (transfer from the previous interval + work
///                                         + transfer to the next interval) / copies
///
/// The latency is the time of one token through an idle pipeline, the makespan of a chain of tasks.
/// The bottleneck is the time between two tokens of a full pipeline in which a resource receives,
/// computes and sends one after the other; an interval whose stages are all replicable may have
/// several copies, each on its own resource of the same kind, which take turns.
///
/// S. H. Bokhari: Partitioning problems in parallel, pipelined and distributed computing, IEEE TC
/// 37(1), 1988; J. Subhlok, G. Vondran: Optimal mapping of sequences of data parallel tasks, PPoPP
/// 1995; A. Benoit, Y. Robert: Mapping pipeline skeletons onto heterogeneous platforms, JPDC 68(6),
/// 2008.
#pragma once

#include <heddle/plan/ticks.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace heddle {

struct chain_stage {
  std::vector<ticks> execution{};  ///< [kinds]; `infinite_ticks` where it cannot run
  ticks transfer_to_next = 0;      ///< if the next stage runs elsewhere; of the last stage: ignored
  double memory_bytes    = 0;      ///< held as long as the chain runs
  bool replicable        = false;  ///< keeps nothing from token to token
};

/// Resources of one kind.
struct chain_resources {
  int count           = 1;
  double memory_bytes = 0;  ///< of each, for all stages of its interval; 0: enough
};

enum class chain_objective { bottleneck, latency };

struct chain_interval {
  std::size_t first_stage = 0;
  std::size_t end_stage   = 0;  ///< one past the last
  std::size_t kind        = 0;
  int copies              = 1;

  friend bool operator==(chain_interval const&, chain_interval const&) = default;
};

struct chain_partition {
  std::vector<chain_interval> intervals{};  ///< in order; empty if there is none, see `message`
  ticks value       = infinite_ticks;       ///< the objective; a bottleneck is rounded up
  ticks lower_bound = 0;                    ///< no partition has a smaller value
  std::string message{};                    ///< why there are no intervals; empty otherwise
};

/// Largest number of states, (stages + 1) x product over kinds of (count + 1), that is solved.
inline constexpr std::int64_t most_chain_states = std::int64_t{1} << 20;

/// The states of such a partition, at most `INT64_MAX`.
[[nodiscard]] std::int64_t chain_states(std::size_t num_stages,
                                        std::span<chain_resources const> kinds);

/// The best partition, by dynamic programming over (next stage, resources of each kind left): exact
/// up to `most_chain_states`. Beyond that, a lower bound and a message: the same over the next
/// stage alone, as if there were resources of each kind for every interval, and for the bottleneck
/// also the least work over the number of resources.
///
/// Of equal partitions the one whose first interval is of the first kind, with the fewest copies,
/// and the shortest, and so on for the next.
///
/// Takes O(states x stages x kinds) time, times the largest count where stages are replicable, and
/// 4 bytes a state of memory.
///
/// @throw invalid_argument if a stage has not one time for each kind, a time is negative or above
/// `infinite_ticks`, a transfer is not finite, a count is below 1, or the sum of the longest finite
/// times and the transfers (each twice) reaches `infinite_ticks`
[[nodiscard]] chain_partition partition_chain(std::span<chain_stage const> stages,
                                              std::span<chain_resources const> kinds,
                                              chain_objective objective);

}  // namespace heddle
