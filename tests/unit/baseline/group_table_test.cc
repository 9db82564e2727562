#include "plugin/baseline/group_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

namespace pidometer {
namespace {

TEST(GroupTable, numbers_kinds_in_order_of_first_sight_and_keeps_them_while_it_grows) {
  GroupTable table;
  for (std::uint32_t i = 0; i < 5000; ++i) {
    ASSERT_EQ(table.id_of({i, 1, 20}), 3 * i);
    ASSERT_EQ(table.id_of({i, 2, 20}), 3 * i + 1);
    ASSERT_EQ(table.id_of({i, 1, 21}), 3 * i + 2);
  }
  for (std::uint32_t i = 0; i < 5000; ++i) ASSERT_EQ(table.id_of({i, 2, 20}), 3 * i + 1);
  EXPECT_EQ(table.keys().size(), 15000U);
  EXPECT_EQ(table.keys()[7], (GroupKey{2, 2, 20}));
}

constexpr std::uint64_t kSlots = 1ULL << 16;  // of a table of so many kinds
constexpr std::size_t kKinds = 20000;

/// Kinds of so few sets and lengths that a log of some megabytes has them: those that share the
/// fewest places in the table, or any.
std::vector<GroupKey> kinds(bool chosen) {
  std::vector<std::pair<std::uint64_t, GroupKey>> all;
  for (std::uint32_t items = 0; items < 700; ++items)
    for (std::uint16_t half_minutes = 1; half_minutes <= 350; ++half_minutes) {
      const GroupKey key{items, 1, half_minutes};
      const std::uint64_t hash = GroupTable::hash_of(key);
      all.emplace_back(chosen ? hash % kSlots : hash / kSlots, key);
    }
  std::ranges::sort(all);
  std::vector<GroupKey> some;
  for (std::size_t k = 0; k < kKinds; ++k) some.push_back(all[k].second);
  return some;
}

/// The least time of three, of which each looks twice for each kind.
std::chrono::nanoseconds time_of(const std::vector<GroupKey>& keys) {
  auto least = std::chrono::nanoseconds::max();
  for (int times = 0; times < 3; ++times) {
    const auto start = std::chrono::steady_clock::now();
    GroupTable table;
    for (int round = 0; round < 2; ++round)
      for (std::uint32_t i = 0; i < keys.size(); ++i) EXPECT_EQ(table.id_of(keys[i]), i);
    least = std::min<std::chrono::nanoseconds>(least, std::chrono::steady_clock::now() - start);
  }
  return least;
}

// Whoever writes a log chooses the kinds of its intervals, and can reckon where the table looks.
// Where it looks at all of those before takes a thousand times as long.
TEST(GroupTable, kinds_that_share_a_place_are_found_soon) {
  EXPECT_LT(time_of(kinds(true)), 150 * time_of(kinds(false)));
}

}  // namespace
}  // namespace pidometer
