#include "audit/gathering.h"

#include <gtest/gtest.h>

namespace sekisho::audit {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
const Gathering::Steady::time_point kEnd{milliseconds(5000)};

TEST(Gathering, DoesNotWaitBeforeAnythingIsKnown) {
  EXPECT_EQ(Gathering().enough(), 1u);
}

TEST(Gathering, NeverKeepsARequestThatIsAlone) {
  Gathering gathering;
  gathering.committed(1, 0, microseconds(300), kEnd);
  EXPECT_EQ(gathering.enough(), 1u);
}

TEST(Gathering, WaitsForThoseThatAreUnderWay) {
  Gathering gathering;
  gathering.committed(1, 15, microseconds(300), kEnd);
  EXPECT_EQ(gathering.enough(), 16u);
  gathering.committed(16, 0, microseconds(300), kEnd);
  EXPECT_EQ(gathering.enough(), 16u);
}

TEST(Gathering, WaitsNoLongerThanTheDiskTook) {
  Gathering gathering;
  gathering.committed(8, 8, microseconds(300), kEnd);
  EXPECT_EQ(gathering.until(), kEnd + microseconds(300));
}

TEST(Gathering, WaitsNoLongerThanAMillisecondForASlowDisk) {
  Gathering gathering;
  gathering.committed(8, 8, milliseconds(40), kEnd);
  EXPECT_EQ(gathering.until(), kEnd + milliseconds(1));
}

TEST(Gathering, ForgetsWhatItKnewOfADiskThatFailed) {
  Gathering gathering;
  gathering.committed(8, 8, microseconds(300), kEnd);
  gathering.forget();
  EXPECT_EQ(gathering.enough(), 1u);
}

TEST(Gathering, OutcomesAloneMakeNobodyWait) {
  Gathering gathering;
  gathering.committed(0, 0, microseconds(300), kEnd);
  EXPECT_EQ(gathering.enough(), 1u);
}

}  // namespace
}  // namespace sekisho::audit
