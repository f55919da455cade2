#pragma once

// Text in other charsets than UTF-8, read strictly and with the way back: names, sniffing,
// decoding.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "filters/bodies/text_chunk.h"

namespace sekisho::filters {

enum class Charset {
  kUtf8,
  kUtf16,  // without a mark: either order
  kUtf16Le,
  kUtf16Be,
  kUtf32,
  kUtf32Le,
  kUtf32Be,
  kIso2022Jp,
  kShiftJis,  // as Windows writes it (code page 932)
  kEucJp,
  kWindows1252,  // also what is called Latin-1
  kGb18030,
  kBig5,
  kEucKr,
  kNone,     // no charset stated
  kUnknown,  // a name that is not read
};

// By the name in a content type or a `_charset_` field; "" = kNone. Case does not matter.
Charset charset_named(std::string_view name);

// How bytes may be read as text, likeliest first; empty = in no way (reason "charset", or "utf8"
// where UTF-8 was stated). Every reading is inspected, since nobody knows which one the service
// will choose: a mark beats what is stated; bytes that are UTF-8 although another charset is stated
// are read both ways; bytes without a statement that are not UTF-8 are read as every Japanese
// charset that fits their beginning.
std::vector<Charset> charset_readings(Charset stated, std::string_view bytes);

// UTF-16 or UTF-32 by a mark, or by the NUL that every ASCII character brings; kNone = neither.
// Looks at the first bytes only.
Charset sniff_wide(std::string_view bytes);

// Turns `bytes` into UTF-8, step by step.
class CharsetDecoder {
 public:
  enum class Status { kMore, kDone, kInvalid };

  // `bytes` must outlive the decoder. Not for kUtf16 and kUtf32 without their order, kNone,
  // kUnknown.
  CharsetDecoder(Charset charset, std::string_view bytes);
  ~CharsetDecoder();

  // Appends the text of about 64 KiB of input to `out`, and to `layer` the way back (positions in
  // `bytes`, from `base` on). A mark at the beginning is left out. Invalid: unassigned or malformed
  // sequences, lone surrogates, a cut end.
  Status step(std::string& out, Layer& layer, std::size_t base);
  std::size_t position() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// How ASCII stands in this charset.
Coding coding_of(Charset charset);

}  // namespace sekisho::filters
