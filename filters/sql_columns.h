#pragma once

// INSERT INTO people (name, tel) VALUES ('…', '…'), ('…', '…'): which column a value stands in.
// Everything looked at lies within `reach` before the value, so that what is found does not depend
// on how a text is cut.

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "filters/char_set.h"
#include "filters/finding.h"

namespace sekisho::filters {

struct SqlColumn {
  Range name;
  std::size_t value_begin = 0;  // of the field, whatever it holds
};

// Walks over rows of fields in brackets, a character at a time.
struct RowWalk {
  int depth = 0;
  char quote = 0;

  bool between_fields(char c) const { return depth == 1 && quote == 0 && (c == ',' || c == ')'); }
  // Whether `c` changes nothing within a field: most characters.
  bool passes(char c) const {
    return quote != 0 ? c != quote && c != '\\' : depth > 0 && !kSigns.has(c);
  }
  // Whether the statement goes on with text[pos]; moves `pos` over what an escape takes.
  bool over(std::string_view text, std::size_t& pos) {
    const char c = text[pos];
    if (quote != 0) {
      if (c == '\\') ++pos;
      if (c == quote) quote = 0;
      return true;
    }
    // Brackets that never close would make each statement walk to the end of its reach.
    if (c == '(') return ++depth <= kDeepest;
    if (c == ')') return --depth >= 0;
    if (depth == 0) return c == ',' || c == ' ' || c == '\t' || c == '\r' || c == '\n';
    if (c == '\'' || c == '"') quote = c;
    return true;
  }

 private:
  static constexpr int kDeepest = 8;  // brackets within one another in a field
  static constexpr CharSet kSigns{"(),'\""};
};

// Reads each statement once for all of its values, in whatever order they are asked for.
class SqlMemo {
 public:
  // Nothing when `value` stands in no row of values, or when its columns have no names.
  std::optional<SqlColumn> column_of(std::string_view text, Range value, std::size_t reach);
  // The names of the columns, where `pos` lies in or behind their rows.
  std::optional<Range> columns_over(std::string_view text, std::size_t pos, std::size_t reach);

 private:
  void look_for_key_words(std::string_view text, std::size_t from, std::size_t to);
  bool take_statement(std::string_view text, std::size_t pos, std::size_t limit);
  void read_fields(std::string_view text, std::size_t pos);

  std::string_view text_;
  std::size_t from_ = 0, to_ = 0;        // where key words were sought
  std::vector<std::size_t> key_words_;   // that begin there
  std::optional<std::size_t> key_word_;  // of the statement that was read last
  std::vector<Range> columns_;           // of it; none when it has no names
  // Where fields begin, and which of their row they are; kBetween: where a row has ended.
  struct Field {
    std::size_t begin, number;
  };
  static constexpr std::size_t kBetween = static_cast<std::size_t>(-1);
  std::vector<Field> fields_;  // up to `read_to_`
  RowWalk walk_;
  std::size_t read_to_ = 0;
  bool ended_ = false;
};

// The columns that a line "COPY people (name, tel) FROM stdin;" names; none of another line.
std::vector<Range> copied_columns(std::string_view text, Range line);

// How far what may be a list of names goes on; of places asked about in order, each is read once.
class ListRun {
 public:
  // The end of what begins at `begin`, at most `far`.
  std::size_t end_of(std::string_view text, std::size_t begin, std::size_t far);

 private:
  std::string_view text_;
  Range read_;
};

// The fields below the column that `word` names, where it stands in such a list, up to `limit`.
std::vector<Range> fields_below(std::string_view text, Range word, std::size_t limit,
                                ListRun& list);

}  // namespace sekisho::filters
