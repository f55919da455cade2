#include "config/pinned_files.h"

#include <sys/stat.h>
#include <unistd.h>

#include <climits>
#include <deque>
#include <filesystem>
#include <utility>

namespace sekisho::config {
namespace {

namespace fs = std::filesystem;
constexpr int kMaxLinks = 40;
constexpr int kMaxRounds = 100;

std::string identity(const std::string& path, const struct stat& st) {
  std::string out = path;
  for (const auto number :
       {static_cast<long long>(st.st_dev), static_cast<long long>(st.st_ino),
        static_cast<long long>(st.st_size), static_cast<long long>(st.st_mtim.tv_sec),
        static_cast<long long>(st.st_mtim.tv_nsec), static_cast<long long>(st.st_ctim.tv_sec),
        static_cast<long long>(st.st_ctim.tv_nsec)})
    out.append(" ").append(std::to_string(number));
  return out;
}

std::string identity_of_file(const std::string& path) {
  struct stat st {};
  return ::stat(path.c_str(), &st) == 0 ? identity(path, st) : path + " missing";
}

void push_components(std::deque<std::string>& to, const fs::path& path) {
  std::deque<std::string> parts;
  for (const auto& part : path)
    if (!part.empty() && part != "." && part != "/") parts.push_back(part.string());
  to.insert(to.begin(), parts.begin(), parts.end());
}

// Where `path` leads; each link on the way is written down with its times, so that a swap there and
// back is seen too.
std::string resolve(const std::string& path, std::vector<std::string>& links) {
  std::deque<std::string> todo;
  const fs::path absolute = fs::path(path).is_absolute() ? fs::path(path) : fs::absolute(path);
  push_components(todo, absolute);
  fs::path at = "/";
  int followed = 0;
  while (!todo.empty()) {
    const std::string part = std::move(todo.front());
    todo.pop_front();
    if (part == "..") {
      at = at.parent_path();
      continue;
    }
    const fs::path next = at / part;
    struct stat st {};
    if (::lstat(next.c_str(), &st) != 0) return path;
    if (!S_ISLNK(st.st_mode)) {
      at = next;
      continue;
    }
    char target[PATH_MAX];
    const ssize_t n = ::readlink(next.c_str(), target, sizeof target);
    if (n <= 0 || ++followed > kMaxLinks) return path;
    const fs::path to(std::string(target, static_cast<std::size_t>(n)));
    links.push_back(identity(next.string(), st) + " -> " + to.string());
    if (to.is_absolute()) at = "/";
    push_components(todo, to);
  }
  return at.string();
}

struct Resolved {
  std::map<std::string, std::string> real;
  std::vector<std::string> links;
  bool operator==(const Resolved&) const = default;
};

Resolved resolve_all(const std::vector<std::string>& paths) {
  Resolved out;
  for (const auto& path : paths) out.real[path] = resolve(path, out.links);
  return out;
}

void replace_all(std::string& text, const std::string& what, const std::string& with) {
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
}

}  // namespace

PinnedFiles::PinnedFiles(std::vector<std::string> paths) : paths_(std::move(paths)) {
  Resolved now = resolve_all(paths_);
  for (int round = 0; round < kMaxRounds; ++round) {
    Resolved again = resolve_all(paths_);
    if (again == now) break;
    now = std::move(again);
  }
  real_ = std::move(now.real);
  links_ = std::move(now.links);
  for (const auto& path : paths_) files_.push_back(identity_of_file(real(path)));
}

const std::string& PinnedFiles::real(const std::string& path) const {
  const auto found = real_.find(path);
  return found == real_.end() ? path : found->second;
}

bool PinnedFiles::unchanged() const {
  for (std::size_t i = 0; i < paths_.size(); ++i)
    if (identity_of_file(real(paths_[i])) != files_[i]) return false;
  return true;
}

bool PinnedFiles::links_unchanged() const {
  return resolve_all(paths_).links == links_;
}

void PinnedFiles::restore_names(Problems& problems) const {
  for (Problem& p : problems)
    for (const auto& [path, real] : real_) {
      if (path == real || fs::path(path).lexically_normal() == real) continue;
      replace_all(p.file, real, path);
      replace_all(p.message, real, path);
    }
}

}  // namespace sekisho::config
