#include "merge/row_sorter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace pidometer {
namespace {

using Rows = std::vector<std::pair<RowKey, std::string>>;

/// Rows of many lengths and few times.
Rows some_rows(std::size_t count) {
  std::mt19937 random(7);
  Rows rows;
  for (std::size_t i = 0; i < count; ++i)
    rows.emplace_back(RowKey{Timestamp(std::chrono::microseconds(random() % 50)), 0, 0, i},
                      std::string(random() % 300, static_cast<char>('a' + random() % 26)));
  return rows;
}

Rows drained(RowSorter& sorter) {
  Rows rows;
  const Result<void> done = sorter.drain([&](const RowKey& key, std::string_view row) {
    rows.emplace_back(key, row);
    return Result<void>{};
  });
  EXPECT_TRUE(done);
  EXPECT_TRUE(sorter.empty());
  return rows;
}

TEST(RowSorter, GivesTheSameOrderWhateverFitsIntoMemory) {
  const Rows rows = some_rows(3000);
  Rows want = rows;
  std::stable_sort(want.begin(), want.end(),
                   [](const auto& a, const auto& b) { return a.first.time < b.first.time; });
  const SorterLimits all[] = {
      {std::size_t{1} << 20, 128, 4096},  // in memory
      {20000, 128, 4096},                 // one pass
      {2000, 3, 100},                     // many passes, and rows longer than what is read ahead
      {1, 20, 64},                        // a run a row
  };
  for (const SorterLimits& limits : all) {
    RowSorter sorter(limits);
    for (int round = 0; round < 2; ++round) {  // it can be filled again
      for (const auto& [key, row] : rows) ASSERT_TRUE(sorter.add(key, row));
      EXPECT_EQ(drained(sorter), want);
    }
  }
}

TEST(RowSorter, HoldsNothing) {
  RowSorter sorter;
  EXPECT_TRUE(sorter.empty());
  EXPECT_TRUE(drained(sorter).empty());
}

TEST(RowSorter, StopsWhereTheSinkDoes) {
  for (const std::size_t run_bytes : {std::size_t{1} << 20, std::size_t{500}}) {
    RowSorter sorter({run_bytes, 4, 64});
    for (const auto& [key, row] : some_rows(100)) ASSERT_TRUE(sorter.add(key, row));
    int taken = 0;
    const Result<void> done = sorter.drain([&](const RowKey&, std::string_view) -> Result<void> {
      if (++taken == 10) return fail(ErrorKind::output, "full");
      return {};
    });
    EXPECT_FALSE(done);
    EXPECT_EQ(taken, 10);
  }
}

TEST(RowSorter, SaysWhereATemporaryFileCannotBe) {
  setenv("TMPDIR", "/nonexistent/folder", 1);
  RowSorter sorter({100, 4, 64});
  Result<void> done;
  for (const auto& [key, row] : some_rows(10))
    if (done) done = sorter.add(key, row);
  unsetenv("TMPDIR");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::output);
  EXPECT_NE(done.error().help.find("TMPDIR"), std::string::npos);
}

}  // namespace
}  // namespace pidometer
