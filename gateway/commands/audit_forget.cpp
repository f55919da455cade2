#include "gateway/commands/audit_forget.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include "audit/keeping/asked_by_two.h"
#include "audit/keeping/durable_file.h"
#include "audit/keeping/holds.h"
#include "audit/keeping/two_persons.h"
#include "audit/questions/period.h"
#include "config/gateway_file.h"
#include "gateway/commands/audit_place.h"
#include "gateway/commands/leave_record.h"
#include "gateway/commands/telling.h"
#include "gateway/commands/two_persons_said.h"
#include "gateway/finding_keys.h"
#include "gateway/services.h"
#include "policy/civil_time.h"

namespace sekisho::gateway {
namespace {

constexpr int kDone = 0, kNo = 1, kCouldNot = 2;
constexpr const char* kZone = "Asia/Tokyo";
constexpr std::int64_t kSecond = 1'000'000;

struct ForgetOptions {
  std::string config, quarter, by, reason;
};

// What is forgotten: everything up to the end of a quarter that is over.
struct Span {
  config::Date last;         // its last day
  std::int64_t last_us = 0;  // a moment of it
};

std::optional<Span> span_of(const std::string& quarter) {
  const auto zone = policy::TimeZone::find(kZone);
  const config::Date today = zone->day_of(now_seconds());
  const auto days = audit::parse_quarter(quarter, today);
  if (!days) return std::nullopt;
  return Span{days->last, (policy::end_of_day(days->last, kZone) - 1) * kSecond};
}

// A value that a case is about must be found again.
const audit::Hold* hold_on(const audit::Holds& holds, const Span& span) {
  for (const audit::Hold& h : holds.all())
    if (!h.over && (!h.scope.from_us || *h.scope.from_us <= span.last_us)) return &h;
  return nullptr;
}

bool may_be_forgotten(const std::string& log, const Span& span, int& code) {
  std::string error;
  const auto holds = audit::Holds::read(log, error);
  code = kCouldNot;
  if (!holds) return audit_could_not(error) == kDone;
  const audit::Hold* hold = hold_on(*holds, span);
  if (!hold) return true;
  code = kNo;
  std::printf(
      "保全中の案件 %s があるため消せません / held for the case %s: its values must be found "
      "again; "
      "release it first (sekisho audit hold release)\n",
      hold->name.c_str(), hold->name.c_str());
  return false;
}

int erase(const ForgetOptions& options, const config::GatewayFile& gateway, const Span& span,
          const std::string& first) {
  const std::string day = span.last.to_string();
  std::string error;
  switch (
      forget_finding_keys(gateway.keys_directory.value, span.last_us, now_microseconds(), error)) {
    case Forgotten::kFailed:
      return audit_could_not(error + "; run it again by two when that is mended");
    case Forgotten::kInUse:
      std::printf("%s はまだ終わっていません / the quarter that ends on %s is not over\n",
                  day.c_str(), day.c_str());
      return kNo;
    case Forgotten::kAlready:
      std::printf("%s までの鍵はもうありません / the keys up to %s are gone already\n", day.c_str(),
                  day.c_str());
      return kNo;
    case Forgotten::kDone:
      break;
  }
  std::printf(
      "%s までの検出値の鍵を消しました。控え (バックアップ、ほかのゲートウェイ) "
      "の鍵も消してください / "
      "the keys of values up to %s are erased. Erase them in backups and on the other gateways, "
      "too\n",
      day.c_str(), day.c_str());
  const Recorded recorded =
      leave_record(gateway.audit_directory.value,
                   {"forget_values", "", "until " + day + " (" + options.reason + ")",
                    first + ", " + options.by});
  return recorded == Recorded::kFailed ? kCouldNot : kDone;
}

int ask(const ForgetOptions& options, const config::GatewayFile& gateway, const Span& span) {
  const std::string& log = gateway.audit_directory.value;
  const std::string keeping = log + "/keeping", day = span.last.to_string();
  std::string first, error;
  if (!audit::make_folder(keeping, error)) return audit_could_not(error);
  using Step = audit::TwoStep;
  const Step step = audit::ask_by_two(keeping + "/forget-" + day + ".json", options.by,
                                      options.reason, now_microseconds(), first, error);
  if (step == Step::kFailed) return audit_could_not(error);
  if (step == Step::kGranted) return erase(options, gateway, span, first);
  if (step == Step::kSamePerson) return say_same_person(first);
  const Recorded recorded = leave_record(
      log, {"forget_values_asked", "", "until " + day + " (" + options.reason + ")", options.by});
  if (recorded == Recorded::kFailed) return kCouldNot;
  return say_asked(day + " までの値は追えなくなります",
                   "no value up to " + day + " can be followed any more");
}

int forget(const ForgetOptions& options) {
  config::Problems problems;
  const auto gateway = config::read_gateway_form(options.config, problems);
  tell_problems(problems);
  if (!problems.empty()) return kCouldNot;
  if (!audit::is_name(options.by)) return audit_could_not("--by: say who does this");
  if (!audit::is_name(options.reason)) return audit_could_not("--reason: say why");
  const auto span = span_of(options.quarter);
  if (!span)
    return audit_could_not("--quarter: '" + options.quarter +
                           "' is none; 2026Q2 (July to September 2026), 2026, last");
  if (span->last_us >= now_microseconds()) {
    std::printf("その四半期はまだ終わっていません / that quarter is not over: its key is in use\n");
    return kNo;
  }
  int code = kDone;
  if (!may_be_forgotten(gateway.audit_directory.value, *span, code)) return code;
  return ask(options, gateway, *span);
}

}  // namespace

void add_forget_command(CLI::App& audit, int& exit_code) {
  const auto options = std::make_shared<ForgetOptions>();
  CLI::App* command = audit.add_subcommand(
      "forget-values",
      "検出値の鍵を消し、その四半期までの値を追えなくする、二人が必要 / erase the keys of found "
      "values up to a quarter: two persons, each by himself");
  command->add_option("-c,--config", options->config, "gateway.yaml")->required();
  command
      ->add_option("--quarter", options->quarter,
                   "日本の会計年度の四半期 / of the Japanese fiscal year: 2026Q2, last")
      ->required();
  command->add_option("--by", options->by, "誰が / who")->required();
  command->add_option("--reason", options->reason, "なぜ / why")->required();
  command->callback([options, &exit_code] { exit_code = forget(*options); });
  command->footer(
      "Example:\n  sekisho audit forget-values --quarter 2025Q4 --by sato --reason 'period over' "
      "-c gateway.yaml\nThe log stays as it is, and `audit verify` passes. Exit: 0 erased, 1 asked "
      "or refused, 2 could not be done.");
}

}  // namespace sekisho::gateway
