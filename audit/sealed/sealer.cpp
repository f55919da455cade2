#include "audit/sealed/sealer.h"

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "audit/json_text.h"
#include "audit/keeping/damage_acceptance.h"
#include "policy/civil_time.h"

namespace sekisho::audit {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kJapan = 9 * 3600;

struct Deleter {
  void operator()(BIO* b) const { BIO_free_all(b); }
  void operator()(X509* x) const { X509_free(x); }
  void operator()(CMS_ContentInfo* c) const { CMS_ContentInfo_free(c); }
};
template <class T>
using Ptr = std::unique_ptr<T, Deleter>;

struct Certificate {
  std::string path;
  std::shared_ptr<X509> x509;  // null: cannot be read
};

std::string openssl_error() {
  char text[256] = "unknown error";
  if (const unsigned long code = ERR_get_error()) ERR_error_string_n(code, text, sizeof text);
  ERR_clear_error();
  return text;
}

std::string path_in(std::string path, const std::string& period) {
  constexpr std::string_view kPeriod = "{period}";
  for (std::size_t at; (at = path.find(kPeriod)) != path.npos;)
    path.replace(at, kPeriod.size(), period);
  return path;
}

// Seconds from `now` until the time; a time that cannot be read is long over.
std::int64_t seconds_until(const ASN1_TIME* time, std::int64_t now) {
  int days = 0, seconds = 0;
  const Ptr<BIO> unused;
  ASN1_TIME* from = ASN1_TIME_set(nullptr, static_cast<time_t>(now));
  const bool read = from && ASN1_TIME_diff(&days, &seconds, from, time) == 1;
  ASN1_TIME_free(from);
  return read ? days * 86400ll + seconds : INT64_MIN;
}

std::string date_of(const ASN1_TIME* time) {
  const Ptr<BIO> out(BIO_new(BIO_s_mem()));
  ASN1_TIME_print(out.get(), time);
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return std::string(text, static_cast<std::size_t>(std::max(size, 0L)));
}

std::string fault_of(const Certificate& c, std::int64_t now) {
  X509* x = c.x509.get();
  if (!x) return c.path + ": the certificate cannot be read";
  if (seconds_until(X509_get0_notBefore(x), now) > 0)
    return c.path + ": the certificate is not valid before " + date_of(X509_get0_notBefore(x));
  if (seconds_until(X509_get0_notAfter(x), now) < 0)
    return c.path + ": the certificate expired on " + date_of(X509_get0_notAfter(x));
  const int type = EVP_PKEY_get_base_id(X509_get0_pubkey(x));
  if (type != EVP_PKEY_RSA && type != EVP_PKEY_EC)
    return c.path + ": the key is neither of RSA nor of an elliptic curve";
  return "";
}

std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

std::shared_ptr<X509> certificate_in(const std::string& pem) {
  const Ptr<BIO> text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  X509* x = text ? PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr) : nullptr;
  ERR_clear_error();
  return {x, Deleter()};
}

std::string fingerprint_of(const Certificate& c) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (!c.x509 || X509_digest(c.x509.get(), EVP_sha256(), digest, &size) != 1) return "?";
  std::string out;
  constexpr char kHex[] = "0123456789abcdef";
  for (unsigned int i = 0; i < size / 2; ++i) (out += kHex[digest[i] >> 4]) += kHex[digest[i] & 15];
  return out;
}

// The older padding, which is OpenSSL's default, has a history of attacks.
bool use_oaep(CMS_RecipientInfo* recipient, X509* x) {
  if (EVP_PKEY_get_base_id(X509_get0_pubkey(x)) != EVP_PKEY_RSA) return true;
  EVP_PKEY_CTX* context = CMS_RecipientInfo_get0_pkey_ctx(recipient);
  return context && EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) > 0 &&
         EVP_PKEY_CTX_set_rsa_oaep_md(context, EVP_sha256()) > 0;
}

