#include "filters/views/siblings.h"

#include <algorithm>
#include <iterator>

#include "filters/char_set.h"
#include "filters/views/pieces.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kLongestHead = 128, kLongestTail = 40;
constexpr CharSet kBlanks{" \t\r\n"};

struct Pair {
  std::string_view first, second;
};
// Digits and letters count by themselves.
constexpr Pair kPairs[] = {
    {"前", "後"},        {"上", "下"},         {"①", "②"},        {"②", "③"},
    {"１", "２"},        {"２", "３"},         {"一", "二"},      {"first", "second"},
    {"First", "Second"}, {"second", "third"},  {"head", "tail"},  {"start", "end"},
    {"begin", "end"},    {"prefix", "suffix"}, {"left", "right"}, {"front", "back"},
    {"1st", "2nd"},      {"2nd", "3rd"},       {"", "(2)"},       {"", "（2）"},
    {"", "2"},           {"", "_2"},           {"", "-2"},        {"", "（続き）"},
    {"", "(続き)"},      {"", "続き"},         {"", "の続き"},    {"", "(cont.)"},
    {"", "(cont)"},      {"", "(continued)"},  {"", "_b"},        {"", "_rest"}};

bool begins_with(std::string_view text, std::string_view word) {
  return text.substr(0, word.size()) == word;
}

// Over what a tag says of its cell behind its name at `at`: <td align=right>.
std::size_t attributes_end(std::string_view text, std::size_t at) {
  if (at == 0 || at >= text.size() || text[at] != ' ') return at;
  const std::size_t open = text.substr(0, at).find_last_of("<>");
  if (open == text.npos || text[open] != '<') return at;
  const std::size_t end = text.find('>', at);
  return end == text.npos ? at : end;
}

// Over the same in both, blanks and what tags say of their cells left out; npos: `b` is something
// else than `a`.
std::size_t same_end(std::string_view a, std::string_view b) {
  const auto skip = [](std::string_view of, std::size_t at) {
    at = attributes_end(of, at);
    while (at < of.size() && kBlanks.has(of[at])) ++at;
    return at;
  };
  for (std::size_t i = 0, j = 0;; ++i, ++j) {
    i = skip(a, i);
    j = skip(b, j);
    if (i == a.size()) return j;
    if (j == b.size() || a[i] != b[j]) return b.npos;
  }
}

// Where the two become different, what tags say of their cells left out.
struct Difference {
  std::size_t head = 0, next = 0;
};
Difference difference_of(std::string_view head, std::string_view next) {
  Difference at;
  while (true) {
    at = {attributes_end(head, at.head), attributes_end(next, at.next)};
    if (at.head == head.size() || at.next == next.size() || head[at.head] != next[at.next]) break;
    ++at.head, ++at.next;
  }
  const auto back = [&](auto unfit) {
    while (at.head > 0 && at.next > 0 && unfit(at)) --at.head, --at.next;
  };
  // A character that is not ASCII, and a number, are one.
  back([&](Difference d) {
    return d.head < head.size() && (static_cast<unsigned char>(head[d.head]) & 0xC0) == 0x80;
  });
  back([&](Difference d) { return kAsciiDigits.has(head[d.head - 1]); });
  return at;
}

// How long a number is, at most of four digits.
std::size_t digits_at(std::string_view text) {
  std::size_t size = 0;
  while (size < text.size() && size < 4 && kAsciiDigits.has(text[size])) ++size;
  return size;
}
std::size_t value_of(std::string_view digits) {
  std::size_t value = 0;
  for (const char c : digits) value = value * 10 + static_cast<std::size_t>(c - '0');
  return value;
}

// The end of `next` when it is `head` but for what counts on, npos otherwise.
std::size_t counted_end(std::string_view head, std::string_view next) {
  const Difference at = difference_of(head, next);
  if (at.head == head.size()) return next.npos;
  const std::string_view a = head.substr(at.head), b = next.substr(at.next);
  const auto behind = [&](std::size_t first, std::size_t second) {
    const std::size_t end = same_end(a.substr(first), b.substr(second));
    return end == b.npos ? next.npos : at.next + second + end;
  };
  if (const std::size_t one = digits_at(a), two = digits_at(b);
      one > 0 && two > 0 && value_of(a.substr(0, one)) + 1 == value_of(b.substr(0, two)))
    return behind(one, two);
  const bool alone =
      (at.head == 0 || !kAsciiLetters.has(head[at.head - 1])) && !alnum_at(a, 1) && !alnum_at(b, 1);
  if (alone && !b.empty() && kAsciiLetters.has(a[0]) && a[0] + 1 == b[0]) return behind(1, 1);
  // Cheap: most names differ otherwise.
  static constexpr CharSet kSigns{"|:=,\t\"' <"};
  if (a.empty() || b.empty()) return next.npos;
  for (const Pair& pair : kPairs) {
    if (pair.first.empty() ? !kSigns.has(a[0]) : a[0] != pair.first[0]) continue;
    if (!begins_with(a, pair.first)) continue;
    // "PAT | " and "PAT (2) | ".
    const std::size_t blank = pair.first.empty() && b.starts_with(' ') ? 1 : 0;
    if (!begins_with(b.substr(blank), pair.second)) continue;
    if (const std::size_t end = behind(pair.first.size(), blank + pair.second.size());
        end != next.npos)
      return end;
  }
  return next.npos;
}

