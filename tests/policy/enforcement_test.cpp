// What requests carry whatever the client wrote.

#include "policy/enforcement.h"

#include <nlohmann/json.hpp>
#include <random>

#include "tests/policy/request_fixture.h"

namespace sekisho::tests {
namespace {

using policy::Evaluation;

std::shared_ptr<const policy::Snapshot> with_keys(const std::string& rules,
                                                  const std::string& keys = "ours: OUR-KEY-1\n") {
  config::Problems problems;
  policy::SnapshotInputs in;
  in.policy =
      config::parse_policy("policy.yaml",
                           policy_with("detectors: { packs: [personal] }\nenforce:\n" + rules) +
                               "data:\n  - { id: cards, findings: "
                               "[credit_card], action: redact }\n",
                           problems);
  in.catalogue = shipped_catalogue();
  in.regions = shipped_regions();
  in.packs = shipped_pack_files();
  in.credentials = config::Credentials::parse("keys", keys, problems);
  in.now = kNow;
  auto s = compile_sharing(std::move(in), problems);
  EXPECT_TRUE(s) << all_problems(problems);
  return s;
}

std::string problems_with(const std::string& rules, const std::string& keys = "") {
  config::Problems problems;
  policy::SnapshotInputs in;
  in.policy = config::parse_policy(
      "policy.yaml", policy_with("detectors: { packs: [personal] }\nenforce:\n" + rules), problems);
  in.catalogue = shipped_catalogue();
  in.regions = shipped_regions();
  in.packs = shipped_pack_files();
  in.credentials = config::Credentials::parse("keys", keys, problems);
  in.now = kNow;
  EXPECT_FALSE(compile_sharing(std::move(in), problems));
  return all_problems(problems);
}

// "header:x other, body:/store absent | -header:authorization | key".
std::string changes(const Evaluation& e) {
  std::string out;
  for (const auto& c : e.verdict.enforced) {
    out += (out.empty() ? "" : "; ") + c.rule + (c.observe ? "?" : "");
    for (const auto& s : c.set) out += " " + s.where + "=" + std::string(to_word(s.was));
    for (const auto& r : c.removed) out += " -" + r;
    if (!c.credential.empty()) out += " key " + c.credential;
  }
  return out;
}

Evaluation ask(const policy::Snapshot& s, const std::string& body,
               const std::string& target = "/v1/responses",
               std::vector<std::pair<std::string, std::string>> headers = {},
               const std::string& host = "api.openai.com") {
  policy::Question q = question(host, target, body);
  q.headers = std::move(headers);
  return evaluate(s, std::move(q));
}

const std::string kStore =
    "  - { id: no-store, providers: [openai-api], paths: [/v1/responses, /v1/chat/*], body: { "
    "store: "
    "false } }\n";

struct Row {
  const char* what;
  std::string rule, body, sent, changes;
};

TEST(EnforcedFields, AreSetInTheBytesOfTheBody) {
  const auto rule = [](const std::string& body) {
    return "  - { id: r, providers: [openai-api], body: " + body + " }\n";
  };
  const std::vector<Row> rows = {
      {"absent", rule("{ store: false }"), R"({"model":"m"})", R"({"store":false,"model":"m"})",
       "r body:/store=absent"},
      {"another value", rule("{ store: false }"), R"({ "a" : 1.0, "store" : true })",
       R"({ "a" : 1.0, "store" : false })", "r body:/store=other"},
      {"the same value", rule("{ store: false }"), R"({"store": false})", R"({"store": false})",
       "r body:/store=same"},
      {"an empty object", rule("{ store: false }"), " { } ", R"( {"store":false } )",
       "r body:/store=absent"},
      {"a container of another kind", rule("{ store: false }"), R"({"store":{"a":[1,2]},"b":2})",
       R"({"store":false,"b":2})", "r body:/store=other"},
      {"an escaped name", rule("{ store: false }"), R"({"st\u006fre":true})",
       R"({"st\u006fre":false})", "r body:/store=other"},
      {"inside an object", rule("{ provider.data_collection: deny }"),
       R"({"provider":{"zdr":true},"m":1})",
       R"({"provider":{"data_collection":"deny","zdr":true},"m":1})",
       "r body:/provider/data_collection=absent"},
      {"where there is no object", rule("{ provider: { data_collection: deny, zdr: true } }"),
       R"({"m":1})", R"({"provider":{"data_collection":"deny","zdr":true},"m":1})",
       "r body:/provider/data_collection=absent body:/provider/zdr=absent"},
      {"where null stands for it", rule("{ /provider/zdr: true }"), R"({"provider":null})",
       R"({"provider":{"zdr":true}})", "r body:/provider/zdr=absent"},
      {"a list, numbers, text with quotes", rule("{ only: [a, \"b\\\"\"], n: 3, t: 'true' }"),
       R"({})", R"({"only":["a","b\""],"n":3,"t":"true"})",
       "r body:/only=absent body:/n=absent body:/t=absent"},
      {"a name of that kind elsewhere is another field", rule("{ store: false }"),
       R"({"input":[{"store":true},"store"],"x":{"store":1}})",
       R"({"store":false,"input":[{"store":true},"store"],"x":{"store":1}})",
       "r body:/store=absent"},
      {"a finding beside it is masked", rule("{ store: false }"),
       R"({"store":true,"input":"4532 0151 1283 0366"})",
       R"({"store":false,"input":"[REDACTED:credit_card]"})", "r body:/store=other"},
      {"a finding inside a value that goes", rule("{ user: nobody }"),
       R"({"user":"card 4532 0151 1283 0366","input":"x"})", R"({"user":"nobody","input":"x"})",
       "r body:/user=other"},
      {"a number that is a finding", rule("{ user: nobody }"), R"({"user":4532015112830366})",
       R"({"user":"nobody"})", "r body:/user=other"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.what);
    const auto s = with_keys(row.rule);
    const Evaluation e = ask(*s, row.body);
    EXPECT_NE(e.verdict.action, policy::Action::kBlock) << verdict_text(e.verdict);
    EXPECT_EQ(sent_body(e), row.sent);
    EXPECT_EQ(changes(e), row.changes);
  }
}

