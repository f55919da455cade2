#pragma once

// The engines that are measured side by side: ours, and what one would take instead.

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sekisho::bench {

// Looks through `text` and says how much it found (places, or patterns that occur).
using Search = std::function<std::size_t(std::string_view text)>;

struct Engine {
  std::string name;
  std::function<Search()> make;  // may take a while; empty result = cannot be made here
};

// RE2 patterns of the file that SEKISHO_BENCH_PATTERNS names, lines of "name<TAB>pattern"; else of
// the lab's.
std::vector<std::string> bench_patterns();
// The gates and patterns of every shipped row.
std::vector<std::string> pack_patterns();

// Each of the patterns for itself; their set alone, and that of the packs (64 MiB).
std::vector<Engine> plain_re2_engines();
// Block mode, the patterns and the packs; none where the library is not installed.
std::vector<Engine> hyperscan_engines();
std::vector<Engine> product_engines();  // the patterns, the shipped packs, both

}  // namespace sekisho::bench
