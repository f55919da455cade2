// Tokens in answers become values again: the three dialects, whole and in pieces.

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "tests/policy/restoring.h"

namespace sekisho::tests {
namespace {

using nlohmann::json;
using policy::AnswerShape;

// What a client's SDK makes of the data lines of an event stream.
std::vector<json> messages(const std::string& stream) {
  std::vector<json> out;
  for (std::size_t at = 0; (at = stream.find("data: ", at)) != std::string::npos;) {
    const std::size_t end = stream.find_first_of("\r\n", at);
    const std::string text = stream.substr(at + 6, end - at - 6);
    at = end;
    if (text != "[DONE]") out.push_back(json::parse(text));
  }
  return out;
}

// ---- OpenAI chat

std::string chat_delta(int choice, const std::string& text, const std::string& finish = "null") {
  const json delta = text.empty() ? json::object() : json{{"content", text}};
  return data(
      R"({"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":)" +
      std::to_string(choice) + R"(,"delta":)" + delta.dump() + R"(,"finish_reason":)" + finish +
      "}]}");
}

std::string chat_stream(const std::string& text, std::size_t size) {
  std::string out = data(
      R"({"id":"c1","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]})");
  for (const auto& p : pieces(text, size)) out += chat_delta(0, p);
  return out + chat_delta(0, "", "\"stop\"") + "data: [DONE]\n\n";
}

std::map<int, std::string> chat_texts(const std::string& stream) {
  std::map<int, std::string> out;
  for (const json& m : messages(stream))
    for (const json& c : m.at("choices"))
      if (c.at("delta").contains("content"))
        out[c.at("index").get<int>()] += c.at("delta").at("content").get<std::string>();
  return out;
}

TEST(RestoredChat, HasTheValueHoweverTheTokenIsSplitOverEvents) {
  const std::string said = "Write to " + kMailToken + ", or S SK SKS SKS_ " + kNameToken + "S";
  const std::string meant = "Write to " + kMail + ", or S SK SKS SKS_ " + kName + "S";
  for (std::size_t size = 1; size < 40; ++size) {
    const Restored r = restore("openai", AnswerShape::kEvents, chat_stream(said, size));
    EXPECT_EQ(chat_texts(r.bytes)[0], meant) << size;
    EXPECT_EQ(r.counts.restored, 2u);
    EXPECT_EQ(r.counts.unknown, 0u);
    EXPECT_TRUE(r.bytes.ends_with("data: [DONE]\n\n"));
  }
}

TEST(RestoredChat, IsTheSameHoweverTheBytesAreCut) {
  const std::string stream = chat_stream("a " + kMailToken + " b " + kNameToken + " SKS_EM", 7);
  const Restored whole = restore("openai", AnswerShape::kEvents, stream);
  for (std::size_t cut = 1; cut < stream.size(); ++cut)
    EXPECT_EQ(restore("openai", AnswerShape::kEvents, stream, {cut}).bytes, whole.bytes) << cut;
  EXPECT_EQ(
      restore("openai", AnswerShape::kEvents, stream, std::vector<std::size_t>(stream.size(), 1))
          .bytes,
      whole.bytes);
}

TEST(RestoredChat, KeepsChoicesApart) {
  std::string stream;
  const auto a = pieces("A " + kMailToken + " a", 5), b = pieces("B " + kNameToken + " b", 4);
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    if (i < a.size()) stream += chat_delta(0, a[i]);
    if (i < b.size()) stream += chat_delta(1, b[i]);
  }
  stream += chat_delta(1, "", "\"stop\"") + chat_delta(0, "", "\"stop\"");
  auto texts = chat_texts(restore("openai", AnswerShape::kEvents, stream).bytes);
  EXPECT_EQ(texts[0], "A " + kMail + " a");
  EXPECT_EQ(texts[1], "B " + kName + " b");
}

TEST(RestoredChat, EventsWithoutTokensKeepTheirBytes) {
  const std::string stream =
      ": keep-alive\r\n\r\nid: 7\r\nretry: 10\r\ndata: "
      "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"caf\\u00e9 \\ud83d\"}}]}\r\n\r\n"
      "\r\ndata: not json\r\n\r\ndata: {\"usage\" : {\"a\": 1.0}, \"choices\":[]}\r\n\r\ndata: "
      "[DONE]\r\n\r\n";
  EXPECT_EQ(restore("openai", AnswerShape::kEvents, stream).bytes, stream);
}

