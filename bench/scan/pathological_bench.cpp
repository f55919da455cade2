// Texts of one repeated unit, each chosen to keep some part of detection busy: seconds for 1 MiB
// and for 4 MiB with every pack on. Linear is a ratio of 4.

#include <fmt/core.h>
#include <time.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "bench/scan/engines.h"

namespace sekisho::bench {
namespace {

struct Unit {
  std::string_view name, text;
};
constexpr Unit kUnits[] = {
    {"letters", "a"},
    {"digits", "1"},
    {"single digits", "4 "},
    {"cells of digits", "12|"},
    {"columns", "12,7\n"},
    {"numbers in lines", "4539\n"},
    {"rows of od", "0000000 1 2 3\n"},
    {"private addresses", "10.1.1.1 "},
    {"telephones", "電話, 03-1234-5678 |"},
    {"cards", "4532015112830366,"},
    {"card prefixes", "4539 78"},
    {"token prefixes", "sk-ant-"},
    {"keys without a value", "AKIA "},
    {"at signs", "a@"},
    {"spelt marks", "[.]a[@]"},
    {"spoken marks", " dot a at "},
    {"keys of services", "api_key="},
    {"kinds of keys", "\"kty\":\"RSA\","},
    {"password words", "password="},
    {"password word", "password"},
    {"password names", "PW="},
    {"password names ja", "PW（"},
    {"alternations", "|password"},
    {"labels", "confidential "},
    {"labels ja", "社外秘"},
    {"kanji digits", "一二"},
    {"names ja", "山田様"},
    {"attendants ja", "担当："},
    {"wards ja", "港区"},
    {"escapes", "\\u0041"},
    {"percent", "%41"},
    {"entities", "&#65;"},
    {"quoted-printable", "=41"},
    {"tags", "1<b></b>"},
    {"base64", "QUtJQUlPU0ZPRE5O"},
    {"base64 lines", "QUtJQUlPU0ZPRE5ORVhBTVBMRQ\n"},
    {"groups in lines", "AKIAIOSF\r\ncard"},
    {"base64 numbered", "12: QUtJQUlPU0ZPRE5O\n"},
    {"hex dump", "00000000: 414b 4941\n"},
    {"character codes", "65,"},
    {"chr calls", "chr(65)+"},
    {"literals", "\"a\" + "},
    {"appending calls", "p.append(\"a\")\n"},
    {"concatenated names", "a.join("},
    {"zero width", "1\u200B"},
    {"tag characters", "\U000E0041"},
    {"combining marks", "a\u0301\u0302"},
    {"bidi overrides", "\u202E1"},
    {"brackets", "(["},
    {"PEM heads", "-----BEGIN RSA PRIVATE KEY-----\n"},
    {"speakers", "1\nuser: "},
};

double seconds(const Search& search, std::string_view unit, std::size_t size) {
  std::string text;
  while (text.size() < size) text += unit;
  timespec a{}, b{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &a);
  search(text);
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &b);
  return static_cast<double>(b.tv_sec - a.tv_sec) +
         static_cast<double>(b.tv_nsec - a.tv_nsec) * 1e-9;
}

int print_all() {
  Search search;
  for (const Engine& e : product_engines())
    if (e.name == "sekisho packs") search = e.make();
  if (!search) return 2;
  fmt::print("| unit | 1 MiB, s | 4 MiB, s | ratio | MB/s |\n|---|---|---|---|---|\n");
  for (const Unit& unit : kUnits) {
    const double one = seconds(search, unit.text, 1u << 20),
                 four = seconds(search, unit.text, 4u << 20);
    fmt::print("| {} | {:.3f} | {:.3f} | {:.1f} | {:.0f} |\n", unit.name, one, four, four / one,
               4 * 1.048576 / four);
  }
  return 0;
}

}  // namespace
}  // namespace sekisho::bench

int main() {
  return sekisho::bench::print_all();
}
