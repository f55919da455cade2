// Everything is opened by the ordinary openssl command.

#include <cctype>
#include <cstdlib>

#include "audit/keeping/holds.h"
#include "audit/sealed/sealed_files.h"
#include "audit/sealed/sealed_record.h"
#include "audit/sealed/sealer.h"
#include "tests/audit/testing.h"

namespace sekisho::audit {
namespace {

constexpr std::int64_t kDay = 24ll * 3600 * 1'000'000;

std::int64_t now_us() {
  return static_cast<std::int64_t>(std::time(nullptr)) * 1'000'000;
}

struct Auditors {
  Folder folder;
  std::string path(const std::string& name) const { return folder.path() + "/" + name; }

  bool run(const std::string& command) const {
    return std::system(("cd " + folder.path() + " && " + command + " 2>>log").c_str()) == 0;
  }
  void make(const std::string& name, const std::string& key, int days = 30) const {
    ASSERT_TRUE(run("openssl req -x509 -newkey " + key + " -nodes -keyout " + name + ".key -out " +
                    name + ".pem -days " + std::to_string(days) + " -subj /CN=" + name));
  }
  // What `openssl cms` makes of it; "" = it does not open.
  std::string opened(const std::string& der, const std::string& who) const {
    std::ofstream(path("in.cms"), std::ios::binary) << der;
    std::filesystem::remove(path("out"));
    if (!run("openssl cms -decrypt -binary -inform DER -in in.cms -recip " + who + ".pem -inkey " +
             who + ".key -out out"))
      return "";
    return read_all(path("out"));
  }
};

SealedHeader header() {
  return {"sks_abcdefghijklmnop",
          "sha256:0123",
          "llm.example.jp",
          "POST",
          "/v1/chat",
          "application/json",
          "",
          now_us()};
}

TEST(Sealer, IsOpenedByEachAuditorOfTheGroupWithPlainOpenssl) {
  Auditors a;
  a.make("rsa", "rsa:2048");
  a.make("ec", "ec -pkeyopt ec_paramgen_curve:P-256");
  a.make("other", "ec -pkeyopt ec_paramgen_curve:P-256");
  const Sealer sealer({{{"auditors", {a.path("rsa.pem"), a.path("ec.pem")}}}, {}, 1u << 20});
  std::string error, body = "{\"text\":\"\xE8\xAD\xB0\xE4\xBA\x8B\"}";
  body += std::string("\r\n\0\n", 4);
  const auto copy = sealer.seal(header(), body, {"auditors"}, error);
  ASSERT_TRUE(copy) << error;
  for (const char* who : {"rsa", "ec"}) {
    const std::string plain = a.opened(copy->der, who);
    const std::size_t lf = plain.find('\n');
    ASSERT_NE(lf, plain.npos) << who << read_all(a.path("log"));
    EXPECT_EQ(plain.substr(lf + 1), body);
    EXPECT_NE(plain.find(R"("id":"sks_abcdefghijklmnop")"), plain.npos) << plain;
    EXPECT_NE(plain.find(R"("policy":"sha256:0123")"), plain.npos);
    EXPECT_NE(plain.find(R"("content_type":"application/json")"), plain.npos);
  }
  EXPECT_EQ(a.opened(copy->der, "other"), "");
  std::string changed = copy->der;
  changed[changed.size() / 2] ^= 1;
  changed[changed.size() - 40] ^= 1;
  EXPECT_EQ(a.opened(changed, "rsa"), "");
  ASSERT_TRUE(a.run("openssl cms -cmsout -print -noout -inform DER -in in.cms > print || true"));
}

TEST(Sealer, UsesOaepAndAnAuthenticatedCipher) {
  Auditors a;
  a.make("rsa", "rsa:2048");
  const Sealer sealer({{{"auditors", {a.path("rsa.pem")}}}, {}, 1u << 20});
  std::string error;
  const auto copy = sealer.seal(header(), "x", {"auditors"}, error);
  ASSERT_TRUE(copy) << error;
  std::ofstream(a.path("in.cms"), std::ios::binary) << copy->der;
  ASSERT_TRUE(a.run("openssl asn1parse -inform DER -in in.cms > print"));
  const std::string print = read_all(a.path("print"));
  EXPECT_NE(print.find("rsaesOaep"), print.npos) << print;
  EXPECT_NE(print.find("aes-256-gcm"), print.npos) << print;
  EXPECT_NE(print.find("authEnvelopedData"), print.npos) << print;
}

TEST(Sealer, NeedsBothKeysWithASecondPairOfEyes) {
  Auditors a;
  a.make("one", "rsa:2048");
  a.make("two", "ec -pkeyopt ec_paramgen_curve:P-256");
  const Sealer sealer({{{"auditors", {a.path("one.pem")}}}, {a.path("two.pem")}, 1u << 20});
  std::string error;
  const auto copy = sealer.seal(header(), "body", {"auditors"}, error);
  ASSERT_TRUE(copy) << error;
  EXPECT_EQ(a.opened(copy->der, "one"), "");
  const std::string inner = a.opened(copy->der, "two");
  EXPECT_EQ(inner.find("body"), inner.npos);
  EXPECT_TRUE(a.opened(inner, "one").ends_with("\nbody"));
}

TEST(Sealer, CutsAtTheCapAndSaysSo) {
  Auditors a;
  a.make("rsa", "rsa:2048");
  const Sealer sealer({{{"auditors", {a.path("rsa.pem")}}}, {}, 1000});
  std::string error;
  const auto copy = sealer.seal(header(), std::string(5000, 'x'), {"auditors"}, error);
  ASSERT_TRUE(copy) << error;
  EXPECT_TRUE(copy->ref.truncated);
  EXPECT_EQ(copy->ref.bytes, 1000u);
  const std::string plain = a.opened(copy->der, "rsa");
  EXPECT_NE(plain.find(R"("bytes":1000,"of":5000,"truncated":true)"), plain.npos) << plain;
  EXPECT_EQ(plain.size() - plain.find('\n') - 1, 1000u);
}

TEST(Sealer, RefusesACertificateThatIsMissingOrOver) {
  Auditors a;
  a.make("rsa", "rsa:2048", 3);
  const Sealer sealer({{{"auditors", {a.path("rsa.pem")}}}, {}, 1000});
  std::string error;
  EXPECT_EQ(sealer.problem(now_us()), "");
  EXPECT_EQ(sealer.warnings(now_us(), kDay).size(), 0u);
  EXPECT_EQ(sealer.warnings(now_us(), 30 * kDay).size(), 1u);
  SealedHeader later = header();
  later.time_us += 4 * kDay;
  EXPECT_FALSE(sealer.seal(later, "x", {"auditors"}, error));
  EXPECT_NE(error.find("rsa.pem: the certificate expired on "), error.npos) << error;
  EXPECT_NE(sealer.problem(later.time_us).find("expired"), error.npos);
  later.time_us -= 30 * kDay;
  EXPECT_FALSE(sealer.seal(later, "x", {"auditors"}, error));
  EXPECT_NE(error.find("not valid before"), error.npos) << error;
  const Sealer missing({{{"auditors", {a.path("no.pem")}}}, {}, 1000});
  EXPECT_FALSE(missing.seal(header(), "x", {"auditors"}, error));
  EXPECT_NE(error.find("no.pem: the certificate cannot be read"), error.npos) << error;
  EXPECT_FALSE(missing.seal(header(), "x", {"nobody"}, error));
}

TEST(Sealer, TakesTheCertificateOfTheQuarter) {
  EXPECT_EQ(sealing_period(1'782'995'696'123'456), "2026q3");
  EXPECT_EQ(sealing_period(1'767'193'199'000'000), "2025q4");  // 23:59:59 on 31 December, Japan
  EXPECT_EQ(sealing_period(1'767'193'200'000'000), "2026q1");
  Auditors a;
  const std::string period = sealing_period(now_us());
  a.make("auditors-" + period, "rsa:2048");
  const Sealer sealer({{{"auditors", {a.path("auditors-{period}.pem")}}}, {}, 1000});
  std::string error;
  const auto copy = sealer.seal(header(), "x", {"auditors"}, error);
  ASSERT_TRUE(copy) << error;
  EXPECT_EQ(copy->ref.period, period);
  EXPECT_TRUE(a.opened(copy->der, "auditors-" + period).ends_with("\nx"));
}

TEST(Sealer, TakesCertificatesFromWhoReadsThem) {
  Auditors a;
  a.make("rsa", "rsa:2048");
  const std::string text = read_all(a.path("rsa.pem"));
  Sealer::Files files{{{"auditors", {"kept"}}}, {}, 1000};
  files.read = [&text](const std::string& path) { return path == "kept" ? text : ""; };
  const Sealer sealer(files);
  EXPECT_EQ(sealer.problem(now_us()), "");
  std::string error;
  EXPECT_TRUE(sealer.seal(header(), "x", {"auditors"}, error)) << error;
  files.read = [&text](const std::string&) { return text.substr(0, text.size() / 2); };
  EXPECT_NE(Sealer(files).problem(now_us()), "");
}

TEST(Sealer, WarnsOfTheNextQuarterThatHasNoCertificateYet) {
  Auditors a;
  a.make("auditors-2026q3", "ec -pkeyopt ec_paramgen_curve:P-256");
  const std::int64_t in_september = 1'789'000'000'000'000;  // 10 September 2026
  const Sealer sealer({{{"auditors", {a.path("auditors-{period}.pem")}}}, {}, 1000});
  const auto missing = [&](std::int64_t at) {
    for (const std::string& w : sealer.warnings(at, 30 * kDay))
      if (w.find("from the next quarter (2026q4) on") != w.npos) return true;
    return false;
  };
  EXPECT_TRUE(missing(in_september));
  EXPECT_FALSE(missing(in_september - 40 * kDay));
  a.make("auditors-2026q4", "ec -pkeyopt ec_paramgen_curve:P-256");
  EXPECT_FALSE(missing(in_september));
}

TEST(Sealer, NamesTheCertificatesThatItSealsFor) {
  Auditors a;
  a.make("one", "ec -pkeyopt ec_paramgen_curve:P-256");
  a.make("two", "ec -pkeyopt ec_paramgen_curve:P-256");
  const Sealer sealer({{{"auditors", {a.path("one.pem")}}}, {a.path("two.pem")}, 1000});
  ASSERT_TRUE(a.run("openssl x509 -in one.pem -noout -fingerprint -sha256 > fingerprint"));
  std::string wanted;
  for (const char c : read_all(a.path("fingerprint")).substr(19))
    if (c != ':' && c != '\n') wanted += static_cast<char>(std::tolower(c));
  const std::string names = sealer.fingerprints(now_us());
  EXPECT_EQ(names.substr(0, 43), "auditors: " + wanted.substr(wanted.find('=') + 1, 32) + ",")
      << names << wanted;
  EXPECT_NE(names.find(", second: "), names.npos) << names;
}

TEST(Record, NamesTheSealedCopy) {
  Sample sample;
  EXPECT_EQ(record_tail(sample.decision, "key").find("sealed"), std::string::npos);
  sample.decision.sealed = SealedRef{"ab12", 1000, 5000, true, {"auditors", "legal"}, "2026q3"};
  const std::string tail = record_tail(sample.decision, "key");
  EXPECT_NE(tail.find(R"("sealed":{"sha256":"ab12","bytes":1000,"of":5000,"truncated":true,)"
                      R"("groups":["auditors","legal"],"period":"2026q3"})"),
            std::string::npos)
      << tail;
  const auto ref = sealed_ref_of(std::string_view(tail).substr(0, tail.size() - 1));
  ASSERT_TRUE(ref);
  EXPECT_EQ(ref->sha256, "ab12");
  EXPECT_EQ(ref->of, 5000u);
  EXPECT_EQ(ref->groups, (std::vector<std::string>{"auditors", "legal"}));
}

struct Copies {
  Folder folder;
  std::string at = folder.log() + "/sealed", error;
  std::optional<Holds> holds;
  std::vector<std::string> recorded;
  Copies() {
    std::filesystem::create_directories(folder.log());
    holds = Holds::read(folder.log(), error);
  }
  bool keep(const std::string& id) { return keep_sealed(at, "2026q3", id, "der", error); }
  SealedRemoval remove(std::int64_t before_us, std::int64_t now_us, bool trust = false,
                       bool may_record = true) {
    SealedRemovalWork work{before_us, now_us, trust, {}};
    work.record = [&](std::string_view period, std::uint64_t n) {
      recorded.push_back(std::string(period) + " " + std::to_string(n));
      return may_record;
    };
    return remove_sealed(at, *holds, work);
  }
};

constexpr const char *kId = "sks_abcdefghijklmnop", *kOther = "sks_bbbbbbbbbbbbbbbb";

TEST(SealedFiles, AreFoundByIdAndForOwnersOnly) {
  Copies c;
  ASSERT_TRUE(c.keep(kId)) << c.error;
  ASSERT_TRUE(c.keep(kOther)) << c.error;
  EXPECT_EQ(list_sealed(c.at).size(), 2u);
  const auto found = find_sealed(c.at, kId);
  ASSERT_TRUE(found);
  EXPECT_EQ(read_sealed(*found, c.error), "der");
  const auto mode = std::filesystem::status(c.at).permissions();
  EXPECT_EQ(mode, std::filesystem::perms::owner_all);
  EXPECT_FALSE(find_sealed(c.at, "../../../../etc/passwd"));
  forget_sealed(c.at, "2026q3", kId);
  EXPECT_FALSE(find_sealed(c.at, kId));
}

TEST(SealedFiles, GoInTimeWhenThatIsRecordedAndAHoldIsStronger) {
  Copies c;
  ASSERT_TRUE(c.keep(kId) && c.keep(kOther)) << c.error;
  EXPECT_EQ(c.remove(0, now_us()).removed, 0u);
  EXPECT_TRUE(c.recorded.empty());
  EXPECT_EQ(c.remove(INT64_MAX, now_us(), false, false).removed, 0u);
  EXPECT_TRUE(find_sealed(c.at, kOther));
  ASSERT_TRUE(c.holds->add({"case", {"", kId, {}, {}}, "sato", "", 0, "", "", false}, c.error));
  c.recorded.clear();
  const auto removal = c.remove(INT64_MAX, now_us());
  EXPECT_EQ(removal.removed, 1u) << removal.error;
  EXPECT_EQ(removal.held, 1u);
  EXPECT_EQ(c.recorded, std::vector<std::string>{"2026q3 1"});
  EXPECT_TRUE(find_sealed(c.at, kId));
}

TEST(SealedFiles, StayWhenTheClockLeapt) {
  Copies c;
  ASSERT_TRUE(c.keep(kId)) << c.error;
  EXPECT_EQ(c.remove(0, now_us()).warning, "");
  const std::int64_t later = now_us() + 400 * kDay;
  const auto removal = c.remove(later, later);
  EXPECT_EQ(removal.removed, 0u);
  EXPECT_NE(removal.warning.find("--trust-clock"), std::string::npos) << removal.warning;
  EXPECT_EQ(c.remove(later, later, true).removed, 1u);
}

TEST(SealedFiles, AreOpenedByTwoWithinADay) {
  Copies c;
  std::string first, error;
  const auto ask = [&](const char* by, std::int64_t t) {
    return ask_to_open(c.at, kId, by, "incident", t, first, error);
  };
  EXPECT_EQ(ask("Sato", kDay), TwoStep::kAsked);
  EXPECT_EQ(ask("sato", kDay), TwoStep::kSamePerson);
  EXPECT_EQ(ask("Suzuki", kDay + 1), TwoStep::kGranted);
  EXPECT_EQ(first, "Sato");
  EXPECT_EQ(ask("Suzuki", kDay + 2), TwoStep::kAsked);
  EXPECT_EQ(ask("Sato", 3 * kDay), TwoStep::kAsked);    // the request was over
  EXPECT_EQ(ask("Suzuki", 2 * kDay), TwoStep::kAsked);  // one of the future is none
}

}  // namespace
}  // namespace sekisho::audit
