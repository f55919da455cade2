#pragma once

// A configuration file as a plain tree with marks. Only the part of YAML that people need is let
// in: one document of maps, lists and scalars. Duplicate keys, anchors, aliases, merge keys, tags,
// bytes that are no UTF-8 and control characters are problems, each with its place. yaml-cpp is
// used through its event interface, since its nodes lose duplicates and marks.

#include <string>
#include <string_view>
#include <vector>

#include "config/mark.h"

namespace sekisho::config {

struct YamlEntry;

struct YamlNode {
  enum class Kind { kNull, kScalar, kList, kMap };
  Kind kind = Kind::kNull;
  bool reported = false;  // a problem names this place already
  bool plain = true;      // a scalar without quotation marks
  std::string text;       // of a scalar, unescaped
  Mark at;
  std::vector<YamlNode> items;     // of a list
  std::vector<YamlEntry> entries;  // of a map, in order, each key once (the first of duplicates)

  bool is_null() const { return kind == Kind::kNull; }
  bool is_scalar() const { return kind == Kind::kScalar; }
  bool is_list() const { return kind == Kind::kList; }
  bool is_map() const { return kind == Kind::kMap; }
};

struct YamlEntry {
  std::string key;
  Mark at;
  YamlNode value;
};

struct YamlDocument {
  YamlNode root;
  bool complete =
      false;  // false: a syntax error stopped the reading; root holds the sections before it
};

// Reads one document. Columns count characters, not bytes.
YamlDocument parse_yaml(const std::string& file, std::string_view text, Problems& problems);

}  // namespace sekisho::config
