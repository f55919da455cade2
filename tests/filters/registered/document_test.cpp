#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "filters/registered/fingerprints.h"
#include "filters/utf8.h"
#include "tests/filters/registered/registered.h"
#include "tests/filters/scan_text.h"

namespace sekisho::filters {
namespace {

constexpr std::string_view kSyllables[] = {
    "基", "準", "計", "画", "の", "設", "試", "験", "を", "行", "い", "部", "品", "番", "号",
    "と", "価", "格", "は", "別", "表", "に", "示", "す", "通", "り", "で", "あ", "る", "。"};
constexpr std::string_view kWords[] = {
    "engine", "valve",  "pressure", "the", "of",     "prototype", "margin", "supplier", "torque",
    "is",     "tested", "with",     "and", "seven",  "percent",   "below",  "target",   "in",
    "a",      "second", "series",   "to",  "reduce", "cost",      "from",   "assembly", "line"};

template <std::size_t N>
std::string chance_text(const std::string_view (&parts)[N], std::size_t count, unsigned seed,
                        std::string_view between) {
  std::mt19937 random(seed);
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) out += between;
    out += parts[random() % N];
  }
  return out;
}

std::string japanese(std::size_t characters, unsigned seed) {
  return chance_text(kSyllables, characters, seed, "");
}
std::string english(std::size_t words, unsigned seed) {
  return chance_text(kWords, words, seed, " ");
}

std::string part_of(const std::string& text, std::size_t from, std::size_t characters) {
  std::size_t at = 0;
  const auto skip = [&](std::size_t n) {
    for (; n > 0 && at < text.size(); --n)
      at += utf8_sequence(text.data() + at, text.data() + text.size());
    return at;
  };
  const std::size_t begin = skip(from), end = skip(characters);
  return text.substr(begin, end - begin);
}

TEST(Winnowing, IsThatOfTheNaiveReading) {
  for (const std::string& text : {japanese(700, 1), english(400, 2), std::string("短い文"),
                                  japanese(12, 3), english(3, 4), std::string(500, 'a')}) {
    TextUnits units(kTestKey);
    units.read(text);
    std::vector<Fingerprint> grams;
    for (std::size_t i = 0; i < units.size(); ++i)
      if (units.has_gram(i)) grams.push_back({units.gram(i), i});
    std::set<std::size_t> expected;
    const std::size_t windows =
        grams.size() < kWindowGrams ? (grams.empty() ? 0 : 1) : grams.size() - kWindowGrams + 1;
    for (std::size_t w = 0; w < windows; ++w) {
      std::size_t least = w;
      for (std::size_t i = w; i < std::min(grams.size(), w + kWindowGrams); ++i)
        if (grams[i].hash <= grams[least].hash) least = i;
      expected.insert(grams[least].unit);
    }
    std::set<std::size_t> kept;
    for (const Fingerprint& f : winnow(units)) kept.insert(f.unit);
    EXPECT_EQ(kept, expected);
  }
}

TEST(Winnowing, EverySharedStretchOfTheGuaranteedLengthHasAFingerprint) {
  const std::string document = japanese(3000, 7);
  TextUnits units(kTestKey);
  units.read(document);
  std::set<std::uint64_t> kept;
  for (const Fingerprint& f : winnow(units)) kept.insert(f.hash);
  for (std::size_t from = 0; from + kGuaranteedUnits + 40 < 2600; from += 3) {
    TextUnits stretch(kTestKey);
    stretch.read(part_of(document, from, kGuaranteedUnits + 6));  // 。 is no unit
    if (stretch.size() < kGuaranteedUnits) continue;
    bool any = false;
    for (std::size_t i = 0; i < stretch.size(); ++i)
      any = any || (stretch.has_gram(i) && kept.count(stretch.gram(i)) > 0);
    EXPECT_TRUE(any) << from;
  }
}

struct Designs {
  std::string ja = japanese(4000, 21), en = english(2500, 22);
  Place place;
  std::shared_ptr<const DetectorSet> set = document_set(place, {ja, en});
};
const Designs& designs() {
  static const Designs kDesigns;
  return kDesigns;
}

