#include "config/toml_document.h"

#include <algorithm>
#include <cstdint>
#include <set>
#include <vector>

namespace sekisho::config {
namespace {

constexpr int kDeepest = 40;

bool is_bare_key_char(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

void append_utf8(std::uint32_t code, std::string& out) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | (code >> 6));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | (code >> 12));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (code >> 18));
    out += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }
}

YamlNode* child_of(YamlNode& map, std::string_view key) {
  for (YamlEntry& e : map.entries)
    if (e.key == key) return &e.value;
  return nullptr;
}

struct Key {
  std::string text;
  Mark at;
};

// Recursive descent. The first mistake ends the reading: what follows it would be guesses.
class Parser {
 public:
  Parser(const std::string& file, std::string_view text, Problems& problems)
      : file_(file), text_(text), problems_(problems) {}

  bool read(YamlNode& root) {
    root.kind = YamlNode::Kind::kMap;
    root.at = {1, 1};
    table_ = &root;
    while (!failed_) {
      skip_lines();
      if (at_end()) return true;
      if (peek() == '[')
        read_header(root);
      else
        read_pair(*table_);
      if (!failed_) end_line();
    }
    return false;
  }

 private:
  bool at_end() const { return pos_ >= text_.size(); }
  char peek(std::size_t ahead = 0) const {
    return pos_ + ahead < text_.size() ? text_[pos_ + ahead] : '\0';
  }
  bool next_is(std::string_view what) const { return text_.substr(pos_, what.size()) == what; }
  Mark here() const { return {line_, static_cast<int>(pos_ - line_begin_) + 1}; }

  void fail(Mark at, std::string message, std::string hint = "") {
    if (!failed_) problems_.push_back({file_, at, std::move(message), std::move(hint)});
    failed_ = true;
  }

  void advance() {
    if (peek() == '\n') {
      ++line_;
      line_begin_ = pos_ + 1;
    }
    ++pos_;
  }

  void skip_blanks() {
    while (peek() == ' ' || peek() == '\t') advance();
  }
  void skip_comment() {
    if (peek() != '#') return;
    while (!at_end() && peek() != '\n') advance();
  }
  // Blanks, comments and line ends.
  void skip_lines() {
    for (;;) {
      skip_blanks();
      skip_comment();
      if (peek() == '\n' || (peek() == '\r' && peek(1) == '\n'))
        advance();
      else
        return;
    }
  }
  void end_line() {
    skip_blanks();
    skip_comment();
    if (peek() == '\r' && peek(1) == '\n') advance();
    if (at_end() || peek() == '\n') return;
    fail(here(), "expected the end of the line", "write one key and its value a line");
  }

  std::vector<Key> read_key() {
    std::vector<Key> out;
    do {
      if (!out.empty()) advance();  // the dot
      skip_blanks();
      Key key{"", here()};
      if (peek() == '"' || peek() == '\'') {
        key.text = peek() == '"' ? basic_string() : literal_string();
      } else {
        while (is_bare_key_char(peek())) {
          key.text += peek();
          advance();
        }
        if (key.text.empty()) fail(here(), "expected a key");
      }
      out.push_back(std::move(key));
      skip_blanks();
    } while (peek() == '.' && !failed_);
    return out;
  }

  static YamlNode& add(YamlNode& map, const Key& key, YamlNode::Kind kind) {
    YamlEntry entry;
    entry.key = key.text;
    entry.at = key.at;
    entry.value.kind = kind;
    entry.value.at = key.at;
    map.entries.push_back(std::move(entry));
    return map.entries.back().value;
  }

  // The table that `key` leads to below `map`; of a list of tables its last one.
  YamlNode* step(YamlNode& map, const Key& key, std::string* path = nullptr) {
    if (path) path->append(1, '\0').append(key.text);
    YamlNode* next = child_of(map, key.text);
    if (!next) return &add(map, key, YamlNode::Kind::kMap);
    if (next->is_list() && !next->items.empty() && next->items.back().is_map()) {
      if (path) path->append(1, '\1').append(std::to_string(next->items.size()));
      return &next->items.back();
    }
    if (next->is_map()) return next;
    fail(key.at, "'" + key.text + "' has a value already, so it is no table");
    return nullptr;
  }

