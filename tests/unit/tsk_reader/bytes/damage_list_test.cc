#include "tsk_reader/bytes/damage_list.h"

#include <gtest/gtest.h>

namespace pidometer {
namespace {

struct Case {
  const char* name;
  std::vector<DamagedRange> added;
  std::vector<DamagedRange> want;
};

TEST(DamageList, KeepsRangesSortedDisjointAndJoined) {
  const std::vector<Case> cases = {
      {"empty range is none", {{{5, 5}, "a"}}, {}},
      {"sorted", {{{9, 10}, "a"}, {{1, 2}, "a"}}, {{{1, 2}, "a"}, {{9, 10}, "a"}}},
      {"touching ranges of one reason join",
       {{{1, 2}, "a"}, {{3, 4}, "a"}, {{2, 3}, "a"}},
       {{{1, 4}, "a"}}},
      {"touching ranges of two reasons do not",
       {{{1, 2}, "a"}, {{2, 3}, "b"}},
       {{{1, 2}, "a"}, {{2, 3}, "b"}}},
      {"what was known first stays",
       {{{10, 20}, "a"}, {{30, 40}, "a"}, {{5, 50}, "b"}},
       {{{5, 10}, "b"}, {{10, 20}, "a"}, {{20, 30}, "b"}, {{30, 40}, "a"}, {{40, 50}, "b"}}},
      {"inside a known range", {{{1, 9}, "a"}, {{3, 4}, "b"}}, {{{1, 9}, "a"}}},
      {"open end", {{{7, kUnknownEnd}, "a"}, {{3, 9}, "a"}}, {{{3, kUnknownEnd}, "a"}}},
  };
  for (const Case& one : cases) {
    DamageList list;
    for (const DamagedRange& range : one.added) list.add(range.range, range.reason);
    EXPECT_EQ(list.all(), one.want) << one.name;
  }
}

TEST(DamageList, ClipsAndShifts) {
  DamageList list;
  list.add({10, 20}, "a");
  list.add({30, 40}, "b");
  EXPECT_EQ(list.clipped({15, 35}), (std::vector<DamagedRange>{{{15, 20}, "a"}, {{30, 35}, "b"}}));
  EXPECT_EQ(list.clipped({15, 35}, 15),
            (std::vector<DamagedRange>{{{0, 5}, "a"}, {{15, 20}, "b"}}));
  EXPECT_TRUE(list.clipped({20, 30}).empty());
}

}  // namespace
}  // namespace pidometer
