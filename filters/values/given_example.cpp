#include "filters/values/given_example.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "filters/char_set.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kReach = 48;  // bytes

// Blanks, quotation marks, brackets and colons between the word and the value.
void drop_joints(std::string& before) {
  static constexpr CharSet kJoints{" \t\"'`()[]:="};
  static constexpr std::string_view kWide[] = {"「", "」", "【", "】", "は"};
  for (bool again = true; again && !before.empty();) {
    again = kJoints.has(before.back());
    if (again) before.pop_back();
    if (again || static_cast<unsigned char>(before.back()) < 0x80) continue;
    for (const std::string_view joint : kWide) {
      if (!before.ends_with(joint)) continue;
      before.resize(before.size() - joint.size());
      again = true;
    }
  }
}

// "例", "記入例", but not "症例", "事例".
bool ends_with_rei(std::string_view before) {
  constexpr std::string_view kWord = "例";
  if (!before.ends_with(kWord)) return false;
  before.remove_suffix(kWord.size());
  static constexpr std::string_view kOf[] = {"記入", "入力", "表示", "表記", "記載"};
  const char32_t last = char_before(before, before.size()).value;
  const bool han = last >= 0x3400 && last <= 0x9FFF;
  return !han || std::any_of(std::begin(kOf), std::end(kOf),
                             [before](std::string_view of) { return before.ends_with(of); });
}

}  // namespace

namespace {

// Cheap: whether what ends before `begin` may be a joint or the end of a word.
bool may_follow_word(std::string_view text, std::size_t begin) {
  static constexpr CharSet kAscii{" \t\"'`()[]:=.gxerGXER"};
  static constexpr std::string_view kWide[] = {"「", "」", "【", "】", "は",
                                               "例", "ル", "本", "ば", "　"};
  if (begin == 0) return false;
  if (static_cast<unsigned char>(text[begin - 1]) < 0x80) return kAscii.has(text[begin - 1]);
  if (begin < 3) return true;
  const std::string_view last = text.substr(begin - 3, 3);
  // Full-width forms are folded first.
  return last[0] == '\xEF' ||
         std::find(std::begin(kWide), std::end(kWide), last) != std::end(kWide);
}

}  // namespace

bool is_given_as_example(std::string_view text, std::size_t begin) {
  if (!may_follow_word(text, begin)) return false;
  std::size_t from = begin > kReach ? begin - kReach : 0;
  while (from < begin && (static_cast<unsigned char>(text[from]) & 0xC0) == 0x80) ++from;
  std::string before = folded_lower(text.substr(from, begin - from));
  drop_joints(before);
  if (ends_with_rei(before)) return true;
  static constexpr std::string_view kJapanese[] = {"サンプル", "見本", "例えば", "たとえば"};
  if (std::any_of(std::begin(kJapanese), std::end(kJapanese),
                  [&before](std::string_view word) { return before.ends_with(word); }))
    return true;
  static constexpr std::string_view kEnglish[] = {"e.g.", "e.g",     "eg",         "ex",
                                                  "ex.",  "example", "placeholder"};
  return std::any_of(std::begin(kEnglish), std::end(kEnglish), [&before](std::string_view word) {
    if (!before.ends_with(word)) return false;
    return !is_word(char_before(before, before.size() - word.size()).value);
  });
}

}  // namespace sekisho::filters
