#include "policy/places.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "config/country.h"
#include "policy/admission.h"
#include "policy/few_of.h"
#include "policy/short_text.h"

namespace sekisho::policy {
namespace {

TEST(CountrySet, HoldsEveryCodeAndNothingElse) {
  CountrySet all;
  std::vector<std::string> codes;
  for (std::size_t i = 0; i < config::kCountryCodes.size(); i += 2)
    codes.emplace_back(config::kCountryCodes.substr(i, 2));
  for (const std::string& code : codes) {
    EXPECT_FALSE(all.contains(code)) << code;
    all.add(code);
    EXPECT_TRUE(all.contains(code)) << code;
    EXPECT_EQ(CountrySet(code).codes(), std::vector<std::string>{code});
  }
  EXPECT_EQ(all.codes(), codes) << "in alphabetical order";
  for (const char* none : {"", "J", "jp", "UK", "EU", "ZZ", "JPN", "*", "  "})
    EXPECT_TRUE(CountrySet(none).empty()) << none;
}

TEST(CountrySet, ComparesAsSetsDo) {
  CountrySet few("JP"), more("JP");
  more.add("ZW");
  EXPECT_TRUE(more.all_of(few));
  EXPECT_FALSE(few.all_of(more));
  EXPECT_TRUE(few.any_of(more));
  EXPECT_FALSE(CountrySet("AD").any_of(more));
  EXPECT_TRUE(few.all_of(CountrySet()));
  EXPECT_FALSE(few.any_of(CountrySet()));
  more &= few;
  EXPECT_EQ(more, few);
}

TEST(Evidence, TellsItsCountriesFromItsValue) {
  const auto countries = [](const char* value) {
    Evidence e{};
    e.value = value;
    std::string out;
    for (const std::string& code : e.countries().codes()) out += code + " ";
    return out + (e.names_country() ? "named" : "none");
  };
  EXPECT_EQ(countries("CN"), "CN named");
  EXPECT_EQ(countries("AT,BE,DE,ES,FI,FR,GR,IE,IT"), "AT BE DE ES FI FR GR IE IT named");
  EXPECT_EQ(countries("JP,unknown"), "JP named");
  for (const char* value : {"", "unknown", "anywhere", "not stated", "edge:cloudflare(US)"})
    EXPECT_EQ(countries(value), "none") << value;
}

// Texts around the length that fits in the object.
TEST(ShortText, KeepsItsTextThroughCopiesAndMoves) {
  for (std::size_t n : {0u, 1u, 15u, 16u, 17u, 100u}) {
    const std::string text(n, 'x');
    ShortText<16> first = text;
    ShortText<16> copy = first, other = std::string("long enough to lie elsewhere");
    other = copy;
    EXPECT_EQ(first, text);
    EXPECT_EQ(copy, first);
    EXPECT_EQ(other, text);
    ShortText<16> moved = std::move(copy);
    EXPECT_EQ(moved, text);
    other = std::move(moved);
    EXPECT_EQ(other, text);
    const ShortText<16>& itself = other;
    other = itself;
    EXPECT_EQ(other.str(), text);
    EXPECT_EQ("a" + first, "a" + text);
  }
}

TEST(FewOf, GrowsPastItsOwnRoom) {
  FewOf<int, 2> list;
  for (int i = 0; i < 5; ++i) {
    list.push_back(i);
    const FewOf<int, 2> copy = list;
    EXPECT_EQ(std::vector<int>(copy.begin(), copy.end()),
              std::vector<int>(list.begin(), list.end()));
    EXPECT_EQ(copy.size(), static_cast<std::size_t>(i) + 1);
    EXPECT_EQ(copy[copy.size() - 1], i);
  }
}

}  // namespace
}  // namespace sekisho::policy
