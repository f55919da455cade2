// Rules of `enforce` when a policy is compiled, and which of them hold for a request.

#include "policy/enforcement.h"

#include <algorithm>

#include "config/company_accounts.h"
#include "config/nearest.h"
#include "filters/bodies/form_text.h"
#include "filters/bodies/json_scanner.h"
#include "policy/own_credential.h"

namespace sekisho::policy {

bool covers(const HostRule& rule, std::string_view host, const Destination& to) {
  if (!rule.accepts(to.scheme, to.port)) return false;
  const std::string_view pattern = rule.pattern;
  if (!pattern.starts_with("*.")) return pattern == host;
  return !to.literal && host.size() > pattern.size() - 1 && host.ends_with(pattern.substr(1));
}

namespace {

using config::EnforceDef;
using config::MarkedText;

bool holds(const std::vector<MarkedText>& names, std::string_view name) {
  return std::any_of(names.begin(), names.end(),
                     [&](const MarkedText& n) { return n.value == name; });
}

bool for_client(const EnforceDef& def, const Client* client) {
  static const std::vector<std::string> kEverybody = {"everyone"};
  const auto& groups = client && !client->groups.empty() ? client->groups : kEverybody;
  const auto in = [&](const std::vector<MarkedText>& names) {
    return std::any_of(groups.begin(), groups.end(),
                       [&](const std::string& g) { return holds(names, g); });
  };
  return !in(def.groups_not) && (def.groups.empty() || in(def.groups));
}

bool any_covers(const std::vector<HostRule>& rules, std::string_view host, const Destination& to) {
  return std::any_of(rules.begin(), rules.end(),
                     [&](const HostRule& r) { return covers(r, host, to); });
}

// `*` stands for any text.
bool glob(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0, star = std::string_view::npos, mark = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      mark = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++mark;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

// A path as the most forgiving service reads it: no way of writing one leads past a rule.
std::string canonical_path(std::string_view target) {
  std::string decoded = filters::percent_decoded(target.substr(0, target.find_first_of("?#")));
  for (char& c : decoded) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    if (c == '\\') c = '/';
  }
  std::vector<std::string_view> parts;
  for (std::size_t from = 0; from <= decoded.size();) {
    const std::size_t slash = std::min(decoded.find('/', from), decoded.size());
    const std::string_view part = std::string_view(decoded).substr(from, slash - from);
    if (part == ".." && !parts.empty())
      parts.pop_back();
    else if (!part.empty() && part != "." && part != "..")
      parts.push_back(part);
    from = slash + 1;
  }
  std::string out;
  for (const std::string_view part : parts) out.append("/").append(part);
  return out.empty() ? "/" : out;
}

bool for_path(const EnforceDef& def, std::string_view target) {
  if (def.paths.empty()) return true;
  const std::string path = canonical_path(target);
  return std::any_of(def.paths.begin(), def.paths.end(), [&](const MarkedText& wanted) {
    const std::string pattern = canonical_path(wanted.value);
    return glob(pattern, path);
  });
}

// A service's settings go to the service itself, not to the third parties beside it.
bool for_place(const EnforceRule& rule, const AdmissionQuery& query, std::string_view host,
               const Admission& admission) {
  const EnforceDef& def = *rule.def;
  if (!def.providers.empty() && (!holds(def.providers, admission.provider) ||
                                 (def.hosts.empty() && !admission.side_host_role.empty())))
    return false;
  if (!def.destinations.empty() && !holds(def.destinations, admission.entry)) return false;
  if (!def.hosts.empty() && !any_covers(rule.hosts, host, *query.to)) return false;
  if (!rule.only_accounts) return true;
  return std::any_of(rule.headers.begin(), rule.headers.end(), [&](const EnforcedHeaderRule& h) {
    return any_covers(h.hosts, host, *query.to);
  });
}

std::string json_of(const config::FieldValue& value) {
  using Kind = config::FieldValue::Kind;
  std::string out;
  switch (value.kind) {
    case Kind::kTrue:
      return "true";
    case Kind::kFalse:
      return "false";
    case Kind::kNumber:
      return value.text;
    case Kind::kText:
      out = "\"";
      filters::append_json_escaped(out, value.text, true);
      return out + "\"";
    case Kind::kList:
      out = "[";
      for (const auto& item : value.items) out += (out.size() > 1 ? "," : "") + json_of(item);
      return out + "]";
  }
  return "null";
}

void add_hosts(const std::vector<MarkedText>& written, std::vector<HostRule>& to) {
  for (const MarkedText& host : written)
    if (auto rule = parse_host_rule(host.value)) to.push_back(std::move(*rule));
}

EnforcedHeaderRule accounts_header(const config::CompanyAccounts& accounts) {
  const config::CompanyAccountsRow& row = *config::find_company_accounts(accounts.service.value);
  EnforcedHeaderRule out;
  out.name = row.header;
  for (const MarkedText& id : accounts.values)
    out.value += (out.value.empty() ? "" : ",") + id.value;
  for (const std::string_view host : row.hosts)
    if (auto rule = parse_host_rule(host)) out.hosts.push_back(std::move(*rule));
  return out;
}

bool share(const std::vector<MarkedText>& a, const std::vector<MarkedText>& b) {
  return std::any_of(a.begin(), a.end(), [&](const MarkedText& x) { return holds(b, x.value); });
}

bool all_in(const std::vector<MarkedText>& a, const std::vector<MarkedText>& b) {
  return !a.empty() &&
         std::all_of(a.begin(), a.end(), [&](const MarkedText& x) { return holds(b, x.value); });
}

// Can both hold for one client and one service? Only what is certain counts; the rest is found when
// a request meets both.
bool meet(const EnforceDef& a, const EnforceDef& b) {
  if (all_in(a.groups, b.groups_not) || all_in(b.groups, a.groups_not)) return false;
  return share(a.providers, b.providers) || share(a.destinations, b.destinations) ||
         share(a.hosts, b.hosts);
}

bool equal_paths(const EnforceDef& a, const EnforceDef& b) {
  return a.paths.empty() || b.paths.empty() || share(a.paths, b.paths);
}

struct Clash {
  config::Mark at;
  std::string what;
};

std::optional<Clash> clash_of(const EnforceDef& a, const EnforceDef& b) {
  for (const auto& x : a.headers)
    for (const auto& y : b.headers)
      if (equal_ignoring_case(x.name.value, y.name.value) && x.value.value != y.value.value)
        return Clash{y.name.at, "the header '" + y.name.value + "'"};
  for (const auto& x : a.body)
    for (const auto& y : b.body) {
      const std::string &p = x.pointer.value, &q = y.pointer.value;
      if ((p == q && x.value != y.value) || p.starts_with(q + "/") || q.starts_with(p + "/"))
        return Clash{y.pointer.at, "the field '" + q + "'"};
    }
  for (const auto* pair : {&a, &b}) {
    const EnforceDef& other = pair == &a ? b : a;
    if (!pair->sub_providers) continue;
    for (const auto& x : other.body)
      for (const std::string_view list :
           {"/provider/only", "/provider/order", "/providerOptions/gateway/only",
            "/providerOptions/gateway/order"})
        if (x.pointer.value == list)
          return Clash{x.pointer.at, "the field '" + x.pointer.value + "'"};
  }
  if (a.credential && b.credential && a.credential->use.value != b.credential->use.value)
    return Clash{b.credential->at, "the credential"};
  return std::nullopt;
}

void check_clashes(const config::PolicyFile& file, config::Problems& problems) {
  for (std::size_t i = 0; i < file.enforce.size(); ++i)
    for (std::size_t k = 0; k < i; ++k) {
      const EnforceDef &a = file.enforce[k], &b = file.enforce[i];
      if (!meet(a, b) || !equal_paths(a, b)) continue;
      if (const auto clash = clash_of(a, b))
        problems.push_back({file.path, clash->at,
                            "'" + a.id + "' and '" + b.id + "' set " + clash->what +
                                " differently for the same requests",
                            "the order of rules never matters: keep one, or tell them apart by "
                            "`groups` and `groups_not`"});
    }
}

void check_spliced(const config::PolicyFile& file, const EnforceDef& def,
                   config::Problems& problems) {
  for (const MarkedText& name : def.destinations)
    for (const auto& entry : file.destinations)
      if (entry.id == name.value && entry.tls == config::TlsMode::kSplice)
        problems.push_back({file.path, name.at,
                            "the destination '" + name.value +
                                "' is passed unopened (tls: splice): nothing can be set there",
                            "write tls: bump for it, or take it away here"});
}

void check_credential(const config::PolicyFile& file, const EnforceDef& def,
                      const config::Credentials* credentials, config::Problems& problems) {
  if (!credentials || !def.credential || def.credential->use.value.empty()) return;
  const MarkedText& use = def.credential->use;
  if (credentials->find(use.value)) return;
  const auto names = credentials->names();
  problems.push_back({file.path, use.at, "the gateway holds no credential '" + use.value + "'",
                      names.empty()
                          ? "name a file of `name: key` lines in gateway.yaml: credentials"
                          : config::suggestion(use.value, names)});
}

}  // namespace

EnforceRules::EnforceRules(const config::PolicyFile& file, const config::Credentials* credentials,
                           config::Problems& problems) {
  for (const EnforceDef& def : file.enforce) {
    check_spliced(file, def, problems);
    check_credential(file, def, credentials, problems);
    add(def, def.mode.value_or(file.mode) == config::Mode::kObserve);
  }
  check_clashes(file, problems);
  std::sort(rules_.begin(), rules_.end(),
            [](const EnforceRule& a, const EnforceRule& b) { return a.def->id < b.def->id; });
}

void EnforceRules::add(const EnforceDef& def, bool observe) {
  EnforceRule rule;
  rule.def = &def;
  rule.observe = observe;
  add_hosts(def.hosts, rule.hosts);
  for (const auto& h : def.headers) rule.headers.push_back({h.name.value, h.value.value, {}});
  for (const auto& accounts : def.company_accounts)
    rule.headers.push_back(accounts_header(accounts));
  for (const auto& field : def.body)
    rule.fields.push_back({field.pointer.value, json_of(field.value)});
  rule.only_accounts = def.headers.empty() && def.remove_headers.empty() && def.body.empty() &&
                       !def.credential && !def.sub_providers && !def.company_accounts.empty();
  rules_.push_back(std::move(rule));
}

std::vector<const EnforceRule*> EnforceRules::find(const AdmissionQuery& query,
                                                   std::string_view host,
                                                   const Admission& admission) const {
  std::vector<const EnforceRule*> out;
  for (const EnforceRule& rule : rules_)
    if (for_client(*rule.def, query.client) && for_place(rule, query, host, admission) &&
        (query.method.empty() || for_path(*rule.def, query.target)))
      out.push_back(&rule);
  return out;
}

std::string_view to_word(EnforcedChange::Was was) {
  switch (was) {
    case EnforcedChange::Was::kSame:
      return "same";
    case EnforcedChange::Was::kOther:
      return "other";
    case EnforcedChange::Was::kAbsent:
      break;
  }
  return "absent";
}

std::string describe(const EnforcedChange& change) {
  std::string out;
  const auto add = [&out](std::string_view verb, const std::string& what, bool first) {
    if (first)
      out += (out.empty() ? "" : "; ") + std::string(verb) + " " + what;
    else
      out += ", " + what;
  };
  for (std::size_t i = 0; i < change.set.size(); ++i) {
    std::string what = change.set[i].where;
    if (change.set[i].was == EnforcedChange::Was::kOther) what += " (over the client's)";
    add(change.observe ? "would set" : "sets", what, i == 0);
  }
  for (std::size_t i = 0; i < change.removed.size(); ++i)
    add(change.observe ? "would remove" : "removes", change.removed[i], i == 0);
  if (!change.credential.empty())
    add(change.observe ? "would use" : "uses", "the gateway's key '" + change.credential + "'",
        true);
  return out;
}

}  // namespace sekisho::policy
