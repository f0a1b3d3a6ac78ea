#include "src/topology/measure_device.hpp"

#include <heddle/base/error.hpp>

namespace heddle {

device_rates measure_device(int)
{
  throw not_built{"measure_device: this build of heddle has no CUDA"};
}

}  // namespace heddle
