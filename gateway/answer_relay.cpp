#include "gateway/answer_relay.h"

#include "gateway/counters.h"
#include "gateway/services.h"
#include "gateway/worker.h"

namespace sekisho::gateway {
namespace {

constexpr std::string_view kNothing;

bool has_body(const BodyFraming& f) {
  return f.kind != BodyFraming::Kind::kNone &&
         !(f.kind == BodyFraming::Kind::kLength && f.length == 0);
}

std::string abort_word(HttpError::Kind kind) {
  if (kind == HttpError::Kind::kTimeout) return "origin_timeout";
  return kind == HttpError::Kind::kFraming ? "origin_framing" : "origin_closed";
}

}  // namespace

AnswerRelay::AnswerRelay(Worker& worker, ClientHttpStream& client, OriginHttpStream& origin,
                         const RequestHead& request, TimePoint begun, audit::Outcome& outcome)
    : worker_(worker),
      client_(client),
      origin_(origin),
      request_(request),
      begun_(begun),
      outcome_(outcome) {}

Awaitable<AnswerRelay::End> AnswerRelay::run() {
  for (;;) {
    auto head = co_await origin_.read_head(worker_.services().settings.limits.answer);
    if (!head) {
      error_ = head.error();
      co_return End::kNoAnswer;
    }
    if (head->status == 101) co_return End::kUpgrade;
    strip_hop_by_hop(head->headers);
    if (head->status >= 200) {
      const End end = co_await pass_final(*std::move(head));
      co_return end;
    }
    const bool sent = co_await pass_interim(*std::move(head));
    if (!sent) co_return End::kCut;
  }
}

Awaitable<bool> AnswerRelay::pass_interim(ResponseHead head) {
  if (head.status == 100 || request_.minor_version == 0)
    co_return true;  // ours to say; 1.0 knows none
  auto sent = co_await client_.write_head(head, kNothing, false,
                                          worker_.services().settings.limits.body_timeout);
  co_return sent.has_value();
}

Awaitable<AnswerRelay::End> AnswerRelay::pass_final(ResponseHead head) {
  if (outcome_.ttfb_ms < 0)
    outcome_.ttfb_ms = std::chrono::duration<double, std::milli>(Clock::now() - begun_).count();
  head.keep_alive = request_.keep_alive && !worker_.draining();
  const bool body = has_body(head.body);
  if (head.body.kind == BodyFraming::Kind::kUntilClose)
    head.body.kind = BodyFraming::Kind::kChunked;
  // A short answer is here whole: one write, one record, one packet for the client.
  BodyPiece first;
  first.end = !body;
  if (body) {
    auto buffered = origin_.buffered_body();
    if (buffered && !*buffered) {
      error_ = buffered->error();
      co_return End::kNoAnswer;
    }
    if (buffered) first = **buffered;
  }
  outcome_.status = head.status;
  outcome_.received += first.data.size();
  if (body && first.end) client_.set_trailers(origin_.trailers());
  auto sent = co_await client_.write_head(head, first.data, first.end,
                                          worker_.services().settings.limits.body_timeout);
  if (!sent) {
    outcome_.abort = "client_closed";
    origin_.reset();
    co_return End::kCut;
  }
  if (first.end) {
    Counters::add(worker_.counters().body_bytes_in, outcome_.received);
    co_return End::kWhole;
  }
  const End end = co_await pass_body();
  co_return end;
}

Awaitable<AnswerRelay::End> AnswerRelay::pass_body() {
  const auto& limits = worker_.services().settings.limits;
  for (;;) {
    auto piece = co_await origin_.read_body(limits.answer);
    if (!piece) {
      outcome_.abort = abort_word(piece.error().kind);
      client_.reset();  // a cut answer must not look whole
      co_return End::kCut;
    }
    outcome_.received += piece->data.size();
    if (piece->end) client_.set_trailers(origin_.trailers());
    auto sent = co_await client_.write_body(piece->data, piece->end, limits.body_timeout);
    if (!sent) {
      outcome_.abort = "client_closed";
      origin_.reset();
      co_return End::kCut;
    }
    if (piece->end) break;
  }
  Counters::add(worker_.counters().body_bytes_in, outcome_.received);
  co_return End::kWhole;
}

}  // namespace sekisho::gateway