// Any document, any fields: what a parser reads afterwards is what it read before, with the fields
// set; and doing it again changes nothing.
TEST(EnforcedFields, AreWhatAParserReadsThenAndNothingElse) {
  using nlohmann::json;
  std::mt19937 random(7);
  const auto up_to = [&](unsigned n) { return random() % n; };
  const char* names[] = {"a", "b", "a/b", "~", "\u00e9", "provider"};
  std::function<json(unsigned)> value = [&](unsigned depth) -> json {
    switch (up_to(depth > 3 ? 4 : 6)) {
      case 0:
        return "te\"xt\\ {,}";
      case 1:
        return up_to(1000) / 4.0;
      case 2:
        return up_to(2) == 0;
      case 3:
        return nullptr;
      case 4: {
        json out = json::array();
        for (unsigned i = up_to(4); i > 0; --i) out.push_back(value(depth + 1));
        return out;
      }
      default: {
        json out = json::object();
        for (unsigned i = up_to(5); i > 0; --i) out[names[up_to(6)]] = value(depth + 1);
        return out;
      }
    }
  };
  const char* pointers[] = {"/a", "/b/a", "/b/provider/a", "/a~1b", "/~0", "/provider/a"};
  for (int round = 0; round < 2000; ++round) {
    json document = json::object();
    for (unsigned i = up_to(6); i > 0; --i) document[names[up_to(6)]] = value(1);
    const std::string before = document.dump(up_to(2) == 0 ? -1 : 2, ' ', up_to(2) == 0);
    std::vector<filters::JsonField> fields;
    for (const char* pointer : pointers)
      if (up_to(3) == 0) fields.push_back({pointer, value(2).dump()});
    filters::JsonSetter setter(before, fields);
    while (setter.step()) {
    }
    ASSERT_EQ(setter.error(), "") << before;
    const std::string after = filters::apply_edits(before, setter.take_edits());
    for (const auto& field : fields) {
      json* at = &document;
      std::vector<std::string> way;
      for (json::json_pointer p(field.pointer); !p.empty(); p.pop_back())
        way.insert(way.begin(), p.back());
      for (const std::string& name : way) {
        if (!at->is_object()) *at = json::object();
        at = &(*at)[name];
      }
      *at = json::parse(field.value);
    }
    ASSERT_EQ(json::parse(after), document) << before;
    filters::JsonSetter again(after, fields);
    while (again.step()) {
    }
    EXPECT_TRUE(again.take_edits().empty()) << after;
  }
}

