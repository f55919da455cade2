#pragma once

// What may stand in the two configuration files, for editors and for people: the source of
// `sekisho schema`. The loaders do not read it; a test holds both against each other, key by key.

#include <string>
#include <string_view>
#include <vector>

namespace sekisho::config {

// `path`: "regions.allow"; "[]" after a key that is a list of maps ("destinations[].id"), "{}"
// after one that is a map of free names ("groups{}.users"). `form` is a word of docs/policy.md's
// grammar:
//   map, maps (a list of maps), named (a map of free names)
//   text, texts, boolean, date, moment, duration, size, country, places (countries and groups),
//   address, network, networks, socket (address:port), localized, headers, facts, requirements
//   map:FORM (a map of free names), fields (of a JSON body), credential, accounts (of a company)
//   a|b|c (one of these words), list:a|b|c, 1..3650 (an integer between), 0.05..1 (a decimal)
struct SchemaKey {
  std::string_view path, form, ja, en;
  bool required = false;
  std::string_view otherwise = {};  // what holds when it is left out; "" = nothing
};

const std::vector<SchemaKey>& policy_schema();
const std::vector<SchemaKey>& gateway_schema();

// A fact of the catalogue, as `facts` and `require` take it. Forms beyond those above: place (a
// country, a group or `unknown`), days (a number or `unknown`), certifications (a map to yes, no,
// unknown).
struct FactSchema {
  std::string_view name;
  std::string form;
  std::string_view ja, en;
  bool several = false;  // a list may stand
};
std::vector<FactSchema> fact_schema();

}  // namespace sekisho::config
