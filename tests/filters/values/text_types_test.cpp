#include <gtest/gtest.h>

#include "tests/filters/scan_text.h"

namespace sekisho::filters {
namespace {

TEST(Email, IsFoundAmongTextOfAnyScript) {
  EXPECT_EQ(shown("担当：山田（t.yamada@kaisha-sample.co.jp、内線201）"),
            "person_name_ja[山田] email[t.yamada@kaisha-sample.co.jp]");
  EXPECT_EQ(shown("contact t.yamada (at) kaisha-sample (dot) co.jp"),
            "email[t.yamada (at) kaisha-sample (dot) co.jp]");
  EXPECT_EQ(shown("t.yamada[at]kaisha-sample.co.jp"), "email[t.yamada[at]kaisha-sample.co.jp]");
  EXPECT_EQ(shown("look (at) this.file and meet [at] nine"), "");
  EXPECT_EQ(shown("連絡先はtaro_y+news@mail.kaisha-sample.jpです。"),
            "email[taro_y+news@mail.kaisha-sample.jp]");
  EXPECT_EQ(shown("<mailto:hanako@kaisha-sample.tokyo>."), "email[hanako@kaisha-sample.tokyo]");
  EXPECT_EQ(shown("ends with it: hanako@kaisha-sample.co.jp."),
            "email[hanako@kaisha-sample.co.jp]");
  EXPECT_EQ(shown("連絡先: git@gitmail.jp まで"), "email[git@gitmail.jp]");
  EXPECT_EQ(shown("to user＠kaisha-sample.co.jp"), "email[user＠kaisha-sample.co.jp]");
  EXPECT_EQ(shown("to " + wide("user@kaisha-sample.co.jp")),
            "email[" + wide("user@kaisha-sample.co.jp") + "]");
}

TEST(Email, MayHaveAJapaneseDomain) {
  EXPECT_EQ(shown("メール: ogasawara@北の酒蔵.jp"), "email[ogasawara@北の酒蔵.jp]");
  EXPECT_EQ(shown("to a.b@mail.日本工業.com"), "email[a.b@mail.日本工業.com]");
  EXPECT_EQ(shown("ediaz@山の手ストアー24.co.jpまで"), "email[ediaz@山の手ストアー24.co.jp]");
  EXPECT_EQ(shown("tanaka@営業部.次の件 foo@会議 a@b会議.jpg", 0), "");
}

TEST(Email, IsReadOutInWords) {
  for (const std::string_view text :
       {"taro dot yamada at kaisha-sample dot jp", "taro(dot)yamada[at]kaisha-sample(dot)jp",
        "taro.yamada at kaisha-sample dot jp", "taro.yamada＠kaisha-sample dot jp",
        "taro.yamadaアットマークkaisha-sampleドットjp", "taro.yamada★kaisha-sample.jp",
        "taro.yamada【at】kaisha-sample.jp"}) {
    const Findings found = scan_text(shipped_set(), "連絡先 " + std::string(text) + " です");
    ASSERT_EQ(found.size(), 1U) << text;
    EXPECT_EQ(found[0].type, "email") << text;
    EXPECT_EQ(found[0].range.size(), text.size()) << text;
  }
  for (const std::string_view text :
       {"look at the red dot on the map", "see dot product at example dot com", "★新着★SALE.2026",
        "point A at B dot two"})
    EXPECT_EQ(shown(text), "") << text;
}

TEST(Email, NormalisedFormIsLowerCaseAscii) {
  for (const std::string& text :
       {std::string("Taro@Kaisha-Sample.CO.JP"), wide("taro@kaisha-sample.co.jp")}) {
    const Findings found = scan_text(shipped_set(), text);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].normalised, "taro@kaisha-sample.co.jp");
    EXPECT_EQ(found[0].category, "pii");
  }
}

