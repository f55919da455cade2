#include "filters/views/blobs.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>

#include "filters/utf8.h"
#include "filters/views/blob_chars.h"
#include "filters/views/blob_codings.h"
#include "filters/views/escape_marks.h"
#include "filters/views/named_encoding.h"
#include "filters/views/pieces.h"
#include "filters/views/raw_deflate.h"
#include "filters/views/token_prefixes.h"
#include "filters/views/turned_tokens.h"
#include "filters/views/turned_values.h"
#include "filters/views/view_scan.h"
#include "filters/views/zip_text.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kFewestHexDigits = 18;
constexpr std::size_t kFewestBytes = 9;   // of what is said
constexpr std::size_t kFewestPacked = 6;  // and was packed, which nothing is by chance
constexpr std::size_t kShortRun = 256;    // of which every part is tried
constexpr std::size_t kShortestLine = 16, kSpacedLine = 56;
constexpr std::size_t kMostPadding = 6;

// What the first characters say.
struct FirstBytes {
  std::array<unsigned char, 18> bytes{};
  std::size_t size = 0;
};
FirstBytes first_bytes(std::string_view chars) {
  FirstBytes out;
  for (std::size_t at = 0; at + 4 <= chars.size() && out.size + 3 <= out.bytes.size(); at += 4) {
    const int bits = blob_value(chars[at]) << 18 | blob_value(chars[at + 1]) << 12 |
                     blob_value(chars[at + 2]) << 6 | blob_value(chars[at + 3]);
    for (int shift = 16; shift >= 0; shift -= 8)
      out.bytes[out.size++] = static_cast<unsigned char>(bits >> shift & 0xFF);
  }
  return out;
}

// Whether they are Shift_JIS (or EUC-JP) with no half-width kana: of random bytes one in some
// thousands are.
bool begins_japanese(const FirstBytes& first, bool euc) {
  std::size_t pairs = 0;
  for (std::size_t at = 0; at < first.size;) {
    const unsigned char c = first.bytes[at];
    if (c < 0x80) {
      if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F) return false;
      ++at;
      continue;
    }
    const bool lead =
        euc ? c >= 0xA1 && c <= 0xF4 : (c >= 0x81 && c <= 0x9F) || (c >= 0xE0 && c <= 0xFC);
    if (!lead) return false;
    if (at + 1 == first.size) break;
    const unsigned char trail = first.bytes[at + 1];
    if (euc ? trail < 0xA1 || trail == 0xFF : trail < 0x40 || trail == 0x7F || trail > 0xFC)
      return false;
    ++pairs;
    at += 2;
  }
  return pairs > 1 && first.size == first.bytes.size();
}

// UTF-16 of Japanese and ASCII: every other byte is 0 or 0x30 often, or of a kanji always.
bool begins_wide(const FirstBytes& first) {
  std::array<std::size_t, 2> marks{}, high{};
  for (std::size_t at = 0; at < first.size; ++at) {
    const unsigned char c = first.bytes[at];
    const bool mark = c == 0 || c == 0x30;
    marks[at % 2] += mark ? 1 : 0;
    high[at % 2] += mark || (c >= 0x4E && c <= 0x9F) || c == 0xFF ? 1 : 0;
  }
  const std::size_t half = first.bytes.size() / 2;
  return std::max(marks[0], marks[1]) >= 3 || high[0] == half || high[1] == half;
}

bool begins_otherwise(std::string_view chars) {
  const FirstBytes first = first_bytes(chars);
  return begins_wide(first) || begins_japanese(first, false) || begins_japanese(first, true);
}

std::array<unsigned char, 3> three_bytes(std::string_view chars, std::size_t at) {
  const int bits = blob_value(chars[at]) << 18 | blob_value(chars[at + 1]) << 12 |
                   blob_value(chars[at + 2]) << 6 | blob_value(chars[at + 3]);
  return {static_cast<unsigned char>(bits >> 16 & 0xFF),
          static_cast<unsigned char>(bits >> 8 & 0xFF), static_cast<unsigned char>(bits & 0xFF)};
}

bool begins_packed(unsigned char first, unsigned char second) {
  return (first == 0x1F && second == 0x8B) || (first == 0x28 && second == 0xB5) ||
         (first == 0x78 && (0x78 * 256 + second) % 31 == 0) || (first == 0x1B && second == '$') ||
         (first == 'B' && second == 'Z') || (first == 'P' && second == 'K') ||
         (first == 0xFD && second == '7');
}

