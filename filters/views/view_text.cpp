#include "filters/views/view_text.h"

#include <algorithm>
#include <utility>

#include "filters/utf8.h"

namespace sekisho::filters {
namespace {

// The end of a stretch is sought so many bytes further out; longer tokens are cut.
constexpr std::size_t kLongestToken = 2048;
constexpr std::size_t kLongestKey = 8u << 10;

bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}
bool is_high(char c) {
  return static_cast<unsigned char>(c) >= 0x80;
}
bool continues(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

// Whether a cut at `pos` parts no token: beside white space, between two characters that are not
// ASCII.
bool is_edge(std::string_view text, std::size_t pos) {
  if (pos == 0 || pos >= text.size()) return true;
  if (continues(text[pos])) return false;
  return is_space(text[pos]) || is_space(text[pos - 1]) ||
         (is_high(text[pos]) && is_high(text[pos - 1]));
}

std::size_t left_edge(std::string_view text, std::size_t pos) {
  const std::size_t least = pos > kLongestToken ? pos - kLongestToken : 0;
  while (pos > least && !is_edge(text, pos)) --pos;
  while (pos > 0 && pos < text.size() && continues(text[pos])) --pos;
  return pos;
}

std::size_t right_edge(std::string_view text, std::size_t pos) {
  const std::size_t most = std::min(text.size(), pos + kLongestToken);
  while (pos < most && !is_edge(text, pos)) ++pos;
  while (pos < text.size() && continues(text[pos])) ++pos;
  return std::min(pos, text.size());
}

}  // namespace

void Patches::clear() {
  items_.clear();
  text_.clear();
  asks_ = 0;
  settled_ = true;
}

void Patches::settle() {
  if (std::exchange(settled_, true)) return;
  const auto earlier = [](const Item& a, const Item& b) {
    return a.raw.begin != b.raw.begin ? a.raw.begin < b.raw.begin : a.raw.end > b.raw.end;
  };
  if (!std::is_sorted(items_.begin(), items_.end(), earlier))
    std::stable_sort(items_.begin(), items_.end(), earlier);
  std::size_t kept = 0;
  asks_ = 0;
  for (const Item& item : items_) {
    if (kept > 0 && item.raw.begin < items_[kept - 1].raw.end) continue;
    asks_ += item.asks ? 1 : 0;
    items_[kept++] = item;
  }
  items_.resize(kept);
}

void ViewText::clear() {
  text_.clear();
  pieces_.clear();
}

void ViewText::append(std::string_view text, std::size_t raw_begin) {
  if (text.empty()) return;
  const std::size_t begin = text_.size();
  text.size() == 1 ? text_.push_back(text[0]) : void(text_ += text);
  if (!pieces_.empty() && !pieces_.back().patch && pieces_.back().raw_end == raw_begin) {
    pieces_.back().end = static_cast<std::uint32_t>(text_.size());
    pieces_.back().raw_end += static_cast<std::uint32_t>(text.size());
    return;
  }
  add(begin, {raw_begin, raw_begin + text.size()}, false, 0);
}

void ViewText::append_patch(std::string_view replacement, Range raw, std::uint16_t undone) {
  const std::size_t begin = text_.size();
  if (!replacement.empty()) text_ += replacement;
  add(begin, raw, true, undone);
}

const ViewText::Piece& ViewText::piece_at(std::size_t at) const {
  auto after = std::upper_bound(pieces_.begin(), pieces_.end(), at,
                                [](std::size_t a, const Piece& p) { return a < p.begin; });
  return *std::prev(after);
}

Range ViewText::raw_of(Range r) const {
  const Piece& first = piece_at(r.begin);
  const Piece& last = piece_at(r.end - 1);
  Range out;
  out.begin = first.patch ? first.raw_begin : first.raw_begin + (r.begin - first.begin);
  out.end = last.patch ? last.raw_end : last.raw_begin + (r.end - last.begin);
  return out.begin <= out.end ? out : Range{last.raw_begin, first.raw_end};
}

// The first piece that ends at `at` or behind it. Mostly near the one that was asked for last.
std::size_t ViewText::first_reaching(std::size_t at) const {
  constexpr int kNear = 8;
  std::size_t i = std::min(last_, pieces_.size());
  const auto ends_before = [&](std::size_t piece) { return pieces_[piece].end < at; };
  int steps = 0;
  for (; steps < kNear && i < pieces_.size() && ends_before(i); ++steps) ++i;
  for (; steps < kNear && i > 0 && !ends_before(i - 1); ++steps) --i;
  if (steps == kNear)
    i = static_cast<std::size_t>(
        std::lower_bound(pieces_.begin(), pieces_.end(), at,
                         [](const Piece& p, std::size_t a) { return p.end < a; }) -
        pieces_.begin());
  return last_ = i;
}

const ViewText::Piece* ViewText::patch_in(Range r) const {
  auto piece = pieces_.begin() + static_cast<std::ptrdiff_t>(first_reaching(r.begin));
  for (; piece != pieces_.end() && piece->begin <= r.end; ++piece) {
    if (!piece->patch) continue;
    const bool empty = piece->begin == piece->end;
    if (empty ? piece->begin > r.begin && piece->begin < r.end
              : piece->end > r.begin && piece->begin < r.end)
      return &*piece;
  }
  return nullptr;
}

ViewText::Patched ViewText::patch_at(std::size_t at) const {
  const Piece& piece = piece_at(at);
  if (!piece.patch) return {};
  return {std::string_view(text_).substr(piece.begin, piece.end - piece.begin),
          piece.raw_end - piece.raw_begin, piece.undone};
}

bool ViewText::Patched::says_only_text() const {
  constexpr std::size_t kFewest = 9;
  if (text.size() < kFewest) return false;
  if ((undone & kDecompressed) == 0) {
    // Of four characters three bytes are made, of two digits one, of eight of base32 five; lines
    // and padding are among the characters.
    const std::size_t least = (undone & kFromHex) != 0 ? 40 : 55;  // per cent
    if (text.size() * 100 < raw_size * least) return false;
  }
  return std::all_of(text.begin(), text.end(),
                     [](char c) {
                       return static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t' ||
                              c == '\r';
                     }) &&
         valid_utf8(text);
}

std::uint16_t ViewText::undone_in(Range r) const {
  std::uint16_t undone = 0;
  for (const Piece* piece = patch_in(r); piece != nullptr && piece->begin < r.end;) {
    undone |= piece->undone;
    if (++piece == pieces_.data() + pieces_.size()) break;
  }
  return undone;
}

Range over_key_body(std::string_view text, Range stretch, std::string_view shown) {
  if (shown.find("PRIVATE KEY") == std::string_view::npos) return stretch;
  return {stretch.begin, right_edge(text, std::min(text.size(), stretch.end + kLongestKey))};
}

std::vector<Range> stretches_around(std::string_view text, const std::vector<Range>& marks,
                                    ViewReach reach) {
  std::vector<Range> out;
  for (std::size_t i = 0; i < marks.size();) {
    Range cluster = marks[i];
    for (++i; i < marks.size() && marks[i].begin <= cluster.end + reach.before + reach.after; ++i)
      cluster.end = std::max(cluster.end, marks[i].end);
    Range stretch{left_edge(text, cluster.begin > reach.before ? cluster.begin - reach.before : 0),
                  right_edge(text, std::min(text.size(), cluster.end + reach.after))};
    stretch = over_key_body(text, stretch, text.substr(stretch.begin, stretch.size()));
    if (!out.empty() && stretch.begin <= out.back().end)
      out.back().end = std::max(out.back().end, stretch.end);
    else
      out.push_back(stretch);
  }
  return out;
}

std::vector<Range> stretches_of(std::string_view text, const Patches& patches, ViewReach reach) {
  std::vector<Range> marks;
  for (const Patches::Item& item : patches.items())
    if (item.asks) marks.push_back(item.raw);
  return stretches_around(text, marks, reach);
}

void build_view(std::string_view text, Range stretch, const Patches& patches, std::size_t& from,
                ViewText& out) {
  out.clear();
  const auto& items = patches.items();
  std::size_t at = stretch.begin;
  for (; from < items.size() && items[from].raw.end <= stretch.end; ++from) {
    const Patches::Item& item = items[from];
    if (item.raw.begin < at) continue;
    out.append(text.substr(at, item.raw.begin - at), at);
    out.append_patch(patches.text_of(item), item.raw, item.undone);
    at = item.raw.end;
  }
  out.append(text.substr(at, stretch.end - at), at);
}

}  // namespace sekisho::filters
