#include "gateway/client_session.h"

#include <openssl/evp.h>

#include <boost/asio/co_spawn.hpp>
#include <exception>

#include "gateway/entrance.h"
#include "gateway/exchange.h"
#include "gateway/landing.h"
#include "gateway/listener.h"
#include "gateway/log.h"
#include "gateway/logins.h"
#include "gateway/services.h"
#include "gateway/tunnel.h"

namespace sekisho::gateway {
namespace {

constexpr std::chrono::seconds kDrainAfter407{10};
constexpr std::uint64_t kDrainBytes = 64u << 20;
constexpr Millis kIdleInDrain{1000};

struct Credentials {
  std::string user, password;
};

std::optional<Credentials> basic_credentials(const RequestHead& head) {
  const Header* h = find_header(head.headers, "proxy-authorization");
  if (!h || h->value.size() < 7 || !iequals(std::string_view(h->value).substr(0, 6), "basic "))
    return std::nullopt;
  std::string_view coded = std::string_view(h->value).substr(6);
  while (!coded.empty() && coded.front() == ' ') coded.remove_prefix(1);
  if (coded.size() > 1024 || coded.size() % 4 != 0 || coded.empty()) return std::nullopt;
  std::string plain(coded.size(), '\0');
  const int n = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(plain.data()),
                                reinterpret_cast<const unsigned char*>(coded.data()),
                                static_cast<int>(coded.size()));
  if (n < 0) return std::nullopt;
  const int padding = coded.ends_with("==") ? 2 : coded.ends_with("=") ? 1 : 0;
  plain.resize(static_cast<std::size_t>(n - padding));
  const std::size_t colon = plain.find(':');
  if (colon == std::string::npos || colon == 0) return std::nullopt;
  return Credentials{plain.substr(0, colon), plain.substr(colon + 1)};
}

int retry_count(const RequestHead& head) {
  const Header* h = find_header(head.headers, "x-stainless-retry-count");
  if (!h || h->value.empty() || h->value.size() > 3 ||
      h->value.find_first_not_of("0123456789") != std::string::npos)
    return 0;
  return std::stoi(h->value);
}

policy::Destination destination_of(const HostPort& authority, std::string scheme) {
  policy::Destination to;
  to.host = authority.host;
  to.literal = authority.literal;
  to.port = authority.port ? authority.port : scheme == "http" ? 80 : 443;
  to.scheme = std::move(scheme);
  return to;
}

}  // namespace

ClientSession::ClientSession(Worker& worker, Socket socket,
                             std::shared_ptr<const Entrance> entrance)
    : worker_(worker), entrance_(std::move(entrance)) {
  boost::system::error_code ec;
  peer_ = from_address(socket.remote_endpoint(ec).address());
  auto stream = std::make_unique<SocketStream>(std::move(socket), worker.deadlines());
  socket_ = stream->handle();
  if (!entrance_ || entrance_->is_open())
    speak_http(std::move(stream));
  else
    outside_ = std::move(stream);
  worker_.enter(*this);
}

void ClientSession::speak_http(std::unique_ptr<ByteStream> stream) {
  HeadLimits limits;
  limits.bytes = worker_.services().settings.limits.request_head;
  http_ = make_h1_client_stream(std::move(stream), limits);
}

bool ClientSession::secure() const {
  return entrance_ && entrance_->secure();
}

// False: the connection is over.
Awaitable<bool> ClientSession::enter() {
  Waiting waiting(*this);
  const TimePoint deadline = Clock::now() + worker_.services().settings.limits.head_timeout;
  Entrance::Passed passed = co_await entrance_->pass(std::move(outside_), peer_, deadline);
  peer_ = passed.client;
  const bool by_certificate =
      worker_.services().settings.authentication == config::Authentication::kCertificate;
  if (passed.stream && by_certificate && passed.user.empty()) {
    passed.stream->close();
    passed.stream.reset();
    passed.unidentified = true;
    passed.fault = "the certificate names no user";
  }
  if (passed.unidentified) co_await refuse_unidentified(std::move(passed.fault));
  if (!passed.stream) {
    if (!passed.fault.empty()) Counters::add(worker_.counters().handshakes_failed);
    co_return false;
  }
  certified_user_ = std::move(passed.user);
  speak_http(std::move(passed.stream));
  co_return true;
}

