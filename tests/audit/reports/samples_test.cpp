// The reports of a synthetic quarter, written where SEKISHO_SAMPLES says: the rendering test looks
// at them in a browser, and docs/ shows them.

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "audit/reports/html.h"
#include "audit/reports/iso_pack.h"
#include "tests/audit/reports/report_fixture.h"

namespace sekisho::audit {
namespace {

constexpr std::int64_t kHour = 3'600'000'000;

class Samples : public Reports {
 protected:
  // Thirteen weeks of working days; what is sent follows from the number of the request.
  void fill_quarter() {
    using policy::Action;
    static const char* kUsers[] = {"hanako", "taro", "jiro", "yuki", "ken", "aoi", "ren"};
    policies_["sha256:11"] = std::string(kPolicy) + "uninspected: allow\n";
    log_.now_us = 1'782'866'000'000'000;  // 2026-07-01
    log_.admin("start", "", "sha256:00", "systemd");
    for (int i = 0; i < 260; ++i) {
      Exchange e;
      e.user = std::string(kUsers[i % 7]) + "@example.co.jp";
      e.after_us = 8 * kHour;
      e.sent = 900 + 37 * static_cast<std::uint64_t>(i % 50);
      if (i % 3 == 1) e.host = "api.anthropic.com", e.provider = "anthropic-api";
      if (i % 11 == 5) e.host = "llm.sakura.example", e.provider = "sakura-ai", e.country = "JP";
      if (i % 6 == 2) e.type = "email", e.value = "m" + std::to_string(i % 17);
      if (i % 12 == 2) e.verdict = Action::kRedact;
      if (i % 24 == 8) e.verdict = Action::kPseudonymise;
      if (i % 19 == 7) e.type = "jp_my_number", e.value = "n" + std::to_string(i);
      if (i % 40 == 14) e.exception = "EX-1";
      if (i % 13 == 9) {
        e.verdict = Action::kBlock;
        e.host = "api.deepseek.com";
        e.provider = "deepseek-api";
        e.country = "CN";
        e.reason = policy::Reason::kRegion;
        e.rule = "regions";
        e.exception = "";
        e.type = i % 2 ? "email" : "";
      }
      if (i == 100) {
        e.host =
            "unknown-service-with-a-very-long-name.subdomain.of.a.provider.nobody.has.ever."
            "heard.of.example.com";
        e.provider = e.country = "";
        e.user = "<img src=x onerror=alert(1)>\xE2\x80\xAE evil";
      }
      if (i == 130) log_.admin("reload", "sha256:00", "sha256:11", "root");
      if (i == 200) log_.admin("clock_step", "2026-09-01T00:00:00Z", "2026-09-01T00:10:00Z", "gw1");
      log_.exchange(e);
    }
  }

  std::vector<Report> all() {
    const ReportFrame& f = frame();
    VerifyReport verified;
    verified.checked = true;
    verified.head.size = 522;
    verified.head.root = "L0+k0S95+sWWPYsjk9P7D3+PI6mhCc/mVDkkoLTv95g=";
    verified.segments = 1;
    Breach breach;
    breach.subject.user = "taro@example.co.jp";
    breach.known_us = 1'785'110'400'000'000;
    std::vector<Report> out{
        overview_report(f),      crossborder_report(f),
        refusals_report(f),      exceptions_report(f),
        policy_report(f),        suppliers_report(f),
        operation_report(f),     incident_report(f, {.user = "taro@example.co.jp"}, verified),
        breach_report(f, breach)};
    return out;
  }

  void write(const std::string& name, const std::string& bytes) const {
    const std::filesystem::path path = std::filesystem::path(folder_) / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << bytes;
  }

  std::string folder_ = std::getenv("SEKISHO_SAMPLES") ? std::getenv("SEKISHO_SAMPLES") : "";
};

TEST_F(Samples, AreWrittenInBothLanguages) {
  fill_quarter();
  for (const Language language : {Language::kJapanese, Language::kEnglish}) {
    frame_.language = language;
    PageLook look;
    look.language = language;
    look.made_us = 1'790'812'800'000'000;
    look.made_by = "auditor";
    for (const Report& r : all()) {
      check(r);
      const std::string page = html_page(r, look);
      EXPECT_FALSE(holds(page, "<img") || holds(page, "\xE2\x80\xAE")) << r.name;
      if (!folder_.empty())
        write(r.name + (language == Language::kJapanese ? ".ja" : ".en") + ".html", page);
    }
    PackInput input;
    input.look = look;
    input.answers.push_back(sample_answer());
    std::string error;
    const auto files = iso_pack(frame_, input, error);
    ASSERT_EQ(error, "");
    if (!folder_.empty())
      write(std::string("iso27001.") + (language == Language::kJapanese ? "ja" : "en") + ".html",
            files.front().bytes);
  }
}

}  // namespace
}  // namespace sekisho::audit
