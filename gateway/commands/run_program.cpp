#include "gateway/commands/run_program.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <string_view>

extern char** environ;

namespace sekisho::gateway {
namespace {

using Steady = std::chrono::steady_clock;
constexpr std::size_t kMostOutput = 64 * 1024;

std::string_view name_of(std::string_view setting) {
  return setting.substr(0, setting.find('='));
}

std::vector<std::string> merged(const std::vector<std::string>& changes) {
  std::vector<std::string> out;
  for (char** e = environ; *e; ++e) {
    const std::string_view name = name_of(*e);
    if (std::none_of(changes.begin(), changes.end(),
                     [&](const auto& c) { return name_of(c) == name; }))
      out.emplace_back(*e);
  }
  for (const auto& c : changes)
    if (c.find('=') != std::string::npos) out.push_back(c);
  return out;
}

std::vector<char*> pointers(const std::vector<std::string>& list) {
  std::vector<char*> out;
  for (const auto& each : list) out.push_back(const_cast<char*>(each.c_str()));
  out.push_back(nullptr);
  return out;
}

// Until the program closes its output; false: the time is over.
bool read_output(int fd, Steady::time_point deadline, std::string& out) {
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Steady::now());
    if (left.count() <= 0) return false;
    pollfd wait{fd, POLLIN, 0};
    if (::poll(&wait, 1, static_cast<int>(left.count())) <= 0) continue;
    char buffer[4096];
    const ssize_t n = ::read(fd, buffer, sizeof buffer);
    if (n <= 0) return true;
    out.append(buffer, std::min<std::size_t>(static_cast<std::size_t>(n),
                                             kMostOutput - std::min(out.size(), kMostOutput)));
  }
}

// A program of its own group, so that what it started ends with it.
bool spawn(const std::vector<std::string>& argv, const std::vector<std::string>& environment,
           int output, pid_t& pid) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, output, 1);
  posix_spawn_file_actions_adddup2(&files, output, 2);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  const std::vector<std::string> settings = merged(environment);
  const bool ok = posix_spawnp(&pid, argv[0].c_str(), &files, &attributes, pointers(argv).data(),
                               pointers(settings).data()) == 0;
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return ok;
}

}  // namespace

ProgramResult run_program(const std::vector<std::string>& argv,
                          const std::vector<std::string>& environment,
                          std::chrono::milliseconds limit) {
  ProgramResult out;
  int pipe_ends[2];
  if (::pipe2(pipe_ends, O_CLOEXEC) != 0) return out;
  pid_t pid = 0;
  out.started = spawn(argv, environment, pipe_ends[1], pid);
  ::close(pipe_ends[1]);
  if (out.started) {
    out.timed_out = !read_output(pipe_ends[0], Steady::now() + limit, out.output);
    if (out.timed_out) ::kill(-pid, SIGKILL);
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    out.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  ::close(pipe_ends[0]);
  return out;
}

std::optional<std::string> find_program(const std::string& name) {
  const char* path = std::getenv("PATH");
  std::string_view left = path ? path : "";
  while (!left.empty()) {
    const std::size_t colon = std::min(left.find(':'), left.size());
    const std::string candidate = std::string(left.substr(0, colon)) + "/" + name;
    if (colon > 0 && ::access(candidate.c_str(), X_OK) == 0) return candidate;
    left.remove_prefix(std::min(colon + 1, left.size()));
  }
  return std::nullopt;
}

}  // namespace sekisho::gateway
