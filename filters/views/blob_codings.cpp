#include "filters/views/blob_codings.h"

#include <algorithm>
#include <array>
#include <utility>

#include "filters/base64.h"
#include "filters/bodies/charset.h"
#include "filters/bodies/stream_coding.h"
#include "filters/char_set.h"
#include "filters/utf8.h"
#include "filters/views/escape_marks.h"
#include "filters/views/raw_deflate.h"
#include "filters/views/view_scan.h"
#include "filters/views/zip_text.h"

namespace sekisho::filters {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::size_t kBrokenEnd = 8;  // bytes that a wrong end may cost

bool is_shown(std::string_view text, std::size_t at) {
  const auto c = static_cast<unsigned char>(text[at]);
  return c >= 0x80 || (c >= 0x20 && c != 0x7F) || c == '\t' || c == '\n' || c == '\r';
}

// Bytes of the shown character at `at`, 0 = none.
std::size_t shown_size(std::string_view text, std::size_t at) {
  if (static_cast<unsigned char>(text[at]) < 0x80) return is_shown(text, at) ? 1 : 0;
  return utf8_sequence(text.data() + at, text.data() + text.size());
}

// What comes out; `whole`: the stream ended, and all of the bytes belonged to it.
struct Unpacked {
  std::string text;
  bool whole = false;
};
Unpacked unpack(CodingName coding, std::string_view bytes, ViewBudget& budget, bool& over) {
  Unpacked out;
  StreamDecoder decoder(StreamCoding{coding});
  decoder.push(bytes);
  for (;;) {
    const std::size_t before = out.text.size();
    const StreamDecoder::Status status = decoder.step(out.text);
    const bool room = budget.inflate(out.text.size() - before);
    over = over || !room || status == StreamDecoder::Status::kTooBig;
    // A stream that was cut off says what it says up to there.
    if (!over && status == StreamDecoder::Status::kMore) continue;
    out.whole = status == StreamDecoder::Status::kNeedInput && decoder.whole();
    return out;
  }
}

// Deflate without a header says something only where the stream is whole and text.
std::string from_raw_deflate(std::string_view bytes, ViewBudget& budget, bool& over) {
  if (!may_be_raw_deflate(bytes)) return {};
  Unpacked unpacked = unpack(CodingName::kDeflate, bytes, budget, over);
  return unpacked.whole && is_mostly_text(unpacked.text) ? std::move(unpacked.text) : std::string();
}

std::string as_utf8(Charset charset, std::string_view bytes) {
  CharsetDecoder decoder(charset, bytes);
  std::string text;
  Layer layer;
  CharsetDecoder::Status status;
  while ((status = decoder.step(text, layer, 0)) == CharsetDecoder::Status::kMore) {
  }
  return status == CharsetDecoder::Status::kDone ? text : std::string();
}

// UTF-16 by its mark, or by the NULs beside ASCII characters.
Charset wide_charset(std::string_view bytes) {
  constexpr std::size_t kSample = 512;
  const Charset sniffed = sniff_wide(bytes.substr(0, 4));
  if (sniffed == Charset::kUtf32Le || sniffed == Charset::kUtf32Be) return sniffed;
  if (bytes.substr(0, 2) == "\xFF\xFE") return Charset::kUtf16Le;
  if (bytes.substr(0, 2) == "\xFE\xFF") return Charset::kUtf16Be;
  std::array<std::size_t, 2> nuls{};
  const std::size_t sample = std::min(bytes.size(), kSample);
  for (std::size_t i = 0; i < sample; ++i) nuls[i % 2] += bytes[i] == '\0' ? 1 : 0;
  // Nothing that is sought is shorter than six characters.
  if (nuls[0] + nuls[1] < sample / 8 || sample < 12) return Charset::kNone;
  if (nuls[0] * 8 < nuls[1]) return Charset::kUtf16Le;
  return nuls[1] * 8 < nuls[0] ? Charset::kUtf16Be : Charset::kNone;
}

// Whether bytes may be text of the charset: its escapes, or its kana and signs, which no longer
// text goes without.
bool may_be_of(Charset charset, std::string_view bytes) {
  constexpr std::size_t kLong = 512;
  if (charset == Charset::kIso2022Jp) return bytes.find('\x1B') != bytes.npos;
  static constexpr CharSet kShiftJis{"\x81\x82\x83"}, kEucJp{"\xA1\xA4\xA5"};
  const CharSet& leads = charset == Charset::kShiftJis ? kShiftJis : kEucJp;
  return bytes.size() < kLong ||
         std::any_of(bytes.begin(), bytes.end(), [&leads](char c) { return leads.has(c); });
}

// Japanese text of older charsets has ASCII between.
std::string from_japanese(std::string_view bytes) {
  if (bytes.size() < 12 || bytes.size() > (64u << 10)) return {};
  const auto ascii = static_cast<std::size_t>(
      std::count_if(bytes.begin(), bytes.end(), [](char c) { return c >= 0x20 && c < 0x7F; }));
  if (ascii * (bytes.size() < 24 ? 3 : 8) < bytes.size()) return {};
  for (const Charset charset : {Charset::kIso2022Jp, Charset::kShiftJis, Charset::kEucJp}) {
    if (!may_be_of(charset, bytes)) continue;
    std::string text = as_utf8(charset, bytes);
    if (!text.empty() && is_mostly_text(text)) return text;
  }
  return {};
}

}  // namespace

