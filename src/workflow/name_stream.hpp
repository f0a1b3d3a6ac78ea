/// @file
/// Names in the order in which a reader finds them, and their numbers in that order.
#pragma once

#include "src/workflow/name_table.hpp"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <mutex>
#include <span>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace heddle {

class name_stream;

/// Looks up names while the reader finds the next ones.
///
/// The reader's thread fills batches; the resolver's own thread, which starts with the first full
/// batch, hands them to the tables in the order of their submission. Until `finish` returns, tables
/// and numbers belong to that thread; afterwards, to the reader's. Everything else that both touch
/// is behind one mutex. Small documents fill no batch, and start no thread.
class name_resolver {
 public:
  using batch = std::vector<std::string_view>;

  name_resolver()                                = default;
  name_resolver(name_resolver const&)            = delete;
  name_resolver& operator=(name_resolver const&) = delete;
  ~name_resolver();  ///< does not look up what still waits

  /// Takes over the names of `full`, and leaves an empty batch there. Waits while too many wait.
  ///
  /// @throw what a look-up threw before, such as std::bad_alloc
  void submit(name_stream& stream, batch& full);

  /// Waits until all that was submitted has been looked up.
  ///
  /// @throw what a look-up threw
  void finish();

 private:
  struct work {
    name_stream* stream;
    batch names;
  };

  void start();
  void run();
  void resolve(work& next);

  std::mutex mutex_{};
  std::condition_variable changed_{};
  std::deque<work> waiting_{};    ///< the front one is being looked up
  std::vector<batch> spare_{};    ///< empty, with their memory
  std::exception_ptr failure_{};  ///< the first one; nothing is looked up after it
  bool is_closing_    = false;
  bool has_no_thread_ = false;  ///< the system refused one
  std::thread thread_{};
};

/// Where the names of a list stand in their stream. A document has less than 2^32 bytes.
struct name_range {
  std::uint32_t first = 0;
  std::uint32_t last  = 0;
};

/// The numbers that `table` gives to names, in the order in which the names came. The text of a
/// name must stay until it has been looked up.
class name_stream {
 public:
  name_stream(name_table& table, name_resolver& resolver) : table_{table}, resolver_{resolver} {}

  void push(std::string_view name)
  {
    waiting_.push_back(name);
    ++size_;
    if (waiting_.size() == names_per_batch) resolver_.submit(*this, waiting_);
  }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  /// Looks up the names that fill no batch; to be called after `name_resolver::finish`.
  void flush()
  {
    resolve(waiting_);
    waiting_.clear();
  }

  /// To be called after `flush`.
  [[nodiscard]] std::span<std::int32_t> ids() noexcept { return ids_; }
  [[nodiscard]] std::span<std::int32_t> ids(name_range list) noexcept
  {
    return ids().subspan(list.first, list.last - list.first);
  }

 private:
  friend name_resolver;
  static constexpr std::size_t names_per_batch = 4096;

  void resolve(std::span<std::string_view const> names) { table_.add_all(names, ids_); }

  name_table& table_;
  name_resolver& resolver_;
  name_resolver::batch waiting_{};
  std::size_t size_ = 0;
  std::vector<std::int32_t> ids_{};
};

}  // namespace heddle
