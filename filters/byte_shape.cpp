#include "filters/byte_shape.h"

#include <algorithm>
#include <optional>

#include "filters/pattern_counts.h"

namespace sekisho::filters {
namespace {

using Bytes = std::bitset<256>;
constexpr std::size_t kMostPlaces = 40;

// A sequence of characters and classes of ASCII with fixed counts; ends before anything else.
class Walk {
 public:
  // `only_ascii`: members of classes that are not ASCII are left out.
  explicit Walk(std::string_view pattern, bool only_ascii = false)
      : text_(pattern), only_ascii_(only_ascii) {}

  // Whether the shape says all of the pattern.
  bool said_all() const { return pos_ == text_.size() && !varies_; }

  ByteShape whole() {
    ByteShape out;
    if (has_alternatives()) return out;
    while (pos_ < text_.size() && out.bytes.size() < kMostPlaces) {
      const std::optional<Bytes> one = atom();
      if (!one) break;
      bool more = true;
      std::size_t copies = count(more);
      varies_ = varies_ || !more;
      for (; copies > 0 && out.bytes.size() < kMostPlaces; --copies) out.bytes.push_back(*one);
      if (!more) break;
    }
    return out;
  }

 private:
  // Outside of classes and groups: a group ends the walk anyway.
  bool has_alternatives() const {
    bool inside = false;
    int depth = 0;
    for (std::size_t i = 0; i < text_.size(); ++i) {
      if (text_[i] == '\\') {
        ++i;
      } else if (inside) {
        inside = text_[i] != ']' || text_[i - 1] == '[';
      } else if (text_[i] == '[') {
        inside = true;
      } else if (text_[i] == '(' || text_[i] == ')') {
        depth += text_[i] == '(' ? 1 : -1;
      } else if (text_[i] == '|' && depth == 0) {
        return true;
      }
    }
    return false;
  }

  std::optional<Bytes> atom() {
    const char c = text_[pos_];
    if (c == '[') return char_class();
    if (c == '\\') return escape();
    if (static_cast<unsigned char>(c) >= 0x80 ||
        std::string_view("().|^$*+?{").find(c) != std::string_view::npos)
      return std::nullopt;
    ++pos_;
    return Bytes().set(static_cast<unsigned char>(c));
  }

  std::optional<Bytes> escape() {
    if (pos_ + 1 >= text_.size()) return std::nullopt;
    const char c = text_[pos_ + 1];
    Bytes out;
    if (c == 'd') {
      for (char digit = '0'; digit <= '9'; ++digit) out.set(static_cast<unsigned char>(digit));
    } else if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               static_cast<unsigned char>(c) >= 0x80) {
      return std::nullopt;
    } else {
      out.set(static_cast<unsigned char>(c));
    }
    pos_ += 2;
    return out;
  }

  std::optional<Bytes> char_class() {
    std::size_t at = pos_ + 1;
    Bytes out;
    if (at < text_.size() && text_[at] == '^') return std::nullopt;
    for (bool first = true; at < text_.size() && (first || text_[at] != ']'); first = false) {
      const std::optional<unsigned> from = member(at);
      if (!from) return std::nullopt;
      if (*from >= 0x80) {
        skip_character(at);
        continue;
      }
      unsigned to = *from;
      if (at + 1 < text_.size() && text_[at] == '-' && text_[at + 1] != ']') {
        ++at;
        const std::optional<unsigned> end = member(at);
        if (!end || *end >= 0x80) return std::nullopt;
        to = *end;
      }
      for (unsigned c = *from; c <= to; ++c) out.set(c);
    }
    if (at >= text_.size()) return std::nullopt;
    pos_ = at + 1;
    return out;
  }

  // The rest of a member that is not ASCII, and the hyphen of a range behind it.
  void skip_character(std::size_t& at) const {
    while (at < text_.size() && (static_cast<unsigned char>(text_[at]) & 0xC0) == 0x80) ++at;
    if (at + 1 < text_.size() && text_[at] == '-' && text_[at + 1] != ']') ++at;
  }

  std::optional<unsigned> member(std::size_t& at) const {
    if (text_.substr(at, 2) == "[:") return std::nullopt;
    if (text_[at] == '\\') {
      ++at;
      const char c = at < text_.size() ? text_[at] : 'a';
      if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
        return std::nullopt;
    }
    const auto c = static_cast<unsigned char>(text_[at]);
    if (c >= 0x80 && !only_ascii_) return std::nullopt;
    ++at;
    return c;
  }

  // How often the last atom stands at least; `more` = exactly so often, the walk may go on.
  std::size_t count(bool& more) {
    const char c = pos_ < text_.size() ? text_[pos_] : '\0';
    more = false;
    if (c == '?' || c == '*') return 0;
    if (c == '+') return 1;
    more = true;
    const auto times = take_counts(text_, pos_);
    if (!times) return 1;
    more = times->exact() && !(pos_ < text_.size() && text_[pos_] == '?');
    return std::min(times->least, kMostPlaces);
  }

  std::string_view text_;
  bool only_ascii_;
  bool varies_ = false;
  std::size_t pos_ = 0;
};

}  // namespace

ByteShape whole_ascii_shape(std::string_view pattern) {
  Walk walk(pattern, true);
  ByteShape shape = walk.whole();
  return walk.said_all() && shape.bytes.size() < kMostPlaces ? shape : ByteShape{};
}

ByteShape byte_shape(std::string_view pattern) {
  return Walk(pattern).whole();
}

}  // namespace sekisho::filters
