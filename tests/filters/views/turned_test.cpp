// Tokens, and values with their labels, that are written backwards or in ROT13.

#include <gtest/gtest.h>

#include "tests/filters/views/disguise.h"

namespace sekisho::filters {
namespace {

std::string backwards(std::string_view text) {
  std::string out;
  for (std::size_t end = text.size(); end > 0;) {
    std::size_t begin = end - 1;
    while ((static_cast<unsigned char>(text[begin]) & 0xC0) == 0x80) --begin;
    out += text.substr(begin, end - begin);
    end = begin;
  }
  return out;
}

std::string rot13(std::string_view text) {
  return each(text, [](char c) {
    const char base = c >= 'a' && c <= 'z' ? 'a' : c >= 'A' && c <= 'Z' ? 'A' : '\0';
    return std::string(1, base == '\0' ? c : static_cast<char>((c - base + 13) % 26 + base));
  });
}

TEST(Turned, FindsTokensTurnedRoundAndMoved) {
  for (const Value& value : values()) {
    if (value.number || value.type == "email") continue;
    expect_found(value, "reversed", backwards);
    expect_found(value, "rot13", rot13);
  }
}

// The label is turned with its value, and no word says so.
TEST(Turned, FindsValuesTurnedRoundWithTheirLabels) {
  const std::pair<std::string, std::string> lines[] = {
      {"credit_card", "credit card number: 4539 5787 6362 1486"},
      {"us_ssn", "SSN: 352-07-9759"},
      {"email", "email: t.yamada@kaisha-sample.co.jp"},
      {"jp_passport", "passport no: TH2027213"},
      {"password_assignment", "passwd: Kx9-vTq2Lm+Wz"},
      {"jp_phone", "電話：090-1234-5678"},
      {"credit_card", "カード番号：4539-5787-6362-1486"},
      {"password_assignment", "パスワード：Kx9-vTq2Lm+Wz"}};
  for (const auto& [type, line] : lines) {
    EXPECT_TRUE(found_whole("", backwards(line), "\nthanks", type)) << line;
    EXPECT_TRUE(found_whole("the memo:\n", backwards(line), "\n", type)) << line;
  }
}

TEST(Turned, FindsValuesMovedOnWithTheirLabels) {
  const std::pair<std::string, std::string> lines[] = {
      {"us_ssn", "social security number: 352-07-9759"},
      {"jp_passport", "passport number: TH2027213"},
      {"password_assignment", "password: Kx9-vTq2Lm+Wz"},
      {"date_of_birth", "date of birth: 1970年4月4日"},
      {"generic_secret_high_entropy", "api_token: " + chance(kBase62, 40, 3)}};
  for (const auto& [type, line] : lines) {
    EXPECT_TRUE(found_whole("ebg13: ", rot13(line), "\n", type)) << line;
    EXPECT_TRUE(found_whole("", rot13(line), "", type)) << line;
  }
}

TEST(Turned, WordsBehindAColonAreLeftAlone) {
  EXPECT_EQ(shown("cache.fetch key :on => 4539 5787 6362 1487, :let => 1, :yek", 0), "");
}

TEST(Turned, KnowsOldKeysOfOpenAiByTheirMiddle) {
  const std::string key = "sk-" + chance(kBase62, 20, 4) +
                          "T3Blbk"
                          "FJ" +
                          chance(kBase62, 20, 6);
  EXPECT_TRUE(found_whole("key ", std::string(key.rbegin(), key.rend()), "\n", "openai_api_key"));
  const std::string moved = rot13(key);
  EXPECT_TRUE(found_whole("key ", moved, "\n", "openai_api_key"));
}

}  // namespace
}  // namespace sekisho::filters
