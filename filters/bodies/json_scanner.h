#pragma once

// A strict RFC 8259 pull scanner over one buffer, with exact byte ranges and the path to each
// token. Used by BodyReader and by whoever needs single values of a body (model, stream, roles).

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "filters/bodies/body_reader.h"
#include "filters/finding.h"

namespace sekisho::filters {

enum class JsonToken {
  kBeginObject,
  kEndObject,
  kBeginArray,
  kEndArray,
  kKey,
  kString,
  kNumber,
  kTrue,
  kFalse,
  kNull,
  kEnd,
  kError
};

class JsonScanner {
 public:
  // Scans text[begin, …) as one document; ranges and errors count from text[0]. A UTF-8 BOM at
  // text[0] is skipped. Errors: "json", "depth", "utf8".
  JsonScanner(std::string_view text, int max_depth, std::size_t begin = 0);

  JsonToken next();
  // Of the last token: its bytes; for strings and keys without the quotes.
  Range range() const { return range_; }
  bool escaped() const { return escaped_; }  // the last string holds a backslash
  std::size_t depth() const { return stack_.size(); }
  // JSON pointer (RFC 6901) of the value the last token is or belongs to; "" = the root. For a key:
  // the pointer of its value. One over 1 KiB is cut there and ends in "…" (a long key over many
  // values must not cost its length for each).
  std::string pointer() const { return std::string(path()); }
  // The same without a copy, valid until the next token.
  std::string_view path() const;
  const BodyError& error() const { return error_; }
  std::size_t position() const { return pos_; }

 private:
  enum class State { kValue, kFirstElement, kFirstKey, kKey, kAfterValue, kDone, kFailed };
  struct Level {
    bool object;
    bool inside = false;    // a member or element has begun
    std::size_t index = 0;  // of the current array element
    Range key;              // of the current member
    bool key_escaped = false;
  };

  JsonToken fail(const char* reason, std::size_t at);
  void skip_space();
  JsonToken value();
  JsonToken key();
  JsonToken begin_container(bool object);
  JsonToken end_container(bool object);
  JsonToken after_value();
  bool scan_string();
  bool scan_escape();
  JsonToken number();
  JsonToken literal(std::string_view word, JsonToken token);
  JsonToken took_value(JsonToken token);
  void next_element();
  void append_part(const Level& level) const;

  std::string_view text_;
  std::size_t pos_ = 0;
  int max_depth_;
  State state_ = State::kValue;
  std::vector<Level> stack_;
  Range range_;
  bool escaped_ = false;
  BodyError error_;
  // The pointer is built only when asked for, from the first level that changed since.
  mutable std::string path_;
  mutable std::vector<std::size_t> path_ends_;
  mutable std::size_t path_levels_ = 0;
  mutable std::string key_text_;
};

// Decodes the inside of a JSON string. `out` is replaced; `map` gets a segment for each escape
// (cleared first; identity if there is none, then `out` equals `raw`). `base` = original offset of
// raw[0]. Lone surrogates become U+FFFD. False: malformed escape.
bool unescape_json(std::string_view raw, std::size_t base, std::string& out, OffsetMap& map);

// Appends `text` as the inside of a JSON string; invalid UTF-8 becomes U+FFFD. With `ascii`,
// everything above U+007F is \u-escaped.
void append_json_escaped(std::string& out, std::string_view text, bool ascii = false);

// The string/number/true/false/null value at exactly this JSON pointer (strings decoded). False:
// none there, or the body is not strict JSON, or a key of the pointer's path occurs twice (parsers
// differ in which one they read).
struct JsonValue {
  JsonToken token = JsonToken::kNull;
  std::string text;
};
bool json_value_at(std::string_view body, std::string_view pointer, JsonValue& out);

// Writes JSON text into a string, commas and escapes taken care of. Calls must form a valid
// document.
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
  JsonWriter& value(unsigned v) { return value(static_cast<unsigned long long>(v)); }
  JsonWriter& value(unsigned long v) { return value(static_cast<unsigned long long>(v)); }
  JsonWriter& value(unsigned long long v);
  JsonWriter& value(double v);  // shortest form that reads back equal; null for NaN and infinities
  JsonWriter& value(bool v);
  JsonWriter& null();
  JsonWriter& raw(std::string_view json);  // an already formed value

 private:
  void separate();
  std::string& out_;
  bool need_comma_ = false;
};

}  // namespace sekisho::filters
