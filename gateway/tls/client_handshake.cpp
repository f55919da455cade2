#include "gateway/tls/client_handshake.h"

#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <utility>

#include "config/ip.h"
#include "gateway/tls/openssl_ptr.h"

namespace sekisho::gateway {
namespace {

constexpr std::string_view kProtocol = "http/1.1";
constexpr const char* kCiphersOf12 = "ECDHE+AESGCM:ECDHE+CHACHA20";

// What the callback and the coroutine of one handshake share.
struct Pending {
  std::string host;
  const LeafStore* leaves = nullptr;
  ClientHello hello;
  std::shared_ptr<const Leaf> leaf;
  bool no_leaf = false;
  bool malformed = false;
  bool sni_mismatch = false;
  bool no_protocol = false;
};

std::string_view extension(SSL* ssl, unsigned type) {
  const unsigned char* data = nullptr;
  std::size_t size = 0;
  if (!SSL_client_hello_get0_ext(ssl, type, &data, &size)) return {};
  return {reinterpret_cast<const char*>(data), size};
}

bool has_extension(SSL* ssl, unsigned type) {
  return extension(ssl, type).data() != nullptr;
}

bool read_hello(SSL* ssl, ClientHello& out) {
  out = {};
  if (has_extension(ssl, TLSEXT_TYPE_server_name) &&
      !parse_server_name(extension(ssl, TLSEXT_TYPE_server_name), out.sni))
    return false;
  constexpr unsigned kAlpn = TLSEXT_TYPE_application_layer_protocol_negotiation;
  return !has_extension(ssl, kAlpn) || parse_alpn(extension(ssl, kAlpn), out.alpn);
}

bool same_host(const std::string& sni, const std::string& host) {
  if (sni.empty() || sni == host) return true;
  const auto named = config::IpAddress::parse(sni);
  return named && named == config::IpAddress::parse(host);
}

bool speaks_ours(const std::vector<std::string>& alpn) {
  return alpn.empty() || std::find(alpn.begin(), alpn.end(), kProtocol) != alpn.end();
}

// 0, or the alert that refuses this hello.
int judge(Pending& p) {
  p.sni_mismatch = !same_host(p.hello.sni, p.host);
  if (p.sni_mismatch) return SSL_AD_UNRECOGNIZED_NAME;
  p.no_protocol = !speaks_ours(p.hello.alpn);
  return p.no_protocol ? SSL_AD_NO_APPLICATION_PROTOCOL : 0;
}

bool use(SSL* ssl, const Leaf& leaf) {
  if (SSL_use_certificate(ssl, leaf.certificate.get()) != 1) return false;
  for (const auto& each : leaf.chain)
    if (SSL_add1_chain_cert(ssl, each.get()) != 1) return false;
  return SSL_use_PrivateKey(ssl, leaf.key.get()) == 1;
}

int refuse(int* alert, int which) {
  *alert = which;
  return SSL_CLIENT_HELLO_ERROR;
}

// Called again for the same hello after it answered RETRY.
int on_hello(SSL* ssl, int* alert, void*) {
  auto& p = *static_cast<Pending*>(SSL_get_app_data(ssl));
  if (!p.leaf && !p.no_leaf) {
    p.malformed = !read_hello(ssl, p.hello);
    if (p.malformed) return refuse(alert, SSL_AD_DECODE_ERROR);
    if (const int wrong = judge(p)) return refuse(alert, wrong);
    p.leaf = p.leaves->cached(p.host);
    if (!p.leaf) return SSL_CLIENT_HELLO_RETRY;
  }
  if (p.leaf && use(ssl, *p.leaf)) return SSL_CLIENT_HELLO_SUCCESS;
  return refuse(alert, SSL_AD_INTERNAL_ERROR);
}

// Only asked when the client offers protocols, and the hello was judged already.
int select_protocol(SSL*, const unsigned char** out, unsigned char* size,
                    const unsigned char* offered, unsigned offered_size, void*) {
  static constexpr unsigned char kOurs[] = "\x08http/1.1";
  unsigned char* chosen = nullptr;
  const int found =
      SSL_select_next_proto(&chosen, size, kOurs, sizeof kOurs - 1, offered, offered_size);
  *out = chosen;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

// A ticket of one tunnel is no use in another.
void bind_session(SSL* ssl, const std::string& host) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(host.data(), host.size(), digest.data(), &size, EVP_sha256(), nullptr);
  SSL_set_session_id_context(ssl, digest.data(), size);
}

std::string words(const Pending& p, const TlsStream& stream) {
  if (p.sni_mismatch) return "SNI " + p.hello.sni + " is not the tunnel's host " + p.host;
  if (p.no_protocol) return "the client offers no http/1.1 (ALPN)";
  if (p.malformed) return "malformed ClientHello";
  if (p.no_leaf) return "no certificate could be made";
  return stream.fault();
}

}  // namespace

bool is_distrust(std::string_view fault) {
  return fault == "unknown_ca" || fault == "bad_certificate" || fault == "certificate_unknown";
}

ClientTls::ClientTls() : context_(SSL_CTX_new(TLS_server_method())) {
  SSL_CTX_set_min_proto_version(context_, TLS1_2_VERSION);
  SSL_CTX_set_max_proto_version(context_, TLS1_3_VERSION);
  SSL_CTX_set_cipher_list(context_, kCiphersOf12);
  // A company's CA is judged by Authority::examine, not by a failed handshake.
  SSL_CTX_set_security_level(context_, 1);
  SSL_CTX_set_options(context_, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(context_, SSL_MODE_NO_AUTO_CHAIN);
  SSL_CTX_set_session_cache_mode(context_, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context_, 1);
  SSL_CTX_set_client_hello_cb(context_, on_hello, nullptr);
  SSL_CTX_set_alpn_select_cb(context_, select_protocol, nullptr);
}

ClientTls::~ClientTls() {
  SSL_CTX_free(context_);
}

Awaitable<ClientTls::Outcome> ClientTls::accept(std::unique_ptr<ByteStream> low, std::string host,
                                                LeafStore& leaves, Executor executor,
                                                TimePoint deadline) {
  auto stream = std::make_unique<TlsStream>(std::move(low), context_, TlsStream::Role::kServer);
  Pending pending;
  pending.host = std::move(host);
  pending.leaves = &leaves;
  SSL_set_app_data(stream->ssl(), &pending);
  bind_session(stream->ssl(), pending.host);
  Outcome out;
  long step = stream->try_handshake();
  while (step == ByteStream::kBlock || step == TlsStream::kHello) {
    if (step == TlsStream::kHello) {
      pending.leaf = co_await leaves.get(pending.host, executor);
      pending.no_leaf = !pending.leaf;
    } else {
      const Wake wake = co_await stream->ready(stream->want(), deadline);
      out.timed_out = wake == Wake::kTimeout;
      if (wake != Wake::kReady) break;
    }
    step = stream->try_handshake();
  }
  SSL_set_app_data(stream->ssl(), nullptr);
  out.hello = std::move(pending.hello);
  if (step > 0) {
    out.stream = std::move(stream);
    co_return out;
  }
  pending.hello.sni = out.hello.sni;
  out.sni_mismatch = pending.sni_mismatch;
  out.no_protocol = pending.no_protocol;
  out.fault = out.timed_out ? "timed out" : words(pending, *stream);
  out.distrusted = is_distrust(stream->fault());
  // Orderly, so that the alert is read before the connection is gone.
  stream->shutdown_write();
  co_return out;
}

}  // namespace sekisho::gateway
