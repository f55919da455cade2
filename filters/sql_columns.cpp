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
constexpr CharSet kNamePadding{" \t\r\n`\"'[]"};
constexpr CharSet kListSigns = kAsciiWord | CharSet(" \t\r\n`\"[],.-");

bool goes_on_as_list(char c) {
  return static_cast<unsigned char>(c) >= 0x80 || kListSigns.has(c);
}

bool is_key_word_at(std::string_view text, std::size_t pos) {
  if (pos > 0 && kAsciiWord.has(text[pos - 1])) return false;
  const std::string_view word = text.substr(pos, kKeyWord.size());
  return word.size() == kKeyWord.size() &&
         std::equal(word.begin(), word.end(), kKeyWord.begin(),
                    [](char a, char b) { return (a | 0x20) == b; });
}

// Appends where key words begin in [from, to).
void find_key_words(std::string_view text, std::size_t from, std::size_t to,
                    std::vector<std::size_t>& out) {
  const auto first = static_cast<std::ptrdiff_t>(out.size());
  const std::string_view part = text.substr(0, std::min(text.size(), to + kKeyWord.size() - 1));
  for (const std::string_view written : {"VALUES", "values", "Values"}) {
    for (std::size_t pos = part.find(written, from); pos < to; pos = part.find(written, pos + 1))
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
  for (std::size_t from = open + 1; from <= close;) {
    const std::size_t end = std::min(close, text.find(',', from));
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

bool RowWalk::over(std::string_view text, std::size_t& pos) {
  const char c = text[pos];
  if (quote != 0) {
    if (c == '\\') ++pos;
    if (c == quote) quote = 0;
    return true;
  }
  if (c == '(') return ++depth, true;
  if (c == ')') return --depth >= 0;
  if (depth == 0) return c == ',' || kBlanks.has(c);
  if (c == '\'' || c == '"') quote = c;
  return true;
}

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

std::optional<SqlColumn> SqlMemo::column_of(std::string_view text, Range value, std::size_t reach) {
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

// Cheap: most words of a text are followed by something else than a comma or a bracket.
bool ends_in_list(std::string_view text, std::size_t pos) {
  constexpr std::size_t kLongestRest = 32;  // bytes of the name behind the word
  const std::size_t far = std::min(text.size(), pos + kLongestRest);
  while (pos < far && (static_cast<unsigned char>(text[pos]) >= 0x80 || kAsciiWord.has(text[pos])))
    ++pos;
  while (pos < far && kNamePadding.has(text[pos])) ++pos;
  return pos < far && (text[pos] == ',' || text[pos] == ')');
}

}  // namespace

std::vector<Range> fields_below(std::string_view text, Range word, std::size_t limit) {
  std::vector<Range> fields;
  if (!ends_in_list(text, word.end)) return fields;
  const std::size_t far = std::min(text.size(), word.end + kLongestList);
  std::size_t close = word.end;
  while (close < far && goes_on_as_list(text[close])) ++close;
  if (close == far || text[close] != ')') return fields;
  const std::size_t key_word = skip_blanks(text, close + 1);
  if (!is_key_word_at(text, key_word)) return fields;
  const std::vector<Range> names = names_before(text, key_word);
  const auto column = std::find_if(names.begin(), names.end(), [word](Range name) {
    return name.begin <= word.begin && word.end <= name.end;
  });
  if (column == names.end()) return fields;
  const auto wanted = static_cast<std::size_t>(column - names.begin());
  RowWalk walk;
  std::size_t index = 0, begin = 0;
  for (std::size_t pos = key_word + kKeyWord.size(); pos < std::min(limit, text.size()); ++pos) {
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

}  // namespace sekisho::filters
