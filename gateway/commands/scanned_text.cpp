#include "gateway/commands/scanned_text.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "filters/utf8.h"

namespace sekisho::gateway {
namespace {

using filters::Charset;

// What a file is, is judged by its beginning.
constexpr std::size_t kHead = 128u << 10;
constexpr std::size_t kPlacePiece = 64u << 10;

std::string name_of(Charset charset) {
  switch (charset) {
    case Charset::kUtf16Le:
    case Charset::kUtf16Be:
      return "UTF-16";
    case Charset::kUtf32Le:
    case Charset::kUtf32Be:
      return "UTF-32";
    case Charset::kIso2022Jp:
      return "ISO-2022-JP";
    case Charset::kShiftJis:
      return "Shift_JIS";
    case Charset::kEucJp:
      return "EUC-JP";
    case Charset::kWindows1252:
      return "Windows-1252";
    default:
      return "another charset";
  }
}

// The beginning of a longer text may end within a character.
std::string_view whole_characters(std::string_view head) {
  const std::size_t valid = filters::valid_utf8_prefix(head);
  return head.size() - valid < 4 ? head.substr(0, valid) : head;
}

bool continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

}  // namespace

ScannedText::ScannedText(const std::string& path) {
  open(path);
  if (kind_ != Kind::kUnreadable) judge();
}

// What it is, by its beginning.
void ScannedText::judge() {
  if (!seekable_) {
    in_memory_ = true;
    if (!read_all(text_)) return;
  }
  std::string buffer;
  std::string_view head;
  if (!read(0, kHead, buffer, head)) return refuse(std::strerror(errno));
  if (head.size() == kHead) head = whole_characters(head);
  const auto readings = filters::charset_readings(Charset::kNone, head);
  const bool utf8 = !readings.empty() && readings.front() == Charset::kUtf8;
  if (readings.empty() || (utf8 && head.find('\0') != std::string_view::npos))
    kind_ = Kind::kBinary;
  else if (!utf8)
    convert(readings.front());
}

ScannedText::~ScannedText() {
  if (file_ > STDIN_FILENO) ::close(file_);
}

void ScannedText::refuse(std::string why) {
  kind_ = Kind::kUnreadable;
  why_ = std::move(why);
}

void ScannedText::open(const std::string& path) {
  file_ = path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat status {};
  if (file_ < 0 || ::fstat(file_, &status) != 0) return refuse(std::strerror(errno));
  if (S_ISDIR(status.st_mode)) return refuse(std::strerror(EISDIR));
  seekable_ = S_ISREG(status.st_mode);
}

// From where the file stands: a pipe can be read once.
bool ScannedText::read_all(std::string& out) {
  constexpr std::size_t kStep = 256u << 10;
  std::size_t size = 0;
  while (true) {
    out.resize(size + kStep);
    const ssize_t got = ::read(file_, out.data() + size, kStep);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return refuse(std::strerror(errno)), false;
    size += static_cast<std::size_t>(got);
    if (got == 0) break;
    if (size > kInMemory) {
      refuse("larger than " + std::to_string(kInMemory >> 20) +
             " MiB, and no UTF-8 file on a disk");
      return false;
    }
  }
  out.resize(size);
  return true;
}

bool ScannedText::read(std::size_t offset, std::size_t most, std::string& buffer,
                       std::string_view& piece) const {
  if (in_memory_) {
    piece = std::string_view(text_).substr(std::min(offset, text_.size()), most);
    return true;
  }
  buffer.resize(most);
  std::size_t size = 0;
  while (size < most) {
    const ssize_t got =
        ::pread(file_, buffer.data() + size, most - size, static_cast<off_t>(offset + size));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return false;
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  piece = std::string_view(buffer).substr(0, size);
  return true;
}

void ScannedText::convert(Charset charset) {
  charset_ = name_of(charset);
  std::string raw = std::move(text_);
  text_.clear();
  if (!in_memory_ && !read_all(raw)) return;
  in_memory_ = true;
  // The whole may say more than its beginning did.
  const auto readings = filters::charset_readings(Charset::kNone, raw);
  if (readings.empty()) return refuse("its characters are neither UTF-8 nor " + charset_);
  charset = readings.front();
  charset_ = name_of(charset);
  filters::CharsetDecoder decoder(charset, raw);
  filters::Layer unused;
  auto status = filters::CharsetDecoder::Status::kMore;
  while (status == filters::CharsetDecoder::Status::kMore) status = decoder.step(text_, unused, 0);
  if (status == filters::CharsetDecoder::Status::kInvalid)
    refuse("it is not " + charset_ + " from byte " + std::to_string(decoder.position()) + " on");
}

TextPlaces::Place TextPlaces::at(std::size_t offset) {
  if (offset < now_.offset) {
    now_ = {};
    for (std::size_t i = 0; i < checkpoint_count_ && checkpoints_[i].offset <= offset; ++i)
      now_ = checkpoints_[i];
  }
  while (now_.offset < offset) {
    if (now_.offset < piece_begin_ || now_.offset >= piece_begin_ + piece_.size()) {
      piece_begin_ = now_.offset;
      if (!text_.read(piece_begin_, kPlacePiece, buffer_, piece_) || piece_.empty()) break;
    }
    const std::string_view rest = piece_.substr(now_.offset - piece_begin_);
    advance(rest.substr(0, offset - now_.offset));
  }
  return now_.place;
}

void TextPlaces::advance(std::string_view piece) {
  for (const char c : piece) {
    if (c == '\n')
      ++now_.place.line, now_.place.column = 1;
    else
      now_.place.column += continuation(c) ? 0 : 1;
  }
  now_.offset += piece.size();
  const std::size_t last = checkpoint_count_ == 0 ? 0 : checkpoints_[checkpoint_count_ - 1].offset;
  if (now_.offset < last + spacing_) return;
  if (checkpoint_count_ == std::size(checkpoints_)) {
    for (std::size_t i = 1; i < checkpoint_count_; i += 2) checkpoints_[i / 2] = checkpoints_[i];
    checkpoint_count_ /= 2;
    spacing_ *= 2;
  }
  checkpoints_[checkpoint_count_++] = now_;
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !continuation(c); }));
}

}  // namespace sekisho::gateway
