#pragma once

#include "config/ip.h"

namespace sekisho::gateway {

// Whether this machine answers at `ip` now: an address of one of its interfaces, or one that the
// routing table delivers locally. No packet is sent. Any thread.
bool answers_here(const config::IpAddress& ip);

}  // namespace sekisho::gateway
