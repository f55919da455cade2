// The decision table: what an auditor may hold the gate to. Reasoned from docs/policy.md by
// data/decisions/make_table.py, never from a run of this program.

#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <map>
#include <sstream>

#include "filters/bodies/json_scanner.h"
#include "policy/evaluate.h"
#include "policy/replay.h"
#include "policy/would_change.h"
#include "tests/policy/snapshot_fixture.h"

namespace sekisho::tests {
namespace {

using Row = std::map<std::string, std::string>;

const std::string kFolder = SEKISHO_TEST_DIR "/policy/data/decisions/";

std::string whole(const std::string& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  EXPECT_FALSE(text.str().empty()) << path;
  return text.str();
}

// RFC 4180, without line ends inside a cell.
std::vector<std::string> cells(const std::string& line) {
  std::vector<std::string> out(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"')
      out.back() += line[++i];
    else if (c == '"')
      quoted = !quoted;
    else if (c == ',' && !quoted)
      out.emplace_back();
    else
      out.back() += c;
  }
  return out;
}

std::vector<Row> table() {
  std::istringstream in(whole(kFolder + "table.csv"));
  std::string line;
  std::getline(in, line);
  const auto names = cells(line);
  std::vector<Row> out;
  while (std::getline(in, line)) {
    const auto values = cells(line);
    EXPECT_EQ(values.size(), names.size()) << line;
    Row row;
    for (std::size_t i = 0; i < std::min(names.size(), values.size()); ++i)
      row[names[i]] = values[i];
    out.push_back(std::move(row));
  }
  return out;
}

// "=== name" and the text up to the next one.
std::map<std::string, std::string> policies() {
  std::map<std::string, std::string> out;
  std::istringstream in(whole(kFolder + "policies.txt"));
  std::string line, name;
  while (std::getline(in, line)) {
    if (line.rfind("=== ", 0) == 0)
      name = line.substr(4);
    else if (!name.empty())
      out[name] += line + "\n";
  }
  out["shipped"] = whole(kShipped + "policy.yaml");
  return out;
}

std::string chat_body(const std::string& prompt) {
  std::string body;
  filters::JsonWriter w(body);
  w.begin_object().key("messages").begin_array().begin_object();
  w.key("role").value("user").key("content").value(prompt);
  w.end_object().end_array().end_object();
  return body;
}

// "JP", "unknown", "edge:US", "JP owner:CN"; "" = not stated.
policy::AddressFacts address(std::string text) {
  policy::AddressFacts out;
  out.assumed_allowed = true;
  if (const auto at = text.find(" owner:"); at != text.npos) {
    out.network_country = text.substr(at + 7);
    if (out.network_country == "unknown") out.network_country = "";
    out.assumed_allowed = false;
    text.resize(at);
  }
  if (text.rfind("edge:", 0) == 0) {
    out.edge = "stated";
    out.network_country = text.substr(5);
  } else if (!text.empty()) {
    out.countries.push_back({text == "unknown" ? "" : text, "stated", 0, false});
  }
  return out;
}

policy::Question question(const Row& row, const policy::Snapshot& policy) {
  policy::Question q;
  std::string path, error;
  EXPECT_TRUE(policy::parse_destination(row.at("to"), q.to, path, error)) << row.at("id") << error;
  q.user = row.at("user");
  q.from = config::IpAddress::parse(row.at("from"));
  q.method = row.at("method");
  q.target = row.at("path");
  const std::string& header = row.at("headers");
  if (const auto colon = header.find(": "); colon != header.npos)
    q.headers.emplace_back(header.substr(0, colon), header.substr(colon + 2));
  const std::string& body = row.at("body");
  if (!body.empty()) q.body = body[0] == '{' ? body : chat_body(body);
  q.address = address(row.at("address"));
  q.now = policy::parse_time(row.at("at"), policy.file().timezone).value_or(0);
  EXPECT_NE(q.now, 0) << row.at("id");
  return q;
}

std::string decision(const policy::Evaluation& e) {
  const policy::Verdict& v = e.verdict;
  std::string rule = v.rule;
  // Of what passes the table names the entry that let it.
  if (v.action == policy::Action::kAllow && !v.would && v.findings.empty()) rule = e.admission.rule;
  return std::string(policy::to_word(v.action)) + " would " +
         std::string(v.would ? policy::to_word(*v.would) : "-") + " reason " +
         std::string(policy::to_word(v.reason)) + " rule " + rule;
}

std::string expected(const Row& row, const std::string& got_rule) {
  const std::string& would = row.at("would");
  // An empty rule of an allowed row says nothing.
  const bool any = row.at("rule").empty() && row.at("verdict") == "allow";
  return row.at("verdict") + " would " + (would.empty() ? "-" : would) + " reason " +
         row.at("reason") + " rule " + (any ? got_rule : row.at("rule"));
}

// Each row with its policy and its decision.
void for_each_row(const std::function<void(const Row&, const policy::Snapshot&,
                                           const policy::Evaluation&)>& use) {
  const auto base = compile("version: 1\n");
  ASSERT_TRUE(base);
  const auto texts = policies();
  std::map<std::string, std::shared_ptr<const policy::Snapshot>> compiled;
  for (const Row& row : table()) {
    auto& policy = compiled[row.at("policy")];
    if (!policy) {
      config::Problems problems;
      ASSERT_TRUE(texts.count(row.at("policy"))) << row.at("policy");
      policy = base->with(config::parse_policy("policy.yaml", texts.at(row.at("policy")), problems),
                          kNow, problems);
      ASSERT_TRUE(policy && problems.empty()) << row.at("policy") << all_problems(problems);
    }
    use(row, *policy, policy::evaluate(*policy, question(row, *policy)));
  }
}

TEST(DecisionTable, EveryRowIsDecidedAsItSays) {
  std::size_t rows = 0;
  for_each_row([&](const Row& row, const policy::Snapshot&, const policy::Evaluation& e) {
    ++rows;
    const std::string got = decision(e);
    EXPECT_EQ(got, expected(row, got.substr(got.rfind(' ') + 1)))
        << row.at("id") << " " << row.at("policy") << ": " << row.at("to") << " "
        << row.at("address") << " (" << row.at("because") << ")";
  });
  EXPECT_GE(rows, 400u);
}

// What the journal keeps of a decision.
policy::RecordedRequest recorded(const policy::Evaluation& e) {
  policy::RecordedRequest out;
  out.user = e.question.user;
  out.from = e.question.from;
  out.to = e.question.to;
  out.method = e.question.method;
  out.path = e.question.target.substr(0, e.question.target.find('?'));
  for (const auto& piece : e.admission.evidence)
    out.evidence.push_back({std::string(policy::to_word(piece.kind)), piece.value.str(),
                            piece.source.str(), std::string(policy::to_word(piece.result))});
  for (const auto& f : e.verdict.findings)
    out.findings.push_back({f.type,
                            f.count,
                            f.confidence,
                            f.where,
                            {f.values.begin(), f.values.begin() + std::min<std::ptrdiff_t>(
                                                                      16, std::ssize(f.values))}});
  out.coverage = policy::to_word(e.verdict.coverage);
  out.skipped = e.verdict.skipped;
  return out;
}

TEST(DecisionTable, ReplayOfARecordUnderItsOwnPolicyDecidesTheSame) {
  for_each_row([&](const Row& row, const policy::Snapshot& policy, const policy::Evaluation& e) {
    if (row.at("address") == "edge:") return;  // an owner that is not stated: no record is so
    const auto j = policy::replay(policy, recorded(e), e.question.now);
    EXPECT_EQ(policy::to_word(j.verdict.action), policy::to_word(e.verdict.action))
        << row.at("id") << " " << row.at("because");
    EXPECT_EQ(policy::to_word(j.verdict.reason), policy::to_word(e.verdict.reason))
        << row.at("id") << " " << row.at("because");
    EXPECT_EQ(j.verdict.rule, e.verdict.rule) << row.at("id");
    EXPECT_EQ(j.verdict.would, e.verdict.would) << row.at("id");
  });
}

// Nothing that is told as a way to another answer may be wrong, and a refusal by policy has one.
TEST(DecisionTable, EveryRefusalHasAWayToPass) {
  for_each_row([&](const Row& row, const policy::Snapshot& policy, const policy::Evaluation& e) {
    if (e.verdict.action != policy::Action::kBlock || row.at("policy") == "shipped") return;
    const auto ways = policy::would_change(policy, e);
    EXPECT_FALSE(ways.empty()) << row.at("id") << " " << row.at("to") << " " << row.at("because");
    for (const auto& way : ways) EXPECT_NE(way.verdict, policy::Action::kBlock) << row.at("id");
  });
}

}  // namespace
}  // namespace sekisho::tests
