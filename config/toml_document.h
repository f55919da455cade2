#pragma once

// A TOML file (1.0 without dates) as the same plain tree as YAML: rule files of other tools come in
// it. Strings are scalars in quotation marks (`plain` false), numbers and booleans plain ones.
// Everything TOML forbids is a problem with its place: a key given twice, a table defined twice, an
// escape that does not exist, a line with more than one value.

#include <string>
#include <string_view>

#include "config/yaml_document.h"

namespace sekisho::config {

YamlDocument parse_toml(const std::string& file, std::string_view text, Problems& problems);

}  // namespace sekisho::config
