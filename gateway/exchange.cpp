#include "gateway/exchange.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <exception>

#include "filters/bodies/stream_coding.h"
#include "gateway/answer_relay.h"
#include "gateway/counters.h"
#include "gateway/keys.h"
#include "gateway/log.h"
#include "gateway/services.h"
#include "gateway/worker.h"
#include "policy/refusal.h"

namespace sekisho::gateway {
namespace {

constexpr std::uint64_t kGrowStep = 256 * 1024;
constexpr Millis kLookAround{1'000};
constexpr std::chrono::seconds kPatience{5};
constexpr std::uint64_t kSlowBody = 16 * 1024;  // bytes a second
constexpr std::string_view kNothing;
constexpr std::string_view kWebSocket = "websocket";

double millis_between(TimePoint a, TimePoint b) {
  return std::chrono::duration<double, std::milli>(b - a).count();
}

bool has_body(const BodyFraming& f) {
  return f.kind == BodyFraming::Kind::kChunked ||
         (f.kind == BodyFraming::Kind::kLength && f.length > 0);
}

// Other upgrades (h2c) may be ignored: RFC 9110, 7.8. Those who want a WebSocket cannot do without.
bool asks_for_websocket(const Headers& headers) {
  const std::string asked = joined_values(headers, "upgrade");
  return std::search(asked.begin(), asked.end(), kWebSocket.begin(), kWebSocket.end(),
                     [](char a, char b) { return (a | 0x20) == b; }) != asked.end();
}

// OPTIONS of "http://host" asks about the server as a whole (RFC 9112, 3.2.4).
bool has_no_path(std::string_view absolute_target) {
  const std::size_t authority = absolute_target.find("://") + 3;
  return absolute_target.find_first_of("/?", authority) == std::string_view::npos;
}

// The authority of an absolute-form target replaces whatever Host says (RFC 9112, 3.2.2), and a
// request of HTTP/1.0 may have none.
void set_host(Headers& headers, const policy::Destination& to) {
  std::string value =
      to.literal && to.host.find(':') != std::string::npos ? "[" + to.host + "]" : to.host;
  if (to.port != (to.scheme == "http" ? 80 : 443)) value += ":" + std::to_string(to.port);
  for (Header& h : headers)
    if (iequals(h.name, "host")) {
      h.value = std::move(value);
      return;
    }
  headers.insert(headers.begin(), Header{"Host", std::move(value)});
}

std::string size_text(std::uint64_t bytes) {
  if (bytes % (1 << 20) == 0) return std::to_string(bytes >> 20) + " MiB";
  return std::to_string(bytes >> 10) + " KiB";
}

}  // namespace

// Addresses are judged with everything else that is known of the request.
struct Exchange::Judge final : AddressJudge {
  explicit Judge(const Exchange& e) : exchange(e) {}
  bool denied(const policy::AddressFacts& facts) const override {
    last = exchange.admit(&facts);
    return last.refused && last.reason == policy::Reason::kRegion;
  }
  bool mixed_drops() const override { return exchange.snapshot_->mixed_drops(); }
  policy::AddressFacts look_up(const config::IpAddress& ip) const override {
    return exchange.snapshot_->geo().look_up(ip, now_seconds());
  }
  const Exchange& exchange;
  mutable policy::Admission
      last;  // of the address judged last: of an idle connection, the one leased
};

Exchange::Exchange(Worker& worker, ClientHttpStream& stream, const policy::Client& client,
                   const policy::Destination& to, bool in_tunnel)
    : worker_(worker),
      services_(worker.services()),
      client_stream_(stream),
      client_(client),
      to_(to),
      in_tunnel_(in_tunnel),
      snapshot_(worker.snapshot()),
      sealing_(worker.sealing()),
      id_(new_request_id()),
      watch_(stream, worker.executor(), worker.deadlines()) {
  outcome_.id = id_;
  worker_.enter(*this);
}

Exchange::~Exchange() {
  worker_.leave(*this);
}

void Exchange::cut() {
  cut_ = true;
  if (lease_.stream) lease_.stream->reset();
}

Awaitable<bool> Exchange::run(RequestHead head) {
  head_ = std::move(head);
  bool again = false;
  std::exception_ptr thrown;
  try {
    again = co_await serve();
  } catch (...) {
    thrown = std::current_exception();
  }
  co_await watch_.stop();
  record_outcome();
  if (thrown) std::rethrow_exception(thrown);
  co_return again;
}

Awaitable<bool> Exchange::serve() {
  bool go = prepare();
  if (!go) {
    const bool again = co_await fail(fault_of_verdict());
    co_return again;
  }
  if (head_.upgrade && asks_for_websocket(head_.headers)) {
    Fault upgrade(426, policy::Reason::kUninspected, "upgrade",
                  "this gateway does not pass WebSocket; use plain HTTPS");
    upgrade.extra.push_back(Header{"Upgrade", "HTTP/1.1"});
    const bool again = co_await fail(std::move(upgrade));
    co_return again;
  }
  go = co_await hold_body();
  if (go) go = co_await inspect();
  if (go) go = co_await decide_and_lease();
  if (go) go = co_await seal();
  if (go) go = co_await record_decision();
  if (go) go = co_await send_and_relay();
  if (ended_well_) co_return client_stream_.reusable();
  co_return go&& client_stream_.reusable();
}

// The destination again, with path, query and headers.
bool Exchange::prepare() {
  target_ = head_.target;
  const auto absolute = parse_absolute_target(head_.target);
  if (absolute) target_ = absolute->origin_form;
  if (absolute && head_.method == "OPTIONS" && has_no_path(head_.target)) target_ = "*";
  fields_ = head_.headers;
  if (absolute || !find_header(fields_, "host")) set_host(fields_, to_);
  strip_hop_by_hop(fields_);
  remove_headers(fields_, "expect");
  admission_ = admit(nullptr);
  body_read_ = !has_body(head_.body);
  if (!admission_.refused) return true;
  verdict_ = decide();
  return false;
}

policy::Admission Exchange::admit(const policy::AddressFacts* address) const {
  policy::AdmissionQuery query;
  query.client = &client_;
  query.to = &to_;
  query.method = head_.method;
  query.target = target_;
  query.headers = header_views();
  if (body_inspected_) query.fields = &inspected_.fields;
  query.address = address;
  query.now = now_seconds();
  return snapshot_->admit(query);
}

policy::Verdict Exchange::decide() const {
  const bool planned = admission_.enforce == planned_;
  return snapshot_->decide(client_, admission_, inspected_, now_seconds(), services_.keys.pseudonym,
                           planned ? &enforcement_ : nullptr);
}

std::vector<policy::HeaderView> Exchange::header_views() const {
  std::vector<policy::HeaderView> views;
  views.reserve(fields_.size());
  for (const Header& h : fields_) views.emplace_back(h.name, h.value);
  return views;
}

std::string_view Exchange::decoded_body() const {
  return inspected_.coded ? std::string_view(inspected_.decoded) : std::string_view(body_);
}

Awaitable<bool> Exchange::hold_body() {
  if (body_read_) co_return true;
  const auto& limits = services_.settings.limits;
  const bool stated = head_.body.kind == BodyFraming::Kind::kLength;
  if (stated && head_.body.length > limits.body) {
    Fault big(413, policy::Reason::kLimit, "body",
              "the body is larger than limits.body (" + size_text(limits.body) + ")");
    co_await fail(std::move(big));
    co_return false;
  }
  // Known length: all of it, twice (as received and decoded). Unknown: what comes, step by step.
  const std::uint64_t first = stated ? head_.body.length * 2 : kGrowStep;
  const bool granted = co_await reserve_memory(first);
  if (!granted) {
    Fault full = fault_of_memory();
    co_await fail(std::move(full));
    co_return false;
  }
  if (head_.expect_continue) {
    ResponseHead interim;
    interim.status = 100;
    interim.reason = "Continue";
    auto sent = co_await client_stream_.write_head(interim, kNothing, false, limits.body_timeout);
    if (!sent) co_return false;
  }
  const bool whole = co_await hold_pieces();
  note_time("body");
  co_return whole;
}

// A client that leaves gives its place in the line up.
Awaitable<bool> Exchange::reserve_memory(std::uint64_t bytes) {
  Budget& budget = *services_.budget;
  const TimePoint deadline = Clock::now() + services_.settings.limits.admit;
  Budget::Wait wait;
  if (budget.busy(bytes)) {
    watch_.on_gone([&wait] { wait.cancel(); });
    watch_.start();
  }
  const bool granted =
      co_await budget.reserve(bytes, worker_.executor(), deadline, reservation_, wait);
  co_await watch_.stop();
  watch_.on_gone(nullptr);
  co_return granted;
}

Awaitable<bool> Exchange::hold_pieces() {
  const auto& limits = services_.settings.limits;
  const bool stated = head_.body.kind == BodyFraming::Kind::kLength;
  if (stated) body_.reserve(head_.body.length);
  const TimePoint begun = Clock::now();
  Millis silent{0};
  for (;;) {
    const Millis slice = std::min(limits.body_timeout - silent, kLookAround);
    auto piece = co_await client_stream_.read_body(slice);
    if (!piece && piece.error().kind == HttpError::Kind::kTimeout) {
      silent += slice;
      if (holds_others_up(begun, silent)) {
        request_broken_ = true;
        Fault slow = fault_of_memory();
        slow.word = "memory_slow";
        free_body();
        co_await fail(std::move(slow));
        co_return false;
      }
      if (silent < limits.body_timeout) continue;
    }
    if (!piece) {
      request_broken_ = true;
      co_await fail(fault_of_client(piece.error()));
      co_return false;
    }
    if (body_.size() + piece->data.size() > limits.body) {
      Fault big(413, policy::Reason::kLimit, "body",
                "the body is larger than limits.body (" + size_text(limits.body) + ")");
      co_await fail(std::move(big));
      co_return false;
    }
    const std::uint64_t need = 2 * (body_.size() + piece->data.size());
    if (need > reservation_.bytes() &&
        !reservation_.grow(need - reservation_.bytes() + kGrowStep)) {
      Fault full = fault_of_memory();
      free_body();  // before the record: else all that grow at once fail at once
      co_await fail(std::move(full));
      co_return false;
    }
    silent = Millis{0};
    body_.append(piece->data);
    bytes_in_ = body_.size();
    if (piece->end) break;
  }
  body_read_ = true;
  co_return true;
}

// While others wait for memory, a body that hardly moves has no claim on what it holds.
bool Exchange::holds_others_up(TimePoint begun, Millis silent) const {
  const auto held = std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - begun);
  if (services_.budget->waiting() == 0 || held < kPatience) return false;
  return silent >= kPatience || body_.size() < static_cast<std::uint64_t>(held.count()) * kSlowBody;
}

Awaitable<bool> Exchange::inspect() {
  policy::RequestParts parts;
  parts.method = head_.method;
  parts.target = target_;
  parts.headers = header_views();
  if (body_read_ && has_body(head_.body))
    for (const Header& t : client_stream_.trailers()) parts.headers.emplace_back(t.name, t.value);
  parts.body = body_;
  policy::InspectionLimits limits;
  limits.decoded_body = services_.settings.limits.decoded_body;
  // As much as came in is reserved already.
  limits.reserve = [this, granted = body_.size()](std::size_t bytes) mutable {
    const std::size_t paid = std::min(granted, bytes);
    granted -= paid;
    return bytes == paid || reservation_.grow(bytes - paid);
  };
  policy::Inspection inspection(*snapshot_, admission_, std::move(parts), std::move(limits));
  net::use_awaitable_t<Executor> token;
  while (inspection.step()) co_await net::post(worker_.executor(), token);
  inspected_ = inspection.take();
  body_inspected_ = has_body(head_.body);
  note_time("scan");
  if (inspected_.over_limit) {
    Fault big(413, policy::Reason::kLimit, "decoded_body",
              "the decoded body is larger than limits.decoded_body or the memory left");
    co_await fail(std::move(big));
    co_return false;
  }
  co_return true;
}

Awaitable<bool> Exchange::decide_and_lease() {
  // Without an address first: what the body alone refuses causes no look-up.
  // What will be written into the body is judged in place of what the client wrote.
  co_await plan_enforcement();
  if (!enforcement_.failure) policy::write_fields(planned_, enforcement_, inspected_.fields);
  if (body_inspected_) admission_ = admit(nullptr);
  co_await plan_enforcement();
  verdict_ = decide();
  if (verdict_.action == policy::Action::kBlock) {
    co_await fail(fault_of_verdict());
    co_return false;
  }
  if (origin_is_down()) {
    co_await fail_origin(fault_of_down());
    co_return false;
  }
  // From here on nothing is read from the client; one that leaves takes the origin's work with it.
  watch_.on_gone([this] {
    if (lease_.stream) lease_.stream->reset();
  });
  watch_.start_soon();
  Judge judge(*this);
  lease_ = co_await worker_.pool().lease(to_, judge, limits_.connect);
  note_time("lease");
  if (watch_.gone()) co_return false;
  note_lease();
  if (!lease_.stream) {
    if (lease_.fault == Lease::Fault::kRegion) {
      admission_ = admit(&lease_.address);
      verdict_ = decide();
      co_await fail(fault_of_verdict());
    } else {
      co_await fail_lease();
    }
    co_return false;
  }
  admission_ = lease_.reused ? std::move(judge.last) : admit(&lease_.address);
  co_await plan_enforcement();
  verdict_ = decide();
  if (verdict_.action == policy::Action::kBlock) {
    worker_.pool().give_back(to_, std::move(lease_));
    co_await fail(fault_of_verdict());
    co_return false;
  }
  co_return true;
}

// What is down is not waited for, and nobody else is asked in its place: that is for people to
// decide.
bool Exchange::origin_is_down() {
  limits_ = origin_limits(services_.settings, admission_);
  trial_ = services_.origin_health->ask(to_, admission_.provider);
  return trial_.refused();
}

// A bad certificate is not counted: it is told for what it is, each time.
void Exchange::note_lease() {
  switch (lease_.fault) {
    case Lease::Fault::kNone:
      if (!lease_.reused) trial_.connected();
      break;
    case Lease::Fault::kTimeout:
    case Lease::Fault::kUnreachable:
    case Lease::Fault::kName:
      trial_.failed(OriginFailure::kConnect);
      break;
    case Lease::Fault::kTls:
      trial_.failed(OriginFailure::kTls);
      break;
    default:
      break;
  }
}

Awaitable<bool> Exchange::record_decision() {
  const audit::Decision d = decision();
  ref_ = co_await record_durably(worker_, d);
  note_time("journal");
  recorded_ = ref_ != 0;
  if (!recorded_) {
    forget_sealed();
    worker_.pool().give_back(to_, std::move(lease_));
    services_.journal->count_refused();
    const Fault journal = fault_of_journal();
    co_await answer_refusal(journal);
    co_return false;
  }
  count();
  if (watch_.gone()) outcome_.abort = "client_closed";
  co_return !watch_.gone();
}

RequestHead Exchange::outgoing() const {
  RequestHead out;
  out.method = head_.method;
  out.target = target_;
  out.headers = fields_;
  const bool body_sent = head_.body.kind != BodyFraming::Kind::kNone;
  const std::uint64_t length = edit_ ? edited_.size() : body_.size();
  if (edit_) {
    for (const char* name :
         {"content-encoding", "digest", "content-digest", "repr-digest", "content-md5"})
      remove_headers(out.headers, name);
  }
  // The answer must come in a coding that can be undone to restore it. What is signed is never
  // edited, so that nothing has to be restored there.
  if (verdict_.tokens && !inspected_.signed_request)
    for (Header& h : out.headers)
      if (iequals(h.name, "accept-encoding")) h.value = filters::known_codings(h.value);
  enforce_head(out);
  if (!body_sent) return out;
  bool stated = false;
  for (Header& h : out.headers)
    if (iequals(h.name, "content-length")) {
      h.value = std::to_string(length);
      stated = true;
    }
  if (!stated) out.headers.push_back(Header{"Content-Length", std::to_string(length)});
  out.body.kind = BodyFraming::Kind::kLength;
  out.body.length = length;
  out.body.length_stated = true;
  return out;
}

Awaitable<bool> Exchange::send_and_relay() {
  bool go = co_await send_request();
  if (go) go = co_await relay_answer();
  if (repeat_) {
    go = co_await lease_again();
    if (go) go = co_await send_request();
    if (go) go = co_await relay_answer();
  }
  // The origin's connection was closed because the client's was: that is the cause to record.
  if (watch_.gone() && !go) outcome_.abort = "client_closed";
  co_return go;
}

Awaitable<bool> Exchange::send_request() {
  if (cut_) co_return false;  // nothing was sent, and nothing will be
  apply_edits();
  // Again: while the record was written the origin may have ended it, or have said what would be
  // taken for the answer.
  if (lease_.reused && !lease_.stream->quiet()) {
    repeat_ = true;
    co_return false;
  }
  const RequestHead out = outgoing();
  const std::string_view body = edit_ ? std::string_view(edited_) : std::string_view(body_);
  auto sent =
      co_await lease_.stream->write_head(out, body, true, services_.settings.limits.body_timeout);
  if (watch_.gone()) co_return false;
  request_sent_ = request_sent_ || !lease_.stream->untouched();
  if (!sent) {
    // An origin may answer early (413, 401) and stop reading: its answer is still worth having.
    if (sent.error().kind != HttpError::Kind::kTimeout) co_return true;
    trial_.failed(OriginFailure::kTimeout);
    Fault slow(504, policy::Reason::kOrigin, "origin_timeout",
               "the service does not take the request");
    slow.detail_ja = "接続先が要求を受け取りません";
    co_await fail_origin(std::move(slow));
    co_return false;
  }
  outcome_.sent = body.size();
  Counters::add(worker_.counters().body_bytes_out, body.size());
  if (verdict_.tokens) Counters::add(worker_.counters().tokens_issued, verdict_.tokens->size());
  if (may_repeat()) co_return true;
  // The request is on its way: what it occupied is free while the answer streams.
  free_body();
  co_return true;
}

Awaitable<bool> Exchange::relay_answer() {
  AnswerRelay relay(worker_, client_stream_, *lease_.stream, head_, begun_, outcome_);
  relay.expect(limits_.answer, trial_);
  if (verdict_.tokens && admission_.dialect) relay.restore(verdict_.tokens, *admission_.dialect);
  const AnswerRelay::End end = co_await relay.run();
  if (end == AnswerRelay::End::kWhole) {
    worker_.pool().give_back(to_, std::move(lease_));
    co_return true;
  }
  if (watch_.gone()) co_return false;
  if (end == AnswerRelay::End::kNoAnswer) {
    const HttpError& error = relay.error();
    const bool closed = !error.started && (error.kind == HttpError::Kind::kClosed ||
                                           error.kind == HttpError::Kind::kBroken);
    repeat_ = closed && may_repeat();
    if (repeat_) co_return false;
    if (error.kind == HttpError::Kind::kTimeout) trial_.failed(OriginFailure::kTimeout);
    if (closed) trial_.failed(OriginFailure::kClosed);
    co_await fail_origin(fault_of_origin(error));
  } else if (end == AnswerRelay::End::kUpgrade) {
    Fault bad(502, policy::Reason::kOrigin, "origin_upgrade",
              "the service switched protocols without being asked");
    bad.detail_ja = "接続先が求めていないプロトコルに切り替えました";
    co_await fail_origin(std::move(bad));
  }
  co_return false;
}

// Services close idle connections when they like. What such a connection failed is sent once more
// when it was never sent at all, or does no more when it is done twice (RFC 9110 9.2.2).
bool Exchange::may_repeat() const {
  if (!lease_.reused || outcome_.retried > 0) return false;
  if (lease_.stream->untouched()) return true;
  for (const char* method : {"GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"})
    if (head_.method == method) return true;
  return false;
}

// On a connection of its own, judged like the first; the decision on record must hold for it.
Awaitable<bool> Exchange::lease_again() {
  repeat_ = false;
  if (request_sent_) ++outcome_.retried;
  Judge judge(*this);
  lease_ = {};
  lease_ = co_await worker_.pool().lease(to_, judge, limits_.connect, OriginPool::Take::kFresh);
  if (watch_.gone()) co_return false;
  note_lease();
  if (!lease_.stream && lease_.fault != Lease::Fault::kRegion) {
    co_await fail_origin(fault_of_lease());
    co_return false;
  }
  const policy::Admission admission = admit(&lease_.address);
  const policy::Verdict verdict =
      snapshot_->decide(client_, admission, inspected_, now_seconds(), {}, &enforcement_);
  const bool same = verdict.action == verdict_.action && admission.enforce == planned_;
  if (lease_.stream && same) co_return true;
  lease_ = {};
  Fault moved(502, policy::Reason::kOrigin, "origin_moved",
              "the service's address changed to one that policy judges otherwise");
  moved.detail_ja = "接続先のアドレスが、判定の変わる別のアドレスに移りました";
  co_await fail_origin(std::move(moved));
  co_return false;
}

void Exchange::note_time(const char* name) {
  const TimePoint now = Clock::now();
  ms_.emplace_back(name, millis_between(lap_, now));
  lap_ = now;
}

}  // namespace sekisho::gateway
