#pragma once

// The words near a value, which say what the value is.

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "filters/finding.h"

namespace sekisho::filters {

struct ContextWords;

// Folded, lower-case copies of about 40 characters before and 15 after a value. What stands after
// it is copied when it is first asked for: the text must live as long.
class Surroundings {
 public:
  Surroundings(std::string_view text, Range value, std::size_t bytes_before = 120,
               std::size_t bytes_after = 45);

  // Bytes from the end of the nearest of `words` (lower case) before the value to it; kFar when
  // there is none. ASCII words count only as whole words, Japanese ones anywhere.
  static constexpr std::size_t kFar = static_cast<std::size_t>(-1);
  std::size_t distance_before(std::span<const std::string_view> words) const;
  bool has(std::span<const std::string_view> words) const;  // before or after
  bool has_before(std::span<const std::string_view> words) const {
    return distance_before(words) != kFar;
  }
  bool has_before(std::span<const std::string> words) const;
  // The same for words of a row.
  std::size_t distance_before(const ContextWords& words) const;
  // Whether a remark straight after the value names it: "… (マイナンバー)", "… is my card". A word
  // with a colon after it belongs to the next value.
  bool names_after(const ContextWords& words) const;
  // Of the words at these places alone: no other one stands near.
  using Places = std::span<const std::uint32_t>;
  std::size_t distance_before(const ContextWords& words, Places of) const;
  bool names_after(const ContextWords& words, Places of) const;
  bool has(const ContextWords& words) const;
  bool has(std::span<const std::string> words) const;
  bool has_before(const ContextWords& words) const { return distance_before(words) != kFar; }

  // Where each of `words` would have to leave its mark, so that rows of many words are passed fast.
  static std::vector<std::uint16_t> marks_of(std::span<const std::string> words);

  const std::string& before() const { return before_.lower; }
  const std::string& after() const { return after_side().lower; }

 private:
  static constexpr std::size_t kMarks = 2048;
  static constexpr std::uint16_t kUnmarked = 0xFFFF;  // of a word too short for one
  // As written, and in lower case: "phoneNumber" holds the words phone and number.
  struct Side {
    explicit Side(std::string_view text);
    bool may_hold(std::string_view word) const;
    bool has_mark(std::uint16_t mark) const;

    std::string cased, lower;

   private:
    void mark() const;

    // By three bytes that stand side by side in it; made when many words are asked for.
    mutable std::bitset<kMarks> marks_;
    mutable bool marked_ = false;
  };
  const Side& after_side() const;
  bool is_named_after(const std::string& word) const;

  Side before_;
  std::string_view behind_;
  mutable std::optional<Side> after_;
};

}  // namespace sekisho::filters
