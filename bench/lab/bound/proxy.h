#pragma once

#include <netinet/in.h>

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "bench/lab/bound/byte_buffer.h"
#include "bench/lab/bound/leg.h"
#include "bench/lab/bound/pattern_scanner.h"
#include "bench/lab/bound/session.h"
#include "bench/lab/net/leaf_minter.h"
#include "bench/lab/net/poller.h"
#include "bench/lab/net/tls.h"

namespace sekisho::lab {

// A name that was asked for: its leaf, its idle legs to the origin, the origin's last session.
struct Host {
  std::string name;
  SslContextPtr context;
  SslSessionPtr session;
  std::vector<Leg*> idle;
};

// The loop: accepts, mints, moves bytes between legs, pools the origin's. One thread; runs until
// the process ends.
class Proxy {
 public:
  Proxy(int listener, const sockaddr_in& origin, LeafMinter minter, SslContextPtr origin_context,
        std::unique_ptr<PatternScanner> scanner);
  [[noreturn]] void run();

 private:
  void accept_some();
  void on_client(Leg& leg, bool writable);
  void on_connect(Session& session);
  void read_requests(Session& session);
  bool forward(Session& session);
  void on_origin(Leg& leg, bool writable);
  void read_answer(Leg& leg);
  void end_exchange(Session& session);

  Host& host_of(const std::string& authority);
  Leg* lease_origin(Host& host);
  void end(Session& session);
  void end_origin(Leg& leg);
  void bury_dead();

  const int listener_;
  const sockaddr_in origin_;
  const LeafMinter minter_;
  const SslContextPtr origin_context_;
  const std::unique_ptr<PatternScanner> scanner_;
  Poller poller_;
  std::vector<char> scratch_;
  ByteBuffer to_clients_, to_origins_;  // ciphertext of this turn
  std::unordered_map<std::string, Host> hosts_;
  std::vector<std::unique_ptr<Session>> dead_sessions_;
  std::vector<std::unique_ptr<Leg>> dead_legs_;
};

}  // namespace sekisho::lab
