#pragma once

#include <string>

#include "audit/index/indexed_record.h"

namespace sekisho::audit {

// Categories of all finding types that the shipped packs and the policies kept beside the log know.
Categories read_categories(const std::string& log);

}  // namespace sekisho::audit