// The third failure in a row of one address is a decision in the journal.
Awaitable<void> ClientSession::refuse_unidentified(std::string fault) {
  Counters::add(worker_.counters().logins_failed);
  if (login_failed(peer_) != 3) co_return;
  policy::Client client;
  client.address = peer_;
  client.by = "network";
  client.groups = worker_.snapshot()->groups_of("", peer_);
  RequestHead none;
  none.method = "CONNECT";
  co_await record_refused_login(worker_, client, none, "client_certificate");
  Log::warn("client_certificate_refused", {{"ip", peer_.to_string()}, {"why", fault}});
}

ClientSession::~ClientSession() {
  worker_.leave(*this);
}

// A request that has arrived is served. A connection that was used or made a moment ago probably
// carries another one soon, which its client would not repeat by itself: it gets that moment, and
// its answer says that the connection ends.
void ClientSession::drain() {
  const auto stream = socket_.lock();
  if (!waiting_since_ || !stream || (*stream)->has_input()) return;
  if (Clock::now() - *waiting_since_ >= kIdleInDrain) (*stream)->close();
}
void ClientSession::abort() {
  aborted_ = true;
  if (const auto stream = socket_.lock()) (*stream)->close();
}
void ClientSession::policy_changed() {
  if (on_policy_change_) on_policy_change_();
}

Awaitable<void> ClientSession::run() {
  const auto& limits = worker_.services().settings.limits;
  if (outside_) {
    const bool entered = co_await enter();
    if (!entered) co_return;
  }
  for (bool again = true; again && http_;) {
    HttpResult<RequestHead> head = HttpError{};
    {
      Waiting waiting(*this);
      head = co_await http_->read_head(RequestPlace::kProxy, Clock::now() + limits.idle,
                                       limits.head_timeout);
    }
    if (!head) {
      co_await refuse_head(head.error());
      break;
    }
    if (head->method == "CONNECT") {
      const std::unique_ptr<Tunnel> tunnel = co_await open_tunnel(std::move(*head));
      if (tunnel) co_await tunnel->run();
      break;
    }
    prove();
    again = co_await serve(std::move(*head));
    if (worker_.draining()) again = false;
  }
  if (http_) http_->stream().close();
}

Awaitable<void> ClientSession::refuse_head(HttpError error) {
  if (error.kind == HttpError::Kind::kHttp2) {
    co_await refuse_http2(http_->stream());
    co_return;
  }
  const bool told = error.kind == HttpError::Kind::kFraming ||
                    (error.kind == HttpError::Kind::kTimeout && error.started);
  if (!told) co_return;
  policy::Client client;
  client.address = peer_;
  client.groups = worker_.snapshot()->groups_of("", peer_);
  policy::Destination nowhere;
  nowhere.host.clear();
  nowhere.port = 0;
  Asked asked{worker_, *http_, client, nowhere};
  co_await refuse_unread_head(asked, std::move(error));
}

Awaitable<bool> ClientSession::serve(RequestHead head) {
  const bool own = head.target.starts_with('/') || asks_for_own_file(worker_, head);
  if (own) {
    Visitor visitor;
    visitor.address = peer_;
    visitor.user = certified_user_;
    visitor.secure = secure();
    const bool again = co_await serve_landing(worker_, *http_, head, std::move(visitor));
    co_return again;
  }
  std::optional<policy::Client> client = co_await identify(head);
  if (!client) co_return false;
  const bool again = co_await serve_absolute(std::move(head), std::move(*client));
  co_return again;
}

Awaitable<bool> ClientSession::serve_absolute(RequestHead head, policy::Client client) {
  auto target = parse_absolute_target(head.target);
  policy::Destination to;
  if (target) to = destination_of(target->authority, target->scheme);
  if (!target || target->scheme != "http") {
    // "*" or https:// in absolute form: TLS to the origin is asked for by CONNECT only.
    Exchange exchange(worker_, *http_, client, to, false);
    Fault fault(400, policy::Reason::kFraming, "target_form",
                "the request target must be http://host/path, or CONNECT host:port for https");
    co_await exchange.refuse(std::move(head), std::move(fault));
    co_return false;
  }
  Exchange exchange(worker_, *http_, client, to, false);
  const bool again = co_await exchange.run(std::move(head));
  co_return again;
}

