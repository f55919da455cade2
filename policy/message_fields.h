#pragma once

// The scalars of one JSON message that a dialect's lanes speak of.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "filters/bodies/json_scanner.h"
#include "filters/finding.h"
#include "policy/answer_lanes.h"

namespace sekisho::policy {

class MessageFields {
 public:
  struct Field {
    std::string pointer;
    filters::JsonToken token;
    filters::Range range;  // of a string without the quotes
    bool escaped = false;
    bool twice = false;  // of the first
  };

  // False: not one well-formed JSON document, or it holds more fields than anybody needs.
  bool read(std::string_view json, std::span<const AnswerLanes* const> tables);

  const std::vector<Field>& all() const { return fields_; }
  const Field* find(std::string_view pointer) const;
  // As it stands in the message, quotes included.
  std::string_view raw(const Field& field) const;
  // Decoded when it is a string; "" when it is not there, or there twice: readers differ in which
  // one they take.
  std::string text(std::string_view pointer) const;

 private:
  std::string_view json_;
  std::vector<Field> fields_;
  std::unordered_map<std::string_view, std::size_t> index_;
};

}  // namespace sekisho::policy
