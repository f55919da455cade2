#include "filters/values/azure_key.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "filters/char_set.h"
#include "filters/table.h"
#include "filters/values/random_value.h"
#include "filters/values/validators.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

constexpr double kBare = 0.60;
constexpr std::size_t kBefore = 160, kAfter = 60;  // bytes that may name it

constexpr std::string_view kStorage[] = {
    ".core.windows.net", "accountkey", "account key", "account_key",    "account-key",
    "storage key",       "storagekey", "storage_key", "storage-key",    "storageaccount",
    "storage account",   "azure blob", "ストレージ",  "storage_account"};
// What else is 64 bytes long, and other names of secrets.
constexpr std::string_view kOthers[] = {
    "sha512",       "sha-512",    "integrity",    "signature",    "sig",     "sign",
    "digest",       "hash",       "checksum",     "cert",         "cosmos",  "apim",
    "documents.",   "servicebus", "sharedaccess", "eventhub",     "hmac",    "ed25519",
    "public",       "pubkey",     "iothub",       "salt",         "nonce",   "jwt",
    "subscription", "secret",     "token",        "password",     "base64,", "verif",
    "proof",        "cookie",     "cipher",       "encrypt",      "master",  "署名",
    "証明書",       "ハッシュ",   "公開鍵",       "シークレット", "トークン"};

// Behind the last byte of the last of `words` in `text`; 0 where there is none.
template <std::size_t N>
std::size_t last_of(std::string_view text, const std::string_view (&words)[N]) {
  std::size_t last = 0;
  for (const std::string_view word : words) {
    const std::size_t found = text.rfind(word);
    if (found != text.npos) last = std::max(last, found + word.size());
  }
  return last;
}

template <std::size_t N>
bool has_any(std::string_view text, const std::string_view (&words)[N]) {
  return std::any_of(std::begin(words), std::end(words),
                     [text](std::string_view word) { return text.find(word) != text.npos; });
}

// Chance makes hardly any 64 bytes of which most are letters.
bool is_text(std::string_view value) {
  std::string bytes;
  if (!decode_base64(value, bytes)) return true;
  const auto printable = std::count_if(bytes.begin(), bytes.end(), [](char c) {
    return static_cast<unsigned char>(c) >= ' ' && static_cast<unsigned char>(c) < 0x7F;
  });
  return static_cast<std::size_t>(printable) * 4 > bytes.size() * 3;
}

// The last line of a longer body of base64, or one of several.
bool goes_on_above(std::string_view text, std::size_t begin) {
  static constexpr CharSet kBase64 = kAsciiAlnum | CharSet("+/=");
  std::size_t pos = begin;
  while (pos > 0 && begin - pos < 16 &&
         std::string_view(" \t\r\n\"',\\+").find(text[pos - 1]) != std::string_view::npos)
    --pos;
  if (pos == begin || text.substr(pos, begin - pos).find('\n') == std::string_view::npos)
    return false;
  std::size_t run = pos;
  while (run > 0 && pos - run < 40 && kBase64.has(text[run - 1])) --run;
  return pos - run >= 40;
}

}  // namespace

double check_azure_storage_key(TokenMatch& match, double confidence) {
  const std::string_view text = match.text, value = match.value();
  const std::size_t begin = match.range.begin;
  if (is_placeholder(value) || shannon_entropy(value) < 4.9 || is_text(value)) return 0;
  if (const auto heading = heading_above(text, match.range)) {
    const std::string name = folded_lower(text.substr(heading->begin, heading->size()));
    if (has_any(name, kStorage)) return confidence;
    if (has_any(name, kOthers)) return 0;
  }
  const std::size_t from = begin - std::min(begin, kBefore);
  const std::string before = folded_lower(text.substr(from, begin - from));
  const std::size_t storage = last_of(before, kStorage), other = last_of(before, kOthers);
  if (storage > other) return confidence;
  std::string after = folded_lower(text.substr(match.range.end, kAfter));
  after = after.substr(0, after.find('\n'));
  if (has_any(after, kStorage)) return confidence;
  if (other > 0 || has_any(after, kOthers) || goes_on_above(text, begin)) return 0;
  return kBare;
}

}  // namespace sekisho::filters
