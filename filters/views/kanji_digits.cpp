#include "filters/views/kanji_digits.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "filters/views/character_forms.h"
#include "filters/views/survey.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kLongestRun = 64;     // characters
constexpr std::size_t kFewestTogether = 4;  // digits that make a number by themselves

bool begins(std::string_view text, std::size_t at, std::string_view with) {
  return text.substr(at, with.size()) == with;
}

// Counters of addresses and dates.
bool counter_at(std::string_view text, std::size_t at) {
  static constexpr std::string_view kCounters[] = {"丁目", "番地", "番", "号", "年",
                                                   "月",   "日",   "条", "歳", "階"};
  return std::any_of(std::begin(kCounters), std::end(kCounters),
                     [&](std::string_view c) { return begins(text, at, c); });
}

bool after_era(std::string_view text, std::size_t at) {
  static constexpr std::string_view kEras[] = {"明治", "大正", "昭和", "平成", "令和"};
  return at >= 6 && std::any_of(std::begin(kEras), std::end(kEras),
                                [&](std::string_view e) { return begins(text, at - 6, e); });
}

struct Run {
  std::size_t begin = 0, end = 0;  // of digits, separators between
  std::size_t digits = 0;
  std::size_t ascii = 0;  // of them
  Range line{};           // the line end within, no more than one
  bool powers = false;    // ten and above
  bool separated = false;
};

// Of a digit of ASCII, in full width too.
int ascii_value(char32_t c) {
  if (c >= U'０' && c <= U'９') return static_cast<int>(c - U'０');
  return c >= U'0' && c <= U'9' ? static_cast<int>(c - U'0') : -1;
}

// "〇五二(三九六)零八七二": around the exchange of a telephone. 0: no bracket.
char bracket(char32_t c) {
  if (c == U'(' || c == U'（') return '(';
  return c == U')' || c == U'）' ? ')' : '\0';
}

// Over the one line end between two digits of a number, with what indents the next line; 0: it is
// none.
std::size_t line_break(std::string_view text, std::size_t at) {
  constexpr std::size_t kMostIndent = 8;
  std::size_t end = at;
  if (end < text.size() && text[end] == '\r') ++end;
  if (end == text.size() || text[end] != '\n') return 0;
  const std::size_t line = ++end;
  while (end < text.size() && end - line < kMostIndent && text[end] == ' ') ++end;
  return end - at;
}

// Digits, with single separators between where both sides are digits; `mixed`: of ASCII too,
// `over`: over a line end as well.
Run read_run(std::string_view text, std::size_t at, bool mixed = false, bool over = false) {
  Run run{at, at};
  const auto value_at = [mixed, &run](char32_t c) {
    const int ascii = mixed ? ascii_value(c) : -1;
    run.ascii += ascii >= 0 ? 1 : 0;
    return ascii >= 0 ? ascii : kanji_value(c);
  };
  bool phone = false;
  for (std::size_t i = 0, pos = at; i < kLongestRun; ++i) {
    const RawChar c = raw_char(text, pos);
    int value = value_at(c.value);
    phone = phone || (i == 0 && value == 0);
    if (value < 0) {
      const std::size_t line = over && run.line.size() == 0 ? line_break(text, pos) : 0;
      const bool sign = kanji_separator(c.value) != '\0' || (phone && bracket(c.value) != '\0');
      if (i == 0 || (line == 0 && !sign)) break;
      const std::size_t gap = line == 0 ? c.size : line;
      const RawChar next = raw_char(text, pos + gap);
      if ((value = value_at(next.value)) < 0) break;
      if (line != 0) run.line = {pos, pos + line};
      run.separated |= line == 0;
      pos += gap + next.size;
    } else {
      pos += c.size;
    }
    run.powers |= value >= 10;
    ++run.digits;
    run.end = pos;
  }
  return run;
}

// The run with what goes on in the next line, when both together are a long number.
Run read_lines(std::string_view text, const Run& run) {
  constexpr std::size_t kFewestDigits = 9;
  if (line_break(text, run.end) == 0) return run;
  const Run both = read_run(text, run.begin, false, true);
  return !both.powers && both.digits >= kFewestDigits ? both : run;
}

// The run as decimal digits, one for one.
void patch_digits(std::string_view text, const Run& run, bool asks, Patches& out) {
  for (std::size_t pos = run.begin; pos < run.end;) {
    if (run.line.size() > 0 && pos == run.line.begin) {
      out.add(run.line, "", asks);
      pos = run.line.end;
      continue;
    }
    const RawChar c = raw_char(text, pos);
    const int value = kanji_value(c.value);
    const int ascii = ascii_value(c.value);
    const char sign = bracket(c.value) != '\0' ? bracket(c.value) : kanji_separator(c.value);
    const char plain = value >= 0   ? static_cast<char>('0' + value)
                       : ascii >= 0 ? static_cast<char>('0' + ascii)
                                    : sign;
    if (ascii < 0 || c.value >= 0x80)
      out.add({pos, pos + c.size}, std::string_view(&plain, 1), asks);
    pos += c.size;
  }
}

// "三百二十" -> 320; -1 = not written that way.
long positional(std::string_view text, std::size_t begin, std::size_t end) {
  long whole = 0, part = 0, digit = -1;
  for (std::size_t pos = begin; pos < end;) {
    const RawChar c = raw_char(text, pos);
    const int value = kanji_value(c.value);
    if (value < 0 || (value < 10 && digit >= 0)) return -1;
    if (value < 10) {
      digit = value;
    } else if (value < 10000) {
      part += (digit < 0 ? 1 : digit) * value;
      digit = -1;
    } else {
      whole += (part + std::max(digit, 0L)) * value;
      part = 0;
      digit = -1;
    }
    pos += c.size;
  }
  return whole + part + std::max(digit, 0L);
}

