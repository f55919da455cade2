#pragma once

// The text of the files that datasets and dictionaries are made of.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/policy_file.h"

namespace sekisho::policy {

// UTF-8 of a file in UTF-8, UTF-16 with a mark, Shift_JIS or EUC-JP; nothing when it is none.
std::optional<std::string> utf8_text(std::string_view bytes);

// The text of a source of HTML without tags, scripts and styles; entities of ASCII characters
// undone.
std::string text_of_html(std::string_view source);

// The columns of a list in the order they are kept: as written, the key behind them unless it is
// one of them.
std::vector<config::MarkedText> dataset_columns(const config::DatasetDef& def);

}  // namespace sekisho::policy
