#include <gtest/gtest.h>

#include <algorithm>

#include "tests/gateway/framing_table.h"
#include "tests/gateway/h1_wires.h"

namespace sekisho::gateway {
namespace {

std::string lines_of(const Headers& headers) {
  std::string out;
  for (const Header& h : headers) out += h.name + ": " + h.value + "\r\n";
  return out;
}

// What became of a message, as one text, so that a failure shows all of it.
std::string told(const std::string& head, const std::string& body, const std::string& trailers,
                 const std::string& rest) {
  return "head:\n" + head + "body:\n" + body + "\ntrailers:\n" + trailers + "rest:\n" + rest;
}

std::string told(const HttpError& error, bool with_status) {
  const bool framing = !error.framing.rule.empty();
  if (!framing && error.kind == HttpError::Kind::kBroken && error.detail.starts_with("truncated")) {
    return "refused truncated";
  }
  if (!framing) return "unexpected: " + error.detail;
  const std::string status = with_status ? " " + std::to_string(error.framing.status) : "";
  return "refused " + error.framing.rule + status;
}

std::string wanted(const MessageCase& c, bool with_status) {
  if (c.rule.empty()) return told(c.head, c.body, c.trailers, c.rest);
  if (c.rule == "truncated") return "refused truncated";
  return "refused " + c.rule + (with_status ? " " + std::to_string(c.status) : "");
}

Awaitable<std::optional<HttpError>> read_whole_body(HttpStream& stream, std::string& body) {
  for (;;) {
    HttpResult<BodyPiece> piece = co_await stream.read_body(kPatience);
    if (!piece) co_return piece.error();
    body += piece->data;
    if (piece->end) co_return std::nullopt;
  }
}

Awaitable<void> read_request(ClientHttpStream& stream, RequestPlace place, std::string& outcome) {
  HttpResult<RequestHead> head = co_await stream.read_head(place, soon(), kPatience);
  if (!head) {
    outcome = told(head.error(), true);
    co_return;
  }
  std::string body, rest;
  std::optional<HttpError> fault = co_await read_whole_body(stream, body);
  if (fault) {
    outcome = told(*fault, true);
    co_return;
  }
  const std::string trailers = lines_of(stream.trailers());
  std::unique_ptr<ByteStream> low = stream.release();
  std::string buffer(4096, '\0');
  for (long n = 1; n > 0;) {
    n = co_await read_some(*low, buffer.data(), buffer.size(), soon());
    if (n > 0) rest.append(buffer, 0, static_cast<std::size_t>(n));
  }
  outcome = told(serialise(*head), body, trailers, rest);
}

Awaitable<void> read_answer(OriginHttpStream& stream, const MessageCase& c, std::string& outcome) {
  RequestHead request;
  request.method = c.method;
  request.target = c.method == "CONNECT" ? "a.example:443" : "/";
  request.headers.push_back(Header{"Host", "a.example"});
  HttpResult<bool> sent = co_await stream.write_head(request, "", true, kPatience);
  if (!sent) co_return;
  HttpResult<ResponseHead> head = co_await stream.read_head(kPatience);
  if (!head) {
    outcome = told(head.error(), false);
    co_return;
  }
  std::string body;
  if (head->status >= 200) {
    std::optional<HttpError> fault = co_await read_whole_body(stream, body);
    if (fault) {
      outcome = told(*fault, false);
      co_return;
    }
  }
  outcome = told(serialise(*head), body, lines_of(stream.trailers()), c.rest);
}

class Framing : public testing::TestWithParam<Transport> {
 protected:
  // Feeds `bytes` in pieces that end at `cuts` and gives back what became of the message.
  std::string feed(const MessageCase& c, const std::vector<std::size_t>& cuts, bool request) {
    auto [ours, theirs] = wires_.connect();
    std::string outcome;
    std::unique_ptr<ClientHttpStream> client;
    std::unique_ptr<OriginHttpStream> origin;
    if (request) {
      client = make_h1_client_stream(std::move(ours), HeadLimits());
      wires_.start(read_request(*client, c.place, outcome));
    } else {
      origin = make_h1_origin_stream(std::move(ours), HeadLimits());
      wires_.start(read_answer(*origin, c, outcome));
    }
    std::size_t from = 0;
    for (std::size_t cut : cuts) {
      write_now(*theirs, std::string_view(c.bytes).substr(from, cut - from));
      wires_.settle();
      from = cut;
    }
    write_now(*theirs, std::string_view(c.bytes).substr(from));
    theirs->shutdown_write();
    wires_.finish();
    theirs.reset();
    return outcome;
  }

