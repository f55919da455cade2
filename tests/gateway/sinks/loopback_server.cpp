#include "tests/gateway/sinks/loopback_server.h"

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>

namespace sekisho::gateway {

Wire::Wire(int fd, SSL_CTX* tls) : fd_(fd), ssl_(tls ? SSL_new(tls) : nullptr, &SSL_free) {
  if (!ssl_) return;
  SSL_set_fd(ssl_.get(), fd_);
  ok_ = SSL_accept(ssl_.get()) == 1;
}

Wire::~Wire() {
  if (ssl_ && ok_) SSL_shutdown(ssl_.get());
  ::close(fd_);
}

void Wire::abort() {
  const linger now{1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  ok_ = false;
}

std::string Wire::read_some() {
  char bytes[16384];
  const long n =
      ssl_ ? SSL_read(ssl_.get(), bytes, sizeof bytes) : ::recv(fd_, bytes, sizeof bytes, 0);
  return n > 0 ? std::string(bytes, static_cast<std::size_t>(n)) : std::string();
}

std::string Wire::read_request() {
  std::string all;
  for (;;) {
    const auto end = all.find("\r\n\r\n");
    if (end != all.npos) {
      const auto at = all.find("Content-Length: ");
      const std::size_t length = at < end ? std::strtoul(all.c_str() + at + 16, nullptr, 10) : 0;
      if (all.size() >= end + 4 + length) return all;
    }
    const std::string more = read_some();
    if (more.empty()) return {};
    all += more;
  }
}

void Wire::write(const std::string& bytes) {
  if (ssl_)
    SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
  else
    (void)!::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

LoopbackServer::LoopbackServer(Serve serve, const Tls* tls) : serve_(std::move(serve)) {
  if (tls) {
    tls_.reset(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
    SSL_CTX_use_certificate(tls_.get(), tls->certificate.certificate.get());
    SSL_CTX_use_PrivateKey(tls_.get(), tls->certificate.key.get());
    if (tls->newest) {
      SSL_CTX_set_security_level(tls_.get(), 0);
      SSL_CTX_set_min_proto_version(tls_.get(), TLS1_VERSION);
      SSL_CTX_set_max_proto_version(tls_.get(), tls->newest);
    }
    if (tls->clients) {
      X509_STORE_add_cert(SSL_CTX_get_cert_store(tls_.get()), tls->clients->certificate.get());
      SSL_CTX_set_verify(tls_.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    }
  }
  listening_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listening_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::listen(listening_, 16) != 0 || ::pipe(stop_) != 0)
    std::abort();
  ::getsockname(listening_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { run(); });
}

LoopbackServer::~LoopbackServer() {
  (void)!::write(stop_[1], "x", 1);
  thread_.join();
  for (const int fd : {listening_, stop_[0], stop_[1]}) ::close(fd);
}

void LoopbackServer::run() {
  sigset_t pipe;  // of this thread only: whoever sends must do without
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
  for (;;) {
    pollfd fds[2] = {{listening_, POLLIN, 0}, {stop_[0], POLLIN, 0}};
    if (::poll(fds, 2, -1) < 0 || fds[1].revents) return;
    const int fd = ::accept(listening_, nullptr, nullptr);
    if (fd < 0) continue;
    const timeval patience{20, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ++connections_;
    Wire wire(fd, tls_.get());
    if (wire.ok()) serve_(wire);
  }
}

std::string LoopbackServer::url(const std::string& path) const {
  return (tls_ ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port_) + path;
}

std::string http_answer(int status, const std::string& body, const std::string& headers) {
  return "HTTP/1.1 " + std::to_string(status) +
         " Said\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers + "\r\n" +
         body;
}

}  // namespace sekisho::gateway
