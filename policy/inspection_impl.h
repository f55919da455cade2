#pragma once

// What an inspection is made of, for the files of Inspection alone.

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "filters/bodies/body_reader.h"
#include "filters/bodies/content_decoder.h"
#include "filters/scanner.h"
#include "policy/body_documents.h"
#include "policy/clean_texts.h"
#include "policy/inspection.h"
#include "policy/message_joins.h"
#include "policy/named_values.h"
#include "policy/nested_findings.h"
#include "policy/own_credential.h"
#include "policy/row_joins.h"
#include "policy/turns.h"

namespace sekisho::policy {

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
  void scan_text(std::string_view text, const filters::TextChunk& chunk);
  std::string name_of(const filters::TextChunk& chunk) const;
  bool scan_piece();
  void join_messages();
  void place_cell(const filters::TextChunk& cell, filters::Finding finding);
  void place_findings(const filters::TextChunk& chunk);
  bool is_own_query(const filters::TextChunk& chunk, const filters::Finding& finding);
  void place_each(const filters::TextChunk& chunk);
  void place_around_json(const filters::TextChunk& chunk);
  void place(const filters::TextChunk& chunk, filters::Finding finding);
  PlacedFinding placed_at(const filters::TextChunk& chunk, filters::Finding finding) const;
  void add(PlacedFinding placed);
  void note(filters::ScanStatus status, std::string_view part);
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
  std::optional<filters::BodyReader> reader;
  filters::BodyType body_type;
  std::optional<BodyDocuments> field_reader;
  bool json_root = false;  // the body is JSON
  filters::TextChunk chunk;
  std::size_t pushed = 0;  // of a chunk that is scanned in pieces
  bool in_pieces = false;
  std::string query_key;
  filters::Findings found;  // of the text at hand
  SeenFindings seen;
  MessageJoins joins;
  RowJoins rows;
  // Of registered lists and documents, in result.findings, by place and type.
  std::map<std::tuple<std::size_t, std::size_t, std::string_view>, std::size_t> cells;
  NamedValues named;
  CleanTexts clean;
  bool keeps_text;  // values may have to be restored
};

}  // namespace sekisho::policy
