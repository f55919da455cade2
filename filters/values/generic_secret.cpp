#include "filters/values/generic_secret.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <string>

#include "filters/char_set.h"
#include "filters/line_ends.h"
#include "filters/surroundings.h"
#include "filters/table.h"
#include "filters/values/assignment.h"
#include "filters/values/declaration.h"
#include "filters/values/password.h"
#include "filters/values/random_value.h"
#include "filters/values/secret_place.h"
#include "filters/values/validators.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kShortest = 16, kLongest = 200;
constexpr double kDoubt = 0.45;

// Of words of two bytes and more: those are sought whose first two stand side by side somewhere.
template <std::size_t N>
bool has_any(std::string_view text, const std::string_view (&words)[N]) {
  std::array<bool, 256> pairs{};
  const auto pair_at = [](std::string_view of, std::size_t at) {
    return static_cast<unsigned char>(static_cast<unsigned char>(of[at]) * 31 +
                                      static_cast<unsigned char>(of[at + 1]));
  };
  for (std::size_t at = 0; at + 1 < text.size(); ++at) pairs[pair_at(text, at)] = true;
  return std::any_of(std::begin(words), std::end(words), [&](std::string_view word) {
    return pairs[pair_at(word, 0)] && text.find(word) != std::string_view::npos;
  });
}

// How much a name says.
enum class Naming { kNone, kUnsure, kSecret };

// Identifiers without their joints: of what is public, of something about a key, of other words
// that hold "key", "auth" or "token".
constexpr std::string_view kOthers[] = {"public",       "pubkey",
                                        "publish",      "fingerprint",
                                        "keyword",      "keyboard",
                                        "keycode",      "monkey",
                                        "hotkey",       "turkey",
                                        "donkey",       "whiskey",
                                        "jockey",       "hockey",
                                        "cache",        "i18n",
                                        "l10n",         "locale",
                                        "partition",    "sortkey",
                                        "primary",      "foreign",
                                        "idempoten",    "hash",
                                        "checksum",     "digest",
                                        "etag",         "integrity",
                                        "commit",       "version",
                                        "revision",     "tokeniz",
                                        "tokencount",   "maxtoken",
                                        "numtoken",     "totaltoken",
                                        "inputtoken",   "outputtoken",
                                        "pagetoken",    "nexttoken",
                                        "continuation", "cursor",
                                        "keyid",        "tokenid",
                                        "secretid",     "keyname",
                                        "tokenname",    "secretname",
                                        "keypath",      "keyfile",
                                        "secretref",    "tokenurl",
                                        "endpoint",     "keytype",
                                        "tokentype",    "keyalg",
                                        "keysize",      "keyformat",
                                        "authtype",     "authurl",
                                        "authmethod",   "authenticat",
                                        "keyframe",     "placeholder",
                                        "sitekey",      "objectkey",
                                        "rowkey",       "lookupkey",
                                        "routingkey",   "keyspace",
                                        "keypress",     "keydown",
                                        "keyup",        "keymap",
                                        "keyring",      "sha256",
                                        "sha512",       "sha1",
                                        "md5",          "crc",
                                        "nonce",        "certificate",
                                        "unauthor",     "coauthor",
                                        "keylen",       "keylength",
                                        "authorname",   "authorid",
                                        "secretarn",    "credentialid",
                                        "csrf",         "authenticitytoken",
                                        "xsrf",         "distinct",
                                        "querykey",     "translationkey",
                                        "messagekey",   "storagekeyprefix",
                                        "keyprefix"};
