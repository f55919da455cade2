#pragma once

// What is known of an address: country databases, networks stated by hand, edge networks, owner of
// the network.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/catalogue.h"
#include "config/gateway_file.h"
#include "config/ip.h"

namespace sekisho::policy {

struct CountryAnswer {
  std::string
      country;  // ISO; "" = no answer (codes that are no country: "", EU, AP, ZZ, T1, … included)
  std::string source;  // "geo.networks", "DBIP-Country 2026-11-01", …
  int age_days = 0;
  bool stale = false;  // older than geo.max_age: the answer counts as unknown, but a denied country
                       // still refuses
};

struct AddressFacts {
  std::optional<config::IpAddress> ip;
  std::vector<CountryAnswer> countries;  // one a database; a network stated by hand stands alone
  std::string edge;                      // name of the edge network, "" = none
  std::string network_country;           // seat of the owner; "" = unknown
  std::string network_source;
  int network_age_days = 0;
  // The names to which the aliases (CNAME) of the name that was looked up lead, each hop and the
  // end, as the resolver said them. They may refuse (names that a denied country's companies hold),
  // and never prove anything.
  std::vector<std::string> aliases;
  bool network_stale = false;  // as for CountryAnswer::stale
  // Set by tests and explain when nothing was stated: address evidence counts as allowed ("not
  // stated").
  bool assumed_allowed = false;
};

class Geo {
 public:
  // nullptr and problems when a configured database cannot be read. No database at all is fine:
  // every address is then unknown.
  static std::shared_ptr<const Geo> open(const config::GatewayFile& settings,
                                         config::Networks networks, config::Problems& problems);
  // Embedded IPv4 (mapped, NAT64, 6to4, Teredo) is unmapped first.
  AddressFacts look_up(const config::IpAddress& ip, std::int64_t now) const;
  // Seat of whoever gives names like this one to others' services (edges, name balancers); "" = not
  // known. `name` in lower case without a trailing dot.
  std::string country_of_name(std::string_view name) const;
  std::vector<std::string> warnings(
      std::int64_t now) const;  // absent, past warn_after, past max_age; English
  ~Geo();

 private:
  Geo();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// An IPv4 address embedded in an IPv6 one (::ffff:0:0/96, 64:ff9b::/96, 64:ff9b:1::/48, 2002::/16,
// 2001::/32 Teredo), else the address itself.
config::IpAddress embedded_v4(const config::IpAddress& ip);

}  // namespace sekisho::policy
