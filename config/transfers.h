#pragma once

// `transfers` of policy.yaml: on what basis personal data may go to a recipient abroad (article 28
// of the APPI). Nothing of it decides about a request; reports print it, so it is read when they
// are made and not kept in PolicyFile.

#include <optional>
#include <string>
#include <vector>

#include "config/policy_file.h"
#include "config/yaml_reader.h"

namespace sekisho::config {

enum class TransferRoute {
  kConsent,             // article 28(1), after the information of 28(2)
  kEquivalentMeasures,  // 28(1) and rule 16: the recipient keeps equivalent measures
  kDesignated,          // rule 15: a country that was designated
  kNoProvision          // Q&A 7-53: the recipient does not handle the data
};

struct TransferDef {
  std::string id;
  Mark at;
  std::vector<MarkedText> providers, destinations;  // one of them at least
  std::string country;                              // ISO 3166
  std::string recipient;                            // legal entity; "" = the catalogue's operator
  TransferRoute route = TransferRoute::kConsent;
  Localized basis;               // the contract or the text of the consent
  Localized regime, regime_why;  // the country's regime, or why it cannot be told
  std::string regime_url;
  std::optional<Date> regime_as_of;
  Localized measures, measures_why;  // what the recipient does, or why it cannot be told
  std::string measures_url;
  std::optional<Date> measures_checked;
  Localized stop;  // when provision stops, or that it has stopped
};

std::vector<TransferDef> read_transfers(YamlReader& reader, const YamlNode& node);

// Of the text of a policy. Problems are those of the section alone.
std::vector<TransferDef> parse_transfers(const std::string& path, const std::string& text,
                                         Problems& problems);

}  // namespace sekisho::config
