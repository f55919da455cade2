#include "filters/detector_set.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/filters/scan_text.h"

namespace sekisho::filters {
namespace {

using Where = DetectorProblem::Where;

CustomPattern project_code() {
  return {"project_code", "PRJ-[0-9]{4}-[A-Z]{2}", "confidential",
          0.85,           {"PRJ-2026-AB"},         {"PRJ-26-AB"}};
}

DetectorSpec only(std::vector<CustomPattern> custom) {
  DetectorSpec spec;
  spec.custom = std::move(custom);
  return spec;
}

std::shared_ptr<const DetectorSet> compiled(const DetectorSpec& spec) {
  std::vector<DetectorProblem> problems;
  auto set = DetectorSet::compile(spec, problems);
  EXPECT_TRUE(problems.empty()) << problems.front().message;
  return set;
}

DetectorProblem only_problem(const DetectorSpec& spec) {
  std::vector<DetectorProblem> problems;
  EXPECT_EQ(DetectorSet::compile(spec, problems), nullptr);
  EXPECT_EQ(problems.size(), 1U);
  return problems.empty() ? DetectorProblem{Where::kMemory, -2, -2, ""} : problems.front();
}

TEST(DetectorSet, LoadsEveryPackByDefault) {
  std::set<std::string> packs;
  for (const TypeInfo& type : shipped_set().types()) packs.insert(type.pack);
  EXPECT_EQ(packs,
            (std::set<std::string>{"secrets", "personal", "personal-jp", "labels", "source"}));
}

TEST(DetectorSet, ShippedTypesAreNamedOnce) {
  std::set<std::string> names;
  for (const TypeInfo& type : types_of(shipped_packs())) {
    EXPECT_TRUE(names.insert(type.type).second) << type.type;
    EXPECT_TRUE(type.category == "secret" || type.category == "pii" ||
                type.category == "financial" || type.category == "confidential");
  }
  for (const char* name : {"credit_card", "credit_card_test", "jp_my_number", "jp_phone", "email",
                           "aws_access_key_id", "openai_api_key", "anthropic_api_key",
                           "github_token", "private_key_pem", "jwt", "confidentiality_label"}) {
    EXPECT_TRUE(names.count(name)) << name;
  }
}

TEST(DetectorSet, LoadsOnlyTheNamedPacks) {
  DetectorSpec spec;
  for (const Pack& pack : shipped_packs())
    if (pack.name == "labels") spec.packs.push_back(pack);
  ASSERT_EQ(spec.packs.size(), 1U);
  const auto set = compiled(spec);
  EXPECT_EQ(shown(*set, "【社外秘】 card 4532 0151 1283 0366"), "confidentiality_label[社外秘]");
}

TEST(DetectorSet, NoPackAndNoPatternFindsNothing) {
  EXPECT_EQ(shown(*compiled(only({})), "4532 0151 1283 0366", 0), "");
}

TEST(DetectorSet, CustomPatternIsFoundBesideShippedTypes) {
  DetectorSpec spec = with_shipped_packs();
  spec.custom = {project_code()};
  const auto set = compiled(spec);
  EXPECT_EQ(shown(*set, "PRJ-2026-AB: taro@kaisha-sample.co.jp"),
            "project_code[PRJ-2026-AB] email[taro@kaisha-sample.co.jp]");
  const Findings found = scan_text(*set, "PRJ-2026-AB");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].category, "confidential");
  EXPECT_DOUBLE_EQ(found[0].confidence, 0.85);
  EXPECT_TRUE(std::any_of(set->types().begin(), set->types().end(),
                          [](const TypeInfo& t) { return t.type == "project_code"; }));
}

TEST(DetectorSet, CustomTypeNeitherHidesNorIsHidden) {
  DetectorSpec spec = with_shipped_packs();
  spec.custom = {{"our_mail", "[a-z]+@kaisha-sample\\.co\\.jp", "confidential", 0.30, {}, {}}};
  EXPECT_EQ(shown(*compiled(spec), "taro@kaisha-sample.co.jp", 0),
            "email[taro@kaisha-sample.co.jp] our_mail[taro@kaisha-sample.co.jp]");
}

TEST(DetectorSet, TellsWhichPatternDoesNotCompile) {
  const DetectorProblem problem =
      only_problem(only({project_code(), {"bad", "a(b", "secret", 0.6, {}, {}}}));
  EXPECT_EQ(problem.where, Where::kCustomPattern);
  EXPECT_EQ(problem.index, 1);
  EXPECT_NE(problem.message.find("missing )"), std::string::npos) << problem.message;
}

TEST(DetectorSet, RefusesWhatMatchesEverywhere) {
  for (const char* pattern : {"", "a*", "(?:x|)", "\\b", "^", "[0-9]{0,3}"}) {
    const DetectorProblem problem = only_problem(only({{"any", pattern, "secret", 0.6, {}, {}}}));
    EXPECT_EQ(problem.where, Where::kCustomPattern) << pattern;
  }
}

TEST(DetectorSet, RunsTheExamples) {
  CustomPattern wrong = project_code();
  wrong.match = {"PRJ-2026-AB", "PRJ-2026"};
  DetectorProblem problem = only_problem(only({project_code(), wrong}));
  EXPECT_EQ(problem.where, Where::kCustomMatch);
  EXPECT_EQ(problem.index, 1);
  EXPECT_EQ(problem.sub_index, 1);
  wrong = project_code();
  wrong.no_match = {"nothing", "PRJ-2026-ZZ"};
  problem = only_problem(only({wrong}));
  EXPECT_EQ(problem.where, Where::kCustomNoMatch);
  EXPECT_EQ(problem.sub_index, 1);
}

