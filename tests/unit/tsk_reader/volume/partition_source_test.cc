#include "tsk_reader/volume/partition_source.h"

#include <gtest/gtest.h>

#include "tests/support/memory_source.h"

namespace pidometer {
namespace {

using Damage = std::vector<DamagedRange>;

PathSpecLayer layer() {
  PathSpecLayer layer;
  layer.type_indicator = "TSK_PARTITION";
  layer.location = "/p1";
  return layer;
}

TEST(PartitionSource, GivesItsOwnBytesAndNoNeighbours) {
  MemorySource disk("0123456789");
  PartitionSource part(disk, {3, 7}, layer());
  EXPECT_EQ(part.size(), 4U);
  EXPECT_EQ(read_range(part, 0, 4), "3456");
  EXPECT_EQ(part.damage({0, 100}), Damage{});
  EXPECT_EQ(read_range(part, 2, 4), std::string("56\0\0", 4));
  EXPECT_EQ(read_range(part, 9, 1), std::string(1, '\0'));
  EXPECT_EQ(part.damage({0, 100}), (Damage{{{4, 6}, "past the end of the partition"},
                                           {{9, 10}, "past the end of the partition"}}));
  ASSERT_EQ(part.path_spec().size(), 2U);
  EXPECT_EQ(part.path_spec()[0], layer());
  EXPECT_EQ(part.path_spec()[1].type_indicator, "RAW");
}

TEST(PartitionSource, DamageIsInItsOwnOffsets) {
  MemorySource disk("0123456789", {{{1, 5}, "bad"}, {{6, 9}, "worse"}});
  PartitionSource part(disk, {3, 8}, layer());
  EXPECT_EQ(read_range(part, 0, 5), std::string("\0\0"
                                                "5\0\0",
                                                5));
  read_range(disk, 0, 10);  // what lies outside the partition is none of its damage
  EXPECT_EQ(part.damage({0, 5}), (Damage{{{0, 2}, "bad"}, {{3, 5}, "worse"}}));
  EXPECT_EQ(part.damage({1, 4}), (Damage{{{1, 2}, "bad"}, {{3, 4}, "worse"}}));
  EXPECT_EQ(part.damage({5, 9}), Damage{});
}

TEST(PartitionSource, PastTheImagesEndTheImageSpeaks) {
  MemorySource disk("0123456789");
  PartitionSource part(disk, {6, 20}, layer());
  EXPECT_EQ(part.size(), 14U);
  EXPECT_EQ(read_range(part, 2, 6), std::string("89\0\0\0\0", 6));
  EXPECT_EQ(part.damage({0, 14}), (Damage{{{4, 8}, "image is truncated"}}));
}

TEST(PartitionSource, WithoutALayerItIsItsParent) {
  MemorySource disk("0123456789");
  PartitionSource whole(disk, {0, 10}, std::nullopt);
  EXPECT_EQ(read_range(whole, 8, 4), std::string("89\0\0", 4));
  EXPECT_EQ(whole.damage({0, 20}), (Damage{{{10, 12}, "image is truncated"}}));
  EXPECT_EQ(whole.path_spec().size(), 1U);
}

}  // namespace
}  // namespace pidometer
