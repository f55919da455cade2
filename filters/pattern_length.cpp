#include "filters/pattern_length.h"

#include <algorithm>

#include "filters/pattern_counts.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

using Length = std::optional<std::size_t>;
constexpr std::size_t kLongestCharacter = 4;  // UTF-8

Length add(Length a, Length b) {
  return a && b ? Length(*a + *b) : std::nullopt;
}

// Whether some group sets the flag `i`.
bool folds_case(std::string_view pattern) {
  for (std::size_t pos = pattern.find("(?"); pos != std::string_view::npos;
       pos = pattern.find("(?", pos + 2)) {
    const std::string_view flags =
        pattern.substr(pos + 2, pattern.find_first_of(":)", pos) - pos - 2);
    if (flags.find('i') != std::string_view::npos) return true;
  }
  return false;
}

// Without case k is U+212A too and s is U+017F; other letters of ASCII have no longer form.
std::size_t folded_length(char c) {
  if (static_cast<unsigned char>(c) >= 0x80) return kLongestCharacter;
  return c == 'k' || c == 'K' ? 3 : c == 's' || c == 'S' ? 2 : 1;
}

// Recursive descent over the syntax of RE2. Groups' flags matter only for (?i), taken to hold for
// all of the pattern.
class Walk {
 public:
  explicit Walk(std::string_view pattern) : text_(pattern), folds_(folds_case(pattern)) {}

  Length whole() {
    const Length length = alternatives();
    return at_end() ? length : std::nullopt;
  }

 private:
  bool at_end() const { return pos_ >= text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[pos_]; }

  Length alternatives() {
    if (++depth_ > 200) return std::nullopt;
    Length longest = sequence();
    while (!at_end() && peek() == '|') {
      ++pos_;
      const Length other = sequence();
      longest = longest && other ? Length(std::max(*longest, *other)) : std::nullopt;
    }
    --depth_;
    return longest;
  }

  Length sequence() {
    Length sum = 0;
    while (!at_end() && peek() != '|' && peek() != ')') sum = add(sum, repeated());
    return sum;
  }

  Length repeated() {
    Length one = atom();
    while (!at_end()) {
      if (peek() == '*' || peek() == '+') {
        ++pos_;
        one = one && *one == 0 ? one : std::nullopt;
      } else if (peek() == '?') {
        ++pos_;
      } else if (const auto times = take_counts(text_, pos_)) {
        one = one && times->bounded ? Length(*one * times->most) : std::nullopt;
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
        return kLongestCharacter;
      case '^':
      case '$':
        return 0;
      default:
        return folds_ ? folded_length(c) : 1;
    }
  }

  Length group() {
    if (peek() == '?') {
      const std::size_t end = text_.find_first_of(":)>", pos_);
      if (end == std::string_view::npos) return std::nullopt;
      pos_ = end + 1;
      if (text_[end] == ')') return 0;  // flags for what follows
    }
    const Length inside = alternatives();
    if (peek() != ')') return std::nullopt;
    ++pos_;
    return inside;
  }

  // One byte where it lists ASCII characters and nothing else, three where case does not matter.
  Length char_class() {
    const std::size_t begin = pos_;
    if (peek() == '^') ++pos_;
    if (peek() == ']') ++pos_;
    while (!at_end() && peek() != ']') {
      if (peek() == '\\') {
        ++pos_;
      } else if (text_.substr(pos_, 2) == "[:") {
        const std::size_t close = text_.find(":]", pos_);
        if (close != std::string_view::npos) pos_ = close + 1;
      }
      ++pos_;
    }
    if (at_end()) return std::nullopt;
    const std::string_view members = text_.substr(begin, pos_ - begin);
    ++pos_;
    if (!lists_ascii(members)) return kLongestCharacter;
    return folds_ ? folded_length('k') : 1;
  }

  static bool lists_ascii(std::string_view members) {
    if (members.empty() || members[0] == '^' || members.find("[:") != std::string_view::npos)
      return false;
    for (std::size_t i = 0; i < members.size(); ++i) {
      if (static_cast<unsigned char>(members[i]) >= 0x80) return false;
      // A backslash before a letter or digit is a class of its own, or a number.
      if (members[i] == '\\' &&
          (++i == members.size() || is_alnum(static_cast<unsigned char>(members[i]))))
        return false;
    }
    return true;
  }

  Length escape() {
    if (at_end()) return std::nullopt;
    const char c = text_[pos_++];
    switch (c) {
      case 'b':
      case 'B':
      case 'A':
      case 'z':
        return 0;
      case 'Q':
        return std::nullopt;
      case 'C':
        return 1;
      case 'p':
      case 'P':
      case 'x':
        if (peek() == '{') {
          const std::size_t close = text_.find('}', pos_);
          if (close == std::string_view::npos) return std::nullopt;
          pos_ = close + 1;
        } else {
          pos_ = std::min(text_.size(), pos_ + (c == 'x' ? 2 : 1));
        }
        return kLongestCharacter;
      default:
        if (static_cast<unsigned char>(c) < 0x80 && !is_alnum(static_cast<unsigned char>(c)))
          return 1;  // itself
        if (c >= '0' && c <= '7') {
          while (peek() >= '0' && peek() <= '7') ++pos_;
        }
        return kLongestCharacter;
    }
  }

  std::string_view text_;
  std::size_t pos_ = 0;
  bool folds_;
  int depth_ = 0;
};

}  // namespace

std::optional<std::size_t> longest_match(std::string_view pattern) {
  return Walk(pattern).whole();
}

}  // namespace sekisho::filters
