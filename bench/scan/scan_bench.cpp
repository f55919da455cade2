// Speed of detection by kind of text, ours beside other engines, in one run: MB/s of one core.
//   scan_bench [ROUNDS] [ENGINE-PREFIX] [KIND or FILE …]

#include <fmt/core.h>
#include <malloc.h>
#include <time.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "bench/scan/engines.h"
#include "bench/scan/texts.h"

namespace sekisho::bench {
namespace {

constexpr std::size_t kTextSize = 1u << 20, kPromptSize = 16u << 10;
constexpr double kLeastSeconds = 0.15;  // of one measurement

double cpu_seconds() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

// CPU seconds of one search through `text`.
double measure(const Search& search, const std::string& text) {
  std::size_t runs = 0;
  const double begin = cpu_seconds();
  double now = begin;
  do {
    search(text);
    ++runs;
    now = cpu_seconds();
  } while (now - begin < kLeastSeconds);
  return (now - begin) / static_cast<double>(runs);
}

struct Made {
  std::string name;
  Search search;
  double seconds = 0;
  std::size_t bytes = 0;
};

std::vector<Made> make_engines(const std::string& prefix) {
  std::vector<Made> out;
  for (const auto& engines : {plain_re2_engines(), hyperscan_engines(), product_engines()}) {
    for (const Engine& e : engines) {
      if (e.name.compare(0, prefix.size(), prefix) != 0) continue;
      const std::size_t before = mallinfo2().uordblks;
      const double begin = cpu_seconds();
      Search search = e.make();
      if (search)
        out.push_back({e.name, search, cpu_seconds() - begin, mallinfo2().uordblks - before});
    }
  }
  return out;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

using Texts = std::vector<std::pair<std::string, std::string>>;  // names with texts
using Cells = std::map<std::pair<std::string, std::string>, std::vector<double>>;

// Every round meets the engines in turn, text by text, so that what drifts in the machine meets
// all.
Cells run(const std::vector<Made>& engines, const Texts& texts, int rounds) {
  Cells cells;
  for (int round = 0; round < rounds; ++round)
    for (const auto& [name, text] : texts)
      for (const Made& e : engines) cells[{e.name, name}].push_back(measure(e.search, text));
  return cells;
}

void print_speeds(const std::vector<Made>& engines, const Cells& cells, const Texts& texts) {
  fmt::print("{:<18}", "MB/s of one core");
  for (const auto& [name, text] : texts) fmt::print("{:>11}", name);
  fmt::print("{:>14}{:>12}\n", "compile ms", "heap MiB");
  for (const Made& e : engines) {
    fmt::print("{:<18}", e.name);
    for (const auto& [name, text] : texts)
      fmt::print("{:>11.1f}",
                 static_cast<double>(text.size()) / 1e6 / median(cells.at({e.name, name})));
    fmt::print("{:>14.0f}{:>12.1f}\n", e.seconds * 1e3, static_cast<double>(e.bytes) / (1 << 20));
  }
}

void print_prompts(const std::vector<Made>& engines, const Cells& cells) {
  fmt::print("\n{:<18}{:>10}{:>10}\n", "16 KB prompt, us", "english", "japanese");
  for (const Made& e : engines)
    fmt::print("{:<18}{:>10.0f}{:>10.0f}\n", e.name, median(cells.at({e.name, "english"})) * 1e6,
               median(cells.at({e.name, "japanese"})) * 1e6);
}

std::string content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Kinds of texts by name, files by path; nothing named = every kind.
Texts texts_of(const std::vector<std::string>& names) {
  Texts out;
  for (const NamedKind& k : kinds())
    if (names.empty() || std::count(names.begin(), names.end(), k.name) > 0)
      out.emplace_back(k.name, text_of(k.kind, kTextSize));
  for (const std::string& name : names)
    if (name.find('/') != std::string::npos)
      out.emplace_back(name.substr(name.rfind('/') + 1), content_of(name));
  return out;
}

int main_of(int rounds, const std::string& prefix, const std::vector<std::string>& names) {
  const std::vector<Made> engines = make_engines(prefix);
  const Texts texts = texts_of(names);
  if (engines.empty() || texts.empty()) return 2;
  print_speeds(engines, run(engines, texts, rounds), texts);
  if (!names.empty()) return 0;
  print_prompts(engines, run(engines,
                             {{"english", text_of(Kind::kEnglish, kPromptSize)},
                              {"japanese", text_of(Kind::kJapanese, kPromptSize)}},
                             rounds));
  return 0;
}

}  // namespace
}  // namespace sekisho::bench

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 3;
  const std::vector<std::string> names(argv + std::min(argc, 3), argv + argc);
  return sekisho::bench::main_of(rounds, argc > 2 ? argv[2] : "", names);
}
