/// @file
/// The stages of heddle JSON: data-parallel, pipeline, speculative.
#pragma once

#include "src/workflow/json_reader.hpp"

#include <heddle/workflow/task_info.hpp>

namespace heddle {

[[nodiscard]] data_parallel_stage read_data_parallel(json_value& value);
[[nodiscard]] pipeline_stage read_pipeline(json_value& value);
[[nodiscard]] speculative_stage read_speculative(json_value& value);

/// The largest integer that JSON numbers hold exactly.
inline constexpr std::int64_t largest_json_integer = std::int64_t{1} << 53;

}  // namespace heddle