TEST(Email, IsNotEveryThingWithAnAt) {
  for (const std::string_view text :
       {"set :repo_url, 'git@github.com:acme/widgets.git'",
        "git clone git@gitlab.kaisha-sample.jp:team/app.git",
        "curl https://login:password@api.vendor-sample.jp/v1",
        "npm i @types/node@20.11.5 react@18.2.0 @babel/core@7.24.0",
        "<img src='logo@2x.png' srcset='logo@3x.png 3x'>",
        "@app.route('/x') @pytest.mark.skip user@app.route",
        "Bot <49699333+bot[bot]@users.noreply.github.com>",
        "user@example.com, a@b.test, x@localhost, y@mail.example.org",
        "no-reply@kaisha-sample.co.jp", "a@b", "@kaisha-sample.jp", "x@-kaisha.jp", "x@kaisha..jp",
        "x.@kaisha-sample.jp", "x..y@kaisha-sample.jp", "k@v@kaisha-sample"}) {
    EXPECT_EQ(shown(text, 0).find("email["), std::string::npos) << text;
  }
}

TEST(Email, ALeakedListOfPasswordsIsStillAddresses) {
  EXPECT_EQ(shown("taro@kaisha-sample.co.jp:hunter2"), "email[taro@kaisha-sample.co.jp]");
}

TEST(Email, SampleDomainsAndLoginsAreLow) {
  EXPECT_DOUBLE_EQ(confidence_in("taro@example.co.jp"), 0.40);
  EXPECT_DOUBLE_EQ(confidence_in("ssh deploy@build01.kaisha-sample.net uptime"), 0.40);
}

TEST(Email, PartsHaveLimits) {
  EXPECT_EQ(shown(std::string(65, 'a') + "@kaisha-sample.jp", 0), "");
  EXPECT_EQ(shown(std::string(64, 'a') + "@kaisha-sample.jp"),
            "email[" + std::string(64, 'a') + "@kaisha-sample.jp]");
  EXPECT_EQ(shown("a@" + std::string(64, 'b') + ".jp", 0), "");
}

TEST(PrivateAddress, InsideRangesAreFound) {
  for (const std::string_view address :
       {"10.20.30.40", "172.16.0.9", "172.31.255.1", "192.168.10.20", "100.64.3.4", "169.254.10.1",
        "fd12:3456:789a::1", "fe80::1ff:fe23:4567:890a"}) {
    EXPECT_EQ(shown("host " + std::string(address) + " up"),
              "ip_address_private[" + std::string(address) + "]");
  }
  EXPECT_EQ(shown("バージョン 2026.11.25-0312 / IP 10.20.30.40"),
            "ip_address_private[10.20.30.40]");
  EXPECT_EQ(shown("（ホスト：fe80::1f66:2c4c:84c1:88b8）"),
            "ip_address_private[fe80::1f66:2c4c:84c1:88b8]");
  EXPECT_EQ(shown("http://10.20.30.40:8080/x"), "ip_address_private[10.20.30.40]");
  EXPECT_EQ(shown("scp build.tar.gz deploy@10.20.30.40:/srv/app"),
            "ip_address_private[10.20.30.40]");
}

TEST(PrivateAddress, OthersAreNot) {
  for (const std::string_view text :
       {"8.8.8.8", "172.32.0.1", "192.169.1.1", "100.128.1.1", "10.20.30.256", "10.020.30.40",
        "v10.0.2.5", "version 10.0.2.5", "pkg==10.0.2.5", "1.10.20.30.40", "10.20.30.40.50",
        "127.0.0.1", "192.0.2.7", "203.0.113.9", "feed:beef", "2001:db8::1", "x10.20.30.40"}) {
    EXPECT_EQ(shown(text, 0), "") << text;
  }
}

