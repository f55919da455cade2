#include "filters/sql_columns.h"

#include <algorithm>

#include "filters/char_set.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

constexpr std::string_view kKeyWord = "values";
constexpr std::size_t kLongestList = 1024;  // bytes of the names of columns
constexpr std::size_t kLongestGap = 32;     // blanks between the parts

constexpr CharSet kBlanks{" \t\r\n"};
constexpr CharSet kOpens{"'\"("};
constexpr CharSet kNamePadding{" \t\r\n`\"'[]"};
constexpr CharSet kListSigns = kAsciiWord | CharSet(" \t\r\n`\"[],.-");

bool goes_on_as_list(char c) {
  return static_cast<unsigned char>(c) >= 0x80 || kListSigns.has(c);
}

bool is_key_word_at(std::string_view text, std::size_t pos) {
  const std::string_view word = text.substr(pos, kKeyWord.size());
  if (word.size() < kKeyWord.size() || (word[5] | 0x20) != 's') return false;
  if (pos > 0 && kAsciiWord.has(text[pos - 1])) return false;
  return std::equal(word.begin(), word.end(), kKeyWord.begin(),
                    [](char a, char b) { return (a | 0x20) == b; });
}

// Appends where key words begin in [from, to).
void find_key_words(std::string_view text, std::size_t from, std::size_t to,
                    std::vector<std::size_t>& out) {
  const auto first = static_cast<std::ptrdiff_t>(out.size());
  const std::string_view part = text.substr(0, to);
  for (const char letter : {'V', 'v'}) {
    for (std::size_t pos = part.find(letter, from); pos != part.npos;
         pos = part.find(letter, pos + 1))
      if (is_key_word_at(text, pos)) out.push_back(pos);
  }
  std::sort(out.begin() + first, out.end());
}

std::size_t skip_blanks(std::string_view text, std::size_t pos) {
  const std::size_t end = std::min(text.size(), pos + kLongestGap);
  while (pos < end && kBlanks.has(text[pos])) ++pos;
  return pos;
}

Range trimmed(std::string_view text, Range cell) {
  while (cell.begin < cell.end && kNamePadding.has(text[cell.begin])) ++cell.begin;
  while (cell.begin < cell.end && kNamePadding.has(text[cell.end - 1])) --cell.end;
  return cell;
}

// The names between the brackets around (open, close).
std::vector<Range> names_in(std::string_view text, std::size_t open, std::size_t close) {
  std::vector<Range> names;
  const std::string_view list = text.substr(0, close);
  for (std::size_t from = open + 1; from <= close;) {
    const std::size_t end = std::min(close, list.find(',', from));
    names.push_back(trimmed(text, {from, end}));
    from = end + 1;
  }
  return names;
}

// Names in brackets straight before a key word.
std::vector<Range> names_before(std::string_view text, std::size_t key_word) {
  std::size_t close = key_word;
  for (std::size_t i = 0; i < kLongestGap && close > 0 && kBlanks.has(text[close - 1]); ++i)
    --close;
  if (close == 0 || text[close - 1] != ')') return {};
  --close;
  const std::size_t limit = close > kLongestList ? close - kLongestList : 0;
  std::size_t open = close;
  while (open > limit && goes_on_as_list(text[open - 1])) --open;
  if (open == limit || text[open - 1] != '(') return {};
  return names_in(text, open - 1, close);
}

}  // namespace

// Values are asked for about in order: what lies between is looked through once.
void SqlMemo::look_for_key_words(std::string_view text, std::size_t from, std::size_t to) {
  constexpr std::size_t kStep = 8u << 10;  // bytes farther back, for those out of order
  const bool same = text.data() == text_.data() && text.size() == text_.size();
  if (!same || from > to_ || to < from_) {
    text_ = text;
    from_ = to_ = from;
    key_words_.clear();
    key_word_.reset();
  }
  if (from < from_) {
    const std::size_t begin = from > kStep ? from - kStep : 0;
    std::vector<std::size_t> earlier;
    find_key_words(text, begin, from_, earlier);
    key_words_.insert(key_words_.begin(), earlier.begin(), earlier.end());
    from_ = begin;
  }
  if (to > to_) {
    find_key_words(text, to_, to, key_words_);
    to_ = to;
  }
}

