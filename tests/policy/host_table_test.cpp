#include "policy/host_table.h"

#include <gtest/gtest.h>

namespace sekisho::policy {
namespace {

TEST(HostTable, FindsExactNamesAndEveryWildcardLongestFirst) {
  HostTable<int> table;
  table.add("a.b.example.jp", 1);
  table.add("*.example.jp", 2);
  table.add("*.b.example.jp", 3);
  ASSERT_TRUE(table.exact("a.b.example.jp"));
  EXPECT_EQ(*table.exact("a.b.example.jp"), std::vector<int>{1});
  EXPECT_FALSE(table.exact("example.jp"));
  std::vector<int> seen;
  table.wildcards("a.b.example.jp", [&](std::size_t, const auto& bucket) {
    seen.push_back(bucket[0]);
    return false;
  });
  EXPECT_EQ(seen, (std::vector<int>{3, 2}));
}

TEST(HostTable, AWildcardIsEveryNameBelowNotTheNameItself) {
  HostTable<int> table;
  table.add("*.example.jp", 1);
  const auto found = [&](std::string_view host) {
    bool any = false;
    table.wildcards(host, [&](std::size_t, const auto&) { return any = true; });
    return any || table.exact(host);
  };
  EXPECT_TRUE(found("a.example.jp"));
  EXPECT_TRUE(found("a.b.example.jp"));
  EXPECT_FALSE(found("example.jp"));
  EXPECT_FALSE(found("notexample.jp"));
  EXPECT_FALSE(found("example.jp.evil.test"));
}

TEST(HostRule, ReadsPortsNamesAndAddresses) {
  const auto rule = [](std::string_view text) {
    const auto r = parse_host_rule(text);
    EXPECT_TRUE(r) << text;
    return r.value_or(HostRule{});
  };
  EXPECT_EQ(rule("LLM.Example.JP.").pattern, "llm.example.jp");
  EXPECT_EQ(rule("*.Example.JP").pattern, "*.example.jp");
  EXPECT_EQ(rule("llm.example.jp:8443").port, 8443);
  EXPECT_TRUE(rule("llm.example.jp:*").any_port);
  EXPECT_EQ(rule("192.0.2.1:81").pattern, "192.0.2.1");
  EXPECT_EQ(rule("2001:DB8:0::1").pattern, "2001:db8::1");
  EXPECT_EQ(rule("[2001:db8::1]:8443").pattern, "2001:db8::1");
  EXPECT_EQ(rule("[2001:db8::1]:8443").port, 8443);
  EXPECT_FALSE(rule("[2001:db8::1]").port);
}

TEST(HostRule, MeansThePortOfTheSchemeWhenNoneIsWritten) {
  const HostRule plain = *parse_host_rule("llm.example.jp");
  EXPECT_TRUE(plain.accepts("https", 443));
  EXPECT_FALSE(plain.accepts("https", 80));
  EXPECT_TRUE(plain.accepts("http", 80));
  EXPECT_FALSE(plain.accepts("http", 443));
  EXPECT_TRUE(parse_host_rule("x.example.jp:8443")->accepts("http", 8443));
  EXPECT_TRUE(parse_host_rule("x.example.jp:*")->accepts("https", 1));
}

TEST(CanonicalHost, WritesJapaneseNamesAsALabels) {
  EXPECT_EQ(canonical_host("日本語.jp"), "xn--wgv71a119e.jp");
  EXPECT_EQ(canonical_host("社内.例え.jp"), "xn--v6q418g.xn--r8jz45g.jp");
  EXPECT_EQ(canonical_host("bücher.example"), "xn--bcher-kva.example");
}

TEST(CanonicalHost, LeavesToPeopleWhatNeedsUnicodeTables) {
  for (const char* name : {"ＬＬＭ.jp", "ÄPFEL.example", "ｶﾀｶﾅ.jp", "か\u3099.jp", "\xff.jp"})
    EXPECT_FALSE(canonical_host(name)) << name;
}

}  // namespace
}  // namespace sekisho::policy
