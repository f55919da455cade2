#pragma once

#include "config/gateway_file.h"
#include "gateway/async.h"
#include "policy/admission.h"

namespace sekisho::gateway {

// How long a service is waited for.
struct OriginLimits {
  Millis connect;  // look-up, connect and TLS together
  Millis answer;   // silence, before and inside the answer
};

// `limits`, but for what `origin_timeouts` says of the provider or, before that, of the destination
// entry that admits the request.
OriginLimits origin_limits(const config::GatewayFile& settings, const policy::Admission& admission);

}  // namespace sekisho::gateway
