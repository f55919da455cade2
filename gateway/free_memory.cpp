#include "gateway/free_memory.h"

#include <malloc.h>

// Of tcmalloc, where the program is linked with it (the sanitizers bring a heap of their own).
extern "C" void MallocExtension_ReleaseFreeMemory() __attribute__((weak));
extern "C" int MallocExtension_SetNumericProperty(const char* property, std::size_t value)
    __attribute__((weak));
extern "C" int MallocExtension_GetNumericProperty(const char* property, std::size_t* value)
    __attribute__((weak));

namespace sekisho::gateway {

void limit_thread_caches() {
  constexpr std::size_t kAllTogether = 4u << 20;
  if (MallocExtension_SetNumericProperty != nullptr)
    MallocExtension_SetNumericProperty("tcmalloc.max_total_thread_cache_bytes", kAllTogether);
}

void release_free_memory() {
  if (MallocExtension_ReleaseFreeMemory != nullptr)
    MallocExtension_ReleaseFreeMemory();
  else
    malloc_trim(0);
}

std::size_t heap_used() {
  std::size_t out = 0;
  if (MallocExtension_GetNumericProperty != nullptr &&
      MallocExtension_GetNumericProperty("generic.current_allocated_bytes", &out))
    return out;
  return ::mallinfo2().uordblks;
}

}  // namespace sekisho::gateway
