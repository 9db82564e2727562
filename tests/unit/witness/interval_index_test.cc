#include "plugin/witness/interval_index.h"

#include <gtest/gtest.h>

#include <vector>

namespace pidometer {
namespace {

std::vector<std::uint32_t> at(const IntervalIndex& index, std::int64_t point) {
  const auto found = index.at(point);
  return {found.begin(), found.end()};
}

using Ids = std::vector<std::uint32_t>;

TEST(IntervalIndex, TellsWhatHoldsAPoint) {
  const IntervalIndex index({{10, 20, 0}, {15, 30, 1}, {20, 21, 2}, {5, 100, 3}, {7, 7, 4}});
  EXPECT_EQ(at(index, 4), Ids{});
  EXPECT_EQ(at(index, 5), Ids{3});
  EXPECT_EQ(at(index, 7), Ids{3});  // an empty interval holds nothing
  EXPECT_EQ(at(index, 10), (Ids{3, 0}));
  EXPECT_EQ(at(index, 19), (Ids{3, 0, 1}));
  EXPECT_EQ(at(index, 20), (Ids{3, 1, 2}));
  EXPECT_EQ(at(index, 29), (Ids{3, 1}));
  EXPECT_EQ(at(index, 99), Ids{3});
  EXPECT_EQ(at(index, 100), Ids{});
  EXPECT_EQ(at(IntervalIndex(), 0), Ids{});
}

TEST(IntervalIndex, OfManyOnOneAnotherTheInnermostStay) {
  std::vector<IntervalIndex::Interval> intervals;
  for (std::uint32_t i = 0; i < 1000; ++i) intervals.push_back({i, 2000, i});
  const IntervalIndex index(intervals);
  EXPECT_EQ(index.at(1500).size(), IntervalIndex::kMostNested);
  EXPECT_EQ(index.at(1500).back(), 999U);
  EXPECT_EQ(at(index, 2), (Ids{0, 1, 2}));
}

}  // namespace
}  // namespace pidometer
