#include "gateway/sinks/secret_file.h"

#include <sys/stat.h>

#include "config/text_file.h"

namespace sekisho::gateway {
namespace {

constexpr std::size_t kMostSecret = 64 * 1024;

}  // namespace

std::string read_private(const std::string& path, std::string& error) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && (status.st_mode & 077) != 0) {
    error = path + ": readable by others (chmod 600)";
    return {};
  }
  std::string why;
  const auto text = config::read_text_file(path, why, kMostSecret);
  if (!text) error = path + ": cannot be read: " + why;
  return text.value_or("");
}

}  // namespace sekisho::gateway
