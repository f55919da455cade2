#include "gateway/commands/audit_sealed.h"

#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include "audit/json_text.h"
#include "audit/keeping/damage_acceptance.h"
#include "audit/keeping/durable_file.h"
#include "audit/keeping/two_persons.h"
#include "audit/query.h"
#include "audit/sealed/sealed_files.h"
#include "audit/sealed/sealed_record.h"
#include "config/audit_sealed.h"
#include "config/gateway_file.h"
#include "gateway/commands/audit_place.h"
#include "gateway/commands/leave_record.h"
#include "gateway/commands/telling.h"
#include "gateway/commands/two_persons_said.h"
#include "gateway/services.h"

namespace sekisho::gateway {
namespace {

constexpr int kDone = 0, kNo = 1, kCouldNot = 2;

struct SealedOptions {
  std::string config, id, by, reason, out;
  bool json = false;
};
using OptionsPtr = std::shared_ptr<SealedOptions>;

// Where the log and its copies lie.
struct Place {
  std::string log;
  config::AuditSealed sealed;
};

std::optional<Place> place_of(const SealedOptions& options) {
  config::Problems problems;
  const auto gateway = config::read_gateway_form(options.config, problems);
  tell_problems(problems);
  if (!problems.empty()) return std::nullopt;
  const std::string& log = gateway.audit_directory.value;
  return Place{log, gateway.audit_sealed};
}

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ",") + name;
  return out;
}

// What the log says of the copy of an exchange.
struct Vouched {
  bool recorded = false;  // there is a decision of this id
  std::optional<audit::SealedRef> ref;
  std::string error;
};

Vouched look_up(const std::string& log, const std::string& id) {
  Vouched out;
  audit::QueryFilter filter;
  filter.id = id;
  const auto stats = audit::run_query(log, filter, [&out](audit::QueryRow& row) {
    out.recorded = true;
    out.ref = audit::sealed_ref_of(row.decision.json);
    return false;
  });
  out.error = stats.error;
  return out;
}

void print_json(const audit::SealedFile& file, const audit::SealedRef* ref, const char* state) {
  std::string out = R"({"v":1,"id":)";
  audit::append_json_string(out, file.id);
  audit::append_json_string(out += R"(,"t":)", audit::utc_text(file.time_us));
  audit::append_json_string(out += R"(,"period":)", file.period);
  out += R"(,"size":)" + std::to_string(file.size);
  audit::append_json_string(out += R"(,"file":)", file.path);
  if (ref) {
    out += R"(,"bytes":)" + std::to_string(ref->bytes) + R"(,"of":)" + std::to_string(ref->of) +
           R"(,"truncated":)" + (ref->truncated ? "true" : "false");
    audit::append_json_string(out += R"(,"groups":)", joined(ref->groups));
    audit::append_json_string(out += R"(,"sha256":)", ref->sha256);
  }
  if (*state) audit::append_json_string(out += R"(,"state":)", state);
  std::printf("%s}\n", out.c_str());
}

void print_text(const audit::SealedFile& file) {
  std::printf("%s  %s  %s  %llu bytes\n", audit::utc_text(file.time_us).c_str(), file.id.c_str(),
              file.period.c_str(), static_cast<unsigned long long>(file.size));
}

int list(const SealedOptions& options) {
  const auto place = place_of(options);
  if (!place) return kCouldNot;
  const auto files = audit::list_sealed(place->sealed.directory);
  for (const auto& file : files) {
    if (options.json)
      print_json(file, nullptr, "");
    else
      print_text(file);
  }
  if (files.empty() && !options.json)
    std::printf("封印した写しはありません / there are no sealed copies in %s\n",
                place->sealed.directory.c_str());
  return kDone;
}

int no_copy(const Place& place, const std::string& id) {
  const Vouched vouched = look_up(place.log, id);
  if (vouched.ref)
    std::printf(
        "%s: 記録には写しがありますが、ファイルがありません (保存期間か、消されました) / the "
        "record "
        "names a copy, but its file is gone: its time was over, or somebody took it away\n",
        id.c_str());
  else
    std::printf("%s の写しはありません / there is no sealed copy of %s\n", id.c_str(), id.c_str());
  return kNo;
}

const char* state_of(const Vouched& vouched, const std::string& der) {
  if (!vouched.recorded) return "unrecorded";
  if (!vouched.ref) return "foreign";
  return vouched.ref->sha256 == audit::sha256_hex(der) ? "whole" : "changed";
}

const char* words_of(std::string_view state) {
  if (state == "whole") return "記録と一致 / it is the copy that the record names (SHA-256)";
  if (state == "changed") return "記録と違います / this is NOT the copy that the record names";
  if (state == "foreign") return "記録に写しはありません / the record names no copy";
  return "記録がありません / the log has no record of this id";
}

int show(const SealedOptions& options) {
  const auto place = place_of(options);
  if (!place) return kCouldNot;
  const auto file = audit::find_sealed(place->sealed.directory, options.id);
  if (!file) return no_copy(*place, options.id);
  std::string error;
  const auto der = audit::read_sealed(*file, error);
  if (!der) return audit_could_not(error);
  const Vouched vouched = look_up(place->log, options.id);
  if (!vouched.error.empty()) return audit_could_not(vouched.error);
  const std::string_view state = state_of(vouched, *der);
  const audit::SealedRef* ref = vouched.ref ? &*vouched.ref : nullptr;
  if (options.json) {
    print_json(*file, ref, state.data());
  } else {
    print_text(*file);
    if (ref)
      std::printf("%llu of %llu bytes%s, for %s, sha256 %s\n",
                  static_cast<unsigned long long>(ref->bytes),
                  static_cast<unsigned long long>(ref->of), ref->truncated ? " (cut)" : "",
                  joined(ref->groups).c_str(), ref->sha256.c_str());
    std::printf("%s\n", words_of(state));
  }
  return state == "whole" ? kDone : kNo;
}

