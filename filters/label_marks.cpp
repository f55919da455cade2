#include "filters/label_marks.h"

#include <algorithm>
#include <iterator>
#include <span>
#include <string>

#include "filters/char_set.h"
#include "filters/width_fold.h"

namespace sekisho::filters {

namespace {

using Words = std::span<const std::string_view>;

constexpr double kMarked = 0.85, kClaimed = 0.65, kMentioned = 0.30;
constexpr std::size_t kLineReach = 160;  // bytes looked at on each side
constexpr std::size_t kShortLine = 96;   // bytes: headers and footers

// How much a word says by itself.
enum class Force {
  kStrong,  // is a marking wherever it is one
  kWeak,    // an ordinary word too: only alone, in brackets, in a field, or shouted
};

bool contains_any(std::string_view text, Words words) {
  return std::any_of(words.begin(), words.end(),
                     [text](std::string_view w) { return text.find(w) != std::string_view::npos; });
}

// The byte that differs most often is looked at first.
bool starts_with(std::string_view text, std::string_view word) {
  return text.size() >= word.size() && text[word.size() - 1] == word.back() &&
         text.starts_with(word);
}
bool ends_with(std::string_view text, std::string_view word) {
  return text.size() >= word.size() && text.back() == word.back() && text.ends_with(word);
}

bool starts_with_any(std::string_view text, Words words) {
  return std::any_of(words.begin(), words.end(),
                     [text](std::string_view w) { return starts_with(text, w); });
}

bool ends_with_any(std::string_view text, Words words) {
  return std::any_of(words.begin(), words.end(),
                     [text](std::string_view w) { return ends_with(text, w); });
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

// The line a word stands in, folded and in lower case, cut at the word.
struct Line {
  std::string before, word, after;
  bool shouted = false;  // the word is written in capitals

  std::size_t size() const { return before.size() + word.size() + after.size(); }
};

bool continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

Line line_around(std::string_view text, Range word) {
  std::size_t from = word.begin > kLineReach ? word.begin - kLineReach : 0;
  while (from < word.begin && continuation(text[from])) ++from;
  const std::size_t start = text.substr(from, word.begin - from).rfind('\n');
  if (start != std::string_view::npos) from += start + 1;
  std::size_t to = std::min(text.size(), word.end + kLineReach);
  while (to < text.size() && to > word.end && continuation(text[to])) --to;
  to = std::min(to, std::min(text.find('\n', word.end), text.size()));
  const std::string_view raw = text.substr(word.begin, word.size());
  const bool shouted =
      std::none_of(raw.begin(), raw.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  return {folded_lower(text.substr(from, word.begin - from)), folded_lower(raw),
          folded_lower(text.substr(word.end, to - word.end)), shouted};
}

bool is_ascii_word(const Line& line) {
  return static_cast<unsigned char>(line.word.front()) < 0x80;
}

bool letter_at(std::string_view text, std::size_t pos) {
  return pos < text.size() && is_word(static_cast<unsigned char>(text[pos]));
}

// "Plan_CONFIDENTIAL.pptx": what follows the word belongs to the name of a file.
bool ends_file_name(std::string_view after) {
  std::size_t end = 0;
  const auto part = [&](std::size_t i) {
    return letter_at(after, i) || (i < after.size() && (after[i] == '.' || after[i] == '-'));
  };
  while (part(end)) ++end;
  const std::string_view rest = after.substr(0, end);
  const std::size_t dot = rest.rfind('.');
  const std::size_t extension = dot == std::string_view::npos ? 0 : rest.size() - dot - 1;
  return extension >= 2 && extension <= 5;
}

// "confidentiality", "ConfidentialClient", "DVD_CGMS_RESTRICTED": another word.
bool within_longer_word(const Line& line) {
  if (!is_ascii_word(line) || !is_letter(static_cast<unsigned char>(line.word.front())))
    return false;
  const unsigned char before =
      line.before.empty() ? ' ' : static_cast<unsigned char>(line.before.back());
  const bool joined = before == '_' || (!line.after.empty() && line.after.front() == '_');
  if (joined) return !ends_file_name(line.after);
  return is_alnum(before) || letter_at(line.after, 0);
}

// The same by the bytes beside an ASCII word, before the line is copied.
bool inside_longer_word(std::string_view text, Range word) {
  if (!kAsciiLetters.has(text[word.begin])) return false;
  const char before = word.begin > 0 ? text[word.begin - 1] : ' ';
  const char after = word.end < text.size() ? text[word.end] : ' ';
  return before != '_' && after != '_' && (kAsciiAlnum.has(before) || kAsciiAlnum.has(after));
}

// Letters and kana kanji count as text, marks and digits as decoration.
bool only_decoration(std::string_view text) {
  for (std::size_t pos = 0; pos < text.size();) {
    const FoldedChar c = char_at(text, pos);
    const bool symbol =
        (c.value >= 0x2000 && c.value <= 0x303F && c.value != 0x3005 && c.value != 0x3007) ||
        c.value == 0x30FB || c.value == 0xB7 || c.value == 0xFFFD ||
        (c.value >= 0xFE30 && c.value <= 0xFF65);
    if (!symbol && !(c.value < 0x80 && !is_letter(c.value))) return false;
    pos += c.size;
  }
  return true;
}

// Words that belong to a marking around its main word.
std::string_view without_fillers(std::string_view text) {
  static constexpr std::string_view kFillers[] = {"strictly",      "highly",    "company",
                                                  "private and",   "private &", "internal",
                                                  "for",           "document",  "and proprietary",
                                                  "& proprietary", "only",      "資料",
                                                  "文書",          "情報",      "扱い",
                                                  "取扱",          "限り",      "厳守",
                                                  "draft",         "案"};
  bool again = true;
  while (again) {
    again = false;
    text = trimmed(text);
    for (const std::string_view filler : kFillers) {
      if (starts_with(text, filler))
        text = trimmed(text.substr(filler.size())), again = true;
      else if (ends_with(text, filler))
        text = trimmed(text.substr(0, text.size() - filler.size())), again = true;
    }
  }
  return text;
}

bool stands_alone(const Line& line) {
  if (line.size() > kShortLine) return false;
  return only_decoration(without_fillers(line.before)) &&
         only_decoration(without_fillers(line.after));
}

// 【社外秘】, [Confidential], (社外秘・取扱注意): nothing but the marking inside. Quotation marks
// quote.
bool in_brackets(const Line& line) {
  static constexpr std::string_view kOpen[] = {"【", "[", "〔", "(", "《", "≪",
                                               "<",  "★", "■",  "●", "◆"};
  static constexpr std::string_view kClose[] = {"】", "]", "〕", ")", "》", "≫",
                                                ">",  "★", "■",  "●", "◆"};
  constexpr std::size_t kInside = 48;  // bytes on each side
  const std::size_t cut = line.before.size() > kInside ? line.before.size() - kInside : 0;
  const std::string_view before = std::string_view(line.before).substr(cut);
  const std::string_view after = std::string_view(line.after).substr(0, kInside);
  for (std::size_t i = 0; i < std::size(kOpen); ++i) {
    const std::size_t open = before.rfind(kOpen[i]), close = after.find(kClose[i]);
    if (open == std::string_view::npos || close == std::string_view::npos) continue;
    const std::string_view left = before.substr(open + kOpen[i].size());
    const std::string_view right = after.substr(0, close);
    const bool strong_words = left.size() + right.size() <= 24 && !is_ascii_word(line);
    if (strong_words ||
        (only_decoration(without_fillers(left)) && only_decoration(without_fillers(right))))
      return true;
  }
  return false;
}

// "Classification: Confidential", "機密区分：社外秘".
bool in_field(const Line& line) {
  static constexpr std::string_view kFields[] = {"classification", "sensitivity", "confidentiality",
                                                 "security level", "label",       "marking",
                                                 "区分",           "分類",        "取扱",
                                                 "取り扱い",       "機密度",      "機密レベル",
                                                 "ラベル",         "秘密等級"};
  std::string_view before = trimmed(line.before);
  before = trimmed(without_fillers(before));
  if (before.empty() || (before.back() != ':' && before.back() != '=' && before.back() != '|'))
    return false;
  before.remove_suffix(1);
  before = trimmed(before);
  while (!before.empty() && (before.back() == '"' || before.back() == '*')) before.remove_suffix(1);
  if (!ends_with_any(before, kFields)) return false;
  return line.after.empty() || !letter_at(line.after, 0);
}

// Set off by spaces or marks on both sides in a short line: header, footer, watermark, file name.
bool set_off(const Line& line) {
  if (line.size() > kShortLine) return false;
  const char32_t left = char_before(line.before, line.before.size()).value,
                 right = char_at(line.after, 0).value;
  const auto apart = [](char32_t c) {
    return c == 0 || (c < 0x80 && !is_alnum(c)) || (c >= 0x2000 && c <= 0x303F && c != 0x3005) ||
           c == 0x30FB;
  };
  return apart(left) && apart(right);
}

// Text about markings: definitions, rules, questions.
constexpr std::string_view kDivisions[] = {"区分を定め", "区分に分", "つの区分", "段階に分"};

bool is_about(const Line& line) {
  static constexpr std::string_view kAfter[] = {
      "とは",     "の意味",   "の定義", "と記載",   "と表示",       "と書", "ラベル",  "マーク",
      "スタンプ", "の場合",   "などの", "や",       "または",       "及び", "および",  "に関する",
      "保持",     "管理規程", "規程",   "の扱い方", "の文書の扱い", "か",   "かどうか"};
  std::string_view after = line.after;
  static constexpr std::string_view kMarks[] = {"】", "」", "』", "]", ")", "\"", "'", " ", "〕"};
  for (bool again = true; again;) {
    again = false;
    for (const std::string_view mark : kMarks) {
      if (starts_with(after, mark)) after.remove_prefix(mark.size()), again = true;
    }
  }
  // "What does TLP:RED mean", "…規程では、極秘・社外秘・一般の3区分を定める".
  static constexpr std::string_view kBefore[] = {"what does",          "what is",  "what are",
                                                 "difference between", "規程では", "規程で",
                                                 "規則では",           "基準では"};
  return starts_with_any(after, kAfter) || contains_any(line.before, kBefore) ||
         contains_any(line.after, Words(kDivisions));
}

// A sentence may end with the words; one that goes on speaks of something else ("internal use only
// and never passed to …").
bool ends_statement(const Line& line) {
  const std::string_view after = trimmed(line.after);
  if (!line.before.empty() && line.before.back() == '-') return false;
  return after.empty() ||
         std::string_view(".!:)]\"'|*-").find(after.front()) != std::string_view::npos;
}

// "この資料は社外秘です", "以下は極秘の…", "社外秘につき".
bool is_claimed_ja(const Line& line) {
  static constexpr std::string_view kThis[] = {"この",   "これ",     "本資料", "本書",
                                               "本文書", "本メール", "以下",   "下記",
                                               "次の",   "添付",     "当資料", "当社の"};
  static constexpr std::string_view kSo[] = {
      "です",   "である", "につき", "扱い",     "なので",   "だ",     "のため",
      "のた",   "資料",   "文書",   "情報です", "ファイル", "の資料", "の文書",
      "のため", "の内容", "の情報", "の計画",   "のデータ", "の議事"};
  if (starts_with_any(line.after, Words(kSo).first(5))) return true;
  return contains_any(line.before, kThis) && starts_with_any(line.after, kSo);
}

bool is_claimed_en(const Line& line) {
  static constexpr std::string_view kSubjects[] = {
      "this document is",     "this report is",      "this file is",     "this memo is",
      "this presentation is", "this information is", "this material is", "the following is",
      "document contains",    "this deck is",        "attached is",      "the attached is"};
  static constexpr std::string_view kDisclaimer[] = {
      "recipient", "e-mail", "email", "addressee", "may contain", "if you are not", "transmission"};
  if (contains_any(line.before, kDisclaimer) || contains_any(line.after, kDisclaimer)) return false;
  return contains_any(line.before, kSubjects);
}

Force force_of(const Line& line) {
  static constexpr std::string_view kWeak[] = {
      "confidential", "proprietary", "restricted", "trade secret", "under nda",
      "機密",         "未公表",      "営業秘密",   "秘密文書",     "インサイダー情報",
      "転載禁止",     "複写禁止",    "会員限り"};
  return std::find(std::begin(kWeak), std::end(kWeak), line.word) == std::end(kWeak)
             ? Force::kStrong
             : Force::kWeak;
}

// "割れ物 取扱注意": the parcel, not the paper.
bool is_about_goods(const Line& line) {
  static constexpr std::string_view kGoods[] = {"割れ物", "われもの", "壊れ物",  "こわれ物",
                                                "ガラス", "精密",     "天地無用"};
  return line.word == "取扱注意" &&
         (contains_any(line.before, kGoods) || contains_any(line.after, kGoods));
}

double confidence_of(const Line& line) {
  if (is_about_goods(line)) return 0;
  const Force force = force_of(line);
  if (is_about(line)) return force == Force::kStrong ? kMentioned : 0;
  static constexpr std::string_view kUnmistakable[] = {"tlp:", "secret//", "㊙", "(秘",
                                                       "【秘", "〔秘",     "[秘"};
  const bool spelt_out = starts_with_any(line.word, kUnmistakable);
  if (spelt_out || stands_alone(line) || in_brackets(line) || in_field(line)) return kMarked;
  if (set_off(line) && (is_ascii_word(line) ? line.shouted : force == Force::kStrong))
    return kMarked;
  if (is_ascii_word(line)) {
    if (is_claimed_en(line)) return kClaimed;
    return force == Force::kStrong && line.size() <= kShortLine && ends_statement(line) ? kClaimed
                                                                                        : 0;
  }
  if (force == Force::kStrong && is_claimed_ja(line)) return kClaimed;
  return force == Force::kStrong ? kMentioned : 0;
}

}  // namespace

void find_label(const DetectorRow& row, std::string_view text, Range gate, Findings& out) {
  // The gate of an ordinary word asks for a border before it.
  const std::size_t secret = text.substr(gate.begin, gate.size()).find("機密");
  if (secret != std::string_view::npos) gate.begin += secret;
  if (inside_longer_word(text, gate)) return;
  const Line line = line_around(text, gate);
  if (within_longer_word(line)) return;
  const double confidence = confidence_of(line);
  if (confidence > 0) out.push_back(make_finding(row, confidence, gate, line.word));
}

}  // namespace sekisho::filters
