#include "filters/values/label_marks.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <string>

#include "filters/char_set.h"
#include "filters/line_ends.h"
#include "filters/values/beginnings.h"
#include "filters/values/label_line.h"
#include "filters/values/label_words.h"
#include "filters/width_fold.h"

namespace sekisho::filters {

namespace {

constexpr double kMarked = 0.85, kClaimed = 0.65, kMentioned = 0.30;
constexpr std::size_t kShortLine = 96;  // bytes: headers and footers

// How much a word says by itself.
enum class Force {
  kStrong,  // is a marking wherever it is one
  kWeak,    // an ordinary word too: only alone, in brackets, in a field, or shouted
};

std::string_view trimmed(std::string_view text) {
  const std::size_t first = first_not_of<" \t\r">(text);
  if (first == std::string_view::npos) return {};
  return text.substr(first, last_not_of<" \t\r">(text) - first + 1);
}

bool is_ascii_word(const LabelLine& line) {
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
  const std::size_t dot = last_of(rest, '.');
  const std::size_t extension = dot == std::string_view::npos ? 0 : rest.size() - dot - 1;
  return extension >= 2 && extension <= 5;
}

// "confidentiality", "ConfidentialClient", "DVD_CGMS_RESTRICTED": another word.
bool within_longer_word(const LabelLine& line) {
  if (!is_ascii_word(line) || !is_letter(static_cast<unsigned char>(line.word.front())))
    return false;
  const unsigned char before =
      line.before.empty() ? ' ' : static_cast<unsigned char>(line.before.back());
  const bool joined = before == '_' || (!line.after.empty() && line.after.front() == '_');
  // Markdown sets it in bold.
  if (joined && line.before.ends_with("__") && line.after.starts_with("__")) return false;
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
constexpr std::string_view kFillers[] = {"strictly",
                                         "highly",
                                         "company",
                                         "private and",
                                         "private &",
                                         "internal",
                                         "for",
                                         "document",
                                         "and proprietary",
                                         "and confidential",
                                         "& confidential",
                                         "proprietary and",
                                         "proprietary &",
                                         "& proprietary",
                                         "only",
                                         "資料",
                                         "文書",
                                         "情報",
                                         "扱い",
                                         "取扱",
                                         "限り",
                                         "厳守",
                                         "draft",
                                         "案",
                                         "do not distribute",
                                         "do not copy",
                                         "do not forward",
                                         "not for distribution",
                                         "internal use only",
                                         "confidential",
                                         "転載禁止",
                                         "複写禁止",
                                         "複製禁止",
                                         "無断",
                                         "限定公開",
                                         "社内限り"};

template <class ByteOf>
constexpr CharSet bytes_of_fillers(ByteOf byte_of) {
  std::array<char, std::size(kFillers)> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = byte_of(kFillers[i]);
  return CharSet(std::string_view(bytes.data(), bytes.size()));
}
constexpr CharSet kFirstOfFillers = bytes_of_fillers([](std::string_view f) { return f.front(); });
constexpr CharSet kLastOfFillers = bytes_of_fillers([](std::string_view f) { return f.back(); });

// Cheap: most lines neither begin nor end with one.
bool may_have_fillers(std::string_view text) {
  return !text.empty() && (kFirstOfFillers.has(text.front()) || kLastOfFillers.has(text.back()));
}

std::string_view without_fillers(std::string_view text) {
  text = trimmed(text);
  for (bool again = may_have_fillers(text); again;) {
    again = false;
    for (const std::string_view filler : kFillers) {
      if (starts_with(text, filler))
        text = trimmed(text.substr(filler.size())), again = true;
      else if (ends_with(text, filler))
        text = trimmed(text.substr(0, text.size() - filler.size())), again = true;
    }
  }
  return text;
}

bool only_fillers(std::string_view text) {
  text = trimmed(text);
  if (only_decoration(text)) return true;
  return may_have_fillers(text) && only_decoration(without_fillers(text));
}

bool stands_alone(const LabelLine& line) {
  return line.size() <= kShortLine && only_fillers(line.before) && only_fillers(line.after);
}

constexpr std::string_view kOpen[] = {"【", "[", "〔", "(", "《", "≪", "<", "★", "■", "●", "◆"};
constexpr std::string_view kClose[] = {"】", "]", "〕", ")", "》", "≫", ">", "★", "■", "●", "◆"};

// **Confidential**, __Confidential__ in Markdown.
bool in_bold(const LabelLine& line) {
  static constexpr std::string_view kMarks[] = {"**", "__"};
  for (const std::string_view mark : kMarks)
    if (line.before.ends_with(mark) && line.after.starts_with(mark)) return true;
  return false;
}

// <header>Confidential</header>: all that an element of HTML holds, none that is chosen from.
bool in_element(const LabelLine& line) {
  static constexpr std::string_view kElements[] = {"header",    "footer",
                                                   "title",     "h1",
                                                   "h2",        "h3",
                                                   "h4",        "h5",
                                                   "h6",        "b",
                                                   "strong",    "em",
                                                   "p",         "div",
                                                   "span",      "td",
                                                   "th",        "center",
                                                   "small",     "mark",
                                                   "font",      "u",
                                                   "sub",       "sup",
                                                   "watermark", "classification"};
  const std::size_t right = line.after.find('<'), left = last_of(line.before, '>');
  if (right == line.after.npos || left == line.before.npos) return false;
  const std::string_view close = line.after.substr(right + 1, 24);
  const std::size_t end = close.find('>');
  if (!close.starts_with('/') || end == close.npos) return false;
  const std::string_view name = close.substr(1, end - 1);
  return std::find(std::begin(kElements), std::end(kElements), name) != std::end(kElements) &&
         only_fillers(line.before.substr(left + 1)) && only_fillers(line.after.substr(0, right));
}

// \lhead{Confidential}: all that a command of TeX holds.
bool in_command(const LabelLine& line) {
  const std::size_t right = line.after.find('}'), left = last_of(line.before, '{');
  if (right == line.after.npos || left == line.before.npos) return false;
  std::string_view command = line.before.substr(0, left);
  const std::size_t begin = last_of(command, '\\');
  if (begin == command.npos || begin + 1 == command.size()) return false;
  command.remove_prefix(begin + 1);
  static constexpr std::string_view kOther[] = {
      "label", "ref", "cite", "url", "href", "input", "begin", "end", "newcommand", "usepackage"};
  return std::all_of(command.begin(), command.end(),
                     [](char c) { return is_letter(static_cast<unsigned char>(c)); }) &&
         !starts_with_any(command, kOther) && only_fillers(line.before.substr(left + 1)) &&
         only_fillers(line.after.substr(0, right));
}

// Which of `brackets` stand in `text`, a bit each.
std::uint16_t brackets_in(std::string_view text, std::span<const std::string_view> brackets) {
  static constexpr CharSet kFirst{"[](<>)\xE2\xE3"};
  std::uint16_t found = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!kFirst.has(text[at])) continue;
    for (std::size_t i = 0; i < brackets.size(); ++i)
      if (starts_with(text.substr(at), brackets[i])) found |= std::uint16_t(1u << i);
  }
  return found;
}

// 【社外秘】, [Confidential], (社外秘・取扱注意): nothing but the marking inside. Quotation marks
// quote.
bool in_brackets(const LabelLine& line) {
  constexpr std::size_t kInside = 48;  // bytes on each side
  const std::size_t cut = line.before.size() > kInside ? line.before.size() - kInside : 0;
  const std::string_view before = line.before.substr(cut);
  const std::string_view after = line.after.substr(0, kInside);
  std::uint16_t pairs = brackets_in(before, kOpen);
  if (pairs != 0) pairs &= brackets_in(after, kClose);
  for (; pairs != 0; pairs &= std::uint16_t(pairs - 1)) {
    const auto i = static_cast<std::size_t>(std::countr_zero(pairs));
    const std::string_view left = before.substr(before.rfind(kOpen[i]) + kOpen[i].size());
    const std::string_view right = after.substr(0, after.find(kClose[i]));
    // equals("confidential")
    if (is_ascii_word(line) && !line.shouted && first_of<"\"'`">(left) != left.npos) continue;
    const bool strong_words = left.size() + right.size() <= 24 && !is_ascii_word(line);
    if (strong_words || (only_fillers(left) && only_fillers(right))) return true;
  }
  return false;
}

// Cheap: what stands before a marking ends with the sign of a field, or with a filler that may
// follow one.
bool ends_like_field(std::string_view before) {
  const auto holds = [before](char sign) { return before.find(sign) != before.npos; };
  if (!holds(':') && !holds('=') && !holds('|')) return false;
  before = trimmed(before);
  static constexpr CharSet kEnds = CharSet(":=|") | kLastOfFillers;
  return !before.empty() && kEnds.has(before.back());
}

// "Classification: Confidential", "機密区分：社外秘".
bool in_field(const LabelLine& line) {
  static constexpr std::string_view kFields[] = {"classification", "sensitivity", "confidentiality",
                                                 "security level", "label",       "marking",
                                                 "区分",           "分類",        "取扱",
                                                 "取り扱い",       "機密度",      "機密レベル",
                                                 "ラベル",         "秘密等級",    "ヘッダー",
                                                 "フッター",       "透かし",      "watermark"};
  std::string_view before = line.before;
  // "秘密区分　社外秘" and nothing else.
  if (trimmed(line.after).empty() && !before.empty() && ends_with_any(trimmed(before), kFields) &&
      static_cast<unsigned char>(trimmed(before).back()) >= 0x80)
    return true;
  if (before.ends_with('"')) before.remove_suffix(1);
  if (!ends_like_field(before)) return false;
  before = without_fillers(before);
  if (before.empty() || (before.back() != ':' && before.back() != '=' && before.back() != '|'))
    return false;
  before = trimmed(before.substr(0, before.size() - 1));
  while (!before.empty() && (before.back() == '"' || before.back() == '*')) before.remove_suffix(1);
  if (!ends_with_any(before, kFields)) return false;
  return line.after.empty() || !letter_at(line.after, 0);
}

// "Confidential / 2027年度計画", "Confidential：役員会議事録": before a title in Japanese.
bool heads_title(const LabelLine& line) {
  if ((!is_ascii_word(line) && line.word != "機密") || line.size() > kShortLine) return false;
  const std::string_view after = trimmed(line.after);
  // "Confidential　関係者のみ".
  if (is_ascii_word(line) && line.after.starts_with(' ') && !after.empty() &&
      static_cast<unsigned char>(after.front()) >= 0xE4)
    return true;
  static constexpr std::string_view kParts[] = {"- ", "– ", "— ", "/ ", "/", "| ", ": ", ":"};
  for (const std::string_view part : kParts) {
    if (!starts_with(after, part)) continue;
    const std::string_view title = trimmed(after.substr(part.size()));
    return !title.empty() && (static_cast<unsigned char>(title.front()) >= 0xE3 ||
                              is_digit(static_cast<unsigned char>(title.front())));
  }
  return false;
}

// "Subject: Confidential - …", "件名：社外秘／…"; "Confidential © 2026 …" at the foot of a page.
bool in_subject(const LabelLine& line) {
  const std::string_view before = trimmed(line.before), after = trimmed(line.after);
  if (before.empty())
    return starts_with(after, "©") || after.starts_with("(c) ") || heads_title(line);
  static constexpr std::string_view kSubjects[] = {
      "subject:", "件名:", "題名:", "re:", "fw:", "fwd:", "title:", "タイトル:"};
  static constexpr std::string_view kParts[] = {"- ", "– ", "— ", ": ", "/ ", "|", "・"};
  return ends_with_any(before, kSubjects) && starts_with_any(after, kParts);
}

// Set off by spaces or marks on both sides in a short line: header, footer, watermark, file name.
bool set_off(const LabelLine& line) {
  if (line.size() > kShortLine) return false;
  const char32_t left = char_before(line.before, line.before.size()).value,
                 right = char_at(line.after, 0).value;
  const auto apart = [](char32_t c) {
    return c == 0 || (c < 0x80 && !is_alnum(c)) || (c >= 0x2000 && c <= 0x303F && c != 0x3005) ||
           c == 0x30FB;
  };
  return apart(left) && apart(right);
}

// "Page 3 of 12   Internal Use Only   Minato Seiki": a column of its own in a header or footer.
bool in_column(const LabelLine& line) {
  if (line.size() > kShortLine || !is_ascii_word(line)) return false;
  constexpr std::string_view kGap = "  ";
  std::string_view before = line.before;
  if (may_have_fillers(trimmed(before))) {
    const std::string_view left = without_fillers(before);
    const std::size_t end =
        left.empty() ? 0 : static_cast<std::size_t>(left.data() - before.data()) + left.size();
    before = before.substr(0, std::min(before.size(), end + kGap.size()));
  }
  const bool left = before.ends_with(kGap) || before.ends_with('\t');
  const bool right = line.after.starts_with(kGap) || line.after.starts_with('\t');
  return left && (right || trimmed(line.after).empty());
}

bool is_written_on(std::string_view after) {
  static constexpr std::string_view kSo[] = {"と書かれた",   "と記載された",     "と表示された",
                                             "と記載のある", "のスタンプがある", "と押された"};
  return starts_with_any(after, kSo);
}

// Text about markings: definitions, rules, questions.
bool is_about(const LabelLine& line) {
  static constexpr std::string_view kAfter[] = {
      "とは",         "の意味",       "の定義",       "と記載",   "と表示",       "と書",
      "ラベル",       "マーク",       "スタンプ",     "の場合",   "など",         "や",
      "または",       "及び",         "および",       "に関する", "保持",         "管理規程",
      "規程",         "の扱い方",     "の文書の扱い", "か",       "かどうか",     "のラベル",
      "のマーク",     "の表示",       "の判",         "の基準",   "の区分",       "の違い",
      "という",       "レベル",       "であると",     "と指定",   "の英訳",       "の英語",
      "の和訳",       "を英語",       "を日本語",     "を英訳",   "の訳",         "を訳",
      "のシール",     "のステッカー", "のはんこ",     "の荷札",   "の貼り紙",     "のスタンプは",
      "のスタンプを", "は英語",       "に当たる",     "に相当",   "into english", "in english",
      "in japanese",  "into japanese"};
  static constexpr Beginnings kBegins{Words(kAfter)};
  if (is_one_of_words(line)) return true;
  std::string_view after = behind_other_markings(line.after);
  static constexpr std::string_view kMarks[] = {"】", "」", "』", "]", ")", "\"", "'", " ", "〕"};
  for (bool again = true; again;) {
    again = false;
    for (const std::string_view mark : kMarks) {
      if (starts_with(after, mark)) after.remove_prefix(mark.size()), again = true;
    }
  }
  if (is_forbidden(after)) return true;
  if (starts_with(after, "ですか") && !starts_with(after, "ですから")) return true;
  // "「社外秘」と書かれた資料の内容は以下の通り".
  if ((line.said_after & kPointsHere) != 0 && is_written_on(after)) return false;
  return (line.said_before & kAsksAbout) != 0 || (line.said_after & kDivides) != 0 ||
         kBegins.begin(after) || is_one_of_quoted(line) || is_one_of_grades(line);
}

// A sentence may end with the words; one that goes on speaks of something else ("internal use only
// and never passed to …").
bool ends_statement(const LabelLine& line) {
  const std::string_view after = trimmed(line.after);
  if (!line.before.empty() && line.before.back() == '-') return false;
  return after.empty() ||
         std::string_view(".!:)]\"'|*-").find(after.front()) != std::string_view::npos;
}

// "この資料は機密です": an ordinary word, said of what stands here.
bool is_claimed_of_this(const LabelLine& line) {
  static constexpr std::string_view kSo[] = {"です",     "である",   "につき",   "扱いです",
                                             "情報です", "文書です", "資料です", "事項です"};
  return (line.word == "機密" || line.word == "秘密文書" || line.word == "営業秘密") &&
         (line.said_before & kPointsHere) != 0 && starts_with_any(line.after, kSo) &&
         !starts_with(line.after, "ですか");
}

// "この資料は社外秘です", "以下は極秘の…", "社外秘につき".
bool is_claimed_ja(const LabelLine& line) {
  static constexpr std::string_view kSo[] = {
      "です",   "である", "につき", "扱い",     "なので",   "だ",     "のため",
      "のた",   "資料",   "文書",   "情報です", "ファイル", "の資料", "の文書",
      "のため", "の内容", "の情報", "の計画",   "のデータ", "の議事"};
  if (starts_with_any(line.after, Words(kSo).first(5))) return true;
  const std::size_t quote = line.after.starts_with("」") ? std::string_view("」").size() : 0;
  if ((line.said_after & kPointsHere) != 0 && is_written_on(line.after.substr(quote))) return true;
  return (line.said_before & kPointsHere) != 0 && starts_with_any(line.after, kSo);
}

// "Confidential - Acme Corp", "© 2026 Acme Corp. Confidential": with whose it is, in a footer.
bool is_with_owner(const LabelLine& line) {
  constexpr std::size_t kLongest = 72;
  if (line.size() > kLongest || (line.word != "confidential" && line.word != "proprietary"))
    return false;
  static constexpr std::string_view kJoints[] = {" - ", " – ", " — ", " | "};
  static constexpr std::string_view kOwners[] = {" corp", " inc",     " ltd",    " llc",
                                                 " gmbh", " co.",     " plc",    " corporation",
                                                 " k.k.", "株式会社", " company"};
  const auto ends_as_owner = [](std::string_view text) {
    text = trimmed(text);
    while (!text.empty() && (text.back() == '.' || text.back() == ',')) text.remove_suffix(1);
    return ends_with_any(text, kOwners);
  };
  if (only_fillers(line.before) && starts_with_any(line.after, kJoints)) {
    std::string_view owner = trimmed(line.after.substr(3));
    // The year of it.
    static constexpr CharSet kYear{"0123456789 "};
    while (!owner.empty() && kYear.has(owner.back())) owner.remove_suffix(1);
    return ends_as_owner(owner);
  }
  if (!only_fillers(line.after)) return false;
  const std::string_view before = without_fillers(line.before);
  return before.starts_with("©") || before.starts_with("copyright ") || ends_as_owner(before);
}

bool is_claimed_en(const LabelLine& line) {
  const int said = line.said_before | line.said_after;
  return (said & kDisclaimer) == 0 && (line.said_before & kSubject) != 0;
}

Force force_of(const LabelLine& line) {
  static constexpr std::string_view kWeak[] = {
      "confidential",     "proprietary",      "restricted",
      "trade secret",     "under nda",        "機密",
      "未公表",           "営業秘密",         "秘密文書",
      "インサイダー情報", "転載禁止",         "複写禁止",
      "会員限り",         "複製禁止",         "転送禁止",
      "転送厳禁",         "持出禁止",         "持ち出し禁止",
      "持出し禁止",       "持出厳禁",         "持ち出し厳禁",
      "社内限り",         "社内限",           "部内限り",
      "部内限",           "company internal", "internal only"};
  return std::find(std::begin(kWeak), std::end(kWeak), line.word) == std::end(kWeak)
             ? Force::kStrong
             : Force::kWeak;
}

// "割れ物 取扱注意": the parcel, not the paper.
bool is_about_goods(const LabelLine& line) {
  return line.word == "取扱注意" && ((line.said_before | line.said_after) & kGoods) != 0;
}

// "*** Internal Use Only ***": stars on both sides, as no comment of code has (" * **internal**").
bool between_stars(const LabelLine& line) {
  const auto stars = [](std::string_view text) {
    return text.size() > 1 && text.find_first_not_of('*') == text.npos;
  };
  return stars(without_fillers(line.before)) && stars(trimmed(line.after));
}

// "// for internal use only", "helper functions, for internal use only": of code, not of the file.
// What is `capital` at its beginning may be a heading.
bool is_said_of_code(const LabelLine& line, bool capital) {
  if (line.word != "internal use only" && line.word != "internal only") return false;
  const std::string_view before = trimmed(line.before);
  // "/// INTERNAL ONLY": of a function, for those who make its documentation.
  if (line.shouted) return before == "///" && trimmed(line.after).empty();
  const auto says = [before](std::string_view what) {
    return before.find(what) != std::string_view::npos;
  };
  if (capital && between_stars(line)) return false;
  if (before.starts_with('*') || says("//") || says("/*") || says("()")) return true;
  static constexpr std::string_view kThings[] = {
      "function", "method",   "routine", "class ",    "api",      "constant", "variable", "module",
      "helper",   "operator", "propert", "parameter", "argument", ":param",   "#:"};
  static constexpr std::string_view kComments[] = {"#", "--", "\"\"\"", "'''", ";;"};
  return !capital && (starts_with_any(before, kComments) ||
                      std::any_of(std::begin(kThings), std::end(kThings), says));
}

// "proprietary rights", "restricted left": of rights, of something that is restricted.
bool goes_on_as_term(const LabelLine& line) {
  const std::string_view after = trimmed(line.after);
  // "PARALLEL RESTRICTED" of SQL.
  if (line.word == "restricted" && line.before.ends_with("parallel ")) return true;
  if (line.word == "restricted")
    return line.after.starts_with(' ') && !after.empty() &&
           is_letter(static_cast<unsigned char>(after.front())) && !only_fillers(after);
  static constexpr std::string_view kTerms[] = {"right",  "notice",   "licen",    "software",
                                                "format", "protocol", "interest", "extension",
                                                "driver", "trademark"};
  // "【機密性レベル例】".
  if (line.word == "機密")
    return starts_with(line.after, "性レベル") || starts_with(line.after, "性区分") ||
           starts_with(line.after, "性分類");
  return line.word == "proprietary" && line.after.starts_with(' ') &&
         starts_with_any(after, kTerms);
}

// passphrase: 'top secret'.
bool is_literal(const LabelLine& line) {
  if (line.word != "top secret" || line.before.empty() || line.after.empty()) return false;
  const char quote = line.before.back();
  if ((quote != '\'' && quote != '"') || line.after.front() != quote) return false;
  LabelLine inside = line;
  inside.before.remove_suffix(1);
  return !in_field(inside);
}

// What the place of the word tells, where it is not spoken about.
double worth_of_place(const LabelLine& line, Force force) {
  static constexpr std::string_view kUnmistakable[] = {"tlp:", "secret//", "㊙", "(秘",
                                                       "【秘", "〔秘",     "[秘"};
  const bool spelt_out = starts_with_any(line.word, kUnmistakable);
  // "# internal only": of a function.
  if (line.word == "internal only" && !line.shouted && !in_brackets(line) && !in_field(line))
    return 0;
  if (spelt_out || stands_alone(line) || in_brackets(line) || in_field(line) || in_subject(line) ||
      in_column(line) || in_bold(line) || in_element(line) || in_command(line) ||
      is_with_owner(line))
    return kMarked;
  if (line.word == "秘密文書" && set_off(line)) return kMarked;
  if (set_off(line) && (is_ascii_word(line) ? line.shouted : force == Force::kStrong))
    return kMarked;
  if (is_ascii_word(line)) {
    const bool said_ja = (line.said_before & kPointsHere) != 0 && is_claimed_ja(line);
    if (said_ja || is_claimed_en(line)) return kClaimed;
    return force == Force::kStrong && line.size() <= kShortLine && ends_statement(line) ? kClaimed
                                                                                        : 0;
  }
  if (force == Force::kStrong ? is_claimed_ja(line) : is_claimed_of_this(line)) return kClaimed;
  return force == Force::kStrong ? kMentioned : 0;
}

double confidence_of(const LabelLine& line) {
  if (is_about_goods(line) || goes_on_as_term(line) || is_literal(line)) return 0;
  const Force force = force_of(line);
  const double least = force == Force::kStrong ? kMentioned : 0;
  // Asked last where it can only make less of what the place tells: most places tell nothing.
  const bool asked_first = force == Force::kStrong && is_ascii_word(line);
  if (asked_first && is_about(line)) return least;
  const double worth = worth_of_place(line, force);
  return worth > least && !asked_first && is_about(line) ? least : worth;
}

// `first`: of the word as it is written.
double worth_of(const LabelLine& line, char first) {
  if (within_longer_word(line)) return 0;
  // "(restricted)", "'restricted' =>".
  if (first == 'r' && line.word == "restricted" && !in_field(line) && !is_claimed_en(line))
    return 0;
  return is_said_of_code(line, first == 'I') ? kMentioned : confidence_of(line);
}

}  // namespace

