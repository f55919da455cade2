#include <algorithm>
#include <vector>

#include "filters/char_set.h"
#include "filters/line_ends.h"
#include "filters/views/character_forms.h"
#include "filters/views/pieces.h"
#include "filters/views/pulled_apart.h"
#include "filters/views/survey.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kFewestSingles = 7;
constexpr std::size_t kFewestHan = 3;  // 社 外 秘
constexpr std::size_t kMostSingles = 4096;

bool is_single(char32_t c) {
  if (c < 0x80) return c > 0x20 && c < 0x7F;
  constexpr char32_t kLongVowel = 0x30FC;  // a hyphen between digits, too
  return c >= 0x2E80 && (!is_gap(c) || c == kLongVowel);
}

bool all_blank(std::string_view gap) {
  for (std::size_t at = 0; at < gap.size();) {
    const RawChar c = raw_char(gap, at);
    if (c.value != U' ' && c.value != U'\t' && c.value != 0x3000 && c.value != 0xA0) return false;
    at += c.size;
  }
  return true;
}

std::size_t characters_in(std::string_view gap) {
  return static_cast<std::size_t>(std::count_if(gap.begin(), gap.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

bool bullet_at(std::string_view text, std::size_t at) {
  static constexpr CharSet kBullets{"-*+"};
  return at + 2 < text.size() && kBullets.has(text[at]) && text[at + 1] == ' ';
}

constexpr std::string_view kBoxes = "][";

// Between two characters from `at` on, over the bullet of a list: "\n- ". Or between two boxes.
std::string_view gap_between(std::string_view text, std::size_t at) {
  if (text.substr(at).starts_with(kBoxes)) return text.substr(at, kBoxes.size());
  const std::string_view gap = gap_at(text, at);
  if (!gap.ends_with('\n')) return gap;
  const std::size_t end = at + gap.size();
  return bullet_at(text, end) ? text.substr(at, gap.size() + 2) : gap;
}

// Gaps of one run are alike: equal, or nothing but spaces.
bool alike(std::string_view a, std::string_view b) {
  return a == b || (all_blank(a) && all_blank(b));
}

struct Singles {
  std::vector<Range> gaps;
  std::vector<char32_t> signs;  // the characters, gaps between
  std::vector<Range> forms;     // those that stand for others: full width, in circles
  Range marked;                 // the gap before one that a sentence or another line goes on with
  std::size_t end = 0;
  std::size_t alnums = 0, han = 0;
  std::size_t count() const { return signs.size(); }
  void clear() {
    gaps.clear();
    signs.clear();
    forms.clear();
    marked = {};
    end = alnums = han = 0;
  }
};

char32_t narrow(char32_t c) {
  return c >= 0xFF01 && c <= 0xFF5E ? c - 0xFEE0 : c;
}

// Detectors read digits in full width, but not letters.
bool is_form(char32_t c) {
  return narrow(c) != c || !plain_form(c).empty();
}

void add_form(std::string_view text, Range at, Patches& out) {
  const char32_t c = raw_char(text, at.begin).value;
  const char plain = static_cast<char>(narrow(c));
  out.add(at, narrow(c) != c ? std::string_view(&plain, 1) : plain_form(c));
}

// Whether nothing else goes on after a single character; `line`: that begins one.
bool stands_alone(std::string_view text, std::size_t end, char32_t c, bool line) {
  const RawChar next = raw_char(text, end);
  // "3. ", "A: " of another line.
  static constexpr CharSet kMarks{".:)"};
  if (line && next.value < 0x80 && kMarks.has(static_cast<char>(next.value))) return false;
  static constexpr CharSet kCloses{"\"'`<>"};
  return next.size == 0 || is_gap(next.value) || c >= 0x2E80 || next.value >= 0x80 ||
         kCloses.has(static_cast<char>(next.value));
}

// The single character behind a gap; size 0: there is none.
RawChar single_after(std::string_view text, std::size_t end, std::string_view gap) {
  const std::size_t at = end + gap.size();
  const RawChar c = raw_char(text, at);
  const bool is_one = !gap.empty() && c.size != 0 && is_single(c.value) &&
                      stands_alone(text, at + c.size, c.value, gap.front() == '\n');
  return is_one ? c : RawChar{};
}

// Goes on with `run` over characters of ASCII, the same single sign before each of them, as far as
// there is nothing else to tell; `pos`: behind the last one.
void read_plain_singles(std::string_view text, char sign, std::size_t& pos, Singles& run) {
  static constexpr CharSet kAfter = kGapSigns | CharSet("\"'`<>");
  while (run.count() < kMostSingles && pos + 2 < text.size() && text[pos] == sign) {
    const auto c = static_cast<unsigned char>(text[pos + 1]);
    const char after = text[pos + 2];
    if (c <= 0x20 || c >= 0x7F || !kAfter.has(after) || (sign == '\n' && after != sign)) return;
    run.signs.push_back(c);
    run.alnums += is_alnum(c) ? 1 : 0;
    run.gaps.push_back({pos, pos + 1});
    run.end = pos += 2;
  }
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
    if (is_form(c.value)) run.forms.push_back({pos, pos + c.size});
    pos += c.size;
    run.end = pos;
    if (run.count() == 1) first = gap_between(text, pos);
    if (first.size() == 1) read_plain_singles(text, first[0], pos, run);
    const std::string_view gap = gap_between(text, pos);
    if (gap.empty() || !alike(gap, first)) break;
    c = single_after(text, pos, gap);
    if (c.size == 0) {
      const std::size_t next = pos + gap.size();
      if (gap.front() == '\n' && alnum_at(text, next) && !alnum_at(text, next + 1))
        run.marked = {pos, next};
      break;
    }
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
  std::size_t before = last_line_end(text.substr(reach, run.begin - reach));
  if (before != std::string_view::npos) before += reach;
  const bool breaks = text.substr(run.begin, run.size()).find('\n') != std::string_view::npos;
  if (breaks) return false;
  if (before != std::string_view::npos) {
    const std::size_t from = before > kLine ? before - kLine : 0;
    std::string_view line = text.substr(from, before - from);
    if (const std::size_t cut = last_line_end(line); cut != std::string_view::npos)
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

// Cheap: whether too few characters of ASCII stand apart from the one at `at` on, one sign or blank
// after each: "i = 0;". Says nothing of others.
bool too_few_stand_apart(std::string_view text, std::size_t at) {
  // As alike() has it: a line end is not like a blank.
  static constexpr CharSet kBlanks{" \t"}, kAfter = kGapSigns | CharSet("\"'`<>");
  const std::size_t most = at + 2 * (kFewestSingles - 1);
  if (most + 1 >= text.size()) return false;
  const char gap = text[at + 1];
  if (static_cast<unsigned char>(gap) >= 0x80) return false;
  if (gap == ']' && text[at + 2] == '[') return false;
  if (!kGapSigns.has(gap)) return true;
  if (gap == '\n' && bullet_at(text, at + 2)) return false;
  for (std::size_t pos = at; pos < most; pos += 2) {
    const char between = text[pos + 1];
    const auto next = static_cast<unsigned char>(text[pos + 2]),
               after = static_cast<unsigned char>(text[pos + 3]);
    if (static_cast<unsigned char>(between) >= 0x80) return false;
    if (between != gap && !(kBlanks.has(between) && kBlanks.has(gap))) return true;
    if (next <= 0x20 || next >= 0x7F || after >= 0x80) return false;
    if (!kAfter.has(static_cast<char>(after))) return true;
  }
  return false;
}

}  // namespace

void find_spaced(std::string_view text, const Survey& survey, Range where, PulledApart out) {
  // Letters and digits with none beside them and no two side by side for as long as the shortest
  // run takes, and characters that are not ASCII before what may be a gap.
  constexpr auto kApart = [](const BlockMarks& before, const BlockMarks& m,
                             const BlockMarks& after) {
    const std::uint64_t alnum = m.alnum();
    const std::uint64_t beside =
        alnum << 1 | before.alnum() >> 63 | alnum >> 1 | after.alnum() << 63;
    const TwoBlocks pairs{alnum & (alnum >> 1 | after.alnum() << 63),
                          after.alnum() & after.alnum() >> 1};
    const std::uint64_t close = pairs.spread(1).spread(2).spread(4).spread(4).low;
    const TwoBlocks gaps{m.gap | ~(alnum | m.high), after.gap | ~(after.alnum() | after.high)};
    return (alnum & ~beside & ~close) | (m.first_high & (gaps.ahead(3) | gaps.ahead(4)));
  };
  Singles run;
  survey.each(where.begin, where.end, kApart, [&](std::size_t at) {
    if (static_cast<unsigned char>(text[at]) < 0x80 && too_few_stand_apart(text, at)) return at + 1;
    const RawChar c = raw_char(text, at);
    if (c.value == 0xFFFD || !begins_single(text, at, c)) {
      return at + c.size;
    }
    // Most singles are words of one letter.
    const std::size_t next = at + c.size;
    if (single_after(text, next, gap_between(text, next)).size == 0) {
      return next;
    }
    read_singles(text, at, run);
    const bool enough = run.count() >= kFewestSingles
                            ? run.alnums + run.han >= kFewestSingles - 1
                            : run.han == run.count() && run.count() >= kFewestHan;
    if (!enough) {
      return at + c.size;
    }
    take_signs_as_gaps(run);
    Patches& patches = in_matrix(text, {at, run.end}) ? out.doubtful : out.sure;
    const auto written = [text](Range gap) { return text.substr(gap.begin, gap.size()); };
    const std::size_t least = characters_in(written(run.gaps.front()));
    for (const Range& gap : run.gaps) {
      const bool word_ends = characters_in(written(gap)) >= least + 2 && all_blank(written(gap));
      patches.add(gap, word_ends ? " " : "");
    }
    // "[4][7][0]": the outer ones belong to the boxes, too.
    if (written(run.gaps.front()) == kBoxes && at > 0 && text[at - 1] == '[' &&
        text.substr(run.end, 1) == "]") {
      patches.add({at - 1, at}, "", false);
      patches.add({run.end, run.end + 1}, "", false);
    }
    for (const Range& form : run.forms) add_form(text, form, patches);
    // "U\n6. Let me know": the last one, perhaps.
    if (run.marked.size() > 0) {
      for (const Range& gap : run.gaps) out.doubtful.add(gap, "");
      out.doubtful.add(run.marked, "");
    }
    return run.end;
  });
}

}  // namespace sekisho::filters