// Of ASCII, or the first byte of a character of UTF-8.
bool may_be_text(unsigned char c) {
  if (c < 0x80) return (c >= 0x20 && c != 0x7F) || c == '\t' || c == '\n' || c == '\r';
  return c >= 0xC2 && c <= 0xF4;
}

// Whether the characters from `offset` on begin like text, or like something packed. Ends at the
// first byte that speaks against it.
bool begins_readable(std::string_view chars, std::size_t offset) {
  constexpr std::size_t kGroups = 6;
  if (offset + 4 > chars.size()) return false;
  const std::array<unsigned char, 3> three = three_bytes(chars, offset);
  const bool packed = begins_packed(three[0], three[1]);
  const auto otherwise = [&] {
    const bool wide = three[0] == 0 || three[1] == 0 || three[1] == '0' ||
                      (three[0] == 0xFF && three[1] == 0xFE) ||
                      (three[0] == 0xFE && three[1] == 0xFF);
    return wide || (offset == 0 && begins_otherwise(chars));
  };
  // Most are refused by their first bytes.
  if (!packed && (!may_be_text(three[0]) || (three[0] < 0x80 && !may_be_text(three[1]))))
    return otherwise();
  std::array<char, 3 * kGroups + 4> bytes{};
  std::size_t size = 0, checked = 0;
  for (std::size_t at = offset; at + 4 <= chars.size() && size + 3 <= 3 * kGroups; at += 4) {
    for (const unsigned char c : three_bytes(chars, at)) bytes[size++] = static_cast<char>(c);
    while (checked < size && !packed) {
      const auto c = static_cast<unsigned char>(bytes[checked]);
      std::size_t step = c < 0x80 && may_be_text(c) ? 1 : 0;
      if (c >= 0x80) {
        if (!may_be_text(c)) return otherwise();
        if (checked + 4 > size && at + 8 <= chars.size() && size + 3 <= 3 * kGroups) break;
        step = utf8_sequence(bytes.data() + checked, bytes.data() + size);
        if (step == 0 && checked + 4 > size) return true;  // the rest is not at hand
      }
      if (step == 0) return otherwise();
      checked += step;
    }
  }
  return size >= kFewestBytes || packed;
}

// Whether they begin like deflate without a header.
bool begins_deflated(std::string_view chars) {
  constexpr std::size_t kShortest = 20;
  if (chars.size() < kShortest) return false;
  // Cheap: the kind of the first block, and names and digests in letters of one case.
  const int kind = (blob_value(chars[0]) << 2 | blob_value(chars[1]) >> 4) >> 1 & 3;
  if (kind == 3 || (kind == 0 && chars[0] != 'A')) return false;
  bool lower = false, upper = false;
  for (const char c : chars.substr(0, kShortest)) {
    lower |= c >= 'a' && c <= 'z';
    upper |= c >= 'A' && c <= 'Z';
  }
  if (!lower || !upper) return false;
  const FirstBytes first = first_bytes(chars);
  return may_be_raw_deflate({reinterpret_cast<const char*>(first.bytes.data()), first.size});
}

bool all_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return hex_value(c) >= 0; });
}

// In letters of one case.
bool is_base32(std::string_view text) {
  constexpr std::size_t kShortestSmall = 24;  // words and names have small letters
  bool capitals = false, small = false, digits = false;
  for (const char c : text) {
    const bool upper = c >= 'A' && c <= 'Z', lower = c >= 'a' && c <= 'z';
    if (!upper && !lower && !(c >= '2' && c <= '7')) return false;
    capitals |= upper;
    small |= lower;
    digits |= c <= '7';
    if (capitals && small) return false;
  }
  return capitals || (small && digits && text.size() >= kShortestSmall);
}

// "0100000101001011…": characters of eight digits each.
std::string decode_binary(std::string_view digits) {
  constexpr std::size_t kSize = 8, kFewest = 8 * kFewestBytes;
  std::string out;
  if (digits.size() < kFewest || digits.size() % kSize != 0) return out;
  for (std::size_t at = 0; at < digits.size(); at += kSize) {
    int byte = 0;
    for (const char c : digits.substr(at, kSize)) {
      if (c != '0' && c != '1') return {};
      byte = byte * 2 + (c - '0');
    }
    out += static_cast<char>(byte);
  }
  return out;
}

