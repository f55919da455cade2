#include "filters/patterns/pattern_prefixes.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "filters/patterns/pattern_length.h"
#include "filters/patterns/pattern_tree.h"
#include "filters/utf8.h"

namespace sekisho::filters {
namespace {

using Kind = PatternNode::Kind;

constexpr std::size_t kMostWords = 128, kMostOfClass = 64, kLongestWord = 32, kMostCopies = 8;
// A word of so many bytes is not followed into several, or into many.
constexpr std::size_t kLongEnough = 5, kTellingEnough = 3, kMany = 4;
constexpr std::size_t kLongest = 16;         // of words that are only compared
constexpr std::size_t kFewWhole = 16;        // words that say all of a pattern
constexpr std::size_t kFarthestInside = 64;  // bytes
constexpr std::size_t kNearDigits = 8;       // bytes

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

// Of each character, as one word; without case in lower case. Nothing known: they are too many.
Words one_of(const PatternNode& characters) {
  Words out;
  for (const auto& [from, to] : characters.ranges) {
    if (to - from >= 2 * kMostOfClass) return nothing_known();
    for (char32_t c = from; c <= to; ++c) {
      const bool capital = characters.any_case && c >= U'A' && c <= U'Z';
      Word word;
      append_utf8(word.text, capital ? c + 0x20 : c);
      if (std::find(out.begin(), out.end(), word) == out.end()) out.push_back(std::move(word));
    }
  }
  return out.size() > kMostOfClass ? nothing_known() : out;
}

Words words_of(const PatternNode& node, std::size_t long_enough);

Words copies(const PatternNode& repeat, std::size_t long_enough) {
  const Words none = {{"", true}}, one = words_of(repeat.parts.front(), long_enough);
  if (repeat.most == 0) return none;
  if (repeat.least == 0) return either(repeat.most == 1 ? one : closed(one), none);
  Words all = one;
  for (std::size_t i = 1; i < std::min(repeat.least, kMostCopies); ++i)
    all = joined(all, one, long_enough);
  return repeat.least == repeat.most && repeat.least <= kMostCopies ? all : closed(all);
}

// Words that are as long as `long_enough` are not followed into several.
Words words_of(const PatternNode& node, std::size_t long_enough) {
  switch (node.kind) {
    case Kind::kCharacters:
      return one_of(node);
    case Kind::kRepeat:
      return copies(node, long_enough);
    case Kind::kEither: {
      Words all = words_of(node.parts.front(), long_enough);
      for (std::size_t i = 1; i < node.parts.size(); ++i)
        all = either(std::move(all), words_of(node.parts[i], long_enough));
      return all;
    }
    default:
      break;
  }
  Words words = {{"", true}};
  for (const PatternNode& part : node.parts)
    words = joined(words, words_of(part, long_enough), long_enough);
  return words;
}

// What a pattern has somewhere.
struct Traits {
  bool any_case = false;  // characters whose case does not matter
  bool cased = false;     // letters of ASCII whose case matters
  bool places = false;    // borders, line ends, what is not said in full
};

void add_traits(const PatternNode& node, Traits& out) {
  out.places = out.places || node.is_place() || node.loose;
  out.any_case = out.any_case || node.any_case;
  if (!node.any_case)
    for (const auto& [from, to] : node.ranges)
      out.cased = out.cased || (from <= U'z' && to >= U'A' && !(from > U'Z' && to < U'a'));
  for (const PatternNode& part : node.parts) add_traits(part, out);
}

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

// What every match of `tree` begins with.
PatternWords prefixes_of(const PatternNode& tree, std::size_t shortest) {
  Traits traits;
  add_traits(tree, traits);
  PatternWords out;
  out.any_case = traits.any_case;
  const Words words = words_of(tree, kLongEnough);
  out.words = texts_of(words, out.any_case, shortest);
  if (out.words.empty()) return out;
  const bool may_be_whole = !traits.places && !(traits.any_case && traits.cased);
  out.whole = may_be_whole && all_open(words);
  if (out.whole) return out;
  const Words longer = words_of(tree, kLongest);
  std::vector<std::string> all = texts_of(longer, out.any_case, shortest);
  // A few words that say all are sought themselves, so that the engine need not be asked.
  out.whole = may_be_whole && all_open(longer) && !all.empty() && all.size() <= kFewWhole &&
              none_begins_another(all);
  if (out.whole) out.words = std::move(all);
  return out;
}

PatternNode between(const std::vector<PatternNode>& parts, std::size_t begin, std::size_t end) {
  const auto first = parts.begin();
  return sequence_of(
      {first + static_cast<std::ptrdiff_t>(begin), first + static_cast<std::ptrdiff_t>(end)});
}

// Three bytes and more, or an "@".
bool all_telling(const std::vector<std::string>& words) {
  return std::all_of(words.begin(), words.end(),
                     [](const std::string& w) { return w.size() >= kTellingEnough || w == "@"; });
}

bool may_hold_digits(const PatternNode& node) {
  return std::any_of(
             node.ranges.begin(), node.ranges.end(),
             [](const auto& range) { return range.first <= U'9' && range.second >= U'0'; }) ||
         std::any_of(node.parts.begin(), node.parts.end(), may_hold_digits);
}

// Any digit, or a certain one.
bool is_digit_part(const PatternNode& node) {
  if (node.kind == Kind::kRepeat) return node.least > 0 && is_digit_part(node.parts.front());
  if (node.kind != Kind::kCharacters || node.ranges.size() != 1) return false;
  const auto [from, to] = node.ranges.front();
  return (from == U'0' && to == U'9') || (from == to && from >= U'0' && from <= U'9');
}

}  // namespace

PatternWords pattern_prefixes(std::string_view pattern, std::size_t shortest) {
  const std::optional<PatternNode> tree = pattern_tree(pattern);
  return tree ? prefixes_of(*tree, shortest) : PatternWords{};
}

PatternWords pattern_inner_words(std::string_view pattern) {
  const std::optional<PatternNode> tree = pattern_tree(pattern);
  if (!tree) return {};
  const std::vector<PatternNode> parts = flat(*tree);
  std::size_t before = 0;
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const std::optional<std::size_t> length = longest_match(parts[i - 1]);
    if (!length || before + *length > kFarthestInside) return {};
    before += *length;
    for (const std::size_t end : {parts.size(), i + 1}) {
      PatternWords inside = prefixes_of(between(parts, i, end), 1);
      if (inside.words.empty() || !all_telling(inside.words)) continue;
      inside.before = before;
      inside.whole = false;
      return inside;
    }
  }
  return {};
}

std::optional<std::size_t> pattern_digit_reach(std::string_view pattern) {
  const std::optional<PatternNode> tree = pattern_tree(pattern);
  if (!tree) return std::nullopt;
  std::size_t before = 0;
  for (const PatternNode& part : flat(*tree)) {
    if (is_digit_part(part)) return before;
    // The run would begin in a part that may hold digits itself.
    const auto length = longest_match(part);
    if (may_hold_digits(part) || !length || before + *length > kNearDigits) return std::nullopt;
    before += *length;
  }
  return std::nullopt;
}

}  // namespace sekisho::filters
