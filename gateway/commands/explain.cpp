#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include "config/country.h"
#include "config/text_file.h"
#include "gateway/commands/commands.h"
#include "gateway/commands/explain_sealed.h"
#include "gateway/commands/language.h"
#include "gateway/commands/telling.h"
#include "gateway/configuration.h"
#include "gateway/parent_proxy.h"
#include "gateway/resolver.h"

namespace sekisho::gateway {
namespace {

constexpr std::size_t kLargestBody = 128u << 20;

struct ExplainOptions {
  std::string path, user, to, from, method, body, address, country, at;
  std::vector<std::string> headers;
  bool json = false, fail = false, resolve = false;
};

int usage(const std::string& message) {
  tell("sekisho explain", message);
  return 2;
}

bool add_header(const std::string& text, policy::Question& question) {
  const auto colon = text.find(':');
  if (colon == std::string::npos || colon == 0) return false;
  const auto begin = text.find_first_not_of(' ', colon + 1);
  question.headers.emplace_back(text.substr(0, colon),
                                begin == std::string::npos ? "" : text.substr(begin));
  return true;
}

// "" when all is well.
std::string read_where(const ExplainOptions& options, policy::Question& question) {
  std::string error, path;
  if (!policy::parse_destination(options.to, question.to, path, error)) return "--to: " + error;
  question.target = !path.empty() ? path : options.body.empty() ? "/" : "";
  if (options.from.empty()) return {};
  question.from = config::IpAddress::parse(options.from);
  return question.from ? "" : "--from: '" + options.from + "' is no address";
}

std::string read_what(const ExplainOptions& options, policy::Question& question) {
  for (const auto& header : options.headers)
    if (!add_header(header, question)) return "--header: write it as 'Name: value'";
  if (!options.body.empty()) {
    std::string why;
    question.body = config::read_text_file(options.body, why, kLargestBody);
    if (!question.body) return "--body: " + options.body + ": " + why;
  }
  question.method = !options.method.empty() ? options.method : question.body ? "POST" : "GET";
  return {};
}

std::string read_when(const ExplainOptions& options, const policy::Snapshot& snapshot,
                      policy::Question& question) {
  question.now = static_cast<std::int64_t>(std::time(nullptr));
  if (options.at.empty()) return {};
  const auto at = policy::parse_time(options.at, snapshot.file().timezone);
  if (!at) return "--at: '" + options.at + "' is no time (2026-12-31T12:00 or RFC 3339)";
  question.now = *at;
  return {};
}

std::string read_address(const ExplainOptions& options, const policy::Snapshot& snapshot,
                         policy::Question& question) {
  if (!options.address.empty()) {
    const auto ip = config::IpAddress::parse(options.address);
    if (!ip) return "--address: '" + options.address + "' is no address";
    question.address = snapshot.geo().look_up(*ip, question.now);
    return {};
  }
  config::Problems ignored;
  const auto proxy = config::read_gateway_form(options.path, ignored).origin_proxy;
  if (proxy && !proxy->resolve_here && !question.to.literal && options.country.empty() &&
      goes_through(*proxy, question.to.host)) {
    question.address = unresolved_address();
    return {};
  }
  question.address.assumed_allowed = true;
  if (options.country.empty()) return {};
  if (!config::is_country(options.country))
    return "--country: '" + options.country + "' is no country (ISO 3166-1, two capitals)";
  question.address.countries.push_back({options.country, "stated", 0, false});
  return {};
}

// The address that fares worst speaks for the name.
std::string resolve_worst(const policy::Snapshot& snapshot, policy::Question& question) {
  const Addresses found = Resolver::system_look_up(question.to.host, Resolver::Family::kBoth);
  if (found.ips.empty()) return "--resolve: DNS: " + found.error;
  const auto facts_of = [&](const config::IpAddress& ip) {
    policy::AddressFacts facts = snapshot.geo().look_up(ip, question.now);
    facts.aliases = found.aliases;
    return facts;
  };
  question.address = facts_of(found.ips.front());
  for (const auto& ip : found.ips) {
    policy::AddressFacts facts = facts_of(ip);
    if (snapshot.address_denied(facts)) question.address = std::move(facts);
  }
  return {};
}

int explain(const ExplainOptions& options) {
  const std::string unreadable = config::unreadable(options.path);
  if (!unreadable.empty()) return usage(options.path + ": " + unreadable);
  config::Problems problems;
  const auto snapshot =
      load_snapshot(options.path, static_cast<std::int64_t>(std::time(nullptr)), problems);
  tell_problems(problems);
  if (!snapshot) return 2;
  policy::Question question;
  question.user = options.user;
  for (const std::string& fault :
       {read_where(options, question), read_what(options, question),
        read_when(options, *snapshot, question), read_address(options, *snapshot, question)})
    if (!fault.empty()) return usage(fault);
  if (options.resolve) {
    const std::string fault = resolve_worst(*snapshot, question);
    if (!fault.empty()) return usage(fault);
  }
  const policy::Evaluation e = policy::evaluate(*snapshot, std::move(question));
  const SealedWords sealed = sealed_words(options.path, *snapshot, e, speaks_japanese());
  std::string text = options.json ? policy::explain_json(*snapshot, e)
                                  : policy::explain_text(*snapshot, e, speaks_japanese());
  if (options.json)
    text.insert(text.rfind('}'), R"(,"sealed":)" + sealed.json) += '\n';
  else
    text += sealed.text;
  std::fputs(text.c_str(), stdout);
  return options.fail && e.verdict.action == policy::Action::kBlock ? 1 : 0;
}

}  // namespace

void add_explain_command(CLI::App& app, int& exit_code) {
  auto o = std::make_shared<ExplainOptions>();
  CLI::App* command = app.add_subcommand(
      "explain", "何が起きるかを説明する / what would happen, and why; no network");
  command->add_option("-c,--config", o->path, "gateway.yaml")->required();
  command->add_option("--user", o->user, "who asks");
  command->add_option("--to", o->to, "host, host:port or URL")->required();
  command->add_option("--from", o->from, "the client's address");
  command->add_option("--method", o->method, "default: POST with a body, else GET");
  command->add_option("--header", o->headers, "'Name: value', may be repeated")
      ->allow_extra_args(false);
  command->add_option("--body", o->body, "file with the body of the request");
  auto* address = command->add_option("--address", o->address, "address connected to");
  auto* country =
      command->add_option("--country", o->country, "country of that address, as stated");
  auto* resolve = command->add_flag("--resolve", o->resolve, "look the name up (uses the network)");
  address->excludes(country)->excludes(resolve);
  country->excludes(resolve);
  command->add_option("--at", o->at, "when; without offset in the policy's time zone");
  command->add_flag("--json", o->json, "one JSON object");
  command->add_flag("--fail", o->fail, "exit 1 when the request would be refused");
  command->footer(
      "Example:\n  sekisho explain -c gateway.yaml --user alice --to api.deepseek.com\n"
      "  sekisho explain -c gateway.yaml --to https://api.openai.com/v1/chat/completions "
      "--body request.json --country US --json");
  command->callback([o, &exit_code] { exit_code = explain(*o); });
}

}  // namespace sekisho::gateway
