#include "policy/inspection_impl.h"

#include <algorithm>
#include <utility>

#include "policy/header_scan.h"
#include "policy/model_path.h"
#include "policy/snapshot.h"
#include "policy/snapshot_impl.h"

namespace sekisho::policy {
namespace {

using filters::BodyKind;
using filters::BodyReader;
using filters::Coding;
using filters::DecodeStatus;
using filters::Finding;
using filters::Place;
using filters::ScanStatus;
using filters::TextChunk;

constexpr std::size_t kStep = 256u << 10;
constexpr std::size_t kModelBytes = 256;

bool pseudonymises(const DataRules& data) {
  return std::any_of(data.rules.begin(), data.rules.end(),
                     [](const DataRule& r) { return r.action == Action::kPseudonymise; });
}

// At most `most` bytes, never half a character.
std::string_view cut_text(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0) == 0x80) --most;
  return text.substr(0, most);
}

// Is the value behind a key's closing quote `true`? `at` = end of the key's text.
bool true_follows(std::string_view body, std::size_t at) {
  constexpr std::string_view kSpace = " \t\r\n";
  at = body.find_first_not_of(kSpace, at + 1);
  if (at == std::string_view::npos || body[at] != ':') return false;
  at = body.find_first_not_of(kSpace, at + 1);
  return at != std::string_view::npos && body.substr(at, 4) == "true";
}

}  // namespace

Inspection::Impl::Impl(const Snapshot& snapshot, const Admission& admission,
                       RequestParts parts_given, InspectionLimits limits_given)
    : dialect(admission.dialect != nullptr ? *admission.dialect
                                           : dialect_for("none", parts_given.target)),
      parts(std::move(parts_given)),
      limits(std::move(limits_given)),
      own(admission, header_value(parts.headers, "host"), parts.target),
      scanner(snapshot.detectors()),
      turns(dialect),
      rows(snapshot.detectors(), [this](const TextChunk& cell,
                                        Finding finding) { place_cell(cell, std::move(finding)); }),
      named(snapshot.detectors()),
      keeps_text(pseudonymises(snapshot.impl().data)) {}

bool Inspection::Impl::step() {
  switch (stage) {
    case Stage::kHead:
      scan_target();
      scan_headers();
      begin_body();
      break;
    case Stage::kDecode:
      if (!decode_step()) begin_walk();
      break;
    case Stage::kWalk:
      if (!walk_step()) finish();
      break;
    case Stage::kFields:
      read_fields();
      break;
    case Stage::kDone:
      break;
  }
  return stage != Stage::kDone;
}

void Inspection::Impl::note(ScanStatus status, std::string_view part) {
  if (status != ScanStatus::kCouldNotDecide || result.could_not_decide) return;
  result.could_not_decide = true;
  skip(std::string(part) + ":detector");
}

void Inspection::Impl::skip(std::string what) {
  result.skipped.push_back(std::move(what));
}

void Inspection::Impl::scan_text(std::string_view text, const TextChunk& from) {
  const bool small = CleanTexts::fits(text);
  const std::string name = name_of(from);
  if (text.empty() || (small && name.empty() && clean.knows(text))) return;
  found.clear();
  const std::string_view part = from.place == Place::kBody ? "body" : "target";
  const ScanStatus status = scanner.scan(text, found);
  note(status, part);
  if (small && found.empty() && status == ScanStatus::kDone) clean.add(text);
  note(named.see(name, from, scanner, found), part);
  place_findings(from);
}

// The name of a value, "" where it says nothing. Fields of the service's own on the highest level
// are no values of anybody ("prompt_cache_key").
std::string Inspection::Impl::name_of(const TextChunk& from) const {
  if (from.is_key) return {};
  if (from.place == Place::kQuery) return from.where == "query" ? query_key : from.where;
  if (from.place == Place::kBody && from.coding == Coding::kForm) return from.where;
  const bool highest = from.root_json && from.where.find('/', 1) == std::string::npos;
  return highest && dialect.name != "none" ? std::string() : name_of_value(from);
}

// What is cut by the border of two messages.
void Inspection::Impl::join_messages() {
  if (!MessageJoins::is_message(chunk)) return;
  Finding end;  // the end of this message, for what may go on in the next one
  constexpr std::size_t kEnd = 160;
  end.range = {chunk.text.size() > kEnd ? chunk.text.size() - kEnd : 0, chunk.text.size()};
  PlacedFinding placed = placed_at(chunk, std::move(end));
  placed.text.clear();
  std::vector<PlacedFinding> over;
  note(joins.see(chunk, std::move(placed), scanner, over), "body");
  for (PlacedFinding& one : over) add(std::move(one));
}

void Inspection::Impl::begin_body() {
  if (stage == Stage::kDone) return;
  result.model = cut_text(model_in_path(parts.target), kModelBytes);
  result.stream = streams_by_path(parts.target);
  result.decoded_bytes = parts.body.size();
  if (parts.body.empty()) {
    stage = Stage::kDone;
    return;
  }
  result.coverage = Coverage::kInspected;
  decoder.emplace(header_list(parts.headers, "content-encoding"), parts.body, limits.decoded_body);
  result.coded = !decoder->identity();
  stage = result.coded ? Stage::kDecode : stage;
  if (!result.coded) begin_walk();
}

bool Inspection::Impl::room_for_decoding() {
  constexpr std::size_t kMargin = kStep + (64u << 10);
  std::string& out = result.decoded;
  if (out.capacity() - out.size() >= kMargin) return true;
  // Twice, since that is what a string takes anyway: what was asked for is what is used.
  const std::size_t wanted = std::max(2 * out.capacity(), out.size() + kMargin);
  if (!reserve(wanted - out.capacity())) return false;
  out.reserve(wanted);
  return true;
}

