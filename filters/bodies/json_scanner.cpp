#include "filters/bodies/json_scanner.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "filters/char_set.h"
#include "filters/utf8.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kMaxPath = 1024;
constexpr std::string_view kBom = "\xEF\xBB\xBF";
constexpr std::string_view kCut = "\xE2\x80\xA6";

bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// A byte of a string that is not simply passed over: quote, backslash, control character,
// non-ASCII.
bool is_special(char c) {
  auto u = static_cast<unsigned char>(c);
  return u < 0x20 || u >= 0x80 || c == '"' || c == '\\';
}

const char* skip_plain(const char* p, const char* end) {
#if defined(__SSE2__)
  const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\'),
                space = _mm_set1_epi8(0x20);
  while (end - p >= 16) {
    __m128i x = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    // Signed comparison: control characters and everything above U+007F are both less than a space.
    __m128i hit = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(x, quote), _mm_cmpeq_epi8(x, backslash)),
                               _mm_cmplt_epi8(x, space));
    if (int mask = _mm_movemask_epi8(hit)) return p + __builtin_ctz(static_cast<unsigned>(mask));
    p += 16;
  }
#endif
  while (p < end && !is_special(*p)) ++p;
  return p;
}

// At least one.
bool skip_digits(const char*& p, const char* end) {
  const char* begin = p;
  while (p < end && is_digit(*p)) ++p;
  return p > begin;
}

void append_pointer_part(std::string& out, std::string_view key) {
  if (key.find('~') == key.npos && key.find('/') == key.npos) {
    out += key;
    return;
  }
  for (char c : key) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out.push_back(c);
    }
  }
}

// Cuts at a whole character and marks the cut.
void cut_path(std::string& path) {
  std::size_t end = kMaxPath;
  while (end > 0 && (static_cast<unsigned char>(path[end]) & 0xc0) == 0x80) --end;
  path.resize(end);
  path += kCut;
}

}  // namespace

JsonScanner::JsonScanner(std::string_view text, int max_depth, std::size_t begin)
    : text_(text), pos_(begin), max_depth_(max_depth) {
  if (begin == 0 && text_.substr(0, kBom.size()) == kBom) pos_ = kBom.size();
}

JsonToken JsonScanner::fail(const char* reason, std::size_t at) {
  error_ = {reason, at};
  state_ = State::kFailed;
  return JsonToken::kError;
}

void JsonScanner::skip_space() {
  while (pos_ < text_.size() && is_space(text_[pos_])) ++pos_;
}

JsonToken JsonScanner::next() {
  skip_space();
  switch (state_) {
    case State::kValue:
      return value();
    case State::kFirstElement:
      if (pos_ < text_.size() && text_[pos_] == ']') return end_container(false);
      next_element();
      return value();
    case State::kFirstKey:
      if (pos_ < text_.size() && text_[pos_] == '}') return end_container(true);
      return key();
    case State::kKey:
      return key();
    case State::kAfterValue:
      return after_value();
    case State::kDone:
      return JsonToken::kEnd;
    case State::kFailed:
      break;
  }
  return JsonToken::kError;
}

JsonToken JsonScanner::after_value() {
  if (stack_.empty()) {
    if (pos_ < text_.size()) return fail("json", pos_);
    state_ = State::kDone;
    return JsonToken::kEnd;
  }
  if (pos_ >= text_.size()) return fail("json", pos_);
  bool object = stack_.back().object;
  char c = text_[pos_];
  if (c == (object ? '}' : ']')) return end_container(object);
  if (c != ',') return fail("json", pos_);
  ++pos_;
  skip_space();
  if (object) return key();
  next_element();
  return value();
}

void JsonScanner::next_element() {
  Level& level = stack_.back();
  level.index += level.inside ? 1 : 0;
  level.inside = true;
  path_levels_ = std::min(path_levels_, stack_.size() - 1);
}

