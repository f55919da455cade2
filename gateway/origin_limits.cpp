#include "gateway/origin_limits.h"

namespace sekisho::gateway {

OriginLimits origin_limits(const config::GatewayFile& settings,
                           const policy::Admission& admission) {
  OriginLimits out{settings.limits.connect, settings.limits.answer};
  if (settings.origin_timeouts.empty()) return out;
  for (const std::string* id : {&admission.provider, &admission.entry}) {
    const auto found = settings.origin_timeouts.find(*id);
    if (found == settings.origin_timeouts.end()) continue;
    out.connect = found->second.connect.value_or(out.connect);
    out.answer = found->second.answer.value_or(out.answer);
  }
  return out;
}

}  // namespace sekisho::gateway
