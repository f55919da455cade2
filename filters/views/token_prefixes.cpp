#include "filters/views/token_prefixes.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>

namespace sekisho::filters {
namespace {

constexpr std::string_view kPrefixes[] = {
    "AKIA",     "ASIA",     "ABIA",     "ACCA",     "ABSK",     "sk-ant-", "sk-proj-", "sk-svcac",
    "sk-admin", "sk-or-v",  "sk_live_", "rk_live_", "sk_test_", "whsec_",  "ghp_",     "gho_",
    "ghu_",     "ghs_",     "ghr_",     "github_p", "glpat-",   "gldt-",   "glrt-",    "glft-",
    "glsoat-",  "glptt-",   "xoxb-",    "xoxp-",    "xoxa-",    "xoxe-",   "xoxs-",    "xapp-",
    "AIza",     "GOCSPX-",  "ya29.",    "npm_",     "pypi-AgE", "hf_",     "gsk_",     "xai-",
    "pplx-",    "r8_",      "lin_api_", "SG.",      "dop_v1_",  "shpat_",  "AGE-SECR", "eyJ",
    "key-",     "hvs.",     "dckr_pat", "figd_",    "ntn_",     "secret_", "sq0csp-",  "EAAA",
    "rubygems", "pat-na1-", "PMAK-",    "tskey-",   "doo_v1_",  "dor_v1_", "shpss_",   "shpca_",
    "shppa_",   "sntrys_",  "sntryu_",  "phc_",     "phx_",     "CCIPAT_", "bkua_",    "fo1_",
    "nfp_",     "vercel_",  "atlasv1.", "glc_",     "glsa_"};

static_assert(std::all_of(std::begin(kPrefixes), std::end(kPrefixes), [](std::string_view p) {
  return p.size() >= 3 && p.size() <= kLongestTokenPrefix;
}));

// By the first two characters.
constexpr std::array<std::uint64_t, 1024> make_first() {
  std::array<std::uint64_t, 1024> out{};
  for (const std::string_view p : kPrefixes) {
    const auto pair = static_cast<std::size_t>(static_cast<unsigned char>(p[0])) << 8 |
                      static_cast<unsigned char>(p[1]);
    out[pair / 64] |= std::uint64_t{1} << pair % 64;
  }
  return out;
}
constexpr auto kFirst = make_first();

bool may_begin(std::string_view text) {
  const auto pair = static_cast<std::size_t>(static_cast<unsigned char>(text[0])) << 8 |
                    static_cast<unsigned char>(text[1]);
  return (kFirst[pair / 64] >> pair % 64 & 1) != 0;
}

}  // namespace

bool has_token_prefix(std::string_view text) {
  if (text.size() < 3 || !may_begin(text)) return false;
  return std::any_of(std::begin(kPrefixes), std::end(kPrefixes), [text](std::string_view p) {
    return text.size() >= p.size() && text[0] == p[0] && text.substr(0, p.size()) == p;
  });
}

}  // namespace sekisho::filters
