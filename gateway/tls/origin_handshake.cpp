#include "gateway/tls/origin_handshake.h"

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <utility>

#include "config/ip.h"
#include "gateway/tls/openssl_ptr.h"
#include "gateway/tls/session_cache.h"

namespace sekisho::gateway {
namespace {

constexpr int kSecurityLevel = 2;  // RSA 2048, no SHA-1
constexpr int kMinEcBits = 256;
constexpr unsigned char kProtocols[] = "\x08http/1.1";

// Where new sessions of one connection go; lives as long as its SSL.
struct SessionTag {
  std::shared_ptr<SessionCache> cache;
  std::string key;
};

void free_tag(void*, void* tag, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<SessionTag*>(tag);
}

int tag_index() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, free_tag);
  return index;
}

int on_session(SSL* ssl, SSL_SESSION* session) {
  const auto* tag = static_cast<const SessionTag*>(SSL_get_ex_data(ssl, tag_index()));
  if (!tag || !SSL_SESSION_is_resumable(session)) return 0;
  tag->cache->put(tag->key, SessionPtr(session));
  return 1;
}

std::string check_of(long error) {
  switch (error) {
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return "self_signed";
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return "name";
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return "expired";
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "not_yet_valid";
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
      return "key_strength";
    case X509_V_ERR_CA_MD_TOO_WEAK:
      return "signature_strength";
    case X509_V_ERR_INVALID_PURPOSE:
    case X509_V_ERR_CERT_REJECTED:
      return "usage";
    case X509_V_ERR_CERT_REVOKED:
      return "revoked";
    case X509_V_ERR_PERMITTED_VIOLATION:
    case X509_V_ERR_EXCLUDED_VIOLATION:
    case X509_V_ERR_SUBTREE_MINMAX:
    case X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE:
    case X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX:
    case X509_V_ERR_UNSUPPORTED_NAME_SYNTAX:
    case X509_V_ERR_PATH_LENGTH_EXCEEDED:
      return "constraints";
    default:
      return "chain";
  }
}

struct Complaint {
  const char* check = nullptr;  // null: none
  const char* detail = "";
};

// What browsers refuse and OpenSSL does not.
Complaint beyond_openssl(SSL* ssl) {
  X509* leaf = SSL_get0_peer_certificate(ssl);
  if (!leaf) return {"chain", "the server sent no certificate"};
  if (X509_cmp_current_time(X509_get0_notAfter(leaf)) <= 0)
    return {"expired", "certificate has expired"};
  if (X509_get_version(leaf) != X509_VERSION_3)
    return {"version", "not an X.509 version 3 certificate"};
  const STACK_OF(X509)* chain = SSL_get0_verified_chain(ssl);
  // Absent for a resumed session, whose chain was looked at when it was new.
  for (int i = 0; chain && i < sk_X509_num(chain); ++i) {
    const EVP_PKEY* key = X509_get0_pubkey(sk_X509_value(chain, i));
    if (key && EVP_PKEY_is_a(key, "EC") && EVP_PKEY_get_bits(key) < kMinEcBits)
      return {"key_strength", "EC key under 256 bits"};
  }
  // One that is trusted itself, as appliances have them, is what extra_ca is for.
  if (chain && sk_X509_num(chain) > 1 && (X509_get_extension_flags(leaf) & EXFLAG_CA))
    return {"usage", "a CA certificate used as a server's"};
  return {};
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

void classify(const TlsStream& stream, SSL* ssl, OriginTls::Outcome& out) {
  const long verdict = SSL_get_verify_result(ssl);
  out.detail = stream.fault();
  if (verdict != X509_V_OK) {
    out.fault = OriginTls::Fault::kCertificate;
    out.check = check_of(verdict);
    out.detail = X509_verify_cert_error_string(verdict);
  } else {
    out.fault = stream.low_ended() ? OriginTls::Fault::kClosed : OriginTls::Fault::kProtocol;
  }
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
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
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
    out.fault = Fault::kCertificate;
    out.check = "name";
    out.detail = "not a name that a certificate can hold";
    co_return out;
  }
  auto tag = std::make_unique<SessionTag>();
  tag->cache = impl_->sessions;
  tag->key = host + " " + std::to_string(port);
  if (const SessionPtr session = impl_->sessions->take(tag->key))
    SSL_set_session(ssl, session.get());
  if (SSL_set_ex_data(ssl, tag_index(), tag.get()) == 1) tag.release();
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
  if (step <= 0) {
    classify(*stream, ssl, out);
    co_return out;
  }
  const Complaint complaint = beyond_openssl(ssl);
  if (complaint.check) {
    out.fault = Fault::kCertificate;
    out.check = complaint.check;
    out.detail = complaint.detail;
    co_return out;
  }
  out.resumed = SSL_session_reused(ssl) == 1;
  out.stream = std::move(stream);
  co_return out;
}

}  // namespace sekisho::gateway