// Everything that only the CONNECT needs is gone when the tunnel begins. Null: it was answered.
Awaitable<std::unique_ptr<Tunnel>> ClientSession::open_tunnel(RequestHead head) {
  std::optional<policy::Client> client = co_await identify(head);
  if (!client) co_return nullptr;
  auto authority = parse_host_port(head.target);
  if (!authority || authority->port == 0) {
    policy::Destination nowhere;
    Asked asked{worker_, *http_, *client, nowhere};
    Fault fault(400, policy::Reason::kFraming, "connect_target",
                "the target of CONNECT must be host:port");
    co_await refuse_request(asked, std::move(head), std::move(fault));
    co_return nullptr;
  }
  auto tunnel =
      std::make_unique<Tunnel>(*this, std::move(*client), destination_of(*authority, "https"));
  const bool opened = co_await tunnel->open(std::move(http_), std::move(head));
  if (!opened) co_return nullptr;
  co_return tunnel;
}

// Nobody = the session ends (407 was answered, or the client is gone).
Awaitable<std::optional<policy::Client>> ClientSession::identify(const RequestHead& head) {
  policy::Client client;
  client.address = peer_;
  client.retry = retry_count(head);
  if (const Header* ua = find_header(head.headers, "user-agent")) client.user_agent = ua->value;
  if (worker_.services().settings.authentication == config::Authentication::kBasic) {
    auto given = basic_credentials(head);
    bool known = false;
    if (given) known = co_await check_login(worker_, given->user, given->password);
    if (!known) {
      const std::string user = given ? given->user : std::string();
      co_await ask_credentials(head, user);
      co_return std::nullopt;
    }
    client.user = given->user;
    client.by = "basic";
    logins_succeeded(peer_);
  } else if (worker_.services().settings.authentication == config::Authentication::kCertificate) {
    client.user = certified_user_;
    client.by = "certificate";
    logins_succeeded(peer_);
  }
  client.groups = worker_.snapshot()->groups_of(client.user, peer_);
  co_return client;
}

// 407; the third failure in a row of one address is a decision in the journal.
Awaitable<bool> ClientSession::ask_credentials(const RequestHead& head, const std::string& user) {
  Counters::add(worker_.counters().logins_failed);
  if (!user.empty() && login_failed(peer_) == 3) {
    policy::Client client;
    client.address = peer_;
    client.user = "";
    client.by = "network";
    client.groups = worker_.snapshot()->groups_of("", peer_);
    co_await record_refused_login(worker_, client, head, "credentials");
    Log::warn("logins_failed", {{"ip", peer_.to_string()}});  // a typed name may be a token
  }
  ResponseHead answer = credentials_wanted(worker_.services().settings.realm);
  const std::string body = credentials_wanted_text(*worker_.snapshot(), secure());
  answer.headers.push_back(Header{"content-length", std::to_string(body.size())});
  answer.body.kind = BodyFraming::Kind::kLength;
  answer.body.length = body.size();
  answer.keep_alive = false;
  auto sent = co_await http_->write_head(answer, body, true,
                                         worker_.services().settings.limits.body_timeout);
  if (sent) co_await http_->drain(kDrainBytes, Clock::now() + kDrainAfter407);
  co_return false;
}

void start_client_session(Worker& worker, Socket socket, std::shared_ptr<const Entrance> entrance) {
  auto session = std::make_shared<ClientSession>(worker, std::move(socket), std::move(entrance));
  Awaitable<void> life = session->run();
  auto ended = [session, &worker](std::exception_ptr thrown) {
    if (!thrown) return;
    Counters::add(worker.counters().exceptions);
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& e) {
      Log::error("session_ended_by_exception", {{"what", e.what()}});
    } catch (...) {
      Log::error("session_ended_by_exception");
    }
  };
  net::co_spawn(worker.executor(), std::move(life), std::move(ended));
}

}  // namespace sekisho::gateway
