#include <algorithm>
#include <cstdio>

#include "bench/scan/engines.h"
#ifdef SEKISHO_HYPERSCAN
#include <hs/hs.h>
#endif

namespace sekisho::bench {

#ifdef SEKISHO_HYPERSCAN
namespace {

struct Database {
  ~Database() {
    hs_free_scratch(scratch);
    hs_free_database(database);
  }
  hs_database_t* database = nullptr;
  hs_scratch_t* scratch = nullptr;
};

unsigned flags_for(const std::string& pattern) {
  const bool ascii = std::all_of(pattern.begin(), pattern.end(), [](char c) { return c >= 0; });
  return ascii ? 0u : HS_FLAG_UTF8;
}

int count(unsigned, unsigned long long, unsigned long long, unsigned, void* context) {
  ++*static_cast<std::size_t*>(context);
  return 0;
}

// What it cannot compile (look-arounds of RE2's kind, long repeats of classes) is left out.
bool compiles(const std::string& pattern) {
  hs_database_t* database = nullptr;
  hs_compile_error_t* error = nullptr;
  const bool good = hs_compile(pattern.c_str(), flags_for(pattern), HS_MODE_BLOCK, nullptr,
                               &database, &error) == HS_SUCCESS;
  hs_free_database(database);
  hs_free_compile_error(error);
  return good;
}

Search make_blocks(std::vector<std::string> patterns) {
  const std::size_t given = patterns.size();
  std::erase_if(patterns, [](const std::string& p) { return !compiles(p); });
  if (patterns.size() != given)
    std::fprintf(stderr, "Hyperscan: %zu of %zu patterns\n", patterns.size(), given);
  std::vector<const char*> expressions;
  std::vector<unsigned> flags;
  for (const std::string& p : patterns) {
    expressions.push_back(p.c_str());
    flags.push_back(flags_for(p));
  }
  auto db = std::make_shared<Database>();
  hs_compile_error_t* error = nullptr;
  if (hs_compile_multi(expressions.data(), flags.data(), nullptr,
                       static_cast<unsigned>(expressions.size()), HS_MODE_BLOCK, nullptr,
                       &db->database, &error) != HS_SUCCESS) {
    hs_free_compile_error(error);
    return {};
  }
  if (hs_alloc_scratch(db->database, &db->scratch) != HS_SUCCESS) return {};
  return [db](std::string_view text) {
    std::size_t ends = 0;
    hs_scan(db->database, text.data(), static_cast<unsigned>(text.size()), 0, db->scratch, count,
            &ends);
    return ends;
  };
}

}  // namespace

std::vector<Engine> hyperscan_engines() {
  return {{"Hyperscan block", [] { return make_blocks(bench_patterns()); }},
          {"Hyperscan, packs", [] { return make_blocks(pack_patterns()); }}};
}
#else
std::vector<Engine> hyperscan_engines() {
  return {};
}
#endif

}  // namespace sekisho::bench
