#pragma once

#include <cstddef>

namespace sekisho::gateway {

// At the start, before there are threads. A reload makes a policy on one thread that others let go
// of: what the threads' caches keep of each would grow to 32 MiB, ever more slowly, over days.
void limit_thread_caches();

// Gives what is free in the heap back to the system. Loading a configuration takes some ten
// megabytes for a moment; without this, each reload leaves a little more of them behind in pieces.
// May take milliseconds.
void release_free_memory();

// What the program uses of its heap now, in bytes, without what the heap keeps free.
std::size_t heap_used();

}  // namespace sekisho::gateway
