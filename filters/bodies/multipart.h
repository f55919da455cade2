#pragma once

// multipart bodies (RFC 2046, RFC 7578), read so strictly that no two parsers can differ about
// where a part begins: nothing before the first delimiter, nothing after the last, CRLF everywhere,
// and no line that merely looks like a delimiter.

#include <cstddef>
#include <string>
#include <string_view>

#include "filters/bodies/part_header.h"
#include "filters/finding.h"

namespace sekisho::filters {

inline constexpr std::size_t kMaxParts = 1000;
inline constexpr std::size_t kMaxPartHeader = 16u << 10;

// The boundary of a content type; "" = none, twice, or one that RFC 2046 does not allow.
std::string multipart_boundary(std::string_view content_type);

class MultipartReader {
 public:
  enum class Status { kPart, kMore, kEnd, kMalformed };
  struct Part {
    Range header;  // the lines, in the text; CRLF of the last included
    Range body;
    PartHeader fields;
  };

  // `text` must outlive the reader.
  MultipartReader(std::string_view text, std::string boundary);

  // Looks at about 256 KiB. kMore = nothing yet, call again. The last status stays.
  Status next(Part& out);
  std::size_t position() const { return at_; }

 private:
  Status fail() { return state_ = Status::kMalformed; }
  Status begin();
  Status header(Part& out);
  Status body(Part& out);
  Status end_part(Part& out, std::size_t delimiter);
  bool delimiter_like(std::size_t at) const;

  std::string_view text_;
  std::string dashes_;  // "--boundary"
  std::size_t at_ = 0;  // searched so far
  std::size_t parts_ = 0;
  bool in_body_ = false, begun_ = false, last_ = false;
  Part part_;
  Status state_ = Status::kMore;
};

}  // namespace sekisho::filters
