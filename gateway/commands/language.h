#pragma once

namespace sekisho::gateway {

// Whether the person at this terminal reads Japanese: the locale says so (LC_ALL, LC_MESSAGES,
// LANG, the first that is set).
bool speaks_japanese();

}  // namespace sekisho::gateway
