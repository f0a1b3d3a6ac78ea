/// @file
/// What writer and reader of schedules agree on.
#pragma once

namespace heddle {

/// The version of the document; another one is refused.
inline constexpr int schedule_document_version = 1;

}  // namespace heddle
