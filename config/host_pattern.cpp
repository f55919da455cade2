#include "config/host_pattern.h"

#include <algorithm>

#include "config/ip.h"
#include "config/units.h"

namespace sekisho::config {
namespace {

// Two-label suffixes of countries, as <second>.<country>.
constexpr std::string_view kJapan =
    " ac ad co ed go gr lg ne or hokkaido aomori iwate miyagi akita yamagata fukushima ibaraki "
    "tochigi gunma saitama chiba tokyo kanagawa niigata toyama ishikawa fukui yamanashi nagano "
    "gifu shizuoka aichi mie shiga kyoto osaka hyogo nara wakayama tottori shimane okayama "
    "hiroshima yamaguchi tokushima kagawa ehime kochi fukuoka saga nagasaki kumamoto oita "
    "miyazaki kagoshima okinawa kawasaki kitakyushu kobe nagoya sapporo sendai yokohama ";
constexpr std::string_view kGeneric =
    " ac co com edu gob gov govt gouv mil ne net nic nom or org re go gen id ltd plc me nhs police "
    "sch asn firm ind biz info web my ";
constexpr std::string_view kCountriesWithSecondLevel =
    " uk cn kr tw hk mo sg my th id ph vn in au nz za br ar mx tr il ua pl pk bd lk np kh mm co pe "
    "ve uy ec eg sa ae qa kw om jo lb ng ke gh tz ug ";

// Places where anybody gets a name of his own.
constexpr std::string_view kHosting =
    " amazonaws.com amazonaws.com.cn api.aws aws.dev cloudfront.net "
    "elasticbeanstalk.com on.aws awsapprunner.com azure.com azurewebsites.net "
    "azure-api.net azurefd.net azureedge.net azurestaticapps.net cloudapp.net "
    "cloudapp.azure.com trafficmanager.net windows.net core.windows.net "
    "blob.core.windows.net googleapis.com appspot.com run.app web.app firebaseapp.com "
    "cloudfunctions.net translate.goog cloud.goog github.io githubusercontent.com "
    "githubpreview.dev gitlab.io pages.dev workers.dev trycloudflare.com r2.dev "
    "vercel.app now.sh netlify.app herokuapp.com onrender.com fly.dev railway.app "
    "up.railway.app deno.dev repl.co replit.app replit.dev glitch.me hf.space "
    "streamlit.app modal.run ngrok.io ngrok.app ngrok-free.app ngrok.dev loca.lt "
    "fastly.net fastly.dev edgekey.net akamaized.net b-cdn.net digitaloceanspaces.com "
    "ondigitalocean.app aliyuncs.com myqcloud.com myhuaweicloud.com volces.com "
    "blogspot.com wordpress.com sakura.ne.jp xsrv.jp duckdns.org dyndns.org nip.io "
    "sslip.io "
    "vault.azure.net file.core.windows.net table.core.windows.net "
    "queue.core.windows.net dfs.core.windows.net web.core.windows.net "
    "search.windows.net ";

bool word_in(std::string_view list, std::string_view word) {
  const std::string needle = " " + std::string(word) + " ";
  return list.find(needle) != std::string_view::npos;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

bool label_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() > end.size() && text.substr(text.size() - end.size()) == end;
}

// Names of a cloud below which every customer has one: s3.ap-northeast-1.amazonaws.com,
// japaneast.cloudapp.azure.com.
bool shared_by_customers(std::string_view name) {
  static constexpr std::string_view kServices =
      " s3 s3-website execute-api elb compute compute-1 lambda-url rds vpce es aoss ";
  const std::string_view first = name.substr(0, name.find('.'));
  if (ends_with(name, ".amazonaws.com") || ends_with(name, ".on.aws")) {
    const bool region = std::count(first.begin(), first.end(), '-') >= 2 && first.back() >= '0' &&
                        first.back() <= '9' && first.size() <= 16;
    return word_in(kServices, first) || first.substr(0, 3) == "s3-" || region;
  }
  return ends_with(name, ".cloudapp.azure.com") && std::count(name.begin(), name.end(), '.') == 3;
}

HostFault check_labels(std::string_view name) {
  if (name.size() > 253) return {"this host name is longer than 253 characters", ""};
  std::size_t begin = 0;
  while (begin <= name.size()) {
    const std::size_t end = std::min(name.find('.', begin), name.size());
    const std::string_view label = name.substr(begin, end - begin);
    if (label.empty())
      return {"'" + std::string(name) + "' is not a host name", "two dots, or a dot too many"};
    if (label.size() > 63) return {"a part of this host name is longer than 63 characters", ""};
    if (!std::all_of(label.begin(), label.end(), label_byte) || label.front() == '-' ||
        label.back() == '-')
      return {"'" + std::string(name) + "' is not a host name",
              "write letters, digits, '-' and '.', as in llm.example.jp"};
    begin = end + 1;
  }
  return {};
}

// `name` in lower case, without port.
HostFault check_name(std::string_view name) {
  if (!name.empty() && name.back() == '.') name.remove_suffix(1);
  if (name.empty()) return {"the host is missing", "write it as llm.example.jp"};
  if (name.find(':') != std::string_view::npos || name.front() == '[')
    return {"'" + std::string(name) + "' is neither a host name nor an address",
            "write an IPv6 address with port as [2001:db8::1]:8443"};
  if (ends_in_number(name)) {
    if (IpAddress::parse(name)) return {};
    return {"'" + std::string(name) + "' is not an address",
            "write it decimal with four numbers and no leading zeros, as in 192.0.2.1"};
  }
  return check_labels(name);
}

HostFault check_wildcard(std::string_view base) {
  if (base.find('*') != std::string_view::npos)
    return {"a '*' may stand only at the beginning, as the whole first part", "write *.example.jp"};
  HostFault fault = check_name(base);
  if (!fault.ok()) return fault;
  if (!base.empty() && base.back() == '.') base.remove_suffix(1);
  if (IpAddress::parse(base)) return {"a '*' cannot stand before an address", ""};
  if (is_public_suffix(base))
    return {"'*." + std::string(base) +
                "' would admit hosts of strangers: anybody can register a "
                "name under " +
                std::string(base),
            "name the hosts, or a domain that belongs to one company"};
  return {};
}

// Takes ":8443" or ":*" off the end. False when what follows the colon is no port.
bool take_port(std::string_view& host) {
  const std::size_t colon = host.rfind(':');
  if (colon == std::string_view::npos) return true;
  const std::string_view port = host.substr(colon + 1);
  host = host.substr(0, colon);
  if (port == "*") return true;
  const auto n = parse_decimal(port);
  return n && *n >= 1 && *n <= 65535;
}

}  // namespace

bool ends_in_number(std::string_view name) {
  constexpr std::string_view kDigits = "0123456789";
  std::string_view last = name.substr(name.rfind('.') + 1);
  if (last.empty()) return false;
  const bool hex = last.starts_with("0x");
  if (hex) last.remove_prefix(2);
  return last.find_first_not_of(hex ? "0123456789abcdef" : kDigits) == std::string_view::npos;
}

bool is_public_suffix(std::string_view name) {
  const std::size_t dot = name.find('.');
  if (dot == std::string_view::npos) return true;
  if (word_in(kHosting, name) || shared_by_customers(name)) return true;
  const std::string_view second = name.substr(0, dot);
  const std::string_view rest = name.substr(dot + 1);
  if (rest == "jp") return word_in(kJapan, second);
  return word_in(kCountriesWithSecondLevel, rest) && word_in(kGeneric, second);
}

HostFault check_host_name(std::string_view name) {
  const std::string text = lower(name);
  if (text.find('*') != std::string::npos)
    return {"a '*' cannot stand here", "write every host by its name"};
  return check_name(text);
}

HostFault check_host_pattern(std::string_view pattern) {
  const std::string text = lower(pattern);
  if (text.find("://") != std::string::npos || text.find('/') != std::string::npos)
    return {"'" + std::string(pattern) + "' is an address of a page, not a host",
            "write the host alone, without https:// and path"};
  if (IpAddress::parse(text)) return {};
  std::string_view host = text;
  if (host == "*" || host == "*:*")
    return {"'*' would admit every host of the world",
            "name the hosts; for unlisted hosts see `unlisted`"};
  if (host.front() == '[') {
    const std::size_t end = host.find(']');
    const bool literal = end != std::string_view::npos &&
                         IpAddress::parse(host.substr(1, end - 1)) &&
                         host.substr(1, end - 1).find(':') != std::string_view::npos;
    std::string_view port = literal ? host.substr(end + 1) : host;
    if (literal && (port.empty() || (port.front() == ':' && take_port(port) && port.empty())))
      return {};
    return {"'" + std::string(pattern) + "' is not an address", "write [2001:db8::1]:8443"};
  }
  if (!take_port(host))
    return {"'" + std::string(pattern) + "' has no valid port",
            "write a port from 1 to 65535, or :* for every port"};
  if (host.substr(0, 2) == "*.") return check_wildcard(host.substr(2));
  if (host.find('*') != std::string_view::npos)
    return {"a '*' may stand only at the beginning, as the whole first part", "write *.example.jp"};
  return check_name(host);
}

}  // namespace sekisho::config
