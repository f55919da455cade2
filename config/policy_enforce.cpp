// `enforce`: what requests must carry, whatever the client wrote.

#include <algorithm>

#include "config/company_accounts.h"
#include "config/host_pattern.h"
#include "config/nearest.h"
#include "config/policy_sections.h"
#include "config/units.h"

namespace sekisho::config {
namespace {

using Names = std::vector<std::string_view>;

// The client's and the gateway's own business: another value would make two readings of a request.
const Names kFraming = {"host",
                        "content-length",
                        "content-type",
                        "content-encoding",
                        "content-digest",
                        "transfer-encoding",
                        "connection",
                        "keep-alive",
                        "te",
                        "trailer",
                        "upgrade",
                        "expect",
                        "accept-encoding"};
const Names kCredentials = {"authorization",
                            "x-api-key",
                            "api-key",
                            "x-goog-api-key",
                            "cookie",
                            "x-amz-security-token",
                            "x-amz-date",
                            "x-amz-content-sha256",
                            "ocp-apim-subscription-key",
                            "x-auth-token"};

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return text;
}

bool holds(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_field_name(std::string_view name) {
  static constexpr std::string_view kSigns = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kSigns.find(c) != std::string_view::npos;
  });
}

// "" when the field may be set.
bool check_header_name(YamlReader& reader, const MarkedText& name) {
  const std::string low = lower(name.value);
  if (!is_field_name(name.value))
    reader.problem(name.at, "'" + name.value + "' is no name of a header",
                   "write it as in X-Example: letters, digits and -");
  else if (holds(kCredentials, low))
    reader.problem(
        name.at, "'" + name.value + "' carries the client's credential",
        "write `credential: { use: NAME }`; keys stand in the file that `credentials` of "
        "gateway.yaml names, never in a policy");
  else if (holds(kFraming, low) || low.rfind("proxy-", 0) == 0 ||
           low.rfind("sec-websocket-", 0) == 0)
    reader.problem(name.at, "'" + name.value + "' cannot be set: it says how the request is read",
                   "choose a header that the service documents as a setting");
  else
    return true;
  return false;
}

bool is_field_value(std::string_view value) {
  return !value.empty() && value.front() != ' ' && value.back() != ' ' &&
         std::all_of(value.begin(), value.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

void read_headers(YamlReader& reader, const YamlNode& node, EnforceDef& rule) {
  if (!node.is_map()) return reader.wrong(node, "a map of headers", "write { X-Example: value }");
  for (const YamlEntry& e : node.entries) {
    EnforcedHeader h;
    h.name = {e.key, e.at};
    const bool named = check_header_name(reader, h.name);
    if (e.value.is_scalar() && is_field_value(e.value.text))
      h.value = {e.value.text, e.value.at};
    else
      reader.wrong(e.value, "a value of printable ASCII", "write it as { " + e.key + ": value }");
    const auto same = [&](const EnforcedHeader& o) { return lower(o.name.value) == lower(e.key); };
    if (named && std::any_of(rule.headers.begin(), rule.headers.end(), same))
      reader.problem(e.at, "the header '" + e.key + "' stands here a second time", "delete one");
    else if (named && !h.value.value.empty())
      rule.headers.push_back(std::move(h));
  }
}

void read_removed(YamlReader& reader, MapReader& m, EnforceDef& rule) {
  m.texts("remove_headers", "headers", rule.remove_headers);
  for (const MarkedText& name : rule.remove_headers) {
    const auto same = [&](const EnforcedHeader& h) {
      return lower(h.name.value) == lower(name.value);
    };
    if (check_header_name(reader, name) &&
        std::any_of(rule.headers.begin(), rule.headers.end(), same))
      reader.problem(name.at, "'" + name.value + "' is both set and removed",
                     "a header that is set replaces every copy of the client's; delete this one");
  }
}

bool is_number(const YamlNode& n) {
  return n.plain && (parse_decimal(n.text) || parse_fraction(n.text));
}

std::optional<FieldValue> read_value(YamlReader& reader, const YamlNode& n) {
  FieldValue v;
  if (n.is_list()) {
    v.kind = FieldValue::Kind::kList;
    for (const YamlNode& item : n.items) {
      auto one = item.is_list() ? std::nullopt : read_value(reader, item);
      if (item.is_list()) reader.wrong(item, "a text, a number, true or false");
      if (!one) return std::nullopt;
      v.items.push_back(std::move(*one));
    }
    return v;
  }
  if (!n.is_scalar() || (n.plain && (n.text == "null" || n.text == "~" || n.text.empty()))) {
    reader.wrong(n, "a text, a number, true, false or a list of them");
    return std::nullopt;
  }
  v.text = n.text;
  if (n.plain && n.text == "true")
    v.kind = FieldValue::Kind::kTrue;
  else if (n.plain && n.text == "false")
    v.kind = FieldValue::Kind::kFalse;
  else if (is_number(n))
    v.kind = FieldValue::Kind::kNumber;
  return v;
}

std::string escaped_segment(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == '~')
      out += "~0";
    else if (c == '/')
      out += "~1";
    else
      out += c;
  }
  return out;
}

