// What announces a row: words, digits, or the set.

#include <algorithm>
#include <utility>

#include "filters/patterns/pattern_alternatives.h"
#include "filters/patterns/pattern_detector_impl.h"
#include "filters/patterns/pattern_length.h"
#include "filters/table.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kFewBytes = 16;

std::string any_literal(const std::vector<std::string>& literals) {
  std::string out = "(?i)";
  for (const std::string& literal : literals)
    out += (out.size() > 4 ? "|" : "") + RE2::QuoteMeta(piece(literal));
  return out;
}

// What announces a row, as a pattern.
std::string announcing(const DetectorRow& row) {
  if (!row.gate.empty()) return row.gate;
  if (!row.literals.empty()) return any_literal(row.literals);
  return row.over_numbers != nullptr ? std::string(kDigitRunGate) : row.pattern;
}

}  // namespace

PatternDetector::Impl::Gate& PatternDetector::Impl::gate_of(const std::string& pattern) {
  const auto [place, added] = gates.try_emplace(pattern);
  Gate& gate = place->second;
  if (!added) return gate;
  gate.pattern = std::make_unique<const RE2>(pattern, quiet_options(kPatternMemory));
  gate.length = longest_match(pattern).value_or(kGateReach);
  gate.shape = byte_shape(pattern);
  gate.run = pattern_run(pattern);
  gate.in_ascii = whole_ascii_shape(pattern);
  gate.at_border = pattern.compare(0, 2, "\\b") == 0 || pattern.compare(0, 6, "(?i:\\b") == 0;
  return gate;
}

void PatternDetector::Impl::add_word(const std::string& word, bool any_case, Announced announced) {
  const auto [place, added] = word_index.try_emplace({word, any_case}, words.size());
  if (added) {
    words.push_back({word, any_case});
    gates_of_word.emplace_back();
  }
  gates_of_word[place->second].push_back(std::move(announced));
}

// How a match goes on from its beginning, of a pattern so short that it is read in no time.
void PatternDetector::Impl::know_ways(Gate& gate, PatternPaths& paths) {
  constexpr std::size_t kLongest = 32;
  if (gate.pattern == nullptr || gate.length > kLongest) return;
  for (const bool behind_word : {false, true}) {
    std::shared_ptr<const FirstBytes> ways = paths.whole(behind_word);
    if (ways != nullptr && ways->tells_ends()) gate.ways[behind_word] = std::move(ways);
  }
}

// `pattern`: what the words stand in.
void PatternDetector::Impl::add_words(Gate& gate, const PatternWords& given,
                                      std::string_view pattern) {
  std::optional<PatternPaths> paths = PatternPaths::of(pattern);
  if (paths && given.before == 0 && !given.whole) know_ways(gate, *paths);
  for (const std::string& word : given.words)
    add_word(word, given.any_case,
             {&gate, paths ? paths->behind(word, given.any_case, given.before == 0) : nullptr});
}

