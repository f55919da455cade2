#include "gateway/tls/origin_certificate.h"

#include <libpsl.h>

#include <algorithm>
#include <string_view>

#include "gateway/tls/stapled_status.h"
#include "gateway/tls/x509_write.h"

namespace sekisho::gateway {
namespace {

// What browsers verify signatures of; P-224, secp256k1, brainpool and DSA are not among it.
constexpr std::string_view kCurves[] = {"prime256v1", "secp384r1", "secp521r1"};

std::string name_words(const X509_NAME* name) {
  const BioPtr out(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253);
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : "(no name)";
}

std::string described(const X509* at, int depth) {
  if (!at) return {};
  const BioPtr out(BIO_new(BIO_s_mem()));
  ASN1_TIME_print(out.get(), X509_get0_notAfter(at));
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return std::string(depth == 0 ? "; certificate" : "; issuing certificate") +
         " subject=" + name_words(X509_get_subject_name(at)) +
         " issuer=" + name_words(X509_get_issuer_name(at)) +
         " until=" + std::string(data, size > 0 ? static_cast<std::size_t>(size) : 0);
}

std::string check_of(int error) {
  switch (error) {
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return "self_signed";
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_UNTRUSTED:
      return "untrusted_root";
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return "incomplete_chain";
    case X509_V_ERR_CERT_CHAIN_TOO_LONG:
      return "chain_length";
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
    case X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE:
      return "signature";
    case X509_V_ERR_INVALID_CA:
    case X509_V_ERR_INVALID_NON_CA:
    case X509_V_ERR_KEYUSAGE_NO_CERTSIGN:
      return "issuer";
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return "name";
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return "expired";
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "not_yet_valid";
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
    case X509_V_ERR_EC_KEY_EXPLICIT_PARAMS:
      return "key_strength";
    case X509_V_ERR_CA_MD_TOO_WEAK:
      return "signature_strength";
    case X509_V_ERR_INVALID_PURPOSE:
    case X509_V_ERR_CERT_REJECTED:
    case X509_V_ERR_PROXY_CERTIFICATES_NOT_ALLOWED:
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
    case X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION:
      return "critical_extension";
    case X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD:
    case X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD:
    case X509_V_ERR_INVALID_EXTENSION:
    case X509_V_ERR_UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY:
    case X509_V_ERR_SIGNATURE_ALGORITHM_MISMATCH:
    case X509_V_ERR_SIGNATURE_ALGORITHM_INCONSISTENCY:
      return "malformed";
    default:
      return "chain";
  }
}

bool repeats_an_extension(const X509* certificate) {
  for (int i = 0; i < X509_get_ext_count(certificate); ++i) {
    const ASN1_OBJECT* kind = X509_EXTENSION_get_object(X509_get_ext(certificate, i));
    if (X509_get_ext_by_OBJ(certificate, kind, i) >= 0) return true;
  }
  return false;
}

bool is_malformed(X509* certificate) {
  return (X509_get_extension_flags(certificate) & EXFLAG_INVALID) ||
         repeats_an_extension(certificate);
}

bool any_malformed(X509_STORE_CTX* context) {
  if (is_malformed(X509_STORE_CTX_get0_cert(context))) return true;
  const STACK_OF(X509)* sent = X509_STORE_CTX_get0_untrusted(context);
  for (int i = 0; i < sk_X509_num(sent); ++i)
    if (is_malformed(sk_X509_value(sent, i))) return true;
  return false;
}

bool acceptable_key(const X509* certificate) {
  const EVP_PKEY* key = X509_get0_pubkey(certificate);
  if (!key || EVP_PKEY_is_a(key, "DSA")) return false;
  if (!EVP_PKEY_is_a(key, "EC")) return true;
  char curve[64] = "";
  std::size_t size = 0;
  EVP_PKEY_get_group_name(key, curve, sizeof curve, &size);
  return std::find(std::begin(kCurves), std::end(kCurves), curve) != std::end(kCurves);
}

// What holds for every certificate that the server sent.
std::string fault_in_form(const X509* certificate) {
  if (X509_get_version(certificate) != X509_VERSION_3) return "version";
  if (repeats_an_extension(certificate)) return "malformed";
  return acceptable_key(certificate) ? "" : "key_strength";
}

// OpenSSL also takes issuers that only say keyCertSign.
bool says_ca(X509* issuer) {
  constexpr std::uint32_t kBoth = EXFLAG_BCONS | EXFLAG_CA;
  return (X509_get_extension_flags(issuer) & kBoth) == kBoth;
}

CertificateFault fault_in_chain(const STACK_OF(X509) * chain) {
  const int last = sk_X509_num(chain) - 1;
  for (int i = 0; i <= last; ++i) {
    X509* each = sk_X509_value(chain, i);
    const bool anchor = i == last && i > 0;  // trusted as it is, as the operator put it there
    std::string check = anchor ? "" : fault_in_form(each);
    if (check.empty() && i > 0 && !anchor && !says_ca(each)) check = "issuer";
    if (!check.empty()) return {check, check + described(each, i)};
  }
  X509* leaf = sk_X509_value(chain, 0);
  // One that is trusted itself, as appliances have them, is what extra_ca is for.
  if (last > 0 && (X509_get_extension_flags(leaf) & EXFLAG_CA))
    return {"usage", "a CA certificate used as a server's" + described(leaf, 0)};
  return {};
}

// Every key exchange but RSA's has the server sign.
bool may_sign(SSL* ssl, X509* leaf) {
  const SSL_CIPHER* cipher = SSL_get_current_cipher(ssl);
  if (cipher && SSL_CIPHER_get_kx_nid(cipher) == NID_kx_rsa) return true;
  return X509_get_key_usage(leaf) & KU_DIGITAL_SIGNATURE;  // all bits when there is none
}

// `*.co.jp` is nobody's; the list is the one that browsers use. Only ICANN's part: what companies
// add to it (github.io) they may have certificates for.
bool is_over_public_suffix(const char* matched) {
  const std::string_view name = matched ? matched : "";
  if (!name.starts_with("*.")) return false;
  return psl_is_public_suffix2(psl_builtin(), matched + 2, PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE);
}

bool named_too_widely(SSL* ssl, X509* leaf, const std::string& host) {
  return is_over_public_suffix(SSL_get0_peername(ssl)) &&
         X509_check_host(leaf, host.data(), host.size(),
                         X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_WILDCARDS,
                         nullptr) != 1;
}

CertificateFault fault_in_status(SSL* ssl, STACK_OF(X509) * chain, X509* leaf) {
  const unsigned char* bytes = nullptr;
  const long size = SSL_get_tlsext_status_ocsp_resp(ssl, &bytes);
  const std::string_view response(reinterpret_cast<const char*>(bytes),
                                  bytes && size > 0 ? static_cast<std::size_t>(size) : 0);
  X509_STORE* roots = SSL_CTX_get_cert_store(SSL_get_SSL_CTX(ssl));
  const StapledStatus stapled = judge_staple(response, chain, roots);
  if (stapled.status == Staple::kRevoked) return {"revoked", stapled.detail + described(leaf, 0)};
  if (stapled.status == Staple::kRefused) return {"staple", stapled.detail + described(leaf, 0)};
  if (stapled.status == Staple::kNone && demands_staple(leaf))
    return {"must_staple", "no stapled status that holds " + stapled.detail + described(leaf, 0)};
  return {};
}

}  // namespace

CertificateFault fault_of(X509_STORE_CTX* context, bool dropped) {
  const int error = X509_STORE_CTX_get_error(context);
  std::string check = check_of(error);
  // A certificate that OpenSSL cannot read whole is nobody's issuer and nobody's child for it.
  if (check == "incomplete_chain" && any_malformed(context)) check = "malformed";
  if (check == "incomplete_chain" && dropped) check = "untrusted_root";
  return {check, X509_verify_cert_error_string(error) +
                     described(X509_STORE_CTX_get_current_cert(context),
                               X509_STORE_CTX_get_error_depth(context))};
}

bool verify_peer(X509_STORE_CTX* context, bool& dropped) {
  STACK_OF(X509)* sent = X509_STORE_CTX_get0_untrusted(context);
  STACK_OF(X509)* kept = sk_X509_new_null();
  X509* leaf = X509_STORE_CTX_get0_cert(context);
  for (int i = 0; i < sk_X509_num(sent); ++i) {
    X509* each = sk_X509_value(sent, i);
    if (X509_cmp(each, leaf) != 0 && (X509_get_extension_flags(each) & EXFLAG_SS))
      dropped = true;
    else
      sk_X509_push(kept, each);
  }
  X509_STORE_CTX_set0_untrusted(context, kept);
  const bool fine = X509_verify_cert(context) == 1;
  X509_STORE_CTX_set0_untrusted(context, sent);
  sk_X509_free(kept);
  return fine;
}

CertificateFault judge_peer(SSL* ssl, const std::string& host) {
  X509* leaf = SSL_get0_peer_certificate(ssl);
  if (!leaf) return {"chain", "the server sent no certificate"};
  if (X509_cmp_current_time(X509_get0_notAfter(leaf)) <= 0)
    return {"expired", "certificate has expired" + described(leaf, 0)};
  STACK_OF(X509)* chain = SSL_get0_verified_chain(ssl);
  if (SSL_session_reused(ssl) || !chain) return {};
  CertificateFault fault = fault_in_chain(chain);
  if (!fault.check.empty()) return fault;
  if (!may_sign(ssl, leaf)) return {"usage", "keyUsage allows no signature" + described(leaf, 0)};
  if (named_too_widely(ssl, leaf, host))
    return {"name", "a wildcard over a public suffix" + described(leaf, 0)};
  return fault_in_status(ssl, chain, leaf);
}

}  // namespace sekisho::gateway
