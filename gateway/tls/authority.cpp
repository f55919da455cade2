#include "gateway/tls/authority.h"

#include <fcntl.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <fstream>
#include <optional>
#include <sstream>

#include "gateway/tls/openssl_ptr.h"
#include "gateway/tls/x509_write.h"

namespace sekisho::gateway {
namespace {

constexpr std::size_t kMaxFile = 1u << 20;
constexpr std::int64_t kDay = 86400;

std::optional<std::string> read_file(const std::string& path, std::string& error) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    error = path + ": cannot be read: " + std::strerror(errno);
    return std::nullopt;
  }
  std::ostringstream text;
  text << in.rdbuf();
  if (text.str().size() <= kMaxFile) return text.str();
  error = path + ": is too large for a PEM file";
  return std::nullopt;
}

BioPtr memory(const std::string& text) {
  return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

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

bool issued_by_itself(X509* certificate) {
  return X509_check_issued(certificate, certificate) == X509_V_OK;
}

// Asked for a passphrase, which a gateway that starts by itself cannot know.
int refuse_passphrase(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
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

Authority::~Authority() {
  X509_free(certificate_);
  EVP_PKEY_free(key_);
}

std::shared_ptr<const Authority> Authority::load_certificate(const std::string& certificate_path,
                                                             std::string& error) {
  std::shared_ptr<Authority> made(new Authority);
  return made->load_certificates(certificate_path, error) ? made : nullptr;
}

std::shared_ptr<const Authority> Authority::load(const std::string& certificate_path,
                                                 const std::string& key_path, std::string& error) {
  std::shared_ptr<Authority> made(new Authority);
  if (!made->load_certificates(certificate_path, error)) return nullptr;
  if (!made->load_key(key_path, error)) return nullptr;
  if (X509_check_private_key(made->certificate_, made->key_) == 1) return made;
  openssl_error();
  error = key_path + ": the key does not match the certificate " + certificate_path;
  return nullptr;
}

bool Authority::load_certificates(const std::string& path, std::string& error) {
  const auto text = read_file(path, error);
  if (!text) return false;
  const BioPtr in = memory(*text);
  while (X509* each = PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr)) {
    if (!certificate_) X509_up_ref(certificate_ = each);
    if (!issued_by_itself(each))
      chain_.emplace_back(each, X509_free);
    else
      X509_free(each);
  }
  openssl_error();
  if (certificate_) {
    pem_ = pem_of(certificate_);
    return true;
  }
  error = path + ": holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)";
  return false;
}

bool Authority::load_key(const std::string& path, std::string& error) {
  const auto text = read_file(path, error);
  if (!text) return false;
  const BioPtr in = memory(*text);
  bool asked = false;
  key_ = PEM_read_bio_PrivateKey(in.get(), nullptr, refuse_passphrase, &asked);
  const std::string why = key_ ? std::string() : openssl_error();
  if (asked)
    error = path + ": the key is encrypted; write it without passphrase (openssl pkey -in " + path +
            " -out plain.key) to a file that only the gateway's user can read";
  else if (!key_)
    error = path + ": holds no private key in PEM form (" + why + ")";
  struct stat info {};
  key_is_open_ = ::stat(path.c_str(), &info) == 0 && (info.st_mode & 077) != 0;
  return key_ != nullptr;
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

std::string Authority::der() const {
  unsigned char* bytes = nullptr;
  const int size = i2d_X509(certificate_, &bytes);
  if (size <= 0) return {};
  std::string out(reinterpret_cast<char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return out;
}

std::string Authority::subject() const {
  return name_words(X509_get_subject_name(certificate_));
}

std::string Authority::issuer() const {
  return name_words(X509_get_issuer_name(certificate_));
}

std::string Authority::fingerprint_sha256() const {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  X509_digest(certificate_, EVP_sha256(), digest, &size);
  std::string out;
  char pair[4];
  for (unsigned i = 0; i < size; ++i) {
    std::snprintf(pair, sizeof pair, "%s%02X", i ? ":" : "", digest[i]);
    out += pair;
  }
  return out;
}

std::string Authority::key_words() const {
  const EVP_PKEY* key = X509_get0_pubkey(certificate_);
  if (!key) return "unknown";
  const char* type = EVP_PKEY_get0_type_name(key);
  const std::string bits = std::to_string(EVP_PKEY_get_bits(key));
  return std::string(type ? type : "unknown") + (EVP_PKEY_is_a(key, "EC") ? " P-" : " ") + bits;
}

std::int64_t Authority::not_before() const {
  return unix_seconds(X509_get0_notBefore(certificate_));
}

std::int64_t Authority::not_after() const {
  return unix_seconds(X509_get0_notAfter(certificate_));
}

bool Authority::self_signed() const {
  return issued_by_itself(certificate_);
}

}  // namespace sekisho::gateway
