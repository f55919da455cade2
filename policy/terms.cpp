#include "policy/terms.h"

#include <algorithm>
#include <vector>

#include "config/units.h"

namespace sekisho::policy {
namespace {

using config::FactValue;
using Items = std::vector<std::string>;

std::string join(const Items& items) {
  std::string out;
  for (const std::string& i : items) {
    if (!out.empty()) out += ", ";
    out += i;
  }
  return out;
}

bool contains(const Items& items, const std::string& value) {
  return std::find(items.begin(), items.end(), value) != items.end();
}

// Facts that the catalogue holds in fields of their own.
const std::string* field_of(const config::Provider& p, const std::string& key) {
  static const std::string kTrue = "true", kFalse = "false";
  if (key == "operator") return &p.operator_name;
  if (key == "operator_country") return &p.operator_country;
  if (key == "parent_country") return &p.parent_country;
  if (key == "kind") return &p.kind;
  if (key == "confidence") return &p.confidence;
  if (key == "aggregator") return p.aggregator ? &kTrue : &kFalse;
  return nullptr;
}

// What is known of `key`: the entry's word before the catalogue's. Empty = unknown. Fields are
// copied into `room`.
const FactValue& fact_of(const TermsInput& in, const std::string& key, FactValue& room) {
  if (const auto own = in.entry->facts.find(key); own != in.entry->facts.end()) return own->second;
  if (!in.provider) return room;
  if (const std::string* field = field_of(*in.provider, key)) {
    if (!field->empty()) room.items.push_back(*field);
    return room;
  }
  const auto it = in.provider->facts.find(key);
  return it == in.provider->facts.end() ? room : it->second;
}

bool is_place(const std::string& key) {
  return key == "operator_country" || key == "parent_country" || key == "storage_countries" ||
         key == "processing_countries" || key == "governing_law";
}

bool places_met(const TermsInput& in, const std::string& key, const Items& wanted,
                const FactValue& fact) {
  Places have = resolve_places(fact.items, *in.tables);
  if (have.customer_selected)
    have = key == "storage_countries" ? in.regions->storage : in.regions->processing;
  const CountrySet allowed = resolve_places(wanted, *in.tables).countries;
  return have.known() && allowed.all_of(have.countries);
}

bool certified(const Items& wanted, const FactValue& fact) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const std::string& name) {
    return std::any_of(fact.fields.begin(), fact.fields.end(), [&](const auto& field) {
      return field.first == name && field.second == "yes";
    });
  });
}

bool retained_at_most(const Items& wanted, const FactValue& fact) {
  if (fact.items.size() != 1 || wanted.empty()) return false;
  const auto days = config::parse_decimal(fact.items[0]);
  const auto limit = config::parse_decimal(wanted[0]);
  return days && limit && *days <= *limit;
}

bool value_met(const Items& wanted, const FactValue& fact) {
  return !fact.items.empty() &&
         std::all_of(fact.items.begin(), fact.items.end(), [&](const std::string& item) {
           return item != "unknown" && contains(wanted, item);
         });
}

std::optional<UnmetRequirement> unmet_review(const TermsInput& in, const std::string& within) {
  const auto day = reviewed_at(*in.entry, in.provider);
  if (!day)
    return UnmetRequirement{
        "reviewed_within " + within + ": nobody of yours has dated a review of its terms",
        {"利用規約を社内で確認した記録がありません", "nobody here has reviewed its terms yet"}};
  const auto end = review_ends(*day, within, *in.zone);
  const bool future = *day > in.zone->day_of(in.now);
  if (end && in.now < *end && !future) return std::nullopt;
  const std::string date = day->to_string();
  return UnmetRequirement{"reviewed_within " + within + ": the terms were last reviewed on " + date,
                          {"利用規約の社内確認が古くなっています（最終確認 " + date + "）",
                           "our review of its terms is too old (" + date + ")"}};
}

bool met(const TermsInput& in, const std::string& key, const Items& wanted, const FactValue& fact) {
  if (key == "certifications") return certified(wanted, fact);
  if (key == "retention_days") return retained_at_most(wanted, fact);
  if (is_place(key)) return places_met(in, key, wanted, fact);
  return value_met(wanted, fact);
}

std::string shown(const FactValue& fact) {
  if (!fact.items.empty()) return join(fact.items);
  std::string out;
  for (const auto& [name, value] : fact.fields)
    out += (out.empty() ? "" : ", ") + name + " " + value;
  return out.empty() ? "unknown" : out;
}

