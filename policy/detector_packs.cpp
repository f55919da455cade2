#include "policy/detector_packs.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "config/nearest.h"
#include "config/text_file.h"
#include "filters/checks.h"
#include "filters/width_fold.h"

namespace sekisho::policy {
namespace {

using config::DetectorPackFile;
using config::PackRowDef;
using filters::Border;
using filters::DetectorProblem;
using filters::DetectorRow;

std::vector<std::string> plain(const std::vector<config::MarkedText>& texts) {
  std::vector<std::string> out;
  out.reserve(texts.size());
  for (const auto& t : texts) out.push_back(t.value);
  return out;
}

Border border_of(std::string_view word) {
  if (word == "none") return Border::kNone;
  if (word == "token") return Border::kToken;
  return word == "base64" ? Border::kBase64 : Border::kWord;
}

filters::ContextWords words_of(const config::ContextDef& def) {
  filters::ContextWords out;
  for (const auto& word : def.words) out.words.push_back(filters::folded_lower(word.value));
  out.before = def.before;
  out.after = def.after;
  return out;
}

void resolve_check(const PackRowDef& def, const std::string& file, DetectorRow& row,
                   config::Problems& problems) {
  if (def.check.value.empty()) return;
  const filters::NamedCheck* check = filters::find_check(def.check.value);
  if (check == nullptr) {
    std::vector<std::string_view> names;
    for (const auto& known : filters::named_checks()) names.push_back(known.name);
    problems.push_back({file, def.check.at, "'" + def.check.value + "' is no check",
                        config::suggestion(def.check.value, names)});
    return;
  }
  row.check = check->check;
  row.at_gate = check->at_gate;
  row.over_numbers = check->over_numbers;
  row.over_text = check->over_text;
  if (row.check != nullptr && row.pattern.empty())
    problems.push_back({file, def.check.at,
                        "the check '" + def.check.value + "' looks at the matches of a pattern",
                        "add `pattern`"});
  if (row.check == nullptr && !row.pattern.empty())
    problems.push_back({file, def.pattern.at,
                        "the check '" + def.check.value + "' finds values itself",
                        "take `pattern` away"});
  if (row.at_gate != nullptr && row.gate.empty() && row.literals.empty())
    problems.push_back({file, def.check.at,
                        "the check '" + def.check.value + "' looks around a gate",
                        "add `gate`, or `literals`"});
}

DetectorRow to_row(const PackRowDef& def, const std::string& file, config::Problems& problems) {
  DetectorRow row;
  row.type = def.type.value;
  row.second_type = def.second_type.value;
  row.category = def.category;
  row.gate = def.gate.value;
  row.literals = plain(def.literals);
  row.pattern = def.pattern.value;
  row.confidence = {def.shape, def.grouped, def.in_context, def.minus_against};
  row.context = words_of(def.context);
  row.against = words_of(def.against);
  row.left = border_of(def.left);
  row.right = border_of(def.right);
  row.labelled = def.labelled;
  row.lead = def.lead;
  row.max_span = def.max_span;
  row.min_entropy = def.min_entropy;
  row.specificity = def.specificity;
  row.allow = plain(def.allow);
  row.match = plain(def.match);
  row.no_match = plain(def.no_match);
  resolve_check(def, file, row, problems);
  return row;
}

template <class List>
config::Mark mark_in(const List& items, int index) {
  const auto i = static_cast<std::size_t>(index);
  return index >= 0 && i < items.size() ? items[i].at : config::Mark{};
}

config::Mark mark_of_custom(const DetectorProblem& p, const config::DetectorSettings& settings) {
  std::vector<const config::CustomDetector*> patterns;  // dictionaries are made elsewhere
  for (const config::CustomDetector& c : settings.custom)
    if (c.dictionary.value.empty()) patterns.push_back(&c);
  const auto i = static_cast<std::size_t>(p.index);
  if (p.index < 0 || i >= patterns.size()) return {};
  const config::CustomDetector& c = *patterns[i];
  if (p.where == DetectorProblem::Where::kCustomMatch) return mark_in(c.match, p.sub_index);
  if (p.where == DetectorProblem::Where::kCustomNoMatch) return mark_in(c.no_match, p.sub_index);
  return c.pattern.at;
}

config::Problem problem_of_row(const DetectorProblem& p, const DetectorPackFile& file) {
  const PackRowDef& def = file.rows[static_cast<std::size_t>(p.row)];
  if (p.where == DetectorProblem::Where::kRowMatch)
    return {file.path, mark_in(def.match, p.sub_index), p.message,
            "mend the detector or the example"};
  if (p.where == DetectorProblem::Where::kRowNoMatch)
    return {file.path, mark_in(def.no_match, p.sub_index), p.message,
            "mend the detector or the example"};
  const bool has_gate = !def.gate.value.empty() && def.pattern.value.empty();
  return {file.path, has_gate ? def.gate.at : def.pattern.at, def.type.value + ": " + p.message,
          "write it in the syntax of RE2"};
}

// The files a policy loads, each once.
std::vector<const DetectorPackFile*> loaded_files(const config::PolicyFile& policy,
                                                  const std::vector<DetectorPackFile>& files,
                                                  config::Problems& problems) {
  std::vector<const DetectorPackFile*> out;
  const auto add = [&out](const DetectorPackFile& file) {
    if (std::find(out.begin(), out.end(), &file) == out.end()) out.push_back(&file);
  };
  const auto& shipped = config::shipped_pack_names();
  const auto is_shipped = [&shipped](const DetectorPackFile& f) {
    return std::find(shipped.begin(), shipped.end(), f.name) != shipped.end();
  };
  if (!policy.detectors.packs) {
    for (const DetectorPackFile& file : files)
      if (is_shipped(file)) add(file);
    return out;
  }
  for (const auto& written : *policy.detectors.packs) {
    const bool by_path = config::is_pack_path(written.value);
    const std::string path = by_path ? config::resolve_path(policy.path, written.value) : "";
    const auto found = std::find_if(files.begin(), files.end(), [&](const DetectorPackFile& f) {
      return by_path ? f.path == path : f.name == written.value && is_shipped(f);
    });
    if (found != files.end())
      add(*found);
    else if (!by_path)
      problems.push_back({policy.path, written.at, "no pack is called '" + written.value + "'",
                          config::suggestion(written.value, shipped)});
  }
  return out;
}

filters::DetectorSpec spec_of(const config::DetectorSettings& settings) {
  filters::DetectorSpec spec;
  for (const config::CustomDetector& c : settings.custom)
    if (c.dictionary.value.empty())
      spec.custom.push_back({c.type.value, c.pattern.value, c.category, c.confidence,
                             plain(c.match), plain(c.no_match)});
  spec.allow_values = settings.allow_values;
  return spec;
}

bool is_of_row(const DetectorProblem& p) {
  return p.where == DetectorProblem::Where::kRow || p.where == DetectorProblem::Where::kRowMatch ||
         p.where == DetectorProblem::Where::kRowNoMatch;
}

// Where a policy has no file of its own, the first pack stands for the whole.
std::shared_ptr<const filters::DetectorSet> compile(
    filters::DetectorSpec spec, const std::vector<const DetectorPackFile*>& files,
    const config::PolicyFile& policy, config::Problems& problems,
    const filters::DetectorSet* running = nullptr) {
  const std::size_t before = problems.size();
  for (const DetectorPackFile* file : files) spec.packs.push_back(to_pack(*file, problems));
  std::vector<DetectorProblem> found;
  auto set = filters::DetectorSet::compile(spec, found, running);
  for (const DetectorProblem& p : found) {
    if (is_of_row(p))
      problems.push_back(problem_of_row(p, *files[static_cast<std::size_t>(p.index)]));
    else
      problems.push_back({policy.path, mark_of_custom(p, policy.detectors), p.message, ""});
  }
  return problems.size() == before ? set : nullptr;
}

}  // namespace

filters::Pack to_pack(const DetectorPackFile& file, config::Problems& problems) {
  filters::Pack pack;
  pack.name = file.name;
  pack.rows.reserve(file.rows.size());
  for (const PackRowDef& def : file.rows) pack.rows.push_back(to_row(def, file.path, problems));
  return pack;
}

std::vector<filters::Pack> shipped_packs(config::Problems& problems) {
  const std::size_t before = problems.size();
  std::vector<filters::Pack> out;
  for (const DetectorPackFile& file : config::load_shipped_packs(problems))
    out.push_back(to_pack(file, problems));
  if (problems.size() != before) out.clear();
  return out;
}

std::shared_ptr<const filters::DetectorSet> compile_detectors(
    const config::PolicyFile& policy, const std::vector<DetectorPackFile>& files,
    config::Problems& problems, std::vector<filters::OtherDetector> others,
    const filters::DetectorSet* running) {
  const std::size_t before = problems.size();
  const auto loaded = loaded_files(policy, files, problems);
  filters::DetectorSpec spec = spec_of(policy.detectors);
  spec.others = std::move(others);
  auto set = compile(std::move(spec), loaded, policy, problems, running);
  return problems.size() == before ? set : nullptr;
}

std::vector<filters::TypeInfo> known_types(const config::PolicyFile& policy,
                                           const std::vector<DetectorPackFile>& files) {
  std::vector<filters::Pack> packs;
  config::Problems ignored;
  for (const DetectorPackFile& file : files) packs.push_back(to_pack(file, ignored));
  std::vector<filters::TypeInfo> out = filters::types_of(packs);
  for (const config::CustomDetector& c : policy.detectors.custom)
    out.push_back({c.type.value, c.category, "custom"});
  for (const config::DatasetDef& d : policy.datasets)
    out.push_back({d.type(), d.category, "dataset"});
  return out;
}

std::shared_ptr<const filters::DetectorSet> compile_pack(const DetectorPackFile& file,
                                                         config::Problems& problems) {
  config::PolicyFile none;
  none.path = file.path;
  return compile({}, {&file}, none, problems);
}

}  // namespace sekisho::policy
