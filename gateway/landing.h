#pragma once

#include "config/ip.h"
#include "gateway/async.h"
#include "gateway/http/http_stream.h"

namespace sekisho::gateway {

class Worker;

// Our own pages on the proxy port: `/` (you reach Sekisho, as user X; how to point clients here),
// `/ca.crt` (PEM), `/ca.der`. False: the connection ends.
Awaitable<bool> serve_landing(Worker& worker, ClientHttpStream& http, const RequestHead& head,
                              config::IpAddress peer);

}  // namespace sekisho::gateway
