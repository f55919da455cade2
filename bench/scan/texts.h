#pragma once

// Made texts of one kind each, the same every time.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sekisho::bench {

enum class Kind {
  kEnglish,
  kJapanese,
  kCode,
  kJson,
  kBase64,  // lines of a picture
  kMixed,   // English, Japanese, code and JSON in turn
  kLog,     // of a web server and of a program
  kCsv,     // rows of numbers
  kJsonLines,
  kDense,    // mixed, with a value to find every 1.2 KB or so
  kNearMiss  // what almost is a value: prefixes, digits, label words
};

struct NamedKind {
  std::string_view name;
  Kind kind;
};
const std::vector<NamedKind>& kinds();

// At least `size` bytes of it, ended at a line.
std::string text_of(Kind kind, std::size_t size);

}  // namespace sekisho::bench
