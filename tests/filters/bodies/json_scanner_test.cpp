#include "filters/bodies/json_scanner.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <random>

#include "tests/filters/bodies/chunk_list.h"

namespace sekisho::filters {
namespace {

using namespace std::string_literals;

std::string scan_error(std::string_view text, int depth = 256) {
  JsonScanner scan(text, depth);
  for (;;) {
    JsonToken token = scan.next();
    if (token == JsonToken::kEnd) return "";
    if (token == JsonToken::kError) return scan.error().reason;
  }
}

struct Odd {
  std::string text;
  const char* error;  // "" = well formed
};

const std::vector<Odd>& odd_documents() {
  static const std::vector<Odd> kOdd = {
      {"{}", ""},
      {"[]", ""},
      {"\"\"", ""},
      {"0", ""},
      {"-0", ""},
      {"true", ""},
      {" \t\r\n null \n", ""},
      {"{\"a\":1,\"a\":\"x\"}", ""},
      {"{\"a\":{\"a\":{\"a\":[[[]]]}}}", ""},
      {"[1.5e+3,-0.0,1E-2,123456789012345678901234567890]", ""},
      {"{\"\":\"\"}", ""},
      {"{\"\\u0061\":1}", ""},
      {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", ""},
      {"\"\\u65e5\\u672C\"", ""},
      {"\"\\ud83d\\ude00\"", ""},
      {"\"\\ud800\"", ""},
      {"\"\\udc00x\"", ""},
      {"\"\\ud800\\ud800\\udc00\"", ""},
      {"\"\\ud800\\n\"", ""},
      {"\"\\u0000\"", ""},
      {"\"\x7f\"", ""},
      {"\"日本語\"", ""},
      {"\"\xF0\x9F\x98\x80\"", ""},
      {"\xEF\xBB\xBF{}", ""},
      {"\"\xEF\xBF\xBF\xEF\xBB\xBF\"", ""},
      {"", "json"},
      {" ", "json"},
      {"\xEF\xBB\xBF", "json"},
      {"\xEF\xBB{}", "json"},
      {"{}\xEF\xBB\xBF", "json"},
      {"{\"a\":01}", "json"},
      {"{\"a\":1e}", "json"},
      {"{\"a\":1e+}", "json"},
      {"{\"a\":-}", "json"},
      {"{\"a\":1.}", "json"},
      {"{\"a\":.5}", "json"},
      {"{\"a\":+1}", "json"},
      {"0x10", "json"},
      {"NaN", "json"},
      {"Infinity", "json"},
      {"{\"a\":tru}", "json"},
      {"{\"a\":nul}", "json"},
      {"truex", "json"},
      {"True", "json"},
      {"[1,2,]", "json"},
      {"[,1]", "json"},
      {"[1,,2]", "json"},
      {"[1 2]", "json"},
      {"[1", "json"},
      {"[\"a\"", "json"},
      {"[", "json"},
      {"]", "json"},
      {"[]]", "json"},
      {"[}", "json"},
      {"{]", "json"},
      {"{,}", "json"},
      {"{\"k\":[}]", "json"},
      {"{\"a\" 1}", "json"},
      {"{\"a\":}", "json"},
      {"{\"a\"}", "json"},
      {"{\"a\":1,}", "json"},
      {"{a:1}", "json"},
      {"{'a':1}", "json"},
      {"{1:1}", "json"},
      {"{\"a\":1}x", "json"},
      {"{} {}", "json"},
      {"// c\n{}", "json"},
      {"{\"a\":\"\\q\"}", "json"},
      {"{\"a\":\"\\u12\"}", "json"},
      {"{\"a\":\"\\u12g4\"}", "json"},
      {"\"\\U0041\"", "json"},
      {"\"\\", "json"},
      {"\"abc", "json"},
      {"\"\\\"", "json"},
      {"\"日", "json"},
      {"\"a\nb\"", "json"},
      {"\"a\tb\"", "json"},
      {"\"\x01\"", "json"},
      {"\"a\0b\""s, "json"},
      {"{}\0"s, "json"},
      {"\0{}"s, "json"},
      {"{\x0c}", "json"},
      {"{\xC2\xA0}", "json"},
      {"\"\xff\"", "utf8"},
      {"\"\xC0\x80\"", "utf8"},
      {"\"\xE0\x80\x80\"", "utf8"},
      {"\"\xED\xA0\x80\"", "utf8"},
      {"\"\xF4\x90\x80\x80\"", "utf8"},
      {"\"\xF0\x80\x80\x80\"", "utf8"},
      {"\"\xE6\x97\"", "utf8"},
      {"\"\x80\"", "utf8"},
      {"{\"\xff\":1}", "utf8"},
  };
  return kOdd;
}

TEST(JsonScanner, JudgesOddDocuments) {
  for (const Odd& odd : odd_documents()) EXPECT_EQ(scan_error(odd.text), odd.error) << odd.text;
}

TEST(JsonScanner, FindsBadBytesAtEveryOffsetOfALongString) {
  for (std::size_t at = 0; at < 70; ++at) {
    std::string text = "\"" + std::string(70, 'a') + "\"";
    text[1 + at] = '\x1f';
    EXPECT_EQ(scan_error(text), "json") << at;
    text[1 + at] = '\xff';
    EXPECT_EQ(scan_error(text), "utf8") << at;
    text[1 + at] = '"';
    EXPECT_EQ(scan_error(text), "json") << at;
    text[1 + at] = 'b';
    EXPECT_EQ(scan_error(text), "") << at;
  }
}

TEST(JsonScanner, RefusesEveryPrefixOfADocument) {
  const std::string whole = R"({"a":["日本\n",1.5e3,true,{"b":null}],"c":""})";
  ASSERT_EQ(scan_error(whole), "");
  for (std::size_t n = 0; n < whole.size(); ++n) EXPECT_NE(scan_error(whole.substr(0, n)), "") << n;
}

TEST(JsonScanner, KeepsTheDepthLimit) {
  std::string open(256, '['), close(256, ']');
  EXPECT_EQ(scan_error(open + close), "");
  EXPECT_EQ(scan_error("[" + open + close + "]"), "depth");
  EXPECT_EQ(scan_error("1", 0), "");
  EXPECT_EQ(scan_error("[]", 0), "depth");
  EXPECT_EQ(scan_error(std::string(1u << 20, '[')), "depth");
}

TEST(JsonScanner, NamesTheByteOfAnError) {
  JsonScanner scan("{\"a\":1,\"b\":x}", 8);
  while (scan.next() != JsonToken::kError) {
  }
  EXPECT_EQ(scan.error().offset, 11u);
  EXPECT_EQ(scan.next(), JsonToken::kError);
}

TEST(JsonScanner, TellsPointersOfEveryToken) {
  JsonScanner scan(R"({"a/b":[1,{"~\u0041":[]}],"c":{}} )", 8);
  std::vector<std::string> seen;
  for (JsonToken t; (t = scan.next()) != JsonToken::kEnd;) {
    ASSERT_NE(t, JsonToken::kError);
    seen.push_back(scan.pointer());
  }
  std::vector<std::string> expected = {"",
                                       "/a~1b",
                                       "/a~1b",
                                       "/a~1b/0",
                                       "/a~1b/1",
                                       "/a~1b/1/~0A",
                                       "/a~1b/1/~0A",
                                       "/a~1b/1/~0A",
                                       "/a~1b/1",
                                       "/a~1b",
                                       "/c",
                                       "/c",
                                       "/c",
                                       ""};
  EXPECT_EQ(seen, expected);
}

TEST(JsonScanner, BoundsPointers) {
  std::string key;
  for (int i = 0; i < 2000; ++i) key += "日";
  std::string text = "{\"" + key + "\":{\"x\":[1]}}";
  JsonScanner scan(text, 8);
  for (JsonToken t; (t = scan.next()) != JsonToken::kNumber;) ASSERT_NE(t, JsonToken::kError);
  EXPECT_LE(scan.pointer().size(), 1030u);
  EXPECT_EQ(scan.pointer().substr(scan.pointer().size() - 6), "日…");
}

TEST(JsonScanner, RangesHoldTheTokens) {
  const std::string text = R"( {"k\n":"v","n":-12.5e1,"t":true} )";
  JsonScanner scan(text, 8);
  std::vector<std::string> seen;
  for (JsonToken t; (t = scan.next()) != JsonToken::kEnd;)
    seen.push_back(text.substr(scan.range().begin, scan.range().size()));
  EXPECT_EQ(seen, (std::vector<std::string>{"{", "k\\n", "v", "n", "-12.5e1", "t", "true", "}"}));
}

// What simdjson reads, in the order of the document.
struct Seen {
  std::string where, text;
  bool key;
  bool operator==(const Seen&) const = default;
};

void walk(simdjson::dom::element e, const std::string& where, std::vector<Seen>& out) {
  if (e.is_string()) {
    out.push_back({where, std::string(std::string_view(e)), false});
  } else if (e.is_array()) {
    std::size_t i = 0;
    for (auto child : simdjson::dom::array(e)) walk(child, where + "/" + std::to_string(i++), out);
  } else if (e.is_object()) {
    for (auto field : simdjson::dom::object(e)) {
      std::string part;
      for (char c : field.key) part += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
      out.push_back({where + "/" + part, std::string(field.key), true});
      walk(field.value, where + "/" + part, out);
    }
  }
}

std::vector<Seen> ours(const ReadBody& body) {
  std::vector<Seen> out;
  for (const ReadChunk& c : body.chunks) {
    if (c.nested) continue;
    if (!c.chunk.is_number) out.push_back({c.chunk.where, c.text, c.chunk.is_key});
  }
  return out;
}

// Numbers beyond a double or 64 bits: well formed, and refused by simdjson.
bool has_huge_number(std::string_view text) {
  JsonScanner scan(text, 1024);
  for (JsonToken t; (t = scan.next()) != JsonToken::kEnd && t != JsonToken::kError;) {
    std::string_view number = text.substr(scan.range().begin, scan.range().size());
    if (t == JsonToken::kNumber &&
        (number.size() > 18 || number.find_first_of("eE") != std::string_view::npos))
      return true;
  }
  return false;
}

// An escape of half a pair: simdjson refuses some and writes others as bytes that are no UTF-8.
bool has_surrogate_escape(std::string_view text) {
  for (std::size_t at = text.find("\\u"); at != std::string_view::npos;
       at = text.find("\\u", at + 1)) {
    if (at + 3 < text.size() && (text[at + 2] | 32) == 'd' &&
        std::string_view("89abcdefABCDEF").find(text[at + 3]) != std::string_view::npos)
      return true;
  }
  return false;
}

int g_agreed_well_formed = 0;

void expect_same(simdjson::dom::parser& parser, const std::string& text) {
  simdjson::dom::element root;
  auto error = parser.parse(text.data(), text.size(), true).get(root);
  ReadBody body = read_body(BodyKind::kJson, text, {.depth = 1024, .string_bytes = 1u << 20});
  if (has_surrogate_escape(text)) return;
  if (error == simdjson::NUMBER_ERROR && body.ok() && has_huge_number(text)) return;
  ASSERT_EQ(body.ok(), error == simdjson::SUCCESS) << text << "\n"
                                                   << error << " " << body.error.reason;
  if (error != simdjson::SUCCESS) return;
  std::vector<Seen> theirs;
  walk(root, "", theirs);
  ASSERT_EQ(ours(body), theirs) << text;
  ++g_agreed_well_formed;
}

TEST(JsonScanner, AgreesWithSimdjsonOnOddDocuments) {
  simdjson::dom::parser parser;
  for (const Odd& odd : odd_documents()) {
    if (odd.text.substr(0, 3) != "\xEF\xBB\xBF") expect_same(parser, odd.text);
  }
}

const std::vector<std::string>& seeds() {
  static const std::vector<std::string> kSeeds = {
      R"({"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"a \u65e5\n本語 \"q\" \\ /"}]}],"n":1.50e3,"t":true})",
      R"([[],{},[{"a":[]}],"",0,-1,1.5,null,false,"\u00e9\ud83d\ude00"])",
      R"({"a":1,"a":{"b~/":"x"},"":"y","日本":"漢字かな交じり文 with ASCII and more than sixteen bytes"})",
      R"(  {"card" : 4111111111111111 , "k" : [ 123456789012 , "\t\r\b\f" ] }  )",
  };
  return kSeeds;
}

