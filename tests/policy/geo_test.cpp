#include "policy/geo.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/policy/mmdb_writer.h"

namespace sekisho::policy {
namespace {

using config::IpAddress;
using config::IpNetwork;
using tests::MmdbWriter;

constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kBuilt = 1'793'491'200;  // 2026-11-01

IpAddress ip(std::string_view text) {
  const auto a = IpAddress::parse(text);
  EXPECT_TRUE(a) << text;
  return a.value_or(IpAddress());
}

class GeoTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) /
              testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string file(const std::string& name, const MmdbWriter& writer) {
    const std::string path = (folder_ / name).string();
    EXPECT_TRUE(writer.write(path));
    return path;
  }

  MmdbWriter countries() {
    MmdbWriter w("Test-Country", kBuilt);
    w.country("8.8.8.0/24", "US");
    w.country("8.8.8.128/25", "JP");
    w.country("47.240.0.0/16", "HK", "CN");
    w.country("2001:4860::/32", "US");
    w.country("9.9.9.0/24", "EU");
    return w;
  }

  std::shared_ptr<const Geo> open() {
    problems_.clear();
    return Geo::open(settings_, networks_, problems_);
  }

  std::filesystem::path folder_;
  config::GatewayFile settings_;
  config::Networks networks_;
  config::Problems problems_;
};

TEST_F(GeoTest, AnswersFromTheNestedSchemaWithTheLongestPrefix) {
  settings_.geo_country = {{file("c.mmdb", countries()), {}}};
  const auto geo = open();
  ASSERT_TRUE(geo);
  const AddressFacts facts = geo->look_up(ip("8.8.8.8"), kBuilt + 3 * kDay);
  ASSERT_EQ(facts.countries.size(), 1u);
  EXPECT_EQ(facts.countries[0].country, "US");
  EXPECT_EQ(facts.countries[0].source, "Test-Country 2026-11-01");
  EXPECT_EQ(facts.countries[0].age_days, 3);
  EXPECT_FALSE(facts.countries[0].stale);
  EXPECT_EQ(geo->look_up(ip("8.8.8.200"), kBuilt).countries[0].country, "JP");
  EXPECT_EQ(geo->look_up(ip("2001:4860:4860::8888"), kBuilt).countries[0].country, "US");
}

TEST_F(GeoTest, AnswersFromTheFlatSchema) {
  MmdbWriter flat("country ipvAll", kBuilt, MmdbWriter::Schema::kFlat);
  flat.country("8.8.8.0/24", "US");
  settings_.geo_country = {{file("flat.mmdb", flat), {}}};
  EXPECT_EQ(open()->look_up(ip("8.8.8.8"), kBuilt).countries[0].country, "US");
}

TEST_F(GeoTest, IgnoresTheRegisteredCountry) {
  MmdbWriter w("Test-Country", kBuilt);
  w.country("47.240.0.0/16", "HK", "CN");
  settings_.geo_country = {{file("c.mmdb", w), {}}};
  EXPECT_EQ(open()->look_up(ip("47.240.0.1"), kBuilt).countries[0].country, "HK");
}

TEST_F(GeoTest, TakesNoAnswerAndCodesThatAreNoCountryForUnknown) {
  settings_.geo_country = {{file("c.mmdb", countries()), {}}};
  const auto geo = open();
  EXPECT_EQ(geo->look_up(ip("1.2.3.4"), kBuilt).countries[0].country, "");
  EXPECT_EQ(geo->look_up(ip("9.9.9.9"), kBuilt).countries[0].country, "");
}

TEST_F(GeoTest, UnmapsEmbeddedIpv4First) {
  settings_.geo_country = {{file("c.mmdb", countries()), {}}};
  const auto geo = open();
  for (const char* a : {"::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1",
                        "2001:0:4136:e378:8000:63bf:f7f7:f7f7"})
    EXPECT_EQ(geo->look_up(ip(a), kBuilt).countries[0].country, "US") << a;
}

TEST_F(GeoTest, CallsAnAnswerStalePastMaxAge) {
  settings_.geo_country = {{file("c.mmdb", countries()), {}}};
  const auto geo = open();
  EXPECT_FALSE(geo->look_up(ip("8.8.8.8"), kBuilt + 30 * kDay).countries[0].stale);
  EXPECT_TRUE(geo->look_up(ip("8.8.8.8"), kBuilt + 30 * kDay + 1).countries[0].stale);
}

TEST_F(GeoTest, KeepsOneAnswerADatabase) {
  MmdbWriter second("Other-Country", kBuilt - 5 * kDay);
  second.country("8.8.8.0/24", "CN");
  settings_.geo_country = {{file("a.mmdb", countries()), {}}, {file("b.mmdb", second), {}}};
  const AddressFacts facts = open()->look_up(ip("8.8.8.8"), kBuilt);
  ASSERT_EQ(facts.countries.size(), 2u);
  EXPECT_EQ(facts.countries[0].country, "US");
  EXPECT_EQ(facts.countries[1].country, "CN");
}

TEST_F(GeoTest, LetsNetworksStatedByHandBeatTheDatabase) {
  settings_.geo_country = {{file("c.mmdb", countries()), {}}};
  settings_.geo_networks = {{*IpNetwork::parse("8.8.0.0/16"), "DE"},
                            {*IpNetwork::parse("8.8.8.0/24"), "FR"}};
  networks_.edges = {{"Edge", "Edge, Inc.", "US", {*IpNetwork::parse("8.8.8.0/24")}, {}}};
  const AddressFacts facts = open()->look_up(ip("8.8.8.8"), kBuilt + 300 * kDay);
  ASSERT_EQ(facts.countries.size(), 1u);
  EXPECT_EQ(facts.countries[0].country, "FR");
  EXPECT_EQ(facts.countries[0].source, "geo.networks");
  EXPECT_FALSE(facts.countries[0].stale);
  EXPECT_EQ(facts.edge, "");
}

