#include "config/audit_sinks.h"

#include <algorithm>

#include "config/gateway_sections.h"
#include "config/ip.h"
#include "config/text_file.h"
#include "config/units.h"

namespace sekisho::config {
namespace {

constexpr std::size_t kLongestName = 32;

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= kLongestName &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
         });
}

bool is_identifier(std::string_view name) {
  return is_name(name) && name.find('-') == name.npos && !(name[0] >= '0' && name[0] <= '9');
}

bool is_loopback_host(std::string_view host) {
  static const IpNetwork kV4 = *IpNetwork::parse("127.0.0.0/8");
  if (host == "localhost" || host == "[::1]") return true;
  const auto ip = IpAddress::parse(host);  // "127.0.0.1.example.jp" is no address
  return ip && kV4.contains(*ip);
}

std::string host_port_fault(std::string_view text) {
  const auto colon = text.rfind(':');
  const auto port = colon == text.npos ? std::nullopt : parse_decimal(text.substr(colon + 1));
  const bool odd = text.find_first_of("/@?# \t") != text.npos;
  return colon > 0 && port && *port > 0 && *port < 65536 && !odd ? "" : "host:port of a receiver";
}

struct Kind {
  std::string_view key;
  SinkKind kind;
};
constexpr Kind kKinds[] = {{"syslog", SinkKind::kSyslog},
                           {"otlp", SinkKind::kOtlp},
                           {"http", SinkKind::kHttp},
                           {"clickhouse", SinkKind::kClickHouse}};

// Exactly one of the keys says what the receiver is.
void read_target(MapReader& m, AuditSink& sink) {
  YamlReader& reader = m.reader();
  bool named = false;
  for (const Kind& kind : kKinds) {
    const YamlNode* n = m.find(kind.key);
    if (!n) continue;
    if (named)
      reader.problem(n->at, "a sink has one of `syslog`, `otlp`, `http`, `clickhouse`",
                     "make a sink of its own for each");
    named = true;
    sink.kind = kind.kind;
    m.marked_text(kind.key, sink.target);
  }
  if (!named && m.valid())
    reader.problem(m.at(), "a sink needs one of `syslog`, `otlp`, `http`, `clickhouse`",
                   "write for example syslog: \"logs.example.jp:6514\"");
}

void check_target(MapReader& m, const AuditSink& sink) {
  if (sink.target.value.empty()) return;
  const std::string fault = sink.kind == SinkKind::kSyslog
                                ? host_port_fault(sink.target.value)
                                : receiver_url_fault(sink.target.value, sink.cleartext);
  if (fault.empty()) return;
  m.reader().problem(sink.target.at, "'" + sink.target.value + "': expected " + fault,
                     sink.kind == SinkKind::kSyslog
                         ? "write \"logs.example.jp:6514\" (TLS)"
                         : "write https://…, or `cleartext: true` inside a network you trust");
}

void read_format(MapReader& m, AuditSink& sink) {
  const YamlNode* n = m.find("format");
  YamlReader& reader = m.reader();
  sink.format = sink.kind == SinkKind::kSyslog ? "rfc5424" : "json";
  if (!n) return;
  std::optional<std::string> word;
  if (sink.kind == SinkKind::kSyslog)
    word = reader.word(*n, {"rfc5424", "cef"});
  else if (sink.kind == SinkKind::kHttp)
    word = reader.word(*n, {"json", "ocsf", "ecs"});
  else
    reader.problem(n->at, "`format` belongs to `syslog` and `http`", "delete it");
  if (word) sink.format = *word;
}

// A key that only some kinds know.
void only_for(MapReader& m, std::string_view key, bool fits, std::string_view where) {
  const YamlNode* n = m.find(key);
  if (n && !fits)
    m.reader().problem(n->at, "`" + std::string(key) + "` belongs to " + std::string(where),
                       "delete it");
}

