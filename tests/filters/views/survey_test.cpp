// What the blocks of a text hold, whichever instructions look at them.

#include "filters/views/survey.h"

#include <gtest/gtest.h>

#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "filters/views/pieces.h"

namespace sekisho::filters {
namespace {

std::vector<Range> ranges_of(const Survey& survey, std::uint16_t flags) {
  std::vector<Range> out;
  survey.for_ranges(flags, [&out](Range range) { out.push_back(range); });
  return out;
}

// Every place that one of the marks of a block stands at.
std::vector<std::size_t> marked(const Survey& survey, std::size_t size) {
  static constexpr std::uint64_t BlockMarks::*kMarks[] = {
      &BlockMarks::digit,    &BlockMarks::letter,     &BlockMarks::token,      &BlockMarks::dot,
      &BlockMarks::space,    &BlockMarks::control,    &BlockMarks::special,    &BlockMarks::border,
      &BlockMarks::high,     &BlockMarks::first_high, &BlockMarks::lead,       &BlockMarks::kanji,
      &BlockMarks::wide_gap, &BlockMarks::gap,        &BlockMarks::number_gap, &BlockMarks::at,
      &BlockMarks::colon,    &BlockMarks::close,      &BlockMarks::plain,      &BlockMarks::capital,
      &BlockMarks::figure};
  std::vector<std::size_t> out;
  for (const auto mark : kMarks) {
    const auto of = [mark](const BlockMarks&, const BlockMarks& m, const BlockMarks&) {
      return m.*mark;
    };
    for (std::size_t at = survey.next(0, size, of); at < size; at = survey.next(at + 1, size, of))
      out.push_back(at);
    out.push_back(size);
  }
  return out;
}

TEST(Survey, GoesOnWhereItIsToldTo) {
  std::string text;
  std::mt19937 random(4);
  while (text.size() < 700) text += std::string_view("a1 .\n\"x")[random() % 7];
  Survey survey;
  survey.read(text);
  constexpr auto kDigits = [](const BlockMarks&, const BlockMarks& m, const BlockMarks&) {
    return m.digit;
  };
  for (const std::size_t step : {1U, 2U, 5U, 63U, 64U, 65U, 200U}) {
    for (const std::size_t begin : {0U, 1U, 63U, 64U, 130U}) {
      std::vector<std::size_t> visited, wanted;
      const std::size_t end = text.size() - step;
      survey.each(begin, end, kDigits, [&](std::size_t at) {
        visited.push_back(at);
        return at + step;
      });
      for (std::size_t at = begin; at < end; ++at) {
        if (text[at] != '1') continue;
        wanted.push_back(at);
        at += step - 1;
      }
      EXPECT_EQ(visited, wanted) << begin << " by " << step;
    }
  }
  EXPECT_EQ(survey.next(0, text.size(), kDigits), text.find('1'));
}

TEST(Survey, AllWaysOfReadingAgree) {
  std::mt19937 random(3);
  const std::string_view pieces[] = {"AKIA",          "4 5 3 ", "%41",    "\\u0041", "漢字", "一二",
                                     "\u200B",        "　",     "\n",     "ー",      "=?",   "|",
                                     "\"a\" + \"b\"", "é",      "\xFF",   "、",      "・",   "‐",
                                     "&#6",           "&lt;",   "= ",     "=4",      "%u",   "5% ",
                                     "a();",          "=utf-7", "GhIjOz", "uXyk",    "{[>:", ";\t@",
                                     "<b>",           "x,y",    "O1o2l3", "4I5S6Z"};
  for (int round = 0; round < 300; ++round) {
    std::string text;
    while (text.size() < 150 + random() % 1200) text += pieces[random() % std::size(pieces)];
    Survey plain;
    plain.read(text, Stride::kOne);
    for (const Stride stride : {Stride::k32, Stride::k64}) {
      if (stride > best_stride()) continue;
      Survey quick;
      quick.read(text, stride);
      ASSERT_EQ(quick.any(), plain.any()) << text;
      ASSERT_EQ(quick.odd(), plain.odd()) << text;
      for (int bit = 0; bit < 16; ++bit)
        ASSERT_EQ(ranges_of(quick, static_cast<std::uint16_t>(1 << bit)),
                  ranges_of(plain, static_cast<std::uint16_t>(1 << bit)))
            << bit << text;
      ASSERT_EQ(marked(quick, text.size()), marked(plain, text.size())) << text;
    }
  }
}

// Blocks of 64 bytes are invisible from outside.
TEST(Survey, TokensBeginWhereAWalkBackFindsThem) {
  std::mt19937 random(5);
  for (int round = 0; round < 200; ++round) {
    std::string text;
    while (text.size() < 500)
      text += std::string(random() % 150, 'k') + "-_.+/7 ,\n漢"[random() % 12];
    Survey survey;
    survey.read(text);
    for (std::size_t end = 0; end <= text.size(); ++end) {
      std::size_t begin = end;
      while (begin > 0 && end - begin < 100 && kTokenChars.has(text[begin - 1])) --begin;
      ASSERT_EQ(survey.run_begin(end, 100, kTokenMarks), begin) << end << text;
    }
  }
}

TEST(Survey, AReaderThatWouldStayGoesOn) {
  Survey survey;
  survey.read("1 1 1");
  int visits = 0;
  survey.each(
      0, 5, [](const BlockMarks&, const BlockMarks& m, const BlockMarks&) { return m.digit; },
      [&](std::size_t) {
        ++visits;
        return std::size_t{0};
      });
  EXPECT_EQ(visits, 3);
}

// Digits behind a letter and before a blank, over the borders of blocks too.
TEST(Survey, BitsOfNeighbouringBlocksAreThoseOfTheText) {
  constexpr auto kPlaces = [](const BlockMarks& before, const BlockMarks& m,
                              const BlockMarks& after) {
    const TwoBlocks spaces{m.space, after.space};
    return m.digit & BlockRun{m.letter, before.letter}.behind(1) & spaces.ahead(1);
  };
  std::mt19937 random(6);
  for (std::size_t size = 0; size < 1500; size += 1 + size / 9) {
    std::string text;
    while (text.size() < size) text += std::string_view("a1 ")[random() % 3];
    if (size > 0) text.back() = 'a';
    std::vector<std::size_t> wanted;
    for (std::size_t at = 1; at + 1 < size; ++at)
      if (text[at] == '1' && text[at - 1] == 'a' && text[at + 1] == ' ') wanted.push_back(at);
    for (const Stride stride : {Stride::kOne, Stride::k32, Stride::k64}) {
      if (stride > best_stride()) continue;
      Survey survey;
      survey.read(std::string(2000, '1'), stride);  // what is left of it must not be seen
      survey.read(text, stride);
      std::vector<std::size_t> all, one_by_one;
      survey.each(0, size, kPlaces, [&](std::size_t at) {
        all.push_back(at);
        return at + 1;
      });
      for (std::size_t at = 0; (at = survey.next(at, size, kPlaces)) < size; ++at)
        one_by_one.push_back(at);
      EXPECT_EQ(all, wanted) << size;
      EXPECT_EQ(one_by_one, wanted) << size;
    }
  }
}

}  // namespace
}  // namespace sekisho::filters