TEST_F(GeoTest, KnowsEdgesByPrefixAndByNumber) {
  MmdbWriter asn("Test-ASN", kBuilt);
  asn.asn("104.16.0.0/13", 13335);
  settings_.geo_asn = {file("asn.mmdb", asn), {}};
  networks_.edges = {{"Cloudflare", "Cloudflare, Inc.", "US", {}, {13335}},
                     {"Fastly", "Fastly, Inc.", "US", {*IpNetwork::parse("151.101.0.0/16")}, {}}};
  const auto geo = open();
  ASSERT_TRUE(geo);
  EXPECT_EQ(geo->look_up(ip("104.18.32.47"), kBuilt).edge, "Cloudflare");
  EXPECT_EQ(geo->look_up(ip("151.101.1.6"), kBuilt).edge, "Fastly");
  EXPECT_EQ(geo->look_up(ip("151.101.1.6"), kBuilt).network_country, "US");
  EXPECT_EQ(geo->look_up(ip("1.2.3.4"), kBuilt).edge, "");
}

TEST_F(GeoTest, TakesTheOwnersSeatFromTheListOfNumbers) {
  MmdbWriter asn("Test-ASN", kBuilt);
  asn.asn("43.153.0.0/16", 132203);
  settings_.geo_asn = {file("asn.mmdb", asn), {}};
  networks_.asn_country = {{132203, "CN"}};
  networks_.edges = {{"EdgeOne", "Tencent", "SG", {}, {132203}}};
  const AddressFacts facts = open()->look_up(ip("43.153.128.1"), kBuilt);
  EXPECT_EQ(facts.network_country, "CN") << "the list of numbers beats the seat of the edge";
  EXPECT_EQ(facts.network_source, "networks:AS132203");
  EXPECT_EQ(facts.edge, "EdgeOne");
}

TEST_F(GeoTest, RefusesADatabaseThatCannotBeRead) {
  const std::string path = (folder_ / "bad.mmdb").string();
  std::ofstream(path) << "this is no database";
  settings_.path = "gateway.yaml";
  settings_.geo_country = {{path, {7, 12}}, {(folder_ / "absent.mmdb").string(), {8, 12}}};
  EXPECT_FALSE(open());
  ASSERT_EQ(problems_.size(), 2u);
  EXPECT_EQ(problems_[0].at.line, 7);
  EXPECT_EQ(problems_[1].at.line, 8);
}

TEST_F(GeoTest, RefusesADatabaseOfNetworksWhereCountriesAreWanted) {
  MmdbWriter asn("GeoLite2-ASN", kBuilt);
  asn.asn("8.8.8.0/24", 15169);
  settings_.geo_country = {{file("asn.mmdb", asn), {}}};
  EXPECT_FALSE(open());
}

TEST_F(GeoTest, SurvivesAFileThatIsOverwrittenInPlace) {
  const std::string path = file("c.mmdb", countries());
  settings_.geo_country = {{path, {}}};
  const auto geo = open();
  std::ofstream(path, std::ios::trunc) << "";
  EXPECT_EQ(geo->look_up(ip("8.8.8.8"), kBuilt).countries[0].country, "US");
}

TEST_F(GeoTest, SurvivesATruncatedDatabase) {
  const std::string whole = countries().bytes();
  for (std::size_t size = 0; size < whole.size(); size += 7) {
    const std::string path = (folder_ / "cut.mmdb").string();
    std::ofstream(path, std::ios::binary | std::ios::trunc)
        .write(whole.data(), static_cast<std::streamsize>(size));
    settings_.geo_country = {{path, {}}};
    EXPECT_FALSE(open()) << size;
  }
}

TEST_F(GeoTest, WarnsOfAbsentAndAgedDatabases) {
  EXPECT_EQ(open()->warnings(kBuilt).size(), 1u);
  settings_.geo_country = {{file("c.mmdb", countries()), {}}};
  const auto geo = open();
  EXPECT_TRUE(geo->warnings(kBuilt + 14 * kDay).empty());
  ASSERT_EQ(geo->warnings(kBuilt + 15 * kDay).size(), 1u);
  EXPECT_NE(geo->warnings(kBuilt + 15 * kDay)[0].find("15 days old"), std::string::npos);
  EXPECT_NE(geo->warnings(kBuilt + 31 * kDay)[0].find("max_age"), std::string::npos);
}

TEST_F(GeoTest, KnowsWhoGivesNamesToOthersServices) {
  networks_ = config::load_networks(SEKISHO_SOURCE_DIR "/config/networks.yaml", problems_);
  EXPECT_TRUE(problems_.empty());
  const auto geo = open();
  EXPECT_EQ(geo->country_of_name("x.volcgslb.com"), "CN");
  EXPECT_EQ(geo->country_of_name("a.b.c.huaweicloudwaf.com"), "CN");
  for (const char* other : {"volcgslb.com", "xvolcgslb.com", "x.volcgslb.com.example.net", ""})
    EXPECT_EQ(geo->country_of_name(other), "") << other;
}

}  // namespace
}  // namespace sekisho::policy
