#include "gateway/sinks/transport.h"

#include <curl/curl.h>
#include <linux/sockios.h>
#include <openssl/sha.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <memory>
#include <mutex>
#include <utility>

#include "config/audit_sinks.h"

namespace sekisho::gateway {
namespace {

using Steady = std::chrono::steady_clock;
using Millis = std::chrono::milliseconds;

// CURL and CURLM are both void: a deleter each.
struct EasyDeleter {
  void operator()(CURL* c) const { curl_easy_cleanup(c); }
};
struct MultiDeleter {
  void operator()(CURLM* m) const { curl_multi_cleanup(m); }
};
struct ListDeleter {
  void operator()(curl_slist* l) const { curl_slist_free_all(l); }
};
using Headers = std::unique_ptr<curl_slist, ListDeleter>;

void begin_library() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

// A peer that went would end the process with SIGPIPE: libcurl leaves that to its callers where
// several threads use it.
class NoPipeSignal {
 public:
  NoPipeSignal() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    sigset_t waiting;
    sigpending(&waiting);
    was_waiting_ = sigismember(&waiting, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~NoPipeSignal() {
    const timespec none{};
    if (!was_waiting_) sigtimedwait(&pipe_, nullptr, &none);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  NoPipeSignal(const NoPipeSignal&) = delete;

 private:
  sigset_t pipe_{}, before_{};
  bool was_waiting_ = false;
};

// libcurl's handles of one connection; a transfer runs until it ends or somebody cancels.
struct Transfer {
  Transfer() {
    begin_library();
    multi.reset(curl_multi_init());
    easy.reset(curl_easy_init());
  }
  ~Transfer() {
    const NoPipeSignal quiet;
    leave();
    easy.reset();
    multi.reset();
  }

  template <class Value>
  void set(CURLoption option, Value value) {
    curl_easy_setopt(easy.get(), option, value);
  }
  void leave() {
    if (std::exchange(joined, false)) curl_multi_remove_handle(multi.get(), easy.get());
  }
  CURLcode perform();
  void wait(int milliseconds) { curl_multi_poll(multi.get(), nullptr, 0, milliseconds, nullptr); }
  void cancel() {
    cancelled = true;
    curl_multi_wakeup(multi.get());
  }

  std::unique_ptr<CURLM, MultiDeleter> multi;
  std::unique_ptr<CURL, EasyDeleter> easy;
  bool joined = false;
  std::atomic<bool> cancelled{false};
};

// CURLE_ABORTED_BY_CALLBACK = cancelled.
CURLcode Transfer::perform() {
  const NoPipeSignal quiet;
  leave();
  if (curl_multi_add_handle(multi.get(), easy.get()) != CURLM_OK) return CURLE_FAILED_INIT;
  joined = true;
  while (!cancelled) {
    int running = 0, left = 0;
    if (curl_multi_perform(multi.get(), &running) != CURLM_OK) return CURLE_FAILED_INIT;
    while (const CURLMsg* message = curl_multi_info_read(multi.get(), &left))
      if (message->msg == CURLMSG_DONE) return message->data.result;
    wait(1000);
  }
  return CURLE_ABORTED_BY_CALLBACK;
}

void set_peer(Transfer& t, const PeerSettings& peer) {
  t.set(CURLOPT_NOSIGNAL, 1L);
  t.set(CURLOPT_PROXY, "");
  t.set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  t.set(CURLOPT_PROTOCOLS_STR, "http,https");
  t.set(CURLOPT_FOLLOWLOCATION, 0L);
  t.set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  t.set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  t.set(CURLOPT_SSL_VERIFYPEER, 1L);
  t.set(CURLOPT_SSL_VERIFYHOST, 2L);
  t.set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(peer.connect_timeout.count()));
  t.set(CURLOPT_TIMEOUT_MS, static_cast<long>(peer.total_timeout.count()));
  t.set(CURLOPT_TCP_KEEPALIVE, 1L);
  t.set(CURLOPT_QUICK_EXIT,
        1L);  // a name server that is silent must not hold the end of the process
  if (!peer.ca_file.empty()) {
    t.set(CURLOPT_CAINFO, peer.ca_file.c_str());
    t.set<char*>(CURLOPT_CAPATH, nullptr);
  }
  if (!peer.client_certificate.empty()) {
    t.set(CURLOPT_SSLCERT, peer.client_certificate.c_str());
    t.set(CURLOPT_SSLKEY, peer.client_key.c_str());
  }
}

std::string words(CURLcode code, const char* detail) {
  std::string out = curl_easy_strerror(code);
  if (detail && *detail) (out += ": ") += detail;
  return out;
}

struct Received {
  std::string body;
  std::size_t limit = 0;
  bool too_long = false;
};

std::size_t receive(char* bytes, std::size_t size, std::size_t count, void* to) {
  auto& received = *static_cast<Received*>(to);
  const std::size_t n = size * count;
  received.too_long = received.body.size() + n > received.limit;
  if (received.too_long) return 0;
  received.body.append(bytes, n);
  return n;
}

std::string hex_sha256(std::string_view bytes) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest);
  std::string out;
  for (const unsigned char c : digest) {
    out += "0123456789abcdef"[c >> 4];
    out += "0123456789abcdef"[c & 15];
  }
  return out;
}

void append_header(Headers& list, const std::string& line) {
  if (curl_slist* longer = curl_slist_append(list.get(), line.c_str())) {
    (void)list.release();
    list.reset(longer);
  }
}

Headers headers_of(const HttpRequest& request, const PeerCredentials& credentials) {
  Headers list;
  for (const std::string& line : request.headers) append_header(list, line);
  append_header(list, "Expect:");  // a receiver that does not know it would cost a second each time
  if (!credentials.aws_sigv4.empty())
    append_header(list, "x-amz-content-sha256: " + hex_sha256(request.body));
  return list;
}

}  // namespace

