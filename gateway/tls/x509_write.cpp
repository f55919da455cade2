#include "gateway/tls/x509_write.h"

#include <openssl/rand.h>
#include <openssl/sha.h>

#include <array>
#include <ctime>

#include "config/ip.h"

namespace sekisho::gateway {
namespace {

struct AkidFree {
  void operator()(AUTHORITY_KEYID* p) const { AUTHORITY_KEYID_free(p); }
};
using AkidPtr = std::unique_ptr<AUTHORITY_KEYID, AkidFree>;
struct EkuFree {
  void operator()(EXTENDED_KEY_USAGE* p) const { EXTENDED_KEY_USAGE_free(p); }
};
struct CrlFree {
  void operator()(CRL_DIST_POINTS* p) const { CRL_DIST_POINTS_free(p); }
};

bool add(X509* certificate, int nid, void* value, bool critical) {
  return X509_add1_ext_i2d(certificate, nid, value, critical, X509V3_ADD_APPEND) == 1;
}

// Takes over `string`.
bool push_name(GENERAL_NAMES* names, int type, ASN1_STRING* string) {
  GENERAL_NAME* name = GENERAL_NAME_new();
  if (!name || !string) return false;
  GENERAL_NAME_set0_value(name, type, string);
  return sk_GENERAL_NAME_push(names, name) > 0;
}

ASN1_STRING* text(const std::string& value) {
  ASN1_STRING* out = ASN1_IA5STRING_new();
  if (out) ASN1_STRING_set(out, value.data(), static_cast<int>(value.size()));
  return out;
}

ASN1_STRING* octets(const unsigned char* data, std::size_t size) {
  ASN1_STRING* out = ASN1_OCTET_STRING_new();
  if (out) ASN1_STRING_set(out, data, static_cast<int>(size));
  return out;
}

AkidPtr akid_of(X509* issuer) {
  AkidPtr akid(AUTHORITY_KEYID_new());
  const ASN1_OCTET_STRING* named = X509_get0_subject_key_id(issuer);
  if (akid) akid->keyid = named ? ASN1_OCTET_STRING_dup(named) : key_identifier(issuer).release();
  return akid && akid->keyid ? std::move(akid) : nullptr;
}

}  // namespace

bool set_random_serial(X509* certificate) {
  std::array<unsigned char, 20> bytes{};
  if (RAND_bytes(bytes.data(), bytes.size()) != 1) return false;
  bytes[0] = static_cast<unsigned char>((bytes[0] & 0x3f) | 0x40);  // positive and 20 octets long
  BIGNUM* number = BN_bin2bn(bytes.data(), bytes.size(), nullptr);
  const bool done = number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));
  BN_free(number);
  return done;
}

bool set_validity(X509* certificate, std::int64_t not_before, std::int64_t not_after) {
  return ASN1_TIME_set(X509_getm_notBefore(certificate), not_before) &&
         ASN1_TIME_set(X509_getm_notAfter(certificate), not_after);
}

bool add_key_usage(X509* certificate, int usages) {
  BitsPtr bits(ASN1_BIT_STRING_new());
  for (int bit = 0; bit < 8; ++bit)
    if (usages & (0x80 >> bit)) ASN1_BIT_STRING_set_bit(bits.get(), bit, 1);
  return add(certificate, NID_key_usage, bits.get(), true);
}

OctetsPtr key_identifier(X509* certificate) {
  const ASN1_BIT_STRING* key = X509_get0_pubkey_bitstr(certificate);
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
  unsigned size = 0;
  const auto* data = ASN1_STRING_get0_data(key);
  const auto length = static_cast<std::size_t>(ASN1_STRING_length(key));
  if (EVP_Digest(data, length, digest.data(), &size, EVP_sha1(), nullptr) != 1) return nullptr;
  return OctetsPtr(octets(digest.data(), size));
}

bool add_subject_key_identifier(X509* certificate) {
  const OctetsPtr id = key_identifier(certificate);
  return id && add(certificate, NID_subject_key_identifier, id.get(), false);
}

bool add_authority_key_identifier(X509* certificate, X509* issuer) {
  const AkidPtr akid = akid_of(issuer);
  return akid && add(certificate, NID_authority_key_identifier, akid.get(), false);
}

bool add_authority_key_identifier(X509_CRL* list, X509* issuer) {
  const AkidPtr akid = akid_of(issuer);
  return akid && X509_CRL_add1_ext_i2d(list, NID_authority_key_identifier, akid.get(), 0,
                                       X509V3_ADD_APPEND) == 1;
}

bool add_server_auth(X509* certificate) {
  std::unique_ptr<EXTENDED_KEY_USAGE, EkuFree> usages(EXTENDED_KEY_USAGE_new());
  return sk_ASN1_OBJECT_push(usages.get(), OBJ_nid2obj(NID_server_auth)) > 0 &&
         add(certificate, NID_ext_key_usage, usages.get(), false);
}

bool add_subject_alt_name(X509* certificate, const std::string& host) {
  NamesPtr names(GENERAL_NAMES_new());
  bool named = false;
  if (const auto ip = config::IpAddress::parse(host)) {
    const std::size_t skipped = ip->is_v4() ? 12 : 0;
    named = push_name(names.get(), GEN_IPADD, octets(ip->bytes().data() + skipped, 16 - skipped));
  } else {
    named = push_name(names.get(), GEN_DNS, text(host));
  }
  return named && add(certificate, NID_subject_alt_name, names.get(), true);
}

bool add_crl_url(X509* certificate, const std::string& url) {
  std::unique_ptr<CRL_DIST_POINTS, CrlFree> points(CRL_DIST_POINTS_new());
  DIST_POINT* point = DIST_POINT_new();
  if (!point || sk_DIST_POINT_push(points.get(), point) <= 0) return false;
  point->distpoint = DIST_POINT_NAME_new();
  point->distpoint->type = 0;
  point->distpoint->name.fullname = GENERAL_NAMES_new();
  return push_name(point->distpoint->name.fullname, GEN_URI, text(url)) &&
         add(certificate, NID_crl_distribution_points, points.get(), false);
}

const EVP_MD* digest_for(const EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "ED25519") || EVP_PKEY_is_a(key, "ED448")) return nullptr;
  if (!EVP_PKEY_is_a(key, "EC") || EVP_PKEY_get_bits(key) <= 256) return EVP_sha256();
  return EVP_PKEY_get_bits(key) > 384 ? EVP_sha512() : EVP_sha384();
}

bool sign(X509* certificate, EVP_PKEY* key) {
  return X509_sign(certificate, key, digest_for(key)) > 0;
}

std::int64_t unix_seconds(const ASN1_TIME* time) {
  std::tm parts{};
  if (!time || ASN1_TIME_to_tm(time, &parts) != 1) return 0;
  return timegm(&parts);
}

}  // namespace sekisho::gateway
