#include <algorithm>
#include <array>
#include <charconv>

#include "gateway/http/framing.h"
#include "gateway/http/head_lines.h"

namespace sekisho::gateway {
namespace {

std::size_t size_of(const Headers& headers) {
  std::size_t size = 2;
  for (const Header& h : headers) size += h.name.size() + h.value.size() + 4;
  return size;
}

void append(std::string& out, const Headers& headers) {
  for (const Header& h : headers) out.append(h.name).append(": ").append(h.value).append("\r\n");
  out += "\r\n";
}

void append_version(std::string& out, int minor_version) {
  out += minor_version == 0 ? "HTTP/1.0" : "HTTP/1.1";
}

constexpr std::array<std::string_view, 9> kHopByHop = {"connection",
                                                       "keep-alive",
                                                       "proxy-connection",
                                                       "proxy-authorization",
                                                       "proxy-authenticate",
                                                       "te",
                                                       "trailer",
                                                       "transfer-encoding",
                                                       "upgrade"};

// A connection option may not name these (RFC 9110 7.6.1): without them the origin would read
// another message than the one that was inspected.
constexpr std::array<std::string_view, 12> kEndToEnd = {
    "host",          "content-length", "content-type", "content-encoding",
    "content-range", "authorization",  "cookie",       "set-cookie",
    "cache-control", "date",           "expect",       "range"};

template <std::size_t N>
bool is_one_of(std::string_view name, const std::array<std::string_view, N>& names) {
  return std::any_of(names.begin(), names.end(), [name](std::string_view n) {
    return n.size() == name.size() && iequals(n, name);
  });
}

std::vector<std::string> named_options(const Headers& headers) {
  std::vector<std::string> names;
  for (const Header& h : headers) {
    if (!iequals(h.name, "connection")) continue;
    for_each_element(h.value, [&names](std::string_view option) {
      const bool well_known = iequals(option, "keep-alive") || iequals(option, "close");
      if (!well_known && !is_one_of(option, kEndToEnd)) names.emplace_back(option);
      return true;
    });
  }
  return names;
}

}  // namespace

std::string serialise(const RequestHead& head) {
  std::string out;
  out.reserve(head.method.size() + head.target.size() + 12 + size_of(head.headers));
  out.append(head.method).append(1, ' ').append(head.target).append(1, ' ');
  append_version(out, head.minor_version);
  out += "\r\n";
  append(out, head.headers);
  return out;
}

std::string serialise(const ResponseHead& head) {
  std::string out;
  out.reserve(head.reason.size() + 16 + size_of(head.headers));
  append_version(out, head.minor_version);
  out.append(1, ' ').append(std::to_string(head.status)).append(1, ' ').append(head.reason);
  out += "\r\n";
  append(out, head.headers);
  return out;
}

void strip_hop_by_hop(Headers& headers) {
  const std::vector<std::string> named = named_options(headers);
  std::erase_if(headers, [&named](const Header& h) {
    return is_one_of(h.name, kHopByHop) ||
           std::any_of(named.begin(), named.end(),
                       [&h](const std::string& n) { return iequals(n, h.name); });
  });
}

}  // namespace sekisho::gateway
