#include "bench/lab/service/answers.h"

#include <fmt/format.h>

#include "bench/lab/net/clock.h"

namespace sekisho::lab {
namespace {

constexpr std::string_view kBefore =
    R"({"id":"chatcmpl-lab","object":"chat.completion","created":1700000000,"model":"lab",)"
    R"("choices":[{"index":0,"message":{"role":"assistant","content":")";
constexpr std::string_view kAfter =
    R"("},"finish_reason":"stop"}],)"
    R"("usage":{"prompt_tokens":12,"completion_tokens":34,"total_tokens":46}})";
constexpr std::string_view kFiller = "The answer depends on the load, and here is what was seen. ";

std::string chunk(std::string_view payload) {
  return fmt::format("{:x}\r\n{}\r\n", payload.size(), payload);
}

}  // namespace

std::string completion_json(std::size_t size) {
  std::string out(kBefore);
  while (out.size() + kAfter.size() < size) out += kFiller[out.size() % kFiller.size()];
  return out.append(kAfter);
}

std::string answer_with(std::string_view content_type, std::string_view body) {
  return fmt::format(
      "HTTP/1.1 200 OK\r\nContent-Type: {}\r\nContent-Length: {}\r\nx-request-id: lab\r\n\r\n{}",
      content_type, body.size(), body);
}

std::string not_found() {
  return "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
}

std::string stream_head() {
  return "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
         "Cache-Control: no-cache\r\nTransfer-Encoding: chunked\r\nx-request-id: lab\r\n\r\n";
}

std::string stream_event(std::uint64_t index) {
  return chunk(fmt::format(
      "data: {{\"id\":\"chatcmpl-lab\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,"
      "\"model\":\"lab\",\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\" token{}\"}},"
      "\"finish_reason\":null}}],\"i\":{},\"t\":{}}}\n\n",
      index, index, now_ns()));
}

std::string stream_end() {
  return chunk("data: [DONE]\n\n") + "0\r\n\r\n";
}

}  // namespace sekisho::lab
