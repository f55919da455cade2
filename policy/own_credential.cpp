#include "policy/own_credential.h"

#include <algorithm>
#include <string>

#include "filters/bodies/form_text.h"

namespace sekisho::policy {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

struct Vendor {
  std::string_view type;
  // Beginnings of catalogue ids and ends of host names whose credential this type is. None = never
  // a way to sign in.
  std::string_view providers[3];
  std::string_view hosts[4];
};

// Types that name their issuer. Every other secret (a token of unknown form, a JWT) may be
// anybody's own.
constexpr Vendor kVendors[] = {
    {"aws_access_key_id", {"aws-"}, {".amazonaws.com", ".api.aws", ".amazonaws.com.cn"}},
    {"aws_secret_access_key", {}, {}},
    {"aws_session_token", {"aws-"}, {".amazonaws.com", ".api.aws", ".amazonaws.com.cn"}},
    {"jwk_private_key", {}, {}},
    {"aws_bedrock_api_key", {"aws-"}, {".amazonaws.com", ".api.aws"}},
    {"openai_api_key", {"openai-"}, {".openai.com", ".chatgpt.com", ".oaiusercontent.com"}},
    {"anthropic_api_key", {"anthropic-"}, {".anthropic.com", ".claude.ai", ".claude.com"}},
    {"openrouter_api_key", {"openrouter"}, {".openrouter.ai"}},
    {"groq_api_key", {"groq"}, {".groq.com"}},
    {"xai_api_key", {"xai", "grok"}, {".x.ai"}},
    {"huggingface_token", {"huggingface"}, {".huggingface.co", ".hf.co"}},
    {"perplexity_api_key", {"perplexity"}, {".perplexity.ai"}},
    {"replicate_api_token", {"replicate"}, {".replicate.com"}},
    {"linear_api_key", {"linear"}, {".linear.app"}},
    {"fireworks_api_key", {"fireworks"}, {".fireworks.ai"}},
    {"nvidia_api_key", {"nvidia"}, {".nvidia.com"}},
    {"cerebras_api_key", {"cerebras"}, {".cerebras.ai"}},
    {"jina_api_key", {"jina"}, {".jina.ai"}},
    {"databricks_token",
     {"databricks"},
     {".databricks.com", ".azuredatabricks.net", ".databricks.us", ".databricksapps.com"}},
    {"anyscale_secret", {"anyscale"}, {".anyscale.com"}},
    {"pinecone_api_key", {"pinecone"}, {".pinecone.io"}},
    {"tavily_api_key", {"tavily"}, {".tavily.com"}},
    {"firecrawl_api_key", {"firecrawl"}, {".firecrawl.dev"}},
    {"langchain_api_key", {"langsmith"}, {".langchain.com"}},
    {"helicone_api_key", {"helicone"}, {".helicone.ai"}},
    {"e2b_api_key", {"e2b"}, {".e2b.dev", ".e2b.app"}},
    {"friendli_token", {"friendli"}, {".friendli.ai"}},
    {"runpod_api_key", {"runpod"}, {".runpod.ai", ".runpod.io", ".runpod.net"}},
    {"lambda_cloud_key", {"lambda"}, {".lambdalabs.com", ".lambda.ai"}},
    {"baidu_api_key", {"baidu-"}, {".baidubce.com"}},
    {"notion_token", {"notion"}, {".notion.so", ".notion.com"}},
    {"cursor_api_key", {"cursor"}, {".cursor.com", ".cursor.sh"}},
    {"llamacloud_api_key", {"llamacloud"}, {".llamaindex.ai"}},
    {"mem0_api_key", {"mem0"}, {".mem0.ai"}},
    {"apify_api_token", {"apify"}, {".apify.com"}},
    {"browserbase_api_key", {"browserbase"}, {".browserbase.com"}},
    {"turbopuffer_api_key", {"turbopuffer"}, {".turbopuffer.com"}},
    {"kaggle_api_token", {"kaggle"}, {".kaggle.com"}},
    {"gemini_api_key", {"google-"}, {".googleapis.com", ".google.com", ".google.dev"}},
    {"github_token", {"github-"}, {".github.com", ".githubcopilot.com", ".ghe.com", ".github.ai"}},
    {"gitlab_token", {"gitlab"}, {".gitlab.com"}},
    {"slack_token", {"slack"}, {".slack.com"}},
    {"slack_webhook", {}, {}},
    {"gcp_api_key", {"google-"}, {".googleapis.com", ".google.com", ".google.dev"}},
    {"gcp_oauth_secret", {"google-"}, {".googleapis.com", ".google.com"}},
    {"azure_storage_key", {}, {}},
    {"stripe_key", {"stripe"}, {".stripe.com"}},
    {"npm_token", {}, {".npmjs.org", ".npmjs.com"}},
    {"pypi_token", {}, {".pypi.org"}},
    {"sendgrid_api_key", {}, {".sendgrid.com"}},
    {"private_key_pem", {}, {}},
    {"age_secret_key", {}, {}},
};

constexpr std::string_view kHeaderPlaces[] = {"authorization", "x-api-key", "api-key",
                                              "x-goog-api-key", "cookie"};

// Files go up and down by pre-signed addresses: the signature is how one signs in there.
constexpr std::string_view kSignedQuery[] = {
    "X-Amz-Signature",  "X-Amz-Credential",  "X-Amz-Security-Token",
    "X-Goog-Signature", "X-Goog-Credential", "sig",
    "Signature",        "x-oss-signature"};

// Those of signatures as well: without the key they were made with they mean nothing.
constexpr std::string_view kStrippedHeaders[] = {"authorization",
                                                 "x-api-key",
                                                 "api-key",
                                                 "x-goog-api-key",
                                                 "cookie",
                                                 "sec-websocket-protocol",
                                                 "x-amz-security-token",
                                                 "x-amz-date",
                                                 "x-amz-content-sha256",
                                                 "x-auth-token",
                                                 "ocp-apim-subscription-key"};
constexpr std::string_view kStrippedQuery[] = {
    "key",   "api_key", "api-key", "apikey",    "access_token",
    "token", "auth",    "sig",     "signature", "subscription-key"};

template <class Range>
bool names(const Range& places, std::string_view name) {
  return std::any_of(std::begin(places), std::end(places),
                     [&](std::string_view p) { return equal_ignoring_case(p, name); });
}

bool is_amz(std::string_view key) {
  constexpr std::string_view kBegin = "x-amz-";
  return key.size() > kBegin.size() && std::equal(kBegin.begin(), kBegin.end(), key.begin(),
                                                  [](char a, char b) { return a == lower(b); });
}

bool is_host(std::string_view host, std::string_view dotted) {
  return !dotted.empty() && (host == dotted.substr(1) || host.ends_with(dotted));
}

bool is_token_path(std::string_view target) {
  const std::string_view path = target.substr(0, target.find('?'));
  return path.ends_with("/oauth/token") || path.ends_with("/oauth/access_token") ||
         path.ends_with("/oauth/revoke") || path.ends_with("/oauth2/token") ||
         path.ends_with("/oauth2/v2.0/token");
}

}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view credential_header(const Admission& admission) {
  const std::string_view dialect = admission.dialect ? admission.dialect->name : "none";
  if (dialect == "anthropic") return "x-api-key";
  if (admission.provider.starts_with("azure-") && dialect == "openai") return "api-key";
  if (dialect == "gemini" && admission.provider == "google-gemini-api") return "x-goog-api-key";
  return "authorization";
}

