#pragma once

// A receiver on a free port of this machine that does what the test says, one connection after the
// other, with or without TLS.

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/gateway/pki.h"

namespace sekisho::gateway {

// The server's side of one connection.
class Wire {
 public:
  explicit Wire(int fd, SSL_CTX* tls);
  ~Wire();
  Wire(const Wire&) = delete;
  bool ok() const { return ok_; }
  // Until the head and the body that its content-length says are there; "" = the peer has gone.
  std::string read_request();
  std::string read_some();  // "" = the peer has gone
  void write(const std::string& bytes);
  void abort();  // closes with a reset

 private:
  int fd_;
  bool ok_ = true;
  std::unique_ptr<SSL, void (*)(SSL*)> ssl_;
};

class LoopbackServer {
 public:
  using Serve = std::function<void(Wire&)>;
  struct Tls {
    Made certificate;
    const Made* clients = nullptr;  // certificates of its are asked for
    int newest = 0;                 // TLS1_1_VERSION: speaks nothing newer
  };
  explicit LoopbackServer(Serve serve, const Tls* tls = nullptr);
  ~LoopbackServer();
  std::uint16_t port() const { return port_; }
  std::string url(const std::string& path = "/") const;
  int connections() const { return connections_; }

 private:
  void run();
  Serve serve_;
  std::shared_ptr<SSL_CTX> tls_;
  int listening_ = -1, stop_[2] = {-1, -1};
  std::uint16_t port_ = 0;
  std::atomic<int> connections_{0};
  std::thread thread_;
};

std::string http_answer(int status, const std::string& body, const std::string& headers = "");

}  // namespace sekisho::gateway