TEST(EnforcedFields, RefuseWhatCannotBeSet) {
  const auto s = with_keys(
      kStore + "  - { id: bed, providers: [aws-bedrock], body: { requestMetadata.x: y } }\n");
  for (const char* body :
       {R"({"store":true,"store":false})", R"({"store":true,"st\u006fre":false})", R"([1])",
        R"("text")", R"({"a":1)", "a=1&store=true"}) {
    SCOPED_TRACE(body);
    const Evaluation e = ask(*s, body);
    EXPECT_EQ(e.verdict.action, policy::Action::kBlock);
    EXPECT_TRUE(e.verdict.enforced.empty());
    EXPECT_TRUE(e.verdict.edits.empty());
  }
  const Evaluation twice = ask(*s, R"({"store":true,"store":false})");
  EXPECT_EQ(verdict_text(twice.verdict), "block terms no-store");
  EXPECT_NE(twice.verdict.detail.ja.find("body:/store"), std::string::npos);
  EXPECT_NE(twice.verdict.detail.en.find("stands twice"), std::string::npos);
  const Evaluation file =
      ask(*s, "--b\r\ncontent-disposition: form-data; name=\"x\"\r\n\r\n1\r\n--b--\r\n",
          "/v1/responses", {{"content-type", "multipart/form-data; boundary=b"}});
  EXPECT_EQ(verdict_text(file.verdict), "block terms no-store");
  const std::string host = "bedrock-runtime.us-east-1.amazonaws.com";
  const std::string scope = "AWS4-HMAC-SHA256 Credential=" + kAwsKey +
                            "/20261125/us-east-1/bedrock/aws4_request, SignedHeaders=host;x-a, "
                            "Signature=00";
  const Evaluation is_signed =
      ask(*s, R"({"messages":[]})", "/model/amazon.nova-lite-v1:0/converse",
          {{"authorization", scope}}, host);
  EXPECT_EQ(verdict_text(is_signed.verdict), "block terms bed");
  EXPECT_NE(is_signed.verdict.detail.en.find("signed"), std::string::npos);
}

TEST(EnforcedFields, HoldForTheirPathsHoweverTheyAreWritten) {
  const auto s = with_keys(kStore);
  for (const char* path : {"/v1/responses", "/v1/responses?x=1", "/v1//responses", "/V1/Responses/",
                           "/v1/%72esponses", "/v1/./a/../responses", "/v1/chat/completions"})
    EXPECT_EQ(changes(ask(*s, "{}", path)), "no-store body:/store=absent") << path;
  for (const char* path : {"/v1/embeddings", "/v1/responses/x", "/v1"})
    EXPECT_EQ(changes(ask(*s, "{}", path)), "") << path;
  policy::Question get = question("api.openai.com", "/v1/responses", "");
  get.method = "GET";
  get.body.reset();
  EXPECT_EQ(verdict_of(*s, get), "allow");
}

