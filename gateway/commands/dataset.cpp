#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/nearest.h"
#include "config/policy_file.h"
#include "config/text_file.h"
#include "filters/bodies/json_scanner.h"
#include "gateway/commands/commands.h"
#include "gateway/commands/named_file.h"
#include "gateway/commands/telling.h"
#include "gateway/configuration.h"
#include "gateway/keys.h"
#include "policy/dataset_build.h"
#include "policy/dataset_text.h"

namespace sekisho::gateway {
namespace {

using filters::JsonWriter;
using policy::DatasetState;

constexpr int kDone = 0, kNo = 1, kCouldNot = 2;

struct DatasetOptions {
  std::string config, name;
  bool json = false;
};

// What the command works on.
struct Work {
  config::GatewayFile gateway;
  config::PolicyFile policy;
  std::vector<const config::DatasetDef*> datasets;
};

void print(const config::Problems& problems) {
  tell_problems(problems);
}

bool choose(const DatasetOptions& options, Work& work) {
  std::vector<std::string_view> names;
  for (const auto& d : work.policy.datasets) {
    names.push_back(d.name);
    if (options.name.empty() || options.name == d.name) work.datasets.push_back(&d);
  }
  if (!work.datasets.empty()) return true;
  if (options.name.empty()) {
    tell("sekisho dataset", work.policy.path + ": the policy names no datasets");
    return false;
  }
  const std::string hint = config::suggestion(options.name, names);
  const std::string what = "the policy names no dataset '" + options.name + "'";
  tell("sekisho dataset", hint.empty() ? what : what + " (" + hint + ")");
  return false;
}

// The policy's form must be right; names that only the whole configuration knows are not looked at,
// so that a dataset can be built before everything else is in place.
std::optional<int> read_work(const DatasetOptions& options, Work& work) {
  auto gateway = read_named_gateway_file(options.config);
  if (!gateway) return kCouldNot;
  work.gateway = std::move(*gateway);
  config::Problems problems;
  work.policy = config::load_policy(work.gateway.policy.value, problems);
  print(problems);
  if (!problems.empty()) return kNo;
  if (!choose(options, work)) return kCouldNot;
  return std::nullopt;
}

std::string size_text(std::uint64_t bytes) {
  char text[32];
  if (bytes < (1u << 20))
    std::snprintf(text, sizeof text, "%.1f KiB", static_cast<double>(bytes) / 1024);
  else
    std::snprintf(text, sizeof text, "%.1f MiB", static_cast<double>(bytes) / 1048576);
  return text;
}

void print_list(const config::DatasetDef& def, const filters::DatasetReport& r) {
  const auto columns = policy::dataset_columns(def);
  for (std::size_t i = 0; i < r.columns.size(); ++i) {
    const filters::ColumnReport& c = r.columns[i];
    std::printf("  %s: %llu kept", columns[i].value.c_str(),
                static_cast<unsigned long long>(c.kept));
    const auto also = [](const char* what, std::uint64_t n) {
      if (n > 0) std::printf(", %llu %s", static_cast<unsigned long long>(n), what);
    };
    also("of them in many rows (evidence beside another cell)", c.common);
    also("left out: in too many rows", c.too_common);
    also("left out: too short", c.too_short);
    also("left out: longer than 64 characters", c.too_long);
    also("left out: the same as in another column of the row", c.repeated);
    also("empty", c.empty);
    std::printf("\n");
  }
  if (r.unusable_rows > 0)
    std::printf(
        "  warning: %llu rows have fewer than %d cells that were kept: they are found by "
        "nothing, or by their key alone\n",
        static_cast<unsigned long long>(r.unusable_rows), def.at_least_columns);
}

void print_text(const config::DatasetDef& def, const policy::BuildReport& r) {
  const std::uint64_t count = def.is_list() ? r.list.rows : r.documents.documents;
  std::printf("%s: %llu %s -> %s (%s)\n", def.name.c_str(), static_cast<unsigned long long>(count),
              def.is_list() ? "rows" : "documents", r.path.c_str(), size_text(r.bytes).c_str());
  if (def.is_list()) return print_list(def, r.list);
  std::printf("  %llu fingerprints kept, %llu left out: in too many documents\n",
              static_cast<unsigned long long>(r.documents.fingerprints),
              static_cast<unsigned long long>(r.documents.common));
  if (r.documents.too_short > 0)
    std::printf("  warning: %llu documents are too short to be found\n",
                static_cast<unsigned long long>(r.documents.too_short));
  for (const auto& file : r.not_read) std::printf("  not read: %s\n", file.c_str());
}

void write_json(JsonWriter& w, const config::DatasetDef& def, const policy::BuildReport& r) {
  w.begin_object().key("name").value(def.name);
  w.key("kind").value(def.is_list() ? "exact" : "documents");
  w.key("path").value(r.path).key("bytes").value(r.bytes);
  if (def.is_list()) {
    const auto columns = policy::dataset_columns(def);
    w.key("rows").value(r.list.rows).key("entries").value(r.list.entries);
    w.key("unusable_rows").value(r.list.unusable_rows).key("columns").begin_array();
    for (std::size_t i = 0; i < r.list.columns.size(); ++i) {
      const filters::ColumnReport& c = r.list.columns[i];
      w.begin_object().key("name").value(columns[i].value).key("kept").value(c.kept);
      w.key("common").value(c.common).key("too_common").value(c.too_common);
      w.key("too_short").value(c.too_short).key("too_long").value(c.too_long);
      w.key("repeated").value(c.repeated).key("empty").value(c.empty).end_object();
    }
    w.end_array();
  } else {
    w.key("documents").value(r.documents.documents);
    w.key("fingerprints").value(r.documents.fingerprints).key("common").value(r.documents.common);
    w.key("too_short").value(r.documents.too_short).key("not_read").begin_array();
    for (const auto& file : r.not_read) w.value(file);
    w.end_array();
  }
  w.end_object();
}

int build(const DatasetOptions& options) {
  Work work;
  if (const auto end = read_work(options, work)) return *end;
  policy::DatasetStore store;
  store.directory = work.gateway.datasets_directory.value;
  auto key = load_or_make_dataset_key(work.gateway.keys_directory.value, store.problem);
  if (!key) {
    tell("sekisho dataset", store.problem);
    return kCouldNot;
  }
  store.key = std::move(*key);
  std::string json;
  JsonWriter w(json);
  w.begin_object().key("v").value(1).key("datasets").begin_array();
  bool all = true;
  for (const config::DatasetDef* def : work.datasets) {
    config::Problems problems;
    policy::BuildReport report;
    const bool built =
        policy::build_dataset(*def, work.policy.path, store,
                              static_cast<std::int64_t>(std::time(nullptr)), report, problems);
    print(problems);
    all = all && built;
    if (built && options.json)
      write_json(w, *def, report);
    else if (built)
      print_text(*def, report);
  }
  w.end_array().end_object();
  if (options.json)
    std::printf("%s\n", json.c_str());
  else if (all)
    std::fprintf(stderr,
                 "稼働中のゲートウェイは再読み込み (SIGHUP または POST /reload) の後に使います / a "
                 "running gateway uses it after a reload (SIGHUP or POST /reload)\n");
  return all ? kDone : kNo;
}

const char* word_of(DatasetState::State state) {
  switch (state) {
    case DatasetState::State::kReady:
      return "ready";
    case DatasetState::State::kOld:
      return "old";
    case DatasetState::State::kMissing:
      return "missing";
    case DatasetState::State::kUnusable:
      return "unusable";
  }
  return "unusable";
}

// The state of one dataset, every byte of its file looked at.
DatasetState verified_state(const config::DatasetDef& def, const policy::DatasetStore& store) {
  std::shared_ptr<const filters::KeyedTable> table;
  DatasetState state = policy::open_dataset(def, store, table);
  if (!table || table->whole()) return state;
  state.state = DatasetState::State::kUnusable;
  state.why = "is damaged: build it again";
  return state;
}

int status(const DatasetOptions& options) {
  Work work;
  if (const auto end = read_work(options, work)) return *end;
  const policy::DatasetStore store = dataset_store(work.gateway);
  std::string json;
  JsonWriter w(json);
  w.begin_object().key("v").value(1).key("datasets").begin_array();
  bool all = true;
  for (const config::DatasetDef* def : work.datasets) {
    const DatasetState s = verified_state(*def, store);
    all = all && s.state == DatasetState::State::kReady;
    const bool built = s.facts.built_at != 0;
    if (options.json) {
      w.begin_object().key("name").value(def->name).key("state").value(word_of(s.state));
      w.key("why").value(s.why).key("rows").value(s.facts.rows);
      w.key("entries").value(s.facts.entries).key("bytes").value(s.bytes);
      w.key("built_at").value(built ? utc_text(s.facts.built_at) : "").end_object();
      continue;
    }
    std::printf("%s\t%s", def->name.c_str(), word_of(s.state));
    if (built)
      std::printf("\t%llu %s\t%s\t%s", static_cast<unsigned long long>(s.facts.rows),
                  def->is_list() ? "rows" : "documents", size_text(s.bytes).c_str(),
                  utc_text(s.facts.built_at).c_str());
    std::printf("%s%s\n", s.why.empty() ? "" : "\tit ", s.why.c_str());
  }
  w.end_array().end_object();
  if (options.json) std::printf("%s\n", json.c_str());
  return all ? kDone : kNo;
}

void add_options(CLI::App* command, const std::shared_ptr<DatasetOptions>& o) {
  command->add_option("-c,--config", o->config, "gateway.yaml")->required();
  command->add_option("name", o->name, "one dataset of the policy; default: all");
  command->add_flag("--json", o->json, "one JSON object");
}

}  // namespace

void add_dataset_command(CLI::App& app, int& exit_code) {
  CLI::App* dataset = app.add_subcommand(
      "dataset", "名簿と文書の登録 / lists and documents that must not leave, as keyed hashes");
  dataset->require_subcommand(1);
  auto o = std::make_shared<DatasetOptions>();
  CLI::App* make = dataset->add_subcommand(
      "build", "ポリシーの datasets を作る / build the datasets of the policy");
  add_options(make, o);
  make->footer(
      "Example:\n  sekisho dataset build -c gateway.yaml customers\nThe list is read once and "
      "never "
      "copied; the built file holds keyed hashes only. Run it as the user that runs the gateway.\n"
      "Exit: 0 built, 1 something is wrong with the policy or the list, 2 could not be done.");
  make->callback([o, &exit_code] { exit_code = build(*o); });
  CLI::App* show = dataset->add_subcommand(
      "status",
      "登録の状態 / what is built, whether it is older than its list, every byte verified");
  add_options(show, o);
  show->footer("Exit: 0 all are ready, 1 one is missing, old or unusable.");
  show->callback([o, &exit_code] { exit_code = status(*o); });
}

}  // namespace sekisho::gateway
