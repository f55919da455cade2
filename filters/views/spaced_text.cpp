#include "filters/views/spaced_text.h"

#include <algorithm>
#include <string>
#include <vector>

#include "filters/char_set.h"
#include "filters/views/character_forms.h"
#include "filters/views/html_text.h"
#include "filters/views/survey.h"
#include "filters/views/token_prefixes.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kFewestSingles = 7;
constexpr std::size_t kFewestHan = 3;  // 社 外 秘
constexpr std::size_t kMostSingles = 4096;
constexpr std::size_t kFewestDigits = 9, kMostDigits = 22;
constexpr std::size_t kLongestGap = 3;  // characters between two singles or groups
constexpr std::size_t kMostCells = 8;

constexpr CharSet kToken = kAsciiWord | CharSet("-+/.");
// Signs of escapes are not among them: an escape is undone, not taken apart.
constexpr CharSet kGapSigns{" \t\r\n-._/:,|*+~^@!?()[]{}"};

bool alnum_at(std::string_view text, std::size_t at) {
  return at < text.size() && kAsciiAlnum.has(text[at]);
}
bool digit_at(std::string_view text, std::size_t at) {
  return at < text.size() && kAsciiDigits.has(text[at]);
}
bool token_at(std::string_view text, std::size_t at) {
  return at < text.size() && kToken.has(text[at]);
}

// May stand between two pieces: a blank or a sign, none of a value's own.
bool is_gap(char32_t c) {
  if (c < 0x80) return kGapSigns.has(static_cast<char>(c));
  return is_space(c) || is_hyphen(c) || is_dot(c) || c == 0x3000 || c == 0x3001 || c == 0xFF0C;
}

bool is_single(char32_t c) {
  if (c < 0x80) return c > 0x20 && c < 0x7F;
  return c >= 0x2E80 && !is_gap(c);
}

// Blanks, or a sign with blanks after it, at `at`.
std::string_view gap_at(std::string_view text, std::size_t at) {
  if (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80 && !kGapSigns.has(text[at]))
    return {};
  std::size_t pos = at;
  for (std::size_t i = 0; i < kLongestGap; ++i) {
    const RawChar c = raw_char(text, pos);
    if (c.size == 0 || !is_gap(c.value)) break;
    const bool space =
        is_space(c.value) || c.value == 0x3000 || c.value == U'\n' || c.value == U'\r';
    if (!space && i > 0) break;
    pos += c.size;
  }
  return text.substr(at, pos - at);
}

bool all_blank(std::string_view gap) {
  return std::all_of(gap.begin(), gap.end(), [](char c) { return c == ' ' || c == '\t'; });
}

// Gaps of one run are alike: equal, or nothing but spaces.
bool alike(std::string_view a, std::string_view b) {
  return a == b || (all_blank(a) && all_blank(b));
}

struct Singles {
  std::vector<Range> gaps;
  std::vector<char32_t> signs;  // the characters, gaps between
  std::size_t end = 0;
  std::size_t alnums = 0, han = 0;
  std::size_t count() const { return signs.size(); }
  void clear() {
    gaps.clear();
    signs.clear();
    end = alnums = han = 0;
  }
};

// Whether nothing else goes on after a single character.
bool stands_alone(std::string_view text, std::size_t end, char32_t c) {
  const RawChar next = raw_char(text, end);
  return next.size == 0 || is_gap(next.value) || c >= 0x2E80 || next.value >= 0x80;
}

// The single character behind a gap; size 0: there is none.
RawChar single_after(std::string_view text, std::size_t end, std::string_view gap) {
  const std::size_t at = end + gap.size();
  const RawChar c = raw_char(text, at);
  const bool is_one =
      !gap.empty() && c.size != 0 && is_single(c.value) && stands_alone(text, at + c.size, c.value);
  return is_one ? c : RawChar{};
}

