#include "filters/bodies/edits.h"

#include <algorithm>
#include <utility>

namespace sekisho::filters {
namespace {

// Ranges come from our own findings; one beyond the end can only be cut to what is there.
void clamp(std::vector<Edit>& edits, std::size_t size) {
  for (Edit& e : edits) {
    e.range.end = std::min(e.range.end, size);
    e.range.begin = std::min(e.range.begin, e.range.end);
  }
}

// In ascending order; overlapping ranges become one.
void merge(std::vector<Edit>& edits) {
  std::stable_sort(edits.begin(), edits.end(),
                   [](const Edit& a, const Edit& b) { return a.range.begin < b.range.begin; });
  std::size_t kept = 0;
  for (std::size_t i = 1; i < edits.size(); ++i) {
    if (edits[i].range.begin < edits[kept].range.end || edits[i].range == edits[kept].range) {
      edits[kept].range.end = std::max(edits[kept].range.end, edits[i].range.end);
    } else if (++kept != i) {
      edits[kept] = std::move(edits[i]);
    }
  }
  edits.resize(kept + 1);
}

std::size_t edited_size(std::size_t size, const std::vector<Edit>& edits) {
  for (const Edit& e : edits) size += e.replacement.size();
  for (const Edit& e : edits) size -= e.range.size();
  return size;
}

}  // namespace

std::string apply_edits(std::string_view original, std::vector<Edit> edits) {
  if (edits.empty()) return std::string(original);
  clamp(edits, original.size());
  merge(edits);
  std::string out;
  out.reserve(edited_size(original.size(), edits));
  std::size_t at = 0;
  for (const Edit& e : edits) {
    out.append(original.substr(at, e.range.begin - at));
    out.append(e.replacement);
    at = e.range.end;
  }
  out.append(original.substr(at));
  return out;
}

}  // namespace sekisho::filters
