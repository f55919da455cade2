#include "filters/views/hex_dumps.h"

#include <algorithm>
#include <string>
#include <utility>

#include "filters/char_set.h"
#include "filters/line_ends.h"
#include "filters/literal_at.h"
#include "filters/views/blob_codings.h"
#include "filters/views/escape_marks.h"
#include "filters/views/survey.h"

namespace sekisho::filters {
namespace {

// Of three octal digits; -1 = they are none, or no byte.
int octal_value(std::string_view digits) {
  int value = 0;
  for (const char c : digits) {
    if (c < '0' || c > '7') return -1;
    value = value * 8 + (c - '0');
  }
  return digits.size() == 3 && value < 256 ? value : -1;
}

// One row of a dump: offset, groups of digits, the characters again.
struct DumpRow {
  bool valid = false;
  bool words = false;  // groups of four without a colon: hexdump prints them the wrong way round
  std::string bytes;
};

// Cheap: whether a row may begin at `at`: with its offset.
bool may_be_row(std::string_view text, std::size_t at) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '>'; };
  while (at < text.size() && blank(text[at])) ++at;
  for (std::size_t i = 0; i < 4; ++i)
    if (hex_value(at_or_nul(text, at + i)) < 0) return false;
  return true;
}

// "   A   K  \\n 343": cells of four characters, as od -c and od -b write bytes, a blank more
// before the first where the row was put together anew. Empty: they are none.
std::string bytes_of_cells(std::string_view cells) {
  constexpr std::size_t kCell = 4, kMost = 16;
  while (!cells.empty() && cells.back() == '\r') cells.remove_suffix(1);
  if (cells.size() % kCell == 1) cells.remove_prefix(1);
  if (cells.size() % kCell != 0 || cells.empty() || cells.size() > kCell * kMost) return {};
  std::string bytes;
  for (std::size_t at = 0; at < cells.size(); at += kCell) {
    const std::string_view cell = cells.substr(at, kCell);
    if (cell[0] != ' ') return {};
    if (cell[1] == ' ' && cell[2] == ' ') {
      bytes += cell[3];
    } else if (cell[1] == ' ' && cell[2] == '\\') {
      bytes += cell[3] == 'n' ? '\n' : cell[3] == 't' ? '\t' : ' ';
    } else {
      const int value = octal_value(cell.substr(1));
      if (value < 0) return {};
      bytes += static_cast<char>(value);
    }
  }
  return bytes;
}

DumpRow read_row(std::string_view line) {
  DumpRow row;
  std::size_t pos = 0;
  while (pos < line.size() && (line[pos] == ' ' || line[pos] == '\t' || line[pos] == '>')) ++pos;
  const std::size_t offset = pos;
  while (pos < line.size() && hex_value(line[pos]) >= 0) ++pos;
  if (pos - offset < 4 || pos - offset > 16 || pos >= line.size()) return row;
  const bool colon = line[pos] == ':';
  if (colon) ++pos;
  if (pos >= line.size() || (line[pos] != ' ' && line[pos] != '\t')) return row;
  if (!colon) {
    row.bytes = bytes_of_cells(line.substr(pos));
    row.valid = !row.bytes.empty();
    if (row.valid) return row;
  }
  std::string digits;
  std::size_t groups = 0, size = 0;
  while (pos < line.size()) {
    std::size_t blanks = 0;
    while (pos < line.size() && (line[pos] == ' ' || line[pos] == '\t')) ++pos, ++blanks;
    const std::size_t first = pos;
    while (pos < line.size() && hex_value(line[pos]) >= 0) ++pos;
    const std::size_t count = pos - first;
    const bool ends = count == 0 || count % 2 != 0 || count > 16 ||
                      (pos < line.size() && line[pos] != ' ' && line[pos] != '\t');
    const bool ascii_column =
        groups > 0 && blanks >= 2 && !(size == 2 && groups == 8 && blanks == 2 && count == 2);
    if (ends || ascii_column || digits.size() >= 64) break;
    size = std::max(size, count);
    ++groups;
    digits += line.substr(first, count);
  }
  if (digits.size() < 2) return row;
  row.valid = true;
  row.words = !colon && size == 4;
  row.bytes = decode_hex(digits);
  return row;
}

std::string swapped(std::string bytes) {
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) std::swap(bytes[i], bytes[i + 1]);
  return bytes;
}

std::string hex_of(std::string_view bytes) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  out.reserve(2 * bytes.size());
  for (const char c : bytes) {
    out += kHex[static_cast<unsigned char>(c) >> 4];
    out += kHex[c & 0xF];
  }
  return out;
}

