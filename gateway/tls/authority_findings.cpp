// What clients will complain of in a CA, as seen when company PKIs issue one.

#include "gateway/tls/authority.h"
#include "gateway/tls/openssl_ptr.h"
#include "gateway/tls/x509_write.h"

namespace sekisho::gateway {
namespace {

constexpr std::int64_t kDay = 86400;
constexpr std::int64_t kWarnDays = 30;

class Findings {
 public:
  void error(std::string en, std::string ja) {
    all.push_back({true, std::move(en), std::move(ja)});
  }
  void warn(std::string en, std::string ja) {
    all.push_back({false, std::move(en), std::move(ja)});
  }
  std::vector<AuthorityFinding> all;
};

bool has(X509* x, int nid) {
  return X509_get_ext_by_NID(x, nid, -1) >= 0;
}

bool critical(X509* x, int nid) {
  const int at = X509_get_ext_by_NID(x, nid, -1);
  return at >= 0 && X509_EXTENSION_get_critical(X509_get_ext(x, at));
}

void look_at_constraints(X509* x, Findings& out) {
  if (!(X509_get_extension_flags(x) & EXFLAG_CA))
    out.error(
        "basicConstraints: the certificate is not a CA (CA:TRUE is missing); no client accepts "
        "leaves of it",
        "basicConstraints: CA 証明書ではありません (CA:TRUE "
        "がありません)。どのクライアントも受け付けません");
  else if (!critical(x, NID_basic_constraints))
    out.warn(
        "basicConstraints is not critical: Python 3.13 and newer (VERIFY_X509_STRICT) refuse it; "
        "have the CA issued anew with it critical",
        "basicConstraints が critical ではありません: Python 3.13 以降 (VERIFY_X509_STRICT) "
        "が拒否します。critical にして再発行してください");
}

void look_at_identifiers(X509* x, Findings& out) {
  if (!has(x, NID_subject_key_identifier))
    out.warn(
        "subjectKeyIdentifier is missing: Python 3.13 and newer (VERIFY_X509_STRICT) refuse the "
        "CA; have it issued anew with it",
        "subjectKeyIdentifier がありません: Python 3.13 以降 (VERIFY_X509_STRICT) "
        "が拒否します。付けて再発行してください");
  if (X509_NAME_entry_count(X509_get_subject_name(x)) == 0)
    out.error("subject is empty: no leaf can name its issuer",
              "subject が空です: サーバー証明書が発行者を示せません");
}

void look_at_usage(X509* x, Findings& out) {
  if (!has(x, NID_key_usage))
    out.warn(
        "keyUsage is missing: Python 3.13 and newer (VERIFY_X509_STRICT) refuse the CA; have it "
        "issued anew with keyCertSign and cRLSign",
        "keyUsage がありません: Python 3.13 以降 (VERIFY_X509_STRICT) が拒否します。keyCertSign と "
        "cRLSign を付けて再発行してください");
  else if (!(X509_get_key_usage(x) & KU_KEY_CERT_SIGN))
    out.error("keyUsage has no keyCertSign: every client refuses leaves of this CA",
              "keyUsage に keyCertSign がありません: どのクライアントも受け付けません");
  else if (!(X509_get_key_usage(x) & KU_CRL_SIGN))
    out.warn("keyUsage has no cRLSign: Windows clients (schannel) refuse a CRL of this CA",
             "keyUsage に cRLSign がありません: Windows のクライアント (schannel) がこの CA の CRL "
             "を拒否します");
  const auto extended = X509_get_extended_key_usage(x);
  if (has(x, NID_ext_key_usage) && !(extended & (XKU_SSL_SERVER | XKU_ANYEKU)))
    out.error(
        "extendedKeyUsage does not allow serverAuth: browsers, Python and curl refuse leaves of "
        "this CA",
        "extendedKeyUsage が serverAuth を許していません: ブラウザー、Python、curl が拒否します");
}

void look_at_strength(X509* x, bool self_signed, Findings& out) {
  const EVP_PKEY* key = X509_get0_pubkey(x);
  const int bits = key ? EVP_PKEY_get_bits(key) : 0;
  const int least = key && EVP_PKEY_is_a(key, "RSA") ? 2048 : 253;
  if (bits < least)
    out.error("the key has " + std::to_string(bits) +
                  " bits: browsers and OpenSSL refuse RSA under 2048 and EC under 256",
              "鍵が " + std::to_string(bits) +
                  " ビットです: ブラウザーと OpenSSL は RSA 2048、EC 256 未満を拒否します");
  int digest = NID_undef;
  X509_get_signature_info(x, &digest, nullptr, nullptr, nullptr);
  if (digest != NID_sha1 && digest != NID_md5) return;
  const std::string name = OBJ_nid2sn(digest);
  if (self_signed)
    out.warn("the signature uses " + name + ": some scanners and trust stores refuse it",
             "署名が " + name + " です: 一部の検査ツールや証明書ストアが拒否します");
  else
    out.error(
        "the signature uses " + name + ": browsers and OpenSSL refuse it in an intermediate CA",
        "署名が " + name + " です: 中間 CA としてブラウザーと OpenSSL が拒否します");
}

void look_at_dates(std::int64_t from, std::int64_t until, std::int64_t now, Findings& out) {
  const std::int64_t days = (until - now) / kDay;
  if (now < from)
    out.error("not valid yet: check the clock, or wait",
              "まだ有効期間に入っていません: 時計を確かめてください");
  else if (now >= until)
    out.error("expired: every client refuses it; make or have issued a new CA",
              "期限が切れています: どのクライアントも拒否します。新しい CA を用意してください");
  else if (days < kWarnDays)
    out.warn("expires in " + std::to_string(days) + (days == 1 ? " day" : " days") +
                 ": roll out its successor now; all clients fail at that moment",
             "あと " + std::to_string(days) +
                 " 日で期限が切れます: 後継の CA を今のうちに配布してください");
}

void look_at_names(X509* x, Findings& out) {
  if (has(x, NID_name_constraints))
    out.warn(
        "nameConstraints: only hosts within them can be opened, clients refuse all others; list "
        "the rest as tls: splice",
        "nameConstraints: その範囲のホストだけを復号できます。他はクライアントが拒否するので tls: "
        "splice にしてください");
}

}  // namespace

std::vector<AuthorityFinding> Authority::examine(std::int64_t now) const {
  Findings out;
  look_at_constraints(certificate_, out);
  look_at_identifiers(certificate_, out);
  look_at_usage(certificate_, out);
  look_at_strength(certificate_, self_signed(), out);
  look_at_dates(not_before(), not_after(), now, out);
  look_at_names(certificate_, out);
  if (key_is_open_)
    out.warn("the key file can be read by others than its owner: chmod 600",
             "鍵ファイルが所有者以外にも読めます: chmod 600 にしてください");
  return out.all;
}

}  // namespace sekisho::gateway