// Replaces `run` by the characters that stand apart from `at` on.
void read_singles(std::string_view text, std::size_t at, Singles& run) {
  run.clear();
  std::string_view first;
  std::size_t pos = at;
  for (RawChar c = raw_char(text, at); run.count() < kMostSingles;) {
    run.signs.push_back(c.value);
    run.alnums += is_alnum(c.value) ? 1 : 0;
    run.han += c.value >= 0x2E80 ? 1 : 0;
    pos += c.size;
    run.end = pos;
    const std::string_view gap = gap_at(text, pos);
    if (run.count() == 1) first = gap;
    if (gap.empty() || !alike(gap, first)) break;
    c = single_after(text, pos, gap);
    if (c.size == 0) break;
    run.gaps.push_back({pos, pos + gap.size()});
    pos += gap.size();
  }
}

// "4 - 5 - 3": every other character is the same sign, which belongs to the gaps.
void take_signs_as_gaps(Singles& run) {
  if (run.count() < 5) return;
  const char32_t sign = run.signs[1];
  if (sign >= 0x80 || is_alnum(sign)) return;
  for (std::size_t i = 1; i < run.count(); i += 2)
    if (run.signs[i] != sign) return;
  std::vector<Range> gaps;
  for (std::size_t i = 0; i + 1 < run.gaps.size(); i += 2)
    gaps.push_back({run.gaps[i].begin, run.gaps[i + 1].end});
  run.gaps = std::move(gaps);
}

bool begins_single(std::string_view text, std::size_t at, RawChar c) {
  if (!is_single(c.value)) return false;
  if (c.value < 0x80)
    return is_alnum(c.value) && (at == 0 || !alnum_at(text, at - 1)) && !alnum_at(text, at + 1) &&
           at + 1 < text.size();
  const std::string_view gap = gap_at(text, at + c.size);
  return !gap.empty();
}

// The line before or after has as many single characters: a table of them.
bool in_matrix(std::string_view text, Range run) {
  constexpr std::size_t kLine = 160;
  const auto alone = [](std::string_view line) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < line.size(); ++i)
      if (alnum_at(line, i) && (i == 0 || !alnum_at(line, i - 1)) && !alnum_at(line, i + 1))
        ++count;
    return count;
  };
  const std::size_t reach = run.begin > 2 * kLine ? run.begin - 2 * kLine : 0;
  std::size_t before = text.substr(reach, run.begin - reach).rfind('\n');
  if (before != std::string_view::npos) before += reach;
  const bool breaks = text.substr(run.begin, run.size()).find('\n') != std::string_view::npos;
  if (breaks) return false;
  if (before != std::string_view::npos) {
    const std::size_t from = before > kLine ? before - kLine : 0;
    std::string_view line = text.substr(from, before - from);
    if (const std::size_t cut = line.rfind('\n'); cut != std::string_view::npos)
      line.remove_prefix(cut + 1);
    if (alone(line) >= kFewestSingles) return true;
  }
  const std::string_view rest = text.substr(run.end, 2 * kLine);
  const std::size_t next = rest.find('\n');
  if (next == std::string_view::npos) return false;
  std::string_view line = rest.substr(next + 1);
  line = line.substr(0, line.find('\n'));
  return alone(line) >= kFewestSingles;
}

}  // namespace

void find_spaced(std::string_view text, const Survey& survey, Range where, PulledApart out) {
  // Letters and digits with none beside them, and characters that are not ASCII.
  constexpr auto kApart = [](const BlockMarks& before, const BlockMarks& m,
                             const BlockMarks& after) {
    const std::uint64_t alnum = m.alnum();
    const std::uint64_t beside =
        alnum << 1 | before.alnum() >> 63 | alnum >> 1 | after.alnum() << 63;
    return (alnum & ~beside) | m.first_high;
  };
  Singles run;
  for (std::size_t at = where.begin; (at = survey.next(at, where.end, kApart)) < where.end;) {
    const RawChar c = raw_char(text, at);
    if (c.value == 0xFFFD || !begins_single(text, at, c)) {
      at += c.size;
      continue;
    }
    // Most singles are words of one letter.
    const std::size_t next = at + c.size;
    if (single_after(text, next, gap_at(text, next)).size == 0) {
      at = next;
      continue;
    }
    read_singles(text, at, run);
    const bool enough = run.count() >= kFewestSingles
                            ? run.alnums + run.han >= kFewestSingles - 1
                            : run.han == run.count() && run.count() >= kFewestHan;
    if (!enough) {
      at += c.size;
      continue;
    }
    take_signs_as_gaps(run);
    Patches& patches = in_matrix(text, {at, run.end}) ? out.doubtful : out.sure;
    const std::size_t least = run.gaps.front().size();
    for (const Range& gap : run.gaps) {
      const bool word_ends =
          gap.size() >= least + 2 && all_blank(text.substr(gap.begin, gap.size()));
      patches.add(gap, word_ends ? " " : "");
    }
    at = run.end;
  }
}

