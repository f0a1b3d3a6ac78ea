/// @file
/// A declared access: which data item a task touches, how, and as which C++ types its bodies see
/// it.
#pragma once

#include <heddle/base/data_item.hpp>
#include <heddle/base/device_span.hpp>

#include <memory>
#include <span>

namespace heddle {

/// An access without its types, as the workflow keeps it.
struct any_access {
  std::shared_ptr<data_item> item;
  mode how;
};

/// An access whose body argument is `Host` in a CPU body and `Device` in a GPU body.
template <class Host, class Device>
struct access : any_access {
};

/// Where the content of one accessed item lies when a body runs.
struct argument {
  void* data;
  std::size_t size_bytes;
};

/// Makes the typed argument of a body from where the content lies.
template <class T>
struct argument_as;

template <class T>
struct argument_as<std::span<T>> {
  static std::span<T> from(argument a)
  {
    return {static_cast<T*>(a.data), a.size_bytes / sizeof(T)};
  }
};

template <class T>
struct argument_as<device_span<T>> {
  static device_span<T> from(argument a)
  {
    return {static_cast<T*>(a.data), a.size_bytes / sizeof(T)};
  }
};

template <class T>
struct argument_as<T&> {
  static T& from(argument a) { return *static_cast<T*>(a.data); }
};

template <class T>
struct argument_as<T*> {
  static T* from(argument a) { return static_cast<T*>(a.data); }
};

}  // namespace heddle
