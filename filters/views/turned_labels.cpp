#include "filters/views/turned_labels.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "filters/char_set.h"
#include "filters/utf8.h"
#include "filters/views/character_forms.h"
#include "filters/views/survey.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kLongestLabel = 48, kLongestValue = 160;
constexpr std::string_view kWideColon = "：";

// The first word behind the colon, which is the last one of the label.
constexpr std::string_view kLastWords[] = {
    "rebmun", "drac", "drowssap", "dwssap", "dwp",    "esarhpssap", "liame", "liam-e", "liam",
    "nabi",   "nss",  "yek",      "nekot",  "terces", "enohp",      "let",   "htrib",  "bod"};
// Those in ROT13.
constexpr std::string_view kMovedWords[] = {
    "ahzore", "pneq", "cnffjbeq", "cnffjq", "cnffcuenfr", "cjq",   "rznvy", "znvy",
    "vona",   "ffa",  "xrl",      "gbxra",  "frperg",     "ovegu", "qbo",   "cubar"};
constexpr std::string_view kLastWordsJa[] = {"号番",   "話電",     "ドーワスパ", "ーバンナイマ",
                                             "ルーメ", "日月年生", "スレドア",   "ンクート"};

// Two letters of a word each, so that most words need no comparing.
template <std::size_t kWords>
class Pairs {
 public:
  constexpr explicit Pairs(const std::string_view (&words)[kWords]) {
    for (const std::string_view word : words) {
      const std::size_t bit = place(word[0], word[1]);
      bits_[bit / 64] |= std::uint64_t{1} << bit % 64;
    }
  }
  constexpr bool may_begin(char a, char b) const {
    const std::size_t bit = place(a, b);
    return (bits_[bit / 64] >> bit % 64 & 1) != 0;
  }

 private:
  static constexpr std::size_t place(char a, char b) {
    return (static_cast<std::size_t>(a) & 31) << 5 | (static_cast<std::size_t>(b) & 31);
  }
  std::uint64_t bits_[16] = {};
};
constexpr Pairs kEndPairs(kLastWords);
constexpr Pairs kMovedPairs(kMovedWords);

bool letter_at(std::string_view text, std::size_t at) {
  return at < text.size() && is_letter(static_cast<unsigned char>(text[at]));
}

std::size_t letters_end(std::string_view text, std::size_t at) {
  const std::size_t most = std::min(text.size(), at + kLongestLabel);
  while (at < most && (letter_at(text, at) || text[at] == '-')) ++at;
  return at;
}

// Either case.
template <std::size_t kWords>
bool one_of(std::string_view word, const std::string_view (&words)[kWords]) {
  const auto same = [](char a, char b) { return (a | 0x20) == b || a == b; };
  return std::any_of(std::begin(words), std::end(words), [&](std::string_view known) {
    return std::equal(word.begin(), word.end(), known.begin(), known.end(), same);
  });
}

// " :rebmun drac", behind the colon; "on" alone is a word of its own.
bool backwards_behind(std::string_view text, std::size_t at) {
  if (!letter_at(text, at) || !letter_at(text, at + 1)) return false;
  if (text.substr(at, 3) == "on ") return text.substr(at + 3).starts_with("tropssap");
  if (!kEndPairs.may_begin(text[at], text[at + 1])) return false;
  return one_of(text.substr(at, letters_end(text, at) - at), kLastWords);
}

bool backwards_behind_ja(std::string_view text, std::size_t at) {
  const std::string_view rest = text.substr(std::min(at, text.size()));
  return std::any_of(std::begin(kLastWordsJa), std::end(kLastWordsJa),
                     [rest](std::string_view word) { return rest.starts_with(word); });
}

// "cnffjbeq: ", before the colon.
bool moved_before(std::string_view text, std::size_t at) {
  std::size_t begin = at;
  while (begin > 0 && at - begin < kLongestLabel && letter_at(text, begin - 1)) --begin;
  if (at - begin < 3 || !kMovedPairs.may_begin(text[begin], text[begin + 1])) return false;
  return one_of(text.substr(begin, at - begin), kMovedWords);
}

