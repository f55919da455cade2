// Answers in a content coding: undone, restored and done again, each event flushed.

#include <gtest/gtest.h>

#include "filters/bodies/stream_coding.h"
#include "policy/restored_answer.h"
#include "tests/policy/restoring.h"

namespace sekisho::tests {
namespace {

using filters::StreamDecoder;
using filters::StreamEncoder;

const char* const kCodings[] = {"", "gzip", "deflate", "br", "zstd"};

class Decoding {
 public:
  explicit Decoding(std::string_view coding) : decoder_(*filters::stream_coding(coding)) {}
  std::string take(std::string_view bytes) {
    std::string out;
    decoder_.push(bytes);
    for (;;) {
      const auto status = decoder_.step(out);
      EXPECT_NE(status, StreamDecoder::Status::kCorrupt);
      if (status != StreamDecoder::Status::kMore) return out;
    }
  }
  bool whole() const { return decoder_.whole(); }

 private:
  StreamDecoder decoder_;
};

std::string chat_event(const std::string& text) {
  return data(R"({"choices":[{"index":0,"delta":{"content":")" + text + "\"}}]}");
}

std::unique_ptr<policy::RestoredAnswer> begin(std::string_view type, std::string_view coding,
                                              std::string& why, int status = 200) {
  policy::AnswerHead head;
  head.status = status;
  head.content_type = type;
  head.content_encoding = coding;
  return policy::RestoredAnswer::begin(head, tokens(), policy::dialect_for("openai", "/"), why);
}

TEST(CodedAnswer, EachEventCanBeReadBeforeTheNextIsSent) {
  for (const char* coding : kCodings) {
    std::string why;
    const auto answer = begin("text/event-stream", coding, why);
    ASSERT_TRUE(answer) << why;
    StreamEncoder origin(*filters::stream_coding(coding));
    Decoding client(coding);
    for (int i = 0; i < 50; ++i) {
      const std::string text = "to " + kMailToken + " no. " + std::to_string(i) + ".";
      std::string sent, passed;
      ASSERT_TRUE(origin.write(chat_event(text), sent));
      ASSERT_TRUE(answer->feed(sent, passed));
      EXPECT_EQ(client.take(passed), chat_event("to " + kMail + " no. " + std::to_string(i) + "."))
          << coding;
    }
    std::string sent, passed;
    ASSERT_TRUE(origin.finish(sent));
    ASSERT_TRUE(answer->feed(sent, passed));
    ASSERT_TRUE(answer->finish(passed));
    client.take(passed);
    EXPECT_TRUE(client.whole()) << coding;
    EXPECT_EQ(answer->counts().restored, 50u);
  }
}

TEST(CodedAnswer, IsTheSameHoweverItIsCut) {
  for (const char* coding : kCodings) {
    std::string sent;
    StreamEncoder origin(*filters::stream_coding(coding));
    for (const auto& p : pieces("to " + kMailToken + " S", 5)) origin.write(chat_event(p), sent);
    origin.finish(sent);
    std::string expected;
    for (std::size_t size = 1; size <= sent.size(); size += 1 + size / 4) {
      std::string why, passed;
      const auto answer = begin("text/event-stream", coding, why);
      for (const auto& p : pieces(sent, size)) ASSERT_TRUE(answer->feed(p, passed));
      ASSERT_TRUE(answer->finish(passed));
      Decoding client(coding);
      const std::string got = client.take(passed);
      if (expected.empty()) expected = got;
      EXPECT_EQ(got, expected) << coding << " " << size;
      EXPECT_NE(got.find(kMail), std::string::npos);
    }
  }
}

TEST(CodedAnswer, LargeTextComesThroughWhole) {
  std::string text;
  for (int i = 0; i < 60000; ++i) text += std::to_string(i * 7919) + " ";
  text += kMailToken;
  for (const char* coding : kCodings) {
    std::string sent, passed, why;
    StreamEncoder origin(*filters::stream_coding(coding));
    origin.write(R"({"choices":[{"message":{"content":")" + text + "\"}}]}", sent);
    origin.finish(sent);
    const auto answer = begin("application/json", coding, why);
    ASSERT_TRUE(answer->feed(sent, passed));
    ASSERT_TRUE(answer->finish(passed));
    Decoding client(coding);
    const std::string got = client.take(passed);
    EXPECT_TRUE(got.ends_with(kMail + "\"}}]}")) << coding;
    EXPECT_TRUE(client.whole());
  }
}

TEST(CodedAnswer, BytesOfAnotherCodingOrACutStreamAreNoAnswer) {
  for (const char* coding : {"gzip", "br", "zstd"}) {
    std::string why, out, sent;
    EXPECT_FALSE(begin("text/event-stream", coding, why)->feed("data: plain text\n\n", out) &&
                 begin("text/event-stream", coding, why)->finish(out))
        << coding;
    StreamEncoder origin(*filters::stream_coding(coding));
    origin.write(chat_event("x"), sent);
    const auto cut = begin("text/event-stream", coding, why);
    EXPECT_TRUE(cut->feed(sent, out));
    EXPECT_FALSE(cut->finish(out)) << coding;
  }
}

TEST(CodedAnswer, WhatCannotBeReadIsNamed) {
  std::string why;
  EXPECT_FALSE(begin("text/event-stream", "compress", why));
  EXPECT_EQ(why, "coding");
  EXPECT_FALSE(begin("text/event-stream", "gzip, br", why));
  EXPECT_EQ(why, "coding");
  EXPECT_FALSE(begin("audio/mpeg", "", why));
  EXPECT_EQ(why, "type");
  EXPECT_FALSE(begin("application/json", "", why, 206));
  EXPECT_EQ(why, "part");
}

TEST(CodedAnswer, AskedCodingsAreNarrowedToThoseThatCanBeUndone) {
  EXPECT_EQ(filters::known_codings("gzip, deflate, br;q=0.9, zstd"),
            "gzip, deflate, br;q=0.9, zstd");
  EXPECT_EQ(filters::known_codings("gzip,dcb, *;q=0.1"), "gzip");
  EXPECT_EQ(filters::known_codings("compress"), "identity");
  EXPECT_EQ(filters::known_codings(""), "");
}

}  // namespace
}  // namespace sekisho::tests
