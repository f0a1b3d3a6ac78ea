/// @file
/// Small concurrent programs, for a machine with store buffers.
///
/// Memory. A store goes into the buffer of its thread, which alone sees it there, and from there to
/// memory at any later time. Stores to one location do so in program order, and a release after all
/// that come before it; relaxed stores to different locations in any order (as on PSO machines; TSO
/// would keep all in order). Read-modify-writes act on memory, after the own stores to the
/// location, and if they are a release, after all own stores. What is no atomic in the code is
/// written by relaxed stores here: whoever reads an old value of it has missed a release.
///
/// Not shown: loads take effect in program order, and all threads see one memory. So an acquire too
/// few goes unnoticed, and so does a release which only passes on what another thread wrote, or
/// which only keeps earlier loads before it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace heddle::protocol_model {

using value    = std::int8_t;
using location = std::uint8_t;
enum class order : std::uint8_t { relaxed, release };

/// What orders the stores of a thread before its later loads: nothing but the compiler's order (a
/// light fence), a fence that empties the own buffer, or one that empties those of all threads,
/// each at some moment between its begin and its end (a heavy fence, `membarrier`).
enum class fence : std::uint8_t { none, own, all };

inline constexpr std::size_t most_threads = 3, most_locations = 24, most_pending = 16;

struct operation {
  enum class kind : std::uint8_t {
    load,
    store,
    add,
    exchange,
    compare_exchange,
    await,
    sleep,
    wake,
    wake_all,
    fence_own,
    fence_all,
    end,
    fault
  };
  kind what;
  location at         = 0;
  value first         = 0;
  value second        = 0;
  order how           = order::relaxed;
  bool gives_a_result = true;
};

/// What the code of a thread does to the memory. The code is run again from its begin for each of
/// its steps, and given the results of those it has done; so it must depend on nothing else.
class processor {
 public:
  using kind = operation::kind;

  value load(location at) { return perform({kind::load, at}); }
  void store(location at, int to, order how = order::relaxed)
  {
    perform({kind::store, at, narrow(to), 0, how, false});
  }
  value fetch_add(location at, int by, order how = order::relaxed)
  {
    return perform({kind::add, at, narrow(by), 0, how});
  }
  /// What is not used need not tell states apart.
  void add(location at, int by, order how = order::relaxed)
  {
    perform({kind::add, at, narrow(by), 0, how, false});
  }
  value exchange(location at, int to, order how)
  {
    return perform({kind::exchange, at, narrow(to), 0, how});
  }
  bool compare_exchange(location at, value& expected, int to, order how)
  {
    auto const found = perform({kind::compare_exchange, at, expected, narrow(to), how});
    return std::exchange(expected, found) == found;
  }

  /// A loop that reads the location until it finds the value.
  void await(location at, int wanted) { perform({kind::await, at, narrow(wanted)}); }

  /// A futex: sleeps if memory has the value, until woken by one who names a bit of `who`.
  void sleep_on(location at, value current, int who)
  {
    perform({kind::sleep, at, current, narrow(who)});
  }
  void wake_one(int who) { perform({kind::wake, 0, 0, narrow(who)}); }
  void wake_all(int who) { perform({kind::wake_all, 0, 0, narrow(who)}); }

  void pass(fence f)
  {
    if (f != fence::none) perform({f == fence::own ? kind::fence_own : kind::fence_all});
  }

  /// Goes back to the begin of the thread's code and forgets all, but that this is not the first
  /// time.
  [[noreturn]] void start_again() { throw starts_again{}; }
  [[nodiscard]] bool is_first_time() const { return is_first_time_; }

  void expect(bool holds, char const* otherwise)
  {
    if (!holds) throw std::logic_error{otherwise};
  }

 private:
  friend class explorer;
  struct must_wait {
    operation next;
  };
  struct starts_again {};

  processor(std::vector<value> const& results, bool is_first_time)
    : results_{results}, is_first_time_{is_first_time}
  {
  }
  static value narrow(int v) { return static_cast<value>(v); }
  value perform(operation const& o)
  {
    if (num_done_ == results_.size()) throw must_wait{o};
    return results_[num_done_++];
  }

  std::vector<value> const& results_;
  bool is_first_time_;
  std::size_t num_done_ = 0;
};

using memory = std::array<value, most_locations>;

/// A program: its variables, its threads, and what must hold once all have ended.
struct program {
  location add(std::string name, int initial = 0)
  {
    names.push_back(std::move(name));
    start.at(names.size() - 1) = static_cast<value>(initial);
    return static_cast<location>(names.size() - 1);
  }
  std::vector<location> add_row(std::string const& name, int count)
  {
    std::vector<location> row;
    for (int i = 0; i < count; ++i) row.push_back(add(name + std::to_string(i)));
    return row;
  }

  std::vector<std::string> names{};
  memory start{};
  std::vector<std::function<void(processor&)>> threads{};
  std::function<bool(memory const&)> holds_at_end = [](memory const&) { return true; };
};

}  // namespace heddle::protocol_model
