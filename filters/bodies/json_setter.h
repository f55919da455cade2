#pragma once

// Sets fields of a JSON object by edits of its original bytes: a value that is there is replaced,
// one that is not is inserted, everything else stays as it is.

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "filters/bodies/edits.h"
#include "filters/bodies/json_scanner.h"

namespace sekisho::filters {

struct JsonField {
  std::string pointer;  // RFC 6901 through names of fields, "/provider/zdr"
  std::string value;    // formed JSON
};

class JsonSetter {
 public:
  // What stood at a field before.
  enum class Was { kAbsent, kSame, kOther };

  // `text` must outlive this. Errors: those of JsonScanner; "not_an_object" (the root), "conflict"
  // (a field, and another one inside it), "duplicate_key" (a name on the way to a field stands
  // twice: parsers differ in which one they read).
  JsonSetter(std::string_view text, const std::vector<JsonField>& fields);

  bool step();                                         // about 256 KiB; true = there is more to do
  const std::string& error() const { return error_; }  // "" = none
  // When done without an error: the edits, and what stood at each of `fields`. What has the
  // value already is not edited.
  std::vector<Edit> take_edits() { return std::move(edits_); }
  const std::vector<Was>& was() const { return was_; }

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  struct Node {
    std::vector<std::pair<std::string, std::size_t>> children;  // name, node
    std::size_t field = kNone;
  };
  // An object on the way to a field.
  struct Object {
    std::size_t node = 0;
    std::size_t begin = 0;  // after its {
    bool has_members = false;
    std::vector<bool> seen;  // by child
  };

  bool plant(std::size_t field);
  bool fail(std::string why);
  bool take(JsonToken token);
  bool take_key();
  bool begin_value(JsonToken token);
  void replace(std::size_t node, Range range);
  void close_object();
  std::string built(std::size_t node) const;
  Range whole(JsonToken token) const;

  std::string_view text_;
  const std::vector<JsonField>& fields_;
  JsonScanner scanner_;
  std::vector<Node> nodes_;
  std::vector<Object> objects_;
  std::size_t depth_ = 0;          // containers open
  std::size_t wanted_ = kNone;     // node of the value that comes next
  std::size_t replacing_ = kNone;  // node whose container value is being passed over
  std::size_t replaced_from_ = 0, replaced_depth_ = 0;
  std::string key_;
  std::vector<Edit> edits_;
  std::vector<Was> was_;
  std::string error_;
  bool done_ = false;
};

}  // namespace sekisho::filters
