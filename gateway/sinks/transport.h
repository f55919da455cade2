#pragma once

// Sends to receivers of audit records on the caller's own thread: every call blocks, bounded by its
// time-outs, and can be cancelled from another thread. The certificate of the peer is always
// verified (TLS 1.2 or newer, the name too), nothing is redirected, no proxy or password of the
// environment is used.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sekisho::gateway {

struct PeerSettings {
  std::string ca_file;                         // PEM; in place of the system's certificates
  std::string client_certificate, client_key;  // PEM files; "" = none
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds total_timeout{30'000};  // of one request, connecting included
};

// Sent on every request, never after a redirect: there are none.
struct PeerCredentials {
  std::string user, password;  // Basic; with aws_sigv4: access key and secret
  std::string aws_sigv4;       // "aws:amz:ap-northeast-1:s3"; "" = none
};

struct HttpRequest {
  std::string method = "POST";       // or PUT, GET
  std::string url;                   // https:// or http://
  std::vector<std::string> headers;  // "content-type: application/json"
  std::string_view body;
  std::size_t answer_limit = 64u << 10;  // bytes; a longer answer is a failure
};

struct HttpAnswer {
  int status = 0;  // 0 = there was none, see error
  std::string body;
  std::string error;       // "" = an answer was had, whatever it says
  bool cancelled = false;  // the caller is to stop
  bool untouched = false;  // no byte of the request left: trying again cannot send it twice
  std::chrono::seconds retry_after{0};  // that the peer asked for
  bool done() const { return status >= 200 && status < 300; }
};

// A connection is kept between requests. One thread at a time.
class HttpSender {
 public:
  HttpSender(PeerSettings peer, PeerCredentials credentials = {});
  ~HttpSender();
  HttpAnswer send(const HttpRequest& request);
  void cancel();  // any thread; every later send() is cancelled at once

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// A byte stream over TLS, for syslog (RFC 5425). One thread at a time.
class TlsSender {
 public:
  // `host_port`: "logs.example.jp:6514", "[::1]:6514".
  TlsSender(std::string host_port, PeerSettings peer);
  ~TlsSender();
  // Connects if it must. "" = done. A peer that has closed is noticed before the first byte.
  std::string open();
  // Hands all bytes to the kernel, then waits until the peer's machine has acknowledged every one
  // of them, bounded by total_timeout. "" = done; otherwise the connection is closed and nobody
  // knows how much arrived.
  std::string send(std::string_view bytes);
  void close();
  void cancel();  // any thread
  bool cancelled() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// What is wrong with the address of a receiver, in words; "" = nothing. Passwords in an address
// land in logs, and what crosses a network must be encrypted: `cleartext` permits http:// to
// others than this machine.
std::string url_fault(std::string_view url, bool cleartext);

}  // namespace sekisho::gateway
