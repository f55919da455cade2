#pragma once

// A proxy on loopback that leads programs of this machine through the gateway and watches whether
// they accept its certificate: only a client that trusts sends a request. It ends each connection
// at that point, so that none leaves.

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

#include "gateway/commands/doctor_connection.h"

namespace sekisho::gateway {

// The client's half of a TLS connection, read for two questions. Has it finished its handshake:
// most verify before (RFC 5246, 8446), some just after it. Does it send data then: more than an
// alert, which looks the same from outside in TLS 1.3.
class TrustReader {
 public:
  void add(const char* data, std::size_t size);
  bool began() const { return began_; }  // a ClientHello
  bool finished() const { return finished_; }
  bool trusted() const { return trusted_; }

 private:
  void take(unsigned char type, unsigned char first, std::size_t length);
  std::string bytes_;
  bool began_ = false, finished_ = false, trusted_ = false;
};

class TrustRelay {
 public:
  explicit TrustRelay(const DoctorTarget& target);
  ~TrustRelay();
  TrustRelay(const TrustRelay&) = delete;

  bool ok() const { return listening_ >= 0; }
  std::uint16_t port() const { return port_; }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

  // Of the programs since the last reset().
  void reset();
  bool contacted() const { return contacted_; }  // one asked for a tunnel
  bool began() const { return began_; }          // and began TLS in it
  bool finished() const { return finished_; }    // with its handshake
  bool trusted() const { return trusted_; }      // and sent a request, which was held back
  int refused() const { return refused_; }       // status with which the gateway refused the tunnel

 private:
  void run();
  void serve(int client);

  const DoctorTarget target_;
  int listening_ = -1, stop_[2] = {-1, -1};
  std::uint16_t port_ = 0;
  std::atomic<bool> contacted_{false}, began_{false}, finished_{false}, trusted_{false};
  std::atomic<int> refused_{0};
  std::thread thread_;
};

}  // namespace sekisho::gateway
