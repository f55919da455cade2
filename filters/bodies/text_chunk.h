#pragma once

// A piece of text of a request, with the way back to the bytes it came from.

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "filters/finding.h"

namespace sekisho::filters {

enum class Place { kPath, kQuery, kHeader, kBody };

// How the text stands in the text around it; decides how a replacement is written (replacement.h).
enum class Coding {
  kPlain,       // text == bytes, or ASCII stands for itself (Shift_JIS, quoted-printable, …)
  kJsonString,  // between the quotes of a JSON string; replacements are ASCII without quotes or
                // backslashes
  kForm,        // application/x-www-form-urlencoded value or key, or a query
  kPercent,     // a URL path, a data: URL
  kUtf16Le,     // ASCII in units of two or four bytes
  kUtf16Be,
  kUtf32Le,
  kUtf32Be,
  kFixed,  // cannot be written in place: base64, the header of a part
};

// Maps offsets of decoded text to offsets of the original bytes. Identity when nothing was added.
// Two bytes an escape (and a checkpoint every 64), so that a body of nothing but escapes costs no
// more than itself.
class OffsetMap {
 public:
  // From text offset `text` on, text stands at `original` in the original bytes, one to one until
  // the next call's offset (a decoded unit of other length, such as an escape, gets one call at its
  // begin and one at its end). Calls come in ascending order.
  void add(std::size_t text, std::size_t original);
  // The same for one unit: two calls, at its begin and at its end.
  void add_unit(std::size_t text, std::size_t original, std::size_t text_size,
                std::size_t original_size);
  void clear();
  bool identity() const { return !started_; }
  // The original bytes that text[r.begin, r.end) came from, whole units only: a unit that is cut is
  // included whole. `base` is the original offset of text offset 0 when the map is the identity;
  // `original_end` the end of the chunk.
  Range original(Range r, std::size_t base, std::size_t original_end) const;

 private:
  struct Place {
    std::size_t text = 0, original = 0;
  };
  struct Checkpoint {
    Place place;
    std::size_t code = 0;  // index in codes_ of the record that begins at `place`
  };
  struct Unit {
    Place begin, end;
    bool literal = true;
  };
  void put_unit(std::size_t text_size, std::size_t original_size);
  Unit unit_at(std::size_t text) const;

  // Records of a literal run's length (LEB128) and the unit after it: one byte text<<4|original, or
  // 0 and both sizes as LEB128.
  std::vector<unsigned char> codes_;
  std::vector<Checkpoint> checkpoints_;
  std::size_t units_ = 0;
  std::size_t literal_ = 0;  // length of the run after the last unit, as far as known
  Place coded_;              // where the records of codes_ end
  Place last_;
  bool started_ = false;
};

// How a document stands in the text around it: JSON in a JSON string, a part of a multipart body,
// text in another charset.
struct Layer {
  const Layer* outer = nullptr;  // of the text around it; null = that is the original bytes
  Coding coding = Coding::kPlain;
  Range range;  // in the text around it
  OffsetMap map;
  bool whole = false;  // no smaller place than all of `range` can be named (base64)
  // ISO-2022-JP: from where on bytes mean ASCII (true) or something else; in the text around it.
  std::vector<std::pair<std::size_t, bool>> shifts;

  // Can the bytes of `r` (in the text around it) be replaced by ASCII?
  bool takes_ascii(Range r) const;
};

struct TextChunk {
  Place place = Place::kBody;
  Coding coding = Coding::kPlain;
  // JSON pointer ("/messages/0/content", RFC 6901; NDJSON values are prefixed "/0", "/1", …),
  // header or form field name, "path", "query"; "text" for a plain body. A pointer or name over 1
  // KiB is cut there and ends in "…". It holds what the client wrote (keys), so whoever records it
  // must first look whether a finding is in it.
  std::string where;
  bool is_key = false;  // an object key or form field name: found, never edited
  bool is_number =
      false;    // a JSON number: an edit must replace the whole of `range`, by a JSON value
  Range range;  // in `around`: the original bytes of its place (decoded body, target, header
                // value), or the text of the document that `outer` describes
  std::string_view text;  // decoded; valid until the next chunk is taken
  OffsetMap map;          // text -> `around`

  // Of bodies only.
  const Layer* outer = nullptr;  // of the document the chunk stands in; null = the body itself
  std::string_view around;       // the text `range` counts in
  bool root_json = false;      // stands in the JSON document that the body is, not in a nested one
  std::size_t root_where = 0;  // how much of `where` is the place in the outermost document
  bool again = false;          // this text was, or will be, read in another way as well
  bool holds_json = false;     // the whole text is JSON; its strings were the chunks before this
};

// Where a piece of a chunk's text stands in the original bytes, and what a replacement must go
// through on its way there.
struct Spot {
  Range range;
  std::vector<Coding> outer;  // of the layers around the chunk, innermost first
  bool fixed = false;         // cannot be replaced in place
};
Spot locate(const TextChunk& chunk, Range piece);

}  // namespace sekisho::filters