// Digits of ASCII before `at`, separators between.
std::size_t digits_before(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongest = 24;
  std::size_t digits = 0;
  for (std::size_t i = at; i > 0 && at - i < kLongest;) {
    const RawChar c = raw_char_before(text, i);
    if (ascii_value(c.value) >= 0)
      ++digits;
    else if (c.value != U' ' && c.value != U'-' && c.value != U'－' && c.value != U'　')
      break;
    i -= c.size;
  }
  return digits;
}

// The same with nothing between.
std::size_t ascii_before(std::string_view text, std::size_t at) {
  constexpr std::size_t kMost = 12;
  std::size_t digits = 0;
  for (std::size_t pos = at; digits < kMost && pos > 0; ++digits) {
    const RawChar c = raw_char_before(text, pos);
    if (ascii_value(c.value) < 0) break;
    pos -= c.size;
  }
  return digits;
}

// One circle written for a zero before the digit at `at`: where it begins. Several hide something,
// "○○五丁目".
std::size_t behind_circles(std::string_view text, std::size_t at) {
  constexpr std::size_t kCircle = 3;
  const auto circle_before = [text](std::size_t end) {
    return end >= kCircle && (begins(text, end - kCircle, "○") || begins(text, end - kCircle, "◯"));
  };
  return circle_before(at) && !circle_before(at - kCircle) ? at - kCircle : at;
}

// "8六95八一": a number of which some digits are in kanji, from the first of those on; empty: it is
// none. The shortest, of seven digits, has nothing between them.
Run read_mixed(std::string_view text, const Run& kanji) {
  constexpr std::size_t kFewestDigits = 9, kFewestInOne = 7, kFewestInKanji = 2;
  const std::size_t before = digits_before(text, kanji.begin);
  const bool beside =
      kanji.end < text.size() && (ascii_value(raw_char(text, kanji.end).value) >= 0 ||
                                  bracket(raw_char(text, kanji.end).value) != '\0' ||
                                  kanji_separator(raw_char(text, kanji.end).value) != '\0');
  if (before == 0 && !beside) return {};
  const Run mixed = read_run(text, kanji.begin, true);
  const std::size_t fewest =
      mixed.separated || before > ascii_before(text, kanji.begin) ? kFewestDigits : kFewestInOne;
  const bool number = !mixed.powers && before + mixed.ascii > 0 &&
                      before + mixed.digits >= fewest &&
                      mixed.digits - mixed.ascii >= kFewestInKanji;
  return number ? mixed : Run{};
}

}  // namespace

int kanji_value(char32_t c) {
  switch (c) {
    case U'〇':
    case U'零':
    case U'○':
    case U'◯':
      return 0;
    case U'一':
    case U'壱':
    case U'壹':
    case U'弌':
      return 1;
    case U'二':
    case U'弐':
    case U'貳':
    case U'貮':
    case U'弍':
      return 2;
    case U'三':
    case U'参':
    case U'參':
    case U'叁':
    case U'弎':
      return 3;
    case U'四':
    case U'肆':
      return 4;
    case U'五':
    case U'伍':
      return 5;
    case U'六':
    case U'陸':
    case U'陆':
      return 6;
    case U'七':
    case U'漆':
    case U'柒':
      return 7;
    case U'八':
    case U'捌':
      return 8;
    case U'九':
    case U'玖':
      return 9;
    case U'十':
    case U'拾':
      return 10;
    case U'百':
    case U'佰':
      return 100;
    case U'千':
    case U'仟':
    case U'阡':
      return 1000;
    case U'万':
    case U'萬':
      return 10000;
    default:
      return -1;
  }
}

char kanji_separator(char32_t c) {
  if (is_hyphen(c) || c == U'－' || c == U'の' || c == U'ノ') return '-';
  if (is_dot(c)) return '.';
  return is_space(c) || c == 0x3000 || c == 0x3001 ? ' ' : '\0';
}

void find_kanji_numbers(std::string_view text, const Survey&, Range where, Patches& out) {
  out.undo(kNormalised);
  std::size_t pos = where.begin;
  while (pos < where.end) {
    const auto lead = static_cast<unsigned char>(text[pos]);
    if (lead < 0xE3 || lead > 0xE9) {
      ++pos;
      continue;
    }
    const RawChar c = raw_char(text, pos);
    if (kanji_value(c.value) < 0) {
      pos += c.size;
      continue;
    }
    const std::size_t first = std::max(where.begin, behind_circles(text, pos));
    const Run run = read_lines(text, read_run(text, first));
    if (const Run mixed = read_mixed(text, run); mixed.digits > 0) {
      patch_digits(text, mixed, true, out);
      pos = mixed.end;
      continue;
    }
    const bool counted = counter_at(text, run.end);
    if (!run.powers && (run.digits >= kFewestTogether || counted)) {
      const bool address = begins(text, run.end, "丁目") || begins(text, run.end, "番");
      const bool asks =
          run.digits >= kFewestTogether || address || run.separated || after_era(text, pos);
      patch_digits(text, run, asks, out);
    } else if (run.powers && counted && !run.separated) {
      const long number = positional(text, run.begin, run.end);
      const bool asks =
          after_era(text, pos) || begins(text, run.end, "丁目") || begins(text, run.end, "番");
      if (number >= 0) out.add({run.begin, run.end}, std::to_string(number), asks);
    } else if (run.powers && run.separated) {
      // "三十二の五": each part by itself.
      pos += c.size;
      continue;
    }
    pos = std::max(run.end, pos + c.size);
  }
}

}  // namespace sekisho::filters