// A request is judged as it will leave: rewritten by rule to providers that policy allows.
TEST(EnforcedFields, AreWhatTheRequestIsJudgedBy) {
  const std::string head =
      "version: 1\ndetectors: { packs: [personal] }\nregions: { allow: [US], deny: [CN], evidence: "
      "{ operator: required } }\n"
      "destinations:\n  - { id: p, providers: [openrouter] }\n";
  const std::string path = "/api/v1/chat/completions";
  const auto at = [&](const std::string& text, const std::string& body) {
    return ask(*compile(text), body, path, {}, "openrouter.ai");
  };
  const std::string rule =
      "enforce:\n  - { id: only, providers: [openrouter], body: { provider.only: [Together], "
      "provider.data_collection: deny } }\n";
  const std::string plain = R"({"model":"deepseek/deepseek-r1"})";
  EXPECT_EQ(verdict_text(at(head, plain).verdict), "block region regions");
  const Evaluation e = at(head + rule, plain);
  EXPECT_EQ(verdict_text(e.verdict), "allow");
  EXPECT_EQ(
      sent_body(e),
      R"({"provider":{"only":["Together"],"data_collection":"deny"},"model":"deepseek/deepseek-r1"})");
  const Evaluation theirs = at(head + rule, R"({"model":"x/y","provider":{"only":["deepseek"]}})");
  EXPECT_EQ(verdict_text(theirs.verdict), "allow");
  EXPECT_EQ(sent_body(theirs),
            R"({"model":"x/y","provider":{"data_collection":"deny","only":["Together"]}})");
  // A rule that leads to a denied provider is no way around the region.
  std::string bad = rule;
  bad.replace(bad.find("[Together]"), 10, "[deepseek]");
  EXPECT_EQ(verdict_text(at(head + bad, plain).verdict), "block region regions");
  // What is only observed is not written, and so not judged.
  std::string observed = rule;
  observed.replace(observed.find("body:"), 5, "mode: observe, body:");
  EXPECT_EQ(verdict_text(at(head + observed, plain).verdict), "block region regions");
}

TEST(EnforcedHeaders, GoToTheirServiceAlone) {
  const auto s = with_keys(
      "  - { id: company, company_accounts: { openai: [org-a, org-b], anthropic: [id-1],"
      " github: [\"1\"], microsoft_consumer: block } }\n"
      "  - { id: opt-out, providers: [github-copilot], headers: { X-Opt-Out: \"1\" } }\n");
  const auto at = [&](const std::string& host) {
    return changes(ask(*s, "{}", "/v1/responses", {}, host));
  };
  EXPECT_EQ(at("api.openai.com"), "company header:OpenAI-Allowed-Organization-Ids=absent");
  EXPECT_EQ(at("api.anthropic.com"), "company header:anthropic-allowed-org-ids=absent");
  EXPECT_EQ(at("api.business.githubcopilot.com"),
            "company header:sec-GitHub-allowed-enterprise=absent; opt-out header:X-Opt-Out=absent");
  EXPECT_EQ(at("api.groq.com"), "");
  EXPECT_EQ(at("chatgpt.com"), "");
  const Evaluation e = ask(*s, "{}");
  ASSERT_EQ(e.enforcement.headers.size(), 1u);
  EXPECT_EQ(e.enforcement.headers[0].second, "org-a,org-b");
}

TEST(EnforcedHeaders, GoOverTheClientsCopies) {
  const auto s = with_keys(
      "  - { id: h, providers: [openai-api], headers: { X-Data: none }, remove_headers: "
      "[OpenAI-Project] }\n");
  EXPECT_EQ(changes(ask(*s, "{}", "/", {{"x-data", "all"}, {"openai-project", "p"}})),
            "h header:X-Data=other -header:openai-project");
  EXPECT_EQ(changes(ask(*s, "{}", "/", {{"X-DATA", "none"}})), "h header:X-Data=same");
  EXPECT_EQ(changes(ask(*s, "{}", "/", {{"X-DATA", "none"}, {"x-data", "none"}})),
            "h header:X-Data=other");
}

TEST(EnforcedHeaders, LeaveSignaturesWhole) {
  const auto s = with_keys(
      "  - { id: h, providers: [aws-bedrock], headers: { X-Team: ours, X-New: \"1\" } }\n");
  const auto with = [&](const std::string& names) {
    return ask(*s, "{}", "/model/amazon.nova-lite-v1:0/converse",
               {{"x-team", "theirs"},
                {"authorization", "AWS4-HMAC-SHA256 Credential=" + kAwsKey +
                                      "/20261125/us-east-1/bedrock/aws4_request, SignedHeaders=" +
                                      names + ", Signature=00"}},
               "bedrock-runtime.us-east-1.amazonaws.com");
  };
  EXPECT_EQ(changes(with("host;x-amz-date")), "h header:X-Team=other header:X-New=absent");
  EXPECT_EQ(verdict_text(with("host;x-team").verdict), "block terms h");
}

