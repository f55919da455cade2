#include "gateway/free_memory.h"

#include <malloc.h>

// Of tcmalloc, where the program is linked with it (the sanitizers bring a heap of their own).
extern "C" void MallocExtension_ReleaseFreeMemory() __attribute__((weak));

namespace sekisho::gateway {

void release_free_memory() {
  if (MallocExtension_ReleaseFreeMemory != nullptr)
    MallocExtension_ReleaseFreeMemory();
  else
    malloc_trim(0);
}

}  // namespace sekisho::gateway
