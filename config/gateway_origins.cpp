// The sections of gateway.yaml that deal with the way to the services, and of clients to us.

#include <algorithm>
#include <utility>

#include "config/gateway_sections.h"
#include "config/host_pattern.h"
#include "config/text_file.h"
#include "config/units.h"

namespace sekisho::config {
namespace {

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return text;
}

bool ascii(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<signed char>(c) < 0; });
}

void read_time(MapReader& m, std::string_view key, std::chrono::milliseconds& out) {
  if (const YamlNode* n = m.find(key)) out = m.reader().duration(*n).value_or(out);
}

void read_time(MapReader& m, std::string_view key, std::optional<std::chrono::milliseconds>& out) {
  if (const YamlNode* n = m.find(key)) out = m.reader().duration(*n);
}

// As read_time, and "0s" too.
void read_time_or_none(MapReader& m, std::string_view key, std::chrono::milliseconds& out) {
  const YamlNode* n = m.find(key);
  if (n && n->is_scalar() && n->text == "0s")
    out = std::chrono::milliseconds(0);
  else
    read_time(m, key, out);
}

void read_count(MapReader& m, std::string_view key, std::uint64_t& out) {
  if (const YamlNode* n = m.find(key)) out = m.reader().integer(*n, 1, 100'000).value_or(out);
}

// Hosts and networks of one list: "llm.example.jp", "*.example.jp", "10.0.0.0/8", "192.0.2.1".
void read_host_list(MapReader& m, std::string_view key, std::vector<std::string>& hosts,
                    std::vector<IpNetwork>& networks) {
  std::vector<MarkedText> written;
  m.texts(key, "hosts", written);
  for (const MarkedText& item : written) {
    if (const auto network = IpNetwork::parse(item.value)) {
      networks.push_back(*network);
      continue;
    }
    if (item.value.starts_with('.')) {
      m.reader().problem(item.at, "'" + item.value + "' is no host", "write *" + item.value);
      continue;
    }
    const HostFault fault = check_host_pattern(item.value);
    if (!fault.ok())
      m.reader().problem(item.at, fault.message, fault.hint);
    else if (!ascii(item.value) || item.value.find(':') != std::string::npos)
      m.reader().problem(item.at, "'" + item.value + "' is no host name without port",
                         "write llm.example.jp, *.example.jp or 10.0.0.0/8; IDN as xn--…");
    else
      hosts.push_back(lower(item.value));
  }
}

struct HostAndPort {
  std::string host;
  std::uint16_t port = 0;
};

// "proxy.example.jp:3128", "192.0.2.1:3128", "[2001:db8::1]:3128".
std::optional<HostAndPort> parse_host_and_port(std::string_view text) {
  if (const auto a = parse_address_and_port(text)) {
    if (a->port == 0) return std::nullopt;
    return HostAndPort{a->ip.to_string(), a->port};
  }
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string host = lower(std::string(text.substr(0, colon)));
  const auto port = parse_decimal(text.substr(colon + 1));
  if (!port || *port == 0 || *port > 65535 || !ascii(host)) return std::nullopt;
  if (!check_host_name(host).ok() || host.find(':') != std::string::npos) return std::nullopt;
  if (host.back() == '.') host.pop_back();
  return HostAndPort{std::move(host), static_cast<std::uint16_t>(*port)};
}

void read_proxy_url(YamlReader& reader, const YamlNode& n, OriginProxy& out) {
  std::string_view rest = n.text;
  out.at = n.at;
  out.tls = rest.starts_with("https://");
  const bool scheme = n.is_scalar() && (out.tls || rest.starts_with("http://"));
  if (scheme) rest.remove_prefix(out.tls ? 8 : 7);
  if (rest.ends_with('/')) rest.remove_suffix(1);
  if (scheme && rest.find('@') != std::string_view::npos)
    return reader.problem(n.at, "a user name and password do not belong into `url`",
                          "write user:password into a file of mode 0600 and name it in "
                          "`credentials`");
  auto at = scheme ? parse_host_and_port(rest) : std::nullopt;
  if (!at)
    return reader.wrong(n, "the address of the proxy with its port",
                        "write http://proxy.example.jp:3128 or https://proxy.example.jp:443");
  out.host = std::move(at->host);
  out.port = at->port;
}

}  // namespace

