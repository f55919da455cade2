#include "gateway/running_place.h"

#include <unistd.h>

#include <charconv>

#include "audit/keeping/durable_file.h"
#include "audit/keeping/outside_events.h"
#include "config/text_file.h"

namespace sekisho::gateway {
namespace {

constexpr std::size_t kLongest = 512;

std::string place_file(const std::string& log) {
  return log + "/keeping/admin";
}

std::optional<config::AdminAddress> parse_place(std::string_view text) {
  config::AdminAddress out;
  if (text.starts_with("unix:")) {
    out.unix_path = text.substr(5);
    return out;
  }
  const auto colon = text.rfind(':');
  if (colon == text.npos) return std::nullopt;
  std::string_view ip = text.substr(0, colon), port = text.substr(colon + 1);
  if (ip.size() > 2 && ip.front() == '[' && ip.back() == ']') ip = ip.substr(1, ip.size() - 2);
  const auto address = config::IpAddress::parse(ip);
  std::uint16_t number = 0;
  const auto read = std::from_chars(port.data(), port.data() + port.size(), number);
  if (!address || read.ec != std::errc() || read.ptr != port.data() + port.size() || number == 0)
    return std::nullopt;
  out.tcp.emplace();
  out.tcp->ip = *address;
  out.tcp->port = number;
  return out;
}

}  // namespace

bool tell_place(const std::string& log, const std::string& bound, std::string& error) {
  if (bound.empty()) return true;  // there is no admin listener
  return audit::make_folder(log + "/keeping", error) &&
         audit::write_durably(place_file(log), bound + "\n", error);
}

void forget_place(const std::string& log) {
  ::unlink(place_file(log).c_str());
}

std::optional<config::AdminAddress> running_place(const std::string& log) {
  if (!audit::has_writer(log)) return std::nullopt;
  std::string error;
  const auto text = config::read_text_file(place_file(log), error, kLongest);
  if (!text) return std::nullopt;
  return parse_place(std::string_view(*text).substr(0, text->find('\n')));
}

}  // namespace sekisho::gateway
