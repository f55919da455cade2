#include "audit/reports/html.h"

#include "audit/reports/cell_text.h"
#include "audit/reports/chart.h"
#include "audit/reports/csv.h"
#include "audit/reports/page_style.h"
#include "tests/audit/reports/sample.h"

namespace sekisho::audit {
namespace {

PageLook english() {
  PageLook look;
  look.language = Language::kEnglish;
  return look;
}

TEST(HtmlPage, NeedsNothingFromOutsideAndRunsNothing) {
  const std::string page = html_page(sample_answer(), {});
  for (const char* outside : {"<script", "http://", "https://", "src=", "@import", "url(http",
                              " onload", " style=\"", "<link", "<img", "<iframe"})
    EXPECT_FALSE(holds(page, outside)) << outside;
  EXPECT_TRUE(holds(page, "default-src 'none'; style-src " + page_style_source()));
}

TEST(HtmlPage, SaysItsLanguage) {
  EXPECT_TRUE(holds(html_page(sample_answer(), {}), "<html lang=\"ja\">"));
  EXPECT_TRUE(holds(html_page(sample_answer(), english()), "<html lang=\"en\">"));
}

TEST(HtmlPage, HasRealTablesWithCaptionAndScope) {
  const std::string page = html_page(sample_answer(), english());
  EXPECT_TRUE(holds(page, "<caption>Users and destinations</caption>"));
  EXPECT_EQ(times(page, "<th scope=\"col\""), 9u);
  EXPECT_EQ(times(page, "<thead>"), 1u);
  EXPECT_TRUE(holds(page, "<li>Counted are requests</li>"));
}

TEST(HtmlPage, GroupsNumbersAndTellsTheOffsetOfTimes) {
  const std::string page = html_page(sample_answer(), english());
  EXPECT_TRUE(holds(page, "<td class=\"n\">1,204,331</td>"));
  EXPECT_TRUE(holds(page, "<td class=\"n\">98,765,432</td>"));
  EXPECT_TRUE(holds(page, "<td class=\"n\">12.3 %</td>"));
  EXPECT_TRUE(holds(page, "2026-07-02 21:34:56 +09:00"));
}

TEST(HtmlPage, TellsVerdictsByWord) {
  EXPECT_TRUE(holds(html_page(sample_answer(), {}),
                    "<span class=\"v v-block\">拒否</span> <span class=\"code\">block</span>"));
  EXPECT_TRUE(holds(html_page(sample_answer(), english()), ">refused</span>"));
}

TEST(HtmlPage, EndsWithWhatItRestsOn) {
  const std::string page = html_page(sample_answer(), english());
  const std::string box = page.substr(page.find("class=\"evidence\""));
  for (const char* part : {"sekisho.example.co.jp/gw1", "seq 100 to 2,000,000", "1,999,901",
                           "1,999,000 records, root L0", "1,001", "None in this period",
                           "sha256:c1e2", "sekisho audit refused --quarter 2026Q2"})
    EXPECT_TRUE(holds(box, part)) << part;
}

TEST(HtmlPage, ShowsHostileTextAsText) {
  Answer a = sample_answer();
  a.tables[0].rows[0][0] = std::string("<img src=x onerror=alert(1)>\"'&");
  a.tables[0].rows[0][1] = std::string("gpt\xE2\x80\xAEtxt.exe\x01\xFF\xEF\xBF\xBF");
  a.tables[0].rows[0][4] = std::string("</td><script>, b");
  a.tables[0].title.en = "<b>\" onfocus=x";
  const std::string page = html_page(a, english());
  EXPECT_FALSE(holds(page, "<img"));
  EXPECT_FALSE(holds(page, "<script"));
  EXPECT_FALSE(holds(page, "<b>"));
  EXPECT_FALSE(holds(page, "\" onfocus"));
  EXPECT_TRUE(holds(page, "&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;"));
  EXPECT_TRUE(holds(page,
                    "gpt<span class=\"hid\">U+202E</span>txt.exe<span "
                    "class=\"hid\">U+0001</span><span class=\"hid\">0xFF</span><span "
                    "class=\"hid\">U+FFFF</span>"));
  for (const char* hidden : {"\xE2\x80\xAE", "\x01", "\xFF", "\xEF\xBF\xBF"})
    EXPECT_FALSE(holds(page, hidden));
}

TEST(HtmlPage, SaysHowMuchWasLookedAtWhenNothingIsFound) {
  Answer a = sample_answer();
  a.tables[0].rows.clear();
  const std::string page = html_page(a, english());
  EXPECT_TRUE(holds(page, "<td colspan=\"9\">0 of 1,999,901 records</td>"));
  EXPECT_FALSE(holds(page, "<svg"));
}

TEST(HtmlPage, BoundsHugeTablesAndCountsWhatItLeavesOut) {
  Answer a = sample_answer();
  a.tables[0].rows.assign(12'345, a.tables[0].rows[0]);
  const std::string page = html_page(a, english());
  EXPECT_EQ(times(page, "<td class=\"n\">1,204,331</td>"), 500u);
  EXPECT_TRUE(holds(page, "… 11,845 more rows"));
}

TEST(HtmlPage, BoundsLongLists) {
  Answer a = sample_answer();
  std::string list = "t0";
  for (int i = 1; i < 100; ++i) list += ", t" + std::to_string(i);
  a.tables[0].rows[0][4] = list;
  const std::string page = html_page(a, english());
  EXPECT_TRUE(holds(page, "<bdi>t39</bdi> … 60 more</td>"));
}

TEST(HtmlPage, MarksWhatIsToBeFilledIn) {
  Answer a = sample_answer();
  a.tables[0].rows[0][0] = std::string("【要記入】原因");
  EXPECT_TRUE(holds(html_page(a, {}), "<mark>【要記入】</mark>原因"));
}

TEST(HtmlPage, TakesRowsThatAreTooShort) {
  Answer a = sample_answer();
  a.tables[0].rows[1].resize(9);
  a.tables[0].columns.push_back(text_column("more", "他", "More"));
  EXPECT_EQ(times(html_page(a, english()), "<td"), 20u + 8u);
}

TEST(Chart, DrawsBarsWithTheValuesOfTheRows) {
  const Answer a = sample_answer();
  const auto plan = plan_chart(a.tables[0]);
  EXPECT_FALSE(plan) << "times are in front of the counts: the rows are single things";
  Table t = a.tables[0];
  t.columns.erase(t.columns.begin() + 5);
  for (auto& row : t.rows) row.erase(row.begin() + 5);
  const auto bars = plan_chart(t);
  ASSERT_TRUE(bars);
  const std::string svg = draw_chart(t, *bars, Language::kEnglish, "d0");
  EXPECT_EQ(times(svg, "class=\"bar\""), 2u);
  EXPECT_TRUE(holds(svg, ">1,204,331</text>"));
  EXPECT_TRUE(holds(svg, "role=\"img\" aria-labelledby=\"d0-t\""));
}

Table trend(int days) {
  Table t;
  t.id = "trend";
  t.title = {"推移", "Trend"};
  t.columns = {{"day", {"日", "Day"}, ColumnKind::kDay},
               text_column("verdict", "判定", "Verdict"),
               count_column("n", "件数", "Requests")};
  const std::int64_t first = policy::days_from_civil({2026, 7, 1});
  for (int i = 0; i < days; ++i)
    for (const char* verdict : {"allow", "block"})
      t.rows.push_back({policy::civil_from_days(first + i).to_string(), std::string(verdict),
                        std::int64_t{10 + i}});
  return t;
}

TEST(Chart, StacksDaysBySeriesAndFoldsManyIntoWeeks) {
  const Table few = trend(7), many = trend(92);
  const std::string days = draw_chart(few, *plan_chart(few), Language::kJapanese, "d1");
  EXPECT_EQ(times(days, "fill=\"url(#d1-p1)\""), 7u + 1u);  // and the legend
  EXPECT_TRUE(holds(days, ">拒否</text>"));
  const std::string weeks = draw_chart(many, *plan_chart(many), Language::kJapanese, "d2");
  EXPECT_EQ(times(weeks, "fill=\"url(#d2-p0)\""), 14u + 1u);
  EXPECT_EQ(week_of("2026-07-01"), "2026-06-29");
  EXPECT_EQ(week_of("1969-12-31"), "1969-12-29");
  EXPECT_EQ(week_of("no day"), "");
}

TEST(Chart, ShowsAWeekWithoutRowsAsAHole) {
  Table t = trend(1);
  t.columns[0] = {"week", {"週", "Week"}, ColumnKind::kText};
  t.rows = {{std::string("2026-07-06"), std::string("allow"), std::int64_t{5}},
            {std::string("2026-07-13"), std::string("block"), std::int64_t{1}},
            {std::string("2026-08-03"), std::string("allow"), std::int64_t{7}}};
  const std::string drawn = draw_chart(t, *plan_chart(t), Language::kJapanese, "d1");
  for (const char* week : {"07-06", "07-13", "07-20", "07-27", "08-03"})
    EXPECT_TRUE(holds(drawn, std::string(">") + week + "</text>")) << week;
}

TEST(HtmlPage, NoHeadingIsLeftOnThePageInFrontOfAWideTable) {
  Answer a = sample_answer();
  const std::string page = html_page(a, english());
  EXPECT_TRUE(holds(page, "<header class=\"wide\">"));
  EXPECT_TRUE(holds(page, "<section id=\"s0\" class=\"wide\">"));
  a.tables[0].columns.resize(3);
  EXPECT_FALSE(holds(html_page(a, english()), "class=\"wide\">"));
}

TEST(Chart, ShowsHostileLabelsAsText) {
  Table t = trend(2);
  t.columns[1].id = "model";
  t.rows[0][1] = std::string("<svg onload=alert(1)>\xE2\x80\xAE");
  const std::string svg = draw_chart(t, *plan_chart(t), Language::kEnglish, "d0");
  EXPECT_EQ(times(svg, "<svg"), 1u);
  EXPECT_FALSE(holds(svg, "\xE2\x80\xAE"));
}

TEST(Chart, PutsManySeriesTogether) {
  Table t = trend(2);
  for (int i = 0; i < 30; ++i)
    t.rows.push_back({std::string("2026-07-01"), "s" + std::to_string(i), std::int64_t{1}});
  const std::string svg = draw_chart(t, *plan_chart(t), Language::kEnglish, "d0");
  EXPECT_TRUE(holds(svg, ">others</text>"));
  EXPECT_EQ(times(svg, "<pattern"), 7u);
}

TEST(CellText, GroupsThousands) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(-1234567), "-1,234,567");
}

TEST(Csv, KeepsNumbersPlainAndTimesWhole) {
  const std::string csv = csv_of(sample_answer().tables[0], {});
  EXPECT_EQ(csv.substr(0, 3), "\xEF\xBB\xBF");
  EXPECT_TRUE(holds(csv, "\"user\",\"host\",\"verdict\""));
  EXPECT_TRUE(
      holds(csv, "\"2026-07-02T21:34:56.123456+09:00\",\"1204331\",\"98765432\",\"0.123\""));
}

TEST(Csv, MakesFormulasHarmless) {
  Answer a = sample_answer();
  a.tables[0].rows[0][0] = std::string("=cmd()");
  EXPECT_TRUE(holds(csv_of(a.tables[0], {}), "\"'=cmd()\""));
}

TEST(Csv, TellsWhatItRestsOn) {
  const Answer a = sample_answer();
  const std::string csv = footer_csv(a.footer, a.command, Language::kEnglish);
  EXPECT_TRUE(holds(csv, "\"looked_at\",\"1999901\""));
  EXPECT_TRUE(holds(csv, "\"policy\",\"sha256:c1e2\""));
}

}  // namespace
}  // namespace sekisho::audit