namespace {

bool is_alnum_byte(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool same_mark_begins(const std::vector<std::string>& words) {
  return std::all_of(words.begin(), words.end(),
                     [&](const std::string& w) { return w[0] == words[0][0]; }) &&
         !is_alnum_byte(words[0][0]);
}

// Two bytes are common: where few may follow them, with each of these.
std::vector<std::string> longer(const std::vector<std::string>& words, const ByteShape& shape) {
  std::vector<std::string> out;
  for (const std::string& word : words) {
    if (word.size() != 2 || shape.bytes.size() < 3 || shape.bytes[2].count() > kFewBytes) {
      out.push_back(word);
      continue;
    }
    for (int c = 0; c < 256; ++c)
      if (shape.bytes[2][static_cast<std::size_t>(c)]) out.push_back(word + static_cast<char>(c));
  }
  return out;
}

// What to look for so that no match of a gate is missed; nothing: what there is stands everywhere.
PatternWords words_for(const std::string& pattern, const ByteShape& shape) {
  PatternWords out = pattern_prefixes(pattern, 1);
  if (out.words.empty()) return pattern_inner_words(pattern);
  if (out.words.size() > kFewBytes && same_mark_begins(out.words) && shape.bytes.size() > 5)
    out.words = {out.words[0].substr(0, 1)};  // the shape refuses the most of them
  if (!out.any_case) out.words = longer(out.words, shape);
  const bool telling = std::all_of(out.words.begin(), out.words.end(), [](const std::string& w) {
    return w.find_first_not_of("0123456789") != std::string::npos &&
           (w.size() > 1 || !is_alnum_byte(w[0]));
  });
  return telling ? out : pattern_inner_words(pattern);
}

}  // namespace

// Each alternative of a gate is one for itself: found by words where it has some, else in the set.
bool PatternDetector::Impl::announce_alternatives(const std::string& pattern,
                                                  const PackRow& pack_row, std::string& error) {
  for (const std::string& alternative : pattern_alternatives(pattern)) {
    Gate& gate = gate_of(alternative);
    gate.gated.push_back(&pack_row);
    if (gate.announced) continue;
    const PatternWords found = words_for(alternative, gate.shape);
    const std::optional<std::size_t> digits = pattern_digit_reach(alternative);
    if (found.words.empty() && digits && !gate.shape.bytes.empty()) {
      gate.announced = true;
      gate.before = *digits;
      add_digit_gate(gate, alternative);
      continue;
    }
    if (found.words.empty()) {
      labelled_in_set = labelled_in_set || pack_row.row.labelled;
      if (!announce_in_set(gate, alternative, error)) return false;
      continue;
    }
    gate.announced = true;
    gate.before = found.before;
    gate.whole = found.whole;
    add_words(gate, found, alternative);
  }
  return true;
}

bool PatternDetector::Impl::announce_in_set(Gate& gate, const std::string& pattern,
                                            std::string& error) {
  if (gate.announced) return true;
  if (set.Add(pattern, &error) < 0) return false;
  gate.announced = true;
  members.push_back(&gate);
  return true;
}

bool PatternDetector::add_row(const DetectorRow& row, std::string& error) {
  impl_->last_row = &row;
  if (row.over_text != nullptr) {
    impl_->over_text.push_back(&row);
    impl_->max_span = std::max(impl_->max_span, 2 * kGateReach);
    return true;
  }
  const std::string announced = announcing(row);
  Impl::Gate& gate = impl_->gate_of(announced);
  if (!gate.pattern->ok()) {
    error = gate.pattern->error();
    return false;
  }
  PackRow& pack_row =
      impl_->rows.emplace_back(row, *gate.pattern, impl_->slots++, quiet_options(kPatternMemory));
  if (!pack_row.pattern.ok()) {
    error = pack_row.pattern.error();
    return false;
  }
  if (!row.pattern.empty() && matches_nothing(pack_row.pattern)) {
    error = "the pattern matches the empty text, so it would match everywhere";
    return false;
  }
  for (const std::string& allow : row.allow) {
    pack_row.allow.push_back(std::make_unique<const RE2>(allow, quiet_options(kPatternMemory)));
    if (pack_row.allow.back()->ok()) continue;
    error = "`allow`: " + pack_row.allow.back()->error();
    return false;
  }
  return impl_->announce(pack_row, gate, announced, error);
}

bool PatternDetector::Impl::announce(PackRow& pack_row, Gate& gate, const std::string& announced,
                                     std::string& error) {
  const DetectorRow& row = pack_row.row;
  if (pack_row.sought()) {
    add_sought(pack_row);
    if (row.literals.empty() && announce_sought(pack_row)) return true;
    gate.sought.push_back(&pack_row);
    any_sought = true;
    if (row.literals.empty()) return announce_in_set(gate, announced, error);
    if (std::exchange(gate.announced, true)) return true;
    for (const std::string& literal : row.literals)
      add_word(folded_lower(literal), true, {&gate, nullptr});
    return true;
  }
  const std::size_t gate_length = longest_match(announced).value_or(kGateReach);
  if (row.max_span > 0) pack_row.span = std::min(row.max_span, kShippedSpan);
  longest_gate = std::max(longest_gate, gate_length);
  before = std::max(before, kGateReach);
  after = std::max(after, kGateReach + gate_length + kAssertionReach);
  max_span = std::max(max_span, std::max(kShippedSpan, kColumnReach) + kWidestContext + kGateReach +
                                    gate_length + kAssertionReach);
  if (row.gate.empty() && row.literals.empty() && row.over_numbers != nullptr) {
    number_rows.push_back(&pack_row);
    return true;
  }
  any_labelled = any_labelled || row.labelled;
  return announce_alternatives(announced, pack_row, error);
}

// Where each alternative of a pattern begins with words, or has digits at hand, they say where to
// match it. False: it is for the set.
bool PatternDetector::Impl::announce_sought(const PackRow& pack_row) {
  struct Beginning {
    PatternWords words;
    std::optional<std::size_t> digits;
    ByteShape shape;
    std::string pattern;
  };
  std::vector<Beginning> all;
  for (const std::string& alternative : pattern_alternatives(pack_row.row.pattern)) {
    Beginning b{pattern_prefixes(alternative), pattern_digit_reach(alternative),
                byte_shape(alternative), alternative};
    // The border before keeps a match out of the middle of a run of digits.
    const bool at_run =
        b.digits && !b.shape.bytes.empty() && (*b.digits > 0 || pack_row.row.left != Border::kNone);
    if (!at_run) b.digits.reset();
    if (!at_run && b.words.words.empty()) return false;
    all.push_back(std::move(b));
  }
  for (Beginning& b : all) {
    Gate& gate = sought_gates.emplace_back();
    gate.sought.push_back(&pack_row);
    gate.shape = std::move(b.shape);
    gate.before = b.digits.value_or(0);
    if (b.digits)
      add_digit_gate(gate, b.pattern);
    else
      add_words(gate, b.words, b.pattern);
  }
  return !all.empty();
}

void PatternDetector::Impl::add_sought(PackRow& pack_row) {
  const std::size_t bound = longest_match(pack_row.row.pattern).value_or(kDefaultSpan);
  pack_row.span = std::min(pack_row.row.max_span > 0 ? pack_row.row.max_span : bound, kLongestSpan);
  words_before = std::max(words_before, pack_row.span);
  words_after = std::max(words_after, pack_row.span);
  after = std::max(after, pack_row.span + kAssertionReach);
  max_span = std::max(max_span, 2 * (pack_row.span + kAssertionReach) + kWidestContext);
}

namespace {

// Whether what a row finds begins where its gate does, at the border of a word.
bool begins_at_border(const PackRow& pack_row) {
  const DetectorRow& row = pack_row.row;
  return row.at_gate == nullptr && row.lead == 0 && row.left != Border::kNone && !row.labelled &&
         pack_row.pattern.NumberOfCapturingGroups() == 0;
}

}  // namespace

bool PatternDetector::Impl::all_begin_at_border(const Gate& gate) {
  const auto bordered = [](const PackRow* row) { return begins_at_border(*row); };
  return std::all_of(gate.gated.begin(), gate.gated.end(), bordered) &&
         std::all_of(gate.sought.begin(), gate.sought.end(), bordered);
}

void PatternDetector::Impl::add_digit_gate(Gate& gate, std::string_view pattern) {
  if (std::optional<PatternPaths> paths = PatternPaths::of(pattern)) {
    gate.first = paths->first();
    know_ways(gate, *paths);
  }
  digit_gates.push_back(&gate);
  digit_shapes.add(gate.shape, gate.before, all_begin_at_border(gate));
}

}  // namespace sekisho::filters
