// The parts of a multipart body.
#include <utility>

#include "filters/bodies/body_stack.h"
#include "filters/bodies/part_bytes.h"
#include "filters/utf8.h"

namespace sekisho::filters {

void BodyReader::Impl::queue_header(Level& level, const MultipartReader::Part& part) {
  TextChunk chunk;
  chunk.coding = Coding::kFixed;
  chunk.outer = level.layer;
  chunk.around = level.text;
  chunk.range = part.header;
  chunk.where = bounded_where(level.where + (level.where.empty() ? "" : "/") + part.fields.name);
  chunk.again = level.again;
  level.queue_text.clear();
  for (const std::string& decoded : part.fields.decoded) {
    level.queue_text.push_back(decoded);
    TextChunk other = chunk;
    other.again = true;
    other.text = level.queue_text.back();
    other.map.add_unit(0, part.header.begin, other.text.size(), part.header.size());
    level.queue.push_back(std::move(other));
  }
  chunk.text = level.text.substr(part.header.begin, part.header.size());
  if (!chunk.text.empty()) level.queue.push_front(std::move(chunk));
}

BodyReader::Impl::Step BodyReader::Impl::next_part(Level& level, TextChunk& out,
                                                   std::size_t& work) {
  if (!level.queue.empty()) {
    out = std::move(level.queue.front());
    level.queue.pop_front();
    return Step::kChunk;
  }
  if (level.waiting) {
    open_part(level, *std::exchange(level.waiting, std::nullopt));
    return error.reason.empty() ? Step::kAgain : Step::kError;
  }
  const std::size_t before = level.parts->position();
  MultipartReader::Part part;
  const auto status = level.parts->next(part);
  work += level.parts->position() > before ? level.parts->position() - before : 0;
  switch (status) {
    case MultipartReader::Status::kMore:
      return breathe(out);
    case MultipartReader::Status::kMalformed:
      return fail("multipart", level.parts->position());
    case MultipartReader::Status::kEnd:
      close(true, {});
      return Step::kAgain;
    case MultipartReader::Status::kPart:
      break;
  }
  const bool form = plain_type(level.content_type) == "multipart/form-data";
  if (form && !part.fields.has_name) return fail("multipart", part.header.begin);
  queue_header(level, part);
  level.waiting = std::move(part);
  return Step::kAgain;
}

void BodyReader::Impl::open_part(Level& level, MultipartReader::Part part) {
  const std::string_view bytes = level.text.substr(part.body.begin, part.body.size());
  std::string type = part.fields.content_type;
  if (part.fields.name == "_charset_" && bytes.size() <= 64) level.form_charset = bytes;
  if (type.empty() && !part.fields.has_filename) type = "text/plain";
  if (part.fields.charset.empty() && !level.form_charset.empty() &&
      type.substr(0, 10) != "multipart/")
    type += "; charset=" + level.form_charset;
  auto inner = below(level, BodyRole::kPart);
  inner->nested = level.nested;
  inner->root_where = 0;
  inner->part = true;
  inner->where = bounded_where(level.where + (level.where.empty() ? "" : "/") + part.fields.name);
  inner->own.outer = level.layer;
  inner->own.range = part.body;
  inner->layer = &inner->own;
  inner->content_type = type;
  inner->text = bytes;
  if (part.fields.transfer != PartHeader::Transfer::kIdentity) {
    if (!take_memory(*inner, bytes.size())) return;
    if (!undo_transfer(part.fields.transfer, bytes, part.body.begin, inner->storage, inner->own)) {
      fail("multipart", part.body.begin);
      return;
    }
    inner->text = inner->storage;
    open_transferred(level, part, type);
  }
  enter(std::move(inner));
}

// Services differ in whether they undo a part's transfer encoding: the bytes are read as they
// stand, too.
void BodyReader::Impl::open_transferred(Level& level, const MultipartReader::Part& part,
                                        std::string type) {
  auto inner = below(level, BodyRole::kEscapes);
  inner->nested = level.nested;
  inner->again = true;
  inner->where = bounded_where(level.where + (level.where.empty() ? "" : "/") + part.fields.name);
  inner->part = true;
  inner->own.outer = level.layer;
  inner->own.range = part.body;
  inner->layer = &inner->own;
  inner->content_type = std::move(type);
  inner->text = level.text.substr(part.body.begin, part.body.size());
  inner->type.kind = BodyKind::kText;
  start(std::move(inner));
}

// JSON that is none is text all the same, if it looks like text.
void BodyReader::Impl::close_part(std::unique_ptr<Level> done, const BodyError& why) {
  const bool json = done->type.kind == BodyKind::kJson || done->type.kind == BodyKind::kNdjson;
  if (!json || std::exchange(done->retried, true) ||
      classify_body({}, done->text).kind != BodyKind::kText) {
    note_unread(*done, why.reason);
    return;
  }
  done->walk.reset();
  done->type.kind = BodyKind::kText;
  done->again = true;
  in_use += done->held_bytes;
  start(std::move(done));
}

}  // namespace sekisho::filters
