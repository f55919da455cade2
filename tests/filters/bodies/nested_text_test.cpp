#include "filters/bodies/nested_text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "filters/bodies/edits.h"
#include "filters/bodies/json_place.h"
#include "filters/bodies/replacement.h"
#include "tests/filters/bodies/chunk_list.h"

namespace sekisho::filters {
namespace {

using namespace std::string_literals;
using Lines = std::vector<std::string>;

Lines texts(const ReadBody& read) {
  Lines out;
  for (const ReadChunk& c : read.chunks) {
    if (c.chunk.is_key) continue;
    out.push_back(c.chunk.where + (c.chunk.is_number ? "=" : ":") + c.text);
  }
  for (const std::string& u : read.unread) out.push_back("?" + u);
  if (!read.ok()) out.push_back("!" + read.error.reason);
  return out;
}

Lines json(const std::string& body) {
  return texts(read_as("application/json", body));
}

TEST(NestedText, ReadsJsonInStrings) {
  EXPECT_EQ(json(R"({"arguments":"{\"a\":\"x\\u0041\",\"n\":4111111111111111}"})"),
            (Lines{"/arguments/a:xA", "/arguments/n=4111111111111111",
                   R"(/arguments:{"a":"x\u0041","n":4111111111111111})"}));
  EXPECT_EQ(json(R"(["[\"[\\\"deep\\\"]\"]"])"),
            (Lines{"/0/0/0:deep", R"(/0/0:["deep"])", R"(/0:["[\"deep\"]"])"}));
  EXPECT_EQ(json(R"(["\"\\u0041\""])"), (Lines{"/0:A", R"(/0:"\u0041")"}));
  EXPECT_EQ(json(R"(["{no json}"])"), (Lines{"/0:{no json}"}));
}

TEST(NestedText, ReadsJsonInForms) {
  const ReadBody read = read_as("application/x-www-form-urlencoded",
                                "f.req=%5Bnull%2C%22%5B%5C%22hi%5C%22%5D%22%5D&at=1");
  EXPECT_EQ(texts(read),
            (Lines{"f.req/1/0:hi", R"(f.req/1:["hi"])", R"(f.req:[null,"[\"hi\"]"])", "at:1"}));
}

TEST(NestedText, ReadsEscapesOutsideJson) {
  EXPECT_EQ(json(R"(["log: \\u0041\\u0042 \\ud83d\\ude00 \\n end \\q"])"),
            (Lines{"/0:log: AB \xF0\x9F\x98\x80 \n end \\q",
                   R"(/0:log: \u0041\u0042 \ud83d\ude00 \n end \q)"}));
  EXPECT_EQ(json(R"(["a \\n b C:\\users"])"), (Lines{R"(/0:a \n b C:\users)"}));
}

TEST(NestedText, ReadsDataUrlsOfText) {
  EXPECT_EQ(json(R"(["data:text/plain;base64,56S+5aSW56eY"])"),
            (Lines{"/0:社外秘", "/0:data:text/plain;base64,56S+5aSW56eY"}));
  EXPECT_EQ(json(R"(["DATA:text/plain;charset=utf-8,%E7%A4%BE%E5%A4%96"])")[0], "/0:社外");
  EXPECT_EQ(json(R"(["data:text/plain;charset=shift_jis;base64,jtCKT5Tp"])")[0], "/0:社外秘");
  EXPECT_EQ(json(R"(["data:application/json;base64,eyJhIjoiYiJ9"])")[0], "/0/a:b");
  EXPECT_EQ(json(R"(["see ![x](data:text/csv;base64,NDUzMiwx) ok"])")[0], "/0:4532,1");
  EXPECT_EQ(json(R"(["data:;base64,NDUz\nMiwx"])")[0], "/0:4532,1");
  EXPECT_EQ(json(R"(["training data: a, b"])").size(), 1u);
}

TEST(NestedText, SaysWhichFilesItDoesNotRead) {
  std::string png = "\x89PNG\r\n\x1a\n"s + std::string(90, '\x01');
  const auto base64 = [](std::string_view bytes) {
    constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (std::size_t i = 0; i + 2 < bytes.size(); i += 3) {
      const auto b = [&](std::size_t k) { return static_cast<unsigned char>(bytes[i + k]); };
      const unsigned n =
          static_cast<unsigned>(b(0)) << 16 | static_cast<unsigned>(b(1)) << 8 | b(2);
      for (int shift = 18; shift >= 0; shift -= 6) out.push_back(kDigits[n >> shift & 63]);
    }
    return out;
  };
  const std::string coded = base64(png), noise = base64(std::string(99, '\x02'));
  const auto unread = [](const std::string& body) {
    return read_as("application/json", body).unread;
  };
  EXPECT_EQ(unread(R"({"image_url":{"url":"data:image/png;base64,)" + coded + "\"}}"),
            (Lines{"/image_url/url:image/png"}));
  EXPECT_EQ(unread(R"({"source":{"data":")" + coded + "\"}}"), (Lines{"/source/data:binary"}));
  EXPECT_EQ(unread(R"({"inlineData":{"data":")" + noise + "\"}}"),
            (Lines{"/inlineData/data:binary"}));
  // By its first bytes, in whatever field.
  EXPECT_EQ(unread(R"({"x":")" + coded + "\"}"), (Lines{"/x:binary"}));
  // What the service encrypted for itself.
  EXPECT_EQ(unread(R"({"signature":")" + noise + R"(","data":")" + noise + "\"}"), Lines{});
  // Called an image, and text.
  const std::string words =
      base64("these are words and no picture at all, but enough of them to be read..");
  const ReadBody liar = read_as("application/json", R"(["data:image/png;base64,)" + words + "\"]");
  EXPECT_EQ(liar.unread, (Lines{"/0:image/png"}));
  EXPECT_EQ(liar.chunks.at(0).text.substr(0, 9), "these are");
  // Base64 of text, in whatever field.
  EXPECT_EQ(json("[\"" + words + "\"]")[0].substr(0, 12), "/0:these are");
  EXPECT_EQ(unread(R"(["data:text/plain;base64,NDUz!!!MiwxNDUzMiwx"])"), (Lines{"/0:base64"}));
}

