#include "gateway/tls/stapled_status.h"

#include <openssl/ocsp.h>

namespace sekisho::gateway {
namespace {

constexpr long kSkew = 300;               // seconds that clocks may differ
constexpr long kLongestUndated = 86400L;  // a response without nextUpdate counts a day
constexpr long kStatusRequest = 5;        // RFC 6066
constexpr long kStatusRequestV2 = 17;     // RFC 6961

using ResponsePtr = std::unique_ptr<OCSP_RESPONSE, OpensslFree<OCSP_RESPONSE_free>>;
using BasicPtr = std::unique_ptr<OCSP_BASICRESP, OpensslFree<OCSP_BASICRESP_free>>;
using IdPtr = std::unique_ptr<OCSP_CERTID, OpensslFree<OCSP_CERTID_free>>;
using FeaturePtr = std::unique_ptr<TLS_FEATURE, OpensslFree<TLS_FEATURE_free>>;

bool is_about(const OCSP_SINGLERESP* single, const X509* leaf, const X509* issuer) {
  // The getter takes no const.
  auto* id = const_cast<OCSP_CERTID*>(OCSP_SINGLERESP_get0_id(single));
  ASN1_OBJECT* hash = nullptr;
  if (!id || OCSP_id_get0_info(nullptr, &hash, nullptr, nullptr, id) != 1) return false;
  const EVP_MD* digest = EVP_get_digestbyobj(hash);
  const IdPtr own(digest ? OCSP_cert_to_id(digest, leaf, issuer) : nullptr);
  return own && OCSP_id_cmp(id, own.get()) == 0;
}

OCSP_SINGLERESP* find(OCSP_BASICRESP* basic, const X509* leaf, const X509* issuer) {
  for (int i = 0; i < OCSP_resp_count(basic); ++i) {
    OCSP_SINGLERESP* single = OCSP_resp_get0(basic, i);
    if (is_about(single, leaf, issuer)) return single;
  }
  return nullptr;
}

StapledStatus status_of(OCSP_SINGLERESP* single) {
  ASN1_GENERALIZEDTIME *revoked_at = nullptr, *from = nullptr, *until = nullptr;
  int why = -1;
  switch (OCSP_single_get0_status(single, &why, &revoked_at, &from, &until)) {
    case V_OCSP_CERTSTATUS_REVOKED:
      return {Staple::kRevoked, std::string("revoked: ") + OCSP_crl_reason_str(why)};
    case V_OCSP_CERTSTATUS_GOOD:
      break;
    default:
      return {Staple::kRefused, "the issuer does not know the certificate"};
  }
  if (OCSP_check_validity(from, until, kSkew, until ? -1 : kLongestUndated) == 1)
    return {Staple::kGood, ""};
  return {Staple::kNone, "stapled status: " + openssl_error()};
}

}  // namespace

StapledStatus judge_staple(std::string_view response, STACK_OF(X509) * chain, X509_STORE* roots) {
  if (response.empty() || sk_X509_num(chain) < 2) return {};
  const auto* at = reinterpret_cast<const unsigned char*>(response.data());
  const auto* end = at + response.size();
  const ResponsePtr whole(d2i_OCSP_RESPONSE(nullptr, &at, static_cast<long>(response.size())));
  if (!whole || at != end) {
    openssl_error();
    return {Staple::kRefused, "the stapled status is malformed"};
  }
  const int outer = OCSP_response_status(whole.get());
  if (outer != OCSP_RESPONSE_STATUS_SUCCESSFUL)
    return {Staple::kNone, std::string("stapled status: ") + OCSP_response_status_str(outer)};
  const BasicPtr basic(OCSP_response_get1_basic(whole.get()));
  if (!basic || OCSP_basic_verify(basic.get(), chain, roots, 0) != 1)
    return {Staple::kRefused, "the stapled status is not the issuer's: " + openssl_error()};
  OCSP_SINGLERESP* single = find(basic.get(), sk_X509_value(chain, 0), sk_X509_value(chain, 1));
  if (!single) return {Staple::kRefused, "the stapled status is about another certificate"};
  return status_of(single);
}

bool demands_staple(const X509* certificate) {
  const FeaturePtr features(
      static_cast<TLS_FEATURE*>(X509_get_ext_d2i(certificate, NID_tlsfeature, nullptr, nullptr)));
  for (int i = 0; features && i < sk_ASN1_INTEGER_num(features.get()); ++i) {
    const long feature = ASN1_INTEGER_get(sk_ASN1_INTEGER_value(features.get(), i));
    if (feature == kStatusRequest || feature == kStatusRequestV2) return true;
  }
  return false;
}

}  // namespace sekisho::gateway
