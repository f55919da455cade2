// What the rules of `enforce` that hold for a request change in it.

#include <algorithm>

#include "filters/bodies/json_scanner.h"
#include "policy/body_fields.h"
#include "policy/enforcement.h"
#include "policy/header_scan.h"
#include "policy/inspection.h"
#include "policy/own_credential.h"
#include "policy/routed_models.h"

namespace sekisho::policy {
namespace {

using config::Localized;
using Was = EnforcedChange::Was;

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

bool holds(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// What cannot be set, in words of both languages; `what` is a place: "body:/store".
Localized cannot(std::string_view what, std::string_view ja, std::string_view en) {
  const std::string place(what);
  return {"必須の設定 " + place + " を書き込めません（" + std::string(ja) + "）",
          "the required setting " + place + " cannot be written (" + std::string(en) + ")"};
}

Localized body_fault(std::string_view what, std::string_view error) {
  if (error == "duplicate_key")
    return cannot(what, "同じ名前の項目が二つあります", "a field of that name stands twice");
  if (error == "conflict")
    return cannot(what, "規則どうしが矛盾しています", "rules contradict each other");
  return cannot(what, "本文が JSON のオブジェクトではありません", "the body is no JSON object");
}

// Names in `SignedHeaders=a;b;c`; a signature of another kind is taken to cover everything.
bool is_signed_name(const std::vector<HeaderView>& headers, std::string_view target,
                    std::string_view name) {
  const std::string_view authorization = header_value(headers, "authorization");
  std::string list;
  const auto from = authorization.find("SignedHeaders=");
  if (from != std::string_view::npos) {
    const std::string_view rest = authorization.substr(from + 14);
    list = lower(rest.substr(0, rest.find_first_of(", ")));
  } else {
    const auto query = target.find("X-Amz-SignedHeaders=");
    if (query == std::string_view::npos) return true;
    const std::string_view rest = target.substr(query + 20);
    list = lower(rest.substr(0, rest.find('&')));
    for (auto at = list.find("%3b"); at != std::string::npos; at = list.find("%3b"))
      list.replace(at, 3, ";");
  }
  return (";" + list + ";").find(";" + lower(name) + ";") != std::string::npos;
}

}  // namespace

struct EnforcementPlan::Impl {
  explicit Impl(EnforcementInput input) : in(std::move(input)) {}

  void begin();
  void set_head(const EnforceRule& rule, EnforcedChange& change);
  void set_header(const EnforceRule& rule, const std::string& name, const std::string& value,
                  EnforcedChange& change);
  void remove_header(const EnforceRule& rule, const std::string& name, EnforcedChange& change);
  void swap_credential(const EnforceRule& rule, EnforcedChange& change);
  void fail(const EnforceRule& rule, Localized why);
  bool is_signed() const { return in.inspected->signed_request && !unsigned_now; }
  bool covered(std::string_view name) const;

  // Fields of the body, those of observed rules apart: they change nothing.
  struct Fields {
    std::vector<filters::JsonField> all;
    std::vector<std::pair<const EnforceRule*, std::size_t>> owners;  // rule, index of its change
    std::optional<filters::JsonSetter> setter;
  };
  void add_fields(const EnforceRule& rule, std::size_t change, Fields& to);
  std::vector<filters::JsonField> pinned_fields(const EnforceRule& rule);
  std::vector<std::string> pinned_names(const SubProviderPin& pin, std::string_view pointer,
                                        const std::vector<std::string>& otherwise) const;
  bool step_fields(Fields& fields);
  void end_fields(Fields& fields);

