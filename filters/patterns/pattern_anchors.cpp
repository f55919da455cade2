#include "filters/patterns/pattern_anchors.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "filters/commonness.h"
#include "filters/patterns/pattern_length.h"
#include "filters/patterns/pattern_tree.h"

namespace sekisho::filters {
namespace {

using Kind = PatternNode::Kind;

constexpr std::size_t kMostAlternatives = 64;
// That stand beside each other and are to be rare.
constexpr std::size_t kPlaces = 4;
// A commoner one is found more quickly by looking at every byte: of what is looked for, and of that
// with the bytes behind it.
constexpr double kRareEnough = 1.0 / 30, kRareWithRest = 1.0 / 250;
// So that nothing rarer is looked for behind it, or in its alternatives.
constexpr double kVeryRare = 1.0 / 15'000;
constexpr std::size_t kRest = 16;  // places
// One behind the beginning costs a search back.
constexpr double kInside = 4, kFarInside = 16;
// One a few bytes behind, in the middle of a character perhaps, has no border of a word.
constexpr double kBehind = 4;
constexpr std::size_t kFarthestInside = 8;  // bytes
constexpr std::size_t kFar = 64;            // bytes

// What more there may be of something repeated, behind the first.
PatternNode further(const PatternNode& repeat) {
  PatternNode out = repeat;
  --out.least;
  if (out.most != PatternNode::kAnyNumber) --out.most;
  return out;
}

// The parts of a sequence, and one of each sequence in it that is repeated.
std::vector<PatternNode> unrolled(const PatternNode& node) {
  std::vector<PatternNode> out;
  for (PatternNode& part : flat(node)) {
    const bool repeats = part.kind == Kind::kRepeat && part.least > 0 && part.most > 0 &&
                         part.parts.front().kind == Kind::kSequence;
    if (repeats) {
      std::vector<PatternNode> first = unrolled(part.parts.front());
      std::move(first.begin(), first.end(), std::back_inserter(out));
      part = further(part);
    }
    out.push_back(std::move(part));
  }
  return out;
}

// The ways in which a pattern may begin, each without alternatives at its beginning.
std::vector<PatternNode> alternatives_of(const PatternNode& node) {
  std::vector<PatternNode> parts = unrolled(node);
  const auto first = std::find_if_not(parts.begin(), parts.end(),
                                      [](const PatternNode& part) { return part.is_place(); });
  if (first == parts.end()) return {sequence_of(std::move(parts))};
  std::vector<PatternNode> choices;
  if (first->kind == Kind::kEither) {
    choices = first->parts;
  } else if (first->kind == Kind::kRepeat && first->least == 0 && first->most == 1) {
    choices = {first->parts.front(), PatternNode{}};
  } else {
    return {sequence_of(std::move(parts))};
  }
  std::vector<PatternNode> out;
  for (const PatternNode& choice : choices) {
    *first = choice;
    for (PatternNode& one : alternatives_of(sequence_of(parts))) out.push_back(std::move(one));
    if (out.size() > kMostAlternatives) return out;
  }
  return out;
}

bool is_word(const std::bitset<256>& bytes) {
  for (std::size_t c = 0; c < 256; ++c)
    if (bytes[c] && !kWordBytes.has(static_cast<char>(c))) return false;
  return true;
}

std::optional<PatternPaths> paths_from(const std::vector<PatternNode>& parts, std::size_t from) {
  const auto begin = parts.begin() + static_cast<std::ptrdiff_t>(from);
  return PatternPaths::of(sequence_of({begin, parts.end()}));
}

// The share of prompts' places where `places` from `from` on, `size` of them, stand.
double share_of(const std::vector<std::bitset<256>>& places, std::size_t from, std::size_t size) {
  Share share;
  for (std::size_t i = from; i < std::min(places.size(), from + size); ++i)
    share.then([&](unsigned c) { return places[i][c]; });
  return share.most();
}

// Where the parts from `from` on begin, or a few bytes behind, without the rest.
std::optional<PatternAnchor> anchor_at(const std::vector<PatternNode>& parts, std::size_t from) {
  const std::optional<PatternPaths> paths = paths_from(parts, from);
  if (!paths) return std::nullopt;
  const std::vector<std::bitset<256>> places = paths->first_places(kRest);
  if (places.empty()) return std::nullopt;
  PatternAnchor out;
  out.commonness = share_of(places, 0, kPlaces);
  for (std::size_t i = 1; i < places.size() && i <= kFarthestInside; ++i) {
    const double share = share_of(places, i, kPlaces);
    if (share * kBehind >= out.commonness) continue;
    out.commonness = share;
    out.inside = i;
  }
  if (share_of(places, 0, kRest) > kRareWithRest) out.commonness = 1;
  const auto first = places.begin() + static_cast<std::ptrdiff_t>(out.inside);
  out.places.assign(
      first, first + std::min<std::ptrdiff_t>(places.end() - first, AnchorFinder::kMostPlaces));
  out.before = out.inside;
  return out;
}

// The rarest one of a pattern.
std::optional<PatternAnchor> rarest(const std::vector<PatternNode>& parts) {
  std::optional<PatternAnchor> best = anchor_at(parts, 0);
  if (!best) return std::nullopt;
  best->at_border =
      best->inside == 0 && parts.front().kind == Kind::kWordBorder && is_word(best->places.front());
  double least = best->commonness;
  std::size_t before = 0, from = 0;
  for (std::size_t i = 0; i + 1 < parts.size() && least > kVeryRare; ++i) {
    const auto size = longest_match(parts[i]);
    before =
        size && before != PatternAnchor::kAnyNumber ? before + *size : PatternAnchor::kAnyNumber;
    if (before == 0 || parts[i + 1].is_place()) continue;
    std::optional<PatternAnchor> inside = anchor_at(parts, i + 1);
    if (!inside) break;
    const double cost = inside->commonness * (before > kFar ? kFarInside : kInside);
    if (cost >= least) continue;
    least = cost;
    best = std::move(inside);
    best->before = before == PatternAnchor::kAnyNumber ? before : before + best->inside;
    from = i + 1;
  }
  best->rest = paths_from(parts, from)->first();
  best->known = best->rest->after(best->inside, best->places);
  return best;
}

}  // namespace

std::vector<PatternAnchor> pattern_anchors(std::string_view pattern) {
  const std::optional<PatternNode> tree = pattern_tree(pattern);
  if (!tree) return {};
  const std::vector<PatternNode> parts = unrolled(*tree);
  if (parts.empty()) return {};
  std::optional<PatternAnchor> whole = rarest(parts);
  if (whole && whole->commonness <= kVeryRare) return {std::move(*whole)};
  const std::vector<PatternNode> all = alternatives_of(*tree);
  if (all.size() > kMostAlternatives) return {};
  std::vector<PatternAnchor> out;
  for (const PatternNode& one : all) {
    std::optional<PatternAnchor> anchor = one.parts.empty() ? std::nullopt : rarest(one.parts);
    if (!anchor || anchor->commonness > kRareEnough) return {};
    out.push_back(std::move(*anchor));
  }
  return out;
}

}  // namespace sekisho::filters