std::string mutate(std::string text, std::mt19937& random) {
  static const std::vector<std::string> kPieces = {
      "\"",   "\\",    "{",      "}",  "[",       "]",   ",",    ":",    "1",  "0",    "e",
      ".",    "-",     " ",      "\n", "\\u0041", "\\n", "true", "null", "日", "\xff", "\xe6",
      "\x01", "\"a\"", "\"k\":", "[]", "{}",      "~",   "/",    "é",    "\0"s};
  for (unsigned n = 1 + random() % 3; n > 0; --n) {
    std::size_t at = text.empty() ? 0 : random() % text.size();
    switch (random() % 4) {
      case 0:
        text.insert(at, kPieces[random() % kPieces.size()]);
        break;
      case 1:
        text.erase(at, 1 + random() % 4);
        break;
      case 2:
        text.insert(at, text.substr(random() % (text.size() + 1), random() % 12));
        break;
      default:
        if (!text.empty()) text[at] = kPieces[random() % kPieces.size()][0];
    }
  }
  return text;
}

TEST(JsonScanner, AgreesWithSimdjsonOnMutations) {
  simdjson::dom::parser parser;
  std::mt19937 random(20261125);
  for (int i = 0; i < 40000 && !::testing::Test::HasFatalFailure(); ++i)
    expect_same(parser, mutate(seeds()[random() % seeds().size()], random));
  EXPECT_GT(g_agreed_well_formed, 4000);
}

