#include <algorithm>
#include <functional>
#include <string_view>

#include "audit/views/clickhouse_schema.h"

namespace sekisho::audit {
namespace {

// The next "{word …}" of `text` from `at` on: where it begins and ends, and what is between.
struct Mark {
  std::size_t begin = 0, end = 0;
  std::string inside;
};
bool find_mark(const std::string& text, const std::string& word, std::size_t at, Mark& out) {
  const std::string open = "{" + word + " ";
  out.begin = text.find(open, at);
  if (out.begin == text.npos) return false;
  const std::size_t close = text.find('}', out.begin);
  out.inside = text.substr(out.begin + open.size(), close - out.begin - open.size());
  out.end = close + 1;
  return true;
}

// At least one of them stays.
std::string chosen(const std::string& list, const std::function<bool(const std::string&)>& wanted) {
  if (!wanted) return list;
  std::string out;
  for (std::size_t at = 0; at < list.size();) {
    const std::size_t end = std::min(list.find(", ", at), list.size());
    const std::string name = list.substr(at, end - at);
    if (wanted(name)) (out += out.empty() ? "" : ", ") += name;
    at = end + 2;
  }
  return out.empty() ? list.substr(0, list.find(", ")) : out;
}

void choose(std::string& text, const std::string& word,
            const std::function<bool(const std::string&)>& wanted) {
  Mark mark;
  while (find_mark(text, word, 0, mark))
    text.replace(mark.begin, mark.end - mark.begin, chosen(mark.inside, wanted));
}

std::string listed(const std::vector<std::string>& days) {
  std::string out;
  for (const std::string& day : days) out += (out.empty() ? "('" : "', '") + day;
  return out + "')";
}

std::string rows_of(const std::string& table, const std::string& select, const ViewUse& use) {
  constexpr std::string_view kFinal = " FINAL";
  std::string plain = select;
  plain.erase(plain.find(kFinal), kFinal.size());
  if (!use.few.empty())
    return plain + " AND " + use.few + " ORDER BY ver DESC LIMIT 1 BY log, " + key_of_table(table);
  const auto* days = use.repeated ? use.repeated(table) : nullptr;
  if (!days) return select;
  if (days->empty()) return plain;
  return plain + " AND day NOT IN " + listed(*days) + " UNION ALL " + select + " AND day IN " +
         listed(*days);
}

// Takes the words "{name}" and "{/name}" away, with what is between them unless that `stays`.
void between(std::string& text, const std::string& name, bool stays) {
  const std::string begin = "{" + name + "}", end = "{/" + name + "}";
  const std::size_t from = text.find(begin);
  if (from == text.npos) return;
  const std::size_t to = text.find(end, from);
  text.erase(to, end.size());
  text.erase(from, stays ? begin.size() : to - from);
}

void replace_all(std::string& text, std::string_view word, const std::string& by) {
  for (std::size_t at = 0; (at = text.find(word, at)) != text.npos; at += by.size())
    text.replace(at, word.size(), by);
}

// Either what the rows add up to, or what was added up before, or both.
void choose_sums(std::string& text, const ViewUse& use) {
  const bool summed = !use.batches.empty();
  if (summed) replace_all(text, "{/sums}", " AND batch IN (" + use.batches + "){/sums}");
  if (summed && use.any_live) replace_all(text, "{/part}", "{/part} UNION ALL ");
  between(text, "part", !summed || use.any_live);
  between(text, "sums", summed);
  replace_all(text, "{live}", summed && use.any_live ? " AND " + use.live : "");
}

}  // namespace

std::string clickhouse_view(const std::string& view, const ViewUse& use) {
  constexpr std::string_view kEnd = "{/rows}";
  std::string text = view;
  choose_sums(text, use);
  choose(text, "columns", use.column);
  choose(text, "keys", use.key);
  Mark mark;
  while (find_mark(text, "rows", 0, mark)) {
    const std::size_t end = text.find(kEnd, mark.end);
    const std::string rows = rows_of(mark.inside, text.substr(mark.end, end - mark.end), use);
    text.replace(mark.begin, end + kEnd.size() - mark.begin, rows);
  }
  replace_all(text, "{time}", use.time);
  return text;
}

std::vector<std::string> tables_of_view(const std::string& view) {
  std::vector<std::string> out;
  Mark mark;
  while (find_mark(view, "rows", mark.end, mark)) out.push_back(mark.inside);
  return out;
}

}  // namespace sekisho::audit
