/// @file
/// Blocks of one size, from which small jobs are made. Part of the executor.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace heddle::detail {

constexpr std::size_t block_bytes = 64;

/// A free block, and those behind it.
struct free_block {
  free_block* next;
};

/// Free blocks by the batch, for all workers; owns the memory, which it keeps until its end.
/// Thread-safe.
class block_store {
 public:
  static constexpr std::size_t batch = 512;

  /// A list of `batch` blocks.
  [[nodiscard]] free_block* take();
  void give(free_block* blocks);

 private:
  struct alignas(block_bytes) block {
    std::byte bytes[block_bytes];
  };

  std::mutex mutex_{};
  std::vector<free_block*> batches_{};              // guarded by mutex_, as the next
  std::vector<std::unique_ptr<block[]>> memory_{};  ///< a batch each
};

/// Free blocks of one thread: two lists of at most a batch, the second full or empty, so that a
/// thread that only allocates, or only frees, goes to the store once a batch.
class block_pool {
 public:
  explicit block_pool(block_store& store) noexcept : store_{store} {}

  [[nodiscard]] void* allocate()
  {
    if (first_ == nullptr) [[unlikely]]
      refill();
    --count_;
    return std::exchange(first_, first_->next);
  }

  void free(void* block)
  {
    if (count_ == block_store::batch) [[unlikely]]
      set_aside();
    first_ = ::new (block) free_block{first_};
    ++count_;
  }

 private:
  void refill()
  {
    first_ = spare_ != nullptr ? std::exchange(spare_, nullptr) : store_.take();
    count_ = block_store::batch;
  }
  void set_aside()
  {
    if (spare_ != nullptr) store_.give(spare_);
    spare_ = std::exchange(first_, nullptr);
    count_ = 0;
  }

  block_store& store_;
  free_block* first_ = nullptr;
  free_block* spare_ = nullptr;  ///< a whole batch, or null
  std::size_t count_ = 0;        ///< of the first list
};

}  // namespace heddle::detail
