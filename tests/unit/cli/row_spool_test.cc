#include "cli/row_spool.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "tests/support/temporary_folder.h"

namespace pidometer {
namespace {

using std::chrono::microseconds;

RowOrder order(int time, std::uint32_t source, std::uint32_t line) {
  return RowOrder{Timestamp(microseconds(time)), source, line};
}

std::vector<std::string> drained(RowSpool& spool) {
  std::vector<std::string> rows;
  const Result<void> done = spool.drain([&rows](std::string_view row) -> Result<void> {
    rows.emplace_back(row);
    return {};
  });
  EXPECT_TRUE(done);
  return rows;
}

TEST(RowSpool, SortsByTimeThenFileThenLineThenArrival) {
  for (const std::size_t limit : {std::size_t{0}, std::size_t{150}, SorterLimits().run_bytes}) {
    RowSpool spool({.run_bytes = limit});
    ASSERT_TRUE(spool.add(order(2, 0, 1), "e"));
    ASSERT_TRUE(spool.add(order(1, 1, 1), "d"));
    ASSERT_TRUE(spool.add(order(1, 0, 9), "b"));
    ASSERT_TRUE(spool.add(order(1, 0, 9), "c"));
    ASSERT_TRUE(spool.add(order(1, 0, 2), "a"));
    ASSERT_TRUE(spool.add(order(-1, 7, 7), "-"));
    EXPECT_EQ(drained(spool), (std::vector<std::string>{"-", "a", "b", "c", "d", "e"}))
        << "limit " << limit;
  }
}

TEST(RowSpool, PutsFindingsBeforeWhatElseTheirLineGives) {
  RowSpool spool;
  RowOrder record = order(1, 0, 9);
  record.behind_findings = true;
  ASSERT_TRUE(spool.add(record, "record"));
  ASSERT_TRUE(spool.add(order(1, 0, 9), "finding"));
  ASSERT_TRUE(spool.add(order(1, 0, 9), "second finding"));
  EXPECT_EQ(drained(spool), (std::vector<std::string>{"finding", "second finding", "record"}));
}

TEST(RowSpool, GivesBackRowsThatWentThroughTheDisk) {
  RowSpool spool({.run_bytes = 1000, .fan_in = 4});
  std::vector<std::string> want;
  for (int i = 0; i < 500; ++i) {
    want.push_back(std::string(static_cast<std::size_t>(i % 40), 'x') + std::to_string(i));
    ASSERT_TRUE(spool.add(order(i, 0, 0), want.back()));
  }
  EXPECT_EQ(drained(spool), want);
}

TEST(RowSpool, StopsAtTheFirstErrorOfItsTaker) {
  RowSpool spool;
  ASSERT_TRUE(spool.add(order(1, 0, 0), "a"));
  ASSERT_TRUE(spool.add(order(2, 0, 0), "b"));
  int taken = 0;
  const Result<void> done = spool.drain([&taken](std::string_view) -> Result<void> {
    ++taken;
    return fail(ErrorKind::output, "full");
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "full");
  EXPECT_EQ(taken, 1);
}

/// Killed between the making of a file and the removal of its name, a run would leave the name.
TEST(RowSpool, ItsFileNeverHasAName) {
  const TemporaryFolder folder;
  setenv("TMPDIR", folder.path().c_str(), 1);
  RowSpool spool({.run_bytes = 0});
  ASSERT_TRUE(spool.add(order(1, 0, 0), "row"));
  const Result<void> added = spool.add(order(2, 0, 0), "row");  // the first makes room
  unsetenv("TMPDIR");
  ASSERT_TRUE(added);
  std::vector<std::string> names;
  for (const auto& descriptor : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    const std::string name = std::filesystem::read_symlink(descriptor.path(), gone).string();
    if (name.starts_with(folder.path().string())) names.push_back(name);
  }
  ASSERT_EQ(names.size(), 1U);
  EXPECT_EQ(names[0].find("pidometer."), std::string::npos) << names[0];
}

TEST(RowSpool, SaysWhereItCouldNotWrite) {
  setenv("TMPDIR", "/nonexistent", 1);
  RowSpool spool({.run_bytes = 0});
  ASSERT_TRUE(spool.add(order(1, 0, 0), "row"));
  const Result<void> added = spool.add(order(2, 0, 0), "row");  // the first makes room
  unsetenv("TMPDIR");
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().message, "cannot keep rows in a temporary file in /nonexistent");
  EXPECT_EQ(added.error().help, "name a folder that can be written to in TMPDIR");
}

}  // namespace
}  // namespace pidometer
