// The refusing half of Exchange: every cause becomes one record and one answer in the dialect of
// the service.

#include <algorithm>

#include "gateway/exchange.h"
#include "gateway/parent_proxy.h"
#include "gateway/services.h"
#include "gateway/tls/origin_certificate.h"
#include "gateway/worker.h"
#include "policy/expiry.h"
#include "policy/refusal.h"

namespace sekisho::gateway {
namespace {

constexpr std::chrono::seconds kDrainBefore{
    30};  // a client that is slower than that is told while it still sends
constexpr std::chrono::seconds kDrainAfter{10};
constexpr std::uint64_t kDrainAfterBytes = 64u << 20;

std::string_view reason_phrase(int status) {
  switch (status) {
    case 400:
      return "Bad Request";
    case 408:
      return "Request Timeout";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 417:
      return "Expectation Failed";
    case 426:
      return "Upgrade Required";
    case 431:
      return "Request Header Fields Too Large";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Error";
  }
}

std::string_view value_of(const Headers& headers, std::string_view name) {
  const Header* h = find_header(headers, name);
  return h ? std::string_view(h->value) : std::string_view();
}

std::string without_query(std::string_view target) {
  return std::string(target.substr(0, target.find_first_of("?#")));
}

// A page that called the service by fetch() could not read the refusal otherwise.
void add_cors(Headers& answer, const Headers& request) {
  const Header* origin = find_header(request, "origin");
  if (!origin) return;
  answer.push_back(Header{"access-control-allow-origin", origin->value});
  answer.push_back(Header{"access-control-allow-credentials", "true"});
  answer.push_back(Header{"access-control-expose-headers", "x-sekisho-request-id"});
  answer.push_back(Header{"vary", "origin"});
}

// `check`: CertificateFault's.
Fault fault_of_certificate(const std::string& check) {
  config::Localized words = certificate_words(check);
  Fault fault(502, policy::Reason::kCertificate, check, std::move(words.en));
  fault.detail_ja = std::move(words.ja);
  return fault;
}

// `detail`: OpenSSL's words or the name of the service's alert.
Fault fault_of_tls(const std::string& detail) {
  Fault fault(502, policy::Reason::kOrigin, "tls",
              "no TLS 1.2 or 1.3 connection came about (" + detail + ")");
  fault.detail_ja = "TLS 1.2 以上の接続を結べませんでした (" + detail + ")";
  return fault;
}

// Where the service itself tells of disturbances; "" = not known.
std::string status_page(const config::Provider* provider) {
  if (!provider) return {};
  const auto fact = provider->facts.find("status_page");
  if (fact == provider->facts.end() || fact->second.items.empty()) return {};
  const std::string& page = fact->second.items.front();
  return page.starts_with("https://") ? page : std::string();
}

Fault origin_fault(int status, std::string word, std::string en, std::string ja) {
  Fault fault(status, policy::Reason::kOrigin, std::move(word), std::move(en));
  fault.detail_ja = std::move(ja);
  return fault;
}

}  // namespace

Fault Exchange::fault_of_client(const HttpError& error) const {
  if (error.kind == HttpError::Kind::kFraming) {
    const int status = error.framing.status;
    const bool limit = status == 413 || status == 414 || status == 431;
    return Fault(status, limit ? policy::Reason::kLimit : policy::Reason::kFraming,
                 error.framing.rule, error.framing.detail);
  }
  if (error.kind == HttpError::Kind::kTimeout)
    return Fault(408, policy::Reason::kLimit, "client_timeout",
                 "the request did not arrive in time");
  Fault gone;
  gone.silent = true;
  return gone;
}

Fault Exchange::fault_of_origin(const HttpError& error) const {
  if (error.kind == HttpError::Kind::kTimeout)
    return origin_fault(504, "origin_timeout", "the service did not answer in time",
                        "接続先が時間内に応答しません");
  if (error.kind == HttpError::Kind::kFraming && error.framing.rule == "head_limit")
    return origin_fault(502, "origin_head_limit", error.framing.detail,
                        "接続先の応答の先頭部が上限 (limits.request_head) を超えています");
  if (error.kind == HttpError::Kind::kFraming)
    return origin_fault(502, "origin_framing",
                        "the service's answer is not valid HTTP: " + error.framing.rule,
                        "接続先の応答が HTTP として正しくありません (" + error.framing.rule + ")");
  return origin_fault(502, "origin_closed", "the service closed the connection without an answer",
                      "接続先が応答せずに接続を閉じました");
}

Fault Exchange::fault_of_down() const {
  const std::string wait = std::to_string(trial_.wait().count());
  const std::string page = status_page(snapshot_->catalogue().find(admission_.provider));
  Fault down = origin_fault(
      503, "origin_down",
      "it keeps failing, not asked for " + wait + " s" + (page.empty() ? "" : "; status: " + page),
      "接続先の障害が続いているため、あと " + wait + " 秒は接続しません" +
          (page.empty() ? "" : " (状況: " + page + ")"));
  down.retry_after = static_cast<int>(trial_.wait().count());
  return down;
}

Fault Exchange::fault_of_lease() const {
  switch (lease_.fault) {
    case Lease::Fault::kAddress:
      return Fault(400, policy::Reason::kAddress, lease_.detail,
                   "the name leads to an address that no service may have (" + lease_.detail + ")");
    case Lease::Fault::kCertificate:
      return fault_of_certificate(lease_.detail);
    case Lease::Fault::kTls:
      return fault_of_tls(lease_.detail);
    case Lease::Fault::kTimeout:
      return origin_fault(504, "connect_timeout",
                          "no connection to the service in time (" + lease_.detail + ")",
                          "時間内に接続できません (" + lease_.detail + ")");
    case Lease::Fault::kName:
      return origin_fault(502, "name",
                          "the service's name could not be looked up: " + lease_.detail,
                          "接続先の名前を解決できません (" + lease_.detail + ")");
    case Lease::Fault::kProxy: {
      config::Localized words = proxy_fault_words(lease_.detail);
      const int status = lease_.detail == "proxy_timeout" ? 504 : 502;
      return origin_fault(status, lease_.detail, std::move(words.en), std::move(words.ja));
    }
    case Lease::Fault::kBusy: {
      Fault busy(503, policy::Reason::kLimit, "descriptors",
                 "the gateway has no connection to spare for the service now");
      busy.retry_after = 30;
      return busy;
    }
    default:
      return origin_fault(502, "connect", "the service cannot be reached: " + lease_.detail,
                          "接続先につながりません (" + lease_.detail + ")");
  }
}

Fault Exchange::fault_of_verdict() const {
  Fault f(400, verdict_.reason, "", verdict_.detail.en);
  f.detail_ja = verdict_.detail.ja;
  f.of_policy = true;
  return f;
}

Fault Exchange::fault_of_journal() {
  Fault f(503, policy::Reason::kJournal, "journal", "the audit log cannot be written now");
  f.may_retry = true;
  f.retry_after = 30;
  return f;
}

Fault Exchange::fault_of_memory() {
  Fault f(503, policy::Reason::kLimit, "memory",
          "the gateway has no memory for another body now (limits.memory)");
  f.may_retry = true;
  f.retry_after = 30;
  return f;
}

Awaitable<void> Exchange::refuse_head(const HttpError& error) {
  body_read_ = true;  // what follows a head that cannot be read has no known end
  head_.keep_alive = false;
  Fault fault = fault_of_client(error);
  co_await fail(std::move(fault));
  record_outcome();
  co_await client_stream_.drain(kDrainAfterBytes, Clock::now() + std::chrono::seconds(2));
}

Awaitable<bool> Exchange::refuse(RequestHead head, Fault fault) {
  head_ = std::move(head);
  prepare();
  const bool again = co_await fail(std::move(fault));
  record_outcome();
  co_return again;
}

Awaitable<bool> refuse_request(Asked asked, RequestHead head, Fault fault) {
  Exchange exchange(asked.worker, asked.stream, asked.client, asked.to, asked.in_tunnel);
  const bool again = co_await exchange.refuse(std::move(head), std::move(fault));
  co_return again;
}

Awaitable<void> refuse_unread_head(Asked asked, HttpError error) {
  Exchange exchange(asked.worker, asked.stream, asked.client, asked.to, asked.in_tunnel);
  co_await exchange.refuse_head(error);
}

Awaitable<bool> Exchange::fail(Fault fault) {
  if (fault.silent) co_return false;
  if (!fault.of_policy) {
    verdict_.action = policy::Action::kBlock;
    verdict_.would.reset();
    verdict_.reason = fault.reason;
    verdict_.rule.clear();
    verdict_.edits.clear();
    verdict_.enforced.clear();
    word_ = fault.word;
  }
  if (!recorded_) {
    const audit::Decision d = decision();
    ref_ = co_await record_durably(worker_, d);
    recorded_ = ref_ != 0;
    count();
    if (!recorded_) {
      // A refusal whose id finds no record is none: the client is told the other reason.
      services_.journal->count_refused();
      fault = fault_of_journal();
    }
  }
  ended_well_ = co_await answer_refusal(fault);
  co_return ended_well_;
}

// A bad certificate or address is a decision not to send; an origin that cannot be reached is an
// outcome.
Awaitable<bool> Exchange::fail_lease() {
  Fault fault = fault_of_lease();
  fault.may_retry = fault.status != 400;
  const bool decided =
      lease_.fault == Lease::Fault::kAddress || lease_.fault == Lease::Fault::kCertificate;
  Awaitable<bool> answer = decided ? fail(std::move(fault)) : fail_origin(std::move(fault));
  const bool again = co_await std::move(answer);
  co_return again;
}

// The decision was to pass it on; that it could not be is an outcome.
Awaitable<bool> Exchange::fail_origin(Fault fault) {
  fault.may_retry = !request_sent_;
  outcome_.abort = fault.word;
  name_alternative();
  if (!recorded_) {
    const bool written = co_await record_decision();
    if (!written) co_return false;
  }
  ended_well_ = co_await answer_refusal(fault);
  co_return ended_well_;
}

// One that is down itself is none.
void Exchange::name_alternative() {
  snapshot_->name_alternative(admission_);
  if (services_.origin_health->is_down(admission_.alternative)) admission_.alternative.clear();
}

// Nothing of it is sent any more.
void Exchange::free_body() {
  body_ = {};
  edited_ = {};
  inspected_.decoded = {};
  reservation_ = {};
}

// Before the answer where that is possible: a client that still sends when the answer comes may
// take it for a broken connection.
Awaitable<bool> Exchange::drain_request() {
  if (body_read_) co_return true;
  if (request_broken_) co_return false;
  const std::uint64_t limit = services_.settings.limits.body;
  const bool too_long = head_.body.kind == BodyFraming::Kind::kLength && head_.body.length > limit;
  if (too_long || head_.expect_continue || bytes_in_ >= limit) co_return false;
  const bool whole = co_await client_stream_.drain(limit, Clock::now() + kDrainBefore);
  body_read_ = whole;
  co_return whole;
}

Awaitable<bool> Exchange::answer_refusal(const Fault& fault) {
  free_body();  // others may wait for the memory while this client reads slowly
  const bool drained = co_await drain_request();
  policy::Refusal refusal;
  refusal.status = fault.status;
  refusal.request_id = id_;
  refusal.reason = fault.reason;
  refusal.rule = fault.of_policy ? verdict_.rule : fault.word;
  for (const auto& f : verdict_.findings) refusal.findings.push_back(f.type);
  refusal.provider = admission_.provider;
  refusal.alternative = admission_.alternative;
  refusal.contact = snapshot_->file().messages.contact;
  refusal.languages = snapshot_->file().messages.languages;
  policy::Verdict said = verdict_;
  if (!fault.of_policy) {
    said.reason = fault.reason;
    said.rule = fault.word;
  }
  refusal.message = policy::refusal_message(said, admission_, to_.host, fault.detail,
                                            refusal.contact, id_, fault.detail_ja);
  const policy::Dialect& dialect =
      admission_.dialect ? *admission_.dialect : policy::dialect_for("none", "/");
  policy::RefusalBody rendered = policy::render_refusal(dialect, refusal, reader());

  ResponseHead head;
  head.status = fault.status;
  head.reason = std::string(reason_phrase(fault.status));
  head.keep_alive = head_.keep_alive && drained && !worker_.draining();
  head.headers.push_back(Header{"content-type", rendered.content_type});
  head.headers.push_back(Header{"content-length", std::to_string(rendered.body.size())});
  head.headers.push_back(Header{"cache-control", "no-store"});
  head.headers.push_back(Header{"x-sekisho-request-id", id_});
  if (!fault.may_retry) head.headers.push_back(Header{"x-should-retry", "false"});
  if (fault.retry_after)
    head.headers.push_back(Header{"retry-after", std::to_string(fault.retry_after)});
  for (const auto& [name, value] : rendered.headers) head.headers.push_back(Header{name, value});
  for (const Header& h : fault.extra) head.headers.push_back(h);
  add_cors(head.headers, head_.headers);
  head.body.kind = BodyFraming::Kind::kLength;
  head.body.length = rendered.body.size();
  head.body.length_stated = true;
  outcome_.status = fault.status;
  const std::string_view body =
      head_.method == "HEAD" ? std::string_view() : std::string_view(rendered.body);
  auto sent =
      co_await client_stream_.write_head(head, body, true, services_.settings.limits.body_timeout);
  if (!sent) {
    outcome_.abort = "client_closed";
    co_return false;
  }
  if (!drained) co_await client_stream_.drain(kDrainAfterBytes, Clock::now() + kDrainAfter);
  co_return head.keep_alive;
}

policy::Reader Exchange::reader() const {
  const auto value = [this](std::string_view name) { return value_of(head_.headers, name); };
  return policy::reader_of(value("sec-fetch-mode"), value("accept"), value("user-agent"),
                           value("content-type"));
}

audit::Decision Exchange::decision() const {
  audit::Decision d;
  d.id = id_;
  d.time_us = now_microseconds();
  d.gateway = services_.name;
  d.client = &client_;
  d.destination = &to_;
  if (!lease_.unresolved && (lease_.stream || lease_.fault == Lease::Fault::kRegion ||
                             lease_.fault == Lease::Fault::kCertificate))
    d.origin_ip = lease_.ip == config::IpAddress() && lease_.address.ip
                      ? lease_.address.ip->to_string()
                      : lease_.ip.to_string();
  d.tls = admission_.refused ? "terminate" : to_.scheme == "http" ? "none" : "bump";
  d.method = head_.method;
  d.path = without_query(target_);
  d.model = inspected_.model;
  d.stream = inspected_.stream;
  d.admission = admission_.dialect ? &admission_ : nullptr;
  d.verdict = &verdict_;
  d.ticket = policy::ticket_of(
      *snapshot_, verdict_.exception.empty() ? admission_.exception : verdict_.exception,
      admission_.entry);
  d.detail = word_;
  d.bytes_in = bytes_in_;
  d.bytes_decoded = inspected_.decoded_bytes;
  d.ms = ms_;
  d.policy_digest = snapshot_->digest();
  d.sealed = sealed_;
  return d;
}

void Exchange::record_outcome() {
  if (!recorded_) return;
  if (cut_) outcome_.abort = "gateway_stopped";
  outcome_.time_us = now_microseconds();
  outcome_.gateway = services_.name;
  outcome_.ref = ref_;
  outcome_.total_ms = std::chrono::duration<double, std::milli>(Clock::now() - begun_).count();
  services_.journal->record(outcome_);
  Counters::add(worker_.counters()
                    .answers[std::clamp(outcome_.status / 100, 0, Counters::kStatusClasses - 1)]);
}

void Exchange::count() {
  Counters& c = worker_.counters();
  const int action = static_cast<int>(verdict_.action);
  const bool refused = verdict_.action == policy::Action::kBlock;
  Counters::add(c.decisions[action][refused ? static_cast<int>(verdict_.reason) : 0]);
  if (verdict_.would) Counters::add(c.observed[static_cast<int>(*verdict_.would)]);
  Counters::add(c.body_bytes_in, bytes_in_);
}

}  // namespace sekisho::gateway
