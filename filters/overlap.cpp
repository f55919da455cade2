#include "filters/overlap.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>
#include <vector>

namespace sekisho::filters {
namespace {

bool overlap(Range a, Range b) {
  return a.begin < b.end && b.begin < a.end;
}

bool stronger(const Finding& a, const Finding& b) {
  if (a.specificity != b.specificity && a.category == b.category)
    return a.specificity > b.specificity;
  if (a.confidence != b.confidence) return a.confidence > b.confidence;
  if (a.range.size() != b.range.size()) return a.range.size() > b.range.size();
  return a.range.begin < b.range.begin;
}

bool earlier(const Finding& a, const Finding& b) {
  if (a.range.begin != b.range.begin) return a.range.begin < b.range.begin;
  if (a.range.end != b.range.end) return a.range.end > b.range.end;
  return a.type < b.type;
}

// Findings are heavy: where they stand is sorted first, then each is moved once.
void sort_by_place(Findings& findings) {
  std::vector<std::pair<std::size_t, std::size_t>> order;  // begin, index
  order.reserve(findings.size());
  for (std::size_t i = 0; i < findings.size(); ++i) order.emplace_back(findings[i].range.begin, i);
  std::sort(order.begin(), order.end(), [&findings](const auto& a, const auto& b) {
    return a.first != b.first ? a.first < b.first : earlier(findings[a.second], findings[b.second]);
  });
  Findings sorted;
  sorted.reserve(findings.size());
  for (const auto& [begin, index] : order) sorted.push_back(std::move(findings[index]));
  findings = std::move(sorted);
}

// One behind the other, none beside another one.
bool stand_apart(const Findings& findings) {
  return std::adjacent_find(findings.begin(), findings.end(),
                            [](const Finding& a, const Finding& b) {
                              return b.range.begin < a.range.end || b.range.begin <= a.range.begin;
                            }) == findings.end();
}

bool is_wrapped(const Finding& f) {
  return (f.undone & kWrapped) != 0;
}

using IsCustom = std::function<bool(const Finding&)>;

// Of those that stand for themselves. What is hidden is added to `dropped`, in order.
Findings one_a_value(Findings findings, const IsCustom& is_custom, Findings& dropped) {
  Findings kept;
  kept.reserve(findings.size());
  // Of each kept one: is it custom, and how far it and those before it reach.
  struct Reach {
    bool custom;
    std::size_t end;
  };
  std::vector<Reach> reaches;
  for (Finding& f : findings) {
    const bool custom = is_custom(f);
    bool hidden = false;
    std::vector<std::size_t> weaker;
    for (std::size_t i = kept.size(); i-- > 0 && !hidden && reaches[i].end > f.range.begin;) {
      const Finding& other = kept[i];
      if (reaches[i].custom != custom || (custom && other.type != f.type)) continue;
      // Those of its kind are ordered by begin and their overlaps resolved: no earlier one reaches.
      if (!overlap(other.range, f.range)) break;
      if (custom && f.range.end > other.range.end) break;  // earlier ones of its type end earlier
      if (!custom && stronger(f, other))
        weaker.push_back(i);
      else
        hidden = true;
    }
    if (hidden) {
      dropped.push_back(std::move(f));
      continue;
    }
    for (const std::size_t i : weaker) {
      dropped.push_back(std::move(kept[i]));
      kept.erase(kept.begin() + static_cast<std::ptrdiff_t>(i));
      reaches.erase(reaches.begin() + static_cast<std::ptrdiff_t>(i));
    }
    const std::size_t before = reaches.empty() ? 0 : reaches.back().end;
    reaches.push_back({custom, std::max(before, f.range.end)});
    kept.push_back(std::move(f));
  }
  return kept;
}

// The same; what only hid behind one that is hidden itself comes back.
Findings one_a_value(Findings findings, const IsCustom& is_custom) {
  constexpr int kMostRounds = 4;
  Findings dropped;
  Findings kept = one_a_value(std::move(findings), is_custom, dropped);
  for (int round = 0; round < kMostRounds && !dropped.empty(); ++round) {
    sort_by_place(dropped);
    Findings again;
    std::size_t next = 0, reach = 0;
    for (Finding& f : dropped) {
      while (next < kept.size() && kept[next].range.begin < f.range.end)
        reach = std::max(reach, kept[next++].range.end);
      if (reach <= f.range.begin) again.push_back(std::move(f));
    }
    if (again.empty()) break;
    dropped.clear();
    again = one_a_value(std::move(again), is_custom, dropped);
    const auto middle = static_cast<std::ptrdiff_t>(kept.size());
    kept.insert(kept.end(), std::make_move_iterator(again.begin()),
                std::make_move_iterator(again.end()));
    std::inplace_merge(kept.begin(), kept.begin() + middle, kept.end(), earlier);
  }
  return kept;
}

bool same_value(const Finding& a, const Finding& b) {
  return a.type == b.type && a.normalised == b.normalised;
}

// Of those that stand for something in an encoding: each value once.
void once_each(Findings& wrapped) {
  std::stable_sort(wrapped.begin(), wrapped.end(), [](const Finding& a, const Finding& b) {
    if (a.type != b.type) return a.type < b.type;
    if (a.normalised != b.normalised) return a.normalised < b.normalised;
    return earlier(a, b);
  });
  const auto again = [](const Finding& a, const Finding& b) {
    return same_value(a, b) && overlap(a.range, b.range);
  };
  wrapped.erase(std::unique(wrapped.begin(), wrapped.end(), again), wrapped.end());
  std::sort(wrapped.begin(), wrapped.end(), earlier);
}

// What is found in an encoding says more than what its characters look like; a value that is longer
// than the encoding (a token of which it is a part) says more than that.
void weigh_against(Findings& plain, Findings& wrapped, const IsCustom& is_custom) {
  std::vector<bool> drop_plain(plain.size());
  const auto outweighed = [&](const Finding& w) {
    if (is_custom(w)) return false;
    auto it =
        std::lower_bound(plain.begin(), plain.end(), w.range.begin,
                         [](const Finding& p, std::size_t begin) { return p.range.begin < begin; });
    // One before may reach in; custom ones may lie between.
    for (int back = 0;
         back < 8 && it != plain.begin() && std::prev(it)->range.begin < w.range.begin; ++back)
      --it;
    for (; it != plain.end() && it->range.begin < w.range.end; ++it) {
      if (is_custom(*it) || !overlap(it->range, w.range)) continue;
      const bool contains = it->range.begin <= w.range.begin && w.range.end <= it->range.end &&
                            it->range.size() > w.range.size();
      if (contains) return true;
      drop_plain[static_cast<std::size_t>(it - plain.begin())] = true;
    }
    return false;
  };
  wrapped.erase(std::remove_if(wrapped.begin(), wrapped.end(), outweighed), wrapped.end());
  std::size_t kept = 0;
  for (std::size_t i = 0; i < plain.size(); ++i) {
    if (drop_plain[i]) continue;
    if (kept != i) plain[kept] = std::move(plain[i]);
    ++kept;
  }
  plain.erase(plain.begin() + static_cast<std::ptrdiff_t>(kept), plain.end());
}

}  // namespace

void resolve_overlaps(Findings& findings, const std::function<bool(const Finding&)>& is_custom) {
  if (stand_apart(findings)) return;
  sort_by_place(findings);
  if (std::none_of(findings.begin(), findings.end(), is_wrapped)) {
    findings = one_a_value(std::move(findings), is_custom);
    return;
  }
  const auto split = std::stable_partition(findings.begin(), findings.end(), is_wrapped);
  Findings wrapped(std::make_move_iterator(findings.begin()), std::make_move_iterator(split));
  Findings plain(std::make_move_iterator(split), std::make_move_iterator(findings.end()));
  plain = one_a_value(std::move(plain), is_custom);
  once_each(wrapped);
  weigh_against(plain, wrapped, is_custom);
  findings.clear();
  std::merge(std::make_move_iterator(plain.begin()), std::make_move_iterator(plain.end()),
             std::make_move_iterator(wrapped.begin()), std::make_move_iterator(wrapped.end()),
             std::back_inserter(findings), earlier);
}

}  // namespace sekisho::filters