constexpr std::string_view kSecretWords[] = {
    "apikey",          "secret",        "accesskey",  "token",      "privatekey",
    "credential",      "bearer",        "authkey",    "signingkey", "encryptionkey",
    "masterkey",       "servicekey",    "clientkey",  "sessionkey", "passkey",
    "subscriptionkey", "adminkey",      "accountkey", "deploykey",  "serverkey",
    "livekey",         "prodkey",       "appkey",     "hmackey",    "aeskey",
    "jwtkey",          "sharedkey",     "storagekey", "webhookkey", "integrationkey",
    "licensekey",      "securitykey",   "sskey",      "secretkey",  "functionkey",
    "authcode",        "authorization", "apiauth",    "xauth",      "sshkey",
    "rootkey",         "userkey",       "devkey",     "projectkey", "writekey",
    "consumerkey",     "signaturekey",  "ingestkey",  "decryptkey", "cipherkey",
    "encryptkey"};
constexpr std::string_view kOtherWordsJa[] = {
    "公開",           "キャッシュ",     "主キー",   "外部キー",     "ソート",     "検索",
    "ショートカット", "パーティション", "ハッシュ", "チェックサム", "キーワード", "冪等"};
constexpr std::string_view kSecretWordsJa[] = {
    "api",      "ａｐｉ",         "アクセス", "シークレット", "秘密",
    "認証",     "暗号",           "署名",     "ライセンス",   "サブスクリプション",
    "トークン", "クレデンシャル", "共有鍵",   "接続",         "マスター",
    "管理"};

std::string joined(std::string_view name) {
  std::string out;
  for (const char c : name)
    if (is_alnum(static_cast<unsigned char>(c)))
      out += static_cast<char>(is_upper(static_cast<unsigned char>(c)) ? c + 0x20 : c);
  return out;
}

// OPENAI_KEY, X_AUTH: a setting of the environment, whoever's it is.
bool is_environment_name(std::string_view name) {
  return name.find('_') != std::string_view::npos &&
         std::none_of(name.begin(), name.end(),
                      [](char c) { return is_lower(static_cast<unsigned char>(c)); });
}

bool ends_as_something_else(std::string_view name) {
  static constexpr std::string_view kEnds[] = {
      "id",    "name", "path",   "file", "url",   "uri",   "type",   "ref",     "count",
      "index", "size", "prefix", "arn",  "alias", "label", "expiry", "expires", "ttl"};
  bool last = false;
  for_identifier_parts(name, [&](std::string_view part) {
    last = std::find(std::begin(kEnds), std::end(kEnds), part) != std::end(kEnds);
  });
  return last;
}

Naming naming_of(std::string_view name) {
  const std::string word = joined(name);
  const bool author =
      word.find("author") != std::string::npos && word.find("authoriz") == std::string::npos;
  if (author || has_any(word, kOthers) || ends_as_something_else(name)) return Naming::kNone;
  if (has_any(word, kSecretWords)) return Naming::kSecret;
  return is_environment_name(name) ? Naming::kSecret : Naming::kUnsure;
}

// The 24 bytes before and the word itself, where Japanese writes no identifier.
Naming naming_of_phrase(std::string_view text, Range word) {
  const Surroundings around(text, {word.end, word.end}, 36 + word.size(), 0);
  std::string_view phrase = around.before();
  phrase = phrase.substr(last_of<"\n.,:;\"'">(phrase) + 1);
  if (has_any(phrase, kOtherWordsJa)) return Naming::kNone;
  return has_any(phrase, kSecretWordsJa) ? Naming::kSecret : Naming::kUnsure;
}

// The identifier around `word`, and the word before it: "API key" are two words of one name.
std::string phrase_around(std::string_view text, Range word) {
  const Range name = identifier_around(text, word);
  std::string phrase(text.substr(name.begin, name.size()));
  if (name.begin > 1 && text[name.begin - 1] == ' ') {
    const Range before = identifier_around(text, {name.begin - 1, name.begin - 1});
    phrase.insert(0, text.substr(before.begin, before.size()));
  }
  return phrase;
}

bool is_value_char(char c) {
  return is_alnum(static_cast<unsigned char>(c)) || c == '+' || c == '/' || c == '_' || c == '-' ||
         c == '=' || c == '.' || c == '~';
}

