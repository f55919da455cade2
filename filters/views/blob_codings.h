#pragma once

// Decoding what may be text in disguise, and telling text from chance.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "filters/bodies/decode_stage.h"

namespace sekisho::filters {

class ViewBudget;

// From character `offset` on; both alphabets, everything else passed over.
std::string decode_base64_run(std::string_view text, std::size_t offset);
// False: a character that is none of the coding's.
bool decode_base32(std::string_view text, std::string& out);
bool decode_base85(std::string_view text, std::string& out);
// Pairs of digits; an odd one at the end is left out.
std::string decode_hex(std::string_view digits);

// UTF-8 of characters that are shown, but for a twentieth or a broken end.
bool is_mostly_text(std::string_view bytes);
// The longest stretch of `bytes` that is text.
std::string_view longest_text(std::string_view bytes);

// So many packings within one another are undone.
inline constexpr int kMostPackings = 3;

// What decoded bytes say: unpacked (packed_as, ZIP), turned to UTF-8; nullopt = no text.
// `over` is set when the budget ended the unpacking, `unpacked` when there was any.
struct Readable {
  std::string text;
  bool unpacked = false;
};
std::optional<Readable> readable(std::string bytes, ViewBudget& budget, bool& over,
                                 int packings = kMostPackings);
// Whether the first bytes of something may be text that is not UTF-8.
bool may_be_of_other_charset(std::string_view bytes);

// gzip, zlib, zstd, bzip2 or xz by the first bytes.
std::optional<CodingName> packed_as(std::string_view bytes);
// Deflate without a header by what comes out of the first bytes.
bool inflates_to_text(std::string_view bytes);

}  // namespace sekisho::filters
