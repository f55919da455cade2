// A chunked body reads the same however it is cut, and Beast reads what we accept as we do.

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "gateway/http/chunked.h"

using namespace sekisho::gateway;
namespace http = boost::beast::http;

namespace {

struct Outcome {
  std::string rule, body;
  std::size_t taken = 0;
  bool done = false;
  bool operator==(const Outcome&) const = default;
};

Outcome read(std::string_view bytes, std::size_t step) {
  ChunkedReader reader;
  Outcome out;
  while (out.taken < bytes.size() && !reader.done() && out.rule.empty()) {
    std::string_view in = bytes.substr(out.taken, step);
    const std::size_t before = in.size();
    if (Fault fault = reader.read(in, out.body)) out.rule = fault->rule;
    out.taken += before - in.size();
  }
  out.done = reader.done() && out.rule.empty();
  if (!out.rule.empty()) out.taken = 0;  // how far a refused body was read depends on the cuts
  return out;
}

// Extensions are dropped here and parsed by Beast, which knows more grammar of them than we need.
bool has_extension(std::string_view bytes) {
  return bytes.find(';') != std::string_view::npos;
}

void compare_with_beast(std::string_view bytes, const Outcome& ours) {
  http::response_parser<http::string_body> parser;
  parser.eager(true);
  parser.body_limit(boost::none);
  boost::beast::error_code error;
  const std::string message = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" +
                              std::string(bytes.substr(0, ours.taken));
  parser.put(boost::asio::buffer(message), error);
  if (error || !parser.is_done() || parser.get().body() != ours.body) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Outcome whole = read(bytes, bytes.size() + 1);
  if (read(bytes, 1) != whole || read(bytes, 1 + data[0] % 32) != whole) std::abort();
  if (whole.done && !has_extension(bytes)) compare_with_beast(bytes, whole);
  return 0;
}
