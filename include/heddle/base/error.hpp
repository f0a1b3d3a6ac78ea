/// @file
/// Every exception heddle throws derives from `heddle::error`. A message says what is wrong, where,
/// and what to do about it.
#pragma once

#include <stdexcept>

namespace heddle {

/// Base of all of heddle's exceptions.
struct error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// An argument of a call breaks a documented requirement.
struct invalid_argument : error {
  using error::error;
};

/// A file, document or option given by the user is wrong; `what()` names the file and the place in
/// it. The command line ends with exit status 2.
struct input_error : error {
  using error::error;
};

/// The operating system refused; `what()` names the path or program and the system's reason.
struct system_error : error {
  using error::error;
};

/// A feature that this build of heddle was made without, such as CUDA.
struct not_built : error {
  using error::error;
};

/// A valid request that this version of heddle, or this resource, cannot carry out.
struct not_supported : error {
  using error::error;
};

/// A task ended without success; `what()` names the task and the reason.
struct task_failed : error {
  using error::error;
};

/// A device failed and cannot be used any more; `what()` names it, and the work if it is known.
struct device_error : error {
  using error::error;
};

/// A device has no room for an allocation; `what()` says how much was asked for. It can be used
/// further.
struct out_of_device_memory : error {
  using error::error;
};

/// What a task wrote was only in the memory of a device that failed, or may still be overwritten by
/// one that did not answer and was given up.
struct content_lost : error {
  using error::error;
};

/// A CUDA runtime call failed; `what()` names the call site and the CUDA error.
struct cuda_error : device_error {
  using device_error::device_error;
};

}  // namespace heddle
