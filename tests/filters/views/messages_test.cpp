// Values whose pieces stand in messages one after the other: of a request's JSON, of a transcript,
// of a chat; what looks like it and is not.

#include <gtest/gtest.h>

#include <string>

#include "tests/filters/views/disguise.h"

namespace sekisho::filters {
namespace {

TEST(Messages, ValuesGoOnOverAnAnswerBetween) {
  const std::string border =
      "\"}, {\"role\": \"assistant\", \"content\": \"はい\"}, {\"role\": \"user\", \"content\": \"";
  for (const Value& value : values()) {
    const std::string a = value.text.substr(0, 9), b = value.text.substr(9);
    EXPECT_TRUE(found_whole("[{\"role\": \"user\", \"content\": \"" + value.label_ja,
                            a + border + b, "\"}]", value.type))
        << a;
  }
}

TEST(Messages, NumbersKeepTheirGroups) {
  const std::string border = "\"}, {\"role\": \"user\", \"content\": \"";
  const auto find = [&](const std::string& label, const std::string& a, const std::string& b,
                        std::string_view type) {
    return found_whole("[{\"role\": \"user\", \"content\": \"" + label, a + border + b, "\"}]",
                       type);
  };
  EXPECT_TRUE(find("携帯: ", "090-12", "34-5678", "jp_phone"));
  EXPECT_TRUE(find("カード番号 ", "4539 5787", " 6362 1486", "credit_card"));
  EXPECT_TRUE(find("card ", "3782-822", "463-10005", "credit_card_test"));
}

// Before which no value stands that is one by itself.
std::size_t cut_of(const Value& value) {
  return value.type == "email" ? 12 : 6;
}

TEST(Messages, WordsMayLeadToTheNextPiece) {
  const std::string border = "\"}, {\"role\": \"user\", \"content\": \"";
  for (const char* words :
       {"then ", "and then: ", "and the rest is ", "The rest: ", "the second half is ",
        "followed by ", "continued: ", "後半: ", "続きは ", "残りは、"})
    for (const Value& value : values())
      for (const std::size_t cut : {cut_of(value), value.text.size() / 2})
        EXPECT_TRUE(found_whole("[{\"role\": \"user\", \"content\": \"" + value.label_en,
                                value.text.substr(0, cut) + border + words + value.text.substr(cut),
                                "\"}]", value.type));
}

TEST(Messages, WordsAloneLeadToNothing) {
  EXPECT_EQ(shown("[{\"role\":\"user\",\"content\":\"order 4539 5787\"},"
                  "{\"role\":\"user\",\"content\":\"then 6362 pieces\"}]"),
            "");
  EXPECT_EQ(shown("[{\"role\":\"user\",\"content\":\"wait for 3 minutes\"},"
                  "{\"role\":\"user\",\"content\":\"and the rest is done\"}]"),
            "");
}

TEST(Messages, PartsAreCounted) {
  for (const Value& value : values())
    for (const std::size_t cut : {cut_of(value), value.text.size() / 2}) {
      const std::string label =
          value.label_en.substr(0, value.label_en.find_last_not_of(" :=") + 1);
      EXPECT_TRUE(found_whole(label + " (1/2) ",
                              value.text.substr(0, cut) + "\n(2/2) " + value.text.substr(cut), "\n",
                              value.type));
    }
  EXPECT_TRUE(found_whole("SSN: [1/3] ", "349\r\n[2/3] -87\r\n[3/3] -6633", "\r\n", "us_ssn"));
  EXPECT_TRUE(found_whole("保険者番号 (1/2) ", "333\n(2/2) 88182", "", "jp_health_insurance"));
}

TEST(Messages, PartsAreCountedBelowTheirLabel) {
  for (const Value& value : values()) {
    const std::string& label = value.label_ja;
    const std::string name = label.substr(0, label.find_first_of(" :"));
    const std::size_t cut = cut_of(value);
    const std::string a = value.text.substr(0, cut), b = value.text.substr(cut);
    for (const auto& [one, two] :
         {std::pair("[1/2] ", "[2/2] "), std::pair("(1/2) ", "(2/2) "), std::pair("1/2: ", "2/2: "),
          std::pair("part 1 of 2: ", "Part 2 of 2: ")}) {
      const std::string text = name + "を分けて送ります\n" + one + a + "\n" + two + b + "\n";
      EXPECT_NE(shown(text).find(value.type), std::string::npos) << text;
    }
  }
  EXPECT_NE(shown("phone in pieces\n[1/3] +44 20 79\n[2/3] 46\n[3/3]  0958").find("phone_inter"),
            std::string::npos);
  EXPECT_NE(shown("api_secretを分けて送ります\n1/2: q7Rz2LmX9vTbK4\n2/2: wYc8HsD3nJp6Fg").find("["),
            std::string::npos);
}

TEST(Messages, HalvesAreNamed) {
  for (const Value& value : values()) {
    const std::string name = value.label_en.substr(0, value.label_en.find_last_not_of(" :=") + 1);
    const std::size_t cut = value.text.size() / 2;
    const std::string a = value.text.substr(0, cut), b = value.text.substr(cut);
    for (const char* rest :
         {"and the rest: ", "remaining: ", "Second half: ", "続き: ", "残りは"}) {
      const std::string text = name + " first half: " + a + "\n" + rest + b + "\n";
      EXPECT_NE(shown(text).find(value.type), std::string::npos) << text;
    }
  }
  EXPECT_NE(shown("パスワードの前半は Kz!73\n後半は tui!2x").find("password_assignment"),
            std::string::npos);
  EXPECT_EQ(shown("SSN first half: 349-8\nand so on: 7-6633"), "");
  EXPECT_EQ(shown("password first half: none\nthe rest: later"), "");
}

TEST(Messages, CountedWordsAreNoParts) {
  EXPECT_EQ(shown("[1/2] Compiling main.cpp 3 times\n[2/2] Linking main 2 ways"), "");
  for (const char* text : {"\n(2/2) 7", "1/2\n2/2: 7", "(1/2)\n(2/2) 7", "\n2/2: 7", "\n続き: 9",
                           "first half: \nrest: 12", "(1/2) 1\r\n(2/2) \r\n"})
    EXPECT_EQ(shown(text), "") << text;
  EXPECT_EQ(shown("password (1/2) reset\n(2/2) done"), "");
  EXPECT_EQ(shown("SSN (1/2) 349-87\n(2/3) -6633"), "");
}

TEST(Messages, AnAddressGoesOnWithASignOfItsOwn) {
  EXPECT_TRUE(found_whole("[{\"role\":\"user\",\"content\":\"",
                          "redis://app\"},{\"role\":\"user\",\"content\":\"続きは "
                          ":Xk3pQ9vLm2@db1.kaisha-sample.jp:6379/0",
                          "\"}]", "database_url_with_password"));
}

TEST(Messages, DigitsOfATokenGetNoSign) {
  const std::string token = "xoxb-2041736473583-2647472289179-" + chance(kBase62, 24, 8);
  EXPECT_TRUE(
      found_whole("[{\"role\":\"user\",\"content\":\"Slack: ",
                  token.substr(0, 8) + "\"},{\"role\":\"user\",\"content\":\"" + token.substr(8),
                  "\"}]", "slack_token"));
}

TEST(Messages, TranscriptsGoOnOverAShortAnswer) {
  for (const Value& value : values()) {
    const std::string a = value.text.substr(0, cut_of(value)), b = value.text.substr(cut_of(value));
    EXPECT_TRUE(found_whole("User: " + value.label_en,
                            a + "\nAssistant: はい、続きをどうぞ。\nUser: " + b,
                            "\nAssistant:", value.type))
        << a;
    EXPECT_TRUE(found_whole("ユーザー：" + value.label_ja, a + "\nAI：OK\nユーザー：後半は " + b,
                            "\n", value.type))
        << a;
  }
  EXPECT_EQ(shown("Q: how many rows?\nA: 4539 5787\nQ: and columns?\nA: 6362 1486\n"), "");
}

TEST(Messages, ChatsGoOnBehindTheNextHead) {
  for (const Value& value : values()) {
    const std::string a = value.text.substr(0, cut_of(value)), b = value.text.substr(cut_of(value));
    EXPECT_TRUE(found_whole("[2026-03-04 10:11:12] kenta: " + value.label_en,
                            a + "\n[2026-03-04 10:11:40] kenta: " + b, "\n", value.type))
        << a;
    EXPECT_TRUE(found_whole("kenta  9:41 AM\n" + value.label_ja,
                            a + "\nkenta  9:42 AM\nand the rest is " + b, "\n", value.type))
        << a;
    EXPECT_TRUE(found_whole("中村 [10:57]\n" + value.label_ja,
                            a + "\n小林 [10:59]\n了解\n中村 [11:02]\n" + b, "\n", value.type))
        << a;
  }
}

TEST(Messages, AnybodyMaySpeakTwice) {
  for (const Value& value : values()) {
    const std::string a = value.text.substr(0, cut_of(value)), b = value.text.substr(cut_of(value));
    EXPECT_TRUE(
        found_whole("私：" + value.label_ja, a + "\n私：続きは " + b, "\n以上です。", value.type))
        << a;
    EXPECT_TRUE(found_whole("田中：" + value.label_ja, a + "\n佐藤：はい\n田中：" + b,
                            "\n10:16 由美 あり", value.type))
        << a;
    EXPECT_TRUE(found_whole("10:22\t佐伯\t" + value.label_ja, a + "\n10:23\t佐伯\t残りは " + b,
                            "\n", value.type))
        << a;
  }
  EXPECT_EQ(shown("電話：090-1234\n備考：5678\n番号：4539 5787\n番号：6362\n"), "");
}

// The next message is no further line of a broken value.
TEST(Messages, ATimeIsNoPieceOfANumber) {
  EXPECT_EQ(shown("マイナンバー: 8619 9197\n5050\n10:16 由美 あり\n"),
            "jp_my_number[8619 9197\n5050]");
  EXPECT_EQ(shown("カード番号: 4539 5787 6362 14\\\n86\n9:41 kenta ok\n"),
            "credit_card[4539 5787 6362 14\\\n86]");
}

TEST(Messages, WhatSomebodyElseWritesIsNoPiece) {
  EXPECT_EQ(shown("kenta  9:41 AM\n090-1234\nsato  9:42 AM\n-5678\n"), "");
  EXPECT_EQ(shown("[10:11:12] worker-1: rows 4539578\n[10:11:13] worker-2: 763621486\n"), "");
}

// A value is cut where nothing tells of it as well.
TEST(Messages, ExportsOfChatsGoOnBehindTheFieldsOfAMessage) {
  const auto slack = [](const std::string& text, const std::string& time) {
    return R"({"type": "message", "user": "U02AB", "text": ")" + text + R"(", "ts": ")" + time +
           "\"}";
  };
  const auto teams = [](const std::string& text) {
    return R"({"id": "1", "body": {"contentType": "text", "content": ")" + text + "\"}}";
  };
  const auto role_last = [](const std::string& text, const std::string& role) {
    return R"({"content": ")" + text + R"(", "role": ")" + role + "\"}";
  };
  for (const Value& value : values()) {
    const std::string a = value.text.substr(0, cut_of(value)), b = value.text.substr(cut_of(value));
    const std::string said = value.label_ja + a;
    for (const std::string& text :
         {"[" + slack(said, "1763601120.000200") + ", " + slack("続きは" + b, "1763601155.000300"),
          R"({"value": [)" + teams(said) + ", " + teams("and the rest is " + b),
          R"({"messages": [)" + role_last(said, "user") + ", " + role_last("ok", "assistant") +
              ", " + role_last(b, "user"),
          R"({"systemInstruction": {"parts": [{"text": ")" + said +
              R"("}]}, "contents": [{"parts": [{"text": ")" + b + "\"}]}"})
      EXPECT_NE(shown(text + "]}").find(value.type), std::string::npos) << text;
  }
  EXPECT_EQ(shown(R"([{"id": "4539 5787", "name": "x"}, {"note": "6362 1486", "name": "y"}])"), "");
}

