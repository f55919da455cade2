#pragma once

// Verbs for tests of detectors: what is found in a text, and values made by chance from a fixed
// seed.

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "filters/detector_set.h"
#include "filters/scanner.h"
#include "policy/detector_packs.h"

namespace sekisho::filters {

// Every shipped pack.
inline const std::vector<Pack>& shipped_packs() {
  static const std::vector<Pack> kPacks = [] {
    config::Problems problems;
    auto packs = policy::shipped_packs(problems);
    for (const auto& p : problems) ADD_FAILURE() << config::to_string(p);
    return packs;
  }();
  return kPacks;
}

inline DetectorSpec with_shipped_packs() {
  DetectorSpec spec;
  spec.packs = shipped_packs();
  return spec;
}

// Compiled once a program.
inline const DetectorSet& shipped_set() {
  static const std::shared_ptr<const DetectorSet> kSet = [] {
    std::vector<DetectorProblem> problems;
    auto set = DetectorSet::compile(with_shipped_packs(), problems);
    for (const auto& p : problems)
      ADD_FAILURE() << shipped_packs()[static_cast<std::size_t>(p.index)].name << " " << p.message;
    return set;
  }();
  return *kSet;
}

inline Findings scan_text(const DetectorSet& set, std::string_view text) {
  Findings found;
  Scanner scanner(set);
  EXPECT_EQ(scanner.scan(text, found), ScanStatus::kDone);
  return found;
}

// "type[matched text]" of each finding at or above `confidence`, separated by spaces.
inline std::string shown(const DetectorSet& set, std::string_view text, double confidence = 0.60) {
  std::string out;
  for (const Finding& f : scan_text(set, text)) {
    if (f.confidence < confidence) continue;
    if (!out.empty()) out += ' ';
    out +=
        std::string(f.type) + '[' + std::string(text.substr(f.range.begin, f.range.size())) + ']';
  }
  return out;
}
inline std::string shown(std::string_view text, double confidence = 0.60) {
  return shown(shipped_set(), text, confidence);
}

// Confidence of the only finding; -1 when there is another number of them.
inline double confidence_in(std::string_view text) {
  const Findings found = scan_text(shipped_set(), text);
  return found.size() == 1 ? found.front().confidence : -1;
}

inline constexpr std::string_view kBase62 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
inline constexpr std::string_view kBase64Url =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
inline constexpr std::string_view kBase32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
inline constexpr std::string_view kHex = "0123456789abcdef";
inline constexpr std::string_view kDigits = "0123456789";

// `count` characters of `alphabet`, the same for the same seed on every machine.
inline std::string chance(std::string_view alphabet, std::size_t count, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::string out;
  while (out.size() < count) out += alphabet[random() % alphabet.size()];
  return out;
}

inline std::string with_luhn(std::string digits) {
  for (char last = '0'; last <= '9'; ++last) {
    int sum = 0;
    const std::string whole = digits + last;
    for (std::size_t i = 0; i < whole.size(); ++i) {
      const int value = (whole[whole.size() - 1 - i] - '0') * (i % 2 == 1 ? 2 : 1);
      sum += value > 9 ? value - 9 : value;
    }
    if (sum % 10 == 0) return whole;
  }
  return {};
}

// 12 digits of a My Number from its first 11, by the words of the ordinance (digits counted from
// the right).
inline std::string with_my_number_check(const std::string& body) {
  int sum = 0;
  for (int n = 1; n <= 11; ++n) sum += (body[11 - n] - '0') * (n <= 6 ? n + 1 : n - 5);
  const int rest = sum % 11;
  return body + static_cast<char>('0' + (rest <= 1 ? 0 : 11 - rest));
}

// "123456789012" in groups of four.
inline std::string in_fours(std::string_view digits, std::string_view separator) {
  std::string out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && i % 4 == 0) out += separator;
    out += digits[i];
  }
  return out;
}

// ASCII in full-width forms.
inline std::string wide(std::string_view ascii) {
  std::string out;
  for (const char c : ascii) {
    const unsigned code = 0xFF01 + static_cast<unsigned>(c) - 0x21;
    out += static_cast<char>(0xE0 | (code >> 12));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }
  return out;
}

}  // namespace sekisho::filters
