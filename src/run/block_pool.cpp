#include <heddle/run/block_pool.hpp>

#include <new>

namespace heddle::detail {

free_block* block_store::take()
{
  std::lock_guard const lock{mutex_};
  if (!batches_.empty()) {
    auto* const blocks = batches_.back();
    batches_.pop_back();
    return blocks;
  }
  auto& blocks      = memory_.emplace_back(std::make_unique_for_overwrite<block[]>(batch));
  free_block* first = nullptr;
  for (std::size_t b = batch; b > 0; --b) first = ::new (&blocks[b - 1]) free_block{first};
  return first;
}

void block_store::give(free_block* blocks)
{
  std::lock_guard const lock{mutex_};
  batches_.push_back(blocks);
}

}  // namespace heddle::detail