std::size_t covered(const Findings& found) {
  std::size_t bytes = 0, end = 0;
  for (const Finding& f : found) {
    bytes += f.range.end > end ? f.range.end - std::max(end, f.range.begin) : 0;
    end = std::max(end, f.range.end);
  }
  return bytes;
}

TEST(Documents, AnyStretchOfSixtyFiveCharactersIsFound) {
  for (std::size_t from = 0; from < 3500; from += 11) {
    const std::string stretch = part_of(designs().ja, from, 65);
    const Findings found = scan_text(*designs().set, "要約して: " + stretch + " 以上");
    EXPECT_FALSE(found.empty()) << from;
  }
}

TEST(Documents, AnyFortyWordsOfEnglishAreFound) {
  for (std::size_t from = 0; from < 9000; from += 101) {
    const std::size_t begin = designs().en.find(' ', from) + 1;
    std::size_t end = begin;
    for (int words = 0; words < 40; ++words) end = designs().en.find(' ', end) + 1;
    const std::string stretch = designs().en.substr(begin, end - begin);
    EXPECT_FALSE(scan_text(*designs().set, "Please review: " + stretch).empty()) << from;
  }
}

TEST(Documents, TheFindingCoversTheStretchAndNoMore) {
  const std::string before = japanese(500, 90), stretch = part_of(designs().ja, 1000, 400),
                    after = japanese(500, 91);
  const Findings found = scan_text(*designs().set, before + stretch + after);
  ASSERT_FALSE(found.empty());
  EXPECT_GE(found.front().range.begin, before.size());
  EXPECT_LE(found.back().range.end, before.size() + stretch.size());
  EXPECT_GT(covered(found), stretch.size() * 8 / 10);
}

TEST(Documents, SmallEditsDoNotHideACopy) {
  std::mt19937 random(8);
  std::size_t hidden = 0;
  for (std::size_t from = 0; from < 3000; from += 100) {
    std::string copy = part_of(designs().ja, from, 300);
    // Every thirtieth character is another one.
    std::string edited;
    for (std::size_t at = 0, n = 0; at < copy.size(); ++n) {
      const std::size_t size = utf8_sequence(copy.data() + at, copy.data() + copy.size());
      edited += n % 30 == 29 ? std::string("改") : copy.substr(at, size);
      at += size;
    }
    if (scan_text(*designs().set, edited).empty()) ++hidden;
  }
  EXPECT_EQ(hidden, 0U);
}

TEST(Documents, LineBreaksWidthCaseAndSpacesDoNotMatter) {
  std::string broken;
  const std::string copy = part_of(designs().ja, 300, 200);
  for (std::size_t at = 0, n = 0; at < copy.size(); ++n) {
    const std::size_t size = utf8_sequence(copy.data() + at, copy.data() + copy.size());
    broken += copy.substr(at, size) + (n % 20 == 19 ? "\n> " : "");
    at += size;
  }
  EXPECT_FALSE(scan_text(*designs().set, broken).empty());
  std::string shouted = designs().en.substr(0, 600);
  for (char& c : shouted)
    c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c == ' ' ? '\n' : c;
  EXPECT_FALSE(scan_text(*designs().set, shouted).empty());
}

TEST(Documents, OtherTextOfTheSameWordsIsNotFound) {
  for (unsigned seed = 100; seed < 160; ++seed) {
    EXPECT_TRUE(scan_text(*designs().set, japanese(1500, seed)).empty()) << seed;
    EXPECT_TRUE(scan_text(*designs().set, english(800, seed)).empty()) << seed;
  }
}

TEST(Documents, WhatEverybodyWritesIsNoCopy) {
  const std::string greeting =
      "いつもお世話になっております。お忙しいところ恐れ入りますが、何卒よろしくお願い申し上げます。"
      "ご不明な点がございましたら、お気軽にお問い合わせください。";
  const Place place;
  const auto set = document_set(place, {greeting + japanese(800, 5)});
  EXPECT_TRUE(scan_text(*set, "件名: 確認\n" + greeting).empty());
}

