// What people paste that looks like a finding and is none. Beside each kind stands the same value
// where it is one.

#include <gtest/gtest.h>

#include "tests/filters/values/marked_text.h"

namespace sekisho::filters {
namespace {

TEST(CleanPrompts, AColumnOfIdsHoldsSomeThatPassTheCheckOfCards) {
  expect_none("credit_card", {"4532015112830361\n4532015112830366\n4532015112830379\n"
                              "4532015112830387\n",
                              "PO number,total\n4532015112830366,100\n",
                              "ロット\t有効期限\n4532015112830366\t08/26\n"});
  expect_marked("credit_card", {"⟦4532015112830366⟧\n⟦4539578763621486⟧\n⟦4716108999716531⟧\n",
                                "x ⟦4532015112830366⟧ y",
                                "1690000000001 ⟦4532015112830366⟧\n1690000000002\n1690000000003"});
}

TEST(CleanPrompts, ManyDigitsOrFewAreNoCardByThemselves) {
  // Ids of messages and stars; lots with an expiry beside them.
  expect_none("credit_card", {"4051807544456167023", "id 362339511250076793 at noon",
                              "batch:626526030855 expiry:06/25"});
  expect_marked("credit_card", {"card ⟦4051807544456167023⟧", "カード ⟦626526030855⟧"});
}

TEST(CleanPrompts, ADateBehindANumberIsNoExpiry) {
  expect_none("credit_card", {"オーダーNo.,受注日\n4532015112830366,12/29\n"});
  expect_marked("credit_card", {"⟦4532015112830366⟧ 12/29"});
}

TEST(CleanPrompts, AColumnOfIdsInFoursIsNoListOfMyNumbers) {
  expect_none("jp_my_number", {"8619-9197-5051\n8619-9197-5050\n1203-5512-0001\n7730-1002-3344",
                               "物件番号: 8619-9197-5050", "{\"lot\": \"8619-9197-5050\"}",
                               "It has 12 digits, weights 6,5,4,3,2,7,6,5,4,3,2.\n2. My Number"});
  expect_marked("jp_my_number", {"⟦8619-9197-5050⟧\n⟦7877-8932-8790⟧"});
}

TEST(CleanPrompts, ALabelOrAColumnOfAnotherNumberSaysWhatItIs) {
  for (const char* type : {"jp_my_number", "credit_card"}) {
    expect_none(type, {"支払番号: 8619-9197-5050", "支払番号: 4532015112830366",
                       "{\"payment_no\": \"8619-9197-5050\"}", "notification no : 4532015112830366",
                       "RMA id\treason\n8619-9197-5050\tx\n4532015112830366\ty\n",
                       "a,4532015112830366\nb,97318220\nc,602117753912\nd,5530018846\n"});
  }
  expect_marked("jp_my_number", {"番号: ⟦8619-9197-5050⟧", "- 顧客: 佐藤\n  番号: ⟦8619-9197-5050⟧",
                                 "氏名（⟦8619-9197-5050⟧", "識別番号: ⟦8619-9197-5050⟧",
                                 "例の番号は ⟦8619-9197-5050⟧", "my number: ⟦861991975050⟧"});
  expect_marked("credit_card",
                {"番号：⟦4532015112830366⟧", "account number: ⟦4532015112830366⟧",
                 "a,⟦4532015112830366⟧\nb,⟦4539578763621486⟧\nc,⟦4716108999716531⟧"});
}

TEST(CleanPrompts, TheSamePlaceInOtherRowsSaysWhatANumberIs) {
  expect_none(
      "jp_my_number",
      {"<tr><td>8619-9197-5050</td><td>x</td></tr>\n<tr><td>97318220</td><td>y</td></tr>\n"
       "<tr><td>BX60211775</td><td>z</td></tr>",
       "8619-9197-5050 3 26.9kg\n97318220 1 2.0kg\n602117753912 4 1.0kg",
       "８６１９－９１９７－５０５０　可\n９７３１８２２０　良\n６０２１１７７５　可",
       "【RMA】8619-9197-5050 【x】1\n【RMA】97318220 【x】2\n【RMA】602117753912 【x】3",
       "<row><rma>8619-9197-5050</rma></row><row><rma>97318220</rma></row><row><rma>60211775"});
  expect_none("credit_card",
              {"1, 64, 62457, 4532015112830366, 1143417388, 8856237741, 993311",
               "管理連番: 38008698518684\n有効期限: 06/25\n管理連番: 66993957543412\n"
               "有効期限: 05/30\n管理連番: 59901759206791\n有効期限: 03/27",
               "4,532\n015112830366 Globex 01/25"});
  expect_marked("credit_card", {"佐藤 090-8472-1936 ⟦4532015112830366⟧\n鈴木 080-1111-2223 x",
                                "佐藤,09084721936,⟦4532015112830366⟧,1000001",
                                "<td>⟦4532015112830366⟧</td>\n<td>a</td>\n<td>b</td>"});
  expect_marked("jp_my_number", {"佐藤 ⟦8619-9197-5050⟧\n鈴木 ⟦7877-8932-8790⟧\n高橋 なし"});
}

TEST(CleanPrompts, RowsInQuotationMarksAreNotPutTogether) {
  expect_none("credit_card",
              {"\"batch\",\"exp\",\"n\"\n\"9\",\"OK\",\"58\"\n\"202111291079\",\"x\",\"y\""});
  expect_none("person_name_ja", {"\"NH46\",\"名古屋\",\"金沢\"\n\"のぞみ\",\"x\",\"y\""});
  expect_none("jp_my_number", {"{\"n\": \"148\"}\n{\"batch\": \"8619-9197-5050\", \"a\": 1}"});
}

TEST(CleanPrompts, WhatFormsShowAsAnExampleIsNobodys) {
  expect_none("jp_phone", {"電話番号 例）03-1234-5678", "携帯電話 [例: 090-1234-5678]",
                           "<input placeholder=\"例）090-1234-5678\">", "サンプル: 03-1234-5678",
                           "Phone, e.g. 090-1234-5678", "placeholder=\"090-1234-5678\""});
  expect_marked("jp_phone", {"電話番号 ⟦03-1234-5678⟧", "例：⟦090-8472-1936⟧",
                             "症例 ⟦090-1234-5678⟧", "例の件は電話 ⟦03-1234-5678⟧ へ"});
  expect_none("person_name_ja", {"氏名（例: 田中太郎）", "お名前 例）鈴木 太郎",
                                 "placeholder=\"田中 太郎\"", "担当: 例）佐藤 花子"});
  expect_marked("person_name_ja", {"氏名：⟦田中太郎⟧", "例：⟦田中大輔⟧", "事例 ⟦田中太郎⟧ の件"});
  expect_none("jp_postal_address",
              {"住所（例）東京都千代田区丸の内1-1-1", "例: 〒100-0005 東京都千代田区丸の内1-1-1"});
  expect_marked("jp_postal_address",
                {"住所：⟦東京都千代田区丸の内1-1-1⟧", "例: ⟦東京都渋谷区神南1-19-11⟧"});
  expect_none("jp_bank_account", {"口座番号 例：1234567"});
  expect_marked("jp_bank_account", {"口座番号 例：⟦7391824⟧"});
  expect_none("password_assignment", {"パスワード 例: P@ssw0rd123", "パスワード（例：Abcd1234!）"});
  expect_marked("password_assignment", {"パスワード 例: ⟦Kx9vTq2Lm!⟧"});
  expect_none("date_of_birth", {"生年月日 例：1990/01/01", "生年月日（記入例：1990年1月1日）"});
  expect_marked("date_of_birth", {"生年月日 ⟦1990/01/01⟧", "生年月日 例：⟦1987/06/23⟧"});
}

TEST(CleanPrompts, NumbersOfPartsAndCustomsAreNoTelephones) {
  expect_none("jp_phone",
              {"0961-688760\t延長コード", "HSコード: 0897.02.1945", "5259.18.1895\t0873.94.9717",
               "1:00\n6:04\n\n20210815\n17:53", "￥9,510,070  20221222\n千葉銀行",
               "トナー 175,058  868-4022  20260815"});
  expect_none("phone_international",
              {"４６７（－１０）\n５２３（＋８）\n４６９（－５）\n５２５（－３）"});
  expect_marked("jp_phone", {"電話 ⟦0961-688760⟧", "TEL ⟦0466.22.1945⟧", "x ⟦03.3456.7891⟧"});
}

TEST(CleanPrompts, AYearOfBirthIsNoDateOfAnotherDay) {
  expect_none("date_of_birth",
              {"昭和56年生まれは今年何歳？\n2022年7月10日から何日？",
               "昭和41年生まれは今年何歳？ 和暦と西暦の対応表を作って。 2019年7月7日は何曜日"});
  expect_marked("date_of_birth", {"生まれは⟦昭和48年2月11日⟧"});
}

TEST(CleanPrompts, ToTranslateAMarkingIsNotToSetOne) {
  expect_none("confidentiality_label", {"How do you say 社外秘?", "Translate 社外秘 into English.",
                                        "「関係者外秘」の英訳は？", "「社外秘」を英語にして",
                                        "データ分類（極秘・社内・公開等）を定め、",
                                        "この研修の要点。社外秘資料をSNSに上げない"});
  expect_marked("confidentiality_label", {"⟦社外秘⟧\nTranslate this into English."});
}

TEST(CleanPrompts, TwoTownsAreNoName) {
  expect_none("person_name_ja", {"のぞみ３８号　０２：０１　岡山　京都\n", "駅: 名古屋　京都",
                                 "last_name_kana: メールアドレス"});
  expect_marked("person_name_ja", {"担当は⟦岡山 大輔⟧です"});
}

TEST(CleanPrompts, ATableOfPostalCodesIsNobodysAddress) {
  expect_none("jp_postal_address",
              {"572-2926 山口県 福岡市 栄町\n774-7254 鳥取県 熊本市 緑ケ丘",
               "京都市の碁盤の目の通りは上る・下るで表す。", "勤務地 青森県熊本市, 休日 119日"});
  expect_marked("jp_postal_address",
                {"⟦〒150-0041 東京都渋谷区⟧神南", "⟦150-0041 東京都渋谷区神南1-19-11⟧"});
}

TEST(CleanPrompts, TitlesOfBooksAreNoAccountsOfBanks) {
  expect_none(
      "jp_bank_account",
      {"日付\t勘定科目\t借方\n12/12\t当座預金\t8142670\t2,242,336",
       "date\taccount\tcode\n12/12\t当座預金\t8142670\n振込\t普通預金\t2783079",
       "銀行\t種別\t最低預入額\nみずほ銀行\t当座\t8587883", "口座振替の手数料は9001183（税込）",
       "<account>当座預金</account><code>4093993</code><debit>1</debit>",
       "2019.01.19\t水道光熱費\t27\t部品\n1/20\t普通預金\t2783079\t振込手数料"});
  expect_marked("jp_bank_account", {"三井住友銀行 新宿支店 普通 ⟦7391824⟧"});
}

TEST(CleanPrompts, WhereASecretIsKeptIsNoPassword) {
  expect_none("password_assignment",
              {"arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:order-2N2Gex",
               "item|due\npassword policy|2024.10.30", "{ password: 'hunter2' }",
               "\"passwordConfirm\": \"Password\", \"@passwordConfirm\": {}",
               "#4 0xab4c in check_password (pw=0x33bdfbeeb58c \"<optimized out>\")",
               "value: {{ .Values.auth.password | b64enc | quote }}",
               "@param password 平文のパスワード\nimage@2x.png", "平文のパスワード\nusers@v1.2.3",
               "const { password, ...rest } = user;\nmax_tokens=4096, temperature=0.7"});
  expect_marked("password_assignment", {"secret: ⟦Kx9vTq2Lm!⟧", "password: ⟦ab|Kx9vTq2Lm⟧"});
}

TEST(CleanPrompts, ResultsOptionsAndHashesAreNoPasswords) {
  expect_none(
      "password_assignment",
      {"PASS: binutils-all/i386/ibt\nPASS: strip on debug sections", "PASS: a\nPASS: addr2line",
       "http -a user:password :8080/message", "PW: 7,315,312", "PW\t2022/11/06",
       "|1|jYO3iJYdIupwDIODXs9RiwIjses=|b/9Lco5E/Ff5tZ9fp43e3ROm+eQ= ssh-rsa",
       "Pass '-fsanitize=*' flags for GCC", "Pass '-Xassembler=*' to it",
       "podman run --rm -p 8123:80 httpd", "Change lpPassword to lpZipPassword for windll",
       "parse_password_expiring_control to libldap-2.4-2.symbols",
       "(\"password\", 'md5$123abcdef$c8272612932975ee80e8a35995708e80')",
       "userPassword: {SSHA}K6c1eSEcpxiwLqph3yk2JyEHfb0AUGiV", "  pass => 1,\n  @extra,\n);"});
  expect_marked("password_assignment", {"PASS: ⟦Kx9vTq2Lm!⟧", "Password: ⟦-Kx9vTq2Lm⟧"});
  expect_none("generic_secret_high_entropy",
              {"MLKEM768X25519PrivateKey = rust_openssl.hpke.MLKEM768X25519PrivateKey",
               "Projects.APIKeys = api_keys_1.APIKeys;",
               "\"SecretArn\": "
               "\"arn:aws:secretsmanager:us-west-2:123456789123:secret:proxysecret1-Abcd1e\""});
}

TEST(CleanPrompts, WhatManualsAndTablesOfCharactersHoldIsNone) {
  expect_none("email", {"npm diff pkg@2.0.0\n.fi\n.RE", "--user user@example.com\n.RE\n"});
  expect_marked("email",
                {"⟦t.yamada@kaisha-sample\n.co.jp⟧\n", "⟦t.yamada@kaisha-sample.co⟧\n.jp"});
  expect_none("iban", {"fileRef = AD2642EC9380F6A50E666F44"});
  expect_marked("iban", {"IBAN: ⟦DE02120300000000202051⟧", "⟦GB94BARC10201530093459⟧"});
  expect_none("aws_access_key_id", {"| ACCAGTGGGCTCAGTAACGT | 57.2 |"});
  expect_none("jp_phone", {"https://doi.org/10.1111/0081-1750.00098"});
  expect_none("date_of_birth", {"3.3.3 \"Happy Birthday Sophie\" (2012-11-06)"});
  expect_none("confidentiality_label", {"        /// INTERNAL ONLY\n        ///"});
  expect_none("jp_my_number", {"0075 0308 0340 ; [.2217.0024.0002]", "5317 3933 9273\n8D1D 5B5B"});
  expect_none("credit_card", {"5414 5415 5416 5417 20BBF 20BC6"});
}

TEST(CleanPrompts, CodeAndReadsOfSequencersHoldNoAddresses) {
  expect_none("email", {"    end.join\n    @name.info\n", "items.map\n  @user.email",
                        "@M0\nACGT\n+\nJ::FGJGFD:CF,GD@EE.GF,FCFH.A:GB.@H"});
  expect_marked("email", {"⟦t.yamada\n@kaisha-sample.co.jp⟧", "- +\nto ⟦GD@EE.GF⟧"});
}

}  // namespace
}  // namespace sekisho::filters