  void check_whole(const std::vector<MessageCase>& cases, bool request) {
    for (const MessageCase& c : cases) {
      EXPECT_EQ(feed(c, {}, request), wanted(c, request)) << c.name;
    }
  }
  void check_two_pieces(const std::vector<MessageCase>& cases, bool request) {
    for (const MessageCase& c : cases) {
      for (std::size_t cut = 1; cut < c.bytes.size(); ++cut) {
        ASSERT_EQ(feed(c, {cut}, request), wanted(c, request)) << c.name << " cut at " << cut;
      }
    }
  }
  void check_bytes(const std::vector<MessageCase>& cases, bool request) {
    for (const MessageCase& c : cases) {
      std::vector<std::size_t> cuts;
      for (std::size_t cut = 1; cut < c.bytes.size(); ++cut) cuts.push_back(cut);
      ASSERT_EQ(feed(c, cuts, request), wanted(c, request)) << c.name;
    }
  }

  Wires wires_{GetParam()};
};

TEST_P(Framing, JudgesWholeHeads) {
  check_whole(head_cases(), true);
}
TEST_P(Framing, JudgesHeadsCutAnywhere) {
  check_two_pieces(head_cases(), true);
}
TEST_P(Framing, JudgesHeadsByteByByte) {
  check_bytes(head_cases(), true);
}

TEST_P(Framing, JudgesWholeBodies) {
  check_whole(body_cases(), true);
}
TEST_P(Framing, JudgesBodiesCutAnywhere) {
  check_two_pieces(body_cases(), true);
}
TEST_P(Framing, JudgesBodiesByteByByte) {
  check_bytes(body_cases(), true);
}

TEST_P(Framing, JudgesWholeProxyRequests) {
  check_whole(proxy_cases(), true);
}
TEST_P(Framing, JudgesProxyRequestsCutAnywhere) {
  check_two_pieces(proxy_cases(), true);
}
TEST_P(Framing, JudgesProxyRequestsByteByByte) {
  check_bytes(proxy_cases(), true);
}

TEST_P(Framing, JudgesWholeAnswers) {
  check_whole(response_cases(), false);
}
TEST_P(Framing, JudgesAnswersCutAnywhere) {
  check_two_pieces(response_cases(), false);
}
TEST_P(Framing, JudgesAnswersByteByByte) {
  check_bytes(response_cases(), false);
}

INSTANTIATE_TEST_SUITE_P(OverMemory, Framing, testing::Values(Transport::kMemory));
INSTANTIATE_TEST_SUITE_P(OverSockets, Framing, testing::Values(Transport::kSocket));

TEST(FramingTable, IsLargeAndNamesEachCaseOnce) {
  std::vector<std::string> names;
  for (const auto* cases : {&head_cases(), &body_cases(), &proxy_cases()})
    for (const MessageCase& c : *cases) names.push_back(c.name);
  EXPECT_GE(names.size() + response_cases().size(), 400u);
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
}

TEST(FramingTable, SaysInEachRowWhatObliges) {
  for (const auto* cases : {&head_cases(), &body_cases(), &proxy_cases(), &response_cases()}) {
    for (const MessageCase& c : *cases) {
      const bool cites = c.obliges.size() > 5 && c.obliges[4] == ' ' &&
                         std::all_of(c.obliges.begin(), c.obliges.begin() + 4, ::isdigit);
      EXPECT_TRUE(cites) << c.name << ": " << c.obliges;
    }
  }
}

}  // namespace
}  // namespace sekisho::gateway
