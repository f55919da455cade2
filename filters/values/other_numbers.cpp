#include "filters/values/other_numbers.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "filters/char_set.h"
#include "filters/line_ends.h"
#include "filters/surroundings.h"
#include "filters/table.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

// What stands in the place of the number in the lines around, or behind its label elsewhere.
class Alike {
 public:
  Alike(std::string_view text, Range number, NumberCheck valid)
      : valid_(valid), value_(folded_lower(text.substr(number.begin, number.size()))) {
    for (const Range cell : cells_beside(text, number)) take(text.substr(cell.begin, cell.size()));
  }

  // Figures of a few digits count for nothing.
  void take(std::string_view cell) {
    constexpr std::size_t kFewestDigits = 7, kLongest = 64;
    const std::string written = folded_lower(cell.substr(0, kLongest));
    std::string digits;
    for (const char c : written) {
      if (!kAsciiAlnum.has(c) && c != '-') return;
      if (kAsciiDigits.has(c)) digits += c;
    }
    if (digits.size() < kFewestDigits || written == value_) return;
    ++(valid_(digits) ? such_ : others_);
  }
  bool are_others() const { return others_ >= 2 && others_ >= 2 * such_; }

 private:
  NumberCheck valid_;
  std::string value_;
  std::size_t such_ = 1, others_ = 0;
};

constexpr std::size_t kLongestLine = 512;

// The line around `pos`, as far as one looks.
Range line_around(std::string_view text, std::size_t pos) {
  const std::size_t from = pos - std::min(pos, kLongestLine);
  const std::size_t before = last_line_end(text.substr(from, pos - from));
  const std::size_t after = text.substr(pos, kLongestLine).find('\n');
  return {
      before == std::string_view::npos ? from : from + before + 1,
      after == std::string_view::npos ? std::min(text.size(), pos + kLongestLine) : pos + after};
}

// Calls use(line) with a few lines above and below.
template <class Use>
void for_lines_beside(std::string_view text, Range line, Use use) {
  constexpr int kMost = 4;
  Range at = line;
  for (int i = 0; i < kMost && at.begin > 0; ++i) {
    at = line_around(text, at.begin - 1);
    use(text.substr(at.begin, at.size()));
  }
  at = line;
  for (int i = 0; i < kMost && at.end + 1 < text.size(); ++i) {
    at = line_around(text, at.end + 1);
    use(text.substr(at.begin, at.size()));
  }
}

// Words of a line between blanks, wide ones too.
std::vector<std::string_view> words_of(std::string_view line, std::size_t most) {
  std::vector<std::string_view> words;
  std::size_t begin = 0;
  const auto end_word = [&](std::size_t end) {
    if (end > begin) words.push_back(line.substr(begin, end - begin));
  };
  for (std::size_t at = 0; at < line.size() && words.size() < most;) {
    const FoldedChar c = char_at(line, at);
    const std::size_t size = std::max<std::size_t>(1, c.size);
    if (is_space(c.value) || c.value == U'\r') {
      end_word(at);
      begin = at + size;
    }
    at += size;
  }
  if (words.size() < most) end_word(line.size());
  return words;
}

// Columns that only blanks part.
void take_column(std::string_view text, Range number, Alike& alike) {
  constexpr std::size_t kMostColumns = 12;
  const Range line = line_around(text, number.begin);
  const std::string_view before = text.substr(line.begin, number.begin - line.begin);
  if (first_of<":={<,;|\"">(before) != before.npos) return;
  if (!before.empty() && !is_space(char_before(before, before.size()).value)) return;
  const std::size_t index = words_of(before, kMostColumns).size();
  const std::size_t columns =
      words_of(text.substr(line.begin, line.size()), kMostColumns + 1).size();
  if (columns < 2 || index >= std::min(columns, kMostColumns)) return;
  for_lines_beside(text, line, [&](std::string_view row) {
    const auto words = words_of(row, kMostColumns + 1);
    if (words.size() == columns) alike.take(words[index]);
  });
}