TEST(PrivateAddress, VersionsAndSectionsAreNot) {
  for (const std::string_view text :
       {"deps: update V8 to 10.2.154.26", "- **deps**: patch V8 to 10.8.168.25 (#45996)",
        "<a name=\"nodes\"></a>10.3.2.1. Structure</h4>", "10.3.2.1. Structure\n10.3.2.2. Nodes"})
    EXPECT_EQ(shown(text), "") << text;
  EXPECT_EQ(shown("nmap -sV 10.2.154.26"), "ip_address_private[10.2.154.26]");
  // A name of one letter.
  EXPECT_EQ(shown("# server ip\nexport V=\"192.168.21.56\"\nmake run"),
            "ip_address_private[192.168.21.56]");
  EXPECT_EQ(shown("# サーバIP\nV=10.2.154.26"), "ip_address_private[10.2.154.26]");
  for (const char* text : {"# of the compiler\nV=10.2.154.26", "server ip\nV=10.2.154.26",
                           "V=10.2.154.26", "\nV=10.2.154.26"})
    EXPECT_EQ(shown(text), "") << text;
  EXPECT_EQ(shown("The DNS moves to 10.2.154.26"), "ip_address_private[10.2.154.26]");
}

TEST(PrivateAddress, DefaultsOfEveryRouterAreLow) {
  EXPECT_DOUBLE_EQ(confidence_in("192.168.0.1"), 0.30);
  EXPECT_DOUBLE_EQ(confidence_in("route 10.0.0.0/8"), 0.30);
}

TEST(Label, MarkingsAreFound) {
  for (const std::string_view text : {"【社外秘】2026年度 中期計画（案）",
                                      "CONFIDENTIAL\nQ3 forecast by region",
                                      "Classification: Confidential / Owner: Finance",
                                      "- 3 - 部外秘 株式会社サンプル",
                                      "極秘",
                                      "〔取扱注意・社外秘〕",
                                      "機密区分：社外秘",
                                      "[Strictly Confidential]",
                                      "INTERNAL USE ONLY",
                                      "見出し\n\n機密性2情報\n調達仕様書（案）",
                                      "Confidential - Internal Use Only",
                                      "*** Internal Use Only ***\n人事異動の案",
                                      "**For Internal Use Only**\n\nbudget",
                                      "// Company Confidential",
                                      "関係者限り\n調査報告書（案）",
                                      "役員限り",
                                      "社内限り",
                                      "【転送厳禁】買収案件",
                                      "複製禁止\n設計図面",
                                      "FOR OFFICIAL USE ONLY",
                                      "TLP: RED",
                                      "Subject: Confidential - Salary review",
                                      "Confidential © 2026 Kaisha",
                                      "\"classification\": \"Confidential\"",
                                      "TLP:RED",
                                      "# 社外秘\n本文",
                                      "厳秘 2026/11",
                                      "㊙ 会議メモ",
                                      "【秘】人事異動案",
                                      "機密性２情報",
                                      "関係者外秘\n",
                                      "Sensitivity: Restricted",
                                      "社外秘_中期計画.xlsx",
                                      "Company Confidential - Draft",
                                      "*** CONFIDENTIAL ***",
                                      "TOP SECRET",
                                      "Plan_CONFIDENTIAL.pptx",
                                      "- 4 - 取扱注意 青空精機",
                                      "For internal use only. Do not forward.",
                                      "Proprietary and Confidential\n\nplan",
                                      "※本資料は営業秘密です。",
                                      "以下は社外秘の資料です。要約してください。",
                                      "この文書は極秘です。"}) {
    EXPECT_NE(shown(text).find("confidentiality_label["), std::string::npos) << text;
  }
}

