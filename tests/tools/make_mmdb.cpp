// make_mmdb OUT.mmdb [--flat] [--type NAME] [--built UNIX_SECONDS] LINE…
// A line is "10.0.0.0/8 JP" (country) or "10.0.0.0/8 AS13335" (owner's number). Exit 2 on bad
// usage.

#include <cstdlib>
#include <ctime>
#include <iostream>
#include <string>
#include <vector>

#include "tests/policy/mmdb_writer.h"

namespace {

using sekisho::tests::MmdbWriter;

int usage() {
  std::cerr << "usage: make_mmdb OUT.mmdb [--flat] [--type NAME] [--built UNIX_SECONDS] "
               "'NETWORK COUNTRY|ASnumber'...\n";
  return 2;
}

bool add_line(MmdbWriter& writer, const std::string& line) {
  const std::size_t space = line.find(' ');
  if (space == std::string::npos) return false;
  const std::string network = line.substr(0, space), value = line.substr(space + 1);
  if (value.rfind("AS", 0) == 0 && value.size() > 2)
    return writer.asn(network,
                      static_cast<std::uint32_t>(std::strtoul(value.c_str() + 2, nullptr, 10)));
  return value.size() == 2 && writer.country(network, value);
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> lines;
  std::string type = "Test-Country";
  auto schema = MmdbWriter::Schema::kNested;
  std::int64_t built = std::time(nullptr);
  for (int i = 2; i < argc; ++i) {
    const std::string arg = argv[i];
    if (arg == "--flat")
      schema = MmdbWriter::Schema::kFlat;
    else if (arg == "--type" && i + 1 < argc)
      type = argv[++i];
    else if (arg == "--built" && i + 1 < argc)
      built = std::strtoll(argv[++i], nullptr, 10);
    else
      lines.push_back(arg);
  }
  if (argc < 3 || lines.empty()) return usage();
  MmdbWriter writer(type, built, schema);
  for (const std::string& line : lines)
    if (!add_line(writer, line)) {
      std::cerr << "not a line: " << line << "\n";
      return usage();
    }
  return writer.write(argv[1]) ? 0 : 2;
}
