#pragma once

// "【アクセストークン】…", "Q. 署名鍵は？\nA. …", "… というのが初期パスワードです": secrets that
// forms, tables and remarks put beside their name, with no sign of an assignment between the two.

#include <string_view>

#include "filters/pack.h"

namespace sekisho::filters {

// AtGate of what a form puts behind the name. The gate goes from the name to the first characters
// of the value: sixteen of a random one, six of a password.
void find_secret_behind(const DetectorRow& row, std::string_view text, Range gate, Findings& out);
void find_password_behind(const DetectorRow& row, std::string_view text, Range gate, Findings& out);

// AtGate of "…（APIキー）", "… ← パスワード": the gate is the name and what ends the remark.
void find_secret_before(const DetectorRow& row, std::string_view text, Range gate, Findings& out);
void find_password_before(const DetectorRow& row, std::string_view text, Range gate, Findings& out);

}  // namespace sekisho::filters