TEST(RestoredChat, ACompleteEventIsNotHeldForTheNext) {
  policy::AnswerRestorer restorer(tokens(), policy::dialect_for("openai", "/").lanes,
                                  AnswerShape::kEvents);
  std::string out;
  restorer.feed(chat_delta(0, "Hello "), out);
  EXPECT_EQ(out, chat_delta(0, "Hello "));
  out.clear();
  restorer.feed(": ping\n", out);
  EXPECT_EQ(out, ": ping\n");
  out.clear();
  restorer.feed(chat_delta(0, "to " + kMailToken.substr(0, 10)), out);
  EXPECT_EQ(chat_texts(out)[0], "to ");
}

TEST(RestoredChat, HeldTextThatIsNoTokenComesBeforeTheEnd) {
  const Restored r = restore("openai", AnswerShape::kEvents,
                             chat_delta(0, "ask S") + chat_delta(0, "", "\"stop\""));
  EXPECT_EQ(chat_texts(r.bytes)[0], "ask S");
  const auto all = messages(r.bytes);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[1].at("id"), "c1");
  EXPECT_EQ(all[1].at("choices")[0].at("delta"), json({{"content", "S"}}));
  EXPECT_EQ(all[2].at("choices")[0].at("finish_reason"), "stop");
}

TEST(RestoredChat, AStreamThatIsCutShowsNoHalfToken) {
  for (std::size_t shown = 5; shown < kMailToken.size(); ++shown) {
    const std::string stream = chat_delta(0, "to " + kMailToken.substr(0, shown));
    for (const bool finished : {false, true}) {
      const auto r = restore("openai", AnswerShape::kEvents, stream, {}, finished);
      EXPECT_EQ(chat_texts(r.bytes)[0], "to ") << shown;
    }
  }
  const auto letters = restore("openai", AnswerShape::kEvents, chat_delta(0, "ends in SKS"));
  EXPECT_EQ(chat_texts(letters.bytes)[0], "ends in SKS");
}

std::string call_delta(int index, const std::string& name, const std::string& arguments) {
  json function = {{"arguments", arguments}};
  if (!name.empty()) function["name"] = name;
  json call = {{"index", index}, {"function", function}};
  if (!name.empty()) call["id"] = "call_" + std::to_string(index);
  return data(
      json({{"id", "c1"},
            {"choices",
             {{{"index", 0}, {"delta", {{"tool_calls", {call}}}}, {"finish_reason", nullptr}}}}})
          .dump());
}

std::map<int, std::string> call_arguments(const std::string& stream) {
  std::map<int, std::string> out;
  for (const json& m : messages(stream))
    for (const json& c : m.at("choices"))
      if (c.at("delta").contains("tool_calls"))
        for (const json& t : c.at("delta").at("tool_calls"))
          out[t.at("index").get<int>()] += t.at("function").at("arguments").get<std::string>();
  return out;
}

TEST(RestoredChat, ToolsGetValuesOnlyWhereTheRuleAllowsIt) {
  const std::string arguments = json{{"to", kMailToken}, {"name", kNameToken}}.dump();
  for (const auto& [tool, allowed] : std::map<std::string, bool>{{"Edit", true},
                                                                 {"Write", true},
                                                                 {"mcp__files__read", true},
                                                                 {"mcp__files__send", false},
                                                                 {"MCP__FILES__SEND", false},
                                                                 {"Bash", false},
                                                                 {"edit", false},
                                                                 {"Editor", false},
                                                                 {"", false}}) {
    for (const std::size_t size : {1u, 3u, 11u, 500u}) {
      std::string stream = call_delta(0, tool, "");
      for (const auto& p : pieces(arguments, size)) stream += call_delta(0, "", p);
      stream += chat_delta(0, "", "\"tool_calls\"");
      const auto r = restore("openai", AnswerShape::kEvents, stream);
      const json got = json::parse(call_arguments(r.bytes)[0]);
      EXPECT_EQ(got.at("to"), allowed ? kMail : kMailToken) << tool;
      EXPECT_EQ(got.at("name"), allowed ? kName : kNameToken) << tool;
      EXPECT_EQ(r.counts.restored, allowed ? 2u : 0u) << tool;
      EXPECT_EQ(r.counts.withheld, allowed ? 0u : 2u) << tool;
      if (!allowed) {
        EXPECT_EQ(r.bytes, stream) << tool;
      }
    }
  }
}

