// Editing the users file: what `sekisho user` needs and the gateway does not.

#include <algorithm>

#include "config/text_file.h"
#include "gateway/replace_file.h"
#include "gateway/users.h"

namespace sekisho::gateway {
namespace {

bool is_of(const std::string& line, std::string_view name) {
  return line.size() > name.size() && line.starts_with(name) && line[name.size()] == ':';
}

bool is_entry(const std::string& line) {
  return !line.empty() && line.front() != '#';
}

}  // namespace

std::optional<UsersFile> UsersFile::open(const std::string& path, std::string& error) {
  UsersFile file;
  file.path_ = path;
  if (::access(path.c_str(), F_OK) != 0 && errno == ENOENT) return file;
  std::string why;
  const auto text = config::read_text_file(path, why);
  if (!text) {
    error = path + ": " + why;
    return std::nullopt;
  }
  std::size_t at = 0;
  while (at < text->size()) {
    const std::size_t end = std::min(text->find('\n', at), text->size());
    file.lines_.push_back(text->substr(at, end - at));
    if (file.lines_.back().ends_with('\r')) file.lines_.back().pop_back();
    at = end + 1;
  }
  return file;
}

std::vector<UsersFile::Entry> UsersFile::list() const {
  std::vector<Entry> out;
  for (const std::string& line : lines_) {
    const std::size_t colon = line.find(':');
    if (!is_entry(line) || colon == line.npos) continue;
    out.push_back({line.substr(0, colon), line.find("$sekisho-token$") == colon + 1});
  }
  return out;
}

bool UsersFile::contains(std::string_view name) const {
  return std::any_of(lines_.begin(), lines_.end(),
                     [&](const std::string& line) { return is_of(line, name); });
}

void UsersFile::set(const std::string& name, const std::string& hash) {
  const std::string entry = name + ":" + hash;
  for (std::string& line : lines_)
    if (is_of(line, name)) {
      line = entry;
      return;
    }
  lines_.push_back(entry);
}

bool UsersFile::remove(std::string_view name) {
  return std::erase_if(lines_, [&](const std::string& line) { return is_of(line, name); }) > 0;
}

bool UsersFile::save(std::string& error) const {
  std::string text;
  for (const std::string& line : lines_) text += line + "\n";
  error = replace_file(path_, text, FileMode::kPrivate);
  return error.empty();
}

}  // namespace sekisho::gateway