void say_how(const SealedOptions& options, bool two) {
  const std::string decrypt = "openssl cms -decrypt -binary -inform DER -in ";
  std::printf("書き出しました / written: %s\n開くには / to open it:\n", options.out.c_str());
  const std::string inner = options.out + ".inner";
  if (two)
    std::printf("  %s%s -recip SECOND.pem -inkey SECOND.key -out %s\n", decrypt.c_str(),
                options.out.c_str(), inner.c_str());
  std::printf("  %s%s -recip CERTIFICATE.pem -inkey KEY.key -out %s.txt\n", decrypt.c_str(),
              two ? inner.c_str() : options.out.c_str(), options.out.c_str());
}

// Recorded first: nobody has the file whose opening is not on its way into the log.
int hand_out(const SealedOptions& options, const Place& place, const std::string& der,
             const std::string& first) {
  const std::string who = first.empty() ? options.by : first + ", " + options.by;
  const Recorded recorded =
      leave_record(place.log, {"evidence_open", options.id, options.reason, who});
  if (recorded == Recorded::kFailed) return kCouldNot;
  std::string error;
  if (!audit::write_durably(options.out, der, error)) return audit_could_not(error);
  say_how(options, !place.sealed.second.empty());
  return kDone;
}

int ask_second(const SealedOptions& options, const Place& place, const std::string& der) {
  std::string first, error;
  using Step = audit::TwoStep;
  const Step step = audit::ask_to_open(place.sealed.directory, options.id, options.by,
                                       options.reason, now_microseconds(), first, error);
  if (step == Step::kFailed) return audit_could_not(error);
  if (step == Step::kGranted) return hand_out(options, place, der, first);
  if (step == Step::kSamePerson) return say_same_person(first);
  const Recorded recorded =
      leave_record(place.log, {"evidence_request", options.id, options.reason, options.by});
  if (recorded == Recorded::kFailed) return kCouldNot;
  return say_asked("その人に渡されます", "that one is given it");
}

int open(const SealedOptions& options) {
  const auto place = place_of(options);
  if (!place) return kCouldNot;
  if (!audit::is_name(options.by)) return audit_could_not("--by: say who opens it");
  if (!audit::is_name(options.reason)) return audit_could_not("--reason: say why it is opened");
  if (::access(options.out.c_str(), F_OK) == 0)
    return audit_could_not("--out: " + options.out + " is there already; name a new file");
  const auto file = audit::find_sealed(place->sealed.directory, options.id);
  if (!file) return no_copy(*place, options.id);
  std::string error;
  const auto der = audit::read_sealed(*file, error);
  if (!der) return audit_could_not(error);
  const Vouched vouched = look_up(place->log, options.id);
  if (!vouched.error.empty()) return audit_could_not(vouched.error);
  const std::string_view state = state_of(vouched, *der);
  if (state != "whole") {
    std::printf("%s: %s\n", file->path.c_str(), words_of(state));
    return kNo;
  }
  return place->sealed.second.empty() ? hand_out(options, *place, *der, "")
                                      : ask_second(options, *place, *der);
}

CLI::App* add(CLI::App& parent, const char* name, const char* what, const OptionsPtr& options,
              int (*run)(const SealedOptions&), int& exit_code) {
  CLI::App* command = parent.add_subcommand(name, what);
  command->add_option("-c,--config", options->config, "gateway.yaml")->required();
  command->callback([options, run, &exit_code] { exit_code = run(*options); });
  return command;
}

}  // namespace

void add_sealed_commands(CLI::App& audit, int& exit_code) {
  CLI::App* sealed = audit.add_subcommand("sealed", "封印した写し / sealed copies");
  sealed->require_subcommand(1);
  const auto listing = std::make_shared<SealedOptions>();
  add(*sealed, "list", "一覧 / which there are", listing, list, exit_code)
      ->add_flag("--json", listing->json, "JSON, one a line");
  const auto showing = std::make_shared<SealedOptions>();
  CLI::App* command =
      add(*sealed, "show", "記録と一致するか / is it the copy that the record names?", showing,
          show, exit_code);
  command->add_option("id", showing->id, "sks_…")->required();
  command->add_flag("--json", showing->json, "JSON");
  const auto opening = std::make_shared<SealedOptions>();
  command =
      add(*sealed, "open", "開封のために受け取る、記録されます / take it out, which is recorded",
          opening, open, exit_code);
  command->add_option("id", opening->id, "sks_…")->required();
  command->add_option("--by", opening->by, "誰が / who")->required();
  command->add_option("--reason", opening->reason, "なぜ / why")->required();
  command->add_option("--out", opening->out, "書き出す新しいファイル / new file to write")
      ->required();
  command->footer(
      "Example:\n  sekisho audit sealed open sks_abcdefghijklmnop --by sato --reason 'incident 12' "
      "--out copy.cms -c gateway.yaml\nExit: 0 written, 1 asked or refused, 2 could not be done.");
}

}  // namespace sekisho::gateway
