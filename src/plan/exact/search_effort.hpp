/// @file
/// How far a search may go, and how far it went.
#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>

namespace heddle {

/// How far a search may go.
struct search_budget {
  std::uint64_t nodes;                        ///< partial schedules looked at
  std::chrono::steady_clock::time_point end;  ///< looked at every 1024 nodes, as is the next
  std::stop_token stop{};                     ///< asks it to end
};

/// Counts the nodes of searches that follow one another.
class search_effort {
 public:
  explicit search_effort(search_budget const& most) : most_{most} {}

  /// As many nodes from the first on, or until then, for the search that comes.
  void allow(search_budget const& most)
  {
    most_       = most;
    is_stopped_ = false;
  }

  /// One more node; whether the search must end.
  bool count()
  {
    ++nodes_;
    if (nodes_ > most_.nodes) is_stopped_ = true;
    if (nodes_ % 1024 == 0 && is_late()) is_stopped_ = true;
    return is_stopped_;
  }

  [[nodiscard]] bool is_stopped() const { return is_stopped_; }
  [[nodiscard]] std::uint64_t nodes() const { return nodes_; }

 private:
  [[nodiscard]] bool is_late() const
  {
    return most_.stop.stop_requested() || std::chrono::steady_clock::now() > most_.end;
  }

  search_budget most_;
  std::uint64_t nodes_ = 0;
  bool is_stopped_     = false;
};

}  // namespace heddle
