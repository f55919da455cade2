#include "filters/bodies/part_header.h"

#include <algorithm>
#include <utility>

#include "filters/base64.h"
#include "filters/bodies/charset.h"
#include "filters/bodies/form_text.h"
#include "filters/utf8.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kMaxLines = 32;

bool is_space(char c) {
  return c == ' ' || c == '\t';
}

std::string_view trim(std::string_view s) {
  while (!s.empty() && is_space(s.front())) s.remove_prefix(1);
  while (!s.empty() && is_space(s.back())) s.remove_suffix(1);
  return s;
}

std::string lower(std::string_view s) {
  std::string out(s);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

bool is_token(char c) {
  return c > ' ' && c < 0x7F &&
         std::string_view("()<>@,;:\\\"/[]?={}").find(c) == std::string_view::npos;
}

bool token(std::string_view s) {
  return !s.empty() && std::all_of(s.begin(), s.end(), is_token);
}

// Takes one ";name=value" off the front of `rest`. False at a malformed one; `name` is empty at the
// end.
bool take_parameter(std::string_view& rest, std::string& name, std::string& value) {
  name.clear();
  value.clear();
  rest = trim(rest);
  if (rest.empty()) return true;
  if (rest.front() != ';') return false;
  rest = trim(rest.substr(1));
  if (rest.empty()) return true;  // a lone semicolon at the end: some clients write one
  const std::size_t equals = rest.find('=');
  if (equals == std::string_view::npos || !token(trim(rest.substr(0, equals)))) return false;
  name = lower(trim(rest.substr(0, equals)));
  rest = trim(rest.substr(equals + 1));
  if (rest.empty() || rest.front() != '"') {
    const std::size_t end = std::min(rest.find(';'), rest.size());
    value = trim(rest.substr(0, end));
    rest.remove_prefix(end);
    return value.find_first_of("\" \t") == std::string::npos;
  }
  std::size_t at = 1;
  for (; at < rest.size() && rest[at] != '"'; ++at) {
    // A backslash before anything else is part of a Windows path, as browsers send it.
    if (rest[at] == '\\' && at + 1 < rest.size() && (rest[at + 1] == '"' || rest[at + 1] == '\\'))
      ++at;
    value.push_back(rest[at]);
  }
  if (at >= rest.size()) return false;
  rest.remove_prefix(at + 1);
  return true;
}

// Bytes in a charset named by the client, as UTF-8; "" where it cannot be read.
std::string in_charset(std::string_view charset, const std::string& bytes) {
  Charset c = charset_named(charset);
  if (c == Charset::kUtf8 && valid_utf8(bytes)) return bytes;
  if (c == Charset::kUnknown || c == Charset::kNone || c == Charset::kUtf16 || c == Charset::kUtf32)
    return {};
  std::string out;
  Layer unused;
  CharsetDecoder decoder(c, bytes);
  CharsetDecoder::Status status;
  while ((status = decoder.step(out, unused, 0)) == CharsetDecoder::Status::kMore) {
  }
  return status == CharsetDecoder::Status::kDone ? out : std::string();
}

std::string percent_decoded(std::string_view text) {
  std::string storage;
  OffsetMap unused;
  return std::string(decode_percent(text, 0, false, storage, unused));
}

// filename*=UTF-8'ja'%E5%90%8D (RFC 5987)
bool extended_value(std::string_view value, std::string& out) {
  const std::size_t first = value.find('\'');
  const std::size_t second = first == std::string_view::npos ? first : value.find('\'', first + 1);
  if (second == std::string_view::npos) return false;
  out = in_charset(value.substr(0, first), percent_decoded(value.substr(second + 1)));
  return !out.empty() || second + 1 == value.size();
}

std::string q_decoded(std::string_view text) {
  std::string coded;
  for (const char c : text) coded.push_back(c == '_' ? ' ' : c == '=' ? '%' : c);
  return percent_decoded(coded);
}

// =?charset?B?…?= and =?charset?Q?…?= (RFC 2047) within `text`, undone. False: one cannot be read.
bool encoded_words(std::string_view text, std::string& out) {
  out.clear();
  while (!text.empty()) {
    const std::size_t begin = text.find("=?");
    const std::size_t kind = begin == std::string_view::npos ? begin : text.find('?', begin + 2);
    const std::size_t end = kind == std::string_view::npos ? kind : text.find("?=", kind + 3);
    if (end == std::string_view::npos || kind + 2 >= text.size() || text[kind + 2] != '?') break;
    const std::string_view charset = text.substr(begin + 2, kind - begin - 2);
    const std::string_view body = text.substr(kind + 3, end - kind - 3);
    std::string bytes;
    if ((text[kind + 1] | 0x20) == 'q')
      bytes = q_decoded(body);
    else if ((text[kind + 1] | 0x20) != 'b' || base64_prefix(body, false) != body.size() ||
             !append_base64(bytes, body))
      return false;
    const std::string word = in_charset(charset.substr(0, charset.find('*')), bytes);
    if (word.empty() && !bytes.empty()) return false;
    out.append(text.substr(0, begin)).append(word);
    text.remove_prefix(end + 2);
    // White space between two words is no text.
    if (trim(text).substr(0, 2) == "=?") text = trim(text);
  }
  out.append(text);
  return true;
}

void keep_other(std::vector<std::string>& out, std::string_view original, std::string decoded) {
  if (decoded != original && valid_utf8(decoded)) out.push_back(std::move(decoded));
}

// What a name may mean beside its letters.
bool decode_name(const std::string& value, std::vector<std::string>& out) {
  std::string words;
  if (!encoded_words(value, words)) return false;
  keep_other(out, value, words);
  keep_other(out, value, percent_decoded(value));
  return true;
}

bool read_disposition(std::string_view value, PartHeader& out) {
  const std::size_t semicolon = std::min(value.find(';'), value.size());
  if (!token(trim(value.substr(0, semicolon)))) return false;
  std::string_view rest = value.substr(semicolon);
  bool extended = false;
  for (std::string name, text; take_parameter(rest, name, text);) {
    if (name.empty()) {
      if (trim(rest).empty()) return true;
      continue;
    }
    if (name == "name") {
      if (out.has_name || !decode_name(text, out.decoded)) return false;
      out.has_name = true;
      out.name = text;
    } else if (name == "filename") {
      if (out.has_filename || !decode_name(text, out.decoded)) return false;
      out.has_filename = true;
    } else if (!name.empty() && name.back() == '*') {
      std::string decoded;
      if (extended || !extended_value(text, decoded)) return false;
      extended = true;
      keep_other(out.decoded, text, std::move(decoded));
    }
  }
  return false;
}

bool read_transfer(std::string_view value, PartHeader& out) {
  const std::string name = lower(trim(value));
  if (name == "base64") {
    out.transfer = PartHeader::Transfer::kBase64;
  } else if (name == "quoted-printable") {
    out.transfer = PartHeader::Transfer::kQuotedPrintable;
  } else if (name != "7bit" && name != "8bit" && name != "binary") {
    return false;
  }
  return true;
}

bool clean(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) {
                        const auto u = static_cast<unsigned char>(c);
                        return (u < 0x20 && c != '\t') || u == 0x7F;
                      }) &&
         valid_utf8(text);
}

}  // namespace

