#pragma once

// Secrets of no known form behind their label that are cut anywhere ("api_secret": ["R93P…",
// "FYoP…"]). Only what is random when it is put together, and was no secret before, is one.

#include "filters/views/cut_reader.h"

namespace sekisho::filters {

bool read_cut_secret(CutReader& in);

}  // namespace sekisho::filters
