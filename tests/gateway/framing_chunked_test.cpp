#include <gtest/gtest.h>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "gateway/http/chunked.h"
#include "tests/gateway/framing_table.h"

namespace sekisho::gateway {
namespace {

std::string rule_of(const Fault& fault) {
  return fault ? fault->rule : "";
}

TEST(Chunked, LeavesWhatFollowsTheBody) {
  ChunkedReader reader;
  std::string_view in = "3\r\nabc\r\n0\r\n\r\nGET /";
  std::string out;
  EXPECT_EQ(rule_of(reader.read(in, out)), "");
  EXPECT_TRUE(reader.done());
  EXPECT_EQ(out, "abc");
  EXPECT_EQ(in, "GET /");
}

TEST(Chunked, PassesOnWhatIsThere) {
  ChunkedReader reader;
  std::string out;
  std::string_view in = "ff\r\nabc";
  EXPECT_EQ(rule_of(reader.read(in, out)), "");
  EXPECT_EQ(out, "abc");
  EXPECT_FALSE(reader.done());
}

TEST(Chunked, TakesTheLargestSize) {
  ChunkedReader reader;
  std::string out;
  std::string_view in = "ffffffffffffffff\r\nabc";
  EXPECT_EQ(rule_of(reader.read(in, out)), "");
  EXPECT_EQ(out, "abc");
}

TEST(Chunked, BoundsTrailers) {
  std::string out;
  for (const auto& [trailers, rule] : std::vector<std::pair<std::string, std::string>>{
           {"X: " + std::string(8 * 1024 - 7, 'a') + "\r\n", ""},
           {"X: " + std::string(8 * 1024, 'a') + "\r\n", "trailer_limit"},
           {std::string(9000, 'a'), "trailer_limit"}}) {
    ChunkedReader reader;
    const std::string bytes = "0\r\n" + trailers + "\r\n";
    std::string_view in = bytes;
    EXPECT_EQ(rule_of(reader.read(in, out)), rule) << trailers.size();
  }
}

TEST(Chunked, CountsTrailerLines) {
  std::string bytes = "0\r\n", out;
  for (int i = 0; i < 32; ++i) bytes += "X: y\r\n";
  ChunkedReader full, over;
  const std::string fits = bytes + "\r\n", long_one = bytes + "X: y\r\n\r\n";
  std::string_view in = fits;
  EXPECT_EQ(rule_of(full.read(in, out)), "");
  EXPECT_EQ(full.trailers().size(), 32u);
  in = long_one;
  EXPECT_EQ(rule_of(over.read(in, out)), "too_many_headers");
}

TEST(Chunked, IsWrittenAsItIsRead) {
  Headers trailers;
  trailers.push_back(Header{"X-Sum", "1"});
  const std::string body(100000, 'b');
  const std::string bytes = chunk_prefix(body.size()) + body + "\r\n" + last_chunk(trailers);
  EXPECT_EQ(bytes.substr(0, 7), "186a0\r\n");
  ChunkedReader reader;
  std::string_view in = bytes;
  std::string out;
  EXPECT_EQ(rule_of(reader.read(in, out)), "");
  EXPECT_TRUE(reader.done());
  EXPECT_EQ(out, body);
  ASSERT_EQ(reader.trailers().size(), 1u);
  EXPECT_EQ(reader.trailers()[0].value, "1");
}

// Beast reads what the gate wrote the way the gate meant it.
TEST(Framing, BeastReadsTheSameBodiesBehindTheGate) {
  namespace http = boost::beast::http;
  int compared = 0;
  std::vector<MessageCase> cases = head_cases();
  cases.insert(cases.end(), body_cases().begin(), body_cases().end());
  for (const MessageCase& c : cases) {
    if (!c.rule.empty()) continue;
    Framed<RequestHead> head = parse_request_head(c.head, c.place, HeadLimits());
    ASSERT_TRUE(head) << c.name;
    std::string bytes = serialise(*head);
    const bool chunked = head->body.kind == BodyFraming::Kind::kChunked;
    if (chunked && !c.body.empty()) bytes += chunk_prefix(c.body.size()) + c.body + "\r\n";
    bytes += chunked ? last_chunk(Headers()) : c.body;
    http::request_parser<http::string_body> parser;
    parser.eager(true);
    parser.body_limit(boost::none);
    boost::beast::error_code error;
    const std::size_t taken = parser.put(boost::asio::buffer(bytes), error);
    EXPECT_FALSE(error) << c.name << ": " << error.message();
    EXPECT_TRUE(parser.is_done()) << c.name;
    EXPECT_EQ(taken, bytes.size()) << c.name;
    EXPECT_EQ(parser.get().body(), c.body) << c.name;
    ++compared;
  }
  EXPECT_GT(compared, 40);
}

}  // namespace
}  // namespace sekisho::gateway
