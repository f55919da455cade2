#pragma once

// A strict RFC 8259 pull scanner over one buffer, with exact byte ranges and the path to each token. Used by BodyReader and by
// whoever needs single values of a body (model, stream, roles).

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "filters/body_reader.h"
#include "filters/finding.h"

namespace sekisho::filters {

enum class JsonToken { kBeginObject, kEndObject, kBeginArray, kEndArray, kKey, kString, kNumber, kTrue, kFalse, kNull, kEnd, kError };

class JsonScanner {
 public:
  JsonScanner(std::string_view text, int max_depth);

  JsonToken next();
  // Of the last token: its bytes; for strings and keys without the quotes.
  Range range() const { return range_; }
  bool escaped() const { return escaped_; }  // the last string holds a backslash
  std::size_t depth() const { return stack_.size(); }
  // JSON pointer (RFC 6901) of the value the last token is or belongs to; "" = the root. For a key: the pointer of its value.
  std::string pointer() const;
  const BodyError& error() const { return error_; }
  std::size_t position() const { return pos_; }

 private:
  struct Level {
    bool object;
    std::size_t index;   // of the current array element
    Range key;           // of the current member
    bool key_escaped;
  };
  std::string_view text_;
  std::size_t pos_ = 0;
  int max_depth_;
  std::vector<Level> stack_;
  Range range_;
  bool escaped_ = false;
  int state_ = 0;
  BodyError error_;
};

// Decodes the inside of a JSON string. `out` is replaced; `map` gets a segment for each escape (cleared first; identity if there is
// none, then `out` equals `raw`). `base` = original offset of raw[0]. Lone surrogates become U+FFFD. False: malformed escape.
bool unescape_json(std::string_view raw, std::size_t base, std::string& out, OffsetMap& map);

// Appends `text` as the inside of a JSON string; invalid UTF-8 becomes U+FFFD. With `ascii`, everything above U+007F is \u-escaped.
void append_json_escaped(std::string& out, std::string_view text, bool ascii = false);

// The first string/number/true/false/null value at exactly this JSON pointer (decoded), or nullopt. Strict scan up to there only.
// The LAST of duplicate keys would be what most services read, so with duplicates the answer is nullopt.
struct JsonValue {
  JsonToken token = JsonToken::kNull;
  std::string text;
};
bool json_value_at(std::string_view body, std::string_view pointer, JsonValue& out);

// Writes JSON text into a string, commas and escapes taken care of. Calls must form a valid document.
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}
  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();
  JsonWriter& key(std::string_view k);
  JsonWriter& value(std::string_view v);
  JsonWriter& value(const char* v) { return value(std::string_view(v)); }
  JsonWriter& value(long long v);
  JsonWriter& value(int v) { return value(static_cast<long long>(v)); }
  JsonWriter& value(long v) { return value(static_cast<long long>(v)); }
  JsonWriter& value(unsigned long v) { return value(static_cast<long long>(v)); }
  JsonWriter& value(double v);  // shortest form that reads back equal
  JsonWriter& value(bool v);
  JsonWriter& null();
  JsonWriter& raw(std::string_view json);  // an already formed value

 private:
  void separate();
  std::string& out_;
  bool need_comma_ = false;
};

}  // namespace sekisho::filters
