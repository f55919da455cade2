#pragma once

// One SQLite file. Not for two threads at once.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "audit/questions/sql.h"

namespace sekisho::audit {

enum class OpenAs {
  kWriter,  // made when missing, WAL
  kBulk,    // a new file without a journal: whole or thrown away
  kReader   // never changes a byte
};

// A compiled statement; kept and used again.
class Statement {
 public:
  ~Statement();
  Statement(Statement&&) noexcept;
  Statement& bind(int at, std::int64_t value);  // from 1
  Statement& bind(int at, double value);
  Statement& bind(int at, std::string_view value);  // copied
  // Runs it, which returns nothing, and makes it ready for the next values. False: see
  // Database::error().
  bool run();
  bool step();  // true: a row stands
  void reset();
  std::int64_t integer(int column) const;  // from 0
  std::string text(int column) const;
  bool usable() const;  // it could be compiled

 private:
  friend class Database;
  struct Impl;
  explicit Statement(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

class Database {
 public:
  // nullptr and `error` if it cannot be had. A reader takes a file of a folder it may not write.
  static std::unique_ptr<Database> open(const std::string& path, OpenAs as, std::string& error);
  ~Database();

  bool run(const std::string& sql);  // statements without parameters or rows
  Statement prepare(const std::string& sql);
  const std::string& error() const;
  // A statement met bytes that are none of a database.
  bool damaged() const;

  // The rows of one statement. What it asks for beyond `limit_ms` ends with an error.
  SqlRows ask(const Sql& sql, std::int64_t limit_ms = 0);
  // The same with the names of its columns, for statements that people wrote: it must read only.
  struct Sheet {
    std::vector<std::string> columns;
    std::vector<std::vector<Cell>> rows;
    bool cut = false;  // there are more than `most`
    std::string error;
  };
  Sheet ask_foreign(const std::string& sql, std::int64_t limit_ms, std::size_t most);
  // What SQLite would do, one line a step.
  std::vector<std::string> plan(const Sql& sql);

  // A value of the table `meta`, "" = none.
  std::string meta(const std::string& name);
  bool set_meta(const std::string& name, const std::string& value);

 private:
  Database();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sekisho::audit
