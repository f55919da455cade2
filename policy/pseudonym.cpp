#include "policy/pseudonym.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <cstdint>

namespace sekisho::policy {
namespace {

constexpr std::string_view kMark = "SKS_";
constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

char capital(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
}

bool is_type_char(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

std::string capitals(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = capital(c);
  return out;
}

// Multiplication by x in GF(32), x^5 + x^2 + 1: a polynomial over it finds every single wrong
// character and every exchange of neighbours.
unsigned times_x(unsigned v) {
  v <<= 1;
  return v & 32 ? v ^ 0x25 : v;
}

unsigned number_of(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<unsigned>(c - 'A');
  return (static_cast<unsigned>(c) - '2' + 26) & 31;  // 0, 1 and _ stand in types only
}

char check_character(std::string_view head) {
  unsigned sum = 0;
  for (const char c : head) sum = times_x(sum) ^ number_of(c);
  return kAlphabet[times_x(sum)];
}

std::string hmac(std::string_view key, std::string_view message) {
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  HMAC(EVP_sha256(), key.empty() ? kMark.data() : key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(message.data()), message.size(), out, &size);
  return std::string(reinterpret_cast<const char*>(out), size);
}

std::string base32(std::string_view bytes, std::size_t characters) {
  std::string out;
  std::uint32_t pending = 0;
  int bits = 0;
  for (std::size_t i = 0; out.size() < characters && i < bytes.size(); ++i) {
    pending = (pending << 8 | static_cast<unsigned char>(bytes[i])) & 0xffff;
    for (bits += 8; bits >= 5 && out.size() < characters; bits -= 5)
      out.push_back(kAlphabet[pending >> (bits - 5) & 31]);
  }
  return out;
}

bool same_name(std::string_view pattern, std::string_view name, bool any_case) {
  const bool open = pattern.ends_with('*');
  if (open) pattern.remove_suffix(1);
  if (open ? name.size() < pattern.size() : name.size() != pattern.size()) return false;
  return std::equal(pattern.begin(), pattern.end(), name.begin(),
                    [&](char a, char b) { return any_case ? capital(a) == capital(b) : a == b; });
}

bool any_name(const std::vector<std::string>& patterns, std::string_view name, bool any_case) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::string& p) { return same_name(p, name, any_case); });
}

}  // namespace

std::string make_token(std::string_view key, std::string_view type, std::string_view normalised) {
  std::string message(type);
  message.push_back('\0');
  message.append(normalised);
  std::string out(kMark);
  for (const char c : capitals(type)) out.push_back(is_type_char(c) ? c : '_');
  out.push_back('_');
  out += base32(hmac(key, message), kTokenTail - 1);
  out.push_back(check_character(out));
  return out;
}

bool has_token_form(std::string_view word) {
  if (word.size() < kMark.size() + 2 + kTokenTail || word.size() > kLongestToken) return false;
  const std::string token = capitals(word);
  if (!token.starts_with(kMark)) return false;
  const std::string_view type =
      std::string_view(token).substr(kMark.size(), token.size() - kMark.size() - kTokenTail - 1);
  const std::string_view tail = std::string_view(token).substr(token.size() - kTokenTail);
  return token[token.size() - kTokenTail - 1] == '_' &&
         std::all_of(type.begin(), type.end(), is_type_char) &&
         tail.find_first_not_of(kAlphabet) == std::string_view::npos;
}

bool is_token(std::string_view word) {
  if (!has_token_form(word)) return false;
  const std::string token = capitals(word);
  return token.back() == check_character(std::string_view(token).substr(0, token.size() - 1));
}

bool RestoreRule::allows_tool(std::string_view name) const {
  return !name.empty() && !any_name(never, name, true) && any_name(tools, name, false);
}

bool TokenMap::Entry::in_text() const {
  return std::all_of(rules.begin(), rules.end(), [](const auto& r) { return r->text; });
}

bool TokenMap::Entry::in_tool(std::string_view name) const {
  return std::all_of(rules.begin(), rules.end(),
                     [&](const auto& r) { return r->allows_tool(name); });
}

void TokenMap::add(const std::string& token, std::string_view text,
                   const std::shared_ptr<const RestoreRule>& rule) {
  const auto [at, fresh] = entries_.try_emplace(token);
  Entry& entry = at->second;
  if (fresh) {
    entry.token = token;
    entry.text = text;
  }
  if (std::find(entry.rules.begin(), entry.rules.end(), rule) == entry.rules.end())
    entry.rules.push_back(rule);
}

bool TokenMap::any_in_text() const {
  return std::any_of(entries_.begin(), entries_.end(),
                     [](const auto& e) { return e.second.in_text(); });
}

bool TokenMap::any_in_tool(std::string_view name) const {
  return std::any_of(entries_.begin(), entries_.end(),
                     [&](const auto& e) { return e.second.in_tool(name); });
}

TokenMap::Match TokenMap::match(std::string_view text, bool markdown) const {
  std::string seen;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = capital(text[i]);
    if (markdown && c == '\\' && !seen.empty()) {
      if (i + 1 == text.size()) {
        const auto with_underscore = entries_.lower_bound(seen + '_');
        const bool may_go_on =
            with_underscore != entries_.end() && with_underscore->first.starts_with(seen + '_');
        return {may_go_on ? Fit::kPart : Fit::kNone, 0, nullptr};
      }
      if (text[i + 1] == '_') continue;
    }
    seen.push_back(c);
    if (seen.size() <= kMark.size()) {
      if (kMark[seen.size() - 1] != c) return {};
      continue;
    }
    const auto at = entries_.lower_bound(seen);
    if (at == entries_.end() || !at->first.starts_with(seen)) return {};
    if (at->first.size() == seen.size()) return {Fit::kWhole, i + 1, &at->second};
  }
  return {entries_.empty() ? Fit::kNone : Fit::kPart, 0, nullptr};
}

}  // namespace sekisho::policy