struct Decoded {
  std::string text;
  std::uint16_t undone = 0;
};

std::optional<Decoded> read_bytes(std::string bytes, std::uint16_t undone, ViewBudget& budget,
                                  bool& over) {
  auto said = readable(std::move(bytes), budget, over);
  if (!said || said->text.size() < (said->unpacked ? kFewestPacked : kFewestBytes))
    return std::nullopt;
  if (said->unpacked) undone |= kDecompressed;
  return Decoded{std::move(said->text), undone};
}

std::optional<Decoded> from_base64(std::string_view chars, ViewBudget& budget, bool& over) {
  std::optional<Decoded> best;
  const std::size_t end = chars.size() < kShortRun ? chars.size() - kShortestBlob + 1 : 4;
  for (std::size_t offset = 0; offset < end; offset = next_blob_begin(chars, offset + 1, end)) {
    if (!begins_readable(chars, offset) && !(offset == 0 && begins_deflated(chars))) continue;
    std::string bytes = decode_base64_run(chars, offset);
    if (auto decoded = read_bytes(bytes, kFromBase64, budget, over)) {
      if (!best || decoded->text.size() > best->text.size()) best = std::move(decoded);
      if (chars.size() >= kShortRun || offset == 0) return best;
    } else if (chars.size() < kShortRun) {
      const std::string_view part = longest_text(bytes);
      if (part.size() >= 12 && (!best || part.size() > best->text.size()))
        best = Decoded{std::string(part), kFromBase64};
    }
  }
  return best;
}

std::optional<Decoded> decoded(std::string_view chars, ViewBudget& budget, bool& over) {
  std::string_view digits = chars;
  if (digits.substr(0, 2) == "0x" || digits.substr(0, 2) == "0X") digits.remove_prefix(2);
  if (digits.size() >= kFewestHexDigits && all_hex(digits)) {
    if (auto said = read_bytes(decode_hex(digits), kFromHex, budget, over)) return said;
  }
  if (chars[0] == '0')
    if (std::string bytes = decode_binary(chars); !bytes.empty())
      if (auto said = read_bytes(std::move(bytes), kCharCodes, budget, over)) return said;
  if (is_base32(chars)) {
    std::string bytes;
    if (decode_base32(chars, bytes))
      if (auto said = read_bytes(std::move(bytes), kFromBase64, budget, over)) return said;
  }
  return from_base64(chars, budget, over);
}

std::string characters_of(std::string_view text, const std::vector<Range>& segments) {
  std::string out;
  for (const Range& segment : segments) out += text.substr(segment.begin, segment.size());
  return out;
}

// "0a1b2c3d-0000-4aaa-abcd-0123456789ab", "2026-11-26T09": what long runs mostly are. h is a
// hexadecimal digit.
bool is_uuid_or_time(std::string_view chars) {
  static constexpr std::string_view kShapes[] = {"hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh",
                                                 "dddd-dd-ddTdd"};
  return std::any_of(std::begin(kShapes), std::end(kShapes), [chars](std::string_view shape) {
    if (shape.size() != chars.size()) return false;
    for (std::size_t i = 0; i < shape.size(); ++i) {
      const bool fits = shape[i] == 'h'   ? hex_value(chars[i]) >= 0
                        : shape[i] == 'd' ? is_digit(static_cast<unsigned char>(chars[i]))
                                          : chars[i] == shape[i];
      if (!fits) return false;
    }
    return true;
  });
}

std::optional<Decoded> what_it_says(std::string_view chars, ViewBudget& budget, bool& over) {
  // An id of AWS is of the digits of base32, backwards too.
  constexpr std::size_t kIdOfAws = 20;
  if (chars.size() == kIdOfAws)
    if (auto token = turned_token(chars)) return Decoded{std::move(*token), kTurned};
  auto said = decoded(chars, budget, over);
  // By chance a part of a token is text.
  const bool whole = said && (said->undone & kDecompressed || said->text.size() * 2 > chars.size());
  if (whole) return said;
  if (auto token = turned_token(chars)) return Decoded{std::move(*token), kTurned};
  return said;
}