bool add_recipient(CMS_ContentInfo* cms, X509* x) {
  const unsigned by_key = X509_get0_subject_key_id(x) ? CMS_USE_KEYID : 0;
  CMS_RecipientInfo* recipient = CMS_add1_recipient_cert(cms, x, CMS_KEY_PARAM | by_key);
  return recipient && use_oaep(recipient, x);
}

// "" and `error` if OpenSSL refuses.
std::string envelope(std::string_view plain, const std::vector<Certificate>& recipients,
                     std::string& error) {
  const Ptr<BIO> in(BIO_new_mem_buf(plain.data(), static_cast<int>(plain.size())));
  const Ptr<CMS_ContentInfo> cms(
      CMS_encrypt(nullptr, in.get(), EVP_aes_256_gcm(), CMS_BINARY | CMS_PARTIAL));
  bool good = in && cms;
  for (const Certificate& c : recipients) good = good && add_recipient(cms.get(), c.x509.get());
  good = good && CMS_final(cms.get(), in.get(), nullptr, CMS_BINARY) == 1;
  unsigned char* der = nullptr;
  const int size = good ? i2d_CMS_ContentInfo(cms.get(), &der) : -1;
  if (size <= 0) {
    error = "the copy cannot be sealed: " + openssl_error();
    return "";
  }
  std::string out(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return out;
}

std::string header_line(const SealedHeader& h, const SealedRef& ref) {
  std::string out = R"({"v":1,"id":)";
  append_json_string(out, h.id);
  const std::pair<const char*, std::string> members[] = {{"t", utc_text(h.time_us)},
                                                         {"policy", h.policy_digest},
                                                         {"host", h.host},
                                                         {"method", h.method},
                                                         {"path", h.path},
                                                         {"content_type", h.content_type},
                                                         {"content_encoding", h.content_encoding}};
  for (const auto& [key, value] : members) {
    ((out += ",\"") += key) += "\":";
    append_json_string(out, value);
  }
  out += R"(,"bytes":)" + std::to_string(ref.bytes) + R"(,"of":)" + std::to_string(ref.of) +
         R"(,"truncated":)" + (ref.truncated ? "true" : "false");
  return out += "}\n";
}

}  // namespace

std::string sealed_path(std::string path, std::int64_t unix_us) {
  return path_in(std::move(path), sealing_period(unix_us));
}

std::string sealing_period(std::int64_t unix_us) {
  const std::int64_t local = unix_us / kSecond + kJapan;
  const auto date = policy::civil_from_days(local / 86400);
  return std::to_string(date.year) + "q" + std::to_string((date.month + 2) / 3);
}

struct Sealer::Impl {
  explicit Impl(Files given) : files(std::move(given)) {}

  std::vector<Certificate> read(const std::vector<std::string>& paths,
                                const std::string& period) const;
  std::vector<std::string> all_paths() const;
  std::vector<std::string> paths_for(const std::vector<std::string>& groups) const;
  std::string layer(const std::vector<std::string>& of, std::string_view plain,
                    const std::string& period, std::int64_t now, std::string& error) const;
  std::string first_fault(const std::vector<std::string>& of, const std::string& period,
                          std::int64_t now) const;

  const Files files;
};

std::vector<Certificate> Sealer::Impl::read(const std::vector<std::string>& paths,
                                            const std::string& period) const {
  std::vector<Certificate> out;
  for (const std::string& name : paths) {
    Certificate c{path_in(name, period), nullptr};
    c.x509 = certificate_in(files.read ? files.read(c.path) : text_of(c.path));
    out.push_back(std::move(c));
  }
  return out;
}

std::vector<std::string> Sealer::Impl::all_paths() const {
  std::vector<std::string> paths = files.second;
  for (const auto& [group, more] : files.recipients)
    paths.insert(paths.end(), more.begin(), more.end());
  return paths;
}

// One who stands in two groups is one recipient.
std::vector<std::string> Sealer::Impl::paths_for(const std::vector<std::string>& groups) const {
  std::vector<std::string> paths;
  for (const std::string& group : groups)
    if (const auto found = files.recipients.find(group); found != files.recipients.end())
      for (const std::string& path : found->second)
        if (std::find(paths.begin(), paths.end(), path) == paths.end()) paths.push_back(path);
  return paths;
}

