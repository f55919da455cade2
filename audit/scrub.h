#pragma once

// Keeps what was found out of the text around it: a path, a model's name or the key of a JSON
// member may carry the very value that a finding is about.

#include <string>
#include <string_view>
#include <vector>

namespace sekisho::audit {

class Scrub {
 public:
  void add(std::string_view type, std::string_view normalised);

  // `text` as it may be recorded: "[REDACTED:type]" if it holds a value that was found, however it
  // is spelled (percent-encoded, full-width, with separators between digits).
  std::string text(std::string_view text) const;
  // A JSON pointer, header name or query key: each part that holds a value, or that looks like data
  // rather than like a name, becomes "*".
  std::string place(std::string_view where) const;

 private:
  struct Value {
    std::string type, folded, digits;  // digits: "" unless the value is a number
  };
  const Value* find_in(std::string_view text) const;
  std::vector<Value> values_;
};

}  // namespace sekisho::audit
