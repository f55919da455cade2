// Any bytes as an answer with tokens in it: the same result however they are cut, nothing is lost
// where nothing is restored, and no half token is shown by a stream that nothing ended. The first
// byte chooses the dialect and the shape, the second how the bytes are cut; each 0x01 in the rest
// stands for a known token, so that the fuzzer need not find one.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "policy/answer_restorer.h"
#include "policy/dialect.h"

using namespace sekisho::policy;

namespace {

const std::string kValue = "taro \"T\" \\ \n@example";
const std::string kToken = make_token("key", "email", kValue);

void require(bool holds) {
  if (!holds) std::abort();
}

std::shared_ptr<const TokenMap> tokens(bool known) {
  auto rule = std::make_shared<RestoreRule>();
  rule->tools = {"*"};
  rule->never = {"Bash"};
  auto map = std::make_shared<TokenMap>();
  if (known) map->add(kToken, kValue, rule);
  return map;
}

std::string restored(std::uint8_t choice, std::string_view in, std::size_t piece, bool known,
                     RestoreCounts& counts) {
  constexpr const char* kDialects[] = {"openai", "anthropic", "gemini", "cohere", "ollama", "none"};
  constexpr AnswerShape kShapes[] = {AnswerShape::kEvents, AnswerShape::kJson, AnswerShape::kLines,
                                     AnswerShape::kText, AnswerShape::kUnknown};
  const Dialect& dialect = dialect_for(kDialects[choice % 6], "/");
  AnswerRestorer restorer(tokens(known), dialect.lanes, kShapes[choice / 6 % 5], 4096);
  std::string out;
  for (std::size_t at = 0; at < in.size(); at += piece) restorer.feed(in.substr(at, piece), out);
  restorer.finish(out);
  counts = restorer.counts();
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2 || size > 8192) return 0;
  std::string in;
  for (std::size_t i = 2; i < size; ++i) {
    if (data[i] == 1)
      in += kToken;
    else
      in.push_back(static_cast<char>(data[i]));
  }
  RestoreCounts whole_counts, cut_counts;
  const std::string whole = restored(data[0], in, in.size() + 1, true, whole_counts);
  // What goes through a limit in pieces is told from what comes whole: only equal cuts compare.
  const std::string cut = restored(data[0], in, 1 + data[1] % 16, true, cut_counts);
  if (in.size() <= 4096) {
    require(whole == cut);
    require(whole_counts.restored == cut_counts.restored);
    require(whole_counts.unknown == cut_counts.unknown);
  }
  if (whole_counts.restored == 0 && whole.find("SKS_") == std::string::npos)
    require(in.find(kToken) == std::string::npos);
  RestoreCounts none;
  require(restored(data[0], in, 1 + data[1] % 16, false, none) == in);  // no token, no change
  return 0;
}
