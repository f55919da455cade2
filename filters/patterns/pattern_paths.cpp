#include "filters/patterns/pattern_paths.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "filters/utf8.h"

namespace sekisho::filters {
namespace {

using Bytes = std::bitset<256>;

constexpr std::size_t kMostStates = 4000;
// Of something repeated: what is farther away is never asked for.
constexpr std::size_t kMostCopies = 40;
constexpr std::size_t kMostSets = 250, kMostClasses = 200;

Bytes range(unsigned from, unsigned to) {
  Bytes out;
  for (unsigned c = from; c <= to && c < 256; ++c) out.set(c);
  return out;
}

// As "\b" has them.
const Bytes& word_bytes() {
  static const Bytes kWord = range('0', '9') | range('A', 'Z') | range('a', 'z') | range('_', '_');
  return kWord;
}

bool all_of(const Bytes& bytes, const Bytes& of) {
  return (bytes & ~of).none();
}

Bytes letter_bytes(char c, bool any_case) {
  Bytes out;
  out.set(static_cast<unsigned char>(c));
  if (any_case && c >= 'a' && c <= 'z') out.set(static_cast<unsigned char>(c - 0x20));
  return out;
}

// The characters between two of the same length, byte by byte; a few more where their first bytes
// differ.
std::vector<Bytes> bytes_between(char32_t from, char32_t to) {
  std::string first, last;
  append_utf8(first, from);
  append_utf8(last, to);
  std::vector<Bytes> out;
  bool same = true;
  for (std::size_t i = 0; i < first.size(); ++i) {
    const auto a = static_cast<unsigned char>(first[i]), b = static_cast<unsigned char>(last[i]);
    out.push_back(same ? range(a, b) : range(0x80, 0xBF));
    same = same && a == b;
  }
  return out;
}

}  // namespace

std::optional<std::uint16_t> FirstBytes::after(std::size_t before,
                                               const std::vector<std::bitset<256>>& places) const {
  std::set<std::uint16_t> at = {begin_};
  const auto step = [&](const std::bitset<256>& bytes) {
    std::set<std::uint16_t> out;
    for (const std::uint16_t state : at) {
      if (state == kUnsure || state == kEnded) out.insert(kUnsure);
      for (std::size_t c = 0; c < 256 && state >= kFirstState; ++c)
        if (bytes[c]) out.insert(next_[state + class_of_[c]]);
    }
    out.erase(kRefused);
    at = std::move(out);
  };
  for (std::size_t i = 0; i < before; ++i) step(std::bitset<256>().set());
  for (const std::bitset<256>& bytes : places) step(bytes);
  return at.size() == 1 ? std::optional(*at.begin()) : std::nullopt;
}

bool PatternPaths::full() const {
  return states_.size() >= kMostStates;
}

std::uint32_t PatternPaths::add(State state) {
  states_.push_back(state);
  return static_cast<std::uint32_t>(states_.size() - 1);
}

std::uint32_t PatternPaths::add_bytes(const Bytes& bytes, std::uint32_t next) {
  auto known = std::find(bytes_.begin(), bytes_.end(), bytes);
  if (known == bytes_.end()) known = bytes_.insert(known, bytes);
  return add({State::Kind::kBytes, static_cast<std::uint32_t>(known - bytes_.begin()), next, 0});
}

std::uint32_t PatternPaths::add_characters(const PatternNode& node, std::uint32_t next) {
  static constexpr std::pair<char32_t, char32_t> kLengths[] = {
      {0, 0x7F}, {0x80, 0x7FF}, {0x800, 0xFFFF}, {0x10000, 0x10FFFF}};
  Bytes ascii;
  std::vector<std::uint32_t> ways;
  for (const auto& [first, last] : node.ranges) {
    for (const auto& [least, most] : kLengths) {
      const char32_t from = std::max(first, least), to = std::min(last, most);
      if (from > to) continue;
      if (most == 0x7F) {
        ascii |= range(from, to);
        continue;
      }
      const std::vector<Bytes> row = bytes_between(from, to);
      std::uint32_t at = next;
      for (auto place = row.rbegin(); place != row.rend(); ++place) at = add_bytes(*place, at);
      ways.push_back(at);
    }
  }
  if (ascii.any() || ways.empty()) ways.push_back(add_bytes(ascii, next));
  std::uint32_t out = ways.back();
  for (std::size_t i = ways.size() - 1; i-- > 0;) out = add({State::Kind::kSplit, 0, ways[i], out});
  return out;
}

std::uint32_t PatternPaths::add_repeat(const PatternNode& node, std::uint32_t next) {
  const PatternNode& one = node.parts.front();
  const std::size_t least = std::min(node.least, kMostCopies);
  if (node.most == PatternNode::kAnyNumber || node.most > kMostCopies) {
    const std::uint32_t loop = add({State::Kind::kSplit, 0, next, next});
    states_[loop].other = add_node(one, loop);
    next = loop;
  } else {
    const std::uint32_t end = next;
    for (std::size_t i = least; i < node.most && !full(); ++i)
      next = add({State::Kind::kSplit, 0, end, add_node(one, next)});
  }
  for (std::size_t i = 0; i < least && !full(); ++i) next = add_node(one, next);
  return next;
}

// The state that leads through `node` to `next`.
std::uint32_t PatternPaths::add_node(const PatternNode& node, std::uint32_t next) {
  if (full()) return next;
  switch (node.kind) {
    case PatternNode::Kind::kCharacters:
      return add_characters(node, next);
    case PatternNode::Kind::kSequence:
      for (auto part = node.parts.rbegin(); part != node.parts.rend(); ++part)
        next = add_node(*part, next);
      return next;
    case PatternNode::Kind::kEither: {
      std::uint32_t out = add_node(node.parts.back(), next);
      for (std::size_t i = node.parts.size() - 1; i-- > 0;)
        out = add({State::Kind::kSplit, 0, add_node(node.parts[i], next), out});
      return out;
    }
    case PatternNode::Kind::kRepeat:
      return add_repeat(node, next);
    case PatternNode::Kind::kTextEnd:
    case PatternNode::Kind::kLineEnd:
      return add({State::Kind::kLineEnd, 0, next, 0});
    case PatternNode::Kind::kWordBorder:
      return add({State::Kind::kWordBorder, 0, next, 0});
  }
  return next;
}

// Whether the bytes that are taken for a part of a pattern are no more than those of its
// characters.
bool PatternPaths::is_exact(const PatternNode& node) {
  if (node.loose) return false;
  const auto told = [](const auto& range) {
    std::string first, last;
    append_utf8(first, range.first);
    append_utf8(last, range.second);
    first.pop_back();
    last.pop_back();
    return first == last;
  };
  const bool counted = node.kind != PatternNode::Kind::kRepeat ||
                       (node.least <= kMostCopies &&
                        (node.most <= kMostCopies || node.most == PatternNode::kAnyNumber));
  return counted && std::all_of(node.ranges.begin(), node.ranges.end(), told) &&
         std::all_of(node.parts.begin(), node.parts.end(), is_exact);
}

std::optional<PatternPaths> PatternPaths::of(std::string_view pattern) {
  const std::optional<PatternNode> tree = pattern_tree(pattern);
  return tree ? of(*tree) : std::nullopt;
}

std::optional<PatternPaths> PatternPaths::of(const PatternNode& tree) {
  PatternPaths out;
  out.add({});  // kMatchState
  out.add({});  // kBeyondState
  out.begin_ = out.add_node(tree, kMatchState);
  out.exact_ = is_exact(tree);
  out.part_bytes();
  if (out.full() || out.classes_.size() > kMostClasses) return std::nullopt;
  return out;
}

PatternPaths::Places PatternPaths::closed(const Places& from, const Bytes& before) const {
  Places out, open = from;
  std::vector<std::uint8_t> seen(states_.size());  // a bit for each way to stand there
  while (!open.empty()) {
    const Standing at = open.back();
    open.pop_back();
    const auto bit = static_cast<std::uint8_t>(1u << static_cast<unsigned>(at.next));
    if (seen[at.state] & bit) continue;
    seen[at.state] |= bit;
    out.push_back(at);
    const State& state = states_[at.state];
    Next next = at.next;
    if (state.kind == State::Kind::kWordBorder && next == Next::kAny) {
      if (all_of(before, word_bytes())) next = Next::kNoWord;
      if (all_of(before, ~word_bytes())) next = Next::kWord;
    }
    if (state.kind == State::Kind::kSplit || state.kind == State::Kind::kWordBorder)
      open.push_back({state.next, next});
    if (state.kind == State::Kind::kSplit) open.push_back({state.other, next});
  }
  return out;
}

// What follows the end of a match, or of a line, is no longer its own.
PatternPaths::Places PatternPaths::step(const Places& from, const Bytes& by) const {
  Places out;
  for (const Standing& at : from) {
    const State& state = states_[at.state];
    Bytes taken = by;
    if (state.kind == State::Kind::kBytes)
      taken &= bytes_[state.bytes];
    else if (state.kind == State::Kind::kLineEnd)
      taken &= range('\n', '\n');
    else if (state.kind != State::Kind::kMatch)
      continue;
    if (at.next == Next::kWord) taken &= word_bytes();
    if (at.next == Next::kNoWord) taken &= ~word_bytes();
    if (taken.any())
      out.push_back({state.kind == State::Kind::kBytes ? state.next : kBeyondState, Next::kAny});
  }
  return out;
}

// So that all bytes of a class do the same, at the border of a word and the end of a line too.
void PatternPaths::part_bytes() {
  std::vector<Bytes> by = bytes_;
  by.push_back(word_bytes());
  by.push_back(range('\n', '\n'));
  classes_ = {Bytes().set()};
  for (const Bytes& one : by) {
    const std::size_t before = classes_.size();
    for (std::size_t i = 0; i < before; ++i) {
      const Bytes inside = classes_[i] & one, outside = classes_[i] & ~one;
      if (inside.none() || outside.none()) continue;
      classes_[i] = inside;
      classes_.push_back(outside);
    }
  }
}

FirstBytes PatternPaths::made(const Places& places) const {
  FirstBytes out;
  out.classes_ = classes_.size();
  for (std::size_t c = 0; c < classes_.size(); ++c)
    for (std::size_t byte = 0; byte < 256; ++byte)
      if (classes_[c][byte]) out.class_of_[byte] = static_cast<std::uint8_t>(c);
  std::map<Places, std::uint16_t> known;
  std::vector<Places> open;
  // The states of an automaton are sets of places; beyond the most of them it is unsure.
  const auto state_of = [&](Places at) -> std::uint16_t {
    const auto ended = [](const Standing& s) {
      return s.state <= kBeyondState && s.next == Next::kAny;
    };
    if (at.empty()) return FirstBytes::kRefused;
    if (at == Places{{kMatchState, Next::kAny}}) return FirstBytes::kEnded;
    if (std::any_of(at.begin(), at.end(), ended)) return FirstBytes::kUnsure;
    std::sort(at.begin(), at.end());
    if (const auto found = known.find(at); found != known.end()) return found->second;
    if (known.size() == kMostSets) return FirstBytes::kUnsure;
    const auto state =
        static_cast<std::uint16_t>((FirstBytes::kFirstState + known.size()) * out.classes_);
    known.emplace(at, state);
    open.push_back(std::move(at));
    return state;
  };
  out.begin_ = state_of(places);
  if (out.says_nothing()) return {};
  out.next_.assign(FirstBytes::kFirstState * out.classes_, FirstBytes::kRefused);
  for (std::size_t i = 0; i < open.size(); ++i) {
    const Places at = open[i];
    for (const Bytes& by : classes_) out.next_.push_back(state_of(closed(step(at, by), by)));
  }
  return out;
}

std::shared_ptr<const FirstBytes> PatternPaths::from(Places places) {
  std::sort(places.begin(), places.end());
  std::shared_ptr<const FirstBytes>& known = known_[places];
  if (known == nullptr) known = std::make_shared<const FirstBytes>(made(places));
  return known;
}

std::vector<Bytes> PatternPaths::first_places(std::size_t most) const {
  std::vector<Bytes> out;
  Bytes before = Bytes().set();
  for (Places at = {{begin_, Next::kAny}}; out.size() < most;) {
    at = closed(at, before);
    Bytes next;
    for (const Standing& one : at) {
      const State& state = states_[one.state];
      if (state.kind == State::Kind::kMatch || state.kind == State::Kind::kLineEnd) return out;
      if (state.kind == State::Kind::kBytes) next |= bytes_[state.bytes];
    }
    out.push_back(next);
    at = step(at, next);
    before = next;
  }
  return out;
}

std::shared_ptr<const FirstBytes> PatternPaths::first() {
  return from(closed({{begin_, Next::kAny}}, Bytes().set()));
}

std::shared_ptr<const FirstBytes> PatternPaths::behind(std::string_view word, bool any_case,
                                                       bool begins) {
  Places at;
  if (begins) {
    at.push_back({begin_, Next::kAny});
  } else {
    for (std::uint32_t state = kBeyondState + 1; state < states_.size(); ++state)
      at.push_back({state, Next::kAny});
  }
  Bytes before = Bytes().set();
  for (const char c : word) {
    const Bytes letter = letter_bytes(c, any_case);
    at = step(closed(at, before), letter);
    before = letter;
  }
  if (at.empty()) return std::make_shared<const FirstBytes>();  // no word of the pattern
  return from(closed(at, before));
}

std::shared_ptr<const FirstBytes> PatternPaths::whole(bool behind_word) {
  if (!exact_) return nullptr;
  const Bytes before = behind_word ? word_bytes() : ~word_bytes();
  return from(closed({{begin_, Next::kAny}}, before));
}

}  // namespace sekisho::filters
