#pragma once

#include <string>
#include <string_view>

namespace sekisho::gateway {

// A JSON Schema (2020-12) of "policy" or "gateway", for editors; every key with its meaning in
// Japanese and English. "" for another name.
std::string schema_json(std::string_view name);

}  // namespace sekisho::gateway