// True while there is more to decode.
bool Inspection::Impl::decode_step() {
  if (!room_for_decoding()) {
    result.over_limit = true;
    give_up("size");
    return true;
  }
  switch (decoder->step(result.decoded)) {
    case DecodeStatus::kMore:
      return true;
    case DecodeStatus::kDone:
      return false;
    case DecodeStatus::kTooBig:
      result.over_limit = true;
      give_up("size");
      return true;
    case DecodeStatus::kUnknown:
    case DecodeStatus::kCorrupt:
      break;
  }
  give_up("coding");
  return true;
}

void Inspection::Impl::give_up(std::string_view why) {
  result.unreadable = why;
  result.coverage = Coverage::kUninspected;
  skip("body:" + std::string(why));
  finish();
}

void Inspection::Impl::begin_walk() {
  decoder.reset();
  result.decoded_bytes = body().size();
  const std::string_view content_type = header_value(parts.headers, "content-type");
  const bool two_types =
      std::any_of(parts.headers.begin(), parts.headers.end(), [&](const HeaderView& header) {
        return equal_ignoring_case(header.first, "content-type") && header.second != content_type;
      });
  if (two_types) {
    give_up("content_type");
    return;
  }
  auto type = filters::classify_body(content_type, body());
  if (type.kind == BodyKind::kUnreadable) {
    give_up(type.error.reason.empty() ? std::string_view("content_type") : type.error.reason);
    return;
  }
  if (type.kind == BodyKind::kEmpty) {
    finish();
    return;
  }
  body_type = type;
  filters::BodyLimits reading;
  reading.reserve = limits.reserve;
  reader.emplace(std::move(type), content_type, body(), std::move(reading));
  stage = Stage::kWalk;
  if (body().size() <= kStep && !walk_step()) finish();  // small ones are done in the first step
}

// True while there is more to walk.
bool Inspection::Impl::walk_step() {
  std::size_t work = 0;
  while (work < kStep && stage == Stage::kWalk) {
    if (in_pieces) return scan_piece();
    switch (reader->next(chunk, work)) {
      case BodyReader::Status::kEnd:
        return false;
      case BodyReader::Status::kError:
        result.over_limit |= reader->error().reason == "memory";
        give_up(reader->error().reason);
        return true;
      case BodyReader::Status::kChunk:
        break;
    }
    see_field();
    join_messages();
    in_pieces = chunk.text.size() > kStep;
    if (!in_pieces) scan_text(chunk.text, chunk);
    note(rows.see(chunk), "body");
  }
  return true;
}

// One piece of a long text; true since there is always the rest of the body.
bool Inspection::Impl::scan_piece() {
  if (pushed == 0) scanner.begin();
  const std::string_view piece = chunk.text.substr(pushed, kStep);
  note(scanner.push(piece, found), "body");
  pushed += piece.size();
  if (pushed < chunk.text.size()) return true;
  note(scanner.finish(found), "body");
  pushed = 0;
  in_pieces = false;
  place_findings(chunk);
  return true;
}

// What the record and the turns need is picked up on the way, so that nobody has to parse twice.
void Inspection::Impl::see_field() {
  if (!chunk.root_json) return;
  if (!std::exchange(json_root, true)) keep_charset_text();
  turns.see(chunk);
  if (chunk.is_key) {
    if (!dialect.stream_pointer.empty() && chunk.where == dialect.stream_pointer)
      result.stream = true_follows(chunk.around, chunk.range.end);
  } else if (!dialect.model_pointer.empty() && chunk.where == dialect.model_pointer) {
    result.model = cut_text(chunk.text, kModelBytes);
  }
}

// Region evidence in the body is looked for in UTF-8.
void Inspection::Impl::keep_charset_text() {
  if (chunk.outer == nullptr) return;
  if (!reserve(chunk.around.size())) {
    result.over_limit = true;
    return;
  }
  result.charset_text = chunk.around;
}

void Inspection::Impl::finish() {
  stage = Stage::kDone;
  note(rows.finish(), "body");
  note_unread();
  if ((result.could_not_decide || result.unread_parts) && result.coverage == Coverage::kInspected)
    result.coverage = Coverage::kPartly;
  if (may_hold_fields(result.unreadable)) result.fields.unread = true;
  if (!result.unreadable.empty() && !json_root) return;
  if (json_root)
    for (auto& finding : result.findings)
      if (finding.place == Place::kBody) finding.older_turn = turns.older(finding.where);
  const bool charset = !result.charset_text.empty();
  if (json_root) body_type.kind = BodyKind::kJson;
  field_reader.emplace(body_type, charset ? std::string_view(result.charset_text) : body());
  stage = Stage::kFields;
  if (body().size() <= kStep)
    while (stage == Stage::kFields) read_fields();
}

// For admission: who else is named.
void Inspection::Impl::read_fields() {
  if (field_reader->step(kStep)) return;
  result.fields = field_reader->take();
  stage = Stage::kDone;
}

void Inspection::Impl::note_unread() {
  if (!reader) return;
  for (const std::string& what : reader->unread()) skip("body:" + what);
  result.unread_parts = !reader->unread().empty();
}

Inspection::Inspection(const Snapshot& snapshot, const Admission& admission, RequestParts parts,
                       InspectionLimits limits)
    : impl_(std::make_unique<Impl>(snapshot, admission, std::move(parts), std::move(limits))) {}
Inspection::~Inspection() = default;

bool Inspection::step() {
  return impl_->step();
}

InspectionResult Inspection::take() {
  return std::move(impl_->result);
}

}  // namespace sekisho::policy
