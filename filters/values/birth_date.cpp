#include "filters/values/birth_date.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <tuple>

#include "filters/line_ends.h"
#include "filters/values/given_example.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

// Nobody alive was born before; nothing here knows the time, so a few years to come count too.
constexpr int kFirstYear = 1905, kLastYear = 2035;

struct Era {
  std::string_view name;
  char letter;
  CivilDate first, last;
};
constexpr Era kEras[] = {
    {"明治", 'm', {1868, 1, 25}, {1912, 7, 30}}, {"大正", 't', {1912, 7, 30}, {1926, 12, 25}},
    {"昭和", 's', {1926, 12, 25}, {1989, 1, 7}}, {"平成", 'h', {1989, 1, 8}, {2019, 4, 30}},
    {"令和", 'r', {2019, 5, 1}, {9999, 12, 31}}, {"㍾", 'm', {1868, 1, 25}, {1912, 7, 30}},
    {"㍽", 't', {1912, 7, 30}, {1926, 12, 25}},  {"㍼", 's', {1926, 12, 25}, {1989, 1, 7}},
    {"㍻", 'h', {1989, 1, 8}, {2019, 4, 30}},    {"㋿", 'r', {2019, 5, 1}, {9999, 12, 31}}};

constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                      "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 12> kMonthEnds = {
    "uary", "ruary", "ch", "il", "", "e", "y", "ust", "tember", "ober", "ember", "ember"};

bool before(const CivilDate& a, const CivilDate& b) {
  return std::tie(a.year, a.month, a.day) < std::tie(b.year, b.month, b.day);
}

int days_of(int year, int month) {
  static constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[month - 1];
}

std::optional<CivilDate> date_of(int year, int month, int day) {
  if (month < 1 || month > 12 || day < 1 || day > days_of(year, month)) return std::nullopt;
  return CivilDate{year, month, day};
}

// Eats folded, lower-case text from its start.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool done() {
    skip_spaces();
    return rest_.empty();
  }
  std::string_view rest() const { return rest_; }
  void skip_spaces() {
    while (!rest_.empty() && (rest_[0] == ' ' || rest_[0] == '\t')) rest_.remove_prefix(1);
  }
  bool eat(std::string_view word) {
    if (rest_.substr(0, word.size()) != word) return false;
    rest_.remove_prefix(word.size());
    return true;
  }
  // `fewest` to `most` digits; -1 when there are fewer.
  int number(std::size_t fewest, std::size_t most) {
    std::size_t size = 0;
    int value = 0;
    while (size < most && size < rest_.size() && is_digit(static_cast<unsigned char>(rest_[size])))
      value = value * 10 + (rest_[size++] - '0');
    if (size < fewest) return -1;
    rest_.remove_prefix(size);
    return value;
  }
  // One or two digits, or 一 to 九十九.
  int small_number() {
    const int value = number(1, 2);
    if (value >= 0) return value;
    static constexpr std::string_view kDigits[] = {"一", "二", "三", "四", "五",
                                                   "六", "七", "八", "九"};
    int tens = 0, unit = 0;
    const auto digit = [this, &unit] {
      for (int i = 0; i < 9 && unit == 0; ++i) unit = eat(kDigits[i]) ? i + 1 : 0;
    };
    digit();
    if (eat("十")) {
      tens = unit == 0 ? 1 : unit;
      unit = 0;
      digit();
    }
    return tens == 0 && unit == 0 ? -1 : tens * 10 + unit;
  }
  // One of "-", "/", "." and the words that stand for them; 0 = none of them there.
  char mark(std::string_view word) {
    skip_spaces();
    if (eat(word)) return skip_spaces(), 'w';
    for (const char c : {'-', '/', '.'}) {
      if (eat(std::string_view(&c, 1))) return skip_spaces(), c;
    }
    return 0;
  }
  // "(平成2年)" beside a year.
  void brackets() {
    if (rest_.empty() || rest_[0] != '(') return;
    const std::size_t close = rest_.find(')');
    if (close != std::string_view::npos && close <= 24) rest_.remove_prefix(close + 1);
  }
  int month_name() {
    for (std::size_t i = 0; i < kMonths.size(); ++i) {
      if (!eat(kMonths[i])) continue;
      if (!eat(kMonthEnds[i]) && i == 8) eat("t");
      eat(".");
      return static_cast<int>(i) + 1;
    }
    return 0;
  }
  void ordinal() {
    for (const std::string_view end : {"st", "nd", "rd", "th"}) {
      if (eat(end)) return;
    }
  }

 private:
  std::string_view rest_;
};

// "4月1日", "-04-01" after a year.
bool month_and_day(Reader& reader, int& month, int& day) {
  reader.brackets();
  const char first = reader.mark("年");
  reader.brackets();
  if (first == 0 || (month = reader.small_number()) < 0) return false;
  const char second = reader.mark("月");
  if (second != first || (day = reader.small_number()) < 0) return false;
  reader.skip_spaces();
  return first != 'w' || reader.eat("日") || reader.done();
}

