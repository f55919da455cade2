// Documents inside a request's body: what is found, where, and what leaves when it is masked.
#include <gtest/gtest.h>

#include "filters/bodies/json_scanner.h"
#include "tests/policy/request_fixture.h"

namespace sekisho::tests {
namespace {

const policy::Snapshot& snapshot() {
  static const auto kSnapshot = compile(policy_with(kRules));
  return *kSnapshot;
}

policy::Evaluation ask(const std::string& body, const std::string& type = "application/json") {
  auto q = question("api.openai.com", "/v1/chat/completions", body);
  q.headers = {{"content-type", type}};
  return evaluate(snapshot(), std::move(q));
}

std::string sent(const std::string& body, const std::string& type = "application/json") {
  const auto e = ask(body, type);
  const std::string verdict = verdict_text(e.verdict);
  return verdict == "redact data cards" ? sent_body(e) : verdict;
}

TEST(NestedInspection, MasksInTheArgumentsOfATool) {
  EXPECT_EQ(sent(R"({"arguments":"{\"card\":\"4532 0151 1283 0366\",\"x\":1}"})"),
            R"({"arguments":"{\"card\":\"[REDACTED:credit_card]\",\"x\":1}"})");
  EXPECT_EQ(sent(R"({"arguments":"{\"card\":4532015112830366}"})"),
            R"({"arguments":"{\"card\":\"[REDACTED:credit_card]\"}"})");
  EXPECT_EQ(sent(R"({"arguments":"{\"card\":\"\\u0034532015112830366\\n\"}"})"),
            R"({"arguments":"{\"card\":\"[REDACTED:credit_card]\\n\"}"})");
}

TEST(NestedInspection, CountsAValueOnce) {
  const auto e = ask(R"({"arguments":"{\"card\":\"4532 0151 1283 0366\"}"})");
  ASSERT_EQ(e.verdict.findings.size(), 1u);
  EXPECT_EQ(e.verdict.findings[0].count, 1);
  EXPECT_EQ(e.verdict.findings[0].where, (std::vector<std::string>{"/arguments/card"}));
  EXPECT_EQ(e.verdict.coverage, policy::Coverage::kInspected);
}

TEST(NestedInspection, BlocksWhatCannotBeEditedInPlace) {
  // A key; base64; the name of a file.
  EXPECT_EQ(sent(R"({"arguments":"{\"4532 0151 1283 0366\":1}"})"), "block data cards");
  EXPECT_EQ(sent(R"({"x":"data:text/plain;base64,Y2FyZCA0NTMyIDAxNTEgMTI4MyAwMzY2"})"),
            "block data cards");
  EXPECT_EQ(sent("--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"4532 0151 1283 "
                 "0366.txt\"\r\n\r\nx\r\n--b--\r\n",
                 "multipart/form-data; boundary=b"),
            "block data cards");
}

TEST(NestedInspection, MasksInADataUrlOfPercentSigns) {
  EXPECT_EQ(sent(R"({"x":"data:text/plain,card%204532%200151%201283%200366%21"})"),
            R"({"x":"data:text/plain,card%20%5BREDACTED%3Acredit_card%5D%21"})");
}

TEST(NestedInspection, MasksInAPartOfText) {
  const std::string head =
      "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.csv\"\r\n\r\n";
  EXPECT_EQ(sent(head + "a,4532015112830366,b\r\n--b--\r\n", "multipart/form-data; boundary=b"),
            head + "a,[REDACTED:credit_card],b\r\n--b--\r\n");
}

TEST(NestedInspection, MasksInShiftJis) {
  EXPECT_EQ(sent("\x94\xd4\x8d\x86 4532015112830366 \x83\x5c", "text/plain; charset=shift_jis"),
            "\x94\xd4\x8d\x86 [REDACTED:credit_card] \x83\x5c");
  EXPECT_EQ(sent("{\"a\":\"\x83\x5c 4532015112830366\"}", "application/json; charset=shift_jis"),
            "{\"a\":\"\x83\x5c [REDACTED:credit_card]\"}");
}

TEST(NestedInspection, FindsALabelInEveryCharset) {
  EXPECT_EQ(sent("\x81\x79\x8e\xd0\x8a\x4f\x94\xe9\x81\x7a", "text/plain"), "block data labels");
  EXPECT_EQ(sent("\xa1\xda\xbc\xd2\xb3\xb0\xc8\xeb\xa1\xdb", "text/plain"), "block data labels");
  EXPECT_EQ(sent("\x1b$B!Z<R30Hk![\x1b(B", "text/plain"), "block data labels");
}

// Whichever way the service reads it, it was read.
TEST(NestedInspection, ReadsUtf8ThatIsCalledSomethingElse) {
  EXPECT_EQ(sent("card 4532 0151 1283 0366", "text/plain; charset=utf-16"),
            "card [REDACTED:credit_card]");
  EXPECT_EQ(sent("【社外秘】", "text/plain; charset=shift_jis"), "block data labels");
}

TEST(NestedInspection, SaysWhatItDidNotRead) {
  const std::string body =
      "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\nContent-Type: "
      "application/pdf\r\n\r\n%PDF-1.7\r\n--b--\r\n";
  const auto e = ask(body, "multipart/form-data; boundary=b");
  EXPECT_EQ(verdict_text(e.verdict), "block uninspected uninspected");
  EXPECT_EQ(e.verdict.coverage, policy::Coverage::kPartly);
  EXPECT_EQ(e.verdict.skipped, (std::vector<std::string>{"body:part:file:application/pdf"}));
  const auto allowing = compile(policy_with("uninspected: allow\n" + kRules));
  auto q = question("api.openai.com", "/v1/files", body);
  q.headers = {{"content-type", "multipart/form-data; boundary=b"}};
  const auto allowed = evaluate(*allowing, q);
  EXPECT_EQ(verdict_text(allowed.verdict), "allow");
  EXPECT_EQ(allowed.verdict.coverage, policy::Coverage::kPartly);
}

TEST(NestedInspection, RefusesAmbiguousMultipart) {
  const auto e = ask("preamble\r\n--b\r\n", "multipart/form-data; boundary=b");
  EXPECT_EQ(verdict_text(e.verdict), "block uninspected uninspected");
  EXPECT_EQ(e.verdict.skipped, (std::vector<std::string>{"body:multipart"}));
  EXPECT_EQ(e.verdict.coverage, policy::Coverage::kUninspected);
}

TEST(NestedInspection, RefusesTwoContentTypes) {
  auto q = question("api.openai.com", "/v1/files", "{}");
  q.headers = {{"content-type", "application/json"},
               {"content-type", "multipart/mixed; boundary=b"}};
  EXPECT_EQ(verdict_text(evaluate(snapshot(), q).verdict), "block uninspected uninspected");
}

// The half of a value is nothing; together they are what the service reads.
TEST(NestedInspection, ReadsMessagesTogetherAtTheirBorders) {
  EXPECT_EQ(sent(R"({"messages":[{"role":"user","content":"カード番号 4532 0151"},)"
                 R"({"role":"user","content":"1283 0366 です"}]})"),
            "block data cards");
  EXPECT_EQ(sent(R"({"messages":[{"role":"user","content":"card number 4532-0151"},)"
                 R"({"role":"assistant","content":"go on"},)"
                 R"({"role":"user","content":"1283-0366"}]})"),
            "block data cards");
  EXPECT_EQ(sent(R"({"messages":[{"role":"user","content":"card number 4532 0151 "},)"
                 R"({"role":"user","content":"and the rest is 1283 0366"}]})"),
            "block data cards");
  EXPECT_EQ(sent(R"({"messages":[{"role":"user","content":"カード番号 4532-0151"},)"
                 R"({"role":"user","content":"続きは -1283-0366 です"}]})"),
            "block data cards");
  EXPECT_EQ(sent(R"({"messages":[{"role":"user","content":"invoice 4532"},)"
                 R"({"role":"user","content":"0151 1283 0366"}]})"),
            "allow");
}

TEST(NestedInspection, ReadsThreeMessagesTogether) {
  const auto body = [](const std::vector<std::string>& pieces) {
    std::string out;
    for (const std::string& piece : pieces)
      out += (out.empty() ? "" : ",") + (R"({"role":"user","content":")" + piece + R"("})");
    return R"({"messages":[)" + out + "]}";
  };
  EXPECT_EQ(sent(body({"カード番号 4532", "0151 12", "83 0366"})), "block data cards");
  EXPECT_EQ(sent(body({std::string(300, '.') + " card number 4532", "0151 12", "83 0366"})),
            "block data cards");
  EXPECT_EQ(sent(body({"password: Kz", "続きは #92tm", "and the rest is r%460AB"})),
            "block data secrets");
  EXPECT_EQ(sent(body({"invoice 4532", "0151 12", "83 0366"})), "allow");
}

// A piece of a password is anything.
TEST(NestedInspection, ReadsPasswordsOverMessagesAndParts) {
  const auto body = [](const std::string& first, const std::string& second) {
    return R"({"messages":[{"role":"user","content":")" + first +
           R"("},{"role":"user","content":")" + second + R"("}]})";
  };
  EXPECT_EQ(sent(body("password: Kz#1", "5eos-611U6L")), "block data secrets");
  EXPECT_EQ(sent(body("DB_PASSWORD=Kz%", "続きは 54rot_9337N9")), "block data secrets");
  EXPECT_EQ(sent(body("パスワードはVr", "#68etx-602kJw")), "block data secrets");
  EXPECT_EQ(sent(R"({"contents":[{"role":"user","parts":[{"text":"PW：Hn!"},)"
                 R"({"text":"51img-171yhn"}]}]})"),
            "block data secrets");
  EXPECT_EQ(sent(body("the password is wrong", "Node22 is fine")), "allow");
  EXPECT_EQ(sent(body("What is a password?", "#1 reason")), "allow");
}

