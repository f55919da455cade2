#include "filters/registered/dataset_detector.h"

#include <algorithm>
#include <array>
#include <bit>
#include <tuple>
#include <utility>

#include "filters/registered/canonical_text.h"
#include "filters/registered/dataset_values.h"
#include "filters/utf8.h"

namespace sekisho::filters {
namespace {

// What one finding may depend on, on each side: a cell, a row's other cell 300 characters further,
// and where that one is common, one that speaks for it another 300 further.
constexpr std::size_t kReach = 8u << 10;
constexpr std::size_t kMostZeros = 8;
// Of the cells near a common value, those that may speak for it.
constexpr std::size_t kMostWitnesses = 256;
constexpr std::size_t kShortestKey = 8;
constexpr std::uint64_t kSparseKeys = 100'000;  // numbers that are no key, for each that is one

// More keys than one in 100,000 of all numbers of this length: other numbers would be taken for
// one.
bool is_dense(std::uint64_t rows, std::size_t digits) {
  std::uint64_t numbers = 1;
  for (std::size_t i = 0; i < digits && numbers < rows * kSparseKeys; ++i) numbers *= 10;
  return numbers < rows * kSparseKeys;
}

}  // namespace

// One look through a window.
struct DatasetDetector::Search {
  Search(const HashKey& key, std::string_view bytes)
      : all(bytes), text(bytes), hashes(key, kLongestValue) {}

  std::string_view all;
  CanonicalText text;
  StretchHashes hashes;  // of the text from `hashed_from` on
  std::size_t hashed_from = 0;
  std::size_t limit = 0;  // no value reaches over it
  std::vector<Hit> hits;
  std::vector<Common> common;
  std::vector<Match> matches;
  std::vector<std::uint64_t> found;

  std::uint64_t hash(std::size_t begin, std::size_t end) {
    if (hashes.size() == 0) hashed_from = begin;
    while (hashed_from + hashes.size() < end) hashes.push(text[hashed_from + hashes.size()]);
    return hashes.of(begin - hashed_from, end - hashed_from);
  }
  // The first character at or behind `begin` + 1 that stands apart.
  void move_limit(std::size_t begin) {
    limit = std::max(limit, begin + 1);
    while (limit < text.size() && !text.apart(limit) && limit - begin <= kLongestValue) ++limit;
  }
  bool near(std::uint32_t a, std::uint32_t b) const {
    const std::size_t x = text.ordinal(a), y = text.ordinal(b);
    return (x > y ? x - y : y - x) <= kNear;
  }
};

DatasetDetector::DatasetDetector(DatasetSettings settings, const HashKey& key,
                                 std::shared_ptr<const KeyedTable> table)
    : settings_(std::move(settings)), key_(key), table_(std::move(table)) {
  for (const std::string& value : settings_.allow_values) {
    const std::u32string canonical = cell_value(value).characters;
    allowed_.insert(canonical_form(value));
    std::string text;
    for (const char32_t c : canonical) {
      char bytes[4];
      text.append(bytes, put_utf8(bytes, c));
    }
    allowed_.insert(std::move(text));
  }
}

std::size_t DatasetDetector::max_span() const {
  return kReach;
}

// False when the file is damaged where it was looked at.
bool DatasetDetector::look_up(Search& search, std::size_t begin, std::size_t end) const {
  search.found.clear();
  const std::uint64_t hash = search.hash(begin, end);
  if (!table_->find(hash, search.found)) return false;
  if (search.found.empty()) return true;
  if (!allowed_.empty() && allowed_.count(search.text.text(begin, end)) > 0) return true;
  const auto from = static_cast<std::uint32_t>(begin), to = static_cast<std::uint32_t>(end);
  for (const std::uint64_t payload : search.found) {
    if (payload == kCommonValue) {
      search.common.push_back({from, to, hash});
    } else {
      search.hits.push_back({from, to, static_cast<std::uint32_t>(row_of(payload)),
                             static_cast<std::uint32_t>(column_of(payload))});
    }
  }
  return true;
}

// Every value that may begin at `begin`.
bool DatasetDetector::look_up_from(Search& search, std::size_t begin) const {
  const CanonicalText& text = search.text;
  if (begin + 1 >= text.size()) return true;
  std::uint64_t lengths = table_->lengths(text[begin], text[begin + 1]);
  if (lengths == 0) return true;
  search.move_limit(begin);
  for (; lengths != 0; lengths &= lengths - 1) {
    const std::size_t end = begin + static_cast<std::size_t>(std::countr_zero(lengths)) + 1;
    if (end > search.limit) break;
    if (text.ends_word(end) && !look_up(search, begin, end)) return false;
  }
  return true;
}

bool DatasetDetector::find_cells(Search& search) const {
  const CanonicalText& text = search.text;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!text.begins_word(i)) continue;
    if (!look_up_from(search, i)) return false;
    if (!text.is_digit(i)) continue;
    // Numbers are kept without the 0 or the +81 they may begin with.
    std::size_t digits = i;
    const std::size_t byte = text.range(i, i + 1).begin;
    const bool abroad = byte > 0 && search.all[byte - 1] == '+';
    if (abroad && i + 2 < text.size() && text[i] == U'8' && text[i + 1] == U'1' &&
        !text.apart(i + 1) && !text.apart(i + 2))
      digits += 2;
    const std::size_t after_code = digits;
    while (digits + 1 < text.size() && digits < after_code + kMostZeros && text[digits] == U'0' &&
           text.is_digit(digits + 1) && !text.apart(digits + 1))
      ++digits;
    if (digits != i && !look_up_from(search, digits)) return false;
  }
  return true;
}