TEST(Documents, TextThatManyDocumentsShareIsNoCopy) {
  std::vector<std::string> documents;
  const std::string shared = japanese(300, 40);
  for (unsigned i = 0; i < 12; ++i) documents.push_back(shared + japanese(600, 50 + i));
  const Place place;
  const auto set = document_set(place, documents);
  EXPECT_TRUE(scan_text(*set, shared).empty());
  EXPECT_FALSE(scan_text(*set, part_of(documents[4], 400, 200)).empty());
}

TEST(Documents, SimilarityOneAsksForVerbatimText) {
  const Place place;
  const auto strict = document_set(place, {designs().ja}, 1.0);
  EXPECT_FALSE(scan_text(*strict, part_of(designs().ja, 500, 120)).empty());
}

TEST(Documents, DocumentsAreCountedNotStretches) {
  const std::string text = part_of(designs().ja, 100, 200) + japanese(3000, 77) +
                           part_of(designs().ja, 900, 200) + "\n" + designs().en.substr(0, 700);
  std::set<std::string> documents;
  for (const Finding& f : scan_text(*designs().set, text)) documents.insert(f.counted());
  EXPECT_EQ(documents.size(), 2U);
}

TEST(Documents, EverySplitGivesTheSameFindings) {
  const auto& set = *designs().set;
  std::string text = japanese(2000, 60);
  for (unsigned i = 0; i < 12; ++i)
    text += part_of(designs().ja, i * 200, 100 + 60 * i) + std::string(i * 700, '-') +
            std::string(5000, 'a') + english(300, i) + designs().en.substr(i * 500, 900);
  const Findings whole = scan_text(set, text);
  ASSERT_GT(whole.size(), 15U);
  std::mt19937 random(4);
  for (int round = 0; round < 12; ++round) {
    Scanner scanner(set);
    scanner.begin();
    Findings pieces;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t size = 1 + random() % (round < 6 ? 900 : 60'000);
      ASSERT_EQ(scanner.push(std::string_view(text).substr(at, size), pieces), ScanStatus::kDone);
      at += size;
    }
    scanner.finish(pieces);
    ASSERT_EQ(pieces.size(), whole.size());
    for (std::size_t i = 0; i < whole.size(); ++i) {
      EXPECT_EQ(pieces[i].range, whole[i].range);
      EXPECT_EQ(pieces[i].normalised, whole[i].normalised);
    }
  }
}

// Windows of any size and place give what one window gives.
TEST(Documents, AnyPartitionIntoWindowsGivesTheSameFindings) {
  const auto& set = *designs().set;
  const std::string text = japanese(900, 61) + part_of(designs().ja, 40, 1900) +
                           std::string(300, '.') + part_of(designs().ja, 2500, 700);
  const Detector& detector = *set.detectors().back();
  const auto in_windows = [&](std::size_t step) {
    std::vector<Range> out;
    for (std::size_t from = 0; from < text.size(); from += step) {
      const std::size_t to = std::min(text.size(), from + step);
      const std::size_t begin = from > detector.max_span() ? from - detector.max_span() : 0;
      const std::size_t end = std::min(text.size(), to + detector.max_span());
      Window window{std::string_view(text).substr(begin, end - begin),
                    begin,
                    from - begin,
                    to - begin,
                    begin == 0,
                    end == text.size()};
      Findings found;
      EXPECT_EQ(detector.scan(window, found), ScanStatus::kDone);
      for (const Finding& f : found) out.push_back({f.range.begin + begin, f.range.end + begin});
    }
    return out;
  };
  const auto whole = in_windows(text.size());
  ASSERT_GE(whole.size(), 3U);
  for (const std::size_t step : {37UL, 500UL, 4096UL, 5000UL}) EXPECT_EQ(in_windows(step), whole);
}

TEST(DocumentBuilder, TheFileHoldsNoText) {
  const Place place;
  document_set(place, {designs().en});
  const std::string bytes = Place::bytes_of(place.file());
  EXPECT_EQ(bytes.find("engine"), std::string::npos);
  EXPECT_EQ(bytes.find("prototype"), std::string::npos);
}

}  // namespace
}  // namespace sekisho::filters