void read_origin_health(YamlReader& reader, const YamlNode& node, GatewayFile& out) {
  OriginHealth& health = out.origin_health;
  MapReader m(reader, node, "`origin_health`");
  m.boolean("enabled", health.enabled);
  read_count(m, "failures", health.failures);
  read_time_or_none(m, "lasting", health.lasting);
  if (const YamlNode* n = m.find("error_ratio"))
    health.error_ratio = reader.number(*n, 0, 1).value_or(health.error_ratio);
  if (health.error_ratio <= 0)
    reader.problem(m.at(), "`error_ratio` must be more than zero", "write 0.5");
  read_count(m, "minimum", health.minimum);
  read_time(m, "window", health.window);
  read_time(m, "pause", health.pause);
  read_time(m, "longest_pause", health.longest_pause);
  m.finish();
  if (health.longest_pause < health.pause)
    reader.problem(m.at(), "`longest_pause` is shorter than `pause`", "make it 5m");
}

void read_origin_timeouts(YamlReader& reader, const YamlNode& node, GatewayFile& out) {
  if (!node.is_map())
    return reader.wrong(node, "a map from services to time-outs",
                        "write { openai-api: { connect: 5s, answer: 20m } }");
  for (const YamlEntry& e : node.entries) {
    OriginTimeouts t;
    t.at = e.at;
    MapReader m(reader, e.value, "the time-outs of '" + e.key + "'");
    read_time(m, "connect", t.connect);
    read_time(m, "answer", t.answer);
    m.finish();
    out.origin_timeouts.emplace(e.key, t);
  }
}

void read_origin_proxy(YamlReader& reader, const YamlNode& node, GatewayFile& out) {
  static constexpr Word<bool> kWhere[] = {{"here", true}, {"parent", false}};
  OriginProxy proxy;
  MapReader m(reader, node, "`origin_proxy`");
  if (const YamlNode* url = m.require("url")) read_proxy_url(reader, *url, proxy);
  read_path(m, "credentials", out.path, proxy.credentials);
  read_host_list(m, "no_proxy", proxy.no_proxy, proxy.no_proxy_networks);
  m.word("resolve", kWhere, proxy.resolve_here);
  m.finish();
  if (!proxy.host.empty()) out.origin_proxy = std::move(proxy);
}

void read_pac(YamlReader& reader, const YamlNode& node, GatewayFile& out) {
  static constexpr Word<bool> kUnlisted[] = {{"proxy", false}, {"direct", true}};
  MapReader m(reader, node, "`pac`");
  const YamlNode* proxy = m.find("proxy");
  const auto at = proxy && proxy->is_scalar() ? parse_host_and_port(proxy->text) : std::nullopt;
  if (at)
    out.pac.proxy = (at->host.find(':') == std::string::npos ? at->host : "[" + at->host + "]") +
                    ":" + std::to_string(at->port);
  else if (proxy)
    reader.wrong(*proxy, "this gateway's name and port as clients reach it",
                 "write gate.example.jp:8080");
  m.word("unlisted", kUnlisted, out.pac.unlisted_direct);
  const YamlNode* direct = m.find("direct");
  read_host_list(m, "direct", out.pac.direct, out.pac.direct_networks);
  m.finish();
  for (const IpNetwork& n : out.pac.direct_networks)
    if (!n.base().is_v4() && n.prefix() < 128)
      reader.problem(direct->at, "a PAC file knows no network of IPv6: " + n.to_string(),
                     "write single addresses");
}

}  // namespace sekisho::config