  void read_header(YamlNode& root) {
    const Mark begin = here();
    const bool list = next_is("[[");
    advance();
    if (list) advance();
    const std::vector<Key> key = read_key();
    if (failed_) return;
    if (!next_is(list ? "]]" : "]")) return fail(here(), list ? "expected ]]" : "expected ]");
    advance();
    if (list) advance();
    YamlNode* map = &root;
    std::string path;
    for (std::size_t i = 0; i + 1 < key.size() && map; ++i) map = step(*map, key[i], &path);
    if (!map) return;
    if (list)
      add_to_list(*map, key.back());
    else
      open_table(*map, key.back(), begin, std::move(path));
  }

  void add_to_list(YamlNode& map, const Key& key) {
    YamlNode* known = child_of(map, key.text);
    if (known && !known->is_list()) return fail(key.at, "'" + key.text + "' is no list of tables");
    YamlNode& list = known ? *known : add(map, key, YamlNode::Kind::kList);
    list.items.emplace_back();
    list.items.back().kind = YamlNode::Kind::kMap;
    list.items.back().at = key.at;
    table_ = &list.items.back();
  }

  void open_table(YamlNode& map, const Key& key, Mark begin, std::string path) {
    YamlNode* table = step(map, key, &path);
    if (!table) return;
    if (!opened_.insert(std::move(path)).second)
      return fail(begin, "the table '" + key.text + "' stands here a second time");
    table_ = table;
  }

  void read_pair(YamlNode& into) {
    const std::vector<Key> key = read_key();
    if (failed_) return;
    if (peek() != '=') return fail(here(), "expected = after the key");
    advance();
    skip_blanks();
    YamlNode* map = &into;
    for (std::size_t i = 0; i + 1 < key.size() && map; ++i) map = step(*map, key[i]);
    if (!map) return;
    if (child_of(*map, key.back().text))
      return fail(key.back().at, "the key '" + key.back().text + "' stands twice");
    YamlNode value = read_value(0);
    if (failed_) return;
    YamlEntry entry;
    entry.key = key.back().text;
    entry.at = key.back().at;
    entry.value = std::move(value);
    map->entries.push_back(std::move(entry));
  }

  YamlNode read_value(int depth) {
    YamlNode out;
    out.at = here();
    if (depth > kDeepest) {
      fail(out.at, "values are nested too deeply");
    } else if (peek() == '"' || peek() == '\'') {
      out.kind = YamlNode::Kind::kScalar;
      out.plain = false;
      out.text = peek() == '"' ? basic_string() : literal_string();
    } else if (peek() == '[') {
      read_list(out, depth);
    } else if (peek() == '{') {
      read_inline_table(out, depth);
    } else {
      read_plain(out);
    }
    return out;
  }

  void read_list(YamlNode& out, int depth) {
    out.kind = YamlNode::Kind::kList;
    advance();
    for (skip_lines(); peek() != ']'; skip_lines()) {
      if (at_end()) return fail(out.at, "this list has no end", "close it with ]");
      out.items.push_back(read_value(depth + 1));
      if (failed_) return;
      skip_lines();
      if (at_end()) return fail(out.at, "this list has no end", "close it with ]");
      if (peek() == ',')
        advance();
      else if (peek() != ']')
        return fail(here(), "expected , or ]");
    }
    advance();
  }

  void read_inline_table(YamlNode& out, int depth) {
    out.kind = YamlNode::Kind::kMap;
    advance();
    skip_blanks();
    while (peek() != '}') {
      const std::vector<Key> key = read_key();
      if (failed_) return;
      if (key.size() != 1 || peek() != '=') return fail(here(), "expected one key and =");
      advance();
      skip_blanks();
      if (child_of(out, key[0].text))
        return fail(key[0].at, "the key '" + key[0].text + "' stands twice");
      YamlEntry entry{key[0].text, key[0].at, read_value(depth + 1)};
      if (failed_) return;
      out.entries.push_back(std::move(entry));
      skip_blanks();
      if (peek() == ',')
        advance();
      else if (peek() != '}')
        return fail(here(), "expected , or }");
      skip_blanks();
    }
    advance();
  }

  // true, false, a number.
  void read_plain(YamlNode& out) {
    out.kind = YamlNode::Kind::kScalar;
    while (is_bare_key_char(peek()) || peek() == '.' || peek() == '+') {
      out.text += peek();
      advance();
    }
    if (out.text == "true" || out.text == "false") return;
    std::string digits = out.text;
    digits.erase(std::remove(digits.begin(), digits.end(), '_'), digits.end());
    const std::size_t sign = digits.find_first_not_of("+-");
    const bool number = sign != std::string::npos && sign <= 1 &&
                        digits.find_first_not_of("0123456789.eE+-", sign) == std::string::npos &&
                        digits.find('-', 1) == std::string::npos && digits[sign] >= '0' &&
                        digits[sign] <= '9';
    if (!number)
      return fail(out.at, out.text.empty() ? "expected a value" : "'" + out.text + "' is no value",
                  "write texts in quotation marks");
    out.text = digits;
  }

