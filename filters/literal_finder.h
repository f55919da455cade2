#pragma once

// Where do some hundred short strings occur? One look at each byte: a bitmap of pairs of bytes says
// where a string might stand, and only there strings are compared. Ordinary text is passed at more
// than 1 GB/s.

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "filters/finding.h"

namespace sekisho::filters {

class LiteralFinder {
 public:
  struct Literal {
    std::string text;       // one byte and more; `any_case`: in lower case
    bool any_case = false;  // ASCII letters in either case
  };
  struct Hit {
    std::size_t begin = 0;
    std::uint32_t literal = 0;  // index
    bool operator==(const Hit&) const = default;
  };

  explicit LiteralFinder(std::vector<Literal> literals);

  // Appends the occurrences that begin in `where`, in ascending order of begin, then of literal.
  // Overlapping ones are all told. `text` is looked at to its end, past `where`.
  void find(std::string_view text, Range where, std::vector<Hit>& out) const;

  // Whether this processor looks at eight places at a time.
  static bool fast();
  // The same without, for comparison.
  void find_plainly(std::string_view text, Range where, std::vector<Hit>& out) const;

  const std::vector<Literal>& literals() const { return literals_; }
  bool empty() const { return literals_.empty(); }

 private:
  // A literal under its rarest three bytes.
  struct Entry {
    std::uint32_t bytes = 0;  // these three
    // Of four bytes of the text, the first lowest: (four | fold) & mask == want where it may stand.
    std::uint32_t fold = 0, mask = 0, want = 0;
    std::uint32_t literal = 0;
    std::uint32_t offset = 0;  // of the three bytes in the literal
  };

  void add_entries(std::uint32_t index);
  void add_single(std::uint32_t index);
  static Entry entry_of(const Literal& literal, std::uint32_t index, std::size_t offset,
                        std::uint32_t three);
  void add_marks(std::uint32_t index, std::size_t offset);
  void make_tables();
  void mark_four(const Entry& entry);
  std::uint32_t mark_of(std::uint32_t four) const;
  bool is_marked(std::uint32_t mark) const;
  bool may_stand(std::uint32_t four) const;
  bool stands_at(std::string_view text, std::size_t begin, const Literal& literal) const;
  void look_at(std::string_view text, Range where, std::size_t pos, std::uint32_t four,
               std::vector<Hit>& out) const;
  void find_with(std::string_view text, Range where, bool fast, std::vector<Hit>& out) const;
  std::size_t find_marks_plainly(std::string_view text, Range where, std::size_t reach,
                                 std::vector<Hit>& out) const;
  std::size_t find_marks_fast(std::string_view text, Range where, std::size_t reach,
                              std::vector<Hit>& out) const;
  void find_single(std::string_view text, Range where, std::vector<Hit>& out) const;

  std::vector<Literal> literals_;
  unsigned mark_bits_ = 0, four_bits_ = 0, bucket_bits_ = 0;
  std::vector<std::uint32_t> marks_;                   // a bit for each hash of three bytes
  std::vector<std::uint32_t> four_marks_;              // of four, where a literal has as many
  std::vector<std::uint32_t> short_marks_;             // of three, where one has not
  std::vector<Entry> entries_;                         // by bucket
  std::vector<std::uint32_t> first_entry_;             // of each bucket: the lower bits of a hash
  std::map<char, std::vector<std::uint32_t>> single_;  // literals of one byte, by it
  std::size_t longest_offset_ = 0;
};

}  // namespace sekisho::filters
