#include "config/yaml_document.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <exception>
#include <sstream>
#include <unordered_map>
#include <utility>

namespace sekisho::config {
namespace {

bool continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

// Length of the well-formed UTF-8 sequence at `i`, 0 when there is none (overlong forms, surrogates
// and > U+10FFFF included).
std::size_t sequence_length(std::string_view s, std::size_t i) {
  const auto at = [&](std::size_t k) { return static_cast<unsigned char>(s[i + k]); };
  const unsigned char lead = at(0);
  if (lead < 0x80) return 1;
  const std::size_t n = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || i + n > s.size()) return 0;
  for (std::size_t k = 1; k < n; ++k)
    if (!continuation(s[i + k])) return 0;
  if ((lead == 0xE0 && at(1) < 0xA0) || (lead == 0xED && at(1) > 0x9F)) return 0;
  if ((lead == 0xF0 && at(1) < 0x90) || (lead == 0xF4 && at(1) > 0x8F)) return 0;
  return n;
}

// Mark of a byte offset, counted in lines and characters from 1.
Mark mark_at(std::string_view text, std::size_t pos) {
  Mark m{1, 1};
  for (std::size_t i = 0; i < pos && i < text.size(); ++i) {
    if (text[i] == '\n') {
      ++m.line;
      m.column = 1;
    } else if (!continuation(text[i])) {
      ++m.column;
    }
  }
  return m;
}

// Bytes that yaml-cpp would misread: it takes EOT for the end of the file, and lone carriage
// returns are lines to some readers.
bool forbidden_control(std::string_view s, std::size_t i) {
  const auto c = static_cast<unsigned char>(s[i]);
  if (c == '\r') return i + 1 >= s.size() || s[i + 1] != '\n';
  return (c < 0x20 && c != '\t' && c != '\n') || c == 0x7F;
}

// False, with a problem, when the bytes cannot be text that a person wrote.
bool check_bytes(const std::string& file, std::string_view text, Problems& problems) {
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t n = sequence_length(text, i);
    if (n == 0) {
      problems.push_back({file, mark_at(text, i), "this byte is not UTF-8",
                          "save the file as UTF-8, not as Shift_JIS or UTF-16"});
      return false;
    }
    if (forbidden_control(text, i)) {
      problems.push_back({file, mark_at(text, i), "a control character stands here", "delete it"});
      return false;
    }
    i += n;
  }
  return true;
}

// yaml-cpp passes over lines that begin with %, known directives or not: people would take them for
// settings or comments.
void check_directives(const std::string& file, std::string_view text, Problems& problems) {
  int line = 1;
  for (std::size_t i = 0; i < text.size(); ++line) {
    if (text[i] == '%')
      problems.push_back(
          {file, {line, 1}, "a line cannot begin with %", "a comment begins with #"});
    i = std::min(text.find('\n', i), text.size() - 1) + 1;
  }
}

std::string without_carriage_returns(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (char c : text)
    if (c != '\r') out.push_back(c);
  return out;
}

// Whether the quotation mark at `pos` has its partner: yaml-cpp takes the end of the file for one.
bool quote_closed(std::string_view text, std::size_t pos) {
  const char quote = text[pos];
  for (std::size_t i = pos + 1; i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\') {
      ++i;
    } else if (text[i] == quote) {
      if (quote == '\'' && i + 1 < text.size() && text[i + 1] == '\'') {
        ++i;
        continue;
      }
      return true;
    }
  }
  return false;
}

