#include "filters/values/password_value.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "filters/char_set.h"
#include "filters/line_ends.h"
#include "filters/values/assignment.h"
#include "filters/values/random_value.h"
#include "filters/values/validators.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kShortest = 6;

template <std::size_t N>
bool listed(const std::string_view (&table)[N], std::string_view word) {
  return std::find(std::begin(table), std::end(table), word) != std::end(table);
}

// Words of programs and forms that stand where a value could.
constexpr std::string_view kWords[] = {
    "string",       "str",           "text",          "varchar",       "char",       "null",
    "none",         "nil",           "true",          "false",         "undefined",  "required",
    "optional",     "required",      "hidden",        "empty",         "sha1",       "sha224",
    "sha256",       "sha384",        "sha512",        "sha-1",         "sha-256",    "sha-512",
    "md5",          "bcrypt",        "scrypt",        "argon2",        "argon2i",    "argon2id",
    "pbkdf2",       "base64",        "utf8",          "utf-8",         "aes128",     "aes256",
    "aes-128",      "aes-256",       "aes-256-gcm",   "rsa2048",       "oauth2",     "hs256",
    "rs256",        "es256",         "input1",        "value1",        "param1",     "oauth2.0",
    "hs512",        "http2",         "ipv4",          "ipv6",          "win32",      "x509",
    "iso27001",     "latin1",        "latin-1",       "utf16",         "utf-16",     "utf-16le",
    "utf-16-le",    "utf-16be",      "utf-16-be",     "utf-32",        "cp932",      "cp1252",
    "iso-8859-1",   "sha1sum",       "sha256sum",     "sha512sum",     "md5sum",     "yescrypt",
    "scram-sha-1",  "scram-sha-256", "scram-sha-512", "apr_md5_crypt", "md5_crypt",  "sha256_crypt",
    "sha512_crypt", "bcrypt_sha256", "pbkdf2_sha256", "pbkdf2_sha512", "uint8array", "float32array",
    "float64array", "arraybuffer"};

constexpr std::string_view kSamples[] = {
    "password", "passwd",      "passw0rd?",   "pass",         "pwd",      "secret",  "postgres",
    "mysql",    "root",        "admin",       "user",         "username", "guest",   "123456",
    "1234567",  "12345678",    "123456789",   "1234567890",   "qwerty",   "foobar",  "foobarbaz",
    "hogehoge", "fugafuga",    "hoge",        "fuga",         "piyo",     "default", "mypassword",
    "mypass",   "my-password", "my_password", "yourpassword", "test",     "testing", "temp",
    "value",    "string",      "letmein",     "********",     "hunter2"};
// Rules of forms.
constexpr std::string_view kRuleParts[] = {
    "required", "nullable", "optional", "min:", "max:", "between:", "confirmed"};
constexpr std::string_view kSampleParts[] = {
    "changeme", "change_me", "change-me", "placeholder", "your-",      "your_",     "yourpass",
    "example",  "sample",    "dummy",     "redacted",    "replace_me", "replaceme", "insert_",
    "xxxx",     "****",      "……",        "....",        "_here",      "-here",     "anonymous"};

struct Kinds {
  int lower = 0, upper = 0, digits = 0, symbols = 0, joints = 0;
  int classes() const { return (lower > 0) + (upper > 0) + (digits > 0) + (symbols > 0); }
};

Kinds kinds_of(std::string_view value) {
  Kinds n;
  for (const char ch : value) {
    const auto c = static_cast<unsigned char>(ch);
    if (is_lower(c))
      ++n.lower;
    else if (is_upper(c))
      ++n.upper;
    else if (is_digit(c))
      ++n.digits;
    else if (c == '_' || c == '-' || c == '.' || c == '/' || c == '|' || c == ':')
      ++n.joints;
    else
      ++n.symbols;
  }
  return n;
}

bool is_ascii(std::string_view value) {
  return std::all_of(value.begin(), value.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x7F && c >= ' '; });
}

// bcrypt, argon2 and crypt forms, and digests: what is stored instead of a password.
bool is_password_hash(std::string_view value) {
  // "{bcrypt}$2a$10$…": Spring names how it was made.
  if (value.starts_with('{') && value.find("}$") < 12) value.remove_prefix(value.find('}') + 1);
  // "{SSHA}K6c1…" of LDAP.
  if (value.starts_with('{')) {
    for (const std::string_view made : {"{ssha", "{sha", "{smd5}", "{md5}", "{crypt}"})
      if (folded_lower(value.substr(0, made.size())) == made) return true;
  }
  // "pbkdf2:sha256:50000$…", "md5$salt$…" of Python.
  for (const std::string_view made : {"pbkdf2", "scrypt", "argon2", "md5$", "sha1$", "crypt$"})
    if (value.starts_with(made) && value.size() > 20 && value.find('$') < 24) return true;
  const bool crypt = value.size() > 20 && value[0] == '$' &&
                     value.substr(1, 10).find('$') != std::string_view::npos;
  const bool digest = is_hex(value) && (value.size() == 32 || value.size() == 40 ||
                                        value.size() == 64 || value.size() == 128);
  return crypt || digest;
}

