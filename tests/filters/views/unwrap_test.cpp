// Values inside encodings and pulled apart; what looks like it and is not; budgets.

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "filters/views/literal_joins.h"
#include "filters/views/survey.h"
#include "filters/views/view_scan.h"
#include "tests/deflated.h"
#include "tests/filters/views/disguise.h"

namespace sekisho::filters {
namespace {

std::string gzip(const std::string& bytes) {
  return tests::deflated(bytes, 31);
}

std::string base64url(const std::string& bytes) {
  std::string out = base64(bytes);
  for (char& c : out) c = c == '+' ? '-' : c == '/' ? '_' : c;
  while (!out.empty() && out.back() == '=') out.pop_back();
  return out;
}

std::string utf16(const std::string& s) {
  return each(s, [](char c) { return std::string{c, '\0'}; });
}

std::string base32(const std::string& s) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string out;
  std::uint64_t bits = 0;
  int have = 0;
  for (const char c : s) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    for (have += 8; have >= 5;) out += kAlphabet[bits >> (have -= 5) & 31];
  }
  if (have > 0) out += kAlphabet[bits << (5 - have) & 31];
  while (out.size() % 8 != 0) out += '=';
  return out;
}

std::string pieces(const std::string& s, std::string_view before, std::string_view between,
                   std::string_view after) {
  std::string out(before);
  for (std::size_t i = 0; i < s.size(); i += 5) {
    if (i > 0) out += between;
    out += s.substr(i, 5);
  }
  return out + std::string(after);
}

std::string codes(const std::string& s, const char* format, std::string_view between) {
  std::string out;
  for (std::size_t i = 0; i < s.size(); ++i) {
    if (i > 0) out += between;
    out += printed(format, static_cast<unsigned char>(s[i]));
  }
  return out;
}

std::string xxd(const std::string& s) {
  std::string out;
  for (std::size_t at = 0; at < s.size(); at += 16) {
    const std::string row = s.substr(at, 16);
    std::string digits;
    for (std::size_t i = 0; i < row.size(); i += 2) digits += hex(row.substr(i, 2)) + " ";
    digits.resize(40, ' ');
    out += (at > 0 ? "\n" : "") + printed("%08x: ", static_cast<unsigned>(at)) + digits + " " + row;
  }
  return out;
}

const std::map<std::string, Disguise>& encodings() {
  static const std::map<std::string, Disguise> kEncodings = {
      {"\\u0041", coded("\\u%04x")},
      {"\\u{41}", coded("\\u{%x}")},
      {"\\x41", coded("\\x%02x")},
      {"\\101", coded("\\%03o")},
      {"\\U00000041", coded("\\U%08X")},
      {"%41", coded("%%%02X")},
      {"%2541", coded("%%25%02X")},
      {"%u0041", coded("%%u%04X")},
      {"&#65;", coded("&#%u;")},
      {"&#x41;", coded("&#x%x;")},
      {"&amp;#65;", coded("&amp;#%u;")},
      {"=41", coded("=%02X")},
      {"=?utf-8?B?…?=", [](const std::string& s) { return "=?utf-8?B?" + base64(s) + "?="; }},
      {"=?utf-8?Q?…?=",
       [](const std::string& s) { return "=?UTF-8?Q?" + coded("=%02X")(s) + "?="; }},
      {"base64", [](const std::string& s) { return base64(s); }},
      {"base64url", base64url},
      {"base64 of UTF-16", [](const std::string& s) { return base64(utf16(s)); }},
      {"base64 of gzip", [](const std::string& s) { return base64(gzip("memo: " + s)); }},
      {"base64 of zlib",
       [](const std::string& s) { return base64(tests::deflated("memo: " + s, 15)); }},
      {"data:", [](const std::string& s) { return "data:text/plain;base64," + base64(s); }},
      {"base32", base32},
      {"hex", [](const std::string& s) { return hex(s); }},
      {"0x", [](const std::string& s) { return "0x" + hex(s); }},
      {"pairs", [](const std::string& s) { return codes(s, "%02x", " "); }},
      {"pairs with colons", [](const std::string& s) { return codes(s, "%02X", ":"); }},
      {"hex of gzip", [](const std::string& s) { return hex(gzip("memo: " + s)); }},
      {"chr()", [](const std::string& s) { return codes(s, "chr(%u)", "+"); }},
      {"fromCharCode",
       [](const std::string& s) { return "String.fromCharCode(" + codes(s, "%u", ",") + ")"; }},
      {"list", [](const std::string& s) { return "[" + codes(s, "%u", ", ") + "]"; }},
      {"hex list", [](const std::string& s) { return "{" + codes(s, "0x%02x", ", ") + "}"; }},
      {"U+", [](const std::string& s) { return codes(s, "U+%04X", " "); }},
      {"xxd", xxd},
  };
  return kEncodings;
}

