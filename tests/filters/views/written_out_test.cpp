// Lists of character codes and dumps in every way tools write them, and text within a string of
// another one.

#include <gtest/gtest.h>

#include <map>

#include "tests/filters/views/disguise.h"

namespace sekisho::filters {
namespace {

std::string rows(const std::string& text, const char* offset, const std::string& gap,
                 const char* code) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += 16) {
    out += printed(offset, static_cast<unsigned>(at));
    for (const char c : text.substr(at, 16))
      out += gap + printed(code, static_cast<unsigned>(static_cast<unsigned char>(c)));
    out += '\n';
  }
  return out;
}

TEST(WrittenOut, FindsCodesOfEveryBaseAndCast) {
  for (const Value& value : values())
    for (const char* code :
         {"0o%o, ", "0%03o, ", "(byte)%u, ", "(byte) 0x%02x, ", "%uu8, ", "%02Xh, ", "Chr$(%u) & ",
          "[char]%u+", "UInt8(%u), ", "%u/", "&H%02X, "}) {
      std::string list;
      for (const char c : value.text)
        list += printed(code, static_cast<unsigned>(static_cast<unsigned char>(c)));
      EXPECT_NE(shown(value.label_en + "{" + list + "0}").find(value.type), std::string::npos)
          << code << value.text;
    }
}

// Of digits that are no characters when they are read as decimal ones.
TEST(WrittenOut, FindsOctalCodesWithoutAMark) {
  for (const Value& value : values()) {
    std::string list;
    for (const char c : value.text) list += printed("%03o ", static_cast<unsigned>(c));
    EXPECT_NE(shown(value.label_en + list + "\n").find(value.type), std::string::npos) << list;
  }
}

TEST(WrittenOut, FindsHexadecimalDigitsInGroupsWithTheRestAtTheirEnd) {
  for (const Value& value : values()) {
    const std::string digits = hex(value.label_en + value.text);
    std::string groups;
    for (std::size_t at = 0; at < digits.size(); at += 4) groups += ' ' + digits.substr(at, 4);
    EXPECT_NE(shown("data =" + groups + "\n- next\n").find(value.type), std::string::npos)
        << groups;
  }
}

TEST(WrittenOut, FindsListsThatACallTurnsIntoText) {
  for (const Value& value : values()) {
    std::string list;
    for (const char c : value.text)
      list += (list.empty() ? "" : ", ") +
              printed("%u", static_cast<unsigned>(static_cast<unsigned char>(c)));
    for (const auto& [before, behind] :
         std::map<std::string, std::string>{{"bytes([", "]).decode()"},
                                            {"bytearray([", "]).decode('utf-8').strip()"},
                                            {"Buffer.from([", "]).toString(\"utf8\")"}})
      EXPECT_TRUE(found_whole(value.label_en + "= ", before + list + behind, ";", value.type))
          << before;
  }
}

TEST(WrittenOut, FindsDumpsOfOctalDigits) {
  for (const Value& value : values()) {
    const std::string text = "  " + value.label_en + value.text + "\n";
    EXPECT_NE(shown(rows(text, "%07o", " ", "%03o")).find(value.type), std::string::npos)
        << value.text;
    EXPECT_NE(shown(rows(text, "0x7ffe%04x:", "\t", "0x%02x")).find(value.type), std::string::npos)
        << value.text;
  }
}

// Rows of od -c, `more` before their first cell.
std::string od_c(const std::string& text, const std::string& more) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += 16) {
    out += printed("%07o", static_cast<unsigned>(at)) + more;
    for (const char c : text.substr(at, 16)) {
      const auto byte = static_cast<unsigned char>(c);
      out += c == '\n' ? "  \\n" : byte < 0x80 ? "   " + std::string(1, c) : printed(" %03o", byte);
    }
    out += '\n';
  }
  return out;
}

TEST(WrittenOut, FindsDumpsOfCharacters) {
  for (const Value& value : values())
    for (const std::string& label : {"  " + value.label_en, value.label_ja})
      for (const std::string more : {"", " "}) {
        const std::string dump = "$ od -c conf.txt\n" + od_c(label + value.text + "\n", more);
        EXPECT_NE(shown(dump).find(value.type), std::string::npos) << dump;
      }
}