std::size_t tag_end(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongest = 64;
  const std::size_t close = text.substr(at, kLongest).find('>');
  return close == std::string_view::npos ? at : at + close + 1;
}

// Over borders of cells, quotes and tags.
std::size_t borders_end(std::string_view text, std::size_t at, const CharSet& borders) {
  std::size_t pos = at;
  while (pos < text.size() && pos - at < kLongestTail) {
    if (borders.has(text[pos])) {
      ++pos;
    } else if (text[pos] == '<') {
      const std::size_t end = tag_end(text, pos);
      if (end == pos) break;
      pos = end;
    } else {
      break;
    }
  }
  return pos;
}

// "| （続き） | ", "続き: ", "|  | ": the name at `at` says that the value goes on; npos: it does
// not.
std::size_t continuation_end(std::string_view text, std::size_t at) {
  static constexpr std::string_view kWords[] = {"続き",   "つづき", "続",        "残り",  "後半",
                                                "下半分", "〃",     "同上",      "…",     "″",
                                                "cont.",  "cont",   "continued", "ditto", "rest"};
  static constexpr CharSet kBefore{" \t|\"'-*"}, kBehind{" \t|\"',;"}, kSigns{":="};
  std::size_t pos = borders_end(text, at, kBefore);
  // An empty cell.
  const std::string_view before = text.substr(at, pos - at);
  const auto bars = std::count(before.begin(), before.end(), '|');
  if (bars == 2 && before.front() == '|') return pos;
  if (bars > 2) return text.npos;
  // Cheap: most names begin otherwise.
  static constexpr CharSet kFirst{"([cdr\xE2\xE3\xE4\xE5\xE6\xE7\xEF"};
  if (pos >= text.size() || !kFirst.has(text[pos])) return text.npos;
  std::string_view close;
  static constexpr Pair kBrackets[] = {{"（", "）"}, {"(", ")"}, {"[", "]"}, {"【", "】"}};
  for (const Pair& bracket : kBrackets) {
    if (!begins_with(text.substr(pos), bracket.first)) continue;
    close = bracket.second;
    pos += bracket.first.size();
    break;
  }
  const auto word = std::find_if(
      std::begin(kWords), std::end(kWords),
      [rest = text.substr(pos, 12)](std::string_view known) { return begins_with(rest, known); });
  if (word == std::end(kWords)) return text.npos;
  pos += word->size();
  if (!begins_with(text.substr(pos), close)) return text.npos;
  pos += close.size();
  if (begins_with(text.substr(pos), "：")) return pos + 3;
  // One sign: ":pass@db" begins with a value's own.
  const bool sign = pos < text.size() && kSigns.has(text[pos]);
  const std::size_t end = borders_end(text, sign ? pos + 1 : pos, kBehind);
  return end == pos ? text.npos : end;
}

// The beginning of the name of the member whose value begins at `at`: "a": "…, a: "…; `at`: it has
// none.
std::size_t member_begin(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongestName = 48;
  static constexpr CharSet kBeside{" \"'"}, kStops{",;{}[]()\n\"'"};
  std::size_t pos = at;
  while (pos > 0 && at - pos < 4 && kBeside.has(text[pos - 1])) --pos;
  if (pos == 0 || (text[pos - 1] != ':' && text[pos - 1] != '=')) return at;
  --pos;
  while (pos > 0 && text[pos - 1] == ' ') --pos;
  const bool quoted = pos > 0 && (text[pos - 1] == '"' || text[pos - 1] == '\'');
  if (quoted) --pos;
  const std::size_t end = pos;
  while (pos > 0 && end - pos < kLongestName && !kStops.has(text[pos - 1])) --pos;
  if (pos == 0 || pos == end || end - pos == kLongestName) return at;
  if (quoted) return pos - 1;
  while (pos < end && text[pos] == ' ') ++pos;
  return pos;
}

