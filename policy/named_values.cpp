#include "policy/named_values.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "filters/overlap.h"
#include "filters/views/hidden_text.h"

namespace sekisho::policy {
namespace {

using filters::Finding;
using filters::Findings;
using filters::Range;

constexpr std::size_t kLongestName = 64, kLongestValue = 256, kLongestPointer = 1024;

bool says_nothing(std::string_view name) {
  static constexpr std::string_view kOrdinary[] = {
      "content", "text",   "role",   "type",        "model", "id",      "object",
      "input",   "prompt", "system", "description", "parts", "message", "messages"};
  return std::find(std::begin(kOrdinary), std::end(kOrdinary), name) != std::end(kOrdinary);
}

bool is_index(std::string_view segment) {
  return !segment.empty() && segment.find_first_not_of("0123456789") == std::string_view::npos;
}

// RFC 6901.
std::string unescaped(std::string_view segment) {
  std::string out;
  for (std::size_t i = 0; i < segment.size(); ++i) {
    const bool escape = segment[i] == '~' && i + 1 < segment.size();
    out += !escape ? segment[i] : segment[++i] == '1' ? '/' : '~';
  }
  return out;
}

// Findings of `line` that touch the value, as ranges of it.
void keep_value(std::size_t begin, std::size_t size, Findings& found) {
  Findings kept;
  for (Finding& finding : found) {
    const std::size_t from = std::max(finding.range.begin, begin);
    const std::size_t to = std::min(finding.range.end, begin + size);
    if (from >= to) continue;
    finding.range = {from - begin, to - begin};
    kept.push_back(std::move(finding));
  }
  found = std::move(kept);
}

}  // namespace

std::string name_of_value(const filters::TextChunk& chunk) {
  std::string_view where = chunk.where;
  if (chunk.place != filters::Place::kBody || chunk.is_key || where.size() >= kLongestPointer ||
      where.empty() || where[0] != '/')
    return {};
  while (!where.empty()) {
    const std::size_t slash = where.rfind('/');
    if (slash == std::string_view::npos) return {};
    const std::string_view segment = where.substr(slash + 1);
    where = where.substr(0, slash);
    if (is_index(segment)) continue;
    std::string name = unescaped(segment);
    return name.size() > kLongestName || says_nothing(name) ? std::string() : name;
  }
  return {};
}

filters::ScanStatus NamedValues::see(std::string_view name, const filters::TextChunk& chunk,
                                     filters::Scanner& scanner, Findings& found) {
  if (name.empty() || name.size() > kLongestName || chunk.text.empty() ||
      chunk.text.size() > kLongestValue || chunk.holds_json)
    return filters::ScanStatus::kDone;
  const bool json = chunk.coding == filters::Coding::kJsonString || chunk.is_number;
  line_.assign(json ? "\"" : "").append(name).append(json ? "\": \"" : "=");
  const std::size_t begin = line_.size();
  line_.append(chunk.text).append(json ? "\"\n" : "\n");
  with_name_.clear();
  const filters::ScanStatus status = scanner.scan(line_, with_name_);
  keep_value(begin, chunk.text.size(), with_name_);
  const auto is_custom = [this](const Finding& f) {
    return f.type == filters::kHiddenTextType || set_.is_custom(f.type);
  };
  // The name says more about a number than its form alone.
  const auto judged_by_name = [&](const Finding& f) {
    return (f.category == "pii" || f.category == "financial") && !is_custom(f);
  };
  found.erase(std::remove_if(found.begin(), found.end(), judged_by_name), found.end());
  std::move(with_name_.begin(), with_name_.end(), std::back_inserter(found));
  filters::resolve_overlaps(found, is_custom);  // most are there twice
  return status;
}

}  // namespace sekisho::policy
