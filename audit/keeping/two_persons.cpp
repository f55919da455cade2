#include "audit/keeping/two_persons.h"

#include "audit/json_text.h"

namespace sekisho::audit {
namespace {

constexpr std::size_t kLongestName = 256;
constexpr std::int32_t kWideSpace = 0x3000;

// Capitals, widths and spaces undone.
std::string folded(std::string_view name) {
  std::string out;
  for (std::size_t at = 0; at < name.size();) {
    const std::size_t begin = at;
    std::int32_t c = next_code_point(name, at);
    if (c >= 0xFF01 && c <= 0xFF5E) c -= 0xFF01 - 0x21;
    if (c == ' ' || c == kWideSpace) continue;
    if (c >= 'A' && c <= 'Z') c += 'a' - 'A';
    if (c >= 0 && c < 0x80)
      out += static_cast<char>(c);
    else
      out += name.substr(begin, at - begin);
  }
  return out;
}

}  // namespace

bool is_name(std::string_view name) {
  if (name.size() > kLongestName || folded(name).empty()) return false;
  for (std::size_t at = 0; at < name.size();) {
    const std::int32_t c = next_code_point(name, at);
    if (c < 0 || is_deceptive(c)) return false;
  }
  return true;
}

bool same_person(std::string_view a, std::string_view b) {
  return folded(a) == folded(b);
}

}  // namespace sekisho::audit
