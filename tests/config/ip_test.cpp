#include "config/ip.h"

#include <gtest/gtest.h>

namespace sekisho::config {
namespace {

TEST(IpAddress, ReadsDottedQuads) {
  const auto a = IpAddress::parse("192.0.2.1");
  ASSERT_TRUE(a);
  EXPECT_TRUE(a->is_v4());
  EXPECT_EQ(a->to_string(), "192.0.2.1");
}

TEST(IpAddress, ReadsAndShortensIpv6) {
  const auto a = IpAddress::parse("2001:0DB8:0:0:0:0:0:1");
  ASSERT_TRUE(a);
  EXPECT_FALSE(a->is_v4());
  EXPECT_EQ(a->to_string(), "2001:db8::1");
}

TEST(IpAddress, RefusesFormsThatResolversReadDifferently) {
  for (const char* text :
       {"2130706433", "0177.0.0.1", "010.0.0.1",    "0x7f.0.0.1", "0x7f000001",
        "127.1",      "127.0.1",    "1.2.3.4.5",    "1.2.3.256",  "1.2.3.",
        ".1.2.3",     "1..2.3",     " 1.2.3.4",     "1.2.3.4 ",   "1.2.3.-4",
        "1.2.3.+4",   "",           "fe80::1%eth0", "[::1]",      "::ffff:010.0.0.1",
        "1.2.3.4/8",  ":::1",       "1::2::3",      "12345::1",   "１.2.3.4"})
    EXPECT_FALSE(IpAddress::parse(text)) << text;
}

TEST(IpAddress, RefusesEmbeddedZeroBytes) {
  EXPECT_FALSE(IpAddress::parse(std::string_view("::1\0x", 5)));
  EXPECT_FALSE(IpAddress::parse(std::string_view("1.2.3.4\0", 8)));
}

TEST(IpAddress, BothSpellingsOfAnIpv4AddressAreEqual) {
  const auto dotted = IpAddress::parse("10.1.2.3");
  const auto mapped = IpAddress::parse("::ffff:10.1.2.3");
  const auto hex = IpAddress::parse("::ffff:a01:203");
  ASSERT_TRUE(dotted && mapped && hex);
  EXPECT_EQ(*dotted, *mapped);
  EXPECT_EQ(*dotted, *hex);
  EXPECT_EQ(mapped->to_string(), "10.1.2.3");
}

TEST(IpAddress, ComesFromBytesInNetworkOrder) {
  const unsigned char four[] = {198, 51, 100, 7};
  EXPECT_EQ(IpAddress::from_bytes(four, 4).to_string(), "198.51.100.7");
  const auto six = IpAddress::parse("2001:db8::9");
  ASSERT_TRUE(six);
  EXPECT_EQ(IpAddress::from_bytes(six->bytes().data(), 16), *six);
}

TEST(IpNetwork, ContainsByPrefixNotByText) {
  const auto n = IpNetwork::parse("10.20.0.0/14");
  ASSERT_TRUE(n);
  EXPECT_TRUE(n->contains(*IpAddress::parse("10.20.0.0")));
  EXPECT_TRUE(n->contains(*IpAddress::parse("10.23.255.255")));
  EXPECT_TRUE(n->contains(*IpAddress::parse("::ffff:10.21.0.1")));
  EXPECT_FALSE(n->contains(*IpAddress::parse("10.24.0.0")));
  EXPECT_FALSE(n->contains(*IpAddress::parse("10.19.255.255")));
  EXPECT_EQ(n->to_string(), "10.20.0.0/14");
}

TEST(IpNetwork, KnowsTheWholeSpaceAndSingleAddresses) {
  EXPECT_TRUE(IpNetwork::parse("0.0.0.0/0")->contains(*IpAddress::parse("255.1.2.3")));
  EXPECT_FALSE(IpNetwork::parse("0.0.0.0/0")->contains(*IpAddress::parse("2001:db8::1")));
  EXPECT_TRUE(IpNetwork::parse("::/0")->contains(*IpAddress::parse("2001:db8::1")));
  EXPECT_EQ(IpNetwork::parse("192.0.2.9")->prefix(), 128);
  EXPECT_EQ(IpNetwork::parse("2001:db8::/32")->to_string(), "2001:db8::/32");
}

TEST(IpNetwork, RefusesHostBitsAndBadLengths) {
  for (const char* text : {"10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/08",
                           "10.0.0.0/8/8", "2001:db8::1/32", "::/129", "10.0/8", "/8", "x/8"})
    EXPECT_FALSE(IpNetwork::parse(text)) << text;
}

}  // namespace
}  // namespace sekisho::config
