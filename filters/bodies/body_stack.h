#pragma once

// Of BodyReader alone: the documents that are open, the body at the bottom, what lies in it above.

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "filters/bodies/body_reader.h"
#include "filters/bodies/document_walk.h"
#include "filters/bodies/multipart.h"
#include "filters/bodies/nested_text.h"

namespace sekisho::filters {

// Why a document was opened; decides what its failure means.
enum class BodyRole {
  kRoot,
  kReading,  // one of several ways to read the same bytes
  kPart,
  kDataUrl,
  kBase64,
  kFormValue,
  kJson,
  kEscapes,
};

// One document of the stack.
struct BodyLevel {
  BodyRole role = BodyRole::kRoot;
  std::string content_type;
  BodyType type;
  std::string_view text;  // bytes that are read; `storage` where they are a copy
  std::string storage;
  Layer own;
  const Layer* layer = nullptr;  // how `text` stands in the body; null = it is the body
  std::string where;             // prefix of the places in it
  std::size_t root_where = 0;
  bool root = false;   // the body itself, in one of its readings
  bool turns = false;  // the first of them
  bool again = false, part = false;
  bool file = false;  // of base64: known to be a file
  int nested = 0, multipart = 0;
  std::size_t held_bytes = 0;  // of memory

  std::optional<DocumentWalk> walk;
  std::optional<CharsetDecoder> decoder;
  std::string_view undecoded;
  std::optional<MultipartReader> parts;
  std::deque<TextChunk> queue;  // of part headers, and the text they view
  std::deque<std::string> queue_text;
  std::optional<MultipartReader::Part> waiting;  // until its header is out
  std::string form_charset;
  std::size_t reading = 0;
  bool any_reading = false, retried = false;
  BodyError reading_error;

  // A chunk that waits for the documents in it.
  bool holding = false, json_inside = false, opened = false;
  TextChunk chunk;
  Layer held;
  NestedFinder finder;
};

// A place as it is told: bounded, whole characters.
std::string bounded_where(std::string where);

// A media type as it may be told: what it is made of, no more.
std::string plain_type(std::string_view content_type);

struct BodyReader::Impl {
  using Level = BodyLevel;
  static constexpr std::size_t kFreeMemory = 64u << 10;  // of nested documents, not asked for
  // A picture of fewer bytes shows nothing: an example in a text, cut short.
  static constexpr std::size_t kLeastFile = 64;

  using Status = BodyReader::Status;
  enum class Step { kChunk, kAgain, kBreathe, kError };

  std::string_view body;
  BodyLimits limits;
  BodyError error;
  std::vector<std::unique_ptr<Level>> stack;
  std::vector<std::string> unread;
  std::size_t granted = kFreeMemory, in_use = 0;
  std::size_t nested_bytes = 0;
  std::string scratch;  // of base64

  Status next(TextChunk& out, std::size_t& work);
  Step advance(TextChunk& out, std::size_t& work);
  Step walk(Level& level, TextChunk& out, std::size_t& work);
  Step decode(Level& level, std::size_t& work);
  Step next_reading(Level& level);
  Step next_part(Level& level, TextChunk& out, std::size_t& work);
  Step held_chunk(Level& level, TextChunk& out);
  void open_body(BodyType type, std::string_view content_type);
  void start(std::unique_ptr<Level> level);
  void close(bool good, BodyError why);
  void close_part(std::unique_ptr<Level> done, const BodyError& why);
  std::unique_ptr<Level> below(Level& parent, BodyRole role) const;
  void open_spot(Level& level, const NestedSpot& spot);
  void open_json(Level& level);
  void open_escapes(Level& level);
  void open_data_url(Level& level, const NestedSpot& spot);
  void open_base64(Level& level, const NestedSpot& spot);
  bool open_form_value(Level& level, TextChunk& chunk);
  void open_part(Level& level, MultipartReader::Part part);
  void open_transferred(Level& level, const MultipartReader::Part& part, std::string type);
  void queue_header(Level& level, const MultipartReader::Part& part);
  void enter(std::unique_ptr<Level> level);
  void hold(Level& level, TextChunk& chunk);
  void decorate(const Level& level, TextChunk& out) const;
  bool take_memory(Level& level, std::size_t bytes);
  bool may_nest(const Level& level, std::size_t bytes);
  void note_unread(const Level& level, std::string_view why);
  Step fail(std::string reason, std::size_t at);
  Step breathe(TextChunk& out) const;
};

}  // namespace sekisho::filters
