#include "policy/detector_packs.h"

#include <gtest/gtest.h>

#include "filters/checks.h"
#include "filters/scanner.h"
#include "policy/gitleaks_import.h"
#include "tests/policy/snapshot_fixture.h"

namespace sekisho::policy {
namespace {

using tests::all_problems;

const std::string kHead = "version: 1\npack: ours\ndetectors:\n";

std::shared_ptr<const filters::DetectorSet> compiled(const std::string& rows,
                                                     config::Problems& problems) {
  const auto file = config::parse_detector_pack("ours.yaml", kHead + rows, problems);
  if (!problems.empty()) return nullptr;
  return compile_pack(file, problems);
}

std::string problems_in(const std::string& rows) {
  config::Problems problems;
  EXPECT_EQ(compiled(rows, problems), nullptr);
  return all_problems(problems);
}

// "type[value] confidence" of each finding.
std::string found(const filters::DetectorSet& set, std::string_view text) {
  filters::Findings findings;
  filters::Scanner scanner(set);
  EXPECT_EQ(scanner.scan(text, findings), filters::ScanStatus::kDone);
  std::string out;
  for (const auto& f : findings) {
    char confidence[16];
    std::snprintf(confidence, sizeof confidence, " %.2f", f.confidence);
    out += (out.empty() ? "" : "; ") + std::string(f.type) + "[" +
           std::string(text.substr(f.range.begin, f.range.size())) + "]" + confidence;
  }
  return out;
}

std::string found(const std::string& rows, std::string_view text) {
  config::Problems problems;
  const auto set = compiled(rows, problems);
  if (!set) return all_problems(problems);
  return found(*set, text);
}

TEST(DetectorPacks, AnUnknownCheckIsAProblemWithASuggestion) {
  EXPECT_EQ(problems_in("  - { type: a, category: pii, gate: x, check: emial }\n"),
            "ours.yaml:4:47: 'emial' is no check (did you mean 'email'?)\n");
}

TEST(DetectorPacks, AFailingExampleIsAProblemAtItsLine) {
  EXPECT_EQ(problems_in("  - type: a\n    category: pii\n    pattern: 'A[0-9]{4}'\n"
                        "    confidence: 0.6\n    match:\n      - A1234\n      - B1234\n"
                        "    no_match:\n      - A123\n      - code A9999\n"),
            "ours.yaml:10:9: the row does not find its type in 'B1234' (mend the detector or the "
            "example)\n"
            "ours.yaml:13:9: the row finds its type in 'code A9999' (mend the detector or the "
            "example)\n");
}

TEST(DetectorPacks, APatternThatDoesNotCompileIsAProblemAtItsPlace) {
  const std::string told = problems_in(
      "  - { type: a, category: pii, pattern: 'A(', confidence: 0.6 }\n"
      "  - { type: b, category: pii, pattern: 'B*', confidence: 0.6 }\n"
      "  - { type: c, category: pii, gate: '[', pattern: 'B', confidence: 0.6 }\n");
  EXPECT_NE(told.find("ours.yaml:4:40: a: missing )"), std::string::npos) << told;
  EXPECT_NE(told.find("ours.yaml:5:40: b: the pattern matches the empty text"), std::string::npos)
      << told;
  EXPECT_NE(told.find("ours.yaml:6:"), std::string::npos) << told;
}

const std::string kMember =
    "  - type: member\n    category: pii\n    pattern: 'MEM-([0-9]{8})'\n"
    "    confidence: { shape: 0.40, context: 0.90, against: 0.30 }\n"
    "    context: [会員, member]\n    against: [型番]\n";

TEST(DetectorPacks, ContextRaisesAndAgainstLowers) {
  EXPECT_EQ(found(kMember, "MEM-12345678"), "member[12345678] 0.40");
  EXPECT_EQ(found(kMember, "会員番号は MEM-12345678"), "member[12345678] 0.90");
  EXPECT_EQ(found(kMember, "ＭＥＭＢＥＲ MEM-12345678"), "member[12345678] 0.90");
  EXPECT_EQ(found(kMember, "members MEM-12345678"), "member[12345678] 0.40");
  EXPECT_EQ(found(kMember, "型番 MEM-12345678"), "member[12345678] 0.10");
  EXPECT_EQ(found(kMember, std::string(200, ' ') + "会員" + std::string(130, ' ') + "MEM-12345678"),
            "member[12345678] 0.40");
}

TEST(DetectorPacks, WithoutAShapeOnlyContextFinds) {
  const std::string rows =
      "  - type: pin\n    category: pii\n    pattern: '[0-9]{6}'\n"
      "    confidence: { shape: 0, context: 0.80 }\n    context: { words: [照会], before: 20, "
      "after: "
      "0 }\n";
  EXPECT_EQ(found(rows, "123456"), "");
  EXPECT_EQ(found(rows, "照会 123456"), "pin[123456] 0.80");
  EXPECT_EQ(found(rows, "123456 照会"), "");
}

TEST(DetectorPacks, LiteralsStandForAGate) {
  const std::string rows =
      "  - type: order\n    category: confidential\n    literals: [ACME]\n"
      "    pattern: '[0-9]{4}-acme-[0-9]{4}'\n    confidence: 0.7\n";
  EXPECT_EQ(found(rows, "no 1234-acme-5678, 8765-acme-4321"),
            "order[1234-acme-5678] 0.70; order[8765-acme-4321] 0.70");
  EXPECT_EQ(found(rows, "1234-acne-5678"), "");
}

TEST(DetectorPacks, APatternBeginsBeforeItsGateByItsLead) {
  const std::string rows =
      "  - type: key\n    category: secret\n    gate: 'MARK'\n    lead: 6\n"
      "    pattern: '[a-z]{6}MARK[0-9]{2}'\n    confidence: 0.9\n";
  EXPECT_EQ(found(rows, "abcdefMARK12 MARK12 1abcdeMARK12"), "key[abcdefMARK12] 0.90");
  EXPECT_EQ(found(rows, "MARK12"), "");
}

TEST(DetectorPacks, EntropyAndAllowedValuesAreAskedOfTheValue) {
  const std::string rows =
      "  - type: key\n    category: secret\n    gate: 'k='\n    pattern: 'k=([a-z0-9]{8})'\n"
      "    confidence: 0.9\n    min_entropy: 2.5\n    allow: ['^demo']\n";
  EXPECT_EQ(found(rows, "k=a1b2c3d4 k=aaaabbbb k=demo1234"), "key[a1b2c3d4] 0.90");
}

TEST(DetectorPacks, TheMoreSpecificOfOneCategoryStays) {
  const std::string rows =
      "  - { type: any, category: secret, pattern: 'key=[a-z0-9]{8}', confidence: 0.95, "
      "specificity: "
      "1 }\n"
      "  - { type: ours, category: secret, gate: 'zz', pattern: 'zz[a-z0-9]{6}', confidence: 0.40 "
      "}\n"
      "  - { type: other, category: pii, gate: 'zz', pattern: 'zz[a-z0-9]{6}', confidence: 0.30 "
      "}\n";
  EXPECT_EQ(found(rows, "key=zzabc123"), "ours[zzabc123] 0.40");
  EXPECT_EQ(found(rows, "key=yyabc123"), "any[key=yyabc123] 0.95");
}

TEST(DetectorPacks, FindingsSayWhy) {
  config::Problems problems;
  const auto set = compiled(kMember, problems);
  ASSERT_TRUE(set);
  filters::Findings findings;
  filters::Scanner(*set).scan("会員 MEM-12345678", findings);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].why, "pattern and context word");
}