TEST(UnescapeJson, MapsEveryCharacterBack) {
  const std::string raw = R"(a\u65e5b\n\n\ud83d\ude00日\ud800c\/\u00e9\\end)";
  std::string text;
  OffsetMap map;
  ASSERT_TRUE(unescape_json(raw, 100, text, map));
  ASSERT_EQ(text,
            "a日b\n\n😀日\xEF\xBF\xBD"
            "c/é\\end");
  for (std::size_t at = 0; at < text.size();) {
    std::size_t size = 1;
    while (at + size < text.size() && (text[at + size] & 0xc0) == 0x80) ++size;
    Range r = map.original({at, at + size}, 100, 100 + raw.size());
    std::string one;
    OffsetMap unused;
    ASSERT_TRUE(
        unescape_json(std::string_view(raw).substr(r.begin - 100, r.size()), 0, one, unused));
    EXPECT_EQ(one, text.substr(at, size));
    at += size;
  }
}

TEST(UnescapeJson, RefusesMalformedEscapes) {
  std::string out;
  OffsetMap map;
  for (const char* raw : {"\\", "\\x", "\\u", "\\u12", "\\u12g4", "a\\u000"})
    EXPECT_FALSE(unescape_json(raw, 0, out, map)) << raw;
}

TEST(OffsetMap, FindsUnitsAfterManyCheckpoints) {
  std::string raw, text;
  for (int i = 0; i < 1000; ++i)
    raw += i % 3 ? "\\n" : std::string(static_cast<std::size_t>(i % 300), 'x') + "\\u0041";
  OffsetMap map;
  ASSERT_TRUE(unescape_json(raw, 7, text, map));
  std::size_t at = 7;
  for (std::size_t i = 0; i < text.size(); ++i) {
    Range r = map.original({i, i + 1}, 7, 7 + raw.size());
    ASSERT_EQ(r.begin, at);
    ASSERT_EQ(r.size(), text[i] == '\n' ? 2u : text[i] == 'A' ? 6u : 1u);
    at = r.end;
  }
  EXPECT_EQ(at, 7 + raw.size());
}

