#include "gateway/commands/audit_answer.h"

#include <algorithm>
#include <cstdio>

#include "audit/json_text.h"
#include "audit/reports/cell_text.h"
#include "audit/reports/csv.h"
#include "audit/reports/html.h"
#include "audit/sheet.h"

namespace sekisho::gateway {
namespace {

using audit::Answer;
using audit::Cell;
using audit::LocalText;
using audit::Table;

constexpr std::size_t kWidth = 48;  // of a cell on a terminal

void print(std::FILE* to, const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), to);
}

// As people say it in the language of the answer.
class Page {
 public:
  Page(const Answer& answer, const AnswerLook& look) : answer_(answer), look_(look) {}

  std::string head() const { return in(answer_.title) + "\n" + in(answer_.period.name) + "\n"; }

  std::string table(const Table& t) const {
    std::string out = "\n" + in(t.title) + "\n";
    if (!t.rows.empty()) {
      std::vector<audit::Cells> lines(1);
      for (const auto& c : t.columns) lines[0].push_back(in(c.label));
      for (const auto& row : t.rows) {
        audit::Cells cells;
        for (std::size_t i = 0; i < row.size(); ++i) cells.push_back(cell(row[i], t, i));
        lines.push_back(std::move(cells));
      }
      out += audit::aligned(lines);
    }
    for (const auto& note : t.notes) out += "  * " + in(note) + "\n";
    return out;
  }

  std::string footer() const {
    const audit::Footer& f = answer_.footer;
    std::string out = "\n";
    line(out, {"ログ", "log"}, f.log);
    const std::string range =
        f.first ? "seq " + std::to_string(*f.first) + " - " + std::to_string(*f.last) : "-";
    line(out, {"範囲", "range"},
         range + in({", 調べた記録 ", ", records looked at: "}) +
             audit::grouped(static_cast<std::int64_t>(f.looked_at)) + in({" 件", ""}));
    if (f.checkpoint)
      line(out, {"検証済みの最新チェックポイント", "newest verified checkpoint"},
           std::to_string(f.checkpoint->size) + " " + f.checkpoint->root +
               in({"、その後の記録 ", ", records after it: "}) + std::to_string(f.uncovered));
    else
      line(out, {"検証済みの最新チェックポイント", "newest verified checkpoint"},
           in({"なし (sekisho audit verify で検査できます)",
               "none (check with sekisho audit "
               "verify)"}));
    if (f.behind)
      line(out, {"索引にまだない記録", "records not yet in the index"}, std::to_string(f.behind));
    for (const auto& held : f.held) line(out, {"写しのログ", "log in the store"}, held_text(held));
    for (const auto& gap : f.gaps) line(out, {"注意", "note"}, in(gap));
    for (const auto& digest : f.policies) line(out, {"ポリシー", "policy"}, digest);
    if (f.scanned)
      line(out, {"方法", "method"},
           in({"記録を一件ずつ読んで数えた (全件走査)", "by a raw scan of single records"}));
    line(out, {"コマンド", "command"}, answer_.command);
    if (!in(look_.recorded).empty()) line(out, {"閲覧の記録", "this reading"}, in(look_.recorded));
    return out;
  }

  std::string held_text(const audit::HeldLog& held) const {
    const auto number = [](std::uint64_t n) {
      return audit::grouped(static_cast<std::int64_t>(n));
    };
    const std::string out = held.log + ": " + number(held.size) +
                            in({" 件まで、最後の日 ", " records, newest of "}) + held.day;
    if (!held.behind)
      return out + in({"、遅れはそのゲートウェイだけが知る",
                       "; how far it is behind, its own gateway knows"});
    return out + in({"、遅れ ", "; behind: "}) + number(*held.behind) + in({" 件", ""});
  }

  std::string explanation() const {
    std::string out;
    for (std::size_t i = 0; look_.plans && i < answer_.sql.size(); ++i) {
      out += "\n" + answer_.sql[i] + "\n";
      if (i < look_.plans->size())
        for (const auto& step : (*look_.plans)[i]) out += "    " + step + "\n";
    }
    return out;
  }

