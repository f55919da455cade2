#include "gateway/sinks/clickhouse.h"

#include "audit/index/database.h"
#include "audit/index/indexer.h"
#include "audit/views/clickhouse_schema.h"
#include "audit/views/clickhouse_statement.h"
#include "tests/gateway/sinks/clickhouse_fixture.h"

namespace sekisho::gateway {
namespace {

// Whatever is asked of the index is answered from the same rows here.
TEST_F(ClickHouseTest, HoldsTheSameTablesAsTheIndex) {
  audit::Folder folder;
  write_log(folder.log(), 400);
  ship(folder.log(), "gw1", 0);  // every decision goes before its outcome
  audit::IndexSettings settings;
  settings.log = folder.log();
  settings.categories = kCategories;
  audit::Indexer indexer(settings);
  ASSERT_EQ(indexer.catch_up().error, "");
  std::string error;
  const auto index =
      audit::Database::open(audit::index_path(folder.log()), audit::OpenAs::kReader, error);
  ASSERT_TRUE(index) << error;
  ClickHouse house(address_);
  const auto tables =
      index->ask({"SELECT name FROM sqlite_master WHERE type='table' AND name<>'meta' AND name NOT "
                  "LIKE 'sqlite_%'",
                  {}});
  ASSERT_GT(tables.rows.size(), 10u);
  for (const auto& row : tables.rows) {
    const std::string table = std::get<std::string>(row[0]);
    std::string columns;
    for (const auto& c :
         index->ask({"SELECT name FROM pragma_table_info('" + table + "')", {}}).rows)
      (columns += columns.empty() ? "" : ", ") += std::get<std::string>(c[0]);
    const audit::Sql all{"SELECT " + columns + " FROM " + table, {}};
    const auto expected = sorted_words(index->ask(all));
    EXPECT_EQ(sorted_words(house.ask(all)), expected) << table;
    EXPECT_TRUE(table == "fault" || !expected.empty()) << table;
  }
}

// Cell by cell, in the same order, with the same notes and the same footer: with every row there
// twice, with some, and with none.
TEST_F(ClickHouseTest, AnswersEveryQuestionAsTheIndexDoes) {
  audit::Folder folder;
  write_log(folder.log(), 400);
  audit::IndexSettings settings;
  settings.log = folder.log();
  settings.categories = kCategories;
  ASSERT_EQ(audit::Indexer(settings).catch_up().error, "");
  std::string error;
  const auto index =
      audit::Database::open(audit::index_path(folder.log()), audit::OpenAs::kReader, error);
  ASSERT_TRUE(index) << error;
  const std::string hash = audit::finding_hash("test key", "email", "w");
  const auto holds = audit::Holds::read(folder.log(), error);
  ASSERT_TRUE(holds) << error;
  for (const int repeat_every : {1, 3}) {
    address_.database = "every" + std::to_string(repeat_every);
    ship(folder.log(), "gw1", repeat_every == 1 ? 0 : audit::Pairing::kHoldUs, 60, repeat_every);
    ClickHouse house(address_);
    std::size_t asked = 0;
    for (const char* quarter : {"2026", "2026Q2"}) {
      const auto here = scope_of([&](const audit::Sql& sql) { return index->ask(sql); }, quarter);
      auto there = scope_of([&](const audit::Sql& sql) { return house.ask(sql); }, quarter);
      there.adds_up_fast = true;
      for (const auto& question :
           audit::every_question("user1@example.co.jp", audit::id_of(3), hash, *holds)) {
        const std::string expected = text_of(question.ask(here));
        EXPECT_EQ(text_of(question.ask(there)), expected)
            << question.name << " " << quarter << " " << repeat_every;
        EXPECT_EQ(expected.substr(0, 1), "\n") << question.name << ": " << expected;
        ++asked;
      }
    }
    EXPECT_GT(asked, 80u);
  }
}

// Otherwise all would be read by FINAL, and the questions above asked of nothing else.
TEST_F(ClickHouseTest, KnowsTheDaysOnWhichRowsAreThereTwice) {
  audit::Folder folder;
  write_log(folder.log(), 400);
  ship(folder.log(), "gw1", audit::Pairing::kHoldUs, 37, 3);
  ClickHouse house(address_);
  const auto days = [&](const std::string& which) {
    const auto found =
        house.ask({"SELECT count() FROM (SELECT day, count() AS n, uniqExact(seq) AS u FROM "
                   "exchange_row GROUP BY day) WHERE n" +
                       which + "u",
                   {}});
    return found.rows.empty() ? Cell() : found.rows[0][0];
  };
  EXPECT_GT(std::get<std::int64_t>(days("<>")), 5);
  EXPECT_GT(std::get<std::int64_t>(days("=")), 5);
}

// Days at the ends of a period are counted from the rows, on both sides the same.
TEST_F(ClickHouseTest, AnswersForPartsOfQuartersAsTheIndexDoes) {
  audit::Folder folder;
  write_log(folder.log(), 400);
  ship(folder.log(), "gw1", audit::Pairing::kHoldUs);
  audit::IndexSettings settings;
  settings.log = folder.log();
  settings.categories = kCategories;
  ASSERT_EQ(audit::Indexer(settings).catch_up().error, "");
  std::string error;
  const auto index =
      audit::Database::open(audit::index_path(folder.log()), audit::OpenAs::kReader, error);
  ASSERT_TRUE(index) << error;
  ClickHouse house(address_);
  auto here = scope_of([&](const audit::Sql& sql) { return index->ask(sql); }, "2026");
  auto there = scope_of([&](const audit::Sql& sql) { return house.ask(sql); }, "2026");
  there.adds_up_fast = true;
  for (auto* s : {&here, &there}) s->from_day = "2026-06-25", s->to_day = "2026-07-20";
  for (const auto& ask : {audit::ask_transfers, audit::ask_raw_transfers}) {
    const std::string expected = text_of(ask(here));
    EXPECT_EQ(text_of(ask(there)), expected);
    EXPECT_GT(expected.size(), 300u);
  }
  EXPECT_EQ(text_of(audit::ask_refused(there, {})), text_of(audit::ask_refused(here, {})));
}

TEST_F(ClickHouseTest, LogsHaveNumbersOfTheirOwn) {
  audit::Folder one, two;
  write_log(one.log(), 30);
  write_log(two.log(), 20);
  ship(one.log(), "gw1", audit::Pairing::kHoldUs);
  ship(two.log(), "gw2", audit::Pairing::kHoldUs);
  ship(one.log(), "gw1", audit::Pairing::kHoldUs);  // from the beginning again
  ClickHouse house(address_);
  const auto count = house.ask({"SELECT count(), uniqExact(seq), max(seq) FROM exchange", {}});
  ASSERT_EQ(count.error, "");
  EXPECT_EQ(std::get<std::int64_t>(count.rows[0][0]), 50);
  EXPECT_EQ(std::get<std::int64_t>(count.rows[0][1]), 50);
  EXPECT_GT(std::get<std::int64_t>(count.rows[0][2]), audit::kLogStep);
  EXPECT_LT(std::get<std::int64_t>(count.rows[0][2]), audit::kLogStep + 1000);
}

TEST_F(ClickHouseTest, MigratesOnceAndRefusesTablesOfANewerVersion) {
  ClickHouse house(address_);
  EXPECT_EQ(house.migrate(), "");
  EXPECT_EQ(house.migrate(), "");
  const auto versions = house.ask({"SELECT count() FROM schema_version", {}});
  EXPECT_EQ(std::get<std::int64_t>(versions.rows[0][0]),
            static_cast<std::int64_t>(audit::clickhouse_migrations().size()));
  EXPECT_EQ(house.run("INSERT INTO schema_version (version, written) SELECT 99, now()").error, "");
  EXPECT_NE(house.migrate().find("version 99"), std::string::npos);
}

// Cut off between the columns of a version and the note that it was made.
TEST_F(ClickHouseTest, GoesOnWithAVersionThatWasMadeInPart) {
  ClickHouse house(address_);
  ASSERT_EQ(house.migrate(), "");
  ASSERT_EQ(house.run("DROP TABLE schema_version").error, "");
  EXPECT_EQ(house.migrate(), "");
}

TEST_F(ClickHouseTest, ParametersAreValuesWhateverTheySay) {
  ClickHouse house(address_);
  ASSERT_EQ(house.migrate(), "");
  for (const std::string text :
       {"it's", "back\\slash", "' OR 1=1 --", "\\' OR 1=1", "?", "日本\n\t"}) {
    const auto got = house.ask({"SELECT ?, toInt64(?) + 1, '?'", {text, std::int64_t{41}}});
    ASSERT_EQ(got.error, "") << text;
    EXPECT_EQ(std::get<std::string>(got.rows[0][0]), text);
    EXPECT_EQ(std::get<std::int64_t>(got.rows[0][1]), 42);
    EXPECT_EQ(std::get<std::string>(got.rows[0][2]), "?");
  }
}

TEST_F(ClickHouseTest, ARowItCannotReadIsRefusedAndNothingOfItsBatchStored) {
  ClickHouse house(address_);
  ASSERT_EQ(house.migrate(), "");
  const auto answer = house.insert("fault_row", "{\"seq\":1}\n{\"seq\":\"no number\"}\n");
  EXPECT_NE(answer.error, "");
  EXPECT_TRUE(is_parse_error(answer.code)) << answer.error;
  EXPECT_EQ(std::get<std::int64_t>(house.ask({"SELECT count() FROM fault_row", {}}).rows[0][0]), 0);
}

TEST_F(ClickHouseTest, ErrorsBehindRowsAreErrors) {
  ClickHouse house(address_);
  ASSERT_EQ(house.migrate(), "");
  const auto got =
      house.ask({"SELECT number, throwIf(number = 300000) FROM system.numbers LIMIT 400000", {}});
  EXPECT_NE(got.error.find("Code: 395"), std::string::npos) << got.error;
}

TEST_F(ClickHouseTest, SaysThatThePasswordIsWrong) {
  address_.password = "wrong";
  const std::string error = ClickHouse(address_).migrate();
  EXPECT_NE(error, "");
  EXPECT_EQ(error.find("wrong"), error.npos);
}

TEST(StoreAddress, IsAUrlWithoutPassword) {
  std::string error;
  const auto a = parse_store_address("clickhouse://auditor@ch.example.jp:8443/sekisho", error);
  ASSERT_TRUE(a) << error;
  EXPECT_EQ(a->url, "https://ch.example.jp:8443");
  EXPECT_EQ(a->user, "auditor");
  EXPECT_EQ(a->database, "sekisho");
  const auto plain = parse_store_address("clickhouse://127.0.0.1:8123/x?plain=1", error);
  ASSERT_TRUE(plain) << error;
  EXPECT_EQ(plain->url, "http://127.0.0.1:8123");
  for (const char* wrong : {"clickhouse://u:p@h:1/d", "http://h:1/d", "clickhouse://h:1/d;drop",
                            "clickhouse://ch.example.jp:8123/x?plain=1", "clickhouse://"})
    EXPECT_FALSE(parse_store_address(wrong, error)) << wrong;
}

// What every row is asked about is asked of as few of them as can be.
TEST(ClickHouseText, MovesTheTimeIntoTheViews) {
  const std::string days = audit::clickhouse_text(
      {"SELECT sum(n) FROM rollup_skipped WHERE day>=? AND day<? AND what=?",
       {std::string("2026-07-01"), std::string("2026-10-01"), std::string("size")}});
  EXPECT_NE(days.find("FROM exchange_row FINAL WHERE month>='2026-07' AND month<'2026-10' AND "
                      "coverage NOT IN"),
            days.npos)
      << days;
  EXPECT_TRUE(days.ends_with(" WHERE 1 AND what='size'")) << days;
  const std::string quarters =
      audit::clickhouse_text({"SELECT sum(n) FROM rollup_refused WHERE quarter>=? AND quarter<?",
                              {std::string("2026-07"), std::string("2027-01")}});
  EXPECT_NE(quarters.find("FINAL WHERE month>='2026-07' AND month<'2027-01' AND verdict"),
            quarters.npos)
      << quarters;
  for (const auto& [quarter, last] : {std::pair{"2026-07", "2026-09"}, {"2026-10", "2026-12"}})
    EXPECT_NE(audit::clickhouse_text(
                  {"SELECT n FROM rollup_transfer_user WHERE quarter=?", {std::string(quarter)}})
                  .find(std::string("month>='") + quarter + "' AND month<='" + last +
                        "' AND personal > 0 UNION ALL"),
              std::string::npos);
  const std::string other =
      audit::clickhouse_text({"SELECT host FROM destination WHERE first_day>=? AND first_day<?",
                              {std::string("2026-07-01"), std::string("2026-10-01")}});
  EXPECT_NE(other.find("FROM exchange_row FINAL WHERE 1 AND host <> ''"), other.npos) << other;
  const std::string times = audit::clickhouse_text(
      {"SELECT host FROM exchange WHERE time_us>=? AND time_us<?",
       {std::int64_t{1'782'831'600'000'000}, std::int64_t{1'790'780'400'000'000}}});
  EXPECT_NE(times.find("WHERE day>='2026-06-29' AND day<='2026-10-01' AND month>='2026-06' AND "
                       "month<='2026-10'"),
            times.npos)
      << times;
}

TEST(ClickHouseText, MergesOnlyTheDaysOnWhichRowsMayBeThereTwice) {
  const audit::Sql sql{"SELECT sum(n) FROM rollup WHERE day>=? AND day<?",
                       {std::string("2026-07-01"), std::string("2026-08-01")}};
  const auto checks = audit::clickhouse_checks(sql);
  ASSERT_EQ(checks.size(), 1u);
  EXPECT_EQ(checks[0].text,
            "SELECT day, toInt32(count() <> uniqExact(seq)) FROM exchange_row WHERE "
            "month>='2026-07' AND month<'2026-08' GROUP BY day ORDER BY day");
  const auto part =
      audit::clickhouse_checks({sql.text, {std::string("2026-07-01"), std::string("2026-07-20")}});
  EXPECT_NE(part[0].text.find("WHERE day>='2026-07-01' AND day<'2026-07-20' AND month>='2026-07' "
                              "AND month<='2026-07' GROUP"),
            std::string::npos)
      << part[0].text;
  const std::string merged = audit::clickhouse_text(sql, {{"exchange_row", {"2026-07-31"}}});
  EXPECT_NE(merged.find("day NOT IN ('2026-07-31') UNION ALL"), merged.npos) << merged;
  EXPECT_NE(merged.find("day IN ('2026-07-31')"), merged.npos) << merged;
  EXPECT_EQ(audit::clickhouse_text(sql, {{"exchange_row", {}}}).find("FINAL"), merged.npos);
}

TEST(ClickHouseText, AQuarterLiesInItsYear) {
  const auto check_of = [](const char* words, std::vector<Cell> parameters) {
    return audit::clickhouse_checks(
               {std::string("SELECT sum(n) FROM rollup WHERE ") + words, std::move(parameters)})
        .at(0);
  };
  const auto year =
      check_of("day>=? AND day<?", {std::string("2026-04-01"), std::string("2027-04-01")});
  for (const char* quarter : {"2026-04", "2027-01"}) {
    const auto part = check_of("quarter=?", {std::string(quarter)});
    EXPECT_TRUE(year.from <= part.from && part.to <= year.to) << quarter;
  }
  const auto before = check_of("quarter=?", {std::string("2026-01")});
  EXPECT_FALSE(year.from <= before.from);
  const auto all = check_of("1", {});
  EXPECT_TRUE(all.from <= year.from && year.to <= all.to);
}

TEST(ClickHouseText, TheNewestTwoDaysAreBeingWritten) {
  audit::SqlRows rows;
  for (const auto& [day, twice] :
       {std::pair{"2026-07-01", 0}, {"2026-07-02", 1}, {"2026-07-03", 0}, {"2026-07-04", 0}})
    rows.rows.push_back({std::string(day), std::int64_t{twice}});
  EXPECT_EQ(audit::repeated_days(rows),
            (std::vector<std::string>{"2026-07-02", "2026-07-03", "2026-07-04"}));
}

TEST(ClickHouseText, SumsOnlyByWhatIsAskedFor) {
  const std::string text = audit::clickhouse_text(
      {"SELECT host, sum(n) FROM rollup WHERE day>=? AND day<? GROUP BY host",
       {std::string("2026-07-01"), std::string("2026-08-01")}});
  EXPECT_NE(text.find("GROUP BY host)"), text.npos) << text;
  EXPECT_NE(audit::clickhouse_text({"SELECT count(*) FROM rollup", {}}).find("coverage)"),
            text.npos);
}

TEST(ClickHouseText, PicksFewRowsOutOneByOne) {
  const std::string one =
      audit::clickhouse_text({"SELECT host FROM exchange WHERE id=?", {std::string("sks_a")}});
  EXPECT_NE(one.find("FROM exchange_row WHERE 1 AND id='sks_a' ORDER BY ver DESC LIMIT 1 BY log, "
                     "seq)"),
            one.npos)
      << one;
  const audit::Sql values{
      "SELECT id FROM finding_value INDEXED BY x WHERE type=? AND hash IN (?, ?)",
      {std::string("email"), std::string("a"), std::string("b")}};
  EXPECT_NE(audit::clickhouse_text(values).find(
                "type='email' AND hash IN ('a', 'b') ORDER BY ver DESC LIMIT 1 BY log, seq, type, "
                "hash"),
            one.npos);
  EXPECT_TRUE(audit::clickhouse_checks(values).empty());
  EXPECT_NE(audit::clickhouse_text({"SELECT host FROM exchange WHERE id=? OR user=?",
                                    {std::string("a"), std::string("b")}})
                .find("FINAL"),
            one.npos);
}

TEST(StoreAddress, TakesAPasswordOnlyFromAFileOfItsOwner) {
  audit::Folder folder;
  const std::string file = folder.path() + "/password",
                    address = "clickhouse://a@127.0.0.1:1/x?plain=1";
  std::ofstream(file) << "synthetic\n";
  std::filesystem::permissions(file, std::filesystem::perms(0644));
  std::string error;
  EXPECT_FALSE(open_store(address, file, "", error));
  EXPECT_NE(error.find("readable by others"), error.npos) << error;
  std::filesystem::permissions(file, std::filesystem::perms(0600));
  error.clear();
  EXPECT_TRUE(open_store(address, file, "", error)) << error;
  EXPECT_FALSE(open_store(address, file + "x", "", error));
}

TEST(ClickHouseText, LeavesOutWhatOnlySqliteKnows) {
  EXPECT_EQ(
      audit::clickhouse_text({"SELECT a FROM t INDEXED BY t_i WHERE b=? AND c='? INDEXED BY x'",
                              {std::string("o'k")}}),
      "SELECT a FROM t  WHERE b='o\\'k' AND c='? INDEXED BY x'");
}

}  // namespace
}  // namespace sekisho::gateway