// Pictures, digests with their name in front, public and publishable keys, the first part of a
// signed token alone, as examples show one.
bool is_other_data(std::string_view value) {
  static constexpr std::string_view kBegins[] = {
      "pk_test_", "pk_live_",    "eyJhbGciOi",  "eyJ0eXAiOi",   "eyJraWQiOi", "iVBORw0KGgo",
      "/9j/",     "R0lGOD",      "data:",       "sha256-",      "sha384-",    "sha512-",
      "sha1-",    "AAAAB3NzaC1", "AAAAC3NzaC1", "AAAAE2VjZHNh", "MIIB",       "MIIC",
      "MIID",     "UEsDB",       "H4sI",        "PHN2Zy",       "PD94bW"};
  return std::any_of(std::begin(kBegins), std::end(kBegins), [value](std::string_view begin) {
    return value.substr(0, begin.size()) == begin;
  });
}

// The run of characters of a token at `pos`; empty when it goes on as something else: a call, an
// address, a template.
Range token_at(std::string_view text, std::size_t pos) {
  std::size_t end = pos;
  while (end < text.size() && end - pos <= kLongest && is_value_char(text[end])) ++end;
  if (end - pos > kLongest) return {pos, pos};
  if (end < text.size() && std::string_view("([{$*@:%^").find(text[end]) != std::string_view::npos)
    return {pos, pos};
  while (end > pos && (text[end - 1] == '.' || text[end - 1] == '-')) --end;
  return {pos, end};
}

// Three parts in base64 behind each other: that is for the detector of such tokens to judge.
bool is_jwt_form(std::string_view value) {
  return value.substr(0, 2) == "ey" && std::count(value.begin(), value.end(), '.') >= 2;
}

// "DocumentEndToken", "APIKeyListParams", "_EllipticCurvePrivateKey": words with capitals. Of
// random letters each fourth begins one, and few pairs are those of words.
bool is_camel_case(std::string_view value) {
  std::size_t words = 0, letters = 0;
  bool lower = true;  // the letter before
  for (const char ch : value) {
    const auto c = static_cast<unsigned char>(ch);
    if (c == '_' || c == '.') continue;
    if (!is_letter(c)) return false;
    words += is_upper(c) && lower ? 1 : 0;
    lower = !is_upper(c);
    ++letters;
  }
  const double likeness = word_likeness(value, 4);
  return words >= 2 &&
         ((letters >= 5 * words && likeness > 0.25) || (letters >= 4 * words && likeness > 0.45));
}

// "__NL80211_KEY_AFTER_LAST": the name of a constant, words in capitals among its parts.
bool is_constant_name(std::string_view value) {
  std::size_t words = 0, letters = 0;
  bool word = true;
  const auto end_part = [&] {
    words += word && letters >= 3 ? 1 : 0;
    letters = 0;
    word = true;
  };
  for (const char ch : value) {
    const auto c = static_cast<unsigned char>(ch);
    if (c == '_')
      end_part();
    else if (is_upper(c))
      ++letters;
    else if (is_digit(c))
      word = false;
    else
      return false;
  }
  end_part();
  return words >= 2;
}

// "key_45ee01fd…": random digits in hexadecimal behind a word of their issuer.
bool is_marked_hex(std::string_view value) {
  constexpr std::size_t kShortestHex = 32;
  const std::size_t mark = first_of<"_-">(value);
  if (mark == std::string_view::npos || mark < 2 || mark > 16) return false;
  const std::string_view body = value.substr(mark + 1);
  const bool word = std::all_of(value.begin(), value.begin() + static_cast<std::ptrdiff_t>(mark),
                                [](char c) { return is_letter(static_cast<unsigned char>(c)); });
  return word && body.size() >= kShortestHex && is_hex(body) && looks_random(body);
}

