#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace re2 {
class RE2;
}
struct hs_database;
struct hs_scratch;

namespace sekisho::lab {

struct Span {
  std::size_t begin, end;
};

// One pass of Hyperscan tells which patterns occur; RE2 finds the spans of those alone. Over raw
// bytes: JSON escapes, charsets and checksums are the product's extra work, not the floor's.
class PatternScanner {
 public:
  // `file`: lines of NAME<TAB>PATTERN. `problem` says why there is no scanner.
  static std::unique_ptr<PatternScanner> load(const std::string& file, std::string& problem);
  ~PatternScanner();

  // Sorted by their beginning; they may overlap.
  std::vector<Span> scan(std::string_view text) const;

 private:
  PatternScanner();
  bool compile(const std::vector<std::string>& patterns, std::string& problem);
  void add_spans(std::size_t pattern, std::string_view text, std::vector<Span>& spans) const;

  std::vector<std::unique_ptr<re2::RE2>> patterns_;
  hs_database* database_ = nullptr;
  hs_scratch* scratch_ = nullptr;
};

}  // namespace sekisho::lab