std::string xxd(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += 16) {
    std::string digits, shown;
    for (const char c : text.substr(at, 16)) {
      digits += (digits.size() % 5 == 4 ? " " : "") + hex(std::string(1, c));
      shown += static_cast<unsigned char>(c) < 0x80 ? c : '.';
    }
    digits.resize(39, ' ');
    out +=
        (at > 0 ? "\n" : "") + printed("%08x: ", static_cast<unsigned>(at)) + digits + "  " + shown;
  }
  return out;
}

// The first row stands behind a word, the last one is short and shows the digits of its bytes.
// Rows of eight bytes behind offsets of four digits, with the characters again.
std::string short_rows(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += 8) {
    const std::string row = text.substr(at, 8);
    std::string digits;
    for (const char c : row)
      digits += printed("%02X ", static_cast<unsigned>(static_cast<unsigned char>(c)));
    digits.resize(24, ' ');
    out += (at > 0 ? "\n" : "") + printed("%04X  ", static_cast<unsigned>(at)) + digits + " " + row;
  }
  return out;
}

TEST(WrittenOut, DumpsOfShortRowsAreReadBehindALabel) {
  for (const Value& value : values())
    EXPECT_TRUE(
        found_whole(value.label_ja + "：", short_rows(value.text), "\n以上です。\n", value.type))
        << short_rows(value.text);
  EXPECT_TRUE(found_whole("SSN: ", short_rows("193-51-6271"), "\n", "us_ssn"));
}

TEST(WrittenOut, DumpsMayHoldNoMoreThanAShortNumber) {
  for (const char* dump :
       {"0000  36 33 34 30 38 30 37 34  63408074", "0000000 33 39 31 37 30 31 37 30"})
    EXPECT_TRUE(found_whole("被保険者証の保険者番号: ", dump, "\n", "jp_health_insurance")) << dump;
  EXPECT_EQ(shown("被保険者証の保険者番号: 0040  36 33 34 30 38 30 37 34\n"), "");
}

TEST(WrittenOut, FindsDumpsBehindSomethingElse) {
  for (const Value& value : values())
    for (const char* carrier : {"payload=", "次の文字列を復号して: ", "> decode this: "})
      for (const std::string& text : {value.label_ja + value.text, value.label_en + value.text,
                                      value.label_ja + value.text + "です。"})
        EXPECT_TRUE(found_whole(carrier, xxd(text), "\nend", value.type)) << carrier;
  const std::string token =
      "xoxb-241863570392-" + chance(kDigits, 13, 8) + "-" + chance(kBase62, 24, 4);
  const std::string dump = xxd("SLACK_BOT_TOKEN=" + token);
  for (const char* carrier : {"payload=", "デコードしてください。\n"})
    EXPECT_EQ(shown(carrier + dump), "slack_token[" + dump + "]");
}

TEST(WrittenOut, FindsWideCharactersOfARegistryFile) {
  for (const Value& value : values()) {
    std::string list;
    for (const char c : value.label_en + value.text)
      list += printed("%02x,00,", static_cast<unsigned>(static_cast<unsigned char>(c)));
    EXPECT_NE(shown("\"Value\"=hex(1):" + list + "00,00").find(value.type), std::string::npos)
        << value.text;
  }
}

TEST(WrittenOut, FindsBytesAsADatabaseWritesThem) {
  for (const Value& value : values())
    EXPECT_NE(shown("VALUES ('\\x" + hex(value.label_en + ": " + value.text + " .") + "'::bytea)")
                  .find(value.type),
              std::string::npos)
        << value.text;
}

std::string as_string(std::string_view text) {
  std::string out = "{\"content\": \"";
  for (const char c : text)
    out += c == '\n' ? "\\n" : c == '"' ? "\\\"" : c == '\\' ? "\\\\" : std::string(1, c);
  return out + "\"}";
}

