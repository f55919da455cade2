#pragma once

// Values read together with their names: {"password": "…"} in JSON, "X-Amz-Signature=…" in a query
// or a form say what the value alone does not.

#include <cstddef>
#include <string>
#include <string_view>

#include "filters/bodies/text_chunk.h"
#include "filters/detector_set.h"
#include "filters/finding.h"
#include "filters/scanner.h"

namespace sekisho::policy {

// The name of the JSON value that `chunk` is: the last key of its pointer, that of the list for
// what stands in a list. "" = none, or one that says nothing (content, text, role, …).
std::string name_of_value(const filters::TextChunk& chunk);

// Reads short values once more with their names, as they are written in JSON or in a query.
class NamedValues {
 public:
  explicit NamedValues(const filters::DetectorSet& set) : set_(set) {}

  // `found` is what the value alone gave, ranges in its text. Numbers and personal data are judged
  // with the name instead, what else is found with it is added; the ranges stay within the value.
  filters::ScanStatus see(std::string_view name, const filters::TextChunk& chunk,
                          filters::Scanner& scanner, filters::Findings& found);

 private:
  const filters::DetectorSet& set_;
  std::string line_;
  filters::Findings with_name_;
};

}  // namespace sekisho::policy
