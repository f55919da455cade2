// The decoders: UTF-16 and UTF-32 by hand, the East Asian and Western charsets by ICU one character
// at a time (so that each character's bytes are known), ISO-2022-JP by its escapes over EUC-JP.
#include <unicode/ucnv.h>

#include <algorithm>

#include "filters/bodies/charset.h"
#include "filters/utf8.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kStep = 64u << 10;

unsigned byte(char c) {
  return static_cast<unsigned char>(c);
}

const char* icu_name(Charset charset) {
  switch (charset) {
    case Charset::kShiftJis:
      return "ibm-943_P15A-2003";
    case Charset::kEucJp:
    case Charset::kIso2022Jp:
      return "EUC-JP";
    case Charset::kWindows1252:
      return "windows-1252";
    case Charset::kGb18030:
      return "gb18030";
    case Charset::kBig5:
      return "windows-950";
    case Charset::kEucKr:
      return "windows-949";
    default:
      return nullptr;
  }
}

struct CloseConverter {
  void operator()(UConverter* c) const { ucnv_close(c); }
};
using Converter = std::unique_ptr<UConverter, CloseConverter>;

Converter open_converter(Charset charset) {
  const char* name = icu_name(charset);
  if (name == nullptr) return nullptr;
  UErrorCode error = U_ZERO_ERROR;
  Converter out(ucnv_open(name, &error));
  if (U_FAILURE(error)) return nullptr;
  ucnv_setToUCallBack(out.get(), UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &error);
  return U_FAILURE(error) ? nullptr : std::move(out);
}

// What ISO-2022-JP's escapes switch between.
enum class Set { kAscii, kKana, kKanji, kSupplement };
struct Escape {
  std::string_view bytes;
  Set set;
};
constexpr Escape kEscapes[] = {
    {"\x1B(B", Set::kAscii},  {"\x1B(J", Set::kAscii}, {"\x1B(I", Set::kKana},
    {"\x1B$@", Set::kKanji},  {"\x1B$B", Set::kKanji}, {"\x1B$(D", Set::kSupplement},
    {"\x1B$(B", Set::kKanji},
};

}  // namespace

struct CharsetDecoder::Impl {
  Charset charset;
  std::string_view in;
  std::size_t at = 0;
  Converter converter;
  Set set = Set::kAscii;

  struct Unit {
    char32_t c = 0;
    std::size_t size = 0;  // 0 = invalid
  };
  Unit wide_unit() const;
  Unit utf16_unit(bool little) const;
  Unit utf32_unit(bool little) const;
  Unit converted(std::string_view bytes);
  Unit iso2022_unit();
  Unit next_unit();
  bool take_escape(Layer& layer, std::size_t base, std::size_t text);
  std::size_t ascii_run() const;
  void skip_mark();
};

CharsetDecoder::Impl::Unit CharsetDecoder::Impl::utf16_unit(bool little) const {
  const auto unit = [&](std::size_t i) -> char32_t {
    return little ? byte(in[i]) | byte(in[i + 1]) << 8 : byte(in[i]) << 8 | byte(in[i + 1]);
  };
  if (in.size() - at < 2) return {};
  const char32_t high = unit(at);
  if (high < 0xD800 || high > 0xDFFF) return {high, 2};
  if (high > 0xDBFF || in.size() - at < 4) return {};
  const char32_t low = unit(at + 2);
  if (low < 0xDC00 || low > 0xDFFF) return {};
  return {0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00), 4};
}

CharsetDecoder::Impl::Unit CharsetDecoder::Impl::utf32_unit(bool little) const {
  if (in.size() - at < 4) return {};
  char32_t c = 0;
  for (std::size_t i = 0; i < 4; ++i) c = c << 8 | byte(in[at + (little ? 3 - i : i)]);
  if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) return {};
  return {c, 4};
}

// One character of a multi-byte charset, from its first byte.
CharsetDecoder::Impl::Unit CharsetDecoder::Impl::converted(std::string_view bytes) {
  if (!converter) return {};
  const char* source = bytes.data();
  UErrorCode error = U_ZERO_ERROR;
  const UChar32 c =
      ucnv_getNextUChar(converter.get(), &source, bytes.data() + bytes.size(), &error);
  if (U_FAILURE(error) || c < 0 || c == 0xFFFD || c == 0xFFFF) {
    ucnv_reset(converter.get());
    return {};
  }
  return {static_cast<char32_t>(c), static_cast<std::size_t>(source - bytes.data())};
}