// Words joined by marks, a single name: no password anybody chose, whoever writes code.
bool is_name(std::string_view value, const Kinds& n, bool quoted) {
  // "SigningSecret$": as generators of code write names.
  if (n.digits == 0 && n.symbols == 1 && value.back() == '$') return true;
  if (n.digits == 0 && n.symbols > 0) {
    const std::string_view word = value.substr(0, last_not_of<"!?">(value) + 1);
    if (word.empty()) return true;
    if (word.size() < value.size())
      return !spells_nothing(word) && is_name(word, kinds_of(word), quoted);
    return word.find_first_of(quoted ? "!@#$%^&*" : "!@#$%") == std::string_view::npos;
  }
  if (n.symbols > 0) return false;
  if (n.digits == 0)
    return !spells_nothing(value) &&
           (!quoted || n.joints > 0 || n.classes() < 2 || word_likeness(value, 4) > 0.5);
  // "newPassword2", "user1.password".
  const std::string lower = folded_lower(value);
  const bool about =
      lower.find("pass") != std::string::npos || lower.find("pwd") != std::string::npos ||
      lower.find("input") != std::string::npos || lower.find("param") != std::string::npos ||
      lower.find("secret") != std::string::npos || lower.find("token") != std::string::npos;
  return !quoted && about && n.digits <= 1;
}

// "-fsanitize=*", "8123:80", "lpZipPassword": an option, ports, a variable.
bool is_argument(std::string_view value) {
  if (value.size() > 2 && value[0] == '-' && is_letter(static_cast<unsigned char>(value[1])) &&
      (value[1] == 'W' || value[1] == 'X' || value.find('=') != value.npos))
    return true;
  const std::size_t colon = value.find(':');
  if (colon != value.npos && colon > 0 && colon <= 5 && value.size() - colon <= 6 &&
      first_not_of<"0123456789:">(value) == value.npos)
    return true;
  // "8080/message" of a local address.
  const std::size_t slash = value.find('/');
  if (slash != value.npos && slash >= 2 && slash <= 5 &&
      first_not_of<"0123456789">(value.substr(0, slash)) == value.npos &&
      std::all_of(value.begin() + static_cast<std::ptrdiff_t>(slash), value.end(), [](char c) {
        return c == '/' || c == '_' || c == '-' || is_letter(static_cast<unsigned char>(c));
      }))
    return true;
  // "7,315,312", "2022/11/06", "|b/9Lco5E…" behind the salt of known hosts.
  const bool figures = first_not_of<"0123456789,/">(value) == value.npos;
  if (value[0] == '|' || (figures && first_of<",/">(value) != value.npos)) return true;
  const bool letters = std::all_of(value.begin(), value.end(),
                                   [](char c) { return is_letter(static_cast<unsigned char>(c)); });
  return letters && value.ends_with("Password");
}

// "0x33bdfbeeb58c" of a debugger.
bool is_pointer(std::string_view value) {
  return value.starts_with("0x") && value.size() <= 18 && is_hex(value.substr(2));
}

// "users@v1.2.3", "pkg@npm:^1.0.0": a package and its version.
bool is_package(std::string_view value) {
  const std::size_t at = last_of(value, '@');
  if (at == value.npos || at == 0) return false;
  std::string_view version = value.substr(at + 1);
  if (version.starts_with("npm:")) return true;
  if (!version.empty() && std::string_view("v^~").find(version[0]) != version.npos)
    version.remove_prefix(1);
  return std::count(version.begin(), version.end(), '.') >= 2 &&
         first_not_of<"0123456789.">(version) == version.npos;
}

bool looks_like_path(std::string_view value) {
  if (is_package(value)) return true;
  if (value.find("@2x.") != value.npos || value.find("@3x.") != value.npos) return true;
  return value.front() == '/' || std::count(value.begin(), value.end(), '/') >= 3 ||
         value.substr(0, 2) == "~/" || value.substr(0, 2) == "./" || value.substr(0, 3) == "../" ||
         (value.size() > 2 && value[1] == ':' && value[2] == '\\');
}

