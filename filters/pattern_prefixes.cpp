#include "filters/pattern_prefixes.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "filters/pattern_counts.h"
#include "filters/pattern_length.h"
#include "filters/utf8.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kMostWords = 128, kMostOfClass = 64, kLongestWord = 32, kMostCopies = 8;
// A word of so many bytes is not followed into several, or into many.
constexpr std::size_t kLongEnough = 5, kTellingEnough = 3, kMany = 4;
constexpr std::size_t kLongest = 16;         // of words that are only compared
constexpr std::size_t kFewWhole = 16;        // words that say all of a pattern
constexpr std::size_t kFarthestInside = 64;  // bytes
constexpr std::size_t kNearDigits = 8;       // bytes
constexpr int kDeepest = 100;

struct Word {
  std::string text;
  bool open = true;  // what follows in the pattern follows it directly
  bool operator==(const Word&) const = default;
};
using Words = std::vector<Word>;

Words nothing_known() {
  return {{"", false}};
}

Words closed(Words words) {
  for (Word& w : words) w.open = false;
  return words;
}

bool covers(const Word& shorter, const Word& word) {
  return !shorter.open && word.text.compare(0, shorter.text.size(), shorter.text) == 0;
}

// Without the words that another one stands for already.
Words reduced(const Words& words) {
  Words out;
  for (const Word& w : words) {
    const bool covered = std::any_of(
        out.begin(), out.end(), [&w](const Word& other) { return other == w || covers(other, w); });
    if (covered) continue;
    out.erase(std::remove_if(out.begin(), out.end(),
                             [&w](const Word& other) { return covers(w, other); }),
              out.end());
    out.push_back(w);
  }
  return out;
}

Words either(Words a, const Words& b) {
  a.insert(a.end(), b.begin(), b.end());
  a = reduced(a);
  return a.size() > kMostWords ? nothing_known() : a;
}

Words joined(const Words& a, const Words& b, std::size_t long_enough) {
  Words out;
  // Many times too many: not worth the comparing.
  if (a.size() * b.size() > kMostWords) return closed(a);
  for (const Word& left : a) {
    const std::size_t size = left.text.size();
    const bool enough = size >= kLongestWord || (size >= long_enough && b.size() > 1) ||
                        (size >= kTellingEnough && b.size() > kMany);
    if (!left.open || enough) {
      out.push_back({left.text, false});
      continue;
    }
    for (const Word& right : b) out.push_back({left.text + right.text, right.open});
  }
  out = reduced(out);
  return out.size() > kMostWords ? reduced(closed(a)) : out;
}

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 0x20);
  return text;
}

std::string utf8_of(char32_t c) {
  std::string out;
  append_utf8(out, c);
  return out;
}

// Recursive descent over the syntax of RE2.
class Walk {
 public:
  explicit Walk(std::string_view pattern, std::size_t long_enough = kLongEnough)
      : text_(pattern), long_enough_(long_enough) {}

  std::optional<Words> whole() {
    Words words = alternatives();
    if (failed_ || pos_ < text_.size()) return std::nullopt;
    return words;
  }
  // Of a pattern without alternatives on its highest level.
  struct Item {
    Words words;
    std::size_t begin = 0, end = 0;  // in the pattern
  };
  std::vector<Item> items() {
    std::vector<Item> out;
    while (!at_end() && peek() != '|' && peek() != ')') {
      const std::size_t begin = pos_;
      Words words = repeated();
      out.push_back({std::move(words), begin, pos_});
    }
    return failed_ || pos_ < text_.size() ? std::vector<Item>() : out;
  }
  bool folds_somewhere() const { return folds_somewhere_; }
  bool has_no_places() const { return !places_; }  // borders, line ends
  // Every letter: nothing stands outside of the first group's flag.
  bool folds_all() const {
    const bool flag = text_.substr(0, 4) == "(?i)";
    const bool group = text_.substr(0, 4) == "(?i:" && matching_close() + 1 == text_.size();
    return flag || group;
  }