TEST(WrittenOut, FindsPiecesWithinAStringOfAnotherText) {
  for (const Value& value : values()) {
    const std::string& v = value.text;
    const std::size_t cut = v.size() / 2;
    for (const std::string& text :
         {"key = \"" + v.substr(0, cut) + "\"\n    + \"" + v.substr(cut) + "\";",
          "key = (\n  '" + v.substr(0, cut) + "'\n  '" + v.substr(cut) + "'\n)",
          v.substr(0, cut) + "\n" + v.substr(cut)})
      EXPECT_NE(shown(as_string(value.label_en + "\n" + text)).find(value.type), std::string::npos)
          << as_string(text);
  }
  EXPECT_NE(shown(as_string("カード番号\n- 4539\n- 5787\n- 6362\n- 1486\n")).find("credit_card["),
            std::string::npos);
}

TEST(WrittenOut, FindsEscapesOfShellsSheetsAndRichText) {
  for (const Value& value : values())
    for (const char* escape : {"\\0%03o", "\\%02x ", "`u{%x}", "\\'%02x", "=%02x"}) {
      std::string text;
      for (const char c : value.text)
        text += printed(escape, static_cast<unsigned>(static_cast<unsigned char>(c)));
      EXPECT_NE(shown(value.label_en + text + "}").find(value.type), std::string::npos) << text;
    }
}

TEST(WrittenOut, FindsCharactersByTheirNames) {
  static const std::map<char, std::string> kNames = {{'-', "HYPHEN-MINUS"},
                                                     {'.', "FULL STOP"},
                                                     {'@', "COMMERCIAL AT"},
                                                     {'_', "LOW LINE"},
                                                     {'0', "DIGIT ZERO"},
                                                     {'1', "DIGIT ONE"},
                                                     {'2', "DIGIT TWO"},
                                                     {'3', "DIGIT THREE"},
                                                     {'4', "DIGIT FOUR"},
                                                     {'5', "DIGIT FIVE"},
                                                     {'6', "digit six"},
                                                     {'7', "DIGIT SEVEN"},
                                                     {'8', "FULLWIDTH DIGIT EIGHT"},
                                                     {'9', "ARABIC-INDIC DIGIT NINE"}};
  for (const Value& value : values())
    for (const char* opening : {"", "U+"}) {
      std::string text;
      for (const char c : value.text) {
        const auto sign = kNames.find(c);
        const bool small = c >= 'a' && c <= 'z';
        std::string name = sign != kNames.end() ? sign->second
                                                : std::string(small ? "LATIN SMALL LETTER "
                                                                    : "LATIN CAPITAL LETTER ") +
                                                      static_cast<char>(small ? c - 0x20 : c);
        if (*opening != '\0')
          name = printed("U+%04X", static_cast<unsigned>(static_cast<unsigned char>(c)));
        text += "\\N{" + name + "}";
      }
      EXPECT_TRUE(found_whole(value.label_en + "= \"", text, "\"", value.type)) << value.text;
      EXPECT_NE(shown(as_string(value.label_en + text)).find(value.type), std::string::npos);
    }
  EXPECT_NE(shown("card \\N{DIGIT FOUR}539578763621486").find("credit_card"), std::string::npos);
  EXPECT_EQ(shown("\\N{DIGIT FORTY}\\N{}\\N{LATIN \\N{SMALL LETTER A and so on"), "");
}

// Four of these escapes in a row are the digits of a payment card.
TEST(WrittenOut, DigitsOfEscapesAreNoNumber) {
  const std::string key =
      "%2541%254B%2549%2541%2555%255A%2558%2551%2550%2547%2559%2543%2542%2533"
      "%2548%254E%2553%2555%2556%2549";
  EXPECT_EQ(shown("AWSのアクセスキーは " + key + " です"), "aws_access_key_id[" + key + "]");
  EXPECT_EQ(shown("%2550%2547%2559%2543"), "");
  EXPECT_EQ(shown("カード番号 #4539#5787#6362#1486"), "credit_card[4539#5787#6362#1486]");
}

