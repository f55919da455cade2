#include "filters/evidence.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "filters/char_set.h"
#include "filters/line_ends.h"
#include "filters/near_words.h"
#include "filters/surroundings.h"
#include "filters/table.h"
#include "filters/width_fold.h"
#include "filters/word_spellings.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kNear = 40;  // bytes: an `against` word belongs to this number

thread_local EvidenceMemo* newest_memo = nullptr;

bool holds_word(std::string_view text, Range cell, const ContextWords& words) {
  if (words.words.empty()) return false;
  const std::string_view part = text.substr(0, cell.end);
  const Surroundings around(part, {cell.end, cell.end}, cell.size(), 0);
  return around.has_before(words);
}

// The part of the window before a value that lies in its own line.
std::size_t own_line(std::string_view text, std::size_t begin, std::size_t most) {
  const std::size_t from = begin > most ? begin - most : 0;
  const std::size_t line = last_line_end(text.substr(from, begin - from));
  return line == std::string_view::npos ? most : begin - from - line - 1;
}

// Where the last "。" of `text` stands: rfind() compares it at each byte.
std::size_t last_stop(std::string_view text) {
  constexpr std::string_view kStop = "。";
  while (text.size() >= kStop.size()) {
    const std::size_t last = last_of(text, kStop.back());
    if (last == text.npos || last + 1 < kStop.size()) break;
    if (text.substr(0, last + 1).ends_with(kStop)) return last + 1 - kStop.size();
    text = text.substr(0, last);
  }
  return std::string_view::npos;
}

// Bytes from the end of the line or sentence before the value to it.
std::size_t own_sentence(const std::string& before) {
  constexpr std::string_view kStop = "。";
  std::size_t begin = last_line_end(before);
  begin = begin == std::string::npos ? 0 : begin + 1;
  if (const std::size_t stop = last_stop(before); stop != std::string::npos)
    begin = std::max(begin, stop + kStop.size());
  return before.size() - begin;
}

// "…（携帯）", "…が免許No.です": what follows tells what it is.
bool has_remark(std::string_view after) {
  const std::size_t blank = after.starts_with(' ') ? 1 : 0;
  after.remove_prefix(blank);
  return after.starts_with('(') || after.starts_with("が");
}

// What the words of a row say; `few`: those that may stand near.
struct RowWords {
  const DetectorRow& row;
  const NearWords::Few& few;
  const Surroundings& around;

  std::size_t distance_named() const {
    return few.all ? around.distance_before(row.context)
                   : around.distance_before(row.context, few.context);
  }
  std::size_t distance_other() const {
    return few.all ? around.distance_before(row.against)
                   : around.distance_before(row.against, few.against);
  }
  bool names_after() const {
    return few.all ? around.names_after(row.context) : around.names_after(row.context, few.context);
  }
  bool names_other_after() const {
    return few.all ? around.names_after(row.against) : around.names_after(row.against, few.against);
  }
};

Evidence of_words(const RowWords& words) {
  const Surroundings& around = words.around;
  const std::size_t named = words.distance_named(), other = words.distance_other();
  Evidence evidence;
  // A remark says more than the sentences and lines above.
  if (std::min(named, other) >= own_sentence(around.before()) && has_remark(around.after())) {
    evidence.named = words.names_after();
    evidence.otherwise = !evidence.named && words.names_other_after();
    if (evidence.named || evidence.otherwise) return evidence;
  }
  evidence.named = named != Surroundings::kFar && named <= other;
  evidence.otherwise = !evidence.named && other <= kNear;
  if (!evidence.named && !evidence.otherwise) evidence.named = words.names_after();
  return evidence;
}

ContextWords marked(std::vector<std::string> words) {
  ContextWords out;
  out.marks = Surroundings::marks_of(words);
  out.words = std::move(words);
  return out;
}

// Names of values of several kinds, as labels and keys have them.
const ContextWords& own_names() {
  static const ContextWords kNames = marked(with_spellings({"電話",
                                                            "携帯",
                                                            "連絡先",
                                                            "ファックス",
                                                            "旅券",
                                                            "パスポート",
                                                            "在留カード",
                                                            "免許",
                                                            "年金番号",
                                                            "保険者",
                                                            "個人番号",
                                                            "法人番号",
                                                            "次回",
                                                            "生年月日",
                                                            "誕生日",
                                                            "住所",
                                                            "郵便番号",
                                                            "メール",
                                                            "マイナンバー",
                                                            "カード番号",
                                                            "iban",
                                                            "phone",
                                                            "tel",
                                                            "mobile",
                                                            "cell",
                                                            "contact",
                                                            "fax",
                                                            "passport",
                                                            "license",
                                                            "licence",
                                                            "ssn",
                                                            "social security",
                                                            "my number",
                                                            "individual number",
                                                            "corporate number",
                                                            "kojin bango",
                                                            "kojin bangou",
                                                            "menkyo",
                                                            "nenkin",
                                                            "hojin",
                                                            "houjin",
                                                            "ryoken",
                                                            "hokensho",
                                                            "hokenja",
                                                            "denwa",
                                                            "keitai",
                                                            "e-mail",
                                                            "birthday",
                                                            "dob",
                                                            "pension",
                                                            "host",
                                                            "ip",
                                                            "card no",
                                                            "card number",
                                                            "credit card"}));
  return kNames;
}

