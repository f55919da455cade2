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
  // Takes the connection over and says that it is established; `head` is the CONNECT. False: it is
  // over.
  Awaitable<bool> open(std::unique_ptr<ClientHttpStream> http, RequestHead head);
  // What the client sends through it, until one side ends. Once, after open().
  Awaitable<void> run();

 private:
  bool distrusted();
  void note_distrust();
  Awaitable<bool> begins_tls(TimePoint deadline);
  Awaitable<bool> open_tls(TimePoint deadline);
  Awaitable<void> serve_requests();
  Awaitable<void> refuse_head(ClientHttpStream& http, HttpError error);
  Awaitable<bool> serve_one(ClientHttpStream& http, RequestHead head);
  Awaitable<void> refuse_cleartext();
  Awaitable<void> record_handshake_failure(const std::string& word, policy::Reason reason);
  bool is_spliced() const;

  ClientSession& session_;
  Worker& worker_;
  policy::Client client_;
  policy::Destination to_;
  std::unique_ptr<ByteStream> stream_;  // of the client, between the steps
  bool examined_ = false;  // by `sekisho doctor`: a refused certificate is no complaint
};

// A client that speaks HTTP/2 without having asked: told in its own protocol (GOAWAY,
// HTTP_1_1_REQUIRED).
Awaitable<void> refuse_http2(ByteStream& stream);

}  // namespace sekisho::gateway
