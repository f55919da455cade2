// Where the endpoint of a service lies: what host, path, query, headers and body tell of it.

#include <gtest/gtest.h>

#include <map>

#include "tests/policy/region_fixture.h"

namespace sekisho::tests {
namespace {

TEST(Endpoint, PlacelessServiceIsShownAsAnywhereAndCountsAsUnknown) {
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

TEST(Endpoint, HarmlessLookingNamesThatLieInHongKongAreRefused) {
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

TEST(Endpoint, CodeThatNoTableHoldsIsUnknown) {
  const auto s = compile(with("endpoint: required", provider("aws-bedrock")));
  EXPECT_EQ(outcome(*s, inside("bedrock-runtime.xx-nowhere-1.amazonaws.com", "/model/a/converse")),
            "block region regions");
}

const std::string kTokyo = "bedrock-runtime.ap-northeast-1.amazonaws.com";

TEST(Endpoint, BedrockProfileInThePathOverridesTheHost) {
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

TEST(Endpoint, BedrockProfileIsASetThatMustLieInside) {
  const auto s = compile(with("endpoint: if_known", provider("aws-bedrock"), "[JP, US, EU]"));
  EXPECT_EQ(outcome(*s, inside(kTokyo, "/model/eu.anthropic.claude-3/converse")), "allow p");
  EXPECT_EQ(outcome(*s, inside(kTokyo, "/model/apac.anthropic.claude-3/converse")),
            "block region regions");
  const auto a = admit(*s, inside(kTokyo, "/model/global.anthropic.claude-3/converse"));
  EXPECT_FALSE(a.refused);
  EXPECT_EQ(evidence_text(a, EvidenceKind::kEndpoint), "JP ignored; anywhere unknown");
}

TEST(Endpoint, OverriddenPieceStillRefusesWhenDenied) {
  const auto s = compile(with("endpoint: if_known", provider("aws-bedrock")));
  EXPECT_EQ(outcome(*s, inside("bedrock-runtime.ap-east-1.amazonaws.com",
                               "/model/us.anthropic.claude-3/converse")),
            "block region regions");
}

TEST(Endpoint, EscapesInThePathHideNothing) {
  const auto s = compile(with("endpoint: required", provider("aws-bedrock"), "[JP]"));
  EXPECT_EQ(outcome(*s, inside(kTokyo, "/model/%75s.anthropic.claude-3/converse")),
            "block region regions");
  EXPECT_EQ(outcome(*s, inside(kTokyo, "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ax/converse")),
            "block region regions");
  EXPECT_EQ(
      outcome(*s, inside(kTokyo, "/model/arn%3Aaws%3Abedrock%3Aap-northeast-1%3A1%3Ax/converse")),
      "allow p");
}

TEST(Endpoint, SignatureForAnotherRegionContradictsTheHost) {
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
TEST(Endpoint, EveryServiceNamesItsRegionWhereItDoes) {
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

TEST(Endpoint, VertexHostAndPathMustAgree) {
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

TEST(Endpoint, VertexGlobalPromisesNothing) {
  const std::string path =
      "/v1/projects/p/locations/global/publishers/google/models/g:generateContent";
  const auto known = compile(with("endpoint: if_known", provider("google-vertex")));
  const auto required = compile(with("endpoint: required", provider("google-vertex")));
  for (const char* host : {"aiplatform.googleapis.com", "us-central1-aiplatform.googleapis.com"}) {
    EXPECT_EQ(outcome(*known, inside(host, path)), "allow p") << host;
    EXPECT_EQ(outcome(*required, inside(host, path)), "block region regions") << host;
  }
}

TEST(Endpoint, BodyMayNameTheRegion) {
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
TEST(Endpoint, EveryRequestOfABatchMayNameTheRegion) {
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

TEST(Endpoint, HeaderMayNameTheRegion) {
  const auto s = compile(with("", provider("tencent-hunyuan")));
  Ask ask = inside("hunyuan.tencentcloudapi.com", "/");
  ask.headers = {{"X-TC-Region", "ap-guangzhou"}};
  EXPECT_EQ(evidence_text(admit(*s, ask), EvidenceKind::kEndpoint), "CN denied");
}

TEST(Endpoint, CustomerSelectedIsTheCountryOfTheEndpoint) {
  const auto s =
      compile(with("storage: required, processing: required", provider("aws-bedrock"), "[JP]"));
  const auto a = admit(*s, inside(kTokyo, "/model/anthropic.claude-3/converse"));
  EXPECT_FALSE(a.refused) << a.rules.back().why;
  EXPECT_EQ(evidence_text(a, EvidenceKind::kStorage), "JP ok");
  EXPECT_EQ(outcome(*s, inside(kTokyo, "/model/us.anthropic.claude-3/converse")),
            "block region regions");
}

TEST(Endpoint, CustomerSelectedWithoutEndpointIsTheOverlaysFactElseUnknown) {
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

}  // namespace
}  // namespace sekisho::tests