// "vkxjvq33f1fo38h0fiufv553n3xu9kgun9uk": letters that chance drew more than once leave less
// entropy than most random values have, but change to digits and to the other case as no word does.
bool changes_kind(std::string_view value) {
  constexpr std::size_t kShortestRun = 24;
  if (value.size() < kShortestRun || distinct_characters(value) < 12) return false;
  std::size_t changes = 0;
  int before = -1;
  for (const char ch : value) {
    const auto c = static_cast<unsigned char>(ch);
    if (!is_alnum(c)) return false;
    const int kind = is_digit(c) ? 0 : is_upper(c) ? 1 : 2;
    changes += before >= 0 && kind != before;
    before = kind;
  }
  return changes >= value.size() * 2 / 5 && !is_hex(value) && word_likeness(value, 4) < 0.35;
}

}  // namespace

bool is_named_secret_ja(std::string_view text, Range word) {
  return naming_of_phrase(text, word) == Naming::kSecret;
}

bool names_secret(std::string_view text, Range word) {
  if (static_cast<unsigned char>(text[word.begin]) >= 0x80) return is_named_secret_ja(text, word);
  return naming_of(phrase_around(text, word)) == Naming::kSecret;
}

bool is_secret_value(std::string_view value) {
  return value.size() >= kShortest && !is_jwt_form(value) && !is_placeholder(value) &&
         !value.starts_with("//") && !is_camel_case(value) && !is_constant_name(value) &&
         !is_sample_password(value) && !is_other_data(value) &&
         (looks_random(value) || is_marked_hex(value) || changes_kind(value));
}

