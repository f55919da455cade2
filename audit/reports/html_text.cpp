#include "audit/reports/html_text.h"

#include <cstdio>

#include "audit/json_text.h"

namespace sekisho::audit {
namespace {

std::string_view entity(std::int32_t c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return {};
  }
}

// No character at all, though its bytes are UTF-8.
bool is_noncharacter(std::int32_t c) {
  return (c & 0xFFFE) == 0xFFFE || (c >= 0xFDD0 && c <= 0xFDEF);
}

std::string number_of(std::int32_t c, unsigned char byte) {
  char text[16];
  if (c < 0)
    std::snprintf(text, sizeof text, "0x%02X", byte);
  else
    std::snprintf(text, sizeof text, "U+%04X", static_cast<unsigned>(c));
  return text;
}

void append(std::string& out, std::string_view text, std::string_view before,
            std::string_view after) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const std::int32_t c = next_code_point(text, at);
    if (const std::string_view known = entity(c); !known.empty())
      out += known;
    else if (c < 0 || is_deceptive(c) || is_noncharacter(c))
      ((out += before) += number_of(c, static_cast<unsigned char>(text[begin]))) += after;
    else
      out += text.substr(begin, at - begin);
  }
}

}  // namespace

void append_html(std::string& out, std::string_view text) {
  append(out, text, "<span class=\"hid\">", "</span>");
}

void append_html_plain(std::string& out, std::string_view text) {
  append(out, text, "‹", "›");
}

std::string html(std::string_view text) {
  std::string out;
  append_html(out, text);
  return out;
}

std::string html_plain(std::string_view text) {
  std::string out;
  append_html_plain(out, text);
  return out;
}

}  // namespace sekisho::audit
