#pragma once

// Where may any of some patterns be? One look at each byte, as many places at a time as the
// processor does: what may stand at four places one behind the other, for all anchors together.
// Only where something fits are anchors told apart, by what stands behind, too.

#include <array>
#include <bit>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "filters/char_set.h"
#include "filters/finding.h"
#include "filters/processor.h"

namespace sekisho::filters {

// What "\w" is.
inline constexpr CharSet kWordBytes(
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz");

class AnchorFinder {
 public:
  static constexpr std::size_t kMostPlaces = 8;
  static constexpr std::size_t kMostAnchors = 64;
  struct Anchor {
    std::vector<std::bitset<256>> places;  // bytes that may stand there; one place to kMostPlaces
    bool at_border = false;                // never behind what "\w" is
  };

  AnchorFinder() = default;
  // At most kMostAnchors; they are numbered as given.
  explicit AnchorFinder(const std::vector<Anchor>& anchors);

  // Calls found(anchor, place) for each anchor that stands at a place of `where`, by place, then by
  // anchor. `text` is looked at to its end, past `where`.
  template <class Found>
  void find(std::string_view text, Range where, Found found) const {
    Hits hits;
    for (std::size_t pos = where.begin; pos < where.end;) {
      hits.size = 0;
      pos = read(best_stride(), text, {pos, where.end}, hits);
      for (std::size_t i = 0; i < hits.size; ++i)
        for (std::uint64_t stand = hits.stand[i]; stand != 0; stand &= stand - 1)
          found(static_cast<std::size_t>(std::countr_zero(stand)), hits.at[i]);
    }
  }

  // Places with the anchors that stand there, a bit each.
  struct Hits {
    static constexpr std::size_t kMost = 128;
    std::array<std::size_t, kMost> at;
    std::array<std::uint64_t, kMost> stand;
    std::size_t size = 0;
    void add(std::size_t pos, std::uint64_t anchors) {
      at[size] = pos;
      stand[size++] = anchors;
    }
  };
  // Adds the places in `where` until `hits` is full; where it stopped. This processor must have
  // `stride`.
  std::size_t read(Stride stride, std::string_view text, Range where, Hits& hits) const;

 private:
  // Those places of an anchor that are looked at for all together.
  static constexpr std::size_t kPlaces = 4;
  static constexpr std::array<std::size_t, kPlaces> kLookedAt = {0, 1, 2, 6};
  // Anchors in a bucket share a bit.
  static constexpr std::size_t kBuckets = 16, kSets = kBuckets / 8;
  enum class Told { kByByte, kByHalves };
  struct Bucket;
  using Half = std::array<std::uint8_t, 16>;

  std::size_t read_plainly(std::string_view text, Range where, Hits& hits) const;
  std::size_t read_32(std::string_view text, Range where, Hits& hits) const;
  std::size_t read_64(std::string_view text, Range where, Hits& hits) const;

  // Which anchors stand at `pos`: a bit each.
  std::uint64_t at(std::string_view text, std::size_t pos) const {
    std::uint64_t out = pos > 0 && kWordBytes.has(text[pos - 1]) ? all_ & ~at_border_ : all_;
    for (std::size_t i = 0; i < kMostPlaces && out != 0; ++i)
      out &=
          pos + i < text.size() ? fits_[i][static_cast<unsigned char>(text[pos + i])] : short_[i];
    return out;
  }
  void add(const Anchor& anchor, std::uint64_t bit);
  static std::vector<Bucket> buckets_of(const std::vector<Anchor>& anchors, Told told);
  void make_bytes(const std::vector<Anchor>& anchors);
  void make_halves(const std::vector<Anchor>& anchors);

  std::array<std::array<std::uint64_t, 256>, kMostPlaces> fits_{};  // anchors, a bit each
  std::array<std::uint64_t, kMostPlaces> short_{};                  // that end before this place
  std::uint64_t all_ = 0, at_border_ = 0;
  // Eight buckets, a bit each: where a byte fits, or both its halves; which need no border.
  struct Halves {
    std::array<Half, kPlaces> low{}, high{};
    std::uint8_t inside_words = 0;
  };
  std::array<Halves, kSets> halves_{};
  struct EachByte {
    std::array<std::array<std::uint8_t, 256>, kPlaces> fits{};
    std::uint8_t inside_words = 0;
  };
  std::array<EachByte, kSets> each_byte_{};
};

}  // namespace sekisho::filters
