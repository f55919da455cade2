#include "filters/patterns/pattern_rows_impl.h"

#include <string>
#include <utility>

#include "filters/table.h"
#include "filters/values/validators.h"

namespace sekisho::filters {
namespace {

// What a label names begins at most so many bytes after it.
constexpr std::size_t kLabelReach = 192;

bool is_allowed(const PackRow& pack_row, std::string_view value) {
  return std::any_of(pack_row.allow.begin(), pack_row.allow.end(), [value](const auto& pattern) {
    return pattern->Match(piece(value), 0, value.size(), RE2::UNANCHORED, nullptr, 0);
  });
}

// Matches a row's pattern at `begin` of `text`, to the end of its tail. `parts`: the match, and the
// first group where there is one.
bool match_at(const PackRow& row, std::string_view text, std::size_t begin,
              re2::StringPiece parts[2]) {
  const int groups = row.group ? 0 : std::min(1, row.pattern.NumberOfCapturingGroups());
  const auto matches = [&](const RE2& pattern) {
    return pattern.Match(piece(text), begin, text.size(), RE2::ANCHOR_START, parts, groups + 1);
  };
  if (!(row.first != nullptr && matches(*row.first)) && !matches(row.pattern)) return false;
  if (row.group) {
    parts[1] = parts[0];
    parts[1].remove_prefix(row.group->begin_in({parts[0].data(), parts[0].size()}));
  }
  if (row.tail.more == 0) return true;
  const std::string_view whole(parts[0].data(), parts[0].size());
  const std::size_t end = static_cast<std::size_t>(whole.data() - text.data()) + whole.size();
  const std::size_t more = row.tail.end_of(text, end) - end;
  // Of several groups the first may be another one.
  if (parts[1].data() + parts[1].size() == whole.data() + whole.size())
    parts[1].set(parts[1].data(), parts[1].size() + more);
  parts[0].set(whole.data(), whole.size() + more);
  return true;
}

// Appends what a token row finds where its gate stands; the end of the finding, or of the gate
// where there is none.
std::size_t match_token(const PackRow& pack_row, std::string_view text, Range gate, Findings& out) {
  const DetectorRow& row = pack_row.row;
  const int groups = pack_row.pattern.NumberOfCapturingGroups();
  if (gate.begin < row.lead) return gate.end;
  const std::size_t begin = gate.begin - row.lead;
  // Cheap, and keeps a long run of gates from being matched at each of them.
  if (groups == 0 && !border_holds(text, {begin, gate.end}, row.left, Border::kNone))
    return gate.end;
  if (!pack_row.run.may_begin(text, begin)) return gate.end;
  re2::StringPiece parts[2];
  if (!match_at(pack_row, text.substr(0, begin + pack_row.span), begin, parts)) return gate.end;
  const std::size_t before = out.size();
  judge_match(pack_row, text, parts, out);
  return out.size() == before ? gate.end : std::max(gate.end, out.back().range.end);
}

// What stands at the start of `place` under a label.
void match_labelled(const PackRow& pack_row, std::string_view text, Range place, Findings& out) {
  re2::StringPiece parts[2];
  const std::string_view value = text.substr(place.begin, place.size());
  if (!pack_row.run.may_begin_all(value)) return;
  if (match_at(pack_row, value, 0, parts)) judge_match(pack_row, text, parts, out);
}

}  // namespace

RE2::Options quiet_options(std::size_t max_mem) {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(static_cast<std::int64_t>(max_mem));
  return options;
}

bool matches_nothing(const RE2& pattern) {
  for (const std::string_view probe : {"", "a", " ", "a b", "\n", "1", "あ"}) {
    re2::StringPiece match;
    if (pattern.Match(piece(probe), 0, probe.size(), RE2::UNANCHORED, &match, 1) && match.empty())
      return true;
  }
  return false;
}

void judge_match(const PackRow& pack_row, std::string_view text, const re2::StringPiece parts[2],
                 Findings& out) {
  const DetectorRow& row = pack_row.row;
  const re2::StringPiece value = parts[1].data() != nullptr ? parts[1] : parts[0];
  const std::size_t begin = static_cast<std::size_t>(value.data() - text.data());
  TokenMatch match{text, {begin, begin + value.size()}};
  if (match.range.size() == 0 || !border_holds(text, match.range, row.left, row.right)) return;
  double confidence = row.confidence.shape;
  if (row.check != nullptr) {
    // A shape that says nothing by itself may still pass its check, beside a context word.
    confidence = row.check(match, confidence > 0 ? confidence : row.confidence.context);
    if (confidence <= 0) return;
    if (row.confidence.shape <= 0) confidence = 0;
  }
  if (row.min_entropy > 0 && shannon_entropy(match.value()) < row.min_entropy) return;
  if (is_allowed(pack_row, match.value())) return;
  std::string_view why;
  confidence = weigh(row, confidence, text, match.range, why);
  if (confidence > 0)
    out.push_back(make_finding(row, confidence, match.range, std::string(match.value()), why));
}

void keep_beginning_in(Range where, std::size_t from, Findings& found) {
  const auto outside = [where](const Finding& f) {
    return f.range.begin < where.begin || f.range.begin >= where.end;
  };
  found.erase(
      std::remove_if(found.begin() + static_cast<std::ptrdiff_t>(from), found.end(), outside),
      found.end());
}

std::size_t find_at(const PackRow& pack_row, const Window& window, Range gate, Findings& out) {
  if (pack_row.row.at_gate == nullptr) return match_token(pack_row, window.text, gate, out);
  pack_row.row.at_gate(pack_row.row, window.text, gate, out);
  return gate.end;
}

void at_label(const PackRow& pack_row, std::string_view text, Range label, Findings& out) {
  const std::vector<Range> cells = cells_below(text, label);
  std::size_t stop = std::min(text.size(), label.end + kLabelReach);
  // Under a heading the next row begins with another column.
  if (!cells.empty()) {
    const std::optional<Range> row = html_row(text, label);
    stop = std::min(stop, row ? row->end : text.substr(0, stop).find('\n', label.end));
  }
  match_labelled(pack_row, text, {label.end, stop}, out);
  for (const Range cell : cells) match_labelled(pack_row, text, cell, out);
}

void next_match(const RE2& pattern, std::size_t span, std::string_view text, std::size_t pos,
                std::size_t end, re2::StringPiece parts[2]) {
  const std::size_t limit = std::min(text.size(), end + span + kAssertionReach);
  const int groups = 1 + std::min(1, pattern.NumberOfCapturingGroups());
  const auto anchor = end == pos + 1 ? RE2::ANCHOR_START : RE2::UNANCHORED;
  while (pos < end) {
    parts[0] = parts[1] = {};
    if (!pattern.Match(piece(text.substr(0, limit)), pos, limit, anchor, parts, groups)) break;
    const std::size_t begin = static_cast<std::size_t>(parts[0].data() - text.data());
    if (begin >= end) break;
    pos = begin + 1;
    const std::size_t cut = begin + span;
    if (parts[0].size() > span &&
        !pattern.Match(piece(text.substr(0, cut)), begin, cut, RE2::ANCHOR_START, parts, groups))
      continue;
    if (!parts[0].empty()) return;
  }
  parts[0] = parts[1] = {};
}

Finding custom_finding(const CustomRow& row, std::string_view text, const re2::StringPiece& match) {
  const std::size_t begin = static_cast<std::size_t>(match.data() - text.data());
  return {row.type,          row.category,           row.confidence, {begin, begin + match.size()},
          match.as_string(), "pattern of the policy"};
}

}  // namespace sekisho::filters