// The label straight before the number, with what joins them: "【RMA】", "\"payment no\": \"",
// "<lot>".
std::string_view label_before(std::string_view text, std::size_t end) {
  constexpr std::size_t kLongest = 40;
  static constexpr CharSet kJoints{" \t\"':=>("}, kEnds{"\n\t,;|{}<[/\"'"};
  static constexpr std::string_view kWide[] = {"】", "：", "　", "」"};
  std::size_t at = end;
  for (bool again = true; again && end - at < kLongest;) {
    again = false;
    while (at > 0 && end - at < kLongest && kJoints.has(text[at - 1])) --at, again = true;
    for (const std::string_view sign : kWide)
      if (text.substr(0, at).ends_with(sign)) at -= sign.size(), again = true;
  }
  const std::size_t name_end = at;
  if (at == end) return {};
  while (at > 0 && end - at < kLongest && !kEnds.has(text[at - 1]) &&
         !text.substr(0, at).ends_with("【"))
    --at;
  const std::string_view name = text.substr(at, name_end - at);
  const bool digits = std::any_of(name.begin(), name.end(),
                                  [](char c) { return is_digit(static_cast<unsigned char>(c)); });
  if (name.size() < 2 || digits || name == "td" || name == "li" || name == "th") return {};
  return text.substr(at, end - at);
}

void take_labelled(std::string_view text, Range number, Alike& alike) {
  constexpr std::size_t kReach = 640;  // a few records on each side; numbers of people pay for it
  const std::string_view label = label_before(text, number.begin);
  if (label.empty()) return;
  const std::size_t from = number.begin - std::min(number.begin, kReach);
  const std::string_view near = text.substr(from, number.end + kReach - from);
  for (std::size_t at = near.find(label); at != near.npos; at = near.find(label, at + 1)) {
    const std::size_t begin = at + label.size();
    std::size_t end = begin;
    while (end < near.size() && (kAsciiAlnum.has(near[end]) || near[end] == '-')) ++end;
    alike.take(near.substr(begin, end - begin));
  }
}

// What ends the name of a number.
constexpr std::string_view kNames[] = {"番号", "コード", "品番", "型番", "図番", "no",
                                       "no.",  "number", "id",   "code", "ref",  "num"};
// Numbers of a person, and of cards as some call them.
constexpr std::string_view kOfPeople[] = {
    "本人", "身分",   "識別",     "国民", "納税",     "社会保障", "個人",    "口座",   "桁",
    "tax",  "nati",   "identity", "id n", "identifi", "personal", "citizen", "social", "account",
    "の番", "カード", "card",     "pan",  "マイナ",   "mynumber", "kojin"};

// "payment no", "支払番号": trimmed, folded, in lower case.
bool is_name_of_other(const DetectorRow& row, std::string_view name) {
  // The last bytes of kNames.
  static constexpr CharSet kLast{"\xB7\x89\x81o.rdefm\xAA\x93\x95"};
  static_assert(std::all_of(std::begin(kNames), std::end(kNames),
                            [](std::string_view end) { return kLast.has(end.back()); }));
  if (name.empty() || !kLast.has(name.back())) return false;
  const auto ends = [name](std::string_view end) {
    if (!name.ends_with(end) || name.size() < end.size() + 2) return false;
    if (static_cast<unsigned char>(end[0]) >= 0x80) return true;
    const char before = name[name.size() - end.size() - 1];
    return before == ' ' || before == '_' || before == '-' ||
           static_cast<unsigned char>(before) >= 0x80;
  };
  if (std::none_of(std::begin(kNames), std::end(kNames), ends)) return false;
  const auto holds = [name](std::string_view word) { return name.find(word) != name.npos; };
  return std::none_of(std::begin(kOfPeople), std::end(kOfPeople), holds) &&
         std::none_of(row.context.words.begin(), row.context.words.end(), holds);
}

std::string folded_name(std::string_view text, Range name) {
  return folded_lower(text.substr(name.begin, name.size()));
}

// Cheap: whether a name may end before what joins it to the number at `at`.
bool may_end_name(std::string_view text, std::size_t at) {
  static constexpr CharSet kJoints{" \t:=\"'|([>"}, kEnds{"\n,;/<{})*"};
  while (at > 0 && kJoints.has(text[at - 1])) --at;
  return at > 0 && !kEnds.has(text[at - 1]);
}

