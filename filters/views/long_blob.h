#pragma once

// An encoding that is longer than a window: decoded as it comes, its text scanned as it comes; what
// is found stands at the whole of it.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "filters/bodies/stream_coding.h"
#include "filters/detector.h"
#include "filters/views/blobs.h"

namespace sekisho::filters {

class Scanner;
class ViewBudget;
class ZipText;

class LongBlob {
 public:
  // Begins at `begin` of the whole text, where `characters` (as many as are at hand) stand.
  // `scanner` is one encoding deeper; nullptr = no deeper one is allowed.
  LongBlob(std::size_t begin, std::string_view characters, Scanner* scanner, ViewBudget& budget);
  ~LongBlob();

  // Characters of the run in order, those the constructor saw included.
  void push(std::string_view characters);
  // The run ends before `end`. Appends what was found.
  ScanStatus finish(std::size_t end, Findings& out);

  std::size_t begin() const { return begin_; }

 private:
  enum class Content { kUnknown, kText, kWide, kPacked, kArchive, kOther };
  void decode(std::string_view characters);
  void take(std::string_view bytes);
  void unpack(std::string_view bytes);
  void take_members(std::string_view bytes);
  void scan(std::string_view text);
  void scan_wide(std::string_view bytes);
  void settle();

  std::size_t begin_;
  Scanner* scanner_;
  ViewBudget& budget_;
  BlobGuess guess_;
  Content content_ = Content::kUnknown;
  bool packed_ = false;
  bool failed_ = false;
  unsigned bits_ = 0;
  int have_ = 0;
  std::string first_;  // bytes until it is known what they are
  std::string bytes_;
  std::unique_ptr<StreamDecoder> unpacker_;
  std::unique_ptr<ZipText> members_;
  std::string wide_;  // half a unit
  bool little_ = true;
  Findings found_;
};

}  // namespace sekisho::filters
