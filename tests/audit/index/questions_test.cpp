#include "audit/questions/questions.h"

#include "tests/audit/index/asked_log.h"

namespace sekisho::audit {
namespace {

using policy::Action;

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
  no_scan_of_records();
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
  log_.exchange({.type = "email", .value = "e", .rule = ""});
  EXPECT_EQ(rows(ask_raw_transfers(scope()), "raw", {"types", "why", "exception"}),
            "email 1|no rule stops it|\n"
            "email 1|the policy allows it (openai)|\n"
            "email 1|not read in full (partly)|\n"
            "email 1|exception claims|claims\n");
  no_scan_of_records();
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
  no_scan_of_records();
}

// Rollups by quarter and single days beside them give what the days give that are counted one by
// one.
TEST_F(Questions, PartsOfQuartersAndWholeOnesAddUp) {
  for (int i = 0; i < 40; ++i)
    log_.exchange({.user = "u" + std::to_string(i % 3) + "@example.co.jp",
                   .verdict = i % 4 == 0 ? Action::kBlock : Action::kAllow,
                   .type = "email",
                   .value = "v" + std::to_string(i),
                   .after_us = 10 * kDay,
                   .reason = policy::Reason::kData});
  const auto asked = [&](const char* from, const char* to, bool refusals) {
    QuestionScope s = scope();
    s.from_day = from, s.to_day = to;
    const Asked a = refusals ? ask_refused(s, {}) : ask_transfers(s);
    std::int64_t sum = 0;
    for (const auto& row : a.answer.tables.back().rows)
      sum += std::get<std::int64_t>(row[refusals ? 3 : 4]);
    return sum;
  };
  for (const bool refusals : {false, true}) {
    std::int64_t by_months = 0;
    for (const auto& [from, to] : {std::pair{"2026-08-20", "2026-09-11"},
                                   {"2026-09-11", "2026-11-15"},
                                   {"2026-11-15", "2026-12-31"},
                                   {"2026-12-31", "2027-02-02"},
                                   {"2027-02-02", "2027-04-20"}})
      by_months += asked(from, to, refusals);
    EXPECT_GT(by_months, 0);
    EXPECT_EQ(asked("2026-08-20", "2027-04-20", refusals), by_months);
  }
  no_scan_of_records();
}

TEST_F(Questions, QuartersOfAPeriodAreFoundWhole) {
  QuestionScope s;
  const auto words = [&](const char* from, const char* to) {
    s.from_day = from, s.to_day = to;
    const WholeQuarters q = whole_quarters(s);
    std::string out = q.any() ? q.from + ".." + q.to : "-";
    for (const auto& [begin, end] : q.rest) out += " " + begin + ".." + end;
    return out;
  };
  EXPECT_EQ(words("2026-07-01", "2026-10-01"), "2026-07..2026-10");
  EXPECT_EQ(words("2026-04-01", "2027-04-01"), "2026-04..2027-04");
  EXPECT_EQ(words("2026-06-30", "2027-01-02"),
            "2026-07..2027-01 2026-06-30..2026-07-01 2027-01-01..2027-01-02");
  s.from_day = "2026-07-01", s.to_day = "2027-04-01";
  EXPECT_EQ(whole_quarters(s).quarters(),
            (std::vector<std::string>{"2026-07", "2026-10", "2027-01"}));
  EXPECT_EQ(words("2026-07-02", "2026-09-30"), "- 2026-07-02..2026-09-30");
  EXPECT_EQ(words("2026-08-02", "2026-10-02"), "- 2026-08-02..2026-10-02");
  EXPECT_EQ(words("2026-08-02", "2026-08-02"), "-");
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
  no_scan_of_records();
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
  EXPECT_EQ(rows(a, "days_without_records", {"day", "weekday"}).substr(0, 15), "2026-07-03|Fri\n")
      << "the log began on 2 July: before that nothing was missing";
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
  no_scan_of_records();
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
  no_scan_of_records();
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
  EXPECT_EQ(rows(ask_policy_log(scope()), "changed_lines", {"digest", "change", "text"}),
            "sha256:bb|same|a\nsha256:bb|removed|b\nsha256:bb|added|x\nsha256:bb|added|y\n"
            "sha256:bb|same|c\n");
  no_scan_of_records();
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

TEST_F(Questions, ThePolicyOfATimeWithoutGatewayIsToldAsTheOneBefore) {
  log_.admin("start", "", "sha256:aa", "operator");
  const std::int64_t stopped = log_.now_us;
  log_.admin("stop", "sha256:aa", "", "signal");
  log_.reopen(48 * kHour);
  log_.admin("start", "", "sha256:aa", "operator");
  const Asked a = ask_policy_at(scope(), stopped + 30 * kHour);
  EXPECT_EQ(rows(a, "policy_at", {"digest"}), "");
  ASSERT_EQ(a.answer.tables[0].notes.size(), 2u);
  EXPECT_NE(
      a.answer.tables[0].notes[1].en.find(" and did not run then. Its policy before: sha256:aa"),
      std::string::npos);
  EXPECT_EQ(a.answer.period.name.en.find("fiscal"), std::string::npos)
      << "a moment is of no quarter";
  EXPECT_NE(a.answer.period.name.en.find("from the beginning of the log to 2026-07-04"),
            std::string::npos);
}

TEST_F(Questions, RequestsOfADayUnderOnePolicyAreCountedOnce) {
  policies_["sha256:00"] = kPolicy;
  log_.admin("start", "", "sha256:00", "operator");
  log_.exchange({.rule = "no-mail"});
  log_.admin("stop", "sha256:00", "", "signal");
  log_.reopen(kHour);
  log_.admin("start", "", "sha256:00", "operator");
  log_.exchange({.rule = "no-mail"});
  EXPECT_EQ(rows(ask_policy_coverage(scope(), "no-mail"), "policy_coverage", {"matched"}), "2\n\n");
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

constexpr char kWithTransfers[] = R"(version: 1
name: office
transfers:
  - id: openai-us
    providers: [openai-api]
    country: US
    route: equivalent_measures
    recipient: Example Service Inc.
    basis: { ja: 委託契約 2026-04, en: contract of 2026-04 }
    regime: { text: { ja: 包括法なし, en: no general law }, as_of: 2026-05-01 }
    measures: { text: { ja: 契約による, en: by contract }, checked: 2026-06-01 }
)";

TEST_F(Questions, CrossborderSaysWhatThePolicyStates) {
  policies_["sha256:00"] = kWithTransfers;
  log_.exchange({.type = "email", .value = "a"});
  const Asked a = ask_crossborder(scope());
  EXPECT_EQ(rows(a, "crossborder", {"provider", "country", "basis"}),
            "openai-api|US|equivalent measures (art. 28(1), rule 16)\n");
  EXPECT_EQ(rows(a, "grounds", {"item", "text"}),
            "recipient|Example Service Inc.\n"
            "document|contract of 2026-04\n"
            "regime of the country|no general law (2026-05-01)\n"
            "measures of the recipient|by contract (2026-06-01)\n");
}

TEST_F(Questions, ShowHasTheRecordsTheRuleAndWhatChanged) {
  policies_["sha256:aa"] = "version: 1\nname: old\n";
  policies_["sha256:00"] = kPolicy;
  policies_["sha256:cc"] = std::string(kPolicy) + "# later\n";
  log_.admin("start", "", "sha256:aa", "operator");
  log_.admin("reload", "sha256:aa", "sha256:00", "signal");
  log_.exchange({.verdict = Action::kBlock, .type = "email", .value = "a", .rule = "no-mail"});
  log_.admin("reload", "sha256:00", "sha256:cc", "signal");
  QuestionScope s = scope();
  const std::string id = text_in(s.run({"SELECT id FROM exchange", {}}).rows[0][0]);
  plans_.clear();
  const Asked a = ask_show(s, id);
  EXPECT_NE(rows(a, "decision", {"member", "text"}).find("who.user|hanako@example.co.jp\n"),
            std::string::npos);
  EXPECT_NE(rows(a, "outcome", {"member", "text"}).find("kind|outcome\n"), std::string::npos);
  EXPECT_EQ(rows(a, "rule", {"line", "text"}),
            "7|  - id: no-mail\n8|    findings: [email]\n9|    action: block\n");
  EXPECT_NE(rows(a, "changed_before", {"change", "text"}).find("removed|name: old\n"),
            std::string::npos);
  EXPECT_NE(rows(a, "changed_since", {"change", "text"}).find("added|# later\n"),
            std::string::npos);
  EXPECT_EQ(a.answer.records.size(), 2u);
  no_scan_of_records();
  EXPECT_EQ(ask_show(s, "sks_nothing").error, "no record has the id sks_nothing");
}

TEST_F(Questions, RetentionSaysWhatIsKeptOverdueAndRemoved) {
  log_.admin("pruned", "000000000000.jsonl", "0-99", "audit.retention");
  RetentionRows kept;
  kept.rows.resize(2);
  kept.rows[0] = {"personal", 90 * kDay, 12, 3, 2, log_.now_us};
  kept.rows[1] = {"default", std::nullopt, 5, 0, 0, std::nullopt};
  const Asked a = ask_retention(scope(), kept);
  EXPECT_EQ(rows(a, "retention", {"class", "days", "kept", "removed", "overdue", "state"}),
            "personal|90|12|3|2|overdue\ndefault||5|0|0|kept for ever\n");
  EXPECT_EQ(rows(a, "removed", {"segment", "records", "by"}),
            "000000000000.jsonl|0-99|audit.retention\n");
  EXPECT_FALSE(a.answer.footer.scanned);
  kept.scanned = true;
  EXPECT_TRUE(ask_retention(scope(), kept).answer.footer.scanned);
  kept.error = "the directory cannot be read";
  EXPECT_EQ(ask_retention(scope(), kept).error, "the directory cannot be read");
}

TEST_F(Questions, HoldsSayWhatTheyKeepAndWhoWantsItReleased) {
  log_.exchange({});
  log_.exchange({.user = "taro@example.co.jp"});
  Folder folder;
  std::filesystem::create_directories(folder.log());
  std::string error;
  auto holds = Holds::read(folder.log(), error);
  ASSERT_TRUE(holds) << error;
  ASSERT_TRUE(holds->add(
      {"17", {"taro@example.co.jp", "", {}, {}}, "sato", "lawsuit", 5, "", "", false}, error))
      << error;
  ASSERT_TRUE(holds->add(
      {"18", {"", "", log_.now_us - kDay, {}}, "sato", "audit", 6, "", "", false}, error))
      << error;
  holds->release("17", "sato", "settled", 7, error);
  const Asked a = ask_holds(scope(), *holds);
  EXPECT_EQ(rows(a, "holds", {"case", "exchanges", "by", "reason", "release_by"}),
            "17|1|sato|lawsuit|sato\n18|2|sato|audit|\n");
  EXPECT_EQ(rows(a, "holds", {"scope"}),
            "user taro@example.co.jp\nfrom 2026-07-01 21:34:56 +09:00\n");
  no_scan_of_records();
}

TEST_F(Questions, OpeningsOfSealedCopiesAreShown) {
  log_.admin("evidence_request", "sks_a", "incident 7", "aoi");
  log_.admin("evidence_open", "sks_a", "incident 7", "ren");
  EXPECT_EQ(rows(ask_evidence(scope()), "evidence", {"step", "about", "by", "detail"}),
            "the first person asks|sks_a|aoi|incident 7\nopened|sks_a|ren|incident 7\n");
}

// With statistics of this little log, and without any: neither makes SQLite read a table of records
// through.
TEST_F(Questions, NoneReadsATableOfRecordsThrough) {
  policies_["sha256:00"] = kPolicy;
  log_.admin("start", "", "sha256:00", "operator");
  for (int i = 0; i < 30; ++i)
    log_.exchange({.verdict = i % 3 ? Action::kAllow : Action::kBlock,
                   .type = i % 2 ? "email" : "",
                   .value = "a",
                   .after_us = 5 * kDay,
                   .exception = i % 5 ? "" : "claims"});
  const std::string hash = finding_hash("test key", "email", "a");
  std::string error;
  scope();
  for (const bool statistics : {true, false}) {
    if (!statistics) {
      const auto writer = Database::open(log_.index_file(), OpenAs::kWriter, error);
      ASSERT_TRUE(writer) << error;
      ASSERT_TRUE(writer->run("DELETE FROM sqlite_stat1"));
      reopen();
    }
    for (const char* quarter : {"2026Q2", "2026"}) {
      QuestionScope s = scope();
      s.period = period_of(*parse_quarter(quarter, {}), s.zone, "Asia/Tokyo");
      set_days(s);
      s.from_day.back() = '2';  // so that single days are read too
      const std::string id = text_in(s.run({"SELECT id FROM exchange LIMIT 1", {}}).rows[0][0]);
      const auto holds = Holds::read(log_.log(), error);
      ASSERT_TRUE(holds) << error;
      plans_.clear();
      for (const auto& question : every_question("hanako@example.co.jp", id, hash, *holds)) {
        const Asked a = question.ask(s);
        EXPECT_EQ(a.error, "") << question.name;
        EXPECT_FALSE(a.answer.footer.scanned) << question.name;
        no_scan_of_records();
        EXPECT_FALSE(plans_.empty()) << question.name;
        plans_.clear();
      }
    }
  }
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
