// Editing the users file: what `sekisho user` needs and the gateway does not.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "config/text_file.h"
#include "gateway/users.h"

namespace sekisho::gateway {
namespace {

bool is_of(const std::string& line, std::string_view name) {
  return line.size() > name.size() && line.starts_with(name) && line[name.size()] == ':';
}

bool is_entry(const std::string& line) {
  return !line.empty() && line.front() != '#';
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == path.npos ? "." : path.substr(0, std::max<std::size_t>(slash, 1));
}

bool write_all_of(int fd, const std::string& text) {
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t n = ::write(fd, text.data() + done, text.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    done += static_cast<std::size_t>(n);
  }
  return true;
}

// The rename itself must be on disk as well.
bool sync_folder(const std::string& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool done = ::fsync(fd) == 0;
  ::close(fd);
  return done;
}

void keep_owner(int fd, const std::string& path) {
  struct stat old {};
  if (::stat(path.c_str(), &old) != 0) return;
  // Only root may give files away; for others the owner is the same already.
  if (::fchown(fd, old.st_uid, old.st_gid) != 0) return;
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
  std::string fresh = path_ + ".XXXXXX";
  const int fd = ::mkostemp(fresh.data(), O_CLOEXEC);  // mode 0600
  if (fd < 0) {
    error = path_ + ": " + std::strerror(errno);
    return false;
  }
  keep_owner(fd, path_);
  const bool written = write_all_of(fd, text) && ::fsync(fd) == 0;
  if (!written) error = path_ + ": " + std::strerror(errno);
  ::close(fd);
  if (written && ::rename(fresh.c_str(), path_.c_str()) == 0) {
    sync_folder(folder_of(path_));
    return true;
  }
  if (written) error = path_ + ": " + std::strerror(errno);
  ::unlink(fresh.c_str());
  return false;
}

}  // namespace sekisho::gateway
