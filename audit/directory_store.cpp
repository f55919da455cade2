#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "audit/store.h"

namespace sekisho::audit {
namespace {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

int error_of(int result) {
  return result < 0 ? errno : 0;
}

int write_all(int fd, std::string_view bytes, std::size_t& written) {
  while (written < bytes.size()) {
    const ssize_t n = ::write(fd, bytes.data() + written, bytes.size() - written);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
    written += static_cast<std::size_t>(n);
  }
  return 0;
}

int read_all(int fd, std::string& bytes) {
  bytes.clear();
  struct stat status {};
  if (::fstat(fd, &status) == 0 && status.st_size > 0)
    bytes.reserve(static_cast<std::size_t>(status.st_size));
  char buffer[1 << 16];
  for (;;) {
    const ssize_t n = ::read(fd, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return error_of(static_cast<int>(n));
    bytes.append(buffer, static_cast<std::size_t>(n));
  }
}

class DirectoryStore : public Store {
 public:
  DirectoryStore(Descriptor directory, Descriptor lock)
      : directory_(std::move(directory)), lock_(std::move(lock)) {}

  int list(std::vector<std::string>& names) override { return list_folder(".", names); }

  int list_folder(const std::string& folder, std::vector<std::string>& names) override {
    const int again =
        ::openat(directory_.get(), folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR* entries = again < 0 ? nullptr : ::fdopendir(again);  // owns the descriptor from here
    if (!entries) return errno;
    errno = 0;
    while (const dirent* e = ::readdir(entries)) names.emplace_back(e->d_name);
    const int error = errno;
    ::closedir(entries);
    return error;
  }

  int read(const std::string& name, std::string& bytes) override {
    const Descriptor file(::openat(directory_.get(), name.c_str(), O_RDONLY | O_CLOEXEC));
    return file ? read_all(file.get(), bytes) : errno;
  }

  int create(const std::string& name) override {
    Descriptor file(::openat(directory_.get(), name.c_str(),
                             O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600));
    if (!file) return errno;
    if (::fsync(directory_.get()) < 0) return errno;
    file_ = std::move(file);
    return 0;
  }

  int append(std::string_view bytes, std::size_t& written) override {
    written = 0;
    return file_ ? write_all(file_.get(), bytes, written) : EBADF;
  }

  int sync() override { return file_ ? error_of(::fdatasync(file_.get())) : EBADF; }

  int open(const std::string& name) override {
    Descriptor file(::openat(directory_.get(), name.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
    if (!file) return errno;
    file_ = std::move(file);
    return 0;
  }

  int truncate(const std::string& name, std::uint64_t size) override {
    const Descriptor file(::openat(directory_.get(), name.c_str(), O_WRONLY | O_CLOEXEC));
    if (!file || ::ftruncate(file.get(), static_cast<off_t>(size)) < 0) return errno;
    return error_of(::fsync(file.get()));
  }

  int seal(const std::string& name) override {
    return error_of(::fchmodat(directory_.get(), name.c_str(), 0440, 0));
  }

  int rename(const std::string& from, const std::string& to) override {
    if (::renameat(directory_.get(), from.c_str(), directory_.get(), to.c_str()) < 0) return errno;
    if (const int error = sync_folder_of(to)) return error;
    return error_of(::fsync(directory_.get()));
  }

  int write_file(const std::string& name, std::string_view bytes) override {
    const std::string temporary = name + ".new";
    int error = write_durably(temporary, bytes);
    if (!error) error = rename(temporary, name);
    // Half a file would take the room that a full disk lacks.
    if (error) ::unlinkat(directory_.get(), temporary.c_str(), 0);
    return error;
  }

  int remove(const std::string& name) override {
    return error_of(::unlinkat(directory_.get(), name.c_str(), 0));
  }

  int reserve(std::uint64_t bytes) override {
    constexpr const char* kFile = "reserve";
    if (bytes == 0)
      return ::unlinkat(directory_.get(), kFile, 0) < 0 && errno != ENOENT ? errno : 0;
    const Descriptor file(::openat(directory_.get(), kFile, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    if (!file) return errno;
    struct stat status {};
    if (::fstat(file.get(), &status) == 0 && status.st_size > static_cast<off_t>(bytes))
      return error_of(::ftruncate(file.get(), static_cast<off_t>(bytes)));
    const int error = ::posix_fallocate(file.get(), 0, static_cast<off_t>(bytes));
    if (error) ::unlinkat(directory_.get(), kFile, 0);
    return error;
  }

  int free_bytes(std::uint64_t& bytes) override {
    struct statvfs status {};
    if (::fstatvfs(directory_.get(), &status) < 0) return errno;
    bytes = static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
    return 0;
  }

 private:
  int write_durably(const std::string& name, std::string_view bytes) {
    const Descriptor file(
        ::openat(directory_.get(), name.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!file) return errno;
    std::size_t written = 0;
    if (const int error = write_all(file.get(), bytes, written)) return error;
    return error_of(::fsync(file.get()));
  }

  int sync_folder_of(const std::string& name) {
    const std::size_t slash = name.rfind('/');
    if (slash == std::string::npos) return 0;
    const Descriptor folder(::openat(directory_.get(), name.substr(0, slash).c_str(),
                                     O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return folder ? error_of(::fsync(folder.get())) : errno;
  }

  Descriptor directory_, lock_, file_;
};

// The lock goes with the process; the text in its file only tells people whose it is.
void name_holder(int lock) {
  char host[256] = "?";
  ::gethostname(host, sizeof host - 1);
  const std::string text =
      "process " + std::to_string(::getpid()) + " on " + std::string(host) + "\n";
  std::size_t written = 0;
  if (::ftruncate(lock, 0) == 0) write_all(lock, text, written);
}

std::string holder_of(int lock) {
  char text[320] = {};
  const ssize_t n = ::pread(lock, text, sizeof text - 1, 0);
  const std::string_view line = std::string_view(text).substr(0, std::string_view(text).find('\n'));
  return n > 0 && !line.empty() ? std::string(line) : "a process that gave no name";
}

// The error text names the operation and the path, not only the errno.
std::unique_ptr<Store> fail(std::string& error, const std::string& path, std::string_view what) {
  error = path + ": " + std::string(what) + ": " + std::strerror(errno);
  return nullptr;
}

}  // namespace

std::unique_ptr<Store> open_directory(const std::string& path, std::string& error, bool* held) {
  std::error_code ignored;  // the next call says what is wrong
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
  if (::mkdir(path.c_str(), 0700) < 0 && errno != EEXIST)
    return fail(error, path, "the directory of the audit log cannot be made");
  Descriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory) return fail(error, path, "the directory of the audit log cannot be opened");
  for (const char* folder : {"checkpoints", "keeping", "policies", "torn"})
    if (::mkdirat(directory.get(), folder, 0700) < 0 && errno != EEXIST)
      return fail(error, path + "/" + folder, "the folder cannot be made");
  Descriptor lock(::openat(directory.get(), "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock) return fail(error, path + "/lock", "the lock file cannot be opened");
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) < 0) {
    if (held) *held = errno == EWOULDBLOCK;
    error = path + ": another gateway writes to this audit log (" + holder_of(lock.get()) +
            " holds its lock file); stop that one first, or give this one an audit.directory of "
            "its own";
    return nullptr;
  }
  name_holder(lock.get());
  return std::make_unique<DirectoryStore>(std::move(directory), std::move(lock));
}

}  // namespace sekisho::audit
