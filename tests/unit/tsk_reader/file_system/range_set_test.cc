#include "tsk_reader/file_system/range_set.h"

#include <gtest/gtest.h>

namespace pidometer {
namespace {

using Ranges = std::vector<ByteRange>;

TEST(RangeSet, HasInCommonWhatLiesInBoth) {
  const RangeSet set(Ranges{{10, 20}, {30, 40}, {40, 50}});
  EXPECT_EQ(set.common({0, 10}), Ranges{});
  EXPECT_EQ(set.common({15, 35}), (Ranges{{15, 20}, {30, 35}}));
  EXPECT_EQ(set.common({35, 45}), (Ranges{{35, 40}, {40, 45}}));
  EXPECT_EQ(set.common({50, 60}), Ranges{});
}

TEST(MadeDisjoint, JoinsWhatOverlapsAndKeepsBorders) {
  EXPECT_EQ(made_disjoint({{30, 40}, {10, 20}, {20, 25}, {35, 50}, {5, 5}}),
            (Ranges{{10, 20}, {20, 25}, {30, 50}}));
}

TEST(RangesWithout, LeavesWhatIsNotTaken) {
  EXPECT_EQ(ranges_without({{0, 100}}, {{10, 20}, {90, 200}}), (Ranges{{0, 10}, {20, 90}}));
  EXPECT_EQ(ranges_without({{0, 10}, {10, 30}, {50, 60}}, {{5, 15}, {50, 60}}),
            (Ranges{{0, 5}, {15, 30}}));
  EXPECT_EQ(ranges_without({{0, 10}}, {}), (Ranges{{0, 10}}));
}

TEST(AddKept, LosesTheRest) {
  FileMap map;
  map.size = 100;
  add_kept({0, 100, 1000}, {{1000, 1010}, {1050, 1060}}, "taken", map);
  EXPECT_EQ(map.extents, (std::vector<FileExtent>{{0, 10, 1000}, {50, 10, 1050}}));
  EXPECT_EQ(map.lost.all(), (std::vector<DamagedRange>{{{10, 50}, "taken"}, {{60, 100}, "taken"}}));
}

}  // namespace
}  // namespace pidometer
