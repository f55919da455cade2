#include "gateway/tls/openssl_ptr.h"

#include <openssl/err.h>

namespace sekisho::gateway {

std::string openssl_error() {
  const unsigned long code = ERR_peek_last_error();
  const char* words = ERR_reason_error_string(code);
  std::string out = words ? words : code ? "error " + std::to_string(code) : "unknown error";
  ERR_clear_error();
  return out;
}

void forget_errors() {
  if (ERR_peek_error() != 0) ERR_clear_error();
}

std::shared_ptr<X509> share(X509* certificate) {
  X509_up_ref(certificate);
  return {certificate, X509_free};
}

}  // namespace sekisho::gateway