JsonToken JsonScanner::key() {
  if (pos_ >= text_.size() || text_[pos_] != '"') return fail("json", pos_);
  if (!scan_string()) return JsonToken::kError;
  Level& level = stack_.back();
  level.inside = true;
  level.key = range_;
  level.key_escaped = escaped_;
  path_levels_ = std::min(path_levels_, stack_.size() - 1);
  skip_space();
  if (pos_ >= text_.size() || text_[pos_] != ':') return fail("json", pos_);
  ++pos_;
  state_ = State::kValue;
  return JsonToken::kKey;
}

JsonToken JsonScanner::value() {
  if (pos_ >= text_.size()) return fail("json", pos_);
  switch (text_[pos_]) {
    case '{':
      return begin_container(true);
    case '[':
      return begin_container(false);
    case '"':
      return scan_string() ? took_value(JsonToken::kString) : JsonToken::kError;
    case 't':
      return literal("true", JsonToken::kTrue);
    case 'f':
      return literal("false", JsonToken::kFalse);
    case 'n':
      return literal("null", JsonToken::kNull);
    default:
      return number();
  }
}

JsonToken JsonScanner::took_value(JsonToken token) {
  state_ = State::kAfterValue;
  return token;
}

JsonToken JsonScanner::begin_container(bool object) {
  if (stack_.size() >= static_cast<std::size_t>(std::max(max_depth_, 0)))
    return fail("depth", pos_);
  range_ = {pos_, pos_ + 1};
  ++pos_;
  Level level{};
  level.object = object;
  stack_.push_back(level);
  state_ = object ? State::kFirstKey : State::kFirstElement;
  return object ? JsonToken::kBeginObject : JsonToken::kBeginArray;
}

JsonToken JsonScanner::end_container(bool object) {
  range_ = {pos_, pos_ + 1};
  ++pos_;
  stack_.pop_back();
  path_levels_ = std::min(path_levels_, stack_.size());
  return took_value(object ? JsonToken::kEndObject : JsonToken::kEndArray);
}

// At the opening quote; leaves pos_ behind the closing one.
bool JsonScanner::scan_string() {
  std::size_t begin = ++pos_;
  escaped_ = false;
  const char* base = text_.data();
  const char* end = base + text_.size();
  for (;;) {
    const char* p = skip_plain(base + pos_, end);
    pos_ = static_cast<std::size_t>(p - base);
    if (p == end) return fail("json", pos_), false;
    if (*p == '"') break;
    if (*p == '\\') {
      if (!scan_escape()) return fail("json", pos_), false;
    } else if (static_cast<unsigned char>(*p) >= 0x80) {
      const char* after = skip_non_ascii(p, end);
      pos_ = static_cast<std::size_t>(after - base);
      if (after == end) return fail("json", pos_), false;
      if (static_cast<unsigned char>(*after) >= 0x80) return fail("utf8", pos_), false;
    } else {
      return fail("json", pos_), false;
    }
  }
  range_ = {begin, pos_};
  ++pos_;
  return true;
}

bool JsonScanner::scan_escape() {
  escaped_ = true;
  std::size_t left = text_.size() - pos_;
  if (left < 2) return false;
  char c = text_[pos_ + 1];
  if (c != 'u') {
    static constexpr CharSet kEscaped{"\"\\/bfnrt"};
    if (!kEscaped.has(c)) return false;
    pos_ += 2;
    return true;
  }
  if (left < 6) return false;
  for (std::size_t i = 2; i < 6; ++i) {
    if (!is_hex(text_[pos_ + i])) return false;
  }
  pos_ += 6;
  return true;
}

JsonToken JsonScanner::literal(std::string_view word, JsonToken token) {
  if (text_.substr(pos_, word.size()) != word) return fail("json", pos_);
  range_ = {pos_, pos_ + word.size()};
  pos_ += word.size();
  return took_value(token);
}

