#include "filters/patterns/pattern_tree.h"

#include <algorithm>
#include <iterator>

#include "filters/patterns/pattern_counts.h"
#include "filters/utf8.h"

namespace sekisho::filters {
namespace {

using Kind = PatternNode::Kind;
using Ranges = std::vector<std::pair<char32_t, char32_t>>;

constexpr int kDeepest = 100;
constexpr char32_t kLastAscii = 0x7F, kLast = 0x10FFFF;
// Marks; kana, kanji and hangul; marks and digits of full width; half-width kana.
constexpr std::pair<char32_t, char32_t> kCaseless[] = {
    {0x2000, 0x20CF}, {0x2E80, 0xA63F}, {0xAC00, 0xD7FF}, {0xFF01, 0xFF20}, {0xFF5B, 0xFFEF}};

Ranges every_character() {
  return {{0, kLast}};
}

// Where the characters of a script are, and a few of no script; empty: of another one.
Ranges around_script(std::string_view name) {
  if (name == "Han")
    return {{0x2E80, 0x2FFF}, {0x3005, 0x3007},   {0x3021, 0x303B},  {0x3400, 0x9FFF},
            {0xF900, 0xFAFF}, {0x16FE0, 0x16FFF}, {0x20000, 0x3FFFF}};
  return {};
}

// What none of `ranges` holds.
Ranges others(Ranges ranges) {
  std::sort(ranges.begin(), ranges.end());
  Ranges out;
  char32_t next = 0;
  for (const auto& [from, to] : ranges) {
    if (from > next) out.emplace_back(next, from - 1);
    next = std::max<char32_t>(next, to + 1);
  }
  if (next <= kLast) out.emplace_back(next, kLast);
  return out;
}

// "\d", "\s", "\w", as RE2 has them; empty: another letter.
Ranges class_of(char letter) {
  switch (letter) {
    case 'd':
      return {{U'0', U'9'}};
    case 's':
      return {{U'\t', U'\n'}, {U'\f', U'\r'}, {U' ', U' '}};
    case 'w':
      return {{U'0', U'9'}, {U'A', U'Z'}, {U'_', U'_'}, {U'a', U'z'}};
    default:
      return {};
  }
}

// With the letters of the other case, and what else RE2 takes for one of them. False: for some of
// them everything, since their other case is not known here.
bool fold(Ranges& ranges) {
  const Ranges given = ranges;
  bool all_known = true;
  for (const auto& given_range : given) {
    const char32_t from = given_range.first, to = given_range.second;
    for (char32_t c = std::max(from, U'A'); c <= std::min(to, U'Z'); ++c)
      ranges.emplace_back(c + 0x20, c + 0x20);
    for (char32_t c = std::max(from, U'a'); c <= std::min(to, U'z'); ++c)
      ranges.emplace_back(c - 0x20, c - 0x20);
    const auto holds = [from, to](char32_t c) { return from <= c && c <= to; };
    if (holds(U'k') || holds(U'K')) ranges.emplace_back(0x212A, 0x212A);
    if (holds(U's') || holds(U'S')) ranges.emplace_back(0x17F, 0x17F);
    const bool known = to <= kLastAscii ||
                       std::any_of(std::begin(kCaseless), std::end(kCaseless), [&](const auto& c) {
                         return from >= c.first && to <= c.second;
                       });
    all_known = all_known && known;
  }
  if (!all_known) ranges = every_character();
  return all_known;
}

PatternNode characters(Ranges ranges, bool loose = false) {
  PatternNode out;
  out.kind = Kind::kCharacters;
  out.ranges = std::move(ranges);
  out.loose = loose;
  return out;
}

PatternNode in_any_case(Ranges ranges) {
  const bool known = fold(ranges);
  PatternNode out = characters(std::move(ranges), !known);
  out.any_case = true;
  return out;
}

PatternNode place(Kind kind) {
  PatternNode out;
  out.kind = kind;
  return out;
}

// "^", "\\B": nothing is said of where.
PatternNode some_place() {
  PatternNode out;
  out.loose = true;
  return out;
}

// Recursive descent over the syntax of RE2.
class Reader {
 public:
  explicit Reader(std::string_view pattern) : text_(pattern) {}

