// Values in text that was packed before it was encoded, and in encodings cut into groups; budgets.

#include <bzlib.h>
#include <gtest/gtest.h>
#include <lzma.h>

#include <random>

#include "filters/views/raw_deflate.h"
#include "filters/views/view_scan.h"
#include "filters/views/zip_text.h"
#include "tests/deflated.h"
#include "tests/filters/views/disguise.h"

namespace sekisho::filters {
namespace {

std::string deflated(const std::string& bytes, int level = 9, int strategy = Z_DEFAULT_STRATEGY) {
  return tests::deflated(bytes, -15, level, strategy);
}

std::string bzip2(const std::string& bytes) {
  std::string out(bytes.size() + bytes.size() / 100 + 600, '\0');
  auto size = static_cast<unsigned>(out.size());
  BZ2_bzBuffToBuffCompress(out.data(), &size, const_cast<char*>(bytes.data()),
                           static_cast<unsigned>(bytes.size()), 9, 0, 0);
  out.resize(size);
  return out;
}

std::string xz(const std::string& bytes, std::uint32_t preset = 6) {
  std::string out(lzma_stream_buffer_bound(bytes.size()), '\0');
  std::size_t size = 0;
  lzma_easy_buffer_encode(preset, LZMA_CHECK_CRC64, nullptr,
                          reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size(),
                          reinterpret_cast<std::uint8_t*>(out.data()), &size, out.size());
  out.resize(size);
  return out;
}

std::string memo(const std::string& value) {
  return "議事録の控え。" + value + " は公開しないこと。\n";
}

// Letters of chance: what is packed fills a window.
std::string long_text(const std::string& value) {
  static constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz .,\n";
  std::mt19937 random(7);
  std::string out;
  while (out.size() < 60000) out += kLetters[random() % kLetters.size()];
  return out + "\n" + value + "\n" + out;
}

TEST(PackedText, IsUnpackedFromEncodings) {
  for (const Value& value : values()) {
    const std::string text = memo(value.label_ja + value.text);
    const std::string packings[] = {
        deflated(text), deflated(text, 1), deflated(text, 0), deflated(text, 9, Z_FIXED),
        bzip2(text),    xz(text),          xz(text, 0)};
    for (const std::string& packed : packings) {
      EXPECT_TRUE(found_whole("これは何？ ", base64(packed), " です", value.type)) << value.text;
      EXPECT_TRUE(found_whole("what is ", in_lines(base64(packed), 40), "\n", value.type));
    }
    EXPECT_TRUE(found_whole("hex ", hex(deflated(text)), " です", value.type)) << value.text;
    EXPECT_TRUE(found_whole("hex ", hex(bzip2(text)), " です", value.type)) << value.text;
  }
}

TEST(PackedText, IsUnpackedFromEncodingsLongerThanAWindow) {
  const std::string text = long_text("card number 4539 5787 6362 1486");
  for (const std::string& packed : {deflated(text), bzip2(text), xz(text)})
    EXPECT_TRUE(found_whole("see ", in_lines(base64(packed), 76), "\nend", "credit_card"));
}

ScanStatus status_of(const std::string& packed) {
  Findings found;
  return Scanner(shipped_set()).scan("x " + base64(packed) + " y", found);
}

TEST(PackedText, WhatGrowsWithoutEndOrNeedsTooMuchMemoryIsUndecided) {
  const std::string zeros(40u << 20, 'a');
  EXPECT_EQ(status_of(deflated(zeros)), ScanStatus::kCouldNotDecide);
  EXPECT_EQ(status_of(bzip2(zeros)), ScanStatus::kCouldNotDecide);
  EXPECT_EQ(status_of(xz(zeros)), ScanStatus::kCouldNotDecide);
  EXPECT_EQ(status_of(bzip2(std::string(1u << 20, 'a'))), ScanStatus::kDone);
  // A dictionary of 64 MiB.
  EXPECT_EQ(status_of(xz(memo("090-1234-5678"), 9)), ScanStatus::kCouldNotDecide);
  EXPECT_EQ(status_of(bzip2(memo("x")).substr(0, 40)), ScanStatus::kDone);
}

// A sound stream with a filter that no library knows yet.
TEST(PackedText, WhatANewerLibraryWouldUndoIsUndecided) {
  constexpr std::size_t kBlock = 12;
  std::string bytes = xz(memo("090-1234-5678"));
  const std::size_t size = (static_cast<unsigned char>(bytes[kBlock]) + 1) * 4u - 4;
  const std::size_t filter =
      bytes.find("\x21\x01", kBlock);  // LZMA2 and the size of its properties
  ASSERT_LT(filter, kBlock + size);
  bytes[filter] = 0x3F;
  const std::uint32_t sum =
      lzma_crc32(reinterpret_cast<const std::uint8_t*>(bytes.data()) + kBlock, size, 0);
  for (std::size_t i = 0; i < 4; ++i)
    bytes[kBlock + size + i] = static_cast<char>(sum >> 8 * i & 0xFF);
  EXPECT_EQ(status_of(bytes), ScanStatus::kCouldNotDecide);
  bytes[kBlock + size] = static_cast<char>(bytes[kBlock + size] ^ 1);  // not sound
  EXPECT_EQ(status_of(bytes), ScanStatus::kDone);
}

struct Member {
  std::string name, text;
  bool sized_behind = false, stored = false;
};

// An archive with the directory that ends it left out, which nobody reads.
std::string zip(const std::vector<Member>& members) {
  std::string out;
  const auto number = [&out](std::size_t value, int bytes) {
    for (; bytes-- > 0; value >>= 8) out += static_cast<char>(value & 0xFF);
  };
  for (const Member& m : members) {
    const std::string packed = m.stored ? m.text : deflated(m.text);
    out += "PK\x03\x04";
    number(20, 2);
    number(m.sized_behind ? 8 : 0, 2);
    number(m.stored ? 0 : 8, 2);
    number(0, 8);
    number(m.sized_behind ? 0 : packed.size(), 4);
    number(m.sized_behind ? 0 : m.text.size(), 4);
    number(m.name.size(), 2);
    number(0, 2);
    out += m.name + packed;
    if (!m.sized_behind) continue;
    out += "PK\x07\x08";
    number(0, 4);
    number(packed.size(), 4);
    number(m.text.size(), 4);
  }
  return out + "PK\x01\x02";
}

std::string bytes_of_chance(std::size_t size) {
  std::mt19937 random(11);
  std::string out;
  while (out.size() < size) out += static_cast<char>(random());
  return out;
}

TEST(Archives, MembersAreRead) {
  for (const Value& value : values()) {
    const std::string text = memo(value.label_ja + value.text);
    const std::string picture = "\x89PNG\r\n" + bytes_of_chance(700);
    const std::string archives[] = {zip({{"memo.txt", text}}),
                                    zip({{"memo.txt", text, true}}),
                                    zip({{"a.png", picture}, {"memo.txt", text, false, true}}),
                                    zip({{"a.png", picture, true}, {"memo.txt", text, true}}),
                                    zip({{"inner.zip", zip({{"memo.txt", text}})}}),
                                    zip({{"a.txt", base64(zip({{"memo.txt", text}}))}})};
    for (const std::string& archive : archives) {
      EXPECT_TRUE(found_whole("これは何？ ", base64(archive), " です", value.type)) << value.text;
      EXPECT_TRUE(found_whole("hex ", hex(archive), " です", value.type)) << value.text;
    }
  }
}

TEST(Archives, OfDocumentsAreReadWithoutTheirTags) {
  const std::string runs =
      "<?xml version=\"1.0\"?><w:document><w:body><w:p><w:r><w:t>card number</w:t></w:r></w:p>"
      "<w:p><w:r w:rsidR=\"1\"><w:t>4539 57</w:t></w:r><w:r><w:t>87 6362</w:t></w:r>"
      "<w:r><w:t xml:space=\"preserve\"> 1486</w:t></w:r></w:p></w:body></w:document>";
  const std::string cells =
      "<?xml version=\"1.0\"?><w:tbl><w:tr><w:tc><w:p><w:t>password</w:t></w:p></w:tc>"
      "<w:tc><w:p><w:t>Kx9-vTq2Lm</w:t></w:p></w:tc></w:tr></w:tbl>";
  EXPECT_TRUE(
      found_whole("file ", base64(zip({{"word/document.xml", runs}})), " end", "credit_card"));
  EXPECT_TRUE(found_whole("file ", base64(zip({{"word/document.xml", cells}})), " end",
                          "password_assignment"));
}

TEST(Archives, LongerThanAWindowAreRead) {
  const std::string text = long_text("card number 4539 5787 6362 1486");
  for (const bool sized_behind : {false, true}) {
    const std::string archive =
        zip({{"a.bin", bytes_of_chance(40000), sized_behind}, {"a.txt", text, sized_behind}});
    EXPECT_TRUE(found_whole("see ", in_lines(base64(archive), 76), "\nend", "credit_card"));
  }
}

TEST(Archives, SayTheSameHoweverTheirBytesCome) {
  const std::string archive =
      zip({{"a.png", "\x89PNG\r\n" + bytes_of_chance(700), true},
           {"word/document.xml", "<?xml?><w:p><w:t>one</w:t></w:p>" + std::string(900, 'x'), true},
           {"b.zip", zip({{"b.txt", memo("b")}})},
           {"c.txt", long_text("c"), false, true}});
  ViewBudget budget;
  std::string whole, pieces;
  ZipText at_once(budget, 3), in_pieces(budget, 3);
  EXPECT_TRUE(at_once.push(archive, whole) && at_once.finish(whole));
  for (std::size_t at = 0; at < archive.size(); at += 7)
    EXPECT_TRUE(in_pieces.push(archive.substr(at, 7), pieces));
  EXPECT_TRUE(in_pieces.finish(pieces));
  EXPECT_EQ(pieces, whole);
  EXPECT_EQ(whole.find("one\nxxx"), 0U);
}

TEST(Archives, MembersInShiftJisAreRead) {
  // "電話" and "カード", and kana between.
  const std::string text = "\x93\x64\x98\x62: 090-1234-5678 \x82\xC5\x82\xB7\x81\x42";
  EXPECT_TRUE(found_whole("see ", base64(zip({{"a.csv", text}})), "\nend", "jp_phone"));
}

TEST(Archives, WithTooMuchInThemAreUndecided) {
  const std::string zeros(40u << 20, 'a');
  EXPECT_EQ(status_of(zip({{"a.txt", zeros}})), ScanStatus::kCouldNotDecide);
  EXPECT_EQ(status_of(zip({{"a.txt", zeros, true}})), ScanStatus::kCouldNotDecide);
  std::string nested = zip({{"memo.txt", memo("090-1234-5678")}});
  for (int depth = 0; depth < 6; ++depth) nested = zip({{"a.zip", nested}});
  EXPECT_EQ(status_of(nested), ScanStatus::kCouldNotDecide);
}

TEST(Archives, CutOffOrBrokenAreReadAsFarAsTheyGo) {
  const std::string archive = zip({{"a.txt", long_text("x")}, {"b.txt", "090-1234-5678"}});
  for (const std::size_t size : {4u, 20u, 31u, 40u, 3000u})
    EXPECT_EQ(status_of(archive.substr(0, size)), ScanStatus::kDone) << size;
  std::string broken = archive;
  broken[60] = static_cast<char>(broken[60] ^ 0x55);
  EXPECT_EQ(status_of(broken), ScanStatus::kDone);
}

TEST(PackedText, ChanceSeldomLooksLikeDeflate) {
  std::mt19937 random(3);
  int taken = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string bytes;
    for (int j = 0; j < 18; ++j) bytes += static_cast<char>(random());
    taken += may_be_raw_deflate(bytes) ? 1 : 0;
  }
  EXPECT_LT(taken, 200);
  std::string digests;
  for (int i = 0; i < 400; ++i) {
    std::string bytes;
    for (int j = 0; j < 48; ++j) bytes += static_cast<char>(random());
    digests += "\"integrity\": \"sha384-" + base64(bytes) + "\",\n";
  }
  EXPECT_EQ(shown(digests), "");
}

std::string in_groups(const std::string& s, std::size_t size, std::string_view between) {
  std::string out;
  for (std::size_t at = 0; at < s.size(); at += size)
    out += (at > 0 ? std::string(between) : "") + s.substr(at, size);
  return out;
}

TEST(EvenGroups, OfAnEncodingAreReadTogether) {
  for (const Value& value : values()) {
    const std::string encoded = base64(value.label_ja + value.text);
    for (const std::size_t size :
         {std::size_t{4}, std::size_t{8}, std::size_t{10}, std::size_t{16}})
      EXPECT_TRUE(found_whole("これは何？ ", in_groups(encoded, size, " "), "\nです", value.type))
          << size;
    EXPECT_TRUE(found_whole("lines\n", in_groups(encoded, 8, "\n"), "\nです", value.type));
  }
}

// The first group may be a word by itself, the last one too.
TEST(EvenGroups, OfATokenEndWhereItEnds) {
  const std::pair<std::string, std::string> tokens[] = {
      {"gitlab_token", "glpat-2HYrwoNA_xZJ_88s1GMx"},
      {"gcp_api_key", "AIzal43-LV8ZXGya7nFsMuO4MY0F6vM-lnOmpwt"},
      {"github_token", "ghp_" + chance(kBase62, 36, 4)}};
  for (const auto& [type, token] : tokens) {
    EXPECT_TRUE(found_whole("key ", in_groups(token, 4, " "), " を資料に", type)) << token;
    EXPECT_TRUE(found_whole("key ", in_groups(token, 4, " "), " that they have", type)) << token;
  }
}

TEST(EvenGroups, OfWordsAndNumbersAreSilent) {
  EXPECT_EQ(shown("This year they have been able to take 2026 with some team from west side"), "");
  EXPECT_EQ(shown("4210 5533 9128 7301 6642 1188 9034"), "");
  EXPECT_EQ(shown("AB12CD34 EF56GH78 IJ90KL12 MN34OP56"), "");
}

TEST(PackedText, ALockedMemberOfAnArchiveIsUndecided) {
  constexpr std::size_t kFlags = 6, kMethod = 8;
  const std::string open = zip({{"memo.txt", "minutes of the meeting"}});
  std::string locked = open, other = open;
  locked[kFlags] = 1;
  other[kMethod] = 14;  // LZMA
  EXPECT_EQ(status_of("file " + base64(open) + " end"), ScanStatus::kDone);
  EXPECT_EQ(status_of("file " + base64(locked) + " end"), ScanStatus::kCouldNotDecide);
  EXPECT_EQ(status_of("file " + base64(other) + " end"), ScanStatus::kCouldNotDecide);
}

TEST(PackedText, WhatInflatesWithoutEndIsUndecided) {
  const auto gzip = [](std::size_t size) { return tests::deflated(std::string(size, 'a'), 31); };
  EXPECT_EQ(status_of("x " + base64(gzip(40u << 20)) + " y"), ScanStatus::kCouldNotDecide);
  EXPECT_EQ(status_of("x " + base64(gzip(1u << 20)) + " y"), ScanStatus::kDone);
}

}  // namespace
}  // namespace sekisho::filters
