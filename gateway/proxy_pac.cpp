#include "gateway/proxy_pac.h"

#include <algorithm>
#include <set>
#include <vector>

#include "filters/bodies/json_scanner.h"
#include "policy/host_table.h"

namespace sekisho::gateway {
namespace {

// As a string of a script, which a browser may show in a page: JSON, and no '<'.
std::string quoted(std::string_view text) {
  std::string json;
  filters::JsonWriter(json).value(text);
  std::string out;
  for (const char c : json) {
    if (c == '<')
      out += "\\u003c";
    else
      out += c;
  }
  return out;
}

// Hosts by how they are compared: whole, or as what names below them end in.
class Hosts {
 public:
  void add(std::string_view pattern) {
    const bool wild = pattern.starts_with("*.");
    const std::string_view name = wild ? pattern.substr(2) : pattern;
    if (name.empty() || !(wild ? below_ : whole_).emplace(name).second) return;
    bytes_ += name.size() + 8;
  }
  bool too_many() const { return bytes_ > kLargestPac; }
  // Names that would be taken for machines of the own network.
  void keep_dotless() {
    std::erase_if(whole_, [](const std::string& h) { return h.find('.') != std::string::npos; });
    below_.clear();
    std::size_t bytes = 0;
    for (auto it = whole_.begin(); it != whole_.end();) {
      bytes += it->size() + 8;
      it = bytes > kLargestPac ? whole_.erase(it) : std::next(it);
    }
  }
  std::string whole() const { return table(whole_); }
  std::string below() const { return table(below_); }

 private:
  static std::string table(const std::set<std::string>& names) {
    std::string out = "{";
    for (const auto& name : names) out += (out.size() > 1 ? ",\n" : "\n") + quoted(name) + ":1";
    return out + "}";
  }

  std::set<std::string> whole_, below_;
  std::size_t bytes_ = 0;
};

// Sign-in hosts of third parties and the like: people need them for much else.
std::set<std::string> shared_hosts(const config::Catalogue& catalogue) {
  std::set<std::string> out;
  for (const auto& side : catalogue.shared_side_hosts)
    out.insert(side.hosts.begin(), side.hosts.end());
  return out;
}

void add_host(const std::string& written, Hosts& out) {
  if (const auto rule = policy::parse_host_rule(written)) out.add(rule->pattern);
}

void add_provider(const config::Provider& provider, const std::set<std::string>& shared,
                  Hosts& out) {
  for (const auto& host : provider.hosts) add_host(host, out);
  for (const auto& side : provider.side_hosts)
    for (const auto& host : side.hosts)
      if (!shared.contains(host)) add_host(host, out);
}

Hosts listed_hosts(const policy::Snapshot& snapshot) {
  Hosts out;
  for (const auto& destination : snapshot.file().destinations)
    for (const auto& host : destination.hosts) {
      if (out.too_many()) return out;
      add_host(host.value, out);
    }
  const std::set<std::string> shared = shared_hosts(snapshot.catalogue());
  for (const auto& provider : snapshot.catalogue().providers) {
    if (out.too_many()) return out;
    add_provider(provider, shared, out);
  }
  return out;
}

// [first, number] of the IPv4 addresses of each network.
std::string networks_table(const std::vector<config::IpNetwork>& networks) {
  std::string out = "[";
  for (const auto& n : networks) {
    if (!n.base().is_v4() || n.prefix() < 96) continue;
    std::uint64_t first = 0;
    for (int i = 12; i < 16; ++i) first = first << 8 | n.base().bytes()[i];
    const std::uint64_t count = std::uint64_t{1} << (128 - n.prefix());
    out += (out.size() > 1 ? "," : "") + ("[" + std::to_string(first)) + "," +
           std::to_string(count) + "]";
  }
  return out + "]";
}

std::string_view without_port(std::string_view proxy) {
  if (proxy.starts_with('[')) return proxy.substr(1, proxy.find(']') - 1);
  return proxy.substr(0, proxy.rfind(':'));
}

// Old engines run this (WinHTTP): nothing newer than ES3, and nothing that looks a name up.
constexpr std::string_view kScript = R"(
function below(table, host) {
  for (var dot = host.indexOf("."); dot >= 0; dot = host.indexOf(".", dot + 1))
    if (Object.prototype.hasOwnProperty.call(table, host.substring(dot + 1))) return true;
  return false;
}

function within(networks, host) {
  var parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(host);
  if (!parts) return false;
  var address = ((+parts[1] * 256 + +parts[2]) * 256 + +parts[3]) * 256 + +parts[4];
  for (var i = 0; i < networks.length; i++)
    if (address >= networks[i][0] && address < networks[i][0] + networks[i][1]) return true;
  return false;
}

function has(table, host) {
  return Object.prototype.hasOwnProperty.call(table, host);
}

function FindProxyForURL(url, host) {
  host = host.toLowerCase().replace(/^\[|\]$/g, "").replace(/\.$/, "");
  if (host == self) return "DIRECT";
  if (has(listed, host) || below(listedBelow, host)) return gate;
  if (host.indexOf(".") < 0 && host.indexOf(":") < 0) return "DIRECT";
  if (/\.localhost$/.test(host) || host == "::1" || within([[2130706432, 16777216]], host)) return "DIRECT";
  if (has(direct, host) || below(directBelow, host) || within(directNetworks, host)) return "DIRECT";
  return rest;
}
)";

}  // namespace

std::string proxy_pac(const policy::Snapshot& snapshot, const config::Pac& settings,
                      std::string_view proxy, bool secure) {
  Hosts listed = listed_hosts(snapshot), direct;
  bool rest_direct = settings.unlisted_direct.value_or(snapshot.file().unlisted_splice);
  if (listed.too_many()) {
    listed.keep_dotless();
    rest_direct = false;
  } else {
    for (const auto& host : settings.direct) direct.add(host);
    for (const auto& n : settings.direct_networks)
      if (n.prefix() == 128) direct.add(n.base().to_string());
  }
  std::string out = "// Sekisho: made from the policy in force, " + snapshot.digest() + ".\n";
  out += "var gate = " + quoted((secure ? "HTTPS " : "PROXY ") + std::string(proxy)) + ";\n";
  out += std::string("var rest = ") + (rest_direct ? "\"DIRECT\"" : "gate") + ";\n";
  out += "var self = " + quoted(without_port(proxy)) + ";\n";
  out += "var listed = " + listed.whole() + ";\n";
  out += "var listedBelow = " + listed.below() + ";\n";
  out += "var direct = " + direct.whole() + ";\n";
  out += "var directBelow = " + direct.below() + ";\n";
  out += "var directNetworks = " +
         networks_table(listed.too_many() ? std::vector<config::IpNetwork>{}
                                          : settings.direct_networks) +
         ";\n";
  return out.append(kScript);
}

}  // namespace sekisho::gateway
