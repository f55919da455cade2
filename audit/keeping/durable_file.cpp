#include "audit/keeping/durable_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace sekisho::audit {
namespace {

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash + 1);
}

bool fail(std::string& error, const std::string& path) {
  error = path + ": " + std::strerror(errno);
  return false;
}

bool sync_folder(const std::string& path, std::string& error) {
  const std::string folder = folder_of(path);
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = fd >= 0 && ::fsync(fd) == 0;
  if (!synced) fail(error, folder);
  if (fd >= 0) ::close(fd);
  return synced;
}

bool give_to_owner_of_folder(const std::string& path) {
  struct stat folder {};
  if (::geteuid() != 0 || ::stat(folder_of(path).c_str(), &folder) < 0 || folder.st_uid == 0)
    return true;
  return ::chown(path.c_str(), folder.st_uid, folder.st_gid) == 0;
}

}  // namespace

DurableFile::DurableFile(const std::string& path, Mode mode) {
  const int how = mode == Mode::kNew ? O_TRUNC : O_APPEND;
  fd_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | how, 0600);
  if (fd_ < 0 || !give_to_owner_of_folder(path)) fail();
}

DurableFile::~DurableFile() {
  if (fd_ >= 0) ::close(fd_);
}

bool DurableFile::fail() {
  if (!error_) error_ = errno;
  return false;
}

bool DurableFile::append(std::string_view bytes) {
  while (good() && !bytes.empty()) {
    const ssize_t n = ::write(fd_, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail();
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return good();
}

bool DurableFile::close() {
  if (!good()) return false;
  if (::fsync(fd_) < 0) return fail();
  ::posix_fadvise(fd_, 0, 0, POSIX_FADV_DONTNEED);
  return ::close(std::exchange(fd_, -1)) == 0 || fail();
}

bool put_in_place(const std::string& from, const std::string& to, unsigned mode,
                  std::string& error) {
  if (::chmod(from.c_str(), mode) < 0) return fail(error, from);
  if (::rename(from.c_str(), to.c_str()) < 0) return fail(error, to);
  return sync_folder(to, error);
}

bool remove_durably(const std::string& path, std::string& error) {
  if (::unlink(path.c_str()) < 0 && errno != ENOENT) return fail(error, path);
  return sync_folder(path, error);
}

bool write_durably(const std::string& path, std::string_view bytes, std::string& error,
                   unsigned mode) {
  const std::string fresh = path + ".new";
  DurableFile file(fresh);
  if (file.append(bytes) && file.close()) return put_in_place(fresh, path, mode, error);
  error = path + ": " + std::strerror(file.error());
  ::unlink(fresh.c_str());
  return false;
}

bool append_durably(const std::string& path, std::string_view line, std::string& error) {
  DurableFile file(path, DurableFile::Mode::kAppend);
  if (file.append(line) && file.close()) return sync_folder(path, error);
  error = path + ": " + std::strerror(file.error());
  return false;
}

bool make_folder(const std::string& path, std::string& error) {
  const bool made = ::mkdir(path.c_str(), 0700) == 0;
  if (!made && errno != EEXIST) return fail(error, path);
  if (!give_to_owner_of_folder(path)) return fail(error, path);
  return !made || sync_folder(path, error);  // what lies in it is lost with it
}

}  // namespace sekisho::audit
