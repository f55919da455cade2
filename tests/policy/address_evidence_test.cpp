// Where the address lies that is connected to, and whose network it is.

#include <gtest/gtest.h>

#include "tests/policy/region_fixture.h"

namespace sekisho::tests {
namespace {

TEST(Address, RefusesButNeverProvesStorage) {
  const auto s = compile(with("address: required", provider("openai-api")));
  EXPECT_EQ(outcome(*s, {"api.openai.com"}), "allow p") << "not known at CONNECT";
  EXPECT_EQ(outcome(*s, at("api.openai.com", in_country("US"))), "allow p");
  EXPECT_EQ(outcome(*s, at("api.openai.com", in_country("KR"))), "block region regions");
  EXPECT_EQ(outcome(*s, at("api.openai.com", in_country("HK"))), "block region regions");
  EXPECT_EQ(outcome(*s, at("api.openai.com", in_country(""))), "block region regions");
  EXPECT_EQ(outcome(*s, at("api.openai.com", {})), "block region regions");
  const auto storage = compile(with("storage: required", provider("openai-api")));
  EXPECT_EQ(outcome(*storage, at("api.openai.com", in_country("US"))), "block region regions");
}

TEST(Address, EdgeProvesNothingAndSatisfiesByItsOwner) {
  const auto s = compile(with("address: required", provider("openai-api")));
  policy::AddressFacts edge;
  edge.edge = "Cloudflare";
  edge.network_country = "US";
  edge.countries = {{"CA", "db", 1, false}};
  const auto a = admit(*s, at("api.openai.com", edge));
  EXPECT_FALSE(a.refused);
  EXPECT_EQ(evidence_text(a, EvidenceKind::kAddress), "edge:Cloudflare(US) edge");
  EXPECT_FALSE(a.known_regions.contains("CA"));
  edge.network_country = "KR";
  EXPECT_EQ(outcome(*s, at("api.openai.com", edge)), "block region regions");
  edge.network_country = "";
  EXPECT_EQ(outcome(*s, at("api.openai.com", edge)), "block region regions");
  // An edge in a denied country, by its owner or by its place.
  edge.network_country = "CN";
  EXPECT_EQ(outcome(*s, at("api.openai.com", edge)), "block region regions");
  edge.network_country = "US";
  edge.countries = {{"HK", "db", 1, false}};
  EXPECT_EQ(outcome(*s, at("api.openai.com", edge)), "block region regions");
}

TEST(Address, EdgeWithoutStatedOwnerIsTakenAsAllowedInTests) {
  const auto s = compile(with("address: required, network: required", provider("openai-api")));
  policy::AddressFacts stated;
  stated.edge = "stated";
  stated.assumed_allowed = true;
  EXPECT_EQ(outcome(*s, at("api.openai.com", stated)), "allow p");
  stated.edge = "";
  EXPECT_EQ(outcome(*s, at("api.openai.com", stated)), "allow p");
  stated.network_country = "CN";
  EXPECT_EQ(outcome(*s, at("api.openai.com", stated)), "block region regions");
}

TEST(Address, EitherOfTwoDatabasesRefuses) {
  const auto s = compile(with("address: if_known", provider("openai-api")));
  policy::AddressFacts a;
  a.countries = {{"US", "one", 1, false}, {"CN", "two", 1, false}};
  EXPECT_EQ(outcome(*s, at("api.openai.com", a)), "block region regions");
  a.countries = {{"US", "one", 1, false}, {"", "two", 1, false}};
  EXPECT_EQ(outcome(*s, at("api.openai.com", a)), "allow p");
  const auto required = compile(with("address: required", provider("openai-api")));
  EXPECT_EQ(outcome(*required, at("api.openai.com", a)), "allow p");
}

TEST(Address, StaleAnswerCountsAsUnknownButADenyStands) {
  policy::AddressFacts old;
  old.countries = {{"US", "db", 40, true}};
  const auto required = compile(with("address: required", provider("openai-api")));
  const auto a = admit(*required, at("api.openai.com", old));
  EXPECT_TRUE(a.refused);
  EXPECT_EQ(evidence_text(a, EvidenceKind::kAddress), "US stale");
  const auto if_known = compile(with("address: if_known", provider("openai-api")));
  EXPECT_EQ(outcome(*if_known, at("api.openai.com", old)), "allow p");
  old.countries = {{"CN", "db", 40, true}};
  EXPECT_EQ(outcome(*if_known, at("api.openai.com", old)), "block region regions");
}

TEST(Address, NetworkIsEvidenceOfTheOwner) {
  policy::AddressFacts a = in_country("JP");
  a.network_country = "CN";
  const auto s = compile(with("network: ignore", provider("openai-api")));
  EXPECT_EQ(outcome(*s, at("api.openai.com", a)), "block region regions");
  a.network_country = "KR";
  EXPECT_EQ(outcome(*s, at("api.openai.com", a)), "allow p");
  const auto known = compile(with("network: if_known", provider("openai-api")));
  EXPECT_EQ(outcome(*known, at("api.openai.com", a)), "block region regions");
}

TEST(Address, AliasOfADeniedCountrysNamesRefusesAndOthersProveNothing) {
  const auto s = compile(with("network: required", provider("openai-api")));
  policy::AddressFacts a = in_country("US");
  a.network_country = "US";
  EXPECT_EQ(outcome(*s, at("api.openai.com", a)), "allow p");
  a.aliases = {"API.DeepSeek.com."};
  EXPECT_EQ(outcome(*s, at("api.openai.com", a)), "block region regions");
  EXPECT_TRUE(s->address_denied(a));
  EXPECT_NE(
      evidence_text(admit(*s, at("api.openai.com", a)), EvidenceKind::kNetwork).find("CN denied"),
      std::string::npos);
  a.aliases = {"edge.example.net", "api.deepseek.com", "d1.cloudfront.net"};
  EXPECT_EQ(outcome(*s, at("api.openai.com", a)), "block region regions") << "a hop on the way";
  for (const char* alias : {"edge.example.net", "api.mistral.ai", "x y", ""}) {
    a.aliases = {alias};
    EXPECT_EQ(outcome(*s, at("api.openai.com", a)), "allow p") << alias;
  }
  a.network_country = "";
  a.assumed_allowed = false;
  a.aliases = {"api.mistral.ai"};
  EXPECT_EQ(outcome(*s, at("api.openai.com", a)), "block region regions");
}

TEST(Address, MixedAndDeniedAddressesCanBeToldApart) {
  const auto refuse = compile(with("address: required", provider("openai-api")));
  const auto drop =
      compile(with("address: required", provider("openai-api"), "[JP, US]", "  mixed: drop\n"));
  EXPECT_FALSE(refuse->mixed_drops());
  EXPECT_TRUE(drop->mixed_drops());
  EXPECT_TRUE(drop->address_denied(in_country("HK")));
  EXPECT_TRUE(drop->address_denied(in_country("KR")));
  EXPECT_FALSE(drop->address_denied(in_country("JP")));
}

TEST(Address, HostPassedUnseenIsStillJudgedByItsAddress) {
  const auto s = compile(with("operator: required, address: required", provider("openai-api")) +
                         "unlisted: splice\n");
  EXPECT_EQ(outcome(*s, {"packages.example.net"}), "splice unlisted");
  EXPECT_EQ(outcome(*s, at("packages.example.net", in_country("US"))), "splice unlisted");
  EXPECT_EQ(outcome(*s, at("packages.example.net", in_country("CN"))), "block region regions");
  EXPECT_EQ(outcome(*s, at("packages.example.net", {})), "block region regions");
}

}  // namespace
}  // namespace sekisho::tests
