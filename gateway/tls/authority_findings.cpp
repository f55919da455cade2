// What clients will complain of in a CA, as seen when company PKIs issue one.

#include <algorithm>
#include <string_view>

#include "gateway/tls/authority.h"
#include "gateway/tls/leaf_mint.h"
#include "gateway/tls/openssl_ptr.h"
#include "gateway/tls/x509_write.h"

namespace sekisho::gateway {
namespace {

constexpr std::int64_t kDay = 86400;
constexpr std::int64_t kWarnDays = 90;
constexpr std::int64_t kUrgentDays = 30;
constexpr int kLongestSerial = 20;      // octets, RFC 5280 4.1.2.2
constexpr int kLargestRsa = 8192;       // Go's limit and BoringSSL's
constexpr std::size_t kNamedHosts = 3;  // of those that name constraints shut out

constexpr const char* kStrict =
    "Python 3.13 and newer (VERIFY_X509_STRICT) and OpenSSL -x509_strict";
constexpr const char* kStrictJa = "Python 3.13 以降 (VERIFY_X509_STRICT) と OpenSSL -x509_strict ";

std::string subject_of(const X509* x) {
  const BioPtr out(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(out.get(), X509_get_subject_name(x), 0,
                     XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : "(no name)";
}

// Findings about one certificate of the line; issuers are named.
class Findings {
 public:
  void about(const X509* issuer) {
    en_ = issuer ? "issuer " + subject_of(issuer) + ": " : "";
    ja_ = issuer ? "発行元 " + subject_of(issuer) + ": " : "";
  }
  void error(const char* field, const std::string& en, const std::string& ja) {
    all.push_back({true, field, en_ + en, ja_ + ja});
  }
  void warn(const char* field, const std::string& en, const std::string& ja) {
    all.push_back({false, field, en_ + en, ja_ + ja});
  }
  std::vector<AuthorityFinding> all;

 private:
  std::string en_, ja_;
};

bool has(const X509* x, int nid) {
  return X509_get_ext_by_NID(x, nid, -1) >= 0;
}

bool critical(const X509* x, int nid) {
  const int at = X509_get_ext_by_NID(x, nid, -1);
  return at >= 0 && X509_EXTENSION_get_critical(X509_get_ext(x, at));
}

bool issued_by_itself(X509* x) {
  return X509_get_extension_flags(x) & EXFLAG_SS;
}

// False: nothing else is worth saying, since there are no extensions.
bool look_at_version(const X509* x, Findings& out) {
  if (X509_get_version(x) == X509_VERSION_3) return true;
  out.error("version",
            "X.509 version 1 or 2 cannot say that it is a CA: Go, Java, Apple, Windows and strict "
            "clients refuse it; have a version 3 CA issued",
            "X.509 の版が 1 か 2 で、CA であることを示せません: Go、Java、Apple、Windows "
            "などが拒否します。版 3 で発行してもらってください");
  return false;
}

void look_at_constraints(X509* x, Findings& out) {
  if (!(X509_get_extension_flags(x) & EXFLAG_CA))
    out.error("basicConstraints",
              "basicConstraints: the certificate is not a CA (CA:TRUE is missing); no client "
              "accepts leaves of it",
              "basicConstraints: CA 証明書ではありません (CA:TRUE "
              "がありません)。どのクライアントも受け付けません");
  else if (!critical(x, NID_basic_constraints))
    out.warn("basicConstraints",
             std::string("basicConstraints is not critical: ") + kStrict +
                 " refuse it; have the CA issued anew with it critical",
             std::string("basicConstraints が critical ではありません: ") + kStrictJa +
                 "が拒否します。critical にして再発行してください");
}

// How many CAs may stand below an issuer, and how many do.
void look_at_depth(X509* issuer, long below, Findings& out) {
  const long most = X509_get_pathlen(issuer);
  if (most < 0 || most >= below) return;
  const std::string n = std::to_string(most);
  out.error("basicConstraints",
            "basicConstraints: pathlen:" + n + " allows no more than " + n +
                " CAs below it, and there are " + std::to_string(below) +
                ": every client refuses the leaves",
            "basicConstraints: pathlen:" + n + " なので下に置ける CA は " + n +
                " 段までです (今は " + std::to_string(below) +
                " 段)。どのクライアントも拒否します");
}

void look_at_identifiers(X509* x, Findings& out) {
  if (!has(x, NID_subject_key_identifier))
    out.warn("subjectKeyIdentifier",
             std::string("subjectKeyIdentifier is missing: ") + kStrict +
                 " refuse the CA; have it issued anew with it",
             std::string("subjectKeyIdentifier がありません: ") + kStrictJa +
                 "が拒否します。付けて再発行してください");
  if (!issued_by_itself(x) && !has(x, NID_authority_key_identifier))
    out.warn("authorityKeyIdentifier",
             std::string("authorityKeyIdentifier is missing in an intermediate CA: ") + kStrict +
                 " refuse it; have it issued anew with it",
             std::string("中間 CA に authorityKeyIdentifier がありません: ") + kStrictJa +
                 "が拒否します。付けて再発行してください");
}

void look_at_subject(const X509* x, Findings& out) {
  if (X509_NAME_entry_count(X509_get_subject_name(x)) == 0)
    out.error("subject", "subject is empty: no leaf can name its issuer",
              "subject が空です: サーバー証明書が発行者を示せません");
}

void look_at_key_usage(X509* x, Findings& out) {
  if (!has(x, NID_key_usage))
    return out.warn("keyUsage",
                    std::string("keyUsage is missing: ") + kStrict +
                        " refuse the CA; have it issued anew with keyCertSign and cRLSign",
                    std::string("keyUsage がありません: ") + kStrictJa +
                        "が拒否します。keyCertSign と cRLSign を付けて再発行してください");
  if (!(X509_get_key_usage(x) & KU_KEY_CERT_SIGN))
    return out.error("keyUsage",
                     "keyUsage has no keyCertSign: every client refuses leaves of this CA",
                     "keyUsage に keyCertSign がありません: どのクライアントも受け付けません");
  if (!critical(x, NID_key_usage))
    out.warn("keyUsage",
             "keyUsage is not critical, as RFC 5280 4.2.1.3 wants it: certificate linters and some "
             "appliances refuse it; have the CA issued anew with it critical",
             "keyUsage が critical ではありません (RFC 5280 4.2.1.3): "
             "証明書の検査ツールや一部の機器が拒否します。critical にして再発行してください");
}

void look_at_crl_sign(X509* x, Findings& out) {
  const bool may_sign = X509_get_key_usage(x) & KU_KEY_CERT_SIGN;  // else that is told
  if (has(x, NID_key_usage) && may_sign && !(X509_get_key_usage(x) & KU_CRL_SIGN))
    out.warn("keyUsage",
             "keyUsage has no cRLSign: Windows clients (schannel) and OpenSSL -crl_check refuse "
             "the list at /ca.crl; leave `ca.crl_url` away, or have the CA issued anew with it",
             "keyUsage に cRLSign がありません: Windows のクライアント (schannel) と OpenSSL "
             "-crl_check が /ca.crl を拒否します。`ca.crl_url` "
             "を書かないか、付けて再発行してください");
}

void look_at_extended_usage(X509* x, Findings& out) {
  if (has(x, NID_ext_key_usage) && !(X509_get_extended_key_usage(x) & XKU_SSL_SERVER))
    out.error("extendedKeyUsage",
              "extendedKeyUsage does not allow serverAuth: browsers, OpenSSL, Python and curl "
              "refuse leaves of this CA; have it issued without it, or with serverAuth",
              "extendedKeyUsage に serverAuth がありません: ブラウザー、OpenSSL、Python、curl "
              "が拒否します。この拡張なしか、serverAuth 付きで再発行してください");
}

// False: OpenSSL cannot tell what is in them.
bool look_at_extensions(X509* x, Findings& out) {
  bool doubled = false;
  for (int i = 0; i < X509_get_ext_count(x); ++i) {
    X509_EXTENSION* each = X509_get_ext(x, i);
    char name[80];
    OBJ_obj2txt(name, sizeof name, X509_EXTENSION_get_object(each), 0);
    const std::string which = name;
    const bool again = X509_get_ext_by_OBJ(x, X509_EXTENSION_get_object(each), i) >= 0;
    doubled |= again;
    if (again)
      out.error("extensions", "extension " + which + " stands in it twice: every client refuses it",
                "拡張 " + which + " が二つあります: どのクライアントも拒否します");
    if (X509_EXTENSION_get_critical(each) && !X509_supported_extension(each))
      out.error("extensions",
                "extension " + which +
                    " is critical, which it may not be, or which clients do not know: OpenSSL, "
                    "browsers and Go refuse it",
                "拡張 " + which +
                    " が critical ですが、そうしてはならないか、クライアントが知らない拡張です: "
                    "OpenSSL、ブラウザー、Go が拒否します");
  }
  if (!(X509_get_extension_flags(x) & EXFLAG_INVALID)) return true;
  if (!doubled)
    out.error("extensions", "an extension is damaged: every client refuses it",
              "拡張のどれかが壊れています: どのクライアントも拒否します");
  return false;
}

void look_at_ec(const EVP_PKEY* key, Findings& out) {
  char curve[64] = "";
  std::size_t size = 0;
  EVP_PKEY_get_group_name(key, curve, sizeof curve, &size);
  const std::string_view name = curve;
  if (EVP_PKEY_get_bits(key) < 253)
    out.error("key",
              "the key has " + std::to_string(EVP_PKEY_get_bits(key)) +
                  " bits: browsers and OpenSSL refuse EC under 256",
              "鍵が " + std::to_string(EVP_PKEY_get_bits(key)) +
                  " ビットです: ブラウザーと OpenSSL は EC 256 未満を拒否します");
  else if (name.empty())
    out.error("key",
              "the EC key spells out its curve instead of naming it: OpenSSL 3, Python, "
              "browsers and Go refuse it",
              "EC の鍵が曲線を名前でなくパラメーターで示しています: OpenSSL "
              "3、Python、ブラウザー、Go が拒否します");
  else if (name != "prime256v1" && name != "secp384r1" && name != "secp521r1")
    out.warn("key",
             "the key is on the curve " + std::string(name) +
                 ": browsers, Electron, Bun and Go know P-256, P-384 and P-521 only",
             "鍵の曲線が " + std::string(name) +
                 " です: ブラウザー、Electron、Bun、Go は P-256、P-384、P-521 しか受け付けません");
}

void look_at_rsa(int bits, Findings& out) {
  const std::string n = std::to_string(bits);
  if (bits < 2048)
    out.error("key",
              "the key has " + n +
                  " bits: browsers, OpenSSL, Apple and Windows refuse RSA under "
                  "2048",
              "鍵が " + n +
                  " ビットです: ブラウザー、OpenSSL、Apple、Windows は RSA 2048 未満を拒否します");
  else if (bits > kLargestRsa)
    out.warn("key", "the key has " + n + " bits: Go, browsers and Bun refuse RSA over 8192",
             "鍵が " + n + " ビットです: Go、ブラウザー、Bun は RSA 8192 を超える鍵を拒否します");
}

void look_at_key(const X509* x, Findings& out) {
  const EVP_PKEY* key = X509_get0_pubkey(x);
  if (!key) {
    openssl_error();
    return out.error("key", "the public key cannot be read: every client refuses it",
                     "公開鍵を読めません: どのクライアントも拒否します");
  }
  if (EVP_PKEY_is_a(key, "EC")) return look_at_ec(key, out);
  if (EVP_PKEY_is_a(key, "RSA")) return look_at_rsa(EVP_PKEY_get_bits(key), out);
  const std::string type = EVP_PKEY_get0_type_name(key);
  if (EVP_PKEY_is_a(key, "DSA"))
    return out.error("key", "a DSA key: no current client accepts it",
                     "DSA の鍵です: 今のクライアントは受け付けません");
  out.warn("key",
           "a key of the kind " + type +
               ": browsers, Electron, Bun, Windows (schannel) and Apple refuse its signatures; use "
               "EC P-256 or RSA",
           type +
               " の鍵です: ブラウザー、Electron、Bun、Windows (schannel)、Apple "
               "が署名を拒否します。EC P-256 か RSA にしてください");
}

void look_at_signature(X509* x, Findings& out) {
  int digest = NID_undef;
  X509_get_signature_info(x, &digest, nullptr, nullptr, nullptr);
  if (digest != NID_sha1 && digest != NID_md5 && digest != NID_md4 && digest != NID_md2) return;
  const std::string name = OBJ_nid2sn(digest);
  // Nobody verifies what a root says of itself.
  if (issued_by_itself(x))
    out.warn("signature",
             "the signature uses " + name + ": some scanners and trust stores refuse it",
             "署名が " + name + " です: 一部の検査ツールや証明書ストアが拒否します");
  else
    out.error(
        "signature",
        "the signature uses " + name +
            ": browsers, OpenSSL, Apple and Go refuse it in an intermediate CA",
        "署名が " + name + " です: 中間 CA としてブラウザー、OpenSSL、Apple、Go が拒否します");
}

void look_at_serial(const X509* x, Findings& out) {
  const ASN1_INTEGER* serial = X509_get0_serialNumber(x);
  if (ASN1_STRING_type(serial) == V_ASN1_NEG_INTEGER)
    return out.warn("serialNumber",
                    "the serial number is negative: Go 1.23 and newer cannot read the certificate",
                    "シリアル番号が負です: Go 1.23 以降が証明書を読めません");
  if (ASN1_INTEGER_get(serial) == 0)
    return out.warn("serialNumber",
                    "the serial number is 0, which RFC 5280 4.1.2.2 forbids: strict parsers "
                    "(Python's cryptography, linters) complain",
                    "シリアル番号が 0 です (RFC 5280 4.1.2.2 違反): 厳格な解析器 (Python の "
                    "cryptography、検査ツール) が受け付けません");
  if (ASN1_STRING_length(serial) > kLongestSerial)
    out.warn("serialNumber",
             "the serial number has more than 20 octets, which RFC 5280 4.1.2.2 forbids: strict "
             "parsers and linters refuse it",
             "シリアル番号が 20 オクテットを超えています (RFC 5280 4.1.2.2 違反): "
             "厳格な解析器や検査ツールが拒否します");
}

bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// RFC 5280 4.1.2.5: seconds, UTC, UTCTime until 2049. False: no client can read it.
bool look_at_form(const ASN1_TIME* time, const char* field, Findings& out) {
  const std::string_view text(reinterpret_cast<const char*>(ASN1_STRING_get0_data(time)),
                              static_cast<std::size_t>(ASN1_STRING_length(time)));
  const bool short_form = ASN1_STRING_type(time) == V_ASN1_UTCTIME;
  const std::size_t size = short_form ? 13 : 15;
  std::tm parts{};
  if (text.size() != size || text.back() != 'Z' || !all_digits(text.substr(0, size - 1)) ||
      ASN1_TIME_to_tm(time, &parts) != 1) {
    out.error(field,
              std::string(field) +
                  " is not a date of the form RFC 5280 wants (seconds, UTC, Z): "
                  "OpenSSL, browsers and Go refuse it",
              std::string(field) +
                  " の日時の形式が RFC 5280 (秒まで、UTC、末尾 Z) に合いません: "
                  "OpenSSL、ブラウザー、Go が拒否します");
    openssl_error();
    return false;
  }
  if (!short_form && text.substr(0, 4) < "2050")
    out.warn(field,
             std::string(field) +
                 " is GeneralizedTime before 2050, where RFC 5280 4.1.2.5 wants "
                 "UTCTime: strict parsers and linters refuse it",
             std::string(field) +
                 " が 2050 年より前なのに GeneralizedTime です (RFC 5280 4.1.2.5 "
                 "は UTCTime): 厳格な解析器や検査ツールが拒否します");
  return true;
}

void look_at_days(std::int64_t days, Findings& out) {
  const std::string n = std::to_string(days);
  if (days < kUrgentDays)
    out.warn("notAfter",
             "expires in " + n + (days == 1 ? " day" : " days") +
                 ": roll out its successor now; all clients fail at that moment",
             "あと " + n + " 日で期限が切れます: 後継の CA を今のうちに配布してください");
  else if (days < kWarnDays)
    out.warn("notAfter",
             "expires in " + n + " days: have its successor issued and begin to roll it out",
             "あと " + n + " 日で期限が切れます: 後継の CA を用意し、配布を始めてください");
}

void look_at_dates(const X509* x, std::int64_t now, Findings& out) {
  const ASN1_TIME *from = X509_get0_notBefore(x), *until = X509_get0_notAfter(x);
  const bool readable = look_at_form(from, "notBefore", out) & look_at_form(until, "notAfter", out);
  if (!readable) return;
  const std::int64_t end = unix_seconds(until);
  if (now < unix_seconds(from))
    out.error("notBefore", "not valid yet: check the clock, or wait",
              "まだ有効期間に入っていません: 時計を確かめてください");
  else if (now >= end)
    out.error("notAfter", "expired: every client refuses it; make or have issued a new CA",
              "期限が切れています: どのクライアントも拒否します。新しい CA を用意してください");
  else
    look_at_days((end - now) / kDay, out);
}

using ConstraintsPtr = std::unique_ptr<NAME_CONSTRAINTS, OpensslFree<NAME_CONSTRAINTS_free>>;

// Whether leaves for `host` satisfy the constraints, as OpenSSL reads them.
bool permits(NAME_CONSTRAINTS* limits, const std::string& host) {
  const X509Ptr leaf(X509_new());
  const std::string name = host.starts_with("*.") ? "any" + host.substr(1) : host;
  return add_subject_alt_name(leaf.get(), name) &&
         X509_get_extension_flags(leaf.get()) != 0 &&  // reads the extensions
         NAME_CONSTRAINTS_check(leaf.get(), limits) == X509_V_OK;
}

void say_shut_out(const std::vector<std::string>& out_of, std::size_t of, Findings& out) {
  std::string some;
  for (std::size_t i = 0; i < out_of.size() && i < kNamedHosts; ++i)
    some += (i ? ", " : "") + out_of[i];
  if (out_of.size() > kNamedHosts) some += ", …";
  const std::string n = std::to_string(out_of.size()), all = std::to_string(of);
  out.warn(
      "nameConstraints",
      "nameConstraints shut out " + n + " of " + all + " hosts that the policy admits (" + some +
          "): every client refuses leaves for them; have the CA issued without, or "
          "list them as tls: splice",
      "nameConstraints により、ポリシーが許可する " + all + " ホストのうち " + n + " (" + some +
          ") の証明書を、どのクライアントも拒否します。制約なしで再発行するか、tls: splice "
          "にしてください");
}

void look_at_names(const X509* x, const std::vector<std::string>& hosts, Findings& out) {
  const ConstraintsPtr limits(
      static_cast<NAME_CONSTRAINTS*>(X509_get_ext_d2i(x, NID_name_constraints, nullptr, nullptr)));
  if (!limits) return;
  if (hosts.empty())
    return out.warn("nameConstraints",
                    "nameConstraints: only hosts within them can be opened, clients refuse all "
                    "others; list the rest as tls: splice",
                    "nameConstraints: その範囲のホストだけを復号できます。"
                    "他はクライアントが拒否するので tls: splice にしてください");
  std::vector<std::string> shut_out;
  for (const std::string& host : hosts)
    if (!permits(limits.get(), host)) shut_out.push_back(host);
  openssl_error();
  if (!shut_out.empty()) say_shut_out(shut_out, hosts.size(), out);
}

void look_at(X509* x, std::int64_t now, const std::vector<std::string>& hosts, Findings& out) {
  if (look_at_version(x, out) && look_at_extensions(x, out)) {
    look_at_constraints(x, out);
    look_at_key_usage(x, out);
    look_at_extended_usage(x, out);
    look_at_names(x, hosts, out);
    look_at_identifiers(x, out);
  }
  look_at_subject(x, out);
  look_at_key(x, out);
  look_at_signature(x, out);
  look_at_serial(x, out);
  look_at_dates(x, now, out);
}

// Verifies `leaf` as a client does that trusts the anchor only. X509_V_OK, or why not.
int verdict_on(X509* leaf, const Authority& ca, std::int64_t now, unsigned long flags) {
  X509_STORE* store = X509_STORE_new();
  X509_STORE_add_cert(store, ca.anchor());
  STACK_OF(X509)* sent = sk_X509_new_null();
  for (const auto& each : ca.chain()) sk_X509_push(sent, each.get());
  X509_STORE_CTX* context = X509_STORE_CTX_new();
  X509_STORE_CTX_init(context, store, leaf, sent);
  X509_STORE_CTX_set_purpose(context, X509_PURPOSE_SSL_SERVER);
  X509_STORE_CTX_set_time(context, 0, now);
  // The anchor may be an intermediate, when the file holds no root.
  X509_STORE_CTX_set_flags(context, flags | X509_V_FLAG_PARTIAL_CHAIN);
  X509_VERIFY_PARAM_set_auth_level(X509_STORE_CTX_get0_param(context), 2);
  const bool fine = X509_verify_cert(context) == 1;
  const int error = fine ? X509_V_OK : X509_STORE_CTX_get_error(context);
  X509_STORE_CTX_free(context);
  sk_X509_free(sent);
  X509_STORE_free(store);
  openssl_error();
  return error;
}

bool is_about_names(int error) {
  return error == X509_V_ERR_PERMITTED_VIOLATION || error == X509_V_ERR_EXCLUDED_VIOLATION;
}

}  // namespace

std::vector<AuthorityFinding> Authority::examine(std::int64_t now,
                                                 const std::vector<std::string>& hosts) const {
  Findings out;
  for (std::size_t i = 0; i < line_.size(); ++i) {
    X509* each = line_[i].get();
    out.about(i ? each : nullptr);
    look_at(each, now, hosts, out);
    if (i == 0)
      look_at_crl_sign(each, out);
    else
      look_at_depth(each, static_cast<long>(i), out);
  }
  out.about(nullptr);
  if (file_.size() > line_.size())
    out.warn("chain",
             std::to_string(file_.size() - line_.size()) +
                 " certificates in the file are not issuers of the CA and are not sent to clients; "
                 "is one between them missing?",
             "ファイルのうち " + std::to_string(file_.size() - line_.size()) +
                 " 枚は CA の発行元ではないので、クライアントに送りません。"
                 "間の証明書が抜けていませんか");
  if (key_is_open_)
    out.warn("keyFile",
             "the key file is open to others than its owner and its group: chmod 600, or 640 with "
             "the gateway's own group",
             "鍵ファイルに所有者とそのグループ以外も触れます: chmod 600 "
             "(ゲートウェイ専用のグループなら 640) にしてください");
  return out.all;
}

void Authority::try_out(std::int64_t now, std::vector<AuthorityFinding>& known) const {
  if (!key_ || std::any_of(known.begin(), known.end(), [](const auto& f) { return f.error; }))
    return;
  Findings out;
  const KeyPtr key(EVP_EC_gen("P-256"));
  const LeafWish wish{"sekisho.invalid", "", now};
  const auto leaf = key ? make_leaf(*this, key.get(), wish) : nullptr;
  const int plain = leaf ? verdict_on(leaf.get(), *this, now, 0) : X509_V_OK;
  const int strict = leaf ? verdict_on(leaf.get(), *this, now, X509_V_FLAG_X509_STRICT) : X509_V_OK;
  const bool told = std::any_of(known.begin(), known.end(), [](const auto& f) {
    return f.message_en.find(kStrict) != std::string::npos;
  });
  const auto words = [](int error) { return std::string(X509_verify_cert_error_string(error)); };
  // The made-up name may be outside the name constraints, which examine() judges by real ones.
  if (is_about_names(plain)) return;
  if (!leaf)
    out.error("leaf", "no leaf can be made with it: its key cannot sign",
              "サーバー証明書を作れません: 鍵で署名できません");
  else if (plain != X509_V_OK)
    out.error("leaf", "OpenSSL, Python and curl refuse leaves of this CA: " + words(plain),
              "OpenSSL、Python、curl がこの CA の証明書を拒否します: " + words(plain));
  else if (strict != X509_V_OK && !told)
    out.warn("leaf", std::string(kStrict) + " refuse leaves of this CA: " + words(strict),
             std::string(kStrictJa) + "がこの CA の証明書を拒否します: " + words(strict));
  known.insert(known.end(), out.all.begin(), out.all.end());
}

}  // namespace sekisho::gateway
