#include "filters/bodies/body_reader.h"

#include <algorithm>
#include <utility>

#include "filters/base64.h"
#include "filters/bodies/body_stack.h"
#include "filters/utf8.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kMaxWhere = 1024;
constexpr std::size_t kMaxUnread = 64;
// Documents in documents: how much may be read for a body of one byte, and for each further one.
constexpr std::size_t kNestedWork = 1u << 20, kNestedFactor = 16;

}  // namespace

std::string bounded_where(std::string where) {
  if (where.size() <= kMaxWhere) return where;
  std::size_t end = kMaxWhere;
  while (end > 0 && (static_cast<unsigned char>(where[end]) & 0xc0) == 0x80) --end;
  where.resize(end);
  return where + "\xE2\x80\xA6";
}

std::string plain_type(std::string_view content_type) {
  std::string out;
  for (const char c : content_type.substr(0, content_type.find(';'))) {
    const char low = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    const bool good = (low >= 'a' && low <= 'z') || (low >= '0' && low <= '9') ||
                      std::string_view("/.+-_").find(low) != std::string_view::npos;
    if (good && out.size() < 64) out.push_back(low);
  }
  return out;
}

BodyReader::Impl::Step BodyReader::Impl::fail(std::string reason, std::size_t at) {
  if (error.reason.empty()) error = {std::move(reason), at};
  return Step::kError;
}

BodyReader::Impl::Step BodyReader::Impl::breathe(TextChunk& out) const {
  out = {};
  out.around = body;
  return Step::kBreathe;
}

void BodyReader::Impl::note_unread(const Level& level, std::string_view why) {
  if (unread.size() >= kMaxUnread) return;
  const std::string& where = level.holding ? level.chunk.where : level.where;
  std::string what = level.part ? "part:" : "";
  if (!where.empty()) what += where + ":";
  what += why;
  if (std::find(unread.begin(), unread.end(), what) == unread.end())
    unread.push_back(std::move(what));
}

// A copy and its way back take about twice its size.
bool BodyReader::Impl::take_memory(Level& level, std::size_t bytes) {
  level.held_bytes += 2 * bytes;
  in_use += 2 * bytes;
  if (in_use <= granted) return true;
  const std::size_t wanted = in_use - granted;
  if (limits.reserve && !limits.reserve(wanted)) return fail("memory", 0), false;
  granted = in_use;
  return true;
}

// One more document inside, of that many bytes? Where not, it is said that it was not read.
bool BodyReader::Impl::may_nest(const Level& level, std::size_t bytes) {
  nested_bytes += bytes;
  if (level.nested < limits.nested && nested_bytes / kNestedFactor <= body.size() + kNestedWork)
    return true;
  note_unread(level, "nested");
  return false;
}

BodyReader::Status BodyReader::Impl::next(TextChunk& out, std::size_t& work) {
  while (error.reason.empty() && !stack.empty()) {
    const Step step = advance(out, work);
    if (step == Step::kChunk || step == Step::kBreathe) return Status::kChunk;
  }
  return error.reason.empty() ? Status::kEnd : Status::kError;
}

BodyReader::Impl::Step BodyReader::Impl::advance(TextChunk& out, std::size_t& work) {
  Level& level = *stack.back();
  if (level.walk) return level.holding ? held_chunk(level, out) : walk(level, out, work);
  if (level.decoder) return decode(level, work) == Step::kBreathe ? breathe(out) : Step::kAgain;
  if (level.parts) return next_part(level, out, work);
  return next_reading(level);
}

void BodyReader::Impl::decorate(const Level& level, TextChunk& out) const {
  out.outer = level.layer;
  out.again = level.again;
  if (level.root) {
    out.root_json = level.turns && level.type.kind == BodyKind::kJson;
    out.root_where = out.where.size();
    return;
  }
  out.root_where = level.root_where;
  if (level.where.empty()) return;
  if (level.type.kind == BodyKind::kText)
    out.where = level.where;
  else
    out.where =
        bounded_where(level.where + (level.type.kind == BodyKind::kForm ? "/" : "") + out.where);
  out.root_where = std::min(out.root_where, out.where.size());
}

