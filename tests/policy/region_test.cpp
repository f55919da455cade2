// Where it would go: every kind of evidence, every setting, what is in the way of a deny.

#include <gtest/gtest.h>

#include <map>

#include "tests/policy/snapshot_fixture.h"

namespace sekisho::tests {
namespace {

using policy::EvidenceKind;

// Ignores every kind but those named.
std::string with(const std::string& evidence, const std::string& destinations,
                 const std::string& allow = "[JP, US, EU]", const std::string& more = "") {
  std::string all;
  for (const char* kind :
       {"operator", "parent", "storage", "processing", "endpoint", "network", "address"})
    if (evidence.find(std::string(kind) + ":") == std::string::npos)
      all += std::string(kind) + ": ignore, ";
  return "version: 1\nname: test\nregions:\n  allow: " + allow + "\n  deny: [CN, HK, MO]\n" + more +
         "  evidence: { " + all + evidence + " }\ndestinations:\n" + destinations;
}

std::string provider(const std::string& id) {
  return "  - { id: p, providers: [" + id + "] }\n";
}

std::string house(const std::string& facts) {
  return "  - { id: h, hosts: [llm.example.jp], facts: { " + facts + " } }\n";
}

Ask at(const std::string& host, const policy::AddressFacts& address) {
  Ask ask{host};
  ask.address = address;
  return ask;
}

Ask inside(const std::string& host, const std::string& path, const std::string& body = "") {
  Ask ask{host};
  ask.path = path;
  ask.body = body;
  return ask;
}

TEST(Regions, EveryHostOfDeepSeekIsRefusedWhateverTheEntriesSay) {
  const std::string open =
      "  - { id: p, providers: [deepseek-api, deepseek-chat], until: 2026-12-31,"
      " ticket: T-1, approved_by: [cto], reason: pilot }\n"
      "  - { id: h, hosts: [api.deepseek.com, x.chat.deepseek.com],"
      " facts: { operator_country: JP, parent_country: JP, storage_countries: [JP],"
      " processing_countries: [JP] } }\n";
  for (const std::string& entries : {open, provider("openai-api")}) {
    const auto s = compile(with("operator: required", entries));
    for (const char* id : {"deepseek-api", "deepseek-chat"}) {
      const config::Provider* p = s->catalogue().find(id);
      std::vector<std::string> hosts = p->hosts;
      for (const auto& side : p->side_hosts)
        if (side.role != "signin") hosts.insert(hosts.end(), side.hosts.begin(), side.hosts.end());
      for (std::string host : hosts) {
        if (host[0] == '*') host = "any" + host.substr(1);
        EXPECT_EQ(outcome(*s, {host}), "block region regions") << host;
        EXPECT_EQ(outcome(*s, {host, 8443}), "block region regions") << host;
      }
    }
    EXPECT_EQ(outcome(*s, {"x.chat.deepseek.com"}), "block region regions");
  }
}

TEST(Regions, DenyIsLookedForWhateverTheSetting) {
  const auto s = compile(with("", provider("moonshot-intl") + house("operator_country: JP")));
  const auto a = admit(*s, {"api.moonshot.ai"});
  EXPECT_TRUE(a.refused);
  EXPECT_EQ(a.reason, policy::Reason::kRegion);
  EXPECT_EQ(a.rule, "regions");
  EXPECT_EQ(evidence_text(a, EvidenceKind::kOperator), "SG ignored");
  EXPECT_EQ(evidence_text(a, EvidenceKind::kParent), "CN denied");
  EXPECT_EQ(outcome(*s, {"llm.example.jp"}), "allow h");
}

TEST(Regions, ChineseParentRefusesWhateverTheSeat) {
  const auto s = compile(with("operator: if_known", provider("zai"), "[SG, JP, US]"));
  for (const auto& p : s->catalogue().providers) {
    if (p.parent_country != "CN" || p.hosts.empty()) continue;
    std::string host = p.hosts[0];
    if (host[0] == '*') host = "x" + host.substr(1);
    const auto a = admit(*s, {host});
    if (a.provider != p.id) continue;
    EXPECT_EQ(a.reason, policy::Reason::kRegion) << p.id << " " << host;
  }
}

TEST(Regions, RequiredMustBeKnownAndAllowed) {
  const std::string entries =
      house("operator_country: JP") +
      "  - { id: none, hosts: [none.example.jp] }\n"
      "  - { id: unknown, hosts: [unknown.example.jp], facts: { operator_country: unknown } }\n"
      "  - { id: kr, hosts: [kr.example.jp], facts: { operator_country: KR } }\n";
  const auto required = compile(with("operator: required", entries));
  EXPECT_EQ(outcome(*required, {"llm.example.jp"}), "allow h");
  EXPECT_EQ(outcome(*required, {"none.example.jp"}), "block region regions");
  EXPECT_EQ(outcome(*required, {"unknown.example.jp"}), "block region regions");
  EXPECT_EQ(outcome(*required, {"kr.example.jp"}), "block region regions");
  const auto if_known = compile(with("operator: if_known", entries));
  EXPECT_EQ(outcome(*if_known, {"none.example.jp"}), "allow none");
  EXPECT_EQ(outcome(*if_known, {"unknown.example.jp"}), "allow unknown");
  EXPECT_EQ(outcome(*if_known, {"kr.example.jp"}), "block region regions");
  const auto ignored = compile(with("operator: ignore", entries));
  EXPECT_EQ(outcome(*ignored, {"kr.example.jp"}), "allow kr");
  EXPECT_EQ(evidence_text(admit(*ignored, {"kr.example.jp"}), EvidenceKind::kOperator),
            "KR ignored");
}

TEST(Regions, LeftOutEvidenceIsIfKnown) {
  const auto s = compile("version: 1\nname: t\nregions: { allow: [JP] }\ndestinations:\n" +
                         house("operator_country: KR") + "  - { id: n, hosts: [n.example.jp] }\n");
  EXPECT_EQ(outcome(*s, {"llm.example.jp"}), "block region regions");
  EXPECT_EQ(outcome(*s, {"n.example.jp"}), "allow n");
}

TEST(Regions, SetMustLieInsideAllow) {
  const std::string entries =
      house("storage_countries: [EU]") +
      "  - { id: two, hosts: [two.example.jp], facts: { storage_countries: [JP, SG] } }\n"
      "  - { id: half, hosts: [half.example.jp], facts: { storage_countries: [JP, unknown] } }\n";
  const auto eu = compile(with("storage: required", entries));
  EXPECT_EQ(outcome(*eu, {"llm.example.jp"}), "allow h");
  EXPECT_EQ(outcome(*eu, {"two.example.jp"}), "block region regions");
  EXPECT_EQ(outcome(*eu, {"half.example.jp"}), "block region regions");
  const auto germany = compile(with("storage: if_known", entries, "[JP, DE, FR]"));
  EXPECT_EQ(outcome(*germany, {"llm.example.jp"}), "block region regions");
  EXPECT_EQ(outcome(*germany, {"half.example.jp"}), "allow half");
}

TEST(Regions, OneDeniedMemberOfASetRefuses) {
  // Qwen Chat names Singapore and mainland China as storage.
  const auto s = compile(with("", provider("qwen-chat"), "[SG, JP]"));
  const auto a = admit(*s, {"chat.qwen.ai"});
  EXPECT_EQ(a.reason, policy::Reason::kRegion);
  EXPECT_EQ(evidence_text(a, EvidenceKind::kStorage), "CN,SG denied");
}

TEST(Regions, PlacelessServiceIsShownAsAnywhereAndCountsAsUnknown) {
  const auto known = compile(with("endpoint: if_known", provider("openai-api")));
  const auto a = admit(*known, {"api.openai.com"});
  EXPECT_FALSE(a.refused);
  EXPECT_EQ(evidence_text(a, EvidenceKind::kEndpoint), "anywhere unknown");
  const auto required = compile(with("endpoint: required", provider("openai-api")));
  EXPECT_EQ(outcome(*required, {"api.openai.com"}), "block region regions");
  EXPECT_EQ(outcome(*required, {"jp.api.openai.com"}), "allow p");
  // Its "eu" is the EEA and Switzerland, which the EU does not hold.
  EXPECT_EQ(outcome(*required, {"eu.api.openai.com"}), "block region regions");
  const auto wide = compile(with("endpoint: required", provider("openai-api"), "[EEA_CH]"));
  EXPECT_EQ(outcome(*wide, {"eu.api.openai.com"}), "allow p");
  EXPECT_EQ(outcome(*required, {"sg.api.openai.com"}), "block region regions");
}

TEST(Regions, HarmlessLookingNamesThatLieInHongKongAreRefused) {
  const auto s = compile(with(
      "endpoint: if_known",
      "  - { id: p, providers: [azure-openai, aws-bedrock, google-vertex] }\n", "[JP, SG, TW]"));
  for (const char* host :
       {"eastasia.api.cognitive.microsoft.com", "bedrock-runtime.ap-east-1.amazonaws.com",
        "asia-east2-aiplatform.googleapis.com"}) {
    const auto a = admit(*s, at(host, in_country("JP")));
    EXPECT_EQ(a.reason, policy::Reason::kRegion) << host;
    EXPECT_EQ(evidence_text(a, EvidenceKind::kEndpoint), "HK denied") << host;
  }
  const std::pair<const char*, const char*> kOthers[] = {
      {"southeastasia.api.cognitive.microsoft.com", "SG ok"},
      {"japaneast.api.cognitive.microsoft.com", "JP ok"},
      {"bedrock-runtime.ap-east-2.amazonaws.com", "TW ok"},
      {"asia-east1-aiplatform.googleapis.com", "TW ok"}};
  for (const auto& [host, text] : kOthers) {
    const auto a = admit(*s, at(host, in_country("JP")));
    EXPECT_FALSE(a.refused) << host;
    EXPECT_EQ(evidence_text(a, EvidenceKind::kEndpoint), text) << host;
  }
}

TEST(Regions, CodeThatNoTableHoldsIsUnknown) {
  const auto s = compile(with("endpoint: required", provider("aws-bedrock")));
  EXPECT_EQ(outcome(*s, inside("bedrock-runtime.xx-nowhere-1.amazonaws.com", "/model/a/converse")),
            "block region regions");
}

const std::string kTokyo = "bedrock-runtime.ap-northeast-1.amazonaws.com";

TEST(Regions, BedrockProfileInThePathOverridesTheHost) {
  const auto s = compile(with("endpoint: required", provider("aws-bedrock"), "[JP]"));
  EXPECT_EQ(outcome(*s, inside(kTokyo, "/model/anthropic.claude-3/converse")), "allow p");
  EXPECT_EQ(outcome(*s, inside(kTokyo, "/model/jp.anthropic.claude-3/converse")), "allow p");
  EXPECT_EQ(outcome(*s, inside(kTokyo, "/model/us.anthropic.claude-3/converse")),
            "block region regions");
  EXPECT_EQ(outcome(*s, inside(kTokyo, "/model/global.anthropic.claude-3/converse")),
            "block region regions");
  // The host alone says US, but a profile may bring it home: CONNECT does not refuse yet.
  const std::string us = "bedrock-runtime.us-east-1.amazonaws.com";
  EXPECT_EQ(outcome(*s, {us}), "allow p");
  EXPECT_EQ(outcome(*s, inside(us, "/model/jp.anthropic.claude-3/converse")), "allow p");
  EXPECT_EQ(outcome(*s, inside(us, "/model/anthropic.claude-3/converse")), "block region regions");
}

TEST(Regions, BedrockProfileIsASetThatMustLieInside) {
  const auto s = compile(with("endpoint: if_known", provider("aws-bedrock"), "[JP, US, EU]"));
  EXPECT_EQ(outcome(*s, inside(kTokyo, "/model/eu.anthropic.claude-3/converse")), "allow p");
  EXPECT_EQ(outcome(*s, inside(kTokyo, "/model/apac.anthropic.claude-3/converse")),
            "block region regions");
  const auto a = admit(*s, inside(kTokyo, "/model/global.anthropic.claude-3/converse"));
  EXPECT_FALSE(a.refused);
  EXPECT_EQ(evidence_text(a, EvidenceKind::kEndpoint), "JP ignored; anywhere unknown");
}

TEST(Regions, OverriddenPieceStillRefusesWhenDenied) {
  const auto s = compile(with("endpoint: if_known", provider("aws-bedrock")));
  EXPECT_EQ(outcome(*s, inside("bedrock-runtime.ap-east-1.amazonaws.com",
                               "/model/us.anthropic.claude-3/converse")),
            "block region regions");
}

TEST(Regions, EscapesInThePathHideNothing) {
  const auto s = compile(with("endpoint: required", provider("aws-bedrock"), "[JP]"));
  EXPECT_EQ(outcome(*s, inside(kTokyo, "/model/%75s.anthropic.claude-3/converse")),
            "block region regions");
  EXPECT_EQ(outcome(*s, inside(kTokyo, "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ax/converse")),
            "block region regions");
  EXPECT_EQ(
      outcome(*s, inside(kTokyo, "/model/arn%3Aaws%3Abedrock%3Aap-northeast-1%3A1%3Ax/converse")),
      "allow p");
}

TEST(Regions, SignatureForAnotherRegionContradictsTheHost) {
  const auto s = compile(with("endpoint: if_known", provider("aws-bedrock")));
  Ask ask = inside(kTokyo, "/model/anthropic.claude-3/converse");
  const auto signed_for = [](const std::string& region) {
    return "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261124/" + region +
           "/bedrock/aws4_request, SignedHeaders=host, Signature=00";
  };
  ask.headers = {{"Authorization", signed_for("ap-northeast-1")}};
  EXPECT_EQ(outcome(*s, ask), "allow p");
  ask.headers = {{"authorization", signed_for("us-east-1")}};
  EXPECT_EQ(outcome(*s, ask), "block region regions");
}

struct EndpointRow {
  const char* service;
  const char* host;
  const char* path;    // "" = CONNECT
  const char* header;  // "name: value", "" = none
  const char* body;
  const char* says;
};

// "endpoint" evidence of every kind, from the shipped catalogue.
TEST(Regions, EveryServiceNamesItsRegionWhereItDoes) {
  const char* kUs = "bedrock-runtime.us-east-1.amazonaws.com";
  const char* kAgent = "bedrock-agent-runtime.us-east-1.amazonaws.com";
  const char* kMantle = "bedrock-mantle.us-east-1.api.aws";
  const std::vector<EndpointRow> rows = {
      {"aws-bedrock", kUs, "/model/jp.anthropic.c/converse", "", "", "US ignored; JP ok"},
      {"aws-bedrock", kUs, "/model/au.anthropic.c/converse", "", "", "US ignored; AU ok"},
      {"aws-bedrock", kUs, "/model/global.anthropic.c/converse", "", "",
       "US ignored; anywhere unknown"},
      {"aws-bedrock", kUs, "/model/zz.anthropic.c/converse", "", "", "US ignored; unknown unknown"},
      {"aws-bedrock", kUs, "/model/zai.glm-4.6/converse", "", "", "US ok"},
      {"aws-bedrock", kUs, "/model/arn:aws:bedrock:ap-east-1:1:inference-profile/x.y/converse", "",
       "", "US not_allowed; HK denied"},
      {"aws-bedrock", kUs,
       "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2Fjp.anthropic.c/converse",
       "", "", "US ignored; US ignored; JP ok"},
      {"aws-bedrock", kUs,
       "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Aapplication-inference-profile%2Fabc/converse",
       "", "", "US ignored; US ignored; unknown unknown"},
      {"aws-bedrock", kMantle, "/anthropic/v1/messages", "", R"({"model":"jp.anthropic.c"})",
       "US ignored; JP ok"},
      {"aws-bedrock", kAgent, "/retrieveAndGenerate", "",
       R"({"retrieveAndGenerateConfiguration":{"knowledgeBaseConfiguration":{"modelArn":"arn:aws:bedrock:ap-east-1::foundation-model/x"}}})",
       "US not_allowed; HK denied"},
      {"aws-bedrock", kAgent, "/x", "",
       R"({"modelId":"arn:aws:bedrock:us-east-1:1:inference-profile/apac.anthropic.c"})",
       "US ignored; US ignored; AE,AU,ID,IN,JP,KR,MY,SG,TH,TW not_allowed"},
      {"aws-bedrock", "vpce-0a1b-c2.bedrock-runtime.ap-northeast-1.vpce.amazonaws.com", "", "", "",
       "JP ok"},
      {"aws-bedrock", "bedrock-runtime-fips.us-east-1.amazonaws.com", "", "", "", "US ok"},
      {"aws-bedrock", kUs,
       "/model/a.b/"
       "invoke?X-Amz-Credential=AKIDEXAMPLE%2F20261124%2Fap-northeast-1%2Fbedrock%2Faws4_request",
       "", "", "US not_allowed; JP not_allowed"},
      {"aws-bedrock", kUs, "/model/a.b/invoke",
       "authorization: AWS4-ECDSA-P256-SHA256 "
       "Credential=AKIDEXAMPLE/20261124/bedrock/aws4_request, "
       "SignedHeaders=host, Signature=00",
       "", "US ok; unknown unknown"},
      {"aws-sagemaker", "runtime.sagemaker.us-east-1.amazonaws.com", "/endpoints/e/invocations",
       "authorization: AWS4-HMAC-SHA256 "
       "Credential=AKIDEXAMPLE/20261124/eu-west-1/sagemaker/aws4_request,"
       " SignedHeaders=host, Signature=00",
       "", "US not_allowed; IE not_allowed"},
      {"azure-openai", "japaneast.api.cognitive.microsoft.com", "", "", "", "JP ok"},
      {"azure-openai", "m.eastus2.models.ai.azure.com", "", "", "", "US ok"},
      {"azure-openai", "m.westeurope.inference.ml.azure.com", "", "", "", "NL ok"},
      {"azure-openai", "company.openai.azure.com", "", "", "", "unknown unknown"},
      {"google-vertex", "aiplatform.googleapis.com", "/v1/projects/p/locations/asia-northeast1/x",
       "", "", "JP ok"},
      {"google-vertex", "aiplatform.googleapis.com", "/v1/projects/p/locations/us-central1:predict",
       "", "", "US ok"},
      {"google-vertex", "aiplatform.us.rep.googleapis.com", "/v1/projects/p/locations/us/x", "", "",
       "US ok; US ok"},
      {"google-vertex", "aiplatform.googleapis.com", "/v1/projects/p/locations/global/x", "", "",
       "anywhere unknown"},
      {"google-vertex", "aiplatform.googleapis.com", "/v1/projects/p/l%6fcations/asia-east2/x", "",
       "", "HK denied"},
      {"openai-api", "jp.api.openai.com", "", "", "", "JP ok"},
      {"openai-api", "us.api.openai.com", "", "", "", "US ok"},
      {"openai-api", "api.openai.com", "", "", "", "anywhere unknown"},
      {"anthropic-api", "api.anthropic.com", "/v1/messages", "", R"({"inference_geo":"us"})",
       "US ok"},
      {"xai-api", "us.api.x.ai", "", "", "", "US ok"},
      {"mistral-api", "api.us.mistral.ai", "", "", "", "US ok"},
      {"snowflake-cortex", "abc123.ap-northeast-1.aws.snowflakecomputing.com",
       "/api/v2/cortex/inference:complete", "", "", "JP ok"},
      {"snowflake-cortex", "abc123.us-central1.gcp.snowflakecomputing.com",
       "/api/v2/cortex/inference:complete", "", "", "US ok"},
      {"snowflake-cortex", "abc123.japaneast.azure.privatelink.snowflakecomputing.com",
       "/api/v2/cortex/inference:complete", "", "", "JP ok"},
      {"oracle-genai", "inference.generativeai.ap-osaka-1.oci.oraclecloud.com", "", "", "",
       "JP ok"},
      {"oracle-genai", "agent-runtime.generativeai.us-chicago-1.oci.oraclecloud.com", "", "", "",
       "US ok"},
      {"ibm-watsonx", "jp-tok.ml.cloud.ibm.com", "", "", "", "JP ok"},
      {"ibm-watsonx", "private.us-south.ml.cloud.ibm.com", "", "", "", "US ok"},
      {"alibaba-dashscope-cn", "dashscope.aliyuncs.com", "", "", "", "CN denied"},
      {"alibaba-dashscope-us", "dashscope-us.aliyuncs.com", "", "", "", "US ok"},
      {"alibaba-dashscope-hk", "cn-hongkong.dashscope.aliyuncs.com", "", "", "", "HK denied"},
      {"alibaba-dashscope-cn", "w.cn-beijing.maas.aliyuncs.com", "", "", "", "CN denied"},
      {"baidu-qianfan", "qianfan.baidubce.com", "", "", "", "CN denied"},
      {"tencent-hunyuan", "hunyuan.ap-guangzhou.tencentcloudapi.com", "", "", "", "CN denied"},
      {"tencent-hunyuan", "hunyuan.tencentcloudapi.com", "/", "x-tc-region: ap-beijing", "",
       "CN denied"},
      {"tencent-hunyuan", "hunyuan.tencentcloudapi.com", "/?Action=a&Region=ap%2Dbeijing", "", "",
       "CN denied"},
      {"volcengine-ark", "ark.cn-beijing.volces.com", "", "", "", "CN denied"},
      {"huggingface", "x.us-east-1.aws.endpoints.huggingface.cloud", "", "", "", "US ok"},
      {"deepl", "api-jp.deepl.com", "", "", "", "JP ok"},
  };
  std::map<std::string, std::shared_ptr<const policy::Snapshot>> compiled;
  for (const EndpointRow& r : rows) {
    auto& s = compiled[r.service];
    if (!s) s = compile(with("endpoint: if_known", provider(r.service), "[JP, US, EU, AU]"));
    Ask ask{r.host};
    if (r.path[0] != 0) ask.path = r.path;
    const std::string header = r.header;
    if (!header.empty())
      ask.headers = {{header.substr(0, header.find(':')), header.substr(header.find(':') + 2)}};
    ask.body = r.body;
    EXPECT_EQ(evidence_text(admit(*s, ask), EvidenceKind::kEndpoint), r.says)
        << r.host << r.path << r.body;
  }
}

TEST(Regions, VertexHostAndPathMustAgree) {
  const auto s = compile(with("endpoint: if_known", provider("google-vertex")));
  const std::string host = "asia-northeast1-aiplatform.googleapis.com";
  const auto path = [](const std::string& region) {
    return "/v1/projects/p/locations/" + region +
           "/publishers/google/models/gemini:generateContent";
  };
  EXPECT_EQ(outcome(*s, inside(host, path("asia-northeast1"))), "allow p");
  EXPECT_EQ(outcome(*s, inside(host, path("us-central1"))), "block region regions");
  EXPECT_EQ(outcome(*s, inside("aiplatform.googleapis.com", path("us-central1"))), "allow p");
  EXPECT_EQ(outcome(*s, inside("aiplatform.eu.rep.googleapis.com", path("europe-west4"))),
            "allow p");
  EXPECT_EQ(outcome(*s, inside("aiplatform.eu.rep.googleapis.com", path("us-east4"))),
            "block region regions");
  EXPECT_EQ(outcome(*s, inside("aiplatform.googleapis.com", path("asia-east2"))),
            "block region regions");
}

TEST(Regions, VertexGlobalPromisesNothing) {
  const std::string path =
      "/v1/projects/p/locations/global/publishers/google/models/g:generateContent";
  const auto known = compile(with("endpoint: if_known", provider("google-vertex")));
  const auto required = compile(with("endpoint: required", provider("google-vertex")));
  for (const char* host : {"aiplatform.googleapis.com", "us-central1-aiplatform.googleapis.com"}) {
    EXPECT_EQ(outcome(*known, inside(host, path)), "allow p") << host;
    EXPECT_EQ(outcome(*required, inside(host, path)), "block region regions") << host;
  }
}

TEST(Regions, BodyMayNameTheRegion) {
  const auto s = compile(with("endpoint: required", provider("anthropic-api")));
  const std::string host = "api.anthropic.com", path = "/v1/messages";
  // CONNECT cannot know.
  EXPECT_EQ(outcome(*s, {host}), "allow p");
  EXPECT_EQ(outcome(*s, inside(host, path, R"({"model":"c"})")), "block region regions");
  EXPECT_EQ(outcome(*s, inside(host, path, R"({"inference_geo":"us","model":"c"})")), "allow p");
  EXPECT_EQ(outcome(*s, inside(host, path, R"({"inference_geo":"global"})")),
            "block region regions");
  EXPECT_EQ(outcome(*s, inside(host, path, R"({"inference_geo":"us","inference_geo":"global"})")),
            "block region regions");
  EXPECT_EQ(outcome(*s, inside(host, path, R"({"\u0069nference_geo":"us"})")), "allow p");
  // A prompt that quotes it is no evidence.
  EXPECT_EQ(outcome(*s, inside(host, path, R"({"messages":[{"inference_geo":"us"}]})")),
            "block region regions");
  EXPECT_EQ(outcome(*s, inside(host, path, R"({"x":"/inference_geo = us"})")),
            "block region regions");
}

// A batch is as good as its worst request.
TEST(Regions, EveryRequestOfABatchMayNameTheRegion) {
  const auto s = compile(with("endpoint: required", provider("anthropic-api")));
  const auto batch = [&](const std::string& first, const std::string& second,
                         const std::string& beside = "") {
    const std::string body = R"({"requests":[{"custom_id":"a","params":{"model":"c")" + first +
                             R"(}},{"custom_id":"b","params":{"model":"c")" + second + "}}]" +
                             beside + "}";
    return outcome(*s, inside("api.anthropic.com", "/v1/messages/batches", body));
  };
  const std::string us = R"(,"inference_geo":"us")", global = R"(,"inference_geo":"global")";
  EXPECT_EQ(batch(us, us), "allow p");
  EXPECT_EQ(batch(us, global), "block region regions");
  EXPECT_EQ(batch(us, ""), "block region regions") << "one of them says nothing";
  EXPECT_EQ(batch("", us), "block region regions");
  EXPECT_EQ(batch(us, R"(,"inference_geo":null)"), "block region regions");
  EXPECT_EQ(batch(us, us + global), "block region regions") << "said twice";
  EXPECT_EQ(batch(us + us, ""), "block region regions") << "said twice in one, never in the other";
  EXPECT_EQ(batch("", "", us), "block region regions") << "said beside the requests";
  EXPECT_EQ(batch(us, us, R"(,"model":"c")"), "block region regions") << "a request beside a batch";
  EXPECT_EQ(batch(us, R"(,"messages":[{"inference_geo":"us"}])"), "block region regions");
  // What leads to no request of a batch is none.
  const auto alone = [&](const std::string& body) {
    return outcome(*s, inside("api.anthropic.com", "/v1/messages", body));
  };
  EXPECT_EQ(alone(R"({"model":"c","params":{"inference_geo":"us"}})"), "block region regions");
  EXPECT_EQ(alone(R"([{"inference_geo":"us"},{}])"), "block region regions");
  EXPECT_EQ(alone(R"({"inference_geo":"us","inference_geo":null})"), "block region regions");
}

TEST(Regions, HeaderMayNameTheRegion) {
  const auto s = compile(with("", provider("tencent-hunyuan")));
  Ask ask = inside("hunyuan.tencentcloudapi.com", "/");
  ask.headers = {{"X-TC-Region", "ap-guangzhou"}};
  EXPECT_EQ(evidence_text(admit(*s, ask), EvidenceKind::kEndpoint), "CN denied");
}

TEST(Regions, CustomerSelectedIsTheCountryOfTheEndpoint) {
  const auto s =
      compile(with("storage: required, processing: required", provider("aws-bedrock"), "[JP]"));
  const auto a = admit(*s, inside(kTokyo, "/model/anthropic.claude-3/converse"));
  EXPECT_FALSE(a.refused) << a.rules.back().why;
  EXPECT_EQ(evidence_text(a, EvidenceKind::kStorage), "JP ok");
  EXPECT_EQ(outcome(*s, inside(kTokyo, "/model/us.anthropic.claude-3/converse")),
            "block region regions");
}

TEST(Regions, CustomerSelectedWithoutEndpointIsTheOverlaysFactElseUnknown) {
  const std::string text = with("storage: required",
                                "  - { id: p, providers: [azure-openai] }\n"
                                "  - { id: q, providers: [azure-ours] }\n");
  const std::string overlay =
      "version: 1\nproviders:\n  - { id: azure-ours, hosts: [ours.openai.azure.com],"
      " operator_country: US, storage_countries: [JP] }\n";
  const auto s = compile(text, overlay);
  EXPECT_EQ(outcome(*s, {"ours.openai.azure.com"}), "allow q");
  EXPECT_EQ(outcome(*s, {"theirs.openai.azure.com"}), "block region regions");
  EXPECT_EQ(outcome(*s, {"japaneast.api.cognitive.microsoft.com"}), "allow p");
}

TEST(Regions, OverlayBeatsTheShippedFact) {
  const std::string text = with("operator: required, storage: if_known", provider("openai-api"));
  const auto s =
      compile(text, "version: 1\nproviders:\n  - { id: openai-api, storage_countries: [KR] }\n");
  const auto a = admit(*s, {"api.openai.com"});
  EXPECT_TRUE(a.refused);
  EXPECT_EQ(evidence_text(a, EvidenceKind::kStorage), "KR not_allowed");
  const auto storage = std::find_if(a.evidence.begin(), a.evidence.end(),
                                    [](const auto& e) { return e.kind == EvidenceKind::kStorage; });
  ASSERT_NE(storage, a.evidence.end());
  EXPECT_EQ(storage->source, "overlay:openai-api");
}

TEST(Regions, FactsOfAnEntryAreTheCustomersWordButHideNoDeny) {
  const std::string entries =
      "  - { id: p, providers: [openai-api], facts: { storage_countries: [JP] } }\n"
      "  - { id: q, providers: [moonshot-intl], facts: { operator_country: JP, parent_country: JP,"
      " storage_countries: [JP], processing_countries: [JP] } }\n";
  const auto s = compile(with("storage: required", entries));
  EXPECT_EQ(outcome(*s, {"api.openai.com"}), "allow p");
  EXPECT_EQ(outcome(*s, {"api.moonshot.ai"}), "block region regions");
}

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

const std::string kLab =
    "  - { id: lab, providers: [deepseek-api], groups: [lab], until: 2026-12-31, ticket: T-1,"
    " approved_by: [cto], reason: evaluation }\n"
    "  - { id: open, providers: [deepseek-api] }\n";
const std::string kGroups = "groups: { lab: { users: [lee] } }\n";

TEST(Final, NothingLiftsRegionsWhileItIsTrue) {
  const auto s = compile(with("operator: required", kLab) + kGroups);
  Ask lee{"api.deepseek.com"};
  lee.user = "lee";
  EXPECT_EQ(outcome(*s, lee), "block region regions");
}

TEST(Final, FalseLetsATimeBoxedEntryOfTheGroupLiftDenyAndAllowAlike) {
  const auto s = compile(
      with("operator: required, address: required", kLab, "[JP]", "  final: false\n") + kGroups);
  Ask lee = at("api.deepseek.com", in_country("KR"));
  lee.user = "lee";
  const auto a = admit(*s, lee);
  EXPECT_FALSE(a.refused);
  EXPECT_EQ(a.exception, "lab");
  EXPECT_EQ(a.rule, "lab");
  EXPECT_EQ(evidence_text(a, EvidenceKind::kOperator), "CN denied");
  // The entry is not for alice, and one that nobody answers for lifts nothing.
  EXPECT_EQ(outcome(*s, {"api.deepseek.com"}), "block region regions");
  // Nor does it lift after its end.
  lee.now = *policy::parse_time("2026-12-31T15:00:00Z", "UTC");
  EXPECT_EQ(outcome(*s, lee), "block region regions");
}

TEST(Regions, NorwayIsACountryAndNoAWord) {
  const auto s = compile(
      "version: 1\nname: norway\nregions:\n  allow: [JP, NO, US]\n  deny: [CN, HK, MO]\n"
      "  evidence: { operator: required, storage: required, processing: if_known, endpoint: "
      "if_known,"
      " address: required }\ndestinations:\n  - id: fjord\n    hosts: [llm.example.no]\n"
      "    facts: { operator_country: NO, storage_countries: [NO], trains_on_inputs: no,"
      " reviewed_at: 2026-10-01 }\n    require: { trains_on_inputs: [no, opt_out] }\n");
  EXPECT_EQ(outcome(*s, at("llm.example.no", in_country("NO"))), "allow fjord");
  EXPECT_EQ(outcome(*s, at("llm.example.no", in_country("SE"))), "block region regions");
}

TEST(Regions, AbsentSectionJudgesNothingAndRecordsEvidence) {
  const auto s = compile("version: 1\nname: t\ndestinations:\n" + provider("deepseek-api"));
  const auto a = admit(*s, at("api.deepseek.com", in_country("CN")));
  EXPECT_FALSE(a.refused);
  EXPECT_EQ(evidence_text(a, EvidenceKind::kOperator), "CN ignored");
  EXPECT_EQ(a.known_regions.codes(), (std::vector<std::string>{"CN"}));
}

TEST(KnownRegions, AreThoseOfEveryKindButTheNetwork) {
  const auto s = compile(with("operator: required",
                              house("operator_country: JP, parent_country: US,"
                                    " storage_countries: [DE, FR],"
                                    " processing_countries: [DE]"),
                              "[JP, US, EU]"));
  policy::AddressFacts a = in_country("SE");
  a.network_country = "KR";
  const auto out = admit(*s, at("llm.example.jp", a));
  EXPECT_EQ(out.known_regions.codes(), (std::vector<std::string>{"DE", "FR", "JP", "SE", "US"}));
  EXPECT_TRUE(out.region_unknown) << "nothing names an endpoint";
  const auto openai = admit(*s, {"api.openai.com"});
  EXPECT_EQ(openai.known_regions.codes(), (std::vector<std::string>{"US"}));
}

TEST(Traps, JapaneseOperatorThatForwardsAbroadIsNotJapaneseByItsProcessing) {
  const auto s =
      compile(with("operator: required, processing: required", provider("sakana"), "[JP]"));
  EXPECT_TRUE(s->catalogue().find("sakana")->aggregator);
  EXPECT_EQ(outcome(*s, {"api.sakana.ai"}), "block region regions");
}

TEST(Traps, SoutheastOfBytePlusIsNoCountry) {
  const auto s = compile(with("endpoint: required", provider("byteplus-modelark"), "[SG, MY, ID]"));
  const auto a = admit(*s, {"ark.ap-southeast.bytepluses.com"});
  EXPECT_EQ(evidence_text(a, EvidenceKind::kEndpoint), "unknown unknown");
}

TEST(Traps, CountryOfDeepSeeksEdgeProvesNothing) {
  const auto s = compile(with("operator: ignore", provider("deepseek-api")));
  policy::AddressFacts edge;
  edge.edge = "EdgeOne";
  edge.network_country = "US";
  EXPECT_EQ(outcome(*s, at("api.deepseek.com", edge)), "block region regions");
  EXPECT_EQ(outcome(*s, {"gator.volces.com"}), "block region regions");
  EXPECT_EQ(outcome(*s, {"apmplus.volces.com"}), "block region regions");
}

TEST(Traps, MostEntriesDoNotSatisfyWhatNobodyKnows) {
  const auto s = compile(
      with("storage: required", provider("openai-api"), "[JP, US, EU, GB, CA, AU, SG, IN, KR]"));
  int unknown = 0, refused = 0;
  for (const auto& p : s->catalogue().providers) {
    const auto storage = p.facts.find("storage_countries");
    if (storage == p.facts.end() || storage->second.items != std::vector<std::string>{"unknown"})
      continue;
    ++unknown;
    std::string host = p.hosts[0];
    if (host[0] == '*') host = "x" + host.substr(1);
    const auto a = admit(*s, {host});
    if (a.provider != p.id) continue;
    ++refused;
    EXPECT_EQ(a.reason, policy::Reason::kRegion) << p.id;
  }
  EXPECT_EQ(unknown, 193);
  EXPECT_GT(refused, 180);
}

TEST(Traps, WildcardsOfCloudsBelongToAnEntryOnlyWithItsPattern) {
  const auto s = compile(with("", provider("google-vertex")));
  for (const char* host : {"storage.googleapis.com", "oauth.googleapis.com", "s3.amazonaws.com"})
    EXPECT_EQ(outcome(*s, {host}), "block destination unlisted") << host;
}

}  // namespace
}  // namespace sekisho::tests
