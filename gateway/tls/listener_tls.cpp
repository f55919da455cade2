#include "gateway/tls/listener_tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <optional>
#include <utility>

#include "gateway/tls/authority_file.h"
#include "gateway/tls/openssl_ptr.h"
#include "gateway/tls/trust_store.h"
#include "gateway/users.h"

namespace sekisho::gateway {
namespace {

constexpr const char* kCiphersOf12 = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr const char* kPrincipalName = "1.3.6.1.4.1.311.20.2.3";  // as Active Directory writes it

std::string text_of(const ASN1_STRING* string) {
  unsigned char* bytes = nullptr;
  const int size = ASN1_STRING_to_UTF8(&bytes, string);
  if (size < 0) return {};
  std::string out(reinterpret_cast<char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return out;
}

std::string principal_of(const GENERAL_NAME* name) {
  char oid[64];
  if (name->type != GEN_OTHERNAME) return {};
  OBJ_obj2txt(oid, sizeof oid, name->d.otherName->type_id, 1);
  const ASN1_TYPE* value = name->d.otherName->value;
  if (oid != std::string_view(kPrincipalName) || value->type != V_ASN1_UTF8STRING) return {};
  return text_of(value->value.utf8string);
}

std::string alternative_name(const X509* certificate, int type) {
  const NamesPtr names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    const bool wanted = name->type == type;
    const std::string text = !wanted                 ? std::string()
                             : type == GEN_OTHERNAME ? principal_of(name)
                                                     : text_of(name->d.rfc822Name);
    if (!text.empty()) return text;
  }
  return {};
}

std::string common_name(const X509* certificate) {
  const X509_NAME* subject = X509_get_subject_name(certificate);
  const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (at < 0) return {};
  return text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
}

// The mail address, else the principal name, else the common name; "" where that is no name of a
// user.
std::string user_of(const X509* certificate) {
  std::string user = alternative_name(certificate, GEN_EMAIL);
  if (user.empty()) user = alternative_name(certificate, GEN_OTHERNAME);
  if (user.empty()) user = common_name(certificate);
  return is_user_name(user) ? user : std::string();
}

bool use_pair(SSL_CTX* context, const std::string& certificate, const std::string& key,
              std::string& error) {
  const auto chain = read_certificates(certificate, error);
  if (chain.empty()) return false;
  const auto secret = read_private_key(key, error);
  if (!secret) return false;
  bool right = SSL_CTX_use_certificate(context, chain.front().get()) == 1;
  for (std::size_t i = 1; right && i < chain.size(); ++i)
    right = SSL_CTX_add1_chain_cert(context, chain[i].get()) == 1;
  if (!right) error = certificate + ": " + openssl_error();
  if (!right) return false;
  if (SSL_CTX_use_PrivateKey(context, secret.get()) == 1) return true;
  ERR_clear_error();
  error = key + " is not the key of " + certificate;
  return false;
}

bool has_revocation_list(X509_STORE* store) {
  const STACK_OF(X509_OBJECT)* all = X509_STORE_get0_objects(store);
  for (int i = 0; i < sk_X509_OBJECT_num(all); ++i)
    if (X509_OBJECT_get_type(sk_X509_OBJECT_value(all, i)) == X509_LU_CRL) return true;
  return false;
}

bool ask_certificate(SSL_CTX* context, const std::string& client_ca, std::string& error) {
  const auto roots = read_certificates(client_ca, error);
  if (roots.empty()) return false;
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  if (X509_STORE_load_file(store, client_ca.c_str()) != 1) {
    error = client_ca + ": " + openssl_error();
    return false;
  }
  decode_extensions(store);
  for (const auto& root : roots) SSL_CTX_add_client_CA(context, root.get());
  if (has_revocation_list(store))
    X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  // A certificate that was revoked since must not come back with an old session.
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
  return true;
}

int select_protocol(SSL*, const unsigned char** out, unsigned char* size,
                    const unsigned char* offered, unsigned offered_size, void*) {
  static constexpr unsigned char kOurs[] = "\x08http/1.1";
  unsigned char* chosen = nullptr;
  const int found =
      SSL_select_next_proto(&chosen, size, kOurs, sizeof kOurs - 1, offered, offered_size);
  *out = chosen;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

SSL_CTX* new_context() {
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION);
  SSL_CTX_set_cipher_list(context, kCiphersOf12);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  static constexpr unsigned char kId[] = "sekisho listener";
  SSL_CTX_set_session_id_context(context, kId, sizeof kId - 1);
  SSL_CTX_set_alpn_select_cb(context, select_protocol, nullptr);
  return context;
}

// Whether the handshake failed over the client's certificate.
bool is_unidentified(SSL* ssl, bool asks, const std::string& fault) {
  return asks && (SSL_get_verify_result(ssl) != X509_V_OK ||
                  fault.find("did not return a certificate") != std::string::npos);
}

std::string why(SSL* ssl, const TlsStream& stream) {
  const long verified = SSL_get_verify_result(ssl);
  if (verified != X509_V_OK) return X509_verify_cert_error_string(verified);
  return stream.fault().empty() ? "ended" : stream.fault();
}

}  // namespace

std::shared_ptr<const ListenerTls> ListenerTls::load(const std::string& certificate,
                                                     const std::string& key,
                                                     const std::string& client_ca,
                                                     std::string& error) {
  std::shared_ptr<ListenerTls> made(new ListenerTls);
  made->context_ = new_context();
  if (!use_pair(made->context_, certificate, key, error)) return nullptr;
  made->asks_certificate_ = !client_ca.empty();
  if (made->asks_certificate_ && !ask_certificate(made->context_, client_ca, error)) return nullptr;
  return made;
}

ListenerTls::~ListenerTls() {
  SSL_CTX_free(context_);
}

Awaitable<ListenerTls::Outcome> ListenerTls::accept(std::unique_ptr<ByteStream> low,
                                                    TimePoint deadline) const {
  auto stream = std::make_unique<TlsStream>(std::move(low), context_, TlsStream::Role::kServer);
  Outcome out;
  bool timed_out = false;
  long step = stream->try_handshake();
  while (step == ByteStream::kBlock) {
    const Wake wake = co_await stream->ready(stream->want(), deadline);
    timed_out = wake == Wake::kTimeout;
    if (wake != Wake::kReady) break;
    step = stream->try_handshake();
  }
  SSL* ssl = stream->ssl();
  if (step > 0) {
    if (const X509* peer = SSL_get0_peer_certificate(ssl)) out.user = user_of(peer);
    out.stream = std::move(stream);
    co_return out;
  }
  out.fault = timed_out ? std::string("timed out") : why(ssl, *stream);
  out.unidentified = is_unidentified(ssl, asks_certificate_, out.fault);
  stream->shutdown_write();  // so that the alert is read before the connection is gone
  co_return out;
}

}  // namespace sekisho::gateway
