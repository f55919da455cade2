#include "audit/index/database.h"

#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

namespace sekisho::audit {
namespace {

constexpr int kBusyMs = 10'000, kStepsBetweenLooks = 10'000, kLongestForeign = 16 << 20;
using Clock = std::chrono::steady_clock;

std::string_view column_text(sqlite3_stmt* s, int column) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(s, column));
  return text ? std::string_view(text, static_cast<std::size_t>(sqlite3_column_bytes(s, column)))
              : std::string_view();
}

Cell cell_of(sqlite3_stmt* s, int column) {
  switch (sqlite3_column_type(s, column)) {
    case SQLITE_INTEGER:
      return static_cast<std::int64_t>(sqlite3_column_int64(s, column));
    case SQLITE_FLOAT:
      return sqlite3_column_double(s, column);
    case SQLITE_NULL:
      return std::monostate();
    default:
      return std::string(column_text(s, column));
  }
}

struct Binder {
  sqlite3_stmt* statement;
  int at;
  void operator()(std::monostate) const { sqlite3_bind_null(statement, at); }
  void operator()(std::int64_t value) const { sqlite3_bind_int64(statement, at, value); }
  void operator()(double value) const { sqlite3_bind_double(statement, at, value); }
  void operator()(const std::string& value) const {
    sqlite3_bind_text64(statement, at, value.data(), value.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  }
};

// What a statement that people wrote may do: read this file.
int only_reading(void*, int action, const char* name, const char* second, const char*,
                 const char*) {
  const std::string_view first = name ? name : "";
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE:
      return SQLITE_OK;
    case SQLITE_FUNCTION:
      return second && std::string_view(second) == "load_extension" ? SQLITE_DENY : SQLITE_OK;
    case SQLITE_PRAGMA:
      return first == "table_info" || first == "table_list" || first == "index_list" ? SQLITE_OK
                                                                                     : SQLITE_DENY;
    default:
      return SQLITE_DENY;
  }
}

}  // namespace

// What went wrong last.
struct Trouble {
  std::string error;
  bool damaged = false;
  void note(sqlite3* handle, int code) {
    error = sqlite3_errmsg(handle);
    damaged = damaged || (code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB;
  }
};

struct Statement::Impl {
  sqlite3_stmt* statement = nullptr;
  Trouble* trouble = nullptr;
  ~Impl() { sqlite3_finalize(statement); }
  int step() const {
    const int code = sqlite3_step(statement);
    if (code != SQLITE_DONE && code != SQLITE_ROW)
      trouble->note(sqlite3_db_handle(statement), code);
    return code;
  }
};

struct Database::Impl {
  sqlite3* handle = nullptr;
  Trouble trouble;
  Clock::time_point until{};

  ~Impl() { sqlite3_close_v2(handle); }

