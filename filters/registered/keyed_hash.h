#pragma once

// Keyed hashes of text: without the key nothing can be tried against them, and nobody can write a
// text that meets another one's hash.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace sekisho::filters {

// Secret of one dataset. `base` is the point at which texts are evaluated as polynomials.
struct HashKey {
  std::uint64_t first = 0, second = 0, base = 0;
  bool operator==(const HashKey&) const = default;
};
HashKey hash_key_of(const std::array<unsigned char, 32>& secret);

// SipHash-2-4 (Aumasson and Bernstein, 2012).
std::uint64_t keyed_hash(const HashKey& key, std::string_view text);
std::uint64_t keyed_hash(const HashKey& key, std::uint64_t a, std::uint64_t b);

// Hashes of every stretch of a sequence after one pass over it: polynomials modulo 2^61-1.
class StretchHashes {
 public:
  static constexpr std::uint64_t kPrime = (1ull << 61) - 1;

  // Stretches up to `longest` values long will be asked for.
  StretchHashes(const HashKey& key, std::size_t longest);

  void clear() { prefixes_.assign(1, 0); }
  void push(std::uint64_t value);
  std::size_t size() const { return prefixes_.size() - 1; }

  // The keyed hash of values [begin, end) and of how many they are.
  std::uint64_t of(std::size_t begin, std::size_t end) const;

 private:
  HashKey key_;
  std::vector<std::uint64_t> powers_, prefixes_;
};

}  // namespace sekisho::filters
