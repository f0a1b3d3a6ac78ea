#include <heddle/data/resident_item.hpp>

#include "src/data/residency.hpp"

namespace heddle {

resident_item::resident_item()  = default;
resident_item::~resident_item() = default;

void resident_item::live_at(void* host, std::size_t size_bytes)
{
  residency_ = std::make_unique<residency>(host, size_bytes);
}

bool resident_item::leave_devices() noexcept
{
  bool const may_be_freed = !residency_->is_in_use_for_ever();
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