// A value of many rows belongs to a row that another cell near it points to.
bool DatasetDetector::find_common(Search& search) const {
  if (search.common.empty() || search.hits.empty()) return true;
  // Where they stand: find_cells goes through the text in order, but for numbers.
  std::sort(search.hits.begin(), search.hits.end(), [](const Hit& a, const Hit& b) {
    return std::tie(a.begin, a.end, a.row, a.column) < std::tie(b.begin, b.end, b.row, b.column);
  });
  const std::size_t known = search.hits.size();
  std::vector<std::uint32_t> rows;
  for (const Common& c : search.common) {
    const auto at = static_cast<std::size_t>(
        std::partition_point(search.hits.begin(),
                             search.hits.begin() + static_cast<std::ptrdiff_t>(known),
                             [&](const Hit& h) { return h.begin < c.begin; }) -
        search.hits.begin());
    rows.clear();
    for (std::size_t i = at; i-- > 0 && at - i <= kMostWitnesses;) {
      if (!search.near(search.hits[i].begin, c.begin)) break;
      rows.push_back(search.hits[i].row);
    }
    for (std::size_t i = at; i < known && i - at < kMostWitnesses; ++i) {
      if (!search.near(search.hits[i].begin, c.begin)) break;
      rows.push_back(search.hits[i].row);
    }
    std::sort(rows.begin(), rows.end());
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    for (const std::uint32_t row : rows) {
      search.found.clear();
      if (!table_->find(keyed_hash(key_, c.hash, row), search.found)) return false;
      for (const std::uint64_t payload : search.found)
        if (payload != kCommonValue && row_of(payload) == row)
          search.hits.push_back(
              {c.begin, c.end, row, static_cast<std::uint32_t>(column_of(payload))});
    }
  }
  return true;
}

bool DatasetDetector::is_key_alone(const CanonicalText& text, const Hit& hit) const {
  if (hit.column != settings_.key_column || hit.end - hit.begin < kShortestKey) return false;
  bool digits = true;
  for (std::uint32_t i = hit.begin; i < hit.end; ++i) {
    if (i > hit.begin && text.line_ended(i)) return false;
    digits = digits && text.is_digit(i);
  }
  return !digits || !is_dense(table_->facts().rows, hit.end - hit.begin);
}

