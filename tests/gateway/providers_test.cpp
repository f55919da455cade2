#include "gateway/commands/providers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace sekisho::gateway {
namespace {

using nlohmann::json;

const config::Catalogue& shipped() {
  static const config::Catalogue kCatalogue = [] {
    config::Problems problems;
    auto c = config::load_catalogue(SEKISHO_SOURCE_DIR "/config/providers.yaml", "", problems);
    EXPECT_TRUE(problems.empty());
    return c;
  }();
  return kCatalogue;
}

TEST(Providers, ListHoldsEveryServiceOnce) {
  const std::string text = list_providers_text(shipped());
  const auto lines = std::count(text.begin(), text.end(), '\n');
  EXPECT_EQ(static_cast<std::size_t>(lines), shipped().providers.size() + 1);
  const json j = json::parse(list_providers_json(shipped()));
  EXPECT_EQ(j["v"], 1);
  EXPECT_EQ(j["providers"].size(), shipped().providers.size());
  for (std::size_t i = 1; i < j["providers"].size(); ++i)
    EXPECT_LT(j["providers"][i - 1]["id"], j["providers"][i]["id"]);
}

TEST(Providers, ShowTellsWhereAServiceSitsAndWhatItDoes) {
  const config::Provider* p = shipped().find("deepseek-api");
  ASSERT_TRUE(p);
  const json j = json::parse(show_provider_json(*p));
  EXPECT_EQ(j["operator_country"], "CN");
  EXPECT_EQ(j["facts"]["storage_countries"], json::array({"CN"}));
  EXPECT_EQ(j["facts"]["trains_on_inputs"], json::array({"yes"}));
  const std::string text = show_provider_text(*p);
  EXPECT_NE(text.find("api.deepseek.com"), std::string::npos);
  EXPECT_NE(text.find("side hosts: docs"), std::string::npos);
}

TEST(Providers, ShowKeepsCertificationsAndEndpointsApart) {
  const config::Provider* p = shipped().find("aws-bedrock");
  ASSERT_TRUE(p);
  const json j = json::parse(show_provider_json(*p));
  EXPECT_EQ(j["facts"]["certifications"]["ismap"], "yes");
  EXPECT_EQ(j["endpoint_region"].size(), p->endpoint_region.size());
  EXPECT_EQ(j["endpoint_region"][1]["values"]["jp"], "BEDROCK_JP");
}

}  // namespace
}  // namespace sekisho::gateway
