#include "filters/values/phone_plan.h"

#include <algorithm>
#include <iterator>

namespace sekisho::filters {
namespace {

// Codes of one and two digits, then of three.
constexpr std::string_view kShortCodes[] = {
    "1",  "7",  "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45",
    "46", "47", "48", "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63",
    "64", "65", "66", "81", "82", "84", "86", "90", "91", "92", "93", "94", "95", "98"};
constexpr std::string_view kLongCodes[] = {
    "211", "212", "213", "216", "218", "220", "221", "222", "223", "224", "225", "226", "227",
    "228", "229", "230", "231", "232", "233", "234", "235", "236", "237", "238", "239", "240",
    "241", "242", "243", "244", "245", "246", "248", "249", "250", "251", "252", "253", "254",
    "255", "256", "257", "258", "260", "261", "262", "263", "264", "265", "266", "267", "268",
    "269", "290", "291", "297", "298", "299", "350", "351", "352", "353", "354", "355", "356",
    "357", "358", "359", "370", "371", "372", "373", "374", "375", "376", "377", "378", "380",
    "381", "382", "383", "385", "386", "387", "389", "420", "421", "423", "500", "501", "502",
    "503", "504", "505", "506", "507", "508", "509", "590", "591", "592", "593", "594", "595",
    "596", "597", "598", "599", "670", "672", "673", "674", "675", "676", "677", "678", "679",
    "680", "681", "682", "683", "685", "686", "687", "688", "689", "690", "691", "692", "850",
    "852", "853", "855", "856", "880", "886", "960", "961", "962", "963", "964", "965", "966",
    "967", "968", "970", "971", "972", "973", "974", "975", "976", "977", "992", "993", "994",
    "995", "996", "998"};

struct Sizes {
  std::string_view code;
  std::size_t fewest, most;  // digits with the country code
};
constexpr Sizes kSizes[] = {
    {"1", 11, 11},   {"7", 11, 11},   {"31", 11, 11},  {"32", 10, 11},  {"33", 11, 11},
    {"34", 11, 11},  {"39", 10, 13},  {"41", 11, 11},  {"44", 11, 12},  {"45", 10, 10},
    {"46", 9, 12},   {"47", 10, 10},  {"48", 11, 11},  {"49", 9, 14},   {"52", 12, 13},
    {"55", 12, 13},  {"60", 10, 12},  {"61", 10, 11},  {"62", 10, 14},  {"63", 11, 12},
    {"64", 10, 12},  {"65", 10, 10},  {"66", 10, 11},  {"81", 11, 12},  {"82", 10, 12},
    {"84", 11, 12},  {"86", 11, 13},  {"90", 12, 12},  {"91", 12, 13},  {"351", 12, 12},
    {"353", 10, 12}, {"358", 9, 13},  {"852", 11, 11}, {"853", 11, 11}, {"886", 11, 12},
    {"966", 11, 12}, {"971", 11, 12}, {"972", 11, 12}};
constexpr Sizes kUsual{"", 9, 13};

template <std::size_t N>
bool listed(const std::string_view (&codes)[N], std::string_view code) {
  return std::find(std::begin(codes), std::end(codes), code) != std::end(codes);
}

// Area and exchange begin with 2..9; 555-01xx is kept for fiction.
bool north_american(std::string_view national) {
  if (national[0] < '2' || national[3] < '2') return false;
  if (national[1] == '1' && national[2] == '1') return false;
  return national.substr(3, 5) != "55501";
}

}  // namespace

std::size_t country_code_size(std::string_view digits) {
  for (const std::size_t size : {std::size_t{1}, std::size_t{2}}) {
    if (digits.size() > size && listed(kShortCodes, digits.substr(0, size))) return size;
  }
  return digits.size() > 3 && listed(kLongCodes, digits.substr(0, 3)) ? 3 : 0;
}

bool international_number_plausible(std::string_view digits) {
  const std::size_t code = country_code_size(digits);
  if (code == 0) return false;
  const auto found = std::find_if(std::begin(kSizes), std::end(kSizes), [&](const Sizes& sizes) {
    return sizes.code == digits.substr(0, code);
  });
  const Sizes& sizes = found == std::end(kSizes) ? kUsual : *found;
  if (digits.size() < sizes.fewest || digits.size() > sizes.most) return false;
  const std::string_view national = digits.substr(code);
  if (national.find_first_not_of(national[0]) == std::string_view::npos) return false;
  return digits[0] != '1' || north_american(national);
}

}  // namespace sekisho::filters
