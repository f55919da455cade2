#include "filters/bodies/part_bytes.h"

#include "filters/base64.h"

namespace sekisho::filters {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// A soft line break at `at` ("=" and the line's end, perhaps blanks between): its size, or 0.
std::size_t soft_break(std::string_view raw, std::size_t at) {
  std::size_t end = at + 1;
  while (end < raw.size() && (raw[end] == ' ' || raw[end] == '\t')) ++end;
  if (raw.substr(end, 2) == "\r\n") return end + 2 - at;
  return end == raw.size() ? end - at : 0;
}

bool undo_quoted_printable(std::string_view raw, std::size_t base, std::string& out,
                           OffsetMap& map) {
  for (std::size_t at = 0; at < raw.size();) {
    if (raw[at] != '=') {
      out.push_back(raw[at++]);
      continue;
    }
    if (const std::size_t size = soft_break(raw, at); size > 0) {
      map.add(out.size(), base + at);
      at += size;
      map.add(out.size(), base + at);
      continue;
    }
    const int high = at + 2 < raw.size() ? hex_value(raw[at + 1]) : -1;
    const int low = at + 2 < raw.size() ? hex_value(raw[at + 2]) : -1;
    if (high < 0 || low < 0) return false;
    map.add_unit(out.size(), base + at, 1, 3);
    out.push_back(static_cast<char>(high << 4 | low));
    at += 3;
  }
  return true;
}

}  // namespace

bool undo_transfer(PartHeader::Transfer transfer, std::string_view raw, std::size_t base,
                   std::string& out, Layer& layer) {
  if (transfer == PartHeader::Transfer::kQuotedPrintable)
    return undo_quoted_printable(raw, base, out, layer.map);
  layer.coding = Coding::kFixed;
  layer.whole = true;
  const std::size_t good = base64_prefix(raw, true);
  if (raw.find_first_not_of(" \t\r\n", good) != std::string_view::npos) return false;
  return append_base64(out, raw.substr(0, good));
}

}  // namespace sekisho::filters
