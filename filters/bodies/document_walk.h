#pragma once

// Walks one document of one kind: every string, key, long number or form field as a chunk.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "filters/bodies/body_reader.h"
#include "filters/bodies/form_text.h"
#include "filters/bodies/json_scanner.h"

namespace sekisho::filters {

class DocumentWalk {
 public:
  using Status = BodyReader::Status;

  // `text` must outlive the walk.
  DocumentWalk(BodyKind kind, std::string_view text, int depth, std::size_t string_bytes);

  // As BodyReader::next. `where` is the place in this document. A form value need not be UTF-8 (its
  // charset is its own).
  Status next(TextChunk& out, std::size_t& work);
  const BodyError& error() const { return error_; }
  // All of it is read, without an error.
  bool whole() const { return over_ && error_.reason.empty(); }

 private:
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
  void reset(TextChunk& out, Coding coding) const;
  Status fail(std::string reason, std::size_t at);
  Status end();

  BodyKind kind_;
  std::string_view text_;
  int depth_;
  std::size_t string_bytes_;
  BodyError error_;
  std::string decoded_;  // text of the chunk that is out, where it is not the bytes themselves
  std::optional<JsonScanner> json_;  // of the document or the line
  std::size_t line_begin_ = 0;       // NDJSON: where the next line begins
  std::size_t value_index_ = 0;      // NDJSON: of the next value
  std::string line_prefix_;
  std::optional<FormWalker> form_;
  std::string field_;     // form: name of the current field
  std::size_t seen_ = 0;  // bytes counted as work
  bool over_ = false;
};

}  // namespace sekisho::filters
