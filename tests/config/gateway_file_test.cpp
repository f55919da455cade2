#include "config/gateway_file.h"

#include "tests/config/testing.h"

namespace sekisho::config {
namespace {

using namespace std::chrono_literals;

const std::string kMinimal = "version: 1\nlisten:\n  - { address: \"127.0.0.1:0\" }\n";

TEST(GatewayFile, DefaultsAreThoseOfTheDocumentation) {
  Problems problems;
  const GatewayFile g = parse_gateway("/etc/sekisho/gateway.yaml", kMinimal, problems);
  ASSERT_TRUE(problems.empty()) << listed(problems);
  EXPECT_EQ(g.listen[0].port, 0);
  EXPECT_EQ(g.workers, 0);
  EXPECT_EQ(g.ca_certificate.value, "/etc/sekisho/ca/ca.crt");
  EXPECT_EQ(g.keys_directory.value, "/etc/sekisho/keys");
  EXPECT_EQ(g.policy.value, "/etc/sekisho/policy.yaml");
  EXPECT_EQ(g.audit_directory.value, "/etc/sekisho/audit");
  EXPECT_EQ(g.catalogue_providers.value, "");
  EXPECT_EQ(g.authentication, Authentication::kNone);
  EXPECT_TRUE(g.audit_sync);
  EXPECT_EQ(g.limits.body, 32u << 20);
  EXPECT_EQ(g.limits.answer, 15min);
  EXPECT_EQ(g.geo_max_age, std::chrono::hours(30 * 24));
  EXPECT_FALSE(g.admin.tcp);
  EXPECT_EQ(g.admin.unix_path, "");
}

TEST(GatewayFile, ExampleOfTheDocumentationIsReadWhole) {
  Problems problems;
  const std::string path = SEKISHO_TEST_DIR "/config/data/gateway_example.yaml";
  const GatewayFile g = parse_gateway(path, read_all(path), problems);
  ASSERT_TRUE(problems.empty()) << listed(problems);
  EXPECT_EQ(g.listen[0].port, 8080);
  EXPECT_EQ(g.catalogue_overlay.value, SEKISHO_TEST_DIR "/config/data/our-services.yaml");
  EXPECT_EQ(g.geo_networks[0].country, "JP");
  EXPECT_EQ(g.resolver_hosts.at("api.openai.com").port, 9443);
  EXPECT_FALSE(g.resolver_hosts.at("llm.example.jp").port);
  EXPECT_EQ(g.allow_addresses[0].to_string(), "127.0.0.0/8");
  EXPECT_EQ(g.authentication, Authentication::kBasic);
  EXPECT_EQ(g.limits.connections, 20000u);
  ASSERT_TRUE(g.origin_proxy);
  EXPECT_EQ(g.origin_proxy->host, "proxy.example.jp");
  EXPECT_EQ(g.origin_proxy->port, 3128);
  EXPECT_FALSE(g.origin_proxy->tls);
  EXPECT_EQ(g.origin_proxy->no_proxy,
            (std::vector<std::string>{"llm.example.jp", "*.corp.example.jp"}));
  EXPECT_EQ(g.origin_proxy->no_proxy_networks.size(), 2u);
  EXPECT_EQ(g.pac.proxy, "gate.example.jp:8080");
  EXPECT_EQ(g.pac.unlisted_direct, false);
  EXPECT_EQ(g.origin_health.error_ratio, 0.5);
  EXPECT_EQ(g.origin_health.longest_pause, 5min);
  EXPECT_EQ(g.origin_timeouts.at("openai-api").connect, 5s);
  EXPECT_EQ(g.origin_timeouts.at("openai-api").answer, 20min);
  EXPECT_EQ(g.admin.tcp->port, 9090);
}

TEST(GatewayFile, HoldsHowTheLogIsKeptSealedAndSent) {
  Problems problems;
  GatewayFile g = parse_gateway("/etc/sekisho/gateway.yaml", kMinimal, problems);
  EXPECT_EQ(g.audit_keeping.compress_after, std::chrono::hours(7 * 24));
  EXPECT_FALSE(g.audit_keeping.keep);
  EXPECT_EQ(g.audit_sealed.directory, "/etc/sekisho/audit/sealed");
  EXPECT_TRUE(g.audit_sinks.empty());
  const std::string text = kMinimal + R"(audit:
  directory: log
  retention: { default: 2y, classes: { refused: 90d } }
  sealed: { recipients: { auditors: [a.pem] }, retention: 30d }
  sinks: [{ name: siem, syslog: "logs.example.jp:6514" }]
)";
  g = parse_gateway("/etc/sekisho/gateway.yaml", text, problems);
  ASSERT_TRUE(problems.empty()) << listed(problems);
  EXPECT_EQ(g.audit_keeping.keep, std::chrono::hours(2 * 366 * 24));
  EXPECT_EQ(g.audit_keeping.keep_class.at("refused"), std::chrono::hours(90 * 24));
  EXPECT_EQ(g.audit_sealed.recipients.at("auditors")[0].value, "/etc/sekisho/a.pem");
  EXPECT_EQ(g.audit_sealed.directory, "/etc/sekisho/log/sealed");
  EXPECT_EQ(g.audit_sinks.at(0).target.value, "logs.example.jp:6514");
}

TEST(GatewayFile, TellsWhichChangesTakeARestart) {
  const auto changed = [](const std::string& before, const std::string& after) {
    Problems problems;
    std::string out;
    for (const auto& key : keys_for_restart(parse_gateway("g.yaml", kMinimal + before, problems),
                                            parse_gateway("g.yaml", kMinimal + after, problems)))
      out += (out.empty() ? "" : " ") + key;
    EXPECT_TRUE(problems.empty()) << listed(problems);
    return out;
  };
  EXPECT_EQ(changed("", ""), "");
  EXPECT_EQ(changed("workers: 2\n", "workers:   2 # the same\n"), "");
  EXPECT_EQ(changed("workers: 2\n", "workers: 3\n"), "workers");
  EXPECT_EQ(changed("", "limits: { drain: 5s, idle: 5s }\n"), "limits.drain limits.idle");
  EXPECT_EQ(changed("", "policy: other.yaml\ngeo: { max_age: 5d }\n"), "");
  EXPECT_EQ(changed("ca: { certificate: a, key: b }\n",
                    "ca: { certificate: c, key: d, crl_url: \"http://a.jp/\" }\n"),
            "ca.crl_url");
  EXPECT_EQ(
      changed("audit: { retention: { default: 3y }, disk: { budget: 1GiB, reserve: 1MiB } }\n",
              "audit: { compress: never, disk: { budget: 2GiB, reserve: 2MiB } }\n"),
      "audit.disk.reserve");
  EXPECT_EQ(changed("", "audit: { witnesses: [{ name: a, directory: b, every: 5m }] }\n"),
            "audit.witnesses");
  EXPECT_EQ(changed("audit: { sinks: [{ name: a, syslog: \"h:1\" }] }\n",
                    "audit: { sinks: [{ name: a, syslog: \"h:2\" }] }\n"),
            "audit.sinks");
}

TEST(GatewayFile, ACertificateOfAListenerIsTakenButItsFirstTakesARestart) {
  const auto file = [](const std::string& tls) {
    Problems problems;
    const GatewayFile out = parse_gateway(
        "g.yaml", "version: 1\nlisten: [{ address: \"127.0.0.1:0\"" + tls + " }]\n", problems);
    EXPECT_TRUE(problems.empty()) << listed(problems);
    return out;
  };
  const auto with = file(", tls: { certificate: a, key: b }");
  EXPECT_TRUE(keys_for_restart(with, file(", tls: { certificate: c, key: b }")).empty());
  EXPECT_EQ(keys_for_restart(file(""), with), std::vector<std::string>{"listen"});
}

TEST(GatewayFile, EveryNamedFileThatCannotBeReadIsAProblemAtItsLine) {
  Problems problems;
  load_gateway(SEKISHO_TEST_DIR "/config/data/gateway_example.yaml", problems);
  ASSERT_EQ(problems.size(), 12u) << listed(problems);
  for (const Problem& p : problems) {
    EXPECT_GT(p.at.line, 0);
    EXPECT_NE(p.message.find("cannot be read: it does not exist"), std::string::npos);
  }
}

TEST(GatewayFile, FilesThatAreThereAreNoProblem) {
  Folder folder;
  folder.write("policy.yaml", "version: 1\n");
  folder.write("users", "");
  Problems problems;
  load_gateway(folder.write("gateway.yaml",
                            kMinimal + "clients: { authentication: basic, users_file: users }\n"),
               problems);
  EXPECT_TRUE(problems.empty()) << listed(problems);
}

TEST(GatewayFile, AFolderInPlaceOfAFileIsAProblem) {
  Folder folder;
  Problems problems;
  load_gateway(folder.write("gateway.yaml", kMinimal + "policy: .\n"), problems);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_NE(problems[0].message.find("directory"), std::string::npos);
}

TEST(GatewayFile, SectionsOfTheWayToServicesAreStrict) {
  const struct {
    const char *text, *message;
  } kRows[] = {
      {"origin_health: { failures: 0 }", "expected a whole number from 1 to 100000"},
      {"origin_health: { error_ratio: 0 }", "`error_ratio` must be more than zero"},
      {"origin_health: { error_ratio: 2 }", "expected a number from 0 to 1"},
      {"origin_health: { pause: 10m }", "`longest_pause` is shorter than `pause`"},
      {"origin_health: { window: 30 }", "expected a duration"},
      {"origin_health: { retries: 3 }", "unknown key 'retries'"},
      {"pac: { proxy: gate.example.jp }", "expected this gateway's name and port"},
      {"pac: { direct: [\"2001:db8::/32\"] }", "a PAC file knows no network of IPv6"},
      {"pac: { unlisted: block }", "expected proxy or direct"},
      {"origin_timeouts: 5s", "expected a map from services to time-outs"},
      {"origin_timeouts: { openai-api: 5s }", "the time-outs of 'openai-api'"},
      {"origin_timeouts: { openai-api: { conect: 5s } }", "unknown key 'conect'"},
      {"origin_timeouts: { a: { connect: 5s }, a: { connect: 6s } }", "a second time"},
  };
  for (const auto& row : kRows) {
    Problems problems;
    parse_gateway("/x/gateway.yaml", kMinimal + row.text + "\n", problems);
    ASSERT_EQ(problems.size(), 1u) << row.text << "\n" << listed(problems);
    EXPECT_NE(to_string(problems[0]).find(row.message), std::string::npos) << listed(problems);
    EXPECT_EQ(problems[0].at.line, 4) << row.text;
  }
}

TEST(GatewayFile, OnlyARowOfFailuresMayLastNoTimeAtAll) {
  Problems problems;
  const GatewayFile g = parse_gateway(
      "/x/gateway.yaml", kMinimal + "origin_health: { lasting: 0s, window: 30s }\n", problems);
  EXPECT_TRUE(problems.empty()) << listed(problems);
  EXPECT_EQ(g.origin_health.lasting, 0ms);
  parse_gateway("/x/gateway.yaml", kMinimal + "origin_health: { window: 0s }\n", problems);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_NE(problems[0].hint.find("more than zero"), std::string::npos) << listed(problems);
}

TEST(GatewayFile, AdminMayListenOnASocketFile) {
  Problems problems;
  const GatewayFile g = parse_gateway(
      "/x/gateway.yaml", kMinimal + "admin: { address: \"unix:admin.sock\" }\n", problems);
  ASSERT_TRUE(problems.empty()) << listed(problems);
  EXPECT_EQ(g.admin.unix_path, "/x/admin.sock");
}

TEST(GatewayFile, Ipv6NeedsBrackets) {
  Problems problems;
  const GatewayFile g = parse_gateway(
      "g.yaml",
      "version: 1\nlisten: [ { address: \"[::1]:8080\" } ]\n"
      "resolver: { hosts: { A.example.jp.: \"[2001:db8::1]:9443\", b: \"2001:db8::2\" } }\n",
      problems);
  ASSERT_TRUE(problems.empty()) << listed(problems);
  EXPECT_EQ(g.listen[0].ip.to_string(), "::1");
  EXPECT_EQ(g.resolver_hosts.at("a.example.jp").port, 9443);
  EXPECT_EQ(g.resolver_hosts.at("b").ip.to_string(), "2001:db8::2");
}

struct Mistake {
  const char* name;
  const char* yaml;  // after the three lines of kMinimal
  int line, column;
  const char* says;
};

void PrintTo(const Mistake& m, std::ostream* out) {
  *out << m.name;
}

constexpr Mistake kMistakes[] = {
    {"UnknownKey", "lissten: []\n", 4, 1, "did you mean 'listen'?"},
    {"UnknownLimit", "limits: { boddy: 1MiB }\n", 4, 11, "did you mean 'body'?"},
    {"SizeWithoutUnit", "limits: { body: 32 }\n", 4, 17, "write 32MiB"},
    {"SizeInDecimalUnit", "limits: { body: 32MB }\n", 4, 17, "KiB, MiB or GiB"},
    {"SizeZero", "limits: { memory: 0GiB }\n", 4, 19, "more than zero"},
    {"DurationWithoutUnit", "limits: { idle: 300 }\n", 4, 17, "write 300s"},
    {"DurationInWords", "limits: { idle: 5min }\n", 4, 17, "ms, s, m, h or d"},
    {"ConnectionsInExponent", "limits: { connections: 2e4 }\n", 4, 24, "plain digits"},
    {"WorkersNone", "workers: 0\n", 4, 10, "from 1 to 1024"},
    {"AdminBeyondLoopback", "admin: { address: \"0.0.0.0:9090\" }\n", 4, 19, "a loopback address"},
    {"AdminByName", "admin: { address: \"localhost:9090\" }\n", 4, 19, "write 127.0.0.1:9090"},
    {"CertificatesWithoutTls", "clients: { authentication: certificate }\n", 3, 16,
     "needs `tls` with `client_ca` at every listener"},
    {"AuthenticationUnknown", "clients: { authentication: ldap }\n", 4, 28, "basic"},
    {"BasicWithoutUsers", "clients: { authentication: basic }\n", 4, 28, "needs `users_file`"},
    {"SyncNeverOutsideTheLaboratory", "audit: { sync: never }\n", 4, 16, "laboratory: true"},
    {"SyncUnknown", "audit: { sync: always }\n", 4, 16, "every_decision or never"},
    {"SealedWithoutRecipients", "audit: { sealed: { cap: 1MiB } }\n", 4, 18, "needs `recipients`"},
    {"SealedForNobody", "audit: { sealed: { recipients: { a: [] } } }\n", 4, 37,
     "at least one certificate"},
    {"SealedWithoutGroups", "audit: { sealed: { recipients: [a.pem] } }\n", 4, 32,
     "groups, each with a list"},
    {"SealedCapTooLarge", "audit: { sealed: { recipients: { a: [b.pem] }, cap: 1GiB } }\n", 4, 53,
     "a size up to 64MiB"},
    {"SealedRetentionUnknown", "audit: { sealed: { recipients: { a: [b.pem] }, retention: 90 } }\n",
     4, 59, "a period such as 90d"},
    {"ReserveTooSmall", "audit: { disk: { reserve: 1KiB } }\n", 4, 27, "from 1MiB to 16GiB"},
    {"LogLevelUnknown", "log: { level: verbose }\n", 4, 15, "trace, debug, info, warn or error"},
    {"LogFormatUnknown", "log: { format: xml }\n", 4, 16, "json or text"},
    {"CaWithoutKey", "ca: { certificate: a.crt }\n", 4, 5, "needs `key`"},
    {"CrlOverTls", "ca: { certificate: a, key: b, crl_url: \"https://x/ca.crl\" }\n", 4, 40,
     "http://"},
    {"OverrideWithoutAddress", "resolver: { hosts: { a.example.jp: b.example.jp } }\n", 4, 36,
     "an address, with or without port"},
    {"OverrideOfAWildcard", "resolver: { hosts: { \"*.example.jp\": 10.1.2.3 } }\n", 4, 22,
     "write every host by its name"},
    {"GeoNetworkCountryWrong", "geo: { networks: { 10.0.0.0/8: Japan } }\n", 4, 32,
     "did you mean 'JP'?"},
    {"GeoNetworkWrong", "geo: { networks: { 10.0.0.1/8: JP } }\n", 4, 20, "a network"},
    {"GeoCountryNotAList", "geo: { country: a.mmdb }\n", 4, 17, "write [a.mmdb]"},
    {"AllowAddressOctal", "origin_tls: { allow_addresses: [010.0.0.0/8] }\n", 4, 33, "a network"},
};

class GatewayMistake : public testing::TestWithParam<Mistake> {};

TEST_P(GatewayMistake, IsReportedOnceAtItsPlace) {
  const Mistake& m = GetParam();
  Problems problems;
  parse_gateway("g.yaml", kMinimal + m.yaml, problems);
  ASSERT_GE(problems.size(), 1u);
  ASSERT_EQ(problems.size(), 1u) << listed(problems);
  EXPECT_EQ(problems[0].at.line, m.line) << listed(problems);
  EXPECT_EQ(problems[0].at.column, m.column) << listed(problems);
  EXPECT_NE(listed(problems).find(m.says), std::string::npos) << listed(problems);
}

INSTANTIATE_TEST_SUITE_P(All, GatewayMistake, testing::ValuesIn(kMistakes),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(GatewayProblems, ListenersAreChecked) {
  for (const char* listen :
       {"[]", "[ { address: \"localhost:8080\" } ]", "[ { address: 8080 } ]",
        "[ { address: \"127.0.0.1:70000\" } ]", "[ { address: \"127.0.0.1\" } ]",
        "[ { address: \"::1:8080\" } ]", "[ { address: \"127.0.0.1:08080\" } ]",
        "[ { address: \"127.0.0.1:1\", tls: { certificate: a } } ]",
        "[ { address: \"127.0.0.1:1\", proxy_protocol_from: 10.0.0.0/8 } ]",
        "[ { address: \"127.0.0.1:1\", proxy_protocol_from: [nowhere] } ]",
        "[ { address: \"127.0.0.1:1\" }, { address: \"127.0.0.1:1\" } ]"}) {
    Problems problems;
    parse_gateway("g.yaml", "version: 1\nlisten: " + std::string(listen) + "\n", problems);
    EXPECT_EQ(problems.size(), 1u) << listen << "\n" << listed(problems);
  }
}

TEST(GatewayFile, AListenerHasTlsAndBalancers) {
  Problems problems;
  const GatewayFile g = parse_gateway(
      "/etc/g.yaml",
      "version: 1\nlisten:\n  - address: \"127.0.0.1:0\"\n    tls: { certificate: a.crt, key: "
      "a.key, "
      "client_ca: c.crt }\n    proxy_protocol_from: [10.0.0.0/8]\nclients: { authentication: "
      "certificate }\n",
      problems);
  ASSERT_TRUE(problems.empty()) << listed(problems);
  EXPECT_EQ(g.listen[0].tls->client_ca.value, "/etc/c.crt");
  EXPECT_EQ(g.listen[0].proxy_protocol_from[0].to_string(), "10.0.0.0/8");
  EXPECT_EQ(g.authentication, Authentication::kCertificate);
}

TEST(GatewayProblems, AFileWithoutListenersIsReported) {
  Problems problems;
  parse_gateway("g.yaml", "version: 1\n", problems);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_NE(problems[0].message.find("`listen`"), std::string::npos);
}

TEST(GatewayFile, TheLaboratoryMayMeasureWithoutSync) {
  Problems problems;
  const GatewayFile g =
      parse_gateway("g.yaml", kMinimal + "laboratory: true\naudit: { sync: never }\n", problems);
  EXPECT_TRUE(problems.empty()) << listed(problems);
  EXPECT_FALSE(g.audit_sync);
}

}  // namespace
}  // namespace sekisho::config
