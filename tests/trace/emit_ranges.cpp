// Opens and closes ranges: emit_ranges COUNT. Run under a profiler it shows one task with COUNT
// transfers in it; without one it measures what a range costs (valgrind --tool=callgrind).
#include <heddle/trace/nvtx.hpp>

#include <cstdint>
#include <cstdlib>

int main(int argc, char** argv)
{
  using namespace heddle;
  auto const count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1;
  name_this_thread("emitter");
  profiler_range const outer{range_kind::task, "outer", count};
  for (std::uint64_t i = 0; i < count; ++i)
    profiler_range const inner{range_kind::transfer, "inner", i};
  return 0;
}
