#include "filters/bodies/json_values.h"

namespace sekisho::filters {

void JsonValues::push(std::string_view bytes) {
  buffer_.erase(0, begin_);
  scanned_ -= begin_;
  begin_ = 0;
  buffer_.append(bytes);
}

bool JsonValues::take(Piece& piece, std::size_t end, Kind kind) {
  piece.kind = kind;
  piece.bytes = std::string_view(buffer_).substr(begin_, end - begin_);
  begin_ = end;
  scanned_ = end;
  return true;
}

bool JsonValues::outside(Piece& piece) {
  while (scanned_ < buffer_.size()) {
    const char c = buffer_[scanned_];
    const bool opens_array = c == '[' && !started_;
    if (!opens_array && (c == '{' || c == '[' || c == '"' || (c == ']' && in_array_))) break;
    in_array_ = in_array_ || opens_array;
    if (c != ' ' && c != '\t' && c != '\r' && c != '\n') started_ = true;
    ++scanned_;
  }
  if (scanned_ > begin_) return take(piece, scanned_, Kind::kRaw);
  if (scanned_ == buffer_.size()) return false;
  if (buffer_[begin_] == ']') {
    in_array_ = false;
    return take(piece, begin_ + 1, Kind::kArrayEnd);
  }
  started_ = in_value_ = true;
  scalar_ = buffer_[begin_] == '"';
  long_ = false;
  depth_ = 0;
  return inside(piece);
}

// Follows strings and brackets; true when the value ends with `c`.
bool JsonValues::ends_value(char c) {
  if (in_string_) {
    if (escaped_)
      escaped_ = false;
    else if (c == '\\')
      escaped_ = true;
    else if (c == '"')
      in_string_ = false;
    return scalar_ && !in_string_;
  }
  if (c == '"') in_string_ = true;
  if (c == '{' || c == '[') ++depth_;
  if (c == '}' || c == ']') return --depth_ == 0;
  return false;
}

bool JsonValues::inside(Piece& piece) {
  while (scanned_ < buffer_.size()) {
    if (!ends_value(buffer_[scanned_++])) continue;
    in_value_ = false;
    return take(piece, scanned_, scalar_ || long_ ? Kind::kRaw : Kind::kValue);
  }
  if (!long_ && held() <= limit_) return false;
  if (!long_) ++over_limit_;
  long_ = true;
  return begin_ < buffer_.size() && take(piece, buffer_.size(), Kind::kRaw);
}

bool JsonValues::next(Piece& piece) {
  return in_value_ ? inside(piece) : outside(piece);
}

bool JsonValues::rest(Piece& piece) {
  return begin_ < buffer_.size() && take(piece, buffer_.size(), Kind::kRaw);
}

}  // namespace sekisho::filters
