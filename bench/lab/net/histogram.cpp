#include "bench/lab/net/histogram.h"

#include <algorithm>
#include <bit>

namespace sekisho::lab {
namespace {

constexpr unsigned kBits = 7, kLinear = 1u << kBits;

}  // namespace

Histogram::Histogram() : buckets_(64 * kLinear, 0) {}

void Histogram::add(std::uint64_t value) {
  ++buckets_[bucket_of(value)];
  ++count_;
  sum_ += static_cast<double>(value);
  least_ = std::min(least_, value);
  most_ = std::max(most_, value);
}

void Histogram::merge(const Histogram& other) {
  for (std::size_t i = 0; i < buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  sum_ += other.sum_;
  least_ = std::min(least_, other.least_);
  most_ = std::max(most_, other.most_);
}

double Histogram::mean() const {
  return count_ ? sum_ / static_cast<double>(count_) : 0;
}

std::uint64_t Histogram::percentile(double percent) const {
  if (!count_) return 0;
  const auto rank = static_cast<std::uint64_t>(percent / 100 * static_cast<double>(count_) + 0.5);
  const auto wanted = std::max<std::uint64_t>(rank, 1);
  if (wanted >= count_) return most_;
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    if (seen >= wanted) return std::clamp(middle_of(i), least_, most_);
  }
  return most_;
}

std::size_t Histogram::bucket_of(std::uint64_t value) {
  if (value < kLinear) return value;
  const unsigned shift = static_cast<unsigned>(std::bit_width(value)) - 1 - kBits;
  return (shift + 1) * kLinear + ((value >> shift) - kLinear);
}

std::uint64_t Histogram::middle_of(std::size_t bucket) {
  if (bucket < kLinear) return bucket;
  const auto shift = bucket / kLinear - 1;
  return ((bucket % kLinear + kLinear) << shift) + ((std::uint64_t{1} << shift) >> 1);
}

}  // namespace sekisho::lab
