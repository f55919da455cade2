#include "filters/bodies/body_reader.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <algorithm>
#include <random>

#include "filters/bodies/edits.h"
#include "filters/bodies/json_scanner.h"
#include "tests/filters/bodies/chunk_list.h"

namespace sekisho::filters {
namespace {

using namespace std::string_literals;

std::string classified(const std::string& type, const std::string& body) {
  BodyType t = classify_body(type, body);
  switch (t.kind) {
    case BodyKind::kEmpty:
      return "empty";
    case BodyKind::kJson:
      return "json";
    case BodyKind::kNdjson:
      return "ndjson";
    case BodyKind::kForm:
      return "form";
    case BodyKind::kText:
      return "text";
    case BodyKind::kMultipart:
      return "multipart " + t.boundary;
    case BodyKind::kCoded:
      return "coded";
    case BodyKind::kUnreadable:
      break;
  }
  return "!" + t.error.reason;
}

struct Case {
  std::string type, body, expected;
};

TEST(ClassifyBody, ReadsABodyAsWhatItIs) {
  const std::vector<Case> cases = {
      {"", "", "empty"},
      {"multipart/form-data", "", "empty"},
      {"application/json", "{}", "json"},
      {"Application/JSON; charset=UTF-8", "{}", "json"},
      {"application/json;charset=\"utf8\"", "{}", "json"},
      {"application/json", "not json", "json"},
      {"application/json", "{\"a\":1}\n{\"a\":2}", "json"},
      {"application/vnd.api+json", "x", "json"},
      {"application/json; charset=shift_jis", "{}", "json"},
      {"application/json; charset=shift_jis", "\"\x83\x5c\"", "coded"},
      {"application/json; charset=utf-7", "{}", "!charset"},
      {"application/json; charset=utf-8; charset=utf-16", "{}", "!charset"},
      {"application/json", "\xFF\xFE{\0}\0"s, "coded"},
      {"application/json", "{\0}\0"s, "coded"},
      {"application/json", "\0{\0}"s, "coded"},
      {"application/json", "\0\0\0{"s, "coded"},
      {"application/json", "{\0\0\0"s, "coded"},
      {"application/x-ndjson", "{}\n{}", "ndjson"},
      {"application/jsonl", "x", "ndjson"},
      {"text/plain", "{\"a\":\"b\"}", "json"},
      {"text/plain", "\xEF\xBB\xBF [1]", "json"},
      {"text/plain", "\"\\u65e5\"", "json"},
      {"text/plain", "{\"a\":1}\n{\"b\":2}\n", "ndjson"},
      {"text/plain", "[note] buy milk", "text"},
      {"text/plain", "4111111111111111", "text"},
      {"text/markdown; charset=utf-8", "# 題", "text"},
      {"text/plain; charset=iso-2022-jp", "x", "text"},
      {"text/plain", "\x1B$B8f", "coded"},
      {"text/plain", "a\0b"s, "coded"},
      {"text/plain", "abc\0"s, "!binary"},
      {"text/plain", "%PDF-1.7 ...", "!binary"},
      {"text/event-stream", "data: x\n\n", "!content_type"},
      {"application/octet-stream", "{\"a\":1}", "json"},
      {"application/octet-stream", "plain words", "text"},
      {"application/octet-stream", "\x80\x81", "!binary"},
      {"application/octet-stream", "\x01\x02", "!binary"},
      {"application/octet-stream", "\0\x01\x02"s, "!binary"},
      {"", "[1,2]", "json"},
      {"", "a=b&c=d", "text"},
      {"", "\x89PNG\r\n", "!binary"},
      {"application/x-www-form-urlencoded", "a=b", "form"},
      {"application/x-www-form-urlencoded", "{\"a\":\"b\"}", "json"},
      {"application/x-www-form-urlencoded", "{broken", "form"},
      {"application/xml", "<a/>", "text"},
      {"application/json+protobuf", "[1]", "json"},
      {"multipart/form-data; boundary=x", "--x", "multipart x"},
      {"multipart/form-data", "--x", "!multipart"},
      {"multipart/form-data; boundary=x; boundary=y", "--x", "!multipart"},
      {"multipart/form-data; boundary=\"a b\"", "--a b", "multipart a b"},
      {"multipart/form-data; boundary=a<b", "--a<b", "!multipart"},
      {"application/grpc", "\0\0\0\0\1x"s, "!content_type"},
      {"application/grpc+json", "{}", "!content_type"},
      {"application/connect+json", "{}", "!content_type"},
      {"application/x-protobuf",
       "\x0a\x03"
       "abc",
       "!content_type"},
      {"image/png", "{}", "json"},
      {"image/png", "\x89PNG\r\n", "!binary"},
      {"text/plain", "\x1F\x8B\x08 gzip", "!binary"},
      {"application/pdf", "words", "text"},
  };
  for (const Case& c : cases)
    EXPECT_EQ(classified(c.type, c.body), c.expected) << c.type << " | " << c.body;
}

std::vector<std::string> lines_of(const ReadBody& body) {
  std::vector<std::string> out;
  for (const ReadChunk& c : body.chunks)
    out.push_back(c.chunk.where + (c.chunk.is_key ? "#" : c.chunk.is_number ? "=" : ":") + c.text);
  if (!body.ok()) out.push_back("!" + body.error.reason + "@" + std::to_string(body.error.offset));
  return out;
}

using Lines = std::vector<std::string>;

TEST(BodyReader, GivesKeysStringsAndLongNumbersOfJson) {
  const std::string body =
      R"({"a":{"b":["x","\u65e5",4111111111111111,1]},"a":"dup","n":4.11111111111e15,"m":-123456789012,"s":12345678901,"":""})";
  EXPECT_EQ(
      lines_of(read_body(BodyKind::kJson, body)),
      (Lines{"/a#a", "/a/b#b", "/a/b/0:x", "/a/b/1:日", "/a/b/2=4111111111111111", "/a#a", "/a:dup",
             "/n#n", "/n=4.11111111111e15", "/m#m", "/m=-123456789012", "/s#s", "/#", "/:"}));
}

TEST(BodyReader, EndsBrokenJsonWithAnErrorThatStays) {
  BodyReader reader(BodyKind::kJson, "[\"a\",\"b\" x]", {});
  TextChunk chunk;
  std::size_t work = 0;
  EXPECT_EQ(reader.next(chunk, work), BodyReader::Status::kChunk);
  EXPECT_EQ(reader.next(chunk, work), BodyReader::Status::kChunk);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(reader.next(chunk, work), BodyReader::Status::kError);
  EXPECT_EQ(reader.error().reason, "json");
  EXPECT_EQ(reader.error().offset, 9u);
}

TEST(BodyReader, ViewsUnescapedStringsInPlace) {
  const std::string body = R"(["plain","esc\n"])";
  BodyReader reader(BodyKind::kJson, body, {});
  TextChunk chunk;
  std::size_t work = 0;
  ASSERT_EQ(reader.next(chunk, work), BodyReader::Status::kChunk);
  EXPECT_EQ(chunk.text.data(), body.data() + 2);
  EXPECT_TRUE(chunk.map.identity());
  ASSERT_EQ(reader.next(chunk, work), BodyReader::Status::kChunk);
  EXPECT_FALSE(chunk.map.identity());
}

TEST(BodyReader, ReadsOneStringOf32MiB) {
  std::string body = "[\"" + std::string(32u << 20, 'a') + "\\n\"]";
  ReadBody read = read_body(BodyKind::kJson, body);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read.chunks.at(0).text.size(), (32u << 20) + 1);
  EXPECT_EQ(read.work, body.size());
  EXPECT_EQ(
      read_body(BodyKind::kJson, body, {.depth = 256, .string_bytes = 32u << 20}).error.reason,
      "size");
}

TEST(BodyReader, LetsItsCallerBreatheInBodiesWithoutText) {
  std::string body = "[0";
  while (body.size() < (2u << 20)) body += ",1";
  body += "]";
  for (BodyKind kind : {BodyKind::kJson, BodyKind::kNdjson}) {
    BodyReader reader(kind, body, {});
    TextChunk chunk;
    std::size_t work = 0, last = 0, turns = 0;
    while (reader.next(chunk, work) == BodyReader::Status::kChunk) {
      EXPECT_LE(work - last, (256u << 10) + 16);
      last = work;
      ++turns;
    }
    EXPECT_EQ(reader.error().reason, "");
    EXPECT_GE(turns, 7u);
    EXPECT_EQ(work, body.size());
  }
}

TEST(BodyReader, ReadsNdjsonLineByLine) {
  const std::vector<std::pair<std::string, Lines>> table = {
      {"{\"a\":\"x\"}\n[\"y\"]\n", {"/0/a#a", "/0/a:x", "/1/0:y"}},
      {"\xEF\xBB\xBF\"x\"\r\n\r\n\n\"y\"", {"/0:x", "/1:y"}},
      {"\"x\"\n  \n\"y\"\n", {"/0:x", "/1:y"}},
      {"1\n2\n123456789012", {"/2=123456789012"}},
      {"", {}},
      {"\n\n", {}},
      {"\"x\" \"y\"", {"/0:x", "!json@4"}},
      {"[\"x\",\n\"y\"]", {"/0/0:x", "!json@5"}},
      {"\"x\"\n\"y", {"/0:x", "!json@6"}},
      {"\"x\"\n\xEF\xBB\xBF\"y\"", {"/0:x", "!json@4"}},
      {"\"x\"\n\"\xff\"", {"/0:x", "!utf8@5"}},
  };
  for (const auto& [body, expected] : table)
    EXPECT_EQ(lines_of(read_body(BodyKind::kNdjson, body)), expected) << body;
}

TEST(BodyReader, ReadsForms) {
  const std::vector<std::pair<std::string, Lines>> table = {
      {"a=b", {"a#a", "a:b"}},
      {"a=b&c=d+e%20f", {"a#a", "a:b", "c#c", "c:d e f"}},
      {"%E6%97%A5=%e6%9c%ac", {"日#日", "日:本"}},
      {"a=1=2&&b", {"a#a", "a:1=2", "b#b"}},
      {"=v&k=", {":v", "k#k"}},
      {"a=1&=v", {"a#a", "a:1", ":v"}},
      {"a=100%&b=%zz%4", {"a#a", "a:100%", "b#b", "b:%zz%4"}},
      {"a=%", {"a#a", "a:%"}},
      {"a=日本", {"a#a", "a:日本"}},
      {"a=%41%00", {"a#a", "a:A\0"s}},
      {"a=x%ffy", {"a#a", "!utf8@3"}},
      {"a=\xff", {"a#a", "!utf8@2"}},
      {"&&&", {}},
  };
  for (const auto& [body, expected] : table)
    EXPECT_EQ(lines_of(read_body(BodyKind::kForm, body)), expected) << body;
}

TEST(BodyReader, MapsFormTextToItsBytes) {
  const std::string body = "key=a+b%E6%97%A5%zc&x=1+2";
  ReadBody read = read_body(BodyKind::kForm, body);
  ASSERT_EQ(read.chunks.size(), 4u);
  const ReadChunk& value = read.chunks[1];
  ASSERT_EQ(value.text, "a b日%zc");
  auto bytes = [&](const ReadChunk& c, std::size_t begin, std::size_t end) {
    Range r = c.chunk.map.original({begin, end}, c.chunk.range.begin, c.chunk.range.end);
    return body.substr(r.begin, r.size());
  };
  EXPECT_EQ(bytes(value, 0, 3), "a+b");
  EXPECT_EQ(bytes(value, 3, 6), "%E6%97%A5");
  EXPECT_EQ(bytes(value, 6, 9), "%zc");
  EXPECT_EQ(bytes(read.chunks[3], 0, 3), "1+2");
}

TEST(BodyReader, ReadsTextAsOneChunk) {
  ReadBody read = read_body(BodyKind::kText, "\xEF\xBB\xBF社外秘\r\n");
  ASSERT_EQ(lines_of(read), (Lines{"text:社外秘\r\n"}));
  EXPECT_EQ(read.chunks[0].chunk.range, (Range{3, 14}));
  EXPECT_EQ(lines_of(read_body(BodyKind::kText, "ab\xe6\x97z")), (Lines{"!utf8@2"}));
}

TEST(BodyReader, RefusesWhatIsUnreadable) {
  EXPECT_FALSE(read_body(BodyKind::kUnreadable, "x").ok());
}

TEST(TargetChunks, SplitsPathAndQuery) {
  std::deque<std::string> storage;
  const std::string target = "/v1/%E6%97%A5+x?key=a%20b&q+r=1+2&&z";
  Lines seen;
  for (const TextChunk& c : target_chunks(target, storage)) {
    seen.push_back(c.where + (c.is_key ? "#" : ":") + std::string(c.text) + "|" +
                   target.substr(c.range.begin, c.range.size()));
    EXPECT_EQ(c.place, c.where == "path" ? Place::kPath : Place::kQuery);
  }
  EXPECT_EQ(seen, (Lines{"path:/v1/日+x|/v1/%E6%97%A5+x", "query#key|key", "query:a b|a%20b",
                         "query#q r|q+r", "query:1 2|1+2", "query#z|z"}));
  EXPECT_EQ(target_chunks("/", storage).size(), 1u);
  EXPECT_EQ(target_chunks("", storage).size(), 0u);
  EXPECT_EQ(target_chunks("/?", storage).size(), 1u);
}

TEST(ApplyEdits, SplicesAndMerges) {
  auto edited = [](std::vector<Edit> edits) { return apply_edits("0123456789", std::move(edits)); };
  EXPECT_EQ(edited({}), "0123456789");
  EXPECT_EQ(edited({{{2, 4}, "X"}}), "01X456789");
  EXPECT_EQ(edited({{{8, 10}, "B"}, {{0, 1}, "AA"}}), "AA1234567B");
  EXPECT_EQ(edited({{{2, 5}, "X"}, {{4, 7}, "Y"}}), "01X789");
  EXPECT_EQ(edited({{{2, 8}, "X"}, {{3, 4}, "Y"}, {{7, 9}, "Z"}}), "01X9");
  EXPECT_EQ(edited({{{2, 4}, "X"}, {{4, 6}, "Y"}}), "01XY6789");
  EXPECT_EQ(edited({{{2, 4}, "X"}, {{2, 4}, "X"}}), "01X456789");
  EXPECT_EQ(edited({{{5, 5}, "I"}}), "01234I56789");
  EXPECT_EQ(edited({{{8, 99}, "E"}}), "01234567E");
}

// A random document, with escapes at random.
void random_value(std::mt19937& random, int depth, std::string& out);

void random_string(std::mt19937& random, std::string& out) {
  static const char* const kPieces[] = {"a",    "4111 1111",      "\\n",  "\\u65e5",
                                        "日本", "\\ud83d\\ude00", "\\\"", "\\/",
                                        "é",    "\\u0000",        "😀",    " "};
  out += '"';
  for (unsigned n = random() % 8; n > 0; --n) out += kPieces[random() % std::size(kPieces)];
  out += '"';
}

void random_value(std::mt19937& random, int depth, std::string& out) {
  unsigned kind = depth > 3 ? random() % 3 : random() % 5;
  if (kind < 2) return random_string(random, out);
  if (kind == 2) return void(out += random() % 2 ? "123456789012345" : "1");
  out += kind == 3 ? "[" : "{";
  for (unsigned n = random() % 4, i = 0; i < n; ++i) {
    if (i) out += ",";
    if (kind == 4) random_string(random, out), out += ": ";
    random_value(random, depth + 1, out);
  }
  out += kind == 3 ? "]" : "}";
}

// An edit anywhere in the values leaves valid JSON in which only that text is another.
TEST(ApplyEdits, KeepJsonValidAndOtherTextAsItWas) {
  std::mt19937 random(7);
  simdjson::dom::parser parser;
  for (int i = 0; i < 4000; ++i) {
    std::string body;
    random_value(random, 0, body);
    ReadBody before = read_body(BodyKind::kJson, body);
    ASSERT_TRUE(before.ok()) << body;
    const auto nested = [](const ReadChunk& c) { return c.nested; };
    std::erase_if(before.chunks, nested);
    if (before.chunks.empty()) continue;
    std::size_t pick = random() % before.chunks.size();
    const ReadChunk& c = before.chunks[pick];
    if (c.chunk.is_key || c.chunk.is_number || c.text.empty()) continue;
    std::size_t begin = random() % c.text.size(),
                end = begin + 1 + random() % (c.text.size() - begin);
    auto boundary = [&](std::size_t at) {
      return at == c.text.size() || (c.text[at] & 0xc0) != 0x80;
    };
    while (!boundary(begin)) --begin;
    while (!boundary(end)) ++end;
    Range r = c.chunk.map.original({begin, end}, c.chunk.range.begin, c.chunk.range.end);
    std::string after = apply_edits(body, {{r, "[credit_card]"}});
    simdjson::dom::element root;
    ASSERT_EQ(parser.parse(after).get(root), simdjson::SUCCESS) << body << "\n" << after;
    ReadBody read = read_body(BodyKind::kJson, after);
    std::erase_if(read.chunks, nested);
    ASSERT_EQ(read.chunks.size(), before.chunks.size());
    for (std::size_t k = 0; k < read.chunks.size(); ++k) {
      std::string expected = before.chunks[k].text;
      if (k == pick) expected.replace(begin, end - begin, "[credit_card]");
      ASSERT_EQ(read.chunks[k].text, expected) << body << "\n" << after;
    }
  }
}

}  // namespace
}  // namespace sekisho::filters