namespace {

// Groups of digits with alike gaps.
struct Groups {
  std::vector<Range> gaps;
  std::vector<std::size_t> sizes;
  std::size_t end = 0, digits = 0;
  bool cells = false;  // gaps are borders of cells
  bool odd = false;    // gaps that no number has
};

// The border of a cell: "|", ",", ";", a tab, with blanks and quotes; tags. Its end, or `at`.
std::size_t border_end(std::string_view text, std::size_t at) {
  if (at < text.size() && text[at] == '<') return cell_tags_end(text, at);
  std::size_t pos = at;
  bool border = false;
  for (std::size_t i = 0; i < 24 && pos < text.size(); ++i, ++pos) {
    const char c = text[pos];
    if (c == '|' || c == ',' || c == ';' || c == '\t') {
      if (border && c != '\t' && text[pos - 1] != '\n') return at;
      border = true;
    } else if (c != ' ' && c != '"' && c != '\'' && !(c == '\n' && border)) {
      break;
    }
  }
  return border ? pos : at;
}

// A sign with blanks around it.
std::string_view group_gap(std::string_view text, std::size_t at) {
  std::size_t pos = at;
  while (pos - at < 3 && pos < text.size() && text[pos] == ' ') ++pos;
  const std::string_view sign = gap_at(text, pos);
  if (sign.empty()) return text.substr(at, pos - at);
  pos += sign.size();
  while (pos - at < 8 && pos < text.size() && text[pos] == ' ') ++pos;
  return text.substr(at, pos - at);
}

std::string squeezed(std::string_view gap) {
  std::string out;
  for (const char c : gap)
    if (c != ' ') out += c;
  return out.empty() ? std::string(" ") : out;
}

Groups read_groups(std::string_view text, std::size_t at) {
  Groups run;
  std::string first;
  std::size_t pos = at;
  for (;;) {
    const std::size_t begin = pos;
    while (digit_at(text, pos)) ++pos;
    if (pos == begin || pos - begin > 12) break;
    run.sizes.push_back(pos - begin);
    run.digits += pos - begin;
    run.end = pos;
    if (run.digits > kMostDigits) break;
    std::size_t next = border_end(text, pos);
    const bool cell = next != pos;
    if (!cell) next = pos + group_gap(text, pos).size();
    if (next == pos || !digit_at(text, next)) break;
    const std::string_view raw_gap = text.substr(pos, next - pos);
    const std::string gap = cell && raw_gap[0] == '<' ? std::string("<") : squeezed(raw_gap);
    if (run.sizes.size() == 1) {
      first = gap;
      run.cells = cell;
      run.odd = gap != " " && gap != "-" && gap != "." && gap != "\n" && gap != "\r\n";
    } else if (gap != first) {
      break;
    }
    run.gaps.push_back({pos, next});
    pos = next;
  }
  if (run.gaps.size() >= run.sizes.size() && !run.gaps.empty()) run.gaps.pop_back();
  return run;
}

bool in_fours(const Groups& run) {
  return std::all_of(run.sizes.begin(), run.sizes.end() - 1,
                     [](std::size_t s) { return s == 4; }) &&
         run.sizes.back() <= 4;
}

// Equal groups, the last one may be shorter: how one who hides a number cuts it.
bool evenly_cut(const Groups& run) {
  const std::size_t size = run.sizes.front();
  return run.sizes.size() >= 3 && size != 4 && size <= 3 &&
         std::all_of(run.sizes.begin(), run.sizes.end() - 1,
                     [size](std::size_t s) { return s == size; }) &&
         run.sizes.back() <= size;
}

// A neighbouring line has cells of digits too.
bool in_table(std::string_view text, Range run) {
  constexpr std::size_t kLine = 200;
  const auto numeric = [](std::string_view line) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < line.size(); ++i)
      if (digit_at(line, i) && !digit_at(line, i + 1)) ++count;
    return count;
  };
  const std::size_t from = run.begin > kLine ? run.begin - kLine : 0;
  std::string_view before = text.substr(from, run.begin - from);
  if (const std::size_t cut = before.rfind('\n'); cut != std::string_view::npos) {
    before = before.substr(0, cut);
    if (const std::size_t line = before.rfind('\n'); line != std::string_view::npos)
      before.remove_prefix(line + 1);
    if (numeric(before) >= 3) return true;
  }
  const std::string_view rest = text.substr(run.end, 2 * kLine);
  const std::size_t next = rest.find('\n');
  if (next == std::string_view::npos) return false;
  std::string_view after = rest.substr(next + 1);
  return numeric(after.substr(0, after.find('\n'))) >= 3;
}

}  // namespace

