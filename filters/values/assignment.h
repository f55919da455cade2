#pragma once

// "name = value" as people, programs and tables write it: what stands around a word that announces
// a secret.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "filters/char_set.h"
#include "filters/finding.h"

namespace sekisho::filters {

struct Assignment {
  std::string_view name;  // the whole identifier, as written
  Range value;            // without quotation marks
  bool quoted = false;
  bool stated = false;   // by a sentence: "は", "is"
  bool setting = false;  // name and value are all there is on the line
};

// While one lives, ends of bare values and beginnings of words in a row are remembered on this
// thread: where name follows name, they are not read again for each of them. The texts asked about
// must not change meanwhile.
class ValueRuns {
 public:
  ValueRuns();
  ~ValueRuns();
  ValueRuns(const ValueRuns&) = delete;

  // Where what goes on with a value from `pos` on ends, at `limit` at the latest.
  std::size_t end_of(std::string_view text, std::size_t pos, std::size_t limit);
  // Where letters, "|" and "-" begin that end at `end`, at `from` at the earliest.
  std::size_t words_before(std::string_view text, std::size_t from, std::size_t end);

 private:
  void ask_of(std::string_view text);

  std::string_view text_;
  Range run_;           // of the one asked for last, as far as it was read
  bool ended_ = false;  // it goes no further
  Range words_;         // asked about last
  std::size_t words_begin_ = 0;
  ValueRuns* outer_;
};

// The value that the name around `word` is given, if it is given one. Looks at most kReach bytes
// to each side.
std::optional<Assignment> read_assignment(std::string_view text, Range word);

// The value that begins at `pos`: in quotation marks, or to the next character that ends one.
// `quoted` tells which. Empty: there is none.
Range read_value(std::string_view text, std::size_t pos, bool& quoted);

// The identifier around `word`: letters, digits, `_`, `-` and `.`.
Range identifier_around(std::string_view text, Range word);

// Calls use(part) for each part of an identifier, in lower case: "DB_PASSWORD", "dbPassword" are
// "db" and "password". Of a part of more than 64 bytes the beginning.
template <class Use>
void for_identifier_parts(std::string_view identifier, Use use) {
  static constexpr CharSet kGoesOn = kAsciiDigits | CharSet("abcdefghijklmnopqrstuvwxyz");
  char part[64];
  std::size_t size = 0;
  const auto end_part = [&] {
    if (size > 0) use(std::string_view(part, size));
    size = 0;
  };
  char before = '\0';
  for (const char c : identifier) {
    const bool upper = c >= 'A' && c <= 'Z';
    if (!kGoesOn.has(c) && (!upper || (before >= 'a' && before <= 'z'))) end_part();
    before = c;
    if ((upper || kGoesOn.has(c)) && size < sizeof part)
      part[size++] = static_cast<char>(upper ? c + 0x20 : c);
  }
  end_part();
}

// A value that stands for another one, in whatever language: "${VAR}", "$VAR", "{{ x }}", "<name>",
// "%s", "os.environ[…]", "getenv(…)", "config.password", "****". `quoted` values are no names.
bool is_reference(std::string_view value, bool quoted);

}  // namespace sekisho::filters