// The statement whose rows `pos` may stand in: of the last key word in [limit, pos).
bool SqlMemo::take_statement(std::string_view text, std::size_t pos, std::size_t limit) {
  look_for_key_words(text, limit, pos);
  const auto next = std::lower_bound(key_words_.begin(), key_words_.end(), pos);
  if (next == key_words_.begin() || *std::prev(next) < limit) return false;
  if (key_word_ == *std::prev(next)) return !columns_.empty();
  key_word_ = *std::prev(next);
  columns_ = names_before(text, *key_word_);
  fields_.clear();
  walk_ = {};
  ended_ = false;
  read_to_ = *key_word_ + kKeyWord.size();
  return !columns_.empty();
}

// Notes the fields up to `pos`.
void SqlMemo::read_fields(std::string_view text, std::size_t pos) {
  for (; read_to_ < pos && !ended_; ++read_to_) {
    const char c = text[read_to_];
    const bool opens = walk_.depth == 0 && c == '(';
    if (opens) fields_.push_back({read_to_ + 1, 0});
    if (walk_.between_fields(c))
      fields_.push_back({read_to_ + 1, c == ')' ? kBetween : fields_.back().number + 1});
    ended_ = !walk_.over(text, read_to_);
  }
}

namespace {

// Cheap: whether a field of a row may begin a little before `pos`: most values of a text stand
// behind something else.
bool may_be_field(std::string_view text, std::size_t pos) {
  constexpr std::size_t kInside = 48;  // bytes of a field before the value in it
  std::size_t at = pos;
  while (at > 0 && pos - at < 4 && (kBlanks.has(text[at - 1]) || text[at - 1] == '\'')) --at;
  if (at > 0 && (text[at - 1] == ',' || text[at - 1] == '(')) return true;
  const std::size_t from = pos > kInside ? pos - kInside : 0;
  const std::string_view inside = text.substr(from, pos - from);
  return std::any_of(inside.begin(), inside.end(), [](char c) { return kOpens.has(c); });
}

// The same of two rows beside each other, "…), (…".
bool may_be_rows(std::string_view text, std::size_t pos) {
  constexpr std::size_t kReach = 2u << 10;
  const std::size_t from = pos > kReach ? pos - kReach : 0;
  const std::string_view near = text.substr(from, pos - from);
  const std::size_t joint = near.rfind("),");
  if (joint == std::string_view::npos) return false;
  const std::size_t next = skip_blanks(text, from + joint + 2);
  return next < text.size() && text[next] == '(';
}

}  // namespace

std::optional<Range> SqlMemo::columns_over(std::string_view text, std::size_t pos,
                                           std::size_t reach) {
  if (!may_be_rows(text, pos)) return std::nullopt;
  if (!take_statement(text, pos, pos > reach ? pos - reach : 0)) return std::nullopt;
  read_fields(text, pos);
  if (ended_ && read_to_ <= pos) return std::nullopt;
  return Range{columns_.front().begin, columns_.back().end};
}

std::optional<SqlColumn> SqlMemo::column_of(std::string_view text, Range value, std::size_t reach) {
  if (!may_be_field(text, value.begin)) return std::nullopt;
  const std::size_t limit = value.begin > reach ? value.begin - reach : 0;
  if (!take_statement(text, value.begin, limit)) return std::nullopt;
  read_fields(text, value.begin);
  if (ended_ && read_to_ <= value.begin) return std::nullopt;
  const auto next =
      std::upper_bound(fields_.begin(), fields_.end(), value.begin,
                       [](std::size_t pos, const Field& field) { return pos < field.begin; });
  if (next == fields_.begin()) return std::nullopt;
  const Field& field = *std::prev(next);
  if (field.number >= columns_.size() || columns_[field.number].size() == 0) return std::nullopt;
  return SqlColumn{columns_[field.number], field.begin};
}