// Whether the name straight before a value, on its line, is one of something else: "contact number:
// " below "pension number: …", "IBAN　DE79 " below a licence.
bool has_other_name(const DetectorRow& row, std::string_view text, std::size_t value) {
  constexpr std::size_t kLongest = 56;  // bytes
  const std::size_t size = own_line(text, value, std::min(value, kLongest));
  std::string_view name = text.substr(value - size, size);
  if (const std::size_t cut = last_of<",;{|">(name); cut != name.npos) name.remove_prefix(cut + 1);
  if (const std::size_t stop = last_stop(name); stop != name.npos) name.remove_prefix(stop);
  constexpr std::size_t kShortest = 2;
  if (name.size() < kShortest) return false;
  const Surroundings own(name, {name.size(), name.size()}, name.size(), 0);
  return own.has_before(own_names()) && !own.has_before(row.context);
}

}  // namespace

// Rows ask for the same value one after the other, and each of them value by value.
struct EvidenceMemo::Known {
  static constexpr std::size_t kRows = 32;
  std::array<NearWords::Looked, kRows> looked;  // by row
  NearWords::Few few;                           // of the row that asks

  struct Asked {
    const char* text = nullptr;
    std::size_t size = 0;
    Range value;
    std::size_t before = 0, after = 0;
    bool operator==(const Asked&) const = default;
  };
  Asked asked;
  std::optional<Surroundings> around;  // what was asked for last

  NearWords::Looked& looked_by(const NearWords& words) {
    return looked[reinterpret_cast<std::uintptr_t>(&words) * 0x9E3779B97F4A7C15u >> 59];
  }
  const Surroundings& around_value(std::string_view text, Range value, std::size_t before,
                                   std::size_t after) {
    const Asked now{text.data(), text.size(), value, before, after};
    if (!around || now != asked) around.emplace(text, value, before, after);
    asked = now;
    return *around;
  }
};

EvidenceMemo::EvidenceMemo() : outer_(newest_memo) {
  newest_memo = this;
}
EvidenceMemo::~EvidenceMemo() {
  newest_memo = outer_;
}
EvidenceMemo::Known& EvidenceMemo::known() {
  if (known_ == nullptr) known_ = std::make_unique<Known>();
  return *known_;
}

Evidence evidence_about(const DetectorRow& row, std::string_view text, Range value) {
  std::optional<EvidenceMemo> own;
  if (newest_memo == nullptr) own.emplace();
  EvidenceMemo::Known& known = newest_memo->known();
  std::size_t before = row.context.before;
  if (const std::optional<Range> heading = heading_above(text, value)) {
    if (row.near == nullptr || row.near->may_stand_in(text, *heading)) {
      if (holds_word(text, *heading, row.context)) return {true, false, true};
      if (holds_word(text, *heading, row.against)) return {false, true, true};
    }
    // Names of other columns may stand on the same line, before the rows.
    const std::optional<SqlColumn> column = sql_column(text, value);
    const std::optional<Range> its_row = column ? std::nullopt : html_row(text, value);
    if (column || its_row)
      before = std::min(before, value.begin - (column ? column->value_begin : its_row->begin));
    else
      before = own_line(text, value.begin, before);
  }
  const std::size_t after = row.context.after;
  NearWords::Few& few = known.few;
  few.all = true;
  if (row.near != nullptr)
    row.near->find(text, near_value(text, value, before, after), known.looked_by(*row.near), few);
  if (few.empty()) return {};
  const Evidence evidence = of_words({row, few, known.around_value(text, value, before, after)});
  return evidence.named && has_other_name(row, text, value.begin) ? Evidence{false, true}
                                                                  : evidence;
}

bool heading_names(const DetectorRow& row, std::string_view text, Range value) {
  const std::optional<Range> heading = heading_above(text, value);
  return heading && holds_word(text, *heading, row.context);
}

bool is_label_before(const DetectorRow& row, std::string_view text, std::size_t end) {
  std::size_t begin = end;
  for (int letters = 0; begin > 0 && letters < 16; ++letters) {
    const FoldedChar c = char_before(text, begin);
    if (!is_word(c.value)) break;
    begin -= c.size;
  }
  const std::string word = folded_lower(text.substr(begin, end - begin));
  const auto& words = row.context.words;
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace sekisho::filters
