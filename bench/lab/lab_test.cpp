#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/lab/bound/redaction.h"
#include "bench/lab/load/answer_reader.h"
#include "bench/lab/load/event_meter.h"
#include "bench/lab/net/histogram.h"
#include "bench/lab/net/loopback.h"
#include "bench/lab/net/message.h"

namespace sekisho::lab {
namespace {

using Progress = AnswerReader::Progress;

TEST(Histogram, PercentilesAreWithinOnePercent) {
  Histogram histogram;
  for (std::uint64_t value = 1; value <= 100'000; ++value) histogram.add(value * 1000);
  EXPECT_EQ(histogram.count(), 100'000u);
  EXPECT_NEAR(static_cast<double>(histogram.percentile(50)), 50e6, 0.5e6);
  EXPECT_NEAR(static_cast<double>(histogram.percentile(99)), 99e6, 1e6);
  EXPECT_EQ(histogram.percentile(100), 100'000'000u);
}

TEST(Histogram, MergedEqualsAddedToOne) {
  Histogram one, other, both;
  for (std::uint64_t value = 3; value < 1'000'000'000; value *= 3) {
    (value % 2 ? one : other).add(value);
    both.add(value);
  }
  one.merge(other);
  EXPECT_EQ(one.count(), both.count());
  EXPECT_EQ(one.percentile(90), both.percentile(90));
}

TEST(Histogram, EmptyHasNoPercentile) {
  EXPECT_EQ(Histogram().percentile(99), 0u);
}

// Feeds `answer` in pieces of `size`; where it was done, or 0.
std::size_t done_at(std::string_view answer, std::size_t size) {
  AnswerReader reader;
  Tally tally;
  for (std::size_t at = 0; at < answer.size(); at += size)
    if (reader.feed(answer.substr(at, size), 0, nullptr, tally) == Progress::kDone)
      return std::min(at + size, answer.size());
  return 0;
}

TEST(AnswerReader, FindsTheEndAtEverySplit) {
  const std::string_view answers[] = {
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
      "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\nA: b\r\n\r\n"};
  for (const std::string_view answer : answers)
    for (std::size_t size = 1; size <= answer.size(); ++size)
      EXPECT_EQ(done_at(answer, size), answer.size()) << answer << " by " << size;
}

TEST(AnswerReader, CallsBadChunksBroken) {
  AnswerReader reader;
  Tally tally;
  EXPECT_EQ(
      reader.feed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz", 0, nullptr, tally),
      Progress::kBroken);
}

TEST(AnswerReader, AnswerUpToTheEndIsWholeOnlyAfterItsHead) {
  AnswerReader reader;
  Tally tally;
  EXPECT_EQ(reader.at_end(), Progress::kBroken);
  EXPECT_EQ(reader.feed("HTTP/1.0 200 OK\r\n\r\nhel", 0, nullptr, tally), Progress::kMore);
  EXPECT_EQ(reader.at_end(), Progress::kDone);
  EXPECT_TRUE(reader.close_after());
}

TEST(EventMeter, CountsEachEventOnceWithItsDelay) {
  EventMeter meter;
  Tally tally;
  meter.begin(1000);
  meter.feed("data: {\"i\":0,\"t\":15", 2000, tally);
  EXPECT_EQ(tally.events, 0u);
  meter.feed("00}\n\ndata: {\"i\":1,\"t\":2000}\n\ndata: [DONE]\n\n", 3000, tally);
  EXPECT_EQ(tally.events, 2u);
  EXPECT_EQ(tally.event_delay.percentile(100), 1500u);
  EXPECT_EQ(tally.first_event.percentile(100), 2000u);
  EXPECT_EQ(tally.event_gap.count(), 1u);
}

TEST(Loopback, TakesNoAddressOfAnotherMachine) {
  EXPECT_TRUE(loopback_address("127.0.0.1:8080"));
  EXPECT_TRUE(loopback_address("127.8.9.1:1"));
  for (const char* other : {"10.0.0.1:80", "128.0.0.1:80", "0.0.0.0:80", "localhost:80",
                            "127.0.0.1", "127.0.0.1:0", "127.0.0.1:80x", "[::1]:80"})
    EXPECT_FALSE(loopback_address(other)) << other;
}

TEST(Redaction, ReplacesOverlappingSpansOnce) {
  const std::string body = redacted("a secret and another", {{2, 8}, {4, 10}, {13, 20}});
  EXPECT_EQ(body, "a [REDACTED]nd [REDACTED]");
}

TEST(Redaction, HeadHasTheNewLengthAndNoConnection) {
  const std::string head = rewritten_head(
      "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 9\r\n\r\n", 12);
  EXPECT_EQ(head, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 12\r\n\r\n");
}

TEST(Message, ReadsNumbersOfTheQuery) {
  EXPECT_EQ(query_number("/v1/x?n=50&us=0", "us"), 0u);
  EXPECT_EQ(query_number("/v1/x?n=50&us=0", "n"), 50u);
  EXPECT_EQ(query_number("/v1/x?min=50", "n"), std::nullopt);
}

}  // namespace
}  // namespace sekisho::lab
