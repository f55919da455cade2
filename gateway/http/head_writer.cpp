#include "gateway/http/head_writer.h"

#include "gateway/http/head_fields.h"

namespace sekisho::gateway {
namespace {

using Kind = BodyFraming::Kind;

void add(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

// A length that says what we frame by keeps its place and spelling; HEAD and 304 keep whatever
// length they state.
bool keeps_length(const HeadFraming& framing, const std::string& value) {
  if (framing.bare) return false;
  if (framing.body.kind == Kind::kNone) return true;
  return framing.body.kind == Kind::kLength && value == std::to_string(framing.body.length);
}

void add_framing(std::string& out, const HeadFraming& framing, bool length_kept) {
  if (framing.bare) return;
  const bool none = framing.body.kind == Kind::kNone;
  const bool stated = none && (framing.add_zero_length || framing.body.length_stated);
  if (framing.body.kind == Kind::kChunked) add(out, "Transfer-Encoding", "chunked");
  if ((framing.body.kind == Kind::kLength || stated) && !length_kept) {
    add(out, "Content-Length", std::to_string(framing.body.length));
  }
}

void write_fields(std::string& out, const Headers& headers, const HeadFraming& framing) {
  bool length_kept = false;
  for (const Header& h : headers) {
    const Field field = field_of(h.name);
    if (field == Field::kTransferEncoding) continue;
    if (field == Field::kContentLength) {
      if (length_kept || !keeps_length(framing, h.value)) continue;
      length_kept = true;
    }
    add(out, h.name, h.value);
  }
  add_framing(out, framing, length_kept);
  if (framing.connection && !has_option(headers, framing.connection)) {
    add(out, "Connection", framing.connection);
  }
  out += "\r\n";
}

std::size_t room(const Headers& headers) {
  std::size_t size = 128;
  for (const Header& h : headers) size += h.name.size() + h.value.size() + 4;
  return size;
}

}  // namespace

bool has_option(const Headers& headers, std::string_view option) {
  for (const Header& h : headers) {
    if (field_of(h.name) != Field::kConnection) continue;
    const bool absent = for_each_element(
        h.value, [option](std::string_view element) { return !iequals(element, option); });
    if (!absent) return true;
  }
  return false;
}

std::string write_request_head(const RequestHead& head, const HeadFraming& framing) {
  std::string out;
  out.reserve(head.method.size() + head.target.size() + room(head.headers));
  out.append(head.method).append(1, ' ').append(head.target).append(" HTTP/1.1\r\n");
  write_fields(out, head.headers, framing);
  return out;
}

std::string write_response_head(const ResponseHead& head, const HeadFraming& framing) {
  std::string out;
  out.reserve(head.reason.size() + room(head.headers));
  out.append("HTTP/1.1 ").append(std::to_string(head.status));
  out.append(1, ' ').append(head.reason).append("\r\n");
  write_fields(out, head.headers, framing);
  return out;
}

}  // namespace sekisho::gateway