namespace {

// Cheap: most words of a text are followed by something else than a comma or a bracket, and follow
// something else.
bool may_be_name(std::string_view text, Range word) {
  constexpr std::size_t kLongestRest = 32;  // bytes of the name on each side of the word
  const auto in_name = [text](std::size_t i) {
    return static_cast<unsigned char>(text[i]) >= 0x80 || kAsciiWord.has(text[i]);
  };
  std::size_t end = word.end;
  const char last = text[word.end - 1];
  if (last != ',' && last != ')') {
    const std::size_t far = std::min(text.size(), end + kLongestRest);
    while (end < far && in_name(end)) ++end;
    while (end < far && kNamePadding.has(text[end])) ++end;
    if (end >= far || (text[end] != ',' && text[end] != ')')) return false;
  }
  std::size_t begin = word.begin;
  const std::size_t near = begin > kLongestRest ? begin - kLongestRest : 0;
  while (begin > near && in_name(begin - 1)) --begin;
  while (begin > near && kNamePadding.has(text[begin - 1])) --begin;
  return begin > near && (text[begin - 1] == ',' || text[begin - 1] == '(');
}

}  // namespace

std::size_t ListRun::end_of(std::string_view text, std::size_t begin, std::size_t far) {
  const bool same = text.data() == text_.data() && text.size() == text_.size();
  if (!same || begin < read_.begin || begin > read_.end) {
    text_ = text;
    read_ = {begin, begin};
  }
  while (read_.end < far && goes_on_as_list(text[read_.end])) ++read_.end;
  return std::min(read_.end, far);
}

std::vector<Range> fields_below(std::string_view text, Range word, std::size_t limit,
                                ListRun& list) {
  std::vector<Range> fields;
  if (word.size() == 0 || !may_be_name(text, word)) return fields;
  const std::size_t far = std::min(text.size(), word.begin + kLongestList);
  const std::size_t close = list.end_of(text, word.begin, far);
  if (close == far || text[close] != ')') return fields;
  const std::size_t key_word = skip_blanks(text, close + 1);
  if (!is_key_word_at(text, key_word)) return fields;
  const std::vector<Range> names = names_before(text, key_word);
  const auto column = std::find_if(names.begin(), names.end(), [word](Range name) {
    return name.begin <= word.begin && word.begin < name.end;
  });
  if (column == names.end()) return fields;
  const auto wanted = static_cast<std::size_t>(column - names.begin());
  RowWalk walk;
  std::size_t index = 0, begin = 0;
  const std::size_t stop = std::min(limit, text.size());
  for (std::size_t pos = key_word + kKeyWord.size(); pos < stop; ++pos) {
    while (pos < stop && walk.passes(text[pos])) ++pos;
    if (pos >= stop) break;
    const char c = text[pos];
    if (walk.between_fields(c)) {
      if (index == wanted) fields.push_back(trimmed(text, {begin, pos}));
      ++index;
      begin = pos + 1;
    } else if (walk.depth == 0 && c == '(') {
      index = 0;
      begin = pos + 1;
    }
    if (!walk.over(text, pos)) break;
  }
  return fields;
}

std::vector<Range> copied_columns(std::string_view text, Range line) {
  const std::string_view whole = text.substr(line.begin, line.size());
  if (whole.size() < 5 || (whole[0] | 0x20) != 'c' || whole[4] != ' ') return {};
  if (!whole.starts_with("COPY") && !whole.starts_with("copy")) return {};
  const std::size_t open = whole.find('('), close = whole.find(") ");
  if (open == whole.npos || close == whole.npos || close < open) return {};
  const std::string_view rest = whole.substr(close);
  if (rest.find("stdin") == rest.npos && rest.find("STDIN") == rest.npos) return {};
  return names_in(text, line.begin + open, line.begin + close);
}

}  // namespace sekisho::filters
