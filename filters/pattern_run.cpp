#include "filters/pattern_run.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>

#include "filters/pattern_counts.h"
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
  if (c == 's') return listed(" \t\n\f\r");
  constexpr std::string_view kLetters = "tnrfva", kControls = "\t\n\r\f\v\a";
  if (const std::size_t control = kLetters.find(c); control != kLetters.npos)
    return listed(kControls.substr(control, 1));
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
      flagged_ = flagged_ || !flags.empty();
    }
  }

  PatternRun whole() {
    const Length length = alternatives();
    if (failed_ || pos_ < text_.size() || length.least == 0) return {};
    const bool to_end = ends_ == text_.size() && !split_;
    return {bytes_, length.least, to_end ? length.most : PatternRun::kAnyNumber};
  }

 private:
  char peek() const { return pos_ < text_.size() ? text_[pos_] : '\0'; }
  bool at(char c) const { return pos_ < text_.size() && text_[pos_] == c; }
  // Bytes at least, characters at most.
  struct Length {
    std::size_t least = 0, most = 0;
  };
  static constexpr std::size_t kUnbounded = PatternRun::kAnyNumber;

  Length fail() {
    failed_ = true;
    pos_ = text_.size();
    return {};
  }

  Length alternatives() {
    if (++depth_ > 200) return fail();
    Length length = sequence();
    while (at('|')) {
      split_ = split_ || depth_ == 1;
      ++pos_;
      const Length other = sequence();
      length = {std::min(length.least, other.least), std::max(length.most, other.most)};
    }
    --depth_;
    return length;
  }

  Length sequence() {
    Length sum;
    while (pos_ < text_.size() && peek() != '|' && peek() != ')') {
      const Length one = repeated();
      sum.least = std::min(sum.least + one.least, kFarthest);
      sum.most =
          one.most == kUnbounded || sum.most == kUnbounded ? kUnbounded : sum.most + one.most;
    }
    return sum;
  }

  Length repeated() {
    Length one = atom();
    while (pos_ < text_.size()) {
      if (at('?')) {
        one.least = 0;
        ++pos_;
      } else if (at('*') || at('+')) {
        if (at('*')) one.least = 0;
        if (one.most > 0) one.most = kUnbounded;
        ++pos_;
      } else if (const auto times = take_counts(text_, pos_)) {
        one.least = std::min(one.least * times->least, kFarthest);
        const bool any = one.most == kUnbounded || !times->bounded;
        if (one.most > 0) one.most = any ? kUnbounded : one.most * times->most;
      } else {
        break;
      }
    }
    return one;
  }

  Length atom() {
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
        return {};
      case '$':
        if (depth_ == 1 && !flagged_) ends_ = pos_;
        return {};
      default:
        return static_cast<unsigned char>(c) < 0x80 ? add(listed(std::string_view(&c, 1))) : wide();
    }
  }

  // A character that is not ASCII: what repeats it repeats all of its bytes. Without case it may
  // stand for a shorter one.
  Length wide() {
    std::size_t size = 1;
    for (; pos_ < text_.size() && (static_cast<unsigned char>(text_[pos_]) & 0xC0) == 0x80; ++pos_)
      ++size;
    add(folds_ ? kAll : kHigh);
    return {folds_ ? 1 : size, 1};
  }

  // Adds what one character may be.
  Length add(const Bytes& bytes) {
    bytes_ |= folds_ ? folded(bytes) : bytes;
    return {1, 1};
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

  Length group() {
    if (at('?')) {
      const std::size_t end = text_.find_first_of(":)>", pos_);
      if (end == std::string_view::npos) return fail();
      pos_ = end + 1;
      if (text_[end] == ')') return {};  // flags for what follows
    }
    const Length inside = alternatives();
    if (!at(')')) return fail();
    ++pos_;
    return inside;
  }

  // What the members of a class may be, and what they surely are.
  struct Members {
    Bytes may, sure;
  };

  Length char_class() {
    const bool negated = at('^');
    if (negated) ++pos_;
    Members members;
    for (bool first = true; pos_ < text_.size() && (first || !at(']')); first = false) {
      if (text_.substr(pos_, 2) == "[:") return fail();
      const unsigned from = member(members);
      const bool ranges = at('-') && pos_ + 1 < text_.size() && text_[pos_ + 1] != ']';
      if (!ranges || from > 0xFF) continue;
      ++pos_;
      const unsigned to = member(members);
      const bool ascii = from < 0x80 && to < 0x80;
      members.may |= ascii ? range(from, to) : range(std::min(from, 0x80u), 0xFF);
      if (ascii) members.sure |= range(from, to);
    }
    if (!at(']')) return fail();
    ++pos_;
    if (!negated) return add(members.may);
    return add(folds_ ? kAll : ~members.sure | kHigh);
  }

  // Adds the member of a class that stands here; its byte, or 256 where it is a class itself.
  unsigned member(Members& members) {
    if (pos_ >= text_.size()) return 256;
    if (!at('\\')) {
      const auto c = static_cast<unsigned char>(text_[pos_++]);
      members.may |= c < 0x80 ? Bytes().set(c) : kHigh;
      if (c < 0x80) members.sure.set(c);
      return c;
    }
    ++pos_;
    const char c = peek();
    if (pos_ < text_.size()) ++pos_;
    const Bytes bytes = bytes_of_escape(c);
    members.may |= bytes;
    if (bytes != kAll) members.sure |= bytes;
    if (!is_alnum(static_cast<unsigned char>(c))) return static_cast<unsigned char>(c);
    if (c == 'x' || c == 'p' || c == 'P') skip_braces();
    return 256;
  }

  void skip_braces() {
    if (!at('{')) return;
    const std::size_t close = text_.find('}', pos_);
    pos_ = close == std::string_view::npos ? text_.size() : close + 1;
  }

  Length escape() {
    const char c = peek();
    if (pos_ < text_.size()) ++pos_;
    if (c == 'b' || c == 'B' || c == 'A' || c == 'z') return {};
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
  static constexpr std::size_t kNowhere = std::string_view::npos;
  std::size_t ends_ = kNowhere;  // behind the "$" that ends each match
  bool folds_ = false, flagged_ = false, split_ = false, failed_ = false;
  int depth_ = 0;
};

}  // namespace

// Eight bytes at a time: all but those that go on with a character.
std::size_t PatternRun::characters(std::string_view text) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  std::size_t count = text.size(), at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + at, sizeof word);
    count -= static_cast<std::size_t>(std::popcount((word >> 7) & ~(word >> 6) & kOnes));
  }
  for (; at < text.size(); ++at)
    count -= (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80 ? 1 : 0;
  return count;
}

PatternRun pattern_run(std::string_view pattern) {
  return Walk(pattern).whole();
}

}  // namespace sekisho::filters
