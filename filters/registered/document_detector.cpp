#include "filters/registered/document_detector.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "filters/registered/document_builder.h"

namespace sekisho::filters {
namespace {

// Findings of a long stretch are cut at these places of the whole text.
constexpr std::size_t kCell = 4u << 10;
constexpr std::size_t kLongestStep = 2u << 10;  // bytes from one fingerprint to the next
constexpr std::size_t kLookAhead = 32;          // hits looked at for the next one of a chain
// A cell, two steps before and after it, and the grams at the ends.
constexpr std::size_t kReach = 12u << 10;

}  // namespace

DocumentDetector::DocumentDetector(DocumentSettings settings, const HashKey& key,
                                   std::shared_ptr<const KeyedTable> table)
    : settings_(std::move(settings)),
      key_(key),
      table_(std::move(table)),
      longest_step_(static_cast<std::uint32_t>(
          std::ceil(static_cast<double>(kWindowGrams) / std::max(0.05, settings_.similarity)))) {}

std::size_t DocumentDetector::max_span() const {
  return kReach;
}

// Whether `b` continues a copy that `a` stands in: about as far on in the text as in the document.
bool DocumentDetector::follows(const TextUnits& text, const Hit& a, const Hit& b) const {
  if (b.at <= a.at || b.unit <= a.unit || b.unit - a.unit > longest_step_) return false;
  if (text.range(b.at).begin - text.range(a.at).begin > kLongestStep) return false;
  const std::int64_t in_text = b.at - a.at, in_document = b.unit - a.unit;
  const std::int64_t drift = in_text > in_document ? in_text - in_document : in_document - in_text;
  return drift <= 8 + in_document / 3;
}

// Hits are sorted by document and place.
void DocumentDetector::chain(const TextUnits& text, std::vector<Hit>& hits) const {
  const auto last_to_see = [&](std::size_t i) { return std::min(hits.size(), i + 1 + kLookAhead); };
  for (std::size_t i = 0; i < hits.size(); ++i) {
    for (std::size_t k = i + 1; k < last_to_see(i) && hits[k].document == hits[i].document; ++k) {
      if (!follows(text, hits[i], hits[k])) continue;
      const unsigned length = std::min<unsigned>(hits[i].before + 1u, kFewestFingerprints);
      hits[k].before = std::max<std::uint8_t>(hits[k].before, static_cast<std::uint8_t>(length));
    }
  }
  for (std::size_t i = hits.size(); i-- > 0;) {
    for (std::size_t k = i + 1; k < last_to_see(i) && hits[k].document == hits[i].document; ++k) {
      if (!follows(text, hits[i], hits[k])) continue;
      const unsigned length = std::min<unsigned>(hits[k].after + 1u, kFewestFingerprints);
      hits[i].after = std::max<std::uint8_t>(hits[i].after, static_cast<std::uint8_t>(length));
    }
  }
}

void DocumentDetector::report(const TextUnits& text, const std::vector<Hit>& hits,
                              const Window& window, std::size_t base, Findings& out) const {
  Finding finding;
  std::size_t count = 0, cell = 0;
  const auto end_finding = [&] {
    if (count > 0 && finding.range.begin >= window.fresh_begin &&
        finding.range.begin < window.fresh_end) {
      finding.type = settings_.type;
      finding.category = settings_.category;
      finding.confidence = count < 5 ? 0.75 : count < 10 ? 0.88 : 0.95;
      finding.normalised = std::to_string(
          keyed_hash(key_, window.text.substr(finding.range.begin, finding.range.size())));
      out.push_back(finding);
    }
    count = 0;
  };
  std::uint32_t document = 0;
  for (std::size_t i = 0; i < hits.size(); ++i) {
    const Hit& hit = hits[i];
    if (hit.before + hit.after - 1u < kFewestFingerprints) continue;
    Range range = text.gram_range(hit.at);
    // Up to where the copy goes on.
    for (std::size_t k = i + 1; k < std::min(hits.size(), i + 1 + kLookAhead); ++k) {
      if (hits[k].document != hit.document) break;
      if (!follows(text, hit, hits[k])) continue;
      range.end = std::max(range.end, text.gram_range(hits[k].at).end);
      break;
    }
    range = {range.begin + base, range.end + base};
    const std::size_t at = (window.offset + range.begin) / kCell;
    const bool more =
        count > 0 && document == hit.document && cell == at && range.begin <= finding.range.end;
    if (!more) {
      end_finding();
      finding.range = range;
      finding.counts_as = "document " + std::to_string(hit.document);
      document = hit.document;
      cell = at;
    }
    finding.range.end = std::max(finding.range.end, range.end);
    ++count;
  }
  end_finding();
}

ScanStatus DocumentDetector::scan(const Window& window, Findings& out) const {
  if (table_->facts().entries == 0 || window.fresh_begin >= window.fresh_end)
    return ScanStatus::kDone;
  const std::size_t begin = window.fresh_begin > kReach ? window.fresh_begin - kReach : 0;
  const std::size_t end = std::min(window.text.size(), window.fresh_end + kReach);
  TextUnits text(key_);
  text.read(window.text.substr(begin, end - begin));
  std::vector<Hit> hits;
  std::vector<std::uint64_t> found;
  for (std::size_t i = 0; i + kGramUnits <= text.size(); ++i) {
    if (!text.has_gram(i)) continue;
    found.clear();
    if (!table_->find(text.gram(i), found)) return ScanStatus::kCouldNotDecide;
    for (const std::uint64_t payload : found)
      hits.push_back({static_cast<std::uint32_t>(document_of(payload)),
                      static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(unit_of(payload))});
  }
  if (hits.size() < kFewestFingerprints) return ScanStatus::kDone;
  std::sort(hits.begin(), hits.end(), [](const Hit& a, const Hit& b) {
    return std::tie(a.document, a.at, a.unit) < std::tie(b.document, b.at, b.unit);
  });
  chain(text, hits);
  report(text, hits, window, begin, out);
  return ScanStatus::kDone;
}

}  // namespace sekisho::filters
