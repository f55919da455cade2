#include "gateway/commands/audit_keeping.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <atomic>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include "audit/json_text.h"
#include "audit/keeping/damage_acceptance.h"
#include "audit/keeping/holds.h"
#include "audit/keeping/maintain.h"
#include "audit/keeping/two_persons.h"
#include "config/gateway_file.h"
#include "config/policy_file.h"
#include "gateway/commands/leave_record.h"
#include "gateway/commands/telling.h"
#include "gateway/maintenance.h"
#include "gateway/services.h"
#include "policy/civil_time.h"

namespace sekisho::gateway {
namespace {

constexpr int kDone = 0, kNo = 1, kCouldNot = 2;
constexpr const char* kZone = "Asia/Tokyo";

struct KeepingOptions {
  std::string config, by, reason, name, from, to;
  audit::HoldScope scope;
  bool trust_clock = false;
};
using OptionsPtr = std::shared_ptr<KeepingOptions>;

int could_not(const std::string& why) {
  tell("sekisho audit", why);
  return kCouldNot;
}

std::optional<config::GatewayFile> read_settings(const std::string& path) {
  config::Problems problems;
  auto gateway = config::read_gateway_form(path, problems);
  tell_problems(problems);
  if (!problems.empty()) return std::nullopt;
  return gateway;
}

unsigned long long number(std::uint64_t n) {
  return n;
}

int told(Recorded recorded) {
  if (recorded == Recorded::kLater)
    std::printf(
        "no gateway has written this into the log yet: it is kept, and written when one "
        "runs\n");
  return recorded == Recorded::kFailed ? kCouldNot : kDone;
}

int maintain(const KeepingOptions& options) {
  const auto gateway = read_settings(options.config);
  if (!gateway) return kCouldNot;
  const std::string& directory = gateway->audit_directory.value;
  if (audit::has_writer(directory)) {
    const Recorded recorded = leave_record(
        directory, {"maintain", "", options.trust_clock ? "trust-clock" : "", options.by});
    if (recorded == Recorded::kNow) std::printf("the gateway does it now; see its log\n");
    return told(recorded);
  }
  audit::MaintainSettings settings = maintain_settings(gateway->audit_keeping);
  if (settings.retention)
    std::printf("removing segments is left to the gateway, which has the log's key\n");
  settings.retention.reset();
  const std::atomic<bool> never{false};
  auto report = audit::maintain(directory, settings, now_microseconds(), never);
  // The record waits on the disk for the gateway's next start.
  const auto record = [&](const audit::OutsideEvent& event) {
    return leave_record(directory, event) != Recorded::kFailed;
  };
  const std::uint64_t copies =
      remove_old_copies(gateway->audit_sealed, directory, options.trust_clock, record, report);
  if (copies) std::printf("removed %llu sealed copies\n", number(copies));
  std::printf("compressed %llu segments, %llu bytes to %llu\n", number(report.compressed),
              number(report.bytes_before), number(report.bytes_after));
  for (const auto& w : report.warnings) std::printf("warning: %s\n", w.c_str());
  if (!report.error.empty()) return could_not(report.error);
  return report.warnings.empty() ? kDone : kNo;
}

int accept_damage(const KeepingOptions& options) {
  const auto gateway = read_settings(options.config);
  if (!gateway) return kCouldNot;
  if (!audit::is_name(options.by)) return could_not("--by: say who accepts this");
  std::vector<audit::FoundDamage> found;
  std::string error;
  const auto step = audit::accept_damage(
      gateway->audit_directory.value,
      {options.by, options.reason, audit::utc_text(now_microseconds())}, found, error);
  using Step = audit::AcceptStep;
  if (step == Step::kFailed) return could_not(error);
  if (step == Step::kNothingFound) {
    std::printf("the last start found no damage\n");
    return kNo;
  }
  for (const auto& f : found)
    std::printf("%s, record %llu: %s\n", f.damage.segment.c_str(), number(f.damage.seq),
                f.damage.why.c_str());
  if (step == Step::kSamePerson) {
    std::printf("%s has accepted this already: a second person must, too\n", options.by.c_str());
    return kNo;
  }
  std::printf(step == Step::kFirst
                  ? "accepted by one; a second person must accept it before the gateway starts\n"
                  : "accepted by two: the next start goes on and records it\n");
  return kDone;
}

// A date ends with its day where it is an end.
bool read_time(const std::string& text, bool end, std::optional<std::int64_t>& out) {
  if (text.empty()) return true;
  std::optional<std::int64_t> seconds;
  const auto day = config::parse_date(text);
  if (day && end) seconds = policy::end_of_day(*day, kZone);
  if (!seconds) seconds = policy::parse_time(text, kZone);
  if (seconds) out = *seconds * 1'000'000;
  return seconds.has_value();
}

std::optional<audit::Holds> read_holds(const KeepingOptions& options, std::string& directory) {
  const auto gateway = read_settings(options.config);
  if (!gateway) return std::nullopt;
  directory = gateway->audit_directory.value;
  std::string error;
  auto holds = audit::Holds::read(directory, error);
  if (!holds) could_not(error);
  return holds;
}

int hold_add(KeepingOptions options) {
  std::string directory, error;
  auto holds = read_holds(options, directory);
  if (!holds) return kCouldNot;
  if (!audit::is_name(options.by)) return could_not("--by: say who orders this");
  audit::HoldScope& scope = options.scope;
  if (!read_time(options.from, false, scope.from_us) || !read_time(options.to, true, scope.to_us))
    return could_not("--from, --to: a date or a time, as RFC 3339 writes it");
  if (audit::scope_text(scope).empty())
    return could_not("say what is held: --user, --id, --from, --to");
  const audit::Hold hold{options.name,       scope, options.by, options.reason,
                         now_microseconds(), "",    "",         false};
  if (!holds->add(hold, error)) return could_not(error);
  std::printf("held for %s: %s\n", hold.name.c_str(), audit::scope_text(scope).c_str());
  return told(leave_record(
      directory,
      {"hold_add", "", hold.name + ": " + audit::scope_text(scope) + " (" + hold.reason + ")",
       hold.by}));
}

int hold_release(const KeepingOptions& options) {
  std::string directory, error;
  auto holds = read_holds(options, directory);
  if (!holds) return kCouldNot;
  if (!audit::is_name(options.by)) return could_not("--by: say who lets go");
  using Step = audit::Holds::Step;
  const Step step =
      holds->release(options.name, options.by, options.reason, now_microseconds(), error);
  if (step == Step::kFailed) return could_not(error);
  if (step == Step::kNoSuchCase || step == Step::kSamePerson) {
    std::printf(step == Step::kNoSuchCase ? "nothing is held for %s\n"
                                          : "%s: the same person asked; a second one must agree\n",
                step == Step::kNoSuchCase ? options.name.c_str() : options.by.c_str());
    return kNo;
  }
  const bool done = step == Step::kDone;
  std::printf(done ? "released: %s\n" : "asked: %s is released when a second person agrees\n",
              options.name.c_str());
  return told(leave_record(directory, {done ? "hold_release" : "hold_release_asked", "",
                                       options.name + " (" + options.reason + ")", options.by}));
}

CLI::App* add(CLI::App& parent, const char* name, const char* what, const OptionsPtr& options,
              int (*run)(const KeepingOptions&), int& exit_code) {
  CLI::App* command = parent.add_subcommand(name, what);
  command->add_option("-c,--config", options->config, "gateway.yaml")->required();
  command->callback([options, run, &exit_code] { exit_code = run(*options); });
  return command;
}

void add_person(CLI::App* command, const OptionsPtr& options) {
  command->add_option("--by", options->by, "誰が / who")->required();
  command->add_option("--reason", options->reason, "なぜ / why")->required();
}

void add_maintain(CLI::App& audit, int& exit_code) {
  const auto options = std::make_shared<KeepingOptions>();
  options->by = "operator";
  CLI::App* command =
      add(audit, "maintain", "閉じたセグメントの手入れ / look after closed segments now", options,
          maintain, exit_code);
  command->add_option("--by", options->by, "誰が / who");
  command->add_flag("--trust-clock", options->trust_clock,
                    "時計は正しい / the clock is right, though it leapt since the last time");
  command->footer(
      "Example:\n  sekisho audit maintain -c gateway.yaml\nThe gateway does the same every quarter "
      "of an hour. Exit: 0 done, 1 done with warnings, 2 could not be done.");
}

void add_hold(CLI::App& audit, int& exit_code) {
  CLI::App* hold = audit.add_subcommand("hold", "訴訟などのための保全 / legal holds");
  hold->require_subcommand(1);
  const auto adding = std::make_shared<KeepingOptions>();
  CLI::App* command = add(
      *hold, "add", "消さずに残す / keep it whatever its age", adding,
      [](const KeepingOptions& o) { return hold_add(o); }, exit_code);
  command->add_option("--case", adding->name, "案件 / the case")->required();
  command->add_option("--user", adding->scope.user, "利用者 / of a user");
  command->add_option("--id", adding->scope.id, "sks_…");
  command->add_option("--from", adding->from, "日付または時刻 / date or time");
  command->add_option("--to", adding->to, "日付または時刻 / date (its end) or time");
  add_person(command, adding);
  command->footer(
      "Example:\n  sekisho audit hold add --case 2026-17 --user hanako@example.co.jp --by sato "
      "--reason lawsuit -c gateway.yaml");
  const auto releasing = std::make_shared<KeepingOptions>();
  command = add(*hold, "release", "解除、二人が必要 / let go: two persons, each by himself",
                releasing, hold_release, exit_code);
  command->add_option("--case", releasing->name, "案件 / the case")->required();
  add_person(command, releasing);
}

void add_accept_damage(CLI::App& audit, int& exit_code) {
  const auto options = std::make_shared<KeepingOptions>();
  CLI::App* command =
      add(audit, "accept-damage",
          "損傷の承認、二人が必要 / accept the damage that keeps the gateway from starting",
          options, accept_damage, exit_code);
  add_person(command, options);
  command->footer(
      "Example:\n  sekisho audit accept-damage --by sato --reason 'disk replaced, see ticket 12' "
      "-c gateway.yaml");
}

}  // namespace

void add_keeping_commands(CLI::App& audit, int& exit_code) {
  add_maintain(audit, exit_code);
  add_hold(audit, exit_code);
  add_accept_damage(audit, exit_code);
}

}  // namespace sekisho::gateway
