#include "gateway/tls/authority_file.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/pkcs7.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <sstream>
#include <string_view>

#include "gateway/tls/openssl_ptr.h"

namespace sekisho::gateway {
namespace {

constexpr std::size_t kMaxFile = 1u << 20;

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

BioPtr memory(std::string_view text) {
  return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

bool holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

template <auto Parse, auto Free>
bool is_der(std::string_view text) {
  const auto* at = reinterpret_cast<const unsigned char*>(text.data());
  auto* parsed = Parse(nullptr, &at, static_cast<long>(text.size()));
  Free(parsed);
  ERR_clear_error();
  return parsed != nullptr;
}

// What a file without the wanted PEM block is, and how to get one. "" = no idea.
std::string other_form(std::string_view text, const std::string& path) {
  if (text.empty()) return "is empty";
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff"))
    return "is UTF-16 text, as PowerShell writes it: save it as UTF-8 (Set-Content -Encoding "
           "ascii)";
  if (is_der<d2i_X509, X509_free>(text))
    return "is a certificate in DER (binary) form: openssl x509 -inform DER -in " + path +
           " -out ca.crt";
  if (is_der<d2i_PKCS12, PKCS12_free>(text))
    return "is PKCS#12 (.pfx, .p12): openssl pkcs12 -in " + path +
           " -nokeys -out ca.crt, and for the key openssl pkcs12 -in " + path +
           " -nocerts -noenc -out ca.key";
  if (is_der<d2i_PKCS7, PKCS7_free>(text))
    return "is PKCS#7 (.p7b): openssl pkcs7 -inform DER -print_certs -in " + path + " -out ca.crt";
  if (is_der<d2i_AutoPrivateKey, EVP_PKEY_free>(text))
    return "is a private key in DER (binary) form: openssl pkey -inform DER -in " + path +
           " -out ca.key";
  if (holds(text, "-----BEGIN PKCS7-----"))
    return "is PKCS#7 (.p7b): openssl pkcs7 -print_certs -in " + path + " -out ca.crt";
  if (holds(text, "CERTIFICATE REQUEST-----"))
    return "is a certificate request: have the company's PKI issue a certificate for it";
  return {};
}

std::string no_certificate(std::string_view text, const std::string& path) {
  if (std::string form = other_form(text, path); !form.empty()) return form;
  if (holds(text, "PRIVATE KEY-----"))
    return "holds a private key and no certificate: are `certificate` and `key` exchanged?";
  return "holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)";
}

std::string no_key(std::string_view text, const std::string& path) {
  if (std::string form = other_form(text, path); !form.empty()) return form;
  if (holds(text, "PRIVATE KEY-----")) return "holds a private key that cannot be read";
  if (holds(text, "-----BEGIN CERTIFICATE-----"))
    return "holds a certificate and no private key: are `certificate` and `key` exchanged?";
  return "holds no private key in PEM form (-----BEGIN PRIVATE KEY-----)";
}

// The byte order mark some editors put first would hide the first block.
std::string_view without_mark(std::string_view text) {
  return text.starts_with("\xef\xbb\xbf") ? text.substr(3) : text;
}

// Asked for a passphrase, which a gateway that starts by itself cannot know.
int refuse_passphrase(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

}  // namespace

std::vector<std::shared_ptr<X509>> read_certificates(const std::string& path, std::string& error) {
  const auto text = read_file(path, error);
  if (!text) return {};
  const BioPtr in = memory(without_mark(*text));
  std::vector<std::shared_ptr<X509>> out;
  while (X509* each = PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr))
    out.emplace_back(each, X509_free);
  const int reason = ERR_GET_REASON(ERR_peek_last_error());
  const std::string why = openssl_error();
  if (reason != PEM_R_NO_START_LINE) {
    error = path + ": certificate " + std::to_string(out.size() + 1) + " of the file is damaged (" +
            why + ")";
    return {};
  }
  if (out.empty()) error = path + ": " + no_certificate(*text, path);
  return out;
}

std::shared_ptr<EVP_PKEY> read_private_key(const std::string& path, std::string& error) {
  const auto text = read_file(path, error);
  if (!text) return nullptr;
  const BioPtr in = memory(without_mark(*text));
  bool asked = false;
  std::shared_ptr<EVP_PKEY> key(
      PEM_read_bio_PrivateKey(in.get(), nullptr, refuse_passphrase, &asked), EVP_PKEY_free);
  const std::string why = key ? std::string() : openssl_error();
  if (asked)
    error = path + ": the key is encrypted; write it without passphrase (openssl pkey -in " + path +
            " -out plain.key) to a file that only the gateway's user can read";
  else if (!key)
    error = path + ": " + no_key(*text, path) + " (" + why + ")";
  return asked ? nullptr : key;
}

// A group may read it: the gateway's own, when root owns the file.
bool is_open_to_others(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && (info.st_mode & 027) != 0;
}

}  // namespace sekisho::gateway
