#include "policy/dataset_build.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string_view>
#include <utility>

#include "config/nearest.h"
#include "config/text_file.h"
#include "filters/bodies/charset.h"
#include "filters/registered/canonical_text.h"
#include "filters/registered/csv_reader.h"
#include "filters/utf8.h"
#include "policy/dataset_text.h"

namespace sekisho::policy {
namespace {

constexpr std::size_t kPiece = 1u << 20;
constexpr std::size_t kLongestLine = 8u << 20;  // of a list in Shift_JIS
constexpr std::size_t kToldRows = 5;
constexpr std::size_t kLargestDocument = 64u << 20;

std::string trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(kSpace) - first + 1));
}

// Gives a file to `take` in pieces that end with a line. False when it cannot be read or `take`
// wants no more.
bool read_in_lines(const std::string& path, std::string& why,
                   const std::function<bool(std::string_view)>& take) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    why = std::strerror(errno);
    return false;
  }
  std::string held, piece(kPiece, '\0');
  while (in.read(piece.data(), static_cast<std::streamsize>(piece.size())) || in.gcount() > 0) {
    held.append(piece, 0, static_cast<std::size_t>(in.gcount()));
    const std::size_t line = held.rfind('\n');
    if (line == std::string::npos) {
      if (held.size() < kLongestLine) continue;
      why = "a line is longer than 8 MiB";
      return false;
    }
    if (!take(std::string_view(held).substr(0, line + 1))) return false;
    held.erase(0, line + 1);
  }
  if (in.bad()) {
    why = "reading it failed";
    return false;
  }
  return held.empty() || take(held);
}

// The rows of a list, whatever its charset.
class ListReader {
 public:
  ListReader(const config::DatasetDef& def, const std::string& policy_path,
             filters::DatasetBuilder& builder, config::Problems& problems)
      : def_(def), policy_(policy_path), builder_(builder), problems_(problems) {}

  bool read() {
    const std::size_t before = problems_.size();
    std::string why;
    if (!find_charset(why) || !read_rows(why)) {
      if (problems_.size() == before) list_problem(0, why);
      return false;
    }
    return problems_.size() == before;
  }

 private:
  const std::string& path() const { return def_.exact.value; }

  void list_problem(std::size_t line, std::string what, std::string hint = "") {
    problems_.push_back(
        {path(), {static_cast<int>(line), line == 0 ? 0 : 1}, std::move(what), std::move(hint)});
  }

  bool find_charset(std::string& why) {
    bool first = true;
    utf8_ = true;
    const bool read = read_in_lines(path(), why, [&](std::string_view lines) {
      if (std::exchange(first, false) && filters::sniff_wide(lines) != filters::Charset::kNone) {
        why = "it is UTF-16 or UTF-32; save it as UTF-8";
        return false;
      }
      utf8_ = filters::valid_utf8(lines);
      return utf8_;
    });
    return (read || !utf8_) && why.empty();
  }

  // Lines in UTF-8; a line end is never a part of a character of Shift_JIS.
  bool decode(std::string_view lines, std::string& out) {
    out.clear();
    filters::CharsetDecoder decoder(filters::Charset::kShiftJis, lines);
    for (;;) {
      filters::Layer layer;
      switch (decoder.step(out, layer, 0)) {
        case filters::CharsetDecoder::Status::kMore:
          continue;
        case filters::CharsetDecoder::Status::kDone:
          return true;
        case filters::CharsetDecoder::Status::kInvalid:
          break;
      }
      const auto wrong = std::count(
          lines.begin(),
          lines.begin() + static_cast<std::ptrdiff_t>(std::min(decoder.position(), lines.size())),
          '\n');
      list_problem(lines_read_ + static_cast<std::size_t>(wrong) + 1,
                   "this is neither UTF-8 nor Shift_JIS", "save the list as UTF-8");
      return false;
    }
  }

