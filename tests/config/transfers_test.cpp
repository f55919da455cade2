#include "config/transfers.h"

#include "tests/config/testing.h"

namespace sekisho::config {
namespace {

std::vector<TransferDef> read(const std::string& items, std::string& said) {
  Problems problems;
  const auto out = parse_transfers("p.yaml", "version: 1\ntransfers:\n" + items, problems);
  said = listed(problems);
  return out;
}

TEST(Transfers, ReadsWhatReportsPrint) {
  std::string said;
  const auto all = read(R"(  - id: openai-us
    providers: [openai-api]
    country: US
    route: equivalent_measures
    recipient: OpenAI OpCo, LLC
    basis: { ja: 契約, en: contract }
    regime: { text: none, url: "https://www.ppc.go.jp/", as_of: 2026-04-01 }
    measures: { why_not: under negotiation }
    stop: when it ends
)",
                        said);
  EXPECT_EQ(said, "");
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].route, TransferRoute::kEquivalentMeasures);
  EXPECT_EQ(all[0].basis.ja, "契約");
  EXPECT_EQ(all[0].regime_as_of, parse_date("2026-04-01"));
  EXPECT_EQ(all[0].measures_why.en, "under negotiation");
  EXPECT_FALSE(all[0].measures_checked);
}

TEST(Transfers, AsksForTheDayOfWhatItIsTold) {
  std::string said;
  read("  - { id: a, providers: [x], country: US, route: consent, measures: { text: m } }\n", said);
  EXPECT_NE(said.find("p.yaml:3:"), std::string::npos) << said;
  EXPECT_NE(said.find("checked: 2026-04-01"), std::string::npos) << said;
}

TEST(Transfers, NamesWhatIsMissingOrUnknown) {
  std::string said;
  read(
      "  - { id: a, country: uk, route: contract, regime: {} }\n  - { id: a, providers: [x], "
      "country: GB, route: designated, rout: x }\n",
      said);
  for (const char* part : {"'uk'", "consent", "neither `providers` nor `destinations`",
                           "neither `text` nor `why_not`", "rout", "the id 'a' is used twice"})
    EXPECT_NE(said.find(part), std::string::npos) << part << "\n" << said;
}

TEST(Transfers, AreNoneInAPolicyWithoutThem) {
  Problems problems;
  EXPECT_TRUE(parse_transfers("p.yaml", "version: 1\n", problems).empty());
  EXPECT_TRUE(parse_transfers("p.yaml", "- 1\n", problems).empty());
  EXPECT_TRUE(problems.empty());
}

}  // namespace
}  // namespace sekisho::config
