#include "filters/views/cut_reader.h"

#include "filters/line_ends.h"
#include "filters/literal_at.h"
#include "filters/views/character_forms.h"
#include "filters/views/chat_borders.h"
#include "filters/views/html_text.h"
#include "filters/views/line_pieces.h"
#include "filters/views/message_borders.h"
#include "filters/views/pieces.h"

namespace sekisho::filters {

std::size_t numbered_end(std::string_view text, std::size_t at) {
  constexpr std::size_t kMostBlanks = 8, kMostDigits = 5;
  std::size_t pos = at;
  while (pos - at < kMostBlanks && at_or_nul(text, pos) == ' ') ++pos;
  const std::size_t first = pos;
  while (pos - first < kMostDigits && digit_at(text, pos)) ++pos;
  if (pos == first) return at;
  static constexpr std::string_view kSigns[] = {" | ", ": ", "\t"};
  for (const std::string_view sign : kSigns)
    if (begins_at(text, pos, sign)) return pos + sign.size();
  return at;
}

namespace {

// "mori: " where a line begins at `at`, when the lines before, the last of which ends at `end`,
// begin so, too, and the first of them holds more than a value: behind it; `at`: it is none.
std::size_t same_name_end(std::string_view text, std::size_t end, std::size_t at) {
  constexpr std::size_t kShortest = 2, kLongest = 24, kLongestLine = 160;
  constexpr int kMostLines = 4;
  std::size_t pos = at;
  while (pos - at < kLongest && pos < text.size() && kAsciiLetters.has(text[pos])) ++pos;
  if (pos - at < kShortest || !literal_at(text, pos, ": ")) return at;
  const std::string_view head = text.substr(at, pos + 2 - at);
  bool labelled = false;
  for (int lines = 0; lines < kMostLines; ++lines) {
    const std::size_t from = end - std::min(end, kLongestLine);
    const std::size_t cut = last_line_end(text.substr(from, end - from));
    if (cut == std::string_view::npos && from > 0) break;
    const std::size_t line = cut == std::string_view::npos ? 0 : from + cut + 1;
    if (end - line < head.size() || !begins_at(text, line, head)) break;
    const std::string_view rest = text.substr(line + head.size(), end - line - head.size());
    labelled = std::any_of(rest.begin(), rest.end(), [](char c) {
      return c == ' ' || c == '=' || static_cast<unsigned char>(c) >= 0x80;
    });
    if (line == 0) break;
    end = line - 1;
  }
  return labelled ? pos + 2 : at;
}

std::size_t line_cut_end(std::string_view text, std::size_t at) {
  std::size_t line = at;
  while (line - at < 2 && at_or_nul(text, line) == ' ') ++line;
  while (line - at < 4 && (at_or_nul(text, line) == '\\' || at_or_nul(text, line) == '\r')) ++line;
  if (at_or_nul(text, line) != '\n') return at;
  ++line;
  if (const std::size_t head = timed_head_end(text, line); head != 0) return head;
  if (const std::size_t number = numbered_end(text, line); number != line) return number;
  if (const std::size_t name = same_name_end(text, at, line); name != line) return name;
  if (at_or_nul(text, line) == '+') return line + 1;  // of a patch
  const std::size_t next = skip_margin(text, line);
  return literal_at(text, next, "- ") ? next + 2 : next;
}

// "part1,part2", "'番号1','番号2'" end a line: the last two of headings that count.
bool ends_counted(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  const std::size_t comma = line.rfind(',');
  if (comma == line.npos || comma < 2 || line.size() - comma < 3) return false;
  std::string_view last = line.substr(comma + 1), before = line.substr(0, comma);
  for (std::string_view* const heading : {&last, &before})
    if (heading->ends_with('"') || heading->ends_with('\'')) heading->remove_suffix(1);
  if (last.size() < 2 || before.size() < 2) return false;
  if (last[0] == '"' || last[0] == '\'') last.remove_prefix(1);
  const std::string_view stem = last.substr(0, last.size() - 1);
  const bool word = !stem.empty() && !kAsciiDigits.has(stem[0]);
  return word && last.back() >= '2' && last.back() <= '9' && before.back() + 1 == last.back() &&
         before.substr(0, before.size() - 1).ends_with(stem);
}

// The comma at `at` parts the cells of a row below such headings.
std::size_t comma_cut_end(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongestRow = 320;
  const std::size_t from = at - std::min(at, 2 * kLongestRow);
  std::string_view rows = text.substr(from, at - from);
  const std::size_t row = rows.rfind('\n');
  if (row == rows.npos) return at;
  rows = rows.substr(0, row);
  const std::size_t line = rows.rfind('\n');
  return ends_counted(rows.substr(line == rows.npos ? 0 : line + 1)) ? at + 1 : at;
}

std::size_t cell_cut_end(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongest = 24;
  static constexpr CharSet kBlanks{" \t"}, kBorders{"|\t"}, kQuotes{"\"'"}, kCommas{",;"};
  bool border = false, comma = false, quote = false, between = false;
  std::size_t pos = at;
  for (; pos - at < kLongest; ++pos) {
    const char c = at_or_nul(text, pos);
    border = border || kBorders.has(c);
    if (kQuotes.has(c)) {
      between = between || (comma && quote);
      quote = true;
    } else if (kCommas.has(c)) {
      if (!quote) return at;
      comma = true;
    } else if (c == '\n' && border && at_or_nul(text, pos + 1) == '|') {
      // The only cell of the next row.
    } else if (!kBlanks.has(c) && !kBorders.has(c)) {
      break;
    }
  }
  const std::size_t tags = cell_tags_end(text, pos);
  return border || between || tags != pos ? tags : at;
}

}  // namespace

std::size_t cut_end(std::string_view text, std::size_t at) {
  switch (const char c = at_or_nul(text, at)) {
    case '\n':
    case '\r':
    case '\\': {
      const std::size_t message = c == '\\' ? at : next_message(text, at);
      return message != at ? message : line_cut_end(text, at);
    }
    case ' ': {
      const std::size_t line = line_cut_end(text, at);
      return line != at ? line : cell_cut_end(text, at);
    }
    case ',':
      return comma_cut_end(text, at);
    case '"': {
      const std::size_t cell = cell_cut_end(text, at);
      return cell != at ? cell : next_message(text, at);
    }
    case '\'':
    case '\t':
    case '|':
    case '<':
      return cell_cut_end(text, at);
    default:
      return at;
  }
}

std::size_t behind_tag(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongest = 48;
  constexpr std::string_view kCell = "<td";
  std::size_t begin = at;
  while (begin > kCell.size() && text[begin - 1] == '>') {
    const std::size_t from = begin - std::min(begin, kLongest);
    const std::size_t open = text.substr(from, begin - from).rfind('<');
    if (open == std::string_view::npos || !begins_at(text, from + open, kCell)) break;
    begin = from + open;
  }
  return begin;
}

std::string_view sign_of_singles(std::string_view text, std::size_t at) {
  static constexpr CharSet kSigns{" ,./_-"};
  if (at < text.size() && kSigns.has(text[at])) return text.substr(at, 1);
  constexpr std::size_t kWide = 3;
  return literal_at(text, at, "　") || literal_at(text, at, "・") ? text.substr(at, kWide)
                                                                  : std::string_view();
}

std::size_t signs_end(std::string_view text, std::size_t at) {
  constexpr std::size_t kMost = 5;
  static constexpr CharSet kSigns{" .-_/,;~*:|+#\t()[]"};
  std::size_t pos = at;
  for (std::size_t i = 0; i < kMost && pos < text.size(); ++i) {
    if (static_cast<unsigned char>(text[pos]) < 0x80) {
      if (!kSigns.has(text[pos])) break;
      ++pos;
      continue;
    }
    const RawChar c = raw_char(text, pos);
    if (!is_gap(c.value) && !is_wide_sign(c.value)) break;
    pos += c.size;
  }
  return pos;
}

CutReader::CutReader(std::string_view text, std::size_t at, Parts parts)
    : text_(text), parts_(parts), begin_(at), end_(at) {
  if (parts == Parts::kSigns) return;
  const auto cut_at = [text](std::size_t pos) { return cut_end(text, pos) != pos; };
  const std::size_t first = cut_at(at + 1) ? cut_end(text, at + 1) : at + 1;
  const std::string_view sign = sign_of_singles(text, first);
  const std::size_t next = first + sign.size();
  if (!sign.empty() && token_at(text, next) &&
      (begins_at(text, next + 1, sign) || cut_at(next + 1)))
    gap_ = sign;
}

std::size_t CutReader::behind_gap(std::size_t at) const {
  return !gap_.empty() && begins_at(text_, at, gap_) ? at + gap_.size() : at;
}

template <class Fits>
std::size_t CutReader::place_of(Fits fits) const {
  // A blank before a cut belongs to the border.
  if (fits(end_) && (text_[end_] != ' ' || cut_end(text_, end_) == end_)) return end_;
  if (value_.empty()) return std::string_view::npos;
  if (parts_ == Parts::kSigns) {
    const std::size_t next = signs_end(text_, end_);
    return fits(next) ? next : std::string_view::npos;
  }
  if (parts_ == Parts::kCells)
    return at_or_nul(text_, end_) == separator_ && fits(end_ + 1) ? end_ + 1
                                                                  : std::string_view::npos;
  const std::size_t behind = behind_gap(end_);
  if (behind != end_ && fits(behind)) return behind;
  // A piece between two cuts may be a blank.
  std::size_t next = cut_end(text_, end_) == end_ ? behind : end_;
  for (int cuts = 0; cuts < 2; ++cuts) {
    const std::size_t cut = cut_end(text_, next);
    if (cut == next) break;
    const bool line = text_.substr(next, cut - next).find('\n') != std::string_view::npos;
    next = cut;
    if (fits(next)) return next;
    if (const std::size_t one = behind_gap(next); one != next) {
      if (fits(one)) return one;
      next = one;
    } else if (!line) {
      break;
    }
  }
  return std::string_view::npos;
}

void CutReader::take_to(std::size_t at, std::size_t size) {
  cut_ = cut_ || (at != end_ && at != behind_gap(end_));
  value_ += text_.substr(at, size);
  end_ = at + size;
}

bool CutReader::take(const CharSet& set) {
  const std::size_t at =
      place_of([&](std::size_t pos) { return pos < text_.size() && set.has(text_[pos]); });
  if (at == std::string_view::npos) return false;
  take_to(at, 1);
  return true;
}

bool CutReader::take(std::string_view what) {
  const std::size_t at = place_of([&](std::size_t pos) { return begins_at(text_, pos, what); });
  if (at == std::string_view::npos) return false;
  take_to(at, what.size());
  return true;
}

bool CutReader::take_wide(const CharSet& first) {
  const std::size_t at =
      place_of([&](std::size_t pos) { return pos + 2 < text_.size() && first.has(text_[pos]); });
  if (at == std::string_view::npos) return false;
  take_to(at, 3);
  return true;
}

bool CutReader::take(std::size_t count, const CharSet& set, const CharSet& signs) {
  for (std::size_t i = 0; i < count; ++i) {
    if (take(set)) continue;
    if (i == 0 || !take(signs) || !take(set)) return false;
  }
  return true;
}

}  // namespace sekisho::filters