BodyReader::Impl::Step BodyReader::Impl::walk(Level& level, TextChunk& out, std::size_t& work) {
  switch (level.walk->next(out, work)) {
    case Status::kEnd:
      close(true, {});
      return Step::kAgain;
    case Status::kError:
      close(false, level.walk->error());
      return Step::kAgain;
    case Status::kChunk:
      break;
  }
  decorate(level, out);
  if (out.coding == Coding::kForm && !valid_utf8(out.text))
    return open_form_value(level, out) ? Step::kAgain : Step::kError;
  if (out.coding == Coding::kForm && !out.is_key && out.where == "_charset_")
    level.form_charset = out.text.substr(0, 64);
  if (out.is_key || out.is_number || !NestedFinder::worthwhile(out.text)) return Step::kChunk;
  hold(level, out);
  return Step::kAgain;
}

void BodyReader::Impl::hold(Level& level, TextChunk& chunk) {
  level.holding = true;
  level.json_inside = level.opened = false;
  level.chunk = std::move(chunk);
  level.held = {};
  level.held.outer = level.chunk.outer;
  level.held.coding = level.chunk.coding;
  level.held.range = level.chunk.range;
  level.held.map = std::move(level.chunk.map);
  level.finder = NestedFinder(level.chunk.text);
}

// The next document in the chunk, or the chunk itself when there is none left.
BodyReader::Impl::Step BodyReader::Impl::held_chunk(Level& level, TextChunk& out) {
  NestedSpot spot;
  if (level.finder.next(spot)) {
    open_spot(level, spot);
    return Step::kAgain;
  }
  level.holding = false;
  out = std::move(level.chunk);
  out.map = std::move(level.held.map);
  out.holds_json = level.json_inside;
  out.again |= level.opened;
  return Step::kChunk;
}

std::unique_ptr<BodyLevel> BodyReader::Impl::below(Level& parent, BodyRole role) const {
  auto level = std::make_unique<Level>();
  level->role = role;
  level->again = parent.again;
  level->part = parent.part;
  level->where = parent.holding ? parent.chunk.where : parent.where;
  level->root_where = parent.holding ? parent.chunk.root_where : parent.root_where;
  level->nested = parent.nested + 1;
  level->multipart = parent.multipart;
  level->layer = parent.holding ? &parent.held : parent.layer;
  return level;
}

// Opens what `text` and `content_type` say, or notes that it cannot be read.
void BodyReader::Impl::enter(std::unique_ptr<Level> level) {
  level->type = classify_body(level->content_type, level->text);
  const std::string type = plain_type(level->content_type);
  if (level->type.opaque || level->type.kind == BodyKind::kUnreadable) {
    if (level->type.error.reason == "multipart") {
      fail("multipart", 0);
      return;
    }
    const std::string why =
        type.empty() || level->type.error.reason == "charset" ? level->type.error.reason : type;
    if (level->text.size() >= kLeastFile || level->role == BodyRole::kPart)
      note_unread(*level, why.empty() ? type : why);
  }
  if (level->type.kind != BodyKind::kUnreadable) start(std::move(level));
}

void BodyReader::Impl::start(std::unique_ptr<Level> level) {
  switch (level->type.kind) {
    case BodyKind::kEmpty:
      return;
    case BodyKind::kMultipart:
      if (++level->multipart > limits.multipart) {
        fail("multipart", 0);
        return;
      }
      level->parts.emplace(level->text, level->type.boundary);
      break;
    case BodyKind::kCoded:
      break;  // next_reading
    default:
      level->walk.emplace(level->type.kind, level->text, limits.depth, limits.string_bytes);
  }
  if (!stack.empty()) stack.back()->opened = true;
  stack.push_back(std::move(level));
}

void BodyReader::Impl::open_body(BodyType type, std::string_view content_type) {
  auto level = std::make_unique<Level>();
  level->root = level->turns = true;
  level->content_type = content_type;
  level->type = std::move(type);
  level->text = body;
  if (level->type.opaque) note_unread(*level, plain_type(content_type));
  if (level->type.kind == BodyKind::kUnreadable)
    fail(level->type.error.reason.empty() ? "content_type" : level->type.error.reason, 0);
  else
    start(std::move(level));
}

