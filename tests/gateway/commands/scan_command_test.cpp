// scan as a shell sees it: exit code, standard output, standard error.

#include <gtest/gtest.h>

#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "gateway/commands/commands.h"
#include "gateway/commands/scan_report.h"
#include "gateway/commands/scanned_text.h"
#include "policy/type_words.h"

namespace sekisho::gateway {
namespace {

using nlohmann::json;

struct Outcome {
  int code = -1;
  std::string out, err;
};

Outcome run(std::vector<std::string> words) {
  CLI::App app{"", "sekisho"};
  Outcome o;
  add_scan_command(app, o.code);
  std::vector<const char*> argv{"sekisho", "scan"};
  for (const auto& w : words) argv.push_back(w.c_str());
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  try {
    app.parse(static_cast<int>(argv.size()), argv.data());
  } catch (const CLI::ParseError&) {
    o.code = 2;
  }
  o.out = testing::internal::GetCapturedStdout();
  o.err = testing::internal::GetCapturedStderr();
  return o;
}

const std::string kCard = "カード 4532 0151 1283 0366";

class ScanCommand : public testing::Test {
 protected:
  void SetUp() override {
    ::setenv("LC_ALL", "C.UTF-8", 1);
    folder_ =
        std::filesystem::path(testing::TempDir()) /
        (std::string("scan_") + testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& text) {
    const auto path = folder_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }

  std::filesystem::path folder_;
};

TEST_F(ScanCommand, SaysTypeCategoryConfidenceLevelAndWhy) {
  const Outcome o = run({write("a.txt", "x\n" + kCard + "\n")});
  EXPECT_EQ(o.code, 0);
  EXPECT_NE(o.out.find(":2:5: credit_card 0.95 (financial, high) 45*****************"),
            std::string::npos)
      << o.out;
  EXPECT_NE(o.out.find(" ["), std::string::npos);
  EXPECT_EQ(o.err, "1 finding in 1 file\n");
}

TEST_F(ScanCommand, SpeaksTheLanguageOfTheLocale) {
  ::setenv("LC_ALL", "ja_JP.UTF-8", 1);
  EXPECT_EQ(run({write("a.txt", kCard)}).err, "1 個のファイルから 1 件見つかりました\n");
}

TEST_F(ScanCommand, ReadsFoldersInTheOrderOfNamesAndFollowsNoLinks) {
  write("b/2.txt", kCard);
  write("a/9.txt", kCard);
  write("b/10.txt", kCard);
  std::filesystem::create_directory_symlink(folder_ / "a", folder_ / "c");
  const Outcome o = run({folder_.string()});
  const std::size_t first = o.out.find("a/9.txt"), second = o.out.find("b/10.txt"),
                    third = o.out.find("b/2.txt");
  EXPECT_LT(first, second);
  EXPECT_LT(second, third);
  EXPECT_EQ(o.err, "3 findings in 3 files\n");
}

TEST_F(ScanCommand, TellsWhatIsNoTextAndWhatCannotBeRead) {
  write("a.bin", std::string("\x7F"
                             "ELF\0\1\2\3",
                             8) +
                     std::string(64, '\0'));
  write("b.txt", kCard);
  const Outcome folder = run({folder_.string()});
  EXPECT_EQ(folder.code, 0);
  EXPECT_NE(folder.err.find("a.bin: not text, skipped"), std::string::npos);
  EXPECT_NE(folder.err.find("1 finding in 1 file (1 not text, not read)"), std::string::npos);
  const Outcome missing = run({(folder_ / "b.txt").string(), (folder_ / "none.txt").string()});
  EXPECT_EQ(missing.code, 2);
  EXPECT_NE(missing.err.find("none.txt: No such file"), std::string::npos);
  EXPECT_NE(missing.out.find("credit_card"), std::string::npos);
}

TEST_F(ScanCommand, ReadsShiftJisAndUtf16) {
  // "カード 4532 0151 1283 0366".
  const std::string sjis = "\x83\x4A\x81\x5B\x83\x68 4532 0151 1283 0366\n";
  std::string wide = "\xFF\xFE";
  for (const char c : std::string("card 4532 0151 1283 0366\n")) wide += c, wide += '\0';
  for (const auto& path : {write("s.csv", sjis), write("w.txt", wide)}) {
    const Outcome o = run({path});
    EXPECT_EQ(o.code, 0) << o.err;
    EXPECT_NE(o.out.find("credit_card"), std::string::npos) << path;
    EXPECT_NE(o.err.find("read as "), std::string::npos);
  }
}

TEST_F(ScanCommand, FindsWhatLiesAcrossThePiecesOfALargeFile) {
  std::string text;
  const std::size_t places[] = {(256u << 10) - 10, (512u << 10) - 1, (1u << 20) + 77};
  for (const std::size_t at : places) {
    while (text.size() + 64 < at) text += "一行の文章です。次の行へ続きます。\n";
    text.append(at - text.size(), '.');
    text += "\n" + kCard + "\n";
  }
  const json found = json::parse(run({"--json", write("large.txt", text)}).out);
  ASSERT_EQ(found["findings"].size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    const auto& f = found["findings"][i];
    EXPECT_EQ(f["start"], places[i] + 1 + 10);
    EXPECT_EQ(f["column"], 5);
    const auto lines = std::count(text.begin(), text.begin() + f["start"].get<long>(), '\n');
    EXPECT_EQ(f["line"], lines + 1);
  }
}

TEST_F(ScanCommand, CountsLinesAndColumnsOfAnyOffsetInAnyOrder) {
  std::string text;
  while (text.size() < (3u << 20))
    text += "あいう abc\n長い行 " + std::string(text.size() % 300, 'x') + "\n";
  const ScannedText file(write("places.txt", text));
  TextPlaces places(file);
  const auto expected = [&text](std::size_t offset) {
    const std::string_view before = std::string_view(text).substr(0, offset);
    const std::size_t line_begin = before.rfind('\n') + 1;
    return std::pair(static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1,
                     characters(before.substr(line_begin)) + 1);
  };
  std::size_t offset = 1;
  for (int i = 0; i < 60; ++i) {
    offset = (offset * 2654435761u + 12345u) % text.size();
    while ((static_cast<unsigned char>(text[offset]) & 0xC0) == 0x80) --offset;
    const auto place = places.at(offset);
    ASSERT_EQ(std::pair(place.line, place.column), expected(offset)) << offset;
  }
}

TEST_F(ScanCommand, WritesSarifWithEveryRequiredField) {
  const auto path = write("込み入った 名前.txt", kCard + "\nmail: taro.y@kaisha-shoji.jp\n");
  const Outcome o = run({"--sarif", path});
  EXPECT_EQ(o.code, 0);
  const json log = json::parse(o.out);
  EXPECT_EQ(log["version"], "2.1.0");
  const json& sarif_run = log["runs"].at(0);
  EXPECT_EQ(sarif_run["tool"]["driver"]["name"], "sekisho");
  const json& rules = sarif_run["tool"]["driver"]["rules"];
  std::set<std::string> ids;
  for (const auto& rule : rules) {
    EXPECT_TRUE(ids.insert(rule.at("id")).second);
    EXPECT_NE(rule.at("shortDescription").at("text").get<std::string>().find(" / "),
              std::string::npos);
  }
  ASSERT_EQ(sarif_run["results"].size(), 2u);
  for (const auto& result : sarif_run["results"]) {
    EXPECT_EQ(rules.at(result.at("ruleIndex").get<std::size_t>()).at("id"), result.at("ruleId"));
    EXPECT_FALSE(result.at("message").at("text").get<std::string>().empty());
    const json& place = result.at("locations").at(0).at("physicalLocation");
    const std::string uri = place.at("artifactLocation").at("uri");
    EXPECT_EQ(uri.find_first_of(" \\"), std::string::npos);
    EXPECT_EQ(uri.substr(0, 8), "file:///");
    EXPECT_GE(place.at("region").at("startLine"), 1);
    EXPECT_GT(place.at("region").at("endColumn"), place.at("region").at("startColumn"));
  }
  EXPECT_EQ(sarif_run["results"][0]["level"], "error");
  EXPECT_EQ(sarif_run["invocations"][0]["executionSuccessful"], true);
  EXPECT_EQ(o.out.find("4532"), std::string::npos);
}

TEST_F(ScanCommand, SarifSaysThatAFileCouldNotBeRead) {
  const json log = json::parse(run({"--sarif", (folder_ / "none").string()}).out);
  const json& invocation = log["runs"][0]["invocations"][0];
  EXPECT_EQ(invocation["executionSuccessful"], false);
  EXPECT_EQ(invocation["toolExecutionNotifications"][0]["level"], "error");
}

TEST_F(ScanCommand, AnswersEachLineAlsoOneItCannotRead) {
  const auto path = write("in.jsonl", "{\"id\":1,\"text\":\"" + kCard +
                                          "\"}\nnonsense\n\n{\"id\":[2],\"text\":\"\"}\n");
  const Outcome o = run({"--jsonl", path});
  EXPECT_EQ(o.code, 2);
  std::vector<json> lines;
  std::size_t begin = 0;
  for (std::size_t end; (end = o.out.find('\n', begin)) != std::string::npos; begin = end + 1)
    lines.push_back(json::parse(o.out.substr(begin, end - begin)));
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0]["id"], 1);
  EXPECT_EQ(lines[0]["findings"][0]["category"], "financial");
  EXPECT_TRUE(lines[1].contains("error"));
  EXPECT_EQ(lines[2], json::parse(R"({"id":[2],"findings":[]})"));
}

TEST_F(ScanCommand, ReadsStandardInput) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const int kept = ::dup(STDIN_FILENO);
  ::dup2(ends[0], STDIN_FILENO);
  ASSERT_EQ(::write(ends[1], kCard.data(), kCard.size()), static_cast<ssize_t>(kCard.size()));
  ::close(ends[1]);
  const Outcome o = run({"--fail-on-findings", "-"});
  ::dup2(kept, STDIN_FILENO);
  ::close(kept);
  ::close(ends[0]);
  EXPECT_EQ(o.code, 1);
  EXPECT_EQ(o.out.find("-:1:5: credit_card"), 0u) << o.out;
}