TEST(Unwrap, FindsEveryTypeInEveryEncoding) {
  for (const Value& value : values())
    for (const auto& [name, disguise] : encodings()) {
      if (name != "xxd") expect_found(value, name, disguise);
    }
}

// Sizes, indices, an offset: they belong to no list of characters, and do not hide one.
TEST(Unwrap, FindsAListBesideOtherNumbers) {
  for (const Value& value : values()) {
    const std::string numbers = codes(value.text, "%u", ", ");
    EXPECT_TRUE(found_whole(value.label_en + "[4096, 700, ", numbers, "]", value.type))
        << value.text;
    EXPECT_TRUE(found_whole(value.label_en + "1200 5000 3 [", numbers, ", 300, 0]", value.type))
        << value.text;
    EXPECT_TRUE(found_whole("0x1F 0x2000 rows\n" + value.label_en + "{",
                            codes(value.text, "0x%02x", ", "), ", 0x1234}", value.type))
        << value.text;
  }
}

TEST(Unwrap, FindsWhatIsInADump) {
  for (const Value& value : values())
    EXPECT_TRUE(found_whole(value.label_en + "\n", xxd(value.text), "\nthat is all", value.type))
        << value.text;
}

TEST(Unwrap, ATokenInADumpIsDecided) {
  const std::string token =
      "ey\x4ahbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"
      ".eyJzdWIiOiJmMDE2ZWU0MWZmMjQiLCJleHAiOjE4MDc0ODI5MzJ9"
      ".65qfXerL4XTHZORB3FReekcXH5HDorxrZWlPS7bvYTo";
  const std::string text = "token " + token + "\n";
  std::string dump;
  for (std::size_t at = 0; at < text.size(); at += 16) {
    const std::string row = text.substr(at, 16);
    std::string digits;
    for (std::size_t i = 0; i < row.size(); ++i)
      digits += (i == 8 ? "  " : i > 0 ? " " : "") + hex(row.substr(i, 1));
    digits.resize(50, ' ');
    dump += printed("%08x  ", static_cast<unsigned>(at)) + digits + "|" + row + "|\n";
  }
  Findings found;
  Scanner scanner(shipped_set());
  EXPECT_EQ(scanner.scan(dump, found), ScanStatus::kDone);
  EXPECT_TRUE(
      std::any_of(found.begin(), found.end(), [](const Finding& f) { return f.type == "jwt"; }));
}