std::size_t colon_size(std::string_view text, std::size_t at) {
  return text[at] == ':' ? 1 : text.substr(at, kWideColon.size()) == kWideColon ? 3 : 0;
}

bool shown_ascii(char c) {
  return c >= 0x20 && c < 0x7F;
}

enum class Turn { kNone, kBackwards, kMoved };

Turn turn_at(std::string_view text, std::size_t at) {
  const std::size_t size = colon_size(text, at);
  if (size == 0 || at == 0 || at + size >= text.size()) return Turn::kNone;
  const char before = text[at - 1], after = text[at + size];
  if (static_cast<unsigned char>(after) >= 0x80)
    return shown_ascii(before) && backwards_behind_ja(text, at + size) ? Turn::kBackwards
                                                                       : Turn::kNone;
  if (size != 1) return Turn::kNone;
  if (before == ' ' && letter_at(text, at + 1))
    return backwards_behind(text, at + 1) ? Turn::kBackwards : Turn::kNone;
  return after == ' ' && letter_at(text, at - 1) && moved_before(text, at) ? Turn::kMoved
                                                                           : Turn::kNone;
}

// A value written backwards stands before the label: to the beginning of its line, or behind what
// tells of it.
Range backwards_range(std::string_view text, std::size_t colon) {
  std::size_t begin = colon, end = colon + colon_size(text, colon);
  while (begin > 0 && colon - begin < kLongestValue && shown_ascii(text[begin - 1]) &&
         !(text[begin - 1] == ':' && text[begin] == ' '))
    --begin;
  if (static_cast<unsigned char>(text[end]) < 0x80) {
    while (end < text.size() && end - colon < kLongestLabel &&
           (letter_at(text, end) || text[end] == ' ' || text[end] == '_' || text[end] == '-'))
      ++end;
    return {begin, end};
  }
  while (end < text.size() && end - colon < kLongestLabel) {
    const RawChar c = raw_char(text, end);
    if (c.value < 0x3041 || (c.value > 0x30FF && c.value < 0x4E00) || c.value > 0x9FFF) break;
    end += c.size;
  }
  return {begin, end};
}

std::string backwards(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t end = text.size(); end > 0;) {
    const std::size_t size = raw_char_before(text, end).size;
    out += text.substr(end - size, size);
    end -= size;
  }
  return out;
}

Range moved_range(std::string_view text, std::size_t colon) {
  std::size_t begin = colon, end = colon;
  while (begin > 0 && colon - begin < kLongestLabel &&
         (letter_at(text, begin - 1) || text[begin - 1] == ' ' || text[begin - 1] == '_'))
    --begin;
  const std::size_t most = std::min(text.size(), colon + kLongestValue);
  while (end < most && text[end] != '\n') end += raw_char(text, end).size;
  return {begin, std::min(end, text.size())};
}

std::string moved(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (!is_letter(static_cast<unsigned char>(c))) continue;
    const char first = (c & 0x20) != 0 ? 'a' : 'A';
    c = static_cast<char>((c - first + 13) % 26 + first);
  }
  return out;
}

}  // namespace

bool beside_turned_label(std::string_view text, std::size_t at) {
  return turn_at(text, at) != Turn::kNone;
}

void find_turned_labels(std::string_view text, const Survey& survey, Range where, Patches& out) {
  constexpr auto kColons = [](const BlockMarks&, const BlockMarks& m, const BlockMarks&) {
    return m.colon | m.lead;
  };
  out.undo(kTurned | kWrapped);
  survey.each(where.begin, where.end, kColons, [&](std::size_t at) {
    const Turn turn = turn_at(text, at);
    if (turn == Turn::kNone) return at + 1;
    const Range range =
        turn == Turn::kBackwards ? backwards_range(text, at) : moved_range(text, at);
    const std::string_view shown = text.substr(range.begin, range.size());
    out.add(range, turn == Turn::kBackwards ? backwards(shown) : moved(shown));
    return std::max(range.end, at + 1);
  });
}

}  // namespace sekisho::filters
