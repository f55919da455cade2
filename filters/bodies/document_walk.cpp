#include "filters/bodies/document_walk.h"

#include <algorithm>
#include <utility>

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

}  // namespace

DocumentWalk::DocumentWalk(BodyKind kind, std::string_view text, int depth,
                           std::size_t string_bytes)
    : kind_(kind), text_(text), depth_(depth), string_bytes_(string_bytes) {}

void DocumentWalk::reset(TextChunk& out, Coding coding) const {
  out.place = Place::kBody;
  out.coding = coding;
  out.is_key = out.is_number = false;
  out.range = {};
  out.text = {};
  out.map.clear();
  out.outer = nullptr;
  out.around = text_;
  out.root_json = out.again = out.holds_json = false;
  out.root_where = 0;
}

DocumentWalk::Status DocumentWalk::end() {
  over_ = true;
  return Status::kEnd;
}

DocumentWalk::Status DocumentWalk::fail(std::string reason, std::size_t at) {
  error_ = {std::move(reason), at};
  over_ = true;
  return Status::kError;
}

// Everything up to `position` has been looked at.
void DocumentWalk::count(std::size_t position, std::size_t& work) {
  if (position > seen_) work += position - seen_;
  seen_ = std::max(seen_, position);
}

DocumentWalk::Status DocumentWalk::next(TextChunk& out, std::size_t& work) {
  if (over_) return error_.reason.empty() ? Status::kEnd : Status::kError;
  switch (kind_) {
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
    case BodyKind::kMultipart:
    case BodyKind::kCoded:
    case BodyKind::kUnreadable:
      break;
  }
  return fail("content_type", 0);
}

DocumentWalk::Status DocumentWalk::next_json(TextChunk& out, std::size_t& work) {
  if (!json_) json_.emplace(text_, depth_);
  const std::size_t begin = json_->position();
  for (;;) {
    JsonToken token = json_->next();
    if (token == JsonToken::kError) return fail(json_->error().reason, json_->error().offset);
    if (token == JsonToken::kEnd) break;
    if (give(token, begin, out)) {
      count(json_->position(), work);
      return error_.reason.empty() ? Status::kChunk : Status::kError;
    }
  }
  count(json_->position(), work);
  return end();
}

void DocumentWalk::name_json(TextChunk& out) const {
  if (line_prefix_.empty()) {
    out.where = json_->path();
  } else {
    out.where.assign(line_prefix_).append(json_->path());
  }
}

// True when the token is text (or its string is too long: then `error_` is set).
bool DocumentWalk::json_chunk(JsonToken token, TextChunk& out) {
  if (token == JsonToken::kString || token == JsonToken::kKey) return string_chunk(token, out);
  if (token != JsonToken::kNumber || json_->range().size() < kLongNumber) return false;
  std::string_view number = text_.substr(json_->range().begin, json_->range().size());
  if (count_digits(number) < kLongNumber) return false;
  reset(out, Coding::kPlain);
  name_json(out);
  out.is_number = true;
  out.range = json_->range();
  out.text = number;
  return true;
}

// True when the caller should have a turn: with a chunk, or after long enough without one.
bool DocumentWalk::give(JsonToken token, std::size_t since, TextChunk& out) {
  if (json_chunk(token, out)) return true;
  if (json_->position() - since < kBreath) return false;
  reset(out, Coding::kPlain);
  out.where.clear();
  out.range = {json_->position(), json_->position()};
  return true;
}

bool DocumentWalk::string_chunk(JsonToken token, TextChunk& out) {
  reset(out, Coding::kJsonString);
  name_json(out);
  out.is_key = token == JsonToken::kKey;
  out.range = json_->range();
  out.text = text_.substr(out.range.begin, out.range.size());
  if (json_->escaped()) {
    unescape_json(out.text, out.range.begin, decoded_, out.map);
    out.text = decoded_;
  }
  if (out.text.size() > string_bytes_) fail("size", out.range.begin);
  return true;
}

// Enters the next line that is not blank; false at the end.
bool DocumentWalk::next_line() {
  while (line_begin_ < text_.size()) {
    std::size_t begin = line_begin_;
    std::size_t end = std::min(text_.find('\n', begin), text_.size());
    line_begin_ = end + 1;
    std::size_t text = begin == 0 && text_.substr(0, kBom.size()) == kBom ? kBom.size() : begin;
    if (text_.substr(text, end - text).find_first_not_of(" \t\r") == std::string_view::npos)
      continue;
    json_.emplace(text_.substr(0, end), depth_, begin);
    line_prefix_ = "/" + std::to_string(value_index_++);
    return true;
  }
  json_.reset();
  return false;
}

DocumentWalk::Status DocumentWalk::next_ndjson(TextChunk& out, std::size_t& work) {
  const std::size_t begin = seen_;
  while (json_ || next_line()) {
    JsonToken token = json_->next();
    if (token == JsonToken::kError) return fail(json_->error().reason, json_->error().offset);
    if (token == JsonToken::kEnd) {
      json_.reset();
      continue;
    }
    if (!give(token, begin, out)) continue;
    count(json_->position(), work);
    return error_.reason.empty() ? Status::kChunk : Status::kError;
  }
  count(text_.size(), work);
  return end();
}

DocumentWalk::Status DocumentWalk::next_form(TextChunk& out, std::size_t& work) {
  if (!form_) form_.emplace(text_, 0);
  FormWalker::Part part;
  if (!form_->next(part)) {
    count(text_.size(), work);
    return end();
  }
  count(part.begin + part.raw.size(), work);
  fill_form(part, out);
  if (out.text.size() > string_bytes_) return fail("size", part.begin);
  return Status::kChunk;
}

void DocumentWalk::fill_form(const FormWalker::Part& part, TextChunk& out) {
  reset(out, Coding::kForm);
  out.is_key = part.is_key;
  out.range = {part.begin, part.begin + part.raw.size()};
  out.text = decode_percent(part.raw, part.begin, true, decoded_, out.map);
  // A value without a name ("=x") must not take the name of the field before it.
  bool nameless = !part.is_key && (part.begin < 2 || text_[part.begin - 2] == '&');
  if (part.is_key) field_ = valid_utf8(out.text) ? bounded_name(out.text) : std::string();
  if (nameless) field_.clear();
  out.where = field_;
}

DocumentWalk::Status DocumentWalk::whole_text(TextChunk& out, std::size_t& work) {
  over_ = true;
  count(text_.size(), work);
  if (text_.size() > string_bytes_) return fail("size", 0);
  std::size_t valid = valid_utf8_prefix(text_);
  if (valid != text_.size()) return fail("utf8", valid);
  reset(out, Coding::kPlain);
  out.where = "text";
  out.range = {text_.substr(0, kBom.size()) == kBom ? kBom.size() : 0, text_.size()};
  out.text = text_.substr(out.range.begin);
  return Status::kChunk;
}

}  // namespace sekisho::filters
