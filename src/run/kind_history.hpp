/// @file
/// How long tasks of a kind have taken.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace heddle {

/// The latest execution times of each kind of task. Not thread-safe.
class kind_history {
 public:
  void add(std::string const& kind, double seconds);

  /// What at least this share of the times does not exceed; infinite while there are fewer than
  /// five times. Costs a copy of them.
  [[nodiscard]] double quantile(std::string const& kind, double share) const;

 private:
  struct latest {
    std::vector<double> seconds{};
    std::size_t next = 0;  ///< to be overwritten
  };
  std::map<std::string, latest, std::less<>> kinds_{};
};

}  // namespace heddle
