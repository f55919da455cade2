#include "gateway/http/head_fields.h"

#include <algorithm>

namespace sekisho::gateway {
namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(Field::kCount)> kNames = {
    "",
    "host",
    "connection",
    "proxy-connection",
    "content-length",
    "transfer-encoding",
    "expect",
    "upgrade",
    "content-type",
    "content-range",
    "authorization",
    "proxy-authorization"};

constexpr std::size_t kMaxLengthDigits = 19;  // fits 64 bits whatever the digits

Fault read_content_length(const HeadFields& fields, StatedLength& out) {
  Header& line = *fields.first(Field::kContentLength);
  if (fields.count(Field::kContentLength) > 1) {
    return framing_error("two_lengths", "There is more than one content-length.");
  }
  const std::string& digits = line.value;
  if (digits.empty() || digits.size() > kMaxLengthDigits ||
      !std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    return framing_error("bad_length", "The content-length is not one decimal number.");
  }
  for (char c : digits) out.length = out.length * 10 + static_cast<unsigned>(c - '0');
  line.value = std::to_string(out.length);
  out.length_stated = true;
  return std::nullopt;
}

// `chunked` must be the last coding (400) and we know no other (501): RFC 9112 6.1 and 6.3.
FramingError coding_fault(std::string_view codings) {
  std::string_view last;
  bool tokens = true, twice = false;
  for_each_element(codings, [&](std::string_view coding) {
    tokens = tokens && is_token(coding);
    twice = twice || iequals(last, "chunked");
    last = coding;
    return true;
  });
  const bool unknown_only = tokens && !twice && iequals(last, "chunked");
  return framing_error("te_not_chunked", "The transfer-encoding is not \"chunked\" alone.",
                       unknown_only ? 501 : 400);
}

Fault read_transfer_encoding(const HeadFields& fields, int minor_version, StatedLength& out) {
  const Header& line = *fields.first(Field::kTransferEncoding);
  if (fields.count(Field::kContentLength) > 0) {
    return framing_error("length_and_te", "There are both content-length and transfer-encoding.");
  }
  if (fields.count(Field::kTransferEncoding) > 1) {
    return framing_error("two_te", "There is more than one transfer-encoding.");
  }
  if (minor_version == 0) {
    return framing_error("te_in_http10", "HTTP/1.0 knows no transfer-encoding.");
  }
  if (!iequals(line.value, "chunked")) return coding_fault(line.value);
  out.chunked = true;
  return std::nullopt;
}

}  // namespace

Field field_of(std::string_view name) {
  if (name.empty()) return Field::kOther;
  const char first = static_cast<char>(name[0] | 0x20);
  for (std::size_t i = 1; i < kNames.size(); ++i) {
    const bool may_be = kNames[i].size() == name.size() && kNames[i][0] == first;
    if (may_be && iequals(kNames[i], name)) return static_cast<Field>(i);
  }
  return Field::kOther;
}

std::string_view name_of(Field field) {
  return kNames[static_cast<std::size_t>(field)];
}

HeadFields::HeadFields(Headers& headers) {
  for (Header& h : headers) {
    const auto at = static_cast<std::size_t>(field_of(h.name));
    if (count_[at]++ == 0) first_[at] = &h;
  }
}

Fault HeadFields::read_options(const Headers& headers) {
  if (count(Field::kConnection) + count(Field::kProxyConnection) == 0) return std::nullopt;
  bool tokens = true;
  for (const Header& h : headers) {
    const Field field = field_of(h.name);
    if (field != Field::kConnection && field != Field::kProxyConnection) continue;
    const bool own = field == Field::kConnection;
    for_each_element(h.value, [&](std::string_view option) {
      tokens = tokens && is_token(option);
      close = close || iequals(option, "close");
      keep_alive = keep_alive || (own && iequals(option, "keep-alive"));
      upgrade = upgrade || (own && iequals(option, "upgrade"));
      return true;
    });
  }
  if (tokens) return std::nullopt;
  return framing_error("bad_connection", "The connection header holds something that is no token.");
}

Fault read_length(const HeadFields& fields, int minor_version, StatedLength& out) {
  if (fields.count(Field::kTransferEncoding) > 0) {
    return read_transfer_encoding(fields, minor_version, out);
  }
  if (fields.count(Field::kContentLength) > 0) return read_content_length(fields, out);
  return std::nullopt;
}

}  // namespace sekisho::gateway
