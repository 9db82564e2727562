#include "plugin/pid_clock/item_sets.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <limits>
#include <utility>
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

using Pairs = std::vector<std::vector<std::uint32_t>>;

constexpr std::uint64_t kSlots = 1ULL << 16;  // of a table of so many sets
constexpr std::size_t kSets = 20000;

/// Pairs of so few labels that a log of some megabytes has them: those that share the fewest places
/// in the table, or any.
Pairs pairs(bool chosen) {
  constexpr std::uint32_t kLabels = 700;
  std::vector<std::pair<std::uint64_t, std::vector<std::uint32_t>>> all;
  for (std::uint32_t a = 1; a <= kLabels; ++a)
    for (std::uint32_t b = a + 1; b <= kLabels; ++b) {
      std::vector<std::uint32_t> labels{a, b};
      const std::uint64_t hash = ItemSets::hash_of(labels);
      all.emplace_back(chosen ? hash % kSlots : hash / kSlots, std::move(labels));
    }
  std::ranges::sort(all);
  Pairs some;
  for (std::size_t k = 0; k < kSets; ++k) some.push_back(std::move(all[k].second));
  return some;
}

/// The least processor time of five, of which each looks twice for each set.
std::clock_t time_of(const Pairs& sets) {
  auto least = std::numeric_limits<std::clock_t>::max();
  for (int times = 0; times < 5; ++times) {
    const std::clock_t start = std::clock();
    ItemSets table;
    for (int round = 0; round < 2; ++round)
      for (std::uint32_t i = 0; i < sets.size(); ++i) {
        std::vector<std::uint32_t> labels = sets[i];
        EXPECT_EQ(table.intern(labels), i);
      }
    least = std::min(least, std::clock() - start);
  }
  return least;
}

// Whoever writes a log chooses its sets, and can reckon where the table looks for them.
TEST(ItemSets, sets_that_share_a_place_are_found_soon) {
  // eleven times as long by the map; by the table alone, one after the other, some hundred times
  EXPECT_LT(time_of(pairs(true)), 60 * time_of(pairs(false)));
}

}  // namespace
}  // namespace pidometer
