#include "policy/inspection.h"

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "filters/body_reader.h"
#include "filters/content_decoder.h"
#include "filters/scanner.h"
#include "policy/body_documents.h"
#include "policy/clean_texts.h"
#include "policy/header_scan.h"
#include "policy/message_joins.h"
#include "policy/model_path.h"
#include "policy/named_values.h"
#include "policy/nested_findings.h"
#include "policy/own_credential.h"
#include "policy/row_joins.h"
#include "policy/snapshot.h"
#include "policy/snapshot_impl.h"
#include "policy/turns.h"

namespace sekisho::policy {
namespace {

using filters::BodyKind;
using filters::BodyReader;
using filters::Coding;
using filters::DecodeStatus;
using filters::Finding;
using filters::Findings;
using filters::Place;
using filters::Range;
using filters::ScanStatus;
using filters::TextChunk;

constexpr std::size_t kStep = 256u << 10;
constexpr std::size_t kModelBytes = 256;
// A body made of nothing but findings must not cost a hundred times its size in memory.
constexpr std::size_t kFreeFindings = 1024, kMostFindings = 1u << 18;

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

// Where something registered was found in the body.
using CellKey = std::tuple<std::size_t, std::size_t, std::string_view>;
CellKey cell_key(const PlacedFinding& placed) {
  return {placed.original.begin, placed.original.end, placed.finding.type};
}

}  // namespace

struct Inspection::Impl {
  Impl(const Snapshot& snapshot, const Admission& admission, RequestParts parts,
       InspectionLimits limits_given);

  bool step();
  void scan_target();
  void scan_headers();
  void scan_basic(std::size_t header, std::vector<bool>& counted);
  void note_credentials(const std::vector<bool>& counted);
  void begin_body();
  bool decode_step();
  bool room_for_decoding();
  void begin_walk();
  bool walk_step();
  void see_field();
  void scan_text(std::string_view text, const TextChunk& chunk);
  std::string name_of(const TextChunk& chunk) const;
  bool scan_piece();
  void join_messages();
  void place_cell(const TextChunk& cell, Finding finding);
  void place_findings(const TextChunk& chunk);
  bool is_own_query(const TextChunk& chunk, const Finding& finding);
  void place_each(const TextChunk& chunk);
  void place_around_json(const TextChunk& chunk);
  void place(const TextChunk& chunk, Finding finding);
  PlacedFinding placed_at(const TextChunk& chunk, Finding finding) const;
  void add(PlacedFinding placed);
  void note(ScanStatus status, std::string_view part);
  void skip(std::string what);
  void give_up(std::string_view why);
  void note_unread();
  void keep_charset_text();
  void finish();
  void read_fields();

  std::string_view body() const { return result.coded ? result.decoded : parts.body; }
  bool reserve(std::size_t bytes) const { return !limits.reserve || limits.reserve(bytes); }

