#include "gateway/sinks/clickhouse_rollup.h"

#include "audit/index/database.h"
#include "audit/index/indexer.h"
#include "audit/views/clickhouse_rows.h"
#include "audit/views/clickhouse_statement.h"
#include "tests/gateway/sinks/clickhouse_fixture.h"

namespace sekisho::gateway {
namespace {

const std::string kJune = "2026-06", kJuly = "2026-07", kAugust = "2026-08";

// The log of the fixture begins on 21 June and ends in July, which is open.
class ClickHouseSums : public ClickHouseTest {
 protected:
  void SetUp() override {
    ClickHouseTest::SetUp();
    if (HasFatalFailure()) return;
    write_log(folder_.log(), 400);
  }

  // Each time anew: a ClickHouse remembers for some seconds what is valid.
  audit::SqlRows ask(const audit::Sql& sql) { return ClickHouse(address_).ask(sql); }
  std::int64_t number(const std::string& text) {
    const auto got = ask({text, {}});
    EXPECT_EQ(got.error, "") << text;
    return got.rows.empty() ? -1 : std::get<std::int64_t>(got.rows[0][0]);
  }
  void run(const std::string& statement) {
    ASSERT_EQ(ClickHouse(address_).run(statement).error, "") << statement;
  }
  audit::SqlRows decisions_of(const std::string& from, const std::string& to) {
    return ask({"SELECT sum(n) FROM rollup WHERE day>=? AND day<?", {from + "-01", to + "-01"}});
  }
  bool step(const std::string& log = "gw1", long long of = 0, const std::string& open = kJuly) {
    ClickHouse house(address_);
    std::string error;
    const bool done = ClickHouseRollup(house, log, of).step(open, error);
    EXPECT_EQ(error, "");
    return done;
  }
  // Every row of every view that has sums, of all time and of days that cut through months.
  std::map<std::string, std::vector<std::string>> all_sums() {
    std::map<std::string, std::vector<std::string>> out;
    for (const auto& [name, text] : audit::rollup_views()) {
      out[name] = sorted_words(ask({"SELECT * FROM " + name, {}}));
      EXPECT_FALSE(out[name].empty()) << name;
      if (audit::sums_by_day(name))
        out[name + " of days"] =
            sorted_words(ask({"SELECT * FROM " + name + " WHERE day>=? AND day<?",
                              {std::string("2026-06-25"), std::string("2026-07-03")}}));
    }
    return out;
  }
  // The same from the rows.
  std::map<std::string, std::vector<std::string>> all_sums_of_rows() {
    run("CREATE TABLE kept AS sum_batch ENGINE = MergeTree ORDER BY log");
    run("INSERT INTO kept SELECT * FROM sum_batch");
    run("TRUNCATE TABLE sum_batch");
    const auto out = all_sums();
    run("INSERT INTO sum_batch SELECT * FROM kept");
    run("DROP TABLE kept");
    return out;
  }
  // One exchange of June again, as a batch whose answer was lost would bring it.
  void bring_again(std::int64_t seq) {
    const std::string columns = "* ";
    run("INSERT INTO exchange_row SELECT " + columns +
        "FROM exchange_row WHERE seq = " + std::to_string(seq) + " LIMIT 1");
  }

