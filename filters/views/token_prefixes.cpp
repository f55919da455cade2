#include "filters/views/token_prefixes.h"

#include <algorithm>
#include <array>
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

constexpr std::array<bool, 256> make_first() {
  std::array<bool, 256> out{};
  for (const std::string_view p : kPrefixes) out[static_cast<unsigned char>(p[0])] = true;
  return out;
}
constexpr auto kFirst = make_first();

}  // namespace

bool has_token_prefix(std::string_view text) {
  if (text.empty() || !kFirst[static_cast<unsigned char>(text[0])]) return false;
  return std::any_of(std::begin(kPrefixes), std::end(kPrefixes), [text](std::string_view p) {
    return text.size() >= p.size() && text[0] == p[0] && text.substr(0, p.size()) == p;
  });
}

}  // namespace sekisho::filters
