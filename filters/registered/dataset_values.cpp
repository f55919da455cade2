#include "filters/registered/dataset_values.h"

#include <algorithm>

#include "filters/registered/canonical_text.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kLightest = 4;      // of a value; a kanji weighs two letters
constexpr std::size_t kFewestDigits = 4;  // behind leading zeros

constexpr std::string_view kCompanyMarks[] = {"㈱",     "㈲",   "㈳",     "(株)", "（株）", "(有)",
                                              "（有）", "(同)", "（同）", "(社)", "（社）"};
constexpr std::u32string_view kCompanyForms[] = {
    U"株式会社",     U"有限会社",     U"合同会社",     U"合資会社",     U"合名会社",
    U"一般社団法人", U"一般財団法人", U"公益社団法人", U"公益財団法人", U"特定非営利活動法人"};
constexpr std::u32string_view kCompanyWords[] = {
    U"inc", U"ltd", U"co", U"corp", U"corporation", U"company", U"limited",
    U"llc", U"llp", U"kk", U"gmbh", U"ag",          U"plc",     U"incorporated"};

std::string without_company_marks(std::string_view cell) {
  std::string out(cell);
  for (const std::string_view mark : kCompanyMarks)
    for (std::size_t at = out.find(mark); at != std::string::npos; at = out.find(mark, at))
      out.replace(at, mark.size(), " ");
  return out;
}

std::size_t weight_of(std::u32string_view value) {
  std::size_t weight = 0;
  for (const char32_t c : value) weight += c >= 0x3400 ? 2 : 1;
  return weight;
}

bool starts_with(std::u32string_view text, std::u32string_view with) {
  return text.substr(0, with.size()) == with;
}
bool ends_with(std::u32string_view text, std::u32string_view with) {
  return text.size() >= with.size() && text.substr(text.size() - with.size()) == with;
}

// "K.K.", "Co., Ltd.": the last words of the name. Returns where the name ends.
std::size_t end_before_company_words(const CanonicalText& text, std::u32string_view value,
                                     std::size_t end) {
  for (;;) {
    std::size_t begin = end;
    std::u32string word;
    // Letters with dots between are one word.
    while (begin > 0 && !text.is_free(begin - 1) && end - begin < 12) {
      --begin;
      word = std::u32string(value.substr(begin, end - begin));
      const bool known = text.begins_word(begin) &&
                         std::find(std::begin(kCompanyWords), std::end(kCompanyWords), word) !=
                             std::end(kCompanyWords);
      if (known) break;
    }
    const bool known = begin < end && text.begins_word(begin) &&
                       std::find(std::begin(kCompanyWords), std::end(kCompanyWords), word) !=
                           std::end(kCompanyWords);
    if (!known || weight_of(value.substr(0, begin)) < kLightest) return end;
    end = begin;
  }
}

std::u32string without_company_forms(const CanonicalText& text, std::u32string value) {
  const std::u32string_view all(value);
  const std::size_t end = end_before_company_words(text, all, all.size());
  std::u32string_view name = all.substr(0, end);
  for (const std::u32string_view form : kCompanyForms) {
    std::u32string_view shorter = name;
    if (starts_with(name, form)) shorter = name.substr(form.size());
    if (ends_with(name, form)) shorter = name.substr(0, name.size() - form.size());
    if (weight_of(shorter) >= kLightest) name = shorter;
  }
  return std::u32string(name);
}

// The country code of Japan goes, as the 0 does that stands for it at home.
std::u32string national_digits(std::u32string digits, std::string_view cell) {
  const std::size_t first = cell.find_first_not_of(" \t(");
  const bool abroad = first != std::string_view::npos && char_at(cell, first).value == U'+';
  std::u32string_view out(digits);
  if (abroad && starts_with(out, U"81") && out.size() > 9) out.remove_prefix(2);
  out.remove_prefix(std::min(out.find_first_not_of(U'0'), out.size()));
  return std::u32string(out);
}

}  // namespace

CellValue cell_value(std::string_view cell) {
  const std::string plain = without_company_marks(cell);
  const CanonicalText text(plain);
  CellValue out;
  bool all_digits = true;
  for (std::size_t i = 0; i < text.size(); ++i) {
    out.characters.push_back(text[i]);
    all_digits = all_digits && text.is_digit(i);
  }
  if (text.empty()) return out;
  if (all_digits)
    out.characters = national_digits(std::move(out.characters), plain);
  else
    out.characters = without_company_forms(text, std::move(out.characters));
  const bool light = all_digits
                         ? out.characters.size() < kFewestDigits
                         : weight_of(out.characters) < kLightest || out.characters.size() < 2;
  out.use = light                                   ? CellUse::kTooShort
            : out.characters.size() > kLongestValue ? CellUse::kTooLong
                                                    : CellUse::kKept;
  return out;
}

}  // namespace sekisho::filters