  audit::Folder folder_;
};

TEST_F(ClickHouseSums, AreMadeOfMonthsThatAreOver) {
  ship(folder_.log(), "gw1", audit::Pairing::kHoldUs);
  EXPECT_EQ(number("SELECT uniqExact(month) FROM sum_batch WHERE arrived >= 0"), 1);
  EXPECT_EQ(number("SELECT count() FROM sum_batch WHERE month <> '" + kJune + "'"), 0);
  const auto june = decisions_of(kJune, kJuly), july = decisions_of(kJuly, kAugust);
  EXPECT_FALSE(june.scanned);
  EXPECT_TRUE(july.scanned);
  const auto both = decisions_of(kJune, kAugust);
  EXPECT_TRUE(both.scanned);
  EXPECT_EQ(both.rows[0][0], Cell(std::int64_t{400}));
  EXPECT_EQ(std::get<std::int64_t>(june.rows[0][0]) + std::get<std::int64_t>(july.rows[0][0]), 400);
}

TEST_F(ClickHouseSums, SayWhatTheRowsSay) {
  for (const std::int64_t hold : {std::int64_t{0}, audit::Pairing::kHoldUs}) {
    address_.database = "hold" + std::to_string(hold > 0);
    ship(folder_.log(), "gw1", hold, 60);
    while (step("gw1", 0, kAugust)) continue;
    EXPECT_FALSE(decisions_of(kJune, kAugust).scanned);
    EXPECT_EQ(all_sums(), all_sums_of_rows()) << hold;
  }
}

// The sums of June are made; a mark that comes in July is one of June's decisions.
TEST_F(ClickHouseSums, HideNoMarkThatWasMadeAfterThem) {
  ship(folder_.log(), "gw1", audit::Pairing::kHoldUs);
  while (step("gw1", 0, kAugust)) continue;
  const auto marks = [&] {
    auto scope = scope_of([this](const audit::Sql& sql) { return ask(sql); }, "2026Q1");
    const audit::Asked asked = audit::ask_rules(scope);
    EXPECT_EQ(asked.error, "");
    const auto& row = asked.answer.tables.at(0).rows.at(0);
    return std::pair(audit::number_in(row.at(8)), audit::number_in(row.at(9)));
  };
  const auto before = marks();
  EXPECT_GT(before.first, 0);
  EXPECT_GT(before.second, 0);
  audit::Mark again = audit::marks_of(ask({audit::kAskMarks, {}}).rows).at(2);
  ASSERT_TRUE(again.of_rule && again.wrong);
  again.wrong = false;
  const audit::OutsideEvent e = audit::mark_event(again);
  run("INSERT INTO control_row (log, seq, ver, day, month, time_us, kind, what, gw, old, new, "
      "doer) "
      "VALUES ('gw1', 99999, 1, '2026-07-30', '2026-07', 1785400000000000, 'admin', 'mark', "
      "'gw1', " +
      audit::clickhouse_literal(Cell(e.old_value)) + ", " +
      audit::clickhouse_literal(Cell(e.new_value)) + ", 'sato')");
  EXPECT_EQ(marks(), std::pair(before.first - 1, before.second + 1));
}

// Also with all that stands below an answer.
TEST_F(ClickHouseSums, AnswerAWholeQuestionWithoutReadingRecords) {
  ship(folder_.log(), "gw1", audit::Pairing::kHoldUs);
  bool scanned = false;
  const auto asked = [&] {
    scanned = false;
    auto scope = scope_of(
        [&](const audit::Sql& sql) {
          audit::SqlRows out = ask(sql);
          scanned = scanned || out.scanned;
          return out;
        },
        "2026Q1");
    EXPECT_EQ(audit::ask_rules(scope).error, "");
    return scanned;
  };
  EXPECT_FALSE(asked());
  bring_again(number("SELECT min(seq) FROM exchange"));
  EXPECT_TRUE(asked());
}

TEST_F(ClickHouseSums, OfMonthsToWhichRowsHaveComeAreNotTakenUntilMadeAnew) {
  ship(folder_.log(), "gw1", audit::Pairing::kHoldUs);
  const auto before = all_sums();
  const std::int64_t seq = number("SELECT min(seq) FROM exchange");
  bring_again(seq);
  EXPECT_TRUE(decisions_of(kJune, kJuly).scanned);
  EXPECT_EQ(all_sums(), before);
  EXPECT_TRUE(step());
  EXPECT_FALSE(decisions_of(kJune, kJuly).scanned);
  EXPECT_EQ(all_sums(), before);
  EXPECT_FALSE(step());
}

TEST_F(ClickHouseSums, CountARowThatIsThereTwiceOnce) {
  ship(folder_.log(), "gw1", audit::Pairing::kHoldUs, 150, 1000);
  bring_again(number("SELECT min(seq) FROM exchange"));
  ASSERT_TRUE(step());
  const auto got =
      ask({"SELECT id FROM exchange WHERE day>=? AND day<?", {kJune + "-01", kJuly + "-01"}});
  EXPECT_EQ(static_cast<std::int64_t>(got.rows.size()),
            std::get<std::int64_t>(decisions_of(kJune, kJuly).rows[0][0]));
}

TEST_F(ClickHouseSums, ThatWereBegunOnlyCountForNothing) {
  ship(folder_.log(), "gw1", audit::Pairing::kHoldUs);
  const auto before = all_sums();
  const std::int64_t arrived =
      number("SELECT toInt64(sum(n)) FROM arrival WHERE month = '" + kJuly + "'");
  const std::int64_t batch = number("SELECT max(batch) FROM sum_batch") + 1;
  auto statements = audit::sum_up({"gw1", kJuly, batch, arrived, {}});
  for (std::size_t i = 0; i + 4 < statements.size(); ++i) run(statements[i]);
  EXPECT_EQ(all_sums(), before);
  EXPECT_TRUE(step("gw1", 0, kAugust));
  EXPECT_GT(number("SELECT max(batch) FROM sum_batch"), batch);
  EXPECT_EQ(all_sums(), before);
}

// A month that is summed up for one of two logs.
TEST_F(ClickHouseSums, OfOneLogStandBesideRowsOfAnother) {
  audit::Folder other;
  write_log(other.log(), 60);
  ship(folder_.log(), "gw1", audit::Pairing::kHoldUs);
  ship(other.log(), "gw2", audit::Pairing::kHoldUs);
  run("INSERT INTO arrival (log, month, n) SELECT 'gw2', '2026-06', toInt64(1)");
  EXPECT_EQ(all_sums(), all_sums_of_rows());
  EXPECT_TRUE(decisions_of(kJune, kJuly).scanned);
  EXPECT_TRUE(step("gw2", 1));
  EXPECT_EQ(all_sums(), all_sums_of_rows());
  EXPECT_FALSE(decisions_of(kJune, kJuly).scanned);
  EXPECT_EQ(decisions_of(kJune, kAugust).rows[0][0], Cell(std::int64_t{460}));
}

TEST_F(ClickHouseSums, AreMadeOfWhatAnEarlierVersionLeft) {
  ship(folder_.log(), "gw1", audit::Pairing::kHoldUs);
  const auto before = all_sums();
  for (const char* table :
       {"exchange_row", "finding_row", "value_row", "control_row", "record_row"})
    run(std::string("DROP TABLE ") + table + "_arrival");
  run("DROP TABLE arrival");
  run("DROP TABLE sum_batch");
  for (const auto& [name, text] : audit::rollup_views()) run("DROP TABLE sum_" + name);
  EXPECT_TRUE(decisions_of(kJune, kJuly).scanned);
  run("DROP TABLE schema_version");
  run(audit::kVersionTable);
  run("INSERT INTO schema_version (version, written) SELECT 2, now()");
  ASSERT_EQ(ClickHouse(address_).migrate(), "");
  EXPECT_TRUE(decisions_of(kJune, kJuly).scanned);
  EXPECT_EQ(all_sums(), before);
  EXPECT_TRUE(step());
  EXPECT_FALSE(decisions_of(kJune, kJuly).scanned);
  EXPECT_EQ(all_sums(), before);
}

// Its rows are not counted: some may be there twice in months that nobody knows of.
TEST_F(ClickHouseSums, AreNotAskedForInADatabaseThatWasBroughtUpToDateInPart) {
  ship(folder_.log(), "gw1", audit::Pairing::kHoldUs);
  const auto before = decisions_of(kJune, kAugust);
  run("DROP TABLE schema_version");
  run(audit::kVersionTable);
  run("INSERT INTO schema_version (version, written) SELECT 2, now()");
  run("TRUNCATE TABLE arrival");
  const auto during = decisions_of(kJune, kAugust);
  EXPECT_EQ(during.rows, before.rows);
  EXPECT_EQ(sorted_words(ask({"SELECT id FROM exchange", {}})).size(), 400u);
}

audit::SummedMonths summed(const std::vector<std::vector<Cell>>& arrivals,
                           const std::vector<std::vector<Cell>>& batches) {
  return audit::summed_months({{{std::int64_t{3}}}, "", false}, {arrivals, "", false},
                              {batches, "", false});
}
std::vector<Cell> arrival(const char* log, const std::string& month, std::int64_t n) {
  return {std::string(log), month, n};
}
std::vector<Cell> batch(const char* log, const std::string& month, std::int64_t n,
                        std::int64_t arrived, const char* repeated = "") {
  return {std::string(log), month, n, arrived, std::string(repeated)};
}

TEST(ClickHouseSumsText, LeavesTheRowsOutThatAreSummedUp) {
  const auto months = summed({arrival("a", kJune, 5), arrival("b", kJune, 6),
                              arrival("a", kJuly, 7), arrival("b", kJuly, 8)},
                             {batch("a", kJune, 1, 5), batch("b", kJune, 2, 6),
                              batch("a", kJuly, 3, 7), batch("b", kJuly, 4, 7)});
  const auto text = [&](const std::string& from, const std::string& to) {
    return audit::clickhouse_text({"SELECT sum(n) FROM rollup WHERE day>=? AND day<?", {from, to}},
                                  {}, months);
  };
  const std::string june = text("2026-06-01", "2026-07-01");
  EXPECT_EQ(june.find("exchange_row"), june.npos) << june;
  EXPECT_NE(june.find("batch IN (1, 2)"), june.npos) << june;
  const std::string both = text("2026-06-01", "2026-08-01");
  EXPECT_NE(both.find("batch IN (1, 2, 3)"), both.npos) << both;
  EXPECT_NE(both.find("month IN ('2026-07') AND NOT (month='2026-07' AND log IN ('a'))"), both.npos)
      << both;
  const std::string later = text("2026-08-01", "2026-09-01");
  EXPECT_EQ(later.find("batch"), later.npos) << later;
}

TEST(ClickHouseSumsText, TakesNoneWhereDaysCutThroughWhatIsSummedByQuarter) {
  const auto months = summed({arrival("a", kJune, 5)}, {batch("a", kJune, 1, 5)});
  const std::string text =
      audit::clickhouse_text({"SELECT n FROM rollup_refused WHERE day>=? AND day<?",
                              {std::string("2026-06-03"), std::string("2026-06-20")}},
                             {}, months);
  EXPECT_EQ(text.find("sum_rollup"), text.npos) << text;
}

TEST(ClickHouseSumsText, AsksForRepeatsOnlyWhereTheyAreNotKnown) {
  const audit::Sql sql{"SELECT id FROM exchange WHERE day>=? AND day<?",
                       {std::string("2026-04-01"), std::string("2027-04-01")}};
  auto checks = audit::clickhouse_checks(
      sql, summed({arrival("a", kJune, 5), arrival("a", kJuly, 5)},
                  {batch("a", kJune, 1, 5), batch("a", kJuly, 2, 5, "exchange_row ")}));
  ASSERT_EQ(checks.size(), 1u);
  EXPECT_NE(checks[0].text.find("AND month IN ('2026-07') GROUP"), std::string::npos)
      << checks[0].text;
  checks =
      audit::clickhouse_checks(sql, summed({arrival("a", kJune, 5)}, {batch("a", kJune, 1, 5)}));
  ASSERT_EQ(checks.size(), 1u);
  EXPECT_EQ(checks[0].text, "");
}

TEST(ClickHouseSumsText, KnowsNothingOfADatabaseThatHasNoSums) {
  const audit::SqlRows third{{{std::int64_t{3}}}, "", false}, none{{}, "", false};
  EXPECT_TRUE(audit::summed_months(third, none, none).known);
  EXPECT_FALSE(audit::summed_months(third, {{}, "no such table", false}, none).known);
  EXPECT_FALSE(audit::summed_months({{{std::int64_t{2}}}, "", false}, none, none).known);
  EXPECT_FALSE(audit::summed_months(none, none, none).known);
}

}  // namespace
}  // namespace sekisho::gateway
