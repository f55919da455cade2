// Values in escapes that are cut in two themselves.

#include <gtest/gtest.h>

#include <string>

#include "tests/filters/views/disguise.h"

namespace sekisho::filters {
namespace {

// With `border` after each `every` characters.
std::string cut(const std::string& s, std::string_view border, std::size_t every) {
  std::string out;
  for (std::size_t at = 0; at < s.size(); at += every) {
    if (at > 0) out += border;
    out += s.substr(at, every);
  }
  return out;
}

TEST(CutEscapes, FindsValuesWhoseEscapesAreCutByLinesAndCells) {
  for (const Value& value : values())
    for (const char* escape : {"\\u%04x", "&#%d;", "&#x%x;", "\\x%02x", "%%%02X", "\\u{%x}"}) {
      const std::string all = coded(escape)(value.text);
      for (const char* border : {"\n", "\n    ", "\r\n", "\n> ", "\\\n", "\t", "</td><td>", " | "})
        // Cut once, in each of the places of an escape.
        for (std::size_t at = all.size() / 2; at < all.size() / 2 + 6; ++at)
          if (all[at] != escape[0])
            expect_found(value, std::string(escape) + border, [&](const std::string&) {
              return all.substr(0, at) + border + all.substr(at);
            });
    }
}

TEST(CutEscapes, FindsValuesWhoseEscapesAreCutBetweenLiterals) {
  for (const Value& value : values())
    for (const char* escape : {"\\u%04x", "&#%d;", "&#x%x;", "%%%02X", "\\u{%x}"})
      for (const char* border :
           {"\" + \"", "\" \"", "\"\n    \"", "' . '", "\" +\n  \"", "\" & \""})
        expect_found(
            value, std::string(escape) + border,
            [&](const std::string& s) {
              const std::string quote(1, border[0]);
              return quote + cut(coded(escape)(s), border, 23) + quote;
            },
            3);
}

TEST(CutEscapes, FindsValuesWhoseEscapesAreCutOverVariables) {
  EXPECT_EQ(shown("p0 = \"&#65;&#75;&#73;&#6\"; p1 = \"5;&#88;&#81;&#55;&#78;&#50;&#75;&#70;&#82;"
                  "&#77;&#52;&#72;&#84;&#83;&#90;&#80;&#51;\"; value = p0 + p1"),
            "aws_access_key_id[&#65;&#75;&#73;&#6\"; p1 = \"5;&#88;&#81;&#55;&#78;&#50;&#75;&#70;"
            "&#82;&#77;&#52;&#72;&#84;&#83;&#90;&#80;&#51;\"; value = p0 + p1]");
}

TEST(CutEscapes, ALiteralOfCWithAPrefixReadsAsWithoutIt) {
  for (const std::string prefix : {"u8", "u", "U", "L"}) {
    EXPECT_NE(shown("password: " + prefix + "\"Z\\u0065t!tm\\u0077\\u0068\\u00314\\u0055mj\"")
                  .find("password_assignment["),
              std::string::npos)
        << prefix;
    EXPECT_NE(shown("保険者番号は" + prefix + "\"\\u003333\\u00364381\"です。")
                  .find("jp_health_insurance["),
              std::string::npos)
        << prefix;
  }
  EXPECT_EQ(shown("L\"\\u0065"), "");
  EXPECT_EQ(shown("u8\""), "");
  EXPECT_EQ(shown("puts(L\"caf\\u00e9 2026-11-05\");"), "");
}

TEST(CutEscapes, SignsThatOnlyLookLikeTheBeginningOfOneAreSilent) {
  EXPECT_EQ(shown("rate: 45%\n39 items, 12%\n57 of 87, 36%\n36 and 21"), "");
  EXPECT_EQ(shown("make all \\\n  123 \\\n  456 \\\n  071"), "");
  EXPECT_EQ(shown("a & b\n#65; c && d\n#66; e &\n#67;"), "");
}

}  // namespace
}  // namespace sekisho::filters
