#include "src/device/simulated_clock.hpp"

#include <algorithm>
#include <ctime>

namespace heddle {
namespace {

double extend(double& engine, double ready, double seconds)
{
  return engine = std::max(engine, ready) + seconds;
}

}  // namespace

double occupy(simulated_clock& clock, simulated_clock& source, simulated_operation const& op,
              simulated_unit const& unit, double ready, double cpu_seconds)
{
  auto const copy_seconds = [&](double bytes_per_second) {
    return unit.copy_latency_seconds + static_cast<double>(op.size_bytes) / bytes_per_second;
  };
  switch (op.engine) {
    case simulated_engine::work:
      return extend(clock.work, ready, cpu_seconds / unit.speed);
    case simulated_engine::to_device:
      return extend(clock.to_device, ready, copy_seconds(unit.to_device_bytes_per_second));
    case simulated_engine::from_device:
      return extend(clock.from_device, ready, copy_seconds(unit.from_device_bytes_per_second));
    case simulated_engine::peer:
      clock.to_device = source.from_device =
        std::max({ready, clock.to_device, source.from_device}) +
        copy_seconds(unit.peer_bytes_per_second);
      return clock.to_device;
    case simulated_engine::none:
      break;
  }
  return ready;
}

double thread_cpu_seconds()
{
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace heddle
