// Numbers of papers and accounts, as they stand in prompts, tables, JSON and forms.

#include <gtest/gtest.h>

#include "tests/filters/values/marked_text.h"

namespace sekisho::filters {
namespace {

TEST(CorporateNumberText, IsFoundByNameOrAsInvoiceIssuer) {
  expect_marked(
      "jp_corporate_number",
      {"法人番号 ⟦5835678256246⟧", "法人番号：⟦5-8356-7825-6246⟧", "登録番号: ⟦T5835678256246⟧",
       "インボイスの⟦T5835678256246⟧を確認", "corporate number ⟦7123456789012⟧",
       "{\"corporate_number\":\"⟦5835678256246⟧\"}", "{\"corporateNumber\": ⟦5835678256246⟧}",
       "会社名,法人番号,電話\nA社,⟦5835678256246⟧,-\nB社,⟦7123456789012⟧,-",
       "⟦5835678256246⟧（法人番号）"});
  expect_none("jp_corporate_number",
              {"法人番号 5835678256247", "T5835678256247", "JAN 5835678256246", "5835678256246",
               "法人番号 58356782562461", "AT5835678256246", "created_at 1700000000000"});
}

TEST(DriverLicenceText, NeedsAWordForLicences) {
  expect_marked(
      "jp_driver_license",
      {"運転免許証番号 ⟦309012345620⟧", "免許証番号：第⟦309012345620⟧号",
       "免許証No. ⟦309012345620⟧", "運転免許証 ⟦3090-1234-5620⟧", "driver license: ⟦309012345620⟧",
       "Driver's License Number ⟦309012345620⟧", "{\"driver_license\": \"⟦309012345620⟧\"}",
       "{\"driverLicenseNumber\":\"⟦309012345620⟧\"}",
       "氏名,免許証番号\n佐藤,⟦309012345620⟧\n鈴木,⟦309012345623⟧"});
  expect_none("jp_driver_license",
              {"運転免許証番号 309012345630", "309012345620", "免許証番号 009012345620",
               "伝票番号 309012345620", "免許証の期限は2026年12月"});
}

TEST(PassportText, IsFoundByNameOrByItsZone) {
  expect_marked("jp_passport",
                {"旅券番号 ⟦TZ8304729⟧", "パスポート番号：⟦MU5820416⟧",
                 "パスポート（⟦TZ8304729⟧）を紛失", "passport no. ⟦TZ8304729⟧",
                 "{\"passport_number\":\"⟦TZ8304729⟧\"}", "{\"passportNumber\":\"⟦TZ8304729⟧\"}",
                 "氏名,旅券番号,国籍\n佐藤,⟦TZ8304729⟧,日本\n鈴木,⟦MU5820416⟧,日本",
                 "⟦P<JPNSATO<<HANAKO<<<<<<<<<<<<<<<<<<<<<<<<<<<\nTZ83047295JPN8504124F3011032<<<<<<"
                 "<<<<<<<<<6⟧",
                 "MRZ: ⟦TZ83047295JPN8504124F3011032<<<<<<<<<<<<<<<6⟧"});
  expect_none("jp_passport", {"TZ8304729", "旅券番号 TR1234567", "品番 TZ8304729",
                              "パスポート 8304729", "TZ83047295JPN8504125F3011032<<<<<<<<<<<<<<<6",
                              "passport TZ83047291", "passport ATZ8304729"});
}

TEST(ResidenceCardText, NeedsAWord) {
  expect_marked(
      "jp_residence_card",
      {"在留カード番号 ⟦UF93482715JA⟧", "在留カード：⟦UF 93482715 JA⟧",
       "特別永住者証明書 ⟦UF93482715JA⟧", "residence card number ⟦UF93482715JA⟧",
       "{\"residence_card\": \"⟦UF93482715JA⟧\"}", "{\"residenceCardNumber\": \"⟦UF93482715JA⟧\"}",
       "氏名,在留カード番号\nLi,⟦UF93482715JA⟧"});
  expect_none("jp_residence_card", {"UF93482715JA", "在留カード AB12345678CD", "型番 UF93482715JA",
                                    "在留カード UF9348271JA", "在留カード XUF93482715JA"});
}

TEST(PensionNumberText, NeedsAWord) {
  expect_marked(
      "jp_pension_number",
      {"基礎年金番号 ⟦4321-567890⟧", "基礎年金番号：⟦4321567890⟧", "年金手帳 ⟦4321 567890⟧",
       "pension number: ⟦4321-567890⟧", "{\"pension_number\":\"⟦4321-567890⟧\"}",
       "{\"pensionNumber\":\"⟦4321-567890⟧\"}", "{\"基礎年金番号\":\"⟦4321-567890⟧\"}",
       "氏名,基礎年金番号\n佐藤,⟦4321-567890⟧\n鈴木,⟦5512-048273⟧"});
  expect_none("jp_pension_number",
              {"年金ダイヤル 0570-055165", "型番 4321-567890", "4321-567890",
               "基礎年金番号 4321-56789", "基礎年金番号 4321-5678901", "年金相談 0120-123456"});
}

TEST(HealthInsuranceText, IsTheInsurerOrSymbolAndNumber) {
  expect_marked(
      "jp_health_insurance",
      {"保険者番号 ⟦06130017⟧", "保険者番号：⟦138016⟧", "{\"insurer_number\":\"⟦06130017⟧\"}",
       "{\"保険者番号\": \"⟦06130017⟧\"}", "氏名,保険者番号\n佐藤,⟦06130017⟧\n鈴木,⟦33120015⟧",
       "健康保険証の記号・番号: ⟦21700023・1234⟧", "被保険者証 記号 ⟦21700023 番号 56⟧",
       // The three numbers beside each other are enough.
       "次は⟦06271340（記号634－番号2271⟧）です", "⟦06271340(記号634-番号2271⟧)",
       "⟦39225578 記号・番号 819・792686⟧", "⟦63082853 記号:6157 番号:093 枝番:03⟧",
       "<td>⟦01268028 記号 5561 番号 4967⟧</td>", "⟦138016（記号21・番号3456⟧）",
       // Eight digits by a word for the card.
       "hokensho=⟦06271340⟧", "\"health-insurance\": \"⟦06271340⟧\"", "ﾎｹﾝｼｬ番号：⟦06271340⟧",
       "Insurer No.: ⟦06271340⟧", "保険証\n⟦06271340⟧"});
  expect_none("jp_health_insurance",
              {"保険者番号 06130018", "保険者番号 20240401", "06130017", "記号 12 番号 345",
               "06271341（記号634－番号2271）", "123456 記号 10530 番号 12345671",
               "保険証 06271341", "保険者番号は8桁です", "ゆうちょ銀行 記号 10530 番号 12345671"});
}

TEST(BankAccountText, NeedsWordsForBanks) {
  expect_marked(
      "jp_bank_account",
      {"口座番号 ⟦7391824⟧", "振込先：みずほ銀行 丸の内支店 普通 ⟦7391824⟧",
       "三井住友銀行 新宿支店（店番221）普通預金 口座番号：⟦7391824⟧",
       "横浜信用金庫 本店 当座 ⟦0820391⟧",
       "口座は普通⟦7391824⟧、名義はサトウ ハナコです。振込先として登録",
       "{\"bank\":\"みずほ銀行\",\"branch\":\"丸の内\",\"account_number\":\"⟦7391824⟧\"}",
       "{\"bankName\":\"MUFG\",\"accountNumber\":\"⟦7391824⟧\"}", "Bank account number: ⟦7391824⟧",
       "氏名,銀行名,口座番号\n佐藤,みずほ銀行,⟦7391824⟧\n鈴木,りそな銀行,⟦8203915⟧",
       "口座番号\n⟦7391824⟧", "ゆうちょ銀行 記号 ⟦10530 番号 12345671⟧",
       "ゆうちょ 記号番号：⟦11940-28317461⟧", "ゆうちょ銀行 ⟦10530-12345671⟧",
       "郵便振替口座 ⟦00150-3-482915⟧", "振込口座 ⟦0001-123-7391824⟧"});
  expect_none("jp_bank_account",
              {"普通 7391824", "郵便番号 1000001", "注文番号 7391824", "口座番号 73918245678",
               "普通列車1234567", "銀行の普通預金は1234567件", "account number: 7391824",
               "ゆうちょ 記号 10530 番号 12345672", "口座番号は7桁です", "口座番号 1111111",
               "10530-12345671", "支店の電話 03-1234-5678"});
}

TEST(IbanText, IsFoundWithAndWithoutSpaces) {
  expect_marked(
      "iban", {"IBAN: ⟦DE02 1203 0000 0000 2020 51⟧", "⟦GB94BARC10201530093459⟧ に送金",
               "{\"iban\":\"⟦FR7630006000011234567890189⟧\"}",
               "iban ⟦NL02ABNA0123456789⟧ BIC ABNANL2A", "name,iban\nMary,⟦DE02120300000000202051⟧",
               // its last three fours are a number of a person, too
               "個人番号 なし, iban: ⟦PL98 7272 0451 6462 3544 6175 2159⟧"});
  expect_none("jp_my_number", {"個人番号 なし, iban: PL98 7272 0451 6462 3544 6175 2159"});
  expect_none("iban", {"DE02 1203 0000 0000 2020 52", "IBAN DE89 3704 0044 0532 0130 00",
                       "GB82WEST12345698765432", "XX02120300000000202051",
                       "DE02120300000000202051X", "ADE02120300000000202051"});
}

TEST(SsnText, NeedsAWordOrItsLabel) {
  expect_marked("us_ssn",
                {"SSN ⟦536-22-8145⟧", "Social Security Number: ⟦536-22-8145⟧", "ssn=⟦536228145⟧",
                 "{\"ssn\": \"⟦536-22-8145⟧\"}", "ソーシャルセキュリティ番号は⟦536-22-8145⟧です",
                 "name,ssn\nMary,⟦536-22-8145⟧\nJohn,⟦219-45-6781⟧",
                 "social security number is ⟦536 22 8145⟧"});
  expect_none("us_ssn", {"536-22-8145", "SSN 078-05-1120", "SSN 123-45-6789", "SSN 000-12-3456",
                         "SSN 666-12-3456", "SSN 912-34-5678", "SSN 536-00-8145", "SSN 536-22-0000",
                         "SSN 536-22-81456", "part 536-22-8145"});
}

TEST(Labels, SayWhatANumberIsWhateverSignsPartIt) {
  expect_marked("jp_residence_card",
                {"residence card number: ⟦UF.93.48.27.15.JA⟧", "在留カード番号：⟦U.F93482715J-A⟧",
                 "residence card number is ⟦UF - 9 - 3 - 4827 - 15JA⟧ today"});
  expect_marked("jp_passport", {"旅券番号=⟦TZ–83–04729⟧", "旅券番号：⟦TZ83\u00A004729⟧",
                                "旅券番号は⟦TZ-83 04729⟧です",
                                "# passport number\nsettings[\"v\"] = \"⟦T--Z8--3--0--4729⟧\""});
  expect_marked("us_ssn", {"社会保障番号(SSN)：⟦53~62~2814~5⟧",
                           "social security number: ⟦5-362281 45⟧", "| SSN | ⟦53,6,22,814,5⟧ |"});
  expect_marked("iban", {"IBAN=⟦DE.02.12.03.00.00.00.00.20.20.51⟧",
                         "送金先IBAN: ⟦D~E02~1203000~0000020~2051⟧"});
  expect_marked("jp_health_insurance",
                {"保険者番号 (健康保険証): ⟦0613 / 0 / 017⟧", "保険者番号は⟦06.1300.17⟧です"});
}

TEST(Labels, SayNothingOfDatesAndFiguresBehindThem) {
  expect_none("jp_passport", {"旅券: JP 2026-11-5", "旅券番号 TZ 12, 345 6-7",
                              "passport,TZ8,304729", "passport\tTZ8\t304729"});
  expect_none("us_ssn",
              {"SSN: 2026-11-05 9", "SSN: 10:20:30.123", "SSN 12,345,678", "SSN 5.36.22.81456"});
  expect_none("jp_health_insurance", {"保険者番号: 06.13-00 17", "保険者番号: 2026/11/05"});
  expect_none("jp_residence_card", {"在留カード UF 2026-11-05 NO"});
  expect_none("iban", {"IBAN=DE.02.12.03.00.00.00.00.20.20.52"});
}

TEST(InternationalPhoneText, IsAPlusAndANumberOfItsCountry) {
  expect_marked(
      "phone_international",
      {"⟦+44 20 7946 0958⟧", "call ⟦+1 (415) 867-5309⟧ now", "電話：⟦+886 2 2345 6789⟧",
       "⟦+49-30-901820⟧", "⟦+442079460958⟧", "⟦+44 (0)20 7946 0958⟧",
       "{\"phone\":\"⟦+14158675309⟧\"}", "⟦+86 138 1234 5678⟧", "⟦+65 6123 4567⟧、折り返し"});
  expect_none("phone_international",
              {"2026-11-25T09:00:00+09:00", "+1 415-555-0132", "+81 90-1234-5678", "+1 for this",
               "1.5e+12345678901", "a+442079460958", "+999 1234 56789", "++442079460958"});
}

TEST(TestCard, IsToldAsSuchAndSure) {
  expect_marked("credit_card_test", {"⟦4242 4242 4242 4242⟧", "card ⟦4111111111111111⟧"});
  expect_none("credit_card", {"4242 4242 4242 4242", "card 4111111111111111"});
}

TEST(Columns, TheHeadingSaysWhatANumberIs) {
  const char* table =
      "顧客名,電話番号,個人番号,注文番号\n"
      "佐藤,0312345678,787789328790,217421809673\n";
  EXPECT_EQ(values_of("jp_my_number", table), std::vector<std::string>{"787789328790"});
  EXPECT_EQ(values_of("jp_phone", table), std::vector<std::string>{"0312345678"});
  const char* other =
      "顧客名\t注文番号\tマイナンバー\n"
      "佐藤\t787789328790\tなし\n";
  EXPECT_EQ(values_of("jp_my_number", other), std::vector<std::string>{});
}

// A label on the line above is not asked about what has a name of its own.
TEST(Labels, TheValuesOwnNameSaysWhatItIs) {
  EXPECT_EQ(shown("免許証No.: 400175983600\nIBAN　DE79 8329 2684 8201 7970 04"),
            "jp_driver_license[400175983600] iban[DE79 8329 2684 8201 7970 04]");
  EXPECT_EQ(shown("pension number: 6580-331659\ncontact number: 011-600-4552"),
            "jp_pension_number[6580-331659] jp_phone[011-600-4552]");
  EXPECT_EQ(shown("credit card: 3471 515023 98715\ndriver's license no.: 629862606981"),
            "credit_card[3471 515023 98715] jp_driver_license[629862606981]");
  EXPECT_EQ(shown("my_number: 303164019074\nhost_ip: 192.168.131.220"),
            "jp_my_number[303164019074] ip_address_private[192.168.131.220]");
  EXPECT_EQ(shown("在留カードNo. → EH22395685TH\n旅券番号 → TT5062148 に直して"),
            "jp_residence_card[EH22395685TH] jp_passport[TT5062148]");
  EXPECT_EQ(shown("- お誕生日 → 回答しない\n- 次回は2026-01-17"), "");
}

TEST(Labels, AreKeysOfDatabasesToo) {
  EXPECT_EQ(shown("INFO register license_no=531244737360 result=ok"),
            "jp_driver_license[531244737360]");
  EXPECT_EQ(shown("menkyo_bango: 301298797220"), "jp_driver_license[301298797220]");
  EXPECT_EQ(shown("invoice_reg_no: \"2696611930270\""), "jp_corporate_number[2696611930270]");
  EXPECT_EQ(shown("id,employee_ssn\n1,226-29-8312\n2,368-28-7830"),
            "us_ssn[226-29-8312] us_ssn[368-28-7830]");
}

TEST(Columns, EveryRowOfALongTableIsFound) {
  std::string table = "氏名,口座番号,電話番号\n";
  for (int i = 0; i < 100; ++i) table += "x," + std::to_string(7391824 + i * 37) + ",0312345678\n";
  EXPECT_EQ(values_of("jp_bank_account", table).size(), 100U);
  EXPECT_EQ(values_of("jp_phone", table).size(), 100U);
}

TEST(InternationalPhoneText, ALineOfAChangeAndAPlaceAreNone) {
  for (const std::string_view text :
       {"-token = None\n+4366627098\n-secret = x", "@@ -1 +1 @@\n- a\n+4723200117\n",
        "US\t+364947-0845057\tAmerica/Kentucky/Monticello", "MO\t+221150+1133230\tAsia/Macau"})
    EXPECT_EQ(shown(text), "") << text;
  EXPECT_NE(shown("+447911123456\n+447911123457\n"), "");
}

}  // namespace
}  // namespace sekisho::filters
