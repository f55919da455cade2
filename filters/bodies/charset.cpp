#include "filters/bodies/charset.h"

#include <algorithm>
#include <array>
#include <utility>

#include "filters/utf8.h"

namespace sekisho::filters {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::size_t kSample = 64u << 10;

struct Name {
  std::string_view name;
  Charset charset;
};

// Labels as the WHATWG encoding standard groups them, and the names Java and Python send.
constexpr std::array kNames = {
    Name{"utf-8", Charset::kUtf8},
    Name{"utf8", Charset::kUtf8},
    Name{"us-ascii", Charset::kUtf8},
    Name{"ascii", Charset::kUtf8},
    Name{"utf-16", Charset::kUtf16},
    Name{"utf16", Charset::kUtf16},
    Name{"unicode", Charset::kUtf16},
    Name{"utf-16le", Charset::kUtf16Le},
    Name{"utf-16be", Charset::kUtf16Be},
    Name{"utf-32", Charset::kUtf32},
    Name{"utf-32le", Charset::kUtf32Le},
    Name{"utf-32be", Charset::kUtf32Be},
    Name{"iso-2022-jp", Charset::kIso2022Jp},
    Name{"csiso2022jp", Charset::kIso2022Jp},
    Name{"iso-2022-jp-1", Charset::kIso2022Jp},
    Name{"shift_jis", Charset::kShiftJis},
    Name{"shift-jis", Charset::kShiftJis},
    Name{"sjis", Charset::kShiftJis},
    Name{"x-sjis", Charset::kShiftJis},
    Name{"ms_kanji", Charset::kShiftJis},
    Name{"csshiftjis", Charset::kShiftJis},
    Name{"windows-31j", Charset::kShiftJis},
    Name{"cp932", Charset::kShiftJis},
    Name{"ms932", Charset::kShiftJis},
    Name{"euc-jp", Charset::kEucJp},
    Name{"eucjp", Charset::kEucJp},
    Name{"x-euc-jp", Charset::kEucJp},
    Name{"cseucpkdfmtjapanese", Charset::kEucJp},
    Name{"iso-8859-1", Charset::kWindows1252},
    Name{"iso8859-1", Charset::kWindows1252},
    Name{"iso8859_1", Charset::kWindows1252},
    Name{"latin1", Charset::kWindows1252},
    Name{"latin-1", Charset::kWindows1252},
    Name{"windows-1252", Charset::kWindows1252},
    Name{"cp1252", Charset::kWindows1252},
    Name{"gb18030", Charset::kGb18030},
    Name{"gbk", Charset::kGb18030},
    Name{"gb2312", Charset::kGb18030},
    Name{"big5", Charset::kBig5},
    Name{"euc-kr", Charset::kEucKr},
};

std::string plain_name(std::string_view name) {
  const auto space = [](char c) { return c == ' ' || c == '\t' || c == '"' || c == '\''; };
  while (!name.empty() && space(name.front())) name.remove_prefix(1);
  while (!name.empty() && space(name.back())) name.remove_suffix(1);
  std::string out(name);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

bool is_wide(Charset charset) {
  return charset == Charset::kUtf16 || charset == Charset::kUtf16Le ||
         charset == Charset::kUtf16Be || charset == Charset::kUtf32 ||
         charset == Charset::kUtf32Le || charset == Charset::kUtf32Be;
}

bool printable(char c) {
  return c >= '\t' && c <= '~';
}

bool all_ascii(std::string_view bytes) {
  return std::none_of(bytes.begin(), bytes.end(),
                      [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

// Characters that no text holds: controls but for white space and the escape of ISO-2022.
bool has_controls(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if ((c < 0x20 && (c < '\t' || c > '\r') && c != 0x1B) || c == 0x7F) return true;
    if (c == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0)
      return true;
  }
  return false;
}

// Does the beginning of `bytes` read as text in this charset?
bool fits(Charset charset, std::string_view bytes) {
  std::string text;
  Layer unused;
  CharsetDecoder decoder(charset, bytes.substr(0, kSample));
  CharsetDecoder::Status status;
  while ((status = decoder.step(text, unused, 0)) == CharsetDecoder::Status::kMore) {
  }
  // A sample may end in the middle of a character.
  const bool cut = bytes.size() > kSample && decoder.position() + 4 > kSample;
  return (status == CharsetDecoder::Status::kDone || cut) && !has_controls(text);
}

// Western text has few bytes above ASCII and they are letters; anything at all "fits" this charset.
bool fits_western(std::string_view bytes) {
  const std::string_view sample = bytes.substr(0, kSample);
  const auto high = std::count_if(sample.begin(), sample.end(),
                                  [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
  return static_cast<std::size_t>(high) * 4 <= sample.size() && fits(Charset::kWindows1252, sample);
}

// Without a mark the order is a guess: both that read as text at all.
std::vector<Charset> either_order(Charset stated, std::string_view bytes) {
  const bool two = stated == Charset::kUtf16;
  std::vector<Charset> out;
  for (const Charset c : two ? std::array{Charset::kUtf16Be, Charset::kUtf16Le}
                             : std::array{Charset::kUtf32Be, Charset::kUtf32Le})
    if (fits(c, bytes)) out.push_back(c);
  return out;
}

std::vector<Charset> sniffed(std::string_view bytes) {
  if (bytes.substr(0, kSample).find('\0') != std::string_view::npos)
    return either_order(Charset::kUtf16, bytes);
  std::vector<Charset> out;
  for (const Charset c : {Charset::kShiftJis, Charset::kEucJp})
    if (fits(c, bytes)) out.push_back(c);
  if (out.empty() && fits_western(bytes)) out.push_back(Charset::kWindows1252);
  return out;
}

std::vector<Charset> as_stated(Charset stated, std::string_view bytes) {
  if (stated == Charset::kUtf16 || stated == Charset::kUtf32) return either_order(stated, bytes);
  return {stated};
}

}  // namespace

Charset charset_named(std::string_view name) {
  const std::string plain = plain_name(name);
  if (plain.empty()) return Charset::kNone;
  const auto* found =
      std::find_if(kNames.begin(), kNames.end(), [&](const Name& n) { return n.name == plain; });
  return found == kNames.end() ? Charset::kUnknown : found->charset;
}

Charset sniff_wide(std::string_view b) {
  const auto starts = [b](std::string_view mark) { return b.substr(0, mark.size()) == mark; };
  if (starts("\xFF\xFE\0\0"sv)) return Charset::kUtf32Le;
  if (starts("\0\0\xFE\xFF"sv)) return Charset::kUtf32Be;
  if (starts("\xFF\xFE")) return Charset::kUtf16Le;
  if (starts("\xFE\xFF")) return Charset::kUtf16Be;
  if (b.size() >= 4 && starts("\0\0\0"sv) && printable(b[3])) return Charset::kUtf32Be;
  if (b.size() >= 4 && printable(b[0]) && b.substr(1, 3) == "\0\0\0"sv) return Charset::kUtf32Le;
  if (b.size() >= 2 && b[0] == '\0' && printable(b[1])) return Charset::kUtf16Be;
  if (b.size() >= 2 && printable(b[0]) && b[1] == '\0') return Charset::kUtf16Le;
  return Charset::kNone;
}

std::vector<Charset> charset_readings(Charset stated, std::string_view bytes) {
  if (stated == Charset::kUnknown) return {};
  if (bytes.substr(0, 3) == "\xEF\xBB\xBF") return {Charset::kUtf8};
  if (const Charset wide = sniff_wide(bytes); wide != Charset::kNone) return {wide};
  const bool utf8 = valid_utf8(bytes);
  const bool escapes = bytes.find("\x1B$") != std::string_view::npos;
  if (stated == Charset::kUtf8 || stated == Charset::kNone) {
    if (utf8 && escapes) return {Charset::kIso2022Jp, Charset::kUtf8};
    if (utf8) return {Charset::kUtf8};
    return stated == Charset::kNone ? sniffed(bytes) : std::vector<Charset>{};
  }
  const bool shifts = stated == Charset::kIso2022Jp && bytes.find('\x1B') != std::string_view::npos;
  const bool same = !is_wide(stated) && !shifts && all_ascii(bytes);
  if (utf8 && same) return {Charset::kUtf8};
  std::vector<Charset> out = as_stated(stated, bytes);
  if (utf8 && bytes.find('\0') == std::string_view::npos) out.push_back(Charset::kUtf8);
  return out;
}

Coding coding_of(Charset charset) {
  switch (charset) {
    case Charset::kUtf16Le:
      return Coding::kUtf16Le;
    case Charset::kUtf16Be:
      return Coding::kUtf16Be;
    case Charset::kUtf32Le:
      return Coding::kUtf32Le;
    case Charset::kUtf32Be:
      return Coding::kUtf32Be;
    default:
      return Coding::kPlain;
  }
}

}  // namespace sekisho::filters
