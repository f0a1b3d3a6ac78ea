/// @file
/// Who runs workflows of empty tasks: heddle and its peers behind one interface.
#pragma once

#include "bench/tasks/shapes.hpp"

#include <benchmark/benchmark.h>

#include <functional>
#include <memory>
#include <string>

namespace heddle::bench {

/// A workflow that has been built, and may be run many times.
class built_workflow {
 public:
  built_workflow()                                 = default;
  built_workflow(built_workflow const&)            = delete;
  built_workflow& operator=(built_workflow const&) = delete;
  virtual ~built_workflow()                        = default;
  virtual void run()                               = 0;
};

/// Threads, and how to build a workflow for them, whose tasks call `touch`.
class graph_peer {
 public:
  graph_peer()                             = default;
  graph_peer(graph_peer const&)            = delete;
  graph_peer& operator=(graph_peer const&) = delete;
  virtual ~graph_peer()                    = default;

  virtual std::unique_ptr<built_workflow> build(shape const& s) = 0;
  /// The same, of tasks that call `body(context, number of the task)`.
  virtual std::unique_ptr<built_workflow> build(shape const& s, void (*body)(void*, std::uint32_t),
                                                void* context) = 0;
};

using make_graph_peer = std::function<std::unique_ptr<graph_peer>(int threads)>;

/// What a task does: hardly anything, but not nothing.
void touch() noexcept;

/// Adds the rows of one peer; of heddle itself if the name is empty.
void add_graph_benchmarks(std::string const& peer, make_graph_peer const& make);

}  // namespace heddle::bench
