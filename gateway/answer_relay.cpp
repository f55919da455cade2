#include "gateway/answer_relay.h"

#include "gateway/counters.h"
#include "gateway/services.h"
#include "gateway/worker.h"

namespace sekisho::gateway {
namespace {

constexpr std::string_view kNothing;
constexpr std::uint64_t kHold = 64 * 1024, kGrowStep = 256 * 1024;

// What is said of bytes that will be others.
constexpr const char* kOfBytes[] = {"content-length", "content-md5", "digest",
                                    "content-digest", "repr-digest", "etag",
                                    "accept-ranges"};

std::string_view value_of(const Headers& headers, std::string_view name) {
  const Header* h = find_header(headers, name);
  return h ? std::string_view(h->value) : std::string_view();
}

bool has_body(const BodyFraming& f) {
  return f.kind != BodyFraming::Kind::kNone &&
         !(f.kind == BodyFraming::Kind::kLength && f.length == 0);
}

// A client that takes nothing for limits.body_timeout is given up like one that left.
std::string client_word(const HttpError& error) {
  return error.kind == HttpError::Kind::kTimeout ? "client_timeout" : "client_closed";
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
      outcome_(outcome),
      silence_(worker.services().settings.limits.answer) {}

void AnswerRelay::expect(Millis silence, OriginTrial& trial) {
  silence_ = silence;
  trial_ = &trial;
}

Awaitable<AnswerRelay::End> AnswerRelay::run() {
  for (;;) {
    auto head = co_await origin_.read_head(silence_);
    if (!head) {
      error_ = head.error();
      co_return End::kNoAnswer;
    }
    if (head->status == 101) co_return End::kUpgrade;
    strip_hop_by_hop(head->headers);
    if (head->status >= 200) {
      if (trial_) trial_->answered(head->status);
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
  if (body && tokens_ && request_.method != "HEAD") co_await begin_restoring(head);
  if (head.body.kind == BodyFraming::Kind::kUntilClose)
    head.body.kind = BodyFraming::Kind::kChunked;
  // A short answer is here whole: one write, one record, one packet for the client.
  BodyPiece first;
  first.end = !body;
  if (body && !restored_) {
    auto buffered = origin_.buffered_body();
    if (buffered && !*buffered) {
      error_ = buffered->error();
      co_return End::kNoAnswer;
    }
    if (buffered) first = **buffered;
  }
  outcome_.status = head.status;
  note(first.data);
  if (body && first.end) client_.set_trailers(origin_.trailers());
  auto sent = co_await client_.write_head(head, first.data, first.end,
                                          worker_.services().settings.limits.body_timeout);
  if (!sent) {
    outcome_.abort = client_word(sent.error());
    origin_.reset();
    co_return End::kCut;
  }
  if (first.end) {
    Counters::add(worker_.counters().body_bytes_in, outcome_.received);
    note_restored();
    co_return End::kWhole;
  }
  const End end = co_await pass_body();
  note_restored();
  co_return end;
}

void AnswerRelay::restore(std::shared_ptr<const policy::TokenMap> tokens,
                          const policy::Dialect& dialect) {
  tokens_ = std::move(tokens);
  dialect_ = &dialect;
}

Awaitable<void> AnswerRelay::begin_restoring(ResponseHead& head) {
  const std::string coding = joined_values(head.headers, "content-encoding");
  policy::AnswerHead told;
  told.status = head.status;
  told.content_type = value_of(head.headers, "content-type");
  told.content_encoding = coding;
  restored_ = policy::RestoredAnswer::begin(told, tokens_, *dialect_, outcome_.unrestored);
  if (restored_) {
    Budget::Wait wait;
    const bool granted = co_await worker_.services().budget->reserve(
        kHold, worker_.executor(), Clock::now(), reservation_, wait);
    if (!granted) {
      restored_.reset();
      outcome_.unrestored = "memory";
    }
  }
  if (!restored_) co_return;
  for (const char* name : kOfBytes) remove_headers(head.headers, name);
  head.body = BodyFraming();
  head.body.kind = BodyFraming::Kind::kChunked;
}

// False: the answer is not in the coding that its head states.
bool AnswerRelay::restored_piece(const BodyPiece& piece, std::string& out) {
  if (!restored_->feed(piece.data, out)) return false;
  stay_within_budget(out);
  return !piece.end || restored_->finish(out);
}

void AnswerRelay::stay_within_budget(std::string& out) {
  const std::uint64_t held = restored_->held();
  if (held <= reservation_.bytes()) return;
  if (reservation_.grow(held - reservation_.bytes() + kGrowStep)) return;
  outcome_.unrestored = "memory";
  restored_->give_up(out);
}

void AnswerRelay::note_restored() {
  if (!tokens_) return;
  Counters& c = worker_.counters();
  if (restored_) {
    const policy::RestoreCounts& counts = restored_->counts();
    outcome_.restored = counts.restored;
    outcome_.withheld = counts.withheld;
    outcome_.unknown = counts.unknown;
    if (counts.unread > 0 && outcome_.unrestored.empty()) outcome_.unrestored = "unreadable";
    Counters::add(c.tokens_restored, counts.restored);
    Counters::add(c.tokens_withheld, counts.withheld);
    Counters::add(c.tokens_unknown, counts.unknown);
  }
  if (!outcome_.unrestored.empty()) Counters::add(c.answers_unrestored);
}

void AnswerRelay::note(std::string_view data) {
  outcome_.received += data.size();
  usage_.read(data);
  outcome_.tokens_in = usage_.in();
  outcome_.tokens_out = usage_.out();
  outcome_.tokens_cached = usage_.cached();
}

Awaitable<AnswerRelay::End> AnswerRelay::pass_body() {
  const auto& limits = worker_.services().settings.limits;
  for (;;) {
    auto piece = co_await origin_.read_body(silence_);
    if (!piece) {
      outcome_.abort = abort_word(piece.error().kind);
      client_.reset();  // a cut answer must not look whole
      co_return End::kCut;
    }
    note(piece->data);
    std::string restored;
    if (restored_ && !restored_piece(*piece, restored)) {
      outcome_.abort = "origin_coding";
      client_.reset();
      origin_.reset();
      co_return End::kCut;
    }
    if (restored_ && restored.empty() && !piece->end) continue;  // held, or not a whole message yet
    if (piece->end) {
      Headers trailers = origin_.trailers();
      if (restored_)
        for (const char* name : kOfBytes) remove_headers(trailers, name);
      client_.set_trailers(std::move(trailers));
    }
    const std::string_view data = restored_ ? std::string_view(restored) : piece->data;
    auto sent = co_await client_.write_body(data, piece->end, limits.body_timeout);
    if (!sent) {
      outcome_.abort = client_word(sent.error());
      origin_.reset();
      co_return End::kCut;
    }
    if (piece->end) break;
  }
  Counters::add(worker_.counters().body_bytes_in, outcome_.received);
  co_return End::kWhole;
}

}  // namespace sekisho::gateway
