#include "filters/registered/csv_reader.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace sekisho::filters {
namespace {

struct Read {
  std::string rows;  // cells in brackets, rows with their line
  std::string error;
  std::size_t line = 0;
};

Read read(std::string_view text, std::size_t piece = 1u << 20, char separator = ',') {
  Read out;
  CsvReader reader(separator, [&](std::vector<std::string>& cells, std::size_t line) {
    out.rows += std::to_string(line) + ":";
    for (const auto& cell : cells) out.rows += "[" + cell + "]";
    out.rows += " ";
    return true;
  });
  bool ok = true;
  for (std::size_t at = 0; ok && at < text.size(); at += piece)
    ok = reader.push(text.substr(at, piece));
  if (ok) reader.finish();
  out.error = reader.error();
  out.line = reader.error_line();
  return out;
}

TEST(CsvReader, ReadsRowsOfCells) {
  EXPECT_EQ(read("a,b\n1,2\n").rows, "1:[a][b] 2:[1][2] ");
  EXPECT_EQ(read("a,b\r\n1,\r\n").rows, "1:[a][b] 2:[1][] ");
  EXPECT_EQ(read("a\rb").rows, "1:[a] 2:[b] ");
  EXPECT_EQ(read("").rows, "");
  EXPECT_EQ(read("a;b", 1, ';').rows, "1:[a][b] ");
}

TEST(CsvReader, QuotesHoldSeparatorsQuotesAndLines) {
  EXPECT_EQ(read("\"a,\"\"b\"\"\",\"\"\n").rows, "1:[a,\"b\"][] ");
  EXPECT_EQ(read("\"x\r\ny\",2\n3,4").rows, "1:[x\r\ny][2] 3:[3][4] ");
}

TEST(CsvReader, BlankLinesAreNoRows) {
  EXPECT_EQ(read("a\n\n\r\nb\n").rows, "1:[a] 4:[b] ");
  EXPECT_EQ(read(",\n").rows, "1:[][] ");
  EXPECT_EQ(read("\"\"\n").rows, "1:[] ");
}

TEST(CsvReader, EveryCutGivesTheSameRows) {
  const std::string text = "id,名前\r\n1,\"山田, \"\"太郎\"\"\r\n二行\"\r\n\r\n2,x\r\n";
  const std::string whole = read(text).rows;
  for (std::size_t piece = 1; piece < text.size(); ++piece)
    EXPECT_EQ(read(text, piece).rows, whole);
}

TEST(CsvReader, SaysWhereAQuoteWasOpenedThatNobodyClosed) {
  const Read r = read("a,b\n1,\"two\nthree\n4,5\n");
  EXPECT_NE(r.error.find("never closed"), std::string::npos) << r.error;
  EXPECT_EQ(r.line, 2U);
}

TEST(CsvReader, TextBehindAQuoteIsAMistake) {
  EXPECT_EQ(read("a\n\"b\"c\n").line, 2U);
}

TEST(CsvReader, ACellHasABound) {
  const Read r = read("a\n\"" + std::string(CsvReader::kLargestCell + 1, 'x'));
  EXPECT_NE(r.error.find("64 KiB"), std::string::npos);
  EXPECT_EQ(r.line, 2U);
}

TEST(CsvReader, TheFirstLineTellsTheSeparator) {
  EXPECT_EQ(CsvReader::separator_of("a,b,c"), ',');
  EXPECT_EQ(CsvReader::separator_of("a\tb"), '\t');
  EXPECT_EQ(CsvReader::separator_of("a;b;c,d"), ';');
  EXPECT_EQ(CsvReader::separator_of("a"), ',');
}

}  // namespace
}  // namespace sekisho::filters
