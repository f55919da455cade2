// What a body is: the declared type, checked against the bytes.
#include <algorithm>
#include <array>
#include <string>

#include "filters/body_reader.h"
#include "filters/json_scanner.h"
#include "filters/utf8.h"

namespace sekisho::filters {
namespace {

using std::string_view_literals::operator""sv;

constexpr int kSniffDepth = 256;

std::string_view trim(std::string_view s) {
  while (!s.empty() && (s.front() == ' ' || s.front() == '\t')) s.remove_prefix(1);
  while (!s.empty() && (s.back() == ' ' || s.back() == '\t')) s.remove_suffix(1);
  return s;
}

std::string lower(std::string_view s) {
  std::string out(s);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

bool starts(std::string_view s, std::string_view prefix) {
  return s.substr(0, prefix.size()) == prefix;
}
bool ends(std::string_view s, std::string_view suffix) {
  return s.size() >= suffix.size() && s.substr(s.size() - suffix.size()) == suffix;
}

template <std::size_t N>
bool any_prefix(std::string_view s, const std::array<std::string_view, N>& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [s](std::string_view p) { return starts(s, p); });
}

struct Declared {
  std::string type;  // lower case, without parameters
  bool charset_readable = true;
};

bool readable_charset(std::string_view value) {
  value = trim(value);
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
    value = value.substr(1, value.size() - 2);
  std::string name = lower(trim(value));
  return name.empty() || name == "utf-8" || name == "utf8" || name == "us-ascii" || name == "ascii";
}

Declared parse(std::string_view content_type) {
  Declared out;
  std::size_t semicolon = std::min(content_type.find(';'), content_type.size());
  out.type = lower(trim(content_type.substr(0, semicolon)));
  while (semicolon < content_type.size()) {
    content_type.remove_prefix(semicolon + 1);
    semicolon = std::min(content_type.find(';'), content_type.size());
    std::string_view parameter = content_type.substr(0, semicolon);
    std::size_t equals = parameter.find('=');
    if (equals == std::string_view::npos || lower(trim(parameter.substr(0, equals))) != "charset")
      continue;
    out.charset_readable = out.charset_readable && readable_charset(parameter.substr(equals + 1));
  }
  return out;
}

// Messages in envelopes or frames, whatever the suffix says.
bool framed(std::string_view type) {
  constexpr std::array kPrefixes = {"application/grpc"sv,
                                    "application/connect+"sv,
                                    "application/vnd.google.protobuf"sv,
                                    "application/x-protobuf"sv,
                                    "application/protobuf"sv,
                                    "application/proto"sv,
                                    "application/vnd.amazon.eventstream"sv,
                                    "text/event-stream"sv,
                                    "application/json-seq"sv};
  return any_prefix(type, kPrefixes);
}

bool declares_json(std::string_view type) {
  return type == "application/json" || type == "text/json" || ends(type, "+json");
}

bool declares_ndjson(std::string_view type) {
  constexpr std::array kTypes = {"application/x-ndjson"sv,  "application/ndjson"sv,
                                 "application/jsonl"sv,     "application/x-jsonl"sv,
                                 "application/jsonlines"sv, "application/x-jsonlines"sv,
                                 "text/x-ndjson"sv,         "text/jsonl"sv};
  return std::find(kTypes.begin(), kTypes.end(), type) != kTypes.end();
}

// Formats whose bytes may look like text (an image in hex, a PDF in ASCII85) and whose content is
// not.
bool declares_binary(std::string_view type) {
  constexpr std::array kPrefixes = {"image/"sv,
                                    "audio/"sv,
                                    "video/"sv,
                                    "font/"sv,
                                    "model/"sv,
                                    "application/pdf"sv,
                                    "application/zip"sv,
                                    "application/gzip"sv,
                                    "application/rtf"sv,
                                    "text/rtf"sv,
                                    "application/postscript"sv,
                                    "application/msword"sv,
                                    "application/vnd.ms-"sv,
                                    "application/vnd.openxmlformats"sv};
  return type != "image/svg+xml" && any_prefix(type, kPrefixes);
}

bool has_binary_magic(std::string_view body) {
  constexpr std::array kMagic = {"%PDF"sv, "%!PS"sv, "{\\rtf"sv, "PK\x03\x04"sv};
  return any_prefix(body, kMagic);
}

bool ascii(char c) {
  return c >= '\t' && c <= '~';
}

// UTF-16 and UTF-32 by their marks, or by the NUL that every ASCII character brings; ISO-2022 by
// its escapes, which are ASCII.
bool other_encoding(std::string_view body) {
  if (starts(body, "\xFE\xFF") || starts(body, "\xFF\xFE") || starts(body, "\0\0\xFE\xFF"sv))
    return true;
  if (body.size() >= 2 &&
      ((body[0] == '\0' && ascii(body[1])) || (ascii(body[0]) && body[1] == '\0')))
    return true;
  if (body.size() >= 4 && starts(body, "\0\0\0"sv) && ascii(body[3])) return true;
  return body.find("\x1B$") != std::string_view::npos;
}

bool strict_json(std::string_view text, std::size_t begin) {
  JsonScanner scan(text, kSniffDepth, begin);
  for (;;) {
    JsonToken token = scan.next();
    if (token == JsonToken::kEnd) return true;
    if (token == JsonToken::kError) return false;
  }
}

bool blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

bool strict_ndjson(std::string_view body) {
  for (std::size_t at = 0; at < body.size();) {
    std::size_t end = std::min(body.find('\n', at), body.size());
    if (!blank(body.substr(at, end - at)) && !strict_json(body.substr(0, end), at)) return false;
    at = end + 1;
  }
  return true;
}

// Objects, arrays and strings, whatever the type says. A bare number or word is the same bytes
// either way.
BodyKind sniff_json(std::string_view body) {
  std::size_t begin = starts(body, "\xEF\xBB\xBF") ? 3 : 0;
  begin = body.find_first_not_of(" \t\r\n", begin);
  if (begin == std::string_view::npos ||
      (body[begin] != '{' && body[begin] != '[' && body[begin] != '"'))
    return BodyKind::kUnreadable;
  if (strict_json(body, 0)) return BodyKind::kJson;
  return strict_ndjson(body) ? BodyKind::kNdjson : BodyKind::kUnreadable;
}

bool control(char c) {
  auto u = static_cast<unsigned char>(c);
  return u < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != '\x1B';
}

bool looks_like_text(std::string_view body) {
  return std::none_of(body.begin(), body.end(), control) && valid_utf8(body);
}

BodyType unreadable(const char* reason) {
  return {BodyKind::kUnreadable, {reason, 0}};
}

BodyType sniff_text(std::string_view body) {
  if (has_binary_magic(body) || !looks_like_text(body)) return unreadable("binary");
  return {BodyKind::kText, {}};
}

BodyType declared_text(std::string_view body) {
  if (body.find('\0') != std::string_view::npos || has_binary_magic(body))
    return unreadable("binary");
  return {BodyKind::kText, {}};
}

}  // namespace

BodyType classify_body(std::string_view content_type, std::string_view body) {
  if (body.empty()) return {BodyKind::kEmpty, {}};
  Declared declared = parse(content_type);
  if (framed(declared.type)) return unreadable("content_type");
  if (starts(declared.type, "multipart/")) return unreadable("multipart");
  if (declares_binary(declared.type)) return unreadable("binary");
  if (!declared.charset_readable || other_encoding(body)) return unreadable("charset");
  if (declares_json(declared.type)) return {BodyKind::kJson, {}};
  if (declares_ndjson(declared.type)) return {BodyKind::kNdjson, {}};
  BodyKind sniffed = sniff_json(body);
  if (sniffed != BodyKind::kUnreadable) return {sniffed, {}};
  if (declared.type == "application/x-www-form-urlencoded") return {BodyKind::kForm, {}};
  return starts(declared.type, "text/") ? declared_text(body) : sniff_text(body);
}

}  // namespace sekisho::filters