namespace {

// The text in quotation marks that begins at `pos`.
Range quoted_at(std::string_view text, std::size_t pos) {
  if (pos == 0 || (text[pos - 1] != '"' && text[pos - 1] != '\'')) return {pos, pos};
  const std::string_view rest = text.substr(pos, kLongest);
  const std::size_t end = first_of<"\"'\n\\">(rest);
  if (end == std::string_view::npos || rest[end] != text[pos - 1]) return {pos, pos};
  return {pos, pos + end};
}

// Random characters of any kind, as frameworks make them.
bool is_secret_text(std::string_view value) {
  if (value.size() < kShortest) return false;
  int letters = 0, digits = 0, symbols = 0;
  for (const char ch : value) {
    const auto c = static_cast<unsigned char>(ch);
    if (c <= ' ' || c >= 0x7F || ch == '{' || ch == '<') return false;
    letters += is_letter(c);
    digits += is_digit(c);
    symbols += !is_alnum(c);
  }
  const bool marked = first_of<"!@#$%^&*+?">(value) != std::string_view::npos;
  return marked && digits >= 2 && symbols >= 2 && letters >= 4 && !is_reference(value, true) &&
         !is_placeholder(value) && !is_sample_password(value) && !is_jwt_form(value) &&
         shannon_entropy(value) >= 3.5 && word_likeness(value, 8) < 0.60;
}

void add(const DetectorRow& row, std::string_view text, Range value, double confidence,
         std::string_view why, Findings& out) {
  out.push_back(make_finding(row, confidence, value,
                             std::string(text.substr(value.begin, value.size())), why));
}

// "Basic bmFtZTpwYXNz": a name and a password.
bool is_basic_login(std::string_view value) {
  std::string login;
  if (!decode_base64(value, login)) return false;
  const std::size_t colon = login.find(':');
  const bool printable = std::all_of(login.begin(), login.end(), [](char c) {
    return static_cast<unsigned char>(c) >= ' ' && static_cast<unsigned char>(c) < 0x7F;
  });
  return printable && colon != std::string::npos && login.size() - colon > 4 &&
         !is_sample_password(std::string_view(login).substr(colon + 1));
}

// "Bearer …", "Basic …".
void find_scheme(const DetectorRow& row, std::string_view text, Range gate, Findings& out) {
  // "Authorization: Token …": the blank behind the scheme.
  const std::size_t from = folded_lower(text.substr(gate.begin, 13)) == "authorization"
                               ? first_not_of<"\"': =">(text, gate.begin + 13)
                               : gate.begin;
  if (from == std::string_view::npos) return;
  const std::size_t blank = text.find(' ', from);
  const bool basic = (text[gate.begin] | 0x20) == 'b' && (text[gate.begin + 1] | 0x20) == 'a';
  const Range value = token_at(text, blank + 1);
  const std::string_view written = text.substr(value.begin, value.size());
  if (basic ? is_basic_login(written) : is_secret_value(written))
    add(row, text, value, 0.85, "authorization and form of the value", out);
}

// "Projects.APIKeys = api_keys_1.APIKeys": the member of that name.
bool is_member(std::string_view word, std::string_view value) {
  const std::size_t dot = last_of(value, '.');
  if (dot == value.npos) return false;
  const std::string name = folded_lower(value.substr(dot + 1));
  return name.size() >= 6 && name.find(folded_lower(word)) != name.npos &&
         std::all_of(value.begin(), value.end(), [](char c) {
           return c == '.' || c == '_' || is_alnum(static_cast<unsigned char>(c));
         });
}

bool is_scheme(std::string_view gate) {
  if (folded_lower(gate.substr(0, 13)) == "authorization") return true;
  // "Bearer token: …" is a name and its value.
  if (first_of<":=">(gate) < gate.size() - std::min(gate.size(), kShortest)) return false;
  const std::string lower = folded_lower(gate.substr(0, 7));
  const std::size_t blank = gate.find(' ');
  return (lower.substr(0, 6) == "bearer" && blank == 6) ||
         (lower.substr(0, 5) == "basic" && blank == 5);
}

struct Separator {
  std::size_t name_end, value_begin;
};

// The first separator of the gate: the gate ends inside the value, which holds none. Behind
// Japanese, `ja`, particles and arrows are separators, too.
bool find_separator(std::string_view gate, bool ja, Separator& out) {
  static constexpr std::string_view kMarks[] = {"=>", ":=",   "=",     ":", "：", "＝", "は",
                                                ">",  " is ", " was ", ",", "「", "『"};
  static constexpr std::string_view kMarksJa[] = {"を", "に", "へ", "が", "として",
                                                  "→",  "⇒",  "➡",  "->"};
  std::size_t best = std::string_view::npos, size = 0;
  const std::string_view head = gate.substr(0, gate.size() - kShortest);
  const auto look_for = [&](std::string_view mark) {
    const std::size_t pos = head.find(mark);
    if (pos == std::string_view::npos || (best != std::string_view::npos && pos >= best)) return;
    best = pos;
    size = mark.size();
  };
  for (const std::string_view mark : kMarks) look_for(mark);
  if (ja)
    for (const std::string_view mark : kMarksJa) look_for(mark);
  // "アクセストークン q7Zt…", or on the next line; "--api-key q7Zt…".
  if (best == std::string_view::npos) {
    for (const std::string_view blank : {" ", "　", "\n"}) {
      const std::size_t pos = head.find(blank);
      if (pos < best) best = pos, size = blank.size();
    }
  }
  if (best == std::string_view::npos) return false;
  out = {best, best + size};
  return true;
}

}  // namespace