  // Whether `mark` three times begins here; they and a line end behind them are taken.
  bool opens_long(char mark) {
    const bool is_long = peek() == mark && peek(1) == mark && peek(2) == mark;
    for (int i = 0; i < (is_long ? 3 : 1); ++i) advance();
    if (is_long && peek() == '\r' && peek(1) == '\n') advance();
    if (is_long && peek() == '\n') advance();
    return is_long;
  }

  // Takes the closing marks, if they stand here. Up to two more belong to the text.
  bool closes(char mark, bool is_long, std::string& out) {
    if (peek() != mark) return false;
    if (!is_long) {
      advance();
      return true;
    }
    int marks = 0;
    while (marks < 5 && peek(static_cast<std::size_t>(marks)) == mark) ++marks;
    for (int i = 0; i < marks; ++i) advance();
    if (marks < 3) {
      out.append(static_cast<std::size_t>(marks), mark);
      return false;
    }
    out.append(static_cast<std::size_t>(marks - 3), mark);
    return true;
  }

  bool text_ends(Mark begin, bool is_long) {
    if (!at_end() && (is_long || peek() != '\n')) return false;
    fail(begin, "this text has no end", "close it with the quotation marks it begins with");
    return true;
  }

  std::string literal_string() {
    const Mark begin = here();
    const bool is_long = opens_long('\'');
    std::string out;
    while (!failed_) {
      if (text_ends(begin, is_long)) break;
      if (peek() == '\'') {
        if (closes('\'', is_long, out)) break;
        continue;
      }
      out += peek();
      advance();
    }
    return out;
  }

  std::string basic_string() {
    const Mark begin = here();
    const bool is_long = opens_long('"');
    std::string out;
    while (!failed_) {
      if (text_ends(begin, is_long)) break;
      if (peek() == '"') {
        if (closes('"', is_long, out)) break;
        continue;
      }
      if (peek() == '\\') {
        read_escape(is_long, out);
        continue;
      }
      out += peek();
      advance();
    }
    return out;
  }

  void read_escape(bool is_long, std::string& out) {
    const Mark at = here();
    advance();
    const char c = peek();
    static constexpr std::string_view kNames = "btnfre\"\\", kValues = "\b\t\n\f\r\x1b\"\\";
    const std::size_t known = kNames.find(c);
    if (c != '\0' && known != std::string_view::npos) {
      out += kValues[known];
      return advance();
    }
    if (c == 'u' || c == 'U') {
      advance();
      return read_code(at, c == 'u' ? 4 : 8, out);
    }
    // A backslash at the end of a line joins it to the next.
    if (is_long && (c == '\n' || c == '\r' || c == ' ' || c == '\t')) {
      while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') advance();
      return;
    }
    fail(at, "an escape that TOML does not have", "write texts with backslashes in '…'");
  }

  void read_code(Mark at, int digits, std::string& out) {
    std::uint32_t code = 0;
    for (int i = 0; i < digits; ++i, advance()) {
      const char c = peek();
      const int value = c >= '0' && c <= '9'   ? c - '0'
                        : c >= 'a' && c <= 'f' ? c - 'a' + 10
                        : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                               : -1;
      if (value < 0) return fail(at, "expected " + std::to_string(digits) + " hexadecimal digits");
      code = code * 16 + static_cast<std::uint32_t>(value);
    }
    if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
      return fail(at, "this character does not exist");
    append_utf8(code, out);
  }

  const std::string& file_;
  std::string_view text_;
  Problems& problems_;
  std::size_t pos_ = 0, line_begin_ = 0;
  int line_ = 1;
  bool failed_ = false;
  YamlNode* table_ = nullptr;
  std::set<std::string> opened_;  // paths of tables
};

}  // namespace

YamlDocument parse_toml(const std::string& file, std::string_view text, Problems& problems) {
  YamlDocument out;
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  out.complete = Parser(file, text, problems).read(out.root);
  return out;
}

}  // namespace sekisho::config
