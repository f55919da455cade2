#pragma once

// A ClickHouse over HTTP: 18.16 and current servers. One thread at a time.

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/questions/sql.h"
#include "audit/views/clickhouse_statement.h"
#include "gateway/sinks/transport.h"

namespace sekisho::gateway {

struct ClickHouseAddress {
  std::string url;  // "https://ch.example.jp:8443"
  std::string database = "sekisho", user, password;
  PeerSettings peer;
};

// "clickhouse://user@host:8443/database"; with ?plain=1 without TLS, to this machine only. Nothing
// and `error` when it is not of that form.
std::optional<ClickHouseAddress> parse_store_address(std::string_view text, std::string& error);

class ClickHouse {
 public:
  explicit ClickHouse(ClickHouseAddress address);

  struct Answer {
    std::string body, error;  // error "" = it was done
    int code = 0;             // ClickHouse's own, 0 = none: the network
    bool cancelled = false;
  };
  // A statement that returns text, or nothing.
  Answer run(const std::string& sql);
  // Rows as lines of JSON; all of them or, of one month, none are stored.
  Answer insert(const std::string& table, std::string_view lines);
  audit::SqlRows ask(const audit::Sql& sql);
  // Makes the database and its tables, or brings them up to date. "" = they are as this program
  // knows them.
  std::string migrate();
  void cancel();  // any thread

 private:
  // Days on which rows are there twice.
  struct KnownDays {
    audit::RepeatCheck of;
    std::vector<std::string> days;
    std::chrono::steady_clock::time_point until{};
  };
  const audit::SummedMonths& summed();
  Answer send(const std::string& parameters, std::string_view body, std::size_t limit);
  audit::SqlRows select(const std::string& text);
  const std::vector<std::string>* known(const audit::RepeatCheck& check);
  std::string days_of(const audit::RepeatCheck& check, audit::RepeatedDays& out);
  bool to_server_ = false;  // of a statement that must not name the database yet
  ClickHouseAddress address_;
  HttpSender sender_;
  std::vector<KnownDays> known_days_;
  audit::SummedMonths summed_;
  std::chrono::steady_clock::time_point summed_until_{};
};

// For `--store`: asks there what is otherwise asked of the index. Nothing and `error` when the
// address or the file with the password ("" = none) cannot be used. `ca`: PEM, "" = the
// system's.
std::optional<audit::RunSql> open_store(std::string_view address, const std::string& password_file,
                                        const std::string& ca, std::string& error);

// Whether a batch may be tried again smaller: the server could not read a row.
bool is_parse_error(int code);

}  // namespace sekisho::gateway