 private:
  // Of the group that the pattern begins with.
  std::size_t matching_close() const {
    int depth = 0;
    for (std::size_t i = 0; i < text_.size(); ++i) {
      if (text_[i] == '\\')
        ++i;
      else if (text_[i] == '(')
        ++depth;
      else if (text_[i] == ')' && --depth == 0)
        return i;
      else if (text_[i] == '[')
        return text_.size();
    }
    return text_.size();
  }

  bool at_end() const { return failed_ || pos_ >= text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[pos_]; }
  bool take(char c) {
    if (peek() != c || at_end()) return false;
    ++pos_;
    return true;
  }
  Words fail() {
    failed_ = true;
    return nothing_known();
  }

  Words alternatives() {
    if (++depth_ > kDeepest) return fail();
    Words all = sequence();
    while (take('|')) all = either(std::move(all), sequence());
    --depth_;
    return all;
  }

  Words sequence() {
    Words words = {{"", true}};
    while (!at_end() && peek() != '|' && peek() != ')')
      words = joined(words, repeated(), long_enough_);
    return words;
  }

  Words repeated() {
    Words one = atom();
    for (;;) {
      if (take('*')) {
        one = either(closed(one), {{"", true}});
      } else if (take('+')) {
        one = closed(one);
      } else if (take('?')) {
        one = either(one, {{"", true}});
      } else if (const auto times = take_counts(text_, pos_)) {
        one = copies(one, *times);
      } else {
        return one;
      }
      take('?');  // as few as possible: the same words
    }
  }

  Words copies(const Words& one, const PatternCounts& times) const {
    if (times.least == 0) return either(closed(one), {{"", true}});
    Words all = one;
    for (std::size_t i = 1; i < std::min(times.least, kMostCopies); ++i)
      all = joined(all, one, long_enough_);
    return times.exact() && times.least <= kMostCopies ? all : closed(all);
  }

  Words atom() {
    switch (peek()) {
      case '(':
        ++pos_;
        return group();
      case '[':
        ++pos_;
        return char_class();
      case '\\': {
        std::vector<char32_t> members;
        if (named_class(members)) return one_of(members);
        ++pos_;
        return escape();
      }
      case '.':
        ++pos_;
        return nothing_known();
      case '^':
      case '$':
        ++pos_;
        places_ = true;
        return {{"", true}};
      default:
        return character(next_character());
    }
  }

  char32_t next_character() {
    const char* const at = text_.data() + pos_;
    const std::size_t size = utf8_sequence(at, text_.data() + text_.size());
    if (size == 0) {
      failed_ = true;
      return 0;
    }
    pos_ += size;
    return utf8_code_point(at, size);
  }

  // With its other cases, as RE2 folds them: k and s have one outside of ASCII.
  Words character(char32_t c) {
    if (!folds_) return {{utf8_of(c), true}};
    if (c >= 0x80) return nothing_known();
    if (c >= U'A' && c <= U'Z') c += 0x20;
    if (c == U'k') return {{"k", true}, {utf8_of(0x212A), true}};
    if (c == U's') return {{"s", true}, {utf8_of(0x17F), true}};
    return {{utf8_of(c), true}};
  }

  Words group() {
    const bool folded = folds_;
    if (take('?')) {
      const bool named = peek() == 'P' || peek() == '<';
      const std::size_t end = text_.find_first_of(named ? ">" : ":)", pos_);
      if (end == std::string_view::npos) return fail();
      if (!named) read_flags(text_.substr(pos_, end - pos_));
      pos_ = end + 1;
      if (text_[end] == ')') return {{"", true}};  // flags for what follows
    }
    Words inside = alternatives();
    if (!take(')')) return fail();
    folds_ = folded;
    return inside;
  }

  void read_flags(std::string_view flags) {
    bool on = true;
    for (const char c : flags) {
      if (c == '-') on = false;
      if (c == 'i') folds_ = on;
    }
    folds_somewhere_ = folds_somewhere_ || folds_;
  }

  Words char_class() {
    bool known = !take('^');
    std::vector<char32_t> members;
    for (bool first = true; first || peek() != ']'; first = false) {
      if (at_end()) return fail();
      known = class_part(members) && known;
    }
    ++pos_;
    return known ? one_of(members) : nothing_known();
  }

