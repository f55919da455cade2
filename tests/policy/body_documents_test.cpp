// Models, providers and addresses in bodies that are not one JSON document: forms, parts, batches.

#include "policy/body_documents.h"

#include "tests/policy/request_fixture.h"

namespace sekisho::tests {
namespace {

using policy::Evaluation;

constexpr const char* kForm = "multipart/form-data; boundary=b";
constexpr const char* kLines = "application/x-ndjson";

std::string part(const std::string& name, const std::string& value, const std::string& more = "") {
  return "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"" + more + "\r\n\r\n" +
         value + "\r\n";
}
const std::string kFile = "; filename=\"batch.jsonl\"";

std::string line(const std::string& model, int i = 0) {
  return R"({"custom_id":"r)" + std::to_string(i) +
         R"(","method":"POST","url":"/v1/chat/completions","body":{"model":")" + model +
         R"(","messages":[{"role":"user","content":"deepseek"}]}})"
         "\n";
}

policy::BodyFields fields_of(const std::string& type, const std::string& body, std::size_t step) {
  policy::BodyDocuments reader(filters::classify_body(type, body), body);
  while (reader.step(step)) {
  }
  return reader.take();
}

std::string listed(const policy::BodyFields& fields) {
  std::string out;
  for (const auto& f : fields.fields) out += f.pointer + "=" + f.value + " ";
  for (const auto& u : fields.urls) out += u.pointer + (u.sends ? "->" : "<-") + u.value + " ";
  return out;
}

TEST(BodyDocuments, TellWhatEveryRequestOfABatchStates) {
  struct Row {
    const char* type;
    std::string body, told;
  };
  const std::string us = R"({"body":{"geo":"us","model":"m"}})", other = R"({"body":{"geo":"eu"}})",
                    none = R"({"body":{"model":"m"}})";
  const auto lines = [](std::initializer_list<std::string> all) {
    std::string out;
    for (const std::string& l : all) out += l + "\n";
    return out;
  };
  const Row rows[] = {
      {kLines, lines({us, us}), "2: /geo /model "},
      {kLines, lines({us, other, us}), "3: /geo "},
      {kLines, lines({us, none}), "2: /model "},
      {"application/json", R"({"requests":[)" + us + "," + other + "]}", "2: /geo "},
      {"application/json", R"({"requests":[{"body":{"geo":"us","geo":"eu"}},{"x":"y"}]})", "2: "},
      {"application/json", us, "0: "},
      {kForm, part("file", lines({us, us}), kFile) + "--b--\r\n", "2: /geo /model "},
      {kForm,
       part("a", lines({us, us}), kFile) + part("b", lines({us, other}), kFile) + "--b--\r\n",
       "4: /geo "}};
  for (const Row& r : rows)
    for (const std::size_t step : {std::size_t{1}, std::size_t{1} << 20}) {
      const policy::BodyFields fields = fields_of(r.type, r.body, step);
      std::string told = std::to_string(fields.requests) + ": ";
      for (const std::string& pointer : fields.everywhere) told += pointer + " ";
      EXPECT_EQ(told, r.told) << r.body;
    }
}

TEST(BodyDocuments, LeadToTheRequestInside) {
  const std::pair<const char*, const char*> rows[] = {
      {"/geo", "/geo"},
      {"/requests/7/params/geo", "/geo"},
      {"/3/body/geo", "/geo"},
      {"/3/geo", "/geo"},
      {"/params/geo", "/params/geo"},
      {"/requests/7/params/tools/0/geo", "/tools/0/geo"},
      {"/file/3/body/geo", "/file/3/body/geo"}};
  for (const auto& [pointer, inside] : rows)
    EXPECT_EQ(policy::request_pointer(pointer, false), inside);
  EXPECT_EQ(policy::request_pointer("/file/3/body/geo", true), "/geo");
  EXPECT_EQ(policy::request_pointer("/geo", true), "/geo");
}