  std::string in(const LocalText& text) const { return text.in(look_.language); }

 private:
  void line(std::string& out, const LocalText& label, const std::string& text) const {
    out += in(label) + ": " + audit::display_text(text, 400) + "\n";
  }
  std::string cell(const Cell& value, const Table& t, std::size_t column) const {
    const bool text = t.columns[column].id == "text";  // of a policy or a record, as it stands
    const std::string shown = audit::people_text(value, t.columns[column].kind, look_.zone);
    if (shown.empty()) return text ? "" : "-";
    return audit::display_text(shown, text ? 400 : kWidth);
  }
  const Answer& answer_;
  const AnswerLook& look_;
};

void append_cell(std::string& out, const Cell& cell, audit::ColumnKind kind,
                 const policy::TimeZone& zone) {
  if (kind == audit::ColumnKind::kTime && std::holds_alternative<std::int64_t>(cell))
    return audit::append_json_string(out, audit::machine_text(cell, kind, zone));
  if (const auto* n = std::get_if<std::int64_t>(&cell)) {
    out += std::to_string(*n);
  } else if (const auto* d = std::get_if<double>(&cell)) {
    char text[40];
    std::snprintf(text, sizeof text, "%.6g", *d);
    out += text;
  } else if (const auto* s = std::get_if<std::string>(&cell)) {
    audit::append_json_string(out, *s);
  } else {
    out += "null";
  }
}

std::string& member(std::string& out, std::string_view name) {
  if (out.back() != '{') out += ',';
  audit::append_json_string(out, name);
  return out += ':';
}

template <class List, class Write>
void append_array(std::string& out, const List& list, const char* between, Write write) {
  out += '[';
  bool first = true;
  for (const auto& item : list) {
    out += first ? "" : between;
    first = false;
    write(item);
  }
  out += ']';
}

class JsonPage {
 public:
  JsonPage(const Answer& answer, const AnswerLook& look) : answer_(answer), look_(look) {}

  std::string text() const {
    std::string out = R"({"v":1)";
    string(out, "question", answer_.question);
    string(out, "title", in(answer_.title));
    member(out, "period") += '{';
    string(out, "from", time(answer_.period.from_us));
    string(out, "to", time(answer_.period.to_us));
    string(out, "name", in(answer_.period.name));
    out += '}';
    append_array(member(out, "tables"), answer_.tables, ",\n",
                 [&](const Table& t) { table(out, t); });
    if (!answer_.records.empty())
      append_array(member(out, "records"), answer_.records, ",\n",
                   [&](const std::string& line) { out += line; });
    footer(out);
    if (look_.plans) plans(out);
    string(out, "command", answer_.command);
    string(out, "recorded", in(look_.recorded));
    return out + "}\n";
  }

 private:
  std::string in(const LocalText& t) const { return t.in(look_.language); }
  std::string time(std::int64_t us) const {
    return audit::machine_text(us, audit::ColumnKind::kTime, look_.zone);
  }
  static void string(std::string& out, std::string_view name, const std::string& value) {
    audit::append_json_string(member(out, name), value);
  }
  static void number(std::string& out, std::string_view name, std::uint64_t value) {
    member(out, name) += std::to_string(value);
  }
  void texts(std::string& out, const std::vector<LocalText>& list) const {
    append_array(out, list, ",",
                 [&](const LocalText& t) { audit::append_json_string(out, in(t)); });
  }
  static void strings(std::string& out, const std::vector<std::string>& list) {
    append_array(out, list, ",", [&](const std::string& t) { audit::append_json_string(out, t); });
  }

  void table(std::string& out, const Table& t) const {
    out += '{';
    string(out, "id", t.id);
    string(out, "title", in(t.title));
    append_array(member(out, "columns"), t.columns, ",", [&](const audit::Column& c) {
      out += '{';
      string(out, "id", c.id);
      string(out, "label", in(c.label));
      out += '}';
    });
    append_array(member(out, "rows"), t.rows, ",\n", [&](const std::vector<Cell>& row) {
      out += '{';
      for (std::size_t i = 0; i < row.size(); ++i)
        append_cell(member(out, t.columns[i].id), row[i], t.columns[i].kind, look_.zone);
      out += '}';
    });
    texts(member(out, "notes"), t.notes);
    out += '}';
  }

