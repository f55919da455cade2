#include "filters/bodies/charset.h"

#include <gtest/gtest.h>

#include <array>
#include <utility>

#include "filters/bodies/edits.h"
#include "filters/bodies/replacement.h"
#include "tests/filters/bodies/chunk_list.h"

namespace sekisho::filters {
namespace {

using namespace std::string_literals;

struct Decoded {
  std::string text;
  Layer layer;
  bool valid = false;
};

Decoded decode(Charset charset, std::string_view bytes) {
  Decoded out;
  CharsetDecoder decoder(charset, bytes);
  CharsetDecoder::Status status;
  while ((status = decoder.step(out.text, out.layer, 0)) == CharsetDecoder::Status::kMore) {
  }
  out.layer.range = {0, bytes.size()};
  out.valid = status == CharsetDecoder::Status::kDone;
  return out;
}

std::string utf16(std::u16string_view text, bool little) {
  std::string out;
  for (const char16_t c : text) {
    const std::array<char, 2> be{static_cast<char>(c >> 8), static_cast<char>(c & 255)};
    out.push_back(be[little]);
    out.push_back(be[!little]);
  }
  return out;
}

// 社外秘 and a letter in each.
struct Sample {
  Charset charset;
  std::string bytes;
};
std::vector<Sample> samples() {
  return {{Charset::kShiftJis,
           "\x8e\xd0\x8a\x4f\x94\xe9"
           "a"},
          {Charset::kEucJp,
           "\xbc\xd2\xb3\xb0\xc8\xeb"
           "a"},
          {Charset::kIso2022Jp, "\x1b$B<R30Hk\x1b(Ba"},
          {Charset::kUtf16Le, utf16(u"社外秘a", true)},
          {Charset::kUtf16Be, utf16(u"社外秘a", false)},
          {Charset::kUtf16Le, "\xff\xfe" + utf16(u"社外秘a", true)},
          {Charset::kUtf32Be, "\0\0\x79\x3e\0\0\x59\x16\0\0\x79\xd8\0\0\0a"s},
          {Charset::kUtf32Le, "\x3e\x79\0\0\x16\x59\0\0\xd8\x79\0\0a\0\0\0"s},
          {Charset::kGb18030,
           "\xc9\xe7\xcd\xe2\xc3\xd8"
           "a"},
          {Charset::kBig5,
           "\xaa\xc0\xa5\x7e\xaf\xb5"
           "a"},
          {Charset::kUtf8, "社外秘a"}};
}

TEST(Charset, ReadsJapaneseInEachCoding) {
  for (const Sample& s : samples()) {
    const Decoded d = decode(s.charset, s.bytes);
    EXPECT_TRUE(d.valid) << static_cast<int>(s.charset);
    EXPECT_EQ(d.text, "社外秘a") << static_cast<int>(s.charset);
  }
}

TEST(Charset, KnowsTheBytesOfEachCharacter) {
  for (const Sample& s : samples()) {
    const Decoded d = decode(s.charset, s.bytes);
    const Range letter = d.layer.map.original({9, 10}, 0, s.bytes.size());
    EXPECT_EQ(letter.end, s.bytes.size());
    EXPECT_EQ(s.bytes.substr(letter.begin, letter.size()), coded_text("a", coding_of(s.charset)));
    const Range middle = d.layer.map.original({3, 6}, 0, s.bytes.size());
    const std::string only = s.bytes.substr(middle.begin, middle.size());
    if (s.charset == Charset::kIso2022Jp) {
      EXPECT_EQ(only, "30");
    } else {
      EXPECT_EQ(decode(s.charset, only).text, "外");
    }
  }
}

TEST(Charset, RefusesWhatIsNotOfIt) {
  const std::vector<Sample> bad = {{Charset::kShiftJis, "a\x81"},
                                   {Charset::kShiftJis, "\x81\x20"},
                                   {Charset::kShiftJis, "\xfd\xfe\xff"},
                                   {Charset::kEucJp, "\xb0"},
                                   {Charset::kEucJp, "\xb0\x20"},
                                   {Charset::kIso2022Jp, "\x1b$B<"},
                                   {Charset::kIso2022Jp, "\x1b[31m"},
                                   {Charset::kIso2022Jp, "caf\xe9"},
                                   {Charset::kIso2022Jp, "\x1b$B\x7f\x7f"},
                                   {Charset::kUtf16Le, "a"},
                                   {Charset::kUtf16Le, "\x00\xd8"s},
                                   {Charset::kUtf16Be, "\xdc\x00"s},
                                   {Charset::kUtf16Be,
                                    "\xd8\x00\x00"
                                    "a"s},
                                   {Charset::kUtf32Be, "\0\x11\0\0"s},
                                   {Charset::kUtf32Le, "\0\xd8\0\0"s},
                                   {Charset::kUtf8, "\xe6\x97"}};
  for (const Sample& s : bad)
    EXPECT_FALSE(decode(s.charset, s.bytes).valid) << static_cast<int>(s.charset) << s.bytes;
}

TEST(Charset, TellsReadingsOfBytes) {
  using C = Charset;
  struct Case {
    C stated;
    std::string bytes;
    std::vector<C> expected;
  };
  const std::string sjis = "\x83\x4a\x81\x5b\x83\x68\x94\xd4\x8d\x86";  // カード番号
  const std::string euc = "\xa5\xab\xa1\xbc\xa5\xc9\xc8\xd6\xb9\xe6";
  const std::vector<Case> cases = {
      {C::kNone, "plain", {C::kUtf8}},
      {C::kNone, "日本", {C::kUtf8}},
      {C::kUtf8, "日本", {C::kUtf8}},
      {C::kUtf8, sjis, {}},
      {C::kNone, sjis, {C::kShiftJis}},
      {C::kNone, euc, {C::kEucJp}},
      {C::kNone, "caf\xe9 au lait, s'il vous pla\xeet", {C::kWindows1252}},
      {C::kNone, "\x80\x81\x82\x83", {}},
      {C::kNone, "\x1b$B<R\x1b(B", {C::kIso2022Jp, C::kUtf8}},
      {C::kShiftJis, "only ascii", {C::kUtf8}},
      {C::kShiftJis, sjis, {C::kShiftJis}},
      // Stated so, and UTF-8 all the same: who knows which one the service takes.
      {C::kShiftJis, "日本", {C::kShiftJis, C::kUtf8}},
      {C::kUtf16Le, "4532015112830366", {C::kUtf16Le, C::kUtf8}},
      {C::kIso2022Jp, "\x1b$B4532\x1b(B", {C::kIso2022Jp, C::kUtf8}},
      {C::kShiftJis,
       "\xEF\xBB\xBF"
       "x",
       {C::kUtf8}},
      {C::kNone,
       "\xFF\xFE"
       "a\0"s,
       {C::kUtf16Le}},
      {C::kNone, "\0a\0b"s, {C::kUtf16Be}},
      {C::kNone, "a\0\0\0"s, {C::kUtf32Le}},
      {C::kUnknown, "x", {}},
  };
  for (const Case& c : cases) EXPECT_EQ(charset_readings(c.stated, c.bytes), c.expected) << c.bytes;
}

TEST(Charset, KnowsNames) {
  EXPECT_EQ(charset_named("Shift_JIS"), Charset::kShiftJis);
  EXPECT_EQ(charset_named(" \"windows-31J\" "), Charset::kShiftJis);
  EXPECT_EQ(charset_named("CP932"), Charset::kShiftJis);
  EXPECT_EQ(charset_named("ISO-8859-1"), Charset::kWindows1252);
  EXPECT_EQ(charset_named(""), Charset::kNone);
  EXPECT_EQ(charset_named("utf-7"), Charset::kUnknown);
  EXPECT_EQ(charset_named("hz-gb-2312"), Charset::kUnknown);
}

// The text that holds `value`, edited: the rest of the bytes stay as they were.
std::string edited(std::string_view type, const std::string& body, std::string_view value) {
  const ReadBody read = read_as(type, body);
  EXPECT_EQ(read.error.reason, "") << type;
  for (const ReadChunk& c : read.chunks) {
    const std::size_t at = c.text.find(value);
    if (at == std::string::npos || c.chunk.is_key) continue;
    BodyReader reader(classify_body(type, body), type, body, {});
    TextChunk chunk;
    std::size_t work = 0;
    while (reader.next(chunk, work) == BodyReader::Status::kChunk) {
      if (chunk.text.find(value) == std::string_view::npos) continue;
      const Spot spot = locate(chunk, {at, at + value.size()});
      if (spot.fixed) return "fixed";
      return apply_edits(body, {{spot.range, coded_text("[X]", chunk.coding, spot.outer)}});
    }
  }
  return "not found";
}

TEST(Charset, EditsStayInTheCoding) {
  const std::string sjis = "\x8e\xd0\x8a\x4f\x94\xe9 4532015112830366 \x94\xd4";
  EXPECT_EQ(edited("text/plain; charset=shift_jis", sjis, "4532015112830366"),
            "\x8e\xd0\x8a\x4f\x94\xe9 [X] \x94\xd4");
  EXPECT_EQ(edited("text/plain; charset=shift_jis", sjis, "外秘"),
            "\x8e\xd0[X] 4532015112830366 \x94\xd4");
  EXPECT_EQ(edited("text/plain", utf16(u"番号 4532 終", true), "4532"),
            utf16(u"番号 [X] 終", true));
  EXPECT_EQ(edited("text/plain", "\xff\xfe" + utf16(u"番号 4532 終", true), "4532"),
            "\xff\xfe" + utf16(u"番号 [X] 終", true));
  EXPECT_EQ(edited("application/json; charset=utf-16",
                   "\xfe\xff" + utf16(u"{\"a\":\"番4532\"}", false), "4532"),
            "\xfe\xff" + utf16(u"{\"a\":\"番[X]\"}", false));
  EXPECT_EQ(edited("application/json; charset=Shift_JIS", "{\"a\":\"\x83\x5c 4532\"}", "4532"),
            "{\"a\":\"\x83\x5c [X]\"}");
}

TEST(Charset, Iso2022IsEditedOnlyBetweenItsEscapes) {
  const std::string body = "\x1b$BHV9f\x1b(B4532\x1b$B$G$9\x1b(B\r\n";
  EXPECT_EQ(edited("text/plain; charset=iso-2022-jp", body, "4532"),
            "\x1b$BHV9f\x1b(B[X]\x1b$B$G$9\x1b(B\r\n");
  EXPECT_EQ(edited("text/plain; charset=iso-2022-jp", body, "番号"), "fixed");
  EXPECT_EQ(edited("text/plain; charset=iso-2022-jp", body, "号4532"), "fixed");
}

TEST(Charset, ReadsFormsInTheirOwnCharset) {
  const std::string value = "%8E%D0%8A%4F%94%E9+4532";
  EXPECT_EQ(
      edited("application/x-www-form-urlencoded; charset=shift_jis", "a=" + value + "&b=c", "4532"),
      "a=%8E%D0%8A%4F%94%E9+%5BX%5D&b=c");
  EXPECT_EQ(edited("application/x-www-form-urlencoded", "_charset_=Shift_JIS&a=" + value, "外秘"),
            "_charset_=Shift_JIS&a=%8E%D0%5BX%5D+4532");
}

TEST(Charset, DecodesInStepsOfBoundedSize) {
  std::string body;
  while (body.size() < (1u << 20)) body += "\x8e\xd0\x8a\x4f\x94\xe9 abc ";
  BodyReader reader(classify_body("text/plain; charset=sjis", body), "text/plain; charset=sjis",
                    body, {});
  TextChunk chunk;
  std::size_t work = 0, turns = 0;
  while (reader.next(chunk, work) == BodyReader::Status::kChunk) ++turns;
  EXPECT_GE(turns, 8u);
  EXPECT_EQ(reader.error().reason, "");
}

TEST(Charset, AsksForMemoryBeforeItCopies) {
  std::string body(1u << 20, 'a');
  body += "\x8e\xd0";
  BodyLimits limits;
  std::size_t asked = 0;
  limits.reserve = [&asked](std::size_t bytes) { return (asked += bytes) < 600'000; };
  const ReadBody read = read_as("text/plain; charset=sjis", body, limits);
  EXPECT_EQ(read.error.reason, "memory");
  EXPECT_GT(asked, 500'000u);
}

}  // namespace
}  // namespace sekisho::filters
