// `sub_providers: allowed`: to whom a service that forwards may hand a request is what the policy
// makes of the catalogue, not a list that somebody has to keep.

#include <nlohmann/json.hpp>

#include "tests/policy/request_fixture.h"

namespace sekisho::tests {
namespace {

using nlohmann::json;
using policy::Evaluation;

const std::string kOpenRouter = "/api/v1/chat/completions";
const std::string kVercel = "/v1/chat/completions";

std::string policy_of(const std::string& require = "", const std::string& more = "",
                      const std::string& allow = "[JP, US, EU, CA, GB]") {
  return "version: 1\ndetectors: { packs: [personal] }\n"
         "regions: { allow: " +
         allow +
         ", deny: [CN, HK, MO], evidence: { operator: required } }\n"
         "destinations:\n  - { id: p, providers: [openrouter, vercel-gateway, huggingface]" +
         require +
         " }\n"
         "enforce:\n  - { id: pin, providers: [openrouter, vercel-gateway], sub_providers: allowed"
         " }\n" +
         more;
}

Evaluation ask(const policy::Snapshot& s, const std::string& body,
               const std::string& path = kOpenRouter, const std::string& host = "openrouter.ai") {
  return evaluate(s, question(host, path, body));
}

std::vector<std::string> list_at(const Evaluation& e, const std::string& pointer) {
  const json body = json::parse(sent_body(e));
  const json::json_pointer at(pointer);
  return body.contains(at) ? body[at].get<std::vector<std::string>>() : std::vector<std::string>{};
}

bool holds(const std::vector<std::string>& list, const std::string& name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

TEST(AllowedSubProviders, AreThoseOfTheCatalogueWhomRegionsLetAnswer) {
  const auto s = compile(policy_of());
  const Evaluation e = ask(*s, R"({"model":"deepseek/deepseek-r1"})");
  EXPECT_EQ(verdict_text(e.verdict), "allow");
  const auto only = list_at(e, "/provider/only");
  for (const char* name : {"Together", "Amazon Bedrock", "Azure", "Mistral"})
    EXPECT_TRUE(holds(only, name)) << name;
  const config::Catalogue& c = shipped_catalogue();
  for (const std::string& name : only) {
    const config::Provider* p = c.find(c.openrouter_providers.at(name));
    EXPECT_TRUE(p->operator_country != "CN" && p->parent_country != "CN") << name;
    EXPECT_NE(p->operator_country, "unknown") << name;
  }
  ASSERT_EQ(e.verdict.enforced.size(), 1u);
  EXPECT_EQ(e.verdict.enforced[0].set[0].where, "body:/provider/only");
  // Another policy, another list, with nobody's hand in between.
  const auto japan = compile(policy_of("", "", "[JP, US]"));
  EXPECT_FALSE(holds(list_at(ask(*japan, R"({"model":"x/y"})"), "/provider/only"), "Mistral"));
}

TEST(AllowedSubProviders, AreFewerWhereTheEntryRequiresTerms) {
  const auto s = compile(policy_of(", require: { trains_on_inputs: [\"no\", opt_out, opt_in] }"));
  const Evaluation e =
      ask(*s, R"({"model":"x/y","provider":{"data_collection":"deny","sort":"price"}})");
  EXPECT_EQ(verdict_text(e.verdict), "allow");
  const auto only = list_at(e, "/provider/only");
  EXPECT_FALSE(only.empty());
  const config::Catalogue& c = shipped_catalogue();
  for (const std::string& name : only) {
    const auto& facts = c.find(c.openrouter_providers.at(name))->facts;
    const std::string trains = facts.at("trains_on_inputs").items.at(0);
    EXPECT_TRUE(trains == "no" || trains == "opt_out" || trains == "opt_in") << name;
  }
  EXPECT_LT(only.size(),
            list_at(ask(*compile(policy_of()), R"({"model":"x/y"})"), "/provider/only").size());
}

// A client's own choice is kept as far as policy allows it.
TEST(AllowedSubProviders, LeaveTheClientItsChoiceAmongThem) {
  const auto s = compile(policy_of());
  const auto sent = [&](const std::string& provider) {
    return json::parse(sent_body(ask(*s, R"({"model":"x/y","provider":)" + provider + "}")))
        .at("provider")
        .dump();
  };
  EXPECT_EQ(sent(R"({"only":["together"]})"), R"({"only":["together"]})");
  EXPECT_EQ(sent(R"({"only":["deepseek","google-vertex/us","Z.AI"]})"),
            R"({"only":["google-vertex/us"]})");
  EXPECT_EQ(sent(R"({"only":["Together"],"order":["DeepSeek","Together"]})"),
            R"({"only":["Together"],"order":["Together"]})");
  EXPECT_EQ(sent(R"({"only":["Together"],"order":["DeepSeek"]})"),
            R"({"only":["Together"],"order":["Together"]})");
}

TEST(AllowedSubProviders, RefuseByNameWhoeverAsksForOthersAlone) {
  const auto s = compile(policy_of());
  const Evaluation e = ask(*s, R"({"model":"x/y","provider":{"only":["deepseek"]}})");
  EXPECT_EQ(verdict_text(e.verdict), "block region regions");
  bool told = false;
  for (const auto& piece : e.admission.evidence)
    told = told || piece.source.find("body:/provider/only/0") == 0;
  EXPECT_TRUE(told);
  // What two parsers read differently is not written over.
  EXPECT_EQ(verdict_text(
                ask(*s, R"({"model":"x/y","provider":{"only":["Together"],"only":[]}})").verdict),
            "block region regions");
  // Neither is what no list can hold: a preset of the account, the search that others run.
  EXPECT_EQ(verdict_text(ask(*s, R"({"model":"@preset/x"})").verdict), "block region regions");
  EXPECT_EQ(verdict_text(ask(*s, "[1]").verdict), "block region regions");
}

TEST(AllowedSubProviders, AreWrittenForVercelToo) {
  const auto s = compile(policy_of());
  const Evaluation e =
      ask(*s, R"({"model":"deepseek/deepseek-v3"})", kVercel, "ai-gateway.vercel.sh");
  EXPECT_EQ(verdict_text(e.verdict), "allow");
  const auto only = list_at(e, "/providerOptions/gateway/only");
  EXPECT_TRUE(holds(only, "bedrock") && holds(only, "togetherai"));
  EXPECT_FALSE(holds(only, "deepseek") || holds(only, "alibaba") || holds(only, "novita"));
}

// Hugging Face, Cloudflare and the others take one name, in a place where it chooses the machine.
TEST(AllowedSubProviders, AreAnErrorWhereTheServiceTakesNoList) {
  const std::string told = problems_of(
      policy_of("", "  - { id: hf, providers: [huggingface], sub_providers: allowed }\n"));
  EXPECT_NE(told.find("'huggingface' takes no list of those who may answer"), std::string::npos)
      << told;
  const std::string twice = problems_of(policy_of(
      "", "  - { id: hand, providers: [openrouter], body: { provider.only: [Together] } }\n"));
  EXPECT_NE(twice.find("'/provider/only' differently"), std::string::npos) << twice;
  const auto s = compile(policy_of());
  EXPECT_EQ(
      verdict_text(
          ask(*s, R"({"model":"x/y"})", "/v1/chat/completions", "router.huggingface.co").verdict),
      "block region regions");
}

TEST(AllowedSubProviders, OfNobodyRefuseTheRequest) {
  const auto s = compile(policy_of(", require: { certifications: [iso27018, fedramp, ismap] }"));
  const Evaluation e = ask(*s, R"({"model":"x/y"})");
  EXPECT_EQ(e.verdict.action, policy::Action::kBlock);
  EXPECT_EQ(sent_body(e), R"({"model":"x/y"})");
}

TEST(AllowedSubProviders, OfObservedRulesAreNotWritten) {
  std::string text = policy_of();
  text.replace(text.find("sub_providers:"), 0, "mode: observe, ");
  const Evaluation e = ask(*compile(text), R"({"model":"x/y"})");
  EXPECT_EQ(verdict_text(e.verdict), "block region regions");
}

}  // namespace
}  // namespace sekisho::tests
