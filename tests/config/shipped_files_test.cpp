#include <algorithm>
#include <cstdlib>
#include <set>

#include "config/catalogue.h"
#include "config/gateway_file.h"
#include "config/policy_file.h"
#include "tests/config/testing.h"

namespace sekisho::config {
namespace {

const std::string kFolder = SEKISHO_SOURCE_DIR "/config/";

TEST(ShippedFiles, PolicyLoadsWithoutProblems) {
  Problems problems;
  const PolicyFile p = load_policy(kFolder + "policy.yaml", problems);
  EXPECT_TRUE(problems.empty()) << listed(problems);
  EXPECT_GT(p.tests.size(), 15u);
}

TEST(ShippedFiles, GatewayExampleLoadsWithoutProblemsAndStaysAtHome) {
  Problems problems;
  const GatewayFile g = load_gateway(kFolder + "gateway.yaml", problems);
  EXPECT_TRUE(problems.empty()) << listed(problems);
  const IpNetwork loopback = *IpNetwork::parse("127.0.0.0/8");
  for (const ListenAddress& l : g.listen) EXPECT_TRUE(loopback.contains(l.ip));
}

TEST(ShippedFiles, CatalogueLoadsWithoutProblems) {
  Problems problems;
  const Catalogue c = load_catalogue(kFolder + "providers.yaml", "", problems);
  EXPECT_TRUE(problems.empty()) << listed(problems);
  EXPECT_EQ(c.providers.size(), 250u);
  const auto from_china = [](const Provider& p) {
    return p.operator_country == "CN" || p.parent_country == "CN";
  };
  EXPECT_EQ(std::count_if(c.providers.begin(), c.providers.end(), from_china), 75);
  EXPECT_TRUE(c.find("openai-api"));
  EXPECT_EQ(c.find("deepseek-chat")->operator_country, "CN");
  EXPECT_EQ(c.find("aws-bedrock")->facts.at("storage_countries").items[0], "customer_selected");
}

TEST(ShippedFiles, RoutersNameServicesOfTheCatalogue) {
  Problems problems;
  const Catalogue c = load_catalogue(kFolder + "providers.yaml", "", problems);
  for (const auto* names :
       {&c.openrouter_providers, &c.huggingface_router_providers, &c.vercel_gateway_providers})
    for (const auto& [name, id] : *names) EXPECT_TRUE(c.find(id)) << name;
}

TEST(ShippedFiles, EndpointRegionsNameTablesAndGroupsThatExist) {
  Problems problems;
  const Catalogue c = load_catalogue(kFolder + "providers.yaml", "", problems);
  const CloudRegions r = load_cloud_regions(kFolder + "cloud-regions.yaml", problems);
  EXPECT_TRUE(problems.empty()) << listed(problems);
  for (const Provider& p : c.providers)
    for (const EndpointRegion& e : p.endpoint_region) {
      EXPECT_TRUE(e.table.empty() || r.tables.count(e.table)) << p.id;
      EXPECT_TRUE(e.group.empty() || r.groups.count(e.group)) << p.id;
    }
}

TEST(ShippedFiles, HarmlessLookingRegionsOfHongKongAreKnown) {
  Problems problems;
  const CloudRegions r = load_cloud_regions(kFolder + "cloud-regions.yaml", problems);
  const std::vector<std::string> hong_kong{"HK"};
  EXPECT_EQ(r.tables.at("azure").at("eastasia"), hong_kong);
  EXPECT_EQ(r.tables.at("aws").at("ap-east-1"), hong_kong);
  EXPECT_EQ(r.tables.at("gcp").at("asia-east2"), hong_kong);
  EXPECT_EQ(r.tables.at("aws").at("ap-east-2"), std::vector<std::string>{"TW"});
  EXPECT_EQ(r.tables.at("gcp").at("global"), std::vector<std::string>{"*"});
  EXPECT_EQ(r.groups.at("EU").size(), 27u);
}

TEST(ShippedFiles, PolicyNamesServicesOfTheCatalogue) {
  Problems problems;
  const Catalogue c = load_catalogue(kFolder + "providers.yaml", "", problems);
  const PolicyFile p = load_policy(kFolder + "policy.yaml", problems);
  for (const DestinationDef& d : p.destinations)
    for (const MarkedText& id : d.providers) EXPECT_TRUE(c.find(id.value)) << id.value;
  for (const Alternative& a : p.alternatives) {
    EXPECT_TRUE(c.find(a.provider)) << a.provider;
    EXPECT_TRUE(c.find(a.use.value)) << a.use.value;
  }
}

TEST(ShippedFiles, NetworksTellEdgesFromPlaces) {
  Problems problems;
  const Networks n = load_networks(kFolder + "networks.yaml", problems);
  EXPECT_TRUE(problems.empty()) << listed(problems);
  const auto edge_of = [&](const char* text) -> std::string {
    const IpAddress a = *IpAddress::parse(text);
    for (const EdgeNetwork& e : n.edges)
      for (const IpNetwork& network : e.networks)
        if (network.contains(a)) return e.name;
    return "";
  };
  EXPECT_EQ(edge_of("104.18.32.47"), "Cloudflare");
  EXPECT_EQ(edge_of("2606:4700:4400::1"), "Cloudflare");
  EXPECT_EQ(edge_of("151.101.1.6"), "Fastly");
  EXPECT_EQ(edge_of("18.64.0.1"), "Amazon CloudFront");
  EXPECT_EQ(edge_of("142.250.196.106"), "Google front ends");
  EXPECT_EQ(edge_of("47.240.0.1"), "");
  EXPECT_EQ(edge_of("54.64.0.1"), "") << "EC2 in Tokyo has a place";
  EXPECT_EQ(n.asn_country.at(45102), "CN");
  EXPECT_EQ(n.asn_country.at(132203), "CN");
  EXPECT_FALSE(n.asn_country.count(13335));
}

TEST(ShippedFiles, AreFoundWhereTheEnvironmentSays) {
  setenv("SEKISHO_SHARE", "/somewhere/else", 1);
  EXPECT_EQ(shipped_directory(), "/somewhere/else");
  unsetenv("SEKISHO_SHARE");
  EXPECT_TRUE(std::filesystem::exists(shipped_directory() + "/providers.yaml"));
}

}  // namespace
}  // namespace sekisho::config