  void limit(std::int64_t ms) {
    until = Clock::now() + std::chrono::milliseconds(ms);
    const auto late = [](void* self) {
      return static_cast<int>(Clock::now() > static_cast<Impl*>(self)->until);
    };
    sqlite3_progress_handler(handle, ms > 0 ? kStepsBetweenLooks : 0,
                             ms > 0 ? static_cast<int (*)(void*)>(late) : nullptr, this);
  }
  std::string why(int code) const {
    return code == SQLITE_INTERRUPT ? "it took longer than it may" : sqlite3_errmsg(handle);
  }
};

Statement::Statement(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Statement::Statement(Statement&&) noexcept = default;
Statement::~Statement() = default;

bool Statement::usable() const {
  return impl_->statement != nullptr;
}
Statement& Statement::bind(int at, std::int64_t value) {
  sqlite3_bind_int64(impl_->statement, at, value);
  return *this;
}
Statement& Statement::bind(int at, double value) {
  sqlite3_bind_double(impl_->statement, at, value);
  return *this;
}
Statement& Statement::bind(int at, std::string_view value) {
  sqlite3_bind_text64(impl_->statement, at, value.data(), value.size(), SQLITE_TRANSIENT,
                      SQLITE_UTF8);
  return *this;
}
bool Statement::step() {
  return impl_->statement && impl_->step() == SQLITE_ROW;
}
void Statement::reset() {
  sqlite3_reset(impl_->statement);
}
bool Statement::run() {
  if (!impl_->statement) return false;
  const int code = impl_->step();
  sqlite3_reset(impl_->statement);
  return code == SQLITE_DONE || code == SQLITE_ROW;
}
std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(impl_->statement, column);
}
std::string Statement::text(int column) const {
  return std::string(column_text(impl_->statement, column));
}

Database::Database() : impl_(std::make_unique<Impl>()) {}
Database::~Database() = default;

const std::string& Database::error() const {
  return impl_->trouble.error;
}
bool Database::damaged() const {
  return impl_->trouble.damaged;
}

// A folder that cannot be written to has no place for what WAL shares between processes; then the
// file is read as it stands, which is right as long as nobody writes it.
static std::string address_of(const std::string& path, bool as_it_stands) {
  std::string out = "file:";
  for (const char c : path) {
    if (c == '%' || c == '?' || c == '#') {
      static constexpr char kHex[] = "0123456789abcdef";
      const auto byte = static_cast<unsigned char>(c);
      ((out += '%') += kHex[byte >> 4]) += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  return out + (as_it_stands ? "?mode=ro&immutable=1" : "?mode=ro");
}

std::unique_ptr<Database> Database::open(const std::string& path, OpenAs as, std::string& error) {
  const bool reads = as == OpenAs::kReader;
  for (const bool as_it_stands : {false, true}) {
    std::unique_ptr<Database> made(new Database);
    Impl& impl = *made->impl_;
    const std::string name = reads ? address_of(path, as_it_stands) : path;
    const int flags =
        reads ? SQLITE_OPEN_READONLY | SQLITE_OPEN_URI : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    const int code = sqlite3_open_v2(name.c_str(), &impl.handle, flags, nullptr);
    if (code != SQLITE_OK) {
      error = path + ": " + (impl.handle ? sqlite3_errmsg(impl.handle) : "no memory");
      return nullptr;
    }
    sqlite3_busy_timeout(impl.handle, kBusyMs);
    // The writer stands in the gateway for as long as that runs: its cache is small.
    const char* settings =
        as == OpenAs::kWriter ? "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
                                "PRAGMA cache_size=-8192; PRAGMA wal_autocheckpoint=4000;"
        : as == OpenAs::kBulk ? "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; "
                                "PRAGMA cache_size=-131072; PRAGMA locking_mode=EXCLUSIVE;"
                              : "PRAGMA query_only=1; PRAGMA cache_size=-65536; "
                                "SELECT count(*) FROM sqlite_schema;";
    if (made->run(settings)) return made;
    error = path + ": " + made->error();
    if (!reads || access(path.c_str(), R_OK) != 0) return nullptr;
  }
  return nullptr;
}

bool Database::run(const std::string& sql) {
  char* message = nullptr;
  const int code = sqlite3_exec(impl_->handle, sql.c_str(), nullptr, nullptr, &message);
  if (code != SQLITE_OK) impl_->trouble.note(impl_->handle, code);
  sqlite3_free(message);
  return code == SQLITE_OK;
}

Statement Database::prepare(const std::string& sql) {
  auto made = std::make_unique<Statement::Impl>();
  made->trouble = &impl_->trouble;
  const int code = sqlite3_prepare_v2(impl_->handle, sql.c_str(), -1, &made->statement, nullptr);
  if (code != SQLITE_OK) impl_->trouble.note(impl_->handle, code);
  return Statement(std::move(made));
}

SqlRows Database::ask(const Sql& sql, std::int64_t limit_ms) {
  SqlRows out;
  const Statement made = prepare(sql.text);
  sqlite3_stmt* statement = made.impl_->statement;
  if (!statement) return out.error = impl_->trouble.error, out;
  for (std::size_t i = 0; i < sql.parameters.size(); ++i)
    std::visit(Binder{statement, static_cast<int>(i) + 1}, sql.parameters[i]);
  impl_->limit(limit_ms);
  const int columns = sqlite3_column_count(statement);
  int code = sqlite3_step(statement);
  for (; code == SQLITE_ROW; code = sqlite3_step(statement)) {
    auto& row = out.rows.emplace_back();
    for (int i = 0; i < columns; ++i) row.push_back(cell_of(statement, i));
  }
  impl_->limit(0);
  if (code != SQLITE_DONE) {
    impl_->trouble.note(impl_->handle, code);
    out.error = impl_->why(code);
  }
  return out;
}

Database::Sheet Database::ask_foreign(const std::string& sql, std::int64_t limit_ms,
                                      std::size_t most) {
  Sheet out;
  sqlite3_limit(impl_->handle, SQLITE_LIMIT_LENGTH, kLongestForeign);
  sqlite3_set_authorizer(impl_->handle, only_reading, nullptr);
  sqlite3_stmt* statement = nullptr;
  const char* rest = nullptr;
  const int prepared = sqlite3_prepare_v2(impl_->handle, sql.c_str(), -1, &statement, &rest);
  sqlite3_set_authorizer(impl_->handle, nullptr, nullptr);
  const std::string_view more = rest ? rest : "";
  if (prepared == SQLITE_AUTH)
    out.error = "only SELECT over the index's own tables is answered";
  else if (prepared != SQLITE_OK)
    out.error = sqlite3_errmsg(impl_->handle);
  else if (!statement)
    out.error = "there is no statement";
  else if (more.find_first_not_of(" \t\r\n;") != more.npos)
    out.error = "one statement at a time";
  else if (!sqlite3_stmt_readonly(statement))
    out.error = "only reading is allowed";
  if (!out.error.empty()) return sqlite3_finalize(statement), out;
  for (int i = 0; i < sqlite3_column_count(statement); ++i)
    out.columns.emplace_back(sqlite3_column_name(statement, i));
  impl_->limit(limit_ms);
  int code = sqlite3_step(statement);
  for (; code == SQLITE_ROW; code = sqlite3_step(statement)) {
    if (out.rows.size() == most) {
      out.cut = true;
      break;
    }
    auto& row = out.rows.emplace_back();
    for (int i = 0; i < sqlite3_column_count(statement); ++i) row.push_back(cell_of(statement, i));
  }
  impl_->limit(0);
  if (code != SQLITE_DONE && !out.cut) out.error = impl_->why(code);
  sqlite3_finalize(statement);
  return out;
}

std::vector<std::string> Database::plan(const Sql& sql) {
  const SqlRows rows = ask({"EXPLAIN QUERY PLAN " + sql.text, sql.parameters});
  std::vector<std::string> out;
  for (const auto& row : rows.rows)
    if (const auto* text = std::get_if<std::string>(&row.back())) out.push_back(*text);
  return out;
}

std::string Database::meta(const std::string& name) {
  const SqlRows rows = ask({"SELECT value FROM meta WHERE name=?", {name}});
  if (rows.rows.empty()) return {};
  const auto* text = std::get_if<std::string>(&rows.rows[0][0]);
  return text ? *text : std::string();
}

bool Database::set_meta(const std::string& name, const std::string& value) {
  Statement s = prepare("INSERT OR REPLACE INTO meta(name, value) VALUES(?, ?)");
  return s.bind(1, std::string_view(name)).bind(2, std::string_view(value)).run();
}

}  // namespace sekisho::audit