TEST(BodyDocuments, GiveFieldsPartsAndLinesTheirPlaces) {
  struct Row {
    const char* type;
    std::string body, fields;
  };
  const Row rows[] = {
      {kForm, part("model", "whisper-1") + part("file_url", "https://a.example/x") + "--b--\r\n",
       "/model=whisper-1 /file_url=https://a.example/x /file_url<-https://a.example/x "},
      {kForm, part("payload", R"({"model":"m"})") + "--b--\r\n",
       R"(/payload={"model":"m"} /payload/model=m )"},
      {kForm, part("purpose", "batch") + part("file", line("m") + line("n"), kFile) + "--b--\r\n",
       "/purpose=batch /file/0/method=POST /file/0/url=/v1/chat/completions /file/0/body/model=m "
       "/file/1/body/model=n "},
      {kLines, "{\"model\":\"m\"}\n\n{\"model\":\"n\"}\n", "/0/model=m /1/model=n "},
      {"application/x-www-form-urlencoded", "model=a%2Fb+c&x=1", "/model=a/b c /x=1 "},
      {"application/json", R"({"model":"m"})", "/model=m "},
      {"text/plain", "model=m", ""}};
  for (const Row& r : rows)
    for (const std::size_t step : {std::size_t{1}, std::size_t{1} << 20})
      EXPECT_EQ(listed(fields_of(r.type, r.body, step)), r.fields) << r.body;
}

TEST(BodyDocuments, RepeatedAHundredThousandTimesStaySmall) {
  std::string lines, array = R"({"requests":[)";
  for (int i = 0; i < 20'000; ++i) {
    lines += line(i == 19'999 ? "deepseek-chat" : "gpt-4o", i);
    array += (i ? "," : "") + (R"({"custom_id":"r)" + std::to_string(i)) +
             R"(","params":{"model":")" + (i == 19'999 ? "deepseek-chat" : "claude") +
             R"(","messages":[{"role":"user","content":"x"}]}})";
  }
  const auto a = fields_of(kLines, lines, 1 << 18);
  EXPECT_FALSE(a.cut);
  EXPECT_LT(a.fields.size(), 10u);
  EXPECT_NE(listed(a).find("/19999/body/model=deepseek-chat"), std::string::npos);
  const auto b = fields_of("application/json", array + "]}", 1 << 18);
  EXPECT_FALSE(b.cut);
  EXPECT_LT(b.fields.size(), 10u);
  EXPECT_NE(listed(b).find("/requests/19999/params/model=deepseek-chat"), std::string::npos);
}

TEST(BodyDocuments, SayWhenAPartCouldNotBeRead) {
  const std::string broken = part("file", "{\"model\":\"m\"}\n{\"model\n", kFile) + "--b--\r\n";
  EXPECT_TRUE(fields_of(kForm, broken, 100).unread);
  EXPECT_TRUE(fields_of(kForm, part("a", "b"), 100).unread);
  EXPECT_FALSE(fields_of(kForm, part("a", "b") + "--b--\r\n", 100).unread);
  EXPECT_TRUE(fields_of(kForm,
                        "--b\r\nContent-Disposition: form-data; name=\"model\"\r\n"
                        "Content-Transfer-Encoding: base64\r\n\r\nbQ==\r\n--b--\r\n",
                        100)
                  .unread);
}

std::string policy_of(const std::string& entries, const std::string& more) {
  return "version: 1\ndetectors: { packs: [personal] }\nuninspected: allow\n"
         "regions: { allow: [JP, US], deny: [CN, HK, MO], evidence: { operator: required } }\n" +
         more + "destinations:\n" + entries;
}

std::string ask(const policy::Snapshot& s, const std::string& host, const std::string& path,
                const std::string& type, const std::string& body) {
  policy::Question q = question(host, path, body);
  q.headers = {{"content-type", type}};
  return verdict_text(evaluate(s, std::move(q)).verdict);
}

