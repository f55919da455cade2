#include "filters/bodies/json_place.h"

#include <algorithm>

namespace sekisho::filters {
namespace {

constexpr int kDepth = 256;

}  // namespace

JsonPlaces::JsonPlaces(std::string_view text) : text_(text), json_(text, kDepth) {}

JsonPlace JsonPlaces::find(Range piece) {
  while (token_ != JsonToken::kEnd && token_ != JsonToken::kError &&
         json_.range().end <= piece.begin)
    token_ = json_.next();
  const Range token = json_.range();
  if (piece.begin < token.begin || piece.end > token.end) return {};
  switch (token_) {
    case JsonToken::kKey:
      return {JsonPlace::Kind::kKey, piece};
    case JsonToken::kNumber:
      return {JsonPlace::Kind::kNumber, token};
    case JsonToken::kString:
      return in_string(piece);
    default:
      return {};
  }
}

JsonPlace JsonPlaces::in_string(Range piece) {
  const Range token = json_.range();
  Range grown = piece;
  unit_ = std::max(unit_, token.begin);
  for (std::size_t at = unit_; at < piece.end;) {
    std::size_t size = 1;
    if (text_[at] == '\\') size = text_.substr(at + 1, 1) == "u" ? 6 : 2;
    const std::size_t end = std::min(at + size, token.end);
    if (at < grown.begin && end > grown.begin) grown.begin = at;
    if (end > grown.end) grown.end = end;
    if (end <= piece.begin) unit_ = end;
    at = end;
  }
  return {JsonPlace::Kind::kString, grown};
}

}  // namespace sekisho::filters
