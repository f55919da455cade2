#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "config/gateway_file.h"

namespace sekisho::config {
namespace {

bool is_directory(const char* path) {
  std::error_code error;
  return std::filesystem::is_directory(path, error);
}

}  // namespace

std::string shipped_directory() {
  const char* stated = std::getenv("SEKISHO_SHARE");
  if (stated && *stated) return stated;
  if (is_directory(SEKISHO_SHARE_DIR)) return SEKISHO_SHARE_DIR;
  return SEKISHO_SOURCE_DIR "/config";
}

}  // namespace sekisho::config
