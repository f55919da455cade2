// Datasets and dictionaries of a policy: built, opened, told when something is wrong, decided on.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "policy/dataset_build.h"
#include "policy/dataset_text.h"
#include "policy/evaluate.h"
#include "tests/config/testing.h"
#include "tests/policy/snapshot_fixture.h"

namespace sekisho::tests {
namespace {

using config::Folder;
using policy::BuildReport;
using policy::DatasetStore;

const std::string kHead =
    "version: 1\nregions: { allow: [JP, US] }\ndestinations:\n"
    "  - { id: a, providers: [openai-api] }\n";
const std::string kCustomers =
    "datasets:\n  customers: { exact: customers.csv, columns: [name, email, phone], key: id }\n";
const std::string kList =
    "id,name,email,phone,note\n"
    "C0001001,山田 太郎,t.yamada@kaisha-sample.co.jp,090-1234-5670,x\n"
    "C0001002,佐々木 花子,hanako@kaisha-sample.co.jp,03-9876-5432,\"two\nlines\"\n"
    "C0001003,鈴木 一郎,ichiro@kaisha-sample.co.jp,03-1111-2222,\n";

// A folder with a policy, its lists and a store.
struct Site {
  Folder folder;
  DatasetStore store{folder.path() + "/datasets", std::string(32, 'k'), ""};

