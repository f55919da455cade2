// Values written in characters that only stand for the usual ones.

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "filters/utf8.h"
#include "filters/views/character_forms.h"
#include "filters/views/pieces.h"
#include "filters/views/survey.h"
#include "tests/filters/views/disguise.h"

namespace sekisho::filters {
namespace {

std::string utf8(char32_t c) {
  std::string out;
  append_utf8(out, c);
  return out;
}

Disguise with_between(char32_t mark, std::size_t every = 1) {
  return [mark, every](const std::string& s) {
    std::string out;
    for (std::size_t i = 0; i < s.size(); ++i) {
      out += s[i];
      if (i + 1 < s.size() && (i + 1) % every == 0) out += utf8(mark);
    }
    return out;
  };
}

Disguise digits_from(char32_t zero) {
  return [zero](const std::string& s) {
    return each(s, [zero](char c) {
      return c >= '0' && c <= '9' ? utf8(zero + static_cast<char32_t>(c - '0')) : std::string(1, c);
    });
  };
}

std::string mathematical(const std::string& s) {
  return each(s, [](char c) {
    if (c >= '0' && c <= '9') return utf8(0x1D7CE + static_cast<char32_t>(c - '0'));
    if (c >= 'A' && c <= 'Z') return utf8(0x1D400 + static_cast<char32_t>(c - 'A'));
    if (c >= 'a' && c <= 'z') return utf8(0x1D41A + static_cast<char32_t>(c - 'a'));
    return std::string(1, c);
  });
}

std::string lookalikes(const std::string& s) {
  static const std::map<char, std::string> kTwins = {{'A', "А"}, {'K', "К"}, {'a', "а"},
                                                     {'e', "е"}, {'o', "о"}, {'p', "р"},
                                                     {'s', "ѕ"}, {'i', "і"}, {'c', "с"}};
  std::string out;
  bool change = true;
  for (const char c : s) {
    const auto twin = kTwins.find(c);
    out += twin != kTwins.end() && change ? twin->second : std::string(1, c);
    if (twin != kTwins.end()) change = !change;
  }
  return out;
}

std::string in_kanji(const std::string& s) {
  static const char* const kDigitsInKanji[] = {"〇", "一", "二", "三", "四",
                                               "五", "六", "七", "八", "九"};
  return each(s, [](char c) {
    if (c >= '0' && c <= '9') return std::string(kDigitsInKanji[c - '0']);
    return c == '-' ? std::string("ー") : std::string(1, c);
  });
}

std::string as_tags(const std::string& s) {
  return each(s, [](char c) { return utf8(0xE0000 + static_cast<char32_t>(c)); });
}

TEST(Normalise, FindsEveryTypeThroughCharactersThatAreNotSeen) {
  const std::map<std::string, Disguise> techniques = {
      {"zero width space", with_between(0x200B)},
      {"zero width joiner", with_between(0x200D, 3)},
      {"word joiner", with_between(0x2060, 2)},
      {"soft hyphen", with_between(0xAD, 4)},
      {"byte order mark", with_between(0xFEFF, 5)},
      {"left-to-right mark", with_between(0x200E)},
      {"embedding", with_between(0x202A, 3)},
      {"isolate", with_between(0x2066, 3)},
      {"variation selector", with_between(0xFE0F)},
      {"supplementary variation selector", with_between(0xE0105, 2)},
      {"tag between", with_between(0xE0041, 2)},
      {"combining mark", with_between(0x301)},
      {"strike through", with_between(0x336)},
      {"full width", [](const std::string& s) { return wide(s); }},
      {"mathematical", mathematical},
      {"tags", as_tags},
  };
  for (const Value& value : values()) {
    for (const auto& [name, disguise] : techniques) expect_found(value, name, disguise, 4);
  }
}

// Whatever is seen before and behind.
TEST(Normalise, WhatTagsHideIsWordsOfItsOwn) {
  for (const Value& value : values()) {
    if (value.number) continue;
    EXPECT_TRUE(found_whole("今日の会議は", as_tags(value.text), "15時から", value.type));
    EXPECT_TRUE(found_whole("hello", as_tags(value.text), "world", value.type));
  }
}

TEST(Normalise, ReadsNumbersInKanjiOfDeedsAndInBracketsAndInFullWidth) {
  const std::pair<const char*, const char*> kTexts[] = {
      {"jp_phone", "電話: 零五二(三九六)零八七二"},
      {"jp_phone", "電話番号は〇三（三九六一）〇八七二です"},
      {"jp_phone", "携帯は０七０－４九八八－９六２〇です"},
      {"jp_residence_card", "在留カード: CX参伍弐陸弐参弐壱QM"},
      {"jp_passport", "パスポート番号はTS弐伍壱壱参参陸です"},
      {"jp_pension_number", "基礎年金番号: 壱陸壱肆-漆壱参陸伍参"},
      {"jp_pension_number", "| 基礎年金番号 | ２三四七－三４一三８三 |"},
      {"jp_bank_account", "りそな銀行 上野支店 当座 口座番号：捌壱捌伍捌弐弐"}};
  for (const auto& [type, text] : kTexts)
    EXPECT_NE(shown(text).find(std::string(type) + "["), std::string::npos) << text;
  for (const char* text :
       {"電話は二回（三分）でした", "参加者は壱弐参(四)名です", "一(二)三（四）"})
    EXPECT_EQ(shown(text), "") << text;
}

TEST(Normalise, ASoftHyphenAtTheEndOfALineGoesOnBelow) {
  for (const std::string text :
       {"接続先IP: 10.198.232.\u00AD\n64\n", "パスワードはOo6\u00AD\r\nq?MsM9+o です。",
        "webhook=https://hooks.slack.com/services/TQR6TY7M9WU/BMX1O9KLHXV/"
        "z4tYTGy9EvO\u00AD\npyzr9E7"
        "\u00AD\nbmb2DN ok"})
    EXPECT_NE(shown(text), "") << text;
  EXPECT_EQ(shown("an exam\u00AD\nple of a word\u00AD\n\nand its end\u00AD"), "");
}

// The middle of a value, every second character of it.
TEST(Normalise, WhatTagsHideIsPartOfTheWordsBeside) {
  for (const Value& value : values()) {
    const std::string& text = value.text;
    const std::size_t third = text.size() / 3;
    const std::string middle =
        text.substr(0, third) + as_tags(text.substr(third, third)) + text.substr(2 * third);
    std::string second;
    for (std::size_t i = 0; i < text.size(); ++i)
      second += i % 2 == 0 ? text.substr(i, 1) : as_tags(text.substr(i, 1));
    for (const std::string& written : {middle, second})
      EXPECT_NE(shown(value.label_ja + written + " です。").find(value.type + "["),
                std::string::npos)
          << value.type;
  }
}

// Passwords stand right behind their label.
TEST(Normalise, WhatIsHiddenBehindAFlagOrAnEmojiStandsInItsPlace) {
  const auto as_selectors = [](const std::string& s) {
    return each(s, [](char c) { return utf8(0xE0100 + static_cast<char32_t>(c) - 16); });
  };
  for (const std::string label : {"パスワード=", "password: ", "passwd is "})
    for (const std::string& hidden :
         {"🏴" + as_tags("n10?l2OeflNp") + utf8(0xE007F), "👍" + as_selectors("n10?l2OeflNp")})
      EXPECT_NE(shown(label + hidden + "\n").find("password_assignment["), std::string::npos)
          << label;
}

TEST(Normalise, WhatHidesIsReadThroughOtherCharactersThatAreNotSeen) {
  for (const Value& value : values()) {
    std::string hidden;
    for (const char c : value.label_en + value.text)
      hidden += utf8(0xE0000 + static_cast<char32_t>(c)) + "\u200B";
    EXPECT_TRUE(
        found_whole("Nice weather 😀", hidden, " today", value.type, value.label_en.size() * 7 + 3))
        << value.type;
    EXPECT_TRUE(
        found_whole("Nice weather", hidden, "today", value.type, value.label_en.size() * 7 + 3))
        << value.type;
  }
}

// One variation selector behind a kanji is honest, two are not.
TEST(Normalise, ReadsBytesSmuggledBehindAKanji) {
  for (const Value& value : values()) {
    std::string hidden;
    for (const char c : value.label_en + value.text)
      hidden += utf8(0xE0100 + static_cast<char32_t>(c) - 16);
    EXPECT_TRUE(found_whole("今日", hidden, "は晴れです。", value.type, value.label_en.size() * 4))
        << value.type;
  }
}

// There is no such form of nought.
TEST(Normalise, ReadsNoughtAmongNumbersInBracketsAndWithFullStops) {
  for (const auto& [first, nought] :
       {std::pair<char32_t, const char*>{0x2474, "(0)"}, {0x2488, "0."}}) {
    const auto framed = [first = first, nought = nought](const std::string& s) {
      return each(s, [&](char c) {
        return c == '0'              ? nought
               : c > '0' && c <= '9' ? utf8(first + static_cast<char32_t>(c - '1'))
                                     : std::string(1, c);
      });
    };
    EXPECT_TRUE(
        found_whole("運転免許証番号 ", framed("309012345620"), " です", "jp_driver_license"));
    EXPECT_TRUE(found_whole("SSN: ", framed("004-94-3139"), " - thanks", "us_ssn"));
    EXPECT_TRUE(found_whole("電話 ", framed("090-1234-5600"), " です", "jp_phone"));
  }
  EXPECT_EQ(shown("⑴ SSN form, ⑵ f(0) = 0. and 004 94 3139", 0.6), "");
}

TEST(Normalise, TagsBehindABlackFlagHideAsWell) {
  std::string hidden = "了解です\U0001F3F4";
  for (const char c : std::string("AKIAKYZDYIAV5TKLZJKV"))
    hidden += utf8(0xE0000 + static_cast<char32_t>(c));
  EXPECT_NE(shown("AWS key: " + hidden + "\n").find("aws_access_key_id"), std::string::npos);
  EXPECT_NE(shown("AWS key: " + hidden + utf8(0xE007F) + "\n").find("aws_access_key_id"),
            std::string::npos);
}

TEST(Normalise, FindsZalgo) {
  for (const Value& value : values()) {
    expect_found(
        value, "zalgo",
        [](const std::string& s) {
          return each(s, [](char c) { return std::string(1, c) + "\u0336\u0302\u0331\u0489"; });
        },
        8);
  }
}

TEST(Normalise, ReadsLettersThatOnlyLookLatin) {
  for (const Value& value : values())
    if (!value.number) expect_found(value, "look-alikes", lookalikes);
}

// Letters of one token from four alphabets.
TEST(Normalise, ReadsABeginningInLettersThatOnlyLookLatin) {
  EXPECT_TRUE(found_whole(
      "Slack ", "хохр-148028261440-406740562156-1030739338705-08692168cb96889202f577f33867f7d2",
      " を", "slack_token"));
  EXPECT_TRUE(found_whole("鍵 ", "ѕк-аnt-api03-" + chance(kBase62, 93, 6) + "AA", " を",
                          "anthropic_api_key"));
}

TEST(Normalise, ReadsLookAlikesAmongLettersInFullWidth) {
  for (const Value& value : values()) {
    if (value.number) continue;
    expect_found(value, "mixed", [n = 0](const std::string& s) mutable {
      return each(s, [&n](char c) {
        const bool turn = n++ % 3 != 0;
        return turn ? wide(std::string(1, c)) : lookalikes(std::string(1, c));
      });
    });
  }
  EXPECT_EQ(shown("АＳＩＡYNOＴХF5АＳＢBAΚΧ７4"), "aws_access_key_id[АＳＩＡYNOＴХF5АＳＢBAΚΧ７4]");
}

TEST(Normalise, ReadsSpacedLettersInFullWidth) {
  for (const Value& value : values())
    for (const char* between : {" ", "　"})
      expect_found(value, "full width", [&](const std::string& s) {
        const std::string spaced =
            each(s, [&](char c) { return wide(std::string(1, c)) + between; });
        return spaced.substr(0, spaced.size() - std::string_view(between).size());
      });
}

std::string with_letters(const std::string& number, const char* zero, const char* three) {
  return each(number, [&](char c) {
    return c == '0' ? std::string(zero) : c == '3' ? std::string(three) : std::string(1, c);
  });
}

TEST(Normalise, ReadsLettersThatLookLikeDigitsWithinNumbers) {
  const std::pair<const char*, const char*> letters[] = {
      {"O", "3"}, {"o", "3"}, {"О", "З"}, {"Ο", "Ӡ"}, {"0", "З"}};
  for (const Value& value : values())
    for (const auto& [zero, three] : letters)
      if (value.number)
        expect_found(value, zero, [&zero = zero, &three = three](const std::string& s) {
          return with_letters(s, zero, three);
        });
  for (const char* phone : {"O8O-32O1-6338", "O3-1234-5678", "+81-9O-5971-38l1", "О9О-ЗЅЗЗ-3811"})
    EXPECT_EQ(shown("TEL " + std::string(phone)), "jp_phone[" + std::string(phone) + "]");
  EXPECT_EQ(shown("カード：4S39 78Il 1O57 2OO2"), "credit_card[4S39 78Il 1O57 2OO2]");
}

TEST(Normalise, LeavesPartNumbersAlone) {
  for (const char* text :
       {"品番 O1-2345-6789", "型番：4515-8OO8-8118", "part 4O15-8OO8-8118-1659 rev 2",
        "0xO123 4567 89O1", "H2O 1234 5678", "I/O 1234-5678-9O12", "lo0 127 1234 5678 9O12",
        "シリアル 12O4-5678-9l12", "commit 1O2l3I4S5Z60", "Ч123 4567 8902"})
    EXPECT_EQ(shown(text), "") << text;
}

TEST(Normalise, ReadsDigitsOfEveryScript) {
  for (const Value& value : values()) {
    if (!value.number) continue;
    for (const char32_t zero :
         {0x660, 0x6F0, 0x966, 0x9E6, 0xE50, 0x1D7D8, 0x2080, 0x1FBF0, 0xFF10})
      expect_found(value, printed("U+%04X", zero), digits_from(zero));
    expect_found(value, "circled", [](const std::string& s) {
      return each(s, [](char c) {
        if (c == '0') return utf8(0x24EA);
        return c > '0' && c <= '9' ? utf8(0x245F + static_cast<char32_t>(c - '0'))
                                   : std::string(1, c);
      });
    });
    expect_found(
        value, "keycaps",
        [](const std::string& s) {
          return each(s, [](char c) {
            return c >= '0' && c <= '9' ? std::string(1, c) + "\uFE0F\u20E3" : std::string(1, c);
          });
        },
        6);
    expect_found(value, "kanji", in_kanji);
  }
}

TEST(Normalise, ReadsEveryHyphenAndSpaceBetweenGroups) {
  const std::string card = with_luhn("453978" + chance(kDigits, 9, 5));
  for (const char* separator :
       {"\u2010", "\u2011", "\u2013", "\u2014", "\u2212", "ー", "－",  "﹣", "〜",
        "・",     "·",      "\u00A0", "\u2003", "\u202F", "　", " - ", "/",  " / ",
        "_",      ":",      ",",      "--",     "|",      "*",  "．",  "．"}) {
    EXPECT_TRUE(found_whole("カード番号 ", in_fours(card, separator), " です", "credit_card"))
        << separator;
  }
}

TEST(Normalise, ReadsWhatIsWrittenFromRightToLeft) {
  for (const Value& value : values()) {
    expect_found(
        value, "override",
        [](const std::string& s) {
          return "\u202E" + std::string(s.rbegin(), s.rend()) + "\u202C";
        },
        3);
  }
}

TEST(Normalise, ReadsBytesSmuggledInVariationSelectors) {
  for (const Value& value : values()) {
    const std::string hidden =
        each(value.text, [](char c) { return utf8(0xE0100 + static_cast<char32_t>(c) - 16); });
    EXPECT_TRUE(found_whole("memo " + value.label_en + "😀", hidden, " end", value.type))
        << value.text;
  }
}

// The first line of a key in disguise, the rest of it in none.
TEST(Normalise, ReadsTheFirstLineOfAKeyAndCoversItToItsEnd) {
  std::string body;
  for (unsigned line = 1; line < 24; ++line) body += chance(kBase62, 64, line) + "\n";
  const std::pair<std::string, std::string> lines[] = {
      {"—————BEGIN RSA PRIVATE KEY—————", "—————END RSA PRIVATE KEY—————"},
      {"——-BEGIN PRIVATE KEY——-", "——-END PRIVATE KEY——-"},
      {"–––––BEGIN EC PRIVATE KEY–––––", "-----END EC PRIVATE KEY-----"},
      {"-----BEGIN RSA PRI\u200BVATE KEY-----", "-----END RSA PRIVATE KEY-----"},
      {"－－－－－ＢＥＧＩＮ　ＰＲＩＶＡＴＥ　ＫＥＹ－－－－－",
       "－－－－－ＥＮＤ　ＰＲＩＶＡＴＥ　ＫＥＹ－－－－－"}};
  for (const auto& [first, last] : lines)
    EXPECT_TRUE(found_whole("鍵を送ります。\n", first + "\n" + body + last, "\n以上です。",
                            "private_key_pem"))
        << first;
}

TEST(Normalise, DashesAroundWordsOfAnArmourAloneAreNoKey) {
  EXPECT_EQ(shown("——BEGIN here, and END there——", 0), "");
}

TEST(Normalise, LabelsAreFoundInDisguise) {
  EXPECT_EQ(shown("【社\u200B外\u200B秘】"), "confidentiality_label[社\u200B外\u200B秘]");
  EXPECT_EQ(shown("【社\u00AD外秘】"), "confidentiality_label[社\u00AD外秘]");
  EXPECT_EQ(shown("資料\n【社̶外̶秘̶】\n"), "confidentiality_label[社̶外̶秘]");
  EXPECT_EQ(shown("СОNFIDЕNTIAL - plan"), "confidentiality_label[СОNFIDЕNTIAL]");
  EXPECT_EQ(shown("ＣＯＮＦＩＤＥＮＴＩＡＬ\n"), "confidentiality_label[ＣＯＮＦＩＤＥＮＴＩＡＬ]");
}

TEST(Normalise, HalfWidthKanaGiveContext) {
  EXPECT_EQ(shown("ﾏｲﾅﾝﾊﾞｰ: 7877-8932-8790"), "jp_my_number[7877-8932-8790]");
}

TEST(Normalise, NumbersInKanjiAreReadWhereTheContextAsks) {
  Patches patches;
  const auto view = [](std::string_view text) {
    Findings found;
    return shown(text, 0.0);
  };
  EXPECT_EQ(view("電話は〇九〇の一二三四の五六七八です"), "jp_phone[〇九〇の一二三四の五六七八]");
  EXPECT_EQ(view("一般に、三菱と千葉の一部では一番の二の次"), "");
}

TEST(Normalise, ANumberInKanjiGoesOnInTheNextLine) {
  EXPECT_EQ(shown("電話: 〇九〇-一二三四-五\n  六七八\n", 0.0),
            "jp_phone[〇九〇-一二三四-五\n  六七八]");
  EXPECT_EQ(shown("カード番号: 四七一六二七五九一\n三六〇三七五四\n"),
            "credit_card[四七一六二七五九一\n三六〇三七五四]");
  EXPECT_EQ(shown("電話は〇三\n一二三四\n"), "");
}

TEST(Normalise, GroupsWithPowersOfTenAreRead) {
  const std::string my_number = "六千九百二十八－四千八百－二千六百四十九";
  EXPECT_EQ(shown("マイナンバー：" + my_number), "jp_my_number[" + my_number + "]");
  for (const char* between : {"-", "・", " ", "の", "、", ""}) {
    const std::string card = std::string("四千壱百壱拾六") + between + "八千弐百参拾" + between +
                             "参千壱百弐拾六" + between + "四千六百壱拾五";
    EXPECT_EQ(shown("カード番号：" + card + " です"), "credit_card[" + card + "]");
    const std::string phone =
        std::string("〇七〇") + between + "七千七百三十九" + between + "九千三百七十一";
    EXPECT_EQ(shown("電話番号: " + phone + "\n"), "jp_phone[" + phone + "]");
  }
}

TEST(Normalise, PowersOfDeedsAreRead) {
  const std::string my_number = "六仟九佰二拾八－四阡八佰－二仟六佰四拾九";
  EXPECT_EQ(shown("マイナンバー：" + my_number), "jp_my_number[" + my_number + "]");
}

TEST(Normalise, GroupsOfAnAmericanExpressCardInFoursAreRead) {
  for (const char* last : {"二百三十九", "〇〇七"}) {
    const std::string card = std::string("三千七百八十二、六千百六十九、七千七百二十三、") + last;
    EXPECT_EQ(shown("カード番号: " + card + "\n10:16 由美"), "credit_card[" + card + "]");
  }
}

TEST(Normalise, OneGroupWithPowersOfTenBesideDigitsIsEnough) {
  for (const char* phone : {"〇九〇 六千百九十四 〇五八七", "〇七〇、六千五百七十八、〇〇一一"})
    EXPECT_EQ(shown(std::string("電話番号は") + phone + "\n"),
              std::string("jp_phone[") + phone + "]");
}

TEST(Normalise, FiguresInKanjiAreLeftAlone) {
  for (const char* text :
       {"二千二十三、二千二十四、二千二十五年度", "売上は三千二百、四千百、五千二十の順",
        "二千三百万五千円、千二百円、四千円", "千代田区の千葉銀行、千百人、二千人、三千人"})
    EXPECT_EQ(shown(text), "") << text;
}

TEST(Normalise, DigitsOfDeedsAreRead) {
  EXPECT_EQ(shown("マイナンバー 漆捌漆漆 捌玖參貳 捌漆玖零"),
            "jp_my_number[漆捌漆漆 捌玖參貳 捌漆玖零]");
  EXPECT_EQ(shown("マイナンバー 漆捌漆漆 捌玖参弐 捌漆玖零"),
            "jp_my_number[漆捌漆漆 捌玖参弐 捌漆玖零]");
  EXPECT_EQ(shown("電話：〇九〇－一二三四－五六七八"), "jp_phone[〇九〇－一二三四－五六七八]");
}

TEST(Normalise, ACircleIsAZeroAmongDigitsInKanji) {
  EXPECT_EQ(shown("携帯: ○八○四八九七七三二五"), "jp_phone[○八○四八九七七三二五]");
  EXPECT_EQ(shown("電話番号は ◯六-六四五二-九八五◯ です"), "jp_phone[◯六-六四五二-九八五◯]");
  EXPECT_EQ(shown("旅券番号は TE四八九○○四八 です"), "jp_passport[TE四八九○○四八]");
  EXPECT_EQ(shown("出欠は一二三四 ○、○○町○○五丁目、第○一回"), "");
}

TEST(Normalise, ShortNumbersMayMixDigitsInKanji) {
  EXPECT_EQ(shown("パスポート番号=TP九59四3五四"), "jp_passport[TP九59四3五四]");
  EXPECT_EQ(shown("みずほ銀行 渋谷支店 普通 口座番号: 〇09四六二1"),
            "jp_bank_account[〇09四六二1]");
  EXPECT_EQ(shown("みずほ銀行 渋谷支店 普通 口座番号は 2五428三3 です"),
            "jp_bank_account[2五428三3]");
  EXPECT_EQ(shown("口座の開設は2026年三月一日、口座番号は 12-三四の5 階"), "");
}

TEST(HiddenText, FourCharactersAreAFinding) {
  EXPECT_EQ(shown("hello\U000E0068\U000E0069\U000E0021\U000E0021 world"),
            "hidden_text[\U000E0068\U000E0069\U000E0021\U000E0021]");
  EXPECT_EQ(shown("hello\U000E0068\U000E0069\U000E0021 world"), "");
  EXPECT_EQ(shown("a\u202Eb\u202Cc\u2066d\u2069"), "hidden_text[\u202Eb\u202Cc\u2066d\u2069]");
}

TEST(HiddenText, BitsInCharactersOfNoWidthAreAFinding) {
  std::string bits;
  for (int i = 0; i < 12; ++i) bits += i % 3 == 0 ? "\u200B" : "\u200C";
  EXPECT_EQ(shown("こんにちは" + bits + "世界"), "hidden_text[" + bits + "]");
  EXPECT_EQ(shown("foo\u200Bbar\u200Bbaz\u200B\u200B\u200Bqux\u200Dy\u2060z\uFEFF"), "");
}

TEST(HiddenText, HonestTextHasNone) {
  // Emoji with joiners and selectors, flags, keycaps.
  EXPECT_EQ(
      shown("👨‍👩‍👧‍👦 ❤️ ☀️ ✈️ ⚠️ ✔️ 1️⃣ 2️⃣ 3️⃣ "
            "4️⃣ "
            "🏴󠁧󠁢󠁥󠁮󠁧󠁿 🏴󠁧󠁢󠁳󠁣󠁴󠁿 🇯🇵"),
      "");
  // Names with variants of kanji.
  EXPECT_EQ(
      shown(
          "葛󠄀城市の辻󠄀さん、榊󠄀さん、祇󠄀園の樋󠄀口さん、逗󠄀"
          "子"),
      "");
  // Persian and Hebrew with marks.
  EXPECT_EQ(shown("می\u200Cخواهم \u200Fسلام\u200F دنیا\u200F \u202Bمتن\u202C (123)\u200F"), "");
  EXPECT_EQ(shown("\u202Bשלום עולם\u202C \u200Fabc\u200F \u202Bשלום\u202C"), "");
}

TEST(HiddenText, TurnsWithinFortyEightCharactersOfALetterThatNeedsIt) {
  const std::string turns = "\u202Ea\u202Cb\u202Ec\u202C", far(60, '.');
  const auto apart = [](int characters) {
    std::string out;
    while (characters-- > 0) out += "あ";
    return out;
  };
  EXPECT_EQ(shown("ש" + apart(41) + turns), "");
  EXPECT_EQ(shown(turns + apart(41) + "ש"), "");
  EXPECT_EQ(shown("ש" + apart(48) + turns), "hidden_text[" + turns + "]");
  EXPECT_EQ(shown(turns + apart(48) + "ש"), "hidden_text[" + turns + "]");
  // Wherever else such letters stand.
  EXPECT_EQ(shown("\u202Eש" + far + turns + far + "ש\u202C"), "hidden_text[" + turns + "]");
}

TEST(HiddenText, IsCountedOverTheWholeText) {
  std::string text = "a\U000E0061";
  for (int i = 0; i < 3; ++i) text += std::string(70000, '.') + "\U000E0061";
  int found = 0;
  for (const Finding& f : scan_text(shipped_set(), text)) found += f.type == "hidden_text" ? 1 : 0;
  EXPECT_EQ(found, 4);
}

TEST(CharacterForms, EveryDigitOfUnicodeIsRead) {
  EXPECT_EQ(plain_form(0x0664), "4");
  EXPECT_EQ(plain_form(0x1D7FF), "9");
  EXPECT_EQ(plain_form(0x2473), "20");
  EXPECT_EQ(plain_form(0x1F150), "A");
  EXPECT_EQ(plain_form(0x1F10B), "0");
  EXPECT_EQ(plain_form(0x1F10C), "0");
  EXPECT_EQ(plain_form(U'漢'), "");
  EXPECT_EQ(latin_lookalike(U'ニ'), '\0');
  EXPECT_EQ(latin_lookalike(0x0430), 'a');
}

}  // namespace
}  // namespace sekisho::filters
