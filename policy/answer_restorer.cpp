#include "policy/answer_restorer.h"

#include <algorithm>

namespace sekisho::policy {
namespace {

using filters::Edit;
using filters::EventStream;
using filters::JsonValues;
using Added = LaneRestorer::Added;

constexpr std::string_view kSpace = " \t\r\n";

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

std::string media_type(std::string_view content_type) {
  content_type = content_type.substr(0, content_type.find(';'));
  while (!content_type.empty() && content_type.back() == ' ') content_type.remove_suffix(1);
  while (!content_type.empty() && content_type.front() == ' ') content_type.remove_prefix(1);
  std::string out(content_type);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

// Without any token in it, a document needs no reading.
bool may_hold_token(std::string_view text) {
  for (std::size_t at = 0; (at = text.find_first_of("sS", at)) != std::string_view::npos; ++at)
    if (text.size() - at >= 4 && lower(text[at + 1]) == 'k' && lower(text[at + 2]) == 's' &&
        (text[at + 3] == '_' || text[at + 3] == '\\'))
      return true;
  return false;
}

std::string_view trimmed(std::string_view s) {
  const std::size_t begin = std::min(s.find_first_not_of(kSpace), s.size());
  const std::size_t end = s.find_last_not_of(kSpace);
  return end == std::string_view::npos ? std::string_view() : s.substr(begin, end + 1 - begin);
}

// The values of an event's data lines as one text, as its reader joins them.
std::string joined_data(const EventStream::Piece& piece) {
  std::string out;
  for (const filters::Range& r : piece.data) {
    if (r != piece.data.front()) out.push_back('\n');
    out += piece.bytes.substr(r.begin, r.size());
  }
  return out;
}

// The event with other data: its other lines keep their bytes.
std::string with_data(const EventStream::Piece& piece, std::string_view data) {
  std::vector<Edit> edits;
  for (std::size_t i = 0; i < piece.data.size(); ++i) {
    const bool last = i + 1 == piece.data.size();
    const std::size_t end = last ? data.size() : std::min(data.find('\n'), data.size());
    edits.push_back({piece.data[i], std::string(data.substr(0, end))});
    data.remove_prefix(std::min(end + 1, data.size()));
  }
  return filters::apply_edits(piece.bytes, std::move(edits));
}

}  // namespace

std::optional<AnswerShape> answer_shape(std::string_view content_type) {
  const std::string type = media_type(content_type);
  if (type.empty()) return AnswerShape::kUnknown;
  if (type == "text/event-stream") return AnswerShape::kEvents;
  if (type == "application/json" || type.ends_with("+json")) return AnswerShape::kJson;
  if (type == "application/x-ndjson" || type == "application/ndjson" ||
      type == "application/jsonl" || type == "application/x-jsonlines" ||
      type == "application/json-lines")
    return AnswerShape::kLines;
  if (type == "text/plain" || type == "text/markdown") return AnswerShape::kText;
  return std::nullopt;
}

AnswerRestorer::AnswerRestorer(std::shared_ptr<const TokenMap> tokens,
                               std::span<const AnswerLanes* const> tables, AnswerShape shape,
                               std::size_t limit)
    : tokens_(std::move(tokens)),
      lanes_(tokens_, tables),
      shape_(shape),
      events_(limit),
      values_(limit),
      plain_(*tokens_, LaneKind::kText, {}) {}

std::size_t AnswerRestorer::held() const {
  return events_.held() + values_.held() + unsent_.size();
}

void AnswerRestorer::decide_shape(std::string_view bytes) {
  unsent_ += bytes;
  const std::size_t at = unsent_.find_first_not_of(kSpace);
  if (at == std::string::npos) return;
  readable_ = unsent_[at] == '{' || unsent_[at] == '[';
  shape_ = readable_ ? AnswerShape::kJson : AnswerShape::kText;
  if (!readable_) ++lanes_.counts().unread;
}

void AnswerRestorer::feed(std::string_view bytes, std::string& out) {
  if (shape_ == AnswerShape::kUnknown) {
    decide_shape(bytes);
    if (shape_ == AnswerShape::kUnknown) return;
    const std::string all = std::move(unsent_);
    unsent_.clear();
    feed(all, out);
    return;
  }
  if (!readable_) {
    out += bytes;
    return;
  }
  if (shape_ == AnswerShape::kText) return text(bytes, false, out);
  if (shape_ == AnswerShape::kEvents)
    events_.push(bytes);
  else
    values_.push(bytes);
  pass(out);
}

void AnswerRestorer::pass(std::string& out) {
  if (shape_ == AnswerShape::kEvents) {
    for (EventStream::Piece piece; events_.next(piece);) event(piece, out);
  } else {
    for (JsonValues::Piece piece; values_.next(piece);) {
      if (piece.kind == JsonValues::Kind::kValue)
        value(piece.bytes, out);
      else if (piece.kind == JsonValues::Kind::kArrayEnd)
        end_array(out);
      else
        out += piece.bytes;
    }
  }
  const std::size_t over = events_.over_limit() + values_.over_limit();
  lanes_.counts().unread += over - over_limit_;
  over_limit_ = over;
}

void AnswerRestorer::event(const EventStream::Piece& piece, std::string& out) {
  if (piece.kind == EventStream::Piece::Kind::kRaw) {
    out += piece.bytes;
    return;
  }
  named_ = piece.named;
  crlf_ = piece.bytes.substr(piece.data.front().end).starts_with("\r\n");
  const std::string data = joined_data(piece);
  std::vector<Added> added;
  if (trimmed(data) == "[DONE]") {
    lanes_.end(true, added);
    put_events(added, out);
    out += piece.bytes;
    return;
  }
  std::vector<Edit> edits;
  if (data.find_first_of("{[") != std::string::npos) lanes_.message(data, false, edits, added);
  put_events(added, out);
  if (edits.empty())
    out += piece.bytes;
  else
    out += with_data(piece, filters::apply_edits(data, std::move(edits)));
}

void AnswerRestorer::value(std::string_view json, std::string& out) {
  const bool whole = shape_ == AnswerShape::kJson && !values_.in_array();
  if (whole && !may_hold_token(json)) {
    out += json;
    return;
  }
  std::vector<Edit> edits;
  std::vector<Added> added;
  lanes_.message(json, whole, edits, added);
  put_values(added, out);
  out += edits.empty() ? std::string(json) : filters::apply_edits(json, std::move(edits));
}

// What is still held must stand in the array.
void AnswerRestorer::end_array(std::string& out) {
  std::vector<Added> added;
  lanes_.end(false, added);
  for (const Added& a : added) out += "," + a.json + "\n";
  out += ']';
}

void AnswerRestorer::text(std::string_view bytes, bool last, std::string& out) {
  const LaneText::Reading reading = plain_.read(bytes, last, lanes_.counts());
  const std::string_view all = reading.text;
  // Nothing of a text that is shut is held, so that what was held is gone already.
  std::size_t at = plain_.shut() ? reading.held : 0;
  for (const LaneText::Spot& spot : reading.spots) {
    out += all.substr(at, spot.begin - at);
    out += spot.entry->text;
    at = spot.end;
  }
  out += all.substr(at, reading.go - at);
  if (last) plain_.end(lanes_.counts());
}

void AnswerRestorer::put_events(const std::vector<Added>& added, std::string& out) const {
  const std::string_view line = crlf_ ? "\r\n" : "\n";
  for (const Added& a : added) {
    if (named_ && !a.event.empty()) (out += "event: ").append(a.event).append(line);
    (out += "data: ").append(a.json).append(line).append(line);
  }
}

void AnswerRestorer::put_values(const std::vector<Added>& added, std::string& out) const {
  for (const Added& a : added) out += a.json + (values_.in_array() ? ",\n" : "\n");
}

void AnswerRestorer::give_up(std::string& out) {
  if (shape_ == AnswerShape::kText && readable_) text({}, true, out);
  std::vector<Added> added;
  lanes_.end(true, added);
  if (shape_ == AnswerShape::kEvents)
    put_events(added, out);
  else
    put_values(added, out);
  EventStream::Piece event_left;
  if (events_.rest(event_left)) out += event_left.bytes;
  JsonValues::Piece value_left;
  if (values_.rest(value_left)) out += value_left.bytes;
  out += unsent_;
  unsent_.clear();
  readable_ = false;
  if (shape_ == AnswerShape::kUnknown) shape_ = AnswerShape::kText;
  ++lanes_.counts().unread;
}

void AnswerRestorer::finish(std::string& out) {
  if (!unsent_.empty()) out += unsent_;
  unsent_.clear();
  if (!readable_ || shape_ == AnswerShape::kUnknown) return;
  if (shape_ == AnswerShape::kText) return text({}, true, out);
  std::vector<Added> added;
  if (shape_ == AnswerShape::kEvents) {
    EventStream::Piece piece;
    if (events_.rest(piece)) event(piece, out);
    lanes_.end(false, added);
    put_events(added, out);
    return;
  }
  JsonValues::Piece piece;
  if (values_.rest(piece)) {
    ++lanes_.counts().unread;
    out += piece.bytes;
  }
  lanes_.end(false, added);
  put_values(added, out);
}

}  // namespace sekisho::policy