// "/a/b" is a pointer already; "a.b" are the names of fields, one in the other. "" = neither.
std::string pointer_of(std::string_view written) {
  if (written.front() == '/') {
    const bool empty = written.size() == 1 || written.back() == '/' ||
                       written.find("//") != std::string_view::npos;
    for (std::size_t at = written.find('~'); at != std::string_view::npos;
         at = written.find('~', at + 1))
      if (at + 1 == written.size() || (written[at + 1] != '0' && written[at + 1] != '1')) return {};
    return empty ? std::string() : std::string(written);
  }
  std::string out;
  for (std::size_t from = 0; from <= written.size();) {
    const std::size_t dot = std::min(written.find('.', from), written.size());
    if (dot == from) return {};
    out += '/' + escaped_segment(written.substr(from, dot - from));
    from = dot + 1;
  }
  return out;
}

constexpr int kDeepest = 8;

void read_fields(YamlReader& reader, const YamlNode& node, const std::string& above, int depth,
                 EnforceDef& rule) {
  if (!node.is_map())
    return reader.wrong(node, "a map of fields",
                        "write { store: false } or { provider.zdr: true }");
  for (const YamlEntry& e : node.entries) {
    const std::string below = e.key.empty() ? "" : pointer_of(e.key);
    if (below.empty() || depth > kDeepest) {
      reader.problem(e.at, "'" + e.key + "' is no name of a field",
                     "write store, provider.data_collection or /provider/data_collection");
      continue;
    }
    if (e.value.is_map()) {
      read_fields(reader, e.value, above + below, depth + 1, rule);
      continue;
    }
    auto value = read_value(reader, e.value);
    if (value) rule.body.push_back({{above + below, e.at}, std::move(*value)});
  }
}

// A field, and one inside of it, cannot both be set.
void check_fields(YamlReader& reader, const EnforceDef& rule) {
  for (std::size_t i = 0; i < rule.body.size(); ++i)
    for (std::size_t k = 0; k < rule.body.size(); ++k) {
      const MarkedText& a = rule.body[k].pointer;
      const MarkedText& b = rule.body[i].pointer;
      if ((a.value == b.value && k < i) || b.value.starts_with(a.value + "/"))
        reader.problem(b.at, "'" + b.value + "' is set by '" + a.value + "' already", "delete one");
    }
}

void read_paths(YamlReader& reader, MapReader& m, EnforceDef& rule) {
  m.texts("paths", "paths", rule.paths);
  for (const MarkedText& path : rule.paths)
    if (path.value.front() != '/' && path.value.front() != '*')
      reader.problem(path.at, "'" + path.value + "' is no path",
                     "write /v1/responses; a * stands for any text");
    else if (path.value.find('?') != std::string::npos)
      reader.problem(path.at, "'" + path.value + "' holds a query",
                     "write what stands before the ?");
}

void read_sub_providers(YamlReader& reader, MapReader& m, EnforceDef& rule) {
  const YamlNode* n = m.find("sub_providers");
  if (n && reader.word(*n, Names{"allowed"})) rule.sub_providers = n->at;
  if (n && rule.providers.empty())
    reader.problem(n->at, "`sub_providers` needs `providers`",
                   "name the service that forwards, as in [openrouter]");
}

void read_credential(YamlReader& reader, MapReader& m, EnforceDef& rule) {
  const YamlNode* n = m.find("credential");
  if (!n) return;
  EnforcedCredential c;
  c.at = n->at;
  if (n->is_scalar()) {
    if (reader.word(*n, Names{"strip"})) rule.credential = std::move(c);
    return;
  }
  MapReader map(reader, *n, "`credential`");
  if (!map.valid()) return;
  (void)map.require("use");
  map.marked_text("use", c.use);
  if (const YamlNode* header = map.find("header")) {
    const auto text = reader.marked_text(*header);
    if (text && holds(kCredentials, lower(text->value)))
      c.header = {lower(text->value), text->at};
    else if (text)
      reader.problem(text->at, "'" + text->value + "' is no header in which services take keys",
                     suggestion(text->value, kCredentials));
  }
  map.finish();
  if (!c.use.value.empty()) rule.credential = std::move(c);
}

using Row = CompanyAccountsRow;

void check_account(YamlReader& reader, const Row& row, const MarkedText& id) {
  const bool plain = is_field_value(id.value) && id.value.find_first_of(" ,;") == std::string::npos;
  if (!plain)
    reader.problem(id.at, "'" + id.value + "' is no id of an account",
                   "write each id by itself, as in " + std::string(row.sample));
}