// Cheap: whether a value may begin at `at`, behind its name.
bool follows_sign(std::string_view text, std::size_t at) {
  static constexpr CharSet kBeside{" \"'"}, kSigns{":=|,;\t>&"};
  std::size_t pos = at;
  while (pos > 0 && at - pos < 4 && kBeside.has(text[pos - 1])) --pos;
  return pos > 0 &&
         (kSigns.has(text[pos - 1]) || text.substr(0, pos).ends_with("：") || text[pos] == '"');
}

struct Border {
  std::size_t next = 0;  // where the next sibling begins, 0: nowhere
  bool line = false, row = false;
};

// Over what ends a sibling: marks of quotation and cells, and a line end, a comma or a tag.
Border border_behind(std::string_view text, std::size_t at) {
  static constexpr CharSet kEnds{" \t\r\"'`|)]}\\"};
  Border border;
  std::size_t pos = at;
  while (pos < text.size() && pos - at < kLongestTail) {
    const char c = text[pos];
    if (c == '\n' && border.row == false) return {pos + 1, true, false};
    if (c == '<') {
      if (begins_with(text.substr(pos + 1), "tr")) return {pos, false, true};
      const std::size_t end = tag_end(text, pos);
      // The next cell of the row.
      if (end == pos || (text[pos + 1] != '/' && !border.row)) return {};
      border.row = true;
      pos = end;
    } else if (c == ',' || c == ';') {
      if (border.next != 0) return {};
      while (++pos < text.size() && text[pos] == ' ') continue;
      border.next = pos;
      if (pos < text.size() && text[pos] != '\n' && text[pos] != '\r') return border;
    } else if (kEnds.has(c) || (c == '\n' && border.row)) {
      ++pos;
    } else {
      break;
    }
  }
  return {};
}

}  // namespace

std::size_t sibling_piece(std::string_view text, Range piece) {
  if (!may_end_sibling(text, piece.end) || !follows_sign(text, piece.begin)) return piece.end;
  const Border border = border_behind(text, piece.end);
  if (border.next == 0 || border.next >= text.size()) return piece.end;
  std::size_t head = piece.begin;
  if (border.line || border.row) {
    const std::size_t from = head > kLongestHead ? head - kLongestHead : 0;
    const std::string_view before = text.substr(from, head - from);
    const std::size_t begin = border.row ? before.rfind("<tr") : before.rfind('\n');
    if (begin == before.npos && (from > 0 || border.row)) return piece.end;
    head = begin == before.npos ? 0 : from + begin + (border.row ? 0 : 1);
  } else {
    head = member_begin(text, head);
  }
  if (head == piece.begin) return piece.end;
  const std::string_view name = text.substr(head, piece.begin - head);
  const std::string_view next = text.substr(border.next, 2 * kLongestHead);
  const std::size_t end = counted_end(name, next);
  if (end != next.npos) return border.next + end;
  if (!border.line && !border.row) return piece.end;
  const std::size_t behind = continuation_end(text, border.next);
  return behind == text.npos ? piece.end : behind;
}

std::size_t counter_begin(std::string_view text, std::size_t end) {
  constexpr std::size_t kLongestBracket = 32, kLongestAscii = 16;
  static constexpr std::string_view kWords[] = {
      "前半", "後半", "前",     "後",     "上",     "下",    "①",   "②",   "first",
      "head", "tail", "second", "prefix", "suffix", "start", "end", "half"};
  if (end < 4 || !may_count(text[end - 2], text[end - 1])) return end;
  const char last = text[end - 1], before = text[end - 2];
  const auto word_begin = [text](std::size_t at) {
    static constexpr CharSet kLast{"tT\xAE"};
    std::string_view rest = text.substr(0, at);
    if (at > 0 && kLast.has(text[at - 1]))
      for (const std::string_view name : {"part", "Part", "PART", "その"})
        if (rest.ends_with(name)) rest.remove_suffix(name.size());
    return rest.ends_with('_') ? rest.size() - 1 : rest.size();
  };
  const std::size_t from = end > kLongestBracket ? end - kLongestBracket : 0;
  const std::string_view near = text.substr(from, end - from);
  if (last == ')' || near.ends_with("）")) {
    const std::size_t open = last == ')' ? near.rfind('(') : near.rfind("（");
    const bool far = open == near.npos || (last == ')' && near.size() - open > kLongestAscii);
    return far ? end : from + open;
  }
  // "1/2".
  if (before == '/') return kAsciiDigits.has(text[end - 3]) ? word_begin(end - 3) : end;
  if (kAsciiDigits.has(last) || (kAsciiLetters.has(last) && !kAsciiLetters.has(before)))
    return word_begin(end - 1);
  for (const std::string_view word : kWords)
    if (word.back() == last && near.ends_with(word)) return word_begin(end - word.size());
  return end;
}

}  // namespace sekisho::filters
