#pragma once

// Answers of the dialects for the tests of restoring: one token for a mail address, one for a name
// that needs escapes, and every way to cut a stream.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "policy/answer_restorer.h"
#include "policy/dialect.h"
#include "policy/pseudonym.h"

namespace sekisho::tests {

inline const std::string kMail = "taro.yamada@example.co.jp";
inline const std::string kName = "Hanako \"Hana\" \\ 佐藤\n";  // as it stood, escapes and all
inline const std::string kMailToken = policy::make_token("key", "email", kMail);
inline const std::string kNameToken = policy::make_token("key", "person", kName);
inline const std::string kStranger = policy::make_token("key", "email", "someone@else");

inline std::shared_ptr<const policy::RestoreRule> restore_rule(bool text = true) {
  auto rule = std::make_shared<policy::RestoreRule>();
  rule->text = text;
  rule->tools = {"Edit", "Write", "mcp__files__*"};
  rule->never = {"Bash", "mcp__files__send"};
  return rule;
}

inline std::shared_ptr<const policy::TokenMap> tokens(
    const std::shared_ptr<const policy::RestoreRule>& rule = restore_rule()) {
  auto map = std::make_shared<policy::TokenMap>();
  map->add(kMailToken, kMail, rule);
  map->add(kNameToken, kName, rule);
  return map;
}

struct Restored {
  std::string bytes;
  policy::RestoreCounts counts;
};

// `cuts`: sizes of the pieces fed, the last for all that is left. Without `finish` the stream was
// cut.
inline Restored restore(std::string_view dialect, policy::AnswerShape shape, std::string_view in,
                        const std::vector<std::size_t>& cuts = {}, bool finish = true,
                        std::shared_ptr<const policy::TokenMap> map = tokens()) {
  policy::AnswerRestorer restorer(std::move(map), policy::dialect_for(dialect, "/").lanes, shape);
  Restored out;
  for (const std::size_t size : cuts) {
    restorer.feed(in.substr(0, size), out.bytes);
    in.remove_prefix(std::min(size, in.size()));
  }
  restorer.feed(in, out.bytes);
  if (finish) restorer.finish(out.bytes);
  out.counts = restorer.counts();
  return out;
}

inline std::string data(const std::string& json) {
  return "data: " + json + "\n\n";
}
inline std::string named(const std::string& type, const std::string& rest) {
  return "event: " + type + "\ndata: {\"type\":\"" + type + "\"" + rest + "}\n\n";
}

// The text in small pieces.
inline std::vector<std::string> pieces(const std::string& text, std::size_t size) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size(); at += size) out.push_back(text.substr(at, size));
  return out;
}

}  // namespace sekisho::tests