TEST(NestedText, StopsAtItsDepth) {
  std::string body = "\"x\"";
  for (int i = 0; i < 12; ++i) {
    std::string escaped;
    append_json_escaped(escaped, "[" + body + "]");
    body = "\"" + escaped + "\"";
  }
  const ReadBody read = read_as("application/json", body);
  EXPECT_TRUE(read.ok());
  ASSERT_EQ(read.unread.size(), 1u);
  EXPECT_TRUE(read.unread[0].ends_with(":nested"));
}

// Work for nested documents is bounded by the size of the body.
TEST(NestedText, BoundsTheWork) {
  std::string text(1u << 19, 'a');
  for (int i = 0; i < 6; ++i) {
    std::string escaped;
    append_json_escaped(escaped, text);
    text = "[\"" + escaped + "\",\"\\u0041 \"]";
  }
  const ReadBody read = read_as("application/json", text);
  EXPECT_TRUE(read.ok());
  EXPECT_LE(read.work, 20 * text.size() + (4u << 20));
}

// An edit in any level keeps every level valid.
TEST(NestedText, EditsAreWrittenThroughEveryLevel) {
  const std::string body =
      R"({"a":"{\"b\":\"{\\\"c\\\":\\\"x \\\\u0034\\\\u0035 y\\\",\\\"n\\\":4111111111111111}\"}"})";
  BodyReader reader(BodyKind::kJson, body, {});
  TextChunk chunk;
  std::size_t work = 0;
  bool text = false, number = false;
  while (reader.next(chunk, work) == BodyReader::Status::kChunk) {
    if (chunk.where == "/a/b/c" && !chunk.is_key) {
      text = true;
      const Spot spot = locate(chunk, {2, 4});
      EXPECT_EQ(body.substr(spot.range.begin, spot.range.size()), R"(\\\\u0034\\\\u0035)");
      EXPECT_EQ(
          apply_edits(body, {{spot.range, coded_text("[\"]", chunk.coding, spot.outer)}}),
          R"({"a":"{\"b\":\"{\\\"c\\\":\\\"x [\\\\\\\"] y\\\",\\\"n\\\":4111111111111111}\"}"})");
    }
    if (chunk.is_number) {
      number = true;
      const Spot spot = locate(chunk, {0, 16});
      EXPECT_EQ(
          apply_edits(body, {{spot.range, coded_text("\"M\"", Coding::kPlain, spot.outer)}}),
          R"({"a":"{\"b\":\"{\\\"c\\\":\\\"x \\\\u0034\\\\u0035 y\\\",\\\"n\\\":\\\"M\\\"}\"}"})");
    }
  }
  EXPECT_TRUE(text);
  EXPECT_TRUE(number);
}

TEST(NestedText, MarksOnlyTheOutermostJsonAsTheRoot) {
  const ReadBody read =
      read_as("application/json", R"({"messages":["{\"role\":\"assistant\"}"],"a":"b"})");
  for (const ReadChunk& c : read.chunks)
    EXPECT_EQ(c.chunk.root_json, c.chunk.where != "/messages/0/role") << c.chunk.where;
}

TEST(JsonPlaces, TellsWhereARangeStands) {
  const std::string text = R"({"key":"a\nb","n":1234})";
  const auto kind = [&](std::size_t begin, std::size_t end) {
    return JsonPlaces(text).find({begin, end});
  };
  EXPECT_EQ(kind(2, 5).kind, JsonPlace::Kind::kKey);
  EXPECT_EQ(kind(8, 9).kind, JsonPlace::Kind::kString);
  EXPECT_EQ(kind(10, 12).range, (Range{9, 12}));
  EXPECT_EQ(kind(19, 20).range, (Range{18, 22}));
  EXPECT_EQ(kind(5, 9).kind, JsonPlace::Kind::kStructure);
  EXPECT_EQ(kind(0, 1).kind, JsonPlace::Kind::kStructure);
}

}  // namespace
}  // namespace sekisho::filters