TEST(RestoredChat, AToolWithTwoNamesGetsNoValues) {
  const std::string piece = call_delta(0, "", json{{"x", kMailToken}}.dump());
  const std::string renamed = call_delta(0, "Edit", "") + call_delta(0, "Bash", "") + piece;
  EXPECT_EQ(restore("openai", AnswerShape::kEvents, renamed).bytes, renamed);
  const std::string late = call_delta(0, "Edit", "{") + call_delta(0, "Bash", "") + piece;
  EXPECT_EQ(restore("openai", AnswerShape::kEvents, late).bytes, late);
  const std::string twice =
      R"({"choices":[{"message":{"tool_calls":[{"function":{"name":"Edit","name":"Bash","arguments":")" +
      kMailToken + R"("}}]}}]})";
  EXPECT_EQ(restore("openai", AnswerShape::kJson, twice).bytes, twice);
}

TEST(RestoredChat, AnAddedPieceOfArgumentsRepeatsNoIdOrName) {
  std::string stream = call_delta(0, "Edit", "{\"a\":\"S") + chat_delta(0, "", "\"length\"");
  const auto all = messages(restore("openai", AnswerShape::kEvents, stream).bytes);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[1].at("choices")[0].at("delta"),
            json::parse(R"({"tool_calls":[{"index":0,"function":{"arguments":"S"}}]})"));
}

TEST(RestoredChat, WholeAnswersAreRestoredLikeStreams) {
  const json answer = {
      {"id", kMailToken},
      {"choices",
       {{{"index", 0},
         {"logprobs", {{"content", {{{"token", kMailToken}}}}}},
         {"message",
          {{"content", "to " + kMailToken},
           {"tool_calls",
            {{{"id", "x"},
              {"function", {{"arguments", json{{"b", kNameToken}}.dump()}, {"name", "Edit"}}}},
             {{"id", "y"},
              {"function",
               {{"name", "Bash"}, {"arguments", json{{"b", kNameToken}}.dump()}}}}}}}}}}}};
  const auto r = restore("openai", AnswerShape::kJson, answer.dump(2));
  const json got = json::parse(r.bytes);
  const json& message = got.at("choices")[0].at("message");
  EXPECT_EQ(message.at("content"), "to " + kMail);
  const auto arguments = [&](int i) {
    return json::parse(
        message.at("tool_calls")[i].at("function").at("arguments").get<std::string>());
  };
  EXPECT_EQ(arguments(0).at("b"), kName);
  EXPECT_EQ(arguments(1).at("b"), kNameToken);
  EXPECT_EQ(got.at("id"), kMailToken);
  EXPECT_EQ(got.at("choices")[0].at("logprobs"), answer.at("choices")[0].at("logprobs"));
  EXPECT_EQ(r.counts.restored, 2u);
  EXPECT_EQ(r.counts.withheld, 1u);
}

TEST(RestoredChat, ErrorsThatRepeatTheRequestAreRestored) {
  const auto r =
      restore("openai", AnswerShape::kJson,
              R"({"error":{"message":"bad address )" + kMailToken + R"(","code":null}})");
  EXPECT_EQ(r.bytes, R"({"error":{"message":"bad address )" + kMail + R"(","code":null}})");
}

TEST(RestoredChat, TakesOtherCapitalsAndMarkdownEscapes) {
  std::string small = kMailToken, escaped;
  for (char& c : small) c = static_cast<char>(std::tolower(c));
  for (const char c : kMailToken) escaped += c == '_' ? std::string("\\_") : std::string(1, c);
  for (const std::size_t size : {1u, 2u, 9u, 100u}) {
    EXPECT_EQ(
        chat_texts(restore("openai", AnswerShape::kEvents, chat_stream("**" + small + "**", size))
                       .bytes)[0],
        "**" + kMail + "**");
    EXPECT_EQ(
        chat_texts(
            restore("openai", AnswerShape::kEvents, chat_stream(escaped + "!", size)).bytes)[0],
        kMail + "!");
  }
}