int header_parameter(std::string_view value, std::string_view name, std::string& out) {
  std::string_view rest = value.substr(std::min(value.find(';'), value.size()));
  int count = 0;
  for (std::string key, text; take_parameter(rest, key, text);) {
    if (key == name && ++count == 1) out = text;
    if (key.empty() && trim(rest).empty()) return count;
  }
  return -1;
}

bool read_part_header(std::string_view block, PartHeader& out) {
  bool disposition = false, type = false, transfer = false;
  std::size_t lines = 0;
  while (!block.empty()) {
    const std::size_t end = block.find("\r\n");
    if (end == std::string_view::npos || ++lines > kMaxLines) return false;
    const std::string_view line = block.substr(0, end);
    block.remove_prefix(end + 2);
    const std::size_t colon = line.find(':');
    if (!clean(line) || colon == std::string_view::npos || !token(line.substr(0, colon)))
      return false;
    const std::string field = lower(line.substr(0, colon));
    const std::string_view value = trim(line.substr(colon + 1));
    if (field == "content-disposition") {
      if (std::exchange(disposition, true) || !read_disposition(value, out)) return false;
    } else if (field == "content-type") {
      if (std::exchange(type, true)) return false;
      out.content_type = value;
      const int charsets = header_parameter(value, "charset", out.charset);
      if (charsets < 0 || charsets > 1) return false;
    } else if (field == "content-transfer-encoding") {
      if (std::exchange(transfer, true) || !read_transfer(value, out)) return false;
    }
  }
  return true;
}

}  // namespace sekisho::filters
