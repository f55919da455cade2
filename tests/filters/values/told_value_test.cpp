// Secrets that forms, tables and remarks put beside their name, with no sign of an assignment.

#include <gtest/gtest.h>

#include "tests/filters/scan_text.h"

namespace sekisho::filters {
namespace {

std::string with(std::string text, const std::string& value) {
  const std::string hole = "⟦⟧";
  text.replace(text.find(hole), hole.size(), value);
  return text;
}

TEST(ToldSecrets, BehindTheirNameInAFormAreFound) {
  for (const std::string form : {"【アクセストークン】⟦⟧",
                                 "■API key\n　⟦⟧",
                                 "webhookの署名シークレット（必須）\n　[ ⟦⟧ ]",
                                 "Q. 署名鍵は？\nA. ⟦⟧ になります",
                                 "- **webhookの署名シークレット**: `⟦⟧`",
                                 "<input type=\"text\" name=\"session_secret\" value=\"⟦⟧\">",
                                 "{\"label\":\"シークレット\",\"value\":\"⟦⟧\"}",
                                 "[{\"項目\":\"共有シークレット\",\"回答\":\"⟦⟧\"}]",
                                 "- 項目: webhookの署名シークレット\n  値: ⟦⟧",
                                 " id | client_secret\n----+----------\n  3 | ⟦⟧\n(1 row)",
                                 "社内APIのキー（⟦⟧）でアクセスできない",
                                 "電話メモ。署名鍵は復唱して ⟦⟧ とのこと。",
                                 "申請書の署名シークレット欄に ⟦⟧ と記入があった。",
                                 "The API key on file is ⟦⟧; can you draft a reply?",
                                 "[14:02] a: 署名シークレット教えてもらえますか\n[14:03] b_t: ⟦⟧",
                                 "bad apiToken [⟦⟧]\n\tat Main.run",
                                 "In [3]: rec[\"client_secret\"]\nOut[3]: '⟦⟧'",
                                 "シークレット ........................ ⟦⟧",
                                 "申込書\nsecret　　⟦⟧　　印",
                                 "共有シークレット;⟦⟧;2026-11-20"}) {
    for (const std::string& value : {chance(kBase62, 32, 3), chance(kHex, 32, 4)})
      EXPECT_EQ(shown(with(form, value)), "generic_secret_high_entropy[" + value + "]") << form;
  }
}

TEST(ToldSecrets, NamedByARemarkBehindThemAreFound) {
  const std::string value = chance(kBase62, 40, 3);
  for (const std::string remark :
       {"⟦⟧ というのが私のアクセストークンです", "⟦⟧ ← 認証キー です。返信文を作って",
        "* ⟦⟧ -- 認証キー (updated last week)", "⟦⟧（API key）", "・⟦⟧ … アクセストークン、確認済"})
    EXPECT_EQ(shown(with(remark, value)), "generic_secret_high_entropy[" + value + "]") << remark;
}

TEST(ToldSecrets, OfOtherThingsAreNone) {
  const std::string value = chance(kBase62, 32, 3);
  for (const std::string& text : std::vector<std::string>{
           "【キー】" + value, "<input name=\"csrf_token\" value=\"" + value + "\">",
           "公開鍵（" + value + "）", value + "（公開鍵）",
           "【アクセストークン】550e8400-e29b-41d4-a716-446655440000",
           "#define SN_id_regToken          \"id-regCtrl-regToken2\"",
           "aes256_set_decrypt_key(&ctx->aes.ctx, secret_key)",
           "docs/setup-2024-11-guide.md（APIキー）"})
    EXPECT_EQ(shown(text), "") << text;
}

TEST(ToldPasswords, BehindTheirNameInAFormAreFound) {
  for (const std::string form :
       {"■ログインPW\n　⟦⟧", "受付票　PW／⟦⟧／担当確認：未", "PW ........................ ⟦⟧",
        "Q. 仮パスワードは？\nA. ⟦⟧ になります", "Wi-Fiのパスワード（必須）\n　[ ⟦⟧ ]",
        "電話メモ。PWは復唱して ⟦⟧ とのこと。", "- 項目: パスフレーズ\n  値: ⟦⟧",
        "<label>pass <input value=\"⟦⟧\"></label>", "申込書\nVPNのパスワード　　⟦⟧　　印",
        "--smtp-pass \"⟦⟧\"", "smtpPass=⟦⟧", "<row><userPw>⟦⟧</userPw></row>",
        "<row><smtp_pass>⟦⟧</smtp_pass></row>", "pasuwaado: ⟦⟧", "pasuwaado -> ⟦⟧"}) {
    for (const std::string value : {"Nane_33012S", "SXwe4#UPbDC", "Kx9-vTq2Lm"})
      EXPECT_EQ(shown(with(form, value)), "password_assignment[" + value + "]") << form;
  }
}

TEST(ToldPasswords, NamedByARemarkBehindThemAreFound) {
  for (const std::string remark :
       {"⟦⟧ というのが私の初期パスワードです", "⟦⟧（password）", "・⟦⟧ … ログインPW、確認済",
        "x = \"⟦⟧\" // PW：", "k = '⟦⟧'; # DB_PASSWORD=\n", "f(\"⟦⟧\"); /* password: */"})
    EXPECT_EQ(shown(with(remark, "Nohi!0236sK")), "password_assignment[Nohi!0236sK]") << remark;
}

TEST(ToldPasswords, CutOverCellsBehindTheirNameAreFound) {
  for (const char* text :
       {"| password | Um_72 | ihn-142hJ0 |\n| 備考 | - | - |\n", "password,Um!,74op,s!085QUe\n",
        "password\tUm_\t29tmh_649AW\tI\n", "DB_PASSWORD;Um!;07tn;t!341lMM\n",
        "\"パスワード\",\"Um!78\",\"zno_737lkU\"\n",
        "<th>パスワード</th><td>Um_</td>\n<td>50ka</td>\n  <td class=\"c\">h-383Xpo</td></tr>",
        "{\"password\": [\"Um!\", \"88\", \"jef-153bFM\"]}",
        "| password | Um_72 | ihn-142hJ0 | 変更済みのもの |\n"})
    EXPECT_NE(shown(text).find("password_assignment[Um"), std::string::npos) << text;
  for (const char* text :
       {"| password | varchar | 64-128 |\n", "password,user_name,2024-01-01\n",
        "password,string,8-32,NOT_NULL\n", "{\"password\": [\"required\", \"min:8\", \"max:64\"]}"})
    EXPECT_EQ(shown(text), "") << text;
}

TEST(ToldPasswords, NamesVersionsAndRulesAreNone) {
  for (const char* text :
       {"パスワード／ISO27001／規程", "Windows11（パスワード）", "ver2.1-Final（パスワードなし）",
        "■パスワード\n　8文字以上", "password_policy\n  Rev2_2024",
        "int PKCS12_newpass(PKCS12 *p12, const char *newpass);",
        "SECStatus PK11_VerifyPW(PK11SlotInfo *slot, char *pw);",
        "#define OBJ_pkcs9_challengePassword    OBJ_pkcs9,7L", "--first-pass \"\""})
    EXPECT_EQ(shown(text), "") << text;
}

TEST(ToldValues, RepeatedNamesTakeLinearTime) {
  for (const std::string_view part :
       {"token\n　", "token（", "x（token）", "というのがtoken）", "キーを教えて\n", "pw ......",
        "secret\n--+--\n| ", "-pass x", "smtpPass= ", "キー <input value=", "password,",
        "password | a", "<th>password</th><td>a</td>", "password\": [\""}) {
    std::string text;
    while (text.size() < 300000) text += part;
    Findings found;
    Scanner scanner(shipped_set());
    EXPECT_EQ(scanner.scan(text, found), ScanStatus::kDone) << part;
  }
}

}  // namespace
}  // namespace sekisho::filters
