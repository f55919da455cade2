#include "gateway/commands/scan_report.h"

#include <algorithm>
#include <cstdio>

#include "gateway/commands/language.h"
#include "gateway/commands/telling.h"
#include "policy/type_words.h"

namespace sekisho::gateway {
namespace {

constexpr std::size_t kMostNotes = 1000;  // in SARIF; standard error has all

int length(std::string_view text) {
  return static_cast<int>(text.size());
}

// A path as a URI reference (RFC 3986): relative ones stay relative to where the command ran.
std::string uri_of(const std::string& path) {
  static constexpr std::string_view kPlain = "-._~/";
  std::string out = path.substr(0, 1) == "/" ? "file://" : "";
  for (const char c : path) {
    const bool alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    char code[4];
    std::snprintf(code, sizeof code, "%%%02X",
                  static_cast<unsigned>(static_cast<unsigned char>(c)));
    if (alnum || kPlain.find(c) != std::string_view::npos)
      out += c;
    else
      out += code;
  }
  return out;
}

std::string_view sarif_level(double confidence) {
  return confidence >= kHighConfidence     ? "error"
         : confidence >= kMediumConfidence ? "warning"
                                           : "note";
}

std::string_view reason(const filters::Finding& finding) {
  return finding.why.empty() ? std::string_view("pattern") : finding.why;
}

}  // namespace

std::string_view level_of(double confidence) {
  return confidence >= kHighConfidence     ? "high"
         : confidence >= kMediumConfidence ? "medium"
                                           : "low";
}

std::string masked(std::string_view value) {
  const std::size_t count = characters(value);
  const auto plain = [value](std::size_t i) { return value[i] > ' ' && value[i] < 0x7F; };
  const std::size_t shown = count >= 12 && plain(0) && plain(1) ? 2 : 0;
  return std::string(value.substr(0, shown)) +
         std::string(std::min<std::size_t>(count - shown, 24), '*');
}

ScanReport::ScanReport(ScanFormat format, const filters::DetectorSet& set)
    : format_(format), japanese_(speaks_japanese()), writer_(out_) {
  if (format == ScanFormat::kJson)
    writer_.begin_object().key("v").value(1).key("findings").begin_array();
  if (format == ScanFormat::kSarif) begin_sarif(set);
  flush();
}

void ScanReport::flush() {
  std::fwrite(out_.data(), 1, out_.size(), stdout);
  out_.clear();
}

void ScanReport::begin_sarif(const filters::DetectorSet& set) {
  writer_.begin_object().key("$schema");
  writer_.value(
      "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json");
  writer_.key("version").value("2.1.0").key("runs").begin_array().begin_object();
  writer_.key("columnKind").value("unicodeCodePoints").key("tool").begin_object();
  writer_.key("driver").begin_object().key("name").value("sekisho").key("version").value(
      SEKISHO_VERSION);
  writer_.key("language").value(japanese_ ? "ja" : "en").key("rules").begin_array();
  for (const auto& type : set.types()) {
    const policy::TypeWords words = policy::words_of(type.type, type.category);
    const std::string both = words.ja + " / " + words.en;
    rules_.push_back(type.type);
    writer_.begin_object().key("id").value(type.type).key("name").value(type.type);
    writer_.key("shortDescription").begin_object().key("text").value(both).end_object();
    writer_.key("fullDescription").begin_object().key("text").value(both + ".").end_object();
    writer_.key("properties").begin_object().key("tags").begin_array().value("security");
    writer_.value(type.category).end_array().key("pack").value(type.pack).end_object().end_object();
  }
  writer_.end_array().end_object().end_object().key("results").begin_array();
}

void ScanReport::add(const std::string& path, const filters::Finding& finding,
                     TextPlaces::Place begin, TextPlaces::Place end, std::string_view value) {
  switch (format_) {
    case ScanFormat::kText:
      return add_text(path, finding, begin, value);
    case ScanFormat::kJson:
      return add_json(path, finding, begin, value);
    case ScanFormat::kSarif:
      return add_sarif(path, finding, begin, end, value);
  }
}

void ScanReport::add_text(const std::string& path, const filters::Finding& f,
                          TextPlaces::Place begin, std::string_view value) {
  const std::string_view level = level_of(f.confidence), why = reason(f);
  std::printf("%s:%zu:%zu: %.*s %.2f (%.*s, %.*s) %s [%.*s]\n", path.c_str(), begin.line,
              begin.column, length(f.type), f.type.data(), f.confidence, length(f.category),
              f.category.data(), length(level), level.data(), masked(value).c_str(), length(why),
              why.data());
}

void ScanReport::add_json(const std::string& path, const filters::Finding& f,
                          TextPlaces::Place begin, std::string_view value) {
  writer_.begin_object().key("file").value(path);
  writer_.key("line").value(begin.line).key("column").value(begin.column);
  writer_.key("type").value(f.type).key("category").value(f.category);
  writer_.key("confidence").value(f.confidence).key("level").value(level_of(f.confidence));
  writer_.key("why").value(reason(f)).key("value").value(masked(value));
  writer_.key("start").value(f.range.begin).key("end").value(f.range.end).end_object();
  flush();
}

void ScanReport::add_sarif(const std::string& path, const filters::Finding& f,
                           TextPlaces::Place begin, TextPlaces::Place end, std::string_view value) {
  const policy::TypeWords words = policy::words_of(f.type, f.category);
  const auto rule = std::find(rules_.begin(), rules_.end(), f.type);
  const std::string text = (japanese_ ? words.ja : words.en) + ": " + masked(value) + " (" +
                           std::string(reason(f)) + ")";
  writer_.begin_object().key("ruleId").value(f.type);
  if (rule != rules_.end())
    writer_.key("ruleIndex").value(static_cast<unsigned long>(rule - rules_.begin()));
  writer_.key("level").value(sarif_level(f.confidence));
  writer_.key("message").begin_object().key("text").value(text).end_object();
  writer_.key("locations").begin_array().begin_object().key("physicalLocation").begin_object();
  writer_.key("artifactLocation").begin_object().key("uri").value(uri_of(path)).end_object();
  writer_.key("region").begin_object().key("startLine").value(begin.line);
  writer_.key("startColumn").value(begin.column).key("endLine").value(end.line);
  writer_.key("endColumn").value(end.column).key("byteOffset").value(f.range.begin);
  writer_.key("byteLength")
      .value(f.range.size())
      .end_object()
      .end_object()
      .end_object()
      .end_array();
  writer_.key("properties").begin_object().key("category").value(f.category);
  writer_.key("confidence")
      .value(f.confidence)
      .key("why")
      .value(reason(f))
      .end_object()
      .end_object();
  flush();
}

void ScanReport::note(const std::string& path, const std::string& what, bool grave) {
  tell("sekisho scan", path + ": " + what);
  if (format_ == ScanFormat::kSarif && notes_.size() < kMostNotes)
    notes_.push_back({path, what, grave});
}

void ScanReport::end_sarif() {
  const bool whole =
      std::none_of(notes_.begin(), notes_.end(), [](const Note& n) { return n.grave; });
  writer_.end_array().key("invocations").begin_array().begin_object();
  writer_.key("executionSuccessful").value(whole).key("toolExecutionNotifications").begin_array();
  for (const Note& n : notes_) {
    writer_.begin_object().key("level").value(n.grave ? "error" : "note");
    writer_.key("message").begin_object().key("text").value(n.what).end_object();
    writer_.key("locations").begin_array().begin_object().key("physicalLocation").begin_object();
    writer_.key("artifactLocation").begin_object().key("uri").value(uri_of(n.path));
    writer_.end_object().end_object().end_object().end_array().end_object();
  }
  writer_.end_array().end_object().end_array().end_object().end_array().end_object();
}

void ScanReport::summary(const ScanTotals& t) const {
  const auto plural = [](std::size_t n) { return n == 1 ? "" : "s"; };
  if (japanese_) {
    std::fprintf(stderr, "%zu 個のファイルから %zu 件見つかりました", t.files, t.findings);
    if (t.binaries > 0) std::fprintf(stderr, "(文字ではない %zu 個は読んでいません)", t.binaries);
  } else {
    std::fprintf(stderr, "%zu finding%s in %zu file%s", t.findings, plural(t.findings), t.files,
                 plural(t.files));
    if (t.binaries > 0) std::fprintf(stderr, " (%zu not text, not read)", t.binaries);
  }
  std::fputc('\n', stderr);
}

void ScanReport::end(const ScanTotals& totals) {
  if (format_ == ScanFormat::kText) return summary(totals);
  if (format_ == ScanFormat::kJson)
    writer_.end_array()
        .key("files")
        .value(totals.files)
        .key("not_text")
        .value(totals.binaries)
        .end_object();
  else
    end_sarif();
  out_ += '\n';
  flush();
}

}  // namespace sekisho::gateway
