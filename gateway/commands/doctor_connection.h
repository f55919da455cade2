#pragma once

// Plain blocking connections with time limits, for `sekisho doctor` only.

#include <chrono>
#include <cstdint>
#include <string>

namespace sekisho::gateway {

// What the doctor was asked to look at.
struct DoctorTarget {
  std::string proxy_host;
  std::uint16_t proxy_port = 0;
  std::string user, password;
  std::string to_host = "api.openai.com";
  std::uint16_t to_port = 443;
  std::string ca_file;  // "" = take what the gateway hands out

  std::string proxy() const { return proxy_host + ":" + std::to_string(proxy_port); }
  std::string to() const { return to_host + ":" + std::to_string(to_port); }
  // "Proxy-Authorization: …\r\n", or "" without a user.
  std::string credentials() const;
  // A CONNECT for `authority`, with what tells the gateway that a refusal of its certificate is a
  // test.
  std::string connect_request(const std::string& authority) const;
};

class DoctorSocket {
 public:
  enum class Fault { kNone, kName, kRefused, kTimeout, kOther };

  DoctorSocket() = default;
  explicit DoctorSocket(int fd) : fd_(fd) {}
  ~DoctorSocket();
  DoctorSocket(const DoctorSocket&) = delete;
  DoctorSocket& operator=(const DoctorSocket&) = delete;

  Fault connect(const std::string& host, std::uint16_t port, std::chrono::milliseconds limit,
                std::string& error);
  bool send(const std::string& bytes);
  // The head of an HTTP answer with its empty line; "" when none came in time. Body bytes that came
  // along are in rest().
  std::string read_head(std::chrono::milliseconds limit);
  // A whole answer up to the end of the connection or `most` bytes.
  std::string read_answer(std::chrono::milliseconds limit, std::size_t most);
  const std::string& rest() const { return rest_; }
  int fd() const { return fd_; }

 private:
  int fd_ = -1;
  std::string rest_;
};

// Status of an HTTP answer, 0 = it is none.
int status_of(const std::string& head);
// A field's value, "" when absent.
std::string field_of(const std::string& head, const std::string& lower_case_name);

}  // namespace sekisho::gateway
