#pragma once

// One answer without its coding: finds the messages in what comes, has tokens in them restored, and
// passes on everything else byte by byte. Bytes in, bytes out; the same result however they are
// cut.

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "filters/bodies/event_stream.h"
#include "filters/bodies/json_values.h"
#include "policy/lane_restorer.h"

namespace sekisho::policy {

enum class AnswerShape {
  kUnknown,  // told by its first bytes: JSON, or passed on
  kEvents,   // text/event-stream
  kJson,     // one document; the elements of an array around everything are a stream
  kLines,    // one JSON value a line
  kText,     // people's text
};

// By the content type; nothing = none that can be read.
std::optional<AnswerShape> answer_shape(std::string_view content_type);

class AnswerRestorer {
 public:
  // A message of more than `limit` bytes passes unread.
  AnswerRestorer(std::shared_ptr<const TokenMap> tokens, std::span<const AnswerLanes* const> tables,
                 AnswerShape shape, std::size_t limit = 8u << 20);

  void feed(std::string_view bytes, std::string& out);
  // Passes on what is held and everything that comes, unread: memory is short.
  void give_up(std::string& out);
  // The answer is whole. One that was cut is not finished: what may be half a token is never shown.
  void finish(std::string& out);
  const RestoreCounts& counts() const { return lanes_.counts(); }
  std::size_t held() const;

 private:
  void decide_shape(std::string_view bytes);
  void pass(std::string& out);
  void event(const filters::EventStream::Piece& piece, std::string& out);
  void value(std::string_view json, std::string& out);
  void end_array(std::string& out);
  void text(std::string_view bytes, bool last, std::string& out);
  void put_events(const std::vector<LaneRestorer::Added>& added, std::string& out) const;
  void put_values(const std::vector<LaneRestorer::Added>& added, std::string& out) const;

  std::shared_ptr<const TokenMap> tokens_;
  LaneRestorer lanes_;
  AnswerShape shape_;
  bool readable_ = true;
  filters::EventStream events_;
  filters::JsonValues values_;
  LaneText plain_;
  std::size_t over_limit_ = 0;
  bool named_ = false, crlf_ = false;  // of the event seen last
  std::string unsent_;                 // bytes that did not tell the shape yet
};

}  // namespace sekisho::policy
