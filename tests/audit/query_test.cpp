#include "audit/query.h"

#include "audit/sheet.h"
#include "tests/audit/testing.h"

namespace sekisho::audit {
namespace {

std::vector<QueryRow> rows_of(const Folder& folder, const QueryFilter& filter = {}) {
  std::vector<QueryRow> rows;
  const QueryStats stats = run_query(folder.log(), filter, [&](QueryRow& row) {
    rows.push_back(row);
    return true;
  });
  EXPECT_EQ(stats.error, "");
  EXPECT_EQ(stats.unreadable, 0u);
  return rows;
}

TEST(Query, JoinsDecisionsWithOutcomesNewestFirst) {
  Folder folder;
  JournalSettings small = test_settings();
  small.segment_bytes = 2000;
  write_log(folder, 12, small);
  const auto rows = rows_of(folder);
  ASSERT_EQ(rows.size(), 12u);
  for (int i = 0; i < 12; ++i) {
    EXPECT_EQ(rows[i].decision.id, id_of(11 - i));
    ASSERT_TRUE(rows[i].outcome);
    EXPECT_EQ(rows[i].outcome->ref, rows[i].decision.seq);
    EXPECT_EQ(rows[i].outcome->received, 50u);
  }
}

TEST(Query, ShowsWhatHasNoOutcomeWhileTheGatewayRuns) {
  Folder folder;
  auto journal = open_log(folder);
  Sample sample;
  record_and_wait(*journal, sample);
  const auto rows = rows_of(folder);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_FALSE(rows[0].outcome);
}

TEST(Query, IsNotStoppedByATornLine) {
  Folder folder;
  write_log(folder, 2);
  const std::string path = folder.log() + "/000000000000.jsonl";
  write_all(path, read_all(path) + R"({"v":1,"seq":7,"pr)");
  EXPECT_EQ(rows_of(folder).size(), 2u);
}

TEST(Query, CountsEachRecordOfAPoisonedSegmentOnce) {
  Folder folder;
  FaultDisk disk;
  {
    auto journal = open_disk(disk);
    Sample lost(id_of(1)), after(id_of(2));
    disk.fail(FaultDisk::Op::kSync, 1, EIO);
    EXPECT_EQ(record_and_wait(*journal, lost), 0u);
    EXPECT_NE(record_and_wait(*journal, after), 0u);
  }
  disk.export_to(folder.log());
  const auto rows = rows_of(folder);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].decision.id, id_of(2));
}

TEST(Query, StopsWhenEnoughWasSeen) {
  Folder folder;
  write_log(folder, 50);
  const QueryStats stats = run_query(folder.log(), {}, [](QueryRow&) { return false; });
  EXPECT_LT(stats.looked_at, 5u);
}

TEST(Query, AWordThatNoRecordCanHaveIsNamedNotSearched) {
  QueryFilter f;
  EXPECT_EQ(wrong_word(f), "");
  f.verdict = "block", f.would = "redact", f.reason = "journal";
  EXPECT_EQ(wrong_word(f), "");
  f.verdict = "blocked";
  EXPECT_EQ(wrong_word(f), "--verdict: 'blocked' is none of allow, redact, pseudonymise, block");
  f.verdict = "", f.reason = "regions";
  EXPECT_NE(wrong_word(f).find("'regions' is none of framing, identity, host_mismatch, region,"),
            std::string::npos);
  f.reason = "framing, identity";
  EXPECT_NE(wrong_word(f), "");
}

