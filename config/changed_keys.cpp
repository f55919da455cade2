#include "config/changed_keys.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "config/gateway_file.h"
#include "config/yaml_document.h"

namespace sekisho::config {
namespace {

constexpr char kStep = '/';

// Beginnings of paths that a reload takes.
constexpr std::string_view kTaken[] = {"policy",          "catalogue",          "geo",
                                       "datasets",        "credentials",        "ca/certificate",
                                       "ca/key",          "clients/users_file", "audit/compress",
                                       "audit/retention", "audit/disk/budget",  "audit/disk/warn",
                                       "audit/sealed"};
constexpr std::string_view kKept[] = {"audit/compress", "audit/retention", "audit/disk",
                                      "audit/sealed/retention"};

bool lies_below(std::string_view path, std::string_view beginning) {
  return path.starts_with(beginning) &&
         (path.size() == beginning.size() || path[beginning.size()] == kStep);
}

template <std::size_t N>
bool lies_below_any(std::string_view path, const std::string_view (&beginnings)[N]) {
  return std::any_of(std::begin(beginnings), std::end(beginnings),
                     [&](std::string_view b) { return lies_below(path, b); });
}

bool is_number(std::string_view word) {
  return !word.empty() && word.find_first_not_of("0123456789") == word.npos;
}

// As one speaks of it: no places in lists, and of what stands below a key as much as helps.
std::string spoken(std::string_view path) {
  std::string out;
  const std::size_t most =
      lies_below(path, "audit/disk") || lies_below(path, "audit/checkpoint") ? 3 : 2;
  for (std::size_t n = 0; n < most && !path.empty(); ++n) {
    const std::size_t end = std::min(path.find(kStep), path.size());
    if (is_number(path.substr(0, end))) break;
    (out += n ? "." : "") += path.substr(0, end);
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return out;
}

// A listener that goes on gets another certificate; one that gets its first does not.
bool is_certificate_of_both(const std::string& path, const WrittenValues& a,
                            const WrittenValues& b) {
  return path.starts_with("listen/") && path.find("/tls/") != path.npos && a.contains(path) &&
         b.contains(path);
}

void add_values(const YamlNode& node, const std::string& path, WrittenValues& out) {
  for (const YamlEntry& e : node.entries)
    add_values(e.value, path + (path.empty() ? "" : std::string(1, kStep)) + e.key, out);
  for (std::size_t i = 0; i < node.items.size(); ++i)
    add_values(node.items[i], path + kStep + std::to_string(i), out);
  if (node.is_scalar()) out[path] = node.text;
}

}  // namespace

WrittenValues written_values(const YamlNode& root) {
  WrittenValues out;
  add_values(root, "", out);
  return out;
}

std::vector<std::string> keys_for_restart(const GatewayFile& running, const GatewayFile& read) {
  std::set<std::string> out;
  const auto compare = [&](const WrittenValues& a, const WrittenValues& b) {
    for (const auto& [path, text] : a) {
      const auto other = b.find(path);
      if (other != b.end() && other->second == text) continue;
      if (!lies_below_any(path, kTaken) && !is_certificate_of_both(path, a, b))
        out.insert(spoken(path));
    }
  };
  compare(running.written, read.written);
  compare(read.written, running.written);
  return {out.begin(), out.end()};
}

std::string keeping_words(const GatewayFile& file) {
  std::string out;
  for (const auto& [path, text] : file.written) {
    if (!lies_below_any(path, kKept)) continue;
    std::string key = path;
    std::replace(key.begin(), key.end(), kStep, '.');
    out += (out.empty() ? "" : ", ") + key.substr(key.find('.') + 1) + " " + text;
  }
  return out;
}

}  // namespace sekisho::config
