#include "filters/body_reader.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "filters/form_text.h"
#include "filters/json_scanner.h"
#include "filters/utf8.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kBreath =
    256u << 10;  // bytes without text after which an empty chunk lets the caller yield
constexpr std::size_t kLongNumber = 12;  // digits
constexpr std::size_t kMaxName = 1024;
constexpr std::string_view kBom = "\xEF\xBB\xBF";

std::size_t count_digits(std::string_view number) {
  return static_cast<std::size_t>(
      std::count_if(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; }));
}

// A field name as it may stand in `where`: bounded, whole characters.
std::string bounded_name(std::string_view name) {
  if (name.size() <= kMaxName) return std::string(name);
  std::size_t end = kMaxName;
  while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xc0) == 0x80) --end;
  return std::string(name.substr(0, end)) + "\xE2\x80\xA6";
}

void reset(TextChunk& out, Coding coding) {
  out.place = Place::kBody;
  out.coding = coding;
  out.is_key = out.is_number = false;
  out.range = {};
  out.text = {};
  out.map.clear();
}

}  // namespace

struct BodyReader::Impl {
  using Status = BodyReader::Status;

  BodyKind kind;
  std::string_view body;
  BodyLimits limits;
  BodyError error;
  std::string decoded;  // text of the chunk that is out, where it is not the bytes themselves
  std::optional<JsonScanner> json;  // of the document or the line
  std::size_t line_begin = 0;       // NDJSON: where the next line begins
  std::size_t value_index = 0;      // NDJSON: of the next value
  std::string line_prefix;
  std::optional<FormWalker> form;
  std::string field;     // form: name of the current field
  std::size_t seen = 0;  // bytes counted as work
  bool over = false;

  Status next(TextChunk& out, std::size_t& work);
  Status next_json(TextChunk& out, std::size_t& work);
  Status next_ndjson(TextChunk& out, std::size_t& work);
  Status next_form(TextChunk& out, std::size_t& work);
  Status whole_text(TextChunk& out, std::size_t& work);
  bool json_chunk(JsonToken token, TextChunk& out);
  bool give(JsonToken token, std::size_t since, TextChunk& out);
  bool string_chunk(JsonToken token, TextChunk& out);
  bool next_line();
  void fill_form(const FormWalker::Part& part, TextChunk& out);
  void name_json(TextChunk& out) const;
  void count(std::size_t position, std::size_t& work);
  Status fail(std::string reason, std::size_t at);
  Status end() {
    over = true;
    return Status::kEnd;
  }
};

BodyReader::Status BodyReader::Impl::fail(std::string reason, std::size_t at) {
  error = {std::move(reason), at};
  over = true;
  return Status::kError;
}

// Everything up to `position` has been looked at.
void BodyReader::Impl::count(std::size_t position, std::size_t& work) {
  if (position > seen) work += position - seen;
  seen = std::max(seen, position);
}

BodyReader::Status BodyReader::Impl::next(TextChunk& out, std::size_t& work) {
  if (over) return error.reason.empty() ? Status::kEnd : Status::kError;
  switch (kind) {
    case BodyKind::kEmpty:
      return end();
    case BodyKind::kJson:
      return next_json(out, work);
    case BodyKind::kNdjson:
      return next_ndjson(out, work);
    case BodyKind::kForm:
      return next_form(out, work);
    case BodyKind::kText:
      return whole_text(out, work);
    case BodyKind::kUnreadable:
      break;
  }
  return fail("content_type", 0);
}

BodyReader::Status BodyReader::Impl::next_json(TextChunk& out, std::size_t& work) {
  if (!json) json.emplace(body, limits.depth);
  const std::size_t begin = json->position();
  for (;;) {
    JsonToken token = json->next();
    if (token == JsonToken::kError) return fail(json->error().reason, json->error().offset);
    if (token == JsonToken::kEnd) break;
    if (give(token, begin, out)) {
      count(json->position(), work);
      return error.reason.empty() ? Status::kChunk : Status::kError;
    }
  }
  count(json->position(), work);
  return end();
}

void BodyReader::Impl::name_json(TextChunk& out) const {
  if (line_prefix.empty()) {
    out.where = json->path();
  } else {
    out.where.assign(line_prefix).append(json->path());
  }
}

// True when the token is text (or its string is too long: then `error` is set).
bool BodyReader::Impl::json_chunk(JsonToken token, TextChunk& out) {
  if (token == JsonToken::kString || token == JsonToken::kKey) return string_chunk(token, out);
  if (token != JsonToken::kNumber || json->range().size() < kLongNumber) return false;
  std::string_view number = body.substr(json->range().begin, json->range().size());
  if (count_digits(number) < kLongNumber) return false;
  reset(out, Coding::kPlain);
  name_json(out);
  out.is_number = true;
  out.range = json->range();
  out.text = number;
  return true;
}

// True when the caller should have a turn: with a chunk, or after long enough without one.
bool BodyReader::Impl::give(JsonToken token, std::size_t since, TextChunk& out) {
  if (json_chunk(token, out)) return true;
  if (json->position() - since < kBreath) return false;
  reset(out, Coding::kPlain);
  out.where.clear();
  out.range = {json->position(), json->position()};
  return true;
}

