#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/ip.h"

namespace sekisho::policy {

// Who asks. `groups` always holds "everyone" and is filled by Snapshot::groups_of.
struct Client {
  std::string user;            // "" = not authenticated
  std::string by = "network";  // how it is known: network | basic | stated (tests, explain)
  config::IpAddress address;
  std::vector<std::string> groups;
  std::string user_agent;
  int retry = 0;  // x-stainless-retry-count
};

// Where to. `host` is lower case, without trailing dot or brackets, IDN as A-labels.
struct Destination {
  std::string scheme = "https";
  std::string host;
  std::uint16_t port = 443;
  bool literal = false;  // an address literal
};

}  // namespace sekisho::policy