// The name straight before a number, on its line: from the last sign or cell on.
std::string name_before(std::string_view text, Range number) {
  constexpr std::size_t kReach = 48;
  const std::size_t reach = number.begin - std::min(number.begin, kReach);
  if (!may_end_name(text.substr(reach), number.begin - reach)) return {};
  std::size_t from = number.begin > kReach ? number.begin - kReach : 0;
  while (from < number.begin && (static_cast<unsigned char>(text[from]) & 0xC0) == 0x80) ++from;
  std::string before = folded_name(text, {from, number.begin});
  static constexpr std::string_view kJoints = " \t:=\"'|([>";
  static constexpr std::string_view kWide[] = {"【", "】", "「"};
  for (bool again = true; again;) {
    again = false;
    while (!before.empty() && kJoints.find(before.back()) != kJoints.npos)
      before.pop_back(), again = true;
    for (const std::string_view sign : kWide)
      if (before.ends_with(sign)) before.resize(before.size() - sign.size()), again = true;
  }
  const std::size_t cut = last_of<"\n\t,;:|\"'/<>{}()*">(before);
  if (cut != std::string::npos) before.erase(0, cut + 1);
  for (const std::string_view sign : {"【", "】", "。", "、", "・", "「", "」", "■", "は", "の"})
    if (const std::size_t at = before.rfind(sign); at != std::string::npos)
      before.erase(0, at + sign.size());
  before.erase(0, std::min(first_not_of<" -">(before), before.size()));
  // Three words at most are a name.
  if (std::count(before.begin(), before.end(), ' ') > 3) return {};
  return before;
}

constexpr char kOfRow[] = "0123456789, \r";

}  // namespace

void RowOfNumbers::count(std::string_view cell, NumberCounts& counts) const {
  constexpr std::size_t kShortest = 5;
  cell.remove_prefix(std::min(cell.find_first_not_of(' '), cell.size()));
  if (cell.size() >= kShortest) counts.add(valid_(cell));
}

void RowOfNumbers::read(std::string_view text, Range where) {
  read_ = {where.begin, std::min(first_not_of<kOfRow>(text, where.begin), text.size())};
  read_.end = std::min(read_.end, where.end);
  cells_.clear();
  NumberCounts counts;
  for (std::size_t at = where.begin; at < read_.end; at = cells_.back().end + 1) {
    const std::size_t end = std::min(text.find(',', at), read_.end);
    count(text.substr(at, end - at), counts);
    cells_.push_back({end, counts});
  }
}

bool RowOfNumbers::are_others(std::string_view text, Range part) {
  constexpr std::size_t kFewest = 4, kAhead = 8u << 10;
  if (part.begin < read_.begin || part.end > read_.end) {
    const std::string_view row = text.substr(part.begin, part.size());
    if (row.find(',') == row.npos || first_not_of<kOfRow>(row) != row.npos) return false;
    const bool goes_on = part.begin >= read_.begin && part.begin < read_.end;
    const std::size_t end = goes_on ? part.end + kAhead : part.end;
    read(text.substr(0, end), {part.begin, std::min(text.size(), end)});
  }
  const auto ends_before = [](const Cell& cell, std::size_t at) { return cell.end < at; };
  const auto first = std::lower_bound(cells_.begin(), cells_.end(), part.begin, ends_before);
  const auto behind = std::lower_bound(first, cells_.end(), part.end, ends_before);
  if (first == behind) return false;  // no comma
  const Cell& last = *std::prev(behind);
  NumberCounts counts = last.counts.since(first->counts);
  // What the part cuts.
  count(text.substr(part.begin, first->end - part.begin), counts);
  count(text.substr(last.end + 1, part.end - std::min(part.end, last.end + 1)), counts);
  return counts.others >= kFewest && counts.others >= 4 * counts.such;
}

