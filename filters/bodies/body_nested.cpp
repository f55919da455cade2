// Documents inside strings: JSON, data: URLs, base64, escapes, form values in another charset.
#include <algorithm>
#include <array>
#include <utility>

#include "filters/base64.h"
#include "filters/bodies/body_stack.h"
#include "filters/bodies/form_text.h"
#include "filters/utf8.h"

namespace sekisho::filters {
namespace {

std::string_view segment_before(std::string_view& where) {
  const std::size_t slash = where.rfind('/');
  const std::size_t begin = slash == std::string_view::npos ? 0 : slash + 1;
  const std::string_view out = where.substr(begin);
  where = where.substr(0, slash == std::string_view::npos ? 0 : slash);
  return out;
}

// Fields that services document as bytes of a file in base64. `data` and `bytes` alone also name
// what a service encrypted for itself.
bool is_file_field(std::string_view where) {
  const std::string_view last = segment_before(where);
  const std::string_view parent = segment_before(where);
  constexpr std::array<std::string_view, 9> kFields = {
      "file_data",  "image_url",  "b64_json",   "bytesBase64Encoded",
      "imageBytes", "audioBytes", "videoBytes", "bytes_base64_encoded",
      "input_image"};
  constexpr std::array<std::string_view, 7> kParents = {
      "source", "inlineData", "inline_data", "input_audio", "image", "audio", "blob"};
  const auto holds = [](const auto& words, std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
  };
  return holds(kFields, last) || parent == "images" ||
         ((last == "data" || last == "bytes") && holds(kParents, parent));
}

bool is_utf8_or_wide(const BodyType& type) {
  return type.kind != BodyKind::kCoded ||
         std::all_of(type.readings.begin(), type.readings.end(), [](Charset c) {
           return coding_of(c) != Coding::kPlain || c == Charset::kUtf8;
         });
}

}  // namespace

void BodyReader::Impl::open_spot(Level& level, const NestedSpot& spot) {
  switch (spot.kind) {
    case NestedSpot::Kind::kJson:
      return open_json(level);
    case NestedSpot::Kind::kDataUrl:
      return open_data_url(level, spot);
    case NestedSpot::Kind::kBase64:
      return open_base64(level, spot);
    case NestedSpot::Kind::kEscapes:
      return open_escapes(level);
  }
}

void BodyReader::Impl::open_json(Level& level) {
  if (!may_nest(level, level.chunk.text.size())) return;
  auto inner = below(level, BodyRole::kJson);
  inner->type.kind = BodyKind::kJson;
  inner->text = level.chunk.text;
  if (take_memory(*inner, inner->text.size() / 2)) start(std::move(inner));
}

void BodyReader::Impl::open_escapes(Level& level) {
  if (level.json_inside || !may_nest(level, level.chunk.text.size())) return;
  auto inner = below(level, BodyRole::kEscapes);
  inner->again = true;
  inner->type.kind = BodyKind::kText;
  if (!take_memory(*inner, level.chunk.text.size())) return;
  unescape_loosely(level.chunk.text, inner->storage, inner->own.map);
  inner->own.outer = &level.held;
  inner->own.range = {0, level.chunk.text.size()};
  inner->layer = &inner->own;
  inner->text = inner->storage;
  start(std::move(inner));
}

void BodyReader::Impl::open_data_url(Level& level, const NestedSpot& spot) {
  if (!may_nest(level, spot.range.size())) return;
  auto inner = below(level, BodyRole::kDataUrl);
  if (!take_memory(*inner, spot.range.size())) return;
  inner->content_type = spot.media_type;
  inner->own.outer = &level.held;
  inner->own.range = spot.range;
  const std::string_view payload = level.chunk.text.substr(spot.range.begin, spot.range.size());
  std::string storage;
  OffsetMap& map = inner->own.map;
  if (spot.base64) {
    inner->own.coding = Coding::kFixed;
    inner->own.whole = true;
    const std::string_view digits = decode_percent(payload, 0, false, storage, map);
    const std::size_t good = base64_prefix(digits, true);
    const bool even = append_base64(inner->storage, digits.substr(0, good));
    if (!even || spot.broken || digits.substr(good).find_first_not_of(" \t\r\n") != digits.npos)
      note_unread(*inner, "base64");
  } else {
    inner->own.coding = Coding::kPercent;
    inner->storage = decode_percent(payload, spot.range.begin, false, storage, map);
  }
  inner->layer = &inner->own;
  inner->text = inner->storage;
  if (has_file_magic(inner->text) && inner->text.size() < kLeastFile) return;
  enter(std::move(inner));
}

void BodyReader::Impl::open_base64(Level& level, const NestedSpot& spot) {
  scratch.clear();
  append_base64(scratch, level.chunk.text);
  const bool file =
      is_file_field(level.chunk.where) || (has_file_magic(scratch) && scratch.size() >= kLeastFile);
  const BodyType type = classify_body("", scratch);
  // What a service encrypted or hashed is base64 too: it is not read, and holds nothing for us.
  if (!file && (type.kind == BodyKind::kUnreadable || !is_utf8_or_wide(type))) return;
  if (!may_nest(level, spot.range.size())) return;
  auto inner = below(level, BodyRole::kBase64);
  if (!take_memory(*inner, scratch.size())) return;
  inner->file = file;
  inner->storage.swap(scratch);
  inner->own.outer = &level.held;
  inner->own.range = spot.range;
  inner->own.coding = Coding::kFixed;
  inner->own.whole = true;
  inner->layer = &inner->own;
  inner->text = inner->storage;
  enter(std::move(inner));
}

// A value whose bytes are in a charset of their own.
bool BodyReader::Impl::open_form_value(Level& level, TextChunk& chunk) {
  const Charset stated =
      level.form_charset.empty() ? level.type.charset : charset_named(level.form_charset);
  BodyType type;
  type.kind = BodyKind::kCoded;
  type.readings = charset_readings(stated == Charset::kUtf8 ? Charset::kNone : stated, chunk.text);
  const std::size_t valid = valid_utf8_prefix(chunk.text);
  const Range at = chunk.map.original({valid, valid + 1}, chunk.range.begin, chunk.range.end);
  if (type.readings.empty() || !may_nest(level, chunk.text.size()))
    return fail("utf8", at.begin), false;
  const bool key = chunk.is_key;
  hold(level, chunk);
  level.finder = NestedFinder();
  auto inner = below(level, BodyRole::kFormValue);
  // The held chunk is not text: its readings stand for it.
  inner->storage = level.chunk.text;
  if (!take_memory(*inner, inner->storage.size())) return false;
  inner->text = inner->storage;
  if (key) inner->own = {&level.held, Coding::kFixed, {0, inner->storage.size()}, {}, true, {}};
  if (key) inner->layer = &inner->own;
  inner->content_type = "text/plain";
  inner->type = std::move(type);
  level.chunk.text = {};
  start(std::move(inner));
  return true;
}

}  // namespace sekisho::filters
