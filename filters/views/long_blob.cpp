#include "filters/views/long_blob.h"

#include <algorithm>
#include <utility>

#include "filters/base64.h"
#include "filters/scanner.h"
#include "filters/utf8.h"
#include "filters/views/blob_chars.h"
#include "filters/views/blob_codings.h"
#include "filters/views/escape_marks.h"
#include "filters/views/view_scan.h"
#include "filters/views/zip_text.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kSample = 512;  // bytes that tell what it is
constexpr std::size_t kPiece = 16u << 10;
constexpr std::size_t kMostFindings = 256;  // that stand at one place

// Whether bytes with a NUL at the beginning are UTF-16: the high halves of ASCII characters are
// NULs, and few other characters have a low half that is one.
bool may_be_wide(std::string_view bytes, bool little) {
  std::size_t high = 0, low = 0;
  for (std::size_t at = 0; at + 1 < bytes.size(); at += 2) {
    high += bytes[at + (little ? 1 : 0)] == '\0' ? 1 : 0;
    low += bytes[at + (little ? 0 : 1)] == '\0' ? 1 : 0;
  }
  return low < high;
}

}  // namespace

LongBlob::LongBlob(std::size_t begin, std::string_view characters, Scanner* scanner,
                   ViewBudget& budget)
    : begin_(begin), scanner_(scanner), budget_(budget), guess_(guess_blob(characters)) {
  if (guess_.coding == BlobCoding::kNone) content_ = Content::kOther;
}
LongBlob::~LongBlob() = default;

void LongBlob::push(std::string_view characters) {
  if (content_ == Content::kOther || failed_) return;
  const std::size_t left_out = std::min(guess_.offset, characters.size());
  characters.remove_prefix(left_out);
  guess_.offset -= left_out;
  for (; !characters.empty(); characters.remove_prefix(std::min(kPiece, characters.size())))
    decode(characters.substr(0, kPiece));
}

void LongBlob::decode(std::string_view characters) {
  bytes_.clear();
  const int width = guess_.coding == BlobCoding::kHex ? 4 : 6;
  for (const char c : characters) {
    const int value = width == 4 ? hex_value(c) : blob_value(c);
    if (value < 0) continue;
    bits_ = bits_ << width | static_cast<unsigned>(value);
    have_ += width;
    if (have_ < 8) continue;
    have_ -= 8;
    bytes_ += static_cast<char>(bits_ >> have_ & 0xFF);
  }
  take(bytes_);
}

// What the first bytes are decides about the rest.
void LongBlob::settle() {
  const bool marked = first_.starts_with("\xFF\xFE") || first_.starts_with("\xFE\xFF");
  const std::size_t nul = first_.find('\0');
  std::optional<CodingName> coding = packed_as(first_);
  if (!coding && inflates_to_text(first_)) coding = CodingName::kDeflate;
  if (coding && !packed_) {
    packed_ = true;
    unpacker_ = std::make_unique<StreamDecoder>(StreamCoding{*coding});
    content_ = Content::kPacked;
  } else if (ZipText::begins(first_)) {
    content_ = Content::kArchive;
    members_ = std::make_unique<ZipText>(budget_, kMostPackings - 1);
    packed_ = true;
  } else if (is_mostly_text(first_)) {
    content_ = Content::kText;
  } else if (!has_file_magic(first_) &&
             (marked || (nul < 4 && may_be_wide(first_, nul % 2 == 1)))) {
    content_ = Content::kWide;
    little_ = marked ? first_[0] == '\xFF' : nul % 2 == 1;
  } else {
    content_ = Content::kOther;
    return;
  }
  // Undoing it would be one layer too many.
  if (scanner_ == nullptr) {
    failed_ = true;
    return;
  }
  scanner_->begin();
  std::string first = std::move(first_);
  first_.clear();
  const Content content = content_;
  if (content == Content::kPacked) {
    content_ = Content::kUnknown;
    unpack(first);
  } else if (content == Content::kArchive) {
    take_members(first);
  } else if (content == Content::kWide) {
    scan_wide(first);
  } else {
    scan(first);
  }
}

void LongBlob::take(std::string_view bytes) {
  if (content_ == Content::kOther || failed_ || bytes.empty()) return;
  if (unpacker_ != nullptr) return unpack(bytes);
  if (content_ == Content::kArchive) return take_members(bytes);
  if (content_ == Content::kText) return scan(bytes);
  if (content_ == Content::kWide) return scan_wide(bytes);
  first_ += bytes;
  if (first_.size() >= kSample) settle();
}

// Bytes that come out of the packing are judged as those that are not packed.
void LongBlob::unpack(std::string_view bytes) {
  std::unique_ptr<StreamDecoder> unpacker = std::move(unpacker_);
  unpacker->push(bytes);
  std::string out;
  for (;;) {
    out.clear();
    const StreamDecoder::Status status = unpacker->step(out);
    if (!budget_.inflate(out.size())) failed_ = true;
    take(out);
    if (status == StreamDecoder::Status::kTooBig) failed_ = true;
    if (status == StreamDecoder::Status::kCorrupt && content_ == Content::kUnknown)
      content_ = Content::kOther;
    if (status != StreamDecoder::Status::kMore || failed_) break;
  }
  unpacker_ = std::move(unpacker);
}

void LongBlob::take_members(std::string_view bytes) {
  std::string text;
  if (!members_->push(bytes, text)) failed_ = true;
  scan(text);
}

void LongBlob::scan(std::string_view text) {
  if (text.empty()) return;
  if (!budget_.take(text.size())) failed_ = true;
  if (failed_) return;
  if (scanner_->push(text, found_) == ScanStatus::kCouldNotDecide) failed_ = true;
  if (found_.size() > kMostFindings) found_.resize(kMostFindings);
}

// UTF-16; surrogates are left as they are.
void LongBlob::scan_wide(std::string_view bytes) {
  wide_ += bytes;
  std::string text;
  std::size_t at = 0;
  for (; at + 1 < wide_.size(); at += 2) {
    const auto a = static_cast<unsigned char>(wide_[at]),
               b = static_cast<unsigned char>(wide_[at + 1]);
    const char32_t unit =
        little_ ? static_cast<char32_t>(b) << 8 | a : static_cast<char32_t>(a) << 8 | b;
    if (unit != 0xFEFF) append_utf8(text, unit >= 0xD800 && unit < 0xE000 ? 0xFFFD : unit);
  }
  wide_.erase(0, at);
  scan(text);
}

ScanStatus LongBlob::finish(std::size_t end, Findings& out) {
  if (content_ == Content::kUnknown && !first_.empty()) {
    unpacker_.reset();
    settle();
  }
  if (content_ == Content::kArchive && !failed_) {
    std::string text;
    if (!members_->finish(text)) failed_ = true;
    scan(text);
  }
  const bool scanned =
      content_ != Content::kOther && content_ != Content::kUnknown && scanner_ != nullptr;
  if (scanned && scanner_->finish(found_) == ScanStatus::kCouldNotDecide) failed_ = true;
  const std::uint16_t undone = kWrapped |
                               (guess_.coding == BlobCoding::kHex ? kFromHex : kFromBase64) |
                               (packed_ ? kDecompressed : 0);
  for (Finding& finding : found_) {
    finding.range = {begin_, end};
    finding.undone |= undone;
    out.push_back(std::move(finding));
  }
  found_.clear();
  return failed_ ? ScanStatus::kCouldNotDecide : ScanStatus::kDone;
}

}  // namespace sekisho::filters
