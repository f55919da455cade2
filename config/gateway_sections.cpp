#include "config/gateway_sections.h"

#include <algorithm>
#include <utility>

#include "config/country.h"
#include "config/host_pattern.h"
#include "config/text_file.h"
#include "config/units.h"

namespace sekisho::config {
namespace {

constexpr std::size_t kLongestSocketPath = 107;  // sun_path of Linux, without the closing zero

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return text;
}

bool loopback(const IpAddress& ip) {
  static const IpNetwork kV4 = *IpNetwork::parse("127.0.0.0/8");
  static const IpNetwork kV6 = *IpNetwork::parse("::1/128");
  return kV4.contains(ip) || kV6.contains(ip);
}

std::optional<ListenAddress> listen_address(YamlReader& reader, const YamlNode& n) {
  const auto a = n.is_scalar() ? parse_address_and_port(n.text) : std::nullopt;
  if (a) return ListenAddress{a->ip, a->port, n.at};
  const bool local = n.text.rfind("localhost:", 0) == 0;
  reader.wrong(n, "an address with port",
               local ? "write 127.0.0.1" + n.text.substr(9)
                     : "write \"127.0.0.1:8080\" or \"[::1]:8080\"; port 0 = any free one");
  return std::nullopt;
}

ListenTls listen_tls(YamlReader& reader, const YamlNode& node, const std::string& file) {
  ListenTls out;
  MapReader m(reader, node, "`tls` of a listener");
  (void)m.require("certificate");
  (void)m.require("key");
  read_path(m, "certificate", file, out.certificate);
  read_path(m, "key", file, out.key);
  read_path(m, "client_ca", file, out.client_ca);
  m.finish();
  return out;
}

void read_balancers(YamlReader& reader, const YamlNode& node, std::vector<IpNetwork>& out) {
  if (!node.is_list() || node.items.empty())
    return reader.wrong(node, "a list of networks",
                        "write [10.0.0.0/8]: whoever is in it may say which client it speaks for");
  for (const YamlNode& item : node.items)
    if (const auto network = reader.network(item)) out.push_back(*network);
}

void read_listener(YamlReader& reader, const YamlNode& node, GatewayFile& out) {
  MapReader m(reader, node, "a listener");
  const YamlNode* n = m.require("address");
  ListenAddress made;
  if (const YamlNode* tls = m.find("tls")) made.tls = listen_tls(reader, *tls, out.path);
  if (const YamlNode* from = m.find("proxy_protocol_from"))
    read_balancers(reader, *from, made.proxy_protocol_from);
  m.finish();
  const auto address = n ? listen_address(reader, *n) : std::nullopt;
  if (!address) return;
  made.ip = address->ip;
  made.port = address->port;
  made.at = address->at;
  for (const ListenAddress& other : out.listen)
    if (address->port != 0 && other.port == address->port && other.ip == address->ip)
      reader.problem(n->at, "'" + n->text + "' is listened on twice", "delete one");
  out.listen.push_back(std::move(made));
}

std::optional<std::chrono::hours> days(YamlReader& reader, const YamlNode& n) {
  const auto d = reader.duration(n);
  if (!d) return std::nullopt;
  const auto hours = std::chrono::floor<std::chrono::hours>(*d);
  if (hours.count() > 0) return hours;
  reader.wrong(n, "at least an hour", "write 14d");
  return std::nullopt;
}

void read_stated_networks(YamlReader& reader, const YamlNode& node, GatewayFile& out) {
  if (!node.is_map()) return reader.wrong(node, "a map of networks", "write { 10.0.0.0/8: JP }");
  for (const YamlEntry& e : node.entries) {
    YamlNode key;
    key.kind = YamlNode::Kind::kScalar;
    key.text = e.key;
    key.at = e.at;
    const auto network = reader.network(key);
    const auto country = reader.country(e.value);
    if (network && country) out.geo_networks.push_back({*network, *country});
  }
}

// "10.1.2.3", "127.0.0.1:9443", "2001:db8::1", "[2001:db8::1]:9443".
std::optional<HostOverride> parse_override(std::string_view text) {
  if (const auto ip = IpAddress::parse(text)) return HostOverride{*ip, std::nullopt};
  const auto both = parse_address_and_port(text);
  if (!both || both->port == 0) return std::nullopt;
  return HostOverride{both->ip, both->port};
}

void read_override(YamlReader& reader, const YamlEntry& e, GatewayFile& out) {
  const HostFault fault = check_host_name(e.key);
  if (!fault.ok()) return reader.problem(e.at, fault.message, fault.hint);
  const auto target = e.value.is_scalar() ? parse_override(e.value.text) : std::nullopt;
  if (!target)
    return reader.wrong(e.value, "an address, with or without port",
                        "write 10.1.2.3 or \"127.0.0.1:9443\"");
  std::string host = lower(e.key);
  if (host.back() == '.') host.pop_back();
  if (!out.resolver_hosts.emplace(std::move(host), *target).second)
    reader.problem(e.at, "the host '" + e.key + "' stands here a second time", "delete one");
}

std::vector<Marked<std::string>> paths(YamlReader& reader, const YamlNode& n,
                                       const std::string& file) {
  auto out = reader.texts(n, "files");
  for (auto& path : out) path.value = resolve_path(file, path.value);
  return out;
}

void read_size(MapReader& m, std::string_view key, std::uint64_t& out) {
  const YamlNode* n = m.find(key);
  const auto v = n ? m.reader().size(*n) : std::nullopt;
  if (v) out = *v;
}

void read_duration(MapReader& m, std::string_view key, std::chrono::milliseconds& out) {
  const YamlNode* n = m.find(key);
  const auto v = n ? m.reader().duration(*n) : std::nullopt;
  if (v) out = *v;
}

}  // namespace

