#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "audit/control_records.h"
#include "audit/views/view.h"
#include "tests/audit/testing.h"

namespace sekisho::audit {
namespace {

using nlohmann::json;

const ViewFrame kFrame{"gw1", "1.2.3"};

std::string line_of(std::uint64_t seq, const std::string& tail) {
  ChainHash hash;
  std::string out;
  append_line_head(out, seq, hash.beginning());
  return out + tail;
}

struct Told {
  std::vector<ExportedEvent> events;
  Categories categories{{"email", "pii"}};
  Pairing pairing{categories};
  void add(std::uint64_t seq, const std::string& tail) { pairing.add(line_of(seq, tail), events); }
};

Outcome outcome_of_ref(std::uint64_t ref) {
  Outcome o;
  o.id = "sks_aaaaaaaaaaaaaaaa";
  o.time_us = 1'782'995'697'000'000;
  o.gateway = "gw1";
  o.ref = ref;
  o.status = 200;
  o.sent = 99;
  o.received = 1234;
  o.total_ms = 543.5;
  o.tokens_in = 10;
  o.tokens_out = 20;
  return o;
}

// One exchange whose every word of a client's is hostile.
ExportedEvent hostile() {
  static const std::string kHostile = "a|b=c\\d\r\n<0>1 \"x]\xE2\x80\xAEz\x1b[31m";
  Sample s;
  s.client.user = kHostile;
  s.client.user_agent = kHostile;
  s.decision.model = kHostile;
  s.decision.path = "/v1/" + kHostile;
  s.verdict.action = policy::Action::kBlock;
  s.verdict.reason = policy::Reason::kData;
  policy::FindingSummary found;
  found.type = "email";
  found.count = 2;
  found.values = {"hanako@example.co.jp"};
  s.verdict.findings.push_back(found);
  Told told;
  told.add(7, record_tail(s.get(), "key"));
  told.add(8, record_tail(outcome_of_ref(7)));
  return told.events.at(0);
}

TEST(Pairing, JoinsADecisionWithItsOutcome) {
  Told told;
  Sample s;
  told.add(7, record_tail(s.get(), ""));
  EXPECT_TRUE(told.events.empty());
  EXPECT_EQ(told.pairing.oldest(), 7u);
  told.add(8, record_tail(outcome_of_ref(7)));
  ASSERT_EQ(told.events.size(), 1u);
  EXPECT_EQ(told.events[0].record.seq, 7);
  EXPECT_EQ(told.events[0].record.decision.outcome.received, 1234);
  EXPECT_FALSE(told.events[0].again);
  EXPECT_EQ(told.pairing.oldest(), std::nullopt);
}

TEST(Pairing, ADecisionThatWaitedLongGoesAloneAndItsOutcomeRepeatsIt) {
  Told told;
  Sample first, later;
  later.decision.time_us = first.decision.time_us + Pairing::kHoldUs + 1;
  told.add(1, record_tail(first.get(), ""));
  told.add(2, record_tail(later.get(), ""));
  ASSERT_EQ(told.events.size(), 1u);
  EXPECT_EQ(told.events[0].record.seq, 1);
  EXPECT_EQ(outcome_of(told.events[0]), nullptr);
  EXPECT_EQ(told.pairing.oldest(), 2u);
  told.add(3, record_tail(outcome_of_ref(1)));
  ASSERT_EQ(told.events.size(), 2u);
  EXPECT_TRUE(told.events[1].again);
  EXPECT_EQ(told.events[1].record.decision.host, "api.openai.com");
  EXPECT_EQ(outcome_of(told.events[1])->status, 200);
}

TEST(Pairing, ACrashEndsTheWait) {
  Told told;
  Sample s;
  told.add(1, record_tail(s.get(), ""));
  told.add(2, boot_tail({1, "gw1"}, "crash"));
  ASSERT_EQ(told.events.size(), 2u);
  EXPECT_EQ(told.events[0].record.kind, "decision");
  EXPECT_EQ(told.events[1].record.kind, "boot");
}

TEST(Pairing, AnOutcomeWithoutItsDecisionIsToldAsItStands) {
  Told told;
  told.add(9, record_tail(outcome_of_ref(3)));
  ASSERT_EQ(told.events.size(), 1u);
  EXPECT_EQ(told.events[0].record.kind, "outcome");
  for (const ViewFormat f :
       {ViewFormat::kJson, ViewFormat::kOcsf, ViewFormat::kEcs, ViewFormat::kOtlp})
    EXPECT_TRUE(json::accept(render_view(f, told.events[0], kFrame)));
}

TEST(Pairing, HoldsNoMoreThanItsBound) {
  Told told;
  Sample s;
  for (std::uint64_t i = 0; i < 3 * Pairing::kRemembered; ++i) {
    told.add(i, record_tail(s.get(), ""));
    ASSERT_LE(i + 1 - told.events.size(), Pairing::kHeld);
  }
  // Long forgotten: told as it stands.
  told.events.clear();
  told.add(3 * Pairing::kRemembered, record_tail(outcome_of_ref(0)));
  EXPECT_EQ(told.events.back().record.kind, "outcome");
}

TEST(OcsfView, IsAnHttpActivityWithItsChain) {
  const json e = json::parse(ocsf_view(hostile(), kFrame));
  EXPECT_EQ(e["class_uid"], 4002);
  EXPECT_EQ(e["activity_id"], 6);
  EXPECT_EQ(e["type_uid"], 400206);
  EXPECT_EQ(e["category_uid"], 4);
  EXPECT_EQ(e["time"], 1'782'995'696'123);
  EXPECT_EQ(e["severity_id"], 3);
  EXPECT_EQ(e["action_id"], 2);
  EXPECT_EQ(e["disposition_id"], 2);
  EXPECT_EQ(e["is_alert"], true);
  EXPECT_EQ(e["metadata"]["uid"], "gw1/7");
  EXPECT_EQ(e["metadata"]["correlation_uid"], "sks_aaaaaaaaaaaaaaaa");
  EXPECT_EQ(e["dst_endpoint"]["hostname"], "api.openai.com");
  EXPECT_EQ(e["dst_endpoint"]["location"]["country"], "US");
  EXPECT_EQ(e["http_response"]["code"], 200);
  EXPECT_EQ(e["traffic"]["bytes_out"], 99);
  ChainHash hash;
  EXPECT_EQ(e["attestation"]["fingerprint"]["value"],
            std::string(text_of(hash.after(hostile().line))));
  EXPECT_EQ(e["unmapped"]["sekisho"]["decision"]["seq"], 7);
  EXPECT_EQ(e["unmapped"]["sekisho"]["outcome"]["ref"], 7);
}

TEST(OcsfView, TellsWhatTheGatewayDidAsApiActivity) {
  Told told;
  told.add(3, record_tail(
                  Admin{1'782'995'696'123'456, "gw1", "reload", "sha256:a", "sha256:b", "admin"}));
  const json e = json::parse(ocsf_view(told.events.at(0), kFrame));
  EXPECT_EQ(e["class_uid"], 6003);
  EXPECT_EQ(e["activity_id"], 3);
  EXPECT_EQ(e["actor"]["user"]["name"], "admin");
  EXPECT_EQ(e["api"]["operation"], "reload");
  EXPECT_EQ(e["src_endpoint"]["hostname"], "gw1");
  EXPECT_EQ(e["unmapped"]["sekisho"]["record"]["new"], "sha256:b");
}

TEST(EcsView, UsesTheSchemasNames) {
  const json e = json::parse(ecs_view(hostile(), kFrame));
  EXPECT_EQ(e["@timestamp"], "2026-07-02T12:34:56.123456Z");
  EXPECT_EQ(e["event"]["category"][0], "network");
  EXPECT_EQ(e["event"]["type"][0], "denied");
  EXPECT_EQ(e["event"]["action"], "block");
  EXPECT_EQ(e["event"]["outcome"], "success");
  EXPECT_EQ(e["event"]["duration"], 543'500'000);
  EXPECT_EQ(e["destination"]["geo"]["country_iso_code"], "US");
  EXPECT_EQ(e["http"]["request"]["id"], "sks_aaaaaaaaaaaaaaaa");
  EXPECT_EQ(e["gen_ai"]["usage"]["output_tokens"], 20);
  EXPECT_EQ(e["unmapped"]["sekisho"]["decision"]["findings"][0]["type"], "email");
}

TEST(OtlpView, IsARequestOfLogRecords) {
  const json all = json::parse(otlp_request({otlp_record(hostile(), kFrame)}, kFrame));
  const json& logs = all["resourceLogs"][0]["scopeLogs"][0]["logRecords"];
  ASSERT_EQ(logs.size(), 1u);
  EXPECT_EQ(logs[0]["timeUnixNano"], "1782995696123456000");
  EXPECT_EQ(logs[0]["severityNumber"], 13);
  bool status = false;
  for (const json& a : logs[0]["attributes"])
    status |= a["key"] == "http.response.status_code" && a["value"]["intValue"] == "200";
  EXPECT_TRUE(status);
  EXPECT_EQ(all["resourceLogs"][0]["resource"]["attributes"][0]["value"]["stringValue"], "sekisho");
}

// What a receiver's parser does: a pair ends where the next unescaped `key=` begins.
std::string cef_field(const std::string& event, const std::string& key) {
  const auto at = event.find(" " + key + "=");
  if (at == event.npos) return {};
  std::string out;
  for (std::size_t i = at + key.size() + 2; i < event.size(); ++i) {
    if (event[i] == '\\') {
      ++i;
      out += event[i] == 'n' ? '\n' : event[i] == 'r' ? '\r' : event[i];
      continue;
    }
    const auto space = event.find(' ', i), equals = event.find('=', i);
    if (event[i] == ' ' && equals != event.npos && event.find(' ', i + 1) > equals &&
        event[equals - 1] != '\\')
      break;
    (void)space;
    out += event[i];
  }
  return out;
}

TEST(CefView, HostileTextStaysInItsField) {
  const std::string e = cef_view(hostile(), kFrame);
  EXPECT_EQ(
      e.rfind("CEF:0|Sekisho|gateway|1.2.3|block.data|Sekisho block: data|7|rt=1782995696123 ", 0),
      0u)
      << e;
  EXPECT_EQ(e.find_first_of("\r\n\x1b"), e.npos);
  EXPECT_EQ(e.find("\xE2\x80\xAE"), e.npos);
  EXPECT_EQ(cef_field(e, "suser"), "a|b=c\\d\r\n<0>1 \"x]\xEF\xBF\xBDz\xEF\xBF\xBD[31m");
  EXPECT_EQ(cef_field(e, "dhost"), "api.openai.com");
  EXPECT_EQ(cef_field(e, "act"), "block");
  EXPECT_EQ(cef_field(e, "cs4"), "email:2");
  EXPECT_EQ(cef_field(e, "cn1"), "2");
  EXPECT_EQ(cef_field(e, "cs3"), "US");
}

TEST(CefView, HeaderEscapesItsBars) {
  const std::string e = cef_view(hostile(), {"gw", "1|2\\3"});
  EXPECT_EQ(e.rfind("CEF:0|Sekisho|gateway|1\\|2\\\\3|", 0), 0u);
}

TEST(Rfc5424View, HostileTextStaysInItsParameter) {
  const std::string e = rfc5424_view(hostile(), kFrame);
  EXPECT_EQ(e.rfind("<108>1 2026-07-02T12:34:56.123456Z gw1 sekisho - exchange [sekisho@32473 "
                    "log=\"gw1\" seq=\"7\" ",
                    0),
            0u)
      << e;
  EXPECT_EQ(e.find_first_of("\r\n\x1b"), e.npos);
  EXPECT_NE(e.find("user=\"a|b=c\\\\d\xEF\xBF\xBD\xEF\xBF\xBD<0>1 \\\"x\\]"), e.npos) << e;
  EXPECT_NE(e.find("] \xEF\xBB\xBFSekisho block: data POST api.openai.com"), e.npos);
}

TEST(Rfc5424View, NamesOfHostsAreOneWord) {
  Told told;
  told.add(3, record_tail(Admin{1, "門 1\n", "reload", "", "", "x"}));
  const std::string e = rfc5424_view(told.events.at(0), kFrame);
  EXPECT_EQ(e.rfind("<110>1 1970-01-01T00:00:00.000001Z ____1_ sekisho - reload [", 0), 0u) << e;
}

TEST(SyslogViews, NeverGrowBeyondTheirBound) {
  Sample s;
  const std::string much(4000, '\\');
  for (auto* text : {&s.client.user, &s.client.user_agent, &s.decision.model, &s.decision.path,
                     &s.to.host, &s.verdict.rule, &s.verdict.exception, &s.decision.policy_digest})
    *text = much;
  for (int i = 0; i < 60; ++i) {
    policy::FindingSummary found;
    found.type = "type_number_" + std::to_string(i);
    found.count = 1;
    s.verdict.findings.push_back(found);
  }
  Told told;
  told.add(7, record_tail(s.get(), ""));
  told.pairing.flush(told.events);
  for (const std::string& e :
       {cef_over_syslog(told.events.at(0), kFrame), rfc5424_view(told.events.at(0), kFrame)}) {
    EXPECT_LE(e.size(), kSyslogBytes);
    EXPECT_TRUE(e.find("cn3Label=fieldsLeftOut cn3=") != e.npos || e.find(" more=\"") != e.npos)
        << e;
  }
  Told few;
  s.client.user = s.client.user_agent = s.decision.model = s.decision.path = s.to.host = "x";
  s.verdict.rule = s.verdict.exception = s.decision.policy_digest = "x";
  few.add(7, record_tail(s.get(), ""));
  few.pairing.flush(few.events);
  EXPECT_NE(cef_view(few.events.at(0), kFrame).find("…_more:"), std::string::npos);
}

TEST(Views, NeverTellAFoundValue) {
  const ExportedEvent e = hostile();
  for (const ViewFormat f : {ViewFormat::kJson, ViewFormat::kOcsf, ViewFormat::kEcs,
                             ViewFormat::kCef, ViewFormat::kRfc5424, ViewFormat::kOtlp}) {
    const std::string text = render_view(f, e, kFrame);
    EXPECT_EQ(text.find("hanako@example.co.jp"), text.npos);
    EXPECT_EQ(text.find('\n'), text.npos);
  }
}

}  // namespace
}  // namespace sekisho::audit