void OtherNumbers::read(Range near) {
  constexpr std::size_t kAhead = 8u << 10;
  if (near.begin >= read_.begin && near.end <= read_.end) return;
  const bool close = read_.size() > 0 && near.begin >= read_.begin && near.begin < read_.end;
  read_ = {near.begin, close ? std::min(text_.size(), near.end + kAhead) : near.end};
  read_digit_groups(text_, read_, all_);
  verdicts_.assign(all_.groups.size(), Verdict::kUnknown);
  counted_digits_ = 0;
}

// Whether the groups from `at` on are as those from `own` on.
bool OtherNumbers::has_form(std::size_t at, std::size_t own) const {
  const auto& groups = all_.groups;
  for (std::size_t i = 0; i < groups_; ++i)
    if (groups[at + i].count != groups[own].count ||
        (i > 0 && groups[at + i].before != groups[own + 1].before))
      return false;
  return true;
}

// Moments count up beside the numbers of a log.
bool OtherNumbers::begins_moment(std::size_t at) const {
  return all_.digits[all_.groups[at].first] == '1';
}

bool OtherNumbers::holds(std::size_t at) {
  Verdict& verdict = verdicts_[at];
  if (verdict == Verdict::kUnknown)
    verdict = valid_(all_.digits_of(at, at + groups_)) ? Verdict::kValid : Verdict::kOther;
  return verdict == Verdict::kValid;
}

const std::vector<NumberCounts>& OtherNumbers::counts_of(std::size_t digits) {
  if (counted_digits_ == digits) return counts_;
  counted_digits_ = digits;
  counts_.assign(1, {});
  for (std::size_t i = 0; i < all_.groups.size(); ++i) {
    counts_.push_back(counts_.back());
    if (all_.groups[i].count == digits && !begins_moment(i)) counts_.back().add(holds(i));
  }
  return counts_;
}

// A column of ids, of which a check digit lets one in ten pass.
bool OtherNumbers::stand_around(Range number) {
  constexpr std::size_t kReach = 1024;  // bytes on each side
  constexpr std::size_t kFewest = 3;    // others
  const Range near{number.begin - std::min(number.begin, kReach),
                   std::min(text_.size(), number.end + kReach)};
  read(near);
  const auto& groups = all_.groups;
  const auto begins_before = [](const DigitGroup& g, std::size_t at) { return g.range.begin < at; };
  const auto ends_before = [](const DigitGroup& g, std::size_t at) { return g.range.end <= at; };
  const auto place = [&groups](auto at) { return static_cast<std::size_t>(at - groups.begin()); };
  const std::size_t own =
      place(std::lower_bound(groups.begin(), groups.end(), number.begin, begins_before));
  if (own + groups_ > groups.size()) return false;
  const std::string_view value = all_.digits_of(own, own + groups_);
  std::size_t i = place(std::lower_bound(groups.begin(), groups.end(), near.begin, ends_before));
  if (groups_ == 1) {
    const auto& counts = counts_of(groups[own].count);
    const auto end = place(std::lower_bound(groups.begin(), groups.end(), near.end, begins_before));
    if (counts[end].since(counts[i]).others < kFewest) return false;
  }
  NumberCounts counts{1, 0};
  for (; i + groups_ <= groups.size() && groups[i].range.begin < near.end; ++i) {
    if (!has_form(i, own) || (groups_ == 1 && begins_moment(i))) continue;
    if (all_.digits_of(i, i + groups_) != value) counts.add(holds(i));
    i += groups_ - 1;
  }
  return counts.others >= kFewest && counts.others >= 2 * counts.such;
}

bool OtherNumbers::are_around(Range number) {
  if (stand_around(number) || row_.are_others(text_, line_around(text_, number.begin))) return true;
  Alike alike(text_, number, valid_);
  take_column(text_, number, alike);
  take_labelled(text_, number, alike);
  return alike.are_others();
}

bool names_other_number(const DetectorRow& row, std::string_view text, Range number) {
  if (is_name_of_other(row, name_before(text, number))) return true;
  const std::optional<Range> heading = heading_above(text, number);
  return heading && is_name_of_other(row, folded_name(text, *heading));
}

}  // namespace sekisho::filters