// Bytes in one of several charsets: one reading after the other.
BodyReader::Impl::Step BodyReader::Impl::next_reading(Level& level) {
  if (level.reading == level.type.readings.size()) {
    close(level.any_reading, level.reading_error);
    return Step::kAgain;
  }
  const Charset charset = level.type.readings[level.reading++];
  auto inner = below(level, BodyRole::kReading);
  inner->nested = level.nested;
  inner->root = level.root;
  inner->turns = level.turns && !level.any_reading;
  inner->again |= level.any_reading || level.type.readings.size() > 1;
  inner->content_type = level.content_type;
  inner->own.outer = level.layer;
  inner->own.coding = coding_of(charset);
  inner->own.range = {0, level.text.size()};
  inner->layer = &inner->own;
  inner->undecoded = level.text;
  inner->decoder.emplace(charset, level.text);
  stack.push_back(std::move(inner));
  return Step::kAgain;
}

BodyReader::Impl::Step BodyReader::Impl::decode(Level& level, std::size_t& work) {
  const std::size_t before = level.decoder->position(), size = level.storage.size();
  const auto status = level.decoder->step(level.storage, level.own, 0);
  work += level.decoder->position() - before;
  if (!take_memory(level, level.storage.size() - size)) return Step::kError;
  if (status == CharsetDecoder::Status::kMore) return Step::kBreathe;
  if (status == CharsetDecoder::Status::kInvalid) {
    close(false, {"charset", level.decoder->position()});
    return Step::kAgain;
  }
  level.decoder.reset();
  level.text = level.storage;
  level.type = classify_text(level.content_type, level.text);
  if (level.type.kind == BodyKind::kEmpty || level.type.kind == BodyKind::kUnreadable) {
    close(level.type.kind == BodyKind::kEmpty, {"binary", 0});
    return Step::kAgain;
  }
  level.walk.emplace(level.type.kind, level.text, limits.depth, limits.string_bytes);
  return Step::kAgain;
}

// The top document is read, or cannot be.
void BodyReader::Impl::close(bool good, BodyError why) {
  std::unique_ptr<Level> done = std::move(stack.back());
  stack.pop_back();
  in_use -= std::min(in_use, done->held_bytes);
  switch (done->role) {
    case BodyRole::kRoot:
      if (!good) fail(why.reason.empty() ? "charset" : why.reason, why.offset);
      return;
    case BodyRole::kReading: {
      Level& parent = *stack.back();
      parent.any_reading |= good;
      if (!good && parent.reading_error.reason.empty()) parent.reading_error = std::move(why);
      return;
    }
    case BodyRole::kPart:
      if (!good) close_part(std::move(done), why);
      return;
    case BodyRole::kDataUrl:
    case BodyRole::kBase64:
      if (!good && (done->role == BodyRole::kDataUrl || done->file)) note_unread(*done, why.reason);
      return;
    case BodyRole::kFormValue:
      if (!good) fail("utf8", 0);
      return;
    case BodyRole::kJson:
      stack.back()->json_inside = good;
      return;
    case BodyRole::kEscapes:
      return;
  }
}

BodyReader::BodyReader(BodyType type, std::string_view content_type, std::string_view body,
                       BodyLimits limits)
    : impl_(std::make_unique<Impl>()) {
  impl_->body = body;
  impl_->limits = std::move(limits);
  impl_->open_body(std::move(type), content_type);
}

namespace {

BodyType of_kind(BodyKind kind) {
  BodyType type;
  type.kind = kind;
  return type;
}

}  // namespace

BodyReader::BodyReader(BodyKind kind, std::string_view body, BodyLimits limits)
    : BodyReader(of_kind(kind), "", body, std::move(limits)) {}
BodyReader::~BodyReader() = default;
BodyReader::BodyReader(BodyReader&&) noexcept = default;

BodyReader::Status BodyReader::next(TextChunk& out, std::size_t& work) {
  return impl_->next(out, work);
}
const BodyError& BodyReader::error() const {
  return impl_->error;
}
const std::vector<std::string>& BodyReader::unread() const {
  return impl_->unread;
}

}  // namespace sekisho::filters