  EnforcementInput in;
  Enforcement out;
  Fields enforced, observed;
  bool unsigned_now = false;  // the signature goes with the client's credential
};

EnforcementPlan::EnforcementPlan(EnforcementInput in)
    : impl_(std::make_unique<Impl>(std::move(in))) {
  impl_->begin();
}
EnforcementPlan::~EnforcementPlan() = default;

void EnforcementPlan::Impl::begin() {
  const auto& rules = in.admission->enforce;
  // Credentials first: with the client's signature goes what it forbids.
  for (const EnforceRule* rule : rules) {
    EnforcedChange change;
    change.rule = rule->def->id;
    change.observe = rule->observe;
    if (rule->def->credential) swap_credential(*rule, change);
    out.changes.push_back(std::move(change));
  }
  for (std::size_t i = 0; i < rules.size(); ++i) {
    set_head(*rules[i], out.changes[i]);
    add_fields(*rules[i], i, rules[i]->observe ? observed : enforced);
  }
}

void EnforcementPlan::Impl::fail(const EnforceRule& rule, Localized why) {
  auto& failure = rule.observe ? out.would_fail : out.failure;
  if (!failure) failure = Enforcement::Failure{rule.def->id, std::move(why)};
}

bool EnforcementPlan::Impl::covered(std::string_view name) const {
  return is_signed() && is_signed_name(in.headers, in.target, name);
}

void EnforcementPlan::Impl::set_head(const EnforceRule& rule, EnforcedChange& change) {
  for (const EnforcedHeaderRule& header : rule.headers) {
    const bool here = header.hosts.empty() ||
                      std::any_of(header.hosts.begin(), header.hosts.end(),
                                  [&](const auto& h) { return covers(h, in.to->host, *in.to); });
    if (here) set_header(rule, header.name, header.value, change);
  }
  for (const auto& name : rule.def->remove_headers) remove_header(rule, name.value, change);
}

void EnforcementPlan::Impl::set_header(const EnforceRule& rule, const std::string& name,
                                       const std::string& value, EnforcedChange& change) {
  EnforcedChange::Setting setting{"header:" + name, Was::kAbsent};
  std::size_t copies = 0;
  for (const auto& [theirs, text] : in.headers)
    if (equal_ignoring_case(theirs, name)) {
      ++copies;
      setting.was = text == value && copies == 1 ? Was::kSame : Was::kOther;
    }
  if (setting.was == Was::kOther && covered(name))
    return fail(rule, cannot(setting.where, "署名の対象です", "the request's signature covers it"));
  for (const auto& [other, text] : out.headers)
    if (!rule.observe && equal_ignoring_case(other, name) && text != value)
      return fail(
          rule, cannot(setting.where, "規則どうしが矛盾しています", "rules contradict each other"));
  change.set.push_back(std::move(setting));
  if (!rule.observe) out.headers.emplace_back(name, value);
}

void EnforcementPlan::Impl::remove_header(const EnforceRule& rule, const std::string& name,
                                          EnforcedChange& change) {
  if (std::none_of(in.headers.begin(), in.headers.end(),
                   [&](const HeaderView& h) { return equal_ignoring_case(h.first, name); }))
    return;
  const std::string place = "header:" + lower(name);
  if (covered(name))
    return fail(rule, cannot(place, "署名の対象です", "the request's signature covers it"));
  change.removed.push_back(place);
  if (!rule.observe) out.removed.push_back(lower(name));
}

void EnforcementPlan::Impl::swap_credential(const EnforceRule& rule, EnforcedChange& change) {
  const config::EnforcedCredential& wanted = *rule.def->credential;
  const std::string& use = wanted.use.value;
  const std::string header = !wanted.header.value.empty()
                                 ? wanted.header.value
                                 : std::string(credential_header(*in.admission));
  if (!use.empty() && in.to->scheme != "https")
    return fail(rule, cannot("credential:" + use, "暗号化されていない接続です",
                             "the connection is not encrypted"));
  if (!use.empty() && in.credentials && !in.credentials->find(use))
    return fail(rule,
                cannot("credential:" + use, "鍵がありません", "the gateway holds no such key"));
  if (!rule.observe && !out.credential.empty() && out.credential != use)
    return fail(rule, cannot("credential:" + use, "規則どうしが矛盾しています",
                             "rules contradict each other"));
  for (const auto& [name, value] : in.headers) {
    const std::string place = "header:" + lower(name);
    if (is_credential_header(*in.admission, name) && !holds(change.removed, place))
      change.removed.push_back(place);
  }
  for (const std::string& key : credential_query_keys(*in.admission, in.target))
    change.removed.push_back("query:" + key);
  if (!use.empty()) change.credential = use;
  if (rule.observe) return;
  for (const std::string& place : change.removed) {
    const bool query = place.starts_with("query:");
    (query ? out.removed_query : out.removed).push_back(place.substr(place.find(':') + 1));
  }
  unsigned_now = true;
  if (use.empty()) return;
  out.credential = use;
  out.credential_header = header;
}

void EnforcementPlan::Impl::add_fields(const EnforceRule& rule, std::size_t change, Fields& to) {
  if (in.body.empty()) return;
  std::vector<filters::JsonField> fields = pinned_fields(rule);
  fields.insert(fields.end(), rule.fields.begin(), rule.fields.end());
  if (fields.empty()) return;
  const std::string place = "body:" + fields.front().pointer;
  if (is_signed())
    return fail(rule, cannot(place, "要求に署名があります", "the request is signed"));
  if (!in.inspected->charset_text.empty())
    return fail(rule, cannot(place, "本文が UTF-8 ではありません", "the body is not UTF-8"));
  for (const auto& field : fields) {
    const auto same = [&](const filters::JsonField& o) {
      return o.pointer == field.pointer && o.value == field.value;
    };
    const auto known = std::find_if(to.all.begin(), to.all.end(), same);
    if (known != to.all.end()) continue;
    to.all.push_back(field);
    to.owners.emplace_back(&rule, change);
  }
}

// What the client chose, as far as policy allows it; without a choice all of `otherwise`.
std::vector<std::string> EnforcementPlan::Impl::pinned_names(
    const SubProviderPin& pin, std::string_view pointer,
    const std::vector<std::string>& otherwise) const {
  const BodyFields& body = in.inspected->fields;
  if (!body.json || body.doubtful(pointer)) return otherwise;
  const auto chosen = body.texts(pointer);
  std::vector<std::string> out;
  for (const BodyField* f : chosen) {
    const Service* who = pin.finder->sub_provider(*pin.at, f->value);
    const auto& all = pin.services;
    if (who && std::find(all.begin(), all.end(), who) != all.end()) out.push_back(f->value);
  }
  return chosen.empty() ? otherwise : out;
}

// A client that named none whom policy allows keeps what it wrote, and is refused for it by name.
std::vector<filters::JsonField> EnforcementPlan::Impl::pinned_fields(const EnforceRule& rule) {
  std::vector<filters::JsonField> out_fields;
  if (!rule.def->sub_providers || !in.admission->pin) return out_fields;
  const SubProviderPin& pin = *in.admission->pin;
  if (pin.allowed.empty()) {
    fail(rule, cannot("body:" + pin.only, "許可された事業者がありません",
                      "policy allows none of those who might answer"));
    return out_fields;
  }
  const auto names = pinned_names(pin, pin.only, pin.allowed);
  if (names.empty()) return out_fields;
  const auto add = [&](const std::string& pointer, const std::vector<std::string>& list) {
    std::string json = "[";
    for (const std::string& name : list) {
      json += json.size() > 1 ? ",\"" : "\"";
      filters::append_json_escaped(json, name, true);
      json += '"';
    }
    out_fields.push_back({pointer, json + "]"});
    if (!rule.observe) out.pinned.emplace_back(pointer, list);
  };
  add(pin.only, names);
  const BodyFields& body = in.inspected->fields;
  if (body.texts(pin.order).empty() && !body.doubtful(pin.order)) return out_fields;
  const auto order = pinned_names(pin, pin.order, names);
  add(pin.order, order.empty() ? names : order);
  return out_fields;
}

bool EnforcementPlan::Impl::step_fields(Fields& fields) {
  if (fields.all.empty()) return false;
  if (!fields.setter) fields.setter.emplace(in.body, fields.all);
  return fields.setter->step();
}

void EnforcementPlan::Impl::end_fields(Fields& fields) {
  if (fields.all.empty()) return;
  const auto& [first, index] = fields.owners.front();
  const std::string place = "body:" + fields.all.front().pointer;
  if (const std::string& error = fields.setter->error(); !error.empty())
    return fail(*first, body_fault(place, error));
  for (std::size_t i = 0; i < fields.all.size(); ++i)
    out.changes[fields.owners[i].second].set.push_back(
        {"body:" + fields.all[i].pointer, static_cast<Was>(fields.setter->was()[i])});
  if (&fields == &enforced) out.edits = fields.setter->take_edits();
}

bool EnforcementPlan::step() {
  if (impl_->step_fields(impl_->enforced)) return true;
  return impl_->step_fields(impl_->observed);
}

Enforcement EnforcementPlan::take() {
  impl_->end_fields(impl_->enforced);
  impl_->end_fields(impl_->observed);
  std::erase_if(impl_->out.changes, [](const EnforcedChange& c) {
    return c.set.empty() && c.removed.empty() && c.credential.empty();
  });
  return std::move(impl_->out);
}

void write_fields(const std::vector<const EnforceRule*>& rules, const Enforcement& plan,
                  BodyFields& body) {
  using Kind = config::FieldValue::Kind;
  for (const auto& [pointer, names] : plan.pinned) body.set(pointer, names);
  for (const EnforceRule* rule : rules) {
    if (rule->observe) continue;
    for (const auto& [pointer, value] : rule->def->body) {
      std::vector<std::string> items;
      for (const auto& item : value.items) items.push_back(item.text);
      body.set(pointer.value, items);
      if (value.kind != Kind::kList)
        body.fields.push_back({pointer.value, value.text, value.kind == Kind::kText});
    }
  }
}

std::string without_query_keys(std::string_view target, const std::vector<std::string>& keys) {
  const std::size_t mark = target.find('?');
  if (mark == std::string_view::npos || keys.empty()) return std::string(target);
  std::string out(target.substr(0, mark));
  char separator = '?';
  for (std::size_t from = mark + 1; from <= target.size();) {
    const std::size_t end = std::min(target.find('&', from), target.size());
    const std::string_view pair = target.substr(from, end - from);
    if (!holds(keys, pair.substr(0, pair.find('=')))) {
      out.append(1, separator).append(pair);
      separator = '&';
    }
    from = end + 1;
  }
  return out;
}

}  // namespace sekisho::policy
