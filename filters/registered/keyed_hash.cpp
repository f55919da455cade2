#include "filters/registered/keyed_hash.h"

#include <cstring>

namespace sekisho::filters {
namespace {

std::uint64_t rotated(std::uint64_t v, int by) {
  return v << by | v >> (64 - by);
}

struct SipState {
  std::uint64_t v0, v1, v2, v3;

  explicit SipState(const HashKey& key)
      : v0(key.first ^ 0x736f6d6570736575ull),
        v1(key.second ^ 0x646f72616e646f6dull),
        v2(key.first ^ 0x6c7967656e657261ull),
        v3(key.second ^ 0x7465646279746573ull) {}

  void round() {
    v0 += v1;
    v1 = rotated(v1, 13) ^ v0;
    v0 = rotated(v0, 32);
    v2 += v3;
    v3 = rotated(v3, 16) ^ v2;
    v0 += v3;
    v3 = rotated(v3, 21) ^ v0;
    v2 += v1;
    v1 = rotated(v1, 17) ^ v2;
    v2 = rotated(v2, 32);
  }
  void take(std::uint64_t word) {
    v3 ^= word;
    round();
    round();
    v0 ^= word;
  }
  std::uint64_t finish() {
    v2 ^= 0xff;
    for (int i = 0; i < 4; ++i) round();
    return v0 ^ v1 ^ v2 ^ v3;
  }
};

// Little endian, so that a file of hashes means the same on every machine.
std::uint64_t word_at(const char* bytes, std::size_t size) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < size; ++i)
    word |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  return word;
}

std::uint64_t reduced(std::uint64_t v) {
  v = (v & StretchHashes::kPrime) + (v >> 61);
  return v >= StretchHashes::kPrime ? v - StretchHashes::kPrime : v;
}

std::uint64_t product(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide wide = static_cast<Wide>(a) * b;
  const std::uint64_t low = static_cast<std::uint64_t>(wide) & StretchHashes::kPrime;
  const std::uint64_t high = static_cast<std::uint64_t>(wide >> 61);
  const std::uint64_t sum = low + high;
  return sum >= StretchHashes::kPrime ? sum - StretchHashes::kPrime : sum;
}

}  // namespace

HashKey hash_key_of(const std::array<unsigned char, 32>& secret) {
  const char* bytes = reinterpret_cast<const char*>(secret.data());
  HashKey key{word_at(bytes, 8), word_at(bytes + 8, 8), reduced(word_at(bytes + 16, 8))};
  // Small points would leave short texts apart by little.
  if (key.base < (1ull << 32)) key.base += 1ull << 60;
  return key;
}

std::uint64_t keyed_hash(const HashKey& key, std::string_view text) {
  SipState state(key);
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) state.take(word_at(text.data() + at, 8));
  const std::uint64_t rest = word_at(text.data() + at, text.size() - at);
  state.take(rest | static_cast<std::uint64_t>(text.size()) << 56);
  return state.finish();
}

std::uint64_t keyed_hash(const HashKey& key, std::uint64_t a, std::uint64_t b) {
  SipState state(key);
  state.take(a);
  state.take(b);
  state.take(std::uint64_t{16} << 56);
  return state.finish();
}

StretchHashes::StretchHashes(const HashKey& key, std::size_t longest)
    : key_(key), powers_(longest + 1, 1), prefixes_(1, 0) {
  for (std::size_t i = 1; i <= longest; ++i) powers_[i] = product(powers_[i - 1], key.base);
}

void StretchHashes::push(std::uint64_t value) {
  // One more, so that leading zeros count.
  const std::uint64_t sum = product(prefixes_.back(), key_.base) + reduced(value) + 1;
  prefixes_.push_back(reduced(sum));
}

std::uint64_t StretchHashes::of(std::size_t begin, std::size_t end) const {
  const std::uint64_t before = product(prefixes_[begin], powers_[end - begin]);
  const std::uint64_t value =
      prefixes_[end] >= before ? prefixes_[end] - before : prefixes_[end] + kPrime - before;
  return keyed_hash(key_, value, end - begin);
}

}  // namespace sekisho::filters
