#include "policy/second_destinations.h"

#include <algorithm>
#include <utility>

#include "filters/bodies/form_text.h"
#include "policy/evaluate.h"

namespace sekisho::policy {
namespace {

using Kind = SecondDestination::Kind;

constexpr std::string_view kEndOfAuthority = "/\\?#";

// Libraries drop line ends and tabs wherever they stand (WHATWG URL, basic parser).
std::string without_breaks(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c != '\t' && c != '\r' && c != '\n') out += c;
  while (!out.empty() && static_cast<unsigned char>(out.back()) <= ' ') out.pop_back();
  return out;
}

// "HTTPS" of "HTTPS://x", in lower case; "" = there is none.
std::string scheme_of(std::string_view text) {
  const auto colon = text.find(':');
  std::string out;
  if (colon == text.npos || colon == 0) return out;
  for (const char c : text.substr(0, colon)) {
    const char l = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    const bool fits = (l >= 'a' && l <= 'z') || (l >= '0' && l <= '9') || l == '+' || l == '-';
    if (!fits) return {};
    out += l;
  }
  return out[0] >= 'a' && out[0] <= 'z' ? out : std::string();
}

std::string_view web_scheme(std::string_view scheme) {
  if (scheme == "https" || scheme == "wss") return "https";
  if (scheme == "http" || scheme == "ws") return "http";
  return {};
}

std::string_view vendor_of_store(std::string_view scheme) {
  static constexpr std::pair<std::string_view, std::string_view> kStores[] = {
      {"oss", "dashscope"},  {"cos", "tencent"}, {"cosn", "tencent"},
      {"tos", "volcengine"}, {"bos", "baidu"},   {"obs", "huawei"}};
  for (const auto& [name, vendor] : kStores)
    if (name == scheme) return vendor;
  return {};
}

SecondDestination read_authority(std::string_view scheme, std::string_view rest) {
  SecondDestination out;
  std::string_view authority = rest.substr(0, rest.find_first_of(kEndOfAuthority));
  const std::string_view after = rest.substr(authority.size());
  if (const auto at = authority.rfind('@'); at != authority.npos) authority.remove_prefix(at + 1);
  std::string path, error;
  std::string host = filters::percent_decoded(authority);
  if (host.ends_with(':')) host.pop_back();
  if (host.find_first_of(kEndOfAuthority) != host.npos || host.find('@') != host.npos) return out;
  if (!parse_destination(std::string(scheme) + "://" + host, out.to, path, error)) return out;
  out.kind = Kind::kHost;
  if (!after.empty() && (after[0] == '/' || after[0] == '\\')) out.target = after;
  std::replace(out.target.begin(), out.target.end(), '\\', '/');
  out.target = out.target.substr(0, out.target.find('#'));
  return out;
}

}  // namespace

SecondDestination read_second_destination(std::string_view given, bool bare) {
  const std::string text = without_breaks(given);
  const std::string scheme = scheme_of(text);
  const std::string_view web = web_scheme(scheme);
  std::string_view rest = text;
  SecondDestination out;
  if (!web.empty()) {
    rest.remove_prefix(scheme.size() + 1);
    const auto host = rest.find_first_not_of("/\\");
    return host == rest.npos ? out : read_authority(web, rest.substr(host));
  }
  if (const std::string_view vendor = vendor_of_store(scheme); !vendor.empty()) {
    out.kind = Kind::kCloud;
    out.vendor = vendor;
    return out;
  }
  if (rest.starts_with("//") || rest.starts_with("\\\\"))
    return read_authority("https", rest.substr(2));
  const bool schemed = text.find("://") != text.npos;
  if (!schemed && bare) return read_authority("https", rest);
  const bool store = scheme == "s3" || scheme == "gs" || !schemed;
  out.kind = store ? Kind::kOwnStore : Kind::kUnreadable;
  return out;
}

}  // namespace sekisho::policy
