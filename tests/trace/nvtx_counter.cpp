// A profiler in miniature: NVTX loads it by the environment variable NVTX_INJECTION64_PATH. It
// prints what it is told of domains, categories, threads and ranges, and counts at the end.
#include <nvtx3/nvToolsExt.h>

#include <cstdint>
#include <cstdio>

namespace {

int pushes = 0, pops = 0, depth = 0;

nvtxDomainHandle_t NVTX_API create_domain(char const* name)
{
  static char domain;
  std::printf("domain %s\n", name);
  return reinterpret_cast<nvtxDomainHandle_t>(&domain);
}

void NVTX_API name_category(nvtxDomainHandle_t, std::uint32_t category, char const* name)
{
  std::printf("category %u %s\n", category, name);
}

void NVTX_API name_thread(std::uint32_t, char const* name)
{
  std::printf("thread %s\n", name);
}

int NVTX_API push(nvtxDomainHandle_t, nvtxEventAttributes_t const* event)
{
  std::printf("push %u %s %llu\n", event->category, event->message.ascii,
              static_cast<unsigned long long>(event->payload.ullValue));
  ++pushes;
  return depth++;
}

int NVTX_API pop(nvtxDomainHandle_t)
{
  std::puts("pop");
  ++pops;
  return --depth;
}

/// Prints when this library is unloaded, at the end of the program.
struct summary {
  ~summary() { std::printf("%d pushes, %d pops, depth %d\n", pushes, pops, depth); }
} at_exit;

template <class Function>
void listen(NvtxFunctionTable table, unsigned size, unsigned event, Function* function)
{
  if (event < size) *table[event] = reinterpret_cast<NvtxFunctionPointer>(function);
}

}  // namespace

extern "C" int InitializeInjectionNvtx2(NvtxGetExportTableFunc_t get_table)
{
  auto const* callbacks =
    static_cast<NvtxExportTableCallbacks const*>(get_table(NVTX_ETID_CALLBACKS));
  NvtxFunctionTable table = nullptr;
  unsigned size           = 0;
  if (!callbacks->GetModuleFunctionTable(NVTX_CB_MODULE_CORE, &table, &size)) return 0;
  listen(table, size, NVTX_CBID_CORE_NameOsThreadA, name_thread);
  if (!callbacks->GetModuleFunctionTable(NVTX_CB_MODULE_CORE2, &table, &size)) return 0;
  listen(table, size, NVTX_CBID_CORE2_DomainCreateA, create_domain);
  listen(table, size, NVTX_CBID_CORE2_DomainNameCategoryA, name_category);
  listen(table, size, NVTX_CBID_CORE2_DomainRangePushEx, push);
  listen(table, size, NVTX_CBID_CORE2_DomainRangePop, pop);
  return 1;
}
