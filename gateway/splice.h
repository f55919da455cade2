#pragma once

#include <memory>

#include "gateway/async.h"
#include "gateway/byte_stream.h"
#include "gateway/client_session.h"
#include "policy/client.h"

namespace sekisho::gateway {

// Passes a tunnel unopened: reads the ClientHello (SNI absent or equal), judges and connects the
// address, records the decision, replays the hello, pumps both ways. Judged again when the policy
// changes, and closed if it is no longer admitted.
Awaitable<void> splice_tunnel(ClientSession& session, const policy::Client& client,
                              const policy::Destination& to, std::unique_ptr<ByteStream> stream);

}  // namespace sekisho::gateway
