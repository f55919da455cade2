#include "filters/word_spellings.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "filters/char_set.h"
#include "filters/utf8.h"

namespace sekisho::filters {
namespace {

constexpr CharSet kJoints{" _-"};

// A blank, a hyphen or an underscore between Latin words.
bool is_joint(std::string_view word, std::size_t at) {
  return at > 0 && at + 1 < word.size() && kJoints.has(word[at]) &&
         static_cast<unsigned char>(word[at - 1]) < 0x80 && kAsciiWord.has(word[at + 1]);
}

std::string joined_with(std::string_view word, std::string_view joint) {
  std::string out;
  for (std::size_t at = 0; at < word.size(); ++at) {
    if (is_joint(word, at))
      out += joint;
    else
      out += word[at];
  }
  return out;
}

// From ァ on, in the order of Unicode; a mark of voice is a character of its own in half width.
constexpr std::array<std::string_view, 86> kHalf = {
    "ｧ",  "ｱ",  "ｨ",  "ｲ",  "ｩ",  "ｳ",  "ｪ",  "ｴ", "ｫ",  "ｵ",  "ｶ",  "ｶﾞ", "ｷ",  "ｷﾞ", "ｸ",
    "ｸﾞ", "ｹ",  "ｹﾞ", "ｺ",  "ｺﾞ", "ｻ",  "ｻﾞ", "ｼ", "ｼﾞ", "ｽ",  "ｽﾞ", "ｾ",  "ｾﾞ", "ｿ",  "ｿﾞ",
    "ﾀ",  "ﾀﾞ", "ﾁ",  "ﾁﾞ", "ｯ",  "ﾂ",  "ﾂﾞ", "ﾃ", "ﾃﾞ", "ﾄ",  "ﾄﾞ", "ﾅ",  "ﾆ",  "ﾇ",  "ﾈ",
    "ﾉ",  "ﾊ",  "ﾊﾞ", "ﾊﾟ", "ﾋ",  "ﾋﾞ", "ﾋﾟ", "ﾌ", "ﾌﾞ", "ﾌﾟ", "ﾍ",  "ﾍﾞ", "ﾍﾟ", "ﾎ",  "ﾎﾞ",
    "ﾎﾟ", "ﾏ",  "ﾐ",  "ﾑ",  "ﾒ",  "ﾓ",  "ｬ",  "ﾔ", "ｭ",  "ﾕ",  "ｮ",  "ﾖ",  "ﾗ",  "ﾘ",  "ﾙ",
    "ﾚ",  "ﾛ",  "ﾜ",  "ﾜ",  "ｲ",  "ｴ",  "ｦ",  "ﾝ", "ｳﾞ", "ｶ",  "ｹ"};

// The half-width form of the character of three bytes at `at`; empty when it has none.
std::string_view half_width(std::string_view word, std::size_t at) {
  const std::string_view c = word.substr(at, 3);
  if (c == "ー") return "ｰ";
  if (c.size() < 3 || c[0] != '\xE3') return {};
  const std::size_t low = static_cast<unsigned char>(c[2]) & 0x3F;
  const auto middle = static_cast<unsigned char>(c[1]);
  if (middle != 0x82 && middle != 0x83) return {};
  const std::size_t code = (middle == 0x82 ? 0x80 : 0xC0) + low;  // of U+3080 … U+30FF, less U+3000
  const std::size_t place = code - 0xA1;
  return code >= 0xA1 && place < kHalf.size() ? kHalf[place] : std::string_view{};
}

std::string in_half_width(std::string_view word) {
  std::string out;
  for (std::size_t at = 0; at < word.size();) {
    const std::string_view half = half_width(word, at);
    if (half.empty()) {
      out += word[at++];
    } else {
      out += half;
      at += 3;
    }
  }
  return out;
}

// The hiragana of the katakana of three bytes at `at`; 0 = it is none.
char32_t hiragana(std::string_view word, std::size_t at) {
  constexpr char32_t kFirst = 0x30A1, kLast = 0x30F6, kStep = 0x60;
  if (at + 3 > word.size() || word[at] != '\xE3') return 0;
  const char32_t c = utf8_code_point(word.data() + at, 3);
  return c >= kFirst && c <= kLast ? c - kStep : 0;
}

// As somebody writes who does not want to be found; empty for short words, which hiragana of other
// words hold.
std::string in_hiragana(std::string_view word) {
  constexpr std::size_t kFewest = 4;
  std::string out;
  std::size_t kana = 0;
  bool drawn_out = false;
  for (std::size_t at = 0; at < word.size();) {
    if (const char32_t c = hiragana(word, at); c != 0) {
      append_utf8(out, c);
      ++kana;
      at += 3;
    } else {
      drawn_out |= word.substr(at, 3) == "ー";
      out += word[at++];
    }
  }
  return kana >= kFewest || (kana > 1 && drawn_out) ? out : std::string();
}

}  // namespace

std::vector<std::string> with_spellings(const std::vector<std::string>& words) {
  std::vector<std::string> out;
  const auto add = [&out](std::string word) {
    if (std::find(out.begin(), out.end(), word) == out.end()) out.push_back(std::move(word));
  };
  for (const std::string& word : words) {
    add(word);
    for (const char* joint : {" ", "_", "-", "", "+"}) add(joined_with(word, joint));
    add(in_half_width(word));
    if (std::string other = in_hiragana(word); !other.empty()) add(std::move(other));
  }
  return out;
}

}  // namespace sekisho::filters
