#pragma once

// Makes a table of the fingerprints of documents, in bounded memory.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "filters/registered/fingerprints.h"
#include "filters/registered/keyed_table.h"
#include "filters/registered/record_sorter.h"

namespace sekisho::filters {

// What an entry of a table of documents says.
inline constexpr unsigned kDocumentPayloadBytes = 6;
inline constexpr unsigned kUnitBits = 24;
inline constexpr std::uint64_t kMostDocuments = std::uint64_t{1} << 24;
inline constexpr std::uint64_t kMostUnits = std::uint64_t{1} << kUnitBits;
inline std::uint64_t document_payload(std::uint64_t document, std::uint64_t unit) {
  return document << kUnitBits | unit;
}
inline std::uint64_t document_of(std::uint64_t payload) {
  return payload >> kUnitBits;
}
inline std::uint64_t unit_of(std::uint64_t payload) {
  return payload & (kMostUnits - 1);
}

struct DocumentsReport {
  std::uint64_t documents = 0;
  std::uint64_t too_short = 0;  // no fingerprint: shorter than one gram
  std::uint64_t fingerprints = 0;
  std::uint64_t common = 0;  // in too many documents, or in text that everybody writes: left out
};

class DocumentBuilder {
 public:
  DocumentBuilder(const HashKey& key, std::string directory, std::size_t memory);

  // The text of one document, UTF-8. False when the disk fails or there are too many.
  bool add_document(std::string_view text);
  bool finish(const std::string& path, TableFacts facts);
  const DocumentsReport& report() const { return report_; }
  const std::string& error() const { return error_; }

 private:
  bool settle(RecordSorter& settled);
  std::vector<std::size_t> boilerplate() const;

  HashKey key_;
  std::string directory_;
  std::size_t memory_;
  TextUnits units_;
  RecordSorter grams_;
  std::vector<std::uint64_t> stop_;  // sorted
  DocumentsReport report_;
  std::string error_;
};

}  // namespace sekisho::filters