TEST(OffsetMap, IncludesCutUnitsWholeAndKeepsLongOnes) {
  OffsetMap map;  // "ab" + unit of 3 for 90 + "c" + nothing for 5 + "d"
  map.add(2, 12);
  map.add(5, 102);
  map.add(6, 103);
  map.add(6, 108);
  EXPECT_EQ(map.original({0, 2}, 0, 109), (Range{10, 12}));
  EXPECT_EQ(map.original({1, 3}, 0, 109), (Range{11, 102}));
  EXPECT_EQ(map.original({4, 5}, 0, 109), (Range{12, 102}));
  EXPECT_EQ(map.original({5, 6}, 0, 109), (Range{102, 103}));
  EXPECT_EQ(map.original({6, 7}, 0, 109), (Range{108, 109}));
  EXPECT_EQ(map.original({3, 3}, 0, 109).size(), 0u);
  EXPECT_EQ(map.original({6, 50}, 0, 109), (Range{108, 109}));
}

TEST(JsonValueAt, ReadsScalarsAndRefusesDuplicates) {
  JsonValue v;
  const std::string body =
      R"({"model":"g\u0061","s":true,"n":1e3,"m":[{"role":"x"}],"o":{},"d":1,"d":2,"p":{"q":1},"p":{}})";
  ASSERT_TRUE(json_value_at(body, "/model", v));
  EXPECT_EQ(v.text, "ga");
  ASSERT_TRUE(json_value_at(body, "/s", v));
  EXPECT_EQ(v.token, JsonToken::kTrue);
  ASSERT_TRUE(json_value_at(body, "/n", v));
  EXPECT_EQ(v.text, "1e3");
  ASSERT_TRUE(json_value_at(body, "/m/0/role", v));
  EXPECT_EQ(v.text, "x");
  for (const char* none : {"/o", "/m", "/d", "/p/q", "/x", "", "/model/0", "/mode"})
    EXPECT_FALSE(json_value_at(body, none, v)) << none;
  EXPECT_TRUE(json_value_at("\"x\"", "", v));
  EXPECT_FALSE(json_value_at("{\"a\":1", "/a", v));
}

