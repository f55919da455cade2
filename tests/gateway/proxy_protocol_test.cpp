#include "gateway/proxy_protocol.h"

#include <gtest/gtest.h>

#include <string>

namespace sekisho::gateway {
namespace {

using State = ProxyHeader::State;

std::string signature2() {
  return {"\r\n\r\n\0\r\nQUIT\n", 12};
}

// Version 2: command and family bytes, then a block of `block` behind its length.
std::string header2(char command, char family, const std::string& block) {
  std::string out = signature2() + command + family;
  out += static_cast<char>(block.size() >> 8);
  out += static_cast<char>(block.size() & 255);
  return out + block;
}

std::string addresses4() {
  return std::string("\xC0\x00\x02\x01\xC6\x33\x64\x01", 8) + std::string("\x9C\x40\x1F\x90", 4);
}

TEST(ProxyProtocol, Version1NamesTheClientAndLeavesTheRest) {
  const std::string head = "PROXY TCP4 192.0.2.1 198.51.100.1 40000 8080\r\n";
  const auto h = parse_proxy_header(head + "CONNECT api.example:443 HTTP/1.1\r\n");
  ASSERT_EQ(h.state, State::kRight);
  EXPECT_EQ(h.size, head.size());
  EXPECT_EQ(h.client.to_string(), "192.0.2.1");
  EXPECT_EQ(h.client_port, 40000);
  EXPECT_FALSE(h.local);
}

TEST(ProxyProtocol, Version1TakesIpv6) {
  const auto h = parse_proxy_header("PROXY TCP6 2001:db8::1 2001:db8::2 1 65535\r\n");
  ASSERT_EQ(h.state, State::kRight);
  EXPECT_EQ(h.client.to_string(), "2001:db8::1");
}

TEST(ProxyProtocol, EveryBeginningOfAHeaderWaitsForMore) {
  for (const std::string& whole : {std::string("PROXY TCP4 192.0.2.1 198.51.100.1 40000 8080\r\n"),
                                   header2('\x21', '\x11',
                                           addresses4() + "\x04\x00\x03"
                                                          "abc")})
    for (std::size_t n = 0; n < whole.size(); ++n)
      EXPECT_EQ(parse_proxy_header(whole.substr(0, n)).state, State::kMore) << n;
}

TEST(ProxyProtocol, WhatIsNoHeaderOrNamesNobodyIsWrong) {
  for (const std::string& bytes :
       {std::string("CONNECT api.example:443 HTTP/1.1\r\n"), std::string("\x16\x03\x01"),
        std::string("PROXY UNKNOWN\r\n"), std::string("PROXY TCP4 192.0.2.1 198.51.100.1 1\r\n"),
        std::string("PROXY TCP4 192.0.2.1 198.51.100.1 1 2 3\r\n"),
        std::string("PROXY TCP4 192.0.2.1  198.51.100.1 1 2\r\n"),
        std::string("PROXY TCP4 2001:db8::1 2001:db8::2 1 2\r\n"),
        std::string("PROXY TCP6 192.0.2.1 198.51.100.1 1 2\r\n"),
        std::string("PROXY TCP4 192.0.2.1 198.51.100.1 65536 2\r\n"),
        std::string("PROXY TCP4 192.0.2.1 198.51.100.1 01 2\r\n"),
        std::string("PROXY TCP4 192.0.2.1 198.51.100.1 -1 2\r\n"),
        std::string("PROXY TCP4 192.0.2.001 198.51.100.1 1 2\r\n"),
        "PROXY TCP4 " + std::string(120, '1') + "\r\n", "PROXY " + std::string(101, ' ')})
    EXPECT_EQ(parse_proxy_header(bytes).state, State::kWrong) << bytes;
}

TEST(ProxyProtocol, Version2NamesTheClientAndSkipsWhatFollowsTheAddresses) {
  const std::string head = header2('\x21', '\x11', addresses4() + std::string("\x04\x00\x01z", 4));
  const auto h = parse_proxy_header(head + "\x16\x03\x01");
  ASSERT_EQ(h.state, State::kRight);
  EXPECT_EQ(h.size, head.size());
  EXPECT_EQ(h.client.to_string(), "192.0.2.1");
  EXPECT_EQ(h.client_port, 40000);
}

TEST(ProxyProtocol, Version2TakesIpv6AndHealthChecks) {
  const std::string six = std::string("\x20\x01\x0d\xb8", 4) + std::string(11, '\0') + "\x01" +
                          std::string(16, '\0') + std::string("\x00\x01\x00\x02", 4);
  EXPECT_EQ(parse_proxy_header(header2('\x21', '\x21', six)).client.to_string(), "2001:db8::1");
  const auto local = parse_proxy_header(header2('\x20', '\0', ""));
  EXPECT_EQ(local.state, State::kRight);
  EXPECT_TRUE(local.local);
}

TEST(ProxyProtocol, Version2RefusesWhatItCannotName) {
  EXPECT_EQ(parse_proxy_header(header2('\x21', '\x31', std::string(216, 'x'))).state,
            State::kWrong);
  EXPECT_EQ(parse_proxy_header(header2('\x21', '\0', "")).state, State::kWrong);
  EXPECT_EQ(parse_proxy_header(header2('\x22', '\x11', addresses4())).state, State::kWrong);
  EXPECT_EQ(parse_proxy_header(header2('\x11', '\x11', addresses4())).state, State::kWrong);
  EXPECT_EQ(parse_proxy_header(header2('\x21', '\x11', addresses4().substr(1))).state,
            State::kWrong);
  EXPECT_EQ(parse_proxy_header(header2('\x21', '\x21', addresses4())).state, State::kWrong);
}

TEST(ProxyProtocol, AHeaderLongerThanAllowedIsNotWaitedFor) {
  EXPECT_EQ(parse_proxy_header(signature2() + "\x21\x11" + "\xFF\xFF").state, State::kWrong);
}

}  // namespace
}  // namespace sekisho::gateway
