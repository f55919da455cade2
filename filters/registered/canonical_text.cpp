#include "filters/registered/canonical_text.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <iterator>
#include <unordered_map>

#include "filters/utf8.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

// What a character is to the reader of values.
enum class Kind : std::uint8_t {
  kDropped,  // invisible: nothing stands there
  kLight,    // may stand inside a value: spaces, hyphens, dots, brackets of telephone numbers
  kHard,     // ends every value
  kMany,     // stands for several characters, see the table of expansions
  kMark,     // combines with the character before
  kBound,    // letter or digit of a script with words
  kFree,     // kanji, kana
};

struct Folded {
  char32_t value = 0;
  Kind kind = Kind::kHard;
};

// Old and new forms that names are written in; only such as are one name to everybody.
constexpr char32_t kOldForms[][2] = {
    {U'髙', U'高'}, {U'﨑', U'崎'}, {U'嵜', U'崎'}, {U'邊', U'辺'}, {U'邉', U'辺'}, {U'澤', U'沢'},
    {U'濱', U'浜'}, {U'濵', U'浜'}, {U'廣', U'広'}, {U'齋', U'斎'}, {U'齊', U'斉'}, {U'國', U'国'},
    {U'櫻', U'桜'}, {U'惠', U'恵'}, {U'眞', U'真'}, {U'德', U'徳'}, {U'瀨', U'瀬'}, {U'𠮷', U'吉'},
    {U'桒', U'桑'}, {U'栁', U'柳'}, {U'冨', U'富'}, {U'嶋', U'島'}, {U'嶌', U'島'}, {U'來', U'来'},
    {U'榮', U'栄'}, {U'實', U'実'}, {U'壽', U'寿'}, {U'應', U'応'}, {U'學', U'学'}, {U'藏', U'蔵'},
    {U'禮', U'礼'}, {U'與', U'与'}, {U'萬', U'万'}, {U'豐', U'豊'}, {U'關', U'関'}};

char32_t in_new_form(char32_t c) {
  for (const auto& pair : kOldForms)
    if (pair[0] == c) return pair[1];
  return c;
}

char32_t in_hiragana(char32_t c) {
  if (c >= 0x30A1 && c <= 0x30F6) return c - 0x60;
  if (c == 0x30FD || c == 0x30FE) return c - 0x60;
  return c;
}

bool without_words(char32_t c) {
  return (c >= 0x3005 && c <= 0x3007) || (c >= 0x3041 && c <= 0x30FF) ||
         (c >= 0x31F0 && c <= 0x31FF) || (c >= 0x3400 && c <= 0x9FFF) ||
         (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x3FFFF);
}

bool is_light(char32_t c) {
  static constexpr std::u32string_view kAscii = U"\t\n\r-._'()/+,&~";
  return kAscii.find(c) != std::u32string_view::npos || is_space(c) || is_hyphen(c) || is_dot(c) ||
         c == 0x3000 || c == 0x2028 || c == 0x2029 || c == 0x85 || c == 0x2019;
}

Kind kind_of(char32_t c) {
  if (c == U'@') return Kind::kBound;
  if (c == 0x30FC) return Kind::kFree;
  if (c == 0x3002 || c == 0xFF61) return Kind::kHard;
  if (is_light(c)) return Kind::kLight;
  const auto point = static_cast<UChar32>(c);
  const auto category = u_charType(point);
  if (category == U_NON_SPACING_MARK || category == U_ENCLOSING_MARK ||
      category == U_COMBINING_SPACING_MARK)
    return Kind::kMark;
  if (!u_isalnum(point) && category != U_LETTER_NUMBER && category != U_OTHER_NUMBER)
    return Kind::kHard;
  return without_words(c) ? Kind::kFree : Kind::kBound;
}

Folded fold_one(char32_t c) {
  const int digit = u_charDigitValue(static_cast<UChar32>(c));
  if (digit >= 0 && digit <= 9) return {static_cast<char32_t>(U'0' + digit), Kind::kBound};
  c = in_new_form(in_hiragana(c));
  return {c, kind_of(c)};
}

// Every character below U+20000 folded, made at the first use.
class FoldTable {
 public:
  FoldTable() : folded_(kSize) {
    UErrorCode error = U_ZERO_ERROR;
    const auto* casefold = icu::Normalizer2::getNFKCCasefoldInstance(error);
    for (char32_t c = 0; c < kSize; ++c) {
      if (c >= 0xD800 && c <= 0xDFFF) continue;
      folded_[c] = U_SUCCESS(error) ? looked_up(c, *casefold) : fold_one(c);
    }
    error = U_ZERO_ERROR;
    composing_ = icu::Normalizer2::getNFCInstance(error);
  }

  Folded operator[](char32_t c) const {
    if (c < kSize) return folded_[c];
    // Tags and variation selectors are invisible.
    if (c >= 0xE0000 && c <= 0xE0FFF) return {c, Kind::kDropped};
    return fold_one(c);
  }
  const std::u32string& expansion(char32_t c) const { return many_.at(c); }

  // 0 when the two are no one character.
  char32_t composed(char32_t letter, char32_t mark) const {
    if (composing_ == nullptr) return 0;
    const UChar32 c =
        composing_->composePair(static_cast<UChar32>(letter), static_cast<UChar32>(mark));
    return c < 0 ? 0 : static_cast<char32_t>(c);
  }