JsonToken JsonScanner::number() {
  const char* const base = text_.data();
  const char* const end = base + text_.size();
  const char* p = base + pos_;
  auto wrong = [&] { return fail("json", static_cast<std::size_t>(p - base)); };
  if (p < end && *p == '-') ++p;
  if (p < end && *p == '0') {
    ++p;
  } else if (!skip_digits(p, end)) {
    return wrong();
  }
  if (p < end && *p == '.' && !skip_digits(++p, end)) return wrong();
  if (p < end && (*p | 0x20) == 'e') {
    ++p;
    if (p < end && (*p == '+' || *p == '-')) ++p;
    if (!skip_digits(p, end)) return wrong();
  }
  range_ = {pos_, static_cast<std::size_t>(p - base)};
  pos_ = range_.end;
  return took_value(JsonToken::kNumber);
}

std::string_view JsonScanner::path() const {
  std::size_t levels = stack_.size();
  if (levels > 0 && !stack_.back().inside) --levels;
  path_levels_ = std::min(path_levels_, levels);
  path_ends_.resize(path_levels_);
  path_.resize(path_levels_ ? path_ends_.back() : 0);
  while (path_levels_ < levels) {
    append_part(stack_[path_levels_++]);
    path_ends_.push_back(path_.size());
  }
  return path_;
}

void JsonScanner::append_part(const Level& level) const {
  if (path_.size() >= kMaxPath) return;
  path_.push_back('/');
  if (!level.object) {
    char digits[24];
    auto done = std::to_chars(digits, digits + sizeof digits, level.index);
    path_.append(digits, done.ptr);
  } else {
    std::string_view raw = text_.substr(level.key.begin, level.key.size());
    if (level.key_escaped) {
      OffsetMap map;
      unescape_json(raw, 0, key_text_, map);
      raw = key_text_;
    }
    append_pointer_part(path_, raw.substr(0, kMaxPath + 4));
  }
  if (path_.size() >= kMaxPath) cut_path(path_);
}

namespace {

// How often a value was seen under each prefix of a pointer.
class PointerWatch {
 public:
  explicit PointerWatch(std::string_view pointer) : pointer_(pointer) {}

  // False: this key of the pointer's path was there before.
  bool key(std::string_view path) {
    if (!on_way(path)) return true;
    bool seen = std::find(seen_.begin(), seen_.end(), path.size()) != seen_.end();
    seen_.push_back(path.size());
    return !seen;
  }

 private:
  bool on_way(std::string_view path) const {
    return pointer_.substr(0, path.size()) == path &&
           (pointer_.size() == path.size() || pointer_[path.size()] == '/');
  }
  std::string_view pointer_;
  std::vector<std::size_t> seen_;
};

bool is_scalar(JsonToken t) {
  return t == JsonToken::kString || t == JsonToken::kNumber || t == JsonToken::kTrue ||
         t == JsonToken::kFalse || t == JsonToken::kNull;
}

void take_scalar(const JsonScanner& scan, std::string_view body, JsonToken token, JsonValue& out) {
  out.token = token;
  std::string_view raw = body.substr(scan.range().begin, scan.range().size());
  OffsetMap map;
  if (token == JsonToken::kString) {
    unescape_json(raw, 0, out.text, map);
  } else {
    out.text = raw;
  }
}

}  // namespace

bool json_value_at(std::string_view body, std::string_view pointer, JsonValue& out) {
  constexpr int kDepth = 256;
  const auto deepest = static_cast<std::size_t>(std::count(pointer.begin(), pointer.end(), '/'));
  JsonScanner scan(body, kDepth);
  PointerWatch watch(pointer);
  bool found = false;
  for (;;) {
    JsonToken token = scan.next();
    if (token == JsonToken::kError) return false;
    if (token == JsonToken::kEnd) return found;
    if (scan.depth() > deepest) continue;
    if (token == JsonToken::kKey && !watch.key(scan.path())) return false;
    if (scan.depth() == deepest && is_scalar(token) && scan.path() == pointer) {
      take_scalar(scan, body, token, out);
      found = true;
    }
  }
}

}  // namespace sekisho::filters
