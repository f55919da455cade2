#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "filters/bodies/charset.h"

namespace sekisho::gateway {

// A file, or standard input ("-"), as the scanner reads it: UTF-8 in pieces from the disk, however
// large; text in another charset converted in memory.
class ScannedText {
 public:
  enum class Kind { kText, kBinary, kUnreadable };
  // The largest text that is converted or that comes from a pipe, bytes.
  static constexpr std::size_t kInMemory = 256u << 20;

  explicit ScannedText(const std::string& path);
  ~ScannedText();
  ScannedText(const ScannedText&) = delete;

  Kind kind() const { return kind_; }
  // Of kUnreadable: why; of converted text: the name of its charset.
  const std::string& why() const { return why_; }
  const std::string& charset() const { return charset_; }

  // Up to `most` bytes of UTF-8 from `offset` on, empty at the end; they lie in `buffer` or in the
  // text itself. False when the disk failed.
  bool read(std::size_t offset, std::size_t most, std::string& buffer,
            std::string_view& piece) const;

 private:
  void open(const std::string& path);
  void judge();
  bool read_all(std::string& out);
  void convert(filters::Charset charset);
  void refuse(std::string why);

  Kind kind_ = Kind::kText;
  std::string why_, charset_;
  int file_ = -1;
  bool seekable_ = false, in_memory_ = false;
  std::string text_;  // of in_memory_
};

// Line and column, both from 1, columns in characters; of offsets of a text that is read again, so
// that no more than a piece of it is in memory. Ascending offsets cost one pass.
class TextPlaces {
 public:
  struct Place {
    std::size_t line = 1, column = 1;
  };

  explicit TextPlaces(const ScannedText& text) : text_(text) {}
  Place at(std::size_t offset);

 private:
  struct Mark {
    std::size_t offset = 0;
    Place place;
  };
  void advance(std::string_view piece);

  const ScannedText& text_;
  Mark now_;
  std::string buffer_;
  std::string_view piece_;
  std::size_t piece_begin_ = 0;
  Mark checkpoints_[64];  // evenly spread: an earlier offset is reached again from the last before
                          // it
  std::size_t checkpoint_count_ = 0, spacing_ = 1u << 20;
};

// How many characters of UTF-8.
std::size_t characters(std::string_view text);

}  // namespace sekisho::gateway
