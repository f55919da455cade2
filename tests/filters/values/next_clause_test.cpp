// Secrets whose label stands in the clause before.

#include <gtest/gtest.h>

#include "tests/filters/scan_text.h"

namespace sekisho::filters {
namespace {

// "パスワードが漏れたかもしれません。… を無効化": nothing names the value but the clause before.
TEST(Passwords, InTheNextClauseAreFoundByTheirForm) {
  for (const char* text :
       {"パスワードを環境変数に移したい。今はコードに \"⟦33qZvdptZV1g#⟧\" と直書きしています。",
        "ログインパスワードを環境変数に移したい。今はコードに \"⟦Fuji-1392⟧\" と直書きしています。",
        "管理者パスワードに「⟦XtEnfBIcMmkl#⟧」を入力", "パスワードに「⟦velvet-kumo-648⟧」を入力",
        "初期パスワードが漏れたかもしれません。⟦qh0wvNafR4y7ms⟧ を無効化する手順を教えて。",
        "パスワードの件です。今は「⟦sakura2079?Fuji⟧」です"}) {
    std::string whole = text;
    const std::size_t open = whole.find("⟦"), close = whole.find("⟧");
    const std::string value = whole.substr(open + 3, close - open - 3);
    whole.erase(close, 3).erase(open, 3);
    EXPECT_EQ(shown(whole), "password_assignment[" + value + "]") << whole;
  }
  for (const char* text : {"パスワードを忘れました。機種は iPhone15ProMax です",
                           "パスワードを忘れました。スマホは「iPhone15ProMax」です",
                           "パスワードを変えました。PCは「Windows11Pro」を使っています",
                           "パスワードの変更後は ThinkPadX1CarbonGen9 を再起動",
                           "パスワードの要件は「8文字以上」で、2026-11-27T10:00:00 から有効です",
                           "パスワードの変更は https://login.kaisha-sample.jp/Reset2?x=Ab9 から",
                           "パスワードが必要です。v2.15.3-Beta1 を使ってください",
                           "パスワードの検証は validateUserInput2 を見てください",
                           "パスワードを消しました。コミット 3fA9cD27eB41 を見てください",
                           "パスワードが違います。エラーは ORA-01017 です",
                           "パスワードの保存には Argon2id-v1.3 を使う",
                           "パスワードを入れたら「次へ」を押し、「Shift+F10」を押す",
                           "パスワードを忘れた場合は support1@kaisha-sample.jp まで",
                           "パスワードに「password1」は使えません",
                           "パスワードは不要です。ユーザー名に「Tanaka#01」を入力",
                           "パスワードがなければ 192.168.10.254:8443 を開く",
                           "パスワードを決めたら\nqh0wvNafR4y7ms というファイルに"})
    EXPECT_EQ(shown(text).find("password_assignment"), std::string::npos) << text << shown(text);
}

TEST(GenericSecrets, InTheNextClauseAreFoundByTheirRandomness) {
  const std::string value = "naJ3jgpM4M7dPtF6fWUFedLNW0aXQKuyEc6jfuiI", hex = chance(kHex, 40, 3);
  for (const std::string& text :
       {"APIトークンが漏れたかもしれません。" + value + " を無効化",
        "シークレットを環境変数に移したい。今はコードに \"" + value + "\" と直書きしています。",
        "APIキーの件です。GitHub に 「" + value + "」 が残っていました"})
    EXPECT_EQ(shown(text), "generic_secret_high_entropy[" + value + "]") << text;
  EXPECT_EQ(shown("APIトークンが漏れました。" + hex + " を無効化"),
            "generic_secret_high_entropy[" + hex + "]");
  for (const std::string& text :
       {"APIトークンを消しました。コミットは " + value, "APIトークンが要ります。 " + hex + " です",
        "APIトークンが要ります。 " + value + " というファイルに",
        "キーを押すと " + value + " と出る", "ソートキーを直しました。今は \"" + value + "\" です",
        std::string("APIキーの手順は docs/getting-started-2024/GuideForTeams2.md です"),
        std::string("アクセストークンの型は OAuth2AccessTokenResponse2 を使う"),
        std::string("APIキーの権限は 550e8400-e29b-41d4-a716-446655440000 を見る")})
    EXPECT_EQ(shown(text), "") << text;
}

TEST(NextClause, RepeatedTheyTakeLinearTime) {
  for (const std::string_view part :
       {"パスワードを", "APIキーが", "パスワードに「", "トークンを a"}) {
    std::string text;
    while (text.size() < 300000) text += part;
    Findings found;
    Scanner scanner(shipped_set());
    EXPECT_EQ(scanner.scan(text, found), ScanStatus::kDone) << part;
  }
}

}  // namespace
}  // namespace sekisho::filters