TEST(RestoredChat, UnknownAndBrokenTokensStayAndAreCounted) {
  std::string broken = kMailToken;
  broken.back() = broken.back() == 'A' ? 'B' : 'A';
  for (const std::size_t size : {1u, 4u, 200u}) {
    const std::string said = kStranger + " and " + broken + ".";
    const auto r = restore("openai", AnswerShape::kEvents, chat_stream(said, size));
    EXPECT_EQ(chat_texts(r.bytes)[0], said);
    EXPECT_EQ(r.counts.restored, 0u);
    EXPECT_EQ(r.counts.unknown, 2u) << size;
  }
}

TEST(RestoredChat, TextStaysWhereTheRuleSaysSo) {
  const std::string stream = chat_stream("to " + kMailToken, 6);
  const auto r =
      restore("openai", AnswerShape::kEvents, stream, {}, true, tokens(restore_rule(false)));
  EXPECT_EQ(r.bytes, stream);
  EXPECT_EQ(r.counts.withheld, 1u);
}

// ---- Responses API

TEST(RestoredResponses, EveryPlaceOfTheTextHasTheValue) {
  const std::string said = "to " + kMailToken;
  const json item = {
      {"type", "message"}, {"id", "m"}, {"content", {{{"type", "output_text"}, {"text", said}}}}};
  std::string stream = named("response.output_item.added",
                             R"(,"output_index":0,"item":{"type":"message","content":[]})");
  for (const auto& p : pieces(said, 6))
    stream +=
        named("response.output_text.delta",
              R"(,"item_id":"m","output_index":0,"content_index":0,"sequence_number":3,"delta":)" +
                  json(p).dump());
  stream += named("response.output_text.done",
                  R"(,"output_index":0,"content_index":0,"text":)" + json(said).dump());
  stream += named("response.content_part.done",
                  R"(,"output_index":0,"content_index":0,"part":{"type":"output_text","text":)" +
                      json(said).dump() + "}");
  stream += named("response.output_item.done", R"(,"output_index":0,"item":)" + item.dump());
  stream += named("response.completed", R"(,"response":{"id":"r","output":[)" + item.dump() + "]}");
  const auto r = restore("openai", AnswerShape::kEvents, stream);
  EXPECT_EQ(r.bytes.find(kMailToken), std::string::npos) << r.bytes;
  std::string joined;
  for (const json& m : messages(r.bytes))
    if (m.at("type") == "response.output_text.delta") joined += m.at("delta").get<std::string>();
  EXPECT_EQ(joined, "to " + kMail);
  EXPECT_EQ(r.counts.restored, 5u);
}

TEST(RestoredResponses, AnAddedPieceNamesItsEventAndItem) {
  const std::string stream =
      named("response.output_text.delta",
            R"(,"item_id":"m","output_index":1,"content_index":0,"delta":"SKS_")") +
      named("response.output_text.done", R"(,"output_index":1,"content_index":0,"text":"SKS_")");
  const auto r = restore("openai", AnswerShape::kEvents, stream);
  EXPECT_NE(
      r.bytes.find(
          "event: response.output_text.delta\n"
          R"(data: {"type":"response.output_text.delta","item_id":"m","output_index":1,"content_index":0,"delta":"SKS_"})"
          "\n\nevent: response.output_text.done"),
      std::string::npos)
      << r.bytes;
}

