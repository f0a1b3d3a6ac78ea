#include <heddle/trace/nvtx.hpp>

#include "src/trace/thread_name.hpp"

#include <nvtx3/nvToolsExt.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>

namespace heddle {
namespace {

/// Set once it is known that no profiler is attached, which stays so: NVTX looks for one at its
/// first use only. All that a range then costs is to read this.
std::atomic<bool> is_silent{false};

nvtxDomainHandle_t create_domain() noexcept
{
  auto const domain = nvtxDomainCreateA("heddle");
  is_silent.store(!domain, std::memory_order_relaxed);
  if (!domain) return domain;
  nvtxDomainNameCategoryA(domain, static_cast<std::uint32_t>(range_kind::task), "task");
  nvtxDomainNameCategoryA(domain, static_cast<std::uint32_t>(range_kind::stage), "stage");
  nvtxDomainNameCategoryA(domain, static_cast<std::uint32_t>(range_kind::transfer), "transfer");
  return domain;
}

/// Null without a profiler.
nvtxDomainHandle_t heddle_domain() noexcept
{
  static nvtxDomainHandle_t const domain = create_domain();
  return domain;
}

/// NVTX wants terminated strings. Longer names are cut, so that nothing is allocated.
class terminated {
 public:
  explicit terminated(std::string_view text) noexcept
  {
    auto const size                                 = std::min(text.size(), text_.size() - 1);
    *std::copy_n(text.begin(), size, text_.begin()) = '\0';
  }
  [[nodiscard]] char const* get() const noexcept { return text_.data(); }

 private:
  std::array<char, 256> text_;
};

/// Whether there is a profiler that was told. Apart from the constructor, which would else pay for
/// this function's stack frame.
[[gnu::noinline]] bool push_range(range_kind kind, std::string_view name,
                                  std::uint64_t payload) noexcept
{
  auto const domain = heddle_domain();
  if (!domain) return false;
  terminated const message{name};
  nvtxEventAttributes_t event{};
  event.version          = NVTX_VERSION;
  event.size             = NVTX_EVENT_ATTRIB_STRUCT_SIZE;
  event.category         = static_cast<std::uint32_t>(kind);
  event.payloadType      = NVTX_PAYLOAD_TYPE_UNSIGNED_INT64;
  event.payload.ullValue = payload;
  event.messageType      = NVTX_MESSAGE_TYPE_ASCII;
  event.message.ascii    = message.get();
  nvtxDomainRangePushEx(domain, &event);
  return true;
}

}  // namespace

profiler_range::profiler_range(range_kind kind, std::string_view name,
                               std::uint64_t payload) noexcept
{
  if (!is_silent.load(std::memory_order_relaxed)) open_ = push_range(kind, name, payload);
}

profiler_range::~profiler_range()
{
  if (open_) nvtxDomainRangePop(heddle_domain());
}

void name_this_thread(std::string_view name) noexcept
{
  name_os_thread(name);
  if (heddle_domain()) {
    nvtxNameOsThreadA(static_cast<std::uint32_t>(::gettid()), terminated{name}.get());
  }
}

}  // namespace heddle
