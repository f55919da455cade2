#pragma once

#include <string>
#include <vector>

#include "filters/detector_set.h"

namespace sekisho::gateway {

// What the packs cost to load, measured around it.
struct PackCost {
  double milliseconds = 0;
  std::size_t resident = 0;  // bytes by which the process grew
};

// Resident memory of this process, bytes; 0 where the system does not tell.
std::size_t resident_bytes();

// Scans each file again and again on this thread and prints its speed; false when one could not be
// read.
bool bench_files(const filters::DetectorSet& set, const PackCost& cost,
                 const std::vector<std::string>& paths);

}  // namespace sekisho::gateway