TEST(RestoredResponses, FunctionArgumentsFollowTheNameToldBefore) {
  for (const bool allowed : {true, false}) {
    const std::string name = allowed ? "Write" : "WebFetch";
    const std::string arguments = json{{"text", kNameToken}}.dump();
    std::string stream = named("response.output_item.added",
                               R"(,"output_index":2,"item":{"type":"function_call","name":")" +
                                   name + R"(","arguments":""})");
    for (const auto& p : pieces(arguments, 5))
      stream += named("response.function_call_arguments.delta",
                      R"(,"output_index":2,"delta":)" + json(p).dump());
    stream += named("response.function_call_arguments.done",
                    R"(,"output_index":2,"arguments":)" + json(arguments).dump());
    stream += named("response.output_item.done",
                    R"(,"output_index":2,"item":{"type":"function_call","arguments":)" +
                        json(arguments).dump() + R"(,"name":")" + name + "\"}");
    const auto r = restore("openai", AnswerShape::kEvents, stream);
    std::string joined;
    for (const json& m : messages(r.bytes)) {
      if (m.contains("delta")) joined += m.at("delta").get<std::string>();
      if (m.contains("arguments")) {
        EXPECT_EQ(json::parse(m.at("arguments").get<std::string>()).at("text"),
                  allowed ? kName : kNameToken);
      }
      if (m.at("type") == "response.output_item.done") {
        EXPECT_EQ(json::parse(m.at("item").at("arguments").get<std::string>()).at("text"),
                  allowed ? kName : kNameToken);
      }
    }
    EXPECT_EQ(json::parse(joined).at("text"), allowed ? kName : kNameToken);
  }
}

// ---- Anthropic

std::string block_delta(int index, const std::string& kind, const std::string& field,
                        const std::string& text) {
  return named("content_block_delta", R"(,"index":)" + std::to_string(index) +
                                          R"(,"delta":{"type":")" + kind + "\",\"" + field +
                                          "\":" + json(text).dump() + "}");
}
std::string block_start(int index, const std::string& block) {
  return named("content_block_start",
               R"(,"index":)" + std::to_string(index) + R"(,"content_block":)" + block);
}
std::string block_stop(int index) {
  return named("content_block_stop", R"(,"index":)" + std::to_string(index));
}

std::string anthropic_stream(std::size_t size) {
  std::string s =
      named("message_start", R"(,"message":{"id":"m","content":[]})") + named("ping", "");
  s += block_start(0, R"({"type":"thinking","thinking":""})");
  s += block_delta(0, "thinking_delta", "thinking", "about " + kMailToken);
  s += block_delta(0, "signature_delta", "signature", kMailToken) + block_stop(0);
  s += block_start(1, R"({"type":"text","text":""})");
  for (const auto& p : pieces("to " + kMailToken + " S", size))
    s += block_delta(1, "text_delta", "text", p);
  s += block_stop(1) + block_start(2, R"({"type":"tool_use","id":"t","name":"Edit","input":{}})");
  const std::string input = json{{"old_string", kNameToken}}.dump();
  for (const auto& p : pieces(input, size))
    s += block_delta(2, "input_json_delta", "partial_json", p);
  s += block_stop(2) + block_start(3, R"({"type":"tool_use","id":"u","name":"Bash","input":{}})");
  for (const auto& p : pieces(input, size))
    s += block_delta(3, "input_json_delta", "partial_json", p);
  return s + block_stop(3) + named("message_delta", R"(,"delta":{"stop_reason":"tool_use"})") +
         named("message_stop", "");
}

TEST(RestoredAnthropic, BlocksAreRestoredEachByItsKind) {
  for (std::size_t size = 1; size < 60; ++size) {
    const auto r = restore("anthropic", AnswerShape::kEvents, anthropic_stream(size));
    std::map<int, std::string> blocks;
    int open = -1;
    for (const json& m : messages(r.bytes)) {
      if (m.at("type") == "content_block_start") open = m.at("index").get<int>();
      if (m.at("type") == "content_block_stop") open = -1;
      if (m.at("type") != "content_block_delta") continue;
      ASSERT_EQ(m.at("index").get<int>(), open);  // pieces stand inside their block
      const json& delta = m.at("delta");
      for (const char* field : {"text", "partial_json", "thinking", "signature"})
        if (delta.contains(field)) blocks[open] += delta.at(field).get<std::string>();
    }
    EXPECT_EQ(blocks[0], "about " + kMailToken + kMailToken);
    EXPECT_EQ(blocks[1], "to " + kMail + " S") << size;
    EXPECT_EQ(json::parse(blocks[2]).at("old_string"), kName);
    EXPECT_EQ(json::parse(blocks[3]).at("old_string"), kNameToken);
    EXPECT_EQ(r.counts.withheld, 1u);
  }
}

