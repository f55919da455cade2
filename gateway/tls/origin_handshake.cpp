#include "gateway/tls/origin_handshake.h"

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <utility>

#include "config/ip.h"
#include "gateway/tls/openssl_ptr.h"
#include "gateway/tls/origin_certificate.h"
#include "gateway/tls/session_cache.h"
#include "gateway/tls/trust_store.h"

namespace sekisho::gateway {
namespace {

constexpr int kSecurityLevel = 2;  // RSA 2048, no SHA-1
// Browsers' own for TLS 1.2: no DHE, no PSK, no SHA-1 signatures, nothing anonymous.
constexpr const char* kCiphersOf12 =
    "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AES:RSA+AESGCM:RSA+AES:!PSK:!aNULL:!eNULL";
constexpr int kLongestChain = 10;  // certificates between the leaf and the root
constexpr unsigned char kProtocols[] = "\x08http/1.1";

// What belongs to one connection; lives as long as its SSL.
struct ConnectionTag {
  std::shared_ptr<SessionCache> cache;
  std::string key;
  // In TLS 1.2 a session comes before the certificate is judged whole. Kept from a connection that
  // was refused, it would get the next one past the judgement.
  bool accepted = false;
  std::vector<SessionPtr> early;
  bool dropped = false;    // see verify_peer
  CertificateFault fault;  // the first one that OpenSSL found
};

void free_tag(void*, void* tag, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<ConnectionTag*>(tag);
}

int tag_index() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, free_tag);
  return index;
}

ConnectionTag* tag_of(const SSL* ssl) {
  return static_cast<ConnectionTag*>(SSL_get_ex_data(ssl, tag_index()));
}

int on_session(SSL* ssl, SSL_SESSION* session) {
  ConnectionTag* tag = tag_of(ssl);
  if (!tag || !SSL_SESSION_is_resumable(session)) return 0;
  if (tag->accepted)
    tag->cache->put(tag->key, SessionPtr(session));
  else
    tag->early.emplace_back(session);
  return 1;
}

void accept(ConnectionTag& tag) {
  tag.accepted = true;
  for (SessionPtr& each : tag.early) tag.cache->put(tag.key, std::move(each));
  tag.early.clear();
}

ConnectionTag* tag_of(X509_STORE_CTX* context) {
  const auto* ssl = static_cast<const SSL*>(
      X509_STORE_CTX_get_ex_data(context, SSL_get_ex_data_X509_STORE_CTX_idx()));
  return ssl ? tag_of(ssl) : nullptr;
}

// Called for each fault of the chain; the first one is told.
int on_verify(int ok, X509_STORE_CTX* context) {
  if (ok) return 1;
  if (ConnectionTag* tag = tag_of(context); tag && tag->fault.check.empty())
    tag->fault = fault_of(context, tag->dropped);
  return 0;
}

int verify(X509_STORE_CTX* context, void*) {
  ConnectionTag* tag = tag_of(context);
  return tag && verify_peer(context, tag->dropped);
}

std::string without_dot(std::string host) {
  if (host.ends_with('.')) host.pop_back();
  return host;
}

bool name_peer(SSL* ssl, const std::string& host) {
  X509_VERIFY_PARAM* param = SSL_get0_param(ssl);
  X509_VERIFY_PARAM_set_hostflags(
      param, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  if (const auto ip = config::IpAddress::parse(host)) {
    const std::size_t skipped = ip->is_v4() ? 12 : 0;
    return X509_VERIFY_PARAM_set1_ip(param, ip->bytes().data() + skipped, 16 - skipped) == 1;
  }
  return X509_VERIFY_PARAM_set1_host(param, host.data(), host.size()) == 1 &&
         SSL_set_tlsext_host_name(ssl, host.c_str()) == 1;
}

OriginTls::Outcome refused(CertificateFault fault) {
  OriginTls::Outcome out;
  out.fault = OriginTls::Fault::kCertificate;
  out.check = std::move(fault.check);
  out.detail = std::move(fault.detail);
  return out;
}

OriginTls::Outcome failed(const TlsStream& stream, SSL* ssl) {
  ConnectionTag* tag = tag_of(ssl);
  if (tag && !tag->fault.check.empty()) return refused(std::move(tag->fault));
  if (const long verdict = SSL_get_verify_result(ssl); verdict != X509_V_OK)
    return refused({"chain", X509_verify_cert_error_string(verdict)});
  OriginTls::Outcome out;
  out.fault = stream.low_ended() ? OriginTls::Fault::kClosed : OriginTls::Fault::kProtocol;
  out.detail = stream.fault();
  return out;
}

}  // namespace