namespace {

// "api:\n  key: …", "[api]\nkey=…": the section says whose key it is.
bool is_below_secret_section(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongestIndent = 24, kLongestSection = 40;
  const std::size_t near = at > kLongestIndent ? at - kLongestIndent : 0;
  const std::size_t end = last_of(text.substr(near, at - near), '\n');
  if (end == std::string_view::npos || near + end == 0) return false;
  const std::size_t line = near + end;
  const std::size_t from = line > kLongestSection + 1 ? line - kLongestSection - 1 : 0;
  const std::size_t before = last_of(text.substr(from, line - from), '\n');
  if (before == std::string_view::npos && from > 0) return false;
  const std::size_t begin = before == std::string_view::npos ? 0 : from + before + 1;
  const std::string_view section = text.substr(begin, line - begin);
  const std::size_t last = last_not_of<" \t\r{">(section);
  if (last == std::string_view::npos || (section[last] != ':' && section[last] != ']'))
    return false;
  static constexpr std::string_view kSections[] = {
      "api", "auth", "secret", "credential", "token", "encryption", "jwt", "hmac", "cipher"};
  return has_any(joined(section), kSections) && !has_any(joined(section), kOthers);
}

// "トークンは api_token=…": the value of an outer label is an assignment, which is judged by
// itself. The name in it.
std::optional<Range> inner_name(std::string_view text, Range value) {
  constexpr std::size_t kLongestName = 48;
  const std::string_view written = text.substr(value.begin, value.size());
  const std::size_t sign = written.substr(0, kLongestName).find('=');
  if (sign == std::string_view::npos || sign < 3 || written.size() < sign + 1 + kShortest ||
      !is_letter(static_cast<unsigned char>(written[0])))
    return std::nullopt;
  const bool name =
      std::all_of(written.begin(), written.begin() + static_cast<std::ptrdiff_t>(sign), [](char c) {
        return is_alnum(static_cast<unsigned char>(c)) || c == '_' || c == '-' || c == '.';
      });
  return name ? std::optional<Range>(Range{value.begin, value.begin + sign}) : std::nullopt;
}

}  // namespace

void find_generic_secret(const DetectorRow& row, std::string_view text, Range gate, Findings& out) {
  const std::string_view found = text.substr(gate.begin, gate.size());
  if (is_scheme(found)) return find_scheme(row, text, gate, out);
  Separator separator{};
  const bool ascii = static_cast<unsigned char>(found[0]) < 0x80;
  if (!find_separator(found, !ascii, separator)) return;
  std::string_view word = found.substr(0, separator.name_end);
  word = word.substr(0, last_not_of<" \t\"'])`\\">(word) + 1);
  Naming naming = Naming::kNone;
  if (ascii) {
    // "API key for staging": the identifier is the first word, no later one may hold a digit.
    const std::size_t blank = word.find(' ');
    if (blank != std::string_view::npos &&
        first_of<"0123456789">(word.substr(blank)) != std::string_view::npos)
      return;
    const Range name =
        identifier_around(text, {gate.begin, gate.begin + std::min(blank, word.size())});
    // <apikey>q7Zt…</apikey>, and no comparison.
    const char sign = found[separator.name_end];
    const char mark = found[separator.value_begin];
    if (sign == ' ' && separator.value_begin == separator.name_end + 1 && mark != '"' &&
        mark != '\'' && text.substr(name.begin, 2) != "--")
      return;
    const bool element = sign == '>';
    if (element && (name.begin == 0 || text[name.begin - 1] != '<')) return;
    std::string phrase = phrase_around(text, name);
    if (blank != std::string_view::npos) phrase.append(word.substr(blank));
    naming = naming_of(phrase);
  } else {
    naming = naming_of_phrase(text, {gate.begin, gate.begin + word.size()});
  }
  if (naming == Naming::kNone) return;
  if (naming == Naming::kUnsure && is_below_secret_section(text, gate.begin))
    naming = Naming::kSecret;
  std::size_t begin = gate.begin + separator.value_begin;
  while (begin < gate.end && !is_value_char(text[begin])) ++begin;
  if (text.substr(begin, 7) == "base64:") begin += 7;
  Range value = token_at(text, begin);
  if (const auto inner = inner_name(text, value)) {
    naming = naming_of(text.substr(inner->begin, inner->size()));
    if (naming == Naming::kNone) return;
    begin = inner->end + 1;
    value = token_at(text, begin);
  }
  if (is_secret_of_manager(text, gate.begin) ||
      is_member(text.substr(gate.begin, word.size()), text.substr(value.begin, value.size())))
    return;
  if (!is_secret_value(text.substr(value.begin, value.size()))) {
    value = quoted_at(text, begin);
    if (!is_secret_text(text.substr(value.begin, value.size()))) return;
  }
  // "auth": "bmFtZTpwYXNz", as registries are logged in to.
  if (naming == Naming::kUnsure && word.size() <= 6 &&
      is_basic_login(text.substr(value.begin, value.size())))
    naming = Naming::kSecret;
  add(row, text, value, naming == Naming::kSecret ? row.confidence.shape : kDoubt,
      "name of a secret and random value", out);
}

