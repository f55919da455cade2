#pragma once

// Finds stretches of registered documents, also after small edits. Docs: docs/datasets.md.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "filters/detector.h"
#include "filters/registered/fingerprints.h"
#include "filters/registered/keyed_table.h"

namespace sekisho::filters {

struct DocumentSettings {
  std::string type;         // "dataset:designs"
  std::string category;     // of its findings
  double similarity = 0.3;  // share of a document's fingerprints that must be left in a stretch
};

class DocumentDetector : public Detector {
 public:
  // A stretch counts with so many fingerprints of one document in their order.
  static constexpr unsigned kFewestFingerprints = 3;

  DocumentDetector(DocumentSettings settings, const HashKey& key,
                   std::shared_ptr<const KeyedTable> table);

  std::string_view name() const override { return settings_.type; }
  std::size_t max_span() const override;
  // kCouldNotDecide where the file is damaged.
  ScanStatus scan(const Window& window, Findings& out) const override;

 private:
  // A fingerprint of a document that stands at unit `at` of the text.
  struct Hit {
    std::uint32_t document, at, unit;
    std::uint8_t before = 1, after = 1;  // in a chain, itself included; no more are counted
  };
  bool follows(const TextUnits& text, const Hit& a, const Hit& b) const;
  void chain(const TextUnits& text, std::vector<Hit>& hits) const;
  void report(const TextUnits& text, const std::vector<Hit>& hits, const Window& window,
              std::size_t base, Findings& out) const;

  DocumentSettings settings_;
  HashKey key_;
  std::shared_ptr<const KeyedTable> table_;
  std::uint32_t longest_step_;  // units of the document from one fingerprint to the next
};

}  // namespace sekisho::filters
