// The launcher of a kernel, as a .cpp file sees it.
#pragma once

#include <heddle/base/device_span.hpp>
#include <heddle/base/stream_ref.hpp>

// y = a * x + y on the device, in the order of the stream. Does not wait.
void launch_saxpy(heddle::stream_ref stream, float a, heddle::device_span<float const> x,
                  heddle::device_span<float> y);
