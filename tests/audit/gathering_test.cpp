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

TEST(Gathering, GoesOnUntilAllAreThere) {
  Gathering gathering;
  gathering.committed(8, 8, microseconds(300), kEnd);
  EXPECT_TRUE(gathering.goes_on(15, kEnd + microseconds(10)));
  EXPECT_FALSE(gathering.goes_on(16, kEnd + microseconds(10)));
}

TEST(Gathering, WaitsNoLongerThanTheDiskTookForWhoDoesNotCome) {
  Gathering gathering;
  gathering.committed(8, 8, microseconds(300), kEnd);
  EXPECT_EQ(gathering.until(), kEnd + microseconds(300));
  EXPECT_FALSE(gathering.goes_on(8, kEnd + microseconds(300)));
}

TEST(Gathering, GoesOnWhileEachSpanBringsOneMore) {
  Gathering gathering;
  gathering.committed(8, 8, microseconds(100), kEnd);
  EXPECT_TRUE(gathering.goes_on(9, kEnd + microseconds(100)));
  EXPECT_EQ(gathering.until(), kEnd + microseconds(300));
  EXPECT_TRUE(gathering.goes_on(9, kEnd + microseconds(200)));
  EXPECT_TRUE(gathering.goes_on(10, kEnd + microseconds(300)));
  EXPECT_EQ(gathering.until(), kEnd + microseconds(500));
  EXPECT_FALSE(gathering.goes_on(10, kEnd + microseconds(500)));
}

TEST(Gathering, TakesAMillisecondAtTheMost) {
  Gathering gathering;
  gathering.committed(8, 8, microseconds(400), kEnd);
  EXPECT_TRUE(gathering.goes_on(9, kEnd + microseconds(400)));
  EXPECT_EQ(gathering.until(), kEnd + milliseconds(1));
  EXPECT_FALSE(gathering.goes_on(15, kEnd + milliseconds(1)));
}

TEST(Gathering, DoesNotGoOnWhenItsTimeWasOverBeforeAnybodyCame) {
  Gathering gathering;
  gathering.committed(8, 0, microseconds(100), kEnd);
  EXPECT_FALSE(gathering.goes_on(1, kEnd + milliseconds(5)));
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
