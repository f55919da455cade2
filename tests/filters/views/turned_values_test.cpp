// Tokens written backwards with a note beside them, or in ROT13; encodings that hold nothing but a
// small value.

#include <gtest/gtest.h>

#include <string>

#include "tests/filters/views/disguise.h"

namespace sekisho::filters {
namespace {

std::string backwards(const std::string& s) {
  return {s.rbegin(), s.rend()};
}

const std::string kWebhook = "https://hooks.slack.com/services/TG" + chance(kBase32, 8, 3) + "/B" +
                             chance(kBase32, 9, 4) + "/" + chance(kBase62, 24, 5);
const std::string kAzure = "tMW8Q~hjJ5esfjif7o5mdSl~95gm7D~~_hzjwIf3";
const std::string kJwt =
    "eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ1c3JfOTAxIiwiZXhwIjoxOTAw"
    "fQ." +
    chance(kBase62, 43, 8);

TEST(TurnedValues, FindsTokensWithDotsAndSignsThatANoteTurnsRound) {
  for (const char* note : {" (reversed)", "（逆順）", "（後ろから読む）", " [reversed]"}) {
    EXPECT_TRUE(found_whole("Slack: ", backwards(kWebhook), note, "slack_webhook")) << note;
    EXPECT_TRUE(found_whole("AZURE_CLIENT_SECRET=", backwards(kAzure), note, "azure_client_secret"))
        << note;
    EXPECT_TRUE(found_whole("jwt: \"", backwards(kJwt), std::string(note) + "\"", "jwt")) << note;
  }
}

TEST(TurnedValues, TurnsNothingRoundWithoutANote) {
  EXPECT_EQ(shown("see " + backwards(kWebhook) + " (old)"), "");
  EXPECT_EQ(shown("list(reversed(items_of_the_current_page)) # (reversed)"), "");
}

TEST(TurnedValues, FindsWebhooksInRot13) {
  const auto rot13 = [](const std::string& s) {
    return each(s, [](char c) {
      const char first = c >= 'a' ? 'a' : 'A';
      const bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
      return std::string(1, letter ? static_cast<char>((c - first + 13) % 26 + first) : c);
    });
  };
  EXPECT_TRUE(found_whole("Slack: ", rot13(kWebhook), "\n", "slack_webhook"));
  EXPECT_EQ(shown("Slack: " + rot13("https://www.example.com/downloads/of/2026") + "\n"), "");
}

TEST(TurnedValues, FindsSmallValuesThatAreAllOfAnEncoding) {
  const auto found = [](std::string_view label, const std::string& value, std::string_view type) {
    return found_whole(label, base64(value), "\n", type, 2) &&
           found_whole(label, base64(base64(value)), "\n", type, 2) &&
           found_whole(label, hex(value), "\n", type, 2);
  };
  EXPECT_TRUE(found("ip: ", "10.125.219.164", "ip_address_private"));
  EXPECT_TRUE(found("server_addr = ", "192.168.13.207", "ip_address_private"));
  EXPECT_TRUE(found("payload: ", "氏名: 岡田 大輔様", "person_name_ja"));
}

TEST(TurnedValues, ChanceMakesNoSmallValuesOfTokens) {
  // "password=" would stand before what some bytes of a token happen to say.
  EXPECT_EQ(shown("integrity: sha512-" + chance(kBase62, 86, 9) + "=="), "");
  EXPECT_EQ(shown("commit " + chance("0123456789abcdef", 40, 7)), "");
}

}  // namespace
}  // namespace sekisho::filters