TEST(EnforcedCredential, TakesThePlaceOfTheClients) {
  const auto s = with_keys(
      "  - { id: key, providers: [openai-api, anthropic-api, google-gemini-api, azure-openai,"
      " aws-bedrock], credential: { use: ours } }\n"
      "  - { id: bare, providers: [groq], credential: strip }\n");
  struct Case {
    const char *host, *target, *header;
    std::vector<std::pair<std::string, std::string>> sent;
    const char* changes;
  };
  const std::vector<Case> cases = {{"api.openai.com",
                                    "/v1/responses",
                                    "authorization",
                                    {{"Authorization", "Bearer theirs"}, {"Cookie", "a=b"}},
                                    "key -header:authorization -header:cookie key ours"},
                                   {"api.anthropic.com",
                                    "/v1/messages",
                                    "x-api-key",
                                    {{"authorization", "Bearer theirs"}},
                                    "key -header:authorization key ours"},
                                   {"generativelanguage.googleapis.com",
                                    "/v1beta/models/g:generateContent?alt=sse&%6bey=theirs",
                                    "x-goog-api-key",
                                    {},
                                    "key -query:%6bey key ours"},
                                   {"x.openai.azure.com",
                                    "/openai/v1/responses",
                                    "api-key",
                                    {{"API-Key", "theirs"}},
                                    "key -header:api-key key ours"},
                                   {"bedrock-runtime.us-east-1.amazonaws.com",
                                    "/model/amazon.nova-lite-v1:0/converse",
                                    "authorization",
                                    {{"x-amz-date", "1"}, {"x-amz-security-token", "t"}},
                                    "key -header:x-amz-date -header:x-amz-security-token key ours"},
                                   {"api.groq.com",
                                    "/openai/v1/chat/completions",
                                    "",
                                    {{"authorization", "Bearer theirs"}},
                                    "bare -header:authorization"}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.host);
    const Evaluation e = ask(*s, "{}", c.target, c.sent, c.host);
    EXPECT_EQ(changes(e), c.changes) << verdict_text(e.verdict);
    EXPECT_EQ(e.enforcement.credential_header, c.header);
    const std::string told = explain_json(*s, e) + explain_text(*s, e);
    EXPECT_EQ(told.find("OUR-KEY-1"), std::string::npos);
    EXPECT_EQ(told.find("theirs"), std::string::npos);
  }
  EXPECT_EQ(policy::without_query_keys("/a?b=1&%6bey=x&c", {"%6bey"}), "/a?b=1&c");
  EXPECT_EQ(policy::without_query_keys("/a?key=x", {"key"}), "/a");
}

TEST(EnforcedCredential, IsNotSentInTheClearNorToThirdParties) {
  const auto s = with_keys(
      "  - { id: key, destinations: [in-house], credential: { use: ours } }\n"
      "  - { id: chat, providers: [openai-chatgpt], credential: { use: ours } }\n");
  policy::Question clear = question("llm.example.jp", "/", "{}");
  clear.to.scheme = "http";
  clear.to.port = 80;
  const Evaluation e = evaluate(*s, clear);
  EXPECT_EQ(verdict_text(e.verdict), "block terms key");
  EXPECT_EQ(changes(ask(*s, "{}", "/", {}, "login.microsoftonline.com")), "");
}

TEST(EnforceRules, OfObservedModeChangeNothing) {
  const auto s = with_keys(
      "  - { id: seen, providers: [openai-api], mode: observe, body: { store: false }, headers: { "
      "X-A: b } }\n");
  const Evaluation e = ask(*s, R"({"store":true})");
  EXPECT_EQ(changes(e), "seen? header:X-A=absent body:/store=other");
  EXPECT_TRUE(e.verdict.edits.empty());
  EXPECT_FALSE(e.enforcement.changes_head());
  EXPECT_EQ(verdict_text(ask(*s, "[1]").verdict), "allow would block terms seen");
}

