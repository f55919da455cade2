#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/detector_pack.h"
#include "config/nearest.h"
#include "config/text_file.h"
#include "filters/bodies/json_scanner.h"
#include "filters/checks.h"
#include "gateway/commands/commands.h"
#include "gateway/commands/telling.h"
#include "policy/detector_packs.h"
#include "policy/gitleaks_import.h"

namespace sekisho::gateway {
namespace {

using config::DetectorPackFile;
using config::PackRowDef;
using filters::JsonWriter;

struct DetectorsOptions {
  std::vector<std::string> files;
  std::string type, input, output, pack = "gitleaks";
  bool json = false;
};

void print(const config::Problems& problems) {
  tell_problems(problems);
}

// The shipped packs, or the files named.
std::optional<std::vector<DetectorPackFile>> load(const std::vector<std::string>& paths) {
  config::Problems problems;
  std::vector<DetectorPackFile> files;
  if (paths.empty()) files = config::load_shipped_packs(problems);
  for (const std::string& path : paths) files.push_back(config::load_detector_pack(path, problems));
  print(problems);
  if (!problems.empty()) return std::nullopt;
  return files;
}

struct TypeRow {
  std::string pack, category;
  std::size_t rows = 0;
  double surest = 0;
};

// By name; a type of two packs stands under the first.
std::map<std::string, TypeRow> types_in(const std::vector<DetectorPackFile>& files) {
  std::map<std::string, TypeRow> out;
  for (const DetectorPackFile& file : files)
    for (const PackRowDef& row : file.rows)
      for (const std::string& type : {row.type.value, row.second_type.value}) {
        if (type.empty()) continue;
        const auto at = out.try_emplace(type, TypeRow{file.name, row.category, 0, 0}).first;
        ++at->second.rows;
        at->second.surest = std::max({at->second.surest, row.shape, row.in_context});
      }
  return out;
}

int list(const DetectorsOptions& options) {
  const auto files = load(options.files);
  if (!files) return 2;
  const auto types = types_in(*files);
  if (options.json) {
    std::string out;
    JsonWriter w(out);
    w.begin_object().key("v").value(1).key("types").begin_array();
    for (const auto& [type, row] : types) {
      w.begin_object().key("type").value(type).key("category").value(row.category);
      w.key("pack").value(row.pack).key("rows").value(row.rows).end_object();
    }
    w.end_array().end_object();
    std::printf("%s\n", out.c_str());
    return 0;
  }
  std::printf("%-32s %-13s %-12s %s\n", "TYPE", "CATEGORY", "PACK", "DETECTORS");
  for (const auto& [type, row] : types)
    std::printf("%-32s %-13s %-12s %zu\n", type.c_str(), row.category.c_str(), row.pack.c_str(),
                row.rows);
  std::fprintf(stderr, "%zu types\n", types.size());
  return 0;
}

int show(const DetectorsOptions& options) {
  const auto files = load(options.files);
  if (!files) return 2;
  DetectorPackFile found;
  for (const DetectorPackFile& file : *files)
    for (const PackRowDef& row : file.rows)
      if (row.type.value == options.type || row.second_type.value == options.type) {
        found.name = file.name;
        found.source = file.source;
        found.rows.push_back(row);
      }
  if (!found.rows.empty()) {
    std::fputs(config::to_yaml(found).c_str(), stdout);
    return 0;
  }
  const auto types = types_in(*files);
  std::vector<std::string_view> names;
  for (const auto& [type, row] : types) names.push_back(type);
  const std::string hint = config::nearest_name(options.type, names);
  tell("sekisho detectors show",
       hint.empty() ? "no type '" + options.type + "'; see `sekisho detectors list`"
                    : "no type '" + options.type + "', did you mean '" + hint + "'?");
  return 2;
}

// What one file is worth: every example run.
bool check_file(const DetectorPackFile& file) {
  config::Problems problems;
  const auto set = policy::compile_pack(file, problems);
  print(problems);
  if (!set) return false;
  std::size_t examples = 0;
  for (const PackRowDef& row : file.rows) examples += row.match.size() + row.no_match.size();
  const filters::Footprint size = set->footprint();
  std::printf(
      "%s: pack %s valid: %zu detectors, %zu types, %zu examples passed, %zu KiB compiled\n",
      file.path.c_str(), file.name.c_str(), file.rows.size(), set->types().size(), examples,
      size.instructions * 16 >> 10);
  return true;
}

int check(const DetectorsOptions& options) {
  for (const std::string& path : options.files) {
    const std::string why = config::unreadable(path);
    if (why.empty()) continue;
    tell("sekisho detectors check", path + ": " + why);
    return 2;
  }
  bool valid = true;
  config::Problems problems;
  std::vector<DetectorPackFile> files;
  if (options.files.empty()) files = config::load_shipped_packs(problems);
  for (const std::string& path : options.files)
    files.push_back(config::load_detector_pack(path, problems));
  print(problems);
  if (!problems.empty()) return 1;
  for (const DetectorPackFile& file : files) valid = check_file(file) && valid;
  return valid ? 0 : 1;
}

int checks() {
  for (const filters::NamedCheck& check : filters::named_checks()) {
    const char* kind = check.check != nullptr     ? "pattern"
                       : check.at_gate != nullptr ? "gate"
                                                  : "numbers";
    std::printf("%-20s %-8s %s\n", std::string(check.name).c_str(), kind,
                std::string(check.meaning).c_str());
  }
  return 0;
}

bool write_output(const std::string& path, const std::string& text) {
  if (path.empty() || path == "-") {
    std::fputs(text.c_str(), stdout);
    return true;
  }
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (file) return true;
  tell("sekisho detectors import-gitleaks", path + " cannot be written");
  return false;
}

void report(const policy::GitleaksImport& import, const std::string& path) {
  for (const policy::ImportNote& note : import.notes)
    tell(path + ":" + std::to_string(note.at.line),
         (note.lost ? "not taken over: " : "") + note.rule + (note.rule.empty() ? "" : ": ") +
             note.message);
  std::fprintf(stderr,
               "%zu of %zu rules taken over (%zu に対し %zu 件を取り込みました)\n"
               "Next: look through it, add examples (match, no_match), then name it in "
               "`detectors.packs` of the policy.\n",
               import.pack.rows.size(), import.rules, import.rules, import.pack.rows.size());
}

int import_gitleaks(const DetectorsOptions& options) {
  std::string why;
  const auto text = config::read_text_file(options.input, why);
  if (!text) {
    tell("sekisho detectors import-gitleaks", options.input + ": " + why);
    return 2;
  }
  config::Problems problems;
  const auto import = policy::import_gitleaks(options.input, *text, options.pack, problems);
  print(problems);
  if (!problems.empty()) return 1;
  report(import, options.input);
  if (!write_output(options.output, config::to_yaml(import.pack))) return 2;
  return import.pack.rows.empty() ? 1 : 0;
}

void add_list_and_show(CLI::App& detectors, const std::shared_ptr<DetectorsOptions>& o,
                       int& exit_code) {
  CLI::App* all = detectors.add_subcommand("list", "種類の一覧 / every type that can be found");
  all->add_option("files", o->files, "pack files; without them the shipped packs");
  all->add_flag("--json", o->json, "one JSON object on standard output");
  all->callback([o, &exit_code] { exit_code = list(*o); });
  CLI::App* one = detectors.add_subcommand("show", "一つの種類の検出器 / the detectors of a type");
  one->add_option("type", o->type, "as in `detectors list`")->required();
  one->add_option("files", o->files, "pack files; without them the shipped packs");
  one->footer("Example:\n  sekisho detectors show github_token");
  one->callback([o, &exit_code] { exit_code = show(*o); });
}

void add_check_and_import(CLI::App& detectors, const std::shared_ptr<DetectorsOptions>& o,
                          int& exit_code) {
  CLI::App* one = detectors.add_subcommand(
      "check", "パックを検査し、例を試す / check pack files and run their examples");
  one->add_option("files", o->files, "pack files; without them the shipped packs");
  one->footer(
      "Example:\n  sekisho detectors check our-pack.yaml\nExit: 0 valid, 1 not, 2 no such file.");
  one->callback([o, &exit_code] { exit_code = check(*o); });
  CLI::App* names = detectors.add_subcommand(
      "checks", "パックで使える検査の名前 / what `check:` of a pack may name");
  names->callback([&exit_code] { exit_code = checks(); });
  CLI::App* import = detectors.add_subcommand(
      "import-gitleaks", "gitleaks の規則を取り込む / make a pack of gitleaks' rules");
  import->add_option("file", o->input, "gitleaks.toml")->required();
  import->add_option("-o,--output", o->output, "the pack to write; without it standard output");
  import->add_option("--pack", o->pack, "its name");
  import->footer(
      "Example:\n  sekisho detectors import-gitleaks gitleaks.toml -o gitleaks.yaml\n"
      "What could not be taken over is told on standard error.");
  import->callback([o, &exit_code] { exit_code = import_gitleaks(*o);
});
}  // namespace

}  // namespace sekisho::gateway

void add_detectors_command(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<DetectorsOptions>();
  CLI::App* detectors =
      app.add_subcommand("detectors", "検出器の一覧、検査、取り込み / packs of detectors");
  detectors->require_subcommand(1);
  add_list_and_show(*detectors, options, exit_code);
  add_check_and_import(*detectors, options, exit_code);
}

}  // namespace sekisho::gateway
