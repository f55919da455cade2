#include "filters/views/spoken_digits.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <iterator>
#include <string>

#include "filters/char_set.h"
#include "filters/views/character_forms.h"
#include "filters/views/survey.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kFewestDigits = 9, kMostDigits = 40;
constexpr std::size_t kLongestGap = 8;  // bytes between two words

struct Word {
  std::string_view text;
  char digit;
};

// Of one digit the longer come first.
constexpr Word kLatin[] = {
    {"zero", '0'}, {"oh", '0'},   {"one", '1'},    {"two", '2'},   {"three", '3'}, {"four", '4'},
    {"five", '5'}, {"six", '6'},  {"seven", '7'},  {"eight", '8'}, {"nine", '9'},  {"rei", '0'},
    {"ichi", '1'}, {"ni", '2'},   {"san", '3'},    {"yon", '4'},   {"shi", '4'},   {"go", '5'},
    {"roku", '6'}, {"nana", '7'}, {"shichi", '7'}, {"hachi", '8'}, {"kyuu", '9'},  {"kyu", '9'}};
constexpr Word kKana[] = {
    {"ゼロ", '0'}, {"レイ", '0'}, {"マル", '0'},   {"イチ", '1'},   {"ニー", '2'}, {"ニ", '2'},
    {"サン", '3'}, {"ヨン", '4'}, {"シチ", '7'},   {"ゴー", '5'},   {"ゴ", '5'},   {"ロク", '6'},
    {"ナナ", '7'}, {"ハチ", '8'}, {"キュウ", '9'}, {"キュー", '9'}, {"ク", '9'}};

// Which lengths the words have that begin with a letter.
constexpr std::array<std::uint32_t, 256> kLatinLengths = [] {
  std::array<std::uint32_t, 256> out{};
  for (const Word& word : kLatin)
    out[static_cast<unsigned char>(word.text[0])] |= std::uint32_t{1} << word.text.size();
  return out;
}();

// Katakana for hiragana.
char32_t folded_kana(char32_t c) {
  return c >= 0x3041 && c <= 0x3096 ? c + 0x60 : c;
}

// The digit of the word at `at`, and its end; 0: there is none.
std::size_t latin_word(std::string_view text, std::size_t at, std::string& digits) {
  std::size_t end = at;
  while (end < text.size() && end - at < 8 && kAsciiLetters.has(text[end])) ++end;
  const std::string_view word = text.substr(at, end - at);
  if (word.empty() || (kLatinLengths[(text[at] | 0x20) & 0xFF] >> word.size() & 1) == 0) return 0;
  for (const Word& known : kLatin) {
    if (known.text[0] != (text[at] | 0x20)) continue;
    const bool same = known.text.size() == word.size() &&
                      std::equal(word.begin(), word.end(), known.text.begin(),
                                 [](char a, char b) { return (a | 0x20) == b; });
    if (!same) continue;
    digits += known.digit;
    return end;
  }
  return 0;
}

std::size_t kana_word(std::string_view text, std::size_t at, std::string& digits) {
  for (const Word& known : kKana) {
    std::size_t pos = at;
    bool same = true;
    for (std::size_t i = 0; same && i < known.text.size(); i += 3) {
      const RawChar c = raw_char(text, pos);
      same = folded_kana(c.value) == raw_char(known.text, i).value;
      pos += c.size;
    }
    if (!same) continue;
    digits += known.digit;
    return pos;
  }
  return 0;
}

std::size_t digit_word(std::string_view text, std::size_t at, std::string& digits) {
  if (at >= text.size()) return 0;
  if (static_cast<unsigned char>(text[at]) >= 0x80) return kana_word(text, at, digits);
  if (!kAsciiLetters.has(text[at])) return 0;
  for (const auto& [word, times] :
       {std::pair(std::string_view("double "), 1), std::pair(std::string_view("triple "), 2)}) {
    if (text[at] != word[0] || text.substr(at, word.size()) != word) continue;
    const std::size_t end = latin_word(text, at + word.size(), digits);
    if (end != 0) digits.append(static_cast<std::size_t>(times), digits.back());
    return end;
  }
  return latin_word(text, at, digits);
}

std::size_t behind_gap(std::string_view text, std::size_t at) {
  static constexpr CharSet kGap{" ,-.\n\r/"};
  std::size_t pos = at;
  while (pos < text.size() && pos - at < kLongestGap) {
    if (kGap.has(text[pos])) {
      ++pos;
      continue;
    }
    const RawChar c = raw_char(text, pos);
    if (c.value != U'、' && c.value != U'・' && c.value != 0x3000 && c.value != U'ノ' &&
        c.value != U'の')
      break;
    pos += c.size;
  }
  return pos;
}

}  // namespace

bool spoken_kana_at(const unsigned char* block, std::size_t at) {
  constexpr int kFewest = 8;
  for (int i = 0; i < kFewest; ++i) {
    if (at + 3 > Survey::kBlock) return false;
    if (block[at] == ' ') ++at;
    if (!is_spoken_kana(block + at)) return false;
    at += 3;
  }
  return true;
}

void find_spoken_digits(std::string_view text, const Survey& survey, Range where, Patches& out) {
  out.undo(kNormalised);
  // Where words begin, and characters that are not ASCII.
  constexpr auto kStarts = [](const BlockMarks& before, const BlockMarks& m, const BlockMarks&) {
    return (m.letter & ~(m.letter << 1 | before.letter >> 63)) | m.first_high;
  };
  std::string digits;
  survey.each(where.begin, where.end, kStarts, [&](std::size_t at) {
    digits.clear();
    std::size_t end = digit_word(text, at, digits);
    if (end == 0) return at + 1;
    for (std::size_t more = end; digits.size() < kMostDigits && more != 0;) {
      end = more;
      more = digit_word(text, behind_gap(text, end), digits);
    }
    if (digits.size() >= kFewestDigits) out.add({at, end}, digits);
    return end;
  });
}

}  // namespace sekisho::filters