TEST(DetectorPacks, EveryCheckIsNamedOnce) {
  std::set<std::string_view> names;
  for (const auto& check : filters::named_checks()) {
    EXPECT_TRUE(names.insert(check.name).second) << check.name;
    const int functions = (check.check != nullptr) + (check.at_gate != nullptr) +
                          (check.over_numbers != nullptr) + (check.over_text != nullptr);
    EXPECT_EQ(functions, 1) << check.name;
  }
}

TEST(DetectorPacks, EveryShippedRowHasExamplesOfBothKinds) {
  for (const auto& file : tests::shipped_pack_files())
    for (const auto& row : file.rows) {
      EXPECT_FALSE(row.match.empty()) << file.name << " " << row.type.value;
      EXPECT_FALSE(row.no_match.empty()) << file.name << " " << row.type.value;
    }
}

TEST(DetectorPacks, TheSecretsPackKnowsManyVendors) {
  std::set<std::string> types;
  for (const auto& row : tests::shipped_pack_files()[0].rows) types.insert(row.type.value);
  for (const char* type :
       {"aws_access_key_id", "aws_secret_access_key", "gcp_service_account_key", "gcp_api_key",
        "azure_storage_key", "azure_client_secret", "openai_api_key", "anthropic_api_key",
        "github_token", "gitlab_token", "slack_token", "slack_webhook", "stripe_key", "npm_token",
        "private_key_pem", "jwt", "database_url_with_password", "password_assignment",
        "generic_secret_high_entropy"})
    EXPECT_EQ(types.erase(type), 1U) << type;
  EXPECT_GE(types.size(), 120U);
}

