// A segment of any bytes: recovery, both readers and the parser of records must take it, and agree
// on its lines.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "audit/record_view.h"
#include "audit/recovery.h"
#include "audit/segment_reader.h"

namespace {

template <class Lines>
std::vector<std::string> read(std::string_view bytes) {
  Lines lines(sekisho::audit::memory_source(bytes));
  std::vector<std::string> out;
  std::string_view line;
  for (auto kind = lines.next(line);
       kind == sekisho::audit::LineKind::kLine || kind == sekisho::audit::LineKind::kTorn;
       kind = lines.next(line))
    out.emplace_back(line);
  return out;
}

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace audit = sekisho::audit;
  if (size > audit::kLongestLine) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  static audit::ChainHash hash;
  const audit::SegmentEnd end = audit::read_segment_end("000000000000.jsonl", bytes, hash);
  require(end.keep <= size && (end.keep == 0 || bytes[end.keep - 1] == '\n'));
  const auto forward = read<audit::LinesForward>(bytes);
  const auto backward = read<audit::LinesBackward>(bytes);
  require(std::vector<std::string>(backward.rbegin(), backward.rend()) == forward);
  static audit::RecordReader reader;
  for (const std::string& line : forward) {
    if (!reader.read(line)) continue;
    require(reader.seq() == audit::parse_line_head(line)->seq);
    (void)reader.decision();
    (void)reader.outcome();
    (void)reader.control();
  }
  return 0;
}
