#pragma once

#include "config/mark.h"
#include "config/yaml_reader.h"

namespace sekisho::config {

// Facts as a person states them: of `facts` in a destination, of an entry in an overlay. Names and
// values are checked against the schema of the catalogue (docs/catalogue.md).
Facts read_facts(YamlReader& reader, const YamlNode& node);

// The `require` of a destination: a fact and the values that satisfy it; also `reviewed_within`.
Facts read_requirements(YamlReader& reader, const YamlNode& node);

// One fact of the catalogue by its key. False when the schema has no such fact.
bool read_fact(YamlReader& reader, std::string_view key, const YamlNode& node, Facts& out);

const std::vector<std::string_view>& fact_names();
const std::vector<std::string_view>& side_host_roles();

// Form of the value of a fact, in the words of config/schema.h, and whether it may be a list.
std::string fact_form(std::string_view name, bool& several);

}  // namespace sekisho::config
