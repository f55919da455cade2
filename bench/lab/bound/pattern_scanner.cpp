#include "bench/lab/bound/pattern_scanner.h"

#include <hs/hs.h>
#include <malloc.h>
#include <re2/re2.h>

#include <algorithm>
#include <fstream>

namespace sekisho::lab {
namespace {

std::vector<std::string> patterns_of(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> patterns;
  for (std::string line; std::getline(file, line);) {
    const std::size_t tab = line.find('\t');
    if (tab != line.npos) patterns.push_back(line.substr(tab + 1));
  }
  return patterns;
}

unsigned flags_for(const std::string& pattern) {
  const bool ascii = std::all_of(pattern.begin(), pattern.end(), [](char c) { return c >= 0; });
  return HS_FLAG_SINGLEMATCH | (ascii ? 0u : HS_FLAG_UTF8);
}

int note_hit(unsigned id, unsigned long long, unsigned long long, unsigned, void* hits) {
  (*static_cast<std::vector<bool>*>(hits))[id] = true;
  return 0;
}

}  // namespace

PatternScanner::PatternScanner() = default;

PatternScanner::~PatternScanner() {
  hs_free_scratch(scratch_);
  hs_free_database(database_);
}

std::unique_ptr<PatternScanner> PatternScanner::load(const std::string& file,
                                                     std::string& problem) {
  const std::vector<std::string> patterns = patterns_of(file);
  if (patterns.empty()) {
    problem = "no patterns in " + file;
    return nullptr;
  }
  std::unique_ptr<PatternScanner> scanner(new PatternScanner());
  if (!scanner->compile(patterns, problem)) return nullptr;
  // The compiler leaves megabytes of free heap, which would hide what the first tunnels cost.
  malloc_trim(0);
  return scanner;
}

bool PatternScanner::compile(const std::vector<std::string>& patterns, std::string& problem) {
  std::vector<const char*> expressions;
  std::vector<unsigned> flags, ids;
  for (const std::string& pattern : patterns) {
    ids.push_back(static_cast<unsigned>(ids.size()));
    expressions.push_back(pattern.c_str());
    flags.push_back(flags_for(pattern));
    patterns_.push_back(std::make_unique<re2::RE2>(pattern));
  }
  hs_compile_error_t* error = nullptr;
  if (hs_compile_multi(expressions.data(), flags.data(), ids.data(),
                       static_cast<unsigned>(ids.size()), HS_MODE_BLOCK, nullptr, &database_,
                       &error) != HS_SUCCESS) {
    problem = error->message;
    hs_free_compile_error(error);
    return false;
  }
  return hs_alloc_scratch(database_, &scratch_) == HS_SUCCESS;
}

std::vector<Span> PatternScanner::scan(std::string_view text) const {
  std::vector<bool> hits(patterns_.size(), false);
  hs_scan(database_, text.data(), static_cast<unsigned>(text.size()), 0, scratch_, note_hit, &hits);
  std::vector<Span> spans;
  for (std::size_t i = 0; i < hits.size(); ++i)
    if (hits[i]) add_spans(i, text, spans);
  std::sort(spans.begin(), spans.end(), [](Span a, Span b) { return a.begin < b.begin; });
  return spans;
}

void PatternScanner::add_spans(std::size_t pattern, std::string_view text,
                               std::vector<Span>& spans) const {
  const re2::StringPiece in(text.data(), text.size());
  re2::StringPiece match;
  for (std::size_t at = 0;
       at <= text.size() &&
       patterns_[pattern]->Match(in, at, text.size(), re2::RE2::UNANCHORED, &match, 1);) {
    const auto begin = static_cast<std::size_t>(match.data() - text.data());
    spans.push_back({begin, begin + match.size()});
    at = begin + std::max<std::size_t>(match.size(), 1);
  }
}

}  // namespace sekisho::lab