  std::optional<PatternNode> whole() {
    PatternNode out = alternatives();
    if (failed_ || pos_ < text_.size()) return std::nullopt;
    return out;
  }

 private:
  bool at_end() const { return failed_ || pos_ >= text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[pos_]; }
  bool take(char c) {
    if (at_end() || peek() != c) return false;
    ++pos_;
    return true;
  }
  PatternNode fail() {
    failed_ = true;
    return {};
  }

  PatternNode alternatives() {
    if (++depth_ > kDeepest) return fail();
    PatternNode out;
    out.kind = Kind::kEither;
    out.parts.push_back(sequence());
    while (take('|')) out.parts.push_back(sequence());
    --depth_;
    if (out.parts.size() > 1) return out;
    PatternNode only = std::move(out.parts.front());
    return only;
  }

  PatternNode sequence() {
    PatternNode out;
    while (!at_end() && peek() != '|' && peek() != ')') out.parts.push_back(repeated());
    return out;
  }

  PatternNode repeated() {
    PatternNode one = atom();
    for (;;) {
      std::size_t least = 0, most = PatternNode::kAnyNumber;
      if (take('+')) {
        least = 1;
      } else if (take('?')) {
        most = 1;
      } else if (take('*')) {
        least = 0;
      } else if (const auto times = at_end() ? std::nullopt : take_counts(text_, pos_)) {
        least = times->least;
        if (times->bounded) most = times->most;
      } else {
        return one;
      }
      take('?');  // as few as possible: the same ways
      PatternNode repeat;
      repeat.kind = Kind::kRepeat;
      repeat.least = least;
      repeat.most = most;
      repeat.parts.push_back(std::move(one));
      one = std::move(repeat);
    }
  }

  PatternNode atom() {
    const char c = peek();
    if (take('(')) return group();
    if (take('[')) return char_class();
    if (take('\\')) return escape();
    if (take('.')) return characters(every_character(), true);
    if (take('^')) return some_place();
    if (take('$')) return place(lines_ ? Kind::kLineEnd : Kind::kTextEnd);
    if (c == '*' || c == '+' || c == '?') return fail();
    return literal(next_character());
  }

  PatternNode literal(char32_t c) { return folds_ ? in_any_case({{c, c}}) : characters({{c, c}}); }

  char32_t next_character() {
    const std::size_t size =
        at_end() ? 0 : utf8_sequence(text_.data() + pos_, text_.data() + text_.size());
    if (size == 0) {
      failed_ = true;
      return 0;
    }
    const char32_t c = utf8_code_point(text_.data() + pos_, size);
    pos_ += size;
    return c;
  }

  PatternNode group() {
    const bool folded = folds_, lines = lines_;
    if (take('?')) {
      const bool named = peek() == 'P' || peek() == '<';
      const std::size_t end = text_.find_first_of(named ? ">" : ":)", pos_);
      if (end == std::string_view::npos) return fail();
      if (!named) read_flags(text_.substr(pos_, end - pos_));
      pos_ = end + 1;
      if (text_[end] == ')') return {};  // flags for what follows
    }
    PatternNode inside = alternatives();
    if (!take(')')) return fail();
    folds_ = folded;
    lines_ = lines;
    return inside;
  }

  void read_flags(std::string_view flags) {
    bool on = true;
    for (const char c : flags) {
      if (c == '-') on = false;
      if (c == 'i') folds_ = on;
      if (c == 'm') lines_ = on;
    }
  }

  // After a backslash, outside of a class.
  PatternNode escape() {
    const char c = peek();
    if (take('b')) return place(Kind::kWordBorder);
    if (take('z')) return place(Kind::kTextEnd);
    if (take('B') || take('A')) return some_place();
    Ranges named;
    bool loose = false;
    if (named_class(named, false, loose)) return characters(std::move(named), loose);
    if (at_end() || c == 'Q' || c == 'C') return fail();
    return literal(escaped_character());
  }

