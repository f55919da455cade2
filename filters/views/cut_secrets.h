#pragma once

// Secrets of no known form and passwords behind their label that are cut anywhere ("api_secret":
// ["R93P…", "FYoP…"], "| パスワード | Kz! | 73tui!2 |"). Only what is random, or as strong as
// passwords have to be, when it is put together is one.

#include "filters/views/cut_reader.h"

namespace sekisho::filters {

bool read_cut_secret(CutReader& in);
bool read_cut_password(CutReader& in);

}  // namespace sekisho::filters