TEST(WrittenOut, FindsBase64AndHexWithLineNumbersAndMarks) {
  for (const Value& value : values()) {
    const std::string text = value.label_en + ": " + value.text + " . that is all of it.";
    for (const std::string& coded : {base64(text), hex(text)})
      for (const char* mark : {"# ", "// ", "| "}) {
        std::string lines, numbered;
        for (std::size_t at = 0; at < coded.size(); at += 32) {
          lines += mark + coded.substr(at, 32) + "\n";
          numbered += std::to_string(at / 32 + 1) + ": " + coded.substr(at, 32) + "\n";
        }
        EXPECT_NE(shown(lines).find(value.type), std::string::npos) << lines;
        EXPECT_NE(shown(numbered).find(value.type), std::string::npos) << numbered;
      }
    std::string bits;
    for (const char c : text)
      for (int bit = 7; bit >= 0; --bit) bits += (c >> bit & 1) != 0 ? '1' : '0';
    EXPECT_NE(shown("binary: " + bits).find(value.type), std::string::npos) << value.text;
  }
}

std::string percent(const std::string& text) {
  return each(text, [](char c) {
    return printed("%%%02X", static_cast<unsigned>(static_cast<unsigned char>(c)));
  });
}

TEST(WrittenOut, FindsWhatAnAttributeOfATagHolds) {
  for (const Value& value : values()) {
    const std::string text = "資料です。 <a href=\"data:text/plain;charset=utf-8," +
                             percent(value.label_ja + value.text) + "\">開く</a>\n";
    EXPECT_NE(shown(text).find(value.type), std::string::npos) << text;
  }
}

TEST(WrittenOut, ANameBeforeALineEndIsNoSoftBreak) {
  for (const std::string name : {"AWS_ACCESS_KEY_ID", "KEY"})
    EXPECT_NE(
        shown(name + "=\n" + percent("AKIAKYZDYIAV5TKLZJKV") + "\n").find("aws_access_key_id"),
        std::string::npos)
        << name;
}

TEST(WrittenOut, FindsSingleCharactersOfALineEach) {
  for (const Value& value : values())
    for (const std::string between : {"\n", "\n- ", "\n* "})
      for (const std::string behind : {"\n3. 次回予定", "\nA: great", " で登録", ". Let me know"}) {
        const std::string text =
            "see " + value.label_en + between + joined(value.text, between) + behind + "\n";
        EXPECT_NE(shown(text).find(value.type), std::string::npos) << text;
      }
}

TEST(WrittenOut, OrdinaryListsAndStringsAreSilent) {
  EXPECT_EQ(shown("int t[] = {0100, 0200, 0300, 0400, 0377, 0001, 0002, 0003, 0004, 0005};"), "");
  EXPECT_EQ(shown("0000000 001 002 003 004 005 006 007 010\n0000010 011 012 013 014 015 016\n"),
            "");
  EXPECT_EQ(shown("{\"a\": \"{\\\"id\\\": \\\"12345\\\", \\\"n\\\": \\\"67890\\\"}\"}"), "");
  EXPECT_EQ(shown("{\"log\": \"rows 4096\\n12 of 20\\n3 left\\n\"}"), "");
}

// The digits say something else: what stands beside them is read by itself.
TEST(WrittenOut, FindsEncodingsBesideTheDigitsOfADump) {
  EXPECT_NE(shown("00000000: 6865 6c6c 6f20 776f 726c 6421 2121 2121  "
                  "Z2hwXzE2QzdlNDJGMjkyYzY5MTJFNzcxMGM4MzgzNDdBZTE3OEI0YQ==\n")
                .find("github_token"),
            std::string::npos);
}

// What its characters say is decoded once, with the digits: not again row by row, layer by layer.
TEST(WrittenOut, ADumpOfAnEncodingIsDecided) {
  const std::string_view rows =
      "00000030: 4969 4f69 4a69 5a6d 466a 4f54 6733 5954  IiOiJiZmFjOTg3YT\n"
      "00000040: 6732 4e7a 5569 4c43 4a70 6333 4d69 4f69  g2NzUiLCJpc3MiOi\n"
      "000000a0: 426c 626d 6c6b 4948 4279 6232 5a70 6247  BlbmlkIHByb2ZpbG\n";
  EXPECT_EQ(shown(rows), "");  // which asks for a decision, too
}

}  // namespace
}  // namespace sekisho::filters