bool is_credential_header(const Admission& admission, std::string_view name) {
  return names(kStrippedHeaders, name) ||
         (admission.dialect && names(admission.dialect->credential_headers, name));
}

std::vector<std::string> credential_query_keys(const Admission& admission,
                                               std::string_view target) {
  std::vector<std::string> out;
  const std::size_t mark = target.find('?');
  if (mark == std::string_view::npos) return out;
  for (std::size_t from = mark + 1; from <= target.size();) {
    const std::size_t end = std::min(target.find('&', from), target.size());
    const std::string_view pair = target.substr(from, end - from);
    const std::string key(pair.substr(0, pair.find('=')));
    const std::string plain = filters::percent_decoded(key);
    const bool theirs = names(kStrippedQuery, plain) || is_amz(plain) ||
                        (admission.dialect && names(admission.dialect->credential_query, plain));
    if (theirs && std::find(out.begin(), out.end(), key) == out.end()) out.push_back(key);
    from = end + 1;
  }
  return out;
}

OwnCredential::OwnCredential(const Admission& admission, std::string_view host,
                             std::string_view target)
    : dialect_(admission.dialect != nullptr ? *admission.dialect : dialect_for("none", target)),
      provider_(admission.provider),
      host_(host),
      // A service may exchange tokens on its own host as well (api and sign-in behind one name).
      token_exchange_(admission.side_host_role == "signin" ||
                      (!admission.provider.empty() && is_token_path(target))),
      stores_files_(admission.side_host_role == "upload" ||
                    admission.side_host_role == "download") {}

bool OwnCredential::header_place(std::string_view name) const {
  if (token_exchange_) return true;
  return names(dialect_.credential_headers, name);
}

bool OwnCredential::query_place(std::string_view key) const {
  if (token_exchange_ || (stores_files_ && names(kSignedQuery, key))) return true;
  return names(dialect_.credential_query, key);
}

bool OwnCredential::may_own(std::string_view type, std::string_view category) const {
  return category == "secret" && issuer_of(type) != Issuer::kAnother;
}

bool OwnCredential::own_in_header(std::string_view name, std::string_view type,
                                  std::string_view category) const {
  if (!may_own(type, category)) return false;
  return header_place(name) ||
         (issuer_of(type) == Issuer::kThisService && names(kHeaderPlaces, name));
}

bool OwnCredential::own_in_query(std::string_view key, std::string_view type,
                                 std::string_view category) const {
  if (!may_own(type, category)) return false;
  return query_place(key) || (type == "gcp_api_key" && key == "key");
}

// DeepSeek's form (sk- and 32 hex digits) is that of many small services; it names nobody.
OwnCredential::Issuer OwnCredential::issuer_of(std::string_view type) const {
  const auto* vendor = std::find_if(std::begin(kVendors), std::end(kVendors),
                                    [&](const Vendor& v) { return v.type == type; });
  if (vendor == std::end(kVendors)) return Issuer::kUnnamed;
  const bool by_id =
      std::any_of(std::begin(vendor->providers), std::end(vendor->providers),
                  [&](std::string_view p) { return !p.empty() && provider_.starts_with(p); });
  const bool by_host = std::any_of(std::begin(vendor->hosts), std::end(vendor->hosts),
                                   [&](std::string_view h) { return is_host(host_, h); });
  return by_id || by_host ? Issuer::kThisService : Issuer::kAnother;
}

}  // namespace sekisho::policy
