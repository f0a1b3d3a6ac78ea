#include <heddle/data/resident_item.hpp>

#include "src/data/residency.hpp"

#include <mutex>
#include <vector>

namespace heddle {
namespace {

/// Where leak checkers find memory that is never freed, on purpose.
void remember_for_ever(void const* memory)
{
  static std::mutex mutex;
  static auto& remembered = *new std::vector<void const*>;
  std::lock_guard const lock{mutex};
  remembered.push_back(memory);
}

}  // namespace

resident_item::resident_item()  = default;
resident_item::~resident_item() = default;

void resident_item::live_at(void* host, std::size_t size_bytes)
{
  residency_ = std::make_unique<residency>(host, size_bytes);
}

bool resident_item::leave_devices() noexcept
{
  bool const may_be_freed = !residency_->is_in_use_for_ever();
  if (!may_be_freed) remember_for_ever(host());
  residency_.reset();
  return may_be_freed;
}

void resident_item::bring_home()
{
  residency_->bring_home();
}

void resident_item::write_at_home()
{
  residency_->write_at_home();
}

}  // namespace heddle