struct HttpSender::Impl {
  PeerSettings peer;
  PeerCredentials credentials;
  Transfer transfer;
  char detail[CURL_ERROR_SIZE] = {};

  void prepare(const HttpRequest& request, Received& received, const Headers& headers);
  HttpAnswer answer(CURLcode code, Received& received);
};

HttpSender::HttpSender(PeerSettings peer, PeerCredentials credentials)
    : impl_(std::make_unique<Impl>()) {
  impl_->peer = std::move(peer);
  impl_->credentials = std::move(credentials);
}

HttpSender::~HttpSender() = default;

void HttpSender::Impl::prepare(const HttpRequest& request, Received& received,
                               const Headers& headers) {
  Transfer& t = transfer;
  t.leave();
  curl_easy_reset(t.easy.get());  // connections stay
  set_peer(t, peer);
  detail[0] = '\0';
  t.set(CURLOPT_ERRORBUFFER, detail);
  t.set(CURLOPT_URL, request.url.c_str());
  t.set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
  if (request.method != "GET") {
    t.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    t.set(CURLOPT_POSTFIELDS, request.body.empty() ? "" : request.body.data());
  }
  t.set(CURLOPT_HTTPHEADER, headers.get());
  t.set(CURLOPT_WRITEFUNCTION, &receive);
  t.set(CURLOPT_WRITEDATA, static_cast<void*>(&received));
  if (credentials.user.empty()) return;
  t.set(CURLOPT_USERNAME, credentials.user.c_str());
  t.set(CURLOPT_PASSWORD, credentials.password.c_str());
  if (credentials.aws_sigv4.empty())
    t.set(CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
  else
    t.set(CURLOPT_AWS_SIGV4, credentials.aws_sigv4.c_str());
}

HttpAnswer HttpSender::Impl::answer(CURLcode code, Received& received) {
  HttpAnswer out;
  CURL* easy = transfer.easy.get();
  long status = 0, sent = 0;
  curl_off_t wait = 0;
  curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &sent);
  out.untouched = sent == 0;
  if (transfer.cancelled) {
    out.cancelled = true;
    out.error = "cancelled";
    return out;
  }
  if (code != CURLE_OK) {
    out.error = received.too_long
                    ? "the answer is longer than " + std::to_string(received.limit) + " bytes"
                    : words(code, detail);
    return out;
  }
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &wait);
  out.status = static_cast<int>(status);
  out.body = std::move(received.body);
  out.retry_after = std::chrono::seconds(std::clamp<curl_off_t>(wait, 0, 3600));
  return out;
}

HttpAnswer HttpSender::send(const HttpRequest& request) {
  const NoPipeSignal quiet;
  Received received;
  received.limit = request.answer_limit;
  const Headers headers = headers_of(request, impl_->credentials);
  impl_->prepare(request, received, headers);
  const CURLcode code = impl_->transfer.perform();
  HttpAnswer out = impl_->answer(code, received);
  impl_->transfer.leave();
  return out;
}

void HttpSender::cancel() {
  impl_->transfer.cancel();
}

struct TlsSender::Impl {
  std::string url;
  PeerSettings peer;
  std::unique_ptr<Transfer> transfer;
  std::atomic<bool> cancelled{false};
  std::mutex mutex;  // of `transfer` against cancel()

