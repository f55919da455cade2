// Values whose pieces are too short to say what they are: tokens cut within their beginning,
// encodings over cells and wide gaps, lines that break a value behind a hyphen or a mark of their
// own.

#include <gtest/gtest.h>

#include "tests/filters/views/disguise.h"

namespace sekisho::filters {
namespace {

bool found(const std::string& text, const std::string& type) {
  return shown(text).find(type + "[") != std::string::npos;
}

std::string joined(const std::vector<std::string>& pieces, const std::string& before,
                   const std::string& behind) {
  std::string out;
  for (const std::string& piece : pieces) out += before + piece + behind;
  return out;
}

const std::string kToken = "ghp_" + chance(kBase62, 36, 4);
const std::string kKey = "AKIA" + chance(kBase32, 16, 3);

TEST(CutValues, FindsTokensCutWithinTheirBeginningOverCells) {
  for (std::size_t size = 2; size < 5; ++size) {
    const std::vector<std::string> token = {kToken.substr(0, size), kToken.substr(size, 9),
                                            kToken.substr(size + 9)};
    const std::vector<std::string> key = {kKey.substr(0, size), kKey.substr(size)};
    for (const auto& [before, behind] : {std::pair("", "\t"), std::pair("", ","),
                                         std::pair(" ", " |"), std::pair("<td>", "</td>")}) {
      EXPECT_TRUE(found("token," + joined(token, before, behind), "github_token"))
          << size << behind;
      EXPECT_TRUE(found("key," + joined(key, before, behind), "aws_access_key_id"))
          << size << behind;
    }
  }
}

TEST(CutValues, FindsTokensCutWithinTheirBeginningOverLines) {
  for (std::size_t size = 2; size < 5; ++size)
    for (const char* mark : {"\n", "\r\n", "\n- ", "\n// ", "\n; ", "\n-- "}) {
      const std::string text = (mark[1] == '-' && mark[2] == ' ' ? "- " : "") +
                               kToken.substr(0, size) + mark + kToken.substr(size, 9) + mark +
                               kToken.substr(size + 9);
      EXPECT_TRUE(found("トークン\n" + text + "\n", "github_token")) << text;
    }
}

TEST(CutValues, ShortWordsInCellsAndLinesAreNoTokens) {
  EXPECT_EQ(shown("state,AK,IN,NY\nkey,gh,sk,hf\n| AK | IAB2 |\n"), "");
  EXPECT_EQ(shown("the key\nsecret\nof the path\n- gh\n- pr\n- list\n"), "");
}

TEST(CutValues, FindsBase64OverCellsOfAnySize) {
  const std::string coded = base64("GitHub token: " + kToken);
  const std::string row = "| " + coded.substr(0, 13) + " | " + coded.substr(13, 3) + " | " +
                          coded.substr(16, 30) + " | " + coded.substr(46) + " |";
  EXPECT_TRUE(found(row, "github_token")) << row;
  EXPECT_TRUE(found("| a | b |\n|---|---|\n" + row, "github_token")) << row;
}

TEST(CutValues, FindsBase64InGroupsWithTabsOrTwoBlanks) {
  const std::string coded = base64("GitHub token: " + kToken);
  for (const std::string gap : {"\t", "  "})
    for (const std::size_t size : {4U, 5U, 8U, 10U}) {
      std::string text;
      for (std::size_t at = 0; at < coded.size(); at += size)
        text += (at > 0 ? gap : "") + coded.substr(at, size);
      EXPECT_TRUE(found("data: " + text, "github_token")) << text;
    }
}

TEST(CutValues, FindsHexadecimalDigitsWhoseFirstGroupsHoldNoLetter) {
  const std::string digits = hex("Stripe key: AKIA is not, but this is " + kToken);
  for (const std::size_t size : {4U, 8U}) {
    std::string text;
    for (std::size_t at = 0; at < digits.size(); at += size)
      text += (at > 0 ? " " : "") + digits.substr(at, size);
    EXPECT_TRUE(found("The key is " + text + " as discussed.", "github_token")) << text;
  }
}

TEST(CutValues, FindsJapaneseInTurnedWordsOfADump) {
  // カード番号: 4539 5781 … as hexdump prints it.
  const std::string said = "クレジットカード番号: " + with_luhn("453978" + chance(kDigits, 9, 5));
  std::string text;
  for (std::size_t at = 0; at < said.size(); at += 16) {
    text += printed("%07x", static_cast<unsigned>(at));
    for (std::size_t i = at; i < std::min(at + 16, said.size()); i += 2) {
      const auto byte = [&](std::size_t j) {
        return j < said.size() ? static_cast<unsigned char>(said[j]) : 0u;
      };
      text += printed(" %04x", byte(i + 1) << 8 | byte(i));
    }
    text += "\n";
  }
  EXPECT_TRUE(found(text, "credit_card")) << text;
}

TEST(CutValues, FindsBytesAsAssemblersWriteThemThatBeginWithALetter) {
  const std::string said = "カード: " + kToken;
  std::string text;
  for (const char c : said) text += printed("%02Xh ", static_cast<unsigned char>(c));
  EXPECT_TRUE(found("bytes: " + text + "; key", "github_token")) << text;
}

TEST(CutValues, FindsValuesHyphenatedAtALineEnd) {
  const std::string card = with_luhn("453978" + chance(kDigits, 9, 5));
  for (const char* hyphen : {"-", "‐"}) {
    EXPECT_TRUE(found("card: " + card.substr(0, 7) + hyphen + "\n" + card.substr(7), "credit_card"))
        << hyphen;
    EXPECT_TRUE(found("token: " + kToken.substr(0, 17) + hyphen + "\n" + kToken.substr(17) + "\n",
                      "github_token"))
        << hyphen;
  }
}

TEST(CutValues, FindsTokensOverTheLinesOfADocumentInAScript) {
  const std::string text =
      "cat <<EOF | tr -d x\n" + kToken.substr(0, 12) + "\n" + kToken.substr(12) + "\nEOF\n";
  EXPECT_TRUE(found(text, "github_token")) << text;
}

TEST(CutValues, FindsValuesOverLinesWithMarksOfTheirOwn) {
  const std::string card = with_luhn("453978" + chance(kDigits, 9, 5));
  for (const std::string& text :
       {"card " + card.substr(0, 9) + "\n// " + card.substr(9),
        "card " + card.substr(0, 9) + "\n-- " + card.substr(9),
        "@@ -1 +1,2 @@\n+card " + card.substr(0, 9) + "\n+" + card.substr(9),
        " 11  card\n 12  " + card.substr(0, 9) + "\n 13  " + card.substr(9),
        "card " + card.substr(0, 13) + "\n" + card.substr(13, 1) + "\n" + card.substr(14)})
    EXPECT_TRUE(found(text + "\n", "credit_card")) << text;
}

TEST(CutValues, FindsAddressesWhoseDomainIsCutOverCells) {
  for (const char* text :
       {"種別,前半,中\nメール,k.watanabe50@aoba-seiko.c,o.jp\n",
        "連絡先メール,t_sato41@tsuk,umo.com\n", "メール;d.fischer98@kitahama-den;ki.com\n",
        "<tr><th>Email</th><td>k.watan</td>\n<td class=\"c\">abe60@shiosai-</td>\n"
        "<td class=\"c\">foods.co.jp</td></tr>",
        "<td>k.wata</td>\n<td>nabe57</td>\n<td>@aoba-seiko.co.jp</td>",
        "<td>yuta.kondo54@shiosai</td>\n<td>s.</td>\n<td>com</td>"})
    EXPECT_TRUE(found(text, "email")) << text;
}

TEST(CutValues, LeavesHostsBehindAWholeAddressAlone) {
  EXPECT_EQ(shown("user,t.sato@example.co.jp,web.example.com\n").find("web.example"),
            std::string::npos);
  EXPECT_EQ(shown("root@localhost,admin.example.com\n"), "");
}

TEST(CutValues, FindsLoginsOfDatabasesCutBehindTheirScheme) {
  const std::string host = "kTm8sWqz2Rv@pg-main.kaisha-sample.jp";
  for (const std::string& text :
       {"| db | postgresql | ://batch:" + host + ":3306/kintai |\n",
        "| 接続先 | postgres: | //batch:" + host + ": | 3306/orders |\n",
        std::string("<td>postgresql:</td><td>//report:kTm8sWqz2Rv@</td><td>pg-main.kai</td>"),
        "mysql;://app:" + host + "/crm\n"})
    EXPECT_TRUE(found(text, "database_url_with_password")) << text;
}

// The pieces say nothing; the name before the first and the form of all together do.
TEST(CutValues, FindsPasswordsOverLinesBehindTheirName) {
  for (const char* name :
       {"PW：", "password: ", "DB_PASSWORD=", "パスワードは", "the password is "})
    for (const std::string mark : {"\n", "\r\n", "\n    ", "\\\n", " \\\n  ", "\n> ", "\n// "})
      for (std::size_t cut = 2; cut < 6; ++cut) {
        const std::string one = "Kz_" + std::to_string(7) + "2tmr-460ABV";
        const std::string text = name + one.substr(0, cut) + mark + one.substr(cut, 5) + mark +
                                 one.substr(cut + 5) + "\n以上です。";
        EXPECT_TRUE(found(text, "password_assignment")) << text;
      }
}

TEST(CutValues, LinesBelowAPasswordsNameAreNoPieces) {
  EXPECT_EQ(shown("user: root\npassword: none\nhost2\n"), "");
  EXPECT_EQ(shown("password: abc\nNode.js\nPython3\nThanks!\n"), "");
  EXPECT_EQ(shown("pass: no\nUbuntu22\n--\n"), "");
  EXPECT_EQ(shown("Kz!\n73tui!2\n58by1\n"), "");
}

TEST(CutValues, FindsNumbersOverLinesWhereverTheyAreCut) {
  for (const std::string mark : {"\n", "\r\n", "\\\n", " \\\n  ", "\n> ", "\n// ", "\n   "})
    for (const Value& value : values()) {
      if (!value.number) continue;
      for (std::size_t cut = 1; cut + 4 < value.text.size(); cut += 3) {
        const std::string hidden = value.text.substr(0, cut) + mark + value.text.substr(cut, 2) +
                                   mark + value.text.substr(cut + 2);
        EXPECT_TRUE(found(value.label_ja + hidden + "\nERROR job failed\n", value.type)) << hidden;
      }
    }
}

TEST(CutValues, FindsTokensOverThreeLinesBeforeOtherWords) {
  for (const std::string behind : {"\nERROR job failed\n", "\nA: great, thanks\n", "\n以上\n"})
    for (const std::string mark : {"\n", "\r\n", "\\\n", "\n  "})
      for (const std::size_t cut : {1U, 2U, 4U, 15U}) {
        EXPECT_TRUE(found("key: " + kKey.substr(0, cut) + mark + kKey.substr(cut, 3) + mark +
                              kKey.substr(cut + 3) + behind,
                          "aws_access_key_id"))
            << cut << mark << behind;
      }
  EXPECT_TRUE(found("token: ghp_" + kToken.substr(4, 12) + "\\\n  xsm\\\n  " + kToken.substr(19),
                    "github_token"));
}

TEST(CutValues, FindsIbansOverLinesWhereverTheyAreCut) {
  const std::string iban = "DE75 5121 0800 1245 1261 99";
  for (const std::string mark : {"\n", "\r\n", "\\\n", "\n> ", "\n  "})
    for (std::size_t cut = 1; cut + 4 < iban.size(); ++cut)
      EXPECT_TRUE(found("IBAN: " + iban.substr(0, cut) + mark + iban.substr(cut, 3) + mark +
                            iban.substr(cut + 3) + "\nERROR job failed\n",
                        "iban"))
          << cut << mark;
  EXPECT_EQ(shown("337094\nIT43160354\nB\n715076047596\n0190-598695\n"), "");
}

TEST(CutValues, FindsAddressesOfMailOverLinesWhereverTheyAreCut) {
  const std::string mail = "t.yamada@kaisha-sample.co.jp";
  for (const std::string mark : {"\n", "\r\n", "\\\n", "\n> ", "\n  "})
    for (std::size_t cut = 2; cut + 3 < mail.size(); ++cut)
      EXPECT_TRUE(found("mail: " + mail.substr(0, cut) + mark + mail.substr(cut, 2) + mark +
                            mail.substr(cut + 2) + "\nERROR job failed\n",
                        "email"))
          << cut << mark;
  EXPECT_EQ(shown("name: app\n@route.get\n@app.com\n"), "");
}

// Of a last part in 32 hexadecimal digits the end is known.
TEST(CutValues, CoverTheLastFewDigitsOfATokenOnTheNextLine) {
  const std::string start = "xoxp-807982994678-200737327014-692073048739",
                    part = chance("0123456789abcdef", 32, 3);
  EXPECT_TRUE(found_whole("# slack: ", start + "-" + part.substr(0, 29) + "\n# " + part.substr(29),
                          "\n", "slack_token"));
  EXPECT_EQ(shown("# slack: " + start + "-" + part + "\n# 12b"),
            "slack_token[" + start + "-" + part + "]");
}

TEST(CutValues, FindsIbansAndAddressesOfMailOverItems) {
  EXPECT_TRUE(found("送金先 IBAN\n- DE7551210800\n- 1245126199\n# end", "iban"));
  EXPECT_TRUE(found("IBAN:\n・DE75 5121\n・0800 1245 1261 99\n以上", "iban"));
  EXPECT_TRUE(found("メール:\n・satomi.ueno1@kaisha-s\n・ample.jp\nThanks!", "email"));
  EXPECT_EQ(shown("- a.sato@kaisha-sample\n- see above\n- DE7551210800\n- 1245126199\n"), "");
}

TEST(CutValues, SeparatorsOfLinesEndLines) {
  EXPECT_TRUE(found("key: " + kKey.substr(0, 4) + "\u2028" + kKey.substr(4), "aws_access_key_id"));
  EXPECT_TRUE(found("token: ghp\u2028" + kToken.substr(3), "github_token"));
}

// What was copied begins within a line, so that the first line shows no number.
TEST(CutValues, LineNumbersAreKnownByTheOnesBelow) {
  EXPECT_TRUE(
      found("using   12  key: " + kKey.substr(0, 9) + "\n  13  " + kKey.substr(9) + "\n  14  end\n",
            "aws_access_key_id"));
}

TEST(CutValues, TheCodesOfAListEndWithItsLine) {
  const std::string codes = "String.fromCharCode(48,56,48,45,52,52,56,55,45,57,49,55,56)";
  EXPECT_EQ(shown("電話番号は" + codes + "\n10:16 由美 ありがとう"), "jp_phone[" + codes + "]");
  EXPECT_EQ(shown("電話番号は" + codes + "\n10 items"), "jp_phone[" + codes + "]");
}

TEST(CutValues, ABlankMayStandBeforeTheLineEnd) {
  EXPECT_TRUE(found_whole("GitHub: ", kToken.substr(0, 12) + " \n\t" + kToken.substr(12), "\n",
                          "github_token"));
  EXPECT_TRUE(found_whole("mail: ", "b.castellano@maple \n\tbay.ca", "\n", "email"));
  EXPECT_TRUE(found_whole("dsn=", "mysql://orders:jfb4ZXj \n\tAJ5BAu@db1.kaisha-sample.jp:3306/crm",
                          "\n", "database_url_with_password"));
}

}  // namespace
}  // namespace sekisho::filters
