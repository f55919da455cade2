#include "audit/reports/html.h"

#include <algorithm>

#include "audit/reports/cell_text.h"
#include "audit/reports/chart.h"
#include "audit/reports/html_text.h"
#include "audit/reports/page_style.h"
#include "audit/reports/words.h"

namespace sekisho::audit {
namespace {

constexpr std::size_t kListItems = 40, kDiffLines = 400, kWideFrom = 9;

// Writes one page into a string. Ids of the page are its own: anchors and drawings never carry
// names that came from outside.
class Page {
 public:
  Page(const Report& report, const PageLook& look) : report_(report), look_(look) {}
  std::string write();

 private:
  const std::string& in(const LocalText& text) const { return text.in(look_.language); }
  std::string told(Word word, std::initializer_list<std::string_view> values = {}) const {
    return say(word, look_.language, values);
  }
  void raw(std::string_view text) { out_ += text; }
  void text(std::string_view text) { append_html(out_, text); }
  void element(const char* name, std::string_view content);
  void paragraphs(const std::vector<LocalText>& list);

  void head();
  void title_block();
  void contents();
  void section(std::size_t index);
  bool begins_wide(std::size_t index) const;
  void figures(const std::vector<Figure>& list);
  void table(const Table& table, bool drawn);
  void table_head(const Table& table);
  void row(const Table& table, const std::vector<Cell>& row);
  void cell(const Column& column, const Cell& cell);
  void words_cell(const Column& column, const std::string& text);
  void list_cell(const std::string& text);
  void marked(const std::string& text);
  void after_rows(const Table& table, std::size_t shown);
  void difference(const Difference& difference);
  void command(const std::string& line);
  void evidence();
  void evidence_row(Word name, const std::string& text);
  void evidence_list(Word name, const std::vector<std::string>& items);
  void sign_off();

