#pragma once

#include <string>

#include "config/ip.h"
#include "gateway/async.h"
#include "gateway/http/http_stream.h"

namespace sekisho::gateway {

class Worker;

// Whether a request in absolute form asks for a certificate file of ours: under the address that
// leaves name (`ca.crl_url`), or at one of our own listeners. Clients that go through the proxy for
// everything fetch the CRL so. No name is looked up for it.
bool asks_for_own_file(Worker& worker, const RequestHead& head);

struct Visitor {
  config::IpAddress address;
  std::string user;     // as a certificate names him; "" = not known
  bool secure = false;  // came by TLS
};

// Our own pages on the proxy port: `/` (you reach Sekisho, as user X; how to point clients here),
// `/ca.crt` (PEM), `/ca.der`, `/ca.crl` (DER). False: the connection ends.
Awaitable<bool> serve_landing(Worker& worker, ClientHttpStream& http, const RequestHead& head,
                              Visitor visitor);

}  // namespace sekisho::gateway
