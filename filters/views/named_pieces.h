#pragma once

// Values that an expression puts together, read at the expression: its names are looked up in what
// stands before ("${P1}${P2}" below P1=…, P1 P2 below #define P1 "…", parts["a"] + parts["b"],
// =A1&B1 below "A1: …"), or it holds the pieces itself ("${A:-xoxb}${B:--8684}", %w[AK IA].join).

#include <cstddef>
#include <string_view>

#include "filters/views/view_text.h"

namespace sekisho::filters {

class NamedPieces {
 public:
  explicit NamedPieces(std::string_view text) : text_(text) {}
  // At a sign that gives a value, in order. Whether what is given was put together.
  bool join(std::size_t sign, Patches& out);

 private:
  bool join_names(std::size_t sign, std::size_t at, Patches& out);
  bool join_list(std::size_t sign, std::size_t at, Patches& out);
  void tell(std::size_t sign, std::size_t at, Range range, std::string_view value,
            Patches& out) const;
  bool may_look_up(std::size_t at);

  std::string_view text_;
  std::size_t lookups_ = 0, first_ = std::string_view::npos;
};

}  // namespace sekisho::filters
