// A ClientHello is judged the same however it arrives, and an OpenSSL server behind us would see
// the name that we saw.

#include <openssl/ssl.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "gateway/tls/client_hello.h"

using namespace sekisho::gateway;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

struct Seen {
  bool asked = false, named = false;
  std::string name;  // the body of the extension
};

int on_hello(SSL* ssl, int* alert, void*) {
  auto& seen = *static_cast<Seen*>(SSL_get_app_data(ssl));
  const unsigned char* data = nullptr;
  std::size_t size = 0;
  seen.asked = true;
  seen.named = SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_server_name, &data, &size) == 1;
  if (seen.named) seen.name.assign(reinterpret_cast<const char*>(data), size);
  *alert = SSL_AD_USER_CANCELLED;
  return SSL_CLIENT_HELLO_ERROR;
}

SSL_CTX* server() {
  static SSL_CTX* const kContext = [] {
    SSL_CTX* made = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_client_hello_cb(made, on_hello, nullptr);
    return made;
  }();
  return kContext;
}

Seen ask_openssl(std::string_view bytes) {
  Seen seen;
  const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(server()), SSL_free);
  BIO* in = BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size()));
  BIO_set_mem_eof_return(in, -1);
  SSL_set_bio(ssl.get(), in, BIO_new(BIO_s_null()));
  SSL_set_app_data(ssl.get(), &seen);
  SSL_accept(ssl.get());
  return seen;
}

bool same(const ClientHello& a, const ClientHello& b) {
  return a.sni == b.sni && a.alpn == b.alpn;
}

// Once it is said what these bytes are, more bytes do not change it.
void check_prefixes(std::string_view bytes, HelloStatus whole, const ClientHello& hello) {
  const std::size_t step = bytes.size() / 64 + 1;
  bool decided = false;
  for (std::size_t size = 1; size < bytes.size(); size += step) {
    ClientHello part;
    const HelloStatus status = parse_client_hello(bytes.substr(0, size), part);
    require(!decided || status == whole);
    if (status == HelloStatus::kMore) continue;
    decided = true;
    require(status == whole && (status != HelloStatus::kWhole || same(part, hello)));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  std::string sni;
  ClientHello hello, ignored;
  parse_server_name(bytes, sni);
  parse_alpn(bytes, ignored.alpn);
  const HelloStatus status = parse_client_hello(bytes, hello);
  check_prefixes(bytes, status, hello);
  require(hello.sni.find_first_of(std::string_view("\0 \r\n", 4)) == std::string::npos);
  if (status == HelloStatus::kNotTls || bytes.empty()) return 0;
  const Seen seen = ask_openssl(bytes);
  if (!seen.asked) return 0;
  require(status != HelloStatus::kMore);
  if (status != HelloStatus::kWhole) return 0;  // stricter is allowed
  require(seen.named == !hello.sni.empty());
  require(!seen.named || (parse_server_name(seen.name, sni) && sni == hello.sni));
  return 0;
}
