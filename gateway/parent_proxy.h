#pragma once

// The proxy between the gateway and the services (`origin_proxy`): a CONNECT to it for every
// connection that does not go directly.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "config/gateway_file.h"
#include "config/policy_file.h"
#include "gateway/async.h"
#include "gateway/byte_stream.h"
#include "policy/geo.h"

namespace sekisho::gateway {

struct Services;
class Deadlines;

// Whether `host` is reached through the proxy, by `no_proxy`.
bool goes_through(const config::OriginProxy& settings, std::string_view host);
// For people: "http://proxy.example.jp:3128, which is told addresses that were looked up here".
config::Localized words_of(const config::OriginProxy& settings);

// Immutable, shared by the workers. Holds the credentials, which leave it in CONNECT requests to
// the proxy only.
class ParentProxy {
 public:
  // null and `error` (English): the file of the credentials is not as it must be.
  static std::shared_ptr<const ParentProxy> make(const config::OriginProxy& settings,
                                                 std::string& error);

  const config::OriginProxy& settings() const { return settings_; }
  // `host`: lower case, or an address literal.
  bool serves(std::string_view host) const { return goes_through(settings_, host); }
  // Whether an address is one of the networks of `no_proxy`.
  bool leaves_out(const config::IpAddress& ip) const;
  // CONNECT, ready to be sent; `authority`: host:port.
  std::string connect_request(const std::string& authority) const;

 private:
  explicit ParentProxy(config::OriginProxy settings) : settings_(std::move(settings)) {}
  config::OriginProxy settings_;
  std::string credentials_;  // in base64, "" = none
};

// What is known of an address that the proxy looks up: nothing.
policy::AddressFacts unresolved_address();

// A connection through it, as far as the service.
struct ProxyTunnel {
  enum class Fault {
    kNone,
    kUnreachable,  // the proxy
    kTimeout,      // before it was asked
    kTls,          // to the proxy, where it is https://
    kCertificate,  // the proxy's own
    kLoop,         // it is one of our own listeners
    kCredentials,  // 407
    kRefused,      // 403 and other 4xx
    kFailed,       // 5xx: it could not reach the service
    kSilent,       // no answer to CONNECT in time
    kFraming,      // its answer is no HTTP, too long, or followed by bytes nobody asked for
    kBusy          // no descriptor is left
  } fault = Fault::kNone;
  std::unique_ptr<ByteStream> stream;  // null: see fault
  int status = 0;                      // of its answer, if there was one
  std::size_t tried = 0;               // connects begun
};
Awaitable<ProxyTunnel> connect_through(const ParentProxy& proxy, Services& services,
                                       Executor executor, Deadlines& deadlines,
                                       std::string authority, TimePoint deadline);

// For the record ("proxy_credentials") and for people, one clause.
std::string_view proxy_fault_word(ProxyTunnel::Fault fault);
config::Localized proxy_fault_words(std::string_view word);

}  // namespace sekisho::gateway