  Words one_of(const std::vector<char32_t>& members) {
    if (members.size() > kMostOfClass) return nothing_known();
    Words out;
    for (const char32_t c : members)
      for (const Word& w : character(c)) out.push_back(w);
    return folds_ ? reduced(out) : out;
  }

  // False: more than a few characters.
  bool class_part(std::vector<char32_t>& members) {
    if (text_.substr(pos_, 2) == "[:") {
      const std::size_t close = text_.find(":]", pos_);
      if (close == std::string_view::npos) return !fail().empty();
      pos_ = close + 2;
      return false;
    }
    if (named_class(members)) return true;
    const std::optional<char32_t> from = class_character();
    if (!from) return false;
    char32_t to = *from;
    if (peek() == '-' && text_.substr(pos_ + 1, 1) != "]") {
      ++pos_;
      const std::optional<char32_t> end = class_character();
      if (!end) return false;
      to = *end;
    }
    if (to < *from || to - *from >= kMostOfClass) return false;
    for (char32_t c = *from; c <= to; ++c) members.push_back(c);
    return true;
  }

  // "\\d" and "\\s", as RE2 has them.
  bool named_class(std::vector<char32_t>& members) {
    const std::string_view two = text_.substr(pos_, 2);
    const std::u32string_view named = two == "\\d"   ? std::u32string_view(U"0123456789")
                                      : two == "\\s" ? std::u32string_view(U"\t\n\f\r ")
                                                     : std::u32string_view();
    members.insert(members.end(), named.begin(), named.end());
    pos_ += named.empty() ? 0 : 2;
    return !named.empty();
  }

  std::optional<char32_t> class_character() {
    if (!take('\\')) return next_character();
    return escaped_character();
  }

  Words escape() {
    if (at_end()) return fail();
    const char c = peek();
    if (std::string_view("bBAz").find(c) != std::string_view::npos) {
      ++pos_;
      places_ = true;
      return {{"", true}};
    }
    const std::optional<char32_t> one = escaped_character();
    return one ? character(*one) : nothing_known();
  }

  // After a backslash. nullopt: a class of characters.
  std::optional<char32_t> escaped_character() {
    const char c = peek();
    if (at_end() || c == 'Q' || c == 'C') {
      fail();
      return std::nullopt;
    }
    ++pos_;
    switch (c) {
      case 'n':
        return U'\n';
      case 't':
        return U'\t';
      case 'r':
        return U'\r';
      case 'f':
        return U'\f';
      case 'v':
        return U'\v';
      case 'a':
        return U'\a';
      case 'x':
        return hex_character();
      case 'p':
      case 'P':
        skip_property();
        return std::nullopt;
      default:
        break;
    }
    if (c >= '0' && c <= '9') fail();
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (letter || failed_) return std::nullopt;
    --pos_;
    return next_character();
  }

  std::optional<char32_t> hex_character() {
    std::size_t size = 2;
    const bool braces = take('{');
    if (braces) size = text_.find('}', pos_) - pos_;
    char32_t value = 0;
    for (std::size_t i = 0; i < size; ++i, ++pos_) {
      const std::size_t digit = std::string_view("0123456789abcdef").find(peek() | 0x20);
      if (at_end() || digit == std::string_view::npos) {
        fail();
        return std::nullopt;
      }
      value = value * 16 + static_cast<char32_t>(digit);
    }
    if (braces) ++pos_;
    return value;
  }

  void skip_property() {
    const std::size_t close = take('{') ? text_.find('}', pos_) : pos_;
    if (close == std::string_view::npos || close >= text_.size()) {
      fail();
      return;
    }
    pos_ = close + 1;
  }

  std::string_view text_;
  std::size_t long_enough_;
  std::size_t pos_ = 0;
  int depth_ = 0;
  bool folds_ = false, folds_somewhere_ = false, failed_ = false, places_ = false;
};

}  // namespace