  enum class Stage { kHead, kDecode, kWalk, kFields, kDone } stage = Stage::kHead;
  const Dialect& dialect;
  RequestParts parts;
  InspectionLimits limits;
  OwnCredential own;
  filters::Scanner scanner;
  Turns turns;
  InspectionResult result;
  std::optional<filters::ContentDecoder> decoder;
  std::optional<BodyReader> reader;
  filters::BodyType body_type;
  std::optional<BodyDocuments> field_reader;
  bool json_root = false;  // the body is JSON
  TextChunk chunk;
  std::size_t pushed = 0;  // of a chunk that is scanned in pieces
  bool in_pieces = false;
  std::string query_key;
  Findings found;  // of the text at hand
  SeenFindings seen;
  MessageJoins joins;
  RowJoins rows;
  std::map<CellKey, std::size_t> cells;  // of registered lists and documents, in result.findings
  NamedValues named;
  CleanTexts clean;
  bool keeps_text;  // values may have to be restored
};

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

void Inspection::Impl::scan_target() {
  std::deque<std::string> storage;
  for (const TextChunk& part : filters::target_chunks(parts.target, storage)) {
    if (part.place == Place::kQuery && part.is_key) query_key = part.text;
    scan_text(part.text, part);
  }
  if (parts.target.find("X-Amz-Signature=") != std::string_view::npos) result.signed_request = true;
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

// What its neighbours say of a cell: found by itself before, it is only surer now.
void Inspection::Impl::place_cell(const TextChunk& cell, Finding finding) {
  PlacedFinding placed = placed_at(cell, std::move(finding));
  const auto known = cells.find(cell_key(placed));
  if (known == cells.end()) return add(std::move(placed));
  Finding& same = result.findings[known->second].finding;
  if (same.confidence < placed.finding.confidence) same = std::move(placed.finding);
}

void Inspection::Impl::place_findings(const TextChunk& from) {
  if (found.empty()) return;
  if (from.holds_json) {
    place_around_json(from);
  } else {
    place_each(from);
  }
  found.clear();
}

// What a document inside the text gave already is not told again where the text itself was read in
// another way.
void Inspection::Impl::place_each(const TextChunk& from) {
  const bool undone = std::any_of(found.begin(), found.end(),
                                  [](const Finding& finding) { return finding.undone != 0; });
  if (!undone || from.place != Place::kBody) {
    for (auto& finding : found) place(from, std::move(finding));
    return;
  }
  const FindingsInside inside(result.findings, filters::locate(from, {0, from.text.size()}).range);
  for (auto& finding : found) {
    if (finding.undone != 0) {
      PlacedFinding placed;
      placed.original = filters::locate(from, finding.range).range;
      placed.finding.type = finding.type;
      if (inside.cover(placed)) continue;
    }
    place(from, std::move(finding));
  }
}

// What the strings of the JSON gave already is left; the rest must be edited with care.
void Inspection::Impl::place_around_json(const TextChunk& from) {
  std::stable_sort(found.begin(), found.end(), [](const Finding& a, const Finding& b) {
    return a.range.begin < b.range.begin;
  });
  filters::JsonPlaces places(from.text);
  const Range whole = filters::locate(from, {0, from.text.size()}).range;
  const FindingsInside inside(result.findings, whole);
  for (auto& finding : found) {
    PlacedFinding placed = placed_at(from, std::move(finding));
    if (inside.cover(placed)) continue;
    fit_into_json(from, places, placed);
    add(std::move(placed));
  }
}

bool Inspection::Impl::is_own_query(const TextChunk& from, const Finding& finding) {
  if (from.place != Place::kQuery || from.is_key) return false;
  const std::string_view key = from.where == "query" ? std::string_view(query_key) : from.where;
  return own.own_in_query(key, finding.type, finding.category);
}

void Inspection::Impl::place(const TextChunk& from, Finding finding) {
  const bool exchanged = own.token_exchange() && from.place == Place::kBody &&
                         own.may_own(finding.type, finding.category);
  if (exchanged || is_own_query(from, finding)) {
    result.own_credential = true;
    return;
  }
  PlacedFinding placed = placed_at(from, std::move(finding));
  if (from.again && seen.has(result.findings, placed)) return;
  add(std::move(placed));
}

PlacedFinding Inspection::Impl::placed_at(const TextChunk& from, Finding finding) const {
  PlacedFinding placed;
  placed.place = from.place;
  placed.coding = from.coding;
  placed.where = from.place == Place::kQuery && from.where == "query" ? query_key : from.where;
  placed.is_key = from.is_key;
  placed.number = from.is_number;
  filters::Spot spot = filters::locate(from, finding.range);
  placed.original = spot.range;
  placed.outer = std::move(spot.outer);
  placed.fixed = spot.fixed;
  const std::string_view root = std::string_view(from.where).substr(0, from.root_where);
  placed.untouchable = from.place == Place::kBody && !root.empty() && root[0] == '/' &&
                       is_untouchable(dialect, root);
  if (keeps_text && from.place == Place::kBody)
    placed.text = from.text.substr(finding.range.begin, finding.range.size());
  placed.finding = std::move(finding);
  return placed;
}

void Inspection::Impl::add(PlacedFinding placed) {
  const std::size_t count = result.findings.size();
  if (count >= kFreeFindings && count % kFreeFindings == 0 &&
      (count >= kMostFindings || !reserve(kFreeFindings * sizeof(PlacedFinding)))) {
    result.over_limit = true;
    stage = Stage::kDone;
    return;
  }
  if (!placed.finding.counts_as.empty() && placed.place == Place::kBody)
    cells.emplace(cell_key(placed), count);
  result.findings.push_back(std::move(placed));
}

void Inspection::Impl::scan_headers() {
  if (parts.headers.empty()) return;
  const HeaderText lines(parts.headers);
  std::vector<bool> counted(parts.headers.size());
  found.clear();
  note(scanner.scan(lines.text(), found), "headers");
  for (auto& finding : found) {
    const HeaderText::Spot spot = lines.locate(finding.range);
    const std::string_view name = parts.headers[spot.header].first;
    if (own.own_in_header(name, finding.type, finding.category)) {
      result.own_credential = true;
      continue;
    }
    counted[spot.header] = true;
    finding.range = spot.value;
    PlacedFinding placed;
    placed.place = Place::kHeader;
    placed.coding = Coding::kPlain;
    placed.where = name;
    placed.original = spot.value;
    placed.finding = std::move(finding);
    add(std::move(placed));
  }
  for (std::size_t i = 0; i < parts.headers.size(); ++i) scan_basic(i, counted);
  note_credentials(counted);
}

// Basic credentials are read as what they say. The finding covers the whole value: there is no
// smaller place in base64.
void Inspection::Impl::scan_basic(std::size_t header, std::vector<bool>& counted) {
  const auto& [name, value] = parts.headers[header];
  if (!equal_ignoring_case(name, "authorization")) return;
  result.signed_request |= is_signature_scheme(value);
  const std::string decoded = basic_credentials(value);
  if (decoded.empty()) return;
  found.clear();
  note(scanner.scan(decoded, found), "headers");
  for (auto& finding : found) {
    if (own.own_in_header(name, finding.type, finding.category)) continue;
    const bool told = std::any_of(result.findings.begin(), result.findings.end(),
                                  [&, &header_name = name](const auto& other) {
                                    return other.place == Place::kHeader &&
                                           other.where == header_name &&
                                           other.finding.type == finding.type &&
                                           other.finding.normalised == finding.normalised;
                                  });
    if (told) continue;
    counted[header] = true;
    PlacedFinding placed;
    placed.place = Place::kHeader;
    placed.coding = Coding::kPlain;
    placed.where = name;
    placed.original = {0, value.size()};
    placed.finding = std::move(finding);
    add(std::move(placed));
  }
}

// Keys without a recognisable form (Azure's hex digits) are credentials in their place all the
// same. Cookies are not always one.
void Inspection::Impl::note_credentials(const std::vector<bool>& counted) {
  for (std::size_t i = 0; i < parts.headers.size(); ++i) {
    const std::string_view name = parts.headers[i].first;
    const std::string_view value = parts.headers[i].second;
    const bool place = std::any_of(
        dialect.credential_headers.begin(), dialect.credential_headers.end(),
        [&](std::string_view p) { return p != "cookie" && equal_ignoring_case(p, name); });
    result.own_credential |= place && !value.empty() && !counted[i];
  }
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