bool BodyReader::Impl::string_chunk(JsonToken token, TextChunk& out) {
  reset(out, Coding::kJsonString);
  name_json(out);
  out.is_key = token == JsonToken::kKey;
  out.range = json->range();
  out.text = body.substr(out.range.begin, out.range.size());
  if (json->escaped()) {
    unescape_json(out.text, out.range.begin, decoded, out.map);
    out.text = decoded;
  }
  if (out.text.size() > limits.string_bytes) fail("size", out.range.begin);
  return true;
}

// Enters the next line that is not blank; false at the end.
bool BodyReader::Impl::next_line() {
  while (line_begin < body.size()) {
    std::size_t begin = line_begin;
    std::size_t end = std::min(body.find('\n', begin), body.size());
    line_begin = end + 1;
    std::size_t text = begin == 0 && body.substr(0, kBom.size()) == kBom ? kBom.size() : begin;
    if (body.substr(text, end - text).find_first_not_of(" \t\r") == std::string_view::npos)
      continue;
    json.emplace(body.substr(0, end), limits.depth, begin);
    line_prefix = "/" + std::to_string(value_index++);
    return true;
  }
  json.reset();
  return false;
}

BodyReader::Status BodyReader::Impl::next_ndjson(TextChunk& out, std::size_t& work) {
  const std::size_t begin = seen;
  while (json || next_line()) {
    JsonToken token = json->next();
    if (token == JsonToken::kError) return fail(json->error().reason, json->error().offset);
    if (token == JsonToken::kEnd) {
      json.reset();
      continue;
    }
    if (!give(token, begin, out)) continue;
    count(json->position(), work);
    return error.reason.empty() ? Status::kChunk : Status::kError;
  }
  count(body.size(), work);
  return end();
}

BodyReader::Status BodyReader::Impl::next_form(TextChunk& out, std::size_t& work) {
  if (!form) form.emplace(body, 0);
  FormWalker::Part part;
  if (!form->next(part)) {
    count(body.size(), work);
    return end();
  }
  count(part.begin + part.raw.size(), work);
  fill_form(part, out);
  if (out.text.size() > limits.string_bytes) return fail("size", part.begin);
  std::size_t valid = valid_utf8_prefix(out.text);
  if (valid == out.text.size()) return Status::kChunk;
  return fail("utf8", out.map.original({valid, valid + 1}, part.begin, out.range.end).begin);
}

void BodyReader::Impl::fill_form(const FormWalker::Part& part, TextChunk& out) {
  reset(out, Coding::kForm);
  out.is_key = part.is_key;
  out.range = {part.begin, part.begin + part.raw.size()};
  out.text = decode_percent(part.raw, part.begin, true, decoded, out.map);
  // A value without a name ("=x") must not take the name of the field before it.
  bool nameless = !part.is_key && (part.begin < 2 || body[part.begin - 2] == '&');
  if (part.is_key) field = bounded_name(out.text);
  if (nameless) field.clear();
  out.where = field;
}

BodyReader::Status BodyReader::Impl::whole_text(TextChunk& out, std::size_t& work) {
  over = true;
  count(body.size(), work);
  if (body.size() > limits.string_bytes) return fail("size", 0);
  std::size_t valid = valid_utf8_prefix(body);
  if (valid != body.size()) return fail("utf8", valid);
  reset(out, Coding::kPlain);
  out.where = "text";
  out.range = {body.substr(0, kBom.size()) == kBom ? kBom.size() : 0, body.size()};
  out.text = body.substr(out.range.begin);
  return Status::kChunk;
}

BodyReader::BodyReader(BodyKind kind, std::string_view body, BodyLimits limits)
    : impl_(std::make_unique<Impl>()) {
  impl_->kind = kind;
  impl_->body = body;
  impl_->limits = limits;
}
BodyReader::~BodyReader() = default;
BodyReader::BodyReader(BodyReader&&) noexcept = default;

BodyReader::Status BodyReader::next(TextChunk& out, std::size_t& work) {
  return impl_->next(out, work);
}
const BodyError& BodyReader::error() const {
  return impl_->error;
}

namespace {

TextChunk target_chunk(std::string_view target, Range range, bool is_path,
                       std::deque<std::string>& storage) {
  TextChunk out;
  out.place = is_path ? Place::kPath : Place::kQuery;
  out.coding = is_path ? Coding::kPercent : Coding::kForm;
  out.where = is_path ? "path" : "query";
  out.range = range;
  std::string decoded;
  std::string_view raw = target.substr(range.begin, range.size());
  out.text = decode_percent(raw, range.begin, !is_path, decoded, out.map);
  if (out.text.data() == raw.data()) return out;
  storage.push_back(std::move(decoded));
  out.text = storage.back();
  return out;
}

}  // namespace

std::vector<TextChunk> target_chunks(std::string_view target, std::deque<std::string>& storage) {
  std::vector<TextChunk> out;
  std::size_t question = std::min(target.find('?'), target.size());
  if (question > 0) out.push_back(target_chunk(target, {0, question}, true, storage));
  FormWalker query(target, question + 1);
  FormWalker::Part part;
  while (query.next(part)) {
    out.push_back(target_chunk(target, {part.begin, part.begin + part.raw.size()}, false, storage));
    out.back().is_key = part.is_key;
  }
  return out;
}

}  // namespace sekisho::filters
