#include "filters/detector_set.h"

#include <algorithm>
#include <deque>
#include <set>
#include <unordered_set>
#include <utility>

#include "filters/near_words.h"
#include "filters/patterns/pattern_detector.h"
#include "filters/registered/canonical_text.h"
#include "filters/scanner.h"
#include "filters/surroundings.h"
#include "filters/views/hidden_text.h"
#include "filters/width_fold.h"
#include "filters/word_spellings.h"

namespace sekisho::filters {
namespace {

void add_types(const Pack& pack, std::vector<TypeInfo>& out) {
  const auto add = [&](const std::string& type, const std::string& category) {
    const bool known =
        std::any_of(out.begin(), out.end(), [&type](const TypeInfo& t) { return t.type == type; });
    if (!known) out.push_back({type, category, pack.name});
  };
  // Found by the scanner itself: where it stands is all that there is to see.
  if (pack.name == "labels") add(std::string(kHiddenTextType), "confidential");
  for (const DetectorRow& row : pack.rows) {
    add(row.type, row.category);
    if (!row.second_type.empty()) add(row.second_type, row.category);
  }
}

std::string only_digits(std::string_view value) {
  std::string digits;
  for (const char c : folded_lower(value)) {
    if (is_digit(static_cast<unsigned char>(c)))
      digits += c;
    else if (is_letter(static_cast<unsigned char>(c)))
      return {};
  }
  return digits;
}

}  // namespace

// What takes nearly all the time and memory of a set; sets that ask for the same share it.
struct DetectorSet::Patterns {
  explicit Patterns(const DetectorSpec& spec)
      : packs(spec.packs),
        custom(spec.custom),
        memory_budget(spec.memory_budget),
        detector(spec.memory_budget) {}
  bool compile(std::vector<DetectorProblem>& problems);
  void load_custom(std::vector<DetectorProblem>& problems);
  bool is_of(const DetectorSpec& spec) const {
    return spec.memory_budget == memory_budget && spec.packs == packs && spec.custom == custom;
  }

