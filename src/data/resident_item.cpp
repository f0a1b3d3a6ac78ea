#include <heddle/data/resident_item.hpp>

#include "src/data/residency.hpp"

namespace heddle {

resident_item::resident_item()  = default;
resident_item::~resident_item() = default;

void resident_item::live_at(void* host, std::size_t size_bytes)
{
  residency_ = std::make_unique<residency>(host, size_bytes);
}

void resident_item::leave_devices() noexcept
{
  residency_.reset();
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