std::string decode_base64_run(std::string_view text, std::size_t offset) {
  std::string out;
  append_base64(out, text.substr(std::min(offset, text.size())));
  return out;
}

bool decode_base32(std::string_view text, std::string& out) {
  unsigned bits = 0;
  int have = 0;
  for (const char c : text) {
    if (c == '=') break;
    unsigned value;
    if (c >= 'A' && c <= 'Z')
      value = static_cast<unsigned>(c - 'A');
    else if (c >= 'a' && c <= 'z')
      value = static_cast<unsigned>(c - 'a');
    else if (c >= '2' && c <= '7')
      value = static_cast<unsigned>(c - '2') + 26;
    else
      return false;
    bits = bits << 5 | value;
    have += 5;
    if (have < 8) continue;
    have -= 8;
    out += static_cast<char>(bits >> have & 0xFF);
  }
  return true;
}

bool decode_base85(std::string_view text, std::string& out) {
  std::array<unsigned, 5> group{};
  std::size_t have = 0;
  const auto flush = [&](std::size_t bytes) {
    std::uint64_t value = 0;
    for (const unsigned digit : group) value = value * 85 + digit;
    for (std::size_t i = 0; i < bytes; ++i) out += static_cast<char>(value >> (24 - 8 * i) & 0xFF);
    have = 0;
  };
  for (const char c : text) {
    if (c == ' ' || c == '\n' || c == '\r' || c == '\t') continue;
    if (c == 'z' && have == 0) {
      out.append(4, '\0');
      continue;
    }
    if (c < '!' || c > 'u') return false;
    group[have++] = static_cast<unsigned>(c - '!');
    if (have == 5) flush(4);
  }
  if (have > 1) {
    const std::size_t bytes = have - 1;
    while (have < 5) group[have++] = 84;
    flush(bytes);
  }
  return true;
}

std::string decode_hex(std::string_view digits) {
  std::string out;
  out.reserve(digits.size() / 2);
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    out += static_cast<char>(hex_value(digits[i]) * 16 + hex_value(digits[i + 1]));
  return out;
}

bool is_mostly_text(std::string_view bytes) {
  if (bytes.empty()) return false;
  std::size_t bad = 0, first_bad = bytes.size();
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t size = shown_size(bytes, at);
    if (size == 0) {
      first_bad = std::min(first_bad, at);
      ++bad;
      if (bad > 64 && bad * 8 > at) return false;
    }
    at += std::max<std::size_t>(size, 1);
  }
  return bad * 20 <= bytes.size() || (first_bad >= 12 && bytes.size() - first_bad <= kBrokenEnd);
}