bool patch_range(std::string_view text, std::string_view chars, Range range, ViewBudget& budget,
                 bool& over, Patches& out) {
  if (chars.size() < kShortestBlob || is_uuid_or_time(chars)) return false;
  const auto said = what_it_says(chars, budget, over);
  if (!said) return false;
  // What a note turns round is turned with its dots and signs, once.
  if ((said->undone & kTurned) != 0 && noted_backwards(text, range.begin)) return false;
  out.undo(said->undone | kWrapped);
  const NamedEncoding named = named_encoding(text, range);
  if (named.quote.empty())
    out.add(named.range, said->text);
  else
    out.add(named.range, std::string(named.quote) + said->text + std::string(named.quote));
  return true;
}

bool is_small_word(std::string_view line) {
  return !line.empty() && line.size() <= 24 &&
         std::all_of(line.begin() + 1, line.end(),
                     [](char c) { return is_lower(static_cast<unsigned char>(c)); });
}

// Over "12: " or "12 | " at `at`.
std::size_t behind_line_number(std::string_view text, std::size_t at) {
  std::size_t pos = at;
  while (pos < text.size() && pos - at < 4 && is_digit(static_cast<unsigned char>(text[pos])))
    ++pos;
  if (pos == at) return at;
  if (pos < text.size() && text[pos] == ' ') ++pos;
  static constexpr CharSet kSigns{":|.)"};
  const bool numbered = pos + 1 < text.size() && kSigns.has(text[pos]) && text[pos + 1] == ' ';
  return numbered ? pos + 2 : at;
}

// Over marks of quotation and comments, and the number of a line.
std::size_t behind_margin(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongest = 16;
  static constexpr CharSet kMargin{" \t>#*|"};
  std::size_t pos = at;
  while (pos < text.size() && pos - at < kLongest && kMargin.has(text[pos])) ++pos;
  if (text.substr(pos, 3) == "// ") pos += 3;
  return behind_line_number(text, pos);
}

}  // namespace

std::size_t next_blob_line(std::string_view text, std::size_t end, std::size_t size) {
  // As JSON may write a slash.
  if (text.substr(end, 2) == "\\/") return end + 1;
  if (size < kShortestLine) return end;
  std::size_t pos = end;
  const auto at = [text](std::size_t i) { return i < text.size() ? text[i] : '\0'; };
  if (at(pos) == ' ' && size >= kSpacedLine) {
    ++pos;
  } else {
    if (at(pos) == '\\' && (at(pos + 1) == 'r')) pos += 2;
    if (at(pos) == '\\' && at(pos + 1) == 'n')
      pos += 2;
    else if (at(pos) == '\r' && at(pos + 1) == '\n')
      pos += 2;
    else if (at(pos) == '\n')
      ++pos;
    else
      return end;
    // Most lines begin with a letter at once.
    if (!kAsciiLetters.has(at(pos))) pos = behind_margin(text, pos);
  }
  if (!is_blob_char(at(pos))) return end;
  const std::size_t stop = blob_run_end(text.substr(0, pos + size + 1), pos);
  // A line is no longer than the one before; what stands in it is no word of the text that follows.
  const std::size_t length = stop - pos;
  const bool padded = at(stop) == '=';
  if (length > size || (!padded && is_small_word(text.substr(pos, length)))) return end;
  return text[end] == ' ' && length < kShortestLine && !padded ? end : pos;
}

BlobRun read_blob_run(std::string_view text, std::size_t at) {
  BlobRun run;
  std::size_t pos = at;
  for (;;) {
    const std::size_t begin = pos;
    pos = blob_run_end(text, pos);
    run.segments.push_back({begin, pos});
    std::size_t padding = pos;
    while (padding < text.size() && padding - pos < kMostPadding && text[padding] == '=')
      padding += text.substr(padding, 3) == "=3D" ? 3 : 1;  // of quoted-printable
    run.range = {at, padding};
    if (padding != pos) break;
    const std::size_t next = next_blob_line(text, pos, pos - begin);
    if (next == pos) break;
    pos = next;
  }
  return run;
}

BlobGuess guess_blob(std::string_view chars) {
  constexpr std::size_t kSample = 64;
  const std::string_view sample = chars.substr(0, kSample);
  if (all_hex(sample)) {
    bool over = false;
    ViewBudget budget;
    if (readable(decode_hex(sample), budget, over) || packed_as(decode_hex(sample)))
      return {BlobCoding::kHex, 0};
    return {};
  }
  for (std::size_t offset = 0; offset < 4; ++offset)
    if (begins_readable(chars, offset)) return {BlobCoding::kBase64, offset};
  if (begins_deflated(chars)) return {BlobCoding::kBase64, 0};
  return {};
}