namespace {

// Cheap: whether the digits of a long number may stand from `at` on, signs and borders of cells
// between. Most numbers stand alone.
bool enough_digits_follow(std::string_view text, std::size_t at) {
  constexpr std::size_t kReach = 160, kWidestGap = 24;
  static constexpr CharSet kBetween = kGapSigns | CharSet(";\"'");
  std::size_t digits = 0, last = at;
  const std::size_t most = std::min(text.size(), at + kReach);
  for (std::size_t i = at; i < most; ++i) {
    const char c = text[i];
    if (kAsciiDigits.has(c)) {
      if (++digits >= kFewestDigits) return true;
      last = i;
    } else if (c == '<') {
      return true;
    } else if ((static_cast<unsigned char>(c) < 0x80 && !kBetween.has(c)) ||
               i - last > kWidestGap) {
      return false;
    }
  }
  return most < text.size();
}

}  // namespace

void find_number_groups(std::string_view text, const Survey& survey, Range where, PulledApart out) {
  for (std::size_t at = where.begin; (at = survey.next(at, where.end, kDigitStarts)) < where.end;) {
    if (at > 0 && kAsciiWord.has(text[at - 1])) {
      ++at;
      continue;
    }
    std::size_t first = at;
    while (digit_at(text, first)) ++first;
    if (!enough_digits_follow(text, at)) {
      at = first;
      continue;
    }
    const Groups run = read_groups(text, at);
    const bool number = run.digits >= kFewestDigits && run.digits <= kMostDigits &&
                        !run.gaps.empty() && !alnum_at(text, run.end);
    if (!number) {
      at = std::max(at + 1, run.sizes.empty() ? at + 1 : at + run.sizes.front());
      continue;
    }
    const bool table = (run.cells || run.odd) && in_table(text, {at, run.end});
    if (run.odd) {
      Patches& patches = table ? out.doubtful : out.sure;
      for (const Range& gap : run.gaps) patches.add(gap, evenly_cut(run) ? "" : "-");
    } else if (!in_fours(run)) {
      Patches& patches =
          evenly_cut(run) && !in_table(text, {at, run.end}) ? out.sure : out.doubtful;
      for (const Range& gap : run.gaps) patches.add(gap, "");
    }
    at = run.end;
  }
}

namespace {

struct Kinds {
  std::size_t digits = 0, letters = 0, size = 0;
};

Kinds kinds_of(std::string_view text) {
  Kinds kinds;
  kinds.size = text.size();
  for (const char c : text) {
    kinds.digits += kAsciiDigits.has(c) ? 1 : 0;
    kinds.letters += kAsciiLetters.has(c) ? 1 : 0;
  }
  return kinds;
}

std::size_t token_begin(std::string_view text, std::size_t end) {
  std::size_t begin = end;
  while (begin > 0 && end - begin < 256 && token_at(text, begin - 1)) --begin;
  return begin;
}
std::size_t token_end(std::string_view text, std::size_t begin) {
  std::size_t end = begin;
  while (end - begin < 256 && token_at(text, end)) ++end;
  return end;
}

// Blanks, marks of quotation and comments at the beginning of a line.
std::size_t skip_margin(std::string_view text, std::size_t at) {
  std::size_t pos = at;
  static constexpr CharSet kMargin{" \t>#*|"};
  while (pos < text.size() && pos - at < 24 && kMargin.has(text[pos])) ++pos;
  return pos;
}

}  // namespace

