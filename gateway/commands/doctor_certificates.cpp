#include "gateway/commands/doctor_certificates.h"

#include <openssl/pem.h>

#include <algorithm>
#include <cstdio>

#include "config/text_file.h"

namespace sekisho::gateway {

std::vector<X509Ptr> certificates_in(const std::string& bytes) {
  std::vector<X509Ptr> out;
  const BioPtr in(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
  while (X509* one = PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr)) out.emplace_back(one);
  if (out.empty()) {
    const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
    if (X509* one = d2i_X509(nullptr, &at, static_cast<long>(bytes.size()))) out.emplace_back(one);
  }
  openssl_error();  // the end of the file is one
  return out;
}

std::vector<X509Ptr> certificates_of_file(const std::string& path) {
  std::string why;
  const auto bytes = config::read_text_file(path, why);
  return bytes ? certificates_in(*bytes) : std::vector<X509Ptr>();
}

std::string fingerprint_of(X509* certificate) {
  unsigned char digest[32];
  unsigned size = sizeof digest;
  if (X509_digest(certificate, EVP_sha256(), digest, &size) != 1) return "";
  std::string out;
  char pair[4];
  for (unsigned i = 0; i < size; ++i) {
    std::snprintf(pair, sizeof pair, i ? ":%02X" : "%02X", digest[i]);
    out += pair;
  }
  return out;
}

bool holds(const std::vector<X509Ptr>& list, X509* certificate) {
  return std::any_of(list.begin(), list.end(),
                     [&](const X509Ptr& each) { return X509_cmp(each.get(), certificate) == 0; });
}

std::optional<SystemStore> system_store() {
  static const SystemStore kStores[] = {
      {"/etc/ssl/certs/ca-certificates.crt",  // Debian, Ubuntu, Arch, Alpine
       "sudo cp {CA} /usr/local/share/ca-certificates/sekisho.crt && sudo update-ca-certificates"},
      {"/etc/pki/tls/certs/ca-bundle.crt",  // Red Hat, Fedora
       "sudo cp {CA} /etc/pki/ca-trust/source/anchors/sekisho.crt && sudo update-ca-trust"},
      {"/etc/ssl/ca-bundle.pem",  // SUSE
       "sudo cp {CA} /etc/pki/trust/anchors/sekisho.crt && sudo update-ca-certificates"}};
  for (const auto& store : kStores)
    if (config::unreadable(store.bundle).empty()) return store;
  return std::nullopt;
}

}  // namespace sekisho::gateway