  const Report& report_;
  const PageLook& look_;
  std::string out_;
  std::size_t drawings_ = 0;
};

void Page::element(const char* name, std::string_view content) {
  ((out_ += '<') += name) += '>';
  text(content);
  ((out_ += "</") += name) += ">\n";
}

void Page::paragraphs(const std::vector<LocalText>& list) {
  for (const LocalText& p : list) {
    raw("<p>");
    marked(in(p));
    raw("</p>\n");
  }
}

void Page::head() {
  raw("<!DOCTYPE html>\n<html lang=\"");
  raw(look_.language == Language::kJapanese ? "ja" : "en");
  raw("\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" "
      "content=\"default-src 'none'; style-src ");
  raw(page_style_source());
  raw("; base-uri 'none'; form-action 'none'\">\n<meta name=\"viewport\" "
      "content=\"width=device-width, initial-scale=1\">\n<meta name=\"referrer\" "
      "content=\"no-referrer\">\n<title>");
  append_html_plain(out_, in(report_.title) + " " + in(report_.period.name));
  raw("</title>\n<style>");
  raw(page_style());
  raw("</style>\n</head>\n<body>\n");
}

void Page::title_block() {
  raw(begins_wide(0) ? "<header class=\"wide\">\n" : "<header>\n");
  raw("<p class=\"product\">Sekisho 関所</p>\n");
  element("h1", in(report_.title));
  raw("<dl class=\"head\">");
  const auto pair = [&](Word name, const std::string& value) {
    if (value.empty()) return;
    element("dt", told(name));
    element("dd", value);
  };
  pair(Word::kPeriod, in(report_.period.name));
  if (look_.made_us) pair(Word::kMadeAt, clock_text(look_.made_us, look_.zone));
  pair(Word::kMadeBy, look_.made_by);
  raw("</dl>\n</header>\n");
}

void Page::contents() {
  if (report_.sections.size() < 4) return;
  raw("<nav aria-label=\"");
  append_html_plain(out_, told(Word::kContents));
  raw("\"><ol>\n");
  for (std::size_t i = 0; i < report_.sections.size(); ++i) {
    raw("<li><a href=\"#s" + std::to_string(i) + "\">");
    text(in(report_.sections[i].title));
    raw("</a></li>\n");
  }
  raw("</ol></nav>\n");
}

void Page::figures(const std::vector<Figure>& list) {
  if (list.empty()) return;
  raw("<ul class=\"figures\">\n");
  for (const Figure& f : list) {
    raw("<li><span class=\"label\">");
    text(in(f.label));
    raw("</span><span class=\"big\">");
    const std::string value = people_text(f.value, f.kind, look_.zone);
    text(value.empty() ? "—" : value);
    raw("</span>");
    if (const std::string was = people_text(f.before, f.kind, look_.zone); !was.empty()) {
      raw("<span class=\"was\">");
      text(told(Word::kBefore, {was}));
      raw("</span>");
    }
    raw(draw_line(f.weeks, in(f.label)));
    raw("</li>\n");
  }
  raw("</ul>\n");
}

const char* css_of(ColumnKind kind) {
  if (is_number(kind)) return " class=\"n\"";
  return kind == ColumnKind::kTime || kind == ColumnKind::kDay ? " class=\"t\"" : " class=\"c\"";
}

// What says "to be filled in" is marked for the pen, wherever it stands.
void Page::marked(const std::string& content) {
  const std::string sign = told(Word::kToFill);
  for (std::size_t at = 0;;) {
    const std::size_t next = content.find(sign, at);
    text(std::string_view(content).substr(at, next - at));
    if (next == std::string::npos) return;
    raw("<mark>");
    text(sign);
    raw("</mark>");
    at = next + sign.size();
  }
}

void Page::words_cell(const Column& column, const std::string& content) {
  if (std::find(report_.files.begin(), report_.files.end(), content) != report_.files.end()) {
    raw("<a href=\"");
    append_html_plain(out_, content);
    raw("\">");
    text(content);
    return raw("</a>");
  }
  const LocalText* known = word_of_record(column.id, content);
  if (!known) return marked(content);
  const bool verdict = column.id == "verdict" || column.id == "would";
  if (verdict) raw("<span class=\"v v-" + content + "\">");
  text(in(*known));
  if (verdict) raw("</span>");
  raw(" <span class=\"code\">");
  text(content);
  raw("</span>");
}

void Page::list_cell(const std::string& content) {
  std::size_t at = 0, items = 0;
  while (at < content.size() && items < kListItems) {
    const std::size_t end = std::min(content.find(", ", at), content.size());
    if (items++) raw(", ");
    raw("<bdi>");
    text(std::string_view(content).substr(at, end - at));
    raw("</bdi>");
    at = end + 2;
  }
  if (at >= content.size()) return;
  std::size_t left = 1;
  for (std::size_t next = content.find(", ", at); next != std::string::npos;
       next = content.find(", ", next + 2))
    ++left;
  raw(" ");
  text(told(Word::kMoreItems, {grouped(static_cast<std::int64_t>(left))}));
}

void Page::cell(const Column& column, const Cell& value) {
  raw(std::string("<td") + css_of(column.kind) + ">");
  const std::string content = people_text(value, column.kind, look_.zone);
  if (content.empty()) {
    raw("—");
  } else if (column.kind == ColumnKind::kList) {
    list_cell(content);
  } else if (column.kind == ColumnKind::kText && value.index() == 3) {
    raw("<bdi>");
    words_cell(column, content);
    raw("</bdi>");
  } else {
    text(content);
  }
  raw("</td>");
}

void Page::table_head(const Table& table) {
  raw("<caption>");
  text(in(table.title));
  raw("</caption>\n<thead><tr>");
  for (const Column& c : table.columns) {
    raw("<th scope=\"col\"");
    raw(is_number(c.kind) ? " class=\"n\">" : ">");
    text(in(c.label));
    if (c.kind == ColumnKind::kBytes) raw(" <span class=\"unit\">(B)</span>");
    raw("</th>");
  }
  raw("</tr></thead>\n<tbody>\n");
}

void Page::row(const Table& table, const std::vector<Cell>& row) {
  raw("<tr>");
  for (std::size_t c = 0; c < table.columns.size(); ++c)
    cell(table.columns[c], c < row.size() ? row[c] : Cell());
  raw("</tr>\n");
}

void Page::after_rows(const Table& table, std::size_t shown) {
  std::string line;
  if (table.rows.empty())
    line = told(Word::kNothing, {grouped(static_cast<std::int64_t>(report_.footer.looked_at))});
  else if (shown < table.rows.size())
    line = told(Word::kMoreRows, {grouped(static_cast<std::int64_t>(table.rows.size() - shown))});
  if (line.empty()) return;
  raw("<tr class=\"more\"><td colspan=\"" +
      std::to_string(std::max<std::size_t>(1, table.columns.size())) + "\">");
  text(line);
  raw("</td></tr>\n");
}

// `drawn`: the figures above are its drawing already.
void Page::table(const Table& table, bool drawn) {
  const auto plan = drawn ? std::nullopt : plan_chart(table);
  raw(table.columns.size() >= kWideFrom ? "<div class=\"wide\">"
      : table.columns.size() == 2       ? "<div class=\"pair\">"
                                        : "<div>");
  if (plan) raw(draw_chart(table, *plan, look_.language, "d" + std::to_string(drawings_++)) + "\n");
  raw("<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"");
  append_html_plain(out_, in(table.title));
  raw("\">\n<table>\n");
  table_head(table);
  const std::size_t shown =
      look_.rows ? std::min(look_.rows, table.rows.size()) : table.rows.size();
  for (std::size_t i = 0; i < shown; ++i) row(table, table.rows[i]);
  after_rows(table, shown);
  raw("</tbody>\n</table>\n</div>\n");
  if (!table.notes.empty()) {
    raw("<ul class=\"notes\">\n");
    for (const LocalText& note : table.notes) element("li", in(note));
    raw("</ul>\n");
  }
  raw("</div>\n");
}

void Page::difference(const Difference& difference) {
  element("h3", in(difference.title));
  if (difference.lines.empty()) return element("p", told(Word::kNoDifference));
  raw("<pre>");
  std::size_t shown = 0;
  for (const Difference::Line& line : difference.lines) {
    if (shown++ == kDiffLines) {
      raw("<span class=\"gap\">");
      text(told(Word::kMoreRows,
                {grouped(static_cast<std::int64_t>(difference.lines.size() - kDiffLines))}));
      raw("</span>");
      break;
    }
    const char* name = line.sign == '+' ? "ins" : line.sign == '-' ? "del" : "span";
    raw(std::string("<") + name + (line.sign == '@' ? " class=\"gap\">" : ">"));
    if (line.sign == '@') {
      text(told(Word::kDiffLeftOut, {line.text}));
    } else {
      raw(std::string(1, line.sign) + " ");
      text(line.text);
    }
    raw(std::string("</") + name + ">");
    if (line.sign == ' ') raw("\n");
  }
  raw("</pre>\n");
}

void Page::command(const std::string& line) {
  if (line.empty()) return;
  raw("<p class=\"cmd\">");
  text(told(Word::kCommand));
  raw(": <code>");
  text(line);
  raw("</code></p>\n");
}

// On paper a section that begins with a wide table is wide as a whole, and so is what stands before
// the first one: else its heading would be left alone on the page in front.
bool Page::begins_wide(std::size_t index) const {
  if (index >= report_.sections.size()) return false;
  const Section& s = report_.sections[index];
  return s.figures.empty() && !s.tables.empty() && s.tables.front().columns.size() >= kWideFrom;
}

void Page::section(std::size_t index) {
  const Section& s = report_.sections[index];
  raw("<section id=\"s" + std::to_string(index) +
      (begins_wide(index) ? "\" class=\"wide\">\n" : "\">\n"));
  if (!in(s.title).empty()) element("h2", in(s.title));
  paragraphs(s.text);
  figures(s.figures);
  for (const Table& t : s.tables) table(t, !s.figures.empty());
  for (const Difference& d : s.differences) difference(d);
  command(s.command);
  raw("</section>\n");
}

void Page::evidence_row(Word name, const std::string& content) {
  raw("<tr><th scope=\"row\">");
  text(told(name));
  raw("</th><td>");
  text(content);
  raw("</td></tr>\n");
}

void Page::evidence_list(Word name, const std::vector<std::string>& items) {
  if (items.empty()) return;
  raw("<tr><th scope=\"row\">");
  text(told(name));
  raw("</th><td><ul>");
  for (const std::string& item : items) {
    raw("<li><code>");
    text(item);
    raw("</code></li>");
  }
  raw("</ul></td></tr>\n");
}

void Page::evidence() {
  const Footer& f = report_.footer;
  const auto count = [](std::uint64_t n) { return grouped(static_cast<std::int64_t>(n)); };
  raw("<section class=\"evidence\" id=\"evidence\">\n");
  element("h2", told(Word::kEvidence));
  element("p", told(Word::kEvidenceText));
  raw("<table>\n<tbody>\n");
  evidence_row(Word::kLog, f.log.empty() ? "—" : f.log);
  evidence_row(Word::kRange, f.first && f.last
                                 ? told(Word::kRangeText, {count(*f.first), count(*f.last)})
                                 : told(Word::kNoRecords));
  evidence_row(Word::kLookedAt, count(f.looked_at));
  evidence_row(Word::kCheckpoint,
               f.checkpoint
                   ? told(Word::kCheckpointText, {count(f.checkpoint->size), f.checkpoint->root})
                   : told(Word::kNoCheckpoint));
  evidence_row(Word::kUncovered, count(f.uncovered));
  if (f.behind) evidence_row(Word::kBehind, count(f.behind));
  std::vector<std::string> gaps;
  for (const LocalText& gap : f.gaps) gaps.push_back(in(gap));
  if (gaps.empty())
    evidence_row(Word::kGaps, told(Word::kNoGaps));
  else
    evidence_list(Word::kGaps, gaps);
  evidence_list(Word::kPolicies, f.policies);
  if (f.scanned) evidence_row(Word::kScanned, told(Word::kScannedText));
  evidence_list(Word::kCommand, report_.commands);
  raw("</tbody>\n</table>\n</section>\n");
}

void Page::sign_off() {
  if (!report_.sign_off) return;
  const Word names[] = {Word::kSignMade, Word::kSignChecked, Word::kSignApproved};
  raw("<table class=\"sign\">\n<thead><tr>");
  for (const Word name : names) {
    raw("<th scope=\"col\">");
    text(told(name));
    raw("</th>");
  }
  raw("</tr></thead>\n<tbody><tr>");
  for (std::size_t i = 0; i < std::size(names); ++i) {
    raw("<td><span class=\"unit\">");
    text(told(Word::kSignDate));
    raw("</span></td>");
  }
  raw("</tr></tbody>\n</table>\n");
}

std::string Page::write() {
  head();
  title_block();
  raw("<main>\n");
  raw(begins_wide(0) ? "<div class=\"wide\">\n" : "<div>\n");
  paragraphs(report_.lead);
  contents();
  raw("</div>\n");
  for (std::size_t i = 0; i < report_.sections.size(); ++i) section(i);
  evidence();
  sign_off();
  raw("</main>\n</body>\n</html>\n");
  return std::move(out_);
}

}  // namespace

std::string html_page(const Report& report, const PageLook& look) {
  return Page(report, look).write();
}

std::string html_page(const Answer& answer, const PageLook& look) {
  return html_page(report_of(answer), look);
}

}  // namespace sekisho::audit