namespace {

// A word of a sentence or a list, no piece of a key.
bool is_plain_word(std::string_view text) {
  if (text.size() < 3) return false;
  return std::all_of(text.begin() + 1, text.end(),
                     [](char c) {
                       return is_lower(static_cast<unsigned char>(c)) || c == '.' || c == '-';
                     }) &&
         is_letter(static_cast<unsigned char>(text[0]));
}

bool is_number_char(char c) {
  return is_digit(static_cast<unsigned char>(c)) || c == ' ' || c == '-' || c == '.';
}

// Digits of the number that ends at `end` or begins there.
std::size_t digits_before(std::string_view text, std::size_t end) {
  std::size_t digits = 0;
  for (std::size_t i = end; i > 0 && end - i < 24 && is_number_char(text[i - 1]); --i)
    digits += digit_at(text, i - 1) ? 1 : 0;
  return digits;
}
std::size_t digits_after(std::string_view text, std::size_t begin) {
  std::size_t digits = 0;
  for (std::size_t i = begin; i < text.size() && i - begin < 24 && is_number_char(text[i]); ++i)
    digits += digit_at(text, i) ? 1 : 0;
  return digits;
}

bool at_sign(std::string_view text, std::size_t at) {
  return at < text.size() && text[at] == '@';
}

}  // namespace

// The token that ends a line at `end`; `whole`: it is the line, as long as those of encoded text.
struct LineToken {
  std::size_t begin = 0;
  bool whole = false;
};
LineToken line_token(std::string_view text, std::size_t end) {
  constexpr std::size_t kShortest = 40;
  if (end > 0 && text[end - 1] == '\r') --end;
  const std::size_t begin = token_begin(text, end);
  const bool alone = begin == 0 || text[begin - 1] == '\n';
  return {begin, alone && end - begin >= kShortest};
}

// Tells the lines of an encoding (base64 in lines) from those of a token: there are more than two
// of them, and none begins as a token does. Asked for lines in order; only so many bytes before one
// count that the answer is the same wherever one began to ask.
class EncodedBlock {
 public:
  explicit EncodedBlock(std::string_view text) : text_(text) {}

  // Whether the line that begins at `begin` goes on with one.
  bool goes_on_at(std::size_t begin) {
    if (begin == 0 || text_[begin - 1] != '\n') return false;
    const LineToken line = line_token(text_, begin - 1);
    if (!line.whole) return false;
    if (line.begin != newest_) look_back_from(line.begin);
    take(line.begin);
    newest_ = begin;
    return lines_ >= kFewestLines && (token_ == kNone || begin - token_ > kFurthest);
  }

 private:
  static constexpr std::size_t kNone = std::string_view::npos;
  static constexpr std::size_t kFewestLines = 4, kFurthest = 6u << 10;

  void look_back_from(std::size_t begin) {
    lines_ = 0;
    token_ = kNone;
    std::size_t first = begin;
    while (first > 0 && text_[first - 1] == '\n' && begin - first < kFurthest) {
      const LineToken line = line_token(text_, first - 1);
      first = line.begin;
      if (token_ == kNone && begins_token(first)) token_ = first;
      if (!line.whole) return;
      ++lines_;
    }
  }
  void take(std::size_t line) {
    ++lines_;
    if (begins_token(line)) token_ = line;
  }
  bool begins_token(std::size_t at) const {
    return has_token_prefix(text_.substr(at, kLongestTokenPrefix));
  }

  std::string_view text_;
  std::size_t newest_ = kNone;  // the line asked for last
  std::size_t lines_ = 0;       // before it
  std::size_t token_ = kNone;   // the last of them that begins a token
};

