#include "bench/lab/net/tls.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include <algorithm>

namespace sekisho::lab {
namespace {

constexpr std::size_t kReadBuffer = 66 * 1024, kMostAtOnce = 1u << 20;

SslContextPtr make_context(const SSL_METHOD* method) {
  SslContextPtr context(SSL_CTX_new(method));
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                      SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(context.get(), 1);
  SSL_CTX_set_default_read_buffer_len(context.get(), kReadBuffer);
  SSL_CTX_set_options(context.get(), SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  return context;
}

Io outcome(SSL* ssl, int result) {
  if (result > 0) return Io::kDone;
  const int error = SSL_get_error(ssl, result);
  return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? Io::kBlocked : Io::kClosed;
}

int clipped(std::size_t size) {
  return static_cast<int>(std::min(size, kMostAtOnce));
}

}  // namespace

SslContextPtr make_client_context(const std::string& ca_file) {
  SslContextPtr context = make_context(TLS_client_method());
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  if (SSL_CTX_load_verify_locations(context.get(), ca_file.c_str(), nullptr) != 1) return nullptr;
  return context;
}

SslContextPtr make_server_context() {
  SslContextPtr context = make_context(TLS_server_method());
  static constexpr unsigned char kId[] = "lab";
  SSL_CTX_set_session_id_context(context.get(), kId, sizeof kId - 1);
  SSL_CTX_set_num_tickets(context.get(), 1);
  return context;
}

IoResult tls_read(SSL* ssl, char* to, std::size_t size) {
  ERR_clear_error();
  const int count = SSL_read(ssl, to, clipped(size));
  return {outcome(ssl, count), count > 0 ? static_cast<std::size_t>(count) : 0};
}

IoResult tls_write(SSL* ssl, std::string_view bytes) {
  ERR_clear_error();
  const int count = SSL_write(ssl, bytes.data(), clipped(bytes.size()));
  return {outcome(ssl, count), count > 0 ? static_cast<std::size_t>(count) : 0};
}

Io tls_handshake(SSL* ssl) {
  ERR_clear_error();
  return outcome(ssl, SSL_do_handshake(ssl));
}

void tls_goodbye(SSL* ssl) {
  ERR_clear_error();
  if (SSL_is_init_finished(ssl)) SSL_shutdown(ssl);
  ERR_clear_error();
}

std::string tls_failure(const SSL* ssl) {
  const unsigned long error = ERR_peek_last_error();
  const char* reason = error ? ERR_reason_error_string(error) : nullptr;
  std::string text = std::string("tls: ") + (reason ? reason : "closed");
  const long verdict = SSL_get_verify_result(ssl);
  if (verdict != X509_V_OK) text += std::string(" / ") + X509_verify_cert_error_string(verdict);
  return text;
}

}  // namespace sekisho::lab