// So few are a dump: a number alone when the first offset is nought.
std::size_t fewest_bytes(std::string_view row, std::string_view bytes) {
  constexpr std::size_t kFewest = 10, kOfNumber = 7;
  static constexpr CharSet kNumber = kAsciiDigits | CharSet("-");
  row.remove_prefix(std::min(row.find_first_not_of(" \t>"), row.size()));
  const bool number = row.starts_with("0000") && std::all_of(bytes.begin(), bytes.end(),
                                                             [](char c) { return kNumber.has(c); });
  return number ? kOfNumber : kFewest;
}

// Of a line no longer than a dump's.
std::size_t line_end(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongest = 512;
  const std::string_view line = text.substr(at, kLongest);
  return at + std::min(line.find('\n'), line.size());
}

// The next line end before what a row may begin with; `end`: there is none before it.
std::size_t line_end_before_row(std::string_view text, const Survey& survey, std::size_t at,
                                std::size_t end) {
  constexpr auto kBeforeRows = [](const BlockMarks&, const BlockMarks& m, const BlockMarks& after) {
    const TwoBlocks others{m.high | m.plain, after.high | after.plain};
    return m.control & ~others.ahead(1);
  };
  while ((at = survey.next(at, end, kBeforeRows)) < end && text[at] != '\n') ++at;
  return at;
}

// "decode this: 00000000: 7068 …": the next place before `end` where a first row begins that may
// stand behind something else; `end`: there is none.
std::size_t next_first_row(std::string_view text, const Survey& survey, std::size_t at,
                           std::size_t end) {
  constexpr std::size_t kShort = 4, kFewest = 7, kMost = 16;
  constexpr auto kLongNumbers = [](const BlockMarks& before, const BlockMarks& m,
                                   const BlockMarks& after) {
    // What is no digit marks the places up to kFewest - 1 bytes before it.
    const std::uint64_t short_of =
        TwoBlocks{~m.digit, ~after.digit}.spread(1).spread(2).spread(3).low;
    // "0000  36 33".
    const TwoBlocks space{m.space, after.space};
    const std::uint64_t short_offset = space.ahead(4) & space.ahead(5);
    return m.digit & ~(m.digit << 1 | before.digit >> 63) & (~short_of | short_offset);
  };
  for (std::size_t stop = at; (at = survey.next(stop, end, kLongNumbers)) < end;) {
    for (stop = at; stop - at <= kMost && at_or_nul(text, stop) == '0';) ++stop;
    const std::size_t size = stop - at, gap = at_or_nul(text, stop) == ':' ? stop + 1 : stop;
    const bool row = size == kShort && gap == stop && text.substr(stop, 2) == "  ";
    const bool offset = row || (size >= kFewest && size <= kMost && at_or_nul(text, gap) == ' ');
    if (offset && (at == 0 || !kAsciiWord.has(text[at - 1]))) return at;
    stop = std::max(stop, at + 1);
  }
  return end;
}

}  // namespace

void find_hex_dumps(std::string_view text, const Survey& survey, Range where, Patches& out) {
  out.undo(kFromHex | kWrapped);
  // From the beginning of a line.
  constexpr std::size_t kLongestRow = 256;
  std::size_t at = where.begin - std::min(where.begin, kLongestRow);
  if (const std::size_t end = last_line_end(text.substr(at, where.begin - at)); end != text.npos)
    at += end + 1;
  std::size_t first_row = next_first_row(text, survey, at, where.end);
  while (at < where.end) {
    if (!may_be_row(text, at)) {
      if (first_row < at) first_row = next_first_row(text, survey, at, where.end);
      const std::size_t stop = line_end_before_row(text, survey, at, where.end);
      at = first_row < stop ? first_row : stop + 1;
      if (at > stop) continue;
    }
    std::size_t begin = at, end = at;
    std::string bytes, words;
    for (;;) {
      const std::size_t stop = line_end(text, at);
      const DumpRow row = read_row(text.substr(at, std::min<std::size_t>(stop - at, 256)));
      if (row.valid) {
        bytes += row.bytes;
        words += row.words ? swapped(row.bytes) : row.bytes;
        end = stop;
      }
      at = std::min(stop + 1, text.size());
      if (!row.valid || at >= text.size()) break;
    }
    if (bytes.size() < fewest_bytes(text.substr(begin), bytes) || end <= begin) {
      if (at >= text.size()) break;
      continue;
    }
    while (begin < end && (text[begin] == ' ' || text[begin] == '\t')) ++begin;
    // What is packed is unpacked where the digits are read.
    if (packed_as(bytes)) {
      out.add({begin, end}, hex_of(bytes));
    } else if (is_mostly_text(bytes)) {
      if (words != bytes && is_mostly_text(words)) bytes += "\n" + words;
      out.add({begin, end}, bytes);
    } else if (words != bytes && is_mostly_text(words)) {
      out.add({begin, end}, words);
    }
    if (at >= text.size()) break;
  }
}

}  // namespace sekisho::filters