  bool read_rows(std::string& why) {
    std::optional<filters::CsvReader> csv;
    std::string text;
    const bool read = read_in_lines(path(), why, [&](std::string_view lines) {
      std::string_view utf8 = lines;
      if (!utf8_) {
        if (!decode(lines, text)) return false;
        utf8 = text;
      }
      if (!csv) {
        if (utf8.substr(0, 3) == "\xEF\xBB\xBF") utf8.remove_prefix(3);
        const char separator =
            filters::CsvReader::separator_of(utf8.substr(0, utf8.find_first_of("\r\n")));
        csv.emplace(separator, [this](std::vector<std::string>& cells, std::size_t line) {
          return header_.empty() ? take_header(cells, line) : take_row(cells, line);
        });
      }
      lines_read_ += static_cast<std::size_t>(std::count(lines.begin(), lines.end(), '\n'));
      return csv->push(utf8);
    });
    const bool done = read && (!csv || csv->finish());
    if (csv && !csv->error().empty()) list_problem(csv->error_line(), csv->error());
    if (done && header_.empty())
      list_problem(0, "the list is empty", "its first line names the columns");
    if (wrong_rows_ > kToldRows)
      list_problem(
          0, std::to_string(wrong_rows_ - kToldRows) + " more rows with a wrong number of cells");
    if (!builder_.error().empty()) list_problem(0, builder_.error());
    return done;
  }

  bool take_header(std::vector<std::string>& cells, std::size_t) {
    for (const std::string& cell : cells) header_.push_back(trimmed(cell));
    for (const config::MarkedText& column : dataset_columns(def_)) {
      const std::size_t place = place_of(column.value);
      if (place < header_.size()) {
        places_.push_back(place);
        continue;
      }
      const std::vector<std::string_view> names(header_.begin(), header_.end());
      problems_.push_back({policy_, column.at, "'" + column.value + "' is no column of " + path(),
                           config::suggestion(column.value, names)});
    }
    row_.resize(places_.size());
    return places_.size() == dataset_columns(def_).size();
  }

  // As written, else whatever the width and case.
  std::size_t place_of(const std::string& name) const {
    const auto exact = std::find(header_.begin(), header_.end(), name);
    if (exact != header_.end()) return static_cast<std::size_t>(exact - header_.begin());
    const std::string form = filters::canonical_form(name);
    for (std::size_t i = 0; i < header_.size(); ++i)
      if (!form.empty() && filters::canonical_form(header_[i]) == form) return i;
    return header_.size();
  }

  bool take_row(std::vector<std::string>& cells, std::size_t line) {
    if (cells.size() != header_.size()) {
      if (++wrong_rows_ <= kToldRows)
        list_problem(line,
                     "this row has " + std::to_string(cells.size()) +
                         " cells, the first line names " + std::to_string(header_.size()) +
                         " columns",
                     "is a quotation mark or a comma missing?");
      return true;
    }
    for (std::size_t i = 0; i < places_.size(); ++i) row_[i] = cells[places_[i]];
    return builder_.add_row(row_);
  }

  const config::DatasetDef& def_;
  const std::string& policy_;
  filters::DatasetBuilder& builder_;
  config::Problems& problems_;
  bool utf8_ = true;
  std::size_t lines_read_ = 0, wrong_rows_ = 0;
  std::vector<std::string> header_;
  std::vector<std::size_t> places_;
  std::vector<std::string_view> row_;
};