TEST(NestedInspection, MasksAllOfAnEncodingWithinAText) {
  EXPECT_EQ(sent(R"({"messages":[{"role":"user","content":)"
                 R"("see card number NDUzMiAwMTUxIDEyODMgMDM2Ng== please"}]})"),
            R"({"messages":[{"role":"user","content":)"
            R"("see card number [REDACTED:credit_card] please"}]})");
}

// A nested document cannot make a turn old, nor a signed field editable.
TEST(NestedInspection, TurnsAreThoseOfTheOutermostDocument) {
  EXPECT_EQ(
      verdict_of(
          snapshot(),
          question(
              "api.openai.com", "/v1/chat/completions",
              R"({"messages":["{\"role\":\"assistant\",\"content\":\"個人番号 9827 3645 0124\"}"]})")),
      "block data my-number");
  EXPECT_EQ(sent(R"({"messages":[{"signature":"{\"a\":\"4532 0151 1283 0366\"}"}]})"),
            "block data cards");
}

TEST(NestedInspection, FindingsAroundTheJsonInAStringKeepItValid) {
  // The whole text reads as a password's assignment, which no single string in it does.
  const auto e = ask(R"({"arguments":"{\"note\":\"card\\n4532 0151 1283 0366\\ttail\"}"})");
  ASSERT_EQ(verdict_text(e.verdict), "redact data cards");
  filters::JsonValue inner;
  ASSERT_TRUE(filters::json_value_at(sent_body(e), "/arguments", inner));
  filters::JsonValue note;
  EXPECT_TRUE(filters::json_value_at(inner.text, "/note", note));
  EXPECT_EQ(note.text, "card\n[REDACTED:credit_card]\ttail");
}

