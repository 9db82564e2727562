#include "plugin/pid_clock/item_sets.h"

#include <gtest/gtest.h>

#include <vector>

namespace pidometer {
namespace {

std::uint32_t intern(ItemSets& sets, std::vector<std::uint32_t> labels) {
  return sets.intern(labels);
}

TEST(ItemSets, order_does_not_matter_and_repeats_do) {
  ItemSets sets;
  EXPECT_EQ(intern(sets, {3, 1}), 0U);
  EXPECT_EQ(intern(sets, {1, 3}), 0U);
  EXPECT_EQ(intern(sets, {1, 3, 3}), 1U);
  EXPECT_EQ(intern(sets, {}), 2U);
  const auto labels = sets.labels(0);
  EXPECT_EQ(std::vector<std::uint32_t>(labels.begin(), labels.end()),
            (std::vector<std::uint32_t>{1, 3}));
}

TEST(ItemSets, keeps_ids_while_it_grows) {
  ItemSets sets;
  for (std::uint32_t i = 0; i < 5000; ++i) ASSERT_EQ(intern(sets, {i, i * 7}), i);
  for (std::uint32_t i = 0; i < 5000; ++i) ASSERT_EQ(intern(sets, {i * 7, i}), i);
  EXPECT_EQ(sets.size(), 5000U);
}

}  // namespace
}  // namespace pidometer
