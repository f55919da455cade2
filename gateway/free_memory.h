#pragma once

namespace sekisho::gateway {

// Gives what is free in the heap back to the system. Loading a configuration takes some ten
// megabytes for a moment; without this, each reload leaves a little more of them behind in pieces.
// May take milliseconds.
void release_free_memory();

}  // namespace sekisho::gateway
