#include <heddle/device/device.hpp>

namespace heddle {

std::vector<std::shared_ptr<device>> cuda_devices()
{
  return {};
}

}  // namespace heddle
