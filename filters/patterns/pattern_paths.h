#pragma once

// The ways a match of a pattern may go, byte by byte. A place where the bytes of none of them stand
// needs no engine to be refused.

#include <algorithm>
#include <array>
#include <bitset>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "filters/patterns/pattern_tree.h"

namespace sekisho::filters {

// A small automaton over the first bytes of what may follow. It refuses, or leaves the answer to
// the engine; it never refuses what the engine would take.
class FirstBytes {
 public:
  bool may_follow(std::string_view text, std::size_t pos) const {
    return may_go_on(begin_, text, pos);
  }
  // From `state` on, of after().
  bool may_go_on(std::uint16_t state, std::string_view text, std::size_t pos) const {
    const std::size_t end = pos + kMostRead < text.size() ? pos + kMostRead : text.size();
    for (; state >= kFirstState && pos < end; ++pos)
      state = next_[state + class_of_[static_cast<unsigned char>(text[pos])]];
    return state != kRefused;  // at the end the engine is asked
  }
  // The state behind any `before` bytes and one of each of `places`, where it is always the same
  // unless they are refused.
  std::optional<std::uint16_t> after(std::size_t before,
                                     const std::vector<std::bitset<256>>& places) const;
  bool says_nothing() const { return begin_ == kUnsure || begin_ == kEnded; }
  // Whether there is a match of which match_at knows the end.
  bool tells_ends() const { return std::find(next_.begin(), next_.end(), kEnded) != next_.end(); }

  // Of an automaton of a whole match (PatternPaths::whole), where the one that begins at `pos`
  // ends.
  struct Match {
    bool refused = false;
    std::size_t end = 0;  // 0: the engine knows
  };
  Match match_at(std::string_view text, std::size_t pos) const {
    const std::size_t stop = pos + kMostRead < text.size() ? pos + kMostRead : text.size();
    std::uint16_t state = begin_;
    for (; state >= kFirstState && pos < stop; ++pos)
      state = next_[state + class_of_[static_cast<unsigned char>(text[pos])]];
    return {state == kRefused, state == kEnded ? pos : 0};
  }

 private:
  friend class PatternPaths;
  static constexpr std::size_t kMostRead = 64;  // bytes, however long a run may be
  // kEnded: all ways that are left ended here, none sooner or later.
  static constexpr std::uint16_t kRefused = 0, kUnsure = 1, kEnded = 2, kFirstState = 3;

  std::array<std::uint8_t, 256> class_of_{};
  std::vector<std::uint16_t> next_;  // by state and class, where the next state's begin
  std::size_t classes_ = 0;
  std::uint16_t begin_ = kUnsure;
};

class PatternPaths {
 public:
  // The pattern must compile as RE2. nullopt: nothing can be said of it.
  static std::optional<PatternPaths> of(std::string_view pattern);
  static std::optional<PatternPaths> of(const PatternNode& tree);

  // The bytes of each of a match's first places, at most so many places; fewer where a match may
  // be shorter.
  std::vector<std::bitset<256>> first_places(std::size_t most) const;
  // From the first byte of a match on.
  std::shared_ptr<const FirstBytes> first();
  // Behind `word` in every match that holds it, or, with `begins`, that begins with it. ASCII
  // letters of a word in lower case stand for both cases with `any_case`.
  std::shared_ptr<const FirstBytes> behind(std::string_view word, bool any_case, bool begins);
  // Of a match that begins behind a letter, digit or "_", or behind none. null: the ways are more
  // than those of the pattern.
  std::shared_ptr<const FirstBytes> whole(bool behind_word);

 private:
  using Bytes = std::bitset<256>;
  struct State {
    enum class Kind : std::uint8_t { kBytes, kSplit, kLineEnd, kWordBorder, kMatch };
    Kind kind = Kind::kMatch;
    std::uint32_t bytes = 0;            // of bytes_
    std::uint32_t next = 0, other = 0;  // states
  };
  // A state that stands at some place, and what the next byte must be for it.
  enum class Next : std::uint8_t { kAny, kWord, kNoWord };
  struct Standing {
    std::uint32_t state = 0;
    Next next = Next::kAny;
    auto operator<=>(const Standing&) const = default;
  };
  using Places = std::vector<Standing>;
  // The end of a match; what stands behind it, of which nothing is known.
  static constexpr std::uint32_t kMatchState = 0, kBeyondState = 1;

  bool full() const;
  std::uint32_t add(State state);
  std::uint32_t add_bytes(const Bytes& bytes, std::uint32_t next);
  std::uint32_t add_node(const PatternNode& node, std::uint32_t next);
  std::uint32_t add_characters(const PatternNode& node, std::uint32_t next);
  std::uint32_t add_repeat(const PatternNode& node, std::uint32_t next);
  void part_bytes();
  static bool is_exact(const PatternNode& node);
  // Where one may stand without a further byte; `before` is the byte before, or what it may be.
  Places closed(const Places& from, const Bytes& before) const;
  Places step(const Places& from, const Bytes& by) const;
  // Of sets of places; the same one for the same set.
  std::shared_ptr<const FirstBytes> from(Places places);
  FirstBytes made(const Places& places) const;

  std::vector<State> states_;
  std::vector<Bytes> bytes_;
  std::vector<Bytes> classes_;  // bytes that no state tells apart
  std::uint32_t begin_ = 0;
  bool exact_ = true;  // the ways are those of the pattern, and no more
  std::map<Places, std::shared_ptr<const FirstBytes>> known_;
};

}  // namespace sekisho::filters
