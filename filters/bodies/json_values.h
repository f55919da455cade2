#pragma once

// Splits a stream of JSON into the values that can be read by themselves: the lines of NDJSON, the
// elements of one array around everything, or the whole of one document. Only brackets and quotes
// are looked at; the pieces joined are the stream.

#include <cstddef>
#include <string>
#include <string_view>

namespace sekisho::filters {

class JsonValues {
 public:
  enum class Kind {
    kRaw,       // between values, a bare scalar, part of a value over the limit
    kValue,     // one whole object or array
    kArrayEnd,  // the bracket that ends the array around the values
  };
  struct Piece {
    Kind kind = Kind::kRaw;
    std::string_view bytes;  // valid until the next call
  };

  // A value of more than `limit` bytes comes as raw pieces.
  explicit JsonValues(std::size_t limit) : limit_(limit) {}

  void push(std::string_view bytes);
  bool next(Piece& piece);  // false: more bytes are needed
  bool rest(Piece& piece);  // what is left when the stream has ended, raw
  bool in_array() const { return in_array_; }
  std::size_t held() const { return buffer_.size() - begin_; }
  std::size_t over_limit() const { return over_limit_; }  // values so far

 private:
  bool take(Piece& piece, std::size_t end, Kind kind);
  bool outside(Piece& piece);
  bool inside(Piece& piece);
  bool ends_value(char c);

  const std::size_t limit_;
  std::string buffer_;
  std::size_t begin_ = 0, scanned_ = 0;
  std::size_t depth_ = 0;  // of the value at hand
  bool started_ = false, in_array_ = false;
  bool in_value_ = false, in_string_ = false, escaped_ = false, scalar_ = false, long_ = false;
  std::size_t over_limit_ = 0;
};

}  // namespace sekisho::filters
