#pragma once

// A frame over a log that a journal wrote and its index, as the commands make one.

#include <map>
#include <optional>
#include <string>

#include "audit/reports/reports.h"
#include "config/catalogue.h"
#include "config/gateway_file.h"
#include "tests/audit/index/written_log.h"
#include "tests/audit/reports/sample.h"

namespace sekisho::audit {

inline constexpr const char* kPolicy = R"(version: 1
name: test
regions: { allow: [US, JP], deny: [CN] }
destinations:
  - id: openai
    providers: [openai-api]
  - id: trial
    hosts: [llm.example.com]
    facts: { operator_country: US, trains_on_inputs: "no", reviewed_at: 2026-06-01 }
    until: 2026-09-30
    ticket: SEC-9
    approved_by: [ciso]
    reason: trial
data:
  - { id: no-mail, findings: [email], action: block }
exceptions:
  - { id: EX-1, lifts: [no-mail], groups: [everyone], until: 2026-12-31, ticket: SEC-2, approved_by: [cto, ciso], reason: { ja: 試行, en: pilot } }
  - { id: EX-2, lifts: [no-mail], until: 2026-08-01, ticket: SEC-3, approved_by: [cto], reason: old }
transfers:
  - id: openai-us
    providers: [openai-api]
    country: US
    route: equivalent_measures
    basis: { ja: 委託契約 2026-04, en: contract 2026-04 }
    regime: { text: { ja: 包括法なし, en: no general law }, as_of: 2026-04-01 }
    measures: { text: { ja: 学習に使わない, en: no training }, checked: 2025-01-15 }
)";

class Reports : public ::testing::Test {
 protected:
  Reports() {
    config::Problems problems;
    catalogue_ =
        config::load_catalogue(config::shipped_directory() + "/providers.yaml", "", problems);
    EXPECT_TRUE(problems.empty());
    policies_["sha256:00"] = kPolicy;
    frame_.policy_text = [this](const std::string& digest) -> std::optional<std::string> {
      const auto found = policies_.find(digest);
      return found == policies_.end() ? std::nullopt : std::optional(found->second);
    };
    frame_.catalogue = &catalogue_;
    frame_.days = {"2026-07-01", "2026-10-01"};
    frame_.days_before = {"2026-04-01", "2026-07-01"};
    frame_.period = sample_answer().period;
    frame_.footer = sample_answer().footer;
    frame_.now_us = 1'790'780'400'000'000;
    frame_.place = "-c gateway.yaml";
    frame_.command = "sekisho audit report x";
    frame_.language = Language::kEnglish;
  }

  void fill() {
    using policy::Action;
    log_.exchange({.type = "email", .value = "aa@example.jp"});
    log_.exchange({.user = "taro@example.co.jp", .type = "email", .value = "aa@example.jp"});
    log_.exchange({.type = "jp_my_number", .value = "bb"});
    log_.exchange({.verdict = Action::kRedact, .type = "email", .value = "cc"});
    Exchange refused;
    refused.verdict = Action::kBlock;
    refused.type = "email";
    refused.value = "dd";
    refused.host = "api.deepseek.com";
    refused.provider = "deepseek-api";
    refused.country = "CN";
    refused.reason = policy::Reason::kRegion;
    refused.rule = "regions";
    log_.exchange(refused);
    log_.exchange({.type = "email", .value = "ee", .exception = "EX-1"});
    Exchange unknown;
    unknown.host = "unknown.example.com";
    unknown.provider = unknown.country = "";
    unknown.user = "<script>alert(1)</script>";
    log_.exchange(unknown);
  }

  const ReportFrame& frame() {
    answers_.emplace(log_.indexed());
    frame_.run = [this](const Sql& sql) { return answers_->database().ask(sql); };
    return frame_;
  }

  // Everything of a report is said in both languages and none of it failed.
  static void check(const Report& r) {
    EXPECT_EQ(r.error, "");
    const auto both = [](const LocalText& text, const std::string& where) {
      EXPECT_FALSE(text.ja.empty() || text.en.empty()) << where << ": " << text.ja << text.en;
    };
    both(r.title, r.name);
    for (const auto& p : r.lead) both(p, r.name);
    for (const Section& s : r.sections) {
      both(s.title, s.id);
      for (const auto& p : s.text) both(p, s.id);
      for (const auto& f : s.figures) both(f.label, s.id);
      for (const auto& d : s.differences) both(d.title, s.id);
      for (const Table& t : s.tables) {
        both(t.title, s.id + "." + t.id);
        for (const auto& note : t.notes) both(note, t.id);
        for (const auto& c : t.columns) both(c.label, t.id + "." + c.id);
        for (const auto& row : t.rows) EXPECT_EQ(row.size(), t.columns.size()) << t.id;
      }
    }
  }

  static std::string shown(const Cell& cell) {
    if (const auto* n = std::get_if<std::int64_t>(&cell)) return std::to_string(*n);
    if (const auto* s = std::get_if<std::string>(&cell)) return *s;
    return "-";
  }
  static const Table* table_of(const Report& r, const std::string& id) {
    for (const Section& s : r.sections)
      for (const Table& t : s.tables)
        if (t.id == id) return &t;
    return nullptr;
  }
  // The row whose first cell is `key`, as "a|b|c".
  static std::string row_of(const Table& t, const std::string& key) {
    for (const auto& row : t.rows) {
      if (shown(row[0]) != key) continue;
      std::string out;
      for (const Cell& cell : row) out += (out.empty() ? "" : "|") + shown(cell);
      return out;
    }
    return "no row " + key;
  }

  // Of the value that was sent most often.
  std::string hash_of(const std::string& type) const {
    std::string rows = answers_->text("SELECT hash FROM finding_value WHERE type = '" + type +
                                      "' GROUP BY hash ORDER BY count(*) DESC LIMIT 1");
    return rows.substr(0, rows.find('\n'));
  }

  WrittenLog log_;
  std::map<std::string, std::string> policies_;
  config::Catalogue catalogue_;
  ReportFrame frame_;
  std::optional<Answers> answers_;
};

}  // namespace sekisho::audit
