#include "tests/gateway/sinks/clickhouse_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace sekisho::gateway {
namespace {

// Debian's, or another that takes its options (./dev clickhouse).
const char* server() {
  const char* named = ::getenv("SEKISHO_CLICKHOUSE_SERVER");
  return named ? named : "/usr/sbin/clickhouse-server";
}

int free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ::bind(fd, reinterpret_cast<sockaddr*>(&address), size);
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(fd);
  return ntohs(address.sin_port);
}

// In memory where there is room: each insert makes some hundred files, and making and removing them
// by the thousand holds up everybody else on the disk.
std::filesystem::path place() {
  const std::filesystem::path memory = "/dev/shm";
  std::error_code error;
  const auto room = std::filesystem::space(memory, error);
  if (!error && room.available > (512u << 20) && ::access(memory.c_str(), W_OK) == 0) return memory;
  return std::filesystem::temp_directory_path();
}

}  // namespace

bool ClickHouseServer::installed() {
  return ::access(server(), X_OK) == 0;
}

// No native port and no port between servers: one listener, on loopback.
ClickHouseServer::ClickHouseServer() : port_(free_port()) {
  std::string pattern = (place() / "sekisho-clickhouse-XXXXXX").string();
  folder_ = ::mkdtemp(pattern.data());
  for (const char* name : {"/data", "/tmp", "/format"})
    std::filesystem::create_directory(folder_ + name);
  std::ofstream(folder_ + "/config.xml")
      << "<yandex><logger><level>error</level><console>1</console></logger><http_port>" << port_
      << "</http_port><listen_host>127.0.0.1</listen_host><path>" << folder_
      << "/data/</path><tmp_path>" << folder_ << "/tmp/</tmp_path><format_schema_path>" << folder_
      << "/format/</format_schema_path><users_config>users.xml</users_config>"
         "<default_profile>default</default_profile><default_database>default</default_database>"
         "<mark_cache_size>67108864</mark_cache_size>"
         // Nothing is merged: what was sent twice stays so.
         "<merge_tree><max_bytes_to_merge_at_max_space_in_pool>1"
         "</max_bytes_to_merge_at_max_space_in_pool></merge_tree></yandex>\n";
  std::ofstream(folder_ + "/users.xml")
      << "<yandex><profiles><default/></profiles><users><writer><password>syn'thetic</password>"
         "<networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota>"
         "</writer></users><quotas><default/></quotas></yandex>\n";
  const std::string config = "--config-file=" + folder_ + "/config.xml", log = folder_ + "/log";
  pid_ = ::fork();
  if (pid_ != 0) return;
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT, 0600);
  ::dup2(out, 1);
  ::dup2(out, 2);
  ::execl(server(), server(), config.c_str(), nullptr);
  ::_exit(127);
}

ClickHouseServer::~ClickHouseServer() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  std::filesystem::remove_all(folder_);
}

ClickHouseAddress ClickHouseServer::address() const {
  ClickHouseAddress out;
  out.url = "http://127.0.0.1:" + std::to_string(port_);
  out.user = "writer";
  out.password = "syn'thetic";
  return out;
}

bool ClickHouseServer::answers() {
  HttpSender sender({});
  HttpRequest request;
  request.method = "GET";
  request.url = address().url + "/ping";
  for (int i = 0; i < 600; ++i) {
    if (sender.send(request).status == 200) return true;
    if (::waitpid(pid_, nullptr, WNOHANG) == pid_) return pid_ = -1, false;
    ::poll(nullptr, 0, 50);
  }
  return false;
}

}  // namespace sekisho::gateway
