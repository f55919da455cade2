#include "bench/lab/net/leaf_minter.h"

#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <utility>

namespace sekisho::lab {
namespace {

constexpr long kHour = 3600, kMonth = 30 * 24 * kHour;

struct FileClose {
  void operator()(FILE* file) const { std::fclose(file); }
};
using FilePtr = std::unique_ptr<FILE, FileClose>;

FilePtr open_file(const std::string& path) {
  return FilePtr(std::fopen(path.c_str(), "r"));
}

void set_serial(X509* leaf) {
  std::uint64_t serial = 0;
  RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(leaf), serial >> 1);
}

void set_subject(X509* leaf, const std::string& name) {
  X509_NAME_add_entry_by_txt(X509_get_subject_name(leaf), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
}

void add_extensions(X509* leaf, X509* ca, const std::string& name) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, ca, leaf, nullptr, nullptr, 0);
  const std::string san = "DNS:" + name;
  const std::pair<int, const char*> extensions[] = {{NID_subject_alt_name, san.c_str()},
                                                    {NID_basic_constraints, "CA:FALSE"},
                                                    {NID_ext_key_usage, "serverAuth"},
                                                    {NID_authority_key_identifier, "keyid"}};
  for (const auto& [id, value] : extensions) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, id, value);
    if (!extension) continue;
    X509_add_ext(leaf, extension, -1);
    X509_EXTENSION_free(extension);
  }
}

}  // namespace

LeafMinter::LeafMinter(X509Ptr ca, KeyPtr ca_key)
    : ca_(std::move(ca)), ca_key_(std::move(ca_key)), leaf_key_(EVP_EC_gen("P-256")) {}

std::optional<LeafMinter> LeafMinter::load(const std::string& certificate, const std::string& key) {
  const FilePtr certificate_file = open_file(certificate), key_file = open_file(key);
  if (!certificate_file || !key_file) return std::nullopt;
  X509Ptr ca(PEM_read_X509(certificate_file.get(), nullptr, nullptr, nullptr));
  KeyPtr ca_key(PEM_read_PrivateKey(key_file.get(), nullptr, nullptr, nullptr));
  if (!ca || !ca_key) return std::nullopt;
  return LeafMinter(std::move(ca), std::move(ca_key));
}

X509Ptr LeafMinter::mint(const std::string& name) const {
  X509Ptr leaf(X509_new());
  X509_set_version(leaf.get(), X509_VERSION_3);
  set_serial(leaf.get());
  X509_gmtime_adj(X509_getm_notBefore(leaf.get()), -kHour);
  X509_gmtime_adj(X509_getm_notAfter(leaf.get()), kMonth);
  set_subject(leaf.get(), name);
  X509_set_issuer_name(leaf.get(), X509_get_subject_name(ca_.get()));
  X509_set_pubkey(leaf.get(), leaf_key_.get());
  add_extensions(leaf.get(), ca_.get(), name);
  X509_sign(leaf.get(), ca_key_.get(), EVP_sha256());
  return leaf;
}

}  // namespace sekisho::lab
