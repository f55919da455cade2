#include "audit/reports/recipient.h"

#include <algorithm>

#include "config/catalogue.h"

namespace sekisho::audit {
namespace {

std::string joined(const config::FactValue& fact) {
  std::string out;
  for (const std::string& item : fact.items) (out += out.empty() ? "" : ", ") += item;
  for (const auto& [name, value] : fact.fields)
    ((((out += out.empty() ? "" : ", ") += name) += " ") += value);
  return out;
}

const config::Provider* provider_of(const ReportFrame& frame, const std::string& id) {
  return frame.catalogue && !id.empty() ? frame.catalogue->find(id) : nullptr;
}

bool names(const std::vector<config::MarkedText>& list, const std::string& id) {
  return !id.empty() && std::any_of(list.begin(), list.end(), [&](const config::MarkedText& item) {
    return item.value == id;
  });
}

StatedFact of_entry(const config::DestinationDef& entry, const std::string& key) {
  StatedFact out;
  const auto fact = entry.facts.find(key);
  if (fact == entry.facts.end()) return out;
  out.value = joined(fact->second);
  out.from = "policy.yaml: " + entry.id;
  const auto reviewed = entry.facts.find("reviewed_at");
  if (reviewed != entry.facts.end()) out.from += ", " + joined(reviewed->second);
  return out;
}

StatedFact of_catalogue(const config::Catalogue& catalogue, const config::Provider& p,
                        const std::string& key) {
  StatedFact out;
  const auto fact = p.facts.find(key);
  if (fact == p.facts.end()) return out;
  const config::FactOrigin origin = config::origin_of(catalogue, p, key);
  out.value = joined(fact->second);
  out.from = (origin.overlay ? "overlay: " : "catalogue: ") + p.id;
  if (origin.as_of) out.from += ", " + origin.as_of->to_string();
  return out;
}

}  // namespace

const config::DestinationDef* StatedPolicy::entry(const std::string& id) const {
  for (const auto& d : file.destinations)
    if (d.id == id) return &d;
  return nullptr;
}

std::optional<StatedPolicy> stated_policy(const ReportFrame& frame, const std::string& digest) {
  const auto text = frame.policy_text ? frame.policy_text(digest) : std::nullopt;
  if (!text) return std::nullopt;
  return stated_policy(digest, *text);
}

StatedPolicy stated_policy(const std::string& digest, const std::string& text) {
  config::Problems ignored;
  StatedPolicy out;
  out.digest = digest;
  out.file = config::parse_policy("policy.yaml", text, ignored);
  out.transfers = config::parse_transfers("policy.yaml", text, ignored);
  return out;
}

StatedFact fact_of(const ReportFrame& frame, const StatedPolicy* policy,
                   const std::string& provider, const std::string& entry, const std::string& key) {
  const config::DestinationDef* def = policy ? policy->entry(entry) : nullptr;
  if (def)
    if (StatedFact own = of_entry(*def, key); !own.value.empty()) return own;
  const config::Provider* p = provider_of(frame, provider);
  return p ? of_catalogue(*frame.catalogue, *p, key) : StatedFact();
}

std::string operator_of(const ReportFrame& frame, const std::string& provider) {
  const config::Provider* p = provider_of(frame, provider);
  return p && p->operator_name != "unknown" ? p->operator_name : std::string();
}

std::string service_name(const ReportFrame& frame, const std::string& provider) {
  const config::Provider* p = provider_of(frame, provider);
  return p && !p->name.empty() ? p->name : provider;
}

const config::TransferDef* transfer_of(const StatedPolicy* policy, const std::string& provider,
                                       const std::string& entry, const std::string& country) {
  if (!policy) return nullptr;
  for (const auto& t : policy->transfers)
    if (t.country == country && (names(t.providers, provider) || names(t.destinations, entry)))
      return &t;
  return nullptr;
}

LocalText route_words(config::TransferRoute route) {
  switch (route) {
    case config::TransferRoute::kConsent:
      return {"本人の同意 (法 28 条 1 項、情報提供は 28 条 2 項)",
              "consent (art. 28(1), after the information of 28(2))"};
    case config::TransferRoute::kEquivalentMeasures:
      return {"相当措置を継続的に講ずる体制 (法 28 条 1 項、規則 16 条)",
              "equivalent measures (art. 28(1), rule 16)"};
    case config::TransferRoute::kDesignated:
      return {"指定国 (法 28 条 1 項、規則 15 条)", "designated country (art. 28(1), rule 15)"};
    case config::TransferRoute::kNoProvision:
      return {"提供に当たらない (ガイドライン Q&A 7-53)", "no provision (guidelines Q&A 7-53)"};
  }
  return {};
}

}  // namespace sekisho::audit
