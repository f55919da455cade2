#pragma once

#include <cstdint>

// Of a function for such a processor, and of one whose loops the compiler makes vectors of, with
// all that they call.
#if defined(__x86_64__)
#define SEKISHO_AVX2 __attribute__((target("avx2,bmi,popcnt")))
#define SEKISHO_AVX512 __attribute__((target("avx512bw,avx512vbmi,bmi,bmi2,popcnt")))
#define SEKISHO_VECTORS_256 __attribute__((target("avx2,bmi,popcnt"), flatten))
#if defined(__clang__)
#define SEKISHO_VECTORS_512 __attribute__((target("avx512bw,avx512vbmi,bmi,bmi2,popcnt"), flatten))
#else
#define SEKISHO_VECTORS_512 \
  __attribute__((target("avx512bw,avx512vbmi,bmi,bmi2,popcnt,prefer-vector-width=512"), flatten))
#endif
#else
#define SEKISHO_VECTORS_256 __attribute__((flatten))
#define SEKISHO_VECTORS_512 __attribute__((flatten))
#endif

namespace sekisho::filters {

// How many bytes of a text this processor looks at in one go.
enum class Stride : std::uint8_t {
  kOne,
  k32,  // AVX2, BMI, POPCNT
  k64   // AVX-512 with tables of bytes as well (VBMI)
};

inline Stride best_stride() {
#if defined(__x86_64__)
  static const Stride kBest = [] {
    const bool two = __builtin_cpu_supports("avx2") > 0 && __builtin_cpu_supports("bmi") > 0 &&
                     __builtin_cpu_supports("popcnt") > 0;
    const bool four = two && __builtin_cpu_supports("bmi2") > 0 &&
                      __builtin_cpu_supports("avx512bw") > 0 &&
                      __builtin_cpu_supports("avx512vbmi") > 0;
    return four ? Stride::k64 : two ? Stride::k32 : Stride::kOne;
  }();
  return kBest;
#else
  return Stride::kOne;
#endif
}

inline bool has_avx2() {
  return best_stride() >= Stride::k32;
}

}  // namespace sekisho::filters
