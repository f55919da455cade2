#pragma once

// What an auditor's question is answered with: tables that a terminal, CSV, JSON and HTML all show,
// and what they rest on.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "policy/civil_time.h"

namespace sekisho::audit {

enum class Language { kJapanese, kEnglish };

struct LocalText {
  std::string ja, en;
  const std::string& in(Language language) const {
    return language == Language::kJapanese ? ja : en;
  }
};

enum class ColumnKind {
  kText,
  kCount,
  kBytes,
  kTime,   // integer: unix microseconds
  kDay,    // text: "2026-07-02", of the zone of the answer
  kShare,  // real: 0 to 1
  kList    // text: values parted by ", "
};

struct Column {
  std::string id;  // name in CSV and JSON, the same in every language
  LocalText label;
  ColumnKind kind = ColumnKind::kText;
};

// Nothing = unknown or none.
using Cell = std::variant<std::monostate, std::int64_t, double, std::string>;

struct Table {
  std::string id;  // name in JSON: "transfers"
  LocalText title;
  std::vector<Column> columns;
  std::vector<std::vector<Cell>> rows;  // each as long as `columns`
  std::vector<LocalText> notes;         // what a reader must know: lower bounds, assumptions
};

// Half-open. `name`: "2026年度第2四半期 (2026-07-01 から 2026-09-30)".
struct Period {
  std::int64_t from_us = 0, to_us = 0;
  LocalText name;
};

struct Checkpointed {
  std::uint64_t size = 0;  // records
  std::string root;        // base64
};

// A log of a store that holds several.
struct HeldLog {
  std::string log;
  std::uint64_t size = 0;  // records up to the newest that is there
  std::string day;         // of that one
  // Records of the log that are not there; nothing: only the log's own gateway knows.
  std::optional<std::uint64_t> behind;
};

// What an answer rests on; printed below every one of them.
struct Footer {
  std::string log;                           // origin of the log
  std::optional<std::uint64_t> first, last;  // seq of the records of the period
  std::uint64_t looked_at = 0;               // records of the period, matching or not
  std::optional<Checkpointed> checkpoint;    // newest whose signature was verified
  std::uint64_t uncovered = 0;               // records after it
  std::uint64_t behind = 0;                  // records of the log that the index has not read
  std::vector<HeldLog> held;                 // more than one, or none
  std::vector<LocalText> gaps;               // gaps, damage, removed segments in the period
  std::vector<std::string> policies;         // digests in force
  bool scanned = false;                      // answered by a scan of raw rows, not from rollups
};

struct Answer {
  std::string question;  // "transfers"
  LocalText title;
  Period period;
  std::vector<Table> tables;
  Footer footer;
  std::vector<std::string> records;  // JSON, as they stand in the log: of a question about one
  std::vector<std::string> sql;      // every statement that was run
  std::string command;               // the line that makes this answer again
};

}  // namespace sekisho::audit
