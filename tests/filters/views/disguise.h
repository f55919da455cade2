#pragma once

// Values to be disguised, and what a disguised value must give: the same type, over all of the
// disguise.

#include <cstdio>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "filters/views/view_text.h"
#include "tests/filters/scan_text.h"

namespace sekisho::filters {

struct Value {
  std::string type, text, label_ja, label_en;
  bool number = false;
};

inline std::vector<Value> values() {
  const std::string card = with_luhn("453978" + chance(kDigits, 9, 5));
  const std::string my_number = with_my_number_check("7" + chance(kDigits, 10, 9));
  return {
      {"credit_card", in_fours(card, "-"), "カード番号: ", "card number: ", true},
      {"credit_card", card, "クレジットカード ", "credit card ", true},
      {"jp_my_number", my_number, "マイナンバー ", "my number ", true},
      {"jp_phone", "090-1234-5678", "電話 ", "tel ", true},
      {"email", "t.yamada@kaisha-sample.co.jp", "連絡先 ", "mail ", false},
      {"aws_access_key_id", "AKIA" + chance(kBase32, 16, 3), "鍵は ", "the key is ", false},
      {"github_token", "ghp_" + chance(kBase62, 36, 4), "トークン ", "token ", false},
      {"anthropic_api_key", "sk-ant-api03-" + chance(kBase62, 93, 6) + "AA", "APIキー ", "api key ",
       false},
  };
}

using Disguise = std::function<std::string(const std::string&)>;

// Finds `type` over all of `hidden`, wherever that stands; says what was found else.
inline testing::AssertionResult found_whole(std::string_view before, std::string_view hidden,
                                            std::string_view after, std::string_view type,
                                            std::size_t slack = 0) {
  const std::string text = std::string(before) + std::string(hidden) + std::string(after);
  for (const Finding& f : scan_text(shipped_set(), text)) {
    if (f.type == type && f.confidence >= 0.60 && f.range.begin <= before.size() + slack &&
        f.range.end + slack >= before.size() + hidden.size())
      return testing::AssertionSuccess();
  }
  return testing::AssertionFailure() << text << "\n  gave " << shown(text, 0.0);
}

// In a Japanese and an English text.
inline void expect_found(const Value& value, std::string_view technique, const Disguise& disguise,
                         std::size_t slack = 0) {
  const std::string hidden = disguise(value.text);
  EXPECT_TRUE(found_whole("お疲れ様です。経理の件、" + value.label_ja, hidden,
                          " です。確認をお願いします。", value.type, slack))
      << technique;
  EXPECT_TRUE(found_whole("Hi team, see below. " + value.label_en, hidden, " thanks for checking.",
                          value.type, slack))
      << technique;
}

// Each character through `one`.
inline std::string each(std::string_view text, const std::function<std::string(char)>& one) {
  std::string out;
  for (const char c : text) out += one(c);
  return out;
}

inline std::string joined(std::string_view text, std::string_view between) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i > 0) out += between;
    out += text[i];
  }
  return out;
}

inline std::string base64(std::string_view bytes) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    unsigned bits = 0;
    for (std::size_t j = 0; j < 3; ++j)
      bits = bits << 8 | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0u);
    for (std::size_t j = 0; j < 4; ++j)
      out += i + j > bytes.size() ? '=' : kAlphabet[bits >> (18 - 6 * j) & 63];
  }
  return out;
}

inline std::string hex(std::string_view bytes) {
  constexpr std::string_view kDigitsOfHex = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    out += kDigitsOfHex[static_cast<unsigned char>(c) >> 4];
    out += kDigitsOfHex[c & 15];
  }
  return out;
}

inline std::string printed(const char* format, unsigned value) {
  char out[32];
  std::snprintf(out, sizeof out, format, value);
  return out;
}

inline Disguise coded(const char* format) {
  return [format](const std::string& s) {
    return each(s, [format](char c) { return printed(format, static_cast<unsigned char>(c)); });
  };
}

inline std::string in_lines(std::string_view text, std::size_t width) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += width) {
    if (i > 0) out += '\n';
    out += text.substr(i, width);
  }
  return out;
}

}  // namespace sekisho::filters