void find_label(const DetectorRow& row, std::string_view text, Range gate, Findings& out) {
  // The gate of an ordinary word asks for a border before it.
  const std::size_t secret = text.substr(gate.begin, gate.size()).find("機密");
  if (secret != std::string_view::npos) gate.begin += secret;
  // … and is tried before the marking that begins with it.
  if (secret != std::string_view::npos) {
    gate.end = gate.begin + std::string_view("機密").size();
    for (const std::string_view grade :
         {"機密性2情報", "機密性3情報", "機密性２情報", "機密性３情報"})
      if (starts_with(text.substr(gate.begin), grade)) gate.end = gate.begin + grade.size();
  }
  if (inside_longer_word(text, gate)) return;
  std::optional<LabelLines> own;
  if (LabelLines::newest() == nullptr) own.emplace();
  LabelLines& lines = *LabelLines::newest();
  const LabelLine line = lines.around(text, gate);
  const char first = text[gate.begin];
  double confidence =
      lines.judged(line, first, [first](const LabelLine& l) { return worth_of(l, first); });
  if (confidence >= kClaimed && is_defined_here(text, gate)) confidence = kMentioned;
  if (confidence > 0)
    out.push_back(make_finding(row, confidence, with_degree(text, gate), std::string(line.word)));
}

}  // namespace sekisho::filters
