#include "audit/proof/tombstones.h"

#include <filesystem>

#include "audit/segment_reader.h"

namespace sekisho::audit {

Tombstones read_tombstones(const std::string& directory, ChainHash& hash, std::string& error) {
  Tombstones out;
  const std::string path = directory + '/' + std::string(kPrunedFile);
  std::error_code code;
  if (!std::filesystem::exists(path, code)) return out;
  ByteSource source = open_source(path, error);
  if (!source.read_at) return out;
  LinesForward lines(std::move(source));
  std::string_view line;
  LineKind kind;
  while ((kind = lines.next(line)) == LineKind::kLine) {
    auto t = parse_tombstone(hash, line);
    if (t)
      out.by_first.insert_or_assign(t->tombstone.first, std::move(*t));
    else
      ++out.unreadable;
  }
  if (kind == LineKind::kFailed) error = path + ": it cannot be read";
  return out;
}

}  // namespace sekisho::audit