TEST(Unwrap, FindsTwoLayers) {
  const std::vector<std::pair<std::string, std::string>> kNested = {{"base64", "base64"},
                                                                    {"base64", "hex"},
                                                                    {"hex", "base64"},
                                                                    {"%41", "base64"},
                                                                    {"base64", "%41"},
                                                                    {"\\u0041", "base64"},
                                                                    {"base64", "\\u0041"},
                                                                    {"&#65;", "base64"},
                                                                    {"base64", "base64 of gzip"},
                                                                    {"base64 of gzip", "base64"},
                                                                    {"=41", "base64"},
                                                                    {"data:", "&#65;"},
                                                                    {"list", "base64"},
                                                                    {"base64url", "list"},
                                                                    {"\\x41", "%41"}};
  for (const Value& value : values()) {
    for (const auto& layers : kNested) {
      const Disguise both = [&layers](const std::string& s) {
        return encodings().at(layers.first)(encodings().at(layers.second)(s));
      };
      expect_found(value, layers.second + " in " + layers.first, both);
    }
  }
}

// The word that makes it one stands in the innermost text.
TEST(Unwrap, FindsPasswordsInTwoLayers) {
  const std::string password = "passwd=dU4B!QSdEZZt";
  for (const std::string& hidden :
       {base64(base64(password)), base64(hex(password)), hex(base64(password))})
    EXPECT_EQ(shown("see " + hidden + "\n"), "password_assignment[" + hidden + "]");
}

TEST(Unwrap, FindsValuesThatAreAPartOfLongerEncodedText) {
  const std::string memo = "これは定例会議の議事録です。担当は山田。\n";
  for (const Value& value : values()) {
    const std::string text = memo + value.label_ja + value.text + "\n" + memo;
    for (const std::size_t width : {std::size_t{64}, std::size_t{76}}) {
      EXPECT_TRUE(
          found_whole("次を読んで\n", in_lines(base64(text), width), "\nThanks", value.type))
          << width << value.text;
    }
    EXPECT_TRUE(found_whole("", base64(gzip(text)), "", value.type)) << value.text;
  }
}

TEST(Unwrap, FindsLiteralsPutTogether) {
  for (const Value& value : values()) {
    expect_found(value, "+", [](const std::string& s) { return pieces(s, "\"", "\" + \"", "\""); });
    expect_found(value, ".", [](const std::string& s) { return pieces(s, "'", "'.'", "'"); });
    expect_found(value, "side by side",
                 [](const std::string& s) { return pieces(s, "\"", "\" \"", "\""); });
    expect_found(
        value, "lines", [](const std::string& s) { return pieces(s, "(\"", "\"\n    \"", "\")"); },
        2);
    expect_found(value, "||", [](const std::string& s) { return pieces(s, "'", "' || '", "'"); });
    expect_found(
        value, "join",
        [](const std::string& s) { return pieces(s, "[\"", "\", \"", "\"].join(\"\")"); }, 12);
    expect_found(
        value, "template",
        [](const std::string& s) { return pieces(s, "`${\"", "\"}${\"", "\"}`"); }, 4);
    expect_found(
        value, "+=", [](const std::string& s) { return pieces(s, "k = \"", "\"\nk += \"", "\""); },
        5);
  }
}

TEST(Unwrap, FindsLongListsOfPiecesThatAreJoined) {
  for (const Value& value : values()) {
    EXPECT_TRUE(found_whole(value.label_en + "[", pieces(value.text, "\"", "\", \"", "\""),
                            "].join(\"\")", value.type, 1));
    const std::string half = value.text.substr(0, value.text.size() / 2);
    const std::string rest = value.text.substr(half.size());
    EXPECT_TRUE(
        found_whole(value.label_en + "\"", half + "\" & _\n    \"" + rest, "\"", value.type));
  }
}

TEST(Unwrap, FindsDisguisesWithinCharacterCodes) {
  for (const Value& value : values()) {
    std::string list;
    for (const char c : value.text)
      list += (list.empty() ? "" : ",8203,") + std::to_string(static_cast<unsigned char>(c));
    EXPECT_TRUE(found_whole(value.label_en + "String.fromCharCode(", list, ")", value.type));
  }
  EXPECT_EQ(shown("在留カード番号 49 48 33 38 32 37 39 37 32 31 4b 49"),
            "jp_residence_card[49 48 33 38 32 37 39 37 32 31 4b 49]")
      << "pairs whose first ones hold no letter";
}