namespace {

// The texts of `words`, each once; nothing where one is shorter than `shortest`.
std::vector<std::string> texts_of(const Words& words, bool any_case, std::size_t shortest) {
  std::vector<std::string> out;
  for (const Word& w : words) {
    if (w.text.size() < shortest) return {};
    std::string text = any_case ? lower(w.text) : w.text;
    if (std::find(out.begin(), out.end(), text) == out.end()) out.push_back(std::move(text));
  }
  return out;
}

bool all_open(const Words& words) {
  return std::all_of(words.begin(), words.end(), [](const Word& w) { return w.open; });
}

bool none_begins_another(const std::vector<std::string>& words) {
  return std::none_of(words.begin(), words.end(), [&words](const std::string& a) {
    return std::any_of(words.begin(), words.end(), [&a](const std::string& b) {
      return a.size() < b.size() && b.compare(0, a.size(), a) == 0;
    });
  });
}

}  // namespace

PatternWords pattern_prefixes(std::string_view pattern, std::size_t shortest) {
  Walk walk(pattern);
  const std::optional<Words> words = walk.whole();
  PatternWords out;
  out.any_case = walk.folds_somewhere();
  if (!words) return out;
  out.words = texts_of(*words, out.any_case, shortest);
  if (out.words.empty()) return out;
  const bool may_be_whole = walk.has_no_places() && (!out.any_case || walk.folds_all());
  out.whole = may_be_whole && all_open(*words);
  if (out.whole) return out;
  const std::optional<Words> longer = Walk(pattern, kLongest).whole();
  if (!longer) return out;
  std::vector<std::string> all = texts_of(*longer, out.any_case, shortest);
  // A few words that say all are sought themselves, so that the engine need not be asked.
  out.whole = may_be_whole && all_open(*longer) && !all.empty() && all.size() <= kFewWhole &&
              none_begins_another(all);
  if (out.whole) out.words = std::move(all);
  return out;
}

PatternWords pattern_inner_words(std::string_view pattern) {
  if (pattern.find("(?") != std::string_view::npos) return {};
  const std::vector<Walk::Item> items = Walk(pattern).items();
  std::size_t before = 0;
  for (std::size_t i = 1; i < items.size(); ++i) {
    const std::optional<std::size_t> length =
        longest_match(pattern.substr(items[i - 1].begin, items[i - 1].end - items[i - 1].begin));
    if (!length || before + *length > kFarthestInside) return {};
    before += *length;
    for (const std::size_t end : {pattern.size(), items[i].end}) {
      const PatternWords inside =
          pattern_prefixes(pattern.substr(items[i].begin, end - items[i].begin), 1);
      const bool telling = std::all_of(inside.words.begin(), inside.words.end(), [](const auto& w) {
        return w.size() >= kTellingEnough || w == "@";
      });
      if (!inside.words.empty() && telling) return {inside.words, false, before, false};
    }
  }
  return {};
}

namespace {

bool may_hold_digits(std::string_view written) {
  bool counts = false;
  for (std::size_t i = 0; i < written.size(); ++i) {
    const char c = written[i];
    counts = c == '{' || (counts && c != '}');
    if (!counts && (c == '.' || c == '^' || (c >= '0' && c <= '9'))) return true;
    if (c == '\\' && ++i < written.size() && written[i] >= 'A') return true;
  }
  return false;
}

}  // namespace

std::optional<std::size_t> pattern_digit_reach(std::string_view pattern) {
  if (pattern.find("(?") < pattern.find("[0-9]")) return std::nullopt;
  const std::vector<Walk::Item> items = Walk(pattern).items();
  std::size_t before = 0;
  for (const Walk::Item& item : items) {
    const std::string_view written = pattern.substr(item.begin, item.end - item.begin);
    const bool digits = written.substr(0, 5) == "[0-9]" || written.substr(0, 2) == "\\d";
    const bool one = written.size() == 1 && written[0] >= '0' && written[0] <= '9';
    const bool optional = written.back() == '?' || written.back() == '*' ||
                          written.find("{0,") != std::string_view::npos;
    if ((digits || one) && !optional) return before;
    // The run would begin in a part that may hold digits itself.
    const bool holds = may_hold_digits(written);
    const auto length = longest_match(written);
    if (holds || !length || before + *length > kNearDigits) return std::nullopt;
    before += *length;
  }
  return std::nullopt;
}

}  // namespace sekisho::filters
