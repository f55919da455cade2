#include "gateway/commands/two_persons_said.h"

#include <cstdio>

namespace sekisho::gateway {
namespace {
constexpr int kNotYet = 1;
}

int say_same_person(const std::string& first) {
  std::printf(
      "%s さんが依頼済みです。別の人が同じコマンドを実行してください / %s asked for it already: a "
      "second person must run the same command\n",
      first.c_str(), first.c_str());
  return kNotYet;
}

int say_asked(const std::string& then_ja, const std::string& then_en) {
  std::printf(
      "依頼しました。24 時間以内に別の人が同じコマンドを実行すると、%s / asked: when a second "
      "person runs the same command within 24 hours, %s\n",
      then_ja.c_str(), then_en.c_str());
  return kNotYet;
}

}  // namespace sekisho::gateway
