/// @file
/// Type-erased bodies: what the engine calls when it runs a task.
#pragma once

#include <heddle/base/access.hpp>
#include <heddle/base/stage_team.hpp>
#include <heddle/base/stream_ref.hpp>
#include <heddle/base/units.hpp>

#include <functional>
#include <span>
#include <stop_token>

namespace heddle {

/// What a body is given, in the order in which the accesses were declared.
struct body_arguments {
  std::span<argument const> data;  ///< [accesses]
  range part{};                    ///< the part of a data-parallel stage to do
  std::stop_token stop{};          ///< asked of long bodies: give up soon
  loop_options loop{};             ///< how a data-parallel stage may be divided
  stage_team* team = nullptr;      ///< that the stage may use; null: it does all itself
};

/// Runs on the calling thread, on data in host memory. Throws to fail its task.
using host_body = std::function<void(body_arguments const&)>;

/// Enqueues on the stream, on data in device memory, and returns.
using device_body = std::function<void(stream_ref, body_arguments const&)>;

}  // namespace heddle