 private:
  static constexpr char32_t kSize = 0x20000;

  Folded looked_up(char32_t c, const icu::Normalizer2& casefold) {
    if (c < 0x80) return fold_one(is_upper(c) ? c + 0x20 : c);
    const icu::UnicodeString from(static_cast<UChar32>(c));
    UErrorCode error = U_ZERO_ERROR;
    if (casefold.isNormalized(from, error)) return fold_one(c);
    error = U_ZERO_ERROR;
    const icu::UnicodeString to = casefold.normalize(from, error);
    if (U_FAILURE(error) || to.isEmpty()) return {c, Kind::kDropped};
    const int count = to.countChar32();
    if (count == 1) return fold_one(static_cast<char32_t>(to.char32At(0)));
    std::u32string& out = many_[c];
    for (int i = 0; i < to.length(); i = to.moveIndex32(i, 1))
      out.push_back(static_cast<char32_t>(to.char32At(i)));
    return {c, Kind::kMany};
  }

  std::vector<Folded> folded_;
  std::unordered_map<char32_t, std::u32string> many_;
  const icu::Normalizer2* composing_ = nullptr;
};

const FoldTable& table() {
  static const FoldTable kTable;
  return kTable;
}

// In a value at most so many separators stand together.
constexpr std::size_t kMostSeparators = 3;
constexpr std::size_t kWidestGap = 24;  // bytes, invisible characters counted

bool is_line_end(char32_t c) {
  return c == U'\n' || c == U'\r' || c == 0x2028 || c == 0x2029;
}

}  // namespace

// What stands since the last character.
struct CanonicalText::Gap {
  std::size_t separators = 0;
  bool hard = true;  // nothing stands before the text
  bool line_end = false;
};

void CanonicalText::add(char32_t value, bool free, Range bytes, std::uint32_t ordinal, Gap& gap) {
  std::uint8_t marks = free ? kFree : 0;
  const bool beside = !characters_.empty() && gap.separators == 0 && !gap.hard;
  if (!beside) marks |= kSeparated;
  if (gap.line_end) marks |= kLineEnded;
  const bool wide = !characters_.empty() && bytes.begin > characters_.back().end + kWidestGap;
  if (gap.hard || gap.separators > kMostSeparators || wide) marks |= kApart | kSeparated;
  const bool joined = beside && !wide && !free && !(characters_.back().marks & kFree);
  if (!joined) marks |= kBeginsWord;
  if (joined) characters_.back().marks &= static_cast<std::uint8_t>(~kEndsWord);
  marks |= kEndsWord;  // until another one joins it
  characters_.push_back({value, static_cast<std::uint32_t>(bytes.begin),
                         static_cast<std::uint32_t>(bytes.end), ordinal, marks});
  gap = {0, false, false};
}

// A voiced mark or an accent becomes one with its letter.
bool CanonicalText::join(char32_t mark, std::size_t end) {
  if (characters_.empty()) return false;
  Character& last = characters_.back();
  const char32_t whole = table().composed(last.value, mark);
  if (whole == 0) return false;
  last.value = fold_one(whole).value;
  last.end = static_cast<std::uint32_t>(end);
  return true;
}

void CanonicalText::read(std::string_view text) {
  const FoldTable& folds = table();
  characters_.clear();
  Gap gap;
  std::uint32_t ordinal = 0;
  const char* const end = text.data() + text.size();
  for (std::size_t pos = 0; pos < text.size(); ++ordinal) {
    const std::size_t size = utf8_sequence(text.data() + pos, end);
    if (size == 0) {
      gap.hard = true;
      ++pos;
      continue;
    }
    const char32_t c = utf8_code_point(text.data() + pos, size);
    const Range bytes{pos, pos + size};
    pos += size;
    const auto take = [&](Folded f) {
      // The long-vowel mark is a hyphen between digits.
      const bool dash = f.value == 0x30FC && !characters_.empty() &&
                        is_digit(characters_.size() - 1) &&
                        filters::is_digit(char_at(text, pos).value);
      if (dash) f.kind = Kind::kLight;
      switch (f.kind) {
        case Kind::kDropped:
          break;
        case Kind::kHard:
          gap.hard = true;
          break;
        case Kind::kLight:
          ++gap.separators;
          gap.line_end |= is_line_end(f.value);
          break;
        case Kind::kMark:
          if (gap.separators == 0 && !gap.hard) join(f.value, bytes.end);
          break;
        default:
          add(f.value, f.kind == Kind::kFree, bytes, ordinal, gap);
      }
    };
    const Folded folded = folds[c];
    if (folded.kind != Kind::kMany) {
      take(folded);
      continue;
    }
    for (const char32_t part : folds.expansion(c)) take(fold_one(part));
  }
}

std::string CanonicalText::text(std::size_t from, std::size_t to) const {
  std::string out;
  for (std::size_t i = from; i < to; ++i) append_utf8(out, characters_[i].value);
  return out;
}

std::string canonical_form(std::string_view text) {
  const CanonicalText canonical(text);
  return canonical.text(0, canonical.size());
}

}  // namespace sekisho::filters
