#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sekisho::gateway {

struct ClientHello {
  std::string sni;                // lower case, without trailing dot; "" = absent
  std::vector<std::string> alpn;  // as offered
};

// From the first bytes of a stream (TLS records). kMore: not whole yet; never for more than 64 KiB.
enum class HelloStatus { kWhole, kMore, kNotTls, kMalformed };
HelloStatus parse_client_hello(std::string_view bytes, ClientHello& out);

// The bodies of single extensions. False: malformed.
bool parse_server_name(std::string_view body, std::string& sni);
bool parse_alpn(std::string_view body, std::vector<std::string>& alpn);

}  // namespace sekisho::gateway