  const std::vector<Pack> packs;  // as asked for
  const std::vector<CustomPattern> custom;
  const std::size_t memory_budget;
  std::deque<DetectorRow> rows;   // `detector` refers to them
  std::deque<std::string> names;  // of custom types and categories: findings point here
  PatternDetector detector;
};

struct DetectorSet::Impl {
  std::shared_ptr<const Patterns> patterns;  // null: a set of detectors made elsewhere
  std::vector<std::shared_ptr<const Detector>> others;
  std::vector<const Detector*> detectors;
  std::vector<TypeInfo> types;
  std::set<std::string, std::less<>> custom_types;
  std::unordered_set<std::string> allowed;
  std::unordered_set<std::string> allowed_canonical;  // the same whatever the spelling
};

DetectorSet::DetectorSet() = default;
DetectorSet::~DetectorSet() = default;

namespace {

using Where = DetectorProblem::Where;

void check_row_examples(const DetectorRow& row, DetectorProblem at, const PatternDetector& detector,
                        std::vector<DetectorProblem>& problems) {
  at.where = Where::kRowMatch;
  for (std::size_t i = 0; i < row.match.size(); ++i) {
    if (detector.last_row_finds(row.match[i])) continue;
    at.sub_index = static_cast<int>(i);
    at.message = "the row does not find its type in '" + row.match[i] + "'";
    problems.push_back(at);
  }
  at.where = Where::kRowNoMatch;
  for (std::size_t i = 0; i < row.no_match.size(); ++i) {
    if (!detector.last_row_finds(row.no_match[i])) continue;
    at.sub_index = static_cast<int>(i);
    at.message = "the row finds its type in '" + row.no_match[i] + "'";
    problems.push_back(at);
  }
}

// Rows live as long as the set: findings point at their types.
void load_pack(const Pack& pack, int index, std::deque<DetectorRow>& rows,
               PatternDetector& detector, std::vector<DetectorProblem>& problems) {
  for (std::size_t i = 0; i < pack.rows.size(); ++i) {
    DetectorRow& row = rows.emplace_back(pack.rows[i]);
    for (ContextWords* words : {&row.context, &row.against}) {
      words->words = with_spellings(words->words);
      words->marks = Surroundings::marks_of(words->words);
    }
    if (!row.context.words.empty() || !row.against.words.empty())
      row.near = std::make_shared<const NearWords>(row);
    DetectorProblem at{Where::kRow, index, -1, "", static_cast<int>(i)};
    if (detector.add_row(row, at.message))
      check_row_examples(row, at, detector, problems);
    else
      problems.push_back(at);
    row.match = row.no_match = {};
  }
}

void check_examples(const CustomPattern& custom, int index, std::size_t row,
                    const PatternDetector& detector, std::vector<DetectorProblem>& problems) {
  for (std::size_t i = 0; i < custom.match.size(); ++i) {
    if (detector.custom_matches(row, custom.match[i])) continue;
    problems.push_back({Where::kCustomMatch, index, static_cast<int>(i),
                        "the pattern does not find '" + custom.match[i] + "'"});
  }
  for (std::size_t i = 0; i < custom.no_match.size(); ++i) {
    if (!detector.custom_matches(row, custom.no_match[i])) continue;
    problems.push_back({Where::kCustomNoMatch, index, static_cast<int>(i),
                        "the pattern finds '" + custom.no_match[i] + "'"});
  }
}

}  // namespace

void DetectorSet::Patterns::load_custom(std::vector<DetectorProblem>& problems) {
  for (std::size_t i = 0; i < custom.size(); ++i) {
    const std::string& type = names.emplace_back(custom[i].type);
    const std::string& category = names.emplace_back(custom[i].category);
    std::string error;
    if (detector.add_custom(custom[i], type, category, error))
      check_examples(custom[i], static_cast<int>(i), i, detector, problems);
    else
      problems.push_back({Where::kCustomPattern, static_cast<int>(i), -1, error});
  }
}

bool DetectorSet::Patterns::compile(std::vector<DetectorProblem>& problems) {
  const std::size_t problems_before = problems.size();
  for (std::size_t i = 0; i < packs.size(); ++i)
    load_pack(packs[i], static_cast<int>(i), rows, detector, problems);
  load_custom(problems);
  if (problems.size() != problems_before) return false;
  if (detector.compile()) return true;
  problems.push_back(
      {Where::kMemory, -1, -1, "the patterns do not fit into the memory set aside for them"});
  return false;
}

std::shared_ptr<const DetectorSet> DetectorSet::compile(const DetectorSpec& spec,
                                                        std::vector<DetectorProblem>& problems,
                                                        const DetectorSet* running) {
  std::shared_ptr<DetectorSet> set(new DetectorSet());
  set->impl_ = std::make_unique<Impl>();
  Impl& impl = *set->impl_;
  if (running && running->impl_->patterns && running->impl_->patterns->is_of(spec)) {
    impl.patterns = running->impl_->patterns;
  } else {
    auto patterns = std::make_shared<Patterns>(spec);
    if (!patterns->compile(problems)) return nullptr;
    impl.patterns = std::move(patterns);
  }
  impl.types = types_of(spec.packs);
  impl.detectors.push_back(&impl.patterns->detector);
  for (const CustomPattern& custom : spec.custom) {
    impl.types.push_back({custom.type, custom.category, "custom"});
    impl.custom_types.insert(custom.type);
  }
  for (const OtherDetector& other : spec.others) {
    impl.others.push_back(other.detector);
    impl.detectors.push_back(other.detector.get());
    impl.types.push_back({other.type, other.category, other.pack});
    impl.custom_types.insert(other.type);
  }
  set->allow(spec.allow_values);
  return set;
}

// A value is allowed in the form it is written in the policy and in the form findings carry.
void DetectorSet::allow(const std::vector<std::string>& values) {
  std::unordered_set<std::string> forms;
  for (const std::string& value : values) {
    forms.insert(value);
    forms.insert(folded_lower(value));
    if (std::string digits = only_digits(value); !digits.empty()) forms.insert(std::move(digits));
    Findings found;
    Scanner(*this).scan(value, found);
    for (Finding& f : found) {
      if (f.range == Range{0, value.size()}) forms.insert(std::move(f.normalised));
    }
  }
  for (const std::string& form : forms)
    if (std::string canonical = canonical_form(form); !canonical.empty())
      impl_->allowed_canonical.insert(std::move(canonical));
  impl_->allowed = std::move(forms);
}

std::shared_ptr<const DetectorSet> DetectorSet::of(
    std::vector<std::unique_ptr<const Detector>> detectors) {
  std::shared_ptr<DetectorSet> set(new DetectorSet());
  set->impl_ = std::make_unique<Impl>();
  for (auto& detector : detectors) set->impl_->others.push_back(std::move(detector));
  for (const auto& detector : set->impl_->others) set->impl_->detectors.push_back(detector.get());
  return set;
}

const std::vector<TypeInfo>& DetectorSet::types() const {
  return impl_->types;
}
const std::vector<const Detector*>& DetectorSet::detectors() const {
  return impl_->detectors;
}
std::vector<const Detector*> DetectorSet::detectors_of(std::string_view prefix) const {
  std::vector<const Detector*> out;
  for (const auto& other : impl_->others)
    if (other->name().substr(0, prefix.size()) == prefix) out.push_back(other.get());
  return out;
}
std::size_t DetectorSet::max_span() const {
  std::size_t longest = 0;
  for (const Detector* detector : impl_->detectors)
    longest = std::max(longest, detector->max_span());
  return longest;
}

bool DetectorSet::allowed_value(std::string_view normalised) const {
  if (impl_->allowed.empty()) return false;
  return impl_->allowed.count(std::string(normalised)) > 0 ||
         impl_->allowed_canonical.count(canonical_form(normalised)) > 0;
}

bool DetectorSet::is_custom(std::string_view type) const {
  return impl_->custom_types.contains(type);
}

Footprint DetectorSet::footprint() const {
  return impl_->patterns ? impl_->patterns->detector.footprint() : Footprint{};
}

std::vector<TypeInfo> types_of(const std::vector<Pack>& packs) {
  std::vector<TypeInfo> types;
  for (const Pack& pack : packs) add_types(pack, types);
  return types;
}

}  // namespace sekisho::filters