struct OriginTls::Impl {
  Impl() : context(SSL_CTX_new(TLS_client_method())) {}
  ~Impl() { SSL_CTX_free(context); }
  Impl(const Impl&) = delete;

  void set_up() {
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION);
    SSL_CTX_set_security_level(context, kSecurityLevel);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_cipher_list(context, kCiphersOf12);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, on_verify);
    SSL_CTX_set_cert_verify_callback(context, verify, nullptr);
    SSL_CTX_set_verify_depth(context, kLongestChain);
    SSL_CTX_set_tlsext_status_type(context, TLSEXT_STATUSTYPE_ocsp);
    SSL_CTX_set_alpn_protos(context, kProtocols, sizeof kProtocols - 1);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, on_session);
  }

  SSL_CTX* context;
  std::shared_ptr<SessionCache> sessions = std::make_shared<SessionCache>();
};

OriginTls::~OriginTls() = default;

std::shared_ptr<OriginTls> OriginTls::create(const std::vector<std::string>& extra_ca,
                                             std::string& error) {
  std::shared_ptr<OriginTls> made(new OriginTls);
  made->impl_ = std::make_unique<Impl>();
  made->impl_->set_up();
  SSL_CTX* context = made->impl_->context;
  if (SSL_CTX_set_default_verify_paths(context) != 1) {
    error = "the system's certificates cannot be used: " + openssl_error();
    return nullptr;
  }
  for (const std::string& path : extra_ca) {
    if (X509_STORE_load_file(SSL_CTX_get_cert_store(context), path.c_str()) == 1) continue;
    error = path + ": holds no certificates in PEM form (" + openssl_error() + ")";
    return nullptr;
  }
  decode_extensions(SSL_CTX_get_cert_store(context));
  openssl_error();
  return made;
}

Awaitable<OriginTls::Outcome> OriginTls::connect(std::unique_ptr<ByteStream> low, std::string host,
                                                 std::uint16_t port, TimePoint deadline) {
  Outcome out;
  host = without_dot(std::move(host));
  auto stream =
      std::make_unique<TlsStream>(std::move(low), impl_->context, TlsStream::Role::kClient);
  SSL* ssl = stream->ssl();
  if (!name_peer(ssl, host)) {
    openssl_error();
    co_return refused({"name", "not a name that a certificate can hold"});
  }
  auto owned = std::make_unique<ConnectionTag>();
  ConnectionTag* tag = owned.get();
  tag->cache = impl_->sessions;
  tag->key = host + " " + std::to_string(port);
  if (const SessionPtr session = impl_->sessions->take(tag->key))
    SSL_set_session(ssl, session.get());
  if (SSL_set_ex_data(ssl, tag_index(), tag) != 1) co_return failed(*stream, ssl);
  owned.release();
  long step = stream->try_handshake();
  while (step == ByteStream::kBlock) {
    const Wake wake = co_await stream->ready(stream->want(), deadline);
    if (wake != Wake::kReady) {
      out.fault = wake == Wake::kTimeout ? Fault::kTimeout : Fault::kClosed;
      out.detail = wake == Wake::kTimeout ? "timed out" : "closed";
      co_return out;
    }
    step = stream->try_handshake();
  }
  if (step <= 0) co_return failed(*stream, ssl);
  CertificateFault fault = judge_peer(ssl, host);
  if (!fault.check.empty()) co_return refused(std::move(fault));
  accept(*tag);
  out.resumed = SSL_session_reused(ssl) == 1;
  out.stream = std::move(stream);
  co_return out;
}

}  // namespace sekisho::gateway
