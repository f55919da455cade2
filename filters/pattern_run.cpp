#include "filters/pattern_run.h"

#include <algorithm>
#include <optional>

#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

using Bytes = std::bitset<256>;
constexpr std::size_t kFarthest = 64;  // bytes looked at; longer matches are held to these

Bytes listed(std::string_view bytes) {
  Bytes out;
  for (const char c : bytes) out.set(static_cast<unsigned char>(c));
  return out;
}

Bytes range(unsigned from, unsigned to) {
  Bytes out;
  for (unsigned c = from; c <= to && c < 256; ++c) out.set(c);
  return out;
}

const Bytes kAll = Bytes().set();
const Bytes kHigh = range(0x80, 0xFF);  // any part of a character that is not ASCII

// Of the escapes that are worth telling; everything else may be any byte.
Bytes bytes_of_escape(char c) {
  const Bytes digits = range('0', '9');
  if (c == 'd') return digits;
  if (c == 'w') return digits | range('a', 'z') | range('A', 'Z') | listed("_");
  if (c == 's') return listed(" \t\n\f\r\v");
  return is_alnum(static_cast<unsigned char>(c)) ? kAll : listed(std::string_view(&c, 1));
}

// Recursive descent over the syntax of RE2. All bytes of all alternatives are taken together; the
// flag (?i) is taken to hold for all of the pattern.
class Walk {
 public:
  explicit Walk(std::string_view pattern) : text_(pattern) {
    for (std::size_t pos = pattern.find("(?"); pos != std::string_view::npos;
         pos = pattern.find("(?", pos + 2)) {
      const std::string_view flags =
          pattern.substr(pos + 2, pattern.find_first_of(":)", pos) - pos - 2);
      folds_ = folds_ || flags.find('i') != std::string_view::npos;
    }
  }

  PatternRun whole() {
    const std::size_t least = alternatives();
    if (failed_ || pos_ < text_.size()) return {};
    return {bytes_, std::min(least, kFarthest)};
  }

 private:
  char peek() const { return pos_ < text_.size() ? text_[pos_] : '\0'; }
  bool at(char c) const { return pos_ < text_.size() && text_[pos_] == c; }
  std::size_t fail() {
    failed_ = true;
    pos_ = text_.size();
    return 0;
  }

  std::size_t alternatives() {
    if (++depth_ > 200) return fail();
    std::size_t least = sequence();
    while (at('|')) {
      ++pos_;
      least = std::min(least, sequence());
    }
    --depth_;
    return least;
  }

  std::size_t sequence() {
    std::size_t sum = 0;
    while (pos_ < text_.size() && peek() != '|' && peek() != ')') sum += repeated();
    return std::min(sum, kFarthest);
  }

  std::size_t repeated() {
    std::size_t one = atom();
    while (pos_ < text_.size()) {
      if (at('*') || at('?')) {
        one = 0;
        ++pos_;
      } else if (at('+')) {
        ++pos_;
      } else if (const std::optional<std::size_t> times = at('{') ? fewest() : std::nullopt) {
        one = std::min(one * *times, kFarthest);
      } else {
        break;
      }
    }
    return one;
  }

  // "{n}", "{n,}", "{n,m}"; anything else is a literal brace.
  std::optional<std::size_t> fewest() {
    const std::size_t close = text_.find('}', pos_);
    if (close == std::string_view::npos) return std::nullopt;
    const std::string_view inside = text_.substr(pos_ + 1, close - pos_ - 1);
    if (inside.empty() || inside[0] == ',' ||
        inside.find_first_not_of("0123456789,") != std::string_view::npos)
      return std::nullopt;
    std::size_t least = 0;
    for (const char c : inside.substr(0, inside.find(',')))
      least = std::min(least * 10 + static_cast<std::size_t>(c - '0'), kFarthest);
    pos_ = close + 1;
    return least;
  }

  std::size_t atom() {
    const char c = text_[pos_++];
    switch (c) {
      case '(':
        return group();
      case '[':
        return char_class();
      case '\\':
        return escape();
      case '.':
        return add(kAll);
      case '^':
      case '$':
        return 0;
      default:
        return static_cast<unsigned char>(c) < 0x80 ? add(listed(std::string_view(&c, 1))) : wide();
    }
  }