TEST(Unwrap, FindsListsOfSingleCharacters) {
  for (const Value& value : values())
    expect_found(
        value, "['4', '5']", [](const std::string& s) { return "['" + joined(s, "', '") + "']"; },
        6);
}

TEST(Unwrap, FindsJapaneseOfOlderCharsetsWhereverItBegins) {
  // "携帯番号は 090-1783-6405 です" in UTF-16, Shift_JIS and EUC-JP.
  EXPECT_TRUE(found_whole("", "OmQvXmp191NvMCAAMAA5ADAALQAxADcAOAAzAC0ANgA0ADAANQAgAGcwWTA=", "\n",
                          "jp_phone"));
  EXPECT_TRUE(
      found_whole("", "jGeR0ZTUjYaCzSAwOTAtMTc4My02NDA1IILFgreBQoLmguuCtYKt", "\n", "jp_phone"));
  EXPECT_TRUE(
      found_whole("", "t8jC08jWueakzyAwOTAtMTc4My02NDA1IKTHpLmho6TopO2kt6Sv", "\n", "jp_phone"));
}

TEST(Unwrap, CommentsMayStandBesideTheSignsOfAddresses) {
  EXPECT_TRUE(
      found_whole("url=", "mysql://kanri<!-- -->:D23im7XZdzuKKvwP@db.kaisei-shoji.net:5432/sales",
                  "\n", "database_url_with_password"));
}

TEST(Unwrap, FindsTagsAndCommentsWithinValues) {
  for (const Value& value : values()) {
    expect_found(value, "<b>", [](const std::string& s) { return pieces(s, "", "<b></b>", ""); });
    expect_found(value, "<!-- -->",
                 [](const std::string& s) { return pieces(s, "", "<!-- x -->", ""); });
    expect_found(
        value, "span",
        [](const std::string& s) {
          return each(s,
                      [](char c) { return "<span class=\"n\">" + std::string(1, c) + "</span>"; });
        },
        24);
    expect_found(value, "soft line ends",
                 [](const std::string& s) { return pieces(s, "", "=\n", ""); });
  }
}

bool joins(std::string_view text) {
  Survey survey;
  survey.read(text);
  Patches patches;
  find_literal_joins(text, survey, {0, text.size()}, patches);
  return patches.ask();
}

TEST(Unwrap, JoinsNoListOfAFewSingleCharacters) {
  EXPECT_FALSE(joins(R"({"tags":["a","b"],"id":"4"})"));
  EXPECT_FALSE(joins(R"(['1', '2', '3', '4', '5'])"));
  EXPECT_TRUE(joins(R"(['1', '2', '3', '4', '5', '6'])"));
  EXPECT_TRUE(joins("['1',\n  '2',\n  '3', '4', '5', '6']"));
}

TEST(Unwrap, FindsSingleCharactersSpaced) {
  for (const Value& value : values())
    for (const char* between : {" ", "  ", "　"})
      expect_found(value, between, [&](const std::string& s) { return joined(s, between); });
  EXPECT_EQ(shown("【社 外 秘】"), "confidentiality_label[社 外 秘]");
  EXPECT_EQ(shown("C O N F I D E N T I A L\n"), "confidentiality_label[C O N F I D E N T I A L]");
}

TEST(Unwrap, FindsValuesBehindSpacedLabelsAndInBoxes) {
  EXPECT_TRUE(found_whole("パ ス ワ ー ド：", "Kx9-vTq2Lm", "\n", "password_assignment"));
  EXPECT_TRUE(found_whole("パ　ス　ワ　ー　ド　：　", "yLEW693^ab", "\n", "password_assignment"));
  EXPECT_TRUE(found_whole("パ ス ポ ー ト 番 号：", "TH2027213", "\n", "jp_passport"));
  EXPECT_TRUE(found_whole("SSN\n[", "1][1][3][4][5][6][1][8][8", "]\n", "us_ssn"));
  EXPECT_TRUE(
      found_whole("基礎年金番号：[", "4][7][0][6][3][4][1][1][4][7", "]", "jp_pension_number"));
  EXPECT_EQ(shown("x = a[0][1][2][3][4][5][6][7] + b[3][1][2][3][4][5]", 0), "");
}

