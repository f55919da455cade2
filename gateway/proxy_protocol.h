#pragma once

// The header by which a load balancer tells whose connection it hands on (PROXY protocol, versions
// 1 and 2, as HAProxy's specification of 2020/03/05 has them).

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "config/ip.h"

namespace sekisho::gateway {

struct ProxyHeader {
  enum class State {
    kMore,  // what is there may become one
    kRight,
    kWrong  // no header, or one that names no client
  };
  State state = State::kMore;
  std::size_t size = 0;  // bytes of the header
  bool local = false;    // the balancer speaks for itself: a health check
  config::IpAddress client;
  std::uint16_t client_port = 0;
};

// Looks at the first bytes of a connection. A version 1 header is at most 107 bytes long, one of
// version 2 at most kLongestProxyHeader, its TLVs (which nobody vouches for) included.
ProxyHeader parse_proxy_header(std::string_view bytes);
inline constexpr std::size_t kLongestProxyHeader = 4096;

}  // namespace sekisho::gateway