void find_declared_secret(const DetectorRow& row, std::string_view text, Range gate,
                          Findings& out) {
  const Range name{identifier_around(text, {gate.begin, gate.begin}).begin, gate.begin};
  if (name.size() == 0) return;
  const auto mark = declared_value(text, name.end);
  if (!mark || naming_of(text.substr(name.begin, name.size())) != Naming::kSecret) return;
  Range value = token_at(text, *mark + 1);
  if (!is_secret_value(text.substr(value.begin, value.size()))) {
    value = quoted_at(text, *mark + 1);
    if (!is_secret_text(text.substr(value.begin, value.size()))) return;
  }
  add(row, text, value, row.confidence.shape, "name of a secret and random value", out);
}

namespace {

// "API_TOKEN\n  value: ", "| APIキー | ", "webhook signing secret ": what stands straight before.
bool is_named_before(std::string_view text, std::size_t value, bool in_row) {
  const Surroundings around(text, {value, value}, 40, 0);
  std::string_view phrase = around.before();
  if (in_row) phrase = phrase.substr(last_of(phrase, '\n') + 1);
  const std::string word = joined(phrase);
  if (has_any(word, kOthers) || has_any(phrase, kOtherWordsJa)) return false;
  return has_any(word, kSecretWords) || has_any(phrase, kSecretWordsJa);
}

}  // namespace

double check_secret_argument(TokenMatch& match, double confidence) {
  return is_secret_value(match.value()) ? confidence : 0;
}

namespace {

// "Get-AzKeyVaultSecret" on the line below: a verb and a noun, as PowerShell names what it runs.
bool is_cmdlet(std::string_view value) {
  static constexpr std::string_view kVerbs[] = {
      "Get-",   "Set-",  "New-",    "Add-",    "Remove-",    "Connect-",     "Invoke-",
      "Write-", "Read-", "Import-", "Export-", "ConvertTo-", "ConvertFrom-", "Start-",
      "Stop-",  "Test-", "Update-", "Enable-", "Disable-",   "Install-",     "Register-"};
  return std::any_of(std::begin(kVerbs), std::end(kVerbs), [value](std::string_view verb) {
    return value.starts_with(verb) &&
           std::all_of(value.begin() + std::ssize(verb), value.end(),
                       [](char c) { return is_letter(static_cast<unsigned char>(c)); });
  });
}

// ("/oauth2/token", OAuth2TokenHandler): a name that holds the word, not as an issuer's mark.
bool is_class(std::string_view value) {
  return value.find("Token", 1) != value.npos || value.find("Secret", 1) != value.npos;
}

}  // namespace

double check_secret_cell(TokenMatch& match, double confidence) {
  // Arguments below each other look like a column: "clock_skew_in_seconds=10".
  const std::size_t sign = match.value().find('=');
  if (sign != std::string_view::npos && sign + 2 < match.value().size()) return 0;
  if (!is_secret_value(match.value()) || is_cmdlet(match.value()) || is_class(match.value()))
    return 0;
  const auto heading = heading_above(match.text, match.range);
  if (is_named_before(match.text, match.range.begin, heading.has_value())) return confidence;
  if (!heading) return 0;
  const std::string_view name = match.text.substr(heading->begin, heading->size());
  const bool ascii = std::all_of(name.begin(), name.end(),
                                 [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  const Naming naming = ascii ? naming_of(name) : naming_of_phrase(match.text, *heading);
  return naming == Naming::kSecret ? confidence : 0;
}

}  // namespace sekisho::filters
