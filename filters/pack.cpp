#include "filters/pack.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "filters/evidence.h"
#include "filters/near_words.h"
#include "filters/surroundings.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// "\n", "%3D" or "=3D" just before `pos`: written-out escapes, not neighbours.
bool after_escape(std::string_view text, std::size_t pos) {
  if (pos >= 2 && text[pos - 2] == '\\')
    return std::string_view("nrtbfv0").find(text[pos - 1]) != std::string_view::npos;
  if (pos >= 3 && text.substr(pos - 3, 3) == "=3D") return true;  // quoted-printable
  return pos >= 3 && text[pos - 3] == '%' && is_hex(text[pos - 2]) && is_hex(text[pos - 1]);
}

bool is_neighbour(char32_t c, Border border) {
  switch (border) {
    case Border::kNone:
      return false;
    case Border::kWord:
      return is_word(c);
    case Border::kToken:
      return is_word(c) || c == U'-';
    case Border::kBase64:
      return is_alnum(c) || c == U'+' || c == U'/' || c == U'=';
  }
  return false;
}

}  // namespace

double ConfidenceModel::highest() const {
  return std::max({shape, grouped, context});
}

bool border_holds(std::string_view text, Range range, Border left, Border right) {
  // "KEY=value": the sign ends base64 and begins none.
  const bool assigned = left == Border::kBase64 && range.begin > 0 && text[range.begin - 1] == '=';
  if (range.begin > 0 && !assigned &&
      is_neighbour(static_cast<unsigned char>(text[range.begin - 1]), left) &&
      !after_escape(text, range.begin)) {
    return false;
  }
  return range.end >= text.size() ||
         !is_neighbour(static_cast<unsigned char>(text[range.end]), right);
}

Finding make_finding(const DetectorRow& row, double confidence, Range range, std::string normalised,
                     std::string_view why) {
  const double rounded = std::round(std::clamp(confidence, 0.0, 1.0) * 100) / 100;
  return {row.type,
          row.category,
          rounded,
          range,
          std::move(normalised),
          why,
          std::int8_t(row.specificity)};
}

double weigh(const DetectorRow& row, double shape, std::string_view text, Range value,
             std::string_view& why) {
  const bool checked = row.check != nullptr;
  why = checked ? "pattern and check" : "pattern";
  double confidence = shape;
  const std::size_t before = std::max(row.context.before, row.against.before),
                    after = std::max(row.context.after, row.against.after);
  if (checked && !row.labelled && confidence < row.confidence.context &&
      heading_names(row, text, value)) {
    why = "pattern, check and heading";
    return row.confidence.context;
  }
  if (!may_have_words_near(row, text, value, before, after)) return confidence;
  if (!row.context.words.empty() &&
      Surroundings(text, value, row.context.before, row.context.after).has(row.context)) {
    confidence = std::max(confidence, row.confidence.context);
    why = checked ? "pattern, check and context word" : "pattern and context word";
  }
  if (!row.against.words.empty() && confidence > 0 &&
      Surroundings(text, value, row.against.before, row.against.after).has(row.against)) {
    confidence -= row.confidence.against;
    why = "pattern, and a word that speaks against it";
  }
  return confidence;
}

}  // namespace sekisho::filters
