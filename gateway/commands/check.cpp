#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdio>
#include <ctime>
#include <memory>
#include <string>

#include "config/text_file.h"
#include "filters/bodies/json_scanner.h"
#include "gateway/commands/commands.h"
#include "gateway/commands/language.h"
#include "gateway/commands/telling.h"
#include "gateway/configuration.h"
#include "gateway/parent_proxy.h"

namespace sekisho::gateway {
namespace {

using filters::JsonWriter;

constexpr std::size_t kInstruction = 16;  // bytes of one of RE2's programs

struct CheckOptions {
  std::string path;
  bool json = false;
};

void write_problems(JsonWriter& w, const config::Problems& problems) {
  w.key("problems").begin_array();
  for (const auto& p : problems) {
    w.begin_object().key("file").value(p.file);
    w.key("line").value(p.at.line).key("column").value(p.at.column);
    w.key("message").value(p.message).key("hint").value(p.hint).end_object();
  }
  w.end_array();
}

void write_tests(JsonWriter& w, const std::vector<policy::TestResult>& tests) {
  w.key("tests").begin_array();
  for (const auto& t : tests) {
    w.begin_object().key("name").value(t.name).key("passed").value(t.passed);
    w.key("got").value(t.got).end_object();
  }
  w.end_array();
}

void print_json(const Configuration& c, const config::Problems& problems) {
  std::string out;
  JsonWriter w(out);
  w.begin_object().key("v").value(1);
  write_problems(w, problems);
  write_tests(w, c.tests);
  w.key("warnings").begin_array();
  for (const auto& warning : c.warnings) w.value(warning);
  w.end_array();
  if (const auto& proxy = c.gateway.origin_proxy)
    w.key("origin_proxy")
        .begin_object()
        .key("host")
        .value(proxy->host)
        .key("port")
        .value(static_cast<int>(proxy->port))
        .key("resolve")
        .value(proxy->resolve_here ? "here" : "parent")
        .end_object();
  if (c.snapshot) {
    const filters::Footprint size = c.snapshot->detectors().footprint();
    w.key("detectors").begin_object().key("rows").value(size.rows);
    w.key("types").value(c.snapshot->detectors().types().size());
    w.key("compiled_bytes").value(size.instructions * kInstruction);
    w.key("memory_budget").value(size.memory_budget);
    w.key("unannounced").value(size.unannounced);
    w.key("compile_ms").value(c.compile_time.count()).end_object();
  }
  w.end_object();
  std::printf("%s\n", out.c_str());
}

// What was found about the CA brings its Japanese along.
std::string of_authority(const Configuration& c, std::string english) {
  for (const auto& f : c.authority_findings)
    if (english.ends_with(f.message_en))
      return english.replace(english.size() - f.message_en.size(), std::string::npos, f.message_ja);
  return english;
}

void tell_mistakes(const Configuration& c, config::Problems problems, bool ja) {
  for (auto& p : problems)
    if (ja) p.message = of_authority(c, p.message);
  tell_problems(problems);
  for (const auto& w : c.warnings) tell(ja ? "警告" : "warning", ja ? of_authority(c, w) : w);
}

void tell_count(std::size_t problems, bool ja) {
  if (ja)
    std::fprintf(stderr, "誤りが %zu 件あります\n", problems);
  else
    std::fprintf(stderr, "%zu problem%s\n", problems, problems == 1 ? "" : "s");
}

void print_text(const Configuration& c, const config::Problems& problems) {
  const bool ja = speaks_japanese();
  tell_mistakes(c, problems, ja);
  if (!problems.empty()) return tell_count(problems.size(), ja);
  std::printf(ja ? "%s: 正しい設定です。ポリシー %s %s、テスト %zu / %zu 件成功\n"
                 : "%s: valid; policy %s %s; %zu of %zu tests passed\n",
              c.gateway.path.c_str(), c.snapshot->name().c_str(), c.snapshot->digest().c_str(),
              c.tests.size(), c.tests.size());
  if (c.gateway.origin_proxy) {
    const config::Localized way = words_of(*c.gateway.origin_proxy);
    std::printf("上位プロキシ: %s\nparent proxy: %s\n", way.ja.c_str(), way.en.c_str());
  }
  const filters::Footprint size = c.snapshot->detectors().footprint();
  std::printf(
      ja ? "検出器: %zu 個、%zu 種類、コンパイル後 %zu KiB、使用は最大 %zu MiB、%lld ms\n"
         : "detectors: %zu of %zu types, %zu KiB compiled, at most %zu MiB in use; %lld ms\n",
      size.rows, c.snapshot->detectors().types().size(), size.instructions * kInstruction >> 10,
      size.memory_budget >> 20, static_cast<long long>(c.compile_time.count()));
  if (size.unannounced > 0)
    std::printf(
        "パターンのうち %zu 個は、めずらしい文字列がなく、全文を 1 "
        "バイトずつ探すため、すべての検査が遅くなります\n"
        "%zu of the patterns hold no rare text and are sought at every byte: they slow every "
        "scan\n",
        size.unannounced, size.unannounced);
}

int check(const CheckOptions& options) {
  const std::string why = config::unreadable(options.path);
  if (!why.empty()) {
    tell("sekisho", options.path + ": " + why);
    return 2;
  }
  config::Problems problems;
  const Configuration c =
      read_configuration(options.path, static_cast<std::int64_t>(std::time(nullptr)), problems);
  if (options.json)
    print_json(c, problems);
  else
    print_text(c, problems);
  return problems.empty() ? 0 : 1;
}

}  // namespace

void add_check_command(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<CheckOptions>();
  CLI::App* command = app.add_subcommand(
      "check", "設定とポリシーを検査する / validate everything and run the policy's own tests");
  command->add_option("-c,--config", options->path, "gateway.yaml")->required();
  command->add_flag("--json", options->json, "one JSON object on standard output");
  command->footer(
      "Example:\n  sekisho check -c gateway.yaml\nExit: 0 valid, 1 not, 2 no such file.");
  command->callback([options, &exit_code] { exit_code = check(*options); });
}

}  // namespace sekisho::gateway
