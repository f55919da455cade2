#pragma once

// gateway.yaml as typed values; keys and defaults as in docs/gateway.md. Relative paths are
// resolved against the file's folder.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/audit_keeping.h"
#include "config/audit_proof.h"
#include "config/audit_sealed.h"
#include "config/audit_sinks.h"
#include "config/changed_keys.h"
#include "config/ip.h"
#include "config/mark.h"

namespace sekisho::config {

// host:port of a socket to bind; port 0 = any free one.
// TLS between clients and the gateway itself.
struct ListenTls {
  Marked<std::string> certificate, key;  // PEM: the chain, and its key
  Marked<std::string> client_ca;  // PEM, CRLs beside the roots count; "" = no certificate asked
};

struct ListenAddress {
  IpAddress ip;
  std::uint16_t port = 0;
  Mark at;
  std::optional<ListenTls> tls;
  std::vector<IpNetwork> proxy_protocol_from;  // peers that say for whom they speak
};

struct AdminAddress {  // loopback or unix:PATH only
  std::optional<ListenAddress> tcp;
  std::string unix_path;
};

// A resolver override: "127.0.0.1:9443" or "10.1.2.3".
struct HostOverride {
  IpAddress ip;
  std::optional<std::uint16_t> port;
};

struct CountryNetwork {
  IpNetwork network;
  std::string country;
};

enum class Authentication { kNone, kBasic, kCertificate };

struct Limits {
  std::uint64_t body = 32ull << 20;
  std::uint64_t decoded_body = 128ull << 20;
  std::uint64_t request_head = 64ull << 10;
  std::uint64_t connections = 20000;
  std::uint64_t memory = 2ull << 30;
  std::chrono::milliseconds admit{2'000};
  std::chrono::milliseconds head_timeout{10'000};
  std::chrono::milliseconds body_timeout{60'000};
  std::chrono::milliseconds idle{300'000};
  std::chrono::milliseconds connect{10'000};
  std::chrono::milliseconds answer{900'000};
  std::chrono::milliseconds drain{30'000};  // SIGTERM: what is under way then is cut
};

// When a destination is no longer asked, judged by live traffic (`origin_health`).
struct OriginHealth {
  bool enabled = true;
  std::uint64_t failures = 5;                // in a row: no connection, no TLS, no answer
  std::chrono::milliseconds lasting{5'000};  // the row, from its first to its last
  double error_ratio = 0.5;  // of what was asked within `window`, once `minimum` were
  std::uint64_t minimum = 20;
  std::chrono::milliseconds window{30'000};
  std::chrono::milliseconds pause{30'000};  // till it is asked again, doubled each time
  std::chrono::milliseconds longest_pause{300'000};
};

// Time-outs of one catalogue provider or destination entry, in place of `limits`.
struct OriginTimeouts {
  Mark at;
  std::optional<std::chrono::milliseconds> connect, answer;
};

// The proxy between the gateway and the services (`origin_proxy`).
struct OriginProxy {
  Mark at;           // of `url`
  bool tls = false;  // https://
  std::string host;  // lower case, or an address literal without brackets
  std::uint16_t port = 0;
  Marked<std::string> credentials;    // file with user:password, "" = none
  std::vector<std::string> no_proxy;  // lower-case hosts, "*.x" for any name below x
  std::vector<IpNetwork> no_proxy_networks;
  bool resolve_here = true;  // false: the proxy is told the name, and the address stays unknown
};

// `/proxy.pac`.
struct Pac {
  std::string proxy;                    // host:port as clients reach it; "" = as they asked for it
  std::optional<bool> unlisted_direct;  // nothing: as `unlisted` of the policy suggests
  std::vector<std::string> direct;      // lower-case hosts, "*.x" for any name below x
  std::vector<IpNetwork> direct_networks;
};

struct GatewayFile {
  std::string path;
  bool laboratory = false;
  std::vector<ListenAddress> listen;
  int workers = 0;  // 0 = auto, one a core
  Marked<std::string> ca_certificate, ca_key;
  std::string crl_url;
  Marked<std::string> keys_directory;
  Marked<std::string> datasets_directory;  // built datasets
  Marked<std::string> policy;
  Marked<std::string> credentials;  // the gateway's own keys for services; "" = none
  Marked<std::string> catalogue_providers, catalogue_regions, catalogue_networks,
      catalogue_overlay;  // "" = shipped / none
  std::vector<Marked<std::string>> geo_country;
  Marked<std::string> geo_asn;
  std::chrono::hours geo_warn_after{14 * 24};
  std::chrono::hours geo_max_age{30 * 24};
  std::vector<CountryNetwork> geo_networks;
  std::map<std::string, HostOverride> resolver_hosts;  // lower-case host
  std::vector<Marked<std::string>> extra_ca;
  std::vector<IpNetwork> allow_addresses;
  OriginHealth origin_health;
  std::map<std::string, OriginTimeouts> origin_timeouts;  // id of a provider or an entry
  std::optional<OriginProxy> origin_proxy;
  Pac pac;
  Authentication authentication = Authentication::kNone;
  Marked<std::string> users_file;
  std::string realm = "Sekisho";
  Marked<std::string> audit_directory;
  bool audit_sync = true;  // false = never (laboratory only)
  AuditProof audit_proof;
  AuditKeeping audit_keeping;
  AuditSealed audit_sealed;
  std::vector<AuditSink> audit_sinks;
  Limits limits;
  std::string log_level = "info";
  bool log_json = true;
  AdminAddress admin;
  WrittenValues written;  // the file as it stands, to tell what a reload finds changed
};

// Reads and checks gateway.yaml, and that every file it names can be read (the directories of keys
// and of the journal are made at start). Left out: `ca`, `keys`, `datasets`, `policy` and `audit`
// stand for ca/ca.crt, ca/ca.key, keys/, datasets/, policy.yaml and audit/ beside the file; without
// `admin` there is no admin listener. A pair of the CA that the file does not name is not looked
// for here.
GatewayFile load_gateway(const std::string& path, Problems& problems);

// The two halves of it: form alone, for commands that make the files first (`ca init`, `user add`),
// and the files.
GatewayFile read_gateway_form(const std::string& path, Problems& problems);
void check_named_files(const GatewayFile& gateway, Problems& problems);

// Form alone, of a text; `path` names the file in problems and gives its folder.
GatewayFile parse_gateway(const std::string& path, const std::string& text, Problems& problems);

// The folder of the shipped YAML: SEKISHO_SHARE if set, else the install prefix's share/sekisho if
// it exists, else the source tree's config/.
std::string shipped_directory();

}  // namespace sekisho::config