std::string ending_of(const std::string& file) {
  std::string out = std::filesystem::path(file).extension().string();
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

bool is_text_ending(std::string_view ending) {
  static constexpr std::string_view kText[] = {
      ".txt",  ".md",   ".markdown", ".csv",    ".tsv",   ".html",      ".htm",  ".json", ".jsonl",
      ".xml",  ".yaml", ".yml",      ".toml",   ".ini",   ".cfg",       ".conf", ".log",  ".rst",
      ".adoc", ".tex",  ".org",      ".eml",    ".c",     ".h",         ".cc",   ".cpp",  ".cxx",
      ".hpp",  ".hh",   ".cs",       ".java",   ".kt",    ".kts",       ".go",   ".rs",   ".py",
      ".rb",   ".php",  ".pl",       ".swift",  ".m",     ".mm",        ".js",   ".jsx",  ".mjs",
      ".ts",   ".tsx",  ".vue",      ".css",    ".scss",  ".sh",        ".bash", ".ps1",  ".bat",
      ".sql",  ".r",    ".scala",    ".lua",    ".vb",    ".vba",       ".bas",  ".cls",  ".cob",
      ".cbl",  ".f90",  ".proto",    ".tf",     ".ipynb", ".tcl",       ".v",    ".sv",   ".vhd",
      ".vhdl", ".asm",  ".s",        ".gradle", ".cmake", ".dockerfile"};
  return std::find(std::begin(kText), std::end(kText), ending) != std::end(kText);
}

// "" when it was added or is empty.
std::string add_document(const std::string& file, filters::DocumentBuilder& builder) {
  const std::string ending = ending_of(file);
  if (!is_text_ending(ending)) return "not a kind of text that is read";
  std::string why;
  const auto bytes = config::read_text_file(file, why, kLargestDocument);
  if (!bytes) return why;
  auto text = utf8_text(*bytes);
  if (!text || text->find('\0') != std::string::npos) return "neither UTF-8, UTF-16 nor Shift_JIS";
  // Pasted from the page or from its source: both are the document.
  if (ending == ".html" || ending == ".htm") *text = text_of_html(*text) + "\n\n" + *text;
  builder.add_document(*text);
  return {};
}

bool read_documents(const config::DatasetDef& def, filters::DocumentBuilder& builder,
                    BuildReport& report, config::Problems& problems,
                    const std::string& policy_path) {
  const std::string& folder = def.documents.value;
  std::error_code fault;
  if (!std::filesystem::is_directory(folder, fault)) {
    problems.push_back({policy_path, def.documents.at,
                        "the folder '" + folder +
                            "' cannot be read: " + (fault ? fault.message() : "it is no folder"),
                        "a relative path starts at the folder of this file"});
    return false;
  }
  for (const std::string& file : files_below(folder)) {
    const std::string why = add_document(file, builder);
    if (!why.empty()) report.not_read.push_back(file + ": " + why);
    if (builder.error().empty()) continue;
    problems.push_back({policy_path, def.at, builder.error(), ""});
    return false;
  }
  if (builder.report().documents > 0) return true;
  problems.push_back({policy_path, def.documents.at,
                      "the folder '" + folder + "' holds no text that is read", ""});
  return false;
}

bool make_folder(const std::string& folder, std::string& why) {
  if (::mkdir(folder.c_str(), 0700) == 0 || errno == EEXIST) return true;
  why = folder + ": " + std::strerror(errno);
  return false;
}

}  // namespace

bool build_dataset(const config::DatasetDef& def, const std::string& policy_path,
                   const DatasetStore& store, std::int64_t now, BuildReport& report,
                   config::Problems& problems, std::size_t memory) {
  const auto problem = [&](std::string what) {
    problems.push_back({policy_path, def.at, std::move(what), ""});
    return false;
  };
  std::string why = store.problem;
  if (!why.empty() || !make_folder(store.directory, why)) return problem(std::move(why));
  const filters::HashKey key = dataset_key(store, def.name);
  report.path = dataset_path(store, def.name);
  filters::TableFacts facts;
  facts.settings = dataset_settings(key, def);
  facts.source = dataset_source(key, def);
  facts.built_at = now;
  if (def.is_list()) {
    const std::string unreadable = config::unreadable(def.exact.value);
    if (!unreadable.empty()) {
      problems.push_back({policy_path, def.exact.at,
                          "the list '" + def.exact.value + "' cannot be read: " + unreadable,
                          "a relative path starts at the folder of this file"});
      return false;
    }
    filters::DatasetBuilder builder(key, dataset_columns(def).size(),
                                    static_cast<std::size_t>(def.at_least_columns), store.directory,
                                    memory);
    if (!ListReader(def, policy_path, builder, problems).read()) return false;
    if (dataset_source(key, def) != facts.source)
      return problem("the list '" + def.exact.value +
                     "' changed while it was read; build it again");
    if (!builder.finish(report.path, facts)) return problem(builder.error());
    report.list = builder.report();
  } else {
    filters::DocumentBuilder builder(key, store.directory, memory);
    if (!read_documents(def, builder, report, problems, policy_path)) return false;
    if (dataset_source(key, def) != facts.source)
      return problem("the folder '" + def.documents.value +
                     "' changed while it was read; build it again");
    if (!builder.finish(report.path, facts)) return problem(builder.error());
    report.documents = builder.report();
  }
  std::error_code ignored;
  report.bytes = std::filesystem::file_size(report.path, ignored);
  return true;
}

}  // namespace sekisho::policy