TEST(Messages, EveryKindOfHeadIsKnown) {
  for (const Value& value : values()) {
    const std::string a = value.text.substr(0, cut_of(value)), b = value.text.substr(cut_of(value));
    const std::string said = value.label_ja + a;
    for (const std::string& text :
         {"[2026/11/20 10:12] 情シス\n" + said + "\n\n[2026/11/20 10:13] 情シス\n続きは" + b + "\n",
          "1通目:\n" + said + "\n\n2通目:\n後半：" + b + "\n", "Turn 1: " + said + "\nTurn 2: " + b,
          "Turn 1: " + said + "\nTurn 2: sure\nTurn 3: " + b,
          "<|im_start|>user\n" + said + "<|im_end|>\n<|im_start|>assistant\nok<|im_end|>\n" +
              "<|im_start|>user\n" + b + "<|im_end|>",
          "10:12 <ops> " + said + "\n10:12 <desk> ok\n10:13 <ops> the rest is " + b,
          "10:12 情シス " + said + "\n10:12 総務 はい\n10:13 情シス " + b + "\n"})
      EXPECT_NE(shown(text).find(value.type), std::string::npos) << text;
  }
  EXPECT_EQ(shown("Turn 1: 4539 5787\nTurn 3: 6362 1486\n"), "");
  EXPECT_EQ(shown("10:12 INFO rows 4539 5787\n10:12 INFO 6362 1486\n"), "");
}

