#pragma once

// The readers of the larger sections of policy.yaml. load_policy calls each once.

#include "config/policy_file.h"
#include "config/yaml_reader.h"

namespace sekisho::config {

inline constexpr Word<Mode> kModes[] = {{"enforce", Mode::kEnforce}, {"observe", Mode::kObserve}};

// As parse_policy(), with the keys that each map was asked for; nullptr = nobody wants them.
PolicyFile parse_policy(const std::string& path, const std::string& text, Problems& problems,
                        KeyLog* log);

// Admission: `regions`, `destinations`, `alternatives`.
Regions read_regions(YamlReader& reader, const YamlNode& node);
std::vector<DestinationDef> read_destinations(YamlReader& reader, const YamlNode& node);
std::vector<Alternative> read_alternatives(YamlReader& reader, const YamlNode& node);

// What a body names: `models`, `second_destinations`.
ModelRules read_models(YamlReader& reader, const YamlNode& node);
SecondDestinations read_second_destinations(YamlReader& reader, const YamlNode& node);

// `until`, `ticket`, `approved_by`, `reason` of a map; with `required` all four must be there, else
// only beside `until`.
void read_approval(MapReader& map, bool required, Approval& out);

// A country or the name of a group of countries.
std::vector<MarkedText> read_places(YamlReader& reader, const YamlNode& node);

// `enforce`.
std::vector<EnforceDef> read_enforce_rules(YamlReader& reader, const YamlNode& node);

// Data: `data`, `exceptions`, `detectors`.
std::vector<DataRuleDef> read_data_rules(YamlReader& reader, const YamlNode& node);
std::vector<ExceptionDef> read_exceptions(YamlReader& reader, const YamlNode& node);
DetectorSettings read_detectors(YamlReader& reader, const YamlNode& node);

// A name of small letters, digits and _.
void check_type_form(YamlReader& reader, const MarkedText& name, std::string_view what);

// `datasets`.
std::vector<DatasetDef> read_datasets(YamlReader& reader, const YamlNode& node);

// `tests`.
std::vector<PolicyTest> read_policy_tests(YamlReader& reader, const YamlNode& node);

}  // namespace sekisho::config