void patch_blob(std::string_view text, const BlobRun& run, ViewBudget& budget, bool& over,
                Patches& out) {
  const Range first = run.segments.front();
  if (const std::size_t begin = moved_url_begin(text, first.begin); begin != first.begin) {
    out.undo(kTurned | kWrapped);
    out.add({begin, first.end}, rot13(text.substr(begin, first.end - begin)));
    return;
  }
  const auto one = [&](Range line, Range range) {
    return patch_range(text, text.substr(line.begin, line.size()), range, budget, over, out);
  };
  if (run.segments.size() == 1) {
    one(run.segments.front(), run.range);
    return;
  }
  if (patch_range(text, characters_of(text, run.segments), run.range, budget, over, out)) return;
  // Not one thing: perhaps one of the lines is.
  for (const Range& line : run.segments) {
    Range range = line;
    if (line.end == run.segments.back().end) range.end = run.range.end;
    if (line.begin == run.segments.front().begin) range.begin = run.range.begin;
    one(line, range);
  }
}

namespace {

// Of a run that has more than `most` characters its beginning.
BlobRun read_even_groups(std::string_view text, std::size_t at,
                         std::size_t most = std::string_view::npos) {
  constexpr std::size_t kShortest = 4, kLongest = 76, kFewestGroups = 3, kShortestRun = 24;
  BlobRun run;
  const std::size_t size = blob_run_end(text.substr(0, at + kLongest + 1), at) - at;
  if (size < kShortest || size > kLongest) return {};
  // Cheap: most runs are followed by a longer one, or none.
  const std::size_t second = at + size + 1;
  if (second >= text.size() || is_blob_char(text[second - 1]) ||
      (!is_blob_char(text[second]) && text[second] != '\n') ||
      (second + size + 1 < text.size() && is_blob_char(text[second + size]) &&
       is_blob_char(text[second + size + 1])))
    return {};
  // One blank, tab or line end between.
  const auto behind_gap = [text](std::size_t end) {
    if (end + 1 < text.size() && text[end] == '\r' && text[end + 1] == '\n') return end + 2;
    static constexpr CharSet kGaps{" \n\t"};
    return end < text.size() && kGaps.has(text[end]) ? end + 1 : end;
  };
  // How a token begins may be a word by itself.
  char first[kLongestTokenPrefix];
  const std::size_t own = text.copy(first, std::min(size, sizeof first), at);
  const std::string_view beginning(first, own + text.copy(first + own, sizeof first - own, second));
  const bool token = has_token_prefix(beginning);
  const std::size_t token_chars = token ? token_size(beginning) : 0;
  // Words before it, or where it would begin, are of the text around.
  if (is_small_word(text.substr(at, size)) && !token) return {};
  const bool goes_on = at > size && behind_gap(at - 1) == at &&
                       blob_run_end(text.substr(0, at), at - 1 - size) == at - 1 &&
                       (at == size + 1 || !is_blob_char(text[at - size - 2]));
  if (goes_on && !is_small_word(text.substr(at - 1 - size, size))) return {};
  std::size_t words = 0, chars = 0, pos = at;
  for (;;) {
    const std::size_t end = blob_run_end(text.substr(0, pos + size + 1), pos);
    const std::size_t length = end - pos;
    const bool padded = end < text.size() && text[end] == '=';
    const bool word = is_small_word(text.substr(pos, length));
    // The last one may be shorter, when it is no word of the text that follows: base64 has fours,
    // hexadecimal digits have pairs.
    const auto completes = [&] {
      static constexpr CharSet kHex{"0123456789abcdefABCDEF \t\r\n"};
      const std::string_view all = text.substr(at, end - at);
      if (token_chars != 0) return chars + length == token_chars;
      return (chars % 4 != 0 && (chars + length) % 4 == 0) ||
             (length % 2 == 0 &&
              std::all_of(all.begin(), all.end(), [](char c) { return kHex.has(c); }));
    };
    if (length == 0 || length > size || (length < size && word && !padded && !completes())) break;
    chars += length;
    run.segments.push_back({pos, end});
    words += word ? 1 : 0;
    run.range = {at, end};
    while (run.range.end < text.size() && run.range.end - end < 3 && text[run.range.end] == '=')
      ++run.range.end;
    const std::size_t next = behind_gap(end);
    if (length < size || padded || next == end) break;
    if (token_chars != 0 && chars == token_chars) break;  // words of the text may follow
    if (chars > most) return run;
    pos = next;
  }
  const std::size_t groups = run.segments.size();
  const bool padded = groups > 1 && text[run.range.end - 1] == '=';
  const bool enough = (groups >= kFewestGroups || (padded && size >= kShortestBlob)) &&
                      run.range.size() >= kShortestRun;
  return enough && words * 2 <= groups ? run : BlobRun{};
}

bool all_shown(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(),
                     [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F; });
}