// Columns of which a cell stands near `hits[at]` and not in the same place: a login inside an
// address is no second cell. `near` counts the hits of each column.
std::uint32_t DatasetDetector::columns_beside(const Search& search, std::size_t first,
                                              std::size_t last, std::size_t at,
                                              const ColumnCounts& near) const {
  const Hit& hit = search.hits[at];
  ColumnCounts here{};
  for (std::size_t i = at; i-- > first && search.hits[i].begin + kLongestValue > hit.begin;)
    if (search.hits[i].end > hit.begin) ++here[search.hits[i].column];
  for (std::size_t i = at; i < last && search.hits[i].begin < hit.end; ++i)
    ++here[search.hits[i].column];
  std::uint32_t columns = 0;
  for (std::size_t c = 0; c < near.size(); ++c)
    if (c != hit.column && near[c] > here[c]) ++columns;
  return columns;
}

// Hits [first, last) of one row, by place: which of them have enough others near.
void DatasetDetector::match_row(Search& search, std::size_t first, std::size_t last) const {
  ColumnCounts near{};
  std::size_t from = first, to = first;
  for (std::size_t i = first; i < last; ++i) {
    const Hit& hit = search.hits[i];
    for (; to < last && search.near(search.hits[to].begin, hit.begin); ++to)
      ++near[search.hits[to].column];
    for (; !search.near(search.hits[from].begin, hit.begin); ++from)
      --near[search.hits[from].column];
    const std::uint32_t columns = 1 + columns_beside(search, first, last, i, near);
    if (columns >= settings_.at_least_columns || is_key_alone(search.text, hit))
      search.matches.push_back({hit.begin, hit.end, hit.row, columns});
  }
}

void DatasetDetector::match_rows(Search& search) const {
  auto& hits = search.hits;
  std::sort(hits.begin(), hits.end(), [](const Hit& a, const Hit& b) {
    return std::tie(a.row, a.begin, a.end, a.column) < std::tie(b.row, b.begin, b.end, b.column);
  });
  for (std::size_t first = 0, last = 0; first < hits.size(); first = last) {
    while (last < hits.size() && hits[last].row == hits[first].row) ++last;
    match_row(search, first, last);
  }
  // One finding a place: of the row that most stands for, of equals the first of the list.
  auto& matches = search.matches;
  std::sort(matches.begin(), matches.end(), [](const Match& a, const Match& b) {
    return std::tuple(a.begin, a.end, b.columns, a.row) <
           std::tuple(b.begin, b.end, a.columns, b.row);
  });
  const auto same_place = [](const Match& a, const Match& b) {
    return a.begin == b.begin && a.end == b.end;
  };
  matches.erase(std::unique(matches.begin(), matches.end(), same_place), matches.end());
}

double DatasetDetector::confidence_of(std::uint32_t columns) const {
  if (columns <= 1) return settings_.at_least_columns <= 1 ? 0.75 : 0.85;
  return columns == 2 ? 0.88 : columns == 3 ? 0.95 : 0.98;
}

ScanStatus DatasetDetector::scan(const Window& window, Findings& out) const {
  if (table_->facts().entries == 0 || window.fresh_begin >= window.fresh_end)
    return ScanStatus::kDone;
  const std::size_t begin = window.fresh_begin > kReach ? window.fresh_begin - kReach : 0;
  const std::size_t end = std::min(window.text.size(), window.fresh_end + kReach);
  Search search(key_, window.text.substr(begin, end - begin));
  if (!find_cells(search) || !find_common(search)) return ScanStatus::kCouldNotDecide;
  if (search.hits.empty()) return ScanStatus::kDone;
  match_rows(search);
  for (const Match& m : search.matches) {
    Range range = search.text.range(m.begin, m.end);
    range = {range.begin + begin, range.end + begin};
    if (range.begin < window.fresh_begin || range.begin >= window.fresh_end) continue;
    Finding finding;
    finding.type = settings_.type;
    finding.category = settings_.category;
    finding.confidence = confidence_of(m.columns);
    finding.range = range;
    finding.normalised = search.text.text(m.begin, m.end);
    finding.counts_as = "row " + std::to_string(m.row);
    out.push_back(std::move(finding));
  }
  return ScanStatus::kDone;
}

}  // namespace sekisho::filters