struct Word {
  std::string_view key, ja, en;
};
constexpr Word kFacts[] = {{"trains_on_inputs", "入力の学習への利用", "training on inputs"},
                           {"retention_days", "保存日数", "days of retention"},
                           {"zero_retention", "保存しない契約", "zero retention"},
                           {"certifications", "認証", "certifications"},
                           {"dpa", "データ処理契約 (DPA)", "data processing agreement"},
                           {"governing_law", "準拠法", "governing law"},
                           {"operator", "運営会社", "operator"},
                           {"operator_country", "運営会社の国", "operator's country"},
                           {"parent_country", "親会社の国", "parent company's country"},
                           {"storage_countries", "保存場所", "place of storage"},
                           {"processing_countries", "処理場所", "place of processing"},
                           {"confidence", "情報の確かさ", "confidence"},
                           {"kind", "サービスの種類", "kind of service"},
                           {"aggregator", "他社への中継", "forwarding to others"}};
constexpr Word kValues[] = {{"yes", "あり", "yes"},
                            {"no", "なし", "no"},
                            {"opt_out", "停止の設定あり", "opt-out"},
                            {"opt_in", "同意したときだけ", "opt-in"},
                            {"customer_selected", "利用者が選択", "customer's choice"},
                            {"unknown", "不明", "unknown"}};

template <std::size_t N>
std::string said(const Word (&words)[N], const std::string& key, bool ja) {
  for (const Word& w : words)
    if (w.key == key) return std::string(ja ? w.ja : w.en);
  return key;
}

std::string said(const Items& values, bool ja) {
  std::string out;
  for (const std::string& v : values) out += (out.empty() ? "" : "/") + said(kValues, v, ja);
  return out;
}

// "iso27001 あり": of the certifications those that are asked for.
std::string said_of(const FactValue& fact, const Items& wanted, bool ja) {
  if (!fact.items.empty()) return said(fact.items, ja);
  std::string out;
  for (const auto& [name, value] : fact.fields)
    if (contains(wanted, name))
      out += (out.empty() ? "" : ", ") + name + " " + said(kValues, value, ja);
  return out.empty() ? said(kValues, "unknown", ja) : out;
}

// "入力の学習への利用: 不明（要件: なし/停止の設定あり）".
UnmetRequirement unmet(const std::string& key, const FactValue& fact, const Items& wanted) {
  UnmetRequirement out;
  out.why = key + " is " + shown(fact) + ", required: " + join(wanted);
  const bool days = key == "retention_days";
  out.told.ja = said(kFacts, key, true) + ": " + said_of(fact, wanted, true) +
                "（要件: " + said(wanted, true) + (days ? " 日以下）" : "）");
  out.told.en = said(kFacts, key, false) + ": " + said_of(fact, wanted, false) +
                " (required: " + (days ? "at most " : "") + said(wanted, false) + ")";
  return out;
}

const FactValue* find_fact(const config::Facts& facts, const char* key) {
  const auto it = facts.find(key);
  return it == facts.end() || it->second.items.empty() ? nullptr : &it->second;
}

}  // namespace

std::optional<config::Date> reviewed_at(const config::DestinationDef& entry,
                                        const config::Provider* provider) {
  std::optional<config::Date> out;
  if (const FactValue* own = find_fact(entry.facts, "reviewed_at"))
    out = config::parse_date(own->items[0]);
  const FactValue* listed = provider ? find_fact(provider->facts, "reviewed_at") : nullptr;
  if (!listed) return out;
  const bool own = contains(provider->overlaid, "reviewed_at");
  if (!own && provider->confidence != "high") return out;
  const auto day = config::parse_date(listed->items[0]);
  return day && (!out || *day > *out) ? day : out;
}

std::optional<std::int64_t> review_ends(config::Date day, const std::string& within,
                                        const TimeZone& zone) {
  const auto span = config::parse_duration(within);
  if (!span) return std::nullopt;
  const std::int64_t seconds = span->count() / 1000;
  const config::Date last = civil_from_days(days_from_civil(day) + seconds / 86'400);
  return zone.end_of(last) + seconds % 86'400;
}

std::optional<UnmetRequirement> unmet_requirement(const TermsInput& in) {
  for (const auto& [key, wanted] : in.entry->require) {
    if (key == "reviewed_within") {
      if (wanted.items.empty()) continue;
      if (auto review = unmet_review(in, wanted.items[0])) return review;
      continue;
    }
    FactValue room;
    const FactValue& fact = fact_of(in, key, room);
    if (!met(in, key, wanted.items, fact)) return unmet(key, fact, wanted.items);
  }
  return std::nullopt;
}

}  // namespace sekisho::policy
