#include "filters/bodies/multipart.h"

#include <algorithm>
#include <utility>

namespace sekisho::filters {
namespace {

constexpr std::size_t kStep = 256u << 10;
constexpr std::size_t kMaxBoundary = 70;

bool boundary_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("'()+_,-./:=? ").find(c) != std::string_view::npos;
}

}  // namespace

std::string multipart_boundary(std::string_view content_type) {
  std::string out;
  if (header_parameter(content_type, "boundary", out) != 1) return {};
  const bool good = !out.empty() && out.size() <= kMaxBoundary && out.back() != ' ' &&
                    std::all_of(out.begin(), out.end(), boundary_character);
  return good ? out : std::string();
}

MultipartReader::MultipartReader(std::string_view text, std::string boundary)
    : text_(text), dashes_("--" + std::move(boundary)) {}

// The first delimiter, or the last one at once (a form without fields).
MultipartReader::Status MultipartReader::begin() {
  begun_ = true;
  if (dashes_.size() == 2 || text_.substr(0, dashes_.size()) != dashes_) return fail();
  return end_part(part_, 0);
}

MultipartReader::Status MultipartReader::next(Part& out) {
  if (state_ == Status::kMalformed || state_ == Status::kEnd) return state_;
  if (!begun_ && begin() == Status::kMalformed) return state_;
  if (last_) return state_ = Status::kEnd;
  if (!in_body_ && header(out) == Status::kMalformed) return state_;
  return body(out);
}

MultipartReader::Status MultipartReader::header(Part&) {
  if (++parts_ > kMaxParts) return fail();
  part_ = {};
  part_.header = {at_, at_};
  const std::string_view head = text_.substr(at_, kMaxPartHeader);
  const std::size_t end = head.substr(0, 2) == "\r\n" ? 0 : head.find("\r\n\r\n");
  if (end == std::string_view::npos) return fail();
  if (end > 0) part_.header.end = at_ + end + 2;
  at_ = part_.header.end + 2;
  part_.body = {at_, at_};
  if (!read_part_header(text_.substr(part_.header.begin, part_.header.size()), part_.fields))
    return fail();
  in_body_ = true;
  at_ -= 2;  // the CRLF of an empty body belongs to its delimiter
  return Status::kMore;
}

// A line that begins like the delimiter: other parsers may take it for one.
bool MultipartReader::delimiter_like(std::size_t at) const {
  return at == 0 || text_[at - 1] == '\n' || text_[at - 1] == '\r';
}

MultipartReader::Status MultipartReader::body(Part& out) {
  const std::size_t window = std::min(text_.size(), at_ + kStep + dashes_.size());
  const std::string_view seen = text_.substr(0, window);
  for (std::size_t hit = seen.find(dashes_, at_); hit != std::string_view::npos;
       hit = seen.find(dashes_, hit + 1)) {
    if (!delimiter_like(hit)) continue;
    if (hit < part_.body.begin || text_.substr(hit - 2, 2) != "\r\n") return fail();
    part_.body.end = std::max(part_.body.begin, hit - 2);
    return end_part(out, hit);
  }
  if (window == text_.size()) return fail();  // no closing delimiter
  at_ = window - dashes_.size();
  return Status::kMore;
}

// At a delimiter: what follows must be a line's end, or "--" and the end of the text.
MultipartReader::Status MultipartReader::end_part(Part& out, std::size_t delimiter) {
  const std::size_t after = delimiter + dashes_.size();
  const std::string_view rest = text_.substr(after);
  last_ = rest == "--" || rest == "--\r\n";
  if (!last_ && rest.substr(0, 2) != "\r\n") return fail();
  at_ = last_ ? text_.size() : after + 2;
  if (!std::exchange(in_body_, false)) return Status::kMore;
  out = std::move(part_);
  return Status::kPart;
}

}  // namespace sekisho::filters