TEST(Label, TheWordInASentenceIsNoMarking) {
  for (const std::string_view text :
       {"class __shim;  // For internal use only.",
        "/**\n * **Internal use only**\n * x\n */",
        "    // For internal use only",
        "/* These three flags are internal use only. */",
        "複製禁止の規定について教えて",
        "Subject: Confidentiality agreement",
        "Confidential (c)omputing",
        "A confidential client can keep its secret; a public client cannot. "
        "ConfidentialClientApplication.acquireToken()",
        "Azure confidential computing と Confidential VM の違いを教えて",
        "この資料の誤字を直して。\n--\nThis e-mail and any attachment may contain confidential "
        "information. If you are not the intended recipient, delete it.",
        "※本メールには機密情報が含まれる場合があります。誤って受信された場合は破棄してください。",
        "Draft a clause: \"Confidential Information\" means any information disclosed by either "
        "party.",
        "秘密保持契約（NDA）と機密保持の条項を比べて",
        "社外秘とは何ですか",
        "「社外秘」と「極秘」の違いを説明してください",
        "TLP:RED と TLP:AMBER の違いは？",
        "『極秘』、『社外秘』、『部外秘』の三種類があります",
        "社外秘の文書の扱い方を教えてください",
        "「社外秘」と記載された紙はどう捨てますか",
        "Restricted stock units vest over four years.",
        "proprietary software license",
        "confidentiality, integrity, availability",
        "機密性と完全性と可用性",
        "access is restricted to admins",
        "TLP:CLEAR",
        "#define DVD_CGMS_RESTRICTED 3",
        "if the _POSIX_CHOWN_RESTRICTED option is set",
        "Callbacks are for internal use only and never passed on.",
        "This is for package-internal use only, and may change.",
        "文書管理規程では、極秘・社外秘・一般の3区分を定める。",
        "What does TLP:RED mean compared with TLP:GREEN?",
        "割れ物 取扱注意",
        "「取扱注意」のシールはどこで買えますか",
        "「極秘」のはんこを注文したい",
        "「社外秘」のスタンプはどこで売っていますか？"}) {
    EXPECT_EQ(shown(text), "") << text;
  }
}

TEST(Label, IsAllThatAnElementOfHtmlHolds) {
  EXPECT_EQ(shown("<header>Strictly Confidential</header><p>Merger plan</p>"),
            "confidentiality_label[Strictly Confidential]");
  EXPECT_EQ(shown("<h1>Proprietary and Confidential</h1>"),
            "confidentiality_label[Proprietary] confidentiality_label[Confidential]");
  EXPECT_EQ(shown("<option>Confidential</option><a href=\"/x\">Confidential</a>"), "");
  EXPECT_EQ(shown("<p>How we keep data confidential</p>"), "");
  EXPECT_EQ(shown("\\lhead{Strictly Confidential}\n\\rhead{x}"),
            "confidentiality_label[Strictly Confidential]");
  EXPECT_EQ(shown("\\label{confidential}"), "");
}

TEST(Label, HasTheWordsThatSayHowMuch) {
  EXPECT_EQ(shown("Company Confidential\n\nthe plan"),
            "confidentiality_label[Company Confidential]");
  EXPECT_EQ(shown("TLP:AMBER+STRICT\n\nindicators"), "confidentiality_label[TLP:AMBER+STRICT]");
}

TEST(Label, WhatCodeAndLicencesSayIsNoMarking) {
  for (const std::string_view text :
       {"COPYRIGHT, OR OTHER PROPRIETARY RIGHTS. THE UNIVERSITY MAKES", "passphrase: 'top secret',",
        "# for internal use only. It has no leading underscore",
        "dir: Optional[str] = None  #: Private API, internal use only.",
        "Same as enumerate(), but without the lock. Internal use only.",
        "if self > other.  This routine is for internal use only.",
        "##### Useful Constants (internal use only) ###########",
        "Helper for comparison operators, for internal use only.",
        "Description=cryptographic agent and passphrase cache (restricted)",
        "26E0 ; RESTRICTED LEFT ENTRY-1", "'restricted' => 'restrictive'",
        "/** Internal use only. */", "-- (for internal use only)", "\"\"\"(for internal use only)",
        "#define EMPTY 16   /* Internal use only */", "// Internal use only: access the singleton",
        "if (element.getName().equals(\"confidential\")) {"})
    EXPECT_EQ(shown(text), "") << text;
  EXPECT_EQ(shown("Classification: INTERNAL ONLY"), "confidentiality_label[INTERNAL ONLY]");
  EXPECT_EQ(shown("# INTERNAL ONLY"), "confidentiality_label[INTERNAL ONLY]");
  EXPECT_EQ(shown("# Internal Use Only"), "confidentiality_label[Internal Use Only]");
  EXPECT_EQ(shown("/* SAMPLE WORKS. INTERNAL USE ONLY */"),
            "confidentiality_label[INTERNAL USE ONLY]");
  EXPECT_EQ(shown("分類: restricted"), "confidentiality_label[restricted]");
  EXPECT_EQ(shown("classification: 'top secret'"), "confidentiality_label[top secret]");
  EXPECT_EQ(shown("This document is for internal use only."),
            "confidentiality_label[internal use only]");
}

