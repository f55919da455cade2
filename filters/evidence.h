#pragma once

// What the words around a value say it is: the heading of its column, the label before it, a
// remark straight after it.

#include <cstddef>
#include <memory>
#include <string_view>

#include "filters/pack.h"

namespace sekisho::filters {

struct Evidence {
  bool named = false;      // a context word of the row belongs to the value
  bool otherwise = false;  // a word for something else belongs to it
  bool heading = false;    // what says so is the heading of its column
};

// While one lives, evidence_about remembers on this thread what it saw around the last values. The
// texts asked about must not change meanwhile.
class EvidenceMemo {
 public:
  EvidenceMemo();
  ~EvidenceMemo();
  EvidenceMemo(const EvidenceMemo&) = delete;

  struct Known;
  Known& known();  // made when it is first asked for

 private:
  std::unique_ptr<Known> known_;
  EvidenceMemo* outer_;
};

// Of the row's context and against words. In a table the heading decides; elsewhere the nearest
// word before the value, else one after it ("… (マイナンバー)") with no other value between.
Evidence evidence_about(const DetectorRow& row, std::string_view text, Range value);

// Whether the heading of the value's column holds one of the row's context words.
bool heading_names(const DetectorRow& row, std::string_view text, Range value);

// Whether one of the row's context words is the very word (letters, folded) that ends at `end`:
// "TEL03-1234-5678".
bool is_label_before(const DetectorRow& row, std::string_view text, std::size_t end);

}  // namespace sekisho::filters
