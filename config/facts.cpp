#include "config/facts.h"

#include <algorithm>

#include "config/country.h"
#include "config/nearest.h"
#include "config/units.h"

namespace sekisho::config {
namespace {

enum class Form { kText, kCountry, kCountries, kWord, kDays, kDate, kCertifications, kTexts };

struct FactForm {
  std::string_view name;
  Form form;
  std::vector<std::string_view> words;
};

const std::vector<FactForm>& forms() {
  static const std::vector<FactForm> kForms = {
      {"operator", Form::kText, {}},
      {"operator_country", Form::kCountry, {}},
      {"parent_country", Form::kCountry, {}},
      {"processing_countries", Form::kCountries, {}},
      {"storage_countries", Form::kCountries, {}},
      {"governing_law", Form::kCountry, {}},
      {"trains_on_inputs", Form::kWord, {"no", "opt_in", "opt_out", "yes", "unknown"}},
      {"retention_days", Form::kDays, {}},
      {"zero_retention", Form::kWord, {"yes", "no", "unknown"}},
      {"dpa", Form::kWord, {"yes", "no", "unknown"}},
      {"certifications", Form::kCertifications, {}},
      {"status_page", Form::kText, {}},
      {"terms_url", Form::kText, {}},
      {"privacy_url", Form::kText, {}},
      {"reviewed_at", Form::kDate, {}},
      {"confidence", Form::kWord, {"low", "medium", "high"}},
      {"kind", Form::kWord, {"api", "chat", "coding", "aggregator", "image", "voice", "search"}},
      {"aggregator", Form::kWord, {"true", "false"}},
      {"sources", Form::kTexts, {}},
      {"unverified", Form::kTexts, {}},
      {"auth", Form::kTexts, {}},
      {"note", Form::kText, {}},
  };
  return kForms;
}

const FactForm* form_of(std::string_view key) {
  for (const FactForm& f : forms())
    if (f.name == key) return &f;
  return nullptr;
}

// EU, EEA_CH, ANY: the groups themselves are defined in cloud-regions.yaml and resolved with it.
bool group_form(std::string_view text) {
  return text.size() >= 2 &&
         text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == std::string_view::npos &&
         (text.size() > 2 || text == "EU");
}

void check_country(YamlReader& reader, const YamlNode& n, bool several) {
  const std::string& t = n.text;
  if (is_country(t) || t == "unknown" || (several && t == "customer_selected") || group_form(t))
    return;
  const std::string meant = nearest_country(t);
  reader.wrong(n,
               several ? "a country code, a group such as EU, customer_selected or unknown"
                       : "a country code of two capital letters, or unknown",
               meant.empty() ? "as in JP, US or DE" : "did you mean '" + meant + "'?");
}

void check_value(YamlReader& reader, const FactForm& form, const YamlNode& n) {
  switch (form.form) {
    case Form::kCountry:
    case Form::kCountries:
      return check_country(reader, n, form.form == Form::kCountries);
    case Form::kWord:
      (void)reader.word(n, form.words);
      return;
    case Form::kDays:
      if (n.text != "unknown" && !parse_decimal(n.text))
        reader.wrong(n, "a number of days, or unknown", "write plain digits, as in 30");
      return;
    case Form::kDate:
      if (n.text != "unknown") (void)reader.date(n);
      return;
    case Form::kCertifications:
      if (n.text != "unknown") reader.wrong(n, "a map such as { iso27001: yes }, or unknown");
      return;
    case Form::kText:
    case Form::kTexts:
      (void)reader.text(n);
  }
}

void read_certifications(YamlReader& reader, const YamlNode& n, FactValue& out) {
  for (const YamlEntry& e : n.entries) {
    const auto v = reader.word(e.value, {"yes", "no", "unknown"});
    if (v) out.fields.emplace_back(e.key, *v);
  }
}

bool scalar_or_list(YamlReader& reader, const YamlNode& n, FactValue& out) {
  if (n.is_scalar()) {
    out.items.push_back(n.text);
    return true;
  }
  const auto* items = reader.list(n, "values");
  if (!items) return false;
  for (const YamlNode& item : *items)
    if (item.is_scalar())
      out.items.push_back(item.text);
    else
      reader.wrong(item, "a text");
  return true;
}

void check_items(YamlReader& reader, const FactForm& form, const YamlNode& n) {
  if (n.is_scalar()) return check_value(reader, form, n);
  for (const YamlNode& item : n.items)
    if (item.is_scalar()) check_value(reader, form, item);
}

bool holds_many(Form f) {
  return f == Form::kCountries || f == Form::kTexts;
}

void unknown_fact(YamlReader& reader, const YamlEntry& e, std::string_view where,
                  std::vector<std::string_view> names) {
  reader.problem(e.at, "unknown fact '" + e.key + "' in " + std::string(where),
                 suggestion(e.key, names));
}

void read_requirement(YamlReader& reader, const YamlEntry& e, Facts& out) {
  FactValue v;
  v.at = e.value.at;
  if (e.key == "reviewed_within") {
    if (reader.duration(e.value)) {
      v.items.push_back(e.value.text);
      out[e.key] = std::move(v);
    }
    return;
  }
  const FactForm* form = form_of(e.key);
  if (!form) {
    auto names = fact_names();
    names.push_back("reviewed_within");
    return unknown_fact(reader, e, "`require`", std::move(names));
  }
  if (!scalar_or_list(reader, e.value, v)) return;
  if (form->form == Form::kDays) {
    (void)reader.integer(e.value, 0, 36'500);
  } else if (form->form != Form::kCertifications) {
    check_items(reader, *form, e.value);
  }
  if (v.items.empty())
    return reader.wrong(e.value, "at least one value", "an empty list can never be satisfied");
  out[e.key] = std::move(v);
}

}  // namespace

const std::vector<std::string_view>& fact_names() {
  static const std::vector<std::string_view> kNames = [] {
    std::vector<std::string_view> names;
    for (const FactForm& f : forms()) names.push_back(f.name);
    return names;
  }();
  return kNames;
}

const std::vector<std::string_view>& side_host_roles() {
  static const std::vector<std::string_view> kRoles = {
      "signin",    "console", "download",  "upload", "cdn", "telemetry",
      "websocket", "media",   "integrity", "api",    "docs"};
  return kRoles;
}

std::string fact_form(std::string_view name, bool& several) {
  const FactForm* form = form_of(name);
  several = form && holds_many(form->form);
  if (!form) return "";
  switch (form->form) {
    case Form::kCountry:
    case Form::kCountries:
      return "place";
    case Form::kDays:
      return "days";
    case Form::kDate:
      return "date|unknown";
    case Form::kCertifications:
      return "certifications";
    case Form::kWord:
      break;
    default:
      return "text";
  }
  std::string words;
  for (std::string_view w : form->words) words += (words.empty() ? "" : "|") + std::string(w);
  return words;
}

bool read_fact(YamlReader& reader, std::string_view key, const YamlNode& node, Facts& out) {
  const FactForm* form = form_of(key);
  if (!form) return false;
  FactValue v;
  v.at = node.at;
  if (form->form == Form::kCertifications && node.is_map()) {
    read_certifications(reader, node, v);
  } else if (node.is_scalar()) {
    v.items.push_back(node.text);
    check_value(reader, *form, node);
  } else if (holds_many(form->form) && node.is_list()) {
    scalar_or_list(reader, node, v);
    check_items(reader, *form, node);
  } else {
    reader.wrong(node, holds_many(form->form) ? "a list such as [JP, US]" : "one value");
    return true;
  }
  out[std::string(key)] = std::move(v);
  return true;
}

Facts read_facts(YamlReader& reader, const YamlNode& node) {
  Facts out;
  if (!node.is_map()) {
    reader.wrong(node, "a map of facts", "write { operator_country: JP, trains_on_inputs: no }");
    return out;
  }
  for (const YamlEntry& e : node.entries)
    if (!read_fact(reader, e.key, e.value, out)) unknown_fact(reader, e, "`facts`", fact_names());
  return out;
}

Facts read_requirements(YamlReader& reader, const YamlNode& node) {
  Facts out;
  if (!node.is_map()) {
    reader.wrong(node, "a map of facts", "write { trains_on_inputs: [no, opt_out] }");
    return out;
  }
  for (const YamlEntry& e : node.entries) read_requirement(reader, e, out);
  return out;
}

}  // namespace sekisho::config