TEST(Unwrap, FindsTokensBrokenAtLineEnds) {
  for (const Value& value : values()) {
    if (value.type == "email") continue;
    for (const char* break_ :
         {"\n", "\r\n", "\n    ", "\n> ", " \\\n", "\\\r\n  ", "\n＞ ", "\n» "}) {
      const std::string hidden = value.text.substr(0, 9) + break_ + value.text.substr(9);
      EXPECT_TRUE(found_whole("see " + value.label_en, hidden, "\nThanks", value.type, 24))
          << break_;
    }
  }
}

TEST(Unwrap, FindsTokensBrokenTwiceBehindALineOfItsOwn) {
  for (const Value& value : values()) {
    const std::string& text = value.text;
    if (value.type == "email" || text.size() < 20) continue;
    for (const char* break_ : {"\n", "\r\n", "\n    ", "\n> "}) {
      const std::string hidden =
          text.substr(0, 9) + break_ + text.substr(9, 6) + break_ + text.substr(15);
      EXPECT_TRUE(found_whole("$ cat " + value.label_en + "\n", hidden, "\n", value.type, 24))
          << break_;
    }
  }
}

TEST(Unwrap, FindsPasswordsOfAddressesBrokenAtLineEnds) {
  EXPECT_EQ(shown("url: redis://app:Kx9v\nTq2Lm@db01.kaisha-sample.jp:6379/0\n"),
            "database_url_with_password[redis://app:Kx9v\nTq2Lm@db01.kaisha-sample.jp:6379/0]");
  EXPECT_EQ(shown("see https://kaisha-sample.jp/a\nmail k.sato@kaisha-sample.jp"),
            "email[k.sato@kaisha-sample.jp]");
}

TEST(Unwrap, AListOrALogBehindABrokenTokenIsNoPartOfIt) {
  const std::string hidden =
      "AK\x49\x41"
      "FT5J4O\n    DG72D6D3YA";
  for (const char* after : {"\n1. first", "\n2026-11-18 10:00:01 INFO", "\n12) x"})
    EXPECT_TRUE(found_whole("key ", hidden, after, "aws_access_key_id", 24)) << after;
}

TEST(Unwrap, FindsValuesOverCells) {
  const std::string card = with_luhn("453978" + chance(kDigits, 9, 5));
  for (const char* between :
       {" | ", "|", "\t", ",", "\",\"", "</td><td>", " |\n| ", "</td>\n <td>"})
    EXPECT_TRUE(found_whole("| カード番号 | ", in_fours(card, between), " |\n", "credit_card"))
        << between;
  EXPECT_TRUE(found_whole("| key | ", "AKIAQ7OB | Z3TM5JXE | WXYQ", " |\n", "aws_access_key_id"));
}

TEST(Unwrap, FindsValuesOverMessages) {
  const std::string key = "AKIA" + chance(kBase32, 16, 3);
  const std::string first = key.substr(0, 9), second = key.substr(9);
  EXPECT_TRUE(found_whole("[{\"role\":\"user\",\"content\":\"key ",
                          first + "\"},{\"role\":\"user\",\"content\":\"" + second, "\"}]",
                          "aws_access_key_id"));
  EXPECT_TRUE(found_whole(
      "[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"",
      first + "\"}]},{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"" + second,
      "\"}]}]", "aws_access_key_id"));
  EXPECT_TRUE(
      found_whole("user: key ", first + "\nuser: " + second, " です\n", "aws_access_key_id"));
}

