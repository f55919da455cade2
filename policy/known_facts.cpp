#include "policy/known_facts.h"

#include <algorithm>

#include "policy/civil_time.h"
#include "policy/snapshot.h"

namespace sekisho::policy {
namespace {

// What rules may ask for; addresses of pages and notes are `providers show`'s.
constexpr const char* kShown[] = {"operator_country",     "parent_country", "storage_countries",
                                  "processing_countries", "governing_law",  "trains_on_inputs",
                                  "retention_days",       "zero_retention", "dpa",
                                  "certifications",       "reviewed_at"};

std::string shown(const config::FactValue& fact) {
  std::string out;
  for (const std::string& item : fact.items) out += (out.empty() ? "" : ", ") + item;
  for (const auto& [name, value] : fact.fields)
    out += (out.empty() ? "" : ", ") + name + " " + value;
  return out;
}

std::string catalogue_value(const config::Provider& p, const std::string& key) {
  if (key == "operator_country") return p.operator_country;
  if (key == "parent_country") return p.parent_country;
  const auto it = p.facts.find(key);
  return it == p.facts.end() ? "" : shown(it->second);
}

const config::DestinationDef* entry_of(const Snapshot& snapshot, const std::string& id) {
  for (const auto& d : snapshot.file().destinations)
    if (d.id == id) return &d;
  return nullptr;
}

void set_age(KnownFact& fact, std::int64_t now) {
  if (!fact.as_of) return;
  const std::int64_t days = now / 86'400 - days_from_civil(*fact.as_of);
  fact.age_days = static_cast<int>(std::max<std::int64_t>(days, 0));
}

KnownFact from_entry(const config::DestinationDef& entry, const std::string& key) {
  KnownFact out;
  out.key = key;
  out.value = shown(entry.facts.at(key));
  out.from = "policy:" + entry.id;
  const auto reviewed = entry.facts.find("reviewed_at");
  if (reviewed != entry.facts.end() && !reviewed->second.items.empty())
    out.as_of = config::parse_date(reviewed->second.items.front());
  return out;
}

KnownFact from_catalogue(const Snapshot& snapshot, const config::Provider& p,
                         const std::string& key) {
  const config::FactOrigin origin = config::origin_of(snapshot.catalogue(), p, key);
  KnownFact out;
  out.key = key;
  out.value = catalogue_value(p, key);
  if (out.value.empty()) out.value = "unknown";
  out.from = (origin.overlay ? "overlay:" : "catalogue:") + p.id;
  out.source = origin.source;
  out.as_of = origin.as_of;
  out.unverified = origin.unverified;
  return out;
}

}  // namespace

std::vector<KnownFact> known_facts(const Snapshot& snapshot, const Admission& admission,
                                   std::int64_t now) {
  const config::DestinationDef* entry = entry_of(snapshot, admission.entry);
  const config::Provider* p =
      admission.provider.empty() ? nullptr : snapshot.catalogue().find(admission.provider);
  std::vector<KnownFact> out;
  for (const std::string key : kShown) {
    if (entry && entry->facts.count(key))
      out.push_back(from_entry(*entry, key));
    else if (p)
      out.push_back(from_catalogue(snapshot, *p, key));
  }
  for (KnownFact& fact : out) set_age(fact, now);
  return out;
}

}  // namespace sekisho::policy