void read_sink(YamlReader& reader, const YamlNode& node, const std::string& file,
               std::vector<AuditSink>& out) {
  static constexpr Word<SinkEnvelope> kEnvelopes[] = {{"lines", SinkEnvelope::kLines},
                                                      {"array", SinkEnvelope::kArray},
                                                      {"hec", SinkEnvelope::kHec},
                                                      {"bulk", SinkEnvelope::kBulk}};
  MapReader m(reader, node, "a sink");
  AuditSink sink;
  MarkedText name;
  (void)m.require("name");
  m.marked_text("name", name);
  sink.name = name.value;
  if (!name.value.empty() && !is_name(name.value))
    reader.problem(name.at, "'" + name.value + "' is no name of a sink",
                   "lower-case letters, digits, - and _, at most 32");
  for (const AuditSink& other : out)
    if (!sink.name.empty() && other.name == sink.name)
      reader.problem(name.at, "the sink '" + sink.name + "' stands here a second time",
                     "each has a cursor of its own: give it another name");
  read_target(m, sink);
  m.boolean("cleartext", sink.cleartext);
  check_target(m, sink);
  read_format(m, sink);
  m.word("envelope", kEnvelopes, sink.envelope);
  m.text("user", sink.user);
  m.text("database", sink.database);
  read_path(m, "ca", file, sink.ca);
  read_path(m, "client_certificate", file, sink.client_certificate);
  read_path(m, "client_key", file, sink.client_key);
  read_path(m, "headers_file", file, sink.headers_file);
  read_path(m, "password_file", file, sink.password_file);
  const bool http = sink.kind == SinkKind::kHttp, house = sink.kind == SinkKind::kClickHouse;
  only_for(m, "envelope", http, "`http`");
  only_for(m, "user", http || house, "`http` and `clickhouse`");
  only_for(m, "password_file", http || house, "`http` and `clickhouse`");
  only_for(m, "headers_file", http || sink.kind == SinkKind::kOtlp, "`otlp` and `http`");
  only_for(m, "database", house, "`clickhouse`");
  only_for(m, "cleartext", sink.kind != SinkKind::kSyslog, "`otlp`, `http` and `clickhouse`");
  if (sink.client_certificate.value.empty() != sink.client_key.value.empty())
    reader.problem(m.at(), "`client_certificate` and `client_key` belong together", "name both");
  if (house && sink.database.empty()) sink.database = "sekisho";
  if (house && !is_identifier(sink.database))
    reader.problem(m.at(), "'" + sink.database + "' is no name of a database",
                   "lower-case letters, digits and _");
  m.finish();
  if (is_name(sink.name)) out.push_back(std::move(sink));
}

}  // namespace

std::string receiver_url_fault(std::string_view url, bool cleartext) {
  const bool tls = url.rfind("https://", 0) == 0, plain = url.rfind("http://", 0) == 0;
  if (!tls && !plain) return "an address that begins with https://";
  const auto begin = url.find("://") + 3;
  const std::string_view authority = url.substr(begin, url.find_first_of("/?#", begin) - begin);
  const auto odd = [](char c) { return static_cast<unsigned char>(c) <= 32 || c == 127; };
  if (authority.empty() || std::any_of(url.begin(), url.end(), odd)) return "a whole address";
  if (authority.find('@') != std::string_view::npos)
    return "an address without a password: it would stand in logs";
  const auto colon = authority.back() == ']' ? std::string_view::npos : authority.rfind(':');
  const std::string_view host = authority.substr(0, colon);
  if (plain && !cleartext && !is_loopback_host(host))
    return "https://: over http:// the records cross the network unencrypted";
  return {};
}

std::vector<SinkFile> files_of(const AuditSink& sink) {
  return {{&sink.ca, "ca", false},
          {&sink.client_certificate, "client_certificate", false},
          {&sink.client_key, "client_key", true},
          {&sink.headers_file, "headers_file", true},
          {&sink.password_file, "password_file", true}};
}

void read_audit_sinks(MapReader& audit, const std::string& file, std::vector<AuditSink>& out) {
  const YamlNode* n = audit.find("sinks");
  const auto* items = n ? audit.reader().list(*n, "sinks") : nullptr;
  if (!items) return;
  for (const YamlNode& item : *items) read_sink(audit.reader(), item, file, out);
}

}  // namespace sekisho::config
