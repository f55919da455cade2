// A disk that fails, put under a program by LD_PRELOAD: calls on files below one folder fail by the
// rules of the environment. Linux, glibc.
//
//   FAULTY_DISK        the folder (absolute, no symbolic link)
//   FAULTY_DISK_RULES  a file, read again whenever it changes, with one rule a line:  CALL ERROR
//   WHEN [short]
//                      CALL   write | sync (fdatasync) | fsync | rename | open (that creates) |
//                      truncate ERROR  ENOSPC | EIO | EDQUOT | EROFS WHEN   N (the N-th call since
//                      the rules were read, once) | N+ (from the N-th on) | P% (by chance, seeded)
//                      short  the call writes half and says so, the next one fails (of `write`
//                      only)
//   FAULTY_DISK_SEED   of the chance
// A failing fsync or rename has not happened; a failing create leaves nothing; a failing write has
// written nothing.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { kWrite, kSync, kFsync, kRename, kOpen, kTruncate, kCalls };
static const char* const kNames[kCalls] = {"write", "sync", "fsync", "rename", "open", "truncate"};

struct rule {
  int code, halves;
  unsigned long first, last;  // calls, 0 = by chance
  double chance;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct rule rules[kCalls];
static unsigned long calls[kCalls];
static struct timespec read_at;
static off_t read_size = -1;
static ino_t read_inode;
static unsigned seed;

static int code_of(const char* name) {
  if (!strcmp(name, "ENOSPC")) return ENOSPC;
  if (!strcmp(name, "EDQUOT")) return EDQUOT;
  if (!strcmp(name, "EROFS")) return EROFS;
  return EIO;
}

static void take_rule(char* line) {
  char call[16], code[16], when[24], more[16] = "";
  if (sscanf(line, "%15s %15s %23s %15s", call, code, when, more) < 3) return;
  for (int i = 0; i < kCalls; ++i) {
    if (strcmp(call, kNames[i])) continue;
    struct rule r = {code_of(code), !strcmp(more, "short"), 0, 0, 0};
    char* end;
    const double number = strtod(when, &end);
    if (*end == '%') {
      r.chance = number / 100;
    } else {
      r.first = (unsigned long)number;
      r.last = *end == '+' ? ULONG_MAX : r.first;
    }
    rules[i] = r;
  }
}

static void read_rules(void) {
  const char* path = getenv("FAULTY_DISK_RULES");
  struct stat now;
  if (!path || stat(path, &now) < 0) return;
  if (now.st_size == read_size && now.st_ino == read_inode &&
      now.st_mtim.tv_sec == read_at.tv_sec && now.st_mtim.tv_nsec == read_at.tv_nsec)
    return;
  if (read_size < 0) {
    const char* s = getenv("FAULTY_DISK_SEED");
    seed = s ? (unsigned)strtoul(s, NULL, 10) : 1;
  }
  read_size = now.st_size;
  read_inode = now.st_ino;
  read_at = now.st_mtim;
  memset(rules, 0, sizeof rules);
  memset(calls, 0, sizeof calls);
  FILE* in = fopen(path, "re");
  if (!in) return;
  char line[128];
  while (fgets(line, sizeof line, in)) take_rule(line);
  fclose(in);
}

static int below(const char* path) {
  const char* folder = getenv("FAULTY_DISK");
  const size_t size = folder ? strlen(folder) : 0;
  return size && !strncmp(path, folder, size) && (path[size] == '/' || path[size] == 0);
}

static int fd_below(int fd) {
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t n = readlink(link, path, sizeof path - 1);
  if (n <= 0) return 0;
  path[n] = 0;
  return below(path);
}

// The error that this call shall end with, 0 = none.
static int fault(int call, int* halves) {
  pthread_mutex_lock(&lock);
  read_rules();
  const struct rule* r = &rules[call];
  const unsigned long n = ++calls[call];
  int hit = r->code && n >= r->first && n <= r->last;
  if (r->code && r->chance > 0) hit = rand_r(&seed) < r->chance * RAND_MAX;
  const int code = hit ? r->code : 0;
  if (halves) *halves = r->halves;
  pthread_mutex_unlock(&lock);
  return code;
}

static int refuse(int code) {
  errno = code;
  return -1;
}

ssize_t write(int fd, const void* bytes, size_t size) {
  static ssize_t (*real)(int, const void*, size_t);
  if (!real) real = (ssize_t(*)(int, const void*, size_t))dlsym(RTLD_NEXT, "write");
  static __thread int owed;  // the error that follows a half
  int halves = 0, code = 0;
  if (size && fd_below(fd)) code = owed ? owed : fault(kWrite, &halves);
  if (!code) return real(fd, bytes, size);
  owed = !owed && halves && size > 1 ? code : 0;
  return owed ? real(fd, bytes, size / 2) : refuse(code);
}

#define OF_DESCRIPTOR(name, call)                            \
  int name(int fd) {                                         \
    static int (*real)(int);                                 \
    if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, #name); \
    const int code = fd_below(fd) ? fault(call, NULL) : 0;   \
    return code ? refuse(code) : real(fd);                   \
  }
OF_DESCRIPTOR(fdatasync, kSync)
OF_DESCRIPTOR(fsync, kFsync)

int ftruncate(int fd, off_t size) {
  const int code = fd_below(fd) ? fault(kTruncate, NULL) : 0;
  return code ? refuse(code) : (int)syscall(SYS_ftruncate, fd, size);
}
int ftruncate64(int fd, off_t size) {
  return ftruncate(fd, size);
}

int renameat(int from_fd, const char* from, int to_fd, const char* to) {
  const int code = fd_below(to_fd) ? fault(kRename, NULL) : 0;
  return code ? refuse(code) : (int)syscall(SYS_renameat2, from_fd, from, to_fd, to, 0);
}

static int open_below(int folder, const char* path, int flags, mode_t mode) {
  const int code = (flags & O_CREAT) && (path[0] == '/' ? below(path) : fd_below(folder))
                       ? fault(kOpen, NULL)
                       : 0;
  return code ? refuse(code) : (int)syscall(SYS_openat, folder, path, flags, mode);
}

#define OPENAT(name)                                       \
  int name(int folder, const char* path, int flags, ...) { \
    va_list more;                                          \
    va_start(more, flags);                                 \
    const mode_t mode = va_arg(more, mode_t);              \
    va_end(more);                                          \
    return open_below(folder, path, flags, mode);          \
  }
OPENAT(openat)
OPENAT(openat64)