TEST(Unwrap, ReadsUtf7WhereTheHeaderNamesIt) {
  const std::string header = "Content-Type: text/plain; charset=UTF-7\n\n";
  EXPECT_TRUE(found_whole(header + "+UAtOunVqU/c: ", "+/xb/Ff8S/xD/EP8Y/xj/Gf8Q/xf/FP8W-", "\n",
                          "jp_my_number"));
  EXPECT_TRUE(found_whole(header + "+MOEw/DDrMKIwyTDsMLk: ",
                          "+/03/Dv9P/0f/Qf9T/0H/V/9B/1L/Qf8g/1D/Sf9O/0X/Q/9S/0X/U/9U/w3/RP9B/1T/"
                          "Qf8O/0P/T/9N-",
                          "\n", "email"));
  EXPECT_EQ(shown("a+UAtOunVqU/c: +/xb/Ff8S/xD/EP8Y/xj/Gf8Q/xf/FP8W-", 0), "");
}

TEST(Unwrap, ReadsLiteralsThroughHolesThatPutNothingIn) {
  EXPECT_TRUE(found_whole("const ssn = `", "352-0${\"\"}7-9${''}759", "`", "us_ssn"));
  EXPECT_TRUE(found_whole("passport_number = \"", "TK18#{''}9#{''}3873", "\"", "jp_passport"));
}

TEST(Unwrap, EveryValueOfOneEncodingIsTold) {
  const std::string text = "card 4539 7812 3456 7899 mail t.yamada@kaisha-sample.co.jp key AKIA" +
                           chance(kBase32, 16, 3);
  const std::string blob = base64(text);
  std::set<std::string> types;
  for (const Finding& f : scan_text(shipped_set(), "memo " + blob + " end")) {
    EXPECT_EQ(f.range, (Range{5, 5 + blob.size()}));
    EXPECT_NE(f.undone & kFromBase64, 0);
    types.emplace(f.type);
  }
  EXPECT_TRUE(types.count("email") && types.count("aws_access_key_id"))
      << testing::PrintToString(types);
}

TEST(Unwrap, FindsWhatLiesInEncodingsLongerThanAWindow) {
  std::string text;
  while (text.size() < 300000) text += "ordinary words of a long letter, line after line\n";
  text.insert(170000, "\ncard number 4539 5787 6362 1486, mail t.yamada@kaisha-sample.co.jp\n");
  for (const std::string& blob : {base64(text), in_lines(base64(text), 76), hex(text),
                                  base64(gzip(text)), base64(utf16(text))}) {
    EXPECT_TRUE(found_whole("see ", blob, " end", "email"));
    // The same when the text comes in pieces.
    const std::string whole = "see " + blob + " end";
    Scanner scanner(shipped_set());
    Findings found;
    scanner.begin();
    for (std::size_t at = 0; at < whole.size(); at += 10007)
      scanner.push(std::string_view(whole).substr(at, 10007), found);
    scanner.finish(found);
    ASSERT_FALSE(found.empty());
    for (const Finding& f : found) EXPECT_EQ(f.range, (Range{4, 4 + blob.size()}));
  }
}

// --- What must stay silent. ---

std::string random_bytes(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += static_cast<char>(random());
  return out;
}

TEST(Unwrap, OrdinaryEncodedThingsAreSilent) {
  const std::string png = "\x89PNG\r\n\x1A\n" + random_bytes(30000, 1);
  EXPECT_EQ(shown("![x](data:image/png;base64," + base64(png) + ")"), "");
  EXPECT_EQ(shown("weights: " + base64(random_bytes(200000, 2))), "");
  EXPECT_EQ(shown(in_lines(base64(random_bytes(60000, 3)), 76)), "");
  std::string digests;
  for (unsigned i = 0; i < 400; ++i)
    digests += hex(random_bytes(20 + i % 3 * 6, i + 9)) + "  file" + std::to_string(i) + ".bin\n";
  EXPECT_EQ(shown(digests), "");
  std::string lock;
  for (unsigned i = 0; i < 400; ++i)
    lock += "      \"integrity\": \"sha512-" + base64(random_bytes(64, i + 77)) +
            "\",\n      \"resolved\": \"https://registry.example.com/pkg-" + std::to_string(i) +
            "/-/pkg-" + std::to_string(i % 9) + "." + std::to_string(i % 7) + ".0.tgz\",\n";
  EXPECT_EQ(shown(lock), "");
}

