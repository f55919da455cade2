#pragma once

#include <string>
#include <string_view>

#include "config/gateway_file.h"
#include "policy/snapshot.h"

namespace sekisho::gateway {

// The PAC file of clients: hosts that the catalogue or the policy names go to `proxy` (host:port as
// clients reach it), refused ones too, so that the gate tells why; names without a dot, this
// machine and `pac.direct` go directly; the rest as `pac.unlisted` says, else to the gate where
// policy blocks what it does not know. No "; DIRECT" behind the gate: what it does not pass must
// not find another way. Text from the policy stands in it as escaped strings only. `secure`: the
// gate is reached by TLS. At most about kLargestPac bytes: with more hosts everything goes to the
// gate.
std::string proxy_pac(const policy::Snapshot& snapshot, const config::Pac& settings,
                      std::string_view proxy, bool secure);
inline constexpr std::size_t kLargestPac = 512 * 1024;

}  // namespace sekisho::gateway
