#include "audit/reports/iso_pack.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <map>

#include "audit/json_text.h"
#include "audit/reports/columns.h"
#include "audit/reports/csv.h"
#include "audit/reports/iso_controls.h"
#include "audit/reports/policies.h"
#include "audit/sheet.h"

namespace sekisho::audit {
namespace {

std::string sha256_of(const std::string& bytes) {
  std::array<unsigned char, 32> hash{};
  EVP_Digest(bytes.data(), bytes.size(), hash.data(), nullptr, EVP_sha256(), nullptr);
  std::string out;
  for (const unsigned char byte : hash) {
    constexpr char kDigits[] = "0123456789abcdef";
    (out += kDigits[byte >> 4]) += kDigits[byte & 15];
  }
  return out;
}

struct Item {
  std::string name;  // "report:refusals"
  LocalText title;
  std::string path, bytes, command;
};

std::string file_name(std::string name) {
  for (char& c : name)
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-')) c = '_';
  return name;
}

std::string place_of(const ReportFrame& frame) {
  return frame.place.empty() ? "" : " " + frame.place;
}

std::string verification_json(const VerifyReport& v) {
  std::string out = R"({"v":1,"whole":)" + std::string(v.whole ? "true" : "false") + R"(,"size":)" +
                    std::to_string(v.head.size) + R"(,"root":)";
  append_json_string(out, v.head.root);
  out += R"(,"segments":)" + std::to_string(v.segments) + R"(,"first_bad":)" +
         (v.first_bad ? std::to_string(*v.first_bad) : "null") + R"(,"segment":)";
  append_json_string(out, v.segment);
  append_json_string(out += R"(,"what":)", v.what);
  out += R"(,"notes":[)";
  for (const std::string& note : v.notes) {
    if (out.back() != '[') out += ',';
    append_json_string(out, note);
  }
  return out + "]}\n";
}

class Pack {
 public:
  Pack(const ReportFrame& frame, const PackInput& input) : frame_(frame), input_(input) {}
  std::vector<PackedFile> make(std::string& error);

 private:
  void add(std::string name, LocalText title, std::string path, std::string bytes,
           std::string command);
  void add_report(Report report, std::string& error);
  std::string in_language() const {
    return frame_.language == Language::kJapanese ? "--lang ja" : "--lang en";
  }
  void add_reports(std::string& error);
  void add_answers();
  void add_policies(std::string& error);
  void add_verification();
  std::vector<const Item*> items_of(const std::string& name) const;
  std::string index_page() const;
  std::string index_csv() const;
  Table controls_table() const;
  Table files_table() const;

