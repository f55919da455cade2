#pragma once

namespace sekisho::filters {

// Whether this processor works on thirty-two bytes at a time and counts bits: AVX2, BMI, POPCNT.
inline bool has_avx2() {
#if defined(__x86_64__)
  static const bool kHas = __builtin_cpu_supports("avx2") > 0 &&
                           __builtin_cpu_supports("bmi") > 0 &&
                           __builtin_cpu_supports("popcnt") > 0;
  return kHas;
#else
  return false;
#endif
}

}  // namespace sekisho::filters