void find_broken_lines(std::string_view text, const Survey& survey, Range where, PulledApart out) {
  constexpr std::size_t kFewestOfBoth = 5;
  EncodedBlock block(text);
  for (std::size_t at = survey.next(where.begin, where.end, kControls); at < where.end;
       at = survey.next(at + 1, where.end, kControls)) {
    if (text[at] != '\n') continue;
    std::size_t end = at;
    while (end > 0 && (text[end - 1] == '\r' || text[end - 1] == '\\') && at - end < 3) --end;
    if (end == 0) continue;
    const std::size_t next = skip_margin(text, at + 1);
    const std::size_t before = digits_before(text, end), after = digits_after(text, next);
    if (before > 0 && after > 0 && before + after >= kFewestOfBoth) {
      // A single blank belongs to the number, more are a margin.
      const bool blank = next == at + 2 && text[at + 1] == ' ';
      out.doubtful.add({end, blank ? at + 1 : next}, "");
      continue;
    }
    if (!(token_at(text, end - 1) || at_sign(text, end - 1))) continue;
    if (!token_at(text, next) && !at_sign(text, next)) continue;
    const std::size_t begin = token_begin(text, end);
    const std::string_view left = text.substr(begin, end - begin);
    const bool mail =
        (begin > 0 && at_sign(text, begin - 1)) || at_sign(text, next) || at_sign(text, end - 1);
    const bool begins_token = has_token_prefix(left);
    if (!mail && !begins_token && block.goes_on_at(begin)) continue;
    const std::string_view right = text.substr(next, token_end(text, next) - next);
    const Kinds a = kinds_of(left), b = kinds_of(right);
    const bool keyed = begins_token && b.size >= 4;
    const bool token = a.size + b.size >= 16 && (keyed || a.digits + b.digits >= 2) &&
                       a.letters + b.letters >= 2 && (keyed || !is_plain_word(left)) &&
                       !is_plain_word(right);
    if (token || mail) out.doubtful.add({end, next}, "");
  }
}

namespace {

// Cheap: most tokens are followed by a blank.
bool may_be_border(std::string_view text, std::size_t at) {
  if (at >= text.size()) return false;
  if (text[at] == ' ') return at + 1 < text.size() && text[at + 1] == '|';
  static constexpr CharSet kBorders{"|,;\t\"'<@"};
  return kBorders.has(text[at]);
}

// The end of an address that goes on in the next cell, or 0: nothing before or after its "@", or no
// dot after it.
std::size_t open_address(std::string_view text, std::size_t at) {
  const std::size_t end = token_end(text, at);
  if (!at_sign(text, end)) {
    const std::size_t next = border_end(text, end);
    return next != end && at_sign(text, next) ? end : 0;
  }
  const std::size_t stop = token_end(text, end + 1);
  const std::string_view domain = text.substr(end + 1, stop - end - 1);
  const std::size_t dot = domain.rfind('.');
  return dot == std::string_view::npos || dot + 2 >= domain.size() ? stop : 0;
}

}  // namespace

void find_token_cells(std::string_view text, const Survey& survey, Range where, PulledApart out) {
  const bool mails = text.substr(where.begin, where.size()).find('@') != std::string_view::npos;
  std::size_t done = 0;
  constexpr auto kTokenStarts = [](const BlockMarks& before, const BlockMarks& m,
                                   const BlockMarks&) {
    const std::uint64_t token = m.alnum() | m.token | m.dot;
    return token & ~(token << 1 | (before.alnum() | before.token | before.dot) >> 63);
  };
  for (std::size_t at = survey.next(where.begin, where.end, kTokenStarts); at < where.end;
       at = survey.next(at + 1, where.end, kTokenStarts)) {
    if (at < done) continue;
    std::size_t end = token_end(text, at);
    if (!may_be_border(text, end)) {
      at = end - 1;
      continue;
    }
    if (!has_token_prefix(text.substr(at, end - at))) {
      end = mails ? open_address(text, at) : 0;
      if (end == 0) continue;
    }
    for (std::size_t cells = 0; cells < kMostCells; ++cells) {
      const std::size_t next = border_end(text, end);
      if (next == end || !(token_at(text, next) || at_sign(text, next))) break;
      std::size_t stop = token_end(text, next);
      if (at_sign(text, stop)) stop = token_end(text, stop + 1);
      // Words of other cells stay out: pieces of a value are not followed by text.
      if (stop < text.size() && text[stop] == ' ' && token_at(text, stop + 1)) break;
      if (is_plain_word(text.substr(next, stop - next))) break;
      out.sure.add({end, next}, "");
      end = stop;
    }
    done = end;
  }
}

}  // namespace sekisho::filters