  // After a backslash: adds what a letter for many characters stands for. In a class that is
  // negated nothing may be added that the class does not hold.
  bool named_class(Ranges& out, bool sparing, bool& loose) {
    const char c = peek();
    const Ranges known = class_of(static_cast<char>(c | 0x20));
    if (c == 'p' || c == 'P') {
      ++pos_;
      const std::string_view name = property();
      if (!sparing) {
        const Ranges held = c == 'p' ? around_script(name) : Ranges{};
        if (held.empty()) out = every_character();
        out.insert(out.end(), held.begin(), held.end());
      }
      loose = true;
      return true;
    }
    if (known.empty() || at_end()) return false;
    ++pos_;
    const Ranges added = c >= 'a' ? known : others(known);
    out.insert(out.end(), added.begin(), added.end());
    return true;
  }

  // Its name: "Han" of "{Han}", "L" of "L".
  std::string_view property() {
    const bool braces = take('{');
    const std::size_t begin = pos_, close = braces ? text_.find('}', pos_) : pos_;
    if (close == std::string_view::npos || close >= text_.size()) {
      failed_ = true;
      return {};
    }
    pos_ = close + 1;
    return text_.substr(begin, braces ? close - begin : 1);
  }

  char32_t escaped_character() {
    const char c = peek();
    constexpr std::string_view kLetters = "ntrfva", kControls = "\n\t\r\f\v\a";
    if (const std::size_t control = kLetters.find(c); control != std::string_view::npos) {
      ++pos_;
      return static_cast<char32_t>(kControls[control]);
    }
    if (take('x')) return hex_character();
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter) failed_ = true;
    return next_character();
  }

  char32_t hex_character() {
    const bool braces = take('{');
    const std::size_t end = braces ? text_.find('}', pos_) : pos_ + 2;
    if (end == std::string_view::npos || end > text_.size()) failed_ = true;
    char32_t value = 0;
    while (!failed_ && pos_ < end) {
      const std::size_t digit =
          std::string_view("0123456789abcdef").find(static_cast<char>(text_[pos_++] | 0x20));
      failed_ = digit == std::string_view::npos || value > kLast;
      value = value * 16 + static_cast<char32_t>(digit);
    }
    if (braces && !failed_) ++pos_;
    return value;
  }

  // After the bracket.
  PatternNode char_class() {
    const bool negated = take('^');
    Ranges members;
    bool loose = false;
    for (bool first = true; first || peek() != ']'; first = false) {
      if (at_end()) return fail();
      class_part(members, negated, loose);
    }
    ++pos_;
    // The other case would take more away.
    if (negated) return characters(others(std::move(members)), loose || folds_);
    if (folds_ && !loose) return in_any_case(std::move(members));
    return characters(std::move(members), loose);
  }

  void class_part(Ranges& members, bool negated, bool& loose) {
    if (text_.substr(pos_, 2) == "[:") {
      const std::size_t close = text_.find(":]", pos_);
      if (close == std::string_view::npos) return void(failed_ = true);
      if (!negated) members = every_character();
      loose = true;
      pos_ = close + 2;
      return;
    }
    const bool escaped = take('\\');
    if (escaped && named_class(members, negated, loose)) return;
    const char32_t from = escaped ? escaped_character() : next_character();
    char32_t to = from;
    if (peek() == '-' && text_.substr(pos_ + 1, 1) != "]") {
      ++pos_;
      to = take('\\') ? escaped_character() : next_character();
    }
    members.emplace_back(from, to);
  }

  std::string_view text_;
  std::size_t pos_ = 0;
  int depth_ = 0;
  bool folds_ = false, lines_ = false, failed_ = false;
};

}  // namespace

std::vector<PatternNode> flat(const PatternNode& node) {
  if (node.kind != Kind::kSequence || node.loose) return {node};
  std::vector<PatternNode> out;
  for (const PatternNode& part : node.parts) {
    std::vector<PatternNode> inner = flat(part);
    std::move(inner.begin(), inner.end(), std::back_inserter(out));
  }
  return out;
}

PatternNode sequence_of(std::vector<PatternNode> parts) {
  PatternNode out;
  out.parts = std::move(parts);
  return out;
}

std::optional<PatternNode> pattern_tree(std::string_view pattern) {
  return Reader(pattern).whole();
}

}  // namespace sekisho::filters