  config::PolicyFile policy(const std::string& text, config::Problems& problems) const {
    return config::parse_policy(folder.path() + "/policy.yaml", text, problems);
  }
  // "" or what is wrong.
  std::string build(const std::string& text, BuildReport* report = nullptr) const {
    config::Problems problems;
    const config::PolicyFile p = policy(text, problems);
    BuildReport mine;
    for (const auto& def : p.datasets)
      policy::build_dataset(def, p.path, store, 1'800'000'000, report ? *report : mine, problems);
    return all_problems(problems);
  }
  std::shared_ptr<const policy::Snapshot> compile(const std::string& text,
                                                  config::Problems& problems) const {
    policy::SnapshotInputs in;
    in.policy = policy(text, problems);
    in.catalogue = shipped_catalogue();
    in.regions = shipped_regions();
    in.packs = shipped_pack_files();
    in.datasets = store;
    in.now = kNow;
    return compile_sharing(std::move(in), problems);
  }
  std::string problems(const std::string& text) const {
    config::Problems found;
    EXPECT_FALSE(compile(text, found));
    return all_problems(found);
  }
  std::string file(const std::string& name = "customers") const {
    return policy::dataset_path(store, name);
  }
};

policy::Verdict verdict_of_body(const policy::Snapshot& snapshot, const std::string& body,
                                const std::string& type = "application/json") {
  policy::Question question;
  std::string error, path;
  EXPECT_TRUE(policy::parse_destination("api.openai.com", question.to, path, error));
  question.method = "POST";
  question.target = "/v1/chat/completions";
  question.headers = {{"content-type", type}};
  question.body = body;
  question.address.assumed_allowed = true;
  question.now = kNow;
  return policy::evaluate(snapshot, std::move(question)).verdict;
}

policy::Verdict verdict(const policy::Snapshot& snapshot, const std::string& prompt) {
  return verdict_of_body(
      snapshot,
      "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"" + prompt + "\"}]}");
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Customers are built, and masked wherever they stand. Null: something is wrong, and told.
std::shared_ptr<const policy::Snapshot> redacting(const Site& site) {
  site.folder.write("customers.csv", kList);
  const std::string rules =
      kHead + kCustomers +
      "data:\n  - { id: list, findings: [\"dataset:customers\"], action: redact }\n";
  EXPECT_EQ(site.build(rules), "");
  config::Problems problems;
  auto snapshot = site.compile(rules, problems);
  EXPECT_TRUE(snapshot) << all_problems(problems);
  return snapshot;
}

TEST(Datasets, ARuleBlocksWhatTheListHolds) {
  Site site;
  site.folder.write("customers.csv", kList);
  const std::string text =
      kHead + kCustomers +
      "data:\n  - { id: list, findings: [\"dataset:customers\"], action: block }\n";
  ASSERT_EQ(site.build(text), "");
  config::Problems problems;
  const auto snapshot = site.compile(text, problems);
  ASSERT_TRUE(snapshot) << all_problems(problems);
  const auto blocked = verdict(*snapshot, "連絡先: 山田太郎 t.yamada@kaisha-sample.co.jp");
  EXPECT_EQ(blocked.action, policy::Action::kBlock);
  EXPECT_EQ(blocked.rule, "list");
  EXPECT_EQ(blocked.causes, std::vector<std::string>{"dataset:customers"});
  EXPECT_EQ(verdict(*snapshot, "山田太郎と鈴木一郎").action, policy::Action::kAllow);
}

TEST(Datasets, AtLeastCountsRows) {
  Site site;
  site.folder.write("customers.csv", kList);
  const std::string text =
      kHead + kCustomers +
      "data:\n  - { id: bulk, findings: [\"dataset:customers\"], at_least: 2, action: block }\n";
  ASSERT_EQ(site.build(text), "");
  config::Problems problems;
  const auto snapshot = site.compile(text, problems);
  ASSERT_TRUE(snapshot) << all_problems(problems);
  // Four cells, one row.
  EXPECT_EQ(verdict(*snapshot, "C0001001 山田太郎 t.yamada@kaisha-sample.co.jp 09012345670").action,
            policy::Action::kAllow);
  EXPECT_EQ(verdict(*snapshot, "山田太郎 09012345670 と 佐々木花子 0398765432").action,
            policy::Action::kBlock);
}

TEST(Datasets, RedactionTakesTheCellsAndLeavesTheRest) {
  const Site site;
  const auto snapshot = redacting(site);
  ASSERT_TRUE(snapshot);
  const auto v = verdict(*snapshot, "山田太郎さんの電話は090-1234-5670です");
  ASSERT_EQ(v.action, policy::Action::kRedact);
  ASSERT_EQ(v.edits.size(), 2U);
  EXPECT_EQ(v.edits[0].replacement, "[REDACTED:dataset:customers]");
}

// As a tool passes records on: each cell is a string of its own.
TEST(Datasets, CellsInStringsOfTheirOwnMakeARow) {
  const Site site;
  const auto snapshot = redacting(site);
  ASSERT_TRUE(snapshot);
  const std::string record = R"({"customer":"山田 太郎","state":"ok","tel":"090-1234-5670"})";
  const auto v = verdict_of_body(
      *snapshot, R"({"messages":[{"role":"user","content":[{"type":"tool_result","content":)" +
                     record + "}]}]}");
  EXPECT_EQ(v.action, policy::Action::kRedact) << v.rule;
  ASSERT_EQ(v.edits.size(), 2U);
  EXPECT_EQ(v.edits[0].replacement, "[REDACTED:dataset:customers]");
  // One cell alone, and cells of two rows, say nothing.
  EXPECT_EQ(verdict_of_body(*snapshot, R"({"a":"山田 太郎","b":"03-9876-5432"})").action,
            policy::Action::kAllow);
  EXPECT_EQ(verdict_of_body(*snapshot, "name=%E5%B1%B1%E7%94%B0%E5%A4%AA%E9%83%8E&tel=09012345670",
                            "application/x-www-form-urlencoded")
                .action,
            policy::Action::kRedact);
}

// What stands in a part of the body is gone when the next part is read.
TEST(Datasets, FormsInsideOfPartsAreEachReadAlone) {
  const Site site;
  const auto snapshot = redacting(site);
  ASSERT_TRUE(snapshot);
  std::string body;
  for (int part = 0; part < 40; ++part)
    body += "--b\r\nContent-Disposition: form-data; name=f" + std::to_string(part) +
            "\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\nname=%E5%B1%B1%E7%94%B0"
            "%E5%A4%AA%E9%83%8E&tel=09012345670&note=" +
            std::string(200, 'x') + "\r\n";
  const auto v = verdict_of_body(*snapshot, body + "--b--\r\n", "multipart/form-data; boundary=b");
  EXPECT_EQ(v.action, policy::Action::kAllow) << v.rule << v.edits.size();
}

// However many strings stand around: those read together overlap.
TEST(Datasets, RowsOfManyStringsAreEachFoundOnce) {
  const Site site;
  const auto snapshot = redacting(site);
  ASSERT_TRUE(snapshot);
  std::string body = R"({"rows":[)";
  for (int i = 0; i < 400; ++i) {
    body += i % 7 == 0 ? R"(["山田 太郎","t.yamada@kaisha-sample.co.jp"],)"
                       : R"(["item )" + std::to_string(i) + R"(","no list has this text"],)";
  }
  body += R"(["end"]]})";
  EXPECT_EQ(verdict_of_body(*snapshot, body).edits.size(), 2U * 58);
}

TEST(Datasets, WhatWasNeverBuiltIsAProblemAtItsLine) {
  Site site;
  site.folder.write("customers.csv", kList);
  const std::string told = site.problems(kHead + kCustomers);
  EXPECT_TRUE(holds(told, "policy.yaml:6:3")) << told;
  EXPECT_TRUE(holds(told, "was never built")) << told;
  EXPECT_TRUE(holds(told, "sekisho dataset build")) << told;
}

TEST(Datasets, RulesMayNameADatasetThatIsAtFault) {
  Site site;
  const std::string told =
      site.problems(kHead + kCustomers +
                    "data:\n  - { id: list, findings: [\"dataset:customers\"], action: block }\n");
  EXPECT_FALSE(holds(told, "is no finding type")) << told;
}

TEST(Datasets, ANameThatNoDatasetHasIsAProblem) {
  Site site;
  const std::string told = site.problems(
      kHead + "data:\n  - { id: list, findings: [\"dataset:custmers\"], action: block }\n" +
      kCustomers);
  EXPECT_TRUE(holds(told, "did you mean 'dataset:customers'?")) << told;
}

TEST(Datasets, AnotherKeyOtherColumnsDamageAndCutFilesAreTold) {
  Site site;
  site.folder.write("customers.csv", kList);
  ASSERT_EQ(site.build(kHead + kCustomers), "");
  const std::string built = config::read_all(site.file());
  Site other;
  other.store.directory = site.store.directory;
  other.store.key = std::string(32, 'x');
  EXPECT_TRUE(holds(other.problems(kHead + kCustomers), "built with another key"));
  const std::string columns =
      kHead + "datasets:\n  customers: { exact: customers.csv, columns: [name, email] }\n";
  EXPECT_TRUE(holds(site.problems(columns), "other settings"));
  std::ofstream(site.file(), std::ios::binary) << built.substr(0, built.size() / 2);
  EXPECT_TRUE(holds(site.problems(kHead + kCustomers), "damaged"));
  std::string changed = built;
  changed[changed.size() / 2] ^= 4;
  std::ofstream(site.file(), std::ios::binary) << changed;
  EXPECT_TRUE(holds(site.problems(kHead + kCustomers), "damaged"));
  std::ofstream(site.file(), std::ios::binary) << "";
  EXPECT_FALSE(site.problems(kHead + kCustomers).empty());
}

TEST(Datasets, AListThatChangedSinceIsAWarning) {
  Site site;
  const std::string csv = site.folder.write("customers.csv", kList);
  ASSERT_EQ(site.build(kHead + kCustomers), "");
  config::Problems problems;
  EXPECT_TRUE(site.compile(kHead + kCustomers, problems)->warnings(kNow).empty());
  site.folder.write("customers.csv", kList + "C0001004,高橋 健,ken@kaisha-sample.jp,1234567,\n");
  const auto warnings = site.compile(kHead + kCustomers, problems)->warnings(kNow);
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_TRUE(holds(warnings[0], "is older than")) << warnings[0];
  std::filesystem::remove(csv);  // kept on another machine
  EXPECT_TRUE(site.compile(kHead + kCustomers, problems)->warnings(kNow).empty());
}

TEST(DatasetBuild, ReadsShiftJisMarksAndOtherSeparators) {
  // 山田 太郎 in code page 932.
  const std::string sjis =
      "id,name,email,phone\r\n1,\x8E\x52\x93\x63 \x91\xBE\x98\x59,"
      "t.yamada@kaisha-sample.co.jp,090-1234-5670\r\n";
  for (const std::string& list :
       {sjis, "\xEF\xBB\xBF" + kList,
        std::string("id\tname\temail\tphone\n1\t山田太郎\tt.yamada@kaisha-sample.co.jp\t1234567\n"),
        std::string(
            "ID,ＮＡＭＥ,Email,Phone\n1,山田太郎,t.yamada@kaisha-sample.co.jp,1234567\n")}) {
    Site site;
    site.folder.write("customers.csv", list);
    ASSERT_EQ(site.build(kHead + kCustomers), "");
    config::Problems problems;
    const auto snapshot = site.compile(
        kHead + kCustomers +
            "data:\n  - { id: list, findings: [\"dataset:customers\"], action: block }\n",
        problems);
    ASSERT_TRUE(snapshot) << all_problems(problems);
    EXPECT_EQ(verdict(*snapshot, "山田太郎 t.yamada@kaisha-sample.co.jp").rule, "list");
  }
}

TEST(DatasetBuild, SaysWhatIsWrongWithAList) {
  struct Case {
    std::string list, told;
  };
  for (const Case& c : std::initializer_list<Case>{
           {"id,name,email\n1,a,b\n", "'phone' is no column of"},
           {"id,name,email,phne\n1,a,b,c\n", "did you mean 'phne'?"},
           {"id,name,email,phone\n1,a,b,c\n2,b\n", "customers.csv:3:1: this row has 2 cells"},
           {"id,name,email,phone\n1,\"a,b,c\n", "customers.csv:2:1: the quotation mark"},
           {"", "the list is empty"},
           {"id,name\xFF\xFF,email,phone\n1,a,b,c\n", "neither UTF-8 nor Shift_JIS"},
           {std::string("\xFF\xFEi\0d\0", 6), "UTF-16"}}) {
    Site site;
    site.folder.write("customers.csv", c.list);
    const std::string told = site.build(kHead + kCustomers);
    EXPECT_TRUE(holds(told, c.told)) << told;
    EXPECT_FALSE(std::filesystem::exists(site.file()));
  }
  Site site;
  EXPECT_TRUE(holds(site.build(kHead + kCustomers), "it does not exist"));
}

TEST(DatasetBuild, AFailedBuildLeavesTheOldFile) {
  Site site;
  site.folder.write("customers.csv", kList);
  ASSERT_EQ(site.build(kHead + kCustomers), "");
  const std::string before = config::read_all(site.file());
  site.folder.write("customers.csv", kList + "broken\n");
  EXPECT_NE(site.build(kHead + kCustomers), "");
  EXPECT_EQ(config::read_all(site.file()), before);
}

TEST(Documents, AParagraphOfARegisteredDocumentIsBlocked) {
  Site site;
  std::filesystem::create_directory(site.folder.path() + "/designs");
  const std::string paragraph =
      "新型ポンプの軸受は、試作三号機で得た振動の記録にもとづき、外輪の肉厚を従来より一割増し、"
      "潤滑溝の角度を七度に改める。材料は高炭素クロム鋼とし、熱処理後の硬さを六十以上に保つこと。"
      "量産時の原価は一個あたり四百二十円を上限とし、調達先は二社に分ける。";
  site.folder.write("designs/pump.md", "# 設計書\n\n" + paragraph + "\n");
  site.folder.write("designs/page.html",
                    "<html><style>p{}</style><p>The <b>second</b> series of "
                    "valves reduces pressure loss by seven percent below "
                    "the target while the assembly line in Nagoya keeps its "
                    "takt time and the supplier margin of the prototype "
                    "remains at eleven percent until the autumn "
                    "review.</p></html>");
  site.folder.write("designs/part.step", "binary");
  const std::string text =
      kHead +
      "datasets:\n  designs: { documents: designs/ }\n"
      "data:\n  - { id: docs, findings: [\"dataset:designs\"], action: block }\n";
  BuildReport report;
  ASSERT_EQ(site.build(text, &report), "");
  EXPECT_EQ(report.documents.documents, 2U);
  ASSERT_EQ(report.not_read.size(), 1U);
  EXPECT_TRUE(holds(report.not_read[0], "part.step"));
  config::Problems problems;
  const auto snapshot = site.compile(text, problems);
  ASSERT_TRUE(snapshot) << all_problems(problems);
  EXPECT_EQ(verdict(*snapshot, "次の文を英訳して。" + paragraph).rule, "docs");
  EXPECT_EQ(verdict(*snapshot,
                    "Summarise: The second series of valves reduces pressure loss by "
                    "seven percent below the target while the assembly line in Nagoya "
                    "keeps its takt time and the supplier margin of the prototype "
                    "remains at eleven percent until the autumn review.")
                .rule,
            "docs");
  EXPECT_EQ(verdict(*snapshot, "ポンプの軸受の一般的な設計方法を教えてください。").action,
            policy::Action::kAllow);
}

TEST(Dictionaries, WordsOfAFileAreACustomType) {
  Site site;
  site.folder.write("words.txt", "# 社内の呼び名\nあかつき計画\nNightjar\n");
  const std::string text =
      kHead +
      "detectors: { custom: [{ type: project, dictionary: words.txt, category: confidential, "
      "confidence: high, match: [アカツキ計画], no_match: [nightjars] }] }\n"
      "data:\n  - { id: words, findings: [project], action: block }\n";
  config::Problems problems;
  const auto snapshot = site.compile(text, problems);
  ASSERT_TRUE(snapshot) << all_problems(problems);
  EXPECT_EQ(verdict(*snapshot, "ｎｉｇｈｔｊａｒ の進捗").rule, "words");
  EXPECT_EQ(verdict(*snapshot, "夜鷹の進捗").action, policy::Action::kAllow);
}

TEST(Dictionaries, WhatIsWrongIsToldWithItsLine) {
  Site site;
  site.folder.write("words.txt", "good\nx\nred;blue\n");
  site.folder.write("empty.txt", "# nothing\n");
  const auto told = [&](const std::string& rest) {
    return site.problems(kHead + "detectors: { custom: [{ type: project, category: c, " + rest +
                         " }] }\n");
  };
  EXPECT_TRUE(holds(told("dictionary: words.txt"), "words.txt:2:1:"));
  EXPECT_TRUE(holds(told("dictionary: words.txt"), "words.txt:3:1:"));
  EXPECT_TRUE(holds(told("dictionary: none.txt"), "policy.yaml:5:"));
  EXPECT_TRUE(holds(told("dictionary: empty.txt"), "holds no word"));
  site.folder.write("fine.txt", "good\n");
  EXPECT_TRUE(holds(told("dictionary: fine.txt, match: [bad]"), "no word of the dictionary"));
  EXPECT_TRUE(holds(told("dictionary: fine.txt, no_match: [good]"), "a word of the dictionary"));
}

TEST(AllowValues, SpellingDoesNotMatter) {
  const auto snapshot = compile(
      kHead +
      "detectors:\n  custom: [{ type: code, pattern: 'PRJ-[0-9]{4}', category: confidential }]\n"
      "  allow_values: [\"ｐｒｊ 2026\", \"03（1234）5670\"]\n"
      "data:\n  - { id: r, findings: [code, jp_phone], action: block }\n");
  EXPECT_EQ(verdict(*snapshot, "PRJ-2026 電話 03-1234-5670").action, policy::Action::kAllow);
  EXPECT_EQ(verdict(*snapshot, "PRJ-2027").action, policy::Action::kBlock);
}

TEST(DatasetText, HtmlWithoutItsMarkup) {
  EXPECT_EQ(policy::text_of_html("<p>a<b>b</b> &lt;x&gt;</p><SCRIPT>no</script>c<!-- no -->d"),
            "ab <x>cd");
  EXPECT_EQ(policy::text_of_html("a < b"), "a ");
}

}  // namespace
}  // namespace sekisho::tests