std::optional<AddressAndPort> parse_address_and_port(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (bracketed != (host.find(':') != std::string_view::npos)) return std::nullopt;
  const auto ip = IpAddress::parse(host);
  const auto port = parse_decimal(text.substr(colon + 1));
  if (!ip || !port || *port > 65535) return std::nullopt;
  return AddressAndPort{*ip, static_cast<std::uint16_t>(*port)};
}

void read_listeners(YamlReader& reader, const YamlNode& node, GatewayFile& out) {
  const auto* items = reader.list(node, "listeners");
  if (!items) return;
  if (items->empty())
    reader.wrong(node, "at least one listener", "write - { address: \"127.0.0.1:8080\" }");
  for (const YamlNode& item : *items) read_listener(reader, item, out);
}

void read_geo(YamlReader& reader, const YamlNode& node, GatewayFile& out) {
  MapReader m(reader, node, "`geo`");
  if (const YamlNode* n = m.find("country")) {
    out.geo_country = paths(reader, *n, out.path);
    if (out.geo_country.size() > 2)
      reader.problem(n->at, "at most two country databases can be given", "delete the others");
  }
  read_path(m, "asn", out.path, out.geo_asn);
  if (const YamlNode* n = m.find("warn_after"))
    out.geo_warn_after = days(reader, *n).value_or(out.geo_warn_after);
  if (const YamlNode* n = m.find("max_age"))
    out.geo_max_age = days(reader, *n).value_or(out.geo_max_age);
  if (const YamlNode* n = m.find("networks")) read_stated_networks(reader, *n, out);
  m.finish();
}

void read_resolver(YamlReader& reader, const YamlNode& node, GatewayFile& out) {
  MapReader m(reader, node, "`resolver`");
  if (const YamlNode* hosts = m.find("hosts")) {
    if (!hosts->is_map())
      reader.wrong(*hosts, "a map of hosts", "write { llm.example.jp: 10.1.2.3 }");
    for (const YamlEntry& e : hosts->entries) read_override(reader, e, out);
  }
  m.finish();
}

void read_origin_tls(YamlReader& reader, const YamlNode& node, GatewayFile& out) {
  MapReader m(reader, node, "`origin_tls`");
  if (const YamlNode* n = m.find("extra_ca")) out.extra_ca = paths(reader, *n, out.path);
  const YamlNode* allow = m.find("allow_addresses");
  const auto* items = allow ? reader.list(*allow, "networks") : nullptr;
  if (items)
    for (const YamlNode& item : *items)
      if (const auto network = reader.network(item)) out.allow_addresses.push_back(*network);
  m.finish();
}

void read_gateway_limits(YamlReader& reader, const YamlNode& node, Limits& out) {
  MapReader m(reader, node, "`limits`");
  read_size(m, "body", out.body);
  read_size(m, "decoded_body", out.decoded_body);
  read_size(m, "request_head", out.request_head);
  if (const YamlNode* n = m.find("connections"))
    out.connections = reader.integer(*n, 1, 10'000'000).value_or(out.connections);
  read_size(m, "memory", out.memory);
  read_duration(m, "admit", out.admit);
  read_duration(m, "head_timeout", out.head_timeout);
  read_duration(m, "body_timeout", out.body_timeout);
  read_duration(m, "idle", out.idle);
  read_duration(m, "connect", out.connect);
  read_duration(m, "answer", out.answer);
  read_duration(m, "drain", out.drain);
  m.finish();
}

void read_admin(YamlReader& reader, const YamlNode& node, GatewayFile& out) {
  MapReader m(reader, node, "`admin`");
  const YamlNode* n = m.require("address");
  m.finish();
  if (!n) return;
  if (n->is_scalar() && n->text.rfind("unix:", 0) == 0) {
    out.admin.unix_path = resolve_path(out.path, n->text.substr(5));
    if (out.admin.unix_path.empty() || out.admin.unix_path.size() > kLongestSocketPath)
      reader.wrong(*n, "unix: and a path of at most 107 characters", "write unix:admin.sock");
    return;
  }
  const auto address = listen_address(reader, *n);
  if (!address) return;
  if (loopback(address->ip))
    out.admin.tcp = *address;
  else
    reader.wrong(*n, "a loopback address or unix:PATH",
                 "the admin listener has no passwords; write \"127.0.0.1:" +
                     std::to_string(address->port) + "\" or unix:admin.sock");
}

}  // namespace sekisho::config
