#pragma once

// Proxy authentication (Basic) and what happens when it fails.

#include <string>

#include "config/ip.h"
#include "gateway/async.h"
#include "gateway/http/message.h"
#include "policy/client.h"
#include "policy/snapshot.h"

namespace sekisho::gateway {

class Worker;

// True when name and password are right: at once when cached, else checked off the worker.
Awaitable<bool> check_login(Worker& worker, std::string user, std::string password);

// Failures in a row of one address, this one included; bounded, all workers together. Thread-safe.
int login_failed(const config::IpAddress& ip);
void logins_succeeded(const config::IpAddress& ip);
// The decision of a refused identity (reason identity). `detail`: credentials | client_certificate.
Awaitable<void> record_refused_login(Worker& worker, const policy::Client& client,
                                     const RequestHead& head, std::string detail);

ResponseHead credentials_wanted(const std::string& realm);  // 407
// ja and en, plain text. `secure`: the client came by TLS.
std::string credentials_wanted_text(const policy::Snapshot& snapshot, bool secure);

}  // namespace sekisho::gateway
