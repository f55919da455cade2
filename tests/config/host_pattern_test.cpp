#include "config/host_pattern.h"

#include <gtest/gtest.h>

namespace sekisho::config {
namespace {

TEST(HostPattern, AcceptsNamesWildcardsPortsAndAddresses) {
  for (const char* host :
       {"llm.example.jp", "LLM.Example.JP.", "*.llm.example.jp", "llm.example.jp:8443",
        "llm.example.jp:*", "*.example.co.jp:8443", "llm", "例え.jp", "xn--r8jz45g.jp",
        "a_b.example.jp", "192.0.2.1", "192.0.2.1:8443", "2001:db8::1", "[2001:db8::1]",
        "[2001:db8::1]:8443", "[2001:db8::1]:*", "*.bucket.s3.amazonaws.com"})
    EXPECT_TRUE(check_host_pattern(host).ok()) << host << ": " << check_host_pattern(host).message;
}

TEST(HostPattern, RefusesTheWholeWorldAndPublicSuffixes) {
  for (const char* host : {"*",
                           "*:*",
                           "*.jp",
                           "*.com",
                           "*.co.jp",
                           "*.ne.jp",
                           "*.go.jp",
                           "*.tokyo.jp",
                           "*.com.cn",
                           "*.co.uk",
                           "*.co.kr",
                           "*.amazonaws.com",
                           "*.github.io",
                           "*.CO.JP.",
                           "*.googleapis.com",
                           "*.vercel.app:443",
                           "*.internal",
                           "*.s3.ap-northeast-1.amazonaws.com",
                           "*.ap-northeast-1.elb.amazonaws.com",
                           "*.s3-ap-northeast-1.amazonaws.com",
                           "*.japaneast.cloudapp.azure.com",
                           "*.azure-api.net",
                           "*.lambda-url.us-east-1.on.aws"})
    EXPECT_FALSE(check_host_pattern(host).ok()) << host;
}

TEST(HostPattern, RefusesWildcardsInsideAName) {
  for (const char* host : {"llm.*.jp", "*llm.example.jp", "llm*.example.jp", "*.*.example.jp",
                           "**.example.jp", "*.192.0.2.1"})
    EXPECT_FALSE(check_host_pattern(host).ok()) << host;
}

TEST(HostPattern, RefusesAddressesInDisguise) {
  for (const char* host :
       {"2130706433", "0x7f.1", "0177.0.0.1", "010.0.0.1", "127.1", "1.2.3.256", "0x7f000001"})
    EXPECT_FALSE(check_host_pattern(host).ok()) << host;
}

TEST(HostPattern, RefusesWhatIsNoHost) {
  for (const char* host :
       {"", ":443", "https://llm.example.jp", "llm.example.jp/v1", "llm..example.jp",
        "llm.example.jp:0", "llm.example.jp:65536", "llm.example.jp:http",
        "llm.example.jp:", "llm example.jp", "-llm.example.jp", "llm-.example.jp", "[2001:db8::1",
        "[192.0.2.1]", "[::1]x", "user@llm.example.jp", "."})
    EXPECT_FALSE(check_host_pattern(host).ok()) << host;
  EXPECT_FALSE(check_host_pattern(std::string(64, 'a') + ".example.jp").ok());
}

TEST(EndsInNumber, FindsAddressesInEveryBase) {
  for (const char* name : {"127.0.0.1", "127.1", "2130706433", "0x7f.1", "0x7f000001", "0x",
                           "017700000001", "0177.0.0.1", "a.example.1", "1.2.3.4.5", "a.0x1f"})
    EXPECT_TRUE(ends_in_number(name)) << name;
  for (const char* name : {"a", "1.example", "127.0.0.1.example", "0xyz", "a.1b", "x1", ""})
    EXPECT_FALSE(ends_in_number(name)) << name;
}

TEST(HostName, HasNeitherPortNorWildcard) {
  EXPECT_TRUE(check_host_name("llm.example.jp").ok());
  EXPECT_FALSE(check_host_name("*.example.jp").ok());
  EXPECT_FALSE(check_host_name("llm.example.jp:443").ok());
}

TEST(PublicSuffix, IsWhereStrangersRegister) {
  EXPECT_TRUE(is_public_suffix("jp"));
  EXPECT_TRUE(is_public_suffix("co.jp"));
  EXPECT_TRUE(is_public_suffix("github.io"));
  EXPECT_FALSE(is_public_suffix("example.jp"));
  EXPECT_FALSE(is_public_suffix("example.co.jp"));
}

}  // namespace
}  // namespace sekisho::config