TEST(DetectorSet, TellsEveryProblemAtOnce) {
  std::vector<DetectorProblem> problems;
  DetectorSpec spec = only({{"a", "(", "secret", 0.6, {}, {}}, {"b", "b*", "secret", 0.6, {}, {}}});
  DetectorRow row;
  row.type = "bad";
  row.category = "secret";
  row.pattern = "[";
  row.confidence.shape = 0.6;
  spec.packs = {{"ours", {row}}};
  EXPECT_EQ(DetectorSet::compile(spec, problems), nullptr);
  EXPECT_EQ(problems.size(), 3U);
}

// Nothing announces them but the engine itself: they are what the memory is for.
DetectorSpec with_patterns_without_words() {
  DetectorSpec spec = with_shipped_packs();
  for (int i = 0; i < 26; ++i)
    spec.custom.push_back(
        {"wordless_" + std::to_string(i),
         "[a-z]{1,3}[A-Za-z0-9 ]{2,6}[a-z ][A-Za-z0-9 ]{8," + std::to_string(30 + i) + "}",
         "confidential",
         0.6,
         {},
         {}});
  return spec;
}

TEST(DetectorSet, TooSmallABudgetDoesNotLoad) {
  DetectorSpec spec = with_patterns_without_words();
  spec.memory_budget = 64u << 10;
  EXPECT_EQ(only_problem(spec).where, Where::kMemory);
}

// RE2 drops its states when the memory is full and goes on: slower, but never quietly clean.
TEST(DetectorSet, TheSmallestBudgetThatLoadsFindsTheSame) {
  std::shared_ptr<const DetectorSet> smallest;
  for (std::size_t budget = 64u << 10; smallest == nullptr; budget += budget / 4) {
    DetectorSpec spec = with_patterns_without_words();
    spec.memory_budget = budget;
    std::vector<DetectorProblem> problems;
    smallest = DetectorSet::compile(spec, problems);
  }
  std::string text;
  for (unsigned seed = 0; seed < 40; ++seed)
    text += chance(kBase64Url, 97, seed) + " 社外 " + chance(kDigits, 9, seed) + "-@.";
  text += " card 4532 0151 1283 0366 ";
  EXPECT_EQ(shown(*smallest, text), shown(*compiled(with_patterns_without_words()), text));
}

std::shared_ptr<const DetectorSet> compiled_beside(const DetectorSet& running,
                                                   const DetectorSpec& spec) {
  std::vector<DetectorProblem> problems;
  auto set = DetectorSet::compile(spec, problems, &running);
  EXPECT_TRUE(problems.empty()) << problems.front().message;
  return set;
}

TEST(DetectorSet, SharesItsPatternsWithARunningOneThatAskedForTheSame) {
  DetectorSpec spec = only({project_code()});
  auto running = compiled(spec);
  spec.allow_values = {"PRJ-2026-AB"};
  const auto next = compiled_beside(*running, spec);
  EXPECT_EQ(next->detectors().front(), running->detectors().front());
  EXPECT_EQ(next->footprint().rows, running->footprint().rows);
  running.reset();
  EXPECT_TRUE(scan_text(*next, "PRJ-2026-AB").empty());
  const auto found = scan_text(*next, "PRJ-2027-AB");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].type, "project_code");
}

TEST(DetectorSet, CompilesAnewWhatARunningOneDidNotAskFor) {
  const DetectorSpec spec = only({project_code()});
  const auto running = compiled(spec);
  DetectorSpec other = spec;
  other.custom[0].pattern = "PRJ-[0-9]{4}-[A-Z]B";
  const auto next = compiled_beside(*running, other);
  EXPECT_NE(next->detectors().front(), running->detectors().front());
  EXPECT_TRUE(scan_text(*next, "PRJ-2026-AC").empty());
  other = spec;
  other.packs = {shipped_packs().front()};
  EXPECT_NE(compiled_beside(*running, other)->detectors().front(), running->detectors().front());
  other = spec;
  other.memory_budget *= 2;
  EXPECT_NE(compiled_beside(*running, other)->detectors().front(), running->detectors().front());
}

TEST(DetectorSet, TellsTheMistakesOfWhatARunningOneDidNotAskFor) {
  const auto running = compiled(only({project_code()}));
  DetectorSpec broken = only({project_code()});
  broken.custom[0].pattern = "PRJ-(";
  std::vector<DetectorProblem> problems;
  EXPECT_EQ(DetectorSet::compile(broken, problems, running.get()), nullptr);
  EXPECT_EQ(problems.size(), 1U);
}

TEST(AllowValues, AreComparedByNormalForm) {
  DetectorSpec spec = with_shipped_packs();
  spec.allow_values = {"Support@kaisha-sample.co.jp", "4532-0151-1283-0366", "03-1234-5678"};
  const auto set = compiled(spec);
  EXPECT_EQ(shown(*set, "support@Kaisha-Sample.co.jp sales@kaisha-sample.co.jp"),
            "email[sales@kaisha-sample.co.jp]");
  EXPECT_EQ(shown(*set, "card 4532015112830366, ４５３２ ０１５１ １２８３ ０３６６", 0), "");
  EXPECT_EQ(shown(*set, "電話 03（1234）5678 と 03-1234-5679"), "jp_phone[03-1234-5679]");
  EXPECT_TRUE(set->allowed_value("support@kaisha-sample.co.jp"));
  EXPECT_FALSE(set->allowed_value("sales@kaisha-sample.co.jp"));
}

}  // namespace
}  // namespace sekisho::filters
