#include "gateway/http/chunked.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace sekisho::gateway {
namespace {

constexpr std::size_t kMaxSizeDigits = 16;

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Framing, routing, credentials, how to read the content: decided by the head alone (RFC
// 9110 6.5.1).
constexpr std::array<std::string_view, 25> kHeadOnly = {"content-length",
                                                        "transfer-encoding",
                                                        "host",
                                                        "authorization",
                                                        "content-type",
                                                        "content-encoding",
                                                        "content-range",
                                                        "trailer",
                                                        "te",
                                                        "connection",
                                                        "keep-alive",
                                                        "proxy-connection",
                                                        "proxy-authenticate",
                                                        "expect",
                                                        "proxy-authorization",
                                                        "upgrade",
                                                        "cookie",
                                                        "set-cookie",
                                                        "cache-control",
                                                        "max-forwards",
                                                        "range",
                                                        "www-authenticate",
                                                        "location",
                                                        "if-match",
                                                        "if-none-match"};

bool is_head_only(std::string_view name) {
  return std::any_of(kHeadOnly.begin(), kHeadOnly.end(),
                     [name](std::string_view n) { return iequals(n, name); });
}

FramingError bad_size() {
  return framing_error("bad_chunk_size",
                       "A chunk size is not a hexadecimal number of at most 16 digits.");
}
FramingError bad_chunk_end() {
  return framing_error("bad_chunk_end", "A chunk is not followed by CRLF.");
}

}  // namespace

Fault ChunkedReader::read(std::string_view& in, std::string& out) {
  while (!in.empty() && state_ != State::kDone) {
    if (state_ == State::kData) {
      take_data(in, out);
    } else if (state_ == State::kTrailer) {
      if (Fault fault = read_trailer(in)) return fault;
    } else {
      const char c = in.front();
      in.remove_prefix(1);
      if (Fault fault = step(c)) return fault;
    }
  }
  return std::nullopt;
}

void ChunkedReader::take_data(std::string_view& in, std::string& out) {
  const std::size_t size = std::min<std::uint64_t>(left_, in.size());
  out.append(in.substr(0, size));
  in.remove_prefix(size);
  left_ -= size;
  if (left_ == 0) state_ = State::kDataCr;
}

Fault ChunkedReader::step(char c) {
  switch (state_) {
    case State::kSize:
      return read_size(c);
    case State::kExtension:
      return read_extension(c);
    case State::kSizeLf:
      return read_size_end(c);
    case State::kDataCr:
      state_ = State::kDataLf;
      return c == '\r' ? std::nullopt : Fault(bad_chunk_end());
    default:
      state_ = State::kSize;
      return c == '\n' ? std::nullopt : Fault(bad_chunk_end());
  }
}

Fault ChunkedReader::read_size(char c) {
  const int digit = hex_value(c);
  if (digit >= 0) {
    left_ = left_ * 16 + static_cast<unsigned>(digit);
    return ++counted_ > kMaxSizeDigits ? Fault(bad_size()) : std::nullopt;
  }
  if (counted_ == 0) return bad_size();
  counted_ = 0;
  if (c == ';') {
    state_ = State::kExtension;
  } else if (c == '\r') {
    state_ = State::kSizeLf;
  } else {
    return bad_size();
  }
  return std::nullopt;
}

Fault ChunkedReader::read_extension(char c) {
  if (c == '\r') {
    state_ = State::kSizeLf;
    return std::nullopt;
  }
  if (!is_field_text(std::string_view(&c, 1))) {
    return framing_error("bad_chunk_extension", "A chunk extension holds a control character.");
  }
  if (++counted_ <= kMaxExtension) return std::nullopt;
  return framing_error("chunk_extension_limit", "A chunk extension is longer than 256 bytes.");
}

Fault ChunkedReader::read_size_end(char c) {
  if (c != '\n') return bad_size();
  counted_ = 0;
  state_ = left_ == 0 ? State::kTrailer : State::kData;
  return std::nullopt;
}

Fault ChunkedReader::read_trailer(std::string_view& in) {
  const std::size_t end = in.find('\n');
  const std::size_t size = end == std::string_view::npos ? in.size() : end + 1;
  if (trailer_.size() + size > kMaxTrailer) {
    return framing_error("trailer_limit", "The trailers are longer than 8192 bytes.");
  }
  trailer_.append(in.substr(0, size));
  in.remove_prefix(size);
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = std::string_view(trailer_).substr(line_);
  if (line == "\r\n") return finish_trailers();
  if (!line.ends_with("\r\n")) {
    return framing_error("bare_lf", "A trailer line ends in LF without CR.");
  }
  line_ = trailer_.size();
  return std::nullopt;
}

Fault ChunkedReader::finish_trailers() {
  state_ = State::kDone;
  if (trailer_.size() == 2) return std::nullopt;
  if (Fault fault = take_fields(trailer_, kMaxTrailerLines, trailers_)) {
    fault->status = 400;
    return fault;
  }
  for (const Header& h : trailers_) {
    if (!is_head_only(h.name)) continue;
    return framing_error("forbidden_trailer", "The header " + h.name + " stands in the trailers.");
  }
  return std::nullopt;
}

std::string chunk_prefix(std::size_t size) {
  std::array<char, 20> text;
  char* end = std::to_chars(text.data(), text.data() + 16, size, 16).ptr;
  *end++ = '\r';
  *end++ = '\n';
  return std::string(text.data(), end);
}

std::string last_chunk(const Headers& trailers) {
  std::string out = "0\r\n";
  for (const Header& h : trailers) out.append(h.name).append(": ").append(h.value).append("\r\n");
  return out += "\r\n";
}

}  // namespace sekisho::gateway