std::vector<MarkedText> read_accounts(YamlReader& reader, const Row& row, const YamlNode& n) {
  std::vector<MarkedText> out;
  if (row.form == Row::Form::kBlock) {
    if (reader.word(n, Names{"block"})) out.push_back({std::string(row.fixed), n.at});
    return out;
  }
  if (row.form == Row::Form::kOne || n.is_scalar()) {
    if (auto one = reader.marked_text(n)) out.push_back(std::move(*one));
  } else {
    out = reader.texts(n, "ids");
    if (n.is_list() && n.items.empty())
      reader.wrong(n, "at least one id", "write " + std::string(row.sample));
  }
  for (const MarkedText& id : out) check_account(reader, row, id);
  if (row.most != 0 && out.size() > row.most)
    reader.problem(n.at, "the service takes at most " + std::to_string(row.most) + " ids",
                   "delete those that are not used");
  return out;
}

void read_company_accounts(YamlReader& reader, const YamlNode& node, EnforceDef& rule) {
  if (!node.is_map())
    return reader.wrong(node, "a map of services", "write { openai: [org-AbCdEf123] }");
  Names names;
  for (const Row& row : company_accounts_rows()) names.push_back(row.name);
  for (const YamlEntry& e : node.entries) {
    const Row* row = find_company_accounts(e.key);
    if (!row) {
      reader.problem(e.at, "no service '" + e.key + "' is known to tell company accounts apart",
                     suggestion(e.key, names));
      continue;
    }
    const auto has = [&](const YamlEntry& o) { return o.key == row->needs; };
    if (!row->needs.empty() && std::none_of(node.entries.begin(), node.entries.end(), has))
      reader.problem(e.at, "`" + e.key + "` needs `" + std::string(row->needs) + "` beside it",
                     "add it; the service ignores one without the other");
    auto values = read_accounts(reader, *row, e.value);
    if (!values.empty()) rule.company_accounts.push_back({{e.key, e.at}, std::move(values)});
  }
}

void check_whole(YamlReader& reader, const EnforceDef& rule, bool sets) {
  const bool own = !rule.headers.empty() || !rule.remove_headers.empty() || !rule.body.empty() ||
                   rule.credential || rule.sub_providers;
  const bool aimed = !rule.providers.empty() || !rule.destinations.empty() || !rule.hosts.empty();
  if (!sets)
    reader.problem(rule.at, "a rule of `enforce` sets nothing",
                   "write `headers`, `remove_headers`, `body`, `sub_providers`, `credential` or "
                   "`company_accounts`");
  else if (own && !aimed)
    reader.problem(rule.at, "a rule of `enforce` needs `providers`, `destinations` or `hosts`",
                   "a setting is sent only to the service that it is meant for");
}

EnforceDef read_rule(YamlReader& reader, const YamlNode& node) {
  EnforceDef rule;
  rule.at = node.at;
  MapReader m(reader, node, "a rule of `enforce`");
  if (!m.valid()) return rule;
  if (const YamlNode* id = m.require("id")) rule.id = reader.text(*id).value_or("");
  m.texts("providers", "services of the catalogue", rule.providers);
  m.texts("destinations", "ids of destinations", rule.destinations);
  m.texts("hosts", "hosts", rule.hosts);
  for (const MarkedText& h : rule.hosts) {
    const HostFault fault = check_host_pattern(h.value);
    if (!fault.ok()) reader.problem(h.at, fault.message, fault.hint);
  }
  read_paths(reader, m, rule);
  m.texts("groups", "groups", rule.groups);
  m.texts("groups_not", "groups", rule.groups_not);
  m.word("mode", kModes, rule.mode);
  const YamlNode* headers = m.find("headers");
  const YamlNode* body = m.find("body");
  const YamlNode* accounts = m.find("company_accounts");
  if (headers) read_headers(reader, *headers, rule);
  read_removed(reader, m, rule);
  if (body) read_fields(reader, *body, "", 1, rule);
  check_fields(reader, rule);
  read_sub_providers(reader, m, rule);
  read_credential(reader, m, rule);
  if (accounts) read_company_accounts(reader, *accounts, rule);
  const bool sets = headers || body || accounts || m.find("remove_headers") ||
                    m.find("credential") || m.find("sub_providers");
  check_whole(reader, rule, sets);
  m.finish();
  return rule;
}

}  // namespace

std::vector<EnforceDef> read_enforce_rules(YamlReader& reader, const YamlNode& node) {
  std::vector<EnforceDef> out;
  const auto* items = reader.list(node, "rules");
  if (!items) return out;
  for (const YamlNode& item : *items) out.push_back(read_rule(reader, item));
  check_unique_ids(reader, out);
  return out;
}

}  // namespace sekisho::config
