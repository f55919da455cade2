#include "audit/verify_words.h"

#include <gtest/gtest.h>

namespace sekisho::audit {
namespace {

TEST(VerifyWords, KeepNumbersAndNames) {
  EXPECT_EQ(verified_in_japanese("TRUNCATED: 8 records, checkpoints/latest.ckpt says 12"),
            "末尾が切り取られています (TRUNCATED): 8 件。checkpoints/latest.ckpt では 12 件");
  EXPECT_EQ(verified_in_japanese("99 records are missing in front of 000000000311.jsonl"),
            "000000000311.jsonl の前の 99 件が欠けています");
}

TEST(VerifyWords, ReachIntoWhatIsSaidOfAPart) {
  EXPECT_EQ(
      verified_in_japanese("the tombstone of 000000000000.jsonl: no key of this log signed it"),
      "000000000000.jsonl の墓標: このログの鍵の署名がありません");
}

TEST(VerifyWords, LeaveAloneWhatTheyDoNotKnow) {
  EXPECT_EQ(verified_in_japanese("the line is no records"), "the line is no records");
  EXPECT_EQ(verified_in_japanese(""), "");
}

}  // namespace
}  // namespace sekisho::audit
