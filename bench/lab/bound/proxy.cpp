#include "bench/lab/bound/proxy.h"

#include <openssl/rand.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "bench/lab/net/loopback.h"

namespace sekisho::lab {
namespace {

constexpr std::size_t kScratch = 64 * 1024;
constexpr std::uint64_t kTurn = 500'000'000;
constexpr int kAcceptsATurn = 64;
constexpr std::string_view kConnected = "HTTP/1.1 200 Connection established\r\n\r\n";

// One key for the tickets of all names: a context is made for each.
std::array<unsigned char, 80>& ticket_key() {
  static std::array<unsigned char, 80> key = [] {
    std::array<unsigned char, 80> random{};
    RAND_bytes(random.data(), random.size());
    return random;
  }();
  return key;
}

}  // namespace

Proxy::Proxy(int listener, const sockaddr_in& origin, LeafMinter minter,
             SslContextPtr origin_context, std::unique_ptr<PatternScanner> scanner)
    : listener_(listener),
      origin_(origin),
      minter_(std::move(minter)),
      origin_context_(std::move(origin_context)),
      scanner_(std::move(scanner)),
      scratch_(kScratch) {
  poller_.add(listener_, nullptr);
}

void Proxy::run() {
  for (;;) {
    for (const epoll_event& event : poller_.wait(kTurn)) {
      if (!event.data.ptr) {
        accept_some();
        continue;
      }
      Leg& leg = *static_cast<Leg*>(event.data.ptr);
      if (leg.closed()) continue;
      const bool writable = event.events & EPOLLOUT;
      leg.side == Leg::Side::kClient ? on_client(leg, writable) : on_origin(leg, writable);
    }
    bury_dead();
  }
}

void Proxy::bury_dead() {
  dead_sessions_.clear();
  dead_legs_.clear();
}

void Proxy::accept_some() {
  for (int i = 0; i < kAcceptsATurn; ++i) {
    const int fd = accept_from(listener_);
    if (fd < 0) return;
    new Session(fd, poller_, to_clients_, scanner_.get());  // end() takes it back
  }
}

void Proxy::end(Session& session) {
  if (session.client.closed()) return;
  session.client.close();
  if (Leg* origin = std::exchange(session.origin, nullptr)) end_origin(*origin);
  dead_sessions_.emplace_back(&session);
}

void Proxy::end_origin(Leg& leg) {
  leg.close();
  leg.session = nullptr;
  std::erase(leg.host->idle, &leg);
  dead_legs_.emplace_back(&leg);
}

void Proxy::on_client(Leg& leg, bool writable) {
  Session& session = *leg.session;
  if (session.state() == Session::State::kConnect) return on_connect(session);
  if (writable && !leg.on_writable()) return end(session);
  if (!leg.established() && !leg.shake()) return end(session);
  if (leg.established()) read_requests(session);
}

void Proxy::on_connect(Session& session) {
  Leg& leg = session.client;
  const ssize_t size = recv(leg.fd(), scratch_.data(), scratch_.size(), 0);
  if (size < 0 && errno == EAGAIN) return;
  std::string authority;
  if (size <= 0 ||
      !session.take_connect({scratch_.data(), static_cast<std::size_t>(size)}, authority))
    return end(session);
  if (authority.empty()) return;
  leg.host = &host_of(authority);
  if (send(leg.fd(), kConnected.data(), kConnected.size(), MSG_NOSIGNAL) < 0) return end(session);
  session.begin_requests();
  leg.start_tls(leg.host->context.get());
  SSL_set_accept_state(leg.ssl());
}

Host& Proxy::host_of(const std::string& authority) {
  Host& host = hosts_[authority.substr(0, authority.rfind(':'))];
  if (host.context) return host;
  host.name = authority.substr(0, authority.rfind(':'));
  host.context = make_server_context();
  SSL_CTX_set_tlsext_ticket_keys(host.context.get(), ticket_key().data(), ticket_key().size());
  const X509Ptr leaf = minter_.mint(host.name);
  SSL_CTX_use_certificate(host.context.get(), leaf.get());
  SSL_CTX_use_PrivateKey(host.context.get(), minter_.leaf_key());
  return host;
}

void Proxy::read_requests(Session& session) {
  Leg& leg = session.client;
  do {
    const auto [space, room] = session.body_space();
    char* const to = room ? space : scratch_.data();
    const IoResult result = leg.read(to, room ? room : scratch_.size());
    if (result.io == Io::kClosed) return end(session);
    if (result.io == Io::kBlocked) return;
    if (to_clients_.size() && !leg.flush()) return end(session);
    if (room)
      session.body_grew(result.bytes);
    else if (!session.take_request({to, result.bytes}))
      return end(session);
    if (session.request_is_whole() && !forward(session)) return end(session);
  } while (!leg.closed() && leg.pending());
}

bool Proxy::forward(Session& session) {
  const std::string_view message = session.message();
  if (!session.origin) session.origin = lease_origin(*session.client.host);
  if (!session.origin) return false;
  session.origin->session = &session;
  return session.origin->send_message(message);
}

Leg* Proxy::lease_origin(Host& host) {
  if (!host.idle.empty()) {
    Leg* leg = host.idle.back();
    host.idle.pop_back();
    return leg;
  }
  const int fd = connect_to(origin_);
  if (fd < 0) return nullptr;
  Leg* leg = new Leg(Leg::Side::kOrigin, fd, poller_, to_origins_, true);  // end_origin() takes it
  leg->host = &host;
  leg->start_tls(origin_context_.get());
  SSL_set_connect_state(leg->ssl());
  SSL_set_tlsext_host_name(leg->ssl(), host.name.c_str());
  SSL_set1_host(leg->ssl(), host.name.c_str());
  if (host.session) SSL_set_session(leg->ssl(), host.session.get());
  return leg;
}

void Proxy::on_origin(Leg& leg, bool writable) {
  const bool alive = leg.established() ? !writable || leg.on_writable() : leg.shake();
  if (alive && leg.established()) return read_answer(leg);
  if (alive) return;
  if (leg.session) return end(*leg.session);
  end_origin(leg);
}

void Proxy::read_answer(Leg& leg) {
  Session* const session = leg.session;
  bool ended = false, alive = true;
  do {
    const IoResult result = leg.read(scratch_.data(), scratch_.size());
    if (result.io == Io::kBlocked) break;
    alive = result.io == Io::kDone && session &&
            session->take_answer({scratch_.data(), result.bytes}, ended);
  } while (alive && !ended && leg.pending());
  if (alive && ended) end_exchange(*session);
  if (alive && session) alive = session->client.flush();
  if (alive) return;
  if (session) return end(*session);
  end_origin(leg);
}

void Proxy::end_exchange(Session& session) {
  Leg& leg = *std::exchange(session.origin, nullptr);
  leg.session = nullptr;
  if (!leg.host->session) leg.host->session.reset(SSL_get1_session(leg.ssl()));
  leg.host->idle.push_back(&leg);
  session.end_exchange();
}

}  // namespace sekisho::lab
