#include "bench/scan/engines.h"

#include <re2/re2.h>
#include <re2/set.h>

#include <cstdlib>
#include <fstream>
#include <utility>

namespace sekisho::bench {
namespace {

constexpr std::int64_t kSetMemory = 64 << 20;

RE2::Options options(std::int64_t memory) {
  RE2::Options o;
  o.set_log_errors(false);
  o.set_max_mem(memory);
  return o;
}

std::size_t count_matches(const RE2& pattern, std::string_view text) {
  const re2::StringPiece all(text.data(), text.size());
  std::size_t found = 0, pos = 0;
  re2::StringPiece match;
  while (pos < text.size() && pattern.Match(all, pos, text.size(), RE2::UNANCHORED, &match, 1)) {
    ++found;
    pos = static_cast<std::size_t>(match.data() - text.data()) +
          std::max<std::size_t>(match.size(), 1);
  }
  return found;
}

Search make_each() {
  auto patterns = std::make_shared<std::vector<std::unique_ptr<RE2>>>();
  for (const std::string& p : bench_patterns())
    patterns->push_back(std::make_unique<RE2>(p, options(8 << 20)));
  return [patterns](std::string_view text) {
    std::size_t found = 0;
    for (const auto& p : *patterns) found += count_matches(*p, text);
    return found;
  };
}

Search make_set(const std::vector<std::string>& patterns) {
  auto set = std::make_shared<RE2::Set>(options(kSetMemory), RE2::UNANCHORED);
  for (const std::string& p : patterns) set->Add(p, nullptr);
  if (!set->Compile()) return {};
  return [set](std::string_view text) {
    std::vector<int> hits;
    set->Match({text.data(), text.size()}, &hits);
    return hits.size();
  };
}

}  // namespace

std::vector<std::string> bench_patterns() {
  const char* named = std::getenv("SEKISHO_BENCH_PATTERNS");
  std::ifstream file(named != nullptr ? named : SEKISHO_BENCH_DIR "/lab/patterns.tsv");
  std::vector<std::string> out;
  for (std::string line; std::getline(file, line);) {
    const std::size_t tab = line.find('\t');
    if (tab != std::string::npos) out.push_back(line.substr(tab + 1));
  }
  return out;
}

std::vector<Engine> plain_re2_engines() {
  return {{"RE2 each", make_each},
          {"RE2::Set alone", [] { return make_set(bench_patterns()); }},
          {"RE2::Set, packs", [] { return make_set(pack_patterns()); }}};
}

}  // namespace sekisho::bench
