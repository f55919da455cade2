#include "gateway/tunnel.h"

#include "gateway/exchange.h"
#include "gateway/keys.h"
#include "gateway/log.h"
#include "gateway/services.h"
#include "gateway/splice.h"
#include "gateway/tls/client_handshake.h"

namespace sekisho::gateway {
namespace {

constexpr std::string_view kEstablished = "HTTP/1.1 200 Connection established\r\n\r\n";
constexpr char kTlsHandshake = 0x16;

// Host may leave the port away; the rest must be the tunnel's destination.
bool same_destination(const HostPort& host, const policy::Destination& to) {
  return host.host == to.host && (host.port == 0 || host.port == to.port);
}

}  // namespace

Tunnel::Tunnel(ClientSession& session, policy::Client client, policy::Destination to)
    : session_(session),
      worker_(session.worker()),
      client_(std::move(client)),
      to_(std::move(to)) {}

// By its name alone, before anything is known of its requests.
bool Tunnel::is_spliced() const {
  policy::AdmissionQuery query;
  query.client = &client_;
  query.to = &to_;
  query.now = now_seconds();
  const policy::Admission admission = worker_.snapshot()->admit(query);
  return admission.splice && !admission.refused;
}

bool Tunnel::distrusted() {
  return !examined_ &&
         worker_.services().distrust.holds(client_.address.to_string(), to_.host, Clock::now());
}

void Tunnel::note_distrust() {
  if (examined_) return;
  if (worker_.services().distrust.note(client_.address.to_string(), to_.host, Clock::now()))
    Counters::add(worker_.counters().client_distrusts_ca);
}

Awaitable<bool> Tunnel::open(std::unique_ptr<ClientHttpStream> http, RequestHead head) {
  // `sekisho doctor` lets programs refuse our certificate on purpose.
  examined_ = find_header(head.headers, "x-sekisho-doctor") != nullptr;
  if (distrusted()) {
    Asked asked{worker_, *http, client_, to_};
    Fault fault(403, policy::Reason::kCertificate, "client_distrusts_ca",
                "the client does not trust the gateway's CA; install it (http://PROXY/ca.crt) and "
                "try again");
    co_await refuse_request(asked, std::move(head), std::move(fault));
    co_return false;
  }
  stream_ = http->release();
  const long told = co_await write_all(*stream_, kEstablished.data(), kEstablished.size(),
                                       worker_.services().settings.limits.head_timeout);
  co_return told >= 0;
}

// The frames that stay while the tunnel is idle are this one and those of serve_requests and what
// it reads with: what the steps need is in frames that end with them.
Awaitable<void> Tunnel::run() {
  if (is_spliced()) {
    Counters::add(worker_.counters().tunnels_spliced);
    co_await splice_tunnel(session_, client_, to_, std::move(stream_));
    co_return;
  }
  // TLS, however it drips.
  const TimePoint open_by = Clock::now() + worker_.services().settings.limits.head_timeout;
  const bool tls = co_await begins_tls(open_by);
  if (!stream_) co_return;
  if (!tls) {
    co_await refuse_cleartext();
    co_return;
  }
  const bool opened = co_await open_tls(open_by);
  if (opened) co_await serve_requests();
}

// Whether the first byte is one of TLS. The stream is gone when there is none.
Awaitable<bool> Tunnel::begins_tls(TimePoint deadline) {
  char first = 0;
  long n = 0;
  {
    ClientSession::Waiting waiting(session_);
    n = co_await read_some(*stream_, &first, 1, deadline);
  }
  if (n <= 0) {
    stream_.reset();
    co_return false;
  }
  stream_ = std::make_unique<PrefixStream>(std::string(1, first), std::move(stream_));
  co_return first == kTlsHandshake;
}

Awaitable<bool> Tunnel::open_tls(TimePoint deadline) {
  Services& services = worker_.services();
  Counters::add(worker_.counters().tunnels_bumped);
  Counters::add(worker_.counters().handshakes);
  ClientTls::Outcome tls;
  {
    ClientSession::Quiet opening(session_);
    tls = co_await services.client_tls->accept(std::move(stream_), to_.host, *services.leaves,
                                               worker_.executor(), deadline);
  }
  if (!tls.stream) {
    Counters::add(worker_.counters().handshakes_failed);
    if (tls.distrusted) note_distrust();
    if (tls.sni_mismatch)
      co_await record_handshake_failure("sni_mismatch", policy::Reason::kHostMismatch);
    else if (tls.no_protocol)
      co_await record_handshake_failure("no_application_protocol", policy::Reason::kFraming);
    else
      Log::info("client_handshake_failed",
                {{"host", to_.host}, {"ip", client_.address.to_string()}, {"fault", tls.fault}});
    co_return false;
  }
  stream_ = std::move(tls.stream);
  co_return true;
}

Awaitable<void> Tunnel::serve_requests() {
  const auto& limits = worker_.services().settings.limits;
  HeadLimits head_limits;
  head_limits.bytes = limits.request_head;
  auto* tls = static_cast<TlsStream*>(stream_.get());
  std::unique_ptr<ClientHttpStream> http = make_h1_client_stream(std::move(stream_), head_limits);
  for (bool again = true; again;) {
    HttpResult<RequestHead> head = HttpError{};
    {
      ClientSession::Waiting waiting(session_);
      head = co_await http->read_head(RequestPlace::kTunnel, Clock::now() + limits.idle,
                                      limits.head_timeout);
    }
    if (!head) {
      // In TLS 1.3 the client's alert about our certificate comes after the handshake.
      if (is_distrust(tls->fault())) note_distrust();
      co_await refuse_head(*http, head.error());
      break;
    }
    session_.prove();
    again = co_await serve_one(*http, std::move(*head));
    if (worker_.draining()) again = false;
  }
  http->stream().close();
}

Awaitable<void> Tunnel::refuse_head(ClientHttpStream& http, HttpError error) {
  if (error.kind == HttpError::Kind::kHttp2) {
    co_await refuse_http2(http.stream());
    co_return;
  }
  const bool told = error.kind == HttpError::Kind::kFraming ||
                    (error.kind == HttpError::Kind::kTimeout && error.started);
  if (!told) co_return;
  Asked asked{worker_, http, client_, to_, true};
  co_await refuse_unread_head(asked, std::move(error));
}

Awaitable<bool> Tunnel::serve_one(ClientHttpStream& http, RequestHead head) {
  client_.groups = worker_.snapshot()->groups_of(client_.user, client_.address);
  if (const Header* ua = find_header(head.headers, "user-agent")) client_.user_agent = ua->value;
  const Header* host = find_header(head.headers, "host");
  std::optional<HostPort> named;
  if (host) named = parse_host_port(host->value);
  auto absolute = parse_absolute_target(head.target);
  const bool may_be_left_out = !host && head.minor_version == 0;
  const bool same =
      (may_be_left_out || (named && same_destination(*named, to_))) &&
      (!absolute || (absolute->scheme == "https" && same_destination(absolute->authority, to_)));
  Exchange exchange(worker_, http, client_, to_, true);
  if (!same) {
    const std::string asked = named ? named->host : "(none)";
    Fault fault(400, policy::Reason::kHostMismatch, "host",
                "the request names " + asked + ", the tunnel leads to " + to_.host);
    const bool again = co_await exchange.refuse(std::move(head), std::move(fault));
    co_return again;
  }
  const bool again = co_await exchange.run(std::move(head));
  co_return again;
}

// Anything but TLS inside a tunnel: told in plain HTTP, which is the only thing such a client may
// understand.
Awaitable<void> Tunnel::refuse_cleartext() {
  std::unique_ptr<ClientHttpStream> http = make_h1_client_stream(std::move(stream_), HeadLimits{});
  HttpError error;
  error.kind = HttpError::Kind::kFraming;
  error.framing.status = 400;
  error.framing.rule = "not_tls";
  error.framing.detail = "inside a CONNECT tunnel this gateway expects TLS";
  Asked asked{worker_, *http, client_, to_, true};
  co_await refuse_unread_head(asked, std::move(error));
  http->stream().close();
}

Awaitable<void> Tunnel::record_handshake_failure(const std::string& word, policy::Reason reason) {
  policy::Verdict verdict;
  verdict.action = policy::Action::kBlock;
  verdict.reason = reason;
  audit::Decision d;
  d.id = new_request_id();
  d.time_us = now_microseconds();
  d.gateway = worker_.services().name;
  d.client = &client_;
  d.destination = &to_;
  d.tls = "terminate";
  d.method = "CONNECT";
  d.verdict = &verdict;
  d.detail = word;
  d.policy_digest = worker_.snapshot()->digest();
  const std::uint64_t seq = co_await record_durably(worker_, d);
  if (!seq) worker_.services().journal->count_refused();
}

Awaitable<void> refuse_http2(ByteStream& stream) {
  // Empty SETTINGS, then GOAWAY: last stream 0, error 0xd (RFC 9113, 6.5, 6.8, 7).
  static constexpr char kFrames[] =
      "\0\0\0\x04\0\0\0\0\0"
      "\0\0\x08\x07\0\0\0\0\0\0\0\0\0\0\0\0\x0d";
  co_await write_all(stream, kFrames, sizeof kFrames - 1, Millis(2000));
  co_await finish_write(stream, Millis(2000));
}

}  // namespace sekisho::gateway