TEST(EnforceRules, HoldForTheirGroups) {
  const auto s = with_keys(
      "  - { id: a, providers: [openai-api], groups: [legal], body: { store: false } }\n"
      "  - { id: b, providers: [openai-api], groups_not: [legal], body: { store: true } }\n");
  EXPECT_EQ(changes(ask(*s, "{}")), "b body:/store=absent");
  policy::Question q = question("api.openai.com", "/v1/responses", "{}");
  q.user = "sato";
  EXPECT_EQ(changes(evaluate(*s, q)), "a body:/store=absent");
}

TEST(EnforceRules, ThatContradictEachOtherInARequestRefuseIt) {
  const auto s = with_keys(
      "  - { id: a, providers: [openai-api], groups: [engineering], body: { store: false } }\n"
      "  - { id: b, hosts: [api.openai.com], body: { store: true } }\n"
      "  - { id: c, hosts: [api.groq.com], headers: { X-A: b } }\n"
      "  - { id: d, providers: [groq], headers: { x-a: c } }\n");
  EXPECT_EQ(verdict_text(ask(*s, "{}").verdict).substr(0, 11), "block terms");
  EXPECT_EQ(verdict_text(ask(*s, "{}", "/", {}, "api.groq.com").verdict), "block terms d");
}

TEST(EnforceRules, OpenWhatWouldPassUnopened) {
  const std::string text = policy_with(
      "  - { id: far, hosts: [far.example.jp], tls: splice, facts: { operator_country: JP } }\n"
      "unlisted: splice\n"
      "enforce:\n"
      "  - { id: e, hosts: [far.example.jp], headers: { X-A: b } }\n"
      "  - { id: accounts, company_accounts: { google: [example.co.jp] } }\n");
  const auto s = compile(text);
  EXPECT_EQ(outcome(*s, {"far.example.jp"}), "allow far");
  EXPECT_EQ(outcome(*s, {"calendar.google.com"}), "allow unlisted");
  EXPECT_EQ(outcome(*s, {"other.example.net"}), "splice unlisted");
}

TEST(EnforceRules, NameWhatIsThere) {
  struct Fault {
    const char *rules, *says;
  };
  const Fault faults[] = {
      {"  - { id: a, providers: [openai-apy], headers: { X-A: b } }\n",
       "did you mean 'openai-api'?"},
      {"  - { id: a, destinations: [in-hause], headers: { X-A: b } }\n",
       "did you mean 'in-house'?"},
      {"  - { id: a, providers: [groq], groups: [legl], headers: { X-A: b } }\n",
       "did you mean 'legal'?"},
      {"  - { id: a, providers: [groq], credential: { use: ourz } }\n", "did you mean 'ours'?"},
      {"  - { id: a, providers: [groq], headers: { X-A: b } }\n"
       "  - { id: b, providers: [groq], headers: { x-a: c } }\n",
       "'a' and 'b' set the header 'x-a' differently"},
      {"  - { id: a, providers: [groq], body: { p.q: 1 } }\n"
       "  - { id: b, providers: [groq], body: { p: 1 } }\n",
       "'a' and 'b' set the field '/p' differently"}};
  for (const Fault& f : faults) {
    const std::string told = problems_with(f.rules, "ours: K\n");
    EXPECT_NE(told.find(f.says), std::string::npos) << f.rules << told;
  }
}

TEST(Credentials, AreReadLineByLineAndNeverRepeated) {
  config::Problems problems;
  const auto keys = config::Credentials::parse(
      "keys", "# ours\n\nopenai: sk-1\nazure-openai :  abc:def \r\n", problems);
  EXPECT_TRUE(problems.empty()) << all_problems(problems);
  EXPECT_EQ(*keys->find("openai"), "sk-1");
  EXPECT_EQ(*keys->find("azure-openai"), "abc:def");
  EXPECT_EQ(keys->find("other"), nullptr);
  (void)config::Credentials::parse(
      "keys", "SECRETWORD\na: SECRET WORD\nb:\nc: SECRETWORD\nc: SECRETWORD\n", problems);
  ASSERT_EQ(problems.size(), 4u) << all_problems(problems);
  EXPECT_EQ(problems[3].at.line, 5);
  EXPECT_EQ(all_problems(problems).find("SECRET"), std::string::npos);
}

}  // namespace
}  // namespace sekisho::tests
