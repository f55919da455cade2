// Values of a known form behind their label that are cut anywhere, over lines, cells, items of a
// list and messages; what does not fill the form, and figures behind labels, are left alone.

#include <gtest/gtest.h>

#include "tests/filters/views/disguise.h"

namespace sekisho::filters {
namespace {

bool found(const std::string& text, const std::string& type) {
  return shown(text).find(type + "[") != std::string::npos;
}

std::vector<Value> labelled() {
  return {
      {"jp_passport", "TZ8304729", "旅券番号", "passport_no"},
      {"jp_residence_card", "UF93482715JA", "在留カード番号", "residence_card_no"},
      {"jp_corporate_number", "T5835678256246", "インボイス登録番号",
       "invoice_registration_number"},
      {"us_ssn", "536-22-8145", "社会保障番号（SSN）", "social_security_number"},
      {"jp_pension_number", "4321-567890", "基礎年金番号", "pension_number"},
      {"jp_driver_license", "309012345620", "運転免許証番号", "driver_license_no"},
      {"date_of_birth", "1971-10-16", "生年月日", "date_of_birth"},
      {"phone_international", "+44 20 7946 0958", "電話（海外）", "phone"},
      {"aws_secret_access_key", "rb23e2qdTqk0Z38pGBe/eoWCXA4VxSGKH31vMsX+", "AWS Secret Access Key",
       "aws_secret_access_key"},
      {"npm_token", "npm_" + chance(kBase62, 36, 4), "npmトークン", "npm_token"},
  };
}

// In two places: the pieces are short, or so short that they say nothing.
template <class Use>
void each_cut(const std::string& value, Use use) {
  for (const std::size_t first : {2U, 4U, 6U})
    for (const std::size_t size : {1U, 3U})
      use(value.substr(0, first), value.substr(first, size), value.substr(first + size));
}

TEST(LabelledValues, AreFoundOverLinesCutAnywhere) {
  for (const Value& value : labelled())
    each_cut(value.text, [&](const auto& a, const auto& b, const auto& c) {
      for (const std::string cut : {"\n", "\r\n", "\n    ", "\n> ", "\\\n"})
        for (const std::string& text :
             {"項目を送ります。\n" + value.label_ja + "：" + a + cut + b + cut + c +
                  "\n以上です。\n",
              "  " + value.label_en + ": \"" + a + cut + b + cut + c + "\"\n  region: tokyo\n"})
          EXPECT_TRUE(found(text, value.type)) << text;
    });
}

TEST(LabelledValues, AreFoundOverNumberedLines) {
  for (const Value& value : labelled())
    for (const std::string sign : {": ", " | ", "\t"}) {
      const std::string text = value.label_ja + "：" + value.text.substr(0, 4) + "\n 124" + sign +
                               value.text.substr(4) + "\nご確認ください。\n";
      EXPECT_TRUE(found(text, value.type)) << text;
    }
}

TEST(LabelledValues, AreFoundOverCellsAndItems) {
  for (const Value& value : labelled())
    each_cut(value.text, [&](const auto& a, const auto& b, const auto& c) {
      for (const std::string& text :
           {value.label_ja + "は " + a + "\t" + b + "\t" + c + "\n",
            "  " + value.label_en + ": [\"" + a + "\", \"" + b + "\", \"" + c + "\"]\n",
            "■ " + value.label_ja + "\n　\"" + a + "\",\"" + b + "\",\"" + c + "\"\n",
            value.label_en + "=| " + a + " | " + b + " | " + c + " |\n",
            "<tr><th>" + value.label_ja + "</th><td><td>" + a + "</td><td>" + b + "</td><td>" + c +
                "</td></td></tr>\n"})
        EXPECT_TRUE(found(text, value.type)) << text;
    });
}

TEST(LabelledValues, AreFoundOverTheCellsOfDrawnTablesAndGrids) {
  const auto padded = [](std::string cell) { return cell.append(10 - cell.size(), ' '); };
  for (const Value& value : labelled()) {
    if (value.text.find(' ') != std::string::npos) continue;
    each_cut(value.text, [&](const auto& a, const auto& b, const auto& c) {
      for (const std::string bar : {"│", "┃", "║"}) {
        const std::string text = bar + " " + value.label_ja + " " + bar + " " + a + " " + bar +
                                 " " + b + " " + bar + " " + c + " " + bar + "\n";
        EXPECT_TRUE(found(text, value.type)) << text;
      }
      if (c.size() > 10) return;
      const std::string grid = "+-----+-----+\n| " + value.label_ja + " | " + padded(a) + " | " +
                               padded(b) + " | " + padded(c) + " |\n+-----+-----+\n";
      EXPECT_TRUE(found(grid, value.type)) << grid;
    });
  }
}

TEST(LabelledValues, AreFoundDownAColumn) {
  for (const Value& value : labelled())
    each_cut(value.text, [&](const auto& a, const auto& b, const auto& c) {
      const std::string text =
          "| " + value.label_en + " |\n|---|\n| " + a + " |\n| " + b + " |\n| " + c + " |\n";
      EXPECT_TRUE(found(text, value.type)) << text;
    });
  EXPECT_EQ(shown("| 普通 |\n|---|\n| 100 |\n| 2000 |\n"), "");
}

TEST(LabelledValues, AreFoundOverCommasBelowHeadingsThatCount) {
  for (const Value& value : labelled()) {
    if (value.text.find(' ') != std::string::npos) continue;
    // No detector reads these in a row of CSV.
    if (value.type == "date_of_birth" || value.type == "aws_secret_access_key") continue;
    each_cut(value.text, [&](const auto& a, const auto& b, const auto& c) {
      for (const std::string head : {"part", "番号"}) {
        const std::string text = "item," + head + "1," + head + "2," + head + "3\n" +
                                 value.label_ja + "," + a + "," + b + "," + c + "\n";
        EXPECT_TRUE(found(text, value.type)) << text;
      }
    });
  }
  EXPECT_EQ(shown("item,open,shut\npassport,TZ8,304729\n"), "");
}

TEST(LabelledValues, AreFoundInARowThatBeginsWithTheirLabel) {
  const std::vector<Value> secrets = {
      {"azure_client_secret", "xBv8Q~YeFtfVp9XKsyhhdmO~Ud3faz9uxt._5kwc", "", "client_secret"},
      {"aws_secret_access_key", "rb23e2qdTqk0Z38pGBe/eoWCXA4VxSGKH31vMsX+", "",
       "aws_secret_access_key"},
      {"azure_storage_key", chance(kBase62, 86, 7) + "==", "", "AccountKey"},
      {"slack_webhook",
       "https://hooks.slack.com/services/T2XQGBGGD/BNAH0EUWZ/" + chance(kBase62, 24, 9), "通知先",
       "webhook"}};
  for (const Value& value : secrets)
    for (const std::string sep : {",", ";", "\t"})
      for (const std::string head : {"", "name"}) {
        const std::string text = (head.empty() ? "" : head + sep + "p1" + sep + "p2\n") +
                                 value.label_en + sep + value.text.substr(0, 13) + sep +
                                 value.text.substr(13, 9) + sep + value.text.substr(22);
        for (const std::string& end : {std::string(), std::string("\n"), "\r\nstate" + sep + "OK"})
          EXPECT_TRUE(found(text + end, value.type)) << text + end;
      }
  EXPECT_TRUE(
      found("| npm_token | npm_bqt7pG5DAzgMwkY | qpVyxSnkoX0e | qwa1FTER | W |", "npm_token"));
}

TEST(LabelledValues, AreFoundOverSemicolons) {
  for (const char* text :
       {"passport no;TZ;8304;7;29;OK", "passport no;TZ;8304;729", "旅券番号;TZ;8304;7;29;OK\n"})
    EXPECT_TRUE(found(text, "jp_passport")) << text;
  EXPECT_TRUE(found("基礎年金番号);4321-567;890;OK", "jp_pension_number"));
  EXPECT_TRUE(found("保険者番号;31;1246;4;7;OK", "jp_health_insurance"));
  EXPECT_TRUE(found("SSN;536;22;8145;OK", "us_ssn"));
}

TEST(LabelledValues, AreFoundOverMessagesOfOneName) {
  for (const Value& value : labelled()) {
    if (value.text.find(' ') != std::string::npos) continue;
    each_cut(value.text, [&](const auto& a, const auto& b, const auto& c) {
      for (const std::string name : {"mori", "Alice"})
        for (const std::string& label : {value.label_ja + " ", value.label_en + ": "}) {
          const std::string text = name + ": " + label + a + "\n" + name + ": " + b + "\n" + name +
                                   ": " + c + "\nbot: ok";
          EXPECT_TRUE(found(text, value.type)) << text;
        }
    });
  }
  for (const char* text : {"passport: TZ83\npassport: 04729\n", "ssn: 53622\nssn: 8145\n",
                           "mori: passport TZ83\nAlice: 04729\n"})
    EXPECT_EQ(shown(text), "") << text;
}

TEST(LabelledValues, PrivateAddressesAreFoundBehindTheirLabel) {
  for (const char* text :
       {"name,p1,p2\nserver ip,1,92.168.222.240\n",
        "<tr><th>サーバIP</th><td>172</td><td>.29.</td><td>90.79</td></tr>",
        "サーバIP 192.168.\n113.199 を登録してください", "【サーバIP】10.6\n2.92.92\n以上です",
        "14:02\tmori\tサーバIP 17\n14:03\tmori\t2.31.212.170\n",
        "\"server_ip\": [\"10.2\", \"0.30.40\"]\n", "| server ip | 10.0 | .0.12 | OK |\n",
        "server ip;10.0;.0.12;OK\n", "mori: server ip 10.2\nmori: 0.30.40\n"})
    EXPECT_TRUE(found(text, "ip_address_private")) << text;
  EXPECT_EQ(shown("server ip: 10.0.0.12\n22 users\n"), "ip_address_private[10.0.0.12]");
  for (const char* text :
       {"clip: 10.0.\n0.12\n", "server ip: 8.8.\n8.8\n", "ip: 10.20.\n30.40.50\n",
        "ip: 10.2.\n30.400\n", "ip: 172.\n32.4.5\n", "ip: 10.02.\n3.4\n", "ip,ms\n10.2,30.4\n"})
    EXPECT_EQ(shown(text), "") << text;
}

TEST(LabelledValues, AreNoRowsOfWordsOrFigures) {
  for (const char* text : {"passport no,TZ,8304,729\n", "普通;100;2000\n",
                           "license no;2024;1200;3400\n", "passport no;name;city\nTZ8;304;729\n",
                           "access key;name;status;department;country;city;page;area;no\n",
                           "client_secret,xBv,8Q~YeFt,fVp9XKsyhhdm\n"})
    EXPECT_EQ(shown(text), "") << text;
}

TEST(LabelledValues, LabelsMayEndWithABracket) {
  for (const char* text : {"item\t番号1\t番号2\n社会保障番号(SSN)\t536-2\t2-8145\n",
                           "\"社会保障番号(SSN)\",\"536-2\",\"2-\",\"8145\"\n"})
    EXPECT_TRUE(found(text, "us_ssn")) << text;
  EXPECT_TRUE(
      found("\"保険者番号 (健康保険証)\",\"3\",\"42\",\"7\",\"0876\"\n", "jp_health_insurance"));
}

TEST(LabelledValues, AreFoundOverACellOfHtmlForEachCharacter) {
  for (const Value& value : labelled()) {
    if (value.text.size() > 30 && value.type != "npm_token") continue;
    std::string cells;
    int number = 0;
    for (const char c : value.text)
      cells += "<td class=\"c" + std::to_string(number++) + "\">" + c + "</td>";
    EXPECT_TRUE(found(value.label_en + ": " + cells + "\n", value.type)) << cells;
  }
}

TEST(LabelledValues, AreFoundOverLineBreaksAndEmptyElementsOfHtml) {
  for (const Value& value : labelled()) {
    if (value.text.find(' ') != std::string::npos) continue;
    each_cut(value.text, [&](const auto& a, const auto& b, const auto& c) {
      for (const std::string more :
           {"<span class=\"sr\"></span>", "<font size=1></font>", "<br>"}) {
        const std::string text =
            value.label_ja + "：" + a + "<br>" + b + more + c + "\n以上です。\n";
        EXPECT_TRUE(found(text, value.type)) << text;
      }
    });
  }
}

TEST(LabelledValues, AreFoundOverMessagesOfAChat) {
  for (const Value& value : labelled()) {
    const std::string text = "[10:53] 営業A: " + value.label_ja + "：" + value.text.substr(0, 6) +
                             "\n[10:54] 営業A: " + value.text.substr(6) +
                             "\n[10:59] 情シス: 確認します。\n";
    EXPECT_TRUE(found(text, value.type)) << text;
  }
}

TEST(LabelledValues, TokensGoOnInTheNextMessageOfAnybody) {
  const std::string token = "xoxb-928439571061-1452700446742-r4Ai0m4I9hqzbA9TJ4t8Smxu";
  EXPECT_TRUE(found("[10:53] 営業A: tokenは " + token.substr(0, 22) +
                        "\n[10:54] 情シス: " + token.substr(22) + "\n[10:59] 営業A: 以上です。\n",
                    "slack_token"));
  EXPECT_TRUE(
      found("管理部 17:32\n連絡先：sasaki_yuko@aozora-\n[10:19] 情シス: foods.jp\n", "email"));
  EXPECT_EQ(shown("[10:53] 営業A: see app@aozora\n[10:54] 情シス: thanks\n"), "");
}

TEST(LabelledValues, TokensGoOnBehindANumberOfTheirLine) {
  const std::string token = "xoxb-928439571061-1452700446742-r4Ai0m4I9hqzbA9TJ4t8Smxu";
  for (const std::string sign : {": ", " | ", "\t"})
    EXPECT_TRUE(found(
        "SLACK_BOT_TOKEN = \"" + token.substr(0, 10) + "\n 157" + sign + token.substr(10) + "\"\n",
        "slack_token"))
        << sign;
}

TEST(LabelledValues, EncodingsAreJoinedOverCellsAndItems) {
  const std::string card =
      base64("card: " + in_fours(with_luhn("453978" + chance(kDigits, 9, 5)), "-"));
  const std::string a = card.substr(0, 9), b = card.substr(9, 7), c = card.substr(16);
  for (const std::string& text : {"card_number = \"" + a + "\t" + b + "\t" + c + "\"\n",
                                  "DATA=[\"" + a + "\", \"" + b + "\", \"" + c + "\"]\n",
                                  "■ データ\n　\"" + a + "\",\"" + b + "\",\"" + c + "\"\n",
                                  "内容: <td>" + a + "</td><td>" + b + "</td><td>" + c + "</td>\n"})
    EXPECT_TRUE(found(text, "credit_card")) << text;
}

TEST(LabelledValues, LinesOfAPatchBeginWithItsSign) {
  EXPECT_TRUE(found("-  passport_no: \"TZ8\n+304\n+729\"\n", "jp_passport"));
}

TEST(LabelledValues, TellOverAllOfTheirPieces) {
  const std::string hidden = "TZ83\n047\n29";
  EXPECT_TRUE(found_whole("旅券番号：", hidden, "\n以上です。\n", "jp_passport"));
}

TEST(LabelledValues, DatesOfErasAndAccountsAreFoundOverCells) {
  for (const char* text :
       {"お誕生日は 昭和43年1\t0\t月\t8\t日\n", "生年月日：昭\t和35\t年8月\t6\t日\n"})
    EXPECT_TRUE(found(text, "date_of_birth")) << text;
  EXPECT_TRUE(found("みずほ銀行 新宿支店 当座 <td>975</td><td>6743</td>\n", "jp_bank_account"));
}

TEST(LabelledValues, AddressesAreFoundOverLines) {
  for (const char* text : {"住所 兵庫県神戸市中央区三宮町6\n    丁目4番19号 メゾン緑302\n",
                           "address=〒460\n-0008 愛知県名古屋\n市中区\n栄6-14-8\n\tat app.Repo\n"})
    EXPECT_TRUE(found(text, "jp_postal_address")) << text;
}

TEST(LabelledValues, AddressesMayBeBrokenBetweenTwoKanji) {
  for (const char* text : {"　住所 兵庫県神戸市\n    中央区三宮町6\n    丁目4番19号 メゾン緑302\n",
                           "address = \"宮\n城県仙台市青葉区中\n央7丁目10番28号\"\n"})
    EXPECT_TRUE(found(text, "jp_postal_address")) << text;
  EXPECT_EQ(shown("　住所は 東京都\n第7条 原因は設定の漏れでした。\n　追跡番号：6463-3565-2093\n"),
            "");
}

TEST(LabelledValues, MayHaveASignBetweenAllOfTheirCharacters) {
  EXPECT_TRUE(found("driver_license_no: \"3・0\",\"・\",\"9・0・1・2・\",\"3・4・5・6・2・0\"\n",
                    "jp_driver_license"));
  EXPECT_TRUE(found("<passport_no>T Z 8 \n3 0 4 7 2 9</passport_no>\n", "jp_passport"));
}

TEST(LabelledValues, TagsAndTypesOfCodeMayStandBeforeThem) {
  EXPECT_TRUE(found("<passport_no>TZ83\n047\n29</passport_no>\n", "jp_passport"));
  EXPECT_TRUE(found("export const ssn: string = \"536-2\t2-8145\";\n", "us_ssn"));
}

TEST(LabelledValues, AnythingThatABackslashContinuesIsOneWord) {
  EXPECT_TRUE(found("invalid record password=5JG\\\nJ\\\nwk\\\nUQmvh204\n", "password_assignment"));
  EXPECT_TRUE(found("> secret key: u9q8Q0tAk\\\n> PZH0mvvmS0yE4GTTxczaueCcHycto5JlFT\n",
                    "generic_secret_high_entropy"));
  EXPECT_EQ(shown("cc -O2 -o main \\\n  main.c \\\n  util.c\n"), "");
}

TEST(LabelledValues, WhatDoesNotFillTheFormIsNone) {
  for (const char* text :
       {"旅券番号：TZ83\n0472\n以上です。\n", "旅券番号：TZ83\n047291\n", "部品番号：TZ83\n04729\n",
        "生年月日：1971-1\n3-16\n", "生年月日と受付\n1971\n10\n16\n",
        "在留カード番号,旅券番号\n123,456\n", "passport: yes\nphone: 12\nssn: 3\ntel: 4\n",
        "電話：（非公開）\n03\n12\n", "SSN | 12 | 34 | 5 |\n", "address: 10\n20\n30\n"})
    EXPECT_EQ(shown(text), "") << text;
}

TEST(LabelledValues, WholeValuesBesideEachOtherStayTwo) {
  const std::string text = "旅券番号\tTZ8304729\tMU5820416\n";
  EXPECT_TRUE(found_whole("旅券番号\t", "TZ8304729", "\tMU5820416\n", "jp_passport"));
  EXPECT_EQ(shown(text).find("TZ8304729\tMU"), std::string::npos);
}

TEST(LabelledValues, GoOnInTheNextMessage) {
  EXPECT_TRUE(
      found_whole("{\"ts\": \"17.0\", \"user\": \"U04\", \"text\": \"保険者番号 (健康保険証): ",
                  "3338\"}\n{\"ts\": \"17.1\", \"user\": \"U04\", \"text\": \"8182", "\"}",
                  "jp_health_insurance"));
  EXPECT_TRUE(found_whole("{\"role\": \"user\", \"content\": \"基礎年金番号: ",
                          "3352-0965\"}, {\"role\": \"user\", \"content\": \"88", "\"}",
                          "jp_pension_number"));
  EXPECT_TRUE(found_whole("User: SSN: ", "256-48\nAssistant: OK.\nUser: -3934", "\nAssistant: OK.",
                          "us_ssn"));
}

TEST(LabelledValues, StandBelowALabelInAMessageOfItsOwn) {
  EXPECT_TRUE(found_whole("10:21\tops\t基礎年金番号\n10:22\tops\t",
                          "401\n10:23\tops\t9-789\n10:24\tops\t679", "\n", "jp_pension_number"));
  EXPECT_TRUE(found_whole("10:21\tops\tdriver license number\n10:22\tops\t",
                          "3092517427\n10:23\tops\t70", "\n", "jp_driver_license"));
  EXPECT_EQ(shown("10:21\tops\tlunch\n10:22\tops\t401\n10:23\tops\t9-789\n"), "");
}

TEST(LabelledValues, AreReadInBase64OverLines) {
  for (const char* gap : {"\n", "\r\n", "\n  "}) {
    EXPECT_TRUE(found_whole("SSN: ", std::string("MTE2LTI3") + gap + "LTMwNDk=", "\n", "us_ssn"));
    EXPECT_TRUE(found_whole("基礎年金番号：", std::string("NTI4MC01") + gap + "OTMyMzU=", "\n",
                            "jp_pension_number"));
  }
  EXPECT_TRUE(found_whole("SSN=> ", "NDY5LTM3\n> LTIxMzk=", "\n", "us_ssn"));
  EXPECT_TRUE(found_whole("社会保障番号(SSN)：", "NTY2LTM5\nLTEyMDk=", "\n", "us_ssn"));
  EXPECT_TRUE(found_whole("保険者番号：", "MzM0MzA2NTM", "\n", "jp_health_insurance"));
  EXPECT_EQ(shown("SSN: MTE2LTI3\nthanks"), "");
  EXPECT_EQ(shown("SSN: Reference\nsection\n"), "");
}

// Random behind the name of a secret, and of no other form.
TEST(LabelledValues, SecretsAreFoundCutAnywhere) {
  const std::string secret = "drdP4ba8PevGlV7OIbipwinj7NWsFgID";
  each_cut(secret, [&](const auto& a, const auto& b, const auto& c) {
    for (const std::string name : {"api_secret", "auth_token", "API_TOKEN", "secret_key"})
      for (const std::string& text :
           {name + ": " + a + "\n" + b + "\r\n> " + c + "\n\nThanks\n",
            "{\"" + name + "\": [\"" + a + "\", \"" + b + "\", \"" + c + "\"], \"n\": 3}",
            "| " + name + " | " + a + " | " + b + " | " + c + " |\n| 備考 | 済 |\n",
            name + ",\"" + a + "\",\"" + b + "\",\"" + c + "\"\n",
            "<tr><th>" + name + "</th><td>" + a + "</td><td>" + b + "</td><td>" + c + "</td></tr>",
            "User: " + name + ": " + a + "\nUser: " + b + "\nUser: " + c + "\n",
            "[10:11] ops: " + name + " " + a + "\n[10:12] ops: " + b + "\n[10:13] ops: " + c})
        EXPECT_NE(shown(text).find('['), std::string::npos) << text;
  });
  EXPECT_TRUE(found(R"({"api_secret": ["R93PG8PLJxiSI4JI", "FYoPbwPspw713YJ7"], "n": 2})",
                    "generic_secret_high_entropy"));
}

TEST(LabelledValues, PasswordsAreFoundOverCells) {
  for (const std::string name : {"パスワード", "password", "Password"})
    for (const std::string& text :
         {"| " + name + " | Kz! | 73tui | !2 |\n", name + ",\"Kz!\",\"73tui\",\"!2\"\n",
          name + "\tKz!\t73tui\t!2\n", name + ": | K | z | ! | 7 | 3 | t | u | i | ! | 2 |",
          "<tr><th>" + name + "</th><td>Kz!</td><td>73tui</td><td>!2</td></tr>"})
      EXPECT_TRUE(found(text, "password_assignment")) << text;
  for (const char* text :
       {"| password | Ubuntu | 22 | ok |\n", "| パスワード | 必須 | 8 | 文字以上 |\n",
        "| password | Reset | 2024-10-01 | Yes |\n", "password,\"Summer\",\"Sale\",\"12\"\n",
        "| Password | string | Minimum! | 8 | Aa1 characters |\n"})
    EXPECT_EQ(shown(text), "") << text;
}

TEST(LabelledValues, APlusBelongsToTheGroupsBehindIt) {
  EXPECT_TRUE(found("携帯=| +1 4 | 15  | 933 042 | 7 |\n", "phone_international"));
}

TEST(LabelledValues, WordsBehindTheNameOfASecretAreNone) {
  for (const char* text :
       {"secret_key: none\nb196239d90ce7b02c4a4\n", "api_secret: see\nthe next page 12 of 30\n",
        "{\"api_secret\": [\"read\", \"write\"], \"scopes\": 2}", "auth_token: a\nport: 8080\n",
        "| secret_key | string | required |\n", "api_secret,", "auth_token: x\n",
        "secret: a,\"b\""})
    EXPECT_EQ(shown(text), "") << text;
}

TEST(LabelledValues, ANameIsNoBeginningOfAToken) {
  EXPECT_TRUE(
      found("| field | value |\n|---|---|\n| secret_key | "
            "kCmCnDZw1jmX1OGNNOdiSBILzFMVEl04dfJfgYzL |\n",
            "generic_secret_high_entropy"));
}

TEST(LabelledValues, ASignThatTheBorderTookBelongsToNoCard) {
  EXPECT_TRUE(
      found("[{\"role\":\"user\",\"content\":\"card number 5433-3194\"},"
            "{\"role\":\"user\",\"content\":\"1588-4733 ok\"}]",
            "credit_card"));
}

// What is decoded ends where the message does: the reader of messages must go on.
TEST(LabelledValues, AnEncodingBeforeTheEndOfAMessageIsReadOnce) {
  EXPECT_TRUE(found(
      "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"ご利用カードは "
      "NTQxNiA4MTM0IDI3MTUgNTg5Mw\"}]},{\"role\":\"assistant\",\"content\":\"はい\"}]}",
      "credit_card"));
}

}  // namespace
}  // namespace sekisho::filters
