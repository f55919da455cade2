#pragma once

// Base64 as clients write it: standard and URL alphabets, with or without padding, in lines.

#include <string>
#include <string_view>

namespace sekisho::filters {

// How many characters from the start are base64: digits, white space between them, padding at the
// end.
std::size_t base64_prefix(std::string_view text, bool spaces);

// Appends the bytes of `text`, of which every character must be of base64_prefix. False: a digit is
// left over (the last bytes are missing).
bool append_base64(std::string& out, std::string_view text);

// Bytes of a file format that is not text: image, sound, document, archive.
bool has_file_magic(std::string_view bytes);

}  // namespace sekisho::filters