std::string_view longest_text(std::string_view bytes) {
  std::size_t begin = 0, best = 0, size = 0;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t step = shown_size(bytes, at);
    if (step == 0) {
      begin = ++at;
      continue;
    }
    at += step;
    if (at - begin > size) {
      best = begin;
      size = at - begin;
    }
  }
  return bytes.substr(best, size);
}

std::optional<CodingName> packed_as(std::string_view bytes) {
  static constexpr CharSet kFirst{"\x1F\x28\xFD\x42\x78"};
  if (bytes.empty() || !kFirst.has(bytes[0])) return std::nullopt;
  if (bytes.substr(0, 3) == "\x1F\x8B\x08"sv) return CodingName::kGzip;
  if (bytes.substr(0, 4) == "\x28\xB5\x2F\xFD"sv) return CodingName::kZstd;
  if (bytes.substr(0, 6) == "\xFD\x37zXZ\0"sv) return CodingName::kXz;
  if (bytes.substr(0, 3) == "BZh" && bytes.substr(4, 6) == "1AY&SY") return CodingName::kBzip2;
  if (bytes.size() > 6 && bytes[0] == '\x78') {
    const auto second = static_cast<unsigned char>(bytes[1]);
    if ((second == 0x01 || second == 0x5E || second == 0x9C || second == 0xDA) &&
        (0x78 * 256 + second) % 31 == 0)
      return CodingName::kDeflate;
  }
  return std::nullopt;
}

bool inflates_to_text(std::string_view bytes) {
  constexpr std::size_t kFewest = 64;
  if (!may_be_raw_deflate(bytes)) return false;
  StreamDecoder decoder(StreamCoding{CodingName::kDeflate});
  decoder.push(bytes);
  std::string text;
  decoder.step(text);
  return text.size() >= kFewest && is_mostly_text(text);
}

bool may_be_of_other_charset(std::string_view bytes) {
  if (has_file_magic(bytes)) return false;
  if (wide_charset(bytes) != Charset::kNone) return true;
  // The sample may end within a character.
  return !from_japanese(bytes).empty() ||
         !from_japanese(bytes.substr(0, std::max<std::size_t>(bytes.size(), 1) - 1)).empty();
}

std::optional<Readable> readable(std::string bytes, ViewBudget& budget, bool& over, int packings) {
  Readable out;
  for (int i = 0; i < packings; ++i) {
    if (ZipText::begins(bytes)) {
      ZipText zip(budget, packings - i - 1);
      over = !zip.push(bytes, out.text) || !zip.finish(out.text) || over;
      out.unpacked = true;
      return out.text.empty() ? std::nullopt : std::optional<Readable>(std::move(out));
    }
    const std::optional<CodingName> coding = packed_as(bytes);
    if (!coding) break;
    std::string inside = unpack(*coding, bytes, budget, over).text;
    if (inside.empty() || over) return std::nullopt;
    bytes = std::move(inside);
    out.unpacked = true;
  }
  if (is_mostly_text(bytes)) {
    out.text = std::move(bytes);
    return out;
  }
  if (has_file_magic(bytes)) return std::nullopt;
  if (std::string inside = from_raw_deflate(bytes, budget, over); !inside.empty()) {
    out.text = std::move(inside);
    out.unpacked = true;
    return out;
  }
  if (over) return std::nullopt;
  if (const Charset wide = wide_charset(bytes); wide != Charset::kNone)
    out.text = as_utf8(wide, std::string_view(bytes).substr(0, bytes.size() & ~std::size_t{1}));
  else
    out.text = from_japanese(bytes);
  if (out.text.empty() || !is_mostly_text(out.text)) return std::nullopt;
  return out;
}

}  // namespace sekisho::filters