TEST(ModelsInForms, AreJudgedByTheirDeveloper) {
  const auto s = compile(policy_of("  - { id: p, providers: [openai-api, anthropic-api] }\n",
                                   "models: { developers_deny: [CN] }\n"));
  const std::string to = "api.openai.com", audio = "/v1/audio/transcriptions";
  const std::string end = "--b--\r\n";
  EXPECT_EQ(ask(*s, to, audio, kForm, part("model", "whisper-1") + end), "allow");
  EXPECT_EQ(ask(*s, to, audio, kForm, part("model", "deepseek-r1") + end),
            "block destination models");
  EXPECT_EQ(ask(*s, to, "/v1/files", kForm, part("file", line("gpt-4o"), kFile) + end), "allow");
  EXPECT_EQ(ask(*s, to, "/v1/files", kForm,
                part("file", line("gpt-4o") + line("qwen3-32b"), kFile) + end),
            "block destination models");
  EXPECT_EQ(ask(*s, to, "/v1/files", kForm, part("file", "plain text of somebody", kFile) + end),
            "allow");
  // A batch that cannot be read to its end may name any model.
  EXPECT_EQ(
      ask(*s, to, "/v1/files", kForm, part("file", line("gpt-4o") + "{\"body\":", kFile) + end),
      "block destination models");
  EXPECT_EQ(ask(*s, "api.anthropic.com", "/v1/messages/batches", "application/json",
                R"({"requests":[{"custom_id":"a","params":{"model":"claude-opus-4"}}]})"),
            "allow");
  EXPECT_EQ(ask(*s, "api.anthropic.com", "/v1/messages/batches", "application/json",
                R"({"requests":[{"custom_id":"a","params":{"model":"deepseek-v3"}}]})"),
            "block destination models");
}

TEST(ModelsInForms, NameThoseToWhomAProxyOfOnesOwnForwards) {
  const auto s = compile(
      policy_of("  - { id: house, hosts: [llm.example.jp], facts: { operator_country: JP } }\n"
                "  - { id: proxy, hosts: [proxy.example.jp], facts: { operator_country: "
                "JP, aggregator: \"true\" } }\n",
                ""));
  const std::string end = "--b--\r\n";
  for (const std::string host : {"llm.example.jp", "proxy.example.jp"}) {
    EXPECT_EQ(
        ask(*s, host, "/v1/audio/transcriptions", kForm, part("model", "azure/whisper") + end),
        "allow");
    EXPECT_EQ(
        ask(*s, host, "/v1/audio/transcriptions", kForm, part("model", "dashscope/asr") + end),
        "block region regions");
    EXPECT_EQ(ask(*s, host, "/v1/files", kForm,
                  part("file", line("deepseek/deepseek-chat"), kFile) + end),
              "block region regions");
    EXPECT_EQ(ask(*s, host, "/v1/batch", kLines, line("azure/gpt-4o") + line("deepseek/x")),
              "block region regions");
  }
  // Nobody can tell to whom a batch is forwarded that breaks off.
  EXPECT_EQ(ask(*s, "proxy.example.jp", "/v1/files", kForm,
                part("file", line("azure/gpt-4o") + "{\"a\":", kFile) + end),
            "block region regions");
}

TEST(ModelsInForms, PinNobodyAtServicesThatForward) {
  const auto s = compile(policy_of("  - { id: p, providers: [openrouter, vercel-gateway] }\n", ""));
  const std::string pinned = R"({"model":"x/y","provider":{"only":["Together"]}})";
  EXPECT_EQ(ask(*s, "openrouter.ai", "/api/v1/chat/completions", "application/json", pinned),
            "allow");
  EXPECT_EQ(
      ask(*s, "openrouter.ai", "/api/v1/chat/completions", kLines, pinned + "\n" + pinned + "\n"),
      "block region regions");
  EXPECT_EQ(ask(*s, "openrouter.ai", "/api/v1/chat/completions", kForm,
                part("provider[only][]", "Together") + "--b--\r\n"),
            "block region regions");
}

TEST(AddressesInForms, AreSecondDestinations) {
  const auto s = compile(policy_of("  - { id: p, providers: [openai-api] }\n", ""));
  const std::string end = "--b--\r\n";
  const auto with = [&](const std::string& name, const std::string& url) {
    return ask(*s, "api.openai.com", "/v1/audio/transcriptions", kForm,
               part("model", "whisper-1") + part(name, url) + end);
  };
  EXPECT_EQ(with("file_url", "https://files.example.org/a.wav"), "allow");
  EXPECT_EQ(with("file_url", "https://api.deepseek.com/a.wav"), "block region regions");
  EXPECT_EQ(with("webhook_url", "https://hooks.example.org/x"), "block destination unlisted");
  EXPECT_EQ(with("prompt", "see https://api.deepseek.com"), "allow");
}

}  // namespace
}  // namespace sekisho::tests
