#include "gateway/replace_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace sekisho::gateway {
namespace {

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

void keep_owner(int fd, const std::string& path, FileMode mode) {
  struct stat old {};
  if (::stat(path.c_str(), &old) != 0) return;
  // Only root may give files away; for others the owner is the same already.
  if (::fchown(fd, old.st_uid, old.st_gid) != 0) return;
  if (mode == FileMode::kKept && ::fchmod(fd, old.st_mode & 07777) != 0) return;
}

std::string real_path(const std::string& path) {
  char* resolved = ::realpath(path.c_str(), nullptr);
  if (!resolved) return path;
  std::string out(resolved);
  std::free(resolved);
  return out;
}

}  // namespace

std::string replace_file(const std::string& path, const std::string& text, FileMode mode) {
  const std::string target = real_path(path);
  std::string fresh = target + ".XXXXXX";
  const int fd = ::mkostemp(fresh.data(), O_CLOEXEC);  // mode 0600
  if (fd < 0) return path + ": " + std::strerror(errno);
  keep_owner(fd, target, mode);
  const bool written = write_all_of(fd, text) && ::fsync(fd) == 0;
  int code = written ? 0 : errno;
  ::close(fd);
  if (written && ::rename(fresh.c_str(), target.c_str()) == 0) {
    sync_folder(folder_of(target));
    return "";
  }
  if (written) code = errno;
  ::unlink(fresh.c_str());
  return path + ": " + std::strerror(code);
}

}  // namespace sekisho::gateway
