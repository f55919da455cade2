#include "filters/bodies/content_decoder.h"

#include <brotli/encode.h>
#include <gtest/gtest.h>
#include <zstd.h>

#include <random>
#include <string>

#include "tests/deflated.h"

namespace sekisho::filters {
namespace {

using tests::deflated;

std::string brotli(const std::string& text) {
  std::size_t size = BrotliEncoderMaxCompressedSize(text.size()) + 64;
  std::string out(size, '\0');
  BrotliEncoderCompress(5, 22, BROTLI_MODE_GENERIC, text.size(),
                        reinterpret_cast<const std::uint8_t*>(text.data()), &size,
                        reinterpret_cast<std::uint8_t*>(out.data()));
  out.resize(size);
  return out;
}

std::string zstd(const std::string& text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

std::string encode(const std::string& name, const std::string& text) {
  if (name == "gzip") return deflated(text, 15 + 16);
  if (name == "deflate") return deflated(text, 15);
  if (name == "raw") return deflated(text, -15);
  if (name == "br") return brotli(text);
  return zstd(text);
}

struct Result {
  DecodeStatus status;
  std::string out;
  std::size_t steps = 0, longest = 0;
};

Result decode(const std::string& coding, const std::string& input, std::size_t max = 64u << 20,
              std::size_t ratio = 1000) {
  ContentDecoder decoder(coding, input, max, ratio);
  Result r{DecodeStatus::kMore, "", 0, 0};
  while (r.status == DecodeStatus::kMore) {
    std::size_t had = r.out.size();
    r.status = decoder.step(r.out);
    r.longest = std::max(r.longest, r.out.size() - had);
    if (++r.steps > 1000000) break;
  }
  return r;
}

// Text that compresses about threefold.
std::string prose(std::size_t size) {
  std::mt19937 random(3);
  std::string out;
  while (out.size() < size)
    out += "word" + std::to_string(random() % 100000) + (random() % 7 ? " " : "\n");
  out.resize(size);
  return out;
}

const char* const kCodings[] = {"gzip", "deflate", "raw", "br", "zstd"};
std::string header_of(const std::string& coding) {
  return coding == "raw" ? "deflate" : coding;
}

TEST(ContentDecoder, UndoesEachCoding) {
  for (std::string coding : kCodings) {
    for (std::size_t size : {0, 1, 100, 262144, 262145, 1000000}) {
      Result r = decode(header_of(coding), encode(coding, prose(size)));
      EXPECT_EQ(r.status, DecodeStatus::kDone) << coding << size;
      EXPECT_EQ(r.out, prose(size)) << coding;
      EXPECT_LE(r.longest, 256u << 10);
    }
  }
}

TEST(ContentDecoder, ReadsHeadersAsClientsWriteThem) {
  std::string gz = encode("gzip", "x");
  for (const char* header : {"gzip", "x-gzip", " GZip ", "identity, gzip", ",gzip,,"})
    EXPECT_EQ(decode(header, gz).out, "x");
  EXPECT_TRUE(ContentDecoder("", "x", 10).identity());
  EXPECT_TRUE(ContentDecoder("identity", "x", 10).identity());
  EXPECT_FALSE(ContentDecoder("gzip", "x", 10).identity());
  EXPECT_FALSE(ContentDecoder("compress", "x", 10).identity());
  for (const char* header :
       {"compress", "gzip, foo", "aws-chunked", "gzip;q=1", "gzip,gzip,gzip,gzip,gzip"})
    EXPECT_EQ(decode(header, gz).status, DecodeStatus::kUnknown) << header;
}

TEST(ContentDecoder, UndoesStackedCodingsFromTheRight) {
  const std::string text = prose(300000);
  for (std::string first : kCodings) {
    for (std::string second : kCodings) {
      Result r =
          decode(header_of(first) + ", " + header_of(second), encode(second, encode(first, text)));
      EXPECT_EQ(r.status, DecodeStatus::kDone) << first << second;
      EXPECT_TRUE(r.out == text) << first << second;
    }
  }
  Result four = decode("gzip, br, zstd, deflate",
                       encode("deflate", encode("zstd", encode("br", encode("gzip", text)))));
  EXPECT_TRUE(four.out == text);
}

TEST(ContentDecoder, RefusesTruncationAtEveryByte) {
  const std::string text = prose(300);
  for (std::string coding : kCodings) {
    std::string whole = encode(coding, text);
    for (std::size_t n = 1; n < whole.size(); ++n)
      EXPECT_EQ(decode(header_of(coding), whole.substr(0, n)).status, DecodeStatus::kCorrupt)
          << coding << n;
  }
  std::string outer = encode("zstd", encode("gzip", text));
  for (std::size_t n = 1; n < outer.size(); ++n)
    EXPECT_EQ(decode("gzip, zstd", outer.substr(0, n)).status, DecodeStatus::kCorrupt) << n;
  std::string inner = encode("gzip", text);
  for (std::size_t n = 0; n < inner.size(); ++n)
    EXPECT_EQ(decode("gzip, zstd", encode("zstd", inner.substr(0, n))).status,
              DecodeStatus::kCorrupt)
        << n;
}

TEST(ContentDecoder, RefusesBytesAfterTheEnd) {
  for (std::string coding : kCodings) {
    std::string whole = encode(coding, "text");
    EXPECT_EQ(decode(header_of(coding), whole + "x").status, DecodeStatus::kCorrupt) << coding;
    EXPECT_EQ(decode(header_of(coding), whole + std::string(8, '\0')).status,
              DecodeStatus::kCorrupt)
        << coding;
    EXPECT_EQ(decode(header_of(coding) + ", gzip", encode("gzip", whole + "x")).status,
              DecodeStatus::kCorrupt)
        << coding;
  }
}

TEST(ContentDecoder, ReadsManyMembersAndFrames) {
  EXPECT_EQ(decode("gzip", encode("gzip", "a") + encode("gzip", "") + encode("gzip", "b")).out,
            "ab");
  EXPECT_EQ(decode("zstd", encode("zstd", "a") + encode("zstd", "b")).out, "ab");
  std::string members;
  const std::string empty_member = encode("gzip", "");
  for (int i = 0; i < 50000; ++i) members += empty_member;
  Result r = decode("gzip", members);
  EXPECT_EQ(r.status, DecodeStatus::kDone);
  EXPECT_GT(r.steps, 1u);
  EXPECT_EQ(decode("gzip, zstd", encode("zstd", members + encode("gzip", "end"))).out, "end");
}

TEST(ContentDecoder, RefusesForeignZstdFrames) {
  std::string skippable(
      "\x50\x2A\x4D\x18\x04\x00\x00\x00"
      "evil",
      12);
  EXPECT_EQ(decode("zstd", skippable + encode("zstd", "a")).status, DecodeStatus::kCorrupt);
  EXPECT_EQ(decode("zstd", encode("zstd", "a") + skippable).status, DecodeStatus::kCorrupt);
  // A frame that asks for a window of 2 GiB.
  EXPECT_EQ(decode("zstd", std::string("\x28\xB5\x2F\xFD\x00\xA8\x01\x00\x00", 9)).status,
            DecodeStatus::kCorrupt);
}

TEST(ContentDecoder, RefusesBombsInBoundedMemory) {
  const std::string zeros(16u << 20, '\0');
  for (std::string coding : {"zstd", "br"}) {
    std::string bomb = encode(coding, zeros);
    ASSERT_LT(bomb.size() * 1000, zeros.size());
    Result r = decode(coding, bomb, 1u << 30, 1000);
    EXPECT_EQ(r.status, DecodeStatus::kTooBig) << coding;
    EXPECT_LE(r.out.size(), std::max<std::size_t>(bomb.size() * 1000, 1u << 20) + (512u << 10))
        << coding;
  }
  std::string gz = encode("gzip", zeros);
  Result capped = decode("gzip", gz, 1u << 20);
  EXPECT_EQ(capped.status, DecodeStatus::kTooBig);
  EXPECT_LE(capped.out.size(), (1u << 20) + 1);
  Result stacked = decode("gzip, gzip", encode("gzip", gz), 1u << 30, 1000);
  EXPECT_EQ(stacked.status, DecodeStatus::kTooBig);
  // The bomb is between the codings: the outer gives much, the inner nothing.
  std::string members;
  const std::string empty_member = encode("gzip", "");
  for (int i = 0; i < 200000; ++i) members += empty_member;
  EXPECT_EQ(decode("gzip, zstd", encode("zstd", members), 1u << 20).status, DecodeStatus::kTooBig);
}

TEST(ContentDecoder, KeepsTheOutputLimitExactly) {
  const std::string text = prose(300000);
  for (std::string coding : kCodings) {
    EXPECT_EQ(decode(header_of(coding), encode(coding, text), text.size()).status,
              DecodeStatus::kDone);
    EXPECT_EQ(decode(header_of(coding), encode(coding, text), text.size() - 1).status,
              DecodeStatus::kTooBig);
  }
  EXPECT_EQ(decode("", text, text.size()).out, text);
  EXPECT_EQ(decode("", text, text.size() - 1).status, DecodeStatus::kTooBig);
  EXPECT_EQ(decode("br", encode("br", text), SIZE_MAX).out, text);
}

TEST(ContentDecoder, TakesNoInputAsNoBody) {
  EXPECT_EQ(decode("gzip", "").status, DecodeStatus::kDone);
}

TEST(ContentDecoder, NeverGivesFalseTextForFlippedBytes) {
  const std::string text = prose(500);
  std::mt19937 random(5);
  for (std::string coding : {"gzip", "deflate"}) {
    std::string whole = encode(coding, text);
    for (int i = 0; i < 2000; ++i) {
      std::string bad = whole;
      bad[random() % bad.size()] ^= static_cast<char>(1 << random() % 8);
      Result r = decode(coding, bad);
      if (r.status == DecodeStatus::kDone) {
        EXPECT_EQ(r.out, text);
      }
    }
  }
}

}  // namespace
}  // namespace sekisho::filters