CharsetDecoder::Impl::Unit CharsetDecoder::Impl::iso2022_unit() {
  const auto graphic = [this](std::size_t i) {
    return i < in.size() && byte(in[i]) > 0x20 && byte(in[i]) < 0x7F;
  };
  if (byte(in[at]) >= 0x80) return {};
  // Controls and spaces stand outside the sets (many senders end a line without returning).
  if (set == Set::kAscii || byte(in[at]) <= 0x20) return {byte(in[at]), 1};
  const std::size_t size = set == Set::kKana ? 1 : 2;
  if (!graphic(at) || (size == 2 && !graphic(at + 1))) return {};
  const auto high = [this](std::size_t i) { return static_cast<char>(byte(in[i]) | 0x80); };
  std::string euc;
  if (set == Set::kKana) euc.push_back('\x8E');
  if (set == Set::kSupplement) euc.push_back('\x8F');
  for (std::size_t i = 0; i < size; ++i) euc.push_back(high(at + i));
  Unit out = converted(euc);
  if (out.size != euc.size()) return {};
  out.size = size;
  return out;
}

CharsetDecoder::Impl::Unit CharsetDecoder::Impl::next_unit() {
  switch (charset) {
    case Charset::kUtf16Le:
    case Charset::kUtf16Be:
      return utf16_unit(charset == Charset::kUtf16Le);
    case Charset::kUtf32Le:
    case Charset::kUtf32Be:
      return utf32_unit(charset == Charset::kUtf32Le);
    case Charset::kIso2022Jp:
      return iso2022_unit();
    case Charset::kUtf8: {
      const std::size_t size = utf8_sequence(in.data() + at, in.data() + in.size());
      return {size == 0 ? 0 : utf8_code_point(in.data() + at, size), size};
    }
    default:
      return converted(in.substr(at));
  }
}

// Enters another set; the escape belongs to no character.
bool CharsetDecoder::Impl::take_escape(Layer& layer, std::size_t base, std::size_t text) {
  for (const Escape& e : kEscapes) {
    if (in.substr(at, e.bytes.size()) != e.bytes) continue;
    layer.map.add(text, base + at);
    set = e.set;
    at += e.bytes.size();
    layer.map.add(text, base + at);
    layer.shifts.emplace_back(base + at, set == Set::kAscii);
    return true;
  }
  return false;
}

// Bytes below 0x80 at the place of a character mean ASCII in all the multi-byte charsets.
std::size_t CharsetDecoder::Impl::ascii_run() const {
  if (coding_of(charset) != Coding::kPlain || set != Set::kAscii) return 0;
  std::size_t end = at;
  while (end < in.size() && byte(in[end]) < 0x80 && in[end] != '\x1B') ++end;
  return end - at;
}

void CharsetDecoder::Impl::skip_mark() {
  if (at != 0) return;
  if (charset == Charset::kUtf8) {
    at = in.substr(0, 3) == "\xEF\xBB\xBF" ? 3 : 0;
  } else if (const Unit u = coding_of(charset) == Coding::kPlain ? Unit{} : next_unit();
             u.c == 0xFEFF) {
    at = u.size;
  }
}

CharsetDecoder::CharsetDecoder(Charset charset, std::string_view bytes)
    : impl_(std::make_unique<Impl>()) {
  impl_->charset = charset;
  impl_->in = bytes;
  impl_->converter = open_converter(charset);
}
CharsetDecoder::~CharsetDecoder() = default;

std::size_t CharsetDecoder::position() const {
  return impl_->at;
}

CharsetDecoder::Status CharsetDecoder::step(std::string& out, Layer& layer, std::size_t base) {
  Impl& d = *impl_;
  if (d.at == 0) {
    d.skip_mark();
    layer.map.add(out.size(), base + d.at);
  }
  const std::size_t end = std::min(d.in.size(), d.at + kStep);
  while (d.at < end) {
    if (const std::size_t run = std::min(d.ascii_run(), end - d.at); run > 0) {
      out.append(d.in.substr(d.at, run));
      d.at += run;
      continue;
    }
    if (d.charset == Charset::kIso2022Jp && d.in[d.at] == '\x1B') {
      if (!d.take_escape(layer, base, out.size())) return Status::kInvalid;
      continue;
    }
    const Impl::Unit unit = d.next_unit();
    if (unit.size == 0 || unit.size > d.in.size() - d.at) return Status::kInvalid;
    const std::size_t text = out.size();
    append_utf8(out, unit.c);
    layer.map.add_unit(text, base + d.at, out.size() - text, unit.size);
    d.at += unit.size;
  }
  return d.at < d.in.size() ? Status::kMore : Status::kDone;
}

}  // namespace sekisho::filters
