// The part of Inspection that says where a finding stands, and keeps it once.

#include <algorithm>
#include <utility>

#include "policy/inspection_impl.h"

namespace sekisho::policy {
namespace {

using filters::Finding;
using filters::Place;
using filters::Range;
using filters::TextChunk;

// A body made of nothing but findings must not cost a hundred times its size in memory.
constexpr std::size_t kFreeFindings = 1024, kMostFindings = 1u << 18;

// Where something registered was found in the body.
std::tuple<std::size_t, std::size_t, std::string_view> cell_key(const PlacedFinding& placed) {
  return {placed.original.begin, placed.original.end, placed.finding.type};
}

}  // namespace

// What its neighbours say of a cell: found by itself before, it is only surer now.
void Inspection::Impl::place_cell(const TextChunk& cell, Finding finding) {
  PlacedFinding placed = placed_at(cell, std::move(finding));
  const auto known = cells.find(cell_key(placed));
  if (known == cells.end()) return add(std::move(placed));
  Finding& same = result.findings[known->second].finding;
  if (same.confidence < placed.finding.confidence) same = std::move(placed.finding);
}

void Inspection::Impl::place_findings(const TextChunk& from) {
  if (found.empty()) return;
  if (from.holds_json) {
    place_around_json(from);
  } else {
    place_each(from);
  }
  found.clear();
}

// What a document inside the text gave already is not told again where the text itself was read in
// another way.
void Inspection::Impl::place_each(const TextChunk& from) {
  const bool undone = std::any_of(found.begin(), found.end(),
                                  [](const Finding& finding) { return finding.undone != 0; });
  if (!undone || from.place != Place::kBody) {
    for (auto& finding : found) place(from, std::move(finding));
    return;
  }
  const FindingsInside inside(result.findings, filters::locate(from, {0, from.text.size()}).range);
  for (auto& finding : found) {
    if (finding.undone != 0) {
      PlacedFinding placed;
      placed.original = filters::locate(from, finding.range).range;
      placed.finding.type = finding.type;
      if (inside.cover(placed)) continue;
    }
    place(from, std::move(finding));
  }
}

// What the strings of the JSON gave already is left; the rest must be edited with care.
void Inspection::Impl::place_around_json(const TextChunk& from) {
  std::stable_sort(found.begin(), found.end(), [](const Finding& a, const Finding& b) {
    return a.range.begin < b.range.begin;
  });
  filters::JsonPlaces places(from.text);
  const Range whole = filters::locate(from, {0, from.text.size()}).range;
  const FindingsInside inside(result.findings, whole);
  for (auto& finding : found) {
    PlacedFinding placed = placed_at(from, std::move(finding));
    if (inside.cover(placed)) continue;
    fit_into_json(from, places, placed);
    add(std::move(placed));
  }
}

bool Inspection::Impl::is_own_query(const TextChunk& from, const Finding& finding) {
  if (from.place != Place::kQuery || from.is_key) return false;
  const std::string_view key = from.where == "query" ? std::string_view(query_key) : from.where;
  return own.own_in_query(key, finding.type, finding.category);
}

void Inspection::Impl::place(const TextChunk& from, Finding finding) {
  const bool exchanged = own.token_exchange() && from.place == Place::kBody &&
                         own.may_own(finding.type, finding.category);
  if (exchanged || is_own_query(from, finding)) {
    result.own_credential = true;
    return;
  }
  PlacedFinding placed = placed_at(from, std::move(finding));
  if (from.again && seen.has(result.findings, placed)) return;
  add(std::move(placed));
}

PlacedFinding Inspection::Impl::placed_at(const TextChunk& from, Finding finding) const {
  PlacedFinding placed;
  placed.place = from.place;
  placed.coding = from.coding;
  placed.where = from.place == Place::kQuery && from.where == "query" ? query_key : from.where;
  placed.is_key = from.is_key;
  placed.number = from.is_number;
  filters::Spot spot = filters::locate(from, finding.range);
  placed.original = spot.range;
  placed.outer = std::move(spot.outer);
  placed.fixed = spot.fixed;
  const std::string_view root = std::string_view(from.where).substr(0, from.root_where);
  placed.untouchable = from.place == Place::kBody && !root.empty() && root[0] == '/' &&
                       is_untouchable(dialect, root);
  if (keeps_text && from.place == Place::kBody)
    placed.text = from.text.substr(finding.range.begin, finding.range.size());
  placed.finding = std::move(finding);
  return placed;
}

void Inspection::Impl::add(PlacedFinding placed) {
  const std::size_t count = result.findings.size();
  if (count >= kFreeFindings && count % kFreeFindings == 0 &&
      (count >= kMostFindings || !reserve(kFreeFindings * sizeof(PlacedFinding)))) {
    result.over_limit = true;
    stage = Stage::kDone;
    return;
  }
  if (!placed.finding.counts_as.empty() && placed.place == Place::kBody)
    cells.emplace(cell_key(placed), count);
  result.findings.push_back(std::move(placed));
}

}  // namespace sekisho::policy
