#include "filters/views/zip_text.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <utility>

#include "filters/views/blob_codings.h"
#include "filters/views/view_scan.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kHeader = 30;   // of a member, before its name
constexpr std::size_t kSample = 512;  // bytes that tell what a member is
constexpr std::size_t kLongestWhole = 4u << 20;
constexpr std::size_t kLongestOther = 64u << 10;  // of another charset
constexpr int kStoredMethod = 0, kDeflateMethod = 8;
constexpr std::string_view kMark = "PK\x03\x04";

std::uint64_t number_at(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = size; i-- > 0;)
    value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

// The parts of a document that hold what its reader sees.
bool is_document_part(std::string_view name) {
  if (!name.ends_with(".xml")) return false;
  return name.starts_with("word/") || name.starts_with("xl/") || name.starts_with("ppt/") ||
         name == "content.xml";
}

}  // namespace

// What parts the text before the tag from the text behind it. A cell ends behind its last
// paragraph: the later one counts.
void XmlText::end_tag() {
  const std::size_t colon = name_.find(':');
  const bool closes = name_.starts_with('/') || name_.ends_with('/');
  std::string_view local = name_;
  local.remove_prefix(colon != std::string::npos ? colon + 1 : name_.starts_with('/') ? 1 : 0);
  if (local.ends_with('/')) local.remove_suffix(1);
  const auto one_of = [local](auto... names) { return ((local == names) || ...); };
  if (closes && one_of("p", "si", "row", "tr", "br", "h", "table-row"))
    gap_ = '\n';
  else if (closes && one_of("tc", "c", "tab", "table-cell"))
    gap_ = '\t';
  name_.clear();
}

void XmlText::push(std::string_view xml, std::string& out) {
  constexpr std::size_t kLongestName = 24;
  bool named = in_tag_ && (name_.size() >= kLongestName || name_.ends_with(' '));
  for (const char c : xml) {
    if (in_tag_) {
      in_tag_ = c != '>';
      if (!in_tag_) {
        if (name_.ends_with(' ')) name_.pop_back();
        end_tag();
      } else if (!named) {
        named = c == ' ' || name_.size() >= kLongestName;
        name_ += c;
      }
    } else if (c == '<') {
      in_tag_ = true;
      named = false;
    } else {
      if (gap_ != '\0') out += std::exchange(gap_, '\0');
      out += c;
    }
  }
}

struct ZipText::Inflater {
  ~Inflater() {
    if (open) inflateEnd(&z);
  }
  // For the next stream.
  bool begin() {
    const int made = open ? inflateReset(&z) : inflateInit2(&z, -MAX_WBITS);
    open = open || made == Z_OK;
    return made == Z_OK;
  }

  z_stream z{};
  bool open = false;
};

ZipText::ZipText(ViewBudget& budget, int packings) : budget_(budget), packings_(packings) {}
ZipText::~ZipText() = default;

// Members are sought by their mark, so that what stands between them, and a directory that hides
// one, does not matter.
bool ZipText::push(std::string_view bytes, std::string& out) {
  while (!bytes.empty() && !over_) {
    if (state_ != State::kBetween) {
      bytes.remove_prefix(take_packed(bytes, out));
      continue;
    }
    if (header_.empty()) bytes.remove_prefix(std::min(bytes.find(kMark[0]), bytes.size()));
    // No byte more than the header, its name and its extra fields have.
    const std::size_t known =
        header_.size() < kMark.size() ? 1
        : header_.size() < kHeader
            ? kHeader - header_.size()
            : kHeader + number_at(header_, 26, 2) + number_at(header_, 28, 2) - header_.size();
    const std::size_t size = std::min(known, bytes.size());
    header_ += bytes.substr(0, size);
    bytes.remove_prefix(size);
    if (header_.size() <= kMark.size()) {
      if (!kMark.starts_with(header_)) header_ = header_.back() == kMark[0] ? "P" : "";
      continue;
    }
    if (header_.size() >= kHeader &&
        header_.size() == kHeader + number_at(header_, 26, 2) + number_at(header_, 28, 2))
      begin_member();
  }
  return !over_;
}