TEST(Messages, ThanksAreNoPiece) {
  for (const Value& value : values()) {
    const std::string a = value.text.substr(0, cut_of(value)), b = value.text.substr(cut_of(value));
    EXPECT_TRUE(found_whole("User: " + value.label_en,
                            a + "\nAssistant: got it, go on\nUser: and the rest is " + b,
                            "\nAssistant: thanks", value.type))
        << a;
  }
}

TEST(Messages, APasswordIsKnownByItsNameAndAllOfItsPieces) {
  const std::string password = "Kz_92tmr-460ABV";
  const auto json = [](const std::string& between) { return "\"}, " + between + "\""; };
  const std::string messages =
      json("{\"role\": \"assistant\", \"content\": \"OK\"}, {\"role\": \"user\", \"content\": ");
  for (std::size_t cut = 2; cut < 6; ++cut) {
    const std::string a = password.substr(0, cut), b = password.substr(cut);
    for (const std::string& border :
         {json("{\"type\": \"text\", \"text\": "), json("{\"text\": "), messages,
          messages + "and the rest is ", messages + "残りは "}) {
      EXPECT_TRUE(found_whole("{\"parts\": [{\"text\": \"PW：", a + border + b, "\"}]}",
                              "password_assignment"))
          << border;
    }
    EXPECT_TRUE(found_whole("Human: DB_PASSWORD=", a + "\nAI: はい。\nHuman: 続きは " + b, "\n",
                            "password_assignment"));
    EXPECT_TRUE(found_whole("[14:05] 佐伯: パスワードは", a + "\r\n[14:06] 佐伯: " + b, "\r\n",
                            "password_assignment"));
  }
}

TEST(Messages, WhatFollowsANamedPasswordIsNoPiece) {
  EXPECT_EQ(shown("Human: password: none\nHuman: Node22\n"), "");
  EXPECT_EQ(shown("Human: the password is\nAI: wrong\nHuman: Python3.12\n"), "");
}

}  // namespace
}  // namespace sekisho::filters