TEST(Label, AmongOtherWordsIsNoMarking) {
  for (const std::string_view text :
       {"const RE = /(社外秘|極秘|部外秘|取扱注意)/g;",
        "words: ['secret', '社外秘', 'api_key']",
        "検出語：[\"極秘\", \"口座番号\"]",
        "| 型 | 件数 | 誤検知 |\n|---|---|---|\n| 社外秘 | 265 | 32 |",
        "・社外秘・極秘・厳秘の違いを社員に周知する。",
        "- 「社外秘」の文書は、書庫に保管する。",
        "ALTER FUNCTION ssl_is_used() PARALLEL RESTRICTED;",
        "ISMSのような機密区分（極秘・秘・社外秘など）を使う",
        "- 極秘(トップシークレット):\n- 損害を与える。\n- 社外秘(コンフィデンシャル):\n",
        "## 3.2 極秘\n\n取締役会が指定した。\n\n## 3.3 社外秘\n",
        "| 区分 | 説明 |\n|---|---|\n| 極秘 | 役員 |\n| 社外秘 | 社員 |",
        "1. Public\n2. Internal Use Only\n3. Confidential\n4. Restricted\n",
        "社外秘文書\n社外秘文書とは、出せないもの。",
        "enum C { PUBLIC, INTERNAL, CONFIDENTIAL, RESTRICTED }",
        "PARALLEL = { SAFE | RESTRICTED | UNSAFE }",
        "<option value=\"secret\">極秘</option>",
        "const L = { confidential: \"社外秘\" };",
        "if (doc.label === \"社外秘\") deny();",
        "case \"極秘\": return 2;",
        "SELECT * FROM d WHERE level = '極秘';",
        "極秘ですか？と聞かれた。",
        "客観的に社外秘であると判断できる情報",
        "【機密性レベル例】",
        "| 項目 | 値 | 備考 |\n|---|---|---|\n|  | 機密情報 | - | |",
        "「公開（Public）」 「社外秘（Internal）」 「秘（Restricted）」 「極秘（Confidential）」 "
        "に分類",
        "（1）機密情報の区分は、極秘、社外秘、公開の3つである。",
        "機密情報の区分（機密・社外秘・一般）をどう説明すればよいですか",
        "区分: 機密、社外秘、一般",
        "区分（極秘・秘・社外秘）を表に",
        "（極秘／社外秘／公開）",
        "{\n  \"pin\": \"暗証番号\",\n  \"confidential\": \"社外秘\",\n  \"name\": \"お名前\"\n}"})
    EXPECT_EQ(shown(text), "") << text;
  for (const std::string_view text :
       {"【社外秘・取扱注意】", "| 区分 | 社外秘 | 版 | 3 |", "{\"classification\": \"社外秘\"}",
        "tags: [\"社外秘\", \"2026年度\"]", "# 社外秘\n\n# 計画", "- 社外秘\n- 2026年度計画\n",
        "極秘ですから外に出さないで", "【極秘】\n【社外秘】", "社外秘 | 12 / 30",
        "以下は「社外秘」の文書です"})
    EXPECT_NE(shown(text).find("confidentiality_label"), std::string::npos) << text;
}

TEST(Email, AUnitOfAServiceAndAPatternAreNone) {
  for (const std::string_view text :
       {"systemctl status getty@tty1.service", "r\"^copilot@github\\.com$\"",
        "assert_equal \"x-www-form-urlencoded\", @request.media_type"})
    EXPECT_EQ(shown(text), "") << text;
  EXPECT_NE(shown("taro\\.yamada\\@kaisha-sample\\.co\\.jp"), "");
}

}  // namespace
}  // namespace sekisho::filters
