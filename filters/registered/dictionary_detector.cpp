#include "filters/registered/dictionary_detector.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "filters/registered/canonical_text.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kReach = 4u << 10;
constexpr unsigned kMaskBits = 16;
// Words are compared letter by letter in the end: the key keeps nothing secret here.
constexpr HashKey kKey{0x243F6A8885A308D3ull, 0x13198A2E03707344ull, 0x0A4093822299F31Dull};

std::string_view trimmed(std::string_view line) {
  constexpr std::string_view kSpace = " \t\r\f\v";
  const std::size_t first = line.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return line.substr(first, line.find_last_not_of(kSpace) - first + 1);
}

}  // namespace

DictionaryDetector::DictionaryDetector(std::string type, std::string category, double confidence)
    : type_(std::move(type)),
      category_(std::move(category)),
      confidence_(confidence),
      key_(kKey),
      hashes_(key_, LengthMasks::kLongest),
      lengths_(key_, kMaskBits),
      masks_(lengths_.places()) {}

std::size_t DictionaryDetector::max_span() const {
  return kReach;
}

void DictionaryDetector::add(std::string_view line, std::size_t number,
                             std::vector<DictionaryProblem>& problems) {
  const CanonicalText word(line);
  if (word.size() < 2 || word.size() > LengthMasks::kLongest) {
    problems.push_back({number, word.size() < 2
                                    ? "a word needs at least two letters, digits or kanji"
                                    : "a word has at most 64 letters; longer text is registered as "
                                      "a document (datasets)"});
    return;
  }
  for (std::size_t i = 1; i < word.size(); ++i) {
    if (!word.apart(i)) continue;
    problems.push_back(
        {number, "a mark stands in the middle that no word holds; write one word a line"});
    return;
  }
  if (words_.size() == kMostWords) {
    problems.push_back({number, "more than 1,000,000 words"});
    return;
  }
  const auto at = static_cast<std::uint32_t>(letters_.size());
  hashes_.clear();
  for (std::size_t i = 0; i < word.size(); ++i) {
    letters_.push_back(word[i]);
    hashes_.push(word[i]);
  }
  masks_[lengths_.place(word[0], word[1])] |= std::uint64_t{1} << (word.size() - 1);
  words_.push_back({hashes_.of(0, word.size()), at, static_cast<std::uint32_t>(word.size())});
}

void DictionaryDetector::read(std::string_view text, std::vector<DictionaryProblem>& problems) {
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    if (!line.empty() && line.front() != '#') add(line, number, problems);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  std::sort(words_.begin(), words_.end());
}

bool DictionaryDetector::holds(std::uint64_t hash, std::u32string_view word) const {
  auto at = std::lower_bound(words_.begin(), words_.end(), Word{hash, 0, 0});
  for (; at != words_.end() && at->hash == hash; ++at)
    if (std::u32string_view(letters_).substr(at->at, at->size) == word) return true;
  return false;
}

ScanStatus DictionaryDetector::scan(const Window& window, Findings& out) const {
  if (words_.empty() || window.fresh_begin >= window.fresh_end) return ScanStatus::kDone;
  const std::size_t base = window.fresh_begin > kReach ? window.fresh_begin - kReach : 0;
  const std::size_t to = std::min(window.text.size(), window.fresh_end + kReach);
  const CanonicalText text(window.text.substr(base, to - base));
  StretchHashes hashes(key_, LengthMasks::kLongest);
  std::size_t hashed_from = 0, limit = 0;
  std::u32string word;
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    if (!text.begins_word(i)) continue;
    const std::size_t byte = text.range(i, i + 1).begin + base;
    if (byte >= window.fresh_end) break;
    std::uint64_t lengths = masks_[lengths_.place(text[i], text[i + 1])];
    if (lengths == 0 || byte < window.fresh_begin) continue;
    limit = std::max(limit, i + 1);
    while (limit < text.size() && !text.apart(limit) && limit - i <= LengthMasks::kLongest) ++limit;
    while (lengths != 0) {
      const auto size = static_cast<std::size_t>(63 - std::countl_zero(lengths)) + 1;
      lengths &= ~(std::uint64_t{1} << (size - 1));
      const std::size_t end = i + size;
      if (end > limit || !text.ends_word(end)) continue;
      if (hashes.size() == 0) hashed_from = i;
      while (hashed_from + hashes.size() < end) hashes.push(text[hashed_from + hashes.size()]);
      word.clear();
      for (std::size_t k = i; k < end; ++k) word.push_back(text[k]);
      if (!holds(hashes.of(i - hashed_from, end - hashed_from), word)) continue;
      Finding finding;
      finding.type = type_;
      finding.category = category_;
      finding.confidence = confidence_;
      const Range range = text.range(i, end);
      finding.range = {range.begin + base, range.end + base};
      finding.normalised = text.text(i, end);
      out.push_back(std::move(finding));
      break;
    }
  }
  return ScanStatus::kDone;
}

bool DictionaryDetector::finds(std::string_view text) const {
  Findings found;
  scan({text, 0, 0, text.size(), true, true}, found);
  return !found.empty();
}

}  // namespace sekisho::filters