void ZipText::begin_member() {
  constexpr std::uint64_t kEncrypted = 1, kSizedBehind = 8, kElsewhere = 0xFFFFFFFF;
  const std::uint64_t flags = number_at(header_, 6, 2), method = number_at(header_, 8, 2);
  left_ = number_at(header_, 18, 4);
  sized_ = (flags & kSizedBehind) == 0 && left_ != kElsewhere;
  name_ = header_.substr(kHeader, number_at(header_, 26, 2));
  header_.clear();
  first_.clear();
  xml_ = XmlText();
  content_ = Content::kUnknown;
  const bool read = (flags & kEncrypted) == 0;
  if (read && method == kDeflateMethod) {
    state_ = State::kDeflated;
    if (inflater_ == nullptr) inflater_ = std::make_unique<Inflater>();
    over_ |= !inflater_->begin();
  } else if (read && method == kStoredMethod && (sized_ || left_ == kElsewhere)) {
    state_ = State::kStored;
  } else {
    unread_ = true;
    state_ = sized_ ? State::kSkipped : State::kBetween;
  }
  if (sized_ && left_ == 0) state_ = State::kBetween;
}

// Returns how many of `bytes` belong to the member.
std::size_t ZipText::take_packed(std::string_view bytes, std::string& out) {
  if (sized_) bytes = bytes.substr(0, left_);
  std::size_t used = bytes.size();
  bool ended = false;
  if (state_ == State::kStored) {
    take(bytes, out);
  } else if (state_ == State::kDeflated && !(sized_ && content_ == Content::kNone)) {
    std::array<char, 16u << 10> room;
    z_stream& z = inflater_->z;
    z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    z.avail_in = static_cast<uInt>(bytes.size());
    while (!ended && !over_) {
      z.next_out = reinterpret_cast<Bytef*>(room.data());
      z.avail_out = static_cast<uInt>(room.size());
      const int result = inflate(&z, Z_NO_FLUSH);
      if (result == Z_BUF_ERROR) break;  // it waits for more
      const std::size_t made = room.size() - z.avail_out;
      over_ |= !budget_.inflate(made);
      take({room.data(), made}, out);
      ended = result != Z_OK;
    }
    // A stream says itself where it ends.
    if (ended) used = bytes.size() - z.avail_in;
  }
  if (sized_) left_ -= used;
  if (ended || (sized_ && left_ == 0)) end_member(out);
  return used;
}

// Bytes of the member as they were before they were packed.
void ZipText::take(std::string_view bytes, std::string& out) {
  switch (content_) {
    case Content::kUnknown: {
      // No more than the sample decides, however the bytes come.
      const std::size_t sample = std::min(kSample - first_.size(), bytes.size());
      first_ += bytes.substr(0, sample);
      if (first_.size() < kSample) return;
      settle(out);
      return take(bytes.substr(sample), out);
    }
    case Content::kText:
      out += bytes;
      return;
    case Content::kDocument:
      return xml_.push(bytes, out);
    case Content::kWhole:
      first_ += bytes;
      over_ |= first_.size() > kLongestWhole;
      return;
    case Content::kNone:
      return;
  }
}

void ZipText::settle(std::string& out) {
  const bool packed = begins(first_) || packed_as(first_);
  if (packed) {
    content_ = Content::kWhole;
    return;
  }
  if (is_mostly_text(first_))
    content_ = is_document_part(name_) ? Content::kDocument : Content::kText;
  else
    content_ = may_be_of_other_charset(first_) ? Content::kWhole : Content::kNone;
  if (content_ == Content::kWhole) return;
  const std::string bytes = std::exchange(first_, {});
  take(bytes, out);
}

void ZipText::end_member(std::string& out) {
  if (content_ == Content::kUnknown) settle(out);
  const bool packed = begins(first_) || packed_as(first_);
  if (content_ == Content::kWhole && packings_ > 0) {
    const bool big = first_.size() > kLongestOther && !packed;
    if (const auto said = readable(std::move(first_), budget_, over_, packings_ - 1))
      out += said->text;
    else
      over_ |= big;
  } else if (content_ == Content::kWhole) {
    over_ |= packed;
  }
  first_.clear();
  if (!out.empty() && out.back() != '\n') out += '\n';
  state_ = State::kBetween;
}

bool ZipText::finish(std::string& out) {
  if (state_ != State::kBetween && !over_) end_member(out);
  return !over_ && !unread_;
}

}  // namespace sekisho::filters