  std::string fail(std::string why);
  bool peer_closed();
  std::string write(std::string_view bytes, Steady::time_point until);
  std::string wait_acknowledged(Steady::time_point until);
  void replace(std::unique_ptr<Transfer> next);
};

TlsSender::TlsSender(std::string host_port, PeerSettings peer) : impl_(std::make_unique<Impl>()) {
  impl_->url = "https://" + std::move(host_port);
  impl_->peer = std::move(peer);
}

TlsSender::~TlsSender() = default;

void TlsSender::Impl::replace(std::unique_ptr<Transfer> next) {
  const std::lock_guard lock(mutex);
  transfer = std::move(next);
  if (transfer && cancelled) transfer->cancelled = true;
}

std::string TlsSender::Impl::fail(std::string why) {
  replace(nullptr);
  return cancelled ? "cancelled" : why;
}

// Receivers of syslog say nothing: whatever can be read is the end of the connection.
bool TlsSender::Impl::peer_closed() {
  char byte = 0;
  std::size_t n = 0;
  return curl_easy_recv(transfer->easy.get(), &byte, 1, &n) != CURLE_AGAIN;
}

std::string TlsSender::open() {
  if (impl_->cancelled) return "cancelled";
  if (impl_->transfer && !impl_->peer_closed()) return {};
  impl_->replace(std::make_unique<Transfer>());
  Transfer& t = *impl_->transfer;
  char detail[CURL_ERROR_SIZE] = {};
  set_peer(t, impl_->peer);
  t.set(CURLOPT_ERRORBUFFER, detail);
  t.set(CURLOPT_URL, impl_->url.c_str());
  t.set(CURLOPT_CONNECT_ONLY, 1L);
  t.set(CURLOPT_SSL_ENABLE_ALPN, 0L);
  const CURLcode code = t.perform();
  t.set<char*>(CURLOPT_ERRORBUFFER, nullptr);
  return code == CURLE_OK ? std::string() : impl_->fail(words(code, detail));
}

std::string TlsSender::Impl::write(std::string_view bytes, Steady::time_point until) {
  curl_socket_t socket = CURL_SOCKET_BAD;
  curl_easy_getinfo(transfer->easy.get(), CURLINFO_ACTIVESOCKET, &socket);
  while (!bytes.empty()) {
    if (cancelled) return "cancelled";
    if (Steady::now() >= until) return "the receiver takes nothing";
    std::size_t n = 0;
    const CURLcode code = curl_easy_send(transfer->easy.get(), bytes.data(), bytes.size(), &n);
    if (code == CURLE_OK) {
      bytes.remove_prefix(n);
      continue;
    }
    if (code != CURLE_AGAIN) return words(code, "");
    curl_waitfd ready{socket, CURL_WAIT_POLLOUT, 0};
    curl_multi_poll(transfer->multi.get(), &ready, 1, 1000, nullptr);
  }
  return {};
}

std::string TlsSender::Impl::wait_acknowledged(Steady::time_point until) {
  curl_socket_t socket = CURL_SOCKET_BAD;
  curl_easy_getinfo(transfer->easy.get(), CURLINFO_ACTIVESOCKET, &socket);
  for (int pause = 1;; pause = std::min(pause * 2, 100)) {
    int left = 0;
    if (ioctl(socket, SIOCOUTQ, &left) != 0) return std::strerror(errno);
    if (left == 0) return peer_closed() ? "the receiver has closed the connection" : std::string();
    if (cancelled) return "cancelled";
    if (Steady::now() >= until) return "the receiver does not acknowledge";
    transfer->wait(pause);
  }
}

std::string TlsSender::send(std::string_view bytes) {
  const NoPipeSignal quiet;
  std::string error = open();
  if (!error.empty()) return error;
  const auto until = Steady::now() + impl_->peer.total_timeout;
  error = impl_->write(bytes, until);
  if (error.empty()) error = impl_->wait_acknowledged(until);
  return error.empty() ? error : impl_->fail(std::move(error));
}

void TlsSender::close() {
  impl_->replace(nullptr);
}

void TlsSender::cancel() {
  impl_->cancelled = true;
  const std::lock_guard lock(impl_->mutex);
  if (impl_->transfer) impl_->transfer->cancel();
}

bool TlsSender::cancelled() const {
  return impl_->cancelled;
}

std::string url_fault(std::string_view url, bool cleartext) {
  return config::receiver_url_fault(url, cleartext);
}

}  // namespace sekisho::gateway
