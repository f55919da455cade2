// Values of a known form behind their label with signs of any kind between their characters, in
// groups of any size; amounts, days and codes that stand behind the same words are left alone.

#include <gtest/gtest.h>

#include "tests/filters/views/disguise.h"

namespace sekisho::filters {
namespace {

bool found(const std::string& text, const std::string& type) {
  return shown(text).find(type + "[") != std::string::npos;
}

std::vector<Value> labelled() {
  return {
      {"jp_passport", "TZ8304729", "旅券番号", "パスポート passport number"},
      {"jp_residence_card", "UF93482715JA", "在留カード番号", "residence card"},
      {"jp_corporate_number", "5835678256246", "法人番号", "corporate number"},
      {"us_ssn", "536228145", "社会保障番号 SSN", "social security number"},
      {"jp_pension_number", "4321567890", "基礎年金番号", "pension number"},
      {"jp_driver_license", "309012345620", "運転免許証番号", "driver's license no"},
      {"jp_health_insurance", "01442888", "健康保険証 保険者番号", "保険証（コピー） 保険者番号"},
      {"jp_bank_account", "0629297", "みずほ銀行 渋谷支店 普通",
       "みずほ銀行 渋谷支店 普通 口座番号"},
      {"iban", "CH7867334969658930536", "送金先IBAN", "beneficiary IBAN"},
  };
}

// Behind its label in prose, on the next line, in a log.
std::vector<std::string> texts_of(const Value& value, const std::string& written) {
  return {value.label_ja + "は " + written + " です。以上です。", value.label_ja + "：" + written,
          "See below.\n" + value.label_en + ":\n" + written + "\n\nThanks!",
          value.label_en + " is " + written + " (see above)",
          "2026-10-05T19:22:31Z INFO form " + value.label_en + "=" + written + " status=ok"};
}

// Groups of one to three characters, the signs between in turn.
std::string parted(const std::string& text, const std::vector<std::string>& signs,
                   std::size_t first) {
  std::string out;
  std::size_t size = first;
  for (std::size_t at = 0, i = 0; at < text.size(); ++i) {
    if (i > 0) out += signs[i % signs.size()];
    out += text.substr(at, size);
    at += size;
    size = 1 + (i + first) % 3;
  }
  return out;
}

TEST(SignedValues, AreFoundBehindTheirLabelWithSignsOfSeveralKinds) {
  for (const Value& value : labelled())
    for (const std::size_t first : {1U, 2U, 3U})
      for (const auto& signs :
           {std::vector<std::string>{".", " ", "-"}, {"_", "/", "・"}, {" - ", "、", "~", "–"}})
        for (const std::string& text : texts_of(value, parted(value.text, signs, first)))
          EXPECT_TRUE(found(text, value.type)) << text;
}

TEST(SignedValues, AreFoundBehindTheirLabelInBrackets) {
  std::vector<Value> values = labelled();
  values.push_back({"jp_phone", "09053599291", "連絡先電話", "mobile"});
  values.push_back(
      {"jp_my_number", with_my_number_check("98857581968"), "マイナンバー", "My Number"});
  for (const Value& value : values)
    for (const std::size_t first : {1U, 2U, 3U})
      for (const std::string& text : texts_of(value, "(" + parted(value.text, {")("}, first) + ")"))
        EXPECT_TRUE(found(text, value.type)) << text;
}

TEST(SignedValues, AccountsAreFoundInAnyGroups) {
  for (const std::string written :
       {"098/8705", "4853.182", "56・90・32・8", "639-732-7", "3544—644", "1067 - 056",
        "(7537)(7)(51)", "66~47~36~8", "310,7,0,71"})
    for (const std::string& text :
         {"りそな銀行 上野支店 当座 口座番号は" + written + " です。",
          "みずほ銀行 渋谷支店 普通 口座番号:\n" + written + "\n以上です。",
          "三井住友銀行 梅田支店 普通 口座番号 is " + written + " and that is it."})
      EXPECT_TRUE(found(text, "jp_bank_account")) << text;
  EXPECT_TRUE(found("みずほ銀行 渋谷支店 普通=0629297", "jp_bank_account"));
}

TEST(SignedValues, BirthDatesAreFoundInAnyGroups) {
  for (const std::string written : {"19 71-10/16", "1.9.7.1-1016", "(1971)(10)(16)"})
    for (const std::string label : {"生年月日", "date of birth"})
      EXPECT_TRUE(found(label + ": " + written + "\n", "date_of_birth")) << written;
}

TEST(SignedValues, NumbersAbroadAreFoundWithTheSameSignBetweenAllCharacters) {
  for (const std::string number : {"+1 415-660-4636", "+886 976 683 084", "+44 20 7460 5011"})
    for (const std::string sign : {" ", "  ", "　", ", ", "-", "/", "・", "_", "\u00A0"}) {
      std::string written;
      for (const char c : number) written += (written.empty() ? "" : sign) + std::string(1, c);
      for (const std::string label : {"tel: ", "電話は", "call:\n"})
        EXPECT_TRUE(found(label + written + "\n\nThanks!", "phone_international")) << written;
    }
  for (const char* text :
       {"x = a + 1 - 2 + 3 * 4 - 5 + 6 / 7 - 8 + 9 - 1 + 2", "tel: + 4", "+ 4 4"})
    EXPECT_EQ(shown(text), "") << text;
}

TEST(SignedValues, AreFoundBeforeACommentWithTheirLabel) {
  const std::pair<const char*, const char*> kTexts[] = {
      {"us_ssn", "value = '293\t866\t72\t7'  # SSN\n"},
      {"jp_pension_number", "const v = \"1522_016_323\"; // 基礎年金番号\n"},
      {"jp_bank_account", "v = \"639 732/7\"; // みずほ銀行 普通 口座番号\n"},
      {"jp_corporate_number", "v = \"5936 298-948/854\"  -- 法人番号"}};
  for (const auto& [type, text] : kTexts) EXPECT_TRUE(found(text, type)) << text;
  for (const char* text :
       {"v = '2.5/3 4'  # SSN", "v = '1_2', # 普通", "v = '1/2", "v = '1/2'", "'1/2' #"})
    EXPECT_EQ(shown(text), "") << text;
}

TEST(SignedValues, AreFoundBelowACommentWithTheirLabel) {
  const std::pair<const char*, const char*> kTexts[] = {
      {"us_ssn", "# SSN\nvalue = \"3 87 89 938 5\"\nsend(value)\n"},
      {"jp_residence_card", "// residence card no\nconst v = \"WP8･5685729･ML\";\ncall(v);"},
      {"jp_bank_account", "みずほ銀行 渋谷支店 普通 口座番号: 602:3:0:1:2\n"}};
  for (const auto& [type, text] : kTexts) EXPECT_TRUE(found(text, type)) << text;
  for (const char* text : {"# SSN\nv = \"2.5/3 4\"", "SSN\nv = \"1_2\"", "\nv = \"1/2 3\"",
                           "v = \"1/2 3\"", "= \"1/2 3\"", "\"1/2 3\"", "#\n=\"1/2\"",
                           "普通 10:30:15", "普通: 9:30:15", "普通 2026-11-05 10:30:15"})
    EXPECT_EQ(shown(text), "") << text;
}

TEST(SignedValues, AmountsDaysAndCodesBehindTheKindOfAnAccountAreLeftAlone) {
  for (const char* text :
       {"みずほ銀行 渋谷支店 普通 1,234,567円", "みずほ銀行 普通預金 2026/1/28 入金",
        "みずほ銀行の普通郵便 150-0001 渋谷区", "銀行の当座 2026-1-28",
        "みずほ銀行 普通預金: 12.5-13.25% 100/200"})
    EXPECT_EQ(shown(text), "") << text;
}

TEST(SignedValues, LongerNumbersAndOtherFiguresAreLeftAlone) {
  for (const char* text :
       {"SSN format: 3-2-4 digits, 11 characters", "passport 2026.1-2 3/4 (5)(6)",
        "pension 12.3-4.5 67-89 10-11", "birth rates 19.8/20.7 (10)(16)(22)",
        "residence card A4 210x297-10.5", "license 2.0-1.1/3.4 (12)(34)(56)(78)(90)(11)(22)"})
    EXPECT_EQ(shown(text), "") << text;
}

TEST(SignedValues, AreReadToTheEdgesOfTheText) {
  for (const std::string& text : std::vector<std::string>{"SSN (5", "SSN (536)(22", "IBAN(D)(E8)(9",
                                                          "(1)(2)", "A-1-2", "普通(1)(2)(3)"})
    EXPECT_EQ(shown(text), "") << text;
  EXPECT_TRUE(found("SSN (536)(22)(8145)", "us_ssn"));
  EXPECT_TRUE(found("SSN 53.6-2 28145", "us_ssn"));
}

TEST(SignedValues, AreFoundEncodedBehindSoftLineEnds) {
  for (const auto& [type, text] : std::initializer_list<std::pair<std::string, std::string>>{
           {"us_ssn", "SSN: 6=\n06=\n-52-=33869\nThanks!\n"},
           {"jp_passport", "パスポート番号 : TP304=\n=34275\nです\n"},
           {"date_of_birth", "生年月日は 1964/02=\n/17 になります\n"},
           {"date_of_birth", "生年月日は 1964=\n-02-17 になります\n"},
           {"jp_phone", "電話番号:\n07=\n0=\n-4177-=\n5=3454\n"},
           {"password_assignment", "password: vCtV=\nNy-V=A0U&Wm\n"}})
    EXPECT_NE(shown(text).find(type + "["), std::string::npos) << text;
}

TEST(SignedValues, ThePlusOfATelephoneIsNoBlankAmongPercentSigns) {
  for (const std::string text : {"電話は+1%20212-4%37%34%2d%34%31%327 です。",
                                 "tel is +%3886%209%37%36 38%31 90%39 (see above)"})
    EXPECT_NE(shown(text).find("phone_international["), std::string::npos) << text;
}

}  // namespace
}  // namespace sekisho::filters