// Hexadecimal digits of text, all of it.
bool says_in_hex(const std::string& digits) {
  constexpr std::size_t kFewest = 24;
  if (digits.size() < kFewest || digits.size() % 2 != 0) return false;
  const std::string bytes = decode_hex(digits);
  return all_shown(bytes) && valid_utf8(bytes);
}

}  // namespace

bool may_begin_base64(std::string_view chars) {
  return chars.size() >= 4 && may_be_text(three_bytes(chars, 0)[0]);
}

bool says_in_base64(std::string_view chars) {
  constexpr std::size_t kFewest = 16;
  static constexpr CharSet kSmall{"abcdefghijklmnopqrstuvwxyz"},
      kCapitals{"ABCDEFGHIJKLMNOPQRSTUVWXYZ"};
  const auto any = [chars](const CharSet& set) {
    return std::any_of(chars.begin(), chars.end(), [&set](char c) { return set.has(c); });
  };
  return chars.size() >= kFewest && any(kSmall) && any(kCapitals) && begins_readable(chars, 0) &&
         is_mostly_text(decode_base64_run(chars, 0));
}

bool may_say_in_coding(const std::string& chars) {
  std::string text;
  return begins_readable(chars, 0) || begins_deflated(chars) || says_in_hex(chars) ||
         (decode_base32(chars, text) && is_mostly_text(text));
}

bool may_begin_even_groups(std::string_view text, std::size_t at) {
  constexpr std::size_t kTelling = 64;  // more than what tells how anything begins
  const BlobRun run = read_even_groups(text, at, kTelling);
  const std::string chars = characters_of(text, run.segments);
  if (chars.empty()) return false;
  return has_token_prefix(chars) || (all_hex(chars) && all_shown(decode_hex(chars))) ||
         begins_readable(chars, 0) || begins_deflated(chars);
}

std::size_t patch_even_groups(std::string_view text, std::size_t at, ViewBudget& budget, bool& over,
                              Patches& out) {
  const BlobRun run = read_even_groups(text, at);
  if (run.segments.empty()) return at;
  const std::string chars = characters_of(text, run.segments);
  // Numbers are written in groups, too.
  const bool digits = chars.find_first_not_of("0123456789-") == std::string::npos;
  if (digits && (!all_hex(chars) || !says_in_hex(chars))) return run.range.end;
  // A token, which says by itself that the groups are one.
  if (has_token_prefix(chars)) {
    // Tokens of their own, one beside the other.
    const bool several =
        std::any_of(run.segments.begin() + 1, run.segments.end(), [text](const Range& group) {
          return has_token_prefix(text.substr(group.begin, group.size()));
        });
    if (several) return run.range.end;
    out.undo(kJoined);
    out.add(run.range, chars);
    return run.range.end;
  }
  // Pairs of digits are read with those of dumps.
  if (all_hex(chars) && run.segments.front().size() >= 4 && says_in_hex(chars) &&
      !in_dump_row(text, at)) {
    out.undo(kFromHex | kWrapped);
    out.add(run.range, decode_hex(chars));
    return run.range.end;
  }
  if (all_hex(chars) || (!begins_readable(chars, 0) && !begins_deflated(chars)))
    return run.range.end;
  // By chance short groups are text of one of the older charsets.
  std::string bytes = decode_base64_run(chars, 0);
  if (!is_mostly_text(bytes) && !packed_as(bytes) && !ZipText::begins(bytes) &&
      !may_be_raw_deflate(bytes))
    return run.range.end;
  const auto said = read_bytes(std::move(bytes), kFromBase64, budget, over);
  if (!said) return run.range.end;
  out.undo(said->undone | kWrapped);
  out.add(run.range, said->text);
  return run.range.end;
}

}  // namespace sekisho::filters
