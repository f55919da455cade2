#include "config/credentials.h"

#include <sys/stat.h>

#include <algorithm>
#include <optional>

#include "config/text_file.h"

namespace sekisho::config {
namespace {

// The compiler may not leave it out: the bytes are looked at through a volatile pointer.
void wipe(std::string& text) {
  volatile char* bytes = text.data();
  for (std::size_t i = 0; i < text.size(); ++i) bytes[i] = '\0';
}

bool is_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
}

// One word: schemes ("Bearer") are written by the gateway.
bool is_value(std::string_view value) {
  return !value.empty() &&
         std::all_of(value.begin(), value.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

// "" when only its owner can read it.
std::string open_to_others(const std::string& path) {
  struct stat s {};
  if (stat(path.c_str(), &s) != 0) return "its permissions cannot be read";
  if (!S_ISREG(s.st_mode)) return "it is not a regular file";
  if ((s.st_mode & (S_IRWXG | S_IRWXO)) != 0) return "others than its owner may open it";
  return {};
}

}  // namespace

Credentials::~Credentials() {
  for (auto& [name, value] : values_) wipe(value);
}

const std::string* Credentials::find(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? nullptr : &found->second;
}

std::vector<std::string_view> Credentials::names() const {
  std::vector<std::string_view> out;
  for (const auto& [name, value] : values_) out.push_back(name);
  return out;
}

std::shared_ptr<const Credentials> Credentials::parse(const std::string& shown,
                                                      std::string_view text, Problems& problems) {
  auto out = std::make_shared<Credentials>();
  int number = 0;
  const auto problem = [&](std::string message, std::string hint) {
    problems.push_back({shown, {number, 1}, std::move(message), std::move(hint)});
  };
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (line.empty() || line.front() == '#') continue;
    const std::size_t colon = line.find(':');
    const std::string_view name = trimmed(line.substr(0, colon));
    const std::string_view value =
        colon == std::string_view::npos ? std::string_view() : trimmed(line.substr(colon + 1));
    if (colon == std::string_view::npos || !is_name(name))
      problem("this line is no `name: value`", "write openai-company: and the key after it");
    else if (!is_value(value))
      problem("the value of '" + std::string(name) + "' is no key",
              "write the key alone: printable ASCII, without spaces, quotation marks or `Bearer`");
    else if (!out->values_.emplace(name, value).second)
      problem("the name '" + std::string(name) + "' is used twice", "delete one");
  }
  return out;
}

std::shared_ptr<const Credentials> Credentials::load(const std::string& path,
                                                     const std::string& shown, Problems& problems) {
  const std::string open = open_to_others(path);
  if (!open.empty()) {
    problems.push_back({shown,
                        {},
                        "the keys in this file are not safe: " + open,
                        "chmod 0600, owned by the user the gateway runs as"});
    return nullptr;
  }
  std::string why;
  auto text = read_text_file(path, why);
  if (!text) {
    problems.push_back({shown, {}, "this file cannot be read: " + why, "check the path"});
    return nullptr;
  }
  auto out = parse(shown, *text, problems);
  wipe(*text);
  return out;
}

}  // namespace sekisho::config
