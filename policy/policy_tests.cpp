// The examples a policy carries.

#include <algorithm>

#include "config/text_file.h"
#include "filters/bodies/json_scanner.h"
#include "policy/evaluate.h"

namespace sekisho::policy {
namespace {

using config::PolicyTest;

std::string chat_body(const std::string& prompt, const std::string& model) {
  std::string body;
  filters::JsonWriter w(body);
  w.begin_object();
  if (!model.empty()) w.key("model").value(model);
  w.key("messages").begin_array().begin_object();
  w.key("role").value("user").key("content").value(prompt);
  w.end_object().end_array().end_object();
  return body;
}

AddressFacts stated_address(const Snapshot& snapshot, const PolicyTest& test, std::int64_t now) {
  if (test.address) return snapshot.geo().look_up(*test.address, now);
  AddressFacts facts;
  facts.assumed_allowed = true;
  // "unknown" is stated too: no database knew it.
  const auto known = [](const std::string& country) {
    return country == "unknown" ? std::string() : country;
  };
  if (test.address_country)
    facts.countries.push_back({known(*test.address_country), "stated", 0, false});
  if (test.edge) facts.edge = "stated";
  if (test.address_network_country) {
    facts.network_country = known(*test.address_network_country);
    facts.network_source = "stated";
  }
  return facts;
}

// False and `why` when the question cannot be put.
bool question_of(const Snapshot& snapshot, const PolicyTest& test, std::int64_t now, Question& out,
                 std::string& why) {
  std::string path;
  if (!parse_destination(test.to.value, out.to, path, why)) return false;
  out.user = test.user;
  out.from = test.from;
  out.model = test.model;
  out.method = test.method;
  out.headers = test.headers;
  out.now = now;
  if (test.groups) {
    out.groups.emplace();
    for (const auto& g : *test.groups) out.groups->push_back(g.value);
  }
  if (test.at_time) {
    const auto at = parse_time(*test.at_time, snapshot.file().timezone);
    if (!at) return why = "`at` is no time", false;
    out.now = *at;
  }
  if (test.prompt) out.body = chat_body(*test.prompt, test.model);
  if (test.body) out.body = test.body;
  if (test.body_file) {
    out.body = config::read_text_file(*test.body_file, why, 64u << 20);
    if (!out.body) return why = "the file of `body_file` cannot be read: " + why, false;
  }
  out.target = !test.path.empty() ? test.path : !path.empty() ? path : test.prompt ? "" : "/";
  out.address = stated_address(snapshot, test, out.now);
  return true;
}

std::string listed(std::vector<std::string> words) {
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  std::string out = "[";
  for (std::size_t i = 0; i < words.size(); ++i) out += (i > 0 ? ", " : "") + words[i];
  return out + "]";
}

class Differences {
 public:
  void word(std::string_view what, const std::optional<std::string>& expected,
            std::string_view got) {
    if (expected && *expected != got) add(what, or_none(got), or_none(*expected));
  }
  void words(std::string_view what, const std::optional<std::vector<std::string>>& expected,
             const std::vector<std::string>& got) {
    if (expected && listed(*expected) != listed(got)) add(what, listed(got), listed(*expected));
  }
  std::string text() const { return text_; }

 private:
  static std::string or_none(std::string_view word) {
    return word.empty() ? std::string("none") : std::string(word);
  }
  void add(std::string_view what, const std::string& got, const std::string& expected) {
    if (!text_.empty()) text_ += "; ";
    text_ += std::string(what) + " " + got + ", expected " + expected;
  }
  std::string text_;
};

std::string_view tls_word(const Admission& admission) {
  return admission.refused ? "terminate" : admission.splice ? "splice" : "bump";
}

std::string differences(const PolicyTest& test, const Evaluation& e) {
  const Verdict& v = e.verdict;
  std::vector<std::string> types;
  for (const auto& f : v.findings) types.push_back(f.type);
  Differences out;
  out.word("verdict", test.verdict, to_word(v.action));
  out.word("would", test.would, v.would ? to_word(*v.would) : std::string_view());
  out.word("reason", test.reason, to_word(v.reason));
  out.word("rule", test.rule, v.rule);
  out.words("rules", test.rules, v.data_rules);
  out.words("findings", test.findings, types);
  out.word("coverage", test.coverage, to_word(v.coverage));
  out.word("tls", test.tls, tls_word(e.admission));
  return out.text();
}

TestResult run_test(const Snapshot& snapshot, const PolicyTest& test, std::int64_t now) {
  TestResult result;
  result.name = test.name;
  result.at = test.at;
  Question question;
  if (question_of(snapshot, test, now, question, result.got))
    result.got = differences(test, evaluate(snapshot, std::move(question)));
  result.passed = result.got.empty();
  return result;
}

}  // namespace

std::vector<TestResult> run_policy_tests(const Snapshot& snapshot, std::int64_t now) {
  std::vector<TestResult> out;
  for (const auto& test : snapshot.file().tests) out.push_back(run_test(snapshot, test, now));
  return out;
}

}  // namespace sekisho::policy
