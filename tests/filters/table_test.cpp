#include "filters/table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace sekisho::filters {
namespace {

std::string heading(const std::string& text, const std::string& value) {
  const std::size_t at = text.find(value);
  const auto cell = heading_above(text, {at, at + value.size()});
  return cell ? text.substr(cell->begin, cell->size()) : "-";
}

std::string below(const std::string& text, const std::string& word) {
  const std::size_t at = text.find(word);
  std::string out;
  for (const Range cell : cells_below(text, {at, at + word.size()}))
    out += (out.empty() ? "" : "+") + text.substr(cell.begin, cell.size());
  return out;
}

TEST(Table, HeadingOfAColumnIsItsFirstCell) {
  EXPECT_EQ(heading("氏名,電話\n佐藤,0312345678\n鈴木,0398765432\n", "0398765432"), "電話");
  EXPECT_EQ(heading("a\tb\tc\n1\t2\t777\n", "777"), "c");
  EXPECT_EQ(heading("| 氏名 | 口座 |\n|---|---|\n| 佐藤 | 1234567 |\n", "1234567"), "口座");
  EXPECT_EQ(heading("\"name\",\"note\",\"tel\"\n\"a\",\"x, y\",\"999\"\n", "999"), "tel");
  EXPECT_EQ(heading("name;tel\nx;999\n", "999"), "tel");
}

// What is remembered of a table changes nothing, in whatever order its values are asked for.
TEST(Table, RememberingWhereATableBeginsChangesNothing) {
  std::mt19937 random(9);
  for (int round = 0; round < 12; ++round) {
    std::string text;
    std::vector<Range> values;
    for (int rows = 0; rows < 200; ++rows) {
      if (random() % 90 == 0) text += "a line of prose\nname,tel,no\n";
      if (random() % 200 == 0) text += std::string(3000, 'x') + "\n";
      const std::size_t cells = random() % 60 == 0 ? 2 : 3;
      for (std::size_t cell = 0; cell < cells; ++cell) {
        const std::string value = std::to_string(random() % 1'000'000);
        values.push_back({text.size(), text.size() + value.size()});
        text += value + (cell + 1 < cells ? "," : "\n");
      }
    }
    if (round % 3 == 0) std::shuffle(values.begin(), values.end(), random);
    std::vector<std::optional<Range>> alone;
    for (const Range& value : values) alone.push_back(heading_above(text, value));
    const TableMemo memo;
    for (std::size_t i = 0; i < values.size(); ++i)
      ASSERT_EQ(heading_above(text, values[i]), alone[i]) << values[i].begin;
  }
}

TEST(Table, RememberingTheCellsBelowAHeadingChangesNothing) {
  const std::string text =
      "name,tel,\"no, or id\",mail\na,1,\"x, y\",m\n,2,z,\nb,,,n\n"
      "other,names\n1,2\n"
      "['p','q','r'],\n['1','2','3'],\n['4','5','6']\n";
  const TableMemo memo;
  for (const std::string_view word : {"name", "tel", "no", "mail", "names", "p", "q", "r", "tel"}) {
    const Range range{text.find(word), text.find(word) + word.size()};
    const std::vector<Range> remembered = cells_below(text, range);
    const TableMemo fresh;
    EXPECT_EQ(remembered, cells_below(text, range)) << word;
  }
}

TEST(Table, ProseAndFirstLinesHaveNoHeading) {
  EXPECT_EQ(heading("電話は 999 です", "999"), "-");
  EXPECT_EQ(heading("氏名,電話\n", "電話"), "-");
  EXPECT_EQ(heading("one, two\nand a line without\nx,999\n", "999"), "-");
  EXPECT_EQ(heading("2024,12345\nx,999\n", "999"), "-");
}

TEST(Table, CellsBelowAHeadingEndWithTheTable) {
  EXPECT_EQ(below("氏名,電話\n佐藤,111\n鈴木,222\n\n高橋,333\n", "電話"), "111+222");
  EXPECT_EQ(below("氏名,電話\n佐藤,111\n", "氏名"), "佐藤");
  EXPECT_EQ(below("氏名,電話\r\n佐藤, 111 \r\n", "電話"), "111");
  EXPECT_EQ(below("x,y\n氏名,電話\n佐藤,111\n", "電話"), "");
  EXPECT_EQ(below("電話 111", "電話"), "");
  EXPECT_EQ(below("氏名,電話\n佐藤,111", "電話"), "111");
}

TEST(Table, NothingFartherThanTheReachIsLookedAt) {
  std::string text = "id,tel\n";
  while (text.size() < 3 * kColumnReach) text += "some row,x\n";
  const std::string with_value = text + "last,999\n";
  EXPECT_EQ(heading(with_value, "999"), "-");
  const std::size_t word = text.find("tel");
  for (const Range cell : cells_below(text, {word, word + 3}))
    EXPECT_LE(cell.begin, word + kColumnReach);
}

TEST(Table, ALineOfProseAboveIsNoHeading) {
  const std::string text = "not working, can you help me\nname,tel\nx,999\ny,888";
  EXPECT_EQ(heading(text, "999"), "tel");
  EXPECT_EQ(heading(text, "888"), "tel");
  EXPECT_EQ(below(text, "tel"), "999+888");
  EXPECT_EQ(heading("family name, home tel\nx, 999\n", "999"), "home tel");
}

TEST(Table, CellsMayBePartedByRunsOfBlanks) {
  const std::string text =
      "口座     氏名        電話\n111      三浦 駿     222\n  333    服部 奈々   444\n";
  EXPECT_EQ(heading(text, "444"), "電話");
  EXPECT_EQ(below(text, "口座"), "111+333");
  EXPECT_EQ(below(text, "氏名"), "三浦 駿+服部 奈々");
  const std::string wide = "氏名　　　口座　　電話\n佐藤　健　　111　　222\n";
  EXPECT_EQ(below(wide, "口座"), "111");
  EXPECT_EQ(below("one  two three\nanother line\n", "one"), "");
}

// As psql, mysql and drawn tables write them.
TEST(Table, RulesBetweenRowsAreNoRows) {
  const std::string psql =
      " id | 氏名 | 電話\n----+------+------\n  1 | 佐藤 | 111\n  2 | 鈴木 | 222\n(2 rows)";
  EXPECT_EQ(below(psql, "電話"), "111+222");
  EXPECT_EQ(heading(psql, "222"), "電話");
  const std::string mysql =
      "+----+------+\n| id | 電話 |\n+----+------+\n|  1 |  111 |\n|  2 |  222 |\n+----+------+\n";
  EXPECT_EQ(below(mysql, "電話"), "111+222");
  EXPECT_EQ(heading(mysql, "222"), "電話");
  const std::string drawn =
      "┌────┬────┐\n│氏名│電話│\n├────┼────┤\n│佐藤│111│\n├────┼────┤\n│鈴木│222│\n└────┴────┘";
  EXPECT_EQ(below(drawn, "電話"), "111+222");
  EXPECT_EQ(heading(drawn, "222"), "電話");
  EXPECT_EQ(below("氏名\t電話\n\n佐藤\t111\n\n鈴木\t222\n", "電話"), "111+222");
}

// One bar in a line of prose means "or", in a line of commands a pipe.
TEST(Table, TwoColumnsPartedByOneBarNeedARuleBelowTheirNames) {
  const std::string psql =
      "$ psql shop | cat\n id |  client_secret  \n----+-----------------\n  1 | a,111\n"
      "  2 | \n  3 | 333;b\n(3 rows)\n";
  EXPECT_EQ(heading(psql, "111"), "client_secret");
  EXPECT_EQ(heading(psql, "333"), "client_secret");
  EXPECT_EQ(below(psql, "client_secret"), "a,111++333;b");
  EXPECT_EQ(heading("id | tel\n---|---\n1 | 111\n", "111"), "tel");
  EXPECT_EQ(heading("id | tel\n1 | 111\n2 | 222\n", "222"), "-");
  EXPECT_EQ(below("cat a | tel\nls | wc\n", "tel"), "");
  // The bar is part of a cell here.
  EXPECT_EQ(heading("name,tel\na | b,111\nc | d,222\n", "222"), "tel");
}

TEST(Table, RowsOfAnArrayOfArraysMayLackTheLastComma) {
  const std::string text = "[\n [\"name\", \"tel\"],\n [\"a\", \"111\"],\n [\"b\", \"222\"]\n]";
  EXPECT_EQ(below(text, "tel"), "111+222");
  EXPECT_EQ(heading(text, "222"), "tel");
}

TEST(Table, RowsOfACopyStandUnderItsColumns) {
  const std::string text = "COPY public.users (id, tel) FROM stdin;\n1\t111\n2\t222\n\\.\n";
  EXPECT_EQ(below(text, "tel"), "111+222");
  EXPECT_EQ(heading(text, "111"), "tel");
  EXPECT_EQ(heading(text, "222"), "tel");
  EXPECT_EQ(heading("COPY users FROM stdin;\n1\t111\n", "111"), "-");
}

// INSERT INTO … VALUES: the names of the columns stand in brackets before the rows.
constexpr std::string_view kInsert =
    "INSERT INTO people (`name`, tel, \"住所\") VALUES\n"
    "('佐藤, 愛', '111', 'a(1)'),\n('it''s', UPPER('222'), 'b'),('鈴木', 333, '東京');\nEND 444";

TEST(Table, FieldsOfAnInsertStandUnderTheirColumn) {
  const std::string text(kInsert);
  for (const char* value : {"111", "222", "333"}) EXPECT_EQ(heading(text, value), "tel") << value;
  EXPECT_EQ(heading(text, "東京"), "住所");
  EXPECT_EQ(heading(text, "佐藤"), "name");
  EXPECT_EQ(heading(text, "444"), "-");
  EXPECT_EQ(heading("values ('a', '999')", "999"), "-");
  EXPECT_EQ(heading("tel) VALUES ('a', '999')", "999"), "-");
}

TEST(Table, FieldsBelowAColumnOfAnInsert) {
  const std::string text(kInsert);
  EXPECT_EQ(below(text, "tel"), "111+UPPER('222')+333");
  EXPECT_EQ(below(text, "住所"), "a(1)+b+東京");
  EXPECT_EQ(below("insert into t (a, tel) values (1, 2)", "tel"), "2");
  EXPECT_EQ(below("call (a, tel) with (1, 2)", "tel"), "");
}

// What a later window is told of the tables that began before it.
TEST(Table, HeadingsOverAPlaceNameItsColumns) {
  const auto over = [](const std::string& text, const std::string& place) {
    std::string out;
    for (const Range r : headings_over(text, text.find(place)))
      out += text.substr(r.begin, r.size());
    return out;
  };
  std::string csv = "prose, and more\n\nname,tel\n", sql = "INSERT INTO t (a, tel) VALUES\n";
  for (int i = 0; i < 2000; ++i) {
    csv += "a" + std::to_string(i) + ",1\n";
    sql += "('a" + std::to_string(i) + "', '1'),\n";
  }
  EXPECT_EQ(over(csv, "a1500"), "name,tel");
  EXPECT_EQ(over(sql, "('a1500"), "a, tel");
  EXPECT_EQ(over("one line, of prose\nanother", "another"), "");
  EXPECT_EQ(over("{\"a\": 1, \"b\": 2}\n{\"a\": 3, \"b\": 4}\n", "{\"a\": 3"), "");
}

TEST(Table, AColumnOfAnInsertIsTheSameInWhateverOrderOneAsks) {
  std::string text;
  std::vector<Range> values;
  std::mt19937 random(3);
  for (int statement = 0; statement < 40; ++statement) {
    text += statement % 5 == 0 ? "INSERT INTO t VALUES" : "INSERT INTO t (a, b, tel) VALUES";
    for (int row = static_cast<int>(random() % 40); row >= 0; --row) {
      text += " (";
      for (int field = 0; field < 3; ++field) {
        const std::string value = std::to_string(random() % 1'000'000);
        text += "'";
        values.push_back({text.size(), text.size() + value.size()});
        text += value + (field < 2 ? "'," : "'");
      }
      text += row > 0 ? ")," : ");\n";
    }
  }
  std::shuffle(values.begin(), values.end(), random);
  std::vector<std::optional<Range>> alone;
  for (const Range& value : values) alone.push_back(heading_above(text, value));
  EXPECT_GT(std::count_if(alone.begin(), alone.end(), [](const auto& cell) { return cell; }), 500);
  const TableMemo memo;
  for (const bool ordered : {false, true}) {
    for (std::size_t i = 0; i < values.size(); ++i)
      ASSERT_EQ(heading_above(text, values[i]), alone[i]) << values[i].begin << ordered;
    std::sort(values.begin(), values.end(), [](Range a, Range b) { return a.begin < b.begin; });
    alone.clear();
    for (const Range& value : values) alone.push_back(heading_above(text, value));
  }
}

// Tables of HTML: on one line or on many, with attributes, groups of rows, tags around the words.
TEST(Table, HeadingsOfHtmlNameTheCellsBelow) {
  const std::string line =
      "<table><tr><th>氏名</th><th>口座</th></tr><tr><td>佐藤</td><td>111</td></tr>"
      "<tr><td>鈴木</td><td>222</td></tr></table><p>333</p>";
  EXPECT_EQ(heading(line, "111"), "口座");
  EXPECT_EQ(heading(line, "222"), "口座");
  EXPECT_EQ(heading(line, "鈴木"), "氏名");
  EXPECT_EQ(heading(line, "333"), "-");
  EXPECT_EQ(below(line, "口座"), "111+222");
  const std::string lines =
      "<TABLE class=\"list\">\n <THEAD>\n  <TR>\n   <TH scope=\"col\">氏名</TH>\n   <TH>\n"
      "    <b>口座</b><br/>\n   </TH>\n  </TR>\n </THEAD>\n <TBODY>\n  <TR>\n   <TD></TD>\n"
      "   <TD align=right>&nbsp;<span class=\"n\">111</span>&nbsp;</TD>\n  </TR>\n  <TR>\n"
      "   <TD>鈴木</TD>\n   <TD>222\n  </TR>\n </TBODY>\n</TABLE>\n";
  EXPECT_EQ(heading(lines, "111"), "口座");
  EXPECT_EQ(heading(lines, "222"), "口座");
  EXPECT_EQ(below(lines, "口座"), "111+222");
  EXPECT_EQ(below(lines, "氏名"), "鈴木");
}

TEST(Table, AFirstRowOfPlainHtmlCellsIsOneOfHeadingsWhereItIsNoPair) {
  const std::string plain =
      "<table><tr><td>id</td><td>氏名</td><td>口座</td></tr>"
      "<tr><td>1</td><td>佐藤</td><td>111</td></tr></table>";
  EXPECT_EQ(heading(plain, "111"), "口座");
  EXPECT_EQ(below(plain, "口座"), "111");
  const std::string head =
      "<table><thead><tr><td>氏名</td><td>口座</td></tr></thead><tr><td>佐藤</td><td>111</td></tr>";
  EXPECT_EQ(heading(head, "111"), "口座");
  const std::string bold =
      "<table><tr><td><b>氏名</b></td><td><b>口座</b></td></tr><tr><td>佐藤</td><td>111</td></tr>";
  EXPECT_EQ(heading(bold, "111"), "口座");
  for (const std::string tag : {"th", "td"}) {
    const std::string pairs = "<table><tr><" + tag + ">氏名</" + tag + "><td>佐藤</td></tr><tr><" +
                              tag + ">口座</" + tag + "><td>111</td></tr></table>";
    EXPECT_EQ(heading(pairs, "111"), "-") << tag;
    EXPECT_EQ(below(pairs, "氏名"), "") << tag;
  }
}

TEST(Table, AnHtmlCellHasTheHeadingOfItsOwnTableAndColumn) {
  const std::string nested =
      "<table><tr><th>氏名</th><th>明細</th><th>口座</th></tr><tr><td>佐藤</td>"
      "<td><table><tr><th>品</th><th>数</th></tr><tr><td>茶</td><td>555</td></tr></table></td>"
      "<td>111</td></tr></table>";
  EXPECT_EQ(heading(nested, "555"), "数");
  EXPECT_EQ(heading(nested, "111"), "口座");
  const std::string spans =
      "<tr><th>氏名</th><th colspan=\"2\">電話</th><th>口座</th></tr>"
      "<tr><td>佐藤</td><td>444</td><td>555</td><td>111</td></tr>";
  EXPECT_EQ(heading(spans, "111"), "口座");
  const std::string again =
      "<table><tr><th>甲</th><th>乙</th></tr><tr><td>1</td><td>111</td></tr>"
      "<tr><th>丙</th><th>丁</th></tr><tr><td>2</td><td>222</td></tr></table>";
  EXPECT_EQ(heading(again, "222"), "丁");
  EXPECT_EQ(below(again, "乙"), "111");
  EXPECT_EQ(heading("<tr><th>2024-12345</th></tr><tr><td>111</td></tr>", "111"), "-");
}

TEST(Table, CellsBesideAnHtmlCellStandInItsColumn) {
  const std::string text =
      "<table><tr><th>a</th><th>b</th></tr><tr><td>111</td><td>222</td></tr>"
      "<tr><td>333</td><td><b>444</b></td></tr><tr><td>555</td><td>666</td></tr></table>";
  const std::size_t at = text.find("444");
  std::string out;
  for (const Range cell : cells_beside(text, {at, at + 3}))
    out += text.substr(cell.begin, cell.size()) + " ";
  EXPECT_EQ(out, "222 b 666 ");
  // Names stand beside their values here: nothing says that the values are alike.
  const std::string pairs = "<tr><th>a</th><td>111</td></tr><tr><th>b</th><td>222</td></tr>";
  const std::size_t second = pairs.find("222");
  EXPECT_TRUE(cells_beside(pairs, {second, second + 3}).empty());
}

TEST(Table, HeadingsOfHtmlFartherThanTheReachNameNothing) {
  std::string text = "<table><tr><th>id</th><th>tel</th></tr>\n";
  while (text.size() < 3 * kColumnReach) text += "<tr><td>some</td><td>x</td></tr>\n";
  text += "<tr><td>last</td><td>999</td></tr></table>";
  EXPECT_EQ(heading(text, "999"), "-");
  const std::size_t word = text.find("tel");
  const auto cells = cells_below(text, {word, word + 3});
  EXPECT_GT(cells.size(), 1000u);
  for (const Range cell : cells) EXPECT_LE(cell.begin, word + kColumnReach);
}

// Whatever was read before of a text, and in whatever order its values are asked for.
TEST(Table, RememberingTheTagsOfHtmlChangesNothing) {
  static constexpr std::string_view kTags[] = {
      "<table>", "</table>", "<tr>", "<tr>",  "</tr>", "<tr><th>a</th><th>b</th></tr>",
      "<td>",    "<td>",     "<td>", "</td>", "<th>",  "</th>",
      "<thead>", "<tbody>",  "<b>",  "</b>",  "<br>",  "<table><tr><td>a<td>b<td>c</tr>"};
  std::mt19937 random(5);
  std::size_t named = 0;
  for (int round = 0; round < 8; ++round) {
    std::string text;
    std::vector<Range> values;
    const std::size_t filler = round % 2 == 0 ? 0 : 400;
    for (int i = 0; i < 2000; ++i) {
      text += kTags[random() % std::size(kTags)];
      if (random() % 3 != 0) continue;
      const std::string value = std::to_string(random() % 1000);
      values.push_back({text.size(), text.size() + value.size()});
      text += value + std::string(random() % 4 == 0 ? filler : 0, 'x');
    }
    std::shuffle(values.begin(), values.end(), random);
    std::vector<std::optional<Range>> alone;
    for (const Range& value : values) alone.push_back(heading_above(text, value));
    named += static_cast<std::size_t>(
        std::count_if(alone.begin(), alone.end(), [](const auto& cell) { return cell; }));
    const TableMemo memo;
    for (std::size_t i = 0; i < values.size(); ++i) {
      cells_below(text, values[random() % values.size()]);
      cells_beside(text, values[random() % values.size()]);
      ASSERT_EQ(heading_above(text, values[i]), alone[i]) << values[i].begin;
    }
  }
  EXPECT_GT(named, 200u);
}

}  // namespace
}  // namespace sekisho::filters
