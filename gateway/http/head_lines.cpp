#include "gateway/http/head_lines.h"

#include <array>
#include <cstring>

namespace sekisho::gateway {
namespace {

enum : unsigned char { kTokenChar = 1, kTextChar = 2, kTargetChar = 4 };

constexpr std::array<unsigned char, 256> make_classes() {
  std::array<unsigned char, 256> classes{};
  for (int c = 0x21; c <= 0x7e; ++c) classes[c] = kTextChar | kTargetChar;
  for (int c = 0x80; c <= 0xff; ++c) classes[c] = kTextChar;
  classes[' '] = kTextChar;
  classes['\t'] = kTextChar;
  classes['#'] = kTextChar;
  for (int c = '0'; c <= '9'; ++c) classes[c] |= kTokenChar;
  for (int c = 'a'; c <= 'z'; ++c) classes[c] |= kTokenChar;
  for (int c = 'A'; c <= 'Z'; ++c) classes[c] |= kTokenChar;
  for (char c : {'!', '#', '$', '%', '&', '\'', '*', '+', '-', '.', '^', '_', '`', '|', '~'}) {
    classes[static_cast<unsigned char>(c)] |= kTokenChar;
  }
  return classes;
}
constexpr std::array<unsigned char, 256> kClasses = make_classes();

bool has_class(char c, unsigned char wanted) {
  return (kClasses[static_cast<unsigned char>(c)] & wanted) != 0;
}

bool all_of_class(std::string_view text, unsigned char wanted) {
  unsigned char seen = wanted;
  for (char c : text) seen &= kClasses[static_cast<unsigned char>(c)];
  return seen == wanted;
}

std::string quoted(std::string_view name) {
  constexpr std::size_t kShown = 64;
  return "\"" + std::string(name.substr(0, kShown)) + (name.size() > kShown ? "…\"" : "\"");
}

FramingError name_fault(std::string_view line, std::size_t at) {
  if (at == line.size()) return framing_error("no_colon", "A header line has no colon.");
  if (at == 0 && line[at] == ':') {
    return framing_error("empty_name", "A header line has no name before its colon.");
  }
  const bool space = line[at] == ' ' || line[at] == '\t';
  const std::size_t next = line.find_first_not_of(" \t", at);
  if (space && at > 0 && next != std::string_view::npos && line[next] == ':') {
    return framing_error("space_before_colon", "There is white space between the header name " +
                                                   quoted(line.substr(0, at)) + " and its colon.");
  }
  return framing_error("bad_name", "A header name holds a character that no token may hold.");
}

// To origins that hand headers on as environment variables (CGI, WSGI, PHP), "Content_Length" is
// Content-Length.
bool imitates_framing(std::string_view name) {
  return iequals(name, "content_length") || iequals(name, "transfer_encoding");
}

Fault take_field(std::string_view line, Headers& out) {
  if (line[0] == ' ' || line[0] == '\t') {
    return framing_error("obs_fold", "A header line is folded over several lines.");
  }
  std::size_t at = 0;
  while (at < line.size() && has_class(line[at], kTokenChar)) ++at;
  if (at == 0 || at == line.size() || line[at] != ':') return name_fault(line, at);
  const std::string_view name = line.substr(0, at);
  const std::string_view value = line.substr(at + 1);
  if (imitates_framing(name)) {
    return framing_error("lookalike", "The header " + quoted(name) +
                                          " looks like one that says where a message ends.");
  }
  if (!all_of_class(value, kTextChar)) {
    return framing_error("bad_value",
                         "The value of header " + quoted(name) + " holds a control character.");
  }
  out.push_back({std::string(name), std::string(trim_ows(value))});
  return std::nullopt;
}

}  // namespace

FramingError framing_error(std::string_view rule, std::string detail, int status) {
  FramingError error;
  error.status = status;
  error.rule = rule;
  error.detail = std::move(detail);
  return error;
}

bool is_token(std::string_view text) {
  return !text.empty() && all_of_class(text, kTokenChar);
}
bool is_target(std::string_view text) {
  return !text.empty() && all_of_class(text, kTargetChar);
}
bool is_field_text(std::string_view text) {
  return all_of_class(text, kTextChar);
}

std::string_view trim_ows(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

Fault take_line(std::string_view& rest, std::string_view& line) {
  const void* found = rest.empty() ? nullptr : std::memchr(rest.data(), '\n', rest.size());
  if (!found) return framing_error("no_line_end", "The head ends within a line.");
  const std::size_t at = static_cast<const char*>(found) - rest.data();
  if (at == 0 || rest[at - 1] != '\r') {
    return framing_error("bare_lf", "A line of the head ends in LF without CR.");
  }
  line = rest.substr(0, at - 1);
  rest.remove_prefix(at + 1);
  return std::nullopt;
}

Fault take_fields(std::string_view rest, std::size_t max, Headers& out) {
  out.reserve(24);
  for (std::string_view line;;) {
    if (Fault fault = take_line(rest, line)) return fault;
    if (line.empty()) break;
    if (out.size() == max) {
      return framing_error("too_many_headers",
                           "There are more than " + std::to_string(max) + " header lines.", 431);
    }
    if (Fault fault = take_field(line, out)) return fault;
  }
  if (rest.empty()) return std::nullopt;
  return framing_error("bytes_after_head", "There are bytes behind the empty line of the head.");
}

}  // namespace sekisho::gateway
