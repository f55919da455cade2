#pragma once

// An admin's list of words, found in any width, case and kana.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "filters/detector.h"
#include "filters/registered/keyed_hash.h"
#include "filters/registered/keyed_table.h"

namespace sekisho::filters {

// A line of a word list that cannot be used.
struct DictionaryProblem {
  std::size_t line = 0;  // from 1
  std::string message;   // English
};

class DictionaryDetector : public Detector {
 public:
  static constexpr std::size_t kMostWords = 1'000'000;

  DictionaryDetector(std::string type, std::string category, double confidence);

  // One word a line, UTF-8; blank lines and lines that begin with # are none. Words of letters are
  // found whole, Japanese ones anywhere; of words that begin together the longest is found. Call
  // once, before scanning.
  void read(std::string_view text, std::vector<DictionaryProblem>& problems);
  std::size_t words() const { return words_.size(); }

  std::string_view name() const override { return type_; }
  std::size_t max_span() const override;
  ScanStatus scan(const Window& window, Findings& out) const override;
  bool finds(std::string_view text) const;

 private:
  struct Word {
    std::uint64_t hash;
    std::uint32_t at, size;  // in letters_
    bool operator<(const Word& other) const { return hash < other.hash; }
  };
  void add(std::string_view line, std::size_t number, std::vector<DictionaryProblem>& problems);
  bool holds(std::uint64_t hash, std::u32string_view word) const;

  std::string type_, category_;
  double confidence_;
  HashKey key_;
  StretchHashes hashes_;
  LengthMasks lengths_;
  std::vector<std::uint64_t> masks_;
  std::u32string letters_;
  std::vector<Word> words_;
};

}  // namespace sekisho::filters
