#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sekisho::lab {

// Log-linear histogram of nanoseconds: 128 linear buckets for each power of two, so a percentile is
// within 0.8 %.
class Histogram {
 public:
  Histogram();

  void add(std::uint64_t value);
  void merge(const Histogram& other);

  std::uint64_t count() const { return count_; }
  double mean() const;
  // The value under which `percent` of all lie (0 when empty).
  std::uint64_t percentile(double percent) const;

 private:
  static std::size_t bucket_of(std::uint64_t value);
  static std::uint64_t middle_of(std::size_t bucket);

  std::vector<std::uint64_t> buckets_;
  std::uint64_t count_ = 0, least_ = UINT64_MAX, most_ = 0;
  double sum_ = 0;
};

}  // namespace sekisho::lab
