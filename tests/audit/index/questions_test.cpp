#include "audit/questions/questions.h"

#include "audit/questions/period.h"

#include "tests/audit/index/written_log.h"

namespace sekisho::audit {
namespace {

using policy::Action;

constexpr std::int64_t kDay = 86'400'000'000, kHour = 3'600'000'000;

// A log with its index, asked for the quarter of July 2026.
class Questions : public ::testing::Test {
 protected:
  WrittenLog log_;

  QuestionScope scope() {
    if (!answers_) answers_ = std::make_unique<Answers>(log_.indexed());
    QuestionScope s;
    s.run = [this](const Sql& sql) {
      for (const auto& line : answers_->database().plan(sql)) plans_.push_back(line);
      return answers_->database().ask(sql);
    };
    s.period = period_of(*parse_quarter("2026Q2", {}), s.zone, "Asia/Tokyo");
    set_days(s);
    s.now_us = log_.now_us;
    s.language = Language::kEnglish;
    s.policy_text = [this](const std::string& digest) -> std::optional<std::string> {
      const auto found = policies_.find(digest);
      if (found == policies_.end()) return std::nullopt;
      return found->second;
    };
    return s;
  }

  // Cells of the columns named, "a|b\n".
  static std::string rows(const Asked& asked, const std::string& table,
                          const std::vector<std::string>& columns) {
    EXPECT_EQ(asked.error, "");
    for (const Table& t : asked.answer.tables) {
      if (t.id != table) continue;
      std::string out;
      for (const auto& row : t.rows) {
        EXPECT_EQ(row.size(), t.columns.size());
        for (std::size_t c = 0; c < columns.size(); ++c)
          for (std::size_t i = 0; i < t.columns.size(); ++i)
            if (t.columns[i].id == columns[c]) out += (c ? "|" : "") + text_in(row[i]);
        out += "\n";
      }
      return out;
    }
    return "no table " + table;
  }

  void no_scan_of_exchange() const {
    for (const auto& line : plans_)
      EXPECT_TRUE(!line.starts_with("SCAN exchange") ||
                  line.ends_with("exchange_exception"))  // holds nothing but uses of exceptions
          << line;
  }

  std::map<std::string, std::string> policies_;
  std::vector<std::string> plans_;

