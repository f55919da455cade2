#pragma once

// Tells what is new in a conversation from what the service has answered already: clients send the
// whole history with every turn. docs/history.md says what follows from it.

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "filters/bodies/text_chunk.h"
#include "policy/dialect.h"

namespace sekisho::policy {

class Turns {
 public:
  explicit Turns(const Dialect& dialect);

  // Sees every chunk of a JSON body, in order.
  void see(const filters::TextChunk& chunk);
  // After the last chunk: does `pointer` stand in a turn up to and including the last answer (or in
  // what is sent again with each)?
  bool older(std::string_view pointer) const;

 private:
  struct Array {
    explicit Array(std::string_view p) : pointer(p) {}
    std::string_view pointer;
    std::optional<std::size_t> last_index, last_answer;
    std::optional<std::size_t> role_of;  // the element whose role was seen last
    int keys = 0;
    // Two readings of the document are possible (a key occurs twice): nothing in it counts as old
    // then.
    bool ambiguous = false;
  };
  void see_element(Array& array, std::size_t index, std::string_view rest,
                   const filters::TextChunk& chunk);
  bool is_answer(const Array& array, std::string_view rest, std::string_view text) const;

  const Dialect& dialect_;
  std::vector<Array> arrays_;
};

}  // namespace sekisho::policy