TEST(Unwrap, OrdinaryCodeAndTablesAreSilent) {
  EXPECT_EQ(shown("for(var i=0,a=[],b=\"\";i<n;i++)b+=\"\\x20\"+a[i];return "
                  "b.replace(/\\u00a0/g,\" \")+\"a\"+\"b\"+'c'"),
            "");
  EXPECT_EQ(shown("https://example.jp/"
                  "search?q=%E6%A9%9F%E8%83%BD%20%E4%B8%80%E8%A6%A7&page=2&sort=%2Bdate"),
            "");
  EXPECT_EQ(
      shown(
          "<p>caf&eacute; &amp; <b>bold</b>text, 1&nbsp;000&nbsp;000 items &#8212; <i>x</i>2</p>"),
      "");
  std::string matrix, codes_table, csv;
  std::mt19937 random(4);
  for (int row = 0; row < 120; ++row) {
    for (int column = 0; column < 16; ++column) {
      matrix += std::to_string(random() % 10) + " ";
      codes_table += std::to_string(random() % 4096) + (column < 15 ? ", " : "\n");
      csv += std::to_string(100 + random() % 900) + (column < 15 ? "," : "\n");
    }
    matrix += "\n";
  }
  EXPECT_EQ(shown(matrix), "");
  EXPECT_EQ(shown(codes_table), "");
  EXPECT_EQ(shown(csv), "");
  EXPECT_EQ(shown("A - B - C - D - E: the five steps\n1. a\n2. b\n3. c\n4. d\n"), "");
  EXPECT_EQ(shown("getCustomerAccountIdentifier\nforEachInvoiceLineItem2024 handleRequestBody"),
            "");
}

TEST(Unwrap, NumbersOfAnArrayAreNotGluedTogether) {
  EXPECT_EQ(shown("{\"arcs\":[[-3606,3654,3655]],\"type\":\"Polygon\"}"), "");
  EXPECT_EQ(shown("{\"arcs\":[[-4386,4417,4418,4419]]}"), "");
  EXPECT_EQ(shown("my number [8619,9197,5050]"), "jp_my_number[8619,9197,5050]");
}

TEST(Unwrap, ListsOfAddressesAreNotGluedTogether) {
  EXPECT_EQ(shown("1,open,noreply@minato-logi.co.jp\n2,done,no-reply@aozora-seiki.co.jp\n"), "");
  EXPECT_EQ(shown("1 | noreply@minato-logi.co.jp\n2 | no-reply@aozora-seiki.co.jp\n"), "");
  EXPECT_EQ(shown("done\nnoreply@minato-logi.co.jp\nhold\n"), "");
}

// --- Budgets: what is too much is never clean, and costs no more than its share. ---

ScanStatus status_of(std::string_view text) {
  Findings found;
  return Scanner(shipped_set()).scan(text, found);
}

TEST(Unwrap, MoreLayersThanAllowedAreUndecided) {
  std::string text = "card number 4539 5787 6362 1486 for the trip";
  for (int i = 0; i < kMostLayers; ++i) text = base64(text);
  EXPECT_EQ(shown("x " + text + " y"), "credit_card[" + text + "]");
  text = base64(text);
  EXPECT_EQ(status_of("x " + text + " y"), ScanStatus::kCouldNotDecide);
}

