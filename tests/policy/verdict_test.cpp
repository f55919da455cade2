#include "policy/verdict.h"

#include "tests/policy/request_fixture.h"

namespace sekisho::tests {
namespace {

using policy::Action;

// A policy's sections from `data:` on, a request, what comes of it.
struct Case {
  const char* name;
  std::string rules;
  policy::Question question;
  std::string expected;
};

policy::Question by(const std::string& user, policy::Question q) {
  q.user = user;
  return q;
}

policy::Question in(const std::string& country, policy::Question q) {
  q.address.countries = {{country, "stated", 0, false}};
  return q;
}

policy::Question at_home(const std::string& text) {
  auto q = chat(text);
  q.to.host = "llm.example.jp";
  return q;
}

const std::string kCards = "data: [{ id: r, findings: [credit_card], action: ";

std::vector<Case> cases() {
  const auto card = chat("card " + kCard);
  const auto both = chat("card " + kCard + ", my number " + kMyNumber);
  const std::string two =
      "data: [{ id: a, findings: [credit_card], action: redact }, "
      "{ id: b, findings: [jp_my_number], action: block ";
  return {
      {"NothingFound", kCards + "block }]", chat("hello"), "allow"},
      {"NoRuleNamesIt", "data: [{ id: r, findings: [email], action: block }]", card, "allow"},
      {"Block", kCards + "block }]", card, "block data r"},
      {"Redact", kCards + "redact }]", card, "redact data r"},
      {"AllowRuleChangesNothing", kCards + "allow }]", card, "allow r"},
      {"Category", "data: [{ id: r, findings: [financial], action: block }]", card, "block data r"},
      {"CategoryLeavesTestCardsAlone", "data: [{ id: r, findings: [financial], action: block }]",
       chat("card 4242 4242 4242 4242"), "allow"},
      {"TestCardsByName", "data: [{ id: r, findings: [credit_card_test], action: block }]",
       chat("card 4242 4242 4242 4242"), "block data r"},
      {"StrictestWins", two + "}]", both, "block data b"},
      {"OrderDoesNotMatter",
       "data: [{ id: b, findings: [jp_my_number], action: block }, { id: a, findings: "
       "[credit_card], action: redact }]",
       both, "block data b"},
      {"ObservedRule", kCards + "block, mode: observe }]", card, "allow would block data r"},
      {"ObservedBesideMilder", two + ", mode: observe }]", both, "redact would block data b"},
      {"ObservedBesideStricter",
       "data: [{ id: a, findings: [credit_card], action: redact, mode: observe }, { id: b, "
       "findings: [jp_my_number], action: block }]",
       both, "block data b"},
      {"ObservedPolicy", "mode: observe\n" + kCards + "redact }]", card,
       "allow would redact data r"},
      {"EnforcedRuleInObservedPolicy", "mode: observe\n" + kCards + "block, mode: enforce }]", card,
       "block data r"},
      {"AtLeastIsNotReached", kCards + "block, at_least: 2 }]",
       chat("card " + kCard + ", card " + kCard), "allow"},
      {"AtLeastCountsValuesNotSpellings", kCards + "block, at_least: 2 }]",
       chat("card 4532015112830366, card " + kCard), "allow"},
      {"AtLeastIsReached", kCards + "block, at_least: 2 }]",
       chat("card " + kCard + ", card 4539 5781 0264 9313"), "block data r"},
      {"GroupMatches", kCards + "block, groups: [engineering] }]", card, "block data r"},
      {"OtherGroup", kCards + "block, groups: [legal] }]", card, "allow"},
      {"GroupsNot", kCards + "block, groups_not: [engineering] }]", card, "allow"},
      {"GroupsNotOthers", kCards + "block, groups_not: [legal] }]", card, "block data r"},
      {"Provider", kCards + "block, providers: [openai-api] }]", card, "block data r"},
      {"OtherProvider", kCards + "block, providers: [anthropic-api] }]", card, "allow"},
      {"Destination", kCards + "block, destinations: [all] }]", card, "block data r"},
      {"OtherDestination", kCards + "block, destinations: [in-house] }]", card, "allow"},
      {"RegionsHoldOne", kCards + "block, regions: [US] }]", in("JP", card), "block data r"},
      {"RegionsHoldNone", kCards + "block, regions: [BR] }]", in("JP", card), "allow"},
      {"RegionsNotAbroad", kCards + "block, regions_not: [JP] }]", in("JP", card), "block data r"},
      {"RegionsNotAtHome", kCards + "block, regions_not: [JP] }]",
       in("JP", at_home("card " + kCard)), "allow"},
      {"RegionsNotHomeButAddressAbroad", kCards + "block, regions_not: [JP] }]",
       in("US", at_home("card " + kCard)), "block data r"},
      {"LiftedForTheGroup",
       kCards + "block }]\nexceptions: [{ id: EX, lifts: [r], groups: [legal], until: 2026-12-31, "
                "ticket: T, approved_by: [x], reason: y }]",
       by("sato", card), "allow"},
      {"NotLiftedForOthers",
       kCards + "block }]\nexceptions: [{ id: EX, lifts: [r], groups: [legal], until: 2026-12-31, "
                "ticket: T, approved_by: [x], reason: y }]",
       card, "block data r"},
      {"NotLiftedForOtherProviders",
       kCards + "block }]\nexceptions: [{ id: EX, lifts: [r], providers: [azure-openai], until: "
                "2026-12-31, ticket: T, approved_by: [x], reason: y }]",
       card, "block data r"},
      {"ExpiredExceptionLiftsNothing",
       kCards + "block }]\nexceptions: [{ id: EX, lifts: [r], until: 2026-11-24, ticket: T, "
                "approved_by: [x], reason: y }]",
       card, "block data r"},
      {"UnreadableIsBlocked", kRules, chat("\x01"), "block uninspected uninspected"},
      {"UnreadableIsAllowedWhenSaid", kRules + "uninspected: allow\n", chat("\x01"), "allow"},
      {"UnreadableIsObserved", "mode: observe\n" + kRules, chat("\x01"),
       "allow would block uninspected uninspected"},
      {"DestinationComesBeforeData", kRules,
       question("api.deepseek.com", "/chat/completions", R"({"a":"my number )" + kMyNumber + "\"}"),
       "block destination unlisted"},
  };
}

TEST(Verdict, FollowsTheRules) {
  for (const auto& c : cases()) {
    const auto snapshot = compile(policy_with(c.rules));
    ASSERT_TRUE(snapshot) << c.name;
    const std::string got = verdict_of(*snapshot, c.question);
    if (std::string(c.name) == "DestinationComesBeforeData")
      EXPECT_EQ(got.substr(0, 17), c.expected.substr(0, 17)) << c.name;
    else
      EXPECT_EQ(got, c.expected) << c.name;
  }
}

TEST(Verdict, NamesEveryRuleThatMatchedAndNotTheLiftedOnes) {
  const auto snapshot = compile(policy_with(
      kRules +
      "exceptions: [{ id: EX, lifts: [labels], until: 2026-12-31, ticket: T, approved_by: "
      "[x], reason: y }]"));
  const auto e = evaluate(*snapshot, chat("【社外秘】 card " + kCard + " my number " + kMyNumber));
  EXPECT_EQ(e.verdict.data_rules, (std::vector<std::string>{"my-number", "cards"}));
  EXPECT_EQ(e.verdict.exception, "EX");
  EXPECT_EQ(e.verdict.findings.size(), 3u);
}

TEST(Verdict, TreatsAnExceptionTillTheEndOfItsDayInTheZone) {
  const auto snapshot = compile(policy_with(
      kRules +
      "exceptions: [{ id: EX, lifts: [labels], until: 2026-11-30, ticket: T, approved_by: "
      "[x], reason: y }]"));
  auto q = chat("【社外秘】来期の事業計画");
  q.now = *policy::parse_time("2026-11-30T23:59:59", "Asia/Tokyo");
  EXPECT_EQ(verdict_of(*snapshot, q), "allow");
  q.now = *policy::parse_time("2026-12-01T00:00:00", "Asia/Tokyo");
  EXPECT_EQ(verdict_of(*snapshot, q), "block data labels");
}

TEST(Verdict, RefusesExceptionsTooFarAhead) {
  const std::string rest = "ticket: T, approved_by: [x], reason: y }]";
  EXPECT_NE(
      problems_of(policy_with(kRules +
                              "exceptions: [{ id: EX, lifts: [labels], until: 2027-02-24, " + rest))
          .find("91 days ahead"),
      std::string::npos);
  EXPECT_TRUE(compile(
      policy_with(kRules + "exceptions: [{ id: EX, lifts: [labels], until: 2027-02-23, " + rest)));
}

TEST(Verdict, NamesOfNothingAreProblemsWithAHint) {
  EXPECT_NE(problems_of(policy_with("data: [{ id: r, findings: [credit_crad], action: block }]"))
                .find("did you mean 'credit_card'?"),
            std::string::npos);
  EXPECT_NE(
      problems_of(policy_with("data: [{ id: r, findings: [pii], groups: [legl], action: block }]"))
          .find("did you mean 'legal'?"),
      std::string::npos);
  EXPECT_NE(
      problems_of(policy_with(kRules + "exceptions: [{ id: EX, lifts: [secrts], until: 2026-12-01, "
                                       "ticket: T, approved_by: [x], reason: y }]"))
          .find("did you mean 'secrets'?"),
      std::string::npos);
}

TEST(Verdict, OfObserveLeavesEveryByte) {
  const auto snapshot = compile(policy_with("mode: observe\n" + kRules));
  for (const std::string& text : {"card " + kCard, "my number " + kMyNumber, std::string("\x01")}) {
    const auto e = evaluate(*snapshot, chat(text));
    EXPECT_EQ(e.verdict.action, Action::kAllow);
    ASSERT_TRUE(e.verdict.would);
    EXPECT_EQ(sent_body(e), *e.question.body);
  }
}

TEST(Verdict, SummarisesFindingsWithoutTheirText) {
  const auto e = evaluate(*compile(policy_with(kRules)), chat("card " + kCard + ", card " + kCard));
  ASSERT_EQ(e.verdict.findings.size(), 1u);
  EXPECT_EQ(e.verdict.findings[0].type, "credit_card");
  EXPECT_EQ(e.verdict.findings[0].count, 2);
  EXPECT_EQ(e.verdict.findings[0].values.size(), 1u);
  EXPECT_EQ(e.verdict.findings[0].where, (std::vector<std::string>{"/messages/0/content"}));
}

// A body over its limit is refused whatever the policy says of what cannot be read.
TEST(Verdict, LimitsHoldInObserveToo) {
  const auto snapshot = compile(policy_with("mode: observe\nuninspected: allow\n" + kRules));
  policy::InspectionResult inspected;
  inspected.over_limit = true;
  inspected.unreadable = "size";
  policy::Admission admission;
  EXPECT_EQ(verdict_text(snapshot->decide({}, admission, inspected, kNow)), "block limit limits");
}

TEST(Verdict, ReasonIsTheFirstOfTheList) {
  const auto snapshot = compile(policy_with(kRules));
  policy::InspectionResult inspected;
  inspected.over_limit = true;
  policy::PlacedFinding finding;
  finding.finding = {"jp_my_number", "pii", 0.95, {0, 1}, "123456789018"};
  inspected.findings.push_back(finding);
  policy::Admission admission;
  admission.refused = true;
  admission.reason = policy::Reason::kTerms;
  admission.rule = "entry";
  EXPECT_EQ(verdict_text(snapshot->decide({}, admission, inspected, kNow)), "block terms entry");
  admission.refused = false;
  EXPECT_EQ(verdict_text(snapshot->decide({}, admission, inspected, kNow)), "block limit limits");
  inspected.over_limit = false;
  inspected.could_not_decide = true;
  EXPECT_EQ(verdict_text(snapshot->decide({}, admission, inspected, kNow)),
            "block uninspected uninspected");
  inspected.could_not_decide = false;
  EXPECT_EQ(verdict_text(snapshot->decide({}, admission, inspected, kNow)), "block data my-number");
}

}  // namespace
}  // namespace sekisho::tests
