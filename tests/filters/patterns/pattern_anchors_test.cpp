#include "filters/patterns/pattern_anchors.h"

#include <gtest/gtest.h>
#include <re2/re2.h>

#include <algorithm>
#include <deque>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "filters/patterns/pattern_detector.h"

namespace sekisho::filters {
namespace {

using Words = std::vector<std::string>;
using Found = std::vector<std::pair<std::size_t, std::size_t>>;  // anchor, place

const Words& patterns() {
  static const Words kPatterns = {
      R"(\b(?:AKIA|ASIA)[A-Z0-9]{4}\b)",
      R"((?i)\b(?:pass|secret|api[_-]?key)\b\s*[:=]\s*['"][^'"\s]{2,9}['"])",
      R"(\b[a-z.]+@[a-z]+\.[a-z]{2,}\b)",
      R"(\b(?:\d{1,3}\.){3}\d{1,3}\b)",
      R"(\b(?:[0-9a-f]{2}:){3}[0-9a-f]{2}\b)",
      R"((?:マイナンバー|個人番号)[^0-9]{0,3}[0-9]{4})",
      R"((?:東京都|[一-龠]{2,3}県)[一-龠]{1,4}[市区])",
      R"((?i:internal use)|社外秘)",
      R"(\b0\d{1,4}[-(（]\d{1,4}$)",
      R"(\bPRJ-[0-9]{2}x?\b)",
      R"((?:re: )?PRJ[0-9])",
      R"((?:[a-z.]{1,3}[@=]){2,}[a-z])",
      R"((?:社外秘|極秘) *[:=])",
      R"([^a-z]0x[0-9a-f]{2})"};
  return kPatterns;
}

// Pieces of what the patterns look for, and of what breaks it.
std::string some_text(std::mt19937& random) {
  static const Words kPieces = {
      "AKIA", "ASIA",   "AB12", "pass", "Secret",   "api_",         "key",  "=",    ": ",     "'",
      "\"",   "abc",    "a.b",  "@",    "co.",      "jp",           "192.", "16",   "8.",     "0",
      "0a:",  "ff:",    "11:",  "22",   "個人番号", "マイナンバー", "は",   "1234", "東京都", "港",
      "区",   "神奈川", "県",   "市",   "社外秘",   "Internal",     " use", "\n",   " ",      "-",
      "(",    "極秘",   "PRJ-", "PRJ",  "re: ",     "0x",           "7f",   "_",    "x"};
  static const Words kValues = {"secret = 'abc'",  "192.168.0.1", "0a:ff:11:22", "03-1234",
                                "api-key:\"a.b\"", "AKIAAB12",    "a.b@co.jp",   "神奈川県港区"};
  std::string out;
  if (random() % 4 == 0) out += kValues[random() % kValues.size()];
  for (unsigned i = 0, n = 4 + random() % 12; i < n; ++i) out += kPieces[random() % kPieces.size()];
  if (random() % 4 == 0) out += kValues[random() % kValues.size()];
  return out;
}

Found found_by(const AnchorFinder& finder, std::string_view text, Range where) {
  Found out;
  finder.find(text, where,
              [&](std::size_t anchor, std::size_t pos) { out.emplace_back(anchor, pos); });
  return out;
}

bool is_word(char c) {
  return kWordBytes.has(c);
}

Found stand_in(const std::vector<AnchorFinder::Anchor>& anchors, std::string_view text,
               Range where) {
  Found out;
  for (std::size_t pos = where.begin; pos < where.end; ++pos) {
    for (std::size_t i = 0; i < anchors.size(); ++i) {
      bool stands = !(anchors[i].at_border && pos > 0 && is_word(text[pos - 1]));
      for (std::size_t k = 0; k < anchors[i].places.size(); ++k)
        stands = stands && pos + k < text.size() &&
                 anchors[i].places[k][static_cast<unsigned char>(text[pos + k])];
      if (stands) out.emplace_back(i, pos);
    }
  }
  return out;
}

std::vector<std::size_t> places_read(const AnchorFinder& finder, Stride stride,
                                     std::string_view text, Range where) {
  std::vector<std::size_t> out;
  AnchorFinder::Hits hits;
  for (std::size_t pos = where.begin; pos < where.end;) {
    hits.size = 0;
    pos = finder.read(stride, text, {pos, where.end}, hits);
    out.insert(out.end(), hits.at.begin(),
               hits.at.begin() + static_cast<std::ptrdiff_t>(hits.size));
  }
  return out;
}

TEST(AnchorFinder, FindsWhatStandsAtEachPlaceAndNothingElse) {
  std::mt19937 random(5);
  std::vector<AnchorFinder::Anchor> anchors;
  for (int i = 0; i < 60; ++i) {
    AnchorFinder::Anchor anchor;
    anchor.at_border = i % 3 == 0;
    for (int place = 0; place <= i % 9 % 8; ++place) {
      std::bitset<256> bytes;
      for (unsigned n = 0; n < 1 + random() % 9; ++n)
        bytes.set(static_cast<unsigned char>("abcAB01-. _\xE3\x81\x82"[random() % 14]));
      anchor.places.push_back(bytes);
    }
    anchors.push_back(std::move(anchor));
  }
  const AnchorFinder all(anchors), few({anchors.begin(), anchors.begin() + 3});
  std::size_t found = 0;
  for (int round = 0; round < 300; ++round) {
    std::string text;
    for (unsigned n = random() % 200; n > 0; --n)
      text += "abcdAB012-. _\xE3\x81\x82"[random() % 17];
    const std::size_t begin = text.empty() ? 0 : random() % text.size();
    const Range where{round % 2 == 0 ? 0 : begin, text.size() - (text.size() - begin) / 3};
    EXPECT_EQ(found_by(all, text, where), stand_in(anchors, text, where));
    EXPECT_EQ(found_by(few, text, where),
              stand_in({anchors.begin(), anchors.begin() + 3}, text, where));
    std::vector<std::size_t> places;
    for (const auto& [anchor, pos] : stand_in(anchors, text, where))
      if (places.empty() || places.back() != pos) places.push_back(pos);
    for (const Stride stride : {Stride::kOne, Stride::k32, Stride::k64})
      if (stride <= best_stride()) {
        EXPECT_EQ(places_read(all, stride, text, where), places);
      }
    found += stand_in(anchors, text, where).size();
  }
  EXPECT_GT(found, 10'000U);
  EXPECT_TRUE(found_by(AnchorFinder{}, "abc", {0, 3}).empty());
}

TEST(PatternAnchors, OneStandsInEveryMatch) {
  std::mt19937 random(3);
  for (const std::string& pattern : patterns()) {
    const std::vector<PatternAnchor> anchors = pattern_anchors(pattern);
    ASSERT_FALSE(anchors.empty()) << pattern;
    const RE2 re2(pattern);
    int matches = 0;
    for (int round = 0; round < 20'000; ++round) {
      const std::string text = some_text(random);
      re2::StringPiece match;
      if (!re2.Match(text, 0, text.size(), RE2::UNANCHORED, &match, 1)) continue;
      ++matches;
      const auto begin = static_cast<std::size_t>(match.data() - text.data());
      const bool stands = std::any_of(anchors.begin(), anchors.end(), [&](const PatternAnchor& a) {
        const Range where{begin,
                          std::min(text.size(), begin + std::min(a.before, text.size()) + 1)};
        const Found places = stand_in({AnchorFinder::Anchor{a.places, a.at_border}}, text, where);
        return std::any_of(places.begin(), places.end(),
                           [&](const auto& place) { return a.may_match_at(text, place.second); });
      });
      EXPECT_TRUE(stands) << pattern << " in " << text;
    }
    EXPECT_GT(matches, 3) << pattern;
  }
}

TEST(PatternAnchors, AreNotMadeOfWhatStandsEverywhere) {
  for (const char* pattern : {"[a-z]+ [a-z]+", ".{4}", "[^x]{3}", "a?", "[あ-ん]{3}", " *$"})
    EXPECT_TRUE(pattern_anchors(pattern).empty()) << pattern;
}

std::string shown(std::string_view type, std::size_t begin, std::string_view match) {
  return std::string(type) + " " + std::to_string(begin) + " " + std::string(match);
}

Words found_by(const PatternDetector& detector, std::string_view text, Range fresh) {
  Findings found;
  const Window window{text, 0, fresh.begin, fresh.end, true, true};
  EXPECT_EQ(detector.scan(window, found), ScanStatus::kDone);
  Words out;
  for (const Finding& f : found)
    out.push_back(shown(f.type, f.range.begin, text.substr(f.range.begin, f.range.size())));
  return out;
}

Words found_by_re2(const Words& all, std::string_view text) {
  Words out;
  for (const std::string& pattern : all) {
    const RE2 re2(pattern);
    re2::StringPiece match;
    const re2::StringPiece whole(text.data(), text.size());
    for (std::size_t pos = 0;
         pos < text.size() && re2.Match(whole, pos, text.size(), RE2::UNANCHORED, &match, 1);) {
      const auto begin = static_cast<std::size_t>(match.data() - text.data());
      out.push_back(shown(pattern, begin, {match.data(), match.size()}));
      pos = begin + match.size();
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

// Patterns with anchors and one that is sought everywhere, in whole texts and in halves.
TEST(PatternAnchors, ThePolicysPatternsFindWhatRe2Finds) {
  Words all = patterns();
  all.push_back("[a-z]{2} [a-z]");
  PatternDetector detector(8u << 20);
  std::deque<CustomPattern> rows;
  std::string error;
  for (const std::string& pattern : all) {
    rows.push_back({pattern, pattern, "confidential", 0.9, {}, {}});
    ASSERT_TRUE(detector.add_custom(rows.back(), rows.back().type, "confidential", error)) << error;
  }
  ASSERT_TRUE(detector.compile());
  std::mt19937 random(11);
  std::size_t found = 0;
  for (int round = 0; round < 3000; ++round) {
    const std::string text = some_text(random) + " ab c " + some_text(random);
    Words whole = found_by(detector, text, {0, text.size()});
    std::sort(whole.begin(), whole.end());
    EXPECT_EQ(whole, found_by_re2(all, text)) << text;
    const std::size_t middle = random() % text.size();
    Words halves = found_by(detector, text, {0, middle});
    for (std::string& one : found_by(detector, text, {middle, text.size()}))
      halves.push_back(std::move(one));
    std::sort(halves.begin(), halves.end());
    EXPECT_EQ(halves, whole) << text << " at " << middle;
    found += whole.size();
  }
  EXPECT_GT(found, 3000U);
}

}  // namespace
}  // namespace sekisho::filters
