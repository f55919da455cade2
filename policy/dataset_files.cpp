#include "policy/dataset_files.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "config/text_file.h"
#include "filters/bodies/charset.h"
#include "filters/registered/dataset_detector.h"
#include "filters/registered/dictionary_detector.h"
#include "filters/registered/document_detector.h"
#include "policy/dataset_text.h"

namespace sekisho::policy {
namespace {

using filters::TableFault;

constexpr std::size_t kLargestDictionary = 64u << 20;
constexpr std::size_t kToldLines = 5;  // of a file with many mistakes

// What changes when somebody writes a file.
std::string identity_of(const std::string& path) {
  struct stat st {};
  if (::stat(path.c_str(), &st) != 0) return {};
  return std::to_string(st.st_size) + " " + std::to_string(st.st_mtim.tv_sec) + "." +
         std::to_string(st.st_mtim.tv_nsec) + "\n";
}

std::string build_hint(const config::DatasetDef& def) {
  return "run `sekisho dataset build -c gateway.yaml " + def.name + "`, then reload";
}

std::unique_ptr<const filters::Detector> detector_of(
    const config::DatasetDef& def, const config::PolicyFile& policy, const DatasetStore& store,
    std::shared_ptr<const filters::KeyedTable> table) {
  const filters::HashKey key = dataset_key(store, def.name);
  if (!def.is_list())
    return std::make_unique<filters::DocumentDetector>(
        filters::DocumentSettings{def.type(), def.category, def.similarity}, key, std::move(table));
  filters::DatasetSettings settings;
  settings.type = def.type();
  settings.category = def.category;
  settings.columns = dataset_columns(def).size();
  settings.at_least_columns = static_cast<std::size_t>(def.at_least_columns);
  settings.allow_values = policy.detectors.allow_values;
  const auto columns = dataset_columns(def);
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (columns[i].value == def.key.value) settings.key_column = i;
  return std::make_unique<filters::DatasetDetector>(std::move(settings), key, std::move(table));
}

void add_dataset(const config::DatasetDef& def, const config::PolicyFile& policy,
                 const DatasetStore& store, std::vector<filters::OtherDetector>& out,
                 std::vector<std::string>& warnings, config::Problems& problems) {
  std::shared_ptr<const filters::KeyedTable> table;
  const DatasetState state = open_dataset(def, store, table);
  if (!table) {
    problems.push_back(
        {policy.path, def.at, "the dataset '" + def.name + "' " + state.why, build_hint(def)});
    return;
  }
  if (state.state == DatasetState::State::kOld)
    warnings.push_back("the dataset '" + def.name + "' " + state.why + ": " + build_hint(def));
  out.push_back(
      {detector_of(def, policy, store, std::move(table)), def.type(), def.category, "dataset"});
}

void check_examples(const config::CustomDetector& def, const filters::DictionaryDetector& words,
                    const config::PolicyFile& policy, config::Problems& problems) {
  for (const auto& example : def.match)
    if (!words.finds(example.value))
      problems.push_back({policy.path, example.at,
                          "no word of the dictionary stands in '" + example.value + "'", ""});
  for (const auto& example : def.no_match)
    if (words.finds(example.value))
      problems.push_back({policy.path, example.at,
                          "a word of the dictionary stands in '" + example.value + "'", ""});
}

void add_dictionary(const config::CustomDetector& def, const config::PolicyFile& policy,
                    std::vector<filters::OtherDetector>& out, config::Problems& problems) {
  const std::string& path = def.dictionary.value;
  std::string why;
  const auto bytes = config::read_text_file(path, why, kLargestDictionary);
  const auto text = bytes ? utf8_text(*bytes) : std::nullopt;
  if (!text) {
    if (bytes) why = "it is neither UTF-8 nor Shift_JIS";
    problems.push_back({policy.path, def.dictionary.at,
                        "the dictionary '" + path + "' cannot be read: " + why,
                        "a relative path starts at the folder of this file"});
    return;
  }
  auto words =
      std::make_shared<filters::DictionaryDetector>(def.type.value, def.category, def.confidence);
  std::vector<filters::DictionaryProblem> mistakes;
  words->read(*text, mistakes);
  for (std::size_t i = 0; i < std::min(mistakes.size(), kToldLines); ++i)
    problems.push_back({path,
                        {static_cast<int>(mistakes[i].line), 1},
                        mistakes[i].message,
                        i + 1 == kToldLines && mistakes.size() > kToldLines
                            ? std::to_string(mistakes.size() - kToldLines) + " more lines"
                            : ""});
  if (!mistakes.empty()) return;
  if (words->words() == 0)
    problems.push_back({policy.path, def.dictionary.at,
                        "the dictionary '" + path + "' holds no word", "write one word a line"});
  check_examples(def, *words, policy, problems);
  out.push_back({std::move(words), def.type.value, def.category, "dictionary"});
}

}  // namespace

std::string dataset_path(const DatasetStore& store, const std::string& name) {
  return store.directory + (store.directory.ends_with('/') ? "" : "/") + name + ".sks";
}

filters::HashKey dataset_key(const DatasetStore& store, const std::string& name) {
  std::string message("dataset");
  message.push_back('\0');
  message += name;
  std::array<unsigned char, 32> secret{};
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  if (HMAC(EVP_sha256(), store.key.data(), static_cast<int>(store.key.size()),
           reinterpret_cast<const unsigned char*>(message.data()), message.size(), out, &size))
    std::copy(out, out + std::min<std::size_t>(size, secret.size()), secret.begin());
  return filters::hash_key_of(secret);
}

std::uint64_t dataset_settings(const filters::HashKey& key, const config::DatasetDef& def) {
  std::string text = def.is_list() ? "list" : "documents";
  for (const auto& column : dataset_columns(def)) {
    text.push_back('\0');
    text += column.value;
  }
  return filters::keyed_hash(key, text);
}

std::vector<std::string> files_below(const std::string& folder) {
  namespace fs = std::filesystem;
  std::vector<std::string> out;
  std::error_code fault;
  fs::recursive_directory_iterator it(folder, fs::directory_options::skip_permission_denied, fault);
  for (; !fault && it != fs::recursive_directory_iterator(); it.increment(fault)) {
    std::error_code ignored;
    if (it->is_regular_file(ignored) && !it->is_symlink(ignored))
      out.push_back(it->path().string());
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::uint64_t dataset_source(const filters::HashKey& key, const config::DatasetDef& def) {
  if (def.is_list()) {
    const std::string identity = identity_of(def.exact.value);
    return identity.empty() ? 0 : filters::keyed_hash(key, identity);
  }
  std::string all;
  for (const std::string& file : files_below(def.documents.value)) {
    all += file.substr(std::min(file.size(), def.documents.value.size()));
    all.push_back('\0');
    all += identity_of(file);
  }
  return all.empty() ? 0 : filters::keyed_hash(key, all);
}

DatasetState open_dataset(const config::DatasetDef& def, const DatasetStore& store,
                          std::shared_ptr<const filters::KeyedTable>& table) {
  DatasetState out;
  out.state = DatasetState::State::kUnusable;
  if (!store.problem.empty()) {
    out.why = "cannot be opened: " + store.problem;
    return out;
  }
  const std::string path = dataset_path(store, def.name);
  const filters::HashKey key = dataset_key(store, def.name);
  TableFault fault = TableFault::kMissing;
  std::string why;
  if (!store.key.empty()) table = filters::KeyedTable::open(path, key, fault, why);
  if (fault == TableFault::kMissing) {
    out.state = DatasetState::State::kMissing;
    out.why = "was never built: there is no " + path;
    return out;
  }
  if (!table) {
    out.why = "cannot be used: " + path + ": " + why;
    return out;
  }
  out.facts = table->facts();
  out.bytes = table->bytes();
  const auto kind = def.is_list() ? filters::TableKind::kRows : filters::TableKind::kDocuments;
  if (out.facts.kind != kind || out.facts.settings != dataset_settings(key, def)) {
    table.reset();
    out.why = "was built with other settings (columns, key, kind) than the policy has now";
    return out;
  }
  const std::uint64_t source = dataset_source(key, def);
  out.state = DatasetState::State::kReady;
  // A list that is kept on another machine is not there, which is no change.
  if (source == 0 || source == out.facts.source) return out;
  out.state = DatasetState::State::kOld;
  out.why = "is older than " + (def.is_list() ? def.exact.value : def.documents.value) +
            ", which changed since it was built";
  return out;
}

void add_registered_detectors(const config::PolicyFile& policy, const DatasetStore& store,
                              std::vector<filters::OtherDetector>& out,
                              std::vector<std::string>& warnings, config::Problems& problems) {
  for (const config::CustomDetector& def : policy.detectors.custom)
    if (!def.dictionary.value.empty()) add_dictionary(def, policy, out, problems);
  for (const config::DatasetDef& def : policy.datasets)
    add_dataset(def, policy, store, out, warnings, problems);
}

}  // namespace sekisho::policy
