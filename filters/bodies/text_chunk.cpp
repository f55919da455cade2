#include "filters/bodies/text_chunk.h"

#include <algorithm>

namespace sekisho::filters {
namespace {

constexpr std::size_t kUnitsPerCheckpoint = 64;

inline void put_number(std::vector<unsigned char>& out, std::size_t n) {
  for (; n >= 0x80; n >>= 7) out.push_back(static_cast<unsigned char>(n | 0x80));
  out.push_back(static_cast<unsigned char>(n));
}

std::size_t take_number(const std::vector<unsigned char>& codes, std::size_t& at) {
  std::size_t n = 0;
  for (int shift = 0;; shift += 7) {
    unsigned char c = codes[at++];
    n |= static_cast<std::size_t>(c & 0x7f) << shift;
    if (c < 0x80) return n;
  }
}

}  // namespace

void OffsetMap::clear() {
  codes_.clear();
  checkpoints_.clear();
  units_ = literal_ = 0;
  coded_ = last_ = Place{};
  started_ = false;
}

void OffsetMap::add(std::size_t text, std::size_t original) {
  if (!started_) {
    started_ = true;
    coded_ = {0, original - text};
    literal_ = text;
  } else {
    std::size_t text_size = text - last_.text, original_size = original - last_.original;
    if (text_size == original_size) {
      literal_ += text_size;
    } else {
      put_unit(text_size, original_size);
    }
  }
  last_ = {text, original};
}

void OffsetMap::add_unit(std::size_t text, std::size_t original, std::size_t text_size,
                         std::size_t original_size) {
  bool literal = text - last_.text == original - last_.original;
  if (!started_ || !literal || text_size == original_size) {
    add(text, original);
    add(text + text_size, original + original_size);
    return;
  }
  literal_ += text - last_.text;
  put_unit(text_size, original_size);
  last_ = coded_;
}

void OffsetMap::put_unit(std::size_t text_size, std::size_t original_size) {
  if (units_ % kUnitsPerCheckpoint == 0) checkpoints_.push_back({coded_, codes_.size()});
  ++units_;
  put_number(codes_, literal_);
  if (text_size < 16 && original_size < 16) {
    codes_.push_back(static_cast<unsigned char>(text_size << 4 | original_size));
  } else {
    codes_.push_back(0);
    put_number(codes_, text_size);
    put_number(codes_, original_size);
  }
  coded_.text += literal_ + text_size;
  coded_.original += literal_ + original_size;
  literal_ = 0;
}

// The literal run or unit that holds the byte at `text`.
OffsetMap::Unit OffsetMap::unit_at(std::size_t text) const {
  auto after =
      std::upper_bound(checkpoints_.begin(), checkpoints_.end(), text,
                       [](std::size_t t, const Checkpoint& c) { return t < c.place.text; });
  if (after == checkpoints_.begin()) return {coded_, {text + 1, 0}, true};
  Place at = std::prev(after)->place;
  for (std::size_t code = std::prev(after)->code; code < codes_.size();) {
    std::size_t literal = take_number(codes_, code);
    std::size_t text_size = codes_[code] >> 4, original_size = codes_[code] & 15;
    if (codes_[code++] == 0) {
      text_size = take_number(codes_, code);
      original_size = take_number(codes_, code);
    }
    Place unit{at.text + literal, at.original + literal};
    if (text < unit.text) return {at, unit, true};
    Place end{unit.text + text_size, unit.original + original_size};
    if (text < end.text) return {unit, end, false};
    at = end;
  }
  return {at, {text + 1, 0}, true};
}

Range OffsetMap::original(Range r, std::size_t base, std::size_t original_end) const {
  Range out;
  if (!started_) {
    out = {base + r.begin, base + std::max(r.begin, r.end)};
  } else {
    Unit first = unit_at(r.begin);
    out.begin = first.begin.original + (first.literal ? r.begin - first.begin.text : 0);
    out.end = out.begin;
    if (r.end > r.begin) {
      Unit last = unit_at(r.end - 1);
      out.end = last.literal ? last.begin.original + (r.end - last.begin.text) : last.end.original;
    }
  }
  out.begin = std::min(out.begin, original_end);
  out.end = std::min(out.end, original_end);
  return out;
}

bool Layer::takes_ascii(Range r) const {
  const auto ascii_at = [this](std::size_t at) {
    auto after = std::upper_bound(shifts.begin(), shifts.end(), at,
                                  [](std::size_t a, const auto& s) { return a < s.first; });
    return after == shifts.begin() || std::prev(after)->second;
  };
  return shifts.empty() || (ascii_at(r.begin) && ascii_at(r.end > r.begin ? r.end - 1 : r.end));
}

Spot locate(const TextChunk& chunk, Range piece) {
  Spot out;
  out.range =
      chunk.is_number ? chunk.range : chunk.map.original(piece, chunk.range.begin, chunk.range.end);
  out.fixed = chunk.coding == Coding::kFixed;
  for (const Layer* layer = chunk.outer; layer != nullptr; layer = layer->outer) {
    out.range = layer->whole ? layer->range
                             : layer->map.original(out.range, layer->range.begin, layer->range.end);
    out.fixed = out.fixed || layer->coding == Coding::kFixed || !layer->takes_ascii(out.range);
    out.outer.push_back(layer->coding);
  }
  return out;
}

}  // namespace sekisho::filters
