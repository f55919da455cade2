#include "filters/bodies/event_stream.h"

#include <algorithm>

namespace sekisho::filters {

void EventStream::push(std::string_view bytes) {
  const std::size_t gone = begin_;
  buffer_.erase(0, gone);
  begin_ = 0;
  line_ -= gone;
  scanned_ -= gone;
  for (Range& r : data_) r = {r.begin - gone, r.end - gone};
  buffer_.append(bytes);
}

bool EventStream::take(Piece& piece, std::size_t end, Piece::Kind kind) {
  piece.kind = kind;
  piece.bytes = std::string_view(buffer_).substr(begin_, end - begin_);
  for (Range& r : data_) r = {r.begin - begin_, r.end - begin_};
  piece.data = std::move(data_);
  piece.named = named_;
  data_.clear();
  named_ = false;
  begin_ = line_ = scanned_ = end;
  return true;
}

void EventStream::read_field(std::size_t end) {
  const std::string_view line = std::string_view(buffer_).substr(line_, end - line_);
  const std::size_t colon = std::min(line.find(':'), line.size());
  std::size_t value = std::min(colon + 1, line.size());
  if (value < line.size() && line[value] == ' ') ++value;
  if (line.substr(0, colon) == "data") data_.push_back({line_ + value, end});
  if (line.substr(0, colon) == "event") named_ = true;
}

// `done` = a piece was taken, or more bytes are needed (false).
bool EventStream::next_line(Piece& piece, bool& done) {
  done = true;
  const std::size_t end = buffer_.find_first_of("\r\n", scanned_);
  if (end == std::string::npos) {
    scanned_ = buffer_.size();
    if (held() <= limit_) return false;
    ++over_limit_;
    in_long_ = true;
    line_empty_ = line_ == buffer_.size();
    after_cr_ = false;
    data_.clear();
    return take(piece, buffer_.size(), Piece::Kind::kRaw);
  }
  const bool blank = end == line_;
  const bool cr = buffer_[end] == '\r';
  const bool cut = cr && end + 1 == buffer_.size();
  if (cut && !blank) {
    scanned_ = end;
    return false;
  }
  const std::size_t after = end + (cr && !cut && buffer_[end + 1] == '\n' ? 2 : 1);
  if (blank) {
    skip_lf_ = cut;
    return take(piece, after, data_.empty() ? Piece::Kind::kRaw : Piece::Kind::kEvent);
  }
  if (line_ == begin_ && buffer_[line_] == ':') return take(piece, after, Piece::Kind::kRaw);
  read_field(end);
  line_ = scanned_ = after;
  done = false;
  return false;
}

bool EventStream::pass_long_event(Piece& piece) {
  if (begin_ == buffer_.size()) return false;
  std::size_t at = begin_;
  while (in_long_ && at < buffer_.size()) {
    const char c = buffer_[at++];
    if (c == '\n' && after_cr_) {
      after_cr_ = false;
    } else if (c == '\n' || c == '\r') {
      in_long_ = !line_empty_;
      line_empty_ = true;
      after_cr_ = c == '\r';
    } else {
      line_empty_ = after_cr_ = false;
    }
  }
  skip_lf_ = !in_long_ && after_cr_;
  return take(piece, at, Piece::Kind::kRaw);
}

bool EventStream::next(Piece& piece) {
  if (skip_lf_ && begin_ < buffer_.size()) {
    skip_lf_ = false;
    if (buffer_[begin_] == '\n') return take(piece, begin_ + 1, Piece::Kind::kRaw);
  }
  if (in_long_) return pass_long_event(piece);
  for (bool done = false;;) {
    const bool taken = next_line(piece, done);
    if (done) return taken;
  }
}

bool EventStream::rest(Piece& piece) {
  if (begin_ == buffer_.size()) return false;
  std::size_t end = buffer_.size();
  if (buffer_[end - 1] == '\r') --end;
  if (!in_long_ && line_ < end) read_field(end);
  return take(piece, buffer_.size(), data_.empty() ? Piece::Kind::kRaw : Piece::Kind::kEvent);
}

}  // namespace sekisho::filters
