#include "filters/bodies/multipart.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "tests/filters/bodies/chunk_list.h"

namespace sekisho::filters {
namespace {

using namespace std::string_literals;
using Lines = std::vector<std::string>;

const std::string kType = "multipart/form-data; boundary=b";

std::string field(const std::string& name, const std::string& value, const std::string& more = "") {
  return "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"" + more + "\r\n\r\n" +
         value + "\r\n";
}
std::string form(const std::string& fields) {
  return fields + "--b--\r\n";
}

// "name:text" of what stands in bodies of parts; headers as "name|".
Lines texts(const ReadBody& read) {
  Lines out;
  for (const ReadChunk& c : read.chunks) {
    const bool header = c.chunk.coding == Coding::kFixed && c.text.find("ontent-") == 1;
    if (!header) out.push_back(c.chunk.where + (c.chunk.is_key ? "#" : ":") + c.text);
  }
  for (const std::string& u : read.unread) out.push_back("?" + u);
  if (!read.ok()) out.push_back("!" + read.error.reason);
  return out;
}

TEST(Multipart, ReadsFieldsAndFilesOfText) {
  const std::string body = form(
      field("purpose", "assistants") +
      field("file", "名前,番号\r\n山田,1\r\n", "; filename=\"a.csv\"\r\nContent-Type: text/csv") +
      field("meta", "{\"a\":\"b\"}", "\r\nContent-Type: application/json") + field("empty", ""));
  EXPECT_EQ(texts(read_as(kType, body)),
            (Lines{"purpose:assistants", "file:名前,番号\r\n山田,1\r\n", "meta/a#a", "meta/a:b"}));
}

TEST(Multipart, SaysWhichFilesItDoesNotRead) {
  const std::string png = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR"s;
  const std::string body =
      form(field("file", "%PDF-1.7 ...", "; filename=\"a.pdf\"\r\nContent-Type: application/pdf") +
           field("image", png, "; filename=\"a.png\"\r\nContent-Type: image/png") +
           field("liar", png, "; filename=\"a.txt\"\r\nContent-Type: text/plain") +
           field("audio", "ID3\x04 mp3", "; filename=\"a.mp3\"\r\nContent-Type: audio/mpeg") +
           field("unknown", "\x01\x02\x03", "; filename=\"x\"") +
           field("words", "plain", "; filename=\"x\"\r\nContent-Type: application/octet-stream") +
           field("picture", "I am text", "; filename=\"x\"\r\nContent-Type: image/png"));
  EXPECT_EQ(texts(read_as(kType, body)),
            (Lines{"words:plain", "picture:I am text", "?part:file:application/pdf",
                   "?part:image:image/png", "?part:liar:text/plain", "?part:audio:audio/mpeg",
                   "?part:unknown:binary", "?part:picture:image/png"}));
}

TEST(Multipart, ShowsNamesAndFileNames) {
  const std::string body = form(field(
      "n", "v", "; filename=\"=?UTF-8?B?56S+5aSW56eY?=\"; filename*=UTF-8''%E5%B1%B1%E7%94%B0"));
  const ReadBody read = read_as(kType, body);
  ASSERT_EQ(read.error.reason, "");
  ASSERT_GE(read.chunks.size(), 4u);
  EXPECT_NE(read.chunks[0].text.find("name=\"n\""), std::string::npos);
  EXPECT_EQ(read.chunks[1].text, "社外秘");
  EXPECT_EQ(read.chunks[2].text, "山田");
  EXPECT_TRUE(read.chunks[1].place.fixed);
  const Range header = read.chunks[1].place.range;
  EXPECT_EQ(body.substr(header.begin, 20), "Content-Disposition:");
}

// What two parsers could read in two ways is read by nobody.
TEST(Multipart, RefusesWhatIsAmbiguous) {
  const std::string f = field("a", "x");
  const std::string d = "Content-Disposition: form-data; name=\"a\"";
  const Lines bad = {
      "preamble\r\n" + form(f),
      "\r\n" + form(f),
      form(f) + "epilogue",
      form(f) + "\r\n",
      f,
      f + "--b-",
      f + "--b--x",
      f + "--b \r\n" + d + "\r\n\r\nx\r\n--b--\r\n",
      "--b\n" + d + "\r\n\r\nx\r\n--b--\r\n",
      "--b\r\n" + d + "\n\nx\r\n--b--\r\n",
      "--b\r\n" + d + "\r\n\r\nx\n--b--\r\n",
      "--b\r\n" + d + "\r\n\r\nx\r--b--\r\n",
      "--b\r\n" + d + "\r\n\r\nx\r\n--bb\r\n" + d + "\r\n\r\ny\r\n--b--\r\n",
      "--b\r\n" + d + "\r\n" + d + "\r\n\r\nx\r\n--b--\r\n",
      "--b\r\n" + d + "; name=\"c\"\r\n\r\nx\r\n--b--\r\n",
      "--b\r\n" + d + "; filename=a; filename=b\r\n\r\nx\r\n--b--\r\n",
      "--b\r\n" + d + "\r\n folded\r\n\r\nx\r\n--b--\r\n",
      "--b\r\n" + d + "\r\nContent-Type: a/b\r\nContent-Type: c/d\r\n\r\nx\r\n--b--\r\n",
      "--b\r\n" + d + "\r\nContent-Transfer-Encoding: rot13\r\n\r\nx\r\n--b--\r\n",
      "--b\r\n" + d + "\r\nContent-Transfer-Encoding: base64\r\n\r\nno!\r\n--b--\r\n",
      "--b\r\n" + d + "\r\nno colon\r\n\r\nx\r\n--b--\r\n",
      "--b\r\n" + d + "\r\nX : y\r\n\r\nx\r\n--b--\r\n",
      "--b\r\n" + d + "\r\nX: \0\r\n\r\nx\r\n--b--\r\n"s,
      "--b\r\n" + d + "; filename=\"\xff\"\r\n\r\nx\r\n--b--\r\n",
      "--b\r\n" + d + "; filename*=UTF-8''%FF\r\n\r\nx\r\n--b--\r\n",
      "--b\r\n" + d + "; filename=\"=?x-none?B?QUFBQQ==?=\"\r\n\r\nx\r\n--b--\r\n",
      "--b\r\n" + d + "; filename=\"open\r\n\r\nx\r\n--b--\r\n",
      "--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n",
      "--b\r\n\r\nno name\r\n--b--\r\n",
      "--b\r\n" + d + "\r\nX: " + std::string(kMaxPartHeader, 'a') + "\r\n\r\nx\r\n--b--\r\n",
      "--c\r\n" + d + "\r\n\r\nx\r\n--c--\r\n",
  };
  for (const std::string& body : bad)
    EXPECT_EQ(read_as(kType, body).error.reason, "multipart") << body.substr(0, 200);
}

TEST(Multipart, BoundsTheNumberOfParts) {
  std::string fields;
  for (std::size_t i = 0; i < kMaxParts; ++i) fields += field("a", "x");
  EXPECT_EQ(read_as(kType, form(fields)).error.reason, "");
  EXPECT_EQ(read_as(kType, form(fields + field("a", "x"))).error.reason, "multipart");
}

TEST(Multipart, ReadsNestedOnesToADepth) {
  const auto wrap = [](const std::string& inner, const std::string& type, const std::string& b) {
    return "--" + b + "\r\nContent-Type: " + type + "\r\n\r\n" + inner + "\r\n--" + b + "--\r\n";
  };
  std::string body = wrap("secret", "text/plain", "x0"), type = "multipart/mixed; boundary=x0";
  for (int i = 1; i < 3; ++i) {
    const std::string b = "x" + std::to_string(i);
    body = wrap(body, type, b);
    type = "multipart/mixed; boundary=" + b;
  }
  const ReadBody read = read_as(type, body);
  EXPECT_EQ(read.error.reason, "");
  EXPECT_EQ(read.chunks.back().text, "secret");
  const std::string deeper = wrap(body, type, "y");
  EXPECT_EQ(read_as("multipart/mixed; boundary=y", deeper).error.reason, "multipart");
}

TEST(Multipart, UndoesTransferEncodings) {
  const std::string body = form(
      field("q", "=E7=A4=BE=E5=A4=96=\r\n=E7=A7=98 4532",
            "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: "
            "quoted-printable") +
      field("b", "56S+5aSW56eY\r\n",
            "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64"));
  const ReadBody read = read_as(kType, body);
  ASSERT_EQ(read.error.reason, "");
  bool quoted = false, base64 = false;
  for (const ReadChunk& c : read.chunks) {
    if (c.text == "社外秘 4532") {
      quoted = true;
      EXPECT_FALSE(c.place.fixed);
      EXPECT_EQ(body.substr(c.place.range.begin, 3), "=E7");
    }
    base64 |= c.text == "社外秘";
  }
  EXPECT_TRUE(quoted);
  EXPECT_TRUE(base64);
}

TEST(Multipart, ReadsPartsInTheirCharset) {
  const std::string sjis = "\x8e\xd0\x8a\x4f\x94\xe9";
  EXPECT_EQ(texts(read_as(
                kType, form(field("a", sjis, "\r\nContent-Type: text/plain; charset=Shift_JIS")))),
            (Lines{"a:社外秘"}));
  EXPECT_EQ(texts(read_as(kType, form(field("_charset_", "Shift_JIS") + field("a", sjis)))),
            (Lines{"_charset_:Shift_JIS", "a:社外秘"}));
  EXPECT_EQ(
      texts(read_as(kType, form(field("a", "x", "\r\nContent-Type: text/plain; charset=utf-7")))),
      (Lines{"?part:a:charset"}));
}

TEST(Multipart, ReadsJsonThatIsNoneAsText) {
  EXPECT_EQ(
      texts(read_as(kType, form(field("a", "{broken", "\r\nContent-Type: application/json")))),
      (Lines{"a:{broken"}));
  EXPECT_EQ(
      texts(read_as(kType, form(field("a", "{\"x\":\xff}", "\r\nContent-Type: application/json")))),
      (Lines{"a/x#x", "?part:a:json"}));
}

TEST(Multipart, LetsItsCallerBreathe) {
  const std::string body = form(field("file", std::string(3u << 20, '-'), "; filename=x"));
  BodyReader reader(classify_body(kType, body), kType, body, {});
  TextChunk chunk;
  std::size_t work = 0, turns = 0;
  while (reader.next(chunk, work) == BodyReader::Status::kChunk) ++turns;
  EXPECT_GE(turns, 10u);
  EXPECT_EQ(reader.error().reason, "");
}

}  // namespace
}  // namespace sekisho::filters
