// The text of a request target.
#include <algorithm>
#include <utility>

#include "filters/bodies/body_reader.h"
#include "filters/bodies/form_text.h"

namespace sekisho::filters {
namespace {

TextChunk target_chunk(std::string_view target, Range range, bool is_path,
                       std::deque<std::string>& storage) {
  TextChunk out;
  out.place = is_path ? Place::kPath : Place::kQuery;
  out.coding = is_path ? Coding::kPercent : Coding::kForm;
  out.where = is_path ? "path" : "query";
  out.range = range;
  std::string decoded;
  std::string_view raw = target.substr(range.begin, range.size());
  out.text = decode_percent(raw, range.begin, !is_path, decoded, out.map);
  if (out.text.data() == raw.data()) return out;
  storage.push_back(std::move(decoded));
  out.text = storage.back();
  return out;
}

}  // namespace

std::vector<TextChunk> target_chunks(std::string_view target, std::deque<std::string>& storage) {
  std::vector<TextChunk> out;
  std::size_t question = std::min(target.find('?'), target.size());
  if (question > 0) out.push_back(target_chunk(target, {0, question}, true, storage));
  FormWalker query(target, question + 1);
  FormWalker::Part part;
  while (query.next(part)) {
    out.push_back(target_chunk(target, {part.begin, part.begin + part.raw.size()}, false, storage));
    out.back().is_key = part.is_key;
  }
  return out;
}

}  // namespace sekisho::filters
