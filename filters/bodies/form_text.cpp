#include "filters/bodies/form_text.h"

#include <algorithm>

namespace sekisho::filters {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The byte of the %XX at `at`, or -1.
int percent_byte(std::string_view raw, std::size_t at) {
  if (raw.size() - at < 3) return -1;
  int high = hex_value(raw[at + 1]), low = hex_value(raw[at + 2]);
  return high < 0 || low < 0 ? -1 : high << 4 | low;
}

}  // namespace

std::string_view decode_percent(std::string_view raw, std::size_t base, bool plus_is_space,
                                std::string& storage, OffsetMap& map) {
  map.clear();
  const char* marks = plus_is_space ? "%+" : "%";
  std::size_t at = raw.find_first_of(marks);
  if (at == std::string_view::npos) return raw;
  storage.assign(raw.substr(0, at));
  storage.reserve(raw.size());
  for (; at < raw.size();) {
    int byte = raw[at] == '%' ? percent_byte(raw, at) : -1;
    if (byte >= 0) {
      map.add(storage.size(), base + at);
      storage.push_back(static_cast<char>(byte));
      at += 3;
      map.add(storage.size(), base + at);
    } else {
      storage.push_back(raw[at] == '+' && plus_is_space ? ' ' : raw[at]);
      ++at;
    }
  }
  return storage;
}

std::string percent_decoded(std::string_view raw) {
  if (raw.find('%') == std::string_view::npos) return std::string(raw);
  OffsetMap map;
  std::string storage;
  return std::string(decode_percent(raw, 0, false, storage, map));
}

bool FormWalker::next(Part& out) {
  while (pos_ < text_.size()) {
    std::size_t end = text_.find_first_of(at_value_ ? "&" : "=&", pos_);
    end = std::min(end, text_.size());
    out = {text_.substr(pos_, end - pos_), pos_, !at_value_};
    at_value_ = !at_value_ && end < text_.size() && text_[end] == '=';
    pos_ = end + 1;
    if (!out.raw.empty()) return true;
  }
  return false;
}

}  // namespace sekisho::filters
