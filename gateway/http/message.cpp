#include "gateway/http/message.h"

#include <algorithm>

namespace sekisho::gateway {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

}  // namespace

bool iequals(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return lower(x) == lower(y); });
}

const Header* find_header(const Headers& headers, std::string_view name) {
  for (const Header& h : headers) {
    if (iequals(h.name, name)) return &h;
  }
  return nullptr;
}

void remove_headers(Headers& headers, std::string_view name) {
  std::erase_if(headers, [name](const Header& h) { return iequals(h.name, name); });
}

std::string joined_values(const Headers& headers, std::string_view name) {
  std::string out;
  bool first = true;
  for (const Header& h : headers) {
    if (!iequals(h.name, name)) continue;
    if (!first) out += ", ";
    out += h.value;
    first = false;
  }
  return out;
}

}  // namespace sekisho::gateway