// "1*SAFE" of a grammar, "user@site", "1&rdquo" of HTML: none is chosen for a password.
bool is_notation(std::string_view value) {
  constexpr std::string_view kLower = "abcdefghijklmnopqrstuvwxyz";
  constexpr std::string_view kUpper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  static constexpr std::string_view kEntities[] = {"quot",  "ldquo", "rdquo", "lsquo", "rsquo",
                                                   "apos",  "amp",   "lt",    "gt",    "nbsp",
                                                   "laquo", "raquo", "hellip"};
  const std::size_t sign = first_not_of<"0123456789">(value);
  if (sign != std::string_view::npos && value[sign] == '*' && sign <= 2)
    return value.find_first_not_of(kUpper, sign + 1) == std::string_view::npos;
  const std::size_t at = value.find_first_not_of(kLower);
  if (at != std::string_view::npos && value[at] == '@')
    return value.find_first_not_of(kLower, at + 1) == std::string_view::npos;
  const std::size_t entity = last_of(value, '&');
  return entity != std::string_view::npos && listed(kEntities, value.substr(entity + 1));
}

// "464/tcp" of /etc/services, "RFC4519", "PKCS-12", "[success=1" of PAM.
bool is_technical(std::string_view value) {
  const std::size_t digits = first_not_of<"0123456789">(value);
  const auto rest = value.substr(std::min(digits, value.size()));
  if (digits > 0 && (rest == "/tcp" || rest == "/udp" || rest == "/sctp")) return true;
  if (value.front() == '[' && value.find('=') != std::string_view::npos) return true;
  // "[a-zA-Z0-9_.-]+" of a pattern, "1:4.13+dfsg1-1" of a package.
  if (value.front() == '[' && value.find("a-z") != std::string_view::npos) return true;
  if (digits == 1 && rest.size() > 1 && rest[0] == ':' &&
      is_digit(static_cast<unsigned char>(rest[1])))
    return true;
  const std::size_t word = first_not_of<"ABCDEFGHIJKLMNOPQRSTUVWXYZ">(value);
  if (word == std::string_view::npos || word < 3 || word > 6) return false;
  const bool standard = value[word] == '-' || value.starts_with("RFC");
  const std::size_t number = word + (value[word] == '-' ? 1 : 0);
  return standard && number < value.size() && value.size() - number <= 5 &&
         first_not_of<"0123456789">(value, number) == std::string_view::npos;
}

}  // namespace

double judge_password(std::string_view value, bool quoted, bool told) {
  if (value.size() < kShortest || value.size() > kLongestJudged || !is_ascii(value)) return 0;
  if (value.find(' ') != std::string_view::npos || is_reference(value, quoted)) return 0;
  if (is_sample_password(value) || looks_like_path(value) || is_technical(value) ||
      is_pointer(value) || is_argument(value) || is_notation(value) ||
      listed(kWords, folded_lower(value)))
    return 0;
  const std::string lower = folded_lower(value);
  for (const std::string_view part : kRuleParts)
    if (lower.find(part) != std::string::npos) return 0;
  const Kinds n = kinds_of(value);
  if (n.lower + n.upper + n.digits < 3 || is_name(value, n, quoted)) return 0;
  if (is_password_hash(value) || is_uuid(value)) return 0.45;
  if (value.find('|') != std::string_view::npos || value.find('=') == value.size() - 1)
    told = false;
  double confidence = 0.40 + (quoted || told ? 0.20 : 0);
  if (n.classes() >= 2) confidence += 0.20;
  if (value.size() >= 10) confidence += 0.10;
  return confidence;
}

bool is_sample_password(std::string_view value) {
  if (is_placeholder(value) && (distinct_characters(value) < 4 || value.substr(0, 4) == "SKS_"))
    return true;
  const std::string lower = folded_lower(value);
  if (listed(kSamples, lower) || lower.ends_with("...")) return true;
  return std::any_of(std::begin(kSampleParts), std::end(kSampleParts),
                     [&](std::string_view part) { return lower.find(part) != std::string::npos; });
}

// "Kx9vTq2Lm!".
bool password_stands_alone(std::string_view value) {
  // Cells of a row, templates, expressions and paths are none.
  if (first_of<",|;<>{}[]()=`">(value) != std::string_view::npos) return false;
  if (std::count(value.begin(), value.end(), '/') >= 2) return false;
  const Kinds n = kinds_of(value);
  return n.digits > 0 && n.lower + n.upper >= 2 && (n.classes() >= 3 || n.symbols > 0) &&
         judge_password(value, false, true) >= 0.60;
}

}  // namespace sekisho::filters