std::optional<CivilDate> era_date(Reader reader) {
  for (const Era& era : kEras) {
    Reader r = reader;
    if (!r.eat(era.name) && !r.eat(std::string_view(&era.letter, 1))) continue;
    r.eat(".");
    r.skip_spaces();
    const int number = r.eat("元") ? 1 : r.small_number();
    int month = 0, day = 0;
    if (number < 1 || !month_and_day(r, month, day) || !r.done()) continue;
    const auto date = date_of(era.first.year + number - 1, month, day);
    if (!date || before(*date, era.first) || before(era.last, *date)) return std::nullopt;
    return date;
  }
  return std::nullopt;
}

std::optional<CivilDate> year_first(Reader reader) {
  const int year = reader.number(4, 4);
  if (year < 0) return std::nullopt;
  Reader compact = reader;
  const int month_day = compact.number(4, 4);
  if (month_day >= 0 && compact.done()) return date_of(year, month_day / 100, month_day % 100);
  int month = 0, day = 0;
  if (!month_and_day(reader, month, day) || !reader.done()) return std::nullopt;
  return date_of(year, month, day);
}

// "April 1, 1990", "1 April 1990", "1st of Apr 1990", "1-Apr-1990".
std::optional<CivilDate> named_month(Reader reader) {
  int day = -1, month = reader.month_name();
  if (month > 0) {
    reader.skip_spaces();
    day = reader.number(1, 2);
    reader.ordinal();
  } else {
    day = reader.number(1, 2);
    reader.ordinal();
    reader.mark("of");
    month = reader.month_name();
  }
  reader.skip_spaces();
  if (!reader.eat(",")) reader.eat("-");
  reader.skip_spaces();
  const int year = reader.number(4, 4);
  if (month == 0 || day < 0 || year < 0 || !reader.done()) return std::nullopt;
  return date_of(year, month, day);
}

// "04/01/1990": month first where that is a date, else day first.
std::optional<CivilDate> year_last(Reader reader) {
  const int first = reader.number(1, 2);
  const char mark = reader.mark("/");
  const int second = reader.number(1, 2);
  if (first < 0 || second < 0 || mark == 0 || reader.mark("/") != mark) return std::nullopt;
  int year = reader.number(4, 4);
  // "3/14/85": nobody of a form is younger than a child.
  if (year < 0 && (year = reader.number(2, 2)) >= 0) year += year > 25 ? 1900 : 2000;
  if (year < 0 || !reader.done()) return std::nullopt;
  const auto date = date_of(year, first, second);
  return date ? date : date_of(year, second, first);
}

}  // namespace

std::optional<CivilDate> read_date(std::string_view text) {
  if (text.size() > 96) return std::nullopt;
  const std::string folded = folded_lower(text);
  const Reader reader{std::string_view(folded)};
  for (const auto read : {era_date, year_first, named_month, year_last}) {
    if (const auto date = read(reader)) return date;
  }
  return std::nullopt;
}

