#include "filters/views/token_prefixes.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>

namespace sekisho::filters {
namespace {

constexpr std::string_view kPrefixes[] = {
    "AKIA",     "ASIA",     "ABIA",     "ACCA",     "ABSK",     "sk-ant-",  "sk-proj-", "sk-svcac",
    "sk-admin", "sk-or-v",  "sk_live_", "rk_live_", "sk_test_", "sk_prod_", "rk_prod_", "whsec_",
    "ghp_",     "gho_",     "ghu_",     "ghs_",     "ghr_",     "github_p", "glpat-",   "gldt-",
    "glrt-",    "glft-",    "glsoat-",  "glptt-",   "xoxb-",    "xoxp-",    "xoxa-",    "xoxe-",
    "xoxs-",    "xapp-",    "AIza",     "GOCSPX-",  "ya29.",    "npm_",     "pypi-AgE", "hf_",
    "gsk_",     "xai-",     "pplx-",    "r8_",      "lin_api_", "SG.",      "dop_v1_",  "shpat_",
    "AGE-SECR", "eyJ",      "key-",     "hvs.",     "dckr_pat", "figd_",    "ntn_",     "secret_",
    "sq0csp-",  "EAAA",     "rubygems", "pat-na1-", "PMAK-",    "tskey-",   "doo_v1_",  "dor_v1_",
    "shpss_",   "shpca_",   "shppa_",   "sntrys_",  "sntryu_",  "phc_",     "phx_",     "CCIPAT_",
    "bkua_",    "fo1_",     "nfp_",     "vercel_",  "atlasv1.", "glc_",     "glsa_",    "nvapi-",
    "jina_",    "tvly-",    "lsv2_pt_", "lsv2_sk_", "pcsk_",    "cfut_",    "cfat_",    "sbp_",
    "NRAK-",    "xkeysib-", "sk-"};

static_assert(std::all_of(std::begin(kPrefixes), std::end(kPrefixes), [](std::string_view p) {
  return p.size() >= 3 && p.size() <= kLongestTokenPrefix;
}));

// Whether one may begin with three characters.
constexpr std::size_t kTriples = 1u << 15;
constexpr std::size_t triple_at(std::string_view text) {
  const auto byte = [text](std::size_t i) {
    return static_cast<std::size_t>(static_cast<unsigned char>(text[i]));
  };
  return (byte(0) ^ byte(1) << 4 ^ byte(2) << 8) % kTriples;
}

constexpr std::array<std::uint64_t, kTriples / 64> make_first() {
  std::array<std::uint64_t, kTriples / 64> out{};
  for (const std::string_view p : kPrefixes)
    out[triple_at(p) / 64] |= std::uint64_t{1} << triple_at(p) % 64;
  return out;
}
constexpr auto kFirst = make_first();

// By their first character.
constexpr std::size_t kCharacters = 128;
constexpr auto kSorted = [] {
  std::array<std::string_view, std::size(kPrefixes)> out{};
  std::copy(std::begin(kPrefixes), std::end(kPrefixes), out.begin());
  std::sort(out.begin(), out.end());
  return out;
}();
// Where those of a character begin.
constexpr auto kFrom = [] {
  std::array<std::uint8_t, kCharacters + 1> out{};
  for (std::size_t c = 0; c <= kCharacters; ++c)
    while (out[c] < kSorted.size() && static_cast<std::size_t>(kSorted[out[c]][0]) < c) ++out[c];
  return out;
}();

// Whether `fits` those that begin with the first character of `text`.
template <class Fits>
bool any_like(std::string_view text, Fits fits) {
  const auto first = static_cast<unsigned char>(text[0]);
  return first < kCharacters &&
         std::any_of(kSorted.begin() + kFrom[first], kSorted.begin() + kFrom[first + 1], fits);
}

bool may_begin(std::string_view text) {
  const std::size_t triple = triple_at(text);
  return (kFirst[triple / 64] >> triple % 64 & 1) != 0;
}

}  // namespace

constexpr std::array<std::uint64_t, kTokenPairs / 64> kFirstTwo = [] {
  std::array<std::uint64_t, kTokenPairs / 64> out{};
  for (const std::string_view p : kPrefixes)
    out[token_pair(p) / 64] |= std::uint64_t{1} << token_pair(p) % 64;
  return out;
}();

bool has_token_prefix(std::string_view text) {
  if (text.size() < 3) return false;
  // Microsoft's mark of a client secret stands behind four characters: "1bC8Q~…".
  if (!may_begin(text))
    return text.size() >= 6 && text[5] == '~' && text[4] == 'Q' && text[3] >= '0' && text[3] <= '9';
  return any_like(text, [text](std::string_view p) { return text.starts_with(p); });
}

std::size_t token_size(std::string_view text) {
  struct Known {
    std::string_view prefix;
    std::size_t size;
  };
  static constexpr Known kKnown[] = {{"AKIA", 20}, {"ASIA", 20}, {"ABIA", 20},   {"ACCA", 20},
                                     {"ghp_", 40}, {"gho_", 40}, {"ghu_", 40},   {"ghs_", 40},
                                     {"ghr_", 40}, {"npm_", 40}, {"glpat-", 26}, {"AIza", 39},
                                     {"hf_", 37}};
  for (const Known& known : kKnown)
    if (text.starts_with(known.prefix)) return known.size;
  return 0;
}

bool begins_token_prefix(std::string_view text) {
  if (text.empty() || (text.size() >= 3 && !may_begin(text))) return false;
  if (text.size() >= 2 && !may_begin_token(text)) return false;
  return any_like(text, [text](std::string_view p) { return p.starts_with(text); });
}

}  // namespace sekisho::filters
