// Precision and recall of every shipped type over the labelled texts of tests/corpus, printed and
// gated.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/filters/scan_text.h"

namespace sekisho::filters {
namespace {

constexpr double kMedium = 0.60;  // what a policy looks at unless it says otherwise

struct Case {
  std::string id, text;
  std::set<std::string> expect;
};

std::vector<Case> read_corpus() {
  std::vector<Case> cases;
  for (const auto& entry : std::filesystem::directory_iterator(SEKISHO_TEST_DIR "/corpus")) {
    if (entry.path().extension() != ".jsonl") continue;
    std::ifstream file(entry.path());
    for (std::string line; std::getline(file, line);) {
      if (line.empty()) continue;
      const nlohmann::json row = nlohmann::json::parse(line);
      cases.push_back({entry.path().stem().string() + "/" + row.at("id").get<std::string>(),
                       row.at("text").get<std::string>(),
                       row.at("expect").get<std::set<std::string>>()});
    }
  }
  return cases;
}

struct Score {
  int right = 0, wrong = 0, missed = 0;
  double precision() const {
    return right + wrong == 0 ? 1 : static_cast<double>(right) / (right + wrong);
  }
  double recall() const {
    return right + missed == 0 ? 1 : static_cast<double>(right) / (right + missed);
  }
};

TEST(DetectionCorpus, PrecisionAndRecallHold) {
  const std::vector<Case> cases = read_corpus();
  ASSERT_GE(cases.size(), 150U);
  std::map<std::string, Score> scores;
  for (const Case& c : cases) {
    std::set<std::string> got;
    for (const Finding& f : scan_text(shipped_set(), c.text)) {
      if (f.confidence >= kMedium) got.emplace(f.type);
    }
    for (const std::string& type : got)
      ++(c.expect.count(type) ? scores[type].right : scores[type].wrong);
    for (const std::string& type : c.expect) scores[type].missed += got.count(type) ? 0 : 1;
    if (got != c.expect)
      std::printf("%s: found %s\n", c.id.c_str(), testing::PrintToString(got).c_str());
  }
  std::printf("%-24s %5s %5s %6s %9s %6s\n", "type", "right", "wrong", "missed", "precision",
              "recall");
  for (const auto& [type, s] : scores) {
    std::printf("%-24s %5d %5d %6d %9.3f %6.3f\n", type.c_str(), s.right, s.wrong, s.missed,
                s.precision(), s.recall());
    EXPECT_GE(s.precision(), 0.95) << type;
    EXPECT_GE(s.recall(), 0.95) << type;
  }
}

}  // namespace
}  // namespace sekisho::filters
