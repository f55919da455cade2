#include "audit/index/index_check.h"

#include <unistd.h>

#include <algorithm>
#include <vector>

#include "audit/index/calendar.h"
#include "audit/index/schema.h"

namespace sekisho::audit {
namespace {

std::string one(Database& from, const std::string& sql) {
  const SqlRows rows = from.ask({sql, {}});
  if (rows.rows.empty()) return {};
  if (const auto* n = std::get_if<std::int64_t>(&rows.rows[0][0])) return std::to_string(*n);
  const auto* text = std::get_if<std::string>(&rows.rows[0][0]);
  return text ? *text : std::string();
}

std::vector<std::string> names_of_tables() {
  std::vector<std::string> out;
  for (const std::string& table : index_tables()) {
    const std::size_t at = std::string("CREATE TABLE ").size();
    out.push_back(table.substr(at, table.find('(') - at));
  }
  return out;
}

// `seq` first, so that rows of tables that have it come in the order of the log.
std::vector<std::string> columns_of(Database& from, const std::string& table) {
  std::vector<std::string> out;
  for (const auto& row : from.ask({"PRAGMA table_info(" + table + ")", {}}).rows)
    if (const auto* name = std::get_if<std::string>(&row[1])) out.push_back(*name);
  std::stable_partition(out.begin(), out.end(), [](const auto& name) { return name == "seq"; });
  return out;
}

// Of rows in which only whole days are counted of which nothing was removed.
class Kept {
 public:
  explicit Kept(Database& fresh) {
    const std::string first = one(fresh, "SELECT min(first_seq) FROM day_total");
    if (first.empty() || first == "0") return;
    const std::string day = one(fresh, "SELECT min(day) FROM day_total");
    const auto date = config::parse_date(day);
    words_ = date ? words_of_day(*date) : DayWords{day, day, day, day};
    seq_ = one(fresh, "SELECT min(seq) FROM exchange WHERE day>'" + day + "'");
    all_ = false;
  }
  // "" = all of the table; nothing = none of it.
  std::optional<std::string> of(const std::vector<std::string>& columns) const {
    const auto has = [&](const char* name) {
      return std::find(columns.begin(), columns.end(), name) != columns.end();
    };
    if (all_) return "";
    if (has("day")) return " WHERE day>'" + words_.day + "'";
    if (has("month")) return " WHERE month>'" + words_.month + "'";
    if (has("quarter")) return " WHERE quarter>'" + words_.quarter + "'";
    if (has("seq") && !seq_.empty()) return " WHERE seq>=" + seq_;
    return std::nullopt;
  }

 private:
  bool all_ = true;
  DayWords words_;
  std::string seq_;
};

// The rows of one table in one file, as text.
class Rows {
 public:
  Rows(Database& from, const std::string& sql, std::size_t columns)
      : statement_(from.prepare(sql)), columns_(columns) {}
  bool usable() const { return statement_.usable(); }
  bool next() {
    text_.clear();
    if (!statement_.step()) return false;
    for (std::size_t i = 0; i < columns_; ++i) (text_ += statement_.text(int(i))) += '\x1f';
    seq_ = static_cast<std::uint64_t>(statement_.integer(0));
    return true;
  }
  const std::string& text() const { return text_; }
  std::uint64_t seq() const { return seq_; }

 private:
  Statement statement_;
  std::size_t columns_;
  std::string text_;
  std::uint64_t seq_ = 0;
};

// True: it says the same in both.
bool same(Database& index, Database& fresh, const std::string& table, const Kept& kept,
          IndexCheck& out) {
  const auto columns = columns_of(fresh, table);
  const auto where = kept.of(columns);
  if (!where) return true;
  std::string list;
  for (const auto& name : columns) (list += list.empty() ? "" : ", ") += name;
  const std::string sql = "SELECT " + list + " FROM " + table + *where + " ORDER BY " + list;
  Rows has(index, sql, columns.size()), should(fresh, sql, columns.size());
  for (bool more = has.usable(); more;) {
    const bool a = has.next(), b = should.next();
    if (!a && !b && index.error().empty()) return true;
    if (a && b && has.text() == should.text()) continue;
    if (columns.front() == "seq" && (a || b))
      out.seq = std::min(a ? has.seq() : UINT64_MAX, b ? should.seq() : UINT64_MAX);
    more = false;
  }
  out.differs = table;
  return false;
}

void compare(Database& index, Database& fresh, IndexCheck& out) {
  // Answers come from what SQLite finds by way of its own indexes, too.
  if (one(index, "PRAGMA integrity_check(1)") != "ok") {
    out.differs = "SQLite";
    return;
  }
  static const std::string kSchema =
      "SELECT group_concat(line, char(10)) FROM (SELECT type || name || coalesce(sql, '') AS line "
      "FROM sqlite_schema WHERE name NOT LIKE 'sqlite%' ORDER BY type, name)";
  if (one(index, kSchema) != one(fresh, kSchema)) {
    out.differs = "sqlite_schema";
    return;
  }
  const Kept kept(fresh);
  for (const std::string& table : names_of_tables())
    if (table != "meta" && !same(index, fresh, table, kept, out)) return;
}

}  // namespace

IndexCheck check_index(const IndexSettings& settings, const std::string& scratch) {
  IndexCheck out;
  const std::string path = index_path(settings.log);
  out.none = ::access(path.c_str(), F_OK) != 0;
  if (out.none) return out;
  const auto index = Database::open(path, OpenAs::kReader, out.error);
  if (!index) return out;
  out.none = one(*index, "PRAGMA user_version") != std::to_string(kIndexVersion);
  if (out.none) return out;
  index->run("BEGIN");  // a gateway may go on writing it
  out.size = std::stoull("0" + index->meta("next_seq"));
  const std::string built = scratch + "/index.sqlite";
  out.error = Indexer(settings).build_at(built, out.size).error;
  if (!out.error.empty()) return out;
  const auto fresh = Database::open(built, OpenAs::kReader, out.error);
  if (fresh) compare(*index, *fresh, out);
  return out;
}

}  // namespace sekisho::audit