std::size_t bytes_of_views(const std::string& text) {
  ViewBudget budget;
  budget.read(text.size());
  Findings found;
  Scanner(shipped_set(), 0, 0, budget).scan(text, found);
  return budget.used();
}

TEST(Unwrap, HostileTextIsLookedAtInProportion) {
  std::map<std::string, std::string> units = {
      {"percent", "%25"},        {"escapes", "\\u0041"},
      {"entities", "&amp;#38;"}, {"zalgo", "a\u0336\u0301\u0302"},
      {"tags", "<~<b>"},         {"words", "=?x?B?"},
      {"quotes", "\"+\""},       {"spaced", "4 "},
      {"cells", "1|"},           {"kanji", "一二"},
      {"hidden", "\U000E0041"},  {"lines", "a1\n"},
      {"codes", "65,"},          {"overrides", "\u202E1"},
      {"comments", "1<!--"},     {"dumps", "00000000: 41\n"}};
  for (const auto& [name, unit] : units) {
    const auto work = [&, &unit = unit](std::size_t size) {
      std::string text;
      while (text.size() < size) text += unit;
      return bytes_of_views(text);
    };
    const std::size_t small = work(100u << 10), large = work(400u << 10);
    EXPECT_LE(large, 6 * small + (64u << 10)) << name;
    EXPECT_LE(large, (ViewBudget::kFactor + 2) * (400u << 10) + 2 * ViewBudget::kFree) << name;
  }
}

std::size_t bytes_of_views_of_lines(const std::string& line) {
  std::string text;
  for (int i = 0; text.size() < (64u << 10); ++i) text += line + std::to_string(1000 + i) + "\n";
  return bytes_of_views(text);
}

// Letters that are base64 themselves: of bytes with a NUL here and there, which are no UTF-16.
TEST(Unwrap, WhatALongEncodingHoldsIsNotLookedAtAgainAsChanceMakesItText) {
  std::string text;
  while (text.size() < (96u << 10)) text += "QUtJQUlPU0ZPRE5O";
  EXPECT_LE(bytes_of_views(text), text.size());
}

// What is pasted most and looks pulled apart: every line would be looked at again.
TEST(Unwrap, LogsAndTablesAreLookedAtOnce) {
  const std::string lines[] = {
      "2026-11-26T09:12:45.123+09:00 INFO [worker-3] request_id=00ab12cd took 12 ms rows=",
      "203.0.113.254 - - [26/Nov/2026:09:12:45 +0900] \"GET /items?page=3 HTTP/1.1\" 200 5123 "
      "\"https://app.example.jp/list\" \"Mozilla/5.0 (Windows NT 10.0)\" ",
      "203.0.113.254 - - [26/Nov/2026:09:12:45 +0900] \"GET / HTTP/1.1\" 200 512 \"-\" "
      "\"curl/8.4.0\" ",
      "12.5000,33.2000,9.7400,81.0012,",
      "| 売上 | 1,234 | 2026-11 | 98765 | ",
      "{\"id\":\"0a1b2c3d-0001\",\"ts\":1795012345,\"age\":41,\"price\":102.50},",
  };
  for (const std::string& line : lines) EXPECT_LE(bytes_of_views_of_lines(line), 2u << 10) << line;
}

// And yet a value between such lines is found.
TEST(Unwrap, FindsValuesPulledApartAmongRowsOfNumbers) {
  const std::string rows = "12.5000,33.2000,9.7400\n55.1000,21.0400,7.0000\n";
  EXPECT_TRUE(found_whole(rows + "card ", "4539-7801-\n2345-6781", "\n" + rows, "credit_card"));
  const std::string table = "| 11 | 250 | 7 | 91 |\n";
  EXPECT_TRUE(found_whole(table + "| カード | ", "4539 | 7801 | 2345 | 6781", " |\n" + table,
                          "credit_card"));
}

}  // namespace
}  // namespace sekisho::filters
