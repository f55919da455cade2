#pragma once

// A text as it reads after something was undone in it (an escape, a zero-width character, a blob of
// base64), with the way back to the bytes it came from.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "filters/finding.h"

namespace sekisho::filters {

// Replacements of places of a text: sorted, without overlap, each a unit (what is found in any part
// of a replacement stands at the whole of its place).
class Patches {
 public:
  struct Item {
    Range raw;
    std::uint32_t text = 0, size = 0;  // of the replacement
    bool asks = true;                  // worth a view of its own; others are done where one is made
    std::uint16_t undone = 0;          // bits of Undone
  };

  void clear();
  // What the patches added from now on undo.
  void undo(std::uint16_t undone) { undone_ = undone; }
  void add(Range raw, std::string_view replacement, bool asks = true) {
    settled_ = settled_ && (items_.empty() || (raw.begin >= items_.back().raw.end &&
                                               raw.begin > items_.back().raw.begin));
    items_.push_back({raw, static_cast<std::uint32_t>(text_.size()),
                      static_cast<std::uint32_t>(replacement.size()), asks, undone_});
    if (!replacement.empty()) text_ += replacement;
    asks_ += asks ? 1 : 0;
  }
  // Patches for which `unwanted` holds ask no longer.
  template <class Unwanted>
  void quieten(Unwanted unwanted) {
    asks_ = 0;
    for (Item& item : items_) {
      item.asks = item.asks && !unwanted(item.raw);
      asks_ += item.asks ? 1 : 0;
    }
  }
  // Sorts by place; of overlapping ones the earlier and longer stays.
  void settle();
  bool ask() const { return asks_ > 0; }
  const std::vector<Item>& items() const { return items_; }
  std::string_view text_of(const Item& item) const {
    return std::string_view(text_).substr(item.text, item.size);
  }

 private:
  std::vector<Item> items_;
  std::string text_;
  std::size_t asks_ = 0;
  std::uint16_t undone_ = 0;
  bool settled_ = true;  // each was added behind the one before
};

// A stretch of the text with its patches applied.
class ViewText {
 public:
  void clear();
  void append(std::string_view text, std::size_t raw_begin);  // as it stands there
  void append_patch(std::string_view replacement, Range raw, std::uint16_t undone);

  const std::string& text() const { return text_; }
  // The raw bytes that view[r.begin, r.end) came from, whole patches only. Needs r not empty.
  Range raw_of(Range r) const;
  // Whether something was patched in `r` (of the view); what was undone there.
  bool patched(Range r) const { return patch_in(r) != nullptr; }
  std::uint16_t undone_in(Range r) const;
  // The patch that the byte at `at` (of the view) is of: its text, how many raw bytes it stands for
  // and what was undone; none when it is of no patch.
  struct Patched {
    std::string_view text;
    std::size_t raw_size = 0;
    std::uint16_t undone = 0;
    // Whether all of an encoding is text, which random bytes never are, and no part of it that
    // chance made.
    bool says_only_text() const;
  };
  Patched patch_at(std::size_t at) const;

 private:
  // Small: a text pulled apart has one for every character and every gap. A view and what it is
  // made of are a window long at most.
  struct Piece {
    std::uint32_t begin, end;  // in the view
    std::uint32_t raw_begin, raw_end;
    bool patch;
    std::uint16_t undone;
  };
  void add(std::size_t begin, Range raw, bool patch, std::uint16_t undone) {
    const auto narrow = [](std::size_t at) { return static_cast<std::uint32_t>(at); };
    pieces_.push_back(
        {narrow(begin), narrow(text_.size()), narrow(raw.begin), narrow(raw.end), patch, undone});
  }
  const Piece* patch_in(Range r) const;
  std::size_t first_reaching(std::size_t at) const;
  const Piece& piece_at(std::size_t at) const;

  std::string text_;
  std::vector<Piece> pieces_;
  mutable std::size_t last_ = 0;  // piece that was asked for; any is right
};

// How much around a patch is shown with it: words that say what a value is, the rest of a token.
struct ViewReach {
  std::size_t before = 256, after = 192;
};

// Stretches around `marks` (sorted), ends moved to places where no token is cut.
std::vector<Range> stretches_around(std::string_view text, const std::vector<Range>& marks,
                                    ViewReach reach = {});
// `stretch` with the body of a key in it, of which `shown`, how the stretch reads, has the first
// line: the body stands after it.
Range over_key_body(std::string_view text, Range stretch, std::string_view shown);
// The stretches of the patches that ask for one.
std::vector<Range> stretches_of(std::string_view text, const Patches& patches,
                                ViewReach reach = {});

// Replaces `out` by `stretch` of `text`; `from` is the first patch that may lie in it and is moved
// on.
void build_view(std::string_view text, Range stretch, const Patches& patches, std::size_t& from,
                ViewText& out);

}  // namespace sekisho::filters
