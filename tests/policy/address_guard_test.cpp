#include "policy/address_guard.h"

#include <gtest/gtest.h>

namespace sekisho::policy {
namespace {

using config::IpAddress;
using config::IpNetwork;

IpAddress ip(std::string_view text) {
  const auto a = IpAddress::parse(text);
  EXPECT_TRUE(a) << text;
  return a.value_or(IpAddress());
}

std::string refuse(std::string_view text) {
  return AddressGuard({}, {}, {}).refuse(ip(text), 443);
}

TEST(AddressGuard, LetsPublicAddressesPass) {
  for (const char* a :
       {"104.18.32.47", "8.8.8.8", "1.1.1.1", "223.255.255.254", "2606:4700::6812:202f",
        "2a00:1450:4001::1", "172.15.0.1", "172.32.0.1", "100.63.255.255", "100.128.0.1",
        "192.167.0.1", "198.17.0.1", "198.20.0.1", "11.0.0.1", "9.255.255.255"})
    EXPECT_EQ(refuse(a), "") << a;
}

TEST(AddressGuard, RefusesEverySpecialPurposeRange) {
  const std::pair<const char*, const char*> kCases[] = {
      {"0.0.0.0", "unspecified"},
      {"0.1.2.3", "unspecified"},
      {"10.1.2.3", "private"},
      {"100.64.0.1", "shared"},
      {"100.127.255.255", "shared"},
      {"127.0.0.1", "loopback"},
      {"127.255.255.254", "loopback"},
      {"169.254.1.1", "link_local"},
      {"172.16.0.1", "private"},
      {"172.31.255.255", "private"},
      {"192.0.0.1", "reserved"},
      {"192.0.2.7", "documentation"},
      {"192.88.99.1", "reserved"},
      {"192.168.1.1", "private"},
      {"198.18.0.1", "benchmarking"},
      {"198.19.255.255", "benchmarking"},
      {"198.51.100.1", "documentation"},
      {"203.0.113.9", "documentation"},
      {"224.0.0.1", "multicast"},
      {"239.255.255.255", "multicast"},
      {"240.0.0.1", "reserved"},
      {"255.255.255.255", "broadcast"},
      {"::", "unspecified"},
      {"::1", "loopback"},
      {"::7f00:1", "reserved"},  // IPv4-compatible, long withdrawn
      {"64:ff9b:1::1", "reserved"},
      {"100::1", "reserved"},
      {"2001::1", "reserved"},
      {"2001:2::1", "benchmarking"},
      {"2001:db8::1", "documentation"},
      {"3fff::1", "documentation"},
      {"5f00::1", "reserved"},
      {"fc00::1", "private"},
      {"fd12:3456::1", "private"},
      {"fe80::1", "link_local"},
      {"fec0::1", "private"},
      {"ff02::1", "multicast"},
  };
  for (const auto& [address, why] : kCases) EXPECT_EQ(refuse(address), why) << address;
}

TEST(AddressGuard, NamesMetadataServicesAlsoOnPublicLookingAddresses) {
  for (const char* a :
       {"169.254.169.254", "169.254.170.2", "169.254.170.23", "100.100.100.200", "168.63.129.16",
        "192.0.0.192", "fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254", "fe80::a9fe:a9fe",
        "::ffff:169.254.169.254", "64:ff9b::169.254.169.254", "2002:a9fe:a9fe::1"})
    EXPECT_EQ(refuse(a), "metadata") << a;
}

TEST(AddressGuard, JudgesEmbeddedIpv4) {
  EXPECT_EQ(refuse("::ffff:127.0.0.1"), "loopback");
  EXPECT_EQ(refuse("::ffff:10.0.0.1"), "private");
  EXPECT_EQ(refuse("64:ff9b::a9fe:a9fe"), "metadata");
  EXPECT_EQ(refuse("64:ff9b::808:808"), "");
  EXPECT_EQ(refuse("2002:7f00:1::"), "loopback");
  EXPECT_EQ(refuse("2002:c0a8:101::1"), "private");
  EXPECT_EQ(refuse("2002:808:808::1"), "");
}

TEST(AddressGuard, JudgesWhatAnIsatapRouterWouldTunnelTo) {
  EXPECT_EQ(refuse("2606:4700::5efe:7f00:1"), "loopback");
  EXPECT_EQ(refuse("2606:4700::200:5efe:a9fe:a9fe"), "metadata");
  EXPECT_EQ(refuse("2606:4700::5efe:808:808"), "");
  EXPECT_EQ(refuse("fe80::5efe:808:808"), "link_local");
}

// Every spelling under which an IPv4 address of the inside travels in an IPv6 one.
TEST(AddressGuard, RefusesTheInsideInEveryIpv6Disguise) {
  for (const char* a :
       {"::ffff:192.168.1.1", "::192.168.1.1", "::ffff:0:192.168.1.1", "64:ff9b::192.168.1.1",
        "64:ff9b:1::192.168.1.1", "64:ff9b:1:c0a8:1:100::", "2002:c0a8:101::1",
        "2001:0:808:808:0:0:3f57:fefe", "2001:0:c0a8:101::f7f7:f7f7", "2a00:1450::5efe:192.168.1.1",
        "2a00:1450::200:5efe:192.168.1.1"})
    EXPECT_NE(refuse(a), "") << a;
}

TEST(AddressGuard, JudgesTheInsideBehindAnAllowedTranslator) {
  const AddressGuard guard({*IpNetwork::parse("64:ff9b:1::/48")}, {}, {});
  EXPECT_EQ(guard.refuse(ip("64:ff9b:1::8.8.8.8"), 443), "");
  EXPECT_EQ(guard.refuse(ip("64:ff9b:1:808:8:800::"), 443), "");
  EXPECT_EQ(guard.refuse(ip("64:ff9b:1::169.254.169.254"), 443), "metadata");
  EXPECT_EQ(guard.refuse(ip("64:ff9b:1:c0a8:1:100::"), 443), "private");
}

TEST(AddressGuard, AsksForItsOwnAddressesAnewAndForItsOwnPortsOnly) {
  std::vector<std::string> asked;
  bool up = false;
  const auto here = [&](const IpAddress& a) {
    asked.push_back(a.to_string());
    return up;
  };
  const AddressGuard guard({}, {{ip("::"), 8080}}, here);
  EXPECT_EQ(guard.refuse(ip("198.200.1.1"), 443), "");
  EXPECT_TRUE(asked.empty());
  EXPECT_EQ(guard.refuse(ip("198.200.1.1"), 8080), "");
  up = true;
  EXPECT_EQ(guard.refuse(ip("198.200.1.1"), 8080), "own_listener");
}

TEST(AddressGuard, AllowsWhatConfigurationLists) {
  const AddressGuard guard({*IpNetwork::parse("127.0.0.0/8"), *IpNetwork::parse("10.1.0.0/16")}, {},
                           {});
  EXPECT_EQ(guard.refuse(ip("127.0.0.1"), 443), "");
  EXPECT_EQ(guard.refuse(ip("64:ff9b::7f00:1"), 443), "");
  EXPECT_EQ(guard.refuse(ip("10.1.2.3"), 443), "");
  EXPECT_EQ(guard.refuse(ip("10.2.2.3"), 443), "private");
  EXPECT_EQ(guard.refuse(ip("::1"), 443), "loopback");
}

TEST(AddressGuard, RefusesOwnListenersWhateverIsAllowed) {
  const AddressGuard guard({*IpNetwork::parse("127.0.0.0/8"), *IpNetwork::parse("0.0.0.0/8")},
                           {{ip("127.0.0.1"), 8080}}, {});
  EXPECT_EQ(guard.refuse(ip("127.0.0.1"), 8080), "own_listener");
  EXPECT_EQ(guard.refuse(ip("::ffff:127.0.0.1"), 8080), "own_listener");
  EXPECT_EQ(guard.refuse(ip("64:ff9b::7f00:1"), 8080), "own_listener");
  EXPECT_EQ(guard.refuse(ip("0.0.0.0"), 8080), "own_listener");
  EXPECT_EQ(guard.refuse(ip("127.0.0.1"), 8081), "");
}

TEST(AddressGuard, AnUnspecifiedListenerStandsForEveryLocalAddress) {
  const auto here = [](const IpAddress& a) { return a == ip("198.200.1.1") || a == ip("2600::5"); };
  const AddressGuard guard({*IpNetwork::parse("127.0.0.0/8")}, {{ip("0.0.0.0"), 8080}}, here);
  EXPECT_EQ(guard.refuse(ip("198.200.1.1"), 8080), "own_listener");
  EXPECT_EQ(guard.refuse(ip("2600::5"), 8080), "own_listener");
  EXPECT_EQ(guard.refuse(ip("127.0.0.9"), 8080), "own_listener");
  EXPECT_EQ(guard.refuse(ip("64:ff9b::c6c8:101"), 8080), "own_listener");
  EXPECT_EQ(guard.refuse(ip("2002:c6c8:101::1"), 8080), "own_listener");
  EXPECT_EQ(guard.refuse(ip("2600::5efe:c6c8:101"), 8080), "own_listener");
  EXPECT_EQ(guard.refuse(ip("198.200.1.2"), 8080), "");
  EXPECT_EQ(guard.refuse(ip("198.200.1.1"), 443), "");
}

}  // namespace
}  // namespace sekisho::policy
