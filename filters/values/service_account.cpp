#include "filters/values/service_account.h"

#include <algorithm>
#include <optional>
#include <string>

#include "filters/char_set.h"
#include "filters/values/random_value.h"
#include "filters/values/validators.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kFile = 6u << 10;  // bytes of a key file
constexpr std::size_t kBefore = 300;     // under kGateReach: a finding begins near its gate

// "key": of a JSON object, also with escaped quotation marks; its place from the quotation mark on.
std::optional<std::size_t> find_key(std::string_view text, std::string_view key) {
  for (std::size_t pos = text.find(key); pos != std::string_view::npos;
       pos = text.find(key, pos + 1)) {
    const std::size_t end = pos + key.size();
    if (pos > 0 && text[pos - 1] == '"' && end < text.size() &&
        (text[end] == '"' || text[end] == '\\'))
      return pos - 1;
  }
  return std::nullopt;
}

// The 40 hexadecimal digits of "private_key_id".
std::optional<Range> key_id(std::string_view text) {
  const auto key = find_key(text, "private_key_id");
  if (!key) return std::nullopt;
  constexpr std::size_t kDigits = 40;
  const std::size_t from = *key + std::string_view("\"private_key_id").size();
  const std::size_t begin = first_of<"0123456789abcdef">(text, from);
  if (begin == std::string_view::npos || begin > from + 10 || begin + kDigits > text.size())
    return std::nullopt;
  const std::string_view id = text.substr(begin, kDigits);
  if (!is_hex(id) || distinct_characters(id) < 6) return std::nullopt;
  return Range{*key, begin + kDigits};
}

std::optional<Range> private_key(std::string_view text) {
  constexpr std::string_view kBegin = "-----BEGIN PRIVATE KEY-----",
                             kEnd = "-----END PRIVATE KEY-----";
  const std::size_t begin = text.find(kBegin);
  if (begin == std::string_view::npos) return std::nullopt;
  const std::size_t end = text.find(kEnd, begin);
  if (end == std::string_view::npos) {
    // Cut off: to the end of its lines.
    const std::size_t quote = text.find('"', begin);
    const std::size_t cut = std::min(text.size(), quote);
    return cut - begin < 64 ? std::nullopt : std::optional(Range{begin, cut});
  }
  if (end - begin < 64) return std::nullopt;
  return Range{begin, end + kEnd.size()};
}

}  // namespace

void find_gcp_service_account(const DetectorRow& row, std::string_view text, Range gate,
                              Findings& out) {
  const std::size_t from = gate.begin > kBefore ? gate.begin - kBefore : 0;
  const std::string_view file = text.substr(from, gate.end - from + kFile);
  const std::size_t named = file.find("service_account");
  const bool typed = named != std::string_view::npos && named > 0 && file[named - 1] == '"';
  const auto id = key_id(file), key = private_key(file);
  if (int(typed) + int(id.has_value()) + int(key.has_value()) < 2) return;
  Range range{std::string_view::npos, 0};
  const auto cover = [&range](Range part) {
    range.begin = std::min(range.begin, part.begin);
    range.end = std::max(range.end, part.end);
  };
  if (typed) {
    const auto type = find_key(file.substr(0, named), "type");
    cover({type ? *type : named - 1, named + std::string_view("service_account\"").size()});
  }
  if (id) cover(*id);
  if (key) cover(*key);
  range.begin += from;
  range.end = std::min(text.size(), range.end + from);
  const Range secret = key ? *key : *id;
  out.push_back(make_finding(row, row.confidence.shape, range,
                             std::string(file.substr(secret.begin, secret.size())),
                             "type, id and key of a service account"));
}

}  // namespace sekisho::filters
