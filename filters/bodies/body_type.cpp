// What a body is: the declared type, checked against the bytes.
#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "filters/base64.h"
#include "filters/bodies/body_reader.h"
#include "filters/bodies/json_scanner.h"
#include "filters/bodies/multipart.h"
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
  Charset charset = Charset::kNone;
};

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
    const Charset named = charset_named(parameter.substr(equals + 1));
    // Two that differ: nobody knows which one counts.
    out.charset = out.charset == Charset::kNone || out.charset == named ? named : Charset::kUnknown;
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
  BodyType out;
  out.error.reason = reason;
  return out;
}

BodyType readable(BodyKind kind) {
  BodyType out;
  out.kind = kind;
  return out;
}

BodyType sniff_text(std::string_view body) {
  return looks_like_text(body) ? readable(BodyKind::kText) : unreadable("binary");
}

BodyType declared_text(std::string_view body) {
  return body.find('\0') == std::string_view::npos ? readable(BodyKind::kText)
                                                   : unreadable("binary");
}

bool is_text_type(std::string_view type) {
  return starts(type, "text/");
}

// Not JSON by declaration, and UTF-8.
BodyType utf8_body(const Declared& declared, std::string_view body) {
  const BodyKind sniffed = sniff_json(body);
  if (sniffed != BodyKind::kUnreadable) return readable(sniffed);
  if (declared.type == "application/x-www-form-urlencoded") return readable(BodyKind::kForm);
  return is_text_type(declared.type) ? declared_text(body) : sniff_text(body);
}

BodyType json_body(const Declared& declared) {
  return readable(declares_json(declared.type) ? BodyKind::kJson : BodyKind::kNdjson);
}

BodyType coded(std::vector<Charset> readings) {
  BodyType out = readable(BodyKind::kCoded);
  out.readings = std::move(readings);
  return out;
}

bool only_utf8(const std::vector<Charset>& readings) {
  return readings.size() == 1 && readings[0] == Charset::kUtf8;
}

// JSON is UTF-8 by RFC 8259. Another charset is read where it is stated and the bytes are not
// UTF-8, or where a mark or NULs tell UTF-16 and UTF-32. No pass over the whole body for the usual
// case.
BodyType declared_json(const Declared& declared, std::string_view body) {
  if (declared.charset == Charset::kNone || declared.charset == Charset::kUtf8) {
    const Charset wide = sniff_wide(body);
    return wide == Charset::kNone ? json_body(declared) : coded({wide});
  }
  auto readings = charset_readings(declared.charset, body);
  if (readings.empty()) return unreadable("charset");
  return only_utf8(readings) ? json_body(declared) : coded(std::move(readings));
}

BodyType form_body(const Declared& declared, std::string_view body) {
  const Charset wide = sniff_wide(body);
  BodyType out = wide == Charset::kNone ? utf8_body(declared, body) : coded({wide});
  if (declared.charset == Charset::kUnknown) return unreadable("charset");
  out.charset = declared.charset;
  return out;
}

BodyType any_body(const Declared& declared, std::string_view body) {
  if (has_file_magic(body)) return unreadable("binary");
  auto readings = charset_readings(declared.charset, body);
  if (only_utf8(readings)) return utf8_body(declared, body);
  if (!readings.empty()) return coded(std::move(readings));
  if (declared.charset != Charset::kNone && declared.charset != Charset::kUtf8)
    return unreadable("charset");
  return is_text_type(declared.type) ? declared_text(body) : unreadable("binary");
}

BodyType stated_binary(const Declared& declared, std::string_view body) {
  BodyType out = any_body({"", declared.charset}, body);
  if (out.kind == BodyKind::kUnreadable) return unreadable("binary");
  out.opaque = true;
  return out;
}

}  // namespace

BodyType classify_body(std::string_view content_type, std::string_view body) {
  if (body.empty()) return readable(BodyKind::kEmpty);
  const Declared declared = parse(content_type);
  if (framed(declared.type)) return unreadable("content_type");
  if (starts(declared.type, "multipart/")) {
    BodyType out = readable(BodyKind::kMultipart);
    out.boundary = multipart_boundary(content_type);
    return out.boundary.empty() ? unreadable("multipart") : out;
  }
  if (declares_binary(declared.type)) return stated_binary(declared, body);
  if (declares_json(declared.type) || declares_ndjson(declared.type))
    return declared_json(declared, body);
  if (declared.type == "application/x-www-form-urlencoded") return form_body(declared, body);
  return any_body(declared, body);
}

BodyType classify_text(std::string_view content_type, std::string_view text) {
  if (text.empty()) return readable(BodyKind::kEmpty);
  const Declared declared = parse(content_type);
  if (declares_json(declared.type) || declares_ndjson(declared.type)) return json_body(declared);
  return utf8_body(declared, text);
}

}  // namespace sekisho::filters
