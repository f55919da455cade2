#pragma once

// How the rows of the framing table are written.

#include <string>
#include <utility>
#include <vector>

#include "tests/gateway/framing_table.h"

namespace sekisho::gateway {

inline MessageCase passes(std::string name, std::string obliges, std::string bytes,
                          std::string head, std::string body = "", std::string rest = "") {
  MessageCase c;
  c.name = std::move(name);
  c.obliges = std::move(obliges);
  c.bytes = std::move(bytes);
  c.head = std::move(head);
  c.body = std::move(body);
  c.rest = std::move(rest);
  return c;
}

// The head is canonical already.
inline MessageCase same(std::string name, std::string obliges, std::string head,
                        std::string body = "", std::string rest = "") {
  return passes(std::move(name), std::move(obliges), head + body + rest, head, body, rest);
}

inline MessageCase fails(std::string name, std::string obliges, std::string bytes, std::string rule,
                         int status = 400) {
  MessageCase c;
  c.name = std::move(name);
  c.obliges = std::move(obliges);
  c.bytes = std::move(bytes);
  c.rule = std::move(rule);
  c.status = status;
  return c;
}

inline MessageCase with_trailers(MessageCase c, std::string trailers) {
  c.trailers = std::move(trailers);
  return c;
}

inline MessageCase answering(std::string method, MessageCase c) {
  c.method = std::move(method);
  return c;
}

inline std::vector<MessageCase> all_at_proxy(std::vector<MessageCase> cases) {
  for (MessageCase& c : cases) c.place = RequestPlace::kProxy;
  return cases;
}

// Messages most rows are variations of.
inline const std::string kGet = "GET /v1/models HTTP/1.1\r\nHost: api.example\r\n";
inline const std::string kPost = "POST /v1/chat HTTP/1.1\r\nHost: api.example\r\n";
inline const std::string kChunked = kPost + "Transfer-Encoding: chunked\r\n\r\n";
inline const std::string kNext = "GET /next HTTP/1.1\r\nHost: api.example\r\n\r\n";

inline std::string get_with(const std::string& lines) {
  return kGet + lines + "\r\n";
}
inline std::string post_with(const std::string& lines) {
  return kPost + lines + "\r\n";
}
inline std::string get_from(const std::string& host) {
  return "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
}
// `n` header lines.
inline std::string many_lines(int n) {
  std::string out;
  for (int i = 0; i < n; ++i) out += "x: y\r\n";
  return out;
}
// A request line with a Host behind it.
inline std::string line_with_host(const std::string& line) {
  return line + "\r\nHost: a.example\r\n\r\n";
}
inline std::string connect_to(const std::string& target) {
  return "CONNECT " + target + " HTTP/1.1\r\nHost: a.example\r\n\r\n";
}

}  // namespace sekisho::gateway