TEST(JsonWriter, WritesWhatSimdjsonReads) {
  std::string out;
  JsonWriter w(out);
  w.begin_object().key("a\"\n").value("x\x01\\日\xff\xe6\x97 \xED\xA0\x80").key("n").begin_array();
  w.value(1)
      .value(-2L)
      .value(~0ULL)
      .value(0.1)
      .value(1e300)
      .value(5.0)
      .value(1.0 / 0.0)
      .value(true)
      .null();
  w.begin_object()
      .end_object()
      .begin_array()
      .end_array()
      .raw("{\"r\":1}")
      .end_array()
      .key("z")
      .value("")
      .end_object();
  EXPECT_EQ(scan_error(out), "");
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  ASSERT_EQ(parser.parse(out).get(root), simdjson::SUCCESS) << out;
  EXPECT_EQ(std::string_view(root["a\"\n"]),
            "x\x01\\日\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD \xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(out.substr(out.find("[")),
            R"([1,-2,18446744073709551615,0.1,1e+300,5,null,true,null,{},[],{"r":1}],"z":""})");
}

TEST(JsonWriter, EscapesToAsciiWhenAsked) {
  std::string out;
  append_json_escaped(out, "é日😀a\x7f", true);
  EXPECT_EQ(out, "\\u00e9\\u65e5\\ud83d\\ude00a\x7f");
}

}  // namespace
}  // namespace sekisho::filters