TEST(Query, MatchesEveryFilter) {
  QueryRow row;
  DecisionRow& d = row.decision;
  d.time_us = 1000;
  d.user = "u";
  d.ip = "10.1.2.3";
  d.provider = "p";
  d.host = "api.example.com";
  d.countries = {"JP", "US"};
  d.verdict = "allow";
  d.would = "block";
  d.reason = "data";
  d.rule = "won";
  d.rules = {"won", "also"};
  d.findings = {{"email", 2}};
  d.id = "sks_1";
  const auto with = [](auto set) {
    QueryFilter f;
    set(f);
    return f;
  };
  const std::pair<QueryFilter, QueryFilter> cases[] = {
      {with([](auto& f) { f.from_us = 1000; }), with([](auto& f) { f.from_us = 1001; })},
      {with([](auto& f) { f.to_us = 1001; }), with([](auto& f) { f.to_us = 1000; })},
      {with([](auto& f) { f.user = "u"; }), with([](auto& f) { f.user = "v"; })},
      {with([](auto& f) { f.ip = "10.0.0.0/8"; }), with([](auto& f) { f.ip = "10.1.2.4"; })},
      {with([](auto& f) { f.provider = "p"; }), with([](auto& f) { f.provider = "q"; })},
      {with([](auto& f) { f.host = "*.example.com"; }),
       with([](auto& f) { f.host = "example.com"; })},
      {with([](auto& f) { f.country = "JP"; }), with([](auto& f) { f.country = "CN"; })},
      {with([](auto& f) { f.verdict = "allow"; }), with([](auto& f) { f.verdict = "block"; })},
      {with([](auto& f) { f.would = "block"; }), with([](auto& f) { f.would = "redact"; })},
      {with([](auto& f) { f.reason = "data"; }), with([](auto& f) { f.reason = "region"; })},
      {with([](auto& f) { f.rule = "also"; }), with([](auto& f) { f.rule = "other"; })},
      {with([](auto& f) { f.type = "email"; }), with([](auto& f) { f.type = "my_number"; })},
      {with([](auto& f) { f.id = "sks_1"; }), with([](auto& f) { f.id = "sks_2"; })}};
  for (std::size_t i = 0; i < std::size(cases); ++i) {
    EXPECT_TRUE(matches(cases[i].first, row)) << i;
    EXPECT_FALSE(matches(cases[i].second, row)) << i;
  }
}

TEST(Query, FindsEveryCountryOfTheEvidence) {
  Folder folder;
  {
    auto journal = open_log(folder);
    Sample s;
    for (const char* value : {"edge:cloudflare(US)", "AT,BE,unknown"}) {
      s.admission.evidence.push_back(s.admission.evidence.front());
      s.admission.evidence.back().value = value;
    }
    record_and_wait(*journal, s);
  }
  const std::vector<std::string> expected{"AT", "BE", "US"};
  EXPECT_EQ(rows_of(folder).at(0).decision.countries, expected);
}

TEST(Query, GroupsByFieldsWithSeveralValues) {
  std::string error;
  auto grouping = Grouping::parse("user,type", policy::TimeZone(), error);
  ASSERT_TRUE(grouping) << error;
  QueryRow row;
  row.decision.user = "u";
  row.decision.bytes_in = 10;
  row.decision.findings = {{"email", 1}, {"phone_jp", 3}};
  row.outcome.emplace();
  row.outcome->sent = 7;
  row.outcome->received = 9;
  grouping->add(row);
  row.decision.findings = {{"email", 1}};
  grouping->add(row);
  const auto groups = grouping->groups();
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[0].first, (std::vector<std::string>{"u", "email"}));
  EXPECT_EQ(groups[0].second.count, 2u);
  EXPECT_EQ(groups[0].second.sent, 14u);
  EXPECT_FALSE(Grouping::parse("user,colour", policy::TimeZone(), error));
  EXPECT_FALSE(Grouping::parse("", policy::TimeZone(), error));
}

TEST(Query, SaysTheTimeInTheZoneOfTheReader) {
  EXPECT_EQ(local_time(1'782'995'696'123'456, *policy::TimeZone::find("Asia/Tokyo")),
            "2026-07-02T21:34:56.123456+09:00");
  EXPECT_EQ(local_time(-1, *policy::TimeZone::find("UTC")), "1969-12-31T23:59:59.999999+00:00");
}

TEST(Sheet, NeverWritesAFormula) {
  for (const std::string begin : {"=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"}) {
    const std::string cell = begin + "HYPERLINK(\"http://x\",\"y\")";
    EXPECT_TRUE(csv_line({cell}).starts_with("\"'" + begin)) << cell;
  }
  EXPECT_EQ(csv_line({"a", "b\"c", "", "1=2"}), "\"a\",\"b\"\"c\",\"\",\"1=2\"\r\n");
  EXPECT_EQ(csv_line({"a\x1b[2J", "x\xE2\x80\xAEy", "l\r\nm\tn"}),
            "\"a\xEF\xBF\xBD[2J\",\"x\xEF\xBF\xBDy\",\"l\r\nm\tn\"\r\n");
}

TEST(Sheet, AlignsWideCharacters) {
  EXPECT_EQ(display_width("関所ab"), 6u);
  EXPECT_EQ(aligned({{"関所", "x"}, {"abcdef", "y"}}), "関所    x\nabcdef  y\n");
  EXPECT_EQ(display_text("a\x1b[31m\u202E関"), "a?[31m?関");
  EXPECT_EQ(display_text("関所関所", 5), "関所…");
}

}  // namespace
}  // namespace sekisho::audit
