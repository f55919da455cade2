// Speed of detection by kind of text: shipped packs, an admin's patterns alone, and both.

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "filters/detector_set.h"
#include "filters/scanner.h"

namespace {

using sekisho::filters::CustomPattern;
using sekisho::filters::DetectorProblem;
using sekisho::filters::DetectorSet;
using sekisho::filters::DetectorSpec;
using sekisho::filters::Findings;
using sekisho::filters::Scanner;

constexpr std::size_t kTextSize = 1u << 20;

enum class Kind { kJson, kJapanese, kCode, kMixed, kDense };

std::string pick(std::mt19937& random, const std::vector<std::string_view>& words) {
  return std::string(words[random() % words.size()]);
}

void append_json(std::mt19937& random, std::string& out) {
  static const std::vector<std::string_view> kKeys = {
      "id", "status", "count", "updated_at", "token_count", "label", "path"};
  out += "{\"" + pick(random, kKeys) + "\": " + std::to_string(random() % 1000000) + ", \"" +
         pick(random, kKeys) + "\": \"2026-04-1" + std::to_string(random() % 10) + "T09:3" +
         std::to_string(random() % 10) + ":00Z\", \"ratio\": 0." +
         std::to_string(random() % 1000000) + ", \"note\": \"request handler of the client\"},\n";
}

void append_japanese(std::mt19937& random, std::string& out) {
  static const std::vector<std::string_view> kWords = {"お客様",
                                                       "ご担当者様",
                                                       "契約書",
                                                       "について",
                                                       "ご確認ください",
                                                       "電話",
                                                       "マイナンバー制度",
                                                       "機密性",
                                                       "要約",
                                                       "してください",
                                                       "データベース",
                                                       "の",
                                                       "を",
                                                       "議事録",
                                                       "2026年4月",
                                                       "番号",
                                                       "、",
                                                       "株式会社"};
  for (int i = 0; i < 30; ++i) out += pick(random, kWords);
  out += "。\n";
}

void append_code(std::mt19937& random, std::string& out) {
  static const std::vector<std::string_view> kNames = {"user",    "token", "buffer", "index",
                                                       "session", "key",   "config", "stream"};
  const std::string a = pick(random, kNames), b = pick(random, kNames);
  out += "for (std::size_t i = 0; i < " + a + ".size(); ++i) {\n  auto& " + b + " = " + a +
         "[i];\n  if (" + b + ".find(0x" + std::to_string(random() % 100000) +
         ") == nullptr) continue;  // the " + a + " of the " + b + "\n}\n";
}

void append_value(std::mt19937& random, std::string& out) {
  static const std::vector<std::string_view> kValues = {
      "card 4532 0151 1283 0366",     "電話 090-1234-5678", "個人番号 7877-8932-8790",
      "t.yamada@kaisha-sample.co.jp", "host 10.20.30.40",   "【社外秘】"};
  out += pick(random, kValues) + "\n";
}

std::string text_of(Kind kind) {
  std::mt19937 random(11);
  std::string out;
  std::size_t next_value = 1200;
  while (out.size() < kTextSize) {
    const unsigned which = kind == Kind::kJson       ? 0
                           : kind == Kind::kJapanese ? 1
                           : kind == Kind::kCode     ? 2
                                                     : random() % 3;
    if (which == 0) append_json(random, out);
    if (which == 1) append_japanese(random, out);
    if (which == 2) append_code(random, out);
    if (kind == Kind::kDense && out.size() > next_value) {
      append_value(random, out);
      next_value = out.size() + 1200;
    }
  }
  return out;
}

// "name<TAB>pattern" lines of the file that SEKISHO_BENCH_PATTERNS names; a few of our own without
// it.
std::vector<CustomPattern> custom_patterns() {
  std::vector<CustomPattern> out;
  if (const char* file = std::getenv("SEKISHO_BENCH_PATTERNS")) {
    std::ifstream lines(file);
    for (std::string line; std::getline(lines, line);) {
      const std::size_t tab = line.find('\t');
      if (tab != std::string::npos)
        out.push_back({line.substr(0, tab), line.substr(tab + 1), "secret", 0.6, {}, {}});
    }
    return out;
  }
  return {{"project_code", R"(\bPRJ-\d{4}-[A-Z]{2}\b)", "confidential", 0.6, {}, {}},
          {"url_with_login", R"(https?://[^\s:@/]+:[^\s:@/]+@[^\s]+)", "secret", 0.6, {}, {}},
          {"assignment",
           R"((?i)\b(?:password|passwd|secret)\b\s*[:=]\s*['"][^'"\s]{8,64}['"])",
           "secret",
           0.6,
           {},
           {}}};
}

DetectorSpec spec_of(bool packs, bool custom) {
  DetectorSpec spec;
  if (!packs) spec.packs = std::vector<std::string>{};
  if (custom) spec.custom = custom_patterns();
  return spec;
}

void scan(benchmark::State& state, bool packs, bool custom, Kind kind) {
  std::vector<DetectorProblem> problems;
  const auto set = DetectorSet::compile(spec_of(packs, custom), problems);
  if (set == nullptr) return state.SkipWithError(problems.front().message.c_str());
  const std::string text = text_of(kind);
  Scanner scanner(*set);
  Findings found;
  for (auto _ : state) {
    found.clear();
    benchmark::DoNotOptimize(scanner.scan(text, found));
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
  state.counters["findings"] = static_cast<double>(found.size());
}

void compile(benchmark::State& state, bool packs, bool custom) {
  for (auto _ : state) {
    std::vector<DetectorProblem> problems;
    benchmark::DoNotOptimize(DetectorSet::compile(spec_of(packs, custom), problems));
  }
}

#define SCAN_BENCH(name, kind)                               \
  BENCHMARK_CAPTURE(scan, packs / name, true, false, kind);  \
  BENCHMARK_CAPTURE(scan, custom / name, false, true, kind); \
  BENCHMARK_CAPTURE(scan, packs_custom / name, true, true, kind)
SCAN_BENCH(json, Kind::kJson);
SCAN_BENCH(japanese, Kind::kJapanese);
SCAN_BENCH(code, Kind::kCode);
SCAN_BENCH(mixed, Kind::kMixed);
SCAN_BENCH(dense, Kind::kDense);
BENCHMARK_CAPTURE(compile, packs, true, false)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(compile, packs_custom, true, true)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
