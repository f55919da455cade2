#include "tests/gateway/pki.h"

#include <gtest/gtest.h>
#include <openssl/ec.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <sys/stat.h>

#include <ctime>
#include <filesystem>
#include <fstream>

#include "gateway/tls/x509_write.h"

namespace sekisho::gateway {

std::shared_ptr<EVP_PKEY> make_key(const std::string& kind) {
  if (kind.starts_with("RSA-")) return {EVP_RSA_gen(std::stoul(kind.substr(4))), EVP_PKEY_free};
  if (kind.starts_with("ED"))
    return {EVP_PKEY_Q_keygen(nullptr, nullptr, kind.c_str()), EVP_PKEY_free};
  return {EVP_EC_gen(kind.c_str()), EVP_PKEY_free};
}

Made make(const CertSpec& spec) {
  Made out{{X509_new(), X509_free}, spec.same_key_as ? spec.same_key_as->key : make_key(spec.key)};
  X509* x = out.certificate.get();
  X509_set_version(x, spec.version);
  set_random_serial(x);
  const std::int64_t now = std::time(nullptr);
  set_validity(x, now + spec.from, now + spec.until);
  const auto* cn = reinterpret_cast<const unsigned char*>(spec.name.c_str());
  X509_NAME_add_entry_by_NID(X509_get_subject_name(x), NID_commonName, MBSTRING_UTF8, cn, -1, -1,
                             0);
  X509* issuer = spec.issuer ? spec.issuer->certificate.get() : x;
  X509_set_issuer_name(x, X509_get_subject_name(issuer));
  X509_set_pubkey(x, out.key.get());
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, x, nullptr, nullptr, 0);
  for (const auto& [nid, value] : spec.extensions) {
    X509_EXTENSION* e = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
    X509_add_ext(x, e, -1);
    X509_EXTENSION_free(e);
  }
  if (spec.change) spec.change(x);
  EVP_PKEY* key = (spec.issuer ? spec.issuer->key : out.key).get();
  X509_sign(x, key, EVP_PKEY_is_a(key, "ED25519") ? nullptr : spec.digest);
  return out;
}

Made make_ca(const std::string& name, const Made* issuer) {
  CertSpec spec;
  spec.name = name;
  spec.issuer = issuer;
  spec.extensions = {{NID_basic_constraints, "critical,CA:TRUE"},
                     {NID_key_usage, "critical,keyCertSign,cRLSign"},
                     {NID_subject_key_identifier, "hash"}};
  return make(spec);
}

Made make_server(const Made& ca, const std::string& san) {
  CertSpec spec;
  spec.issuer = &ca;
  spec.extensions = {{NID_subject_alt_name, san}, {NID_ext_key_usage, "serverAuth"}};
  return make(spec);
}

std::string staple(const StapleSpec& spec) {
  const std::int64_t now = std::time(nullptr);
  const Made& signer = spec.signer ? *spec.signer : *spec.issuer;
  OCSP_BASICRESP* basic = OCSP_BASICRESP_new();
  OCSP_CERTID* id =
      OCSP_cert_to_id(EVP_sha1(), spec.about->certificate.get(), spec.issuer->certificate.get());
  ASN1_TIME* from = ASN1_GENERALIZEDTIME_set(nullptr, now + spec.from);
  ASN1_TIME* until = ASN1_GENERALIZEDTIME_set(nullptr, now + spec.until);
  OCSP_basic_add1_status(basic, id, spec.status, OCSP_REVOKED_STATUS_KEYCOMPROMISE, from, from,
                         until);
  OCSP_basic_sign(basic, signer.certificate.get(), signer.key.get(), EVP_sha256(), nullptr, 0);
  OCSP_RESPONSE* response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
  unsigned char* bytes = nullptr;
  const int size = i2d_OCSP_RESPONSE(response, &bytes);
  std::string der(reinterpret_cast<char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  OCSP_RESPONSE_free(response);
  OCSP_BASICRESP_free(basic);
  OCSP_CERTID_free(id);
  ASN1_TIME_free(from);
  ASN1_TIME_free(until);
  return der;
}

Folder::Folder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "sekisho-XXXXXX").string();
  path_ = mkdtemp(pattern.data());
}

Folder::~Folder() {
  std::filesystem::remove_all(path_);
}

std::string Folder::write(const std::string& name, const std::string& text, int mode) const {
  const std::string file = path(name);
  std::ofstream(file, std::ios::binary) << text;
  ::chmod(file.c_str(), static_cast<mode_t>(mode));
  return file;
}

namespace {

std::string drained(const BioPtr& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

}  // namespace

std::string pem(const X509* certificate) {
  const BioPtr out(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(out.get(), certificate);
  return drained(out);
}

std::string pem(const EVP_PKEY* key) {
  const BioPtr out(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  return drained(out);
}

std::shared_ptr<const Authority> authority_of(const Made& ca, const std::vector<Made>& issuers) {
  const Folder folder;
  std::string text = pem(ca.certificate.get()), error;
  for (const Made& each : issuers) text += pem(each.certificate.get());
  auto out = Authority::load(folder.write("ca.crt", text),
                             folder.write("ca.key", pem(ca.key.get())), error);
  EXPECT_TRUE(out) << error;
  return out;
}

std::string extension_text(const X509* certificate, int nid) {
  const int at = X509_get_ext_by_NID(certificate, nid, -1);
  if (at < 0) return "absent";
  X509_EXTENSION* e = X509_get_ext(certificate, at);
  const BioPtr out(BIO_new(BIO_s_mem()));
  X509V3_EXT_print(out.get(), e, 0, 0);
  return (X509_EXTENSION_get_critical(e) ? "critical: " : "") + drained(out);
}

}  // namespace sekisho::gateway
