#pragma once

// Tokens that stand for values: SKS_<TYPE>_<13 of A-Z2-7>. The same value gets the same token as
// long as the key is the same, so that a conversation reads the same in every turn and at every
// gateway. docs/pseudonyms.md.

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sekisho::policy {

inline constexpr std::size_t kTokenTail = 13;  // characters behind the type, the check included

// HMAC-SHA-256(key, type ‖ 0 ‖ normalised value), twelve characters of it and a check character
// that finds every wrong character and every exchange of two neighbours.
std::string make_token(std::string_view key, std::string_view type, std::string_view normalised);

// Has `word` the form of a token, in capitals or not? is_token: and the right check character.
bool has_token_form(std::string_view word);
bool is_token(std::string_view word);

// The longest a token-shaped word is looked at: longer types do not exist.
inline constexpr std::size_t kLongestToken = 4 + 64 + 1 + kTokenTail;

// Where the tokens of one rule turn back into values. A `*` at the end of a name stands for the
// rest.
struct RestoreRule {
  bool text = true;
  std::vector<std::string> tools, never;

  bool allows_tool(std::string_view name) const;  // `never` wins, whatever its capitals
};

// What the tokens of one exchange stand for. Lives as long as the exchange and is never written
// anywhere.
class TokenMap {
 public:
  struct Entry {
    std::string token;  // in capitals
    std::string text;   // as it stood in the request; of several spellings the first
    // Of every rule that pseudonymised the value: it is restored only where all of them allow it.
    std::vector<std::shared_ptr<const RestoreRule>> rules;

    bool in_text() const;
    bool in_tool(std::string_view name) const;
  };

  void add(const std::string& token, std::string_view text,
           const std::shared_ptr<const RestoreRule>& rule);
  bool empty() const { return entries_.empty(); }
  std::size_t size() const { return entries_.size(); }
  bool any_in_text() const;
  bool any_in_tool(std::string_view name) const;

  enum class Fit { kNone, kPart, kWhole };  // kPart: the text ends within what may be a token
  struct Match {
    Fit fit = Fit::kNone;
    std::size_t length = 0;  // of the text, when whole
    const Entry* entry = nullptr;
  };
  // A known token at the begin of `text`, in capitals or not. With `markdown`, a backslash before
  // an underscore counts as nothing (models escape it so).
  Match match(std::string_view text, bool markdown) const;

 private:
  using Entries = std::map<std::string, Entry, std::less<>>;
  Entries entries_;
};

}  // namespace sekisho::policy
