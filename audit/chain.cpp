#include "audit/chain.h"

#include <openssl/evp.h>

#include <algorithm>
#include <charconv>
#include <cstdio>

namespace sekisho::audit {
namespace {

constexpr std::string_view kHeadBegin = R"({"v":1,"seq":)";
constexpr std::string_view kHeadPrev = R"(,"prev":")";
constexpr std::string_view kHeadEnd = R"(",)";
constexpr std::string_view kSegmentEnding = ".jsonl";
constexpr std::size_t kSegmentDigits = 12;

bool take(std::string_view line, std::size_t& at, std::string_view expected) {
  if (line.substr(at, expected.size()) != expected) return false;
  at += expected.size();
  return true;
}

std::optional<std::uint64_t> take_number(std::string_view line, std::size_t& at) {
  std::uint64_t value = 0;
  const char* begin = line.data() + at;
  const auto [end, error] = std::from_chars(begin, line.data() + line.size(), value);
  if (error != std::errc() || (*begin == '0' && end - begin > 1)) return std::nullopt;
  at += static_cast<std::size_t>(end - begin);
  return value;
}

}  // namespace

struct ChainHash::Context {
  EVP_MD* sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  EVP_MD_CTX* state = EVP_MD_CTX_new();
  ~Context() {
    EVP_MD_CTX_free(state);
    EVP_MD_free(sha256);
  }

  Hash hash(std::string_view a, std::string_view b) {
    Hash digest{};
    EVP_DigestInit_ex2(state, sha256, nullptr);
    EVP_DigestUpdate(state, a.data(), a.size());
    EVP_DigestUpdate(state, b.data(), b.size());
    EVP_DigestFinal_ex(state, digest.data(), nullptr);
    return digest;
  }
};

Link link_of(const Hash& hash) {
  unsigned char text[45];
  EVP_EncodeBlock(text, hash.data(), static_cast<int>(hash.size()));
  Link link;
  std::copy(text, text + link.size(), link.begin());
  return link;
}

std::optional<Hash> hash_of(std::string_view base64) {
  unsigned char bytes[33];
  const auto* text = reinterpret_cast<const unsigned char*>(base64.data());
  if (base64.size() != Link().size() || EVP_DecodeBlock(bytes, text, 44) != 33) return std::nullopt;
  Hash hash;
  std::copy(bytes, bytes + hash.size(), hash.begin());
  // One spelling only: what EVP_DecodeBlock lets pass (spaces, loose last bits) is refused.
  if (text_of(link_of(hash)) != base64) return std::nullopt;
  return hash;
}

ChainHash::ChainHash() : context_(std::make_unique<Context>()) {}
ChainHash::~ChainHash() = default;

Link ChainHash::beginning() {
  return link_of(nothing());
}

Link ChainHash::after(std::string_view line) {
  return link_of(leaf(line));
}

Hash ChainHash::leaf(std::string_view line) {
  return context_->hash(std::string_view("\0", 1), line);
}

Hash ChainHash::node(const Hash& left, const Hash& right) {
  char bytes[1 + 2 * sizeof(Hash)] = {1};
  std::copy(left.begin(), left.end(), bytes + 1);
  std::copy(right.begin(), right.end(), bytes + 1 + sizeof(Hash));
  return context_->hash(std::string_view(bytes, sizeof bytes), {});
}

Hash ChainHash::nothing() {
  return context_->hash({}, {});
}

std::optional<LineHead> parse_line_head(std::string_view line) {
  LineHead head;
  std::size_t at = 0;
  if (!take(line, at, kHeadBegin)) return std::nullopt;
  const auto seq = take_number(line, at);
  if (!seq || !take(line, at, kHeadPrev)) return std::nullopt;
  head.seq = *seq;
  head.prev = line.substr(at, Link().size());
  at += head.prev.size();
  if (!take(line, at, kHeadEnd)) return std::nullopt;
  head.size = at;
  return head;
}

void append_line_head(std::string& out, std::uint64_t seq, const Link& prev) {
  out += kHeadBegin;
  out += std::to_string(seq);
  out += kHeadPrev;
  out += text_of(prev);
  out += kHeadEnd;
}

std::string segment_name(std::uint64_t first_seq) {
  char buffer[40];
  std::snprintf(buffer, sizeof buffer, "%012llu.jsonl", static_cast<unsigned long long>(first_seq));
  return buffer;
}

std::optional<std::uint64_t> segment_first_seq(std::string_view name) {
  if (!name.ends_with(kSegmentEnding)) return std::nullopt;
  name.remove_suffix(kSegmentEnding.size());
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), value);
  const bool digits = error == std::errc() && end == name.data() + name.size();
  if (!digits || name.size() < kSegmentDigits) return std::nullopt;
  if (name.size() > kSegmentDigits && name.front() == '0') return std::nullopt;
  return value;
}

}  // namespace sekisho::audit