namespace {

// "生年月日：\n入社日：2015/4/1": the field above was left empty, this is another one.
bool heads_own_line(std::string_view text, Range date) {
  constexpr std::size_t kReach = 48;
  static constexpr std::string_view kOthers[] = {"日：", "日:", "日 ",   "日　",  "月：",
                                                 "限：", "限:", "date:", "date ", "at:"};
  static constexpr std::string_view kBirth[] = {"生", "誕", "birth", "born", "dob", "d.o.b"};
  const std::size_t from = date.begin > kReach ? date.begin - kReach : 0;
  std::string_view before = text.substr(from, date.begin - from);
  const std::size_t line = last_line_end(before);
  if (line == std::string_view::npos) return false;
  before.remove_prefix(line + 1);
  const std::string lower = folded_lower(before);
  const auto holds = [&lower](std::string_view word) {
    return lower.find(word) != std::string::npos;
  };
  return std::any_of(std::begin(kOthers), std::end(kOthers), holds) &&
         std::none_of(std::begin(kBirth), std::end(kBirth), holds) &&
         text.substr(date.end, 3) != "生";
}

// "東京生まれ\n2015/4/1 入社": where somebody was born, not when.
bool is_born_somewhere(std::string_view text, Range date) {
  constexpr std::size_t kReach = 48;
  constexpr std::string_view kWord = "生まれ";
  static constexpr std::string_view kBirth[] = {"生", "誕", "birth", "born", "dob", "d.o.b"};
  const std::size_t from = date.begin > kReach ? date.begin - kReach : 0;
  const std::string_view before = text.substr(from, date.begin - from);
  const std::size_t word = before.rfind(kWord);
  if (word == std::string_view::npos || word == 0) return false;
  const std::string between = folded_lower(before.substr(word + kWord.size()));
  const auto holds = [&between](std::string_view birth) {
    return between.find(birth) != std::string::npos;
  };
  if (between.starts_with("は") || std::any_of(std::begin(kBirth), std::end(kBirth), holds))
    return false;
  const char32_t last = char_before(before, word).value;
  const bool han = last >= 0x4E00 && last <= 0x9FFF, kana = last >= 0x3041 && last <= 0x30FC;
  // "お生まれ", "私の生まれ".
  return han || (kana && last != U'お' && last != U'の') || is_alnum(last);
}

// "生年月日,YYYY/MM/DD,2026/09/03", "birth_date=（非公開）\n2026-05-07T05:04:37Z": the field was
// left open; `生年月日,"aG8…",2026/09/03`: it is filled. The date behind it is another one.
bool stands_behind_other_value(std::string_view text, Range date) {
  constexpr std::size_t kReach = 96, kFewest = 2;
  static constexpr std::string_view kNames[] = {"生年月日", "誕生日", "birth_date", "birthdate",
                                                "birthday", "birth",  "dob"};
  static constexpr std::string_view kWords[] = {"未記入", "未登録", "未入力",    "非公開", "不明",
                                                "なし",   "null",   "none",      "n/a",    "nil",
                                                "empty",  "masked", "undefined", "unknown"};
  static constexpr std::string_view kSigns = " \t\"':=,|", kOpen = "ymd/.-*_x?#";
  constexpr std::size_t kFewestOfCell = 8;
  const std::size_t from = date.begin > kReach ? date.begin - kReach : 0;
  const std::string before = folded_lower(text.substr(from, date.begin - from));
  for (const std::string_view name : kNames) {
    const std::size_t at = before.rfind(name);
    if (at == std::string::npos) continue;
    std::string_view value = std::string_view(before).substr(at + name.size());
    value.remove_prefix(std::min(value.find_first_not_of(kSigns), value.size()));
    while (value.starts_with('(')) value.remove_prefix(1);
    std::size_t end = std::min(value.find_first_not_of(kOpen), value.size());
    for (const std::string_view word : kWords)
      if (value.starts_with(word)) end = word.size();
    if (const std::size_t close = value.rfind("\","); close != value.npos && close >= kFewestOfCell)
      return value.find_first_of("\"\n") == close &&
             value.find_first_not_of("\" ", close + 2) == value.npos &&
             value.find("暦") == value.npos;
    if (end < kFewest) return false;
    std::string_view rest = value.substr(end);
    while (rest.starts_with(')')) rest.remove_prefix(1);
    return !rest.empty() && (kSigns.find(rest[0]) != kSigns.npos || rest[0] == '\n');
  }
  return false;
}

// "誕生日ケーキの予約は 2026/05/01", "誕生日は毎年来る。2026年11月25日に発売": the date of
// something else.
bool is_of_something_else(std::string_view text, Range date) {
  if (heads_own_line(text, date) || is_born_somewhere(text, date) ||
      stands_behind_other_value(text, date))
    return true;
  constexpr std::size_t kReach = 72, kFurther = 160;
  // The name of a release: "Happy Birthday Sophie" (2012-11-06).
  const std::size_t near = date.begin > 48 ? date.begin - 48 : 0;
  if (folded_lower(text.substr(near, date.begin - near)).find("happy birthday") !=
      std::string::npos)
    return true;
  // "昭和56年生まれは今年何歳？\n2022年7月10日から…": the year is told already.
  const std::size_t far = date.begin > kFurther ? date.begin - kFurther : 0;
  const std::string_view said = text.substr(far, date.begin - far);
  if (const std::size_t born = said.rfind("生まれは"); born != std::string_view::npos) {
    if (said.substr(0, born).ends_with("年")) return true;
  }
  const std::size_t from = date.begin > kReach ? date.begin - kReach : 0;
  const std::string_view before = text.substr(from, date.begin - from);
  constexpr std::string_view kWord = "誕生日";
  const std::size_t word = before.rfind(kWord);
  if (word == std::string_view::npos) return false;
  const std::string_view between = before.substr(word + kWord.size());
  const std::size_t stop = between.find("。");
  // "誕生日をお願いします。\nお客様：はい、…": an answer.
  const bool answered = between.find("。\n") == stop && between.find("はい") != between.npos;
  if (stop != std::string_view::npos && !answered) return true;
  static constexpr std::string_view kThings[] = {
      "ケーキ", "会", "プレゼント",   "パーティ", "カード", "休暇",   "クーポン", "特典",
      "セール", "割", "キャンペーン", "祝い",     "の祝い", "お祝い", "のお祝い", "おめでとう"};
  return std::any_of(std::begin(kThings), std::end(kThings), [between](std::string_view thing) {
    return between.substr(0, thing.size()) == thing;
  });
}

}  // namespace

double check_birth_date(TokenMatch& match, double confidence) {
  if (is_of_something_else(match.text, match.range)) return 0;
  // A time may follow ("T00:00:00"), a further digit may not.
  if (match.range.end < match.text.size() &&
      is_digit(static_cast<unsigned char>(match.text[match.range.end])))
    return 0;
  const auto date = read_date(match.value());
  // "例：1990/01/01".
  if (date && date->day == 1 && (date->month == 1 || date->month == 4) &&
      is_given_as_example(match.text, match.range.begin))
    return 0;
  return date && date->year >= kFirstYear && date->year <= kLastYear ? confidence : 0;
}

}  // namespace sekisho::filters
