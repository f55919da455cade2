#include "filters/bodies/nested_text.h"

#include <algorithm>
#include <cstring>

#include "filters/base64.h"
#include "filters/bodies/json_scanner.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kLeastBase64 = 24;
constexpr std::size_t kMaxMediaType = 256;
constexpr std::size_t kLeastPayload = 4;

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool opens_json(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || text.size() - first < 2) return false;
  return text[first] == '{' || text[first] == '[' || text[first] == '"';
}

bool looks_base64(std::string_view text) {
  if (text.size() < kLeastBase64) return false;
  // Most texts have a space early on.
  return base64_prefix(text.substr(0, kLeastBase64 - 4), false) == kLeastBase64 - 4 ||
         (base64_prefix(text.substr(0, 80), true) == 80 &&
          text.substr(0, 80).find(' ') == std::string_view::npos);
}

std::size_t find_escape(std::string_view text, std::size_t at) {
  while (at + 6 <= text.size()) {
    const void* hit = std::memchr(text.data() + at, '\\', text.size() - at - 5);
    if (hit == nullptr) break;
    at = static_cast<std::size_t>(static_cast<const char*>(hit) - text.data());
    if (text[at + 1] == 'u' && is_hex(text[at + 2]) && is_hex(text[at + 3]) &&
        is_hex(text[at + 4]) && is_hex(text[at + 5]))
      return at;
    ++at;
  }
  return std::string_view::npos;
}

// "data" before the colon, in any case.
bool after_data(std::string_view text, std::size_t colon) {
  if (colon < 4) return false;
  constexpr std::string_view kData = "data";
  for (std::size_t i = 0; i < 4; ++i)
    if ((text[colon - 4 + i] | 0x20) != kData[i]) return false;
  return true;
}

std::size_t find_data_url(std::string_view text, std::size_t at) {
  while (at < text.size()) {
    const void* hit = std::memchr(text.data() + at, ':', text.size() - at);
    if (hit == nullptr) break;
    at = static_cast<std::size_t>(static_cast<const char*>(hit) - text.data());
    if (after_data(text, at)) return at;
    ++at;
  }
  return std::string_view::npos;
}

std::string lower(std::string_view s) {
  std::string out(s);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

bool ends_with(std::string_view s, std::string_view end) {
  return s.size() >= end.size() && s.substr(s.size() - end.size()) == end;
}

bool blank(std::string_view s) {
  return s.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

}  // namespace

bool NestedFinder::worthwhile(std::string_view text) {
  return text.size() >= 4 && (opens_json(text) || looks_base64(text) ||
                              find_data_url(text, 0) != std::string_view::npos ||
                              find_escape(text, 0) != std::string_view::npos);
}

bool NestedFinder::next(NestedSpot& out) {
  out = {};
  out.range = {0, text_.size()};
  switch (stage_) {
    case Stage::kJson:
      stage_ = Stage::kUrls;
      out.kind = NestedSpot::Kind::kJson;
      if (opens_json(text_)) return true;
      [[fallthrough]];
    case Stage::kUrls:
      if (data_url(out)) return true;
      stage_ = Stage::kBase64;
      out.range = {0, text_.size()};
      [[fallthrough]];
    case Stage::kBase64:
      stage_ = Stage::kEscapes;
      out.kind = NestedSpot::Kind::kBase64;
      if (looks_base64(text_) && base64_prefix(text_, true) == text_.size()) return true;
      [[fallthrough]];
    case Stage::kEscapes:
      stage_ = Stage::kDone;
      out.kind = NestedSpot::Kind::kEscapes;
      return find_escape(text_, 0) != std::string_view::npos;
    case Stage::kDone:
      break;
  }
  return false;
}

bool NestedFinder::data_url(NestedSpot& out) {
  for (;;) {
    const std::size_t colon = find_data_url(text_, at_);
    if (colon == std::string_view::npos) return false;
    at_ = colon + 1;
    if (!url_at(colon, out)) continue;
    at_ = out.range.end;
    return true;
  }
}

// data:[type][;parameters][;base64],payload (RFC 2397). A payload inside other text ends where its
// alphabet does.
bool NestedFinder::url_at(std::size_t colon, NestedSpot& out) const {
  const std::string_view head = text_.substr(colon + 1, kMaxMediaType);
  const std::size_t comma = head.find(',');
  if (comma == std::string_view::npos) return false;
  const std::string type = lower(head.substr(0, comma));
  const std::string_view payload = text_.substr(colon + 2 + comma);
  out.kind = NestedSpot::Kind::kDataUrl;
  out.base64 = ends_with(type, ";base64");
  out.media_type = out.base64 ? type.substr(0, type.size() - 7) : type;
  out.whole = blank(text_.substr(0, colon - 4));
  if (!out.whole && type.find_first_of(" \t\r\n") != std::string::npos) return false;
  std::size_t size = payload.size();
  if (out.base64 && payload.find('%') != std::string_view::npos && out.whole) {
    size = payload.size();  // percent signs inside base64 are undone before it
  } else if (out.base64) {
    size = base64_prefix(payload, out.whole);
    out.broken = out.whole && !blank(payload.substr(size));
  } else if (!out.whole) {
    size = std::min(payload.find_first_of(" \t\r\n\"'<>)"), payload.size());
    if (payload.substr(0, size).find('%') == std::string_view::npos) return false;
  }
  const std::size_t begin = colon + 2 + comma;
  out.range = {begin, begin + size};
  return size >= kLeastPayload || out.broken;
}

void unescape_loosely(std::string_view text, std::string& out, OffsetMap& map) {
  map.clear();
  out.clear();
  out.reserve(text.size());
  std::string unit;
  OffsetMap unused;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t hit = std::min(text.find('\\', at), text.size());
    out.append(text.substr(at, hit - at));
    if (hit == text.size()) break;
    std::size_t size = text.substr(hit + 1, 1) == "u" ? 6 : 2;
    // Both halves of a pair, where there are two.
    if (size == 6 && unescape_json(text.substr(hit, 12), 0, unit, unused) && unit.size() == 4)
      size = 12;
    else if (!unescape_json(text.substr(hit, size), 0, unit, unused))
      size = 1, unit = "\\";
    map.add_unit(out.size(), hit, unit.size(), size);
    out += unit;
    at = hit + size;
  }
}

}  // namespace sekisho::filters
