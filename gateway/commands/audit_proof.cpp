#include "gateway/commands/audit_proof.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "audit/index/categories.h"
#include "audit/index/index_check.h"
#include "audit/json_text.h"
#include "audit/proof/prove.h"
#include "audit/verify.h"
#include "config/gateway_file.h"
#include "config/text_file.h"
#include "config/units.h"
#include "gateway/commands/audit_output.h"
#include "gateway/commands/audit_place.h"
#include "gateway/commands/language.h"
#include "gateway/commands/telling.h"
#include "gateway/log_key_files.h"

namespace sekisho::gateway {
namespace {

constexpr int kDone = 0, kNo = 1;

struct Options {
  AuditPlace place;
  std::vector<std::string> since, keys, witnesses;
  std::string proof, id, older, out, by, overlap = "30d", lang;
  std::optional<std::uint64_t> seq;
  bool json = false, note = false, index = false;
};
using OptionsPtr = std::shared_ptr<Options>;

// Programs read what is said without a wish.
bool in_japanese(const Options& options) {
  return chosen_japanese(options.lang, false);
}

unsigned long long wide(std::uint64_t n) {
  return n;
}

// A vkey, or a file of them, one a line.
bool read_keys(const std::vector<std::string>& given, std::vector<audit::VerifyingKey>& out,
               std::string& why) {
  for (const std::string& text : given) {
    if (auto key = audit::VerifyingKey::parse(text)) {
      out.push_back(std::move(*key));
      continue;
    }
    std::string unread;
    const auto file = config::read_text_file(text, unread);
    std::istringstream lines(file.value_or(""));
    std::size_t found = 0;
    for (std::string line; lines >> line; ++found) {
      auto key = audit::VerifyingKey::parse(line);
      if (!key) found = 0;
      if (!key) break;
      out.push_back(std::move(*key));
    }
    if (!found) why = "--key " + text + ": it is no key (name+id+base64), and no file of keys";
    if (!found) return false;
  }
  return true;
}

bool read_since(const Options& options, audit::VerifyAgainst& against, std::string& why) {
  for (const std::string& path : options.since) {
    const auto text = config::read_text_file(path, why);
    auto statement = text ? audit::read_statement(path, *text, why) : std::nullopt;
    if (!statement) {
      why = path + ": " + why;
      return false;
    }
    against.statements.push_back(std::move(*statement));
  }
  for (const std::string& folder : options.witnesses) {
    auto seen = audit::read_witness(folder, why);
    if (why.empty() && seen.empty()) why = folder + ": there is no checkpoint (*.ckpt) in it";
    if (!why.empty()) return false;
    for (auto& s : seen) against.statements.push_back(std::move(s));
  }
  return true;
}

int verify_proof(const Options& options, const std::vector<audit::VerifyingKey>& keys) {
  std::string why;
  const auto text = config::read_text_file(options.proof, why);
  if (!text) return audit_could_not(options.proof + ": " + why);
  const audit::ProofCheck check = audit::check_proof(*text, keys);
  if (!check.readable) return audit_could_not(options.proof + ": " + check.what);
  const bool ja = in_japanese(options);
  if (!check.proven) {
    std::printf(ja ? "合いません: %s\n" : "BROKEN: %s\n", check.what.c_str());
    return kNo;
  }
  if (check.old_size)
    std::printf(ja ? "証明済み: ログ %s の %llu 件は、以前の %llu 件で始まります\n"
                   : "proven: the log %s of %llu records begins with its log of %llu records\n",
                check.origin.c_str(), wide(check.size), wide(*check.old_size));
  for (const std::string& record : check.records)
    std::printf(ja ? "証明済み、%s の %llu 件の中: %s\n" : "proven, in %s of %llu records: %s\n",
                check.origin.c_str(), wide(check.size), record.c_str());
  if (keys.empty())
    std::fputs(ja ? "注: 鍵はファイル自身から取りました。外から受け取った鍵を --key "
                    "で渡してください\n"
                  : "note: the key was taken from the file itself; give --key with one that was "
                    "had from outside\n",
               stdout);
  return kDone;
}

// A folder of its own, gone with it.
class Scratch {
 public:
  Scratch() {
    path_ = (std::filesystem::temp_directory_path() / "sekisho-index-XXXXXX").string();
    if (!::mkdtemp(path_.data())) path_.clear();
  }
  ~Scratch() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// What it finds stands in `report`. False: it could not be checked.
bool verify_index(const std::string& directory, audit::VerifyReport& report, std::string& why) {
  const Scratch scratch;
  if (scratch.path().empty()) {
    why = "no folder can be made for another index: set TMPDIR";
    return false;
  }
  audit::IndexSettings settings;
  settings.log = directory;
  settings.find_categories = [&] { return audit::read_categories(directory); };
  const audit::IndexCheck check = audit::check_index(settings, scratch.path());
  why = check.error;
  if (!why.empty()) return false;
  if (check.none) {
    report.notes.push_back("there is no index; the next question builds it from the log");
  } else if (check.differs.empty()) {
    report.notes.push_back("the index says what the log says, of " + std::to_string(check.size) +
                           " records");
  } else {
    ++report.misfits;
    if (std::exchange(report.whole, false)) {
      report.segment = "index/index.sqlite";
      report.first_bad = check.seq;
      report.what = "the index does not say what the log says (" + check.differs +
                    "): answers from it are wrong. sekisho audit reindex builds it anew";
    }
  }
  return true;
}

int verify(const Options& options) {
  std::string why;
  audit::VerifyAgainst against;
  if (!read_keys(options.keys, against.keys, why)) return audit_could_not(why);
  if (!options.proof.empty()) return verify_proof(options, against.keys);
  const auto directory = log_directory(options.place);
  if (!directory) return 2;
  if (!read_since(options, against, why)) return audit_could_not(why);
  audit::VerifyReport report = audit::verify_log(*directory, against);
  if (!report.checked) return audit_could_not(report.error);
  if (options.index && !verify_index(*directory, report, why)) return audit_could_not(why);
  write_report(report, against, {options.json, in_japanese(options)});
  return report.whole ? kDone : kNo;
}

int head(const Options& options) {
  const auto directory = log_directory(options.place);
  if (!directory) return 2;
  std::string error;
  if (options.note) {
    const auto text = config::read_text_file(*directory + "/checkpoints/latest.ckpt", error);
    if (!text) return audit_could_not("there is no signed checkpoint: " + error);
    std::fputs(text->c_str(), stdout);
    return kDone;
  }
  const auto found = audit::read_head(*directory, error);
  if (!found) return audit_could_not(error);
  const char* form = options.json ? "{\"v\":1,\"size\":%llu,\"root\":\"%s\",\"link\":\"%s\"}\n"
                                  : "size %llu\nroot %s\nlink %s\n";
  std::printf(form, wide(found->size), found->root.c_str(), found->link.c_str());
  return kDone;
}

int write_out(const std::string& path, const std::string& text) {
  if (path.empty()) return std::fputs(text.c_str(), stdout) < 0 ? 2 : kDone;
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  if (!file.flush()) return audit_could_not(path + ": it cannot be written");
  return kDone;
}

audit::Proven make_proof(const std::string& directory, const Options& options) {
  if (options.older.empty())
    return audit::prove_records(directory, {options.id, options.seq.value_or(0)});
  std::string why;
  const auto note = config::read_text_file(options.older, why);
  if (note) return audit::prove_consistency(directory, *note);
  audit::Proven out;
  out.error = options.older + ": " + why;
  return out;
}

int prove(const Options& options) {
  const int what = !options.id.empty() + options.seq.has_value() + !options.older.empty();
  if (what != 1) return audit_could_not("prove an ID, a --seq, or --consistency OLD.ckpt");
  const auto directory = log_directory(options.place);
  if (!directory) return 2;
  const audit::Proven proven = make_proof(*directory, options);
  if (proven.json.empty()) {
    audit_could_not(proven.error);
    return proven.absent || proven.broken ? kNo : 2;
  }
  for (const std::uint64_t seq : proven.uncovered)
    std::fprintf(stderr,
                 in_japanese(options)
                     ? "記録 %llu は最新のチェックポイントより後なので、含めていません\n"
                     : "record %llu is behind the newest checkpoint and was left out\n",
                 wide(seq));
  return write_out(options.out, proven.json);
}

int keys(const Options& options) {
  const auto directory = log_directory(options.place);
  if (!directory) return 2;
  std::string error;
  const auto found = audit::published_keys(*directory, error);
  if (!error.empty()) return audit_could_not(error);
  std::string out = options.json ? "{\"v\":1,\"keys\":[" : "";
  for (const std::string& vkey : found) {
    if (options.json) {
      if (out.back() != '[') out += ',';
      audit::append_json_string(out, vkey);
    } else {
      out += vkey + '\n';
    }
  }
  if (options.json) out += "]}\n";
  std::fputs(out.c_str(), stdout);
  return kDone;
}

int rotate_key(const Options& options) {
  if (options.place.config.empty()) return audit_could_not("say which gateway: -c gateway.yaml");
  config::Problems problems;
  const auto gateway = config::read_gateway_form(options.place.config, problems);
  tell_problems(problems);
  if (!problems.empty()) return 2;
  const auto overlap = config::parse_duration(options.overlap);
  if (!overlap) return audit_could_not("--overlap: '" + options.overlap + "' is no time (30d)");
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(
      std::chrono::system_clock::now().time_since_epoch());
  const auto until = now + std::chrono::duration_cast<std::chrono::seconds>(*overlap);
  std::string error;
  const auto rotation =
      rotate_log_key(gateway.keys_directory.value, now.count(), until.count(), options.by, error);
  if (!rotation) return audit_could_not(error);
  std::printf("old %s\nnew %s\nboth sign until %s\n", rotation->from.c_str(), rotation->to.c_str(),
              rotation->until.c_str());
  std::fprintf(stderr,
               "次の再読み込みまたは起動で使われます。新しい鍵を監査人に渡してください。\n"
               "The gateway takes it at its next reload or start. Hand the new key to your "
               "auditors.\n");
  return kDone;
}

void add_verify(CLI::App* audit, const OptionsPtr& options, int& exit_code) {
  CLI::App* command = audit->add_subcommand("verify", "改ざんの検査 / is the log whole?");
  add_place(command, options->place);
  command->add_option("--since", options->since,
                      "a checkpoint or head that was kept elsewhere (repeatable)");
  command->add_option("--key", options->keys, "a key of the log, or a file of them (repeatable)");
  command->add_option("--witness", options->witnesses,
                      "a folder of checkpoints kept elsewhere (repeatable)");
  command->add_option("--proof", options->proof, "check a file of `audit prove` instead");
  command->add_flag("--index", options->index,
                    "does the index say what the log says? Builds another one (in TMPDIR)");
  add_language(command, options->lang);
  command->add_flag("--json", options->json);
  command->footer(
      "Examples:\n  sekisho audit verify -c gateway.yaml --key auditor.vkey --witness /mnt/worm\n"
      "  sekisho audit verify --proof proof.json --key auditor.vkey\nExit: 0 whole, 1 broken, "
      "2 could not be checked.");
  command->callback([options, &exit_code] { exit_code = verify(*options); });
}

void add_head(CLI::App* audit, const OptionsPtr& options, int& exit_code) {
  CLI::App* command = audit->add_subcommand("head", "記録数と木の根 / size and root of the log");
  add_place(command, options->place);
  command->add_flag("--json", options->json);
  command->add_flag("--note", options->note, "the newest signed checkpoint");
  command->footer(
      "Example:\n  sekisho audit head -c gateway.yaml --note > kept.ckpt\nKeep it on another "
      "machine: only with it can a cut end be found.");
  command->callback([options, &exit_code] { exit_code = head(*options); });
}

void add_prove(CLI::App* audit, const OptionsPtr& options, int& exit_code) {
  CLI::App* command = audit->add_subcommand(
      "prove", "記録の証明書を作る / a file that proves a record to outsiders");
  command->add_option("id", options->id, "sks_…: every record of the exchange");
  add_place(command, options->place);
  command->add_option("--seq", options->seq, "one record by its number");
  command->add_option("--consistency", options->older,
                      "that the log begins with the one of an older checkpoint");
  add_language(command, options->lang);
  command->add_option("-o,--output", options->out, "file (default: standard output)");
  command->footer(
      "Examples:\n  sekisho audit prove sks_abcdefghijklmnop -c gateway.yaml -o proof.json\n"
      "  sekisho audit prove --consistency kept.ckpt -c gateway.yaml -o proof.json");
  command->callback([options, &exit_code] { exit_code = prove(*options); });
}

void add_keys(CLI::App* audit, const OptionsPtr& options, int& exit_code) {
  CLI::App* command =
      audit->add_subcommand("keys", "検証用の鍵 / keys to print in the auditors' manual");
  add_place(command, options->place);
  command->add_flag("--json", options->json);
  command->footer("Example:\n  sekisho audit keys -c gateway.yaml > auditor.vkey");
  command->callback([options, &exit_code] { exit_code = keys(*options); });
  command = audit->add_subcommand("rotate-key",
                                  "署名の鍵を替える / a new key, vouched for by the old one");
  command->add_option("-c,--config", options->place.config, "gateway.yaml")->required();
  command->add_option("--overlap", options->overlap, "how long both sign")->capture_default_str();
  command->add_option("--by", options->by, "who asks for it; stands in the record")->required();
  command->footer("Example:\n  sekisho audit rotate-key -c gateway.yaml --by sato");
  command->callback([options, &exit_code] { exit_code = rotate_key(*options); });
}

}  // namespace

void add_proof_commands(CLI::App& audit, int& exit_code) {
  const auto options = std::make_shared<Options>();
  add_head(&audit, options, exit_code);
  add_verify(&audit, options, exit_code);
  add_prove(&audit, options, exit_code);
  add_keys(&audit, options, exit_code);
}

}  // namespace sekisho::gateway