  void footer(std::string& out) const {
    const audit::Footer& f = answer_.footer;
    member(out, "footer") += '{';
    string(out, "log", f.log);
    const auto optional = [&](const char* name, const std::optional<std::uint64_t>& n) {
      member(out, name) += n ? std::to_string(*n) : "null";
    };
    optional("first", f.first);
    optional("last", f.last);
    number(out, "looked_at", f.looked_at);
    member(out, "checkpoint");
    if (f.checkpoint) {
      out += '{';
      number(out, "size", f.checkpoint->size);
      string(out, "root", f.checkpoint->root);
      out += '}';
    } else {
      out += "null";
    }
    number(out, "uncovered", f.uncovered);
    number(out, "behind", f.behind);
    if (!f.held.empty()) held(member(out, "held"), f.held);
    texts(member(out, "gaps"), f.gaps);
    strings(member(out, "policies"), f.policies);
    member(out, "scanned") += f.scanned ? "true" : "false";
    out += '}';
  }

  static void held(std::string& out, const std::vector<audit::HeldLog>& logs) {
    out += '[';
    for (const audit::HeldLog& one : logs) {
      audit::append_json_string(out += out.back() == '[' ? R"({"log":)" : R"(,{"log":)", one.log);
      out += R"(,"size":)" + std::to_string(one.size) + R"(,"day":)";
      audit::append_json_string(out, one.day);
      out += R"(,"behind":)" + (one.behind ? std::to_string(*one.behind) : "null") + "}";
    }
    out += ']';
  }

  void plans(std::string& out) const {
    strings(member(out, "sql"), answer_.sql);
    append_array(member(out, "plans"), *look_.plans, ",",
                 [&](const std::vector<std::string>& plan) { strings(out, plan); });
  }

  const Answer& answer_;
  const AnswerLook& look_;
};

const Table* part_of(const Answer& answer, const std::string& part) {
  const auto named = [&](const std::string& id) -> const Table* {
    for (const auto& t : answer.tables)
      if (t.id == id) return &t;
    return nullptr;
  };
  if (!part.empty()) return named(part);
  const Table* own = named(answer.question);
  return own ? own : answer.tables.empty() ? nullptr : &answer.tables.front();
}

}  // namespace

std::optional<AnswerFormat> answer_format(const std::string& word) {
  if (word == "table") return AnswerFormat::kTable;
  if (word == "csv") return AnswerFormat::kCsv;
  if (word == "json") return AnswerFormat::kJson;
  if (word == "html") return AnswerFormat::kHtml;
  return std::nullopt;
}

bool write_answer(const Answer& answer, const AnswerLook& look, std::string& error) {
  const Page page(answer, look);
  if (look.format == AnswerFormat::kHtml) {
    audit::PageLook html{look.language, look.zone};
    html.made_us = look.made_us;
    html.made_by = look.made_by;
    print(stdout, audit::html_page(answer, html));
    print(stderr, page.explanation());
    return true;
  }
  if (look.format == AnswerFormat::kJson) {
    print(stdout, JsonPage(answer, look).text());
    return true;
  }
  if (look.format == AnswerFormat::kCsv) {
    const Table* t = part_of(answer, look.part);
    if (!t) {
      error = "--part: there is no table '" + look.part + "'; there are";
      for (const auto& one : answer.tables) error += " " + one.id;
      return false;
    }
    print(stdout, audit::csv_of(*t, look.zone));
    std::string notes;
    for (const auto& note : t->notes) notes += "  * " + page.in(note) + "\n";
    print(stderr, page.head() + notes + page.footer() + page.explanation());
    return true;
  }
  std::string out = page.head();
  for (const auto& t : answer.tables) out += page.table(t);
  print(stdout, out + page.footer() + page.explanation());
  return true;
}

}  // namespace sekisho::gateway
