#include "bench/lab/bound/redaction.h"

#include <algorithm>

#include "bench/lab/net/message.h"

namespace sekisho::lab {
namespace {

constexpr char kMask[] = "[REDACTED]";

bool is_framing(std::string_view line) {
  const std::string_view name = line.substr(0, line.find(':'));
  return same_word(name, "connection") || same_word(name, "content-length");
}

}  // namespace

std::string redacted(std::string_view body, const std::vector<Span>& spans) {
  std::string out;
  std::size_t from = 0;
  for (const Span span : spans) {
    if (span.begin >= from) out.append(body.substr(from, span.begin - from)).append(kMask);
    from = std::max(from, span.end);
  }
  return out.append(body.substr(from));
}

std::string rewritten_head(std::string_view head, std::size_t body_size) {
  std::string out;
  for (std::size_t end; (end = head.find("\r\n")) != head.npos && end > 0;
       head.remove_prefix(end + 2))
    if (!is_framing(head.substr(0, end))) out.append(head.substr(0, end + 2));
  if (body_size) out += "Content-Length: " + std::to_string(body_size) + "\r\n";
  return out + "\r\n";
}

}  // namespace sekisho::lab
