#include "gateway/connection_room.h"

#include <gtest/gtest.h>

namespace sekisho::gateway {
namespace {

using Room = ConnectionRoom::Verdict;
constexpr std::size_t kMany = ~std::size_t{0} / 4;

TEST(ConnectionRoom, IsFullAtItsLimitAndNotBefore) {
  ConnectionRoom room;
  room.set_up(3, 0);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(room.look(), Room::kRoom);
    room.entered();
  }
  EXPECT_EQ(room.look(), Room::kNoConnections);
  room.left(false);
  EXPECT_EQ(room.look(), Room::kRoom);
}

TEST(ConnectionRoom, CountsWhatIsToldToEndAsGone) {
  ConnectionRoom room;
  room.set_up(1, 0);
  room.entered();
  room.ending();
  EXPECT_EQ(room.look(), Room::kRoom);
  room.entered();
  EXPECT_EQ(room.look(), Room::kNoConnections);
  room.left(true);
  EXPECT_EQ(room.look(), Room::kNoConnections) << "the other one is still there";
  EXPECT_EQ(room.open(), 1u);
}

TEST(ConnectionRoom, KeepsTwoDescriptorsForEachClient) {
  ConnectionRoom room;
  EXPECT_FALSE(room.set_up(kMany, 0));
  const std::size_t all = room.allowed();
  room.set_up(kMany, 100);
  EXPECT_EQ(room.allowed(), all - 50);
  EXPECT_FALSE(room.set_up(5, kMany)) << "none are left";
  room.entered();
  EXPECT_EQ(room.look(), Room::kNoDescriptors);
}

TEST(ConnectionRoom, WarnsOfWhatHappensNow) {
  ConnectionRoom room;
  room.set_up(1, 0);
  EXPECT_TRUE(room.warnings().empty());
  room.note_refused();
  room.note_paused("descriptors");
  EXPECT_EQ(room.warnings().size(), 2u);
}

TEST(ConnectionRoom, CountsOpenDescriptors) {
  EXPECT_GE(open_descriptors(), 3u);
}

}  // namespace
}  // namespace sekisho::gateway