TEST_F(ScanCommand, ShowsLowOnesOnlyWhenAsked) {
  const auto path = write("a.txt", "社外秘とは何ですか");
  EXPECT_EQ(run({path}).out, "");
  const Outcome low = run({"--low", path});
  EXPECT_NE(low.out.find("confidentiality_label 0.30 (confidential, low)"), std::string::npos);
  EXPECT_EQ(low.err, "0 findings in 1 file\n");
  EXPECT_EQ(run({"--show-low", path}).out, low.out);
}

TEST_F(ScanCommand, MeasuresSpeed) {
  const auto path = write("a.txt", std::string(20000, 'a') + kCard);
  const Outcome o = run({"--bench", path});
  EXPECT_EQ(o.code, 0) << o.err;
  EXPECT_NE(o.out.find("compiled in "), std::string::npos);
  EXPECT_NE(o.out.find("MB/s"), std::string::npos);
  EXPECT_NE(o.out.find(path), std::string::npos);
  EXPECT_EQ(run({"--bench", (folder_ / "none").string()}).code, 2);
}

TEST_F(ScanCommand, RefusesTwoFormatsAtOnce) {
  EXPECT_EQ(run({"--json", "--sarif", "x"}).code, 2);
  EXPECT_EQ(run({}).code, 2);
}

TEST(Masking, ShowsTwoCharactersOfALongValueAndNoneOfAShortOne) {
  EXPECT_EQ(masked("4532015112830366"), "45**************");
  EXPECT_EQ(masked("secret"), "******");
  EXPECT_EQ(masked("山田太郎"), "****");
  EXPECT_EQ(masked("東京都千代田区千代田一丁目一番"), "***************");
  EXPECT_EQ(masked(std::string(500, 'a')).size(), 26u);
}

TEST(TypeWords, NamesEveryKindOfType) {
  EXPECT_EQ(policy::words_of("iban", "financial").en, "IBAN bank account");
  EXPECT_EQ(policy::words_of("acme_token", "secret").en, "Credential (acme_token)");
  EXPECT_EQ(policy::words_of("acme_token", "secret").ja, "認証情報 (acme_token)");
  EXPECT_EQ(policy::words_of("project", "own").en, "own (project)");
}

}  // namespace
}  // namespace sekisho::gateway
