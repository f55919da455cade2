#pragma once

// The header of one part of a multipart body, read strictly.

#include <string>
#include <string_view>
#include <vector>

namespace sekisho::filters {

struct PartHeader {
  std::string content_type;  // as written; "" = none
  std::string charset;       // its parameter
  std::string name;          // of the form field
  bool has_name = false, has_filename = false;
  enum class Transfer { kIdentity, kBase64, kQuotedPrintable } transfer = Transfer::kIdentity;
  // What names and file names say once RFC 5987, RFC 2047 and percent signs are undone, where that
  // differs from the bytes.
  std::vector<std::string> decoded;
};

// `block`: the lines between the delimiter and the empty line, each ended by CRLF. False: a name or
// line that is none, folding, control characters, a known field or parameter twice, a transfer
// encoding that is not read, over 32 lines, text that is neither UTF-8 nor ASCII.
bool read_part_header(std::string_view block, PartHeader& out);

// A parameter of a header value such as a content type ("boundary"). The count of times it stands
// there; `out` = the first, unquoted. -1: the value is malformed.
int header_parameter(std::string_view value, std::string_view name, std::string& out);

}  // namespace sekisho::filters
