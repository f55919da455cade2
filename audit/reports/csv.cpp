#include "audit/reports/csv.h"

#include "audit/reports/cell_text.h"
#include "audit/sheet.h"

namespace sekisho::audit {
namespace {

std::string number_text(const std::optional<std::uint64_t>& number) {
  return number ? std::to_string(*number) : std::string();
}

}  // namespace

std::string csv_of(const Table& table, const policy::TimeZone& zone) {
  std::string out(kByteOrderMark);
  Cells names;
  for (const Column& column : table.columns) names.push_back(column.id);
  out += csv_line(names);
  for (const auto& row : table.rows) {
    Cells cells;
    for (std::size_t c = 0; c < table.columns.size(); ++c)
      cells.push_back(c < row.size() ? machine_text(row[c], table.columns[c].kind, zone) : "");
    out += csv_line(cells);
  }
  return out;
}

std::string footer_csv(const Footer& footer, const std::string& command, Language language) {
  std::string out(kByteOrderMark);
  const auto line = [&](const char* name, const std::string& value) {
    out += csv_line({name, value});
  };
  line("name", "value");
  line("log", footer.log);
  line("first", number_text(footer.first));
  line("last", number_text(footer.last));
  line("looked_at", std::to_string(footer.looked_at));
  line("checkpoint_size", footer.checkpoint ? std::to_string(footer.checkpoint->size) : "");
  line("checkpoint_root", footer.checkpoint ? footer.checkpoint->root : "");
  line("uncovered", std::to_string(footer.uncovered));
  line("behind", std::to_string(footer.behind));
  for (const HeldLog& held : footer.held)
    line("held", held.log + " " + std::to_string(held.size) + " " + held.day + " " +
                     (held.behind ? std::to_string(*held.behind) : "?"));
  for (const LocalText& gap : footer.gaps) line("gap", gap.in(language));
  for (const std::string& policy : footer.policies) line("policy", policy);
  line("command", command);
  return out;
}

}  // namespace sekisho::audit
