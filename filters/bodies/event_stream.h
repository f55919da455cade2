#pragma once

// Splits a server-sent event stream into events as it comes. No bytes are lost or changed: the
// pieces joined are the stream.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "filters/finding.h"

namespace sekisho::filters {

class EventStream {
 public:
  struct Piece {
    enum class Kind {
      kRaw,    // a comment, a blank line, part of an event over the limit: nothing to read
      kEvent,  // one whole event, its blank line included
    } kind = Kind::kRaw;
    std::string_view bytes;   // valid until the next call
    std::vector<Range> data;  // values of the data lines, in `bytes`
    bool named = false;       // has an event line
  };

  // An event of more than `limit` bytes comes as raw pieces.
  explicit EventStream(std::size_t limit) : limit_(limit) {}

  void push(std::string_view bytes);
  // False: more bytes are needed.
  bool next(Piece& piece);
  // What is left when the stream has ended: an event without its blank line. False: nothing.
  bool rest(Piece& piece);
  std::size_t held() const { return buffer_.size() - begin_; }
  std::size_t over_limit() const { return over_limit_; }  // events so far

 private:
  bool take(Piece& piece, std::size_t end, Piece::Kind kind);
  bool next_line(Piece& piece, bool& done);
  bool pass_long_event(Piece& piece);
  void read_field(std::size_t end);

  const std::size_t limit_;
  std::string buffer_;
  std::size_t begin_ = 0;    // of the event
  std::size_t line_ = 0;     // begin of the line at hand
  std::size_t scanned_ = 0;  // no line end before
  std::vector<Range> data_;  // in buffer_
  bool named_ = false;
  bool skip_lf_ = false;  // the LF of a CRLF whose CR ended the event before
  bool in_long_ = false, line_empty_ = true, after_cr_ = false;
  std::size_t over_limit_ = 0;
};

}  // namespace sekisho::filters
