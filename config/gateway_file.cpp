#include "config/gateway_file.h"

#include <algorithm>
#include <utility>

#include "config/gateway_sections.h"
#include "config/text_file.h"
#include "config/yaml_document.h"
#include "config/yaml_reader.h"

namespace sekisho::config {
namespace {

// Keys that were left out stand for the files of the same names beside gateway.yaml; line 0 says
// that nobody wrote them.
Marked<std::string> beside(const std::string& file, const char* name) {
  return {resolve_path(file, name), {}};
}

void read_version(MapReader& gateway) {
  const YamlNode* n = gateway.require("version");
  if (n && !(n->is_scalar() && n->plain && n->text == "1"))
    gateway.reader().wrong(*n, "version 1, the only one this program reads", "write version: 1");
}

void read_ca(MapReader& gateway, GatewayFile& out) {
  const YamlNode* n = gateway.find("ca");
  if (!n) return;
  MapReader m(gateway.reader(), *n, "`ca`");
  (void)m.require("certificate");
  (void)m.require("key");
  read_path(m, "certificate", out.path, out.ca_certificate);
  read_path(m, "key", out.path, out.ca_key);
  const YamlNode* url = m.find("crl_url");
  m.text("crl_url", out.crl_url);
  if (!out.crl_url.empty() && out.crl_url.rfind("http://", 0) != 0)
    gateway.reader().wrong(*url, "an address that begins with http://",
                           "clients fetch a CRL without TLS: its certificate could not be checked");
  m.finish();
}

void read_catalogue(MapReader& gateway, GatewayFile& out) {
  const YamlNode* n = gateway.find("catalogue");
  if (!n) return;
  MapReader m(gateway.reader(), *n, "`catalogue`");
  read_path(m, "providers", out.path, out.catalogue_providers);
  read_path(m, "regions", out.path, out.catalogue_regions);
  read_path(m, "networks", out.path, out.catalogue_networks);
  read_path(m, "overlay", out.path, out.catalogue_overlay);
  m.finish();
}

// A listener that asks for no certificate would let nobody be known.
void need_client_ca(YamlReader& reader, const GatewayFile& gateway) {
  for (const ListenAddress& listener : gateway.listen)
    if (!listener.tls || listener.tls->client_ca.value.empty())
      reader.problem(listener.at,
                     "`authentication: certificate` needs `tls` with `client_ca` at every listener",
                     "add tls: { certificate: proxy.crt, key: proxy.key, client_ca: clients.crt }");
}

void read_clients(MapReader& gateway, GatewayFile& out) {
  static constexpr Word<Authentication> kKinds[] = {{"none", Authentication::kNone},
                                                    {"basic", Authentication::kBasic},
                                                    {"certificate", Authentication::kCertificate}};
  const YamlNode* n = gateway.find("clients");
  if (!n) return;
  YamlReader& reader = gateway.reader();
  MapReader m(reader, *n, "`clients`");
  const YamlNode* kind = m.find("authentication");
  m.word("authentication", kKinds, out.authentication);
  if (out.authentication == Authentication::kCertificate) need_client_ca(reader, out);
  read_path(m, "users_file", out.path, out.users_file);
  const YamlNode* realm = m.find("realm");
  m.text("realm", out.realm);
  const auto bad = [](char c) { return c == '"' || c == '\\' || static_cast<signed char>(c) < 32; };
  if (std::any_of(out.realm.begin(), out.realm.end(), bad))
    reader.wrong(*realm, "a name of plain letters", "quotation marks and control signs do not fit");
  if (out.authentication == Authentication::kBasic && out.users_file.value.empty() &&
      !m.find("users_file"))
    reader.problem(kind->at, "`authentication: basic` needs `users_file`",
                   "add `users_file: users`; `sekisho user add` makes the file");
  m.finish();
}

void read_audit(MapReader& gateway, GatewayFile& out) {
  static constexpr Word<bool> kSync[] = {{"every_decision", true}, {"never", false}};
  const YamlNode* n = gateway.find("audit");
  if (!n) return;
  MapReader m(gateway.reader(), *n, "`audit`");
  read_path(m, "directory", out.path, out.audit_directory);
  const YamlNode* sync = m.find("sync");
  m.word("sync", kSync, out.audit_sync);
  if (!out.audit_sync && !out.laboratory)
    gateway.reader().problem(
        sync->at, "`sync: never` is allowed only with `laboratory: true`",
        "decisions would be lost when the machine stops; write every_decision");
  read_audit_proof(m, out);
  read_audit_keeping(m, out.audit_keeping);
  read_audit_sinks(m, out.path, out.audit_sinks);
  read_audit_sealed(m, out.path, out.audit_sealed);
  m.finish();
}

void read_log(MapReader& gateway, GatewayFile& out) {
  static constexpr Word<bool> kFormats[] = {{"json", true}, {"text", false}};
  const YamlNode* n = gateway.find("log");
  if (!n) return;
  MapReader m(gateway.reader(), *n, "`log`");
  if (const YamlNode* level = m.find("level"))
    if (auto w = gateway.reader().word(*level, {"trace", "debug", "info", "warn", "error"}))
      out.log_level = std::move(*w);
  m.word("format", kFormats, out.log_json);
  m.finish();
}

void read_workers(MapReader& gateway, GatewayFile& out) {
  const YamlNode* n = gateway.find("workers");
  if (!n || (n->is_scalar() && n->text == "auto")) return;
  if (const auto count = gateway.reader().integer(*n, 1, 1024))
    out.workers = static_cast<int>(*count);
}

void set_defaults(GatewayFile& out) {
  out.ca_certificate = beside(out.path, "ca/ca.crt");
  out.ca_key = beside(out.path, "ca/ca.key");
  out.keys_directory = beside(out.path, "keys");
  out.datasets_directory = beside(out.path, "datasets");
  out.policy = beside(out.path, "policy.yaml");
  out.audit_directory = beside(out.path, "audit");
}

void read_gateway(const YamlDocument& document, YamlReader& reader, GatewayFile& out) {
  MapReader gateway(reader, document.root, "the gateway file");
  if (!document.complete) gateway.tolerate_missing();
  read_version(gateway);
  gateway.boolean("laboratory", out.laboratory);
  if (const YamlNode* n = gateway.require("listen")) read_listeners(reader, *n, out);
  read_workers(gateway, out);
  read_ca(gateway, out);
  read_path(gateway, "keys", out.path, out.keys_directory);
  read_path(gateway, "datasets", out.path, out.datasets_directory);
  read_path(gateway, "policy", out.path, out.policy);
  read_path(gateway, "credentials", out.path, out.credentials);
  read_catalogue(gateway, out);
  if (const YamlNode* n = gateway.find("geo")) read_geo(reader, *n, out);
  if (const YamlNode* n = gateway.find("resolver")) read_resolver(reader, *n, out);
  if (const YamlNode* n = gateway.find("origin_tls")) read_origin_tls(reader, *n, out);
  if (const YamlNode* n = gateway.find("origin_health")) read_origin_health(reader, *n, out);
  if (const YamlNode* n = gateway.find("origin_timeouts")) read_origin_timeouts(reader, *n, out);
  if (const YamlNode* n = gateway.find("origin_proxy")) read_origin_proxy(reader, *n, out);
  if (const YamlNode* n = gateway.find("pac")) read_pac(reader, *n, out);
  read_clients(gateway, out);
  read_audit(gateway, out);
  if (out.audit_sealed.directory.empty())
    out.audit_sealed.directory = out.audit_directory.value + "/sealed";
  if (const YamlNode* n = gateway.find("limits")) read_gateway_limits(reader, *n, out.limits);
  read_log(gateway, out);
  if (const YamlNode* n = gateway.find("admin")) read_admin(reader, *n, out);
  gateway.finish();
}

struct NamedFile {
  const Marked<std::string>* file;
  std::string_view key, what_to_do;
};

// The pair of the CA is made by a command of its own, which says so itself where the file does not
// name it.
bool expected(const NamedFile& f) {
  if (f.file->value.empty()) return false;
  return f.file->at.line > 0 || f.key == "policy";
}

}  // namespace

void read_path(MapReader& map, std::string_view key, const std::string& file,
               Marked<std::string>& out) {
  MarkedText written;
  map.marked_text(key, written);
  if (written.value.empty()) return;
  out = {resolve_path(file, written.value), written.at};
}

void check_named_files(const GatewayFile& gateway, Problems& problems) {
  std::vector<NamedFile> files = {
      {&gateway.ca_certificate, "ca.certificate", "`sekisho ca init` makes the pair"},
      {&gateway.ca_key, "ca.key", "`sekisho ca init` makes the pair"},
      {&gateway.policy, "policy", ""},
      {&gateway.credentials, "credentials",
       "make it with a line `name: key` for each service, chmod 0600"},
      {&gateway.catalogue_providers, "catalogue.providers", ""},
      {&gateway.catalogue_regions, "catalogue.regions", ""},
      {&gateway.catalogue_networks, "catalogue.networks", ""},
      {&gateway.catalogue_overlay, "catalogue.overlay", ""},
      {&gateway.geo_asn, "geo.asn", ""},
      {&gateway.users_file, "clients.users_file", "`sekisho user add` makes the file"}};
  if (gateway.origin_proxy)
    files.push_back({&gateway.origin_proxy->credentials, "origin_proxy.credentials",
                     "one line user:password, mode 0600"});
  for (const AuditWitness& w : gateway.audit_proof.witnesses)
    files.insert(files.end(), {{&w.ca, "audit.witnesses.ca", ""},
                               {&w.certificate, "audit.witnesses.certificate", ""},
                               {&w.key, "audit.witnesses.key", ""},
                               {&w.credentials, "audit.witnesses.credentials",
                                "one line user:password, mode 0600"}});
  for (const auto& l : gateway.listen)
    if (l.tls)
      for (const auto& [file, key] : {std::pair{&l.tls->certificate, "listen[].tls.certificate"},
                                      std::pair{&l.tls->key, "listen[].tls.key"},
                                      std::pair{&l.tls->client_ca, "listen[].tls.client_ca"}})
        files.push_back({file, key, ""});
  for (const auto& f : gateway.geo_country) files.push_back({&f, "geo.country", ""});
  for (const auto& f : gateway.extra_ca) files.push_back({&f, "origin_tls.extra_ca", ""});
  for (const NamedFile& f : files) {
    const std::string why = expected(f) ? unreadable(f.file->value) : "";
    if (why.empty()) continue;
    std::string hint(f.what_to_do);
    if (hint.empty()) hint = "a relative path starts at the folder of this file";
    problems.push_back(
        {gateway.path, f.file->at,
         "`" + std::string(f.key) + "`: the file '" + f.file->value + "' cannot be read: " + why,
         std::move(hint)});
  }
}

GatewayFile parse_gateway(const std::string& path, const std::string& text, Problems& problems) {
  return parse_gateway(path, text, problems, nullptr);
}

GatewayFile parse_gateway(const std::string& path, const std::string& text, Problems& problems,
                          KeyLog* log) {
  GatewayFile out;
  out.path = path;
  set_defaults(out);
  const std::size_t before = problems.size();
  const YamlDocument document = parse_yaml(path, text, problems);
  YamlReader reader(path, problems, log);
  out.written = written_values(document.root);
  if (document.complete || document.root.is_map()) read_gateway(document, reader, out);
  sort_by_place(problems, before);
  return out;
}

GatewayFile read_gateway_form(const std::string& path, Problems& problems) {
  const auto text = read_text_file(path, problems);
  if (text) return parse_gateway(path, *text, problems);
  GatewayFile none;
  none.path = path;
  return none;
}

GatewayFile load_gateway(const std::string& path, Problems& problems) {
  const std::size_t before = problems.size();
  GatewayFile out = read_gateway_form(path, problems);
  check_named_files(out, problems);
  sort_by_place(problems, before);
  return out;
}

}  // namespace sekisho::config
