/// @file
/// Pipelines of four stages, written once for all peers.
#pragma once

#include "bench/rows.hpp"

#include <cstdint>
#include <string>

namespace heddle::bench {

/// What a stage makes of a token: a few operations.
inline std::uint64_t step(std::uint64_t token)
{
  return token * 6364136223846793005U + 1442695040888963407U;
}

/// Of all tokens, in order.
inline std::uint64_t expected_sum(std::uint64_t tokens)
{
  std::uint64_t sum = 0;
  for (std::uint64_t t = 0; t < tokens; ++t) sum = sum * 3 + step(step(step(t)));
  return sum;
}

enum class stages { ssss, spps };

/// `Peer` is made for a number of threads; `run(stages, tokens)` passes 0, 1, ... through four
/// stages, of which the first is the source and the last adds up, and returns the sum.
template <class Peer>
void add_pipeline_benchmarks(std::string const& peer)
{
  for (auto const kind : {stages::ssss, stages::spps}) {
    for (std::int64_t const tokens : {10'000, 100'000, 1'000'000}) {
      auto const name = std::string{kind == stages::ssss ? "ssss" : "spps"};
      add_rows(name + "/tokens:" + std::to_string(tokens), peer,
               [=](benchmark::State& state, int threads) {
                 Peer p{threads};
                 auto const expected = expected_sum(static_cast<std::uint64_t>(tokens));
                 for (auto _ : state) {
                   if (p.run(kind, static_cast<std::uint64_t>(tokens)) != expected) {
                     return state.SkipWithError("wrong result");
                   }
                 }
                 count_items(state, tokens, "tokens");
               });
    }
  }
}

}  // namespace heddle::bench
