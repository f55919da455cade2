#pragma once

// What the members of a ZIP archive say, documents of Office and OpenDocument among them, as the
// bytes of the archive come.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace sekisho::filters {

class ViewBudget;

// Text of a document in XML without its tags: paragraphs and rows are lines, cells are parted by
// tabs.
class XmlText {
 public:
  void push(std::string_view xml, std::string& out);

 private:
  void end_tag();

  bool in_tag_ = false;
  std::string name_;  // of the tag, "/w:p"
  char gap_ = '\0';   // before the next character
};

class ZipText {
 public:
  // `packings` may be undone within the archive.
  ZipText(ViewBudget& budget, int packings);
  ~ZipText();
  ZipText(const ZipText&) = delete;
  ZipText& operator=(const ZipText&) = delete;

  static bool begins(std::string_view bytes) { return bytes.starts_with("PK\x03\x04"); }

  // Appends what the members say so far. False: the budget is spent, or a packing too many or too
  // big was met.
  bool push(std::string_view bytes, std::string& out);
  // The archive ends, or was cut off, here. False: the same, or a member could not be read.
  bool finish(std::string& out);

 private:
  enum class State { kBetween, kStored, kDeflated, kSkipped };
  enum class Content { kUnknown, kText, kDocument, kWhole, kNone };

  void begin_member();
  std::size_t take_packed(std::string_view bytes, std::string& out);
  void take(std::string_view bytes, std::string& out);
  void settle(std::string& out);
  void end_member(std::string& out);

  ViewBudget& budget_;
  const int packings_;
  bool over_ = false;
  bool unread_ = false;  // a member is locked, or packed otherwise
  State state_ = State::kBetween;
  Content content_ = Content::kUnknown;
  std::string header_;  // between members: bytes that may begin one
  std::string name_;
  std::uint64_t left_ = 0;  // packed bytes of the member, when `sized_`
  bool sized_ = false;
  std::string first_;  // of the member, until it is known what they are; or all of it
  XmlText xml_;
  struct Inflater;
  std::unique_ptr<Inflater> inflater_;
};

}  // namespace sekisho::filters
