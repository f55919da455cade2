#include "gateway/tls/authority.h"

#include <fcntl.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>

#include "gateway/tls/authority_file.h"
#include "gateway/tls/openssl_ptr.h"
#include "gateway/tls/x509_write.h"

namespace sekisho::gateway {
namespace {

constexpr std::int64_t kDay = 86400;

std::string drained(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

std::string name_words(const X509_NAME* name) {
  const BioPtr out(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
  return drained(out.get());
}

std::string pem_of(X509* certificate) {
  const BioPtr out(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(out.get(), certificate);
  return drained(out.get());
}

std::string fingerprint_of(const X509* certificate) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  X509_digest(certificate, EVP_sha256(), digest, &size);
  std::string out;
  char pair[4];
  for (unsigned i = 0; i < size; ++i) {
    std::snprintf(pair, sizeof pair, "%s%02X", i ? ":" : "", digest[i]);
    out += pair;
  }
  return out;
}

bool issued_by_itself(X509* certificate) {
  return X509_get_extension_flags(certificate) & EXFLAG_SS;
}

// A new file of exactly these bytes, on disk; an existing one stays and is an error.
bool write_new(const std::string& path, const std::string& text, mode_t mode, std::string& error) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (fd < 0) {
    error = path + ": " + (errno == EEXIST ? "exists already" : std::strerror(errno));
    return false;
  }
  const bool written = ::fchmod(fd, mode) == 0 &&
                       ::write(fd, text.data(), text.size()) == static_cast<long>(text.size()) &&
                       ::fsync(fd) == 0;
  if (!written) error = path + ": " + std::strerror(errno);
  ::close(fd);
  if (!written) ::unlink(path.c_str());
  return written;
}

bool exists(const std::string& path) {
  return ::access(path.c_str(), F_OK) == 0;
}

bool add_entry(X509_NAME* name, int nid, const std::string& value) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(value.data());
  return value.empty() || X509_NAME_add_entry_by_NID(name, nid, MBSTRING_UTF8, bytes,
                                                     static_cast<int>(value.size()), -1, 0) == 1;
}

bool add_ca_constraints(X509* certificate) {
  BASIC_CONSTRAINTS* limits = BASIC_CONSTRAINTS_new();
  limits->ca = 0xff;
  limits->pathlen = ASN1_INTEGER_new();
  ASN1_INTEGER_set(limits->pathlen, 0);
  const int added =
      X509_add1_ext_i2d(certificate, NID_basic_constraints, limits, 1, X509V3_ADD_APPEND);
  BASIC_CONSTRAINTS_free(limits);
  return added == 1;
}

X509Ptr make_certificate(const NewAuthority& options, EVP_PKEY* key, std::string& error) {
  X509Ptr made(X509_new());
  X509* x = made.get();
  X509_NAME* name = X509_get_subject_name(x);
  if (!add_entry(name, NID_organizationName, options.organisation) ||
      !add_entry(name, NID_commonName, options.common_name)) {
    error = "organisation and name take at most 64 characters of UTF-8";
    openssl_error();
    return nullptr;
  }
  const std::int64_t now = std::time(nullptr);
  const bool whole = X509_set_version(x, X509_VERSION_3) && set_random_serial(x) &&
                     set_validity(x, now - 3600, now + options.days * kDay) &&
                     X509_set_issuer_name(x, name) && X509_set_pubkey(x, key) &&
                     add_ca_constraints(x) && add_key_usage(x, KU_KEY_CERT_SIGN | KU_CRL_SIGN) &&
                     add_subject_key_identifier(x) && sign(x, key);
  if (whole) return made;
  error = "the certificate could not be made: " + openssl_error();
  return nullptr;
}

std::string private_pem(EVP_PKEY* key) {
  const BioPtr out(BIO_new(BIO_s_secmem()));
  PEM_write_bio_PKCS8PrivateKey(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  return drained(out.get());
}

}  // namespace

std::shared_ptr<const Authority> Authority::load_certificate(const std::string& certificate_path,
                                                             std::string& error) {
  std::shared_ptr<Authority> made(new Authority);
  return made->load_certificates(certificate_path, error) ? made : nullptr;
}

std::shared_ptr<const Authority> Authority::load(const std::string& certificate_path,
                                                 const std::string& key_path, std::string& error) {
  std::shared_ptr<Authority> made(new Authority);
  if (!made->load_certificates(certificate_path, error)) return nullptr;
  made->key_ = read_private_key(key_path, error);
  if (!made->key_) return nullptr;
  made->key_is_open_ = is_open_to_others(key_path);
  if (X509_check_private_key(made->certificate(), made->key()) == 1) return made;
  openssl_error();
  error = key_path + ": the key does not match the certificate " + certificate_path;
  for (std::size_t i = 1; i < made->file_.size(); ++i)
    if (X509_check_private_key(made->file_[i].get(), made->key()) == 1)
      error = certificate_path + ": the key belongs to certificate " + std::to_string(i + 1) +
              " of the file (" + name_words(X509_get_subject_name(made->file_[i].get())) +
              "); the gateway's own CA must come first, its issuers after it";
  openssl_error();
  return nullptr;
}

bool Authority::load_certificates(const std::string& path, std::string& error) {
  file_ = read_certificates(path, error);
  if (file_.empty()) return false;
  find_issuers();
  return true;
}

// Each certificate's issuer, wherever in the file it stands.
void Authority::find_issuers() {
  line_ = {file_.front()};
  while (!issued_by_itself(line_.back().get())) {
    const auto issuer = std::find_if(file_.begin(), file_.end(), [&](const auto& each) {
      return std::find(line_.begin(), line_.end(), each) == line_.end() &&
             X509_check_issued(each.get(), line_.back().get()) == X509_V_OK;
    });
    if (issuer == file_.end()) break;
    line_.push_back(*issuer);
  }
  openssl_error();
  for (const auto& each : line_)
    if (!issued_by_itself(each.get())) chain_.push_back(each);
}

bool Authority::same_as(const Authority& other) const {
  return std::equal(file_.begin(), file_.end(), other.file_.begin(), other.file_.end(),
                    [](const auto& a, const auto& b) { return X509_cmp(a.get(), b.get()) == 0; });
}

bool Authority::create(const NewAuthority& options, const std::string& certificate_path,
                       const std::string& key_path, std::string& error) {
  for (const std::string& path : {certificate_path, key_path})
    if (exists(path)) {
      error = path + ": exists already";
      return false;
    }
  const KeyPtr key(EVP_EC_gen("P-256"));
  if (!key) {
    error = "no key could be made: " + openssl_error();
    return false;
  }
  const X509Ptr certificate = make_certificate(options, key.get(), error);
  if (!certificate || !write_new(key_path, private_pem(key.get()), 0600, error)) return false;
  if (write_new(certificate_path, pem_of(certificate.get()), 0644, error)) return true;
  ::unlink(key_path.c_str());
  return false;
}

std::string Authority::pem() const {
  return pem_of(anchor());
}

std::string Authority::der() const {
  unsigned char* bytes = nullptr;
  const int size = i2d_X509(anchor(), &bytes);
  if (size <= 0) return {};
  std::string out(reinterpret_cast<char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return out;
}

std::string Authority::subject() const {
  return name_words(X509_get_subject_name(certificate()));
}

std::string Authority::issuer() const {
  return name_words(X509_get_issuer_name(certificate()));
}

std::string Authority::fingerprint_sha256() const {
  return fingerprint_of(certificate());
}

std::string Authority::anchor_fingerprint_sha256() const {
  return fingerprint_of(anchor());
}

std::vector<std::string> Authority::issuers() const {
  std::vector<std::string> out;
  for (std::size_t i = 1; i < line_.size(); ++i)
    out.push_back(name_words(X509_get_subject_name(line_[i].get())));
  return out;
}

std::string Authority::key_words() const {
  const EVP_PKEY* key = X509_get0_pubkey(certificate());
  if (!key) return "unknown";
  const char* type = EVP_PKEY_get0_type_name(key);
  const std::string bits = std::to_string(EVP_PKEY_get_bits(key));
  return std::string(type ? type : "unknown") + (EVP_PKEY_is_a(key, "EC") ? " P-" : " ") + bits;
}

std::int64_t Authority::not_before() const {
  return unix_seconds(X509_get0_notBefore(certificate()));
}

// No leaf is good for longer than the first of the line that ends.
std::int64_t Authority::not_after() const {
  std::int64_t out = unix_seconds(X509_get0_notAfter(certificate()));
  for (const auto& each : line_) out = std::min(out, unix_seconds(X509_get0_notAfter(each.get())));
  return out;
}

bool Authority::self_signed() const {
  return issued_by_itself(certificate());
}

}  // namespace sekisho::gateway