TEST(RestoredAnthropic, WholeAnswersAreRestoredLikeStreams) {
  const json answer = {
      {"type", "message"},
      {"content",
       {{{"type", "thinking"}, {"thinking", kMailToken}, {"signature", kMailToken}},
        {{"type", "text"}, {"text", kMailToken}},
        {{"type", "tool_use"},
         {"id", "t"},
         {"input", {{"a", {{"b", {kNameToken}}}}}},
         {"name", "Write"}},
        {{"type", "tool_use"}, {"id", "u"}, {"name", "Bash"}, {"input", {{"c", kNameToken}}}}}}};
  const json got = json::parse(restore("anthropic", AnswerShape::kJson, answer.dump()).bytes);
  EXPECT_EQ(got.at("content")[0], answer.at("content")[0]);
  EXPECT_EQ(got.at("content")[1].at("text"), kMail);
  EXPECT_EQ(got.at("content")[2].at("input").at("a").at("b")[0], kName);
  EXPECT_EQ(got.at("content")[3], answer.at("content")[3]);
}

// ---- Gemini

std::string gemini_message(const std::string& parts, bool last) {
  return R"({"candidates":[{"content":{"parts":)" + parts + R"(,"role":"model"},"index":0)" +
         (last ? R"(,"finishReason":"STOP")" : "") + R"(}],"modelVersion":"g"})";
}

std::vector<std::string> gemini_messages(std::size_t size) {
  std::vector<std::string> out;
  out.push_back(gemini_message(R"([{"text":")" + kMailToken + R"(","thought":true}])", false));
  for (const auto& p : pieces("to " + kMailToken + " S", size))
    out.push_back(gemini_message("[{\"text\":" + json(p).dump() + "}]", false));
  out.push_back(gemini_message(R"([{"functionCall":{"name":"Edit","args":{"x":[")" + kNameToken +
                                   R"("]}},"thoughtSignature":")" + kMailToken +
                                   R"("},{"functionCall":{"name":"Bash","args":{"x":")" +
                                   kMailToken + R"("}}}])",
                               true));
  return out;
}

void expect_gemini(const std::vector<json>& got) {
  std::string text;
  std::vector<json> calls;
  for (const json& m : got)
    for (const json& p : m.at("candidates")[0].at("content").at("parts")) {
      if (p.contains("functionCall")) {
        EXPECT_EQ(text, "to " + kMail + " S");  // all of it before the call
        calls.push_back(p.at("functionCall"));
      } else if (p.value("thought", false)) {
        EXPECT_EQ(p.at("text"), kMailToken);
      } else {
        text += p.at("text").get<std::string>();
      }
    }
  ASSERT_EQ(calls.size(), 2u);
  EXPECT_EQ(calls[0].at("args").at("x")[0], kName);
  EXPECT_EQ(calls[1].at("args").at("x"), kMailToken);
}

TEST(RestoredGemini, EventStreamsAndArraysAreRestored) {
  for (std::size_t size = 1; size < 50; ++size) {
    std::string events, array = "[";
    for (const auto& m : gemini_messages(size)) {
      events += data(m);
      array += (array.size() > 1 ? "\r\n,\r\n" : "") + m;
    }
    array += "\r\n]\n";
    expect_gemini(messages(restore("gemini", AnswerShape::kEvents, events).bytes));
    const json got = json::parse(restore("gemini", AnswerShape::kJson, array).bytes);
    expect_gemini(got.get<std::vector<json>>());
  }
}

TEST(RestoredGemini, AnArrayIsTheSameHoweverItIsCutAndStaysAnArray) {
  std::string array = "[" + gemini_message(R"([{"text":"to SKS_EM"}])", false) + "\n]";
  const auto whole = restore("gemini", AnswerShape::kJson, array);
  EXPECT_EQ(json::parse(whole.bytes).size(), 1u);  // half a token at the end is dropped
  array = "[" + gemini_message(R"([{"text":"to S"}])", false) + "\n]";
  const auto letters = restore("gemini", AnswerShape::kJson, array);
  EXPECT_EQ(json::parse(letters.bytes).size(), 2u);
  for (std::size_t cut = 1; cut < array.size(); ++cut)
    EXPECT_EQ(restore("gemini", AnswerShape::kJson, array, {cut}).bytes, letters.bytes) << cut;
}

// ---- everything else

