#include "config/company_accounts.h"

#include <algorithm>

namespace sekisho::config {
namespace {

using Form = CompanyAccountsRow::Form;
using Hosts = std::string_view;

constexpr Hosts kOpenAi[] = {"api.openai.com", "*.api.openai.com"};
constexpr Hosts kChatGpt[] = {"chatgpt.com", "*.chatgpt.com"};
constexpr Hosts kAnthropic[] = {"api.anthropic.com", "claude.ai", "*.claude.ai"};
constexpr Hosts kGithub[] = {"github.com", "api.github.com", "*.githubcopilot.com"};
constexpr Hosts kGoogle[] = {"google.com", "*.google.com"};
constexpr Hosts kCodeAssist[] = {"cloudcode-pa.googleapis.com",
                                 "daily-cloudcode-pa.googleapis.com"};
constexpr Hosts kMicrosoft[] = {"login.microsoftonline.com", "login.microsoft.com",
                                "login.windows.net"};
constexpr Hosts kMicrosoftConsumer[] = {"login.live.com"};

constexpr CompanyAccountsRow kRows[] = {
    {.name = "openai",
     .header = "OpenAI-Allowed-Organization-Ids",
     .hosts = kOpenAi,
     .fixed = {},
     .needs = {},
     .sample = "[org-AbCdEf123]"},
    {.name = "chatgpt",
     .header = "ChatGPT-Allowed-Workspace-Id",
     .hosts = kChatGpt,
     .fixed = {},
     .needs = {},
     .sample = "[3f0c1a52-…]"},
    {.name = "anthropic",
     .header = "anthropic-allowed-org-ids",
     .hosts = kAnthropic,
     .fixed = {},
     .needs = {},
     .sample = "[550e8400-…]"},
    {.name = "github",
     .header = "sec-GitHub-allowed-enterprise",
     .hosts = kGithub,
     .fixed = {},
     .most = 20,
     .needs = {},
     .sample = "[\"12345\"]"},
    {.name = "google",
     .header = "X-GoogApps-Allowed-Domains",
     .hosts = kGoogle,
     .fixed = {},
     .needs = {},
     .sample = "[example.co.jp]"},
    {.name = "gemini_code_assist",
     .header = "X-GeminiCodeAssist-Allowed-Domains",
     .hosts = kCodeAssist,
     .fixed = {},
     .needs = {},
     .sample = "[example.co.jp]"},
    {.name = "microsoft",
     .header = "Restrict-Access-To-Tenants",
     .hosts = kMicrosoft,
     .fixed = {},
     .needs = "microsoft_directory",
     .sample = "[example.co.jp]"},
    {.name = "microsoft_directory",
     .header = "Restrict-Access-Context",
     .hosts = kMicrosoft,
     .form = Form::kOne,
     .fixed = {},
     .needs = "microsoft",
     .sample = "456ff232-…"},
    {.name = "microsoft_consumer",
     .header = "sec-Restrict-Tenant-Access-Policy",
     .hosts = kMicrosoftConsumer,
     .form = Form::kBlock,
     .fixed = "restrict-msa",
     .needs = {},
     .sample = "block"},
};

}  // namespace

std::span<const CompanyAccountsRow> company_accounts_rows() {
  return kRows;
}

const CompanyAccountsRow* find_company_accounts(std::string_view name) {
  const auto* found = std::find_if(std::begin(kRows), std::end(kRows),
                                   [&](const CompanyAccountsRow& r) { return r.name == name; });
  return found == std::end(kRows) ? nullptr : found;
}

}  // namespace sekisho::config
