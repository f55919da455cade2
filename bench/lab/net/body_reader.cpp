#include "bench/lab/net/body_reader.h"

#include <algorithm>

namespace sekisho::lab {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char small = static_cast<char>(c | 0x20);
  return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

}  // namespace

BodyReader::BodyReader(Until until, std::uint64_t length)
    : until_(until), step_(Step::kPayload), left_(length) {
  if (until == Until::kLastChunk) step_ = Step::kSize;
  if (until == Until::kLength && length == 0) step_ = Step::kDone;
}

BodyReader BodyReader::for_request(const Framing& framing) {
  if (framing.chunked) return {Until::kLastChunk, 0};
  return {Until::kLength, framing.length.value_or(0)};
}

BodyReader BodyReader::for_response(const Framing& framing) {
  if (framing.chunked) return {Until::kLastChunk, 0};
  if (framing.length) return {Until::kLength, *framing.length};
  return {Until::kClose, UINT64_MAX};
}

std::string_view BodyReader::next(std::string_view& in) {
  while (!in.empty() && !done() && !broken()) {
    if (step_ == Step::kPayload) return take(in);
    step_ = after(in.front());
    in.remove_prefix(1);
  }
  return {};
}

std::string_view BodyReader::take(std::string_view& in) {
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, in.size()));
  const std::string_view piece = in.substr(0, size);
  in.remove_prefix(size);
  if (until_ == Until::kClose) return piece;
  left_ -= size;
  if (!left_) step_ = until_ == Until::kLastChunk ? Step::kChunkCr : Step::kDone;
  return piece;
}

BodyReader::Step BodyReader::after(char c) {
  switch (step_) {
    case Step::kSize:
      return after_size_digit(c);
    case Step::kExtension:
      return c == '\r' ? Step::kSizeLf : Step::kExtension;
    case Step::kSizeLf:
      return c == '\n' ? after_size_line() : Step::kBroken;
    case Step::kChunkCr:
      return c == '\r' ? Step::kChunkLf : Step::kBroken;
    case Step::kChunkLf:
      return c == '\n' ? Step::kSize : Step::kBroken;
    case Step::kTrailer:
      if (c == '\r') return Step::kTrailerLf;
      line_empty_ = false;
      return Step::kTrailer;
    case Step::kTrailerLf:
      if (c != '\n') return Step::kBroken;
      if (line_empty_) return Step::kDone;
      line_empty_ = true;
      return Step::kTrailer;
    default:
      return Step::kBroken;
  }
}

BodyReader::Step BodyReader::after_size_digit(char c) {
  const int value = hex_value(c);
  if (value >= 0) {
    left_ = left_ * 16 + static_cast<unsigned>(value);
    digits_ = true;
    return Step::kSize;
  }
  if (!digits_) return Step::kBroken;
  return c == '\r' ? Step::kSizeLf : Step::kExtension;
}

BodyReader::Step BodyReader::after_size_line() {
  digits_ = false;
  line_empty_ = true;
  return left_ ? Step::kPayload : Step::kTrailer;
}

}  // namespace sekisho::lab