TEST(RestoredAnswers, PlainTextAndLinesOfJson) {
  const std::string text = "Speaker: " + kMailToken + "\nSKS_EMA";
  for (std::size_t cut = 1; cut < text.size(); ++cut)
    EXPECT_EQ(restore("openai", AnswerShape::kText, text, {cut}).bytes,
              "Speaker: " + kMail + "\nSKS_EMA");
  std::string lines;
  for (const auto& p : pieces("to " + kMailToken, 4))
    lines +=
        R"({"message":{"role":"assistant","content":)" + json(p).dump() + "},\"done\":false}\n";
  lines += "{\"message\":{\"content\":\"\"},\"done\":true}\n";
  const auto r = restore("ollama", AnswerShape::kLines, lines);
  EXPECT_EQ(r.counts.restored, 1u);
  EXPECT_NE(r.bytes.find(kMail), std::string::npos);
}

TEST(RestoredAnswers, WhatIsNoJsonPassesAsItCame) {
  for (const std::string& bad :
       {std::string("{\"choices\":["), "<html>" + kMailToken, std::string("\0\1\2", 3),
        std::string(), "  {\"a\":" + kMailToken + "}", std::string("]]]}}}\"")}) {
    for (const auto shape : {AnswerShape::kJson, AnswerShape::kUnknown, AnswerShape::kLines})
      EXPECT_EQ(restore("openai", shape, bad).bytes, bad);
  }
}

TEST(RestoredAnswers, AMessageOverTheLimitPassesUnread) {
  policy::AnswerRestorer restorer(tokens(), policy::dialect_for("openai", "/").lanes,
                                  AnswerShape::kEvents, 1000);
  const std::string big = chat_delta(0, kMailToken + std::string(2000, 'x'));
  std::string out;
  for (std::size_t at = 0; at < big.size(); at += 100)
    restorer.feed(std::string_view(big).substr(at, 100), out);
  restorer.feed(chat_delta(0, "now " + kMailToken), out);
  restorer.finish(out);
  EXPECT_TRUE(out.starts_with(big));
  EXPECT_NE(out.find("now " + kMail), std::string::npos);
  EXPECT_EQ(restorer.counts().unread, 1u);
}

TEST(RestoredAnswers, DialectsNobodyDescribedAreReadAsAnyOfTheThree) {
  EXPECT_NE(
      restore("none", AnswerShape::kEvents, chat_stream("x " + kMailToken, 5)).bytes.find(kMail),
      std::string::npos);
  EXPECT_NE(restore("none", AnswerShape::kEvents, anthropic_stream(5)).bytes.find(kMail),
            std::string::npos);
}

TEST(RestoredAnswers, BedrockConverseIsRestored) {
  const json answer = {
      {"output",
       {{"message",
         {{"content",
           {{{"text", kMailToken}},
            {{"toolUse", {{"name", "Edit"}, {"input", {{"x", kNameToken}}}}}},
            {{"toolUse", {{"name", "Bash"}, {"input", {{"x", kNameToken}}}}}}}}}}}}};
  const json got = json::parse(restore("bedrock", AnswerShape::kJson, answer.dump()).bytes);
  const json& content = got.at("output").at("message").at("content");
  EXPECT_EQ(content[0].at("text"), kMail);
  EXPECT_EQ(content[1].at("toolUse").at("input").at("x"), kName);
  EXPECT_EQ(content[2].at("toolUse").at("input").at("x"), kNameToken);
}

TEST(RestoredAnswers, ShapesFollowTheContentType) {
  EXPECT_EQ(policy::answer_shape("text/event-stream; charset=utf-8"), AnswerShape::kEvents);
  EXPECT_EQ(policy::answer_shape("Application/JSON"), AnswerShape::kJson);
  EXPECT_EQ(policy::answer_shape("application/problem+json"), AnswerShape::kJson);
  EXPECT_EQ(policy::answer_shape("application/x-ndjson"), AnswerShape::kLines);
  EXPECT_EQ(policy::answer_shape("text/plain"), AnswerShape::kText);
  EXPECT_EQ(policy::answer_shape(""), AnswerShape::kUnknown);
  EXPECT_FALSE(policy::answer_shape("image/png"));
}

}  // namespace
}  // namespace sekisho::tests