 private:
  std::unique_ptr<Answers> answers_;
};

TEST_F(Questions, TransfersCountWhatWasSentMaskedAndBlocked) {
  log_.exchange({.type = "email", .value = "a"});
  log_.exchange({.verdict = Action::kRedact, .type = "email", .value = "b"});
  log_.exchange({.verdict = Action::kBlock, .type = "jp_my_number", .value = "c"});
  log_.exchange({.user = "taro@example.co.jp",
                 .type = "aws_access_key_id",
                 .category = "secret",
                 .value = "d"});
  const Asked a = ask_transfers(scope());
  EXPECT_EQ(rows(a, "transfers",
                 {"user", "country", "types", "records", "sent_raw", "sent_masked", "blocked"}),
            "hanako@example.co.jp|US|email 2, jp_my_number 1|3|1|1|1\n");
  EXPECT_EQ(rows(a, "by_country", {"country", "provider", "records"}), "US|openai-api|3\n");
  no_scan_of_exchange();
}

TEST_F(Questions, TransfersOfAnotherQuarterAreNotCounted) {
  log_.exchange({.type = "email", .value = "a", .after_us = -30 * kDay});
  log_.exchange({.after_us = 30 * kDay});
  EXPECT_EQ(rows(ask_transfers(scope()), "transfers", {"user"}), "");
}

TEST_F(Questions, AnEmptyAnswerSaysHowMuchWasLookedAt) {
  log_.exchange({});
  const Asked a = ask_transfers(scope());
  EXPECT_EQ(a.answer.footer.looked_at, 4u);  // segment, boot, decision, outcome
  EXPECT_EQ(a.answer.tables[1].notes.front().en, "none: 0 of 4 records");
}

TEST_F(Questions, RawTransfersSayWhyTheyPassed) {
  log_.exchange({.type = "email", .value = "a", .exception = "claims"});
  log_.exchange({.type = "email", .value = "b", .coverage = policy::Coverage::kPartly});
  log_.exchange({.type = "email", .value = "c"});
  log_.exchange({.verdict = Action::kRedact, .type = "email", .value = "d"});
  EXPECT_EQ(rows(ask_raw_transfers(scope()), "raw", {"types", "why", "exception"}),
            "email 1|the policy allows it (openai)|\n"
            "email 1|not read in full (partly)|\n"
            "email 1|exception claims|claims\n");
  no_scan_of_exchange();
}

TEST_F(Questions, RegionsShowCountriesAndTheirEvidence) {
  log_.exchange({});
  log_.exchange({});
  log_.exchange({.host = "api.mistral.ai", .provider = "mistral-api", .country = "FR"});
  const Asked a = ask_regions(scope());
  EXPECT_EQ(rows(a, "countries", {"country", "records", "assumed"}), "US|2|0\nFR|1|0\n");
  EXPECT_EQ(rows(a, "evidence", {"kind", "value", "how", "result", "records"}),
            "operator|FR|catalogue of providers|ok|1\n"
            "operator|US|catalogue of providers|ok|2\n");
}

TEST_F(Questions, ConflictsNameDestinationsWhoseEvidenceDisagrees) {
  log_.exchange({.second_country = "CN"});
  log_.exchange({.host = "api.mistral.ai", .provider = "mistral-api", .country = "FR"});
  EXPECT_EQ(rows(ask_region_conflicts(scope()), "conflicts", {"host", "countries", "records"}),
            "api.openai.com|CN,US|1\n");
}

TEST_F(Questions, RefusalsCountIncidentsAndAttemptsAndSayWhetherTheyGoOn) {
  for (int i = 0; i < 3; ++i)
    log_.exchange({.verdict = Action::kBlock,
                   .retry = i,
                   .after_us = 1'000'000,
                   .host = "api.deepseek.com",
                   .country = "CN",
                   .reason = policy::Reason::kRegion});
  log_.exchange({.user = "taro@example.co.jp",
                 .verdict = Action::kBlock,
                 .after_us = 20 * kDay,
                 .host = "api.deepseek.com",
                 .country = "CN",
                 .reason = policy::Reason::kRegion});
  log_.exchange({});
  const Asked a = ask_refused(scope(), {{"user", "host"}, "region"});
  EXPECT_EQ(rows(a, "refused", {"user", "host", "incidents", "attempts", "still"}),
            "hanako@example.co.jp|api.deepseek.com|1|3|no\n"
            "taro@example.co.jp|api.deepseek.com|1|1|yes\n");
  EXPECT_EQ(rows(ask_refused(scope(), {{"user"}, "data"}), "refused", {"user"}), "");
  no_scan_of_exchange();
}

TEST_F(Questions, GroupsThatAreUnknownAreNamed) {
  EXPECT_EQ(unknown_group(RefusedOptions{{"user", "password"}, ""}), "password");
  EXPECT_EQ(unknown_group(TrendOptions{{"type", "model"}, "week"}), "model");
  EXPECT_EQ(unknown_group(TrendOptions{{"model"}, "week"}), "");
}

constexpr char kPolicy[] = R"(version: 1
name: office
destinations:
  - id: openai
    providers: [openai-api]
data:
  - id: no-mail
    findings: [email]
    action: block
  - id: watch-numbers
    findings: [jp_my_number]
    action: redact
    mode: observe
exceptions:
  - id: claims
    lifts: [no-mail]
    groups: [everyone]
    until: 2026-07-31
    ticket: SEC-7
    approved_by: [aoi@example.co.jp, ren@example.co.jp]
    reason: { ja: 保険金の照会, en: insurance claims }
)";

TEST_F(Questions, ExceptionsShowWhoGrantedThemAndTheirUse) {
  policies_["sha256:00"] = kPolicy;
  log_.exchange({.type = "email", .value = "a", .exception = "claims"});
  log_.exchange(
      {.user = "taro@example.co.jp", .type = "email", .value = "a", .exception = "claims"});
  EXPECT_EQ(rows(ask_exceptions(scope(), {}), "exceptions",
                 {"id", "lifts", "approved_by", "ticket", "until", "state", "uses", "users"}),
            "claims|no-mail|aoi@example.co.jp, ren@example.co.jp|SEC-7|2026-07-31|open|2|2\n");
  EXPECT_EQ(rows(ask_exceptions(scope(), {.expired_but_open = true}), "exceptions", {"id"}), "");
  EXPECT_EQ(rows(ask_exceptions(scope(), {.unused_days = 30}), "exceptions", {"id"}), "");
  no_scan_of_exchange();
}

TEST_F(Questions, AnEndedExceptionThatIsStillListedIsShown) {
  policies_["sha256:00"] = kPolicy;
  log_.exchange({.exception = "claims"});
  log_.exchange({.after_us = 40 * kDay});
  EXPECT_EQ(
      rows(ask_exceptions(scope(), {.expired_but_open = true}), "exceptions", {"id", "state"}),
      "claims|ended, still listed\n");
  EXPECT_EQ(rows(ask_exceptions(scope(), {.unused_days = 30}), "exceptions", {"id"}), "claims\n");
}

TEST_F(Questions, GapsShowStopsAndDaysWithoutRecords) {
  log_.exchange({});
  log_.reopen(2 * kDay);
  log_.exchange({});
  const Asked a = ask_gaps(scope());
  EXPECT_EQ(rows(a, "gaps", {"seconds", "reason", "gateway"}), "172800|stopped|gw1\n");
  EXPECT_EQ(rows(a, "days_without_records", {"day", "weekday"}).substr(0, 15), "2026-07-01|Wed\n");
  EXPECT_NE(rows(a, "days_without_records", {"day"}).find("2026-07-03"), std::string::npos);
  EXPECT_EQ(rows(a, "days_without_records", {"day"}).find("2026-07-04"), std::string::npos);
}

TEST_F(Questions, ACommandThatRecordedItsReadingIsNoGatewayThatRan) {
  log_.exchange({});
  log_.gateway = "sekisho-audit";
  log_.reopen(kHour);
  log_.gateway = "gw1";
  log_.reopen(kHour);
  EXPECT_EQ(rows(ask_gaps(scope()), "gaps", {"seconds", "reason", "gateway"}),
            "7200|stopped|gw1\n");
}

TEST_F(Questions, CoverageGivesReasonsAndShares) {
  log_.exchange({});
  log_.exchange({.coverage = policy::Coverage::kUninspected, .skipped = "body:encrypted"});
  log_.exchange({.coverage = policy::Coverage::kUninspected, .skipped = "body:encrypted"});
  log_.exchange({.coverage = policy::Coverage::kPartly, .skipped = "body:x/secret name:too large"});
  const Asked a = ask_coverage(scope());
  EXPECT_EQ(rows(a, "coverage", {"host", "coverage", "what", "records"}),
            "api.openai.com|uninspected|encrypted|2\n"
            "api.openai.com|partly|too large|1\n");
  EXPECT_EQ(std::get<double>(a.answer.tables[1].rows[0][5]), 0.5);
}

TEST_F(Questions, TrendCountsTypesByWeek) {
  log_.exchange({.verdict = Action::kBlock, .type = "email", .value = "a"});
  log_.exchange({.verdict = Action::kBlock, .type = "email", .value = "b", .after_us = 7 * kDay});
  log_.exchange({.verdict = Action::kBlock, .type = "email", .value = "c"});
  EXPECT_EQ(rows(ask_trend(scope(), {{"type", "verdict"}, "week"}), "trend",
                 {"week", "type", "verdict", "records", "change"}),
            "2026-06-29|email|block|1|\n2026-07-06|email|block|2|1\n");
  EXPECT_EQ(rows(ask_trend(scope(), {{"verdict"}, "month"}), "trend", {"month", "records"}),
            "2026-07|3\n");
  no_scan_of_exchange();
}

TEST_F(Questions, RulesCountMatchesDecisionsAndUsers) {
  log_.exchange({});
  log_.exchange({.user = "taro@example.co.jp"});
  EXPECT_EQ(rows(ask_rules(scope()), "rules", {"rule", "matched", "decided", "users"}),
            "openai|2|2|2\n");
}

TEST_F(Questions, NewDestinationsAreThoseFirstSeenInThePeriod) {
  log_.exchange({.after_us = -10 * kDay});
  log_.exchange({.after_us = 10 * kDay});
  log_.exchange({.host = "chat.unknown.example", .provider = "", .country = "unknown"});
  EXPECT_EQ(rows(ask_destinations(scope(), true), "dests", {"host", "provider", "records"}),
            "chat.unknown.example||1\n");
  EXPECT_EQ(rows(ask_destinations(scope(), false), "dests", {"host", "records", "users"}),
            "api.openai.com|1|1\nchat.unknown.example|1|1\n");
}

TEST_F(Questions, ASubjectsRecordsAreTheirsAlone) {
  log_.exchange({.type = "email", .value = "a"});
  log_.exchange({.user = "taro@example.co.jp"});
  const Asked a = ask_subject(scope(), "hanako@example.co.jp");
  EXPECT_EQ(rows(a, "exchanges", {"host", "verdict", "types"}), "api.openai.com|allow|email 1\n");
  no_scan_of_exchange();
}

TEST_F(Questions, TheSameValueIsFoundByItsKeyedHash) {
  log_.exchange({.type = "email", .value = "x@example.co.jp"});
  log_.exchange({.user = "taro@example.co.jp", .type = "email", .value = "x@example.co.jp"});
  log_.exchange({.user = "jiro@example.co.jp", .type = "email", .value = "y@example.co.jp"});
  const std::string h = finding_hash("test key", "email", "x@example.co.jp");
  EXPECT_EQ(rows(ask_value(scope(), "email", {"nothing", h}), "value", {"user"}),
            "taro@example.co.jp\nhanako@example.co.jp\n");
  EXPECT_EQ(rows(ask_value(scope(), "jp_phone", {h}), "value", {"user"}), "");
}

TEST_F(Questions, ThePolicyLogTellsWhatChanged) {
  policies_["sha256:aa"] = "a\nb\nc\n";
  policies_["sha256:bb"] = "a\nx\ny\nc\n";
  log_.admin("start", "", "sha256:aa", "operator");
  log_.now_us += kHour;
  log_.admin("reload", "sha256:aa", "sha256:bb", "signal");
  EXPECT_EQ(rows(ask_policy_log(scope()), "policy_log",
                 {"what", "digest", "previous", "by", "added", "removed"}),
            "start|sha256:aa||operator||\nreload|sha256:bb|sha256:aa|signal|2|1\n");
}

TEST_F(Questions, ThePolicyOfATimeIsTheOneThatWasInForce) {
  policies_["sha256:aa"] = "first\n";
  policies_["sha256:bb"] = "second\n";
  log_.admin("start", "", "sha256:aa", "operator");
  const std::int64_t between = log_.now_us + kHour;
  log_.now_us += 2 * kHour;
  log_.admin("reload", "sha256:aa", "sha256:bb", "signal");
  EXPECT_EQ(rows(ask_policy_at(scope(), between), "text", {"line", "text"}), "1|first\n");
  EXPECT_EQ(rows(ask_policy_at(scope(), log_.now_us), "text", {"text"}), "second\n");
  EXPECT_EQ(rows(ask_policy_at(scope(), between - 9 * kHour), "policy_at", {"digest"}), "");
}

TEST_F(Questions, ARuleIsInForceOrOnlyObserved) {
  policies_["sha256:00"] = kPolicy;
  log_.admin("start", "", "sha256:00", "operator");
  log_.exchange({});
  EXPECT_EQ(rows(ask_policy_coverage(scope(), "no-mail"), "policy_coverage",
                 {"gateway", "rule", "mode", "action"}),
            "gw1|data|enforce|block\n");
  EXPECT_EQ(rows(ask_policy_coverage(scope(), "watch-numbers"), "policy_coverage", {"mode"}),
            "observe\n");
  EXPECT_EQ(rows(ask_policy_coverage(scope(), "no-such"), "policy_coverage", {"rule"}), "absent\n");
}

TEST_F(Questions, ReadingTheLogIsShown) {
  log_.admin("access", "sekisho audit transfers", "3 rows", "aoi (uid 1000)");
  EXPECT_EQ(rows(ask_access(scope()), "access", {"by", "command", "result"}),
            "aoi (uid 1000)|sekisho audit transfers|3 rows\n");
}

TEST_F(Questions, CrossborderNamesTheBasisThatTheCountryGives) {
  log_.exchange({.type = "email",
                 .value = "a",
                 .host = "api.mistral.ai",
                 .provider = "mistral-api",
                 .country = "FR"});
  log_.exchange({.verdict = Action::kBlock, .type = "email", .value = "a"});
  log_.exchange({.host = "llm.example.jp", .provider = "own", .country = "JP"});
  EXPECT_EQ(rows(ask_crossborder(scope()), "crossborder",
                 {"provider", "country", "basis", "personal", "personal_sent"}),
            "mistral-api|FR|designated country (rule 15)|1|1\n"
            "openai-api|US|consent or equivalent measures needed: to be filled in|1|0\n");
}

TEST_F(Questions, LongTablesAreCutAndSaySo) {
  for (int i = 0; i < 5; ++i)
    log_.exchange({.user = "u" + std::to_string(i), .type = "email", .value = "a"});
  QuestionScope s = scope();
  s.limit = 2;
  const Asked a = ask_transfers(s);
  EXPECT_EQ(a.answer.tables[1].rows.size(), 2u);
  EXPECT_EQ(a.answer.tables[1].notes.back().en, "3 more rows; --limit 0 shows them all");
}

TEST_F(Questions, AFailedStatementIsAnErrorAndNoAnswer) {
  QuestionScope s = scope();
  s.run = [](const Sql&) { return SqlRows{{}, "the store is not there"}; };
  EXPECT_EQ(ask_transfers(s).error, "the store is not there");
  EXPECT_EQ(ask_gaps(s).error, "the store is not there");
}

std::string days_of(const std::string& quarter, config::Date today = {2026, 5, 20}) {
  const auto days = parse_quarter(quarter, today);
  return days ? days->first.to_string() + " " + days->last.to_string() : "none";
}

TEST(Quarter, IsOfTheJapaneseFiscalYear) {
  EXPECT_EQ(days_of("2026Q1"), "2026-04-01 2026-06-30");
  EXPECT_EQ(days_of("2026Q3"), "2026-10-01 2026-12-31");
  EXPECT_EQ(days_of("2026Q4"), "2027-01-01 2027-03-31");
  EXPECT_EQ(days_of("2026"), "2026-04-01 2027-03-31");
  EXPECT_EQ(days_of("this"), "2026-04-01 2026-06-30");
  EXPECT_EQ(days_of("last"), "2026-01-01 2026-03-31");
  EXPECT_EQ(days_of("this", {2027, 2, 3}), "2027-01-01 2027-03-31");
  EXPECT_EQ(days_of("1999Q4"), "2000-01-01 2000-03-31");
  for (const char* bad : {"", "2026Q5", "2026Q0", "Q1", "26Q1", "2026-Q1", "next"})
    EXPECT_EQ(days_of(bad), "none") << bad;
}

TEST(Quarter, SaysWhichYearItCounts) {
  const Period q = period_of(*parse_quarter("2026Q4", {}), {}, "Asia/Tokyo");
  EXPECT_EQ(
      q.name.ja,
      "2026年度第4四半期 (2027-01-01 から 2027-03-31 まで、4月に始まる日本の会計年度、Asia/Tokyo)");
  EXPECT_NE(
      period_of(*parse_quarter("2026", {}), {}, "Asia/Tokyo").name.en.find("fiscal year 2026"),
      std::string::npos);
  EXPECT_EQ(period_of({{2026, 7, 2}, {2026, 7, 2}}, {}, "Asia/Tokyo").name.en,
            "2026-07-02 to 2026-07-02 (Asia/Tokyo)");
}

}  // namespace
}  // namespace sekisho::audit
