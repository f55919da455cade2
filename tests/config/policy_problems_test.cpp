#include "config/policy_file.h"
#include "tests/config/testing.h"

namespace sekisho::config {
namespace {

// One mistake a row. `yaml` follows a first line `version: 1`, so that its own first line is
// line 2.
struct Mistake {
  const char* name;
  const char* yaml;
  int line, column;
  const char* says;  // a piece of the printed problem
};

void PrintTo(const Mistake& m, std::ostream* out) {
  *out << m.name;
}

constexpr Mistake kMistakes[] = {
    // Form
    {"UnknownTopKey", "mdoe: enforce\n", 2, 1, "did you mean 'mode'?"},
    {"UnknownKeyWithoutNeighbour", "colour: red\n", 2, 1, "unknown key 'colour'"},
    {"DuplicateTopKey", "name: a\nname: b\n", 3, 1, "the first is in line 2"},
    {"DuplicateNestedKey", "groups:\n  a: { users: [x], users: [y] }\n", 3, 20, "second time"},
    {"DuplicateGroup", "groups:\n  a: { users: [x] }\n  a: { users: [y] }\n", 4, 3, "second time"},
    {"Anchor", "name: &n x\n", 2, 7, "anchors (&name) are not allowed"},
    {"AliasOfAnAnchor", "name: *n\n", 2, 7, "aliases (*name) are not allowed"},
    {"BareWildcard", "destinations:\n  - { id: a, hosts: [*.example.jp] }\n", 3, 22,
     "\"*.example.jp\""},
    {"MergeKey", "groups:\n  <<: { users: [a] }\n", 3, 3, "merge keys (<<) are not allowed"},
    {"Tag", "name: !!str x\n", 2, 7, "tags (!name) are not allowed"},
    {"BareExclamationMark", "name: !important\n", 2, 7, "put quotation marks"},
    {"SecondDocument", "name: a\n---\nname: b\n", 3, 1, "a second document begins here"},
    {"NotUtf8", "name: \x93\xfa\n", 2, 7, "not UTF-8"},
    {"ControlCharacter", "name: a\x07\n", 2, 8, "control character"},
    {"UnknownEscape", "name: \"a\\qb\"\n", 2, 9, "unknown escape \\q"},
    {"UnclosedQuote", "name: \"abc\nmode: enforce\n", 2, 7, "never closed"},
    {"UnclosedBrace", "groups: { a: { users: [x] }\nmode: enforce\n", 3, 1,
     "a '{' is not closed before this place, opened at 2:9"},
    {"UnclosedBracket", "destinations: [ { id: a }\nmode: enforce\n", 3, 1,
     "a '[' is not closed before this place"},
    {"ColonInText", "name: a: b\n", 2, 8, "a ':' stands where none is expected"},
    {"BadIndentation", "name: a\n  mode: enforce\n", 3, 7, "check the indentation"},
    {"TabIndentation", "groups:\n\ta: { users: [x] }\n", 3, 3, "indented with a tab"},
    {"FullWidthSpace", "\u3000name: a\n", 2, 1, "full-width space"},
    {"FullWidthColon", "name：a\n", 2, 1, "full-width space or colon"},
    {"FullWidthColonBeforeALine", "name：a\nmode: enforce\n", 3, 5, "full-width colon"},
    {"FullWidthComma", "regions: { allow: [JP、US] }\n", 2, 20, "half-width comma"},
    {"Directive", "name: a\n%mode: observe\n", 3, 1, "a comment begins with #"},
    {"ReservedCharacter", "name: @a\n", 2, 7, "cannot begin a value"},
    {"ComplexKey", "groups:\n  ? [a, b]\n  : { users: [x] }\n", 3, 5, "a key must be a plain word"},
    {"EmptyValue", "name:\nmode: enforce\n", 2, 1, "expected a text, found nothing"},
    {"ListForMap", "groups: [a]\n", 2, 9, "expected a map of groups, found a list"},
    {"MapForList", "data: { id: x }\n", 2, 7, "expected a list of data rules, found a map"},
    {"TextForList", "groups:\n  a: { users: alice }\n", 3, 15, "write [alice]"},
    {"EntryThatIsNoMap", "destinations:\n  - openai-api\n", 3, 5, "for a destination"},

    // Words, numbers, dates
    {"UnknownMode", "mode: enforced\n", 2, 7, "did you mean 'enforce'?"},
    {"ModeOfAnotherProduct", "mode: monitor\n", 2, 7, "did you mean 'observe'?"},
    {"WrongVersion", "name: a\n", 1, 1, ""},
    {"TimezoneThatIsNone", "timezone: JST+9 hours\n", 2, 11, "a time zone such as Asia/Tokyo"},
    {"BooleanYes", "regions: { allow: [JP], final: yes }\n", 2, 32, "did you mean 'true'?"},
    {"BooleanQuoted", "regions: { allow: [JP], final: \"true\" }\n", 2, 32,
     "write it without quotation marks"},
    {"IntegerOctal", "limits: { exception_days: 017 }\n", 2, 27, "without leading zero"},
    {"IntegerExponent", "limits: { exception_days: 1e3 }\n", 2, 27, "plain digits"},
    {"IntegerHex", "limits: { exception_days: 0x10 }\n", 2, 27, "plain digits"},
    {"IntegerSeparated", "limits: { exception_days: 1_000 }\n", 2, 27, "plain digits"},
    {"IntegerQuoted", "limits: { exception_days: \"90\" }\n", 2, 27, "without quotation marks"},
    {"IntegerOutOfRange", "limits: { exception_days: 0 }\n", 2, 27, "from 1 to 3650"},
    {"DateThatDoesNotExist",
     "exceptions:\n  - { id: a, lifts: [x], until: 2026-02-30, ticket: t, approved_by: [y], "
     "reason: z }\n",
     3, 33, "the day 2026-02-30 does not exist"},
    {"DateTurnedAround",
     "exceptions:\n  - { id: a, lifts: [x], until: 31-12-2026, ticket: t, approved_by: [y], "
     "reason: z }\n",
     3, 33, "YYYY-MM-DD: 2026-12-31"},
    {"DateWithSlashes",
     "exceptions:\n  - { id: a, lifts: [x], until: 2026/12/31, ticket: t, approved_by: [y], "
     "reason: z }\n",
     3, 33, "YYYY-MM-DD: 2026-12-31"},
    {"DateWithTime",
     "exceptions:\n  - { id: a, lifts: [x], until: \"2026-12-31T12:00\", ticket: t, approved_by: "
     "[y], reason: z }\n",
     3, 33, "the day alone, as YYYY-MM-DD: 2026-12-31"},
    {"DurationWithoutUnit",
     "destinations:\n  - { id: a, providers: [x], require: { reviewed_within: 180 } }\n", 3, 58,
     "the unit is missing"},

    // Who
    {"EveryoneDefined", "groups:\n  everyone: { users: [a] }\n", 3, 3, "always exists"},
    {"GroupWithoutMembers", "groups:\n  a: {}\n", 3, 6, "neither `users` nor `networks`"},
    {"NetworkWithHostBits", "groups:\n  a: { networks: [10.20.0.1/16] }\n", 3, 19,
     "must be the first of the network"},
    {"NetworkThatIsNone", "groups:\n  a: { networks: [office] }\n", 3, 19, "a network"},
    {"UserTwice", "groups:\n  a: { users: [x, x] }\n", 3, 19, "stands twice in this list"},
    {"LanguageUnknown", "messages: { languages: [ja, fr] }\n", 2, 29, "expected ja or en"},

    // On which terms
    {"RuleOfEnforceWithoutTarget", "enforce:\n  - { id: a, headers: { X-A: b } }\n", 3, 5,
     "needs `providers`, `destinations` or `hosts`"},
    {"RuleOfEnforceThatSetsNothing", "enforce:\n  - { id: a, providers: [x] }\n", 3, 5,
     "sets nothing"},
    {"RuleOfEnforceKeyUnknown",
     "enforce:\n  - { id: a, providers: [x], header: { X-A: b }, body: { store: false } }\n", 3, 30,
     "did you mean 'headers'?"},
    {"EnforcedHeaderThatHoldsAKey",
     "enforce:\n  - { id: a, providers: [x], headers: { Authorization: b } }\n", 3, 41,
     "write `credential: { use: NAME }`"},
    {"EnforcedHeaderOfFraming",
     "enforce:\n  - { id: a, providers: [x], headers: { Content-Length: \"1\" } }\n", 3, 41,
     "cannot be set"},
    {"EnforcedHeaderThatIsNone",
     "enforce:\n  - { id: a, providers: [x], headers: { \"X A\": b } }\n", 3, 41,
     "no name of a header"},
    {"EnforcedHeaderValue",
     "enforce:\n  - { id: a, providers: [x], headers: { X-A: \"b\\r\\nc\" } }\n", 3, 46,
     "printable ASCII"},
    {"EnforcedHeaderTwice",
     "enforce:\n  - { id: a, providers: [x], headers: { X-A: b, x-a: c } }\n", 3, 49,
     "a second time"},
    {"EnforcedHeaderSetAndRemoved",
     "enforce:\n  - { id: a, providers: [x], headers: { X-A: b }, remove_headers: [x-a] }\n", 3, 68,
     "both set and removed"},
    {"EnforcedFieldThatIsNone", "enforce:\n  - { id: a, providers: [x], body: { a..b: 1 } }\n", 3,
     38, "no name of a field"},
    {"EnforcedFieldInsideAnother",
     "enforce:\n  - { id: a, providers: [x], body: { a: 1, a.b: 2 } }\n", 3, 44,
     "'/a/b' is set by '/a' already"},
    {"EnforcedFieldNull", "enforce:\n  - { id: a, providers: [x], body: { a: null } }\n", 3, 41,
     "a text, a number, true, false"},
    {"EnforcedPath", "enforce:\n  - { id: a, providers: [x], paths: [v1], body: { a: 1 } }\n", 3,
     38, "'v1' is no path"},
    {"EnforcedCredentialWord", "enforce:\n  - { id: a, providers: [x], credential: drop }\n", 3, 42,
     "strip"},
    {"EnforcedCredentialWithoutName", "enforce:\n  - { id: a, providers: [x], credential: {} }\n",
     3, 42, "needs `use`"},
    {"EnforcedCredentialHeader",
     "enforce:\n  - { id: a, providers: [x], credential: { use: k, header: x-api-kee } }\n", 3, 60,
     "did you mean 'x-api-key'?"},
    {"CompanyAccountsUnknown", "enforce:\n  - { id: a, company_accounts: { opnai: [org-a] } }\n", 3,
     34, "did you mean 'openai'?"},
    {"CompanyAccountsWithSpace",
     "enforce:\n  - { id: a, company_accounts: { openai: [\"org-a, org-b\"] } }\n", 3, 43,
     "each id by itself"},
    {"CompanyAccountsHalf",
     "enforce:\n  - { id: a, company_accounts: { microsoft: [a.example] } }\n", 3, 34,
     "needs `microsoft_directory` beside it"},

    // Where
    {"CountryInSmallLetters", "regions: { allow: [jp] }\n", 2, 20, "did you mean 'JP'?"},
    {"CountryThatIsNone", "regions: { allow: [JP], deny: [ZZ] }\n", 2, 32,
     "neither a country code nor a group"},
    {"CountryUk", "regions: { allow: [JP, UK] }\n", 2, 24, "did you mean 'GB'?"},
    {"RegionsWithoutAllow", "regions: { deny: [CN] }\n", 2, 10, "`regions` needs `allow`"},
    {"EvidenceUnknownKind", "regions: { allow: [JP], evidence: { adress: required } }\n", 2, 37,
     "did you mean 'address'?"},
    {"EvidenceUnknownSetting", "regions: { allow: [JP], evidence: { address: mandatory } }\n", 2,
     46, "did you mean 'required'?"},
    {"MixedUnknown", "regions: { allow: [JP], mixed: allow }\n", 2, 32, "refuse or drop"},
    {"UnlistedUnknown", "unlisted: allow\n", 2, 11, "block or splice"},
    {"DestinationWithoutId", "destinations:\n  - { providers: [x] }\n", 3, 5, "needs `id`"},
    {"DestinationWithoutTarget", "destinations:\n  - { id: a }\n", 3, 5,
     "needs `providers` or `hosts`"},
    {"DestinationIdTwice",
     "destinations:\n  - { id: a, providers: [x] }\n  - { id: a, providers: [y] }\n", 4, 5,
     "the id 'a' is used twice"},
    {"HostOfTheWorld", "destinations:\n  - { id: a, hosts: [\"*\"] }\n", 3, 22, "every host"},
    {"HostOverPublicSuffix", "destinations:\n  - { id: a, hosts: [\"*.co.jp\"] }\n", 3, 22,
     "hosts of strangers"},
    {"HostIsUrl", "destinations:\n  - { id: a, hosts: [\"https://a.example.jp/\"] }\n", 3, 22,
     "without https://"},
    {"HostPortOutOfRange", "destinations:\n  - { id: a, hosts: [\"a.example.jp:70000\"] }\n", 3, 22,
     "a port from 1 to 65535"},
    {"SideHostRoleUnknown", "destinations:\n  - { id: a, providers: [x], side_hosts: [sign_in] }\n",
     3, 43, "did you mean 'signin'?"},
    {"SpliceOfAProvider", "destinations:\n  - { id: a, providers: [x], tls: splice }\n", 3, 35,
     "only for an entry with `hosts`"},
    {"UntilWithoutTicket",
     "destinations:\n  - { id: a, providers: [x], until: 2026-12-31, approved_by: [y], reason: z "
     "}\n",
     3, 5, "needs `ticket`"},
    {"FactUnknown",
     "destinations:\n  - { id: a, hosts: [a.jp.example], facts: { train_on_inputs: no } }\n", 3, 46,
     "did you mean 'trains_on_inputs'?"},
    {"FactWordUnknown",
     "destinations:\n  - { id: a, hosts: [a.jp.example], facts: { trains_on_inputs: never } }\n", 3,
     64, "no, opt_in, opt_out, yes or unknown"},
    {"FactCountryWrong",
     "destinations:\n  - { id: a, hosts: [a.jp.example], facts: { storage_countries: [Japan] } }\n",
     3, 66, "did you mean 'JP'?"},
    {"RequirementUnknown",
     "destinations:\n  - { id: a, providers: [x], require: { review_within: 180d } }\n", 3, 41,
     "did you mean 'reviewed_within'?"},
    {"RequirementDaysWrong",
     "destinations:\n  - { id: a, providers: [x], require: { retention_days: 30d } }\n", 3, 57,
     "a whole number"},
    {"AlternativeWithoutUse", "alternatives: { a: { note: x } }\n", 2, 20, "needs `use`"},

    // What
    {"ActionUnknown", "data:\n  - { id: a, findings: [secret], action: deny }\n", 3, 42,
     "did you mean 'block'?"},
    {"ActionMissing", "data:\n  - { id: a, findings: [secret] }\n", 3, 5, "needs `action`"},
    {"RestoreWithoutPseudonymise",
     "data:\n  - { id: a, findings: [pii], action: redact, restore: { text: true } }\n", 3, 47,
     "`restore` goes with `action: pseudonymise` only"},
    {"RestoreKeyUnknown",
     "data:\n  - { id: a, findings: [pii], action: pseudonymise, restore: { tool: [Edit] } }\n", 3,
     64, "did you mean 'tools'?"},
    {"RestoreTextNotBoolean",
     "data:\n  - { id: a, findings: [pii], action: pseudonymise, restore: { text: no } }\n", 3, 70,
     "true or false"},
    {"RestoreStarInside",
     "data:\n  - { id: a, findings: [pii], action: pseudonymise, restore: { tools: [\"E*t\"] } }\n",
     3, 72, "has a * that is not at its end"},
    {"SealOfABlock", "data:\n  - { id: a, findings: [pii], action: block, seal: [x] }\n", 3, 46,
     "what is not sent is not kept"},
    {"SealForNobody", "data:\n  - { id: a, findings: [pii], action: redact, seal: [] }\n", 3, 53,
     "at least one group of recipients"},
    {"DirectionUnsupported",
     "data:\n  - { id: a, findings: [pii], action: block, direction: response }\n", 3, 57,
     "not supported by this version"},
    {"DatasetWithoutColumns", "datasets:\n  c: { exact: c.csv }\n", 3, 6, "needs `columns`"},
    {"DatasetColumnsEmpty", "datasets:\n  c: { exact: c.csv, columns: [] }\n", 3, 31,
     "at least one name of a column"},
    {"DatasetOfNothing", "datasets:\n  c: { category: list }\n", 3, 6,
     "neither `exact` nor `documents`"},
    {"DatasetOfBoth", "datasets:\n  c: { exact: c.csv, documents: d/, columns: [a] }\n", 3, 6,
     "both `exact` and `documents`"},
    {"DatasetAtLeastTooMany",
     "datasets:\n  c: { exact: c.csv, columns: [a, b], at_least_columns: 3 }\n", 3, 57,
     "from 1 to 2"},
    {"DatasetSimilarityTooGreat", "datasets:\n  c: { documents: d/, similarity: 3 }\n", 3, 35,
     "a number from 0.05 to 1"},
    {"DatasetSimilarityOfAList",
     "datasets:\n  c: { exact: c.csv, columns: [a], similarity: 0.3 }\n", 3, 36,
     "unknown key 'similarity'"},
    {"DatasetName", "datasets:\n  Cust: { documents: d/ }\n", 3, 3, "is not a name for a dataset"},
    {"DatasetsList", "datasets: [c]\n", 2, 11, "a map of datasets"},
    {"DetectorOfNothing", "detectors: { custom: [{ type: t, category: c }] }\n", 2, 23,
     "neither `pattern` nor `dictionary`"},
    {"DetectorOfBoth",
     "detectors: { custom: [{ type: t, category: c, pattern: x, dictionary: y }] }\n", 2, 23,
     "both `pattern` and `dictionary`"},
    {"FindingsEmpty", "data:\n  - { id: a, findings: [], action: block }\n", 3, 24,
     "at least one finding type"},
    {"ConfidenceNumber", "data:\n  - { id: a, findings: [pii], action: block, confidence: 0.6 }\n",
     3, 58, "low, medium or high"},
    {"AtLeastZero", "data:\n  - { id: a, findings: [pii], action: block, at_least: 0 }\n", 3, 56,
     "from 1 to"},
    {"RuleIdTwice",
     "data:\n  - { id: a, findings: [pii], action: block }\n  - { id: a, findings: [pii], action: "
     "redact }\n",
     4, 5, "used twice"},
    {"ExceptionWithoutUntil",
     "exceptions:\n  - { id: a, lifts: [x], ticket: t, approved_by: [y], reason: z }\n", 3, 5,
     "needs `until`"},
    {"ExceptionIdTwice",
     "exceptions:\n"
     "  - { id: a, lifts: [x], until: 2026-12-31, ticket: t, approved_by: [y], reason: z }\n"
     "  - { id: a, lifts: [x], until: 2026-12-31, ticket: t, approved_by: [y], reason: z }\n",
     4, 5, "used twice"},
    {"UninspectedUnknown", "uninspected: redact\n", 2, 14, "block or allow"},
    {"DetectorWithoutPattern", "detectors: { custom: [ { type: a, category: b } ] }\n", 2, 24,
     "neither `pattern` nor `dictionary`"},
    {"DetectorTypeForm",
     "detectors: { custom: [ { type: Project-Code, pattern: x, category: b } ] }\n", 2, 32,
     "as in project_code"},
    {"DetectorTypeTwice",
     "detectors:\n  custom:\n    - { type: a, pattern: x, category: b }\n"
     "    - { type: a, pattern: y, category: b }\n",
     5, 15, "defined twice"},

    // Tests
    {"TestWithoutExpect", "tests:\n  - { name: a, given: { to: api.openai.com } }\n", 3, 5,
     "needs `expect`"},
    {"TestWithoutTo", "tests:\n  - { name: a, given: { prompt: x }, expect: { verdict: allow } }\n",
     3, 23, "needs `to`"},
    {"TestTwoBodies",
     "tests:\n  - { name: a, given: { to: b, prompt: x, body: y }, expect: { verdict: allow } }\n",
     3, 43, "only one of"},
    {"TestVerdictUnknown",
     "tests:\n  - { name: a, given: { to: b }, expect: { verdict: blocked } }\n", 3, 53,
     "did you mean 'block'?"},
    {"TestReasonUnknown",
     "tests:\n  - { name: a, given: { to: b }, expect: { reason: country } }\n", 3, 52,
     "one of framing"},
    {"TestTimeWithoutClock",
     "tests:\n  - { name: a, given: { to: b, at: 2026-12-31 }, expect: { verdict: allow } }\n", 3,
     36, "a date and time"},
    {"TestAddressOctal",
     "tests:\n  - { name: a, given: { to: b, from: 010.0.0.1 }, expect: { verdict: allow } }\n", 3,
     38, "an IP address"},
    {"TestBodyNotText",
     "tests:\n  - { name: a, given: { to: b, body: { model: x } }, expect: { verdict: allow } }\n",
     3, 38, "put quotation marks around it"},
    {"TestBodyFileMissing",
     "tests:\n  - { name: a, given: { to: b, body_file: none.json }, expect: { verdict: allow } "
     "}\n",
     3, 43, "cannot be read: it does not exist"},
};

class PolicyMistake : public testing::TestWithParam<Mistake> {};

TEST_P(PolicyMistake, IsReportedOnceAtItsPlace) {
  const Mistake& m = GetParam();
  const bool without_version = std::string(m.name) == "WrongVersion";
  Problems problems;
  parse_policy("p.yaml", (without_version ? "" : "version: 1\n") + std::string(m.yaml), problems);
  ASSERT_EQ(problems.size(), 1u) << listed(problems);
  EXPECT_EQ(problems[0].at.line, m.line) << listed(problems);
  EXPECT_EQ(problems[0].at.column, m.column) << listed(problems);
  EXPECT_NE(listed(problems).find(m.says), std::string::npos) << listed(problems);
}

INSTANTIATE_TEST_SUITE_P(All, PolicyMistake, testing::ValuesIn(kMistakes),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(PolicyProblems, AreAllReportedInOneRun) {
  const std::string text =
      "version: 1\n"
      "mdoe: enforce\n"
      "regions: { allow: [jp, US], deny: [CN], final: no, final: true }\n"
      "destinations:\n"
      "  - { id: a, providers: [x], tls: splice }\n"
      "  - { id: a, hosts: [\"*\"], until: 31-12-2026 }\n"
      "data:\n"
      "  - { id: b, findings: [pii], action: mask, at_least: 017 }\n";
  Problems problems;
  parse_policy("p.yaml", text, problems);
  EXPECT_EQ(problems.size(), 13u) << listed(problems);
  for (std::size_t i = 1; i < problems.size(); ++i)
    EXPECT_LE(problems[i - 1].at.line, problems[i].at.line);
}

TEST(PolicyProblems, BeforeASyntaxErrorAreReportedToo) {
  Problems problems;
  parse_policy("p.yaml", "mode: enforced\nversion: 1\nname: \"a\nb: \\q\" x: y\n", problems);
  ASSERT_GE(problems.size(), 2u) << listed(problems);
  EXPECT_EQ(problems[0].at.line, 1);
}

TEST(PolicyProblems, EmptyFilesAreReported) {
  for (const char* text : {"", "# only a comment\n", "\xEF\xBB\xBF", "---\n", "null\n"}) {
    Problems problems;
    parse_policy("p.yaml", text, problems);
    ASSERT_EQ(problems.size(), 1u) << text << listed(problems);
    EXPECT_EQ(problems[0].at.line, 1);
  }
}

TEST(PolicyProblems, AMissingFileIsAProblemOfTheFile) {
  Problems problems;
  load_policy("/nonexistent/policy.yaml", problems);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].at.line, 0);
}

TEST(PolicyProblems, CuttingTheFileAnywhereIsSurvived) {
  const std::string text = read_all(SEKISHO_SOURCE_DIR "/config/policy.yaml");
  ASSERT_GT(text.size(), 5000u);
  for (std::size_t end = 0; end < text.size(); end += 37) {
    Problems problems;
    parse_policy("p.yaml", text.substr(0, end), problems);
    parse_policy("p.yaml", text.substr(end), problems);
  }
}

TEST(PolicyProblems, FlippingBytesIsSurvived) {
  const std::string text = read_all(SEKISHO_TEST_DIR "/config/data/policy_example.yaml");
  for (const char byte : {'\0', '{', '"', '\n', '&', '\xff', ':', '-'}) {
    for (std::size_t at = 0; at < text.size(); at += 97) {
      std::string broken = text;
      broken[at] = byte;
      Problems problems;
      parse_policy("p.yaml", broken, problems);
    }
  }
}

}  // namespace
}  // namespace sekisho::config
