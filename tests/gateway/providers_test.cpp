#include "gateway/commands/providers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "gateway/commands/catalogue_changes.h"
#include "gateway/commands/providers_update.h"

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
  const json j = json::parse(show_provider_json(shipped(), *p));
  EXPECT_EQ(j["operator_country"], "CN");
  EXPECT_EQ(j["facts"]["storage_countries"], json::array({"CN"}));
  EXPECT_EQ(j["facts"]["trains_on_inputs"], json::array({"yes"}));
  const std::string text = show_provider_text(shipped(), *p, 1'795'575'600);
  EXPECT_NE(text.find("api.deepseek.com"), std::string::npos);
  EXPECT_NE(text.find("side hosts: docs"), std::string::npos);
}

TEST(Providers, ShowKeepsCertificationsAndEndpointsApart) {
  const config::Provider* p = shipped().find("aws-bedrock");
  ASSERT_TRUE(p);
  const json j = json::parse(show_provider_json(shipped(), *p));
  EXPECT_EQ(j["facts"]["certifications"]["ismap"], "yes");
  EXPECT_EQ(j["endpoint_region"].size(), p->endpoint_region.size());
  EXPECT_EQ(j["endpoint_region"][1]["values"]["jp"], "BEDROCK_JP");
}

constexpr std::int64_t kNow = 1'795'575'600;  // 2026-11-25

class UpdatedCatalogue : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) /
              testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::create_directories(folder_);
    write("gateway.yaml",
          "version: 1\nlisten: [{ address: \"127.0.0.1:0\" }]\n"
          "catalogue: { providers: providers.yaml }\n");
    write("policy.yaml",
          "version: 1\ndestinations:\n  - { id: a, providers: [one] }\n"
          "tests:\n  - { name: one, given: { to: one.example }, expect: { verdict: allow } }\n");
    write("providers.yaml", catalogue("2026-11-01", "one", "one.example"));
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  static std::string catalogue(const std::string& as_of, const std::string& id,
                               const std::string& host) {
    return "version: 1\nas_of: " + as_of + "\nproviders:\n  - { id: " + id + ", hosts: [" + host +
           "], operator_country: US }\n";
  }
  void write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
  }
  std::string read(const std::string& name) {
    std::ifstream in(folder_ / name);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
  }
  int update(bool force = false, bool dry_run = false) {
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int code = update_catalogue({(folder_ / "new.yaml").string(),
                                       (folder_ / "gateway.yaml").string(), force, dry_run, true},
                                      kNow);
    said_ = testing::internal::GetCapturedStdout();
    errors_ = testing::internal::GetCapturedStderr();
    return code;
  }

  std::filesystem::path folder_;
  std::string said_, errors_;
};

TEST_F(UpdatedCatalogue, IsPutInPlaceAndTheOldOneKept) {
  const std::string old = read("providers.yaml");
  const std::string fresh = catalogue("2026-11-20", "one", "one.example, new.one.example");
  write("new.yaml", fresh);
  EXPECT_EQ(update(false, true), 0) << errors_;
  EXPECT_EQ(read("providers.yaml"), old);  // a dry run
  EXPECT_EQ(update(), 0) << errors_;
  EXPECT_EQ(read("providers.yaml"), fresh);
  EXPECT_EQ(read("providers.yaml.previous"), old);
  const json j = json::parse(said_);
  EXPECT_EQ(j["changed"][0]["id"], "one");
  EXPECT_EQ(j["changed"][0]["facts"][0]["key"], "hosts");
  EXPECT_EQ(j["new"]["as_of"], "2026-11-20");
}

TEST_F(UpdatedCatalogue, IsRefusedWithProblemsOrWhenItIsOlder) {
  const std::string old = read("providers.yaml");
  write("new.yaml", "version: 1\nas_of: 2026-11-20\nproviders:\n  - { id: one, host: [x] }\n");
  EXPECT_EQ(update(true), 1);  // no force lets this in
  EXPECT_NE(errors_.find("new.yaml:4"), std::string::npos) << errors_;
  write("new.yaml", catalogue("2026-10-01", "one", "one.example"));
  EXPECT_EQ(update(), 1);
  EXPECT_NE(errors_.find("older"), std::string::npos) << errors_;
  EXPECT_EQ(read("providers.yaml"), old);
  EXPECT_EQ(update(true), 0) << errors_;
}

TEST_F(UpdatedCatalogue, IsRefusedWhenThePolicyWouldNotHold) {
  const std::string old = read("providers.yaml");
  write("new.yaml", catalogue("2026-11-20", "two", "one.example"));  // the policy names `one`
  EXPECT_EQ(update(), 1);
  EXPECT_NE(errors_.find("unknown service 'one'"), std::string::npos) << errors_;
  write("new.yaml", catalogue("2026-11-20", "one", "other.example"));  // its test asks one.example
  EXPECT_EQ(update(), 1);
  EXPECT_NE(errors_.find("fails"), std::string::npos) << errors_;
  EXPECT_EQ(read("providers.yaml"), old);
}

TEST_F(UpdatedCatalogue, NeedsACatalogueOfItsOwn) {
  write("gateway.yaml", "version: 1\nlisten: [{ address: \"127.0.0.1:0\" }]\n");
  write("new.yaml", catalogue("2026-11-20", "one", "one.example"));
  EXPECT_EQ(update(), 2);
  EXPECT_NE(errors_.find("catalogue: { providers:"), std::string::npos) << errors_;
}

TEST(CatalogueChanges, SayWhatWasAddedRemovedAndChanged) {
  config::Catalogue older = shipped(), newer = shipped();
  EXPECT_TRUE(changes_between(older, newer).empty());
  newer.providers.erase(newer.providers.begin());
  newer.providers.back().operator_country = "CN";
  newer.providers.emplace_back();
  newer.providers.back().id = "fresh";
  newer.openrouter_providers["Fresh"] = "fresh";
  const CatalogueChanges c = changes_between(older, newer);
  ASSERT_EQ(c.added.size() + c.removed.size() + c.changed.size(), 3u);
  EXPECT_EQ(c.added[0].id, "fresh");
  EXPECT_EQ(c.removed[0].id, shipped().providers.front().id);
  EXPECT_EQ(c.changed[0].facts[0].key, "operator_country");
  EXPECT_EQ(c.changed[0].facts[0].to, "CN");
  EXPECT_EQ(c.others[0].key, "openrouter_providers.Fresh");
  EXPECT_NE(changes_text(c, false).find("1 added, 1 removed, 1 changed"), std::string::npos);
}

}  // namespace
}  // namespace sekisho::gateway
