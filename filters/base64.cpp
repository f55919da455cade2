#include "filters/base64.h"

#include <algorithm>
#include <array>

namespace sekisho::filters {
namespace {

using std::string_view_literals::operator""sv;

constexpr signed char kOther = -1, kSpace = -2, kPadding = -3;

constexpr std::array<signed char, 256> make_values() {
  std::array<signed char, 256> out{};
  for (auto& v : out) v = kOther;
  for (int i = 0; i < 26; ++i) {
    out[static_cast<std::size_t>('A' + i)] = static_cast<signed char>(i);
    out[static_cast<std::size_t>('a' + i)] = static_cast<signed char>(26 + i);
  }
  for (int i = 0; i < 10; ++i)
    out[static_cast<std::size_t>('0' + i)] = static_cast<signed char>(52 + i);
  out['+'] = out['-'] = 62;
  out['/'] = out['_'] = 63;
  out[' '] = out['\t'] = out['\r'] = out['\n'] = kSpace;
  out['='] = kPadding;
  return out;
}
constexpr auto kValues = make_values();

signed char value(char c) {
  return kValues[static_cast<unsigned char>(c)];
}

}  // namespace

std::size_t base64_prefix(std::string_view text, bool spaces) {
  std::size_t end = 0;
  const auto passes = [&](char c) { return value(c) >= 0 || (spaces && value(c) == kSpace); };
  while (end < text.size() && passes(text[end])) ++end;
  for (int i = 0; i < 2 && end < text.size() && text[end] == '='; ++i) ++end;
  return end;
}

bool append_base64(std::string& out, std::string_view text) {
  out.reserve(out.size() + text.size() / 4 * 3 + 3);
  unsigned bits = 0;
  int have = 0;
  std::size_t digits = 0;
  for (const char c : text) {
    const signed char v = value(c);
    if (v < 0) continue;
    ++digits;
    bits = bits << 6 | static_cast<unsigned>(v);
    have += 6;
    if (have < 8) continue;
    have -= 8;
    out.push_back(static_cast<char>(bits >> have & 0xFF));
  }
  return digits % 4 != 1;
}

bool has_file_magic(std::string_view bytes) {
  static constexpr std::array kMagic = {"\x89PNG\r\n"sv,
                                        "\xFF\xD8\xFF"sv,
                                        "GIF87a"sv,
                                        "GIF89a"sv,
                                        "RIFF"sv,
                                        "%PDF"sv,
                                        "%!PS"sv,
                                        "{\\rtf"sv,
                                        "PK\x03\x04"sv,
                                        "\x1F\x8B\x08"sv,
                                        "OggS"sv,
                                        "ID3"sv,
                                        "fLaC"sv,
                                        "\xD0\xCF\x11\xE0"sv,
                                        "7z\xBC\xAF\x27\x1C"sv,
                                        "Rar!\x1A"sv,
                                        "II*\0"sv,
                                        "MM\0*"sv,
                                        "\x1A\x45\xDF\xA3"sv,
                                        "BZh"sv,
                                        "\xFD"
                                        "7zXZ"sv,
                                        "\x28\xB5\x2F\xFD"sv};
  static constexpr std::array<bool, 256> kFirst = [] {
    std::array<bool, 256> out{};
    for (const std::string_view magic : kMagic) out[static_cast<unsigned char>(magic[0])] = true;
    return out;
  }();
  if (bytes.size() > 12 && bytes[4] == 'f' && bytes.substr(4, 4) == "ftyp") return true;
  // Asked of whatever a blob may say: most begin with none of them.
  if (bytes.empty() || !kFirst[static_cast<unsigned char>(bytes[0])]) return false;
  return std::any_of(kMagic.begin(), kMagic.end(),
                     [&](std::string_view m) { return bytes.substr(0, m.size()) == m; });
}

}  // namespace sekisho::filters
