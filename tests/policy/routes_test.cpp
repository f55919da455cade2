// What runs there: models, sub-providers and addresses that a request names beside its own host.

#include <gtest/gtest.h>

#include "policy/second_destinations.h"
#include "tests/policy/snapshot_fixture.h"

namespace sekisho::tests {
namespace {

using policy::to_word;

std::string policy_text(const std::string& destinations, const std::string& more = "",
                        const std::string& setting = "required") {
  return "version: 1\nname: test\nregions:\n  allow: [JP, US, EU, CA, GB]\n  deny: [CN, HK, MO]\n"
         "  evidence: { operator: " +
         setting + ", network: ignore, address: ignore }\n" + more + "destinations:\n" +
         destinations;
}

std::string admits(const std::string& ids) {
  return "  - { id: p, providers: [" + ids + "] }\n";
}

Ask call(const std::string& host, const std::string& path, const std::string& body = "") {
  Ask ask{host};
  ask.path = path;
  ask.body = body;
  return ask;
}

// Everything that tells why, in one text.
std::string told(const policy::Admission& a) {
  std::string out;
  for (const auto& e : a.evidence)
    out += std::string(to_word(e.kind)) + " " + e.value + " " + std::string(to_word(e.result)) +
           " (" + e.source + ")\n";
  for (const auto& r : a.rules) out += r.id + " " + std::string(r.action) + ": " + r.why + "\n";
  return out;
}

struct Row {
  const char* host;
  const char* path;
  const char* body;
  const char* expect;  // of outcome()
  const char* says;    // a piece of evidence or a rule
};

void check(const policy::Snapshot& s, const std::vector<Row>& rows) {
  for (const Row& r : rows) {
    const Ask ask = call(r.host, r.path, r.body);
    const std::string why = told(admit(s, ask));
    EXPECT_EQ(outcome(s, ask), r.expect) << r.host << r.path << " " << r.body << "\n" << why;
    EXPECT_NE(why.find(r.says), std::string::npos) << r.says << " is not in\n" << why;
  }
}

constexpr const char* kBlock = "block region regions";
constexpr const char* kChat = "/api/v1/chat/completions";

TEST(OpenRouter, PassesOnlyToPinnedProvidersWhoseFactsPass) {
  const auto s = compile(policy_text(admits("openrouter")));
  check(
      *s,
      {
          {"openrouter.ai", kChat, R"({"model":"deepseek/deepseek-r1"})", kBlock,
           "operator CN denied (body:/provider/only catalogue:"},
          {"openrouter.ai", kChat, R"({"model":"openai/gpt-4o"})", kBlock,
           "operator unknown unknown"},
          {"openrouter.ai", kChat,
           R"({"model":"deepseek/deepseek-r1","provider":{"only":["Together"]}})", "allow p",
           "operator US ok (body:/provider/only/0 catalogue:together)"},
          {"openrouter.ai", kChat, R"({"model":"x/y","provider":{"only":["together","deepseek"]}})",
           kBlock, "operator CN denied (body:/provider/only/1 catalogue:deepseek-api)"},
          {"openrouter.ai", kChat, R"({"model":"x/y","provider":{"only":["z-ai"]}})", kBlock,
           "parent CN denied (body:/provider/only/0 catalogue:zai)"},
          {"openrouter.ai", kChat, R"({"model":"x/y","provider":{"only":["moonshotai"]}})", kBlock,
           "parent CN denied"},
          {"openrouter.ai", kChat,
           R"({"model":"x/y","provider":{"only":["amazon-bedrock/us-east-1"]}})", "allow p",
           "catalogue:aws-bedrock"},
          {"openrouter.ai", kChat, R"({"model":"x/y","provider":{"only":["google-vertex"]}})",
           "allow p", "catalogue:google-vertex"},
          {"openrouter.ai", kChat, R"({"model":"x/y","provider":{"only":["whoever"]}})", kBlock,
           "operator unknown unknown (body:/provider/only/0)"},
          {"openrouter.ai", kChat, R"({"model":"x/y","provider":{"only":[]}})", kBlock,
           "for want of"},
          {"openrouter.ai", kChat, R"({"model":"x/y","provider":{"only":["Together"],"only":[]}})",
           kBlock, "for want of body:/provider/only"},
          {"openrouter.ai", kChat,
           R"({"provider":{"only":["Together"]},"model":"x/y","provider":{}})", kBlock,
           "for want of"},
          {"openrouter.ai", kChat, R"({"model":"x/y","provider":{"order":["Together"]}})", kBlock,
           "for want of"},
          {"openrouter.ai", kChat,
           R"({"model":"x/y","provider":{"order":["Together"],"allow_fallbacks":false}})",
           "allow p", "body:/provider/order/0 catalogue:together"},
          {"openrouter.ai", kChat,
           R"({"model":"x/y","provider":{"order":["DeepSeek"],"allow_fallbacks":false}})", kBlock,
           "body:/provider/order/0 catalogue:deepseek-api"},
          {"openrouter.ai", kChat,
           R"({"model":"x/y","provider":{"order":["Together"],"allow_fallbacks":true}})", kBlock,
           "for want of"},
          {"openrouter.ai", kChat, R"({"model":"x/y","provider":{"ignore":["DeepSeek"]}})", kBlock,
           "for want of"},
          {"openrouter.ai", kChat, R"({"model":"@preset/x","provider":{"only":["Together"]}})",
           kBlock, "for want of"},
          {"openrouter.ai", kChat,
           R"({"model":"openrouter/auto","provider":{"only":["Together"]}})", "allow p",
           "catalogue:together"},
          {"openrouter.ai", kChat,
           R"({"\u006dodel":"x/y","provid\u0065r":{"only":["T\u006fgether"]}})", "allow p",
           "catalogue:together"},
          {"openrouter.ai", kChat, R"({"model":"x/y","provider":{"only":["Together"]})", kBlock,
           "for want of"},
          {"openrouter.ai", "/api/v1/messages", R"({"model":"x/y"})", kBlock, "for want of"},
      });
  // Nothing is known before the body, and a list of models leads nowhere.
  EXPECT_EQ(outcome(*s, {"openrouter.ai"}), "allow p");
  EXPECT_EQ(outcome(*s, call("openrouter.ai", "/api/v1/models")), "allow p");
}

TEST(OpenRouter, IgnoringEveryDeniedProviderIsEnoughWhereTheOperatorNeedNotBeKnown) {
  const auto s = compile(
      "version: 1\nname: t\nregions: { allow: [JP, US], deny: [CN, HK, MO],"
      " evidence: { operator: ignore, parent: ignore, storage: ignore, processing: ignore } }\n"
      "destinations:\n" +
      admits("openrouter"));
  const char* kIgnore =
      R"({"model":"x/y","provider":{"ignore":["DeepSeek","Alibaba","Baidu","BytePlus","Seed",)"
      R"("Minimax","Moonshot AI","Nex AGI","SiliconFlow","StepFun","StreamLake","Tencent",)"
      R"("Xiaomi","Z.AI","Novita"]}})";
  check(*s, {{"openrouter.ai", kChat, kIgnore, "allow p", "operator unknown ignored"},
             {"openrouter.ai", kChat, R"({"model":"x/y","provider":{"ignore":["DeepSeek"]}})",
              kBlock, "denied (body:/provider/only catalogue:"}});
}

TEST(OpenRouter, TermsOfWhoeverAnswersCount) {
  const auto s =
      compile(policy_text("  - { id: p, providers: [openrouter], require: { trains_on_inputs: "
                          "[\"no\", opt_out] } }\n"));
  check(*s, {
                {"openrouter.ai", kChat, R"({"model":"x/y","provider":{"only":["Azure"]}})",
                 "allow p", "catalogue:azure-openai"},
                {"openrouter.ai", kChat, R"({"model":"x/y:free","provider":{"only":["Azure"]}})",
                 "block terms p", "body:/model lets the request go to those who train"},
                {"openrouter.ai", kChat,
                 R"({"model":"x/y:free","provider":{"only":["Azure"],"data_collection":"deny"}})",
                 "allow p", "catalogue:azure-openai"},
                {"openrouter.ai", kChat,
                 R"({"model":"x/y:free","provider":{"only":["Azure"],"zdr":true}})", "allow p",
                 "catalogue:azure-openai"},
                {"openrouter.ai", kChat, R"({"model":"x/y","provider":{"only":["Parasail"]}})",
                 "block terms p", "parasail"},
            });
}

TEST(OpenRouter, SearchAndParsersAreOthersToo) {
  const auto s =
      compile(policy_text(admits("openrouter")),
              "version: 1\nas_of: 2026-11-24\nproviders:\n  - { id: exa, operator_country: SG }\n");
  const std::string pinned = R"(,"provider":{"only":["Together"]}})";
  check(*s, {
                {"openrouter.ai", kChat, (R"({"model":"x/y:online")" + pinned).c_str(), kBlock,
                 "operator SG not_allowed (body:/model overlay:exa)"},
                {"openrouter.ai", kChat,
                 (R"({"model":"x/y","plugins":[{"id":"web"}])" + pinned).c_str(), kBlock,
                 "body:/plugins/0/id overlay:exa"},
                {"openrouter.ai", kChat,
                 (R"({"model":"x/y","plugins":[{"id":"web","engine":"native"}])" + pinned).c_str(),
                 "allow p", "catalogue:together"},
            });
}

TEST(HuggingFace, PathOrSuffixNamesTheProvider) {
  const auto s = compile(policy_text(admits("huggingface")));
  check(*s,
        {
            {"router.huggingface.co", "/v1/chat/completions",
             R"({"model":"deepseek-ai/DeepSeek-R1"})", kBlock, "for want of body:/model"},
            {"router.huggingface.co", "/v1/chat/completions",
             R"({"model":"deepseek-ai/DeepSeek-R1:together"})", "allow p", "catalogue:together"},
            {"router.huggingface.co", "/v1/chat/completions",
             R"({"model":"zai-org/GLM-4.6:zai-org"})", kBlock, "parent CN denied (body:/model"},
            {"router.huggingface.co", "/v1/chat/completions", R"({"model":"a/b:fastest"})", kBlock,
             "for want of"},
            {"router.huggingface.co", "/v1/chat/completions", R"({"model":"a/b:nobody"})", kBlock,
             "operator unknown unknown (body:/model)"},
            {"router.huggingface.co", "/zai-org/api/paas/v4/chat/completions", "", kBlock,
             "parent CN denied (path catalogue:zai)"},
            {"router.huggingface.co", "/groq/openai/v1/chat/completions", R"({"model":"a"})",
             "allow p", "operator US ok (path catalogue:groq)"},
            {"api-inference.huggingface.co", "/models/deepseek-ai/DeepSeek-R1", R"({"inputs":"x"})",
             "allow p", "names a model of deepseek (CN)"},
        });
}

TEST(Gateways, NameTheProviderInPathFieldHeaderOrModel) {
  const auto s = compile(policy_text(admits("vercel-gateway, cloudflare-ai, portkey, helicone")));
  const char* kCf = "gateway.ai.cloudflare.com";
  check(*s,
        {
            {"ai-gateway.vercel.sh", "/v1/chat/completions", R"({"model":"deepseek/deepseek-r1"})",
             kBlock, "for want of body:/providerOptions/gateway/only"},
            {"ai-gateway.vercel.sh", "/v1/chat/completions",
             R"({"model":"deepseek/r1","providerOptions":{"gateway":{"only":["bedrock"]}}})",
             "allow p", "catalogue:aws-bedrock"},
            {"ai-gateway.vercel.sh", "/v1/chat/completions",
             R"({"model":"a/b","providerOptions":{"gateway":{"only":["bedrock","moonshotai"]}}})",
             kBlock, "body:/providerOptions/gateway/only/1 catalogue:moonshot-intl"},
            {"ai-gateway.vercel.sh", "/v1/chat/completions",
             R"({"model":"a/b","providerOptions":{"gateway":{"order":["bedrock"]}}})", kBlock,
             "for want of"},
            {kCf, "/v1/acct/gw/deepseek/chat/completions", "", kBlock,
             "operator CN denied (path catalogue:deepseek-api)"},
            {kCf, "/v1/acct/gw/%64eepseek/chat/completions", "", kBlock, "catalogue:deepseek-api"},
            {kCf, "/v1/acct/gw/openai/chat/completions", R"({"model":"gpt-4o"})", "allow p",
             "operator US ok (path catalogue:openai-api)"},
            {kCf, "/v1/acct/gw/compat/chat/completions", R"({"model":"deepseek/deepseek-chat"})",
             kBlock, "operator CN denied (body:/model catalogue:deepseek-api)"},
            {kCf, "/v1/acct/gw/compat/chat/completions", R"({"model":"anthropic/claude-3"})",
             "allow p", "catalogue:anthropic-api"},
            {kCf, "/v1/acct/gw/compat/chat/completions", R"({"model":"dynamic/route"})", kBlock,
             "for want of"},
            {kCf, "/v1/acct/gw", R"([{"provider":"openai"},{"provider":"deepseek"}])", kBlock,
             "body:/1/provider catalogue:deepseek-api"},
            {kCf, "/v1/acct/gw", R"([{"provider":"openai","endpoint":"x"}])", "allow p",
             "body:/0/provider catalogue:openai-api"},
            {kCf, "/v1/acct/gw/openrouter/chat/completions", R"({"model":"a/b"})", kBlock,
             "for want of"},
            {"api.cloudflare.com", "/client/v4/accounts/a/ai/run/@cf/deepseek-ai/deepseek-r1", "{}",
             "allow p", "names a model of deepseek (CN)"},
            {"oai.helicone.ai", "/v1/chat/completions", R"({"model":"gpt-4o"})", "allow p",
             "host catalogue:openai-api"},
        });
  Ask portkey = call("api.portkey.ai", "/v1/chat/completions", R"({"model":"a"})");
  portkey.headers = {{"X-Portkey-Provider", "deepseek"}};
  EXPECT_EQ(outcome(*s, portkey), kBlock);
  portkey.headers = {{"x-portkey-provider", "openai"}};
  EXPECT_EQ(outcome(*s, portkey), "allow p");
  portkey.headers.emplace_back("x-portkey-config", "pc-x");
  EXPECT_EQ(outcome(*s, portkey), kBlock);
  Ask helicone = call("gateway.helicone.ai", "/v1/chat/completions", R"({"model":"a"})");
  EXPECT_EQ(outcome(*s, helicone), kBlock);
  helicone.headers = {{"Helicone-Target-Url", "https://api.deepseek.com"}};
  EXPECT_EQ(outcome(*s, helicone), kBlock);
}

TEST(Resellers, MayPassAnyNameOnToItsDeveloper) {
  const auto s = compile(policy_text(admits("poe, github-models"), "", "if_known"));
  check(*s, {
                {"api.poe.com", "/v1/chat/completions", R"({"model":"DeepSeek-R1"})", kBlock,
                 "operator CN denied (body:/model developer:deepseek)"},
                {"api.poe.com", "/v1/chat/completions", R"({"model":"Claude-Sonnet-4"})", "allow p",
                 "whoever is chosen"},
                {"models.github.ai", "/inference/chat/completions",
                 R"({"model":"deepseek/DeepSeek-R1"})", kBlock, "developer:deepseek"},
            });
  const auto required = compile(policy_text(admits("poe")));
  check(*required, {{"api.poe.com", "/v1/chat/completions", R"({"model":"Claude-Sonnet-4"})",
                     kBlock, "operator unknown unknown (whoever is chosen"}});
  // Somebody looked, and says that it sends nothing on.
  const auto stated = compile(
      policy_text("  - { id: p, providers: [github-models], facts: { aggregator: \"false\" } }\n"));
  check(*stated, {{"models.github.ai", "/inference/chat/completions",
                   R"({"model":"deepseek/DeepSeek-R1"})", "allow p", "names a model of deepseek"}});
}

TEST(Weights, AreNotTheService) {
  const auto s = compile(policy_text(admits("aws-bedrock, together, groq, azure-openai")));
  const char* kUs = "bedrock-runtime.us-west-2.amazonaws.com";
  check(
      *s,
      {
          {kUs, "/model/us.deepseek.r1-v1:0/converse", "{}", "allow p",
           "names a model of deepseek (CN)"},
          {"api.together.xyz", "/v1/chat/completions", R"({"model":"deepseek-ai/DeepSeek-R1"})",
           "allow p", "body:/model names a model of deepseek (CN)"},
          {"api.groq.com", "/openai/v1/chat/completions",
           R"({"model":"deepseek-r1-distill-llama-70b"})", "allow p", "names a model of meta (US)"},
          {"api.together.xyz", "/v1/chat/completions", R"({"model":"deepseek-chat"})", kBlock,
           "operator CN denied (body:/model developer:deepseek)"},
          {"api.together.xyz", "/v1/chat/completions", R"({"model":"qwen-max"})", kBlock,
           "developer:alibaba-qwen"},
          {"x.openai.azure.com", "/openai/deployments/deepseek-chat/chat/completions", "{}",
           "allow p", "path names a model of deepseek"},
      });
}

TEST(Weights, DevelopersMayBeDeniedByNameOrCountry) {
  for (const char* deny : {"[deepseek]", "[CN]", "[alibaba-qwen, deepseek]"}) {
    const auto s = compile(policy_text(admits("aws-bedrock, together, openrouter"),
                                       "models: { developers_deny: " + std::string(deny) + " }\n"));
    check(
        *s,
        {
            {"bedrock-runtime.us-west-2.amazonaws.com", "/model/us.deepseek.r1-v1:0/converse", "{}",
             "block destination models", "models block: path names a model of deepseek (CN)"},
            {"bedrock-runtime.us-west-2.amazonaws.com", "/model/us.anthropic.claude-3/converse",
             "{}", "allow p", "models allow: path names a model of anthropic (US)"},
            {"api.together.xyz", "/v1/chat/completions", R"({"model":"deepseek-ai/DeepSeek-R1"})",
             "block destination models", "models block: body:/model"},
            {"openrouter.ai", kChat,
             R"({"model":"a/b","models":["deepseek/deepseek-r1"],"provider":{"only":["Together"]}})",
             "block destination models", "body:/models/0 names a model of deepseek"},
            {"openrouter.ai", kChat,
             R"({"model":"openrouter/auto","provider":{"only":["Together"]}})",
             "block destination models", "leaves the model to the service"},
            {"openrouter.ai", kChat, R"({"provider":{"only":["Together"]}})",
             "block destination models", "leaves the model to the service"},
        });
  }
  EXPECT_NE(problems_of(policy_text(admits("together"), "models: { developers_deny: [deepsek] }\n"))
                .find("did you mean 'deepseek'?"),
            std::string::npos);
}

TEST(Proxies, OfOnesOwnAreJudgedByThePrefixOfTheModel) {
  const std::string facts = "facts: { operator_country: JP";
  const auto s = compile(policy_text("  - { id: h, hosts: [llm.example.jp], " + facts + " } }\n"));
  const char* kPath = "/v1/chat/completions";
  check(*s,
        {
            {"llm.example.jp", kPath, R"({"model":"deepseek/deepseek-r1"})", kBlock,
             "operator CN denied (body:/model catalogue:deepseek-api)"},
            {"llm.example.jp", kPath, R"({"model":"openrouter/deepseek/deepseek-r1"})", kBlock,
             "catalogue:deepseek-api"},
            {"llm.example.jp", kPath, R"({"model":"deepseek-chat"})", kBlock, "developer:deepseek"},
            {"llm.example.jp", kPath, R"({"model":"deepseek-ai/DeepSeek-R1"})", "allow h",
             "names a model of deepseek"},
            {"llm.example.jp", kPath, R"({"model":"bedrock/us.deepseek.r1-v1:0"})", "allow h",
             "names a model of deepseek"},
            {"llm.example.jp", kPath, R"({"model":"openai/gpt-oss-120b"})", "allow h", ""},
        });
  const auto itself = compile(policy_text("  - { id: h, hosts: [llm.example.jp], " + facts +
                                          ", aggregator: \"false\" } }\n"));
  check(*itself, {{"llm.example.jp", kPath, R"({"model":"deepseek-chat"})", "allow h", ""}});
  const auto proxy = compile(policy_text("  - { id: h, hosts: [llm.example.jp], " + facts +
                                         ", aggregator: \"true\" } }\n"));
  check(*proxy, {{"llm.example.jp", kPath, R"({"model":"fast"})", kBlock, "whoever is chosen"},
                 {"llm.example.jp", kPath, R"({"model":"bedrock/x"})", "allow h", ""}});
}

TEST(SecondDestinations, WhereDataIsSentMustBeADestinationOfThePolicy) {
  const auto s = compile(
      policy_text(admits("openai-api, anthropic-api") +
                      "  - { id: mcp, hosts: [mcp.example.jp] , facts: { operator_country: JP } }\n"
                      "  - { id: law, hosts: [law.example.jp], groups: [legal], facts: { "
                      "operator_country: JP } }\n",
                  "groups: { legal: { users: [sato] } }\n"));
  check(
      *s,
      {
          {"api.openai.com", "/v1/responses",
           R"({"model":"m","tools":[{"type":"mcp","server_url":"https://mcp.example.jp/sse"}]})",
           "allow p", "body:/tools/0/server_url leads to mcp.example.jp"},
          {"api.openai.com", "/v1/responses",
           R"({"model":"m","tools":[{"type":"mcp","server_url":"https://api.deepseek.com/mcp"}]})",
           kBlock, "operator CN denied (body:/tools/0/server_url catalogue:deepseek-api)"},
          {"api.anthropic.com", "/v1/messages",
           R"({"model":"m","mcp_servers":[{"type":"url","url":"https://API.DeepSeek.com./x"}]})",
           kBlock, "body:/mcp_servers/0/url catalogue:deepseek-api"},
          {"api.anthropic.com", "/v1/messages",
           R"({"model":"m","mcp_servers":[{"url":"https://tools.example.net/x"}]})",
           "block destination unlisted", "leads to tools.example.net"},
          {"api.anthropic.com", "/v1/messages",
           R"({"model":"m","mcp_servers":[{"url":"https://law.example.jp/x"}]})",
           "block destination destinations", "leads to law.example.jp"},
          {"api.anthropic.com", "/v1/messages",
           R"({"model":"m","mcp_servers":[{"url":"http://mcp.example.jp/x"}]})", "allow p", ""},
          {"api.openai.com", "/v1/x", R"({"webhook_url":"https://hook.example.net"})",
           "block destination unlisted", "body:/webhook_url"},
          {"api.openai.com", "/v1/x", R"({"webhook":{"url":"https://hook.example.net"}})",
           "block destination unlisted", "body:/webhook/url"},
          {"api.openai.com", "/v1/x", R"({"api_base":"api.deepseek.com/v1"})", kBlock,
           "body:/api_base"},
          {"api.openai.com", "/v1/x", R"({"webhook_url":"https://169.254.169.254/latest"})",
           "block address second_destinations", "metadata"},
          {"api.openai.com", "/v1/x", R"({"webhook_url":"https://0x7f.1/"})",
           "block destination second_destinations", "no address that can be judged"},
          {"api.openai.com", "/v1/x",
           R"({"server_url":"https://gateway.ai.cloudflare.com/v1/a/g/deepseek/chat"})", kBlock,
           "body:/server_url path catalogue:deepseek-api"},
      });
}

TEST(SecondDestinations, WhatIsFetchedIsRefusedForADeniedCountryOnly) {
  const std::string entries = admits("openai-api, google-gemini-api, google-vertex, aws-bedrock");
  const auto s = compile(policy_text(entries));
  const auto image = [](const std::string& url) {
    return R"({"model":"m","messages":[{"role":"user","content":[{"type":"image_url",)"
           R"("image_url":{"url":")" +
           url + R"("}}]}]})";
  };
  const std::string cn = image("https://cdn.deepseek.com/a.png");
  const std::string open = image("https://pictures.example.net/a.png");
  const std::string inside = image("http://192.168.0.1/a.png");
  const std::string slashes = image(R"(https:\/\/api.deepseek.com\/a.png)");
  const std::string escaped = image(R"(\u0068ttps:\\\\api%2edeepseek.com@cdn.deepseek.com:443)");
  const char* kPath = "/v1/chat/completions";
  check(
      *s,
      {
          {"api.openai.com", kPath, cn.c_str(), kBlock,
           "operator CN denied (body:/messages/0/content/0/image_url/url"},
          {"api.openai.com", kPath, open.c_str(), "allow p", "leads to pictures.example.net"},
          {"api.openai.com", kPath, inside.c_str(), "block address second_destinations", "private"},
          {"api.openai.com", kPath, slashes.c_str(), kBlock, "catalogue:deepseek-api"},
          {"api.openai.com", kPath, escaped.c_str(), kBlock, "catalogue:deepseek-chat"},
          {"generativelanguage.googleapis.com", "/v1beta/models/g:generateContent",
           R"({"contents":[{"parts":[{"fileData":{"fileUri":"https://www.deepseek.com/x.pdf"}}]}]})",
           kBlock, "body:/contents/0/parts/0/fileData/fileUri"},
          {"generativelanguage.googleapis.com", "/v1beta/models/g:generateContent",
           R"({"contents":[{"parts":[{"fileData":{"fileUri":)"
           R"("https://generativelanguage.googleapis.com/v1beta/files/a"}}]}]})",
           "allow p", ""},
          {"api.openai.com", "/v1/responses",
           R"({"input":[{"content":[{"type":"input_file","file_url":"https://ark.cn-beijing.volces.com/f"}]}]})",
           kBlock, "body:/input/0/content/0/file_url"},
          {"api.openai.com", kPath, R"({"image_url":"oss://bucket/key"})", kBlock, "alibaba"},
          {"api.openai.com", kPath, R"({"image_url":"gs://bucket/key"})", "allow p", ""},
      });
  const auto strict = compile(policy_text(entries, "second_destinations: { fetch: listed }\n"));
  check(*strict, {{"api.openai.com", kPath, open.c_str(), "block destination unlisted",
                   "leads to pictures.example.net"}});
}

TEST(SecondDestinations, WhatIsOnlySaidIsNone) {
  const auto s = compile(policy_text(admits("openai-api, anthropic-api")));
  const char* kPath = "/v1/messages";
  check(
      *s,
      {
          {"api.anthropic.com", kPath,
           R"({"messages":[{"role":"user","content":"see https://api.deepseek.com"}]})", "allow p",
           ""},
          {"api.anthropic.com", kPath,
           R"({"messages":[{"content":[{"type":"tool_use","input":{"url":"https://www.deepseek.com"}}]}]})",
           "allow p", ""},
          {"api.anthropic.com", kPath,
           R"({"messages":[{"content":[{"type":"x","content":[{"url":"https://www.deepseek.com"}]}]}]})",
           "allow p", ""},
          {"api.anthropic.com", kPath,
           R"({"tools":[{"input_schema":{"properties":{"url":{"default":"https://www.deepseek.com"}}}}]})",
           "allow p", ""},
          {"api.openai.com", "/v1/responses",
           R"({"input":[{"content":[{"annotations":[{"url":"https://www.deepseek.com"}]}]}]})",
           "allow p", ""},
          {"api.openai.com", "/v1/x", R"({"image_url":"data:image/png;base64,AAAA"})", "allow p",
           ""},
      });
}

TEST(SecondDestinations, AreReadAsLibrariesReadThem) {
  using Kind = policy::SecondDestination::Kind;
  const std::pair<const char*, const char*> kHosts[] = {
      {"https://a.example.jp/x", "a.example.jp:443"},
      {"HTTPS://A.Example.JP.:8443", "a.example.jp:8443"},
      {"http:a.example.jp", "a.example.jp:80"},
      {"https:/\\a.example.jp\\b", "a.example.jp:443"},
      {"ht\ntps://a.exa\tmple.jp", "a.example.jp:443"},
      {"https://u:p@x@a.example.jp", "a.example.jp:443"},
      {"https://a%2Eexample.jp#@b.example.jp", "a.example.jp:443"},
      {"wss://a.example.jp?x", "a.example.jp:443"},
      {"//a.example.jp/x", "a.example.jp:443"},
      {"https://[2001:db8::1]/", "2001:db8::1:443"}};
  for (const auto& [text, host] : kHosts) {
    const auto d = policy::read_second_destination(text, false);
    EXPECT_EQ(d.kind, Kind::kHost) << text;
    EXPECT_EQ(d.to.host + ":" + std::to_string(d.to.port), host) << text;
  }
  for (const char* text : {"https://", "https://2130706433/", "https://0177.0.0.1", "https://a b/",
                           "https://0x7f000001", "https://a.example.jp:0", "ftp://x", "https://%"})
    EXPECT_EQ(policy::read_second_destination(text, false).kind, Kind::kUnreadable) << text;
}

TEST(Routes, ObserveRecordsAndStopsNothing) {
  const auto s = compile("mode: observe\n" + policy_text(admits("openrouter, openai-api"),
                                                         "models: { developers_deny: [CN] }\n"));
  EXPECT_EQ(outcome(*s, call("openrouter.ai", kChat, R"({"model":"a/b"})")),
            "would region regions");
  EXPECT_EQ(outcome(*s, call("api.openai.com", "/v1/x", R"({"model":"qwen3"})")),
            "would destination models");
  EXPECT_EQ(outcome(*s, call("api.openai.com", "/v1/x", R"({"webhook":"https://a.example.net"})")),
            "would destination unlisted");
}

}  // namespace
}  // namespace sekisho::tests
