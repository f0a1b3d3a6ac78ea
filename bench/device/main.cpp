#include <heddle/device/device.hpp>

#include <benchmark/benchmark.h>

#include <cstdio>

/// Status 77 means that there is nothing to measure here.
int main(int argc, char** argv)
{
  if (heddle::cuda_devices().empty()) {
    std::fprintf(stderr, "no CUDA device\n");
    return 77;
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
