#pragma once

#include <memory>
#include <string>

#include "gateway/async.h"
#include "gateway/client_session.h"
#include "gateway/http/http_stream.h"
#include "policy/client.h"
#include "policy/snapshot.h"

namespace sekisho::gateway {

// One CONNECT: bump (open the TLS and serve requests inside), splice (pass it untouched), or a
// refusal.
class Tunnel {
 public:
  Tunnel(ClientSession& session, policy::Client client, policy::Destination to);
  // Takes the connection over; `head` is the CONNECT.
  Awaitable<void> run(std::unique_ptr<ClientHttpStream> http, RequestHead head);

 private:
  bool distrusted();
  void note_distrust();
  Awaitable<void> bump(std::unique_ptr<ByteStream> stream, TimePoint deadline);
  Awaitable<void> serve_requests(std::unique_ptr<ByteStream> stream);
  Awaitable<bool> serve_one(ClientHttpStream& http, RequestHead head);
  Awaitable<void> refuse_cleartext(std::unique_ptr<ByteStream> stream);
  Awaitable<void> record_handshake_failure(const std::string& word, policy::Reason reason);
  policy::Admission admit_by_name() const;

  ClientSession& session_;
  Worker& worker_;
  policy::Client client_;
  policy::Destination to_;
  bool examined_ = false;  // by `sekisho doctor`: a refused certificate is no complaint
};

// A client that speaks HTTP/2 without having asked: told in its own protocol (GOAWAY,
// HTTP_1_1_REQUIRED).
Awaitable<void> refuse_http2(ByteStream& stream);

}  // namespace sekisho::gateway
