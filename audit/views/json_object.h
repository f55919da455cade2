#pragma once

// Members of JSON objects for views: what is unknown is left out.

#include <cstdint>
#include <string>
#include <string_view>

#include "audit/json_text.h"

namespace sekisho::audit {

class JsonObject {
 public:
  JsonObject& text(std::string_view key, std::string_view value) {  // "" = left out
    if (!value.empty()) append_json_string(begin(key), value);
    return *this;
  }
  JsonObject& number(std::string_view key, std::int64_t value) {
    begin(key) += std::to_string(value);
    return *this;
  }
  JsonObject& known(std::string_view key, std::int64_t value, std::int64_t unknown) {
    return value == unknown ? *this : number(key, value);
  }
  JsonObject& truth(std::string_view key, bool value) {
    begin(key) += value ? "true" : "false";
    return *this;
  }
  JsonObject& raw(std::string_view key, std::string_view json) {
    begin(key) += json;
    return *this;
  }
  JsonObject& object(std::string_view key, const JsonObject& value) {  // an empty one is left out
    return value.body_.empty() ? *this : raw(key, value.end());
  }
  std::string end() const { return "{" + body_ + "}"; }

 private:
  std::string& begin(std::string_view key) {
    if (!body_.empty()) body_ += ',';
    ((body_ += '"') += key) += "\":";
    return body_;
  }
  std::string body_;
};

}  // namespace sekisho::audit
