#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bench/lab/net/poller.h"
#include "bench/lab/net/tls.h"
#include "bench/lab/service/request_reader.h"

namespace sekisho::lab {

struct ServiceOptions {
  std::uint16_t port = 443;
  int threads = 1;
  std::size_t answer_bytes = 1024;
  std::string certificate, key;   // for the names that are not minted
  std::string mint_ca, mint_key;  // with both: a leaf of its own for every name but localhost
  std::uint64_t events = 20;      // of a stream, when the query does not say n=
  std::uint64_t interval_us =
      20'000;  // between them, when it does not say us=; 0: as fast as they go
};

// One connection of a client (a proxy, as a rule). Functions that return bool: false means that it
// is over.
class ServiceConnection {
 public:
  ServiceConnection(int fd, SslPtr ssl, Poller& poller, const ServiceOptions& options,
                    std::vector<char>& scratch);
  ~ServiceConnection();
  ServiceConnection(const ServiceConnection&) = delete;
  ServiceConnection& operator=(const ServiceConnection&) = delete;

  bool on_event(std::uint32_t events);
  // The paced stream's next event is due.
  bool on_due();
  // When on_due() is to be called, while a paced stream runs; taken once for each event.
  std::optional<std::uint64_t> take_due();

 private:
  bool shake();
  bool read();
  bool take(std::string_view bytes);
  void answer(const ServiceRequest& request);
  void begin_stream(const ServiceRequest& request);
  void add_event();
  bool fill_and_flush();
  bool flush();
  void want_write(bool write);

  const int fd_;
  SslPtr ssl_;
  Poller& poller_;
  const ServiceOptions& options_;
  std::vector<char>& scratch_;
  RequestReader reader_;
  std::string out_;
  std::size_t sent_ = 0;
  bool established_ = false, wants_write_ = false, close_after_ = false;
  // The stream that is being answered.
  bool streaming_ = false;
  std::uint64_t events_ = 0, next_event_ = 0, interval_ns_ = 0, due_ = 0;
  bool due_taken_ = true;
};

}  // namespace sekisho::lab
