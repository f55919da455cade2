// Any bytes through the scanner: the same findings however the text is cut, ranges inside it, and
// at borders of characters where it is UTF-8. The first byte says where to cut. A 0x01 in the rest
// stands for a value, so that the fuzzer need not find one.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "filters/scanner.h"
#include "filters/utf8.h"
#include "policy/detector_packs.h"

using namespace sekisho::filters;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

const DetectorSet& detectors() {
  static const std::shared_ptr<const DetectorSet> kSet = [] {
    sekisho::config::Problems problems;
    DetectorSpec spec;
    spec.packs = sekisho::policy::shipped_packs(problems);
    // Found by what they begin with, by what stands in them, and nowhere but by looking everywhere.
    for (const char* pattern :
         {"\\bP[0-9]{2}-x?\\b", "[a-z]{1,9}@ours", "(?i:top|秘)s", "[ab]{2} ?[ab]"})
      spec.custom.push_back({std::string("ours ") + pattern, pattern, "confidential", 0.9, {}, {}});
    std::vector<DetectorProblem> faults;
    auto set = DetectorSet::compile(spec, faults);
    require(set != nullptr);
    return set;
  }();
  return *kSet;
}

using Row = std::tuple<std::size_t, std::size_t, std::string, double, std::string>;

std::vector<Row> rows(const Findings& found) {
  std::vector<Row> out;
  for (const Finding& f : found)
    out.emplace_back(f.range.begin, f.range.end, std::string(f.type), f.confidence, f.normalised);
  std::sort(out.begin(), out.end());
  return out;
}

bool is_border(std::string_view text, std::size_t at) {
  return at >= text.size() || (static_cast<unsigned char>(text[at]) & 0xC0) != 0x80;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1 || size > 65536) return 0;
  std::string text;
  for (std::size_t i = 1; i < size; ++i) {
    if (data[i] == 1)
      text += "4539578763621486";
    else
      text.push_back(static_cast<char>(data[i]));
  }
  Scanner scanner(detectors());
  Findings whole, cut;
  const ScanStatus status = scanner.scan(text, whole);
  const bool utf8 = valid_utf8(text);
  for (const Finding& f : whole) {
    require(f.range.begin < f.range.end && f.range.end <= text.size());
    require(!utf8 || (is_border(text, f.range.begin) && is_border(text, f.range.end)));
  }
  scanner.begin();
  const std::size_t piece = 1 + data[0] * 7u;
  ScanStatus last = ScanStatus::kDone;
  for (std::size_t at = 0; at < text.size(); at += piece)
    last = scanner.push(std::string_view(text).substr(at, piece), cut);
  last = scanner.finish(cut);
  require(last == status);
  require(rows(whole) == rows(cut));
  return 0;
}
