#pragma once

#include <string_view>

#include "filters/finding.h"

namespace sekisho::filters {

// "arn:aws:secretsmanager:…:secret:prod/db-a1B2c3": where a secret is kept; `word`: its "secret".
bool is_secret_of_manager(std::string_view text, std::size_t word);

// "パスワード 例: P@ssw0rd123": what everybody chooses, behind a word that says it shows the form.
bool is_shown_password(std::string_view text, Range value);

// Whether what follows the word for a password is something else by where both stand: the name of
// such a secret, the next cell of a row, the filter of a template, the result of a test.
bool follows_other_word(std::string_view text, Range word, Range value, bool quoted);

}  // namespace sekisho::filters