// What only the set finds costs every prompt, also those that hold nothing like it.
TEST(DetectorPacks, NoShippedRowIsSoughtAtEveryByte) {
  config::Problems problems;
  const auto files = tests::shipped_pack_files();
  std::string names;
  for (const auto& file : files) names += (names.empty() ? "" : ", ") + file.name;
  const auto policy = config::parse_policy(
      "policy.yaml", "version: 1\nname: x\ndetectors:\n  packs: [" + names + "]\n", problems);
  const auto set = compile_detectors(policy, files, problems);
  ASSERT_TRUE(set) << all_problems(problems);
  EXPECT_EQ(set->footprint().unannounced, 0U);
}

TEST(DetectorPacks, APatternThatNothingAnnouncesIsCounted) {
  config::Problems problems;
  const auto policy = config::parse_policy("policy.yaml",
                                           "version: 1\nname: x\ndetectors:\n  custom:\n"
                                           "    - { type: any, pattern: '[a-z]+ [a-z]+' }\n"
                                           "    - { type: rare, pattern: 'PRJ-[0-9]{4}' }\n",
                                           problems);
  const auto set = compile_detectors(policy, {}, problems);
  ASSERT_TRUE(set) << all_problems(problems);
  EXPECT_EQ(set->footprint().unannounced, 1U);
}

config::DetectorPackFile pack_file(const std::string& path, const std::string& rows) {
  config::Problems problems;
  auto file = config::parse_detector_pack(path, kHead + rows, problems);
  EXPECT_TRUE(problems.empty()) << all_problems(problems);
  return file;
}

TEST(DetectorPacks, APolicyLoadsThePacksItNamesAndItsOwnFiles) {
  config::Problems problems;
  const auto policy = config::parse_policy(
      "/etc/s/policy.yaml", "version: 1\nname: x\ndetectors:\n  packs: [labels, ours.yaml]\n",
      problems);
  auto files = tests::shipped_pack_files();
  files.push_back(pack_file("/etc/s/ours.yaml", kMember));
  const auto set = compile_detectors(policy, files, problems);
  ASSERT_TRUE(set) << all_problems(problems);
  EXPECT_EQ(found(*set, "【社外秘】 会員 MEM-12345678 090-1234-5678"),
            "confidentiality_label[社外秘] 0.85; member[12345678] 0.90");
}

TEST(DetectorPacks, AnUnknownPackIsAProblemOfThePolicy) {
  config::Problems problems;
  const auto policy = config::parse_policy(
      "policy.yaml", "version: 1\nname: x\ndetectors:\n  packs: [labels, secret]\n", problems);
  EXPECT_EQ(compile_detectors(policy, tests::shipped_pack_files(), problems), nullptr);
  EXPECT_EQ(all_problems(problems),
            "policy.yaml:4:19: no pack is called 'secret' (did you mean 'secrets'?)\n");
}