// What a name says, as in a text: of a tool's arguments, of an object, of what stands in a list.
TEST(NamedValues, AreJudgedWithTheirNames) {
  EXPECT_EQ(sent(R"({"input":{"password":"Xk9!hunter2-7Qz"}})"), "block data secrets");
  EXPECT_EQ(sent(R"({"arguments":"{\"db_password\": \"Xk9!hunter2-7Qz\"}"})"),
            "block data secrets");
  EXPECT_EQ(sent(R"({"input":{"passwords":["Xk9!hunter2-7Qz"]}})"), "block data secrets");
  EXPECT_EQ(sent(R"({"input":{"colour":"Xk9!hunter2-7Qz"}})"), "allow");
}

TEST(NamedValues, AreNotWhatTheirNamesSayTheyAreNot) {
  EXPECT_EQ(sent(R"({"input":{"trace_id":"4532015112830366"}})"), "allow");
  EXPECT_EQ(sent(R"({"input":{"card":"4532015112830366"}})"),
            R"({"input":{"card":"[REDACTED:credit_card]"}})");
}

TEST(NamedValues, AreFoundAlone) {
  EXPECT_EQ(sent(R"({"input":{"note":"社外秘"}})"), "block data labels");
  EXPECT_EQ(sent(R"({"input":{"value":")" + kAwsKey + R"("}})"), "block data secrets");
}

TEST(NamedValues, FieldsOfTheServiceItselfAreNoValues) {
  EXPECT_EQ(sent(R"({"model":"gpt-5","prompt_cache_key":"b3f1c29de07a44518c6e9d20f7a1b8c5",)"
                 R"("messages":[{"role":"user","content":"hello"}]})"),
            "allow");
}

}  // namespace
}  // namespace sekisho::tests