class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(const std::string& file, std::string_view text, Problems& problems)
      : file_(file), text_(text), problems_(problems) {}

  bool second_document() const { return documents_ > 1; }

  // The tree; what was still open when reading stopped is left out, since it would look wrong only
  // for being unfinished.
  YamlNode take() { return std::move(root_); }

  // Our mark of yaml-cpp's, which counts bytes from 0. Counting goes on from the last mark where it
  // can: one line may be the whole file.
  Mark mark(const YAML::Mark& m) {
    if (m.pos < 0 || m.line < 0) return {1, 1};
    const std::size_t end = std::min(static_cast<std::size_t>(m.pos), text_.size());
    if (m.line + 1 != last_.line || end < last_pos_) {
      last_pos_ = end - std::min(end, static_cast<std::size_t>(m.column));
      last_ = {m.line + 1, 1};
    }
    for (; last_pos_ < end; ++last_pos_)
      if (!continuation(text_[last_pos_])) ++last_.column;
    return last_;
  }

  void add(Mark at, std::string message, std::string hint) {
    problems_.push_back({file_, at, std::move(message), std::move(hint)});
  }

  std::string_view line(int number) const {
    std::size_t begin = 0;
    for (int i = 1; i < number && begin < text_.size(); ++i)
      begin = std::min(text_.find('\n', begin), text_.size() - 1) + 1;
    return text_.substr(begin, text_.find('\n', begin) - begin);
  }

  // The bracket that a flow map or list opened and that is not closed yet; line 0 = none.
  Mark open_bracket() const {
    for (auto it = open_.rbegin(); it != open_.rend(); ++it)
      if (it->flow) return it->node.at;
    return {};
  }

  // Keeps the finished sections of a file whose reading stopped half way.
  void close_unfinished() {
    if (!open_.empty() && open_.front().node.is_map()) {
      Open& o = open_.front();
      auto& entries = o.node.entries;
      // What stands right before the fault may be half of it, like the `b` of `a: b: c`.
      if (open_.size() == 1 && !o.has_key && !entries.empty() && entries.back().value.is_scalar())
        entries.pop_back();
      root_ = std::move(o.node);
    }
    open_.clear();
  }

  void OnDocumentStart(const YAML::Mark& m) override {
    if (++documents_ == 2)
      add(mark(m), "a second document begins here; one file is one document",
          "delete the line '---', or check the indentation of this line");
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& m, YAML::anchor_t anchor) override {
    if (second_document()) return;
    YamlNode n;
    n.at = mark(m);
    n.reported = check_properties(m, anchor, "");
    if (!written_out(m)) n.at = place_of_nothing(n.at);
    value(std::move(n));
  }

  void OnAlias(const YAML::Mark& m, YAML::anchor_t) override {
    if (second_document()) return;
    alias(mark(m));
    YamlNode n;
    n.at = mark(m);
    n.kind = YamlNode::Kind::kScalar;
    n.reported = true;
    value(std::move(n));
  }

  void OnScalar(const YAML::Mark& m, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    if (second_document()) return;
    YamlNode n;
    n.kind = YamlNode::Kind::kScalar;
    n.at = mark(m);
    n.reported = check_properties(m, anchor, tag);
    n.plain = tag == "?";
    n.text = text;
    check_quote(m, n);
    value(std::move(n));
  }

  void OnSequenceStart(const YAML::Mark& m, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override {
    start(m, tag, anchor, style, YamlNode::Kind::kList);
  }
  void OnSequenceEnd() override { end(); }

  void OnMapStart(const YAML::Mark& m, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override {
    start(m, tag, anchor, style, YamlNode::Kind::kMap);
  }
  void OnMapEnd() override { end(); }

  void alias(Mark at) {
    add(at, "aliases (*name) are not allowed",
        "put quotation marks around a text that begins with *, as in \"*.example.jp\"");
  }

 private:
  struct Open {
    YamlNode node;
    bool flow = false;
    bool has_key = false;  // of a map: the key was read, its value comes next
    bool drop = false;     // the value belongs to a key that cannot be used
    std::string key;
    Mark key_at;
    std::unordered_map<std::string, int> lines;  // of a map: where each key stands
  };

  bool check_properties(const YAML::Mark& m, YAML::anchor_t anchor, const std::string& tag) {
    const std::size_t before = problems_.size();
    if (anchor != 0)
      add(mark(m), "anchors (&name) are not allowed",
          "write the value out again; put quotation marks around a text that begins with &");
    const bool bang = m.pos >= 0 && static_cast<std::size_t>(m.pos) < text_.size() &&
                      text_[static_cast<std::size_t>(m.pos)] == '!';
    if (bang || !(tag.empty() || tag == "?" || tag == "!"))
      add(mark(m), "tags (!name) are not allowed",
          "put quotation marks around a text that begins with !");
    return problems_.size() > before;
  }

  // Whether a null stands there as `null` or `~`.
  bool written_out(const YAML::Mark& m) const {
    const auto pos = static_cast<std::size_t>(m.pos);
    if (m.pos < 0 || pos >= text_.size()) return false;
    const std::string_view rest = text_.substr(pos, 4);
    return rest[0] == '~' || rest == "null" || rest == "Null" || rest == "NULL";
  }

  // A value that is missing has the mark of what follows it, perhaps lines below: its key says
  // better where to look.
  Mark place_of_nothing(Mark at) const {
    if (open_.empty()) return at;
    const Open& o = open_.back();
    if (o.node.is_map() && o.has_key) return o.key_at;
    if (!o.flow && o.node.is_list())
      return o.node.items.empty() ? o.node.at : o.node.items.back().at;
    return at;
  }

  void check_quote(const YAML::Mark& m, const YamlNode& n) {
    const auto pos = static_cast<std::size_t>(m.pos);
    if (n.plain || m.pos < 0 || pos >= text_.size()) return;
    if (text_[pos] != '"' && text_[pos] != '\'') return;
    if (!quote_closed(text_, pos))
      add(n.at, "this quotation mark is never closed", "add the closing quotation mark");
  }

  void start(const YAML::Mark& m, const std::string& tag, YAML::anchor_t anchor,
             YAML::EmitterStyle::value style, YamlNode::Kind kind) {
    if (second_document()) return;
    check_properties(m, anchor, tag);
    Open o;
    o.node.kind = kind;
    o.node.at = mark(m);
    o.flow = style == YAML::EmitterStyle::Flow;
    open_.push_back(std::move(o));
  }

  void end() {
    if (second_document() || open_.empty()) return;
    YamlNode n = std::move(open_.back().node);
    open_.pop_back();
    value(std::move(n));
  }

  void value(YamlNode n) {
    if (open_.empty()) {
      root_ = std::move(n);
      return;
    }
    Open& o = open_.back();
    if (o.node.is_list()) {
      o.node.items.push_back(std::move(n));
    } else if (!o.has_key) {
      key(o, n);
    } else {
      o.has_key = false;
      if (!o.drop) o.node.entries.push_back({std::move(o.key), o.key_at, std::move(n)});
    }
  }

  void key(Open& o, const YamlNode& n) {
    o.has_key = true;
    o.drop = true;
    o.key = n.text;
    o.key_at = n.at;
    if (!n.is_scalar()) return add(n.at, "a key must be a plain word", "write it as `name: value`");
    if (n.plain && n.text == "<<")
      return add(n.at, "merge keys (<<) are not allowed", "write the values out again");
    const auto [it, fresh] = o.lines.emplace(n.text, n.at.line);
    if (!fresh)
      return add(n.at, "the key '" + n.text + "' stands here a second time",
                 "the first is in line " + std::to_string(it->second) + "; keep one of them");
    o.drop = false;
  }

  const std::string& file_;
  std::string_view text_;
  Problems& problems_;
  std::vector<Open> open_;
  YamlNode root_;
  int documents_ = 0;
  Mark last_;
  std::size_t last_pos_ = 0;
};

struct Explanation {
  std::string_view from, message, hint;
};

// What yaml-cpp says, in words for people who do not know YAML.
constexpr Explanation kExplanations[] = {
    {"illegal map value", "this line cannot be read: a ':' stands where none is expected",
     "check the indentation of this line and the one before; put quotation marks around a text "
     "that contains ': '"},
    {"illegal block entry", "this line cannot be read: a '-' stands where no list is expected",
     "check the indentation"},
    {"illegal map key", "this key cannot be read", "check the indentation"},
    {"end of map flow not found", "a '{' is not closed before this place",
     "add the '}' or the missing comma"},
    {"end of sequence flow not found", "a '[' is not closed before this place",
     "add the ']' or the missing comma"},
    {"end of map not found", "this line does not fit to the lines above",
     "check its indentation; entries of one map begin in the same column"},
    {"end of sequence not found", "this line does not fit to the list above",
     "check its indentation; entries of one list begin with '- ' in the same column"},
    {"unknown token", "this character cannot begin a value",
     "put quotation marks around a text that begins with @, %, ` or another sign"},
    {"illegal EOF in scalar", "a quotation mark is never closed", "add the closing one"},
};

// Signs that look right in an editor and mean nothing to YAML.
std::string_view look_alike(std::string_view line) {
  const std::size_t start = line.find_first_not_of(" \t");
  if (line.substr(0, start).find('\t') != std::string_view::npos)
    return "this line is indented with a tab; use spaces";
  if (line.find("\u3000") != std::string_view::npos)
    return "a full-width space stands in this line; use half-width spaces";
  if (line.find("：") != std::string_view::npos)
    return "a full-width colon stands in this line; write ': ' half-width";
  if (line.find("｛") != std::string_view::npos || line.find("［") != std::string_view::npos)
    return "a full-width bracket stands in this line; write it half-width";
  return {};
}

// yaml-cpp repeats single bytes of the file, which alone are no text.
std::string ascii(std::string_view text) {
  std::string out;
  for (char c : text) out.push_back(c >= 0x20 && c < 0x7F ? c : '?');
  return out;
}

void explain(TreeBuilder& builder, const YAML::Exception& e) {
  const Mark at = builder.mark(e.mark);
  const std::string_view said = e.msg;
  if (said.find("anchor") != std::string_view::npos || said.find("alias") != std::string_view::npos)
    return builder.alias(at);
  if (said.rfind("unknown escape character", 0) == 0)  // the mark stands behind the escape
    return builder.add({at.line, std::max(at.column - 2, 1)},
                       "unknown escape \\" + ascii(said.substr(said.rfind(' ') + 1)) +
                           " inside double quotation marks",
                       "use single quotation marks, or write \\\\ for a backslash");
  for (const Explanation& x : kExplanations) {
    if (said.rfind(x.from, 0) != 0) continue;
    std::string message(x.message);
    const Mark open = builder.open_bracket();
    if (said.rfind("end of", 0) == 0 && open.line > 0)
      message += ", opened at " + std::to_string(open.line) + ":" + std::to_string(open.column);
    std::string_view seen = look_alike(builder.line(at.line));
    if (seen.empty() && at.line > 1) seen = look_alike(builder.line(at.line - 1));
    return builder.add(at, std::move(message), std::string(seen.empty() ? x.hint : seen));
  }
  builder.add(at, "this cannot be read as YAML: " + ascii(said),
              "check indentation and quotation marks");
}

bool read_documents(TreeBuilder& builder, const std::string& text) {
  std::istringstream in(text);
  try {
    YAML::Parser parser(in);
    while (!builder.second_document() && parser.HandleNextDocument(builder)) {
    }
    return true;
  } catch (const YAML::Exception& e) {
    explain(builder, e);
  } catch (const std::exception& e) {
    builder.add({1, 1}, "this cannot be read as YAML: " + ascii(e.what()), "");
  }
  return false;
}

}  // namespace

YamlDocument parse_yaml(const std::string& file, std::string_view text, Problems& problems) {
  YamlDocument d;
  d.root.at = {1, 1};
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  if (!check_bytes(file, text, problems)) return d;
  const std::string lines = without_carriage_returns(text);
  check_directives(file, lines, problems);
  TreeBuilder builder(file, lines, problems);
  d.complete = read_documents(builder, lines);
  if (!d.complete) builder.close_unfinished();
  d.root = builder.take();
  if (d.complete && d.root.is_null()) {
    d.complete = false;
    problems.push_back({file, {1, 1}, "the file is empty", "it must hold at least `version: 1`"});
  }
  return d;
}

}  // namespace sekisho::config
