#pragma once

#include "config/catalogue.h"
#include "config/yaml_reader.h"

namespace sekisho::config {

// Reads the keys that the entry states into `out`; what it does not state stays as it was. `map`
// was asked for `id` already.
void read_provider(YamlReader& reader, MapReader& map, Provider& out);

// A map from a role to hosts.
void read_side_host_map(YamlReader& reader, const YamlNode& node, std::vector<SideHosts>& out);

}  // namespace sekisho::config
