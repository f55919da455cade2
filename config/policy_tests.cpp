#include "config/country.h"
#include "config/policy_sections.h"
#include "config/units.h"

namespace sekisho::config {
namespace {

const std::vector<std::string_view> kVerdicts = {"allow", "redact", "pseudonymise", "block"};
const std::vector<std::string_view> kReasons = {
    "framing", "identity",    "host_mismatch", "region",      "destination", "terms",   "expired",
    "address", "certificate", "limit",         "uninspected", "data",        "journal", "origin"};
const std::vector<std::string_view> kCoverages = {"inspected", "partly", "uninspected", "spliced",
                                                  "no_body"};
const std::vector<std::string_view> kTlsWords = {"bump", "splice", "terminate"};
const std::vector<std::string_view> kBodyKeys = {"prompt", "body", "body_file"};

void read_header_line(YamlReader& reader, const YamlNode& n, PolicyTest& t) {
  const auto line = reader.text(n);
  if (!line) return;
  const std::size_t colon = line->find(':');
  if (colon == 0 || colon == std::string::npos) return reader.wrong(n, "a header as 'Name: value'");
  const std::size_t value = line->find_first_not_of(" \t", colon + 1);
  t.headers.emplace_back(line->substr(0, colon),
                         value == std::string::npos ? "" : line->substr(value));
}

// `{ name: value }`, or a list of "Name: value" where a name occurs twice.
void read_headers(YamlReader& reader, const YamlNode& n, PolicyTest& t) {
  if (n.is_list()) {
    for (const YamlNode& item : n.items) read_header_line(reader, item, t);
    return;
  }
  if (!n.is_map()) return reader.wrong(n, "a map of headers", "write { x-api-key: \"…\" }");
  for (const YamlEntry& e : n.entries) {
    if (e.value.is_scalar())
      t.headers.emplace_back(e.key, e.value.text);
    else
      reader.wrong(e.value, "a text");
  }
}

// Texts of a test may be empty: an empty prompt is a case worth testing.
void read_body_text(YamlReader& reader, MapReader& m, std::string_view key,
                    std::optional<std::string>& out, Mark* at = nullptr) {
  const YamlNode* n = m.find(key);
  if (!n) return;
  if (!n->is_scalar())
    return reader.wrong(*n, "a text", "put quotation marks around it: '{\"model\": \"…\"}'");
  out = n->text;
  if (at) *at = n->at;
}

void read_body(YamlReader& reader, MapReader& m, PolicyTest& t) {
  read_body_text(reader, m, "prompt", t.prompt);
  read_body_text(reader, m, "body", t.body);
  read_body_text(reader, m, "body_file", t.body_file, &t.body_file_at);
  const YamlEntry* first = nullptr;
  for (std::string_view key : kBodyKeys) {
    const YamlEntry* e = m.entry(key);
    if (e && first)
      reader.problem(e->at, "a test has only one of `prompt`, `body` and `body_file`",
                     "delete this one or `" + first->key + "`");
    if (e && !first) first = e;
  }
}

void read_country(YamlReader& reader, MapReader& m, std::string_view key,
                  std::optional<std::string>& out) {
  const YamlNode* n = m.find(key);
  if (!n) return;
  if (n->is_scalar() && n->text == "unknown")
    out = "unknown";
  else
    out = reader.country(*n);
}

void read_time(YamlReader& reader, MapReader& m, PolicyTest& t) {
  const YamlNode* n = m.find("at");
  if (!n) return;
  t.at_time = n->is_scalar() ? normalise_date_time(n->text) : std::nullopt;
  if (!t.at_time)
    reader.wrong(*n, "a date and time",
                 "write 2026-12-31T23:59:59 (in the policy's time zone) or "
                 "2026-12-31T14:59:59Z");
}

void read_given(YamlReader& reader, const YamlNode& node, PolicyTest& t) {
  MapReader m(reader, node, "`given`");
  if (!m.valid()) return;
  if (const YamlNode* n = m.require("to"))
    if (auto to = reader.marked_text(*n)) t.to = std::move(*to);
  m.text("user", t.user);
  if (const YamlNode* n = m.find("groups")) t.groups = reader.texts(*n, "groups");
  if (const YamlNode* n = m.find("from")) t.from = reader.address(*n);
  m.text("method", t.method);
  m.text("path", t.path);
  if (const YamlNode* n = m.find("headers")) read_headers(reader, *n, t);
  read_body(reader, m, t);
  m.text("model", t.model);
  if (const YamlNode* n = m.find("address")) t.address = reader.address(*n);
  read_country(reader, m, "address_country", t.address_country);
  read_country(reader, m, "address_network_country", t.address_network_country);
  m.boolean("edge", t.edge);
  read_time(reader, m, t);
  m.finish();
}

void expect_word(MapReader& m, std::string_view key, const std::vector<std::string_view>& words,
                 std::optional<std::string>& out) {
  const YamlNode* n = m.find(key);
  if (!n) return;
  out = m.reader().word(*n, words);
}

void expect_list(MapReader& m, std::string_view key, std::string_view what,
                 std::optional<std::vector<std::string>>& out) {
  const YamlNode* n = m.find(key);
  if (!n) return;
  out.emplace();
  for (MarkedText& item : m.reader().texts(*n, what)) out->push_back(std::move(item.value));
}

void read_expect(YamlReader& reader, const YamlNode& node, PolicyTest& t) {
  MapReader m(reader, node, "`expect`");
  if (!m.valid()) return;
  expect_word(m, "verdict", kVerdicts, t.verdict);
  expect_word(m, "would", kVerdicts, t.would);
  expect_word(m, "reason", kReasons, t.reason);
  if (const YamlNode* n = m.find("rule")) t.rule = reader.text(*n);
  expect_list(m, "rules", "ids of data rules", t.rules);
  expect_list(m, "findings", "finding types", t.findings);
  expect_word(m, "coverage", kCoverages, t.coverage);
  expect_word(m, "tls", kTlsWords, t.tls);
  m.finish();
  if (node.entries.empty())
    reader.wrong(node, "at least one expectation",
                 "write { verdict: allow } or { verdict: block }");
}

PolicyTest read_test(YamlReader& reader, const YamlNode& node) {
  PolicyTest t;
  t.at = node.at;
  MapReader m(reader, node, "a test");
  if (!m.valid()) return t;
  if (const YamlNode* n = m.require("name")) t.name = reader.text(*n).value_or("");
  if (const YamlNode* n = m.require("given")) read_given(reader, *n, t);
  if (const YamlNode* n = m.require("expect")) read_expect(reader, *n, t);
  m.finish();
  return t;
}

}  // namespace

std::vector<PolicyTest> read_policy_tests(YamlReader& reader, const YamlNode& node) {
  std::vector<PolicyTest> out;
  const auto* items = reader.list(node, "tests");
  if (!items) return out;
  for (const YamlNode& item : *items) out.push_back(read_test(reader, item));
  return out;
}

}  // namespace sekisho::config
