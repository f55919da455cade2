#include "audit/scrub.h"

#include <algorithm>

#include "audit/json_text.h"

namespace sekisho::audit {
namespace {

constexpr std::size_t kShortestValue = 4, kShortestNumber = 7;
constexpr std::size_t kLongestName = 48, kLongestIndex = 6, kDigitsInName = 4;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool coded = text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 &&
                       hex_value(text[i + 2]) >= 0;
    out +=
        coded ? static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2])) : text[i];
    if (coded) i += 2;
  }
  return out;
}

// Lower case, half width, no percent signs.
std::string folded(std::string_view text) {
  const std::string bytes = percent_decoded(text);
  std::string out;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t begin = at;
    std::int32_t c = next_code_point(bytes, at);
    if (c >= 0xFF01 && c <= 0xFF5E) c -= 0xFF01 - 0x21;
    if (c >= 'A' && c <= 'Z') c += 'a' - 'A';
    if (c >= 0 && c < 0x80)
      out += static_cast<char>(c);
    else
      out.append(bytes, begin, at - begin);
  }
  return out;
}

std::string digits_of(std::string_view text) {
  std::string out;
  std::copy_if(text.begin(), text.end(), std::back_inserter(out), is_digit);
  return out;
}

bool may_stand_in_name(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80) ||
         std::string_view("_-.:~ []").find(c) != std::string_view::npos;
}

bool looks_like_name(std::string_view part) {
  const auto digits = static_cast<std::size_t>(std::count_if(part.begin(), part.end(), is_digit));
  if (digits == part.size()) return digits <= kLongestIndex;
  return part.size() <= kLongestName && digits <= kDigitsInName &&
         std::all_of(part.begin(), part.end(), may_stand_in_name);
}

}  // namespace

void Scrub::add(std::string_view type, std::string_view normalised) {
  Value value{std::string(type), folded(normalised), digits_of(normalised)};
  if (value.folded.size() < kShortestValue) return;
  // A number with a few marks in it; a token that merely has digits is found as it is spelled.
  if (value.digits.size() < kShortestNumber || value.folded.size() > value.digits.size() + 5)
    value.digits.clear();
  values_.push_back(std::move(value));
}

const Scrub::Value* Scrub::find_in(std::string_view text) const {
  if (values_.empty() || text.empty()) return nullptr;
  const std::string plain = folded(text), digits = digits_of(plain);
  const auto held = [&](const Value& v) {
    return plain.find(v.folded) != std::string::npos ||
           (!v.digits.empty() && digits.find(v.digits) != std::string::npos);
  };
  const auto found = std::find_if(values_.begin(), values_.end(), held);
  return found == values_.end() ? nullptr : &*found;
}

std::string Scrub::text(std::string_view text) const {
  const Value* value = find_in(text);
  return value ? "[REDACTED:" + value->type + "]" : std::string(text);
}

std::string Scrub::place(std::string_view where) const {
  std::string out;
  for (std::size_t begin = 0; begin <= where.size();) {
    const std::size_t end = std::min(where.find('/', begin), where.size());
    const std::string_view part = where.substr(begin, end - begin);
    if (begin) out += '/';
    out += looks_like_name(part) && !find_in(part) ? part : "*";
    begin = end + 1;
  }
  return out;
}

}  // namespace sekisho::audit
