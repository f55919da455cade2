#include "config/text_file.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace sekisho::config {
namespace fs = std::filesystem;

std::string unreadable(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) return "it does not exist";
  if (error) return error.message();
  if (status.type() == fs::file_type::directory) return "it is a directory, not a file";
  errno = 0;
  if (!std::ifstream(path, std::ios::binary)) return std::strerror(errno ? errno : EIO);
  return {};
}

std::optional<std::string> read_text_file(const std::string& path, std::string& why,
                                          std::size_t limit) {
  why = unreadable(path);
  if (!why.empty()) return std::nullopt;
  std::ifstream in(path, std::ios::binary);
  std::string text;
  char block[64 * 1024];
  while (in.read(block, sizeof block) || in.gcount() > 0) {
    text.append(block, static_cast<std::size_t>(in.gcount()));
    if (text.size() > limit) {
      why = "it is larger than " + std::to_string(limit >> 20) + " MiB";
      return std::nullopt;
    }
  }
  if (in.bad()) {
    why = "reading it failed";
    return std::nullopt;
  }
  return text;
}

std::optional<std::string> read_text_file(const std::string& path, Problems& problems) {
  std::string why;
  auto text = read_text_file(path, why);
  if (!text) problems.push_back({path, {}, "this file cannot be read: " + why, "check the path"});
  return text;
}

std::string resolve_path(const std::string& file, const std::string& path) {
  if (path.empty()) return {};
  const fs::path p(path);
  if (p.is_absolute()) return p.lexically_normal().string();
  return (fs::path(file).parent_path() / p).lexically_normal().string();
}

}  // namespace sekisho::config
