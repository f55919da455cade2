#pragma once

#include <string>
#include <string_view>

namespace sekisho::config {

struct HostFault {
  std::string message, hint;  // message "" = the pattern is well formed
  bool ok() const { return message.empty(); }
};

// Checks the form of a host of the policy: "llm.example.jp", "*.llm.example.jp", either with
// ":8443" or ":*", an IPv4 address, an IPv6 address bare or in brackets. Non-ASCII names pass;
// their IDN form is made where they are matched.
HostFault check_host_pattern(std::string_view pattern);

// The same for a name that must be exact and has no port (side hosts, resolver overrides).
HostFault check_host_name(std::string_view name);

// True for a name whose last label is a number: an address to some resolvers, in forms that people
// do not see through ("127.1", "0x7f.1", "2130706433", "017700000001"; WHATWG URL, "ends in a
// number"). Such a name is an address or nothing. `name` in lower case.
bool ends_in_number(std::string_view name);

// True for names under which strangers register their own: every one-label name, "co.jp",
// "github.io", "amazonaws.com". The list is built in and short: the suffixes that matter in Japan
// and at the large clouds, not the whole Public Suffix List.
bool is_public_suffix(std::string_view lower_case_name);

}  // namespace sekisho::config