GitleaksImport imported(const std::string& toml) {
  config::Problems problems;
  auto import = import_gitleaks("rules.toml", toml, "theirs", problems);
  EXPECT_TRUE(problems.empty()) << all_problems(problems);
  return import;
}

std::string notes_of(const GitleaksImport& import) {
  std::string out;
  for (const auto& note : import.notes)
    out += std::to_string(note.at.line) + (note.lost ? " lost " : " ") + note.rule + ": " +
           note.message + "\n";
  return out;
}

TEST(Gitleaks, ARuleBecomesADetectorThatFinds) {
  const auto import = imported(R"toml(
title = "rules"
[allowlist]
regexes = ['''^EXAMPLE''']
paths = ['''\.lock$''']
[[rules]]
id = "acme-api-key"
description = "an Acme key"
regex = '''(?i)[\w.-]{0,50}?(?:acme)(?:[ \t\w.-]{0,20})[\s'"]{0,3}(?:=|:)[\s'"]{0,5}([a-z0-9]{12})(?:['"\s]|$)'''
entropy = 2
keywords = ["acme", "Acme"]
[[rules.allowlists]]
stopwords = ["sample"]
)toml");
  EXPECT_EQ(notes_of(import), "5 : allowlist: `paths` does not apply to prompts\n");
  ASSERT_EQ(import.pack.rows.size(), 1U);
  EXPECT_EQ(import.pack.rows[0].type.value, "acme_api_key");
  EXPECT_EQ(import.pack.rows[0].pattern.value.find("{0,50}"), std::string::npos);
  config::Problems problems;
  const auto again =
      config::parse_detector_pack("theirs.yaml", config::to_yaml(import.pack), problems);
  const auto set = compile_pack(again, problems);
  ASSERT_TRUE(set) << all_problems(problems);
  EXPECT_EQ(found(*set,
                  "ACME_KEY = 'q1w2e3r4t5y6'\nacme_key=\"sample123456\"\nacme=aaaaaaaaaaaa\n"
                  "other=q1w2e3r4t5y6"),
            "acme_api_key[q1w2e3r4t5y6] 0.85");
}

TEST(Gitleaks, TellsWhatCannotBeTakenOver) {
  const auto import = imported(R"toml([extend]
useDefault = true
[[rules]]
id = "by-path"
path = '''\.pem$'''
[[rules]]
id = "in-npmrc"
regex = '''token=([a-z]{8})'''
path = '''\.npmrc$'''
[[rules]]
id = "pair"
regex = '''id-[0-9]{4}'''
[[rules.required]]
id = "other"
[[rules]]
id = "ahead"
regex = '''a(?=b)'''
[[rules]]
id = "second-group"
regex = '''(k|q)[(]=([a-z]{4}[0-9]{4})'''
secretGroup = 2
keywords = ["k="]
[[rules.allowlists]]
regexTarget = "line"
regexes = ["test"]
)toml");
  EXPECT_EQ(import.rules, 5U);
  ASSERT_EQ(import.pack.rows.size(), 1U);
  EXPECT_EQ(import.pack.rows[0].pattern.value, "(?:k|q)[(]=([a-z]{4}[0-9]{4})");
  const std::string notes = notes_of(import);
  for (const char* line :
       {"1 : `extend`: rules of other files are not read", "3 lost by-path: it has no `regex`",
        "6 lost in-npmrc: `path`: it holds only in files", "10 lost pair: `required`",
        "15 lost ahead: ahead: invalid perl operator", "18 second-group: `keywords`: too short",
        "second-group: allowlist: `regexTarget = \"line\"` looks beside the value"})
    EXPECT_NE(notes.find(line), std::string::npos) << line << "\n---\n" << notes;
}

TEST(Gitleaks, AFileWithoutRulesIsAProblem) {
  config::Problems problems;
  (void)import_gitleaks("rules.toml", "title = 'x'\n", "theirs", problems);
  EXPECT_EQ(problems.size(), 1U);
  problems.clear();
  (void)import_gitleaks("rules.toml", "title = \n", "theirs", problems);
  EXPECT_EQ(problems.size(), 1U);
}

}  // namespace
}  // namespace sekisho::policy