  // A character that is not ASCII: what repeats it repeats all of its bytes. Without case it may
  // stand for a shorter one.
  std::size_t wide() {
    std::size_t size = 1;
    for (; pos_ < text_.size() && (static_cast<unsigned char>(text_[pos_]) & 0xC0) == 0x80; ++pos_)
      ++size;
    add(folds_ ? kAll : kHigh);
    return folds_ ? 1 : size;
  }

  // Adds what one character may be.
  std::size_t add(const Bytes& bytes) {
    bytes_ |= folds_ ? folded(bytes) : bytes;
    return 1;
  }

  // Without case k and s have forms that are not ASCII.
  static Bytes folded(Bytes bytes) {
    for (unsigned c = 'a'; c <= 'z'; ++c) {
      const bool either = bytes[c] || bytes[c - 0x20];
      bytes.set(c, either);
      bytes.set(c - 0x20, either);
      if (either && (c == 'k' || c == 's')) bytes |= kHigh;
    }
    return bytes;
  }

  std::size_t group() {
    if (at('?')) {
      const std::size_t end = text_.find_first_of(":)>", pos_);
      if (end == std::string_view::npos) return fail();
      pos_ = end + 1;
      if (text_[end] == ')') return 0;  // flags for what follows
    }
    const std::size_t inside = alternatives();
    if (!at(')')) return fail();
    ++pos_;
    return inside;
  }

  std::size_t char_class() {
    const bool negated = at('^');
    if (negated) ++pos_;
    Bytes bytes;
    for (bool first = true; pos_ < text_.size() && (first || !at(']')); first = false) {
      if (text_.substr(pos_, 2) == "[:") return fail();
      const unsigned from = member(bytes);
      const bool ranges = at('-') && pos_ + 1 < text_.size() && text_[pos_ + 1] != ']';
      if (!ranges || from > 0xFF) continue;
      ++pos_;
      const unsigned to = member(bytes);
      bytes |= from < 0x80 && to < 0x80 ? range(from, to) : range(std::min(from, 0x80u), 0xFF);
    }
    if (!at(']')) return fail();
    ++pos_;
    return add(negated ? kAll : bytes);
  }

  // Adds the member of a class that stands here; its byte, or 256 where it is a class itself.
  unsigned member(Bytes& bytes) {
    if (pos_ >= text_.size()) return 256;
    if (!at('\\')) {
      const auto c = static_cast<unsigned char>(text_[pos_++]);
      bytes |= c < 0x80 ? Bytes().set(c) : kHigh;
      return c;
    }
    ++pos_;
    const char c = peek();
    if (pos_ < text_.size()) ++pos_;
    bytes |= bytes_of_escape(c);
    if (!is_alnum(static_cast<unsigned char>(c))) return static_cast<unsigned char>(c);
    if (c == 'x' || c == 'p' || c == 'P') skip_braces();
    return 256;
  }

  void skip_braces() {
    if (!at('{')) return;
    const std::size_t close = text_.find('}', pos_);
    pos_ = close == std::string_view::npos ? text_.size() : close + 1;
  }

  std::size_t escape() {
    const char c = peek();
    if (pos_ < text_.size()) ++pos_;
    if (c == 'b' || c == 'B' || c == 'A' || c == 'z') return 0;
    // Quoted stretches and octal numbers are longer than they look.
    if (c == 'Q' || (c >= '0' && c <= '9')) return fail();
    if (c == 'x' || c == 'p' || c == 'P') {
      if (!at('{')) return fail();
      skip_braces();
    }
    return add(bytes_of_escape(c));
  }

  std::string_view text_;
  std::size_t pos_ = 0;
  Bytes bytes_;
  bool folds_ = false, failed_ = false;
  int depth_ = 0;
};

}  // namespace

PatternRun pattern_run(std::string_view pattern) {
  return Walk(pattern).whole();
}

}  // namespace sekisho::filters