  const ReportFrame& frame_;
  const PackInput& input_;
  std::vector<Item> items_;
  Footer footer_;
};

void Pack::add(std::string name, LocalText title, std::string path, std::string bytes,
               std::string command) {
  items_.push_back(
      {std::move(name), std::move(title), std::move(path), std::move(bytes), std::move(command)});
}

void Pack::add_report(Report report, std::string& error) {
  if (error.empty()) error = report.error;
  // As they can be run again: to a file, in the language of the pack.
  const std::string command = command_for(frame_, "report " + report.name, in_language());
  const std::string page = command + " --out " + report.name + ".html";
  report.commands = {page};
  const std::string name = "report:" + report.name;
  add(name, report.title, "reports/" + report.name + ".html", html_page(report, input_.look), page);
  for (PackedFile& file : csv_files(report, input_.look)) {
    if (file.path == "footer.csv") continue;  // the page has it, and the pack's own index
    add(name, report.title, "reports/" + report.name + "/" + file.path, std::move(file.bytes),
        command + " --format csv --out " + report.name + ".zip");
  }
}

void Pack::add_reports(std::string& error) {
  for (Report (*report)(const ReportFrame&) :
       {overview_report, crossborder_report, refusals_report, exceptions_report, policy_report,
        suppliers_report, operation_report})
    add_report(report(frame_), error);
}

void Pack::add_answers() {
  for (const Answer& answer : input_.answers)
    for (const Table& table : answer.tables) {
      const std::string name = file_name(answer.question);
      const std::string part = file_name(table.id);
      add("question:" + name, table.title,
          "questions/" + name + (part == name ? "" : "-" + part) + ".csv",
          csv_of(table, input_.look.zone),
          answer.command + " " + in_language() + " --csv --part " + table.id);
    }
}

void Pack::add_policies(std::string& error) {
  Report asked;
  Inquiry ask(frame_, asked);
  for (const PolicySpan& span : policies_of(frame_, ask)) {
    const auto text = frame_.policy_text(span.digest);
    const std::size_t colon = span.digest.find(':');
    if (!text || colon == std::string::npos) continue;
    add("policies", {"ポリシーの全文", "Text of the policy"},
        "policies/" + file_name(span.digest.substr(colon + 1)) + ".yaml", *text,
        command_for(frame_, "report policy", in_language() + " --out policy.html"));
  }
  if (error.empty()) error = asked.error;
}

void Pack::add_verification() {
  const LocalText title{"ログの検証結果", "Verification of the log"};
  const std::string bytes = input_.verified && input_.verified->checked
                                ? verification_json(*input_.verified)
                                : "{\"v\":1,\"checked\":false}\n";
  add("verification", title, "verification.json", bytes,
      "sekisho audit verify" + place_of(frame_) + " --json");
}

std::vector<const Item*> Pack::items_of(const std::string& name) const {
  std::vector<const Item*> out;
  for (const Item& item : items_)
    if (item.name == name) out.push_back(&item);
  return out;
}

Table Pack::controls_table() const {
  Table t;
  t.id = "controls";
  t.title = {"管理策と証拠", "Controls and evidence"};
  t.columns = {text("control", "管理策", "Control"), text("title", "標題", "Title"),
               text("shows", "示すこと", "What it shows"), text("file", "ファイル", "File")};
  for (const IsoControl& control : iso_controls()) {
    bool first = true;
    for (const std::string& name : control.items)
      for (const Item* item : items_of(name)) {
        if (!first && item->path.find('/') != item->path.rfind('/')) continue;  // CSV of a report
        t.rows.push_back({control.id, first ? Cell(control.title.in(frame_.language)) : Cell(),
                          first ? Cell(control.shows.in(frame_.language)) : Cell(), item->path});
        first = false;
      }
  }
  return t;
}

Table Pack::files_table() const {
  Table t;
  t.id = "files";
  t.title = {"ファイルと、それを作ったコマンド", "Files, and the commands that made them"};
  t.columns = {text("file", "ファイル", "File"), text("title", "内容", "Content"),
               text("command", "コマンド", "Command"), text("sha256", "SHA-256", "SHA-256")};
  t.columns[3].label.ja = "SHA-256 (ハッシュ)";
  for (const Item& item : items_)
    t.rows.push_back(
        {item.path, item.title.in(frame_.language), item.command, sha256_of(item.bytes)});
  return t;
}

std::string Pack::index_page() const {
  Report r = begin_report(frame_, "iso27001",
                          {"ISO/IEC 27001:2022 監査資料", "ISO/IEC 27001:2022 evidence pack"});
  r.lead = {
      {"Sekisho の記録が証拠になる附属書 A の管理策と、そのファイルです。適用宣言書と、Sekisho "
       "の外にある証拠 (規程、教育、契約書) は含みません。",
       "The controls of Annex A for which Sekisho's records are evidence, with the files. The "
       "statement of applicability and what lies outside Sekisho (rules, training, contracts) "
       "are not here."},
      {"ファイルが変わっていないことは sha256sum -c SHA256SUMS で確かめられます。",
       "That no file was changed: sha256sum -c SHA256SUMS."}};
  for (const Item& item : items_) r.files.push_back(item.path);
  Section controls = begin_section("controls", "管理策", "Controls");
  controls.tables.push_back(controls_table());
  Section files = begin_section("files", "ファイル", "Files");
  files.tables.push_back(files_table());
  r.sections = {std::move(controls), std::move(files)};
  PageLook whole = input_.look;
  whole.rows = 0;
  return html_page(r, whole);
}

std::string Pack::index_csv() const {
  std::string out(kByteOrderMark);
  out += csv_line({"control", "title", "file", "sha256", "command"});
  for (const IsoControl& control : iso_controls())
    for (const std::string& name : control.items)
      for (const Item* item : items_of(name))
        out += csv_line({control.id, control.title.in(frame_.language), item->path,
                         sha256_of(item->bytes), item->command});
  return out;
}

std::vector<PackedFile> Pack::make(std::string& error) {
  add_reports(error);
  add_answers();
  add_policies(error);
  add_verification();
  if (!error.empty()) return {};
  std::vector<PackedFile> out{{"index.html", index_page()}, {"index.csv", index_csv()}};
  for (Item& item : items_) out.push_back({item.path, std::move(item.bytes)});
  std::sort(out.begin() + 1, out.end(),
            [](const PackedFile& a, const PackedFile& b) { return a.path < b.path; });
  std::string sums;
  for (const PackedFile& file : out) sums += sha256_of(file.bytes) + "  " + file.path + "\n";
  out.push_back({"SHA256SUMS", std::move(sums)});
  return out;
}

}  // namespace

std::vector<PackedFile> iso_pack(const ReportFrame& frame, const PackInput& input,
                                 std::string& error) {
  return Pack(frame, input).make(error);
}

std::vector<PackedFile> csv_files(const Report& report, const PageLook& look) {
  std::vector<PackedFile> out;
  std::map<std::string, int> seen;
  for (const Section& s : report.sections)
    for (const Table& t : s.tables) {
      const std::string name = file_name(t.id);
      const int n = ++seen[name];
      out.push_back({name + (n > 1 ? "-" + std::to_string(n) : "") + ".csv", csv_of(t, look.zone)});
    }
  const std::string command = report.commands.empty() ? "" : report.commands.front();
  out.push_back({"footer.csv", footer_csv(report.footer, command, look.language)});
  return out;
}

}  // namespace sekisho::audit
