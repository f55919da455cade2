// Reports made from a log that a journal wrote, by its index.

#include "audit/reports/reports.h"

#include "audit/reports/html.h"
#include "audit/reports/iso_controls.h"
#include "audit/reports/iso_pack.h"
#include "audit/reports/words.h"
#include "tests/audit/reports/report_fixture.h"

namespace sekisho::audit {
namespace {

TEST_F(Reports, OverviewCountsWhatTheLogHolds) {
  fill();
  const Report r = overview_report(frame());
  check(r);
  const auto& figures = r.sections[0].figures;
  ASSERT_EQ(figures.size(), 5u);
  EXPECT_EQ(shown(figures[0].value), "7");
  EXPECT_EQ(shown(figures[0].before), "0");
  EXPECT_EQ(shown(figures[1].value), "1");
  EXPECT_EQ(shown(figures[2].value), "1");
  EXPECT_EQ(shown(figures[3].value), "5");
  EXPECT_EQ(row_of(*table_of(r, "reasons"), "region"), "region|1|1|-");
  ASSERT_NE(table_of(r, "new_destinations"), nullptr);
  EXPECT_EQ(table_of(r, "new_destinations")->rows.size(), 3u);
  const std::string page = html_page(r, {});
  EXPECT_FALSE(holds(page, "<script"));
  EXPECT_TRUE(holds(page, "<nav "));
}

TEST_F(Reports, CrossborderPrintsWhatArticle28AsksFor) {
  fill();
  const Report r = crossborder_report(frame());
  check(r);
  ASSERT_EQ(r.sections[1].tables.size(), 2u);  // a card for CN and one for US
  const Table& us = r.sections[1].tables[1];
  EXPECT_EQ(us.title.en, "United States (US) / OpenAI API");
  EXPECT_EQ(us.title.ja, "アメリカ合衆国 (US) / OpenAI API");
  const auto line = [&](const char* item) { return row_of(us, item); };
  EXPECT_TRUE(holds(line("Recipient (legal entity)"), "OpenAI OpCo, LLC"));
  EXPECT_TRUE(holds(line("Route"), "equivalent measures (art. 28(1), rule 16)"));
  EXPECT_TRUE(holds(line("Document of the route"), "contract 2026-04"));
  EXPECT_TRUE(holds(line("Regime of the country"), "no general law (2026-04-01)"));
  EXPECT_TRUE(holds(line("Measures of the recipient, day of the last check"),
                    "no training (2025-01-15) [to be filled in]624 days since"))
      << line("Measures of the recipient, day of the last check");
  EXPECT_TRUE(holds(line("Trains on inputs"), "no (catalogue: openai-api"));
  EXPECT_TRUE(holds(line("Requests with personal findings"),
                    "4 sent as they were, 1 redacted or pseudonymised, 0 refused"));
  EXPECT_TRUE(
      holds(line("Types found"),
            "E-mail address (email), My Number (Japanese individual number) (jp_my_number)"))
      << line("Types found");
  EXPECT_TRUE(holds(line("Rule that allowed it"), "|openai"));
}

TEST_F(Reports, CrossborderSaysWhatNobodyStatedAndWhatWasStopped) {
  fill();
  const Report r = crossborder_report(frame());
  const Table& cn = r.sections[1].tables[0];
  EXPECT_EQ(cn.title.en, "China (CN) / DeepSeek API and platform");
  EXPECT_EQ(row_of(cn, "Route"), "Route|[to be filled in]");
  EXPECT_EQ(row_of(cn, "Stop decision"), "Stop decision|Refused by: regions");
  EXPECT_TRUE(holds(row_of(cn, "Trains on inputs"), "yes (catalogue: deepseek-api"));
  frame_.language = Language::kJapanese;
  const std::string page = html_page(crossborder_report(frame_), {});
  EXPECT_TRUE(holds(page, "<mark>【要記入】</mark>"));
  EXPECT_TRUE(holds(page, "拒否した規則: regions"));
}

TEST_F(Reports, CrossborderDoesWithoutThePolicy) {
  fill();
  policies_.clear();
  const Report r = crossborder_report(frame());
  check(r);
  EXPECT_TRUE(holds(r.lead.back().en, "not at hand"));
}

TEST_F(Reports, RefusalsNameRulesAndUsers) {
  fill();
  const Report r = refusals_report(frame());
  check(r);
  EXPECT_EQ(row_of(*table_of(r, "by_destination"), "api.deepseek.com"),
            "api.deepseek.com|deepseek-api|CN|region|regions|1|1");
  EXPECT_EQ(table_of(r, "by_user")->rows.size(), 1u);
}

TEST_F(Reports, ExceptionsJoinWhatWasGrantedWithWhatWasUsed) {
  fill();
  const Report r = exceptions_report(frame());
  check(r);
  const Table& t = *table_of(r, "exceptions");
  ASSERT_EQ(t.rows.size(), 2u);
  const std::string used = row_of(t, "EX-1");
  EXPECT_TRUE(holds(used, "EX-1|no-mail|everyone|2026-12-31|SEC-2|cto, ciso|pilot|1|1|")) << used;
  EXPECT_TRUE(holds(used, "|in force"));
  EXPECT_TRUE(holds(row_of(t, "EX-2"), "|0|0|-|expired, unused"));
  EXPECT_TRUE(holds(row_of(*table_of(r, "destinations"), "trial"),
                    "trial|llm.example.com|-|2026-09-30|SEC-9|ciso|trial|0|0|-|"));
  EXPECT_EQ(table_of(r, "uses")->rows.size(), 1u);
}

TEST_F(Reports, PolicyChangesShowTheDifferenceOfTheTexts) {
  policies_["sha256:11"] = std::string(kPolicy) + "uninspected: allow\n";
  log_.admin("start", "", "sha256:00", "systemd");
  fill();
  log_.admin("reload", "sha256:00", "sha256:11", "root");
  log_.admin("reload_failed", "sha256:11", "", "root");
  log_.admin("reload", "sha256:11", "sha256:22", "root");
  const Report r = policy_report(frame());
  check(r);
  const Table& t = *table_of(r, "changes");
  ASSERT_EQ(t.rows.size(), 4u);
  EXPECT_EQ(shown(t.rows[1][6]), "yes");
  EXPECT_EQ(shown(t.rows[2][6]), "refused, the old one stays");
  const auto& differences = r.sections[1].differences;
  ASSERT_EQ(differences.size(), 2u);
  EXPECT_EQ(differences[0].lines.back().sign, '+');
  EXPECT_EQ(differences[0].lines.back().text, "uninspected: allow");
  EXPECT_TRUE(holds(differences[1].lines[0].text, "not at hand"));
  EXPECT_TRUE(holds(html_page(r, {}), "<ins>+ uninspected: allow</ins>"));
}

TEST_F(Reports, IncidentFollowsARequestItsValuesAndItsPolicy) {
  fill();
  frame_.days = {};
  frame_.record_lines = [](const std::string& id) {
    return std::vector<std::string>{"{\"id\":\"" + id + "\"}"};
  };
  VerifyReport verified;
  verified.checked = true;
  verified.head.size = 20;
  const Report r = incident_report(frame(), {.id = id_of(0)}, verified);
  check(r);
  EXPECT_EQ(row_of(*table_of(r, "verification"), "Result"),
            "Result|whole: nothing missing, nothing changed");
  ASSERT_EQ(table_of(r, "exchanges")->rows.size(), 1u);
  EXPECT_EQ(shown(table_of(r, "exchanges")->rows[0][10]), "email ×1");
  // hanako and taro sent the same value
  ASSERT_EQ(table_of(r, "values")->rows.size(), 1u);
  const std::string hash = hash_of("email");
  EXPECT_TRUE(holds(row_of(*table_of(r, "values"), hash), hash + "|email|2|2|2|"));
  const std::string page = html_page(r, {});
  EXPECT_TRUE(holds(page, "{&quot;id&quot;:&quot;" + id_of(0)));
  EXPECT_TRUE(holds(page, "id: openai-us"));  // the text of the policy
}

TEST_F(Reports, IncidentFollowsAUserAndAValue) {
  fill();
  const Report user = incident_report(frame(), {.user = "taro@example.co.jp"}, std::nullopt);
  check(user);
  EXPECT_EQ(table_of(user, "exchanges")->rows.size(), 1u);
  EXPECT_TRUE(holds(row_of(*table_of(user, "verification"), "Result"), "[to be filled in]"));
  const Report value = incident_report(
      frame_, {.hashes = {hash_of("email"), "zz"}, .value_type = "email"}, std::nullopt);
  check(value);
  EXPECT_EQ(table_of(value, "exchanges")->rows.size(), 2u);
  EXPECT_EQ(table_of(value, "values")->rows.size(), 1u);
}

TEST_F(Reports, IncidentSaysThatABrokenLogIsBroken) {
  fill();
  VerifyReport verified;
  verified.checked = true;
  verified.whole = false;
  verified.segment = "000000000000.jsonl";
  verified.first_bad = 3;
  verified.what = "it was changed";
  const Report r = incident_report(frame(), {.user = "x"}, verified);
  EXPECT_EQ(row_of(*table_of(r, "verification"), "Result"), "Result|BROKEN");
  EXPECT_EQ(row_of(*table_of(r, "verification"), "First that does not fit"),
            "First that does not fit|000000000000.jsonl seq 3: it was changed");
}

TEST_F(Reports, BreachDraftHasTheNineItemsAndNeverGuessesPersons) {
  fill();
  Breach breach;
  breach.subject.user = "hanako@example.co.jp";
  breach.known_us = 1'782'995'696'000'000;  // 2026-07-02
  const Report r = breach_report(frame(), breach);
  check(r);
  const Table& items = *table_of(r, "items");
  ASSERT_EQ(items.rows.size(), 9u);
  EXPECT_TRUE(holds(shown(items.rows[0][2]), "OpenAI OpCo, LLC"));
  EXPECT_TRUE(holds(shown(items.rows[1][2]), "E-mail address (email)"));
  const std::string persons = shown(items.rows[2][2]);
  EXPECT_EQ(persons.find("[to be filled in]"), 0u);
  EXPECT_TRUE(holds(persons, "at most 3 distinct values")) << persons;
  EXPECT_TRUE(holds(persons, "not of persons"));
  EXPECT_TRUE(holds(shown(items.rows[3][2]), "Exceptions that applied: EX-1"));
  for (const int row : {5, 6, 7})
    EXPECT_TRUE(holds(shown(items.rows[row][2]), "[to be filled in]"));
  EXPECT_EQ(shown(table_of(r, "deadlines")->rows[0][1]), "2026-07-05 to 2026-07-07");
  EXPECT_EQ(shown(table_of(r, "deadlines")->rows[1][1]), "2026-07-31 (day 30)");
  EXPECT_EQ(shown(table_of(r, "deadlines")->rows[1][2]), "2026-07-31");
  breach.known_us += 35ll * 86400 * 1'000'000;  // 2026-08-06: day 60 is a Sunday
  breach.wrongful = true;
  EXPECT_EQ(shown(table_of(breach_report(frame(), breach), "deadlines")->rows[1][2]),
            "2026-10-05 (the next open day: offices are closed on day 60)");
  EXPECT_EQ(row_of(*table_of(r, "values"), "E-mail address (email)"),
            "E-mail address (email)|3|3|3");
}

TEST_F(Reports, SuppliersTellFactsAndWhenTheyWereReviewed) {
  fill();
  const Report r = suppliers_report(frame());
  check(r);
  const std::string row = row_of(*table_of(r, "suppliers"), "OpenAI API");
  EXPECT_TRUE(holds(row, "|United States (US)|openai|5|")) << row;
  EXPECT_TRUE(holds(row, "|no|30|yes|")) << row;
}

TEST_F(Reports, OperationTellsStartsAndSteps) {
  fill();
  log_.admin("clock_step", "2026-07-02T00:00:00Z", "2026-07-02T01:00:00Z", "gw1");
  const Report r = operation_report(frame());
  check(r);
  EXPECT_EQ(shown(table_of(r, "notable")->rows.back()[2]), "clock_step");
  EXPECT_FALSE(table_of(r, "identities")->rows.empty());
}

PackInput pack_input() {
  PackInput input;
  input.answers.push_back(sample_answer());
  input.verified = VerifyReport();
  input.verified->checked = true;
  input.verified->head.size = 20;
  return input;
}

const PackedFile* file_of(const std::vector<PackedFile>& files, const std::string& path) {
  for (const PackedFile& file : files)
    if (file.path == path) return &file;
  return nullptr;
}

TEST_F(Reports, PackNamesEveryFileWithItsCommandAndHash) {
  fill();
  std::string error;
  const auto files = iso_pack(frame(), pack_input(), error);
  EXPECT_EQ(error, "");
  ASSERT_GT(files.size(), 20u);
  EXPECT_EQ(files.front().path, "index.html");
  EXPECT_EQ(files.back().path, "SHA256SUMS");
  const std::string& sums = files.back().bytes;
  EXPECT_EQ(times(sums, "\n"), files.size() - 1);
  for (const PackedFile& file : files) {
    if (file.path == "SHA256SUMS") continue;
    EXPECT_TRUE(holds(sums, "  " + file.path + "\n"));
    if (file.path.starts_with("index")) continue;
    EXPECT_TRUE(holds(files.front().bytes, "<a href=\"" + file.path + "\">")) << file.path;
  }
  EXPECT_TRUE(file_of(files, "policies/00.yaml"));
  EXPECT_TRUE(holds(file_of(files, "verification.json")->bytes, "\"whole\":true,\"size\":20"));
  EXPECT_TRUE(holds(file_of(files, "questions/refused.csv")->bytes, "api.deepseek.com"));
  EXPECT_TRUE(holds(file_of(files, "index.csv")->bytes, "\"8.12\""));
}

TEST_F(Reports, PackFailsAsAWhole) {
  frame_.run = [](const Sql&) { return SqlRows{{}, "the disk is gone"}; };
  std::string error;
  EXPECT_TRUE(iso_pack(frame_, pack_input(), error).empty());
  EXPECT_EQ(error, "the disk is gone");
}

TEST(IsoControls, AreToldInBothLanguagesWithEvidence) {
  for (const IsoControl& c : iso_controls()) {
    EXPECT_FALSE(c.title.ja.empty() || c.title.en.empty() || c.shows.ja.empty() ||
                 c.shows.en.empty() || c.items.empty())
        << c.id;
  }
}

TEST(Zip, IsTheSameWheneverItIsMade) {
  const std::vector<PackedFile> files{{"b/日本.txt", std::string(5000, 'x')}, {"a.txt", ""}};
  std::string error;
  const auto one = zip_of(files, {2026, 10, 1}, error);
  ASSERT_TRUE(one) << error;
  ::setenv("TZ", "America/New_York", 1);
  ::tzset();
  EXPECT_EQ(zip_of(files, {2026, 10, 1}, error), one);
  ::unsetenv("TZ");
  ::tzset();
  EXPECT_EQ(one->substr(0, 4), "PK\x03\x04");
  EXPECT_LT(one->find("b/日本.txt"), one->find("a.txt"));
  EXPECT_NE(zip_of(files, {2026, 10, 2}, error), one);
}

TEST(Zip, RefusesTheSameNameTwice) {
  std::string error;
  EXPECT_FALSE(zip_of({{"a", "1"}, {"a", "2"}}, {2026, 10, 1}, error));
  EXPECT_NE(error, "");
}

TEST_F(Reports, AreMadeOfEmptyPeriodsToo) {
  fill();
  frame_.days = {"2020-01-01", "2020-02-01"};
  frame_.days_before = {};
  frame_.footer = {};
  frame_.footer.looked_at = 0;
  const ReportFrame& f = frame();
  for (const Report& r :
       {overview_report(f), crossborder_report(f), refusals_report(f), exceptions_report(f),
        policy_report(f), suppliers_report(f), operation_report(f),
        incident_report(f, {.user = "x"}, std::nullopt), breach_report(f, {})}) {
    check(r);
    EXPECT_TRUE(holds(html_page(r, {}), "該当 0 件 (調べた記録 0 件)")) << r.name;
  }
}

TEST_F(Reports, SayWhenTheIndexCannotAnswer) {
  frame_.run = [](const Sql&) { return SqlRows{{}, "the disk is gone"}; };
  EXPECT_EQ(overview_report(frame_).error, "the disk is gone");
  EXPECT_EQ(breach_report(frame_, {}).error, "the disk is gone");
}

}  // namespace
}  // namespace sekisho::audit