std::string Sealer::Impl::first_fault(const std::vector<std::string>& of, const std::string& period,
                                      std::int64_t now) const {
  for (const Certificate& c : read(of, period))
    if (std::string fault = fault_of(c, now); !fault.empty()) return fault;
  return "";
}

std::string Sealer::Impl::layer(const std::vector<std::string>& of, std::string_view plain,
                                const std::string& period, std::int64_t now,
                                std::string& error) const {
  const auto certificates = read(of, period);
  for (const Certificate& c : certificates)
    if (error = fault_of(c, now); !error.empty()) return "";
  return envelope(plain, certificates, error);
}

Sealer::Sealer(Files files) : impl_(std::make_unique<Impl>(std::move(files))) {}
Sealer::~Sealer() = default;

std::uint64_t Sealer::cap() const {
  return impl_->files.cap;
}

std::string Sealer::problem(std::int64_t now_us) const {
  const std::string period = sealing_period(now_us);
  for (const auto& [group, paths] : impl_->files.recipients)
    if (std::string fault = impl_->first_fault(paths, period, now_us / kSecond); !fault.empty())
      return group + ": " + fault;
  const std::string fault = impl_->first_fault(impl_->files.second, period, now_us / kSecond);
  return fault.empty() ? "" : "second: " + fault;
}

std::vector<std::string> Sealer::warnings(std::int64_t now_us, std::int64_t within_us) const {
  std::vector<std::string> out;
  const std::string period = sealing_period(now_us), next = sealing_period(now_us + within_us);
  for (const Certificate& c : impl_->read(impl_->all_paths(), period)) {
    const std::string fault = fault_of(c, now_us / kSecond);
    if (!fault.empty())
      out.push_back("sealed copies cannot be made: " + fault);
    else if (seconds_until(X509_get0_notAfter(c.x509.get()), now_us / kSecond) <
             within_us / kSecond)
      out.push_back("sealed copies: " + c.path + " expires on " +
                    date_of(X509_get0_notAfter(c.x509.get())));
  }
  if (next == period) return out;
  for (const std::string& path : impl_->all_paths())
    if (path_in(path, next) != path && !impl_->read({path}, next).front().x509)
      out.push_back("sealed copies cannot be made from the next quarter (" + next +
                    ") on: " + path_in(path, next) + " cannot be read");
  return out;
}

std::string Sealer::fingerprints(std::int64_t now_us) const {
  std::string out;
  const auto add = [&](const std::string& group, const std::vector<std::string>& paths) {
    for (const Certificate& c : impl_->read(paths, sealing_period(now_us)))
      out += (out.empty() ? "" : ", ") + group + ": " + fingerprint_of(c);
  };
  for (const auto& [group, paths] : impl_->files.recipients) add(group, paths);
  add("second", impl_->files.second);
  return out;
}

std::optional<SealedCopy> Sealer::seal(const SealedHeader& header, std::string_view body,
                                       const std::vector<std::string>& groups,
                                       std::string& error) const {
  SealedCopy copy;
  SealedRef& ref = copy.ref;
  ref.period = sealing_period(header.time_us);
  ref.groups = groups;
  ref.bytes = std::min<std::uint64_t>(body.size(), impl_->files.cap);
  ref.of = std::max<std::uint64_t>(header.whole, body.size());
  ref.truncated = ref.bytes < ref.of;
  const std::vector<std::string> paths = impl_->paths_for(groups);
  if (paths.empty()) return error = "there is no certificate to seal for", std::nullopt;
  const std::int64_t now = header.time_us / kSecond;
  std::string plain = header_line(header, ref);
  plain += body.substr(0, ref.bytes);
  copy.der = impl_->layer(paths, plain, ref.period, now, error);
  if (!copy.der.empty() && !impl_->files.second.empty())
    copy.der = impl_->layer(impl_->files.second, copy.der, ref.period, now, error);
  if (copy.der.empty()) return std::nullopt;
  ref.sha256 = sha256_hex(copy.der);
  return copy;
}

}  // namespace sekisho::audit
