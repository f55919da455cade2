#include "bench/lab/net/message.h"

#include <algorithm>
#include <charconv>

namespace sekisho::lab {
namespace {

std::string_view trimmed(std::string_view s) {
  while (!s.empty() && (s.front() == ' ' || s.front() == '\t')) s.remove_prefix(1);
  while (!s.empty() && (s.back() == ' ' || s.back() == '\t')) s.remove_suffix(1);
  return s;
}

std::optional<std::uint64_t> number_of(std::string_view digits) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end == digits.data()) return std::nullopt;
  return value;
}

}  // namespace

bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return (x | 0x20) == (y | 0x20); });
}

std::string_view header_value(std::string_view head, std::string_view name) {
  std::size_t line_end = head.find("\r\n");
  while (line_end != head.npos && line_end + 2 < head.size()) {
    const std::size_t begin = line_end + 2;
    line_end = head.find("\r\n", begin);
    const std::string_view line = head.substr(begin, line_end - begin);
    const std::size_t colon = line.find(':');
    if (colon != line.npos && same_word(line.substr(0, colon), name))
      return trimmed(line.substr(colon + 1));
  }
  return {};
}

std::optional<std::uint64_t> query_number(std::string_view target, std::string_view key) {
  for (std::size_t mark = target.find('?'); mark != target.npos;
       mark = target.find('&', mark + 1)) {
    const std::string_view rest = target.substr(mark + 1);
    if (rest.size() > key.size() && rest.starts_with(key) && rest[key.size()] == '=')
      return number_of(rest.substr(key.size() + 1));
  }
  return std::nullopt;
}

std::size_t head_end(std::string_view bytes, std::size_t seen) {
  const std::size_t at = bytes.find("\r\n\r\n", seen > 3 ? seen - 3 : 0);
  return at == bytes.npos ? at : at + 4;
}

int status_of(std::string_view head) {
  return head.size() < 12 ? 0 : static_cast<int>(number_of(head.substr(9, 3)).value_or(0));
}

Framing framing_of(std::string_view head) {
  Framing framing;
  framing.chunked = same_word(header_value(head, "transfer-encoding"), "chunked");
  framing.length = number_of(header_value(head, "content-length"));
  framing.close = same_word(header_value(head, "connection"), "close");
  return framing;
}

}  // namespace sekisho::lab
