// Values with marks inside that a reader passes over, and values whose pieces code puts together by
// name; what looks like it and is not.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/filters/views/disguise.h"

namespace sekisho::filters {
namespace {

std::string with_inside(const std::string& s, std::string_view mark, std::size_t at) {
  return s.substr(0, at) + std::string(mark) + s.substr(at);
}
std::string in_bold(const std::string& s, std::string_view mark) {
  return std::string(mark) + with_inside(s, mark, 4);
}

TEST(JoinedPieces, FindsValuesOfWhichAPartIsInBold) {
  for (const Value& value : values())
    for (const char* mark : {"**", "***", "*", "`"}) {
      expect_found(
          value, mark, [&](const std::string& s) { return in_bold(s, mark); }, 3);
      expect_found(value, mark, [&](const std::string& s) { return with_inside(s, mark, 7); });
    }
  EXPECT_EQ(shown("My Number: 8619 /* 後半 */9197 5050"), "jp_my_number[8619 /* 後半 */9197 5050]");
  EXPECT_EQ(shown("カード番号: **4539** 5787 **6362** 1486"),
            "credit_card[4539** 5787 **6362** 1486]");
}

TEST(JoinedPieces, FindsValuesWithCommentsInside) {
  for (const Value& value : values())
    for (const char* comment : {"/**/", "/* x */", "/* 後半 */"})
      expect_found(value, comment,
                   [&](const std::string& s) { return with_inside(s, comment, 6); });
}

TEST(JoinedPieces, FindsWhatMarkdownAndStyleSheetsEscape) {
  const std::string token = "ghp_" + chance(kBase62, 36, 4);
  EXPECT_TRUE(found_whole("トークン ", "ghp\\_" + token.substr(4), " です", "github_token"));
  EXPECT_TRUE(found_whole("mail ", "t.yamada\\@kaisha\\-sample.co.jp", " です", "email"));
  for (const Value& value : values()) expect_found(value, "\\000041", coded("\\%06x"));
}

TEST(JoinedPieces, FindsAnyValueOfPiecesWhoseNamesCountOn) {
  EXPECT_EQ(shown("AWS_SECRET_ACCESS_KEY = p0 = \"vIV93E2fh7WDdoBFv\"; p1 = "
                  "\"Zs1mJXsa6SKRQfAetq+hzb5\"; value = p0 + p1"),
            "aws_secret_access_key[p0 = \"vIV93E2fh7WDdoBFv\"; p1 = \"Zs1mJXsa6SKRQfAetq+hzb5]");
  EXPECT_EQ(shown("AWS Secret Access Key: A='vIV93E2fh7WDdoBFv'\nB='Zs1mJXsa6SKRQfAetq+hzb5'\n"
                  "KEY=\"$A$B\""),
            "aws_secret_access_key[A='vIV93E2fh7WDdoBFv'\nB='Zs1mJXsa6SKRQfAetq+hzb5]");
  // In a cell of CSV.
  EXPECT_EQ(shown("\"p0 = \"\"gho_IUex0VAWmpNUXU\"\"; p1 = \"\"l0S6pBd3NlKqorH53wbqLk\"\"; "
                  "value = p0 + p1\""),
            "github_token[\"gho_IUex0VAWmpNUXU\"\"; p1 = \"\"l0S6pBd3NlKqorH53wbqLk\"]");
}

TEST(JoinedPieces, FindsNamedSecretsInArraysThatAreJoinedAndOnLinesInBrackets) {
  EXPECT_TRUE(found_whole("CLIENT_SECRET=[",
                          "\"TaP\", \"XraYTBCFufUs\", \"ZImXehwiF8Bzr\", \"uwm\"", "].join(\"\")\n",
                          "generic_secret_high_entropy", 1));
  EXPECT_TRUE(found_whole("ADMIN_PASSWD = [", "\"l\", \"RI\", \"Rgth\", \".4\", \"dt7Q\"",
                          "].join(\"\");", "password_assignment", 24));
  EXPECT_TRUE(found_whole("api_key: (\n    ",
                          "\"yyiz4DFG0dkRGLC07Tt\"\n    \"NNGJKos6KRawykgElwZV9\"", "\n)\n",
                          "generic_secret_high_entropy", 1));
  EXPECT_EQ(shown("token_names = [\"access\", \"refresh\", \"session\"].join(\", \")"), "");
}

TEST(JoinedPieces, FindsLettersThatLookAlikeInPiecesThatAreNothingElse) {
  EXPECT_EQ(shown("aws_access_key_id = \"АК\" \"IАКFJ4В\" \"QGQС2\" \"6НPEВ4\""),
            "aws_access_key_id[\"АК\" \"IАКFJ4В\" \"QGQС2\" \"6НPEВ4\"]");
}

TEST(JoinedPieces, FormulasAndCodeWithTheSameMarksAreSilent) {
  EXPECT_EQ(shown("y = 2**10 * x**2 + a*b*c; z = 3*4*5*6*7*8*9*10*11"), "");
  EXPECT_EQ(shown("call(**options, *rest) /* see */ 4539/* n */5787"), "");
  EXPECT_EQ(shown("use `AKIA` and `sk-` and **ghp_** as beginnings"), "");
  EXPECT_EQ(shown("snake\\_case\\_name and 1\\-2\\-3"), "");
}

TEST(JoinedPieces, ALineOfCodeThatBeginsWithAnAtSignGoesOnWithNoAddress) {
  EXPECT_EQ(shown("def setup\n  super\n  @request.host = \"www.example.com\"\nend"), "");
  EXPECT_EQ(shown("level = INFO\n  @logger.add(DEBUG)"), "");
  EXPECT_EQ(shown("import app\n@app.page\n(x)"), "");
  EXPECT_EQ(shown("import app\n@app.page\ndef page():"), "");
}

TEST(JoinedPieces, CellsOfATableInQuotesAreNotJoined) {
  const std::vector<std::vector<std::string>> rows = {
      {"090-3853-2105", "7470-319302", "S54.6.3", "m.kobayashi@hoshizora.ne.jp"},
      {"052-499-5327", "7787-253144", "1990/08/11", "a.kuroda@umekoji-press.jp"}};
  for (const std::string border : {"\t", "|", " | ", ",", ", ", ";"})
    for (const std::string end : {"\n", "\r\n"}) {
      std::string text = "電話番号" + border + "年金番号" + border + "生年月日" + border + "メール";
      for (const auto& row : rows)
        for (const std::string& cell : row)
          text += (&cell == &row.front() ? end : border) + "\"" + cell + "\"";
      EXPECT_EQ(shown(text),
                "jp_phone[090-3853-2105] jp_pension_number[7470-319302] date_of_birth[S54.6.3] "
                "email[m.kobayashi@hoshizora.ne.jp] jp_phone[052-499-5327] "
                "jp_pension_number[7787-253144] date_of_birth[1990/08/11] "
                "email[a.kuroda@umekoji-press.jp]")
          << text;
    }
  EXPECT_EQ(shown("name\taddress\n\"a\"\t\"神奈川県藤沢市鵠沼海岸3-2-10 コーポ青葉220号室\"\n"
                  "\"186\"\t\"b\"\n"),
            "jp_postal_address[神奈川県藤沢市鵠沼海岸3-2-10 コーポ青葉220号室]");
  const std::string key = "AKIA" + chance(kBase32, 16, 3), other = "AKIA" + chance(kBase32, 16, 5);
  EXPECT_EQ(shown("\"" + key + "\"\t\"t.yamada@kaisha-sample.co.jp\"\n"),
            "aws_access_key_id[" + key + "] email[t.yamada@kaisha-sample.co.jp]");
  EXPECT_EQ(shown("aws_access_key_id\n\"" + key + "\"\n\"" + other + "\"\n"),
            "aws_access_key_id[" + key + "] aws_access_key_id[" + other + "]");
  // A token that is cut over cells, and literals that a compiler joins, are values still.
  const std::string token = "ghp_" + chance(kBase62, 36, 4);
  const std::string a = token.substr(0, 20), b = token.substr(20);
  EXPECT_TRUE(found_whole("k\t\"", a + "\"\t\"" + b, "\"\n", "github_token"));
  EXPECT_TRUE(found_whole("s = (", "\"" + a + "\"\n    \"" + b + "\"", ")\n", "github_token"));
}

TEST(JoinedPieces, AWholeTokenGoesOnInNoOtherCell) {
  EXPECT_EQ(shown("aws_access_key_id,SSN,date\nASIACQUYUB5SW7AM4ARM,577-96-5836,1965/1/17,+1 (6)"),
            "aws_access_key_id[ASIACQUYUB5SW7AM4ARM] us_ssn[577-96-5836]");
}

TEST(JoinedPieces, TokensInAColumnAreNotJoined) {
  std::string text = "aws_access_key_id\n", found;
  for (int i = 0; i < 4; ++i) {
    const std::string key = "AKIA" + chance(kBase32, 16, 3 + i);
    text += key + "\n";
    found += (i > 0 ? " " : "") + ("aws_access_key_id[" + key + "]");
  }
  EXPECT_EQ(shown(text), found);
}

TEST(JoinedPieces, FindsTokensCutIntoEvenGroups) {
  const std::string token = "ghp_" + chance(kBase62, 36, 4);
  for (const std::size_t size : {4U, 5U, 8U, 10U}) {
    std::string groups;
    for (std::size_t at = 0; at < token.size(); at += size)
      groups += (at == 0 ? "" : " ") + token.substr(at, size);
    EXPECT_TRUE(found_whole("トークンは ", groups, " です", "github_token")) << groups;
    EXPECT_TRUE(found_whole("token: ", groups, "\n", "github_token")) << groups;
  }
}

TEST(JoinedPieces, FindsAddressesBrokenOverLines) {
  const std::string mail = "t.yamada@kaisha-sample.co.jp";
  for (const char* br : {"\n", "\r\n", "\n> ", "\n  "})
    for (std::size_t at : {8U, 9U, 12U, 16U, 17U, 23U, 24U}) {
      const std::string broken = mail.substr(0, at) + br + mail.substr(at);
      EXPECT_EQ(shown("宛先: " + broken + " です"), "email[" + broken + "]") << at;
    }
}

TEST(JoinedPieces, FindsNumbersBrokenBehindEveryGroup) {
  for (const Value& value : values())
    for (std::size_t at = value.text.find('-'); value.number && at != std::string::npos;
         at = value.text.find('-', at + 1))
      for (const char* br : {"\n", "\r\n", "\n  "}) {
        std::string broken = value.text;
        broken.replace(at, 1, br);
        EXPECT_TRUE(found_whole(value.label_ja, broken, " です", value.type)) << broken;
      }
  EXPECT_TRUE(found_whole("電話番号は", "03\n3211-7429", "です", "jp_phone"));
  EXPECT_TRUE(found_whole("card: ", "3782\n822463 10005", "", "credit_card_test"));
  EXPECT_EQ(shown("第4章 4443\n0003-2424-1684"), "");
}

// The middle piece fills a line of its own and says nothing.
TEST(JoinedPieces, FindsValuesAboutAVeryShortLine) {
  const std::string iban = "DE50141546898132983487";
  for (const char* break_ : {"\n", "\r\n", "\n    ", " \\\n"})
    for (const std::size_t at : {2U, 4U, 11U, 17U}) {
      const auto broken = [&](const std::string& s) {
        return s.substr(0, at) + break_ + s.substr(at, 2) + break_ + s.substr(at + 2);
      };
      EXPECT_TRUE(found_whole("IBAN: ", broken(iban), "\n", "iban")) << break_ << at;
      const std::string token = "ghp_" + chance(kBase62, 36, 4);
      EXPECT_TRUE(found_whole("token ", broken(token), " , thanks", "github_token"))
          << break_ << at;
      const std::string mail = "kimura93@kaisha-sample.co.jp";
      if (at > 10) {
        EXPECT_TRUE(found_whole("mail ", broken(mail), "\n", "email", 1)) << break_ << at;
      }
    }
  EXPECT_EQ(shown("電話は 07 \\\n0 \\\n-9416-5899 です"), "jp_phone[07 \\\n0 \\\n-9416-5899]");
  EXPECT_EQ(shown("IBAN\nDE501415468981329\n  83487"), "iban[DE501415468981329\n  83487]");
}

TEST(JoinedPieces, FindsValuesOverLineBreaksOfHtml) {
  for (const char* break_ : {"<br>", "<br/>", "<wbr>"}) {
    const auto pieces = [break_](const char* a, const char* b, const char* c) {
      return std::string(a) + break_ + b + break_ + c;
    };
    EXPECT_TRUE(found_whole("IBAN is ", pieces("DE50141", "54", "6898132983487"), " , ok", "iban"));
    EXPECT_TRUE(
        found_whole("mail: ", pieces("okada75", "@kaisha-sam", "ple.co.jp"), " , ok", "email"));
    EXPECT_TRUE(
        found_whole("mail: ", pieces("okada75@kai", "sha", "-sample.co.jp"), " , ok", "email"));
  }
}

TEST(JoinedPieces, AWordBelowABrokenAddressIsNoPartOfIt) {
  EXPECT_EQ(shown("> mail: koji.endo@kaishasam\n> ple.com\n> thanks\n"),
            "email[koji.endo@kaishasam\n> ple.com]");
}

TEST(JoinedPieces, ArgumentsOnLinesOfTheirOwnAreNotJoined) {
  EXPECT_EQ(
      shown("docker run \\\n  -p 8080 \\\n  -e A=4539 \\\n  5787 \\\n  img2 \\\n  --tag 12\n"), "");
  EXPECT_EQ(shown("AT\n12\n3456\nDE50\n1415\n"), "");
}

TEST(JoinedPieces, FindsLiteralsWithinTemplates) {
  for (const Value& value : values()) {
    const std::string a = value.text.substr(0, 9), b = value.text.substr(9);
    EXPECT_TRUE(
        found_whole(value.label_en + "f\"{", "'" + a + "'}{'" + b + "'", "}\"", value.type));
    EXPECT_TRUE(found_whole(value.label_en + "f\"{'", a + "'}" + b, "\"", value.type));
    EXPECT_TRUE(found_whole(value.label_en + "f\"", a + "{'" + b, "'}\"", value.type));
    EXPECT_TRUE(found_whole(value.label_en + "`", a + "${\"" + b, "\"}`", value.type));
  }
}

// Of a value made of literals all of them are replaced; one that stands beside is its own.
TEST(JoinedPieces, AValueBesideJoinedLiteralsStandsWithoutItsQuotes) {
  const std::string token = "ghp_" + std::string("16C7e42F292c6912E7710c838347Ae178B4a");
  EXPECT_EQ(shown("tel = \"090-3344-5561\"; t = \"" + token.substr(0, 9) + "\" + \"" +
                  token.substr(9) + "\""),
            "jp_phone[090-3344-5561] github_token[\"" + token.substr(0, 9) + "\" + \"" +
                token.substr(9) + "\"]");
}

TEST(JoinedPieces, CellsThatAreValuesAreNoPiecesOfOne) {
  const std::string jwt =
      "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ1LTU3MDE5MzQ4IiwiaWF0IjoxNzM0NTY3ODkwfQ."
      "Qm9pVHg3bUtzUmZ2TndZcExhQ2dEaEprWnhWYlRu";
  const std::string key = "sk_live_" + std::string("51Kx8Lm2Nq9Rt4Vw7Yz3Ab6CdQx");
  const std::string secret = "On3TBPeG9xQm2LkRv7Yc4Ws8Zt1Nf6Hj0Bd5Ga2q";
  EXPECT_EQ(shown("\"stripe_api_key\",\"aws_secret\"\n\"" + key + "\",\"" + secret + "\""),
            "stripe_key[" + key + "] aws_secret_access_key[" + secret + "]");
  EXPECT_EQ(shown("\"jwt\",\"passportNo\",\"key\"\n\"" + jwt + "\",\"MS4142398\",\"" + key + "\""),
            "jwt[" + jwt + "] jp_passport[MS4142398] stripe_key[" + key + "]");
}

TEST(JoinedPieces, FindsLiteralsWithAPrefixBeforeEach) {
  for (const Value& value : values())
    for (const std::string prefix : {"u8", "u", "U", "L"})
      for (const std::size_t cut : {1U, 4U, 7U}) {
        const auto literal = [&prefix](const std::string& s) { return prefix + '"' + s + '"'; };
        const std::string text = "// " + value.label_ja + "\nconst auto* " + value.label_en + "= " +
                                 literal(value.text.substr(0, cut)) + " " +
                                 literal(value.text.substr(cut)) + ";\n";
        EXPECT_NE(shown(text).find(value.type + "["), std::string::npos) << text;
      }
  EXPECT_NE(shown("password = u8\"\\065\\111u\\170b\" u8\"kQ9\" u8\"!z2W\";").find("password"),
            std::string::npos);
  EXPECT_EQ(shown("puts(u8\"2026\" u8\"1105\"); print(x8\"AKIA\" y8\"IOSF\");"), "");
}

TEST(JoinedPieces, FindsNumbersAbroadWhosePlusIsALiteralOfItsOwn) {
  for (const std::string text :
       {R"(phone = "+" "82 " "10-4187-0766";)", R"(phone = "+" + "1 415-663-1" + "7" + "99";)",
        R"(call("+" + "44 20 7946 0958");)", R"(tel: u"+" u"82 " u"10-4187-0766";)"})
    EXPECT_NE(shown(text).find("phone_international["), std::string::npos) << text;
}

TEST(JoinedPieces, FindsValuesBrokenBehindABlankAtTheEndOfALine) {
  for (const std::string value :
       {"sk_live_1Z1liWmfJxzbiuf7H6XCmea5", "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",
        "nao-mori21@orbitware.com", "postgres://batch:Kx6xUcNNfOHE@core-db.orbitware.com:5432/o",
        "https://hooks.slack.com/services/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"})
    for (const std::size_t cut : {12U, 14U, 19U}) {
      const std::string whole = shown("See: " + value + "\n");
      const std::string type = whole.substr(0, whole.find('['));
      const std::string text =
          "See: " + value.substr(0, cut) + " \n" + value.substr(cut) + "\n\nThanks!\n";
      EXPECT_NE(shown(text).find(type + "["), std::string::npos) << text;
    }
  EXPECT_EQ(shown("See npm_ \nand sk_live_ \nfor the names, or mail@ \nthe desk.\n"), "");
}

TEST(JoinedPieces, FindsLiteralsWithCommentsBetween) {
  for (const Value& value : values()) {
    const std::string a = value.text.substr(0, 9), b = value.text.substr(9);
    for (const char* between :
         {"\"  # first half\n  \"", "\" +  // first half\n  \"", "\" /* first half */ + \""})
      EXPECT_TRUE(found_whole(value.label_en + "(\"", a + between + b, "\")", value.type))
          << between;
  }
}

TEST(JoinedPieces, FindsValuesThatVariablesHoldInPieces) {
  struct Form {
    const char *first, *second, *join;
  };
  const Form forms[] = {
      {"a = \"", "\"\nb = \"", "\"\nkey = a + b\n"},
      {"a = \"", "\"; b = \"", "\"; key = f\"{a}{b}\"\n"},
      {"const a = '", "';\nconst b = '", "';\nconst key = `${a}${b}`;\n"},
      {"a: str = '", "'\nb: str = '", "'\nkey = '%s%s' % (a, b)\n"},
      {"p1 := \"", "\"\np2 := \"", "\"\nkey := fmt.Sprintf(\"%s%s\", p1, p2)\n"},
      {"a = '", "'\nb = '", "'\nkey = \"\".join([a, b])\n"},
      {"A=\"", "\"\nB=\"", "\"\nexport KEY=\"${A}${B}\"\n"},
      {"let a = \"", "\"\nlet b = \"", "\"\nlet key = \"\\(a)\\(b)\"\n"},
      {"this.a = \"", "\"; this.b = \"", "\"; this.key = this.a + this.b;\n"},
      {"$a = \"", "\"; $b = \"", "\"; $key = \"{$a}{$b}\";\n"},
      {"$a = '", "';\n$b = '", "';\n$key = $a . $b;\n"},
      {"String a = \"", "\";\nString b = \"", "\";\nString key = a.concat(b) + a + b;\n"}};
  for (const Value& value : values()) {
    const std::string a = value.text.substr(0, 9), b = value.text.substr(9);
    for (const Form& form : forms)
      EXPECT_TRUE(found_whole(value.label_en + "\n" + form.first, a + form.second + b, form.join,
                              value.type))
          << form.join;
  }
}

TEST(JoinedPieces, FindsWhatSettingsOfAShellHold) {
  EXPECT_TRUE(found_whole("A=", "AKIAQ7OBZ3\nB=TM5JXEWXYQ", "\nexport KEY=\"$A$B\"\n",
                          "aws_access_key_id"));
  EXPECT_EQ(shown("A=AKIAQ7OBZ3\nB=TM5JXEWXYQ\nrun \"$B\" \"$A\"\n"), "");
}

TEST(JoinedPieces, FindsWhatAShellAddsToItself) {
  struct Form {
    const char *first, *second, *behind;
  };
  const Form forms[] = {{"K=", "\nK=${K}", "\n"},
                        {"KEY=\"", "\"\nKEY=\"${KEY}", "\"\n"},
                        {"KEY=\"", "\"\nexport KEY=\"$KEY", "\"\n"},
                        {"K='", "'; K=\"${K}", "\"\n"},
                        {"printf \"%s%s\" '", "' '", "'\n"},
                        {"echo -n '", "'; echo '", "'\n"},
                        {"echo -n '", "'\necho -n '", "'\n"}};
  for (const Value& value : values())
    for (const Form& form : forms)
      EXPECT_TRUE(found_whole("# " + value.label_en + "\n" + form.first,
                              value.text.substr(0, 9) + form.second + value.text.substr(9),
                              form.behind, value.type))
          << form.first << value.text << form.second;
}

TEST(JoinedPieces, StatementsOfAShellThatAddToOtherNamesAreSilent) {
  EXPECT_EQ(shown("A=AKIAQ7OBZ3\nB=${A}TM5JXEWXYQ2\n"), "");
  EXPECT_EQ(shown("K=AKIAQ7OBZ3\nrun\nK=${K}TM5JXEWXYQ\n"), "");
  EXPECT_EQ(shown("PATH=/opt/4539/bin\nPATH=$PATH:/usr/bin\nPATH=${PATH}:/bin\n"), "");
  EXPECT_EQ(shown("echo 'AKIAQ7OBZ3'; echo 'TM5JXEWXYQ'\n"), "");
}

TEST(JoinedPieces, RepeatedStatementsOfAShellTakeLinearTime) {
  for (const std::string_view part : {"K=${K}a\n", "K=\"$K", "echo -n 'a'; ", "printf '%s' '",
                                      "K=$K;", "# PW\na = 'b'\n", "\"; // password\n"}) {
    std::string text;
    while (text.size() < 300000) text += part;
    Findings found;
    Scanner scanner(shipped_set());
    EXPECT_EQ(scanner.scan(text, found), ScanStatus::kDone) << part;
  }
}

TEST(JoinedPieces, FindsURLsOfDatabasesCutWithinTheirScheme) {
  for (const char* text :
       {"A=\"postgresql:\"\nB=\"//app:Umjle7IoXg97@pg1.kaisha-sample.jp/orders\"\nK=\"$A$B\"\n",
        "a = \"mysq\"\nb = \"l:\"\nc = \"//app:Umjle7IoXg97@db1.kaisha-sample.jp/crm\"\n"
        "k = a + b + c\n"})
    EXPECT_NE(shown(text).find("database_url_with_password"), std::string::npos) << text;
}

TEST(JoinedPieces, AWordBeforeTheFirstNameIsNotItsType) {
  EXPECT_TRUE(found_whole("token: a = \"", "AKIAQ7OBZ\"; b = \"3TM5JXEWXYQ",
                          "\"; key = f\"{a}{b}\"", "aws_access_key_id"));
}

TEST(JoinedPieces, ATemplatesOwnTextStandsBetweenTheNames) {
  EXPECT_EQ(
      shown("# カード\na = \"4539\"; b = \"5787\"; c = \"6362\"; d = \"1486\"\n"
            "card = f\"{a}-{b}-{c}-{d}\""),
      "credit_card[4539\"; b = \"5787\"; c = \"6362\"; d = \"1486\"\ncard = f\"{a}-{b}-{c}-{d]");
  EXPECT_EQ(shown("a = \"861991\"\nb = \"975050\"\nmynumber = a + b\n"),
            "jp_my_number[861991\"\nb = \"975050\"\nmynumber = a + b]")
      << "the name of the whole stands behind it";
}

TEST(JoinedPieces, NamesThatAreNotJoinedAreNot) {
  EXPECT_EQ(shown("a = \"AKIAQ7OB\"; b = \"Z3TM5JXEWXYQ\"; use(a, b)"), "");
  EXPECT_EQ(shown("a = \"4539\"; b = \"5787\"; c = \"6362\"; d = \"1486\"; rows = [a, b, c, d]"),
            "");
}

TEST(JoinedPieces, FindsWhatMethodsAppend) {
  for (const Value& value : values()) {
    const std::string a = value.text.substr(0, 9), b = value.text.substr(9);
    EXPECT_TRUE(found_whole(value.label_en + "new StringBuilder().append(\"",
                            a + "\").append(\"" + b, "\").toString()", value.type))
        << a;
    EXPECT_TRUE(found_whole("export X=\"", a + "\"'" + b, "' # " + value.label_en, value.type))
        << a;
  }
}

TEST(JoinedPieces, FindsEscapedTagsAndNamedSignsOfNoWidth) {
  for (const Value& value : values()) {
    if (value.number) {
      EXPECT_TRUE(found_whole(value.label_ja, with_inside(value.text, "&lt;b&gt;", 6), " です",
                              value.type));
    }
    EXPECT_TRUE(found_whole(value.label_ja, with_inside(value.text, "&ZeroWidthSpace;", 6), " です",
                            value.type));
  }
}

TEST(JoinedPieces, FindsEncodingsThatOtherOnesChanged) {
  for (const Value& value : values()) {
    const std::string text = value.label_ja + value.text + " xx";
    std::string encoded = base64(text.substr(0, text.size() - text.size() % 3 - 1));
    if (encoded.back() != '=') continue;
    std::string quoted, slashes;
    for (const char c : encoded) {
      quoted += c == '=' ? std::string("=3D") : std::string(1, c);
      slashes += c == '/' ? std::string("\\/") : std::string(1, c);
    }
    EXPECT_TRUE(found_whole("memo: ", quoted, "\n", value.type)) << quoted;
    EXPECT_TRUE(found_whole("{\"memo\":\"", slashes, "\"}", value.type)) << slashes;
  }
}

TEST(JoinedPieces, FindsAddressesBrokenAnywhereBeforeTheirHost) {
  const std::string url = "mysql+pymysql://wordpress:tZjJafuyc6-mOY@db01.kaisha-sample.jp/report";
  for (const char* break_ : {"\n", "\r\n", "\n    ", "\n> ", "\\\n"})
    for (std::size_t at = 15; at < url.find('@') + 1; ++at)
      EXPECT_TRUE(found_whole("key: \"", with_inside(url, break_, at), "\"\n",
                              "database_url_with_password", 24))
          << break_ << at;
  EXPECT_TRUE(found_whole("see ", "redis:/\n> /:F8h5r\n> QZNSDAv@db01.kaisha-sample.jp:6379", "\n",
                          "database_url_with_password", 24));
  EXPECT_TRUE(found_whole("| ", "redis://: | D4lTnuFYt | wvN@db01. | kaisha-sample.jp:6379", " |\n",
                          "database_url_with_password", 2));
}

TEST(JoinedPieces, FindsBrokenTokensWithoutDigits) {
  EXPECT_TRUE(found_whole("KEY=\"", "AKIAHHCCKC\\\nWJTVAVQYRZ", "\"", "aws_access_key_id"));
  EXPECT_TRUE(found_whole("「", "xH78Q\r\n~D.uk\r\nn4ASU.GlmjptdRcbIRz1~pxHNuv7wp", "」",
                          "azure_client_secret", 24));
  EXPECT_EQ(shown(" * The LEGACY_IOAPIC_PIN\n * @intx.phys_pin:\tPhysical IOAPIC pin\n"), "");
}

TEST(JoinedPieces, NumbersMayMixDigitsInKanji) {
  EXPECT_EQ(shown("TEL：090-123四-5六78"), "jp_phone[090-123四-5六78]");
  EXPECT_EQ(shown("マイナンバー 8六19-九197-五0五0"), "jp_my_number[8六19-九197-五0五0]");
  EXPECT_EQ(shown("携帯は 090-一二34-5六78 です"), "jp_phone[090-一二34-5六78]");
  EXPECT_EQ(shown("3月一日から12月三十一日まで、第2四半期の一部は5万円"), "");
}

TEST(JoinedPieces, NumbersMayHaveBlanksAsWideAsColumns) {
  EXPECT_EQ(shown("マイナンバー：8619    9197    5050"), "jp_my_number[8619    9197    5050]");
  EXPECT_EQ(shown("card 4539    5787    6362    1486"),
            "credit_card[4539    5787    6362    1486]");
  EXPECT_EQ(shown("8619    9197    5050\n1200    3400    5600\n"), "");
}

// The rest would stay when the first line is masked.
TEST(JoinedPieces, ATokenWhoseFirstLineIsOneGoesOn) {
  const std::string key =
      "sk_"
      "live_514giabEL1qSXPq8ZtRw";
  EXPECT_EQ(shown("key " + key + "\ngKEJfme3ljT2L1djgfDQWP\n"),
            "stripe_key[" + key + "\ngKEJfme3ljT2L1djgfDQWP]");
  for (const char* next : {"production", "Mode=Live2026Xy", "Kx9:", "a note", "2026-11-26"})
    EXPECT_EQ(shown("key " + key + "\n" + next + "\n"), "stripe_key[" + key + "]") << next;
  EXPECT_EQ(shown(key + "\n" + key + "\n"), "stripe_key[" + key + "] stripe_key[" + key + "]");
}

TEST(JoinedPieces, AddressesOfTheInternetAreNoNumbers) {
  EXPECT_EQ(shown("resolver 2606:4700:4700::1111 and 2001:4860:4860::8888"), "");
}

TEST(JoinedPieces, FindsValuesOfWhichAPartIsStruckOrBoldByDoubledMarks) {
  for (const Value& value : values())
    for (const char* mark : {"__", "~~"}) {
      expect_found(
          value, mark, [&](const std::string& s) { return in_bold(s, mark); }, 3);
      expect_found(value, mark, [&](const std::string& s) {
        return with_inside(with_inside(s, mark, 9), mark, 4);
      });
    }
  const std::string iban = "DE75512108001245126199";
  EXPECT_EQ(shown("IBAN `" + iban.substr(0, 9) + "`" + iban.substr(9)),
            "iban[" + iban.substr(0, 9) + "`" + iban.substr(9) + "]");
  EXPECT_EQ(shown("def __init__(self): ~~4539~~ of 12__34__56 rows, a--b, foo__bar__baz"), "");
}

TEST(JoinedPieces, WhatAnElementOfHtmlHidesIsNoPartOfAValue) {
  for (const std::string& style :
       {std::string("span style=\"display:none\""), std::string("span style='display: none;'"),
        std::string("i hidden"), std::string("span style=\"font-size:0\"")}) {
    const std::string name = style.substr(0, style.find(' '));
    for (const Value& value : values())
      expect_found(value, style, [&](const std::string& s) {
        return with_inside(s, "<" + style + ">xyz</" + name + ">", 4);
      });
  }
  EXPECT_EQ(shown("090-1234<span>x</span>-5678"), "");
}

TEST(JoinedPieces, ACommentNamesWhatIsAppendedBelow) {
  EXPECT_NE(
      shown("// DOB\n$tok = \"昭和52\";\n$tok .= \"年1月26日\";\nsend($tok);").find("date_of_"),
      std::string::npos);
  EXPECT_NE(shown("// 生年月日\nlet s = \"19\";\ns += \"7\";\ns += \"2/09/05\";").find("date_of_"),
            std::string::npos);
  EXPECT_NE(shown("// パスワード\n$k = \"N\";\n$k .= \"00l5C!6xgmx\";").find("password_"),
            std::string::npos);
  EXPECT_EQ(shown("// 生年月日\nlet s = \"19\";\nlet t = \"72/09/05\";\n"), "");
}

}  // namespace
}  // namespace sekisho::filters
